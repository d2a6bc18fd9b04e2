/* habit_row.c -- see habit_row.h */
#include "gate/habit_row.h"

#include <math.h>
#include <string.h>

#include "model/error.h"

#define VERSION 1

static int put(struct buf *out, uint64_t n, unsigned bytes)
{
    uint8_t le[8];

    for (unsigned i = 0; i < bytes; i++)
        le[i] = (uint8_t)(n >> 8 * i);
    return buf_add(out, le, bytes);
}

static int put_double(struct buf *out, double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return put(out, bits, 8);
}

int habit_row_put(struct buf *out, const struct habit_row *row)
{
    (void)put(out, VERSION, 2);
    (void)put(out, MEASURE_COUNT, 2);
    (void)put(out, (uint64_t)row->delivery, 8);
    (void)put(out, (uint64_t)row->received_us, 8);
    (void)put(out, (uint64_t)(int64_t)date_to_days(row->day), 8);
    (void)put(out, row->minute, 2);
    (void)put(out, row->flags, 2);
    (void)put(out, row->origin, 8);
    (void)put(out, (uint64_t)row->sequence, 8);
    for (unsigned i = 0; i < MEASURE_COUNT; i++)
        (void)put_double(out, row->of[i]);
    return buf_error(out);
}

struct reader {
    const uint8_t *at, *end;
    bool failed;
};

static uint64_t get(struct reader *r, unsigned bytes)
{
    uint64_t n = 0;

    if ((size_t)(r->end - r->at) < bytes) {
        r->failed = true;
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++)
        n |= (uint64_t)r->at[i] << 8 * i;
    r->at += bytes;
    return n;
}

int habit_row_get(struct span bytes, struct habit_row *out)
{
    struct reader r = {(const uint8_t *)bytes.p, (const uint8_t *)bytes.p + bytes.n, false};
    unsigned measures;

    if (get(&r, 2) != VERSION)
        return SLUSS_ECORRUPT;
    measures = (unsigned)get(&r, 2);
    out->delivery = (int64_t)get(&r, 8);
    out->received_us = (int64_t)get(&r, 8);
    out->day = date_from_days((int32_t)(int64_t)get(&r, 8));
    out->minute = (uint16_t)get(&r, 2);
    out->flags = (uint16_t)get(&r, 2);
    out->origin = get(&r, 8);
    out->sequence = (int64_t)get(&r, 8);
    for (unsigned i = 0; i < MEASURE_COUNT; i++) {
        uint64_t bits;

        out->of[i] = NAN;
        if (i >= measures)
            continue;
        bits = get(&r, 8);
        memcpy(&out->of[i], &bits, sizeof bits);
    }
    for (unsigned i = MEASURE_COUNT; i < measures; i++)
        (void)get(&r, 8);
    return r.failed || r.at < r.end ? SLUSS_ECORRUPT : SLUSS_OK;
}

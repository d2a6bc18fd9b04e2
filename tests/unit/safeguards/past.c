/* past.c -- see past.h */
#include "tests/unit/safeguards/past.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/error.h"

static const uint8_t secret[FINGERPRINT_SECRET_SIZE] = {4, 7, 1, 1};

void past_open(struct past *past)
{
    *past = (struct past){.arena = arena_new(1 << 20)};
    past->unit = (struct unit_settings){
        .key = "heby/ekonomi", .partner = "heby", .language = "sv", .phase = PHASE_LIVE};
    past->findings.arena = past->arena;
}

void past_close(struct past *past)
{
    arena_free(&past->arena);
}

static struct past_delivery describe(const struct past_entry *entry)
{
    return (struct past_delivery){
        .id = span_str(entry->id),
        .file = span_str(entry->file),
        .state = entry->state,
        .technical = entry->technical,
        .received_us = SECOND_US,
        .own = true,
    };
}

static bool has_key(const struct past_entry *entry, const struct fingerprint *print,
                    enum item_key kind)
{
    for (unsigned i = 0; i < entry->n && fingerprint_has(print, kind); i++)
        if (fingerprint_has(&entry->prints[i], kind) &&
            entry->prints[i].key[kind] == print->key[kind])
            return true;
    return false;
}

static bool has_number(const struct past_entry *entry, const struct fingerprint *print)
{
    return has_key(entry, print, KEY_NUMBER);
}

static bool has_party(const struct past_entry *entry, const struct fingerprint *print)
{
    return has_key(entry, print, KEY_DUE);
}

typedef bool (*matcher)(const struct past_entry *entry, const struct fingerprint *print);

static bool seen_before(const struct past *past, const struct fingerprint *print, matcher match)
{
    for (unsigned i = 0; i < past->n; i++)
        if (state_is_accepted(past->entry[i].state) && match(&past->entry[i], print))
            return true;
    return false;
}

static struct past_overlap overlap(const struct past *past, const struct past_entry *now,
                                   bool by_party)
{
    struct past_overlap out = {0};
    matcher match = by_party ? has_party : has_number;

    for (unsigned e = 0; e < past->n; e++) {
        uint64_t here = 0;

        for (unsigned i = 0; i < now->n && state_is_accepted(past->entry[e].state); i++)
            if (match(&past->entry[e], &now->prints[i]) &&
                !(by_party && seen_before(past, &now->prints[i], has_number)))
                here++;
        if (here > out.in_most) {
            out.in_most = here;
            out.most = describe(&past->entry[e]);
        }
    }
    for (unsigned i = 0; i < now->n; i++) {
        if (by_party && seen_before(past, &now->prints[i], has_number))
            continue;
        if (!seen_before(past, &now->prints[i], match))
            continue;
        if (out.seen++ == 0)
            out.first_record = i + 1;
    }
    return out;
}

static void count_repeats(const struct past_entry *now, struct history *history)
{
    struct past_entry before = *now;

    for (unsigned i = 0; i < now->n; i++) {
        const struct fingerprint *print = &now->prints[i];

        before.n = i;
        if (fingerprint_has(print, KEY_NUMBER) ? !has_number(&before, print)
                                               : !has_party(&before, print))
            continue;
        if (history->repeats++ == 0)
            history->first_repeat_record = i + 1;
    }
}

/* Accepted before held before rejected, as the store does. */
static const struct past_entry *best(const struct past *past, const struct past_entry *now,
                                     bool content)
{
    const struct past_entry *found = NULL;

    for (unsigned i = 0; i < past->n; i++) {
        const struct past_entry *entry = &past->entry[i];
        bool same = content ? now->n && memcmp(entry->digest, now->digest, 16) == 0
                            : strcmp(entry->bytes, now->bytes) == 0;

        if (same && (!found || !state_is_accepted(found->state)))
            found = entry;
    }
    return found;
}

static void remember(struct past *past, const struct told *told, struct past_entry *now)
{
    struct content_digest digest = {0};

    *now = (struct past_entry){.file = told->file, .bytes = told->bytes, .n = told->n};
    delivery_id_format(past->n * SECOND_US, now->id);
    for (unsigned i = 0; i < told->n; i++) {
        fingerprint_item(secret, span_str(past->unit.partner), &told->item[i], &now->prints[i]);
        content_digest_add(&digest, &now->prints[i]);
    }
    content_digest_bytes(&digest, now->digest);
}

enum verdict past_judge(struct past *past, const struct told *told)
{
    struct past_entry *now = &past->entry[past->n];
    struct past_delivery bytes, content;
    const struct past_entry *same;
    struct history history = {0};
    struct delivery delivery = {.file = span_str(told->file)};
    struct subject subject = {.delivery = &delivery, .unit = &past->unit, .history = &history};

    assert_in_range(past->n, 0, PAST_MAX - 1);
    remember(past, told, now);
    history.by_number = overlap(past, now, false);
    history.by_party = overlap(past, now, true);
    count_repeats(now, &history);
    if ((same = best(past, now, false))) {
        bytes = describe(same);
        history.same_bytes = &bytes;
    }
    if ((same = best(past, now, true))) {
        content = describe(same);
        history.same_content = &content;
    }
    snprintf(delivery.summary.format, sizeof delivery.summary.format, "case-csv");
    delivery.summary.items = told->n;
    delivery.summary.states_zero = told->states_zero;
    arena_reset(past->arena);
    past->findings = (struct finding_list){.arena = past->arena};
    if (told->broken) {
        struct finding f = finding_make(FINDING_BAD_FIELD, 1);

        assert_int_equal(finding_list_add(&past->findings, &f), SLUSS_OK);
    }
    assert_int_equal(safeguards_judge(&subject, &past->findings, &past->opinion), SLUSS_OK);
    now->state = past->opinion.verdict == VERDICT_ACCEPTED ? STATE_QUEUED
                 : past->opinion.verdict == VERDICT_HELD   ? STATE_HELD
                                                           : STATE_REJECTED;
    now->technical = past->opinion.technical;
    past->n++;
    return past->opinion.verdict;
}

void past_become(struct past *past, enum delivery_state state)
{
    past->entry[past->n - 1].state = state;
}

const struct finding *past_found(const struct past *past, enum finding_code code)
{
    for (unsigned i = 0; i < past->findings.n; i++)
        if (past->findings.of[i].code == code)
            return &past->findings.of[i];
    return NULL;
}

void told_claims(struct told *told, const char *file, unsigned n, unsigned first, struct date due)
{
    static char numbers[4096][8], parties[PAST_ITEM_MAX][16];

    assert_in_range(n, 0, PAST_ITEM_MAX);
    *told = (struct told){.file = file, .bytes = file, .n = n};
    for (unsigned i = 0; i < n; i++) {
        unsigned number = first + i;

        assert_in_range(number, 0, 4095);
        snprintf(numbers[number], sizeof numbers[number], "A-%u", number);
        snprintf(parties[i], sizeof parties[i], "5560%06u", i);
        told->item[i] = (struct item){
            .type = ITEM_CASE,
            .record = i + 1,
            .amount_minor = 10000 + (int64_t)i % 7 * 2500,
            .currency = "SEK",
            .due_date = due,
            .number = span_str(numbers[number]),
            .counterparty_id = span_str(parties[i]),
        };
    }
}

/* receipt_json.c -- the receipt for programs */
#include "model/json.h"
#include "outbound/receipt.h"

/* "fees": {"items": 2, "SEK": 12000}, for what there is. */
static void add_parts(struct json *j, const struct summary *summary)
{
    for (int part = 0; part < PART_COUNT; part++) {
        const struct sums *sums = &summary->parts[part];
        uint64_t items = 0;

        if (!sums->n)
            continue;
        for (unsigned i = 0; i < sums->n; i++)
            items += sums->of[i].count;
        json_object_begin(j, sum_part_name((enum sum_part)part));
        json_uint(j, "items", items);
        json_object_begin(j, "sums");
        for (unsigned i = 0; i < sums->n; i++)
            json_int(j, sums->of[i].currency, sums->of[i].minor);
        json_object_end(j);
        json_object_end(j);
    }
}

static void add_reasons(struct json *j, const struct receipt *receipt)
{
    json_array_begin(j, "reasons");
    for (size_t i = 0; i < receipt->reason_count; i++) {
        const struct receipt_reason *reason = &receipt->reasons[i];

        if (reason->level < LEVEL_WARN)
            continue;
        json_object_begin(j, NULL);
        json_cstr(j, "check", reason->check);
        json_cstr(j, "level", finding_level_name(reason->level));
        json_cstr(j, "text", reason->text);
        json_object_end(j);
    }
    json_array_end(j);
}

int receipt_json(struct buf *out, const struct receipt *receipt)
{
    const struct delivery *delivery = receipt->delivery;
    const struct summary *summary = &delivery->summary;
    struct json j;

    json_start(&j, out);
    json_object_begin(&j, NULL);
    json_cstr(&j, "delivery", delivery->id);
    json_cstr(&j, "unit", delivery->unit);
    json_text(&j, "file", delivery->file);
    json_uint(&j, "size", summary->size);
    json_instant(&j, "received_at", delivery->received_us);
    json_cstr(&j, "verdict", receipt->row->verdict);
    json_cstr(&j, "format", summary->format);
    json_cstr(&j, "kind", kind_name(summary->kind));
    json_sums(&j, summary);
    add_parts(&j, summary);
    add_reasons(&j, receipt);
    json_hex(&j, "blake2b", summary->blake2b, sizeof summary->blake2b);
    json_object_end(&j);
    return buf_char(out, '\n');
}

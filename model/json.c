/* json.c -- writing JSON (RFC 8259) */
#include "model/json.h"

#include <string.h>

#include "model/text.h"

void json_start(struct json *j, struct buf *out)
{
    *j = (struct json){.out = out};
}

/* Comma and key, as due, and the end of the buffer with room for `room` bytes of value; null
 * when there is none. The writer is told with buf_written() what was used. */
static char *begin(struct json *j, const char *key, size_t room, size_t *used)
{
    size_t n = key ? strlen(key) : 0;
    char *p = buf_reserve(j->out, n + 4 + room);
    char *at = p;

    if (!p)
        return NULL;
    if (j->comma)
        *at++ = ',';
    j->comma = true;
    if (key) {
        *at++ = '"';
        memcpy(at, key, n);
        at += n;
        *at++ = '"';
        *at++ = ':';
    }
    *used = (size_t)(at - p);
    return p;
}

/* A value that is written as it stands. */
static void value(struct json *j, const char *key, const char *text, size_t n)
{
    size_t used;
    char *p = begin(j, key, n, &used);

    if (!p)
        return;
    memcpy(p + used, text, n);
    buf_written(j->out, used + n);
}

void json_object_begin(struct json *j, const char *key)
{
    value(j, key, "{", 1);
    j->comma = false;
}

void json_object_end(struct json *j)
{
    buf_char(j->out, '}');
    j->comma = true;
}

void json_array_begin(struct json *j, const char *key)
{
    value(j, key, "[", 1);
    j->comma = false;
}

void json_array_end(struct json *j)
{
    buf_char(j->out, ']');
    j->comma = true;
}

#define EVERY_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* Has one of the eight bytes a use for escaping, or is it 0x80 or above? Errs only towards
 * yes: a borrow may mark the byte above a marked one. */
static bool word_special(uint64_t w)
{
    uint64_t quote = w ^ EVERY_BYTE('"');
    uint64_t backslash = w ^ EVERY_BYTE('\\');
    uint64_t control = w - EVERY_BYTE(0x20);

    quote = (quote - EVERY_BYTE(1)) & ~quote;
    backslash = (backslash - EVERY_BYTE(1)) & ~backslash;
    control &= ~w;
    return ((w | quote | backslash | control) & EVERY_BYTE(0x80)) != 0;
}

static bool byte_special(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

/* Bytes at the beginning that can be copied as they are and are ASCII. */
static size_t plain_run(const char *p, size_t n)
{
    size_t i = 0;
    uint64_t word;

    for (; i + sizeof word <= n; i += sizeof word) {
        memcpy(&word, p + i, sizeof word);
        if (word_special(word))
            break;
    }
    while (i < n && (unsigned char)p[i] < 0x80 && !byte_special((unsigned char)p[i]))
        i++;
    return i;
}

/* The escape of one byte; returns the place behind it. */
static char *put_escape(char *at, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";

    *at++ = '\\';
    switch (c) {
    case '"':
    case '\\':
        *at++ = (char)c;
        break;
    case '\n':
        *at++ = 'n';
        break;
    case '\r':
        *at++ = 'r';
        break;
    case '\t':
        *at++ = 't';
        break;
    default:
        memcpy(at, "u00", 3);
        at[3] = hex[c >> 4];
        at[4] = hex[c & 15];
        at += 5;
    }
    return at;
}

/* The inside of a string, in pieces so that room for the worst case stays small. */
static void write_string(struct buf *out, struct span text)
{
    enum { PIECE = 1024, WORST = 6 };

    while (text.n) {
        size_t n = text.n < PIECE ? text.n : PIECE;
        char *begin = buf_reserve(out, n * WORST);
        char *at = begin;

        if (!begin)
            return;
        for (size_t i = 0; i < n; i++) {
            unsigned char c = (unsigned char)text.p[i];

            if (byte_special(c))
                at = put_escape(at, c);
            else
                *at++ = (char)c;
        }
        buf_written(out, (size_t)(at - begin));
        text = span_of(text.p + n, text.n - n);
    }
}

/* Text that needs a closer look. */
static void text_slow(struct json *j, const char *key, struct span text)
{
    value(j, key, "\"", 1);
    if (utf8_valid(text)) {
        write_string(j->out, text);
    } else {
        struct buf shown;

        buf_init(&shown, text.n <= SIZE_MAX / 8 ? text.n * 8 : SIZE_MAX);
        if (text_escape(&shown, text) != 0)
            j->out->failed = true;
        write_string(j->out, buf_view(&shown));
        buf_free(&shown);
    }
    buf_char(j->out, '"');
}

void json_text(struct json *j, const char *key, struct span text)
{
    size_t used;
    char *p;

    if (!text.p) {
        json_nothing(j, key);
        return;
    }
    if (plain_run(text.p, text.n) != text.n) {
        text_slow(j, key, text);
        return;
    }
    p = begin(j, key, text.n + 2, &used);
    if (!p)
        return;
    p[used] = '"';
    if (text.n)
        memcpy(p + used + 1, text.p, text.n);
    p[used + 1 + text.n] = '"';
    buf_written(j->out, used + text.n + 2);
}

void json_cstr(struct json *j, const char *key, const char *text)
{
    json_text(j, key, span_str(text));
}

void json_int(struct json *j, const char *key, int64_t n)
{
    value(j, key, "", 0);
    buf_int(j->out, n);
}

void json_uint(struct json *j, const char *key, uint64_t n)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    value(j, key, digits + at, sizeof digits - at);
}

/* By hand, since printf's decimal point depends on the locale. */
void json_double(struct json *j, const char *key, double x)
{
    const double most = 9e12; /* its millionths still fit an int64_t */
    bool negative = x < 0;
    uint64_t millionths, whole, rest;
    unsigned width = 6;

    if (!(x >= -1e300 && x <= 1e300)) { /* not a number that JSON has */
        json_nothing(j, key);
        return;
    }
    x = negative ? -x : x;
    if (x > most) {
        value(j, key, "", 0);
        buf_printf(j->out, "%s%.0f", negative ? "-" : "", x);
        return;
    }
    millionths = (uint64_t)(x * 1e6 + 0.5);
    whole = millionths / 1000000;
    rest = millionths % 1000000;
    for (; width > 1 && rest % 10 == 0; width--)
        rest /= 10;
    value(j, key, "-", negative && millionths ? 1 : 0);
    buf_printf(j->out, "%llu.%0*llu", (unsigned long long)whole, (int)width,
               (unsigned long long)rest);
}

void json_bool(struct json *j, const char *key, bool b)
{
    value(j, key, b ? "true" : "false", b ? 4 : 5);
}

void json_nothing(struct json *j, const char *key)
{
    value(j, key, "null", 4);
}

void json_date(struct json *j, const char *key, struct date d)
{
    char text[DATE_SIZE + 2];

    if (!date_present(d)) {
        json_nothing(j, key);
        return;
    }
    text[0] = '"';
    date_format(d, text + 1);
    text[DATE_SIZE] = '"';
    value(j, key, text, DATE_SIZE + 1);
}

void json_instant(struct json *j, const char *key, int64_t at_us)
{
    char text[INSTANT_SIZE];

    if (at_us == 0)
        json_nothing(j, key);
    else
        json_cstr(j, key, instant_format(at_us, text));
}

void json_hex(struct json *j, const char *key, const uint8_t *bytes, size_t n)
{
    static const char hex[] = "0123456789abcdef";

    value(j, key, "\"", 1);
    for (size_t i = 0; i < n; i++) {
        buf_char(j->out, hex[bytes[i] >> 4]);
        buf_char(j->out, hex[bytes[i] & 15]);
    }
    buf_char(j->out, '"');
}

void json_raw(struct json *j, const char *key, struct span json_text)
{
    value(j, key, json_text.p ? json_text.p : "null", json_text.p ? json_text.n : 4);
}

/* A currency, or null where none is said. */
static void json_currency(struct json *j, const char *key, const char *currency)
{
    json_text(j, key, currency[0] ? span_of(currency, strnlen(currency, 3)) : SPAN_NONE);
}

static void item_members(struct json *j, const struct item *item)
{
    json_cstr(j, "type", item_type_name(item->type));
    json_text(j, "number", item->number);
    json_date(j, "issue_date", item->issue_date);
    json_date(j, "due_date", item->due_date);
    json_int(j, "amount_minor", item->amount_minor);
    json_currency(j, "currency", item->currency);
    json_text(j, "reference", item->reference);
    json_text(j, "counterparty_id", item->counterparty_id);
    json_cstr(j, "counterparty_kind", party_kind_name(item->counterparty_kind));
    json_text(j, "counterparty_name", item->counterparty_name);
    json_text(j, "payee_account", item->payee_account);
    json_uint(j, "record", item->record);
}

void json_item(struct json *j, const struct item *item)
{
    json_object_begin(j, NULL);
    item_members(j, item);
    json_object_end(j);
}

void json_detail(struct json *j, const struct item *payment)
{
    json_object_begin(j, NULL);
    json_bool(j, "detail", true);
    item_members(j, payment);
    json_object_end(j);
}

static void sentence(struct json *j, const char *key, const struct finding *f, const char *language)
{
    struct buf text;

    buf_init(&text, 64 * 1024);
    if (finding_sentence(f, language, &text) != 0)
        j->out->failed = true;
    json_text(j, key, span_str(buf_cstr(&text)));
    buf_free(&text);
}

void json_finding(struct json *j, const struct finding *f)
{
    json_object_begin(j, NULL);
    json_cstr(j, "check", finding_check(f));
    json_cstr(j, "level", finding_level_name(f->level));
    sentence(j, "text", f, "en");
    sentence(j, "text_sv", f, "sv");
    json_double(j, "weight", f->weight);
    if (f->record)
        json_uint(j, "record", f->record);
    else
        json_nothing(j, "record");
    json_evidence(j, "evidence", f);
    json_object_end(j);
}

static void json_fact(struct json *j, const char *key, const struct fact *fact)
{
    switch (fact->kind) {
    case FACT_INT:
        json_int(j, key, fact->n);
        break;
    case FACT_TEXT:
        json_text(j, key, fact->text);
        break;
    case FACT_MONEY:
        json_object_begin(j, key);
        json_int(j, "minor", fact->n);
        json_currency(j, "currency", fact->currency);
        json_object_end(j);
        break;
    case FACT_DATE:
        json_date(j, key, fact->date);
        break;
    case FACT_INSTANT:
        json_instant(j, key, fact->n);
        break;
    case FACT_KIND_COUNT:
        break;
    }
}

/* A fact's key as a C string of harmless characters: it may have come from a reader of hostile
 * bytes. */
static void fact_name(const struct fact *fact, char name[FACT_KEY_MAX + 1])
{
    size_t n = fact->key.n < FACT_KEY_MAX ? fact->key.n : FACT_KEY_MAX;

    for (size_t i = 0; i < n; i++) {
        char c = fact->key.p[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

        name[i] = '_';
        if (fine)
            name[i] = c;
    }
    name[n] = '\0';
}

void json_evidence(struct json *j, const char *key, const struct finding *f)
{
    json_object_begin(j, key);
    for (unsigned i = 0; i < f->fact_count; i++) {
        char name[FACT_KEY_MAX + 1];

        fact_name(&f->facts[i], name);
        json_fact(j, name, &f->facts[i]);
    }
    json_object_end(j);
}

void json_sums(struct json *j, const struct summary *summary)
{
    const struct sums *sums = &summary->sums;

    json_uint(j, "items", summary->items);
    if (sums->n > 1) {
        json_nothing(j, "sum_minor");
        json_nothing(j, "currency");
        json_object_begin(j, "sums");
        /* XXX is ISO 4217's code for "no currency". */
        for (unsigned i = 0; i < sums->n; i++)
            json_int(j, sums->of[i].currency[0] ? sums->of[i].currency : "XXX", sums->of[i].minor);
        json_object_end(j);
        return;
    }
    json_int(j, "sum_minor", sums->n ? sums->of[0].minor : 0);
    json_currency(j, "currency", sums->n ? sums->of[0].currency : "");
}

void json_parties(struct json *j, const struct summary *summary)
{
    json_object_begin(j, "counterparties");
    for (int i = 1; i < PARTY_KIND_COUNT; i++)
        json_uint(j, party_kind_name((enum party_kind)i), summary->counterparties[i]);
    json_object_end(j);
    json_object_begin(j, "references");
    json_uint(j, "valid", summary->references[REFERENCE_VALID]);
    json_uint(j, "invalid", summary->references[REFERENCE_INVALID]);
    json_object_end(j);
}

void json_wrappers(struct json *j, const struct summary *summary)
{
    if (seal_name(summary->seal))
        json_cstr(j, "seal", seal_name(summary->seal));
    if (envelope_name(summary->envelope))
        json_cstr(j, "envelope", envelope_name(summary->envelope));
}

void json_origin(struct json *j, const struct origin *origin)
{
    uint8_t layout[sizeof origin->layout];

    for (size_t i = 0; i < sizeof layout; i++)
        layout[i] = (uint8_t)(origin->layout >> (56 - 8 * i));
    json_object_begin(j, "origin");
    if (origin->layout)
        json_hex(j, "layout", layout, sizeof layout);
    else
        json_nothing(j, "layout");
    if (origin->sequence >= 0)
        json_int(j, "sequence", origin->sequence);
    else
        json_nothing(j, "sequence");
    json_instant(j, "created_at", origin->created_us);
    json_cstr(j, "producer", origin->producer[0] ? origin->producer : NULL);
    json_object_end(j);
}

static bool all_zero(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i])
            return false;
    return true;
}

void json_delivery(struct json *j, const struct delivery *delivery)
{
    const struct summary *summary = &delivery->summary;

    json_cstr(j, "delivery", delivery->id);
    json_cstr(j, "unit", delivery->unit);
    json_text(j, "file", delivery->file);
    json_cstr(j, "state", state_name(delivery->state));
    if (delivery->verdict == VERDICT_NONE)
        json_nothing(j, "verdict");
    else
        json_cstr(j, "verdict", verdict_name(delivery->verdict));
    json_cstr(j, "format", summary->format[0] ? summary->format : "unknown");
    json_cstr(j, "kind", kind_name(summary->kind));
    json_wrappers(j, summary);
    json_sums(j, summary);
    json_instant(j, "received_at", delivery->received_us);
    if (all_zero(summary->blake2b, sizeof summary->blake2b))
        json_nothing(j, "blake2b"); /* not read yet */
    else
        json_hex(j, "blake2b", summary->blake2b, sizeof summary->blake2b);
}

#include "parsers/fixed.h"

#include <stdlib.h>

#include "model/error.h"

static void count(struct fixed_counted *counted, uint64_t record)
{
    if (counted->count++ == 0)
        counted->first = record;
}

/* --- values -------------------------------------------------------------------------- */

struct span fixed_good(const struct record_value *value)
{
    return value->state == RECORD_GOOD ? value->text : SPAN_NONE;
}

struct span fixed_unzeroed(struct span digits)
{
    while (digits.n && digits.p[0] == '0') {
        digits.p++;
        digits.n--;
    }
    return digits.n ? digits : SPAN_NONE;
}

struct date fixed_short_date(struct span digits)
{
    char text[8] = "20";
    struct date date;

    if (digits.n != 6)
        return DATE_NONE;
    memcpy(text + 2, digits.p, 6);
    return date_parse_compact(span_of(text, sizeof(text)), &date) == 0 ? date : DATE_NONE;
}

void fixed_currency(struct span text, const char *standard, char out[4])
{
    if (text.n == 3 && currency_known(text))
        standard = text.p;
    memcpy(out, standard, 3);
    out[3] = 0;
}

/* --- items --------------------------------------------------------------------------- */

int fixed_hand_out(struct fixed *fixed)
{
    if (!fixed->open)
        return 0;
    fixed->open = false;
    return sink_item(fixed->sink, &fixed->item);
}

int fixed_item(struct fixed *fixed, enum item_type type, const struct record_value *amount,
               int sign, const char *currency)
{
    int r = fixed_hand_out(fixed);

    if (r < 0)
        return r;
    fixed->open = true;
    fixed->item = (struct item){.type = type, .record = fixed->record};
    if (amount && amount->state == RECORD_GOOD)
        fixed->item.amount_minor = sign * amount->number;
    memcpy(fixed->item.currency, currency, sizeof(fixed->item.currency));
    return 0;
}

void fixed_set(struct fixed *fixed, enum fixed_text which, struct span text)
{
    struct item *item = &fixed->item;
    struct span *const field[FIXED_TEXTS] = {
        [FIXED_NUMBER] = &item->number,
        [FIXED_REFERENCE] = &item->reference,
        [FIXED_PARTY_ID] = &item->counterparty_id,
        [FIXED_PARTY_NAME] = &item->counterparty_name,
        [FIXED_PAYEE] = &item->payee_account,
        [FIXED_ISSUER] = &item->issuer,
    };

    if (!fixed->open)
        return;
    if (text.n > FIXED_TEXT_MAX)
        text.n = FIXED_TEXT_MAX;
    if (text.n)
        memcpy(fixed->text[which], text.p, text.n);
    *field[which] = text.n ? span_of(fixed->text[which], text.n) : SPAN_NONE;
}

/* --- totals -------------------------------------------------------------------------- */

void fixed_sum_add(struct fixed_sum *sum, const struct record_value *amount, int sign)
{
    sum->count++;
    if (amount->state != RECORD_GOOD ||
        money_add(sum->minor, sign * amount->number, &sum->minor) < 0)
        sum->unreadable = true;
}

void fixed_sum_all(struct fixed_sum *sum, const struct fixed_sum *part)
{
    sum->count += part->count;
    sum->unreadable =
        sum->unreadable || part->unreadable || money_add(sum->minor, part->minor, &sum->minor) < 0;
}

int fixed_check_count(struct fixed *fixed, const char *what, const struct record_value *stated,
                      int64_t computed)
{
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, fixed->record);

    if (stated->state != RECORD_GOOD || stated->number == computed)
        return 0;
    finding_text(&f, "what", span_str(what));
    finding_int(&f, "stated", stated->number);
    finding_int(&f, "computed", computed);
    return tally_add(&fixed->tally, &f);
}

int fixed_check_money(struct fixed *fixed, const char *what, const struct record_value *stated,
                      int sign, const struct fixed_sum *sum, const char *currency)
{
    bool turned = sign == 0 && sum->minor < 0 && sum->minor == -stated->number;
    struct finding f =
        finding_make(turned ? FINDING_TOTALS_NOTE : FINDING_TOTALS_MISMATCH, fixed->record);

    sign = sign ? sign : 1;
    if (stated->state != RECORD_GOOD || sum->unreadable || sign * stated->number == sum->minor)
        return 0;
    finding_text(&f, "what", span_str(what));
    finding_money(&f, "stated", sign * stated->number, currency);
    finding_money(&f, "computed", sum->minor, currency);
    return tally_add(&fixed->tally, &f);
}

int fixed_structure(struct fixed *fixed, const char *what)
{
    return tally_structure(&fixed->tally, fixed->record, what);
}

int fixed_other_message(struct fixed *fixed, const char *what, int64_t n)
{
    struct finding f = finding_make(FINDING_OTHER_MESSAGE, 0);

    finding_text(&f, "what", span_str(what));
    finding_int(&f, "count", n);
    return tally_add(&fixed->tally, &f);
}

/* --- a record ------------------------------------------------------------------------ */

static int say_bad_fields(struct fixed *fixed, const struct record_layout *layout)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < layout->count; i++) {
        const struct record_field *field = &layout->fields[i];
        if (field->role == 0 || fixed->values[field->role].state != RECORD_BAD)
            continue;
        r = tally_field(&fixed->tally, field->required ? FINDING_BAD_FIELD : FINDING_FIELD_NOTE,
                        fixed->record, field->name, record_expected(field));
    }
    return r;
}

static void count_unknown(struct fixed *fixed, struct span line)
{
    size_t from = fixed->rules->code_at ? fixed->rules->code_at - 1 : 0;
    char code[3] = "";
    bool plain = line.n >= from + 2;

    for (size_t i = 0; plain && i < 2; i++) {
        code[i] = line.p[from + i];
        plain = (code[i] >= '0' && code[i] <= '9') || (code[i] >= 'A' && code[i] <= 'Z');
    }
    if (fixed->unknown.count == 0)
        memcpy(fixed->unknown_code, plain ? code : "?", plain ? 3 : 2);
    count(&fixed->unknown, fixed->record);
}

/* The line as UTF-8. Of ISO-8859-1 only as much is recoded as a record holds. */
static void recode(struct fixed *fixed)
{
    struct span s = fixed->line.bytes;
    size_t n = 0;

    for (size_t i = 0; i < s.n && i < FIXED_SIZE_MAX; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x80) {
            fixed->recoded[n++] = (char)(0xC0 | (c >> 6));
            c = 0x80 | (c & 0x3F);
        }
        fixed->recoded[n++] = (char)c;
    }
    fixed->line.bytes = span_of(fixed->recoded, n);
}

/* Returns the length of the record in characters. */
static size_t see_charset(struct fixed *fixed)
{
    size_t length = fixed->line.bytes.n;

    fixed->line.charset = CHARSET_ASCII;
    if (!text_has_high(fixed->line.bytes))
        return length;
    fixed->line.charset = CHARSET_UTF8;
    if (utf8_valid(fixed->line.bytes)) {
        count(&fixed->utf8, fixed->record);
        return record_length(fixed->line);
    }
    count(&fixed->latin1, fixed->record);
    recode(fixed);
    return length;
}

static bool is_blank(struct span line)
{
    line = span_trim(line);
    return line.n == 0 || (line.n == 1 && line.p[0] == 0x1A); /* DOS end of file */
}

static int take_record(struct fixed *fixed, struct span text, bool ended)
{
    const struct fixed_row *row;
    size_t length;
    int r = 0;

    if (is_blank(text))
        return 0;
    fixed->line.bytes = text;
    row = fixed->rules->row(fixed, text);
    length = see_charset(fixed);
    if (row && !ended && length < record_least(&row->layout)) {
        fixed->cut_off = true;
        return 0;
    }
    if (length != FIXED_SIZE_MAX)
        count(&fixed->odd_length, fixed->record);
    if (!row) {
        count_unknown(fixed, text);
        return 0;
    }
    for (unsigned i = 0; i < FIXED_ROLES; i++)
        fixed->values[i].state = RECORD_ABSENT;
    if (record_read(&row->layout, &fixed->line, fixed->values))
        r = say_bad_fields(fixed, &row->layout);
    return r == 0 && row->take ? row->take(fixed, fixed->values) : r;
}

static int take_line(struct fixed *fixed, const struct line *line)
{
    struct span text = line->text;

    fixed->record++;
    if (line->cut) {
        fixed->dead = true;
        return tally_limit(&fixed->tally, fixed->record, "record length", RECORD_MAX);
    }
    if (line->number == 1 && span_starts(text, SPAN_LIT("\xEF\xBB\xBF"))) {
        text = span_of(text.p + 3, text.n - 3);
        count(&fixed->utf8, 1);
    }
    return take_record(fixed, text, line->ended);
}

/* --- the parser ---------------------------------------------------------------------- */

int fixed_begin(const struct fixed_rules *rules, const struct sink *sink, struct parser **out)
{
    struct fixed *fixed = calloc(1, rules->parser_size);

    if (!fixed)
        return SLUSS_ENOMEM;
    fixed->rules = rules;
    fixed->sink = sink;
    tally_init(&fixed->tally, sink);
    lines_init(&fixed->lines);
    if (rules->begins) {
        fixed->lines.size = FIXED_SIZE_MAX;
        fixed->lines.begins = rules->begins;
    }
    *out = (struct parser *)fixed;
    return 0;
}

void fixed_close(struct parser **parser)
{
    struct fixed *fixed = (struct fixed *)*parser;

    if (!fixed)
        return;
    lines_free(&fixed->lines);
    free(fixed);
    *parser = NULL;
}

int fixed_push(struct parser *parser, struct span bytes)
{
    struct fixed *fixed = (struct fixed *)parser;
    struct line line;
    int r = 0;

    while (r == 0 && !fixed->dead) {
        int got = lines_next(&fixed->lines, &bytes, &line);
        if (got <= 0)
            return got;
        r = take_line(fixed, &line);
    }
    return r;
}

static int say_counted(struct fixed *fixed)
{
    int r = 0;

    if (fixed->unknown.count) {
        struct finding f = finding_make(FINDING_UNKNOWN_RECORD, fixed->unknown.first);
        finding_int(&f, "count", (int64_t)fixed->unknown.count);
        finding_text(&f, "type", span_str(fixed->unknown_code));
        r = tally_add(&fixed->tally, &f);
    }
    if (r == 0 && fixed->odd_length.count) {
        struct finding f = finding_make(FINDING_RECORD_LENGTH, fixed->odd_length.first);
        finding_int(&f, "count", (int64_t)fixed->odd_length.count);
        finding_int(&f, "expected", FIXED_SIZE_MAX);
        r = tally_add(&fixed->tally, &f);
    }
    if (r == 0 && fixed->utf8.count)
        r = tally_encoding(&fixed->tally, FINDING_ENCODING_CONVERTED, fixed->utf8.first,
                           "ISO-8859-1", "UTF-8");
    if (r == 0 && fixed->utf8.count && fixed->latin1.count)
        r = tally_encoding(&fixed->tally, FINDING_ENCODING_BROKEN, fixed->latin1.first, "UTF-8",
                           "ISO-8859-1");
    return r;
}

int fixed_finish(struct parser *parser, struct parser_facts *facts)
{
    struct fixed *fixed = (struct fixed *)parser;
    struct line line;
    int r = 0;

    if (!fixed->dead && lines_last(&fixed->lines, &line))
        r = take_line(fixed, &line);
    if (r == 0)
        r = fixed_hand_out(fixed);
    if (r == 0 && !fixed->dead)
        r = fixed->rules->end(fixed);
    if (r == 0)
        r = say_counted(fixed);
    if (r == 0)
        r = tally_finish(&fixed->tally);
    if (r == 0)
        *facts = (struct parser_facts){.test = fixed->test, .states_zero = fixed->states_zero};
    return r;
}

/* --- bids and endings ---------------------------------------------------------------- */

bool fixed_bid_line(struct span *text, bool whole, struct span *line)
{
    const char *end = text->n ? memchr(text->p, '\n', text->n) : NULL;
    size_t n = end ? (size_t)(end - text->p) : text->n;

    if (text->n == 0 || (!end && !whole))
        return false;
    *line = span_of(text->p, n);
    *text = span_of(text->p + n + (end != NULL), text->n - n - (end != NULL));
    if (line->n && line->p[line->n - 1] == '\r')
        line->n--;
    return true;
}

struct span fixed_last_line(struct span tail)
{
    while (tail.n && strchr(" \t\r\n\x1A", tail.p[tail.n - 1]))
        tail.n--;
    const char *before = tail.n ? memrchr(tail.p, '\n', tail.n) : NULL;
    if (before)
        tail = span_of(before + 1, tail.n - (size_t)(before + 1 - tail.p));
    return tail;
}

static struct span at(struct span line, unsigned first, size_t length)
{
    if (line.n < first - 1 + length)
        return SPAN_NONE;
    return span_of(line.p + first - 1, length);
}

bool fixed_digits_at(struct span line, unsigned first, unsigned length)
{
    struct span s = at(line, first, length);

    return s.n && span_all_digits(s);
}

bool fixed_text_at(struct span line, unsigned first, const char *text)
{
    return span_eq_str(at(line, first, strlen(text)), text);
}

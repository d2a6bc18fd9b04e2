#include "parsers/fixed.h"

#include <stdlib.h>

#include "model/error.h"

static void count(struct fixed_counted *counted, uint64_t record)
{
    if (counted->count++ == 0)
        counted->first = record;
}

/* --- values -------------------------------------------------------------------------- */

int fixed_day(struct fixed *fixed, const char *field, struct span text, struct date *out)
{
    int r = text.n == 6 ? date_parse_short(text, 100, out) : date_parse_compact(text, out);

    if (r == 0)
        return 0;
    *out = DATE_NONE;
    if (!span_all_digits(text) || !fixed_unzeroed(text).n)
        return 0;
    return tally_field(&fixed->tally, FINDING_BAD_FIELD, fixed->record, field, "a day that exists");
}

void fixed_currency(struct span text, const char *standard, char out[4])
{
    if (text.n == 3 && currency_known(text))
        standard = text.p;
    memcpy(out, standard, 3);
    out[3] = 0;
}

int fixed_need_currency(struct fixed *fixed, const struct record_value *value, char out[4])
{
    fixed_currency(fixed_good(value), "XXX", out);
    if (value->state != RECORD_GOOD || (value->text.n == 3 && currency_known(value->text)))
        return 0;
    return tally_field(&fixed->tally, FINDING_BAD_FIELD, fixed->record, "currency",
                       "an ISO 4217 currency");
}

void fixed_keep(struct fixed_kept *kept, struct span text)
{
    kept->n = text.n < sizeof(kept->text) ? text.n : sizeof(kept->text);
    if (kept->n)
        memcpy(kept->text, text.p, kept->n);
}

/* --- items --------------------------------------------------------------------------- */

int fixed_hand_out(struct fixed *fixed)
{
    if (!fixed->open)
        return 0;
    fixed->open = false;
    return sink_item(fixed->sink, &fixed->item);
}

static bool lies_in_kept(const struct fixed *fixed, struct span text)
{
    return (uintptr_t)text.p - (uintptr_t)fixed->kept < sizeof(fixed->kept);
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
    if (lies_in_kept(fixed, text)) {
        *field[which] = text.n ? text : SPAN_NONE;
        return;
    }
    text = utf8_cut(text, FIXED_TEXT_MAX);
    if (text.n)
        memcpy(fixed->text[which], text.p, text.n);
    *field[which] = text.n ? span_of(fixed->text[which], text.n) : SPAN_NONE;
}

int fixed_take_detail(struct fixed *fixed, const struct record_value *values)
{
    (void)values;
    return fixed->open ? 0 : fixed_structure(fixed, "a detail record follows no payment");
}

void fixed_checked(struct fixed *fixed, bool right)
{
    count(&fixed->references, fixed->record);
    if (!right)
        count(&fixed->bad_references, fixed->record);
}

/* --- totals -------------------------------------------------------------------------- */

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

int fixed_test_mark(struct fixed *fixed, const char *where, const char *value)
{
    struct finding f = finding_make(FINDING_TEST_MARK, fixed->record);

    fixed->test = true;
    finding_text(&f, "where", span_str(where));
    finding_text(&f, "value", span_str(value));
    return tally_add(&fixed->tally, &f);
}

int fixed_truncated(struct fixed *fixed, const char *missing)
{
    if (fixed->cut_off)
        missing = "the last record is incomplete";
    return missing ? tally_truncated(&fixed->tally, fixed->record, LEVEL_REJECT, missing) : 0;
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

bool fixed_blank(struct span line)
{
    line = span_trim(line);
    return line.n == 0 || (line.n == 1 && line.p[0] == 0x1A); /* DOS end of file */
}

static uint32_t roles_of(const struct record_layout *layout)
{
    uint32_t roles = 0;

    for (unsigned i = 0; i < layout->count; i++)
        roles |= UINT32_C(1) << layout->fields[i].role;
    return roles & ~UINT32_C(1);
}

/* Null for an unknown one. */
static const struct fixed_known *find(const struct fixed *fixed, struct span line)
{
    const struct fixed_rules *rules = fixed->rules;
    size_t from = rules->code_at ? rules->code_at - 1 : 0;
    unsigned set = rules->set ? rules->set(fixed, line) : 0;
    unsigned tens = 10;
    unsigned ones = 10;

    if (set == FIXED_SETS)
        return NULL;
    if (line.n >= from + 2) {
        tens = (unsigned char)line.p[from] - (unsigned)'0';
        ones = (unsigned char)line.p[from + 1] - (unsigned)'0';
    }
    const struct fixed_known *known = fixed->known[set];
    if (tens <= 9 && ones <= 9 && known[tens * 10 + ones].row)
        return &known[tens * 10 + ones];
    return known[FIXED_CODES].row ? &known[FIXED_CODES] : NULL;
}

static void keep_record(struct fixed *fixed)
{
    if (fixed->line.bytes.n == FIXED_SIZE_MAX) {
        memcpy(fixed->kept, fixed->line.bytes.p, FIXED_SIZE_MAX);
    } else {
        if (fixed->line.bytes.n > FIXED_KEPT_MAX)
            fixed->line.bytes.n = FIXED_KEPT_MAX;
        memcpy(fixed->kept, fixed->line.bytes.p, fixed->line.bytes.n);
    }
    fixed->line.bytes.p = fixed->kept;
}

/* Values that this record does not fill are absent: takers share roles. */
static void forget_others(struct fixed *fixed, uint32_t roles)
{
    for (uint32_t old = fixed->filled & ~roles; old; old &= old - 1)
        fixed->values[__builtin_ctz(old)].state = RECORD_ABSENT;
    fixed->filled = roles;
}

static int take_known(struct fixed *fixed, const struct fixed_known *known)
{
    const struct fixed_row *row = known->row;
    int r = fixed->rules->before ? fixed->rules->before(fixed, row) : 0;

    if (r == 0 && row->keeps) {
        r = fixed_hand_out(fixed);
        keep_record(fixed);
    }
    if (r < 0)
        return r;
    forget_others(fixed, known->roles);
    if (known->roles && record_read(&row->layout, &fixed->line, fixed->values))
        r = say_bad_fields(fixed, &row->layout);
    return r == 0 && row->take ? row->take(fixed, fixed->values) : r;
}

static int take_record(struct fixed *fixed, struct span text, bool ended)
{
    const struct fixed_known *known;
    size_t length;

    if (fixed_blank(text))
        return 0;
    fixed->line = (struct record){text, CHARSET_ASCII, NULL};
    fixed->taken++;
    known = find(fixed, text);
    length = letters_record(&fixed->letters, &fixed->line, FIXED_SIZE_MAX, fixed->recoded,
                            fixed->record);
    if (known && !ended && length < record_least(&known->row->layout)) {
        fixed->cut_off = true; /* half a record: half an amount is worse than none */
        return 0;
    }
    if (length != FIXED_SIZE_MAX)
        count(&fixed->odd_length, fixed->record);
    if (known)
        return take_known(fixed, known);
    count_unknown(fixed, text);
    return 0;
}

static int take_line(struct fixed *fixed, const struct line *line)
{
    struct span text = line->text;

    fixed->record++;
    if (line->cut) {
        fixed->dead = true;
        return tally_limit(&fixed->tally, fixed->record, "record length", RECORD_MAX);
    }
    return take_record(fixed, text, line->ended);
}

/* Bytes of the line at the beginning of the input, its end included, when it is what nearly
 * all are: 80 characters of ASCII, which are marked, and a line end. Else 0. */
static inline size_t usual_line(struct span input, char begins, struct record_marks *marks)
{
    const char *p = input.p;

    _Static_assert(FIXED_SIZE_MAX == RECORD_MARKED, "a whole line is marked");
    if (input.n < FIXED_SIZE_MAX + 2 || p[0] == ' ' || !record_mark(p, marks))
        return 0;
    if (begins && p[FIXED_SIZE_MAX] == begins)
        return FIXED_SIZE_MAX;
    if (p[FIXED_SIZE_MAX] == '\r' && p[FIXED_SIZE_MAX + 1] == '\n')
        return FIXED_SIZE_MAX + 2;
    return p[FIXED_SIZE_MAX] == '\n' && p[FIXED_SIZE_MAX - 1] != '\r' ? FIXED_SIZE_MAX + 1 : 0;
}

/* Take one such line of a known record. 1: done, 0: it is none. */
static int take_usual(struct fixed *fixed, struct span *input)
{
    const struct fixed_known *known;
    size_t size;
    int r;

    if (!lines_between(&fixed->lines) ||
        (size = usual_line(*input, fixed->rules->begins, &fixed->marks)) == 0)
        return 0;
    fixed->line = (struct record){span_of(input->p, FIXED_SIZE_MAX), CHARSET_ASCII, &fixed->marks};
    known = find(fixed, fixed->line.bytes);
    if (!known)
        return 0;
    *input = span_of(input->p + size, input->n - size);
    lines_pass(&fixed->lines);
    fixed->record++;
    fixed->taken++;
    r = take_known(fixed, known);
    return r < 0 ? r : 1;
}

/* --- the parser ---------------------------------------------------------------------- */

static void know_row(struct fixed_known *known, const struct fixed_row *row)
{
    known->row = row;
    known->roles = row ? roles_of(&row->layout) : 0;
}

static void know_rows(struct fixed *fixed)
{
    for (unsigned i = 0; i < FIXED_SETS; i++) {
        const struct fixed_set *set = &fixed->rules->sets[i];
        for (size_t k = 0; k < set->count; k++) {
            const char *code = set->rows[k].layout.code;
            know_row(&fixed->known[i][(code[0] - '0') * 10 + (code[1] - '0')], &set->rows[k]);
        }
        know_row(&fixed->known[i][FIXED_CODES], set->rest);
    }
}

int fixed_begin(const struct fixed_rules *rules, const struct sink *sink, struct parser **out)
{
    struct fixed *fixed = calloc(1, rules->parser_size);

    if (!fixed)
        return SLUSS_ENOMEM;
    fixed->rules = rules;
    fixed->sink = sink;
    tally_init(&fixed->tally, sink);
    lines_init(&fixed->lines);
    know_rows(fixed);
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

void fixed_unicode(struct parser *parser, const char *form)
{
    (void)form;
    ((struct fixed *)parser)->letters.utf8 = true;
}

int fixed_push(struct parser *parser, struct span bytes)
{
    struct fixed *fixed = (struct fixed *)parser;
    struct line line;
    int r = 0;

    while (r == 0 && !fixed->dead) {
        int got = take_usual(fixed, &bytes);
        if (got > 0)
            continue;
        if (got == 0)
            got = lines_next(&fixed->lines, &bytes, &line);
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
    if (r == 0 && fixed->bad_references.count) {
        struct finding f = finding_make(FINDING_CHECK_DIGITS, fixed->bad_references.first);
        finding_int(&f, "count", (int64_t)fixed->bad_references.count);
        finding_int(&f, "of", (int64_t)fixed->references.count);
        r = tally_add(&fixed->tally, &f);
    }
    return r == 0 ? letters_say(&fixed->letters, &fixed->tally) : r;
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

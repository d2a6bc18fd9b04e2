#include "parsers/casecsv.h"

#include <stdlib.h>

#include "model/error.h"
#include "model/text.h"
#include "parsers/delimited.h"
#include "parsers/letters.h"
#include "parsers/record.h"
#include "parsers/tally.h"

#define SEPARATOR ';'

/* --- the columns --------------------------------------------------------------------- */

enum column {
    COLUMN_TYPE = 0,
    COLUMN_NUMBER,
    COLUMN_ISSUE_DATE,
    COLUMN_DUE_DATE,
    COLUMN_AMOUNT,
    COLUMN_CURRENCY,
    COLUMN_REFERENCE,
    COLUMN_DEBTOR_ID,
    COLUMN_DEBTOR_NAME,
    COLUMN_DEBTOR_ADDRESS,
    COLUMN_DEBTOR_ZIP,
    COLUMN_DEBTOR_CITY,
    COLUMN_PAYEE_ACCOUNT,
    COLUMN_DESCRIPTION,
    COLUMN_FEE,
    COLUMN_INTEREST,
    COLUMN_COUNT,
    COLUMN_OTHER = COLUMN_COUNT,
};

static const char *const column_names[COLUMN_COUNT] = {
    [COLUMN_TYPE] = "type",
    [COLUMN_NUMBER] = "number",
    [COLUMN_ISSUE_DATE] = "issue_date",
    [COLUMN_DUE_DATE] = "due_date",
    [COLUMN_AMOUNT] = "amount",
    [COLUMN_CURRENCY] = "currency",
    [COLUMN_REFERENCE] = "reference",
    [COLUMN_DEBTOR_ID] = "debtor_id",
    [COLUMN_DEBTOR_NAME] = "debtor_name",
    [COLUMN_DEBTOR_ADDRESS] = "debtor_address",
    [COLUMN_DEBTOR_ZIP] = "debtor_zip",
    [COLUMN_DEBTOR_CITY] = "debtor_city",
    [COLUMN_PAYEE_ACCOUNT] = "payee_account",
    [COLUMN_DESCRIPTION] = "description",
    [COLUMN_FEE] = "fee",
    [COLUMN_INTEREST] = "interest",
};

static bool equal_folded(struct span text, const char *lower)
{
    size_t n = strlen(lower);

    if (text.n != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = text.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + ('a' - 'A'));
        if (c != lower[i])
            return false;
    }
    return true;
}

static enum column column_of(struct span name)
{
    name = span_trim(name);
    for (unsigned i = 0; i < COLUMN_COUNT; i++)
        if (equal_folded(name, column_names[i]))
            return (enum column)i;
    return COLUMN_OTHER;
}

/* --- one parser ---------------------------------------------------------------------- */

enum stage {
    STAGE_INTRO = 0, /* nothing read yet: "#case-csv" or the header */
    STAGE_HEADER,
    STAGE_ROWS,
    STAGE_END,  /* behind "#end" */
    STAGE_DEAD, /* nothing more is read */
};

enum text_field {
    TEXT_NUMBER = 0,
    TEXT_REFERENCE,
    TEXT_DEBTOR_ID,
    TEXT_DEBTOR_NAME,
    TEXT_PAYEE_ACCOUNT,
    TEXT_COUNT
};

struct casecsv {
    const struct sink *sink;
    struct tally tally;
    struct delimited reader;
    enum stage stage;
    uint64_t record;      /* line where the record begins, from 1 */
    int at[COLUMN_COUNT]; /* index of the column in a row, -1: not there */
    unsigned columns;
    bool test;
    bool states_zero;
    struct letters letters;
    enum charset set; /* of what is not UTF-8 in this record; ASCII: all is */
    bool said_after_end;

    int64_t rows;
    int64_t sum;
    bool sum_known;   /* all amounts were readable, of one currency, and did not overflow */
    char currency[4]; /* of the first row */
    bool unended;     /* the last row had no line end */

    struct item item;   /* the row's; every member is set anew */
    struct known_date { /* read last; most rows repeat the dates of the row before */
        char text[10];
        struct date date;
    } issued, due;
    char text[TEXT_COUNT][ITEM_TEXT_MAX];
};

static int structure(struct casecsv *c, const char *what)
{
    return tally_structure(&c->tally, c->record, what);
}

static int bad_field(struct casecsv *c, enum column column, const char *expected)
{
    return tally_field(&c->tally, FINDING_BAD_FIELD, c->record, column_names[column], expected);
}

/* span_trim, with the common case first: nothing to trim. */
static inline struct span trim(struct span s)
{
    if (s.n && (unsigned char)s.p[0] > ' ' && (unsigned char)s.p[s.n - 1] > ' ')
        return s;
    return span_trim(s);
}

static inline struct span value_of(const struct casecsv *c, const struct delimited_record *rec,
                                   enum column column)
{
    return c->at[column] < 0 ? SPAN_NONE : trim(rec->field[c->at[column]]);
}

/* --- texts --------------------------------------------------------------------------- */

/* A text of a record that is not all UTF-8, or one longer than an item carries. */
static int take_unusual_text(struct casecsv *c, struct span raw, enum column column,
                             enum text_field where, struct span *out)
{
    size_t lost = 0;
    struct span left = raw;

    if (utf8_valid(raw)) {
        *out = utf8_cut(raw, ITEM_TEXT_MAX);
        left.n -= out->n;
    } else {
        char *text = c->text[where];
        *out = span_of(text, charset_decode_into(c->set, &left, text, ITEM_TEXT_MAX, &lost));
    }
    if (!left.n)
        return 0;
    return tally_text_cut(&c->tally, c->record, column_names[column]);
}

static inline int take_text(struct casecsv *c, const struct delimited_record *rec,
                            enum column column, enum text_field where, struct span *out)
{
    struct span raw = value_of(c, rec, column);

    *out = raw.n ? raw : SPAN_NONE;
    if (raw.n <= ITEM_TEXT_MAX && c->set == CHARSET_ASCII)
        return 0;
    return raw.n ? take_unusual_text(c, raw, column, where, out) : 0;
}

/* Blanks inside a reference are for the eye ("1234 5678"). */
static struct span without_blanks(struct span s, char out[ITEM_TEXT_MAX])
{
    size_t n = 0;

    if (s.n == 0 || !memchr(s.p, ' ', s.n))
        return s;
    for (size_t i = 0; i < s.n && n < ITEM_TEXT_MAX; i++)
        if (s.p[i] != ' ')
            out[n++] = s.p[i];
    return span_of(out, n);
}

/* The fields that are not UTF-8 are all in one set; DOS is the last to be taken for another. */
static void see_charset(struct casecsv *c, const struct delimited_record *rec)
{
    c->set = CHARSET_ASCII;
    if (!rec->high)
        return;
    for (unsigned i = 0; !rec->utf8 && i < rec->n; i++) {
        if (utf8_valid(rec->field[i]))
            continue;
        enum charset set = charset_of(rec->field[i], &c->letters.evidence);
        if (set > c->set)
            c->set = set;
    }
    letters_note(&c->letters, c->set == CHARSET_ASCII ? CHARSET_UTF8 : c->set, c->record);
}

/* --- a row --------------------------------------------------------------------------- */

static int take_type(struct casecsv *c, const struct delimited_record *rec, struct item *item)
{
    struct span text = value_of(c, rec, COLUMN_TYPE);

    item->type = ITEM_CASE;
    if (text.n == 0 || span_eq_str(text, "case") || equal_folded(text, "case"))
        return 0;
    if (equal_folded(text, "invoice"))
        item->type = ITEM_INVOICE;
    else if (equal_folded(text, "credit-note"))
        item->type = ITEM_CREDIT_NOTE;
    else
        return bad_field(c, COLUMN_TYPE, "case, invoice or credit-note");
    return 0;
}

static int take_date(struct casecsv *c, const struct delimited_record *rec, enum column column,
                     struct known_date *known, struct date *date)
{
    struct span text = value_of(c, rec, column);

    *date = DATE_NONE;
    if (text.n == 0)
        return column == COLUMN_DUE_DATE ? bad_field(c, column, "filled in") : 0;
    if (text.n == sizeof(known->text) && memcmp(text.p, known->text, sizeof(known->text)) == 0) {
        *date = known->date;
        return 0;
    }
    if (date_parse_iso(text, date) < 0) {
        *date = DATE_NONE;
        return bad_field(c, column, "a date YYYY-MM-DD");
    }
    memcpy(known->text, text.p, sizeof(known->text));
    known->date = *date;
    return 0;
}

static int take_currency(struct casecsv *c, const struct delimited_record *rec, struct item *item)
{
    struct span text = value_of(c, rec, COLUMN_CURRENCY);

    if (text.n == 0)
        text = SPAN_LIT("SEK");
    if (text.n == 3 && (memcmp(text.p, "SEK", 3) == 0 || currency_known(text))) {
        memcpy(item->currency, text.p, 3);
        return 0;
    }
    memcpy(item->currency, "XXX", 3); /* ISO 4217: no currency */
    return bad_field(c, COLUMN_CURRENCY, "an ISO 4217 currency");
}

static void add_to_sum(struct casecsv *c, const struct item *item)
{
    if (c->rows == 1)
        memcpy(c->currency, item->currency, sizeof(c->currency));
    if (memcmp(c->currency, item->currency, sizeof(c->currency)) != 0 ||
        money_add(c->sum, item->amount_minor, &c->sum) < 0)
        c->sum_known = false;
}

static int take_amount(struct casecsv *c, const struct delimited_record *rec, struct item *item)
{
    struct span text = value_of(c, rec, COLUMN_AMOUNT);
    int exponent = currency_exponent(span_of(item->currency, 3));
    int64_t minor;

    if (money_parse(text, exponent < 0 ? 2 : exponent, &minor) < 0 || minor == INT64_MIN) {
        c->sum_known = false;
        return bad_field(c, COLUMN_AMOUNT, text.n ? "an amount such as 1234,50" : "filled in");
    }
    item->amount_minor = minor;
    if (item->type == ITEM_CREDIT_NOTE)
        item->amount_minor = minor < 0 ? minor : -minor;
    else if (minor < 0)
        return tally_field(&c->tally, FINDING_FIELD_NOTE, c->record, "amount", "a positive amount");
    return 0;
}

/* Beside the capital: nobody must say it, and an odd one stops nothing. */
static int take_beside(struct casecsv *c, const struct delimited_record *rec, enum column column,
                       int64_t *minor)
{
    struct span text = value_of(c, rec, column);
    int exponent = currency_exponent(span_of(c->item.currency, 3));

    *minor = 0;
    if (text.n == 0 || money_parse(text, exponent < 0 ? 2 : exponent, minor) == 0)
        return 0;
    return tally_field(&c->tally, FINDING_FIELD_NOTE, c->record, column_names[column],
                       "an amount such as 1234,50");
}

static int take_texts(struct casecsv *c, const struct delimited_record *rec, struct item *item)
{
    int r = take_text(c, rec, COLUMN_NUMBER, TEXT_NUMBER, &item->number);

    if (r == 0)
        r = take_text(c, rec, COLUMN_REFERENCE, TEXT_REFERENCE, &item->reference);
    if (r == 0)
        r = take_text(c, rec, COLUMN_DEBTOR_ID, TEXT_DEBTOR_ID, &item->counterparty_id);
    if (r == 0)
        r = take_text(c, rec, COLUMN_DEBTOR_NAME, TEXT_DEBTOR_NAME, &item->counterparty_name);
    if (r == 0)
        r = take_text(c, rec, COLUMN_PAYEE_ACCOUNT, TEXT_PAYEE_ACCOUNT, &item->payee_account);
    item->reference = without_blanks(item->reference, c->text[TEXT_REFERENCE]);
    if (r == 0 && item->number.n == 0)
        r = bad_field(c, COLUMN_NUMBER, "filled in");
    if (r == 0 && item->counterparty_id.n == 0 && item->counterparty_name.n == 0)
        r = bad_field(c, COLUMN_DEBTOR_ID, "filled in, nor is debtor_name");
    return r;
}

static int take_row(struct casecsv *c, const struct delimited_record *rec)
{
    struct item *item = &c->item;
    int r;

    see_charset(c, rec);
    c->rows++;
    item->record = c->record;
    item->amount_minor = 0;
    r = take_type(c, rec, item);
    if (r == 0)
        r = take_date(c, rec, COLUMN_ISSUE_DATE, &c->issued, &item->issue_date);
    if (r == 0)
        r = take_date(c, rec, COLUMN_DUE_DATE, &c->due, &item->due_date);
    if (r == 0)
        r = take_currency(c, rec, item);
    if (r == 0)
        r = take_amount(c, rec, item);
    if (r == 0)
        r = take_beside(c, rec, COLUMN_FEE, &item->fee_minor);
    if (r == 0)
        r = take_beside(c, rec, COLUMN_INTEREST, &item->interest_minor);
    if (r == 0)
        r = take_texts(c, rec, item);
    add_to_sum(c, item);
    return r == 0 ? sink_item(c->sink, item) : r;
}

/* --- intro, header and end ----------------------------------------------------------- */

/* The value of "key=value" among the fields; absent: false. */
static bool key_value(const struct delimited_record *rec, const char *key, struct span *value)
{
    size_t n = strlen(key);

    for (unsigned i = 1; i < rec->n; i++) {
        struct span field = span_trim(rec->field[i]);
        if (field.n > n && field.p[n] == '=' && equal_folded(span_of(field.p, n), key)) {
            *value = span_trim(span_of(field.p + n + 1, field.n - n - 1));
            return true;
        }
    }
    return false;
}

static int take_intro(struct casecsv *c, const struct delimited_record *rec)
{
    struct span value;
    int r = 0;

    if (key_value(rec, "version", &value) && !span_eq_str(value, "1"))
        r = tally_field(&c->tally, FINDING_FIELD_NOTE, c->record, "version", "1");
    if (r < 0 || !key_value(rec, "environment", &value))
        return r;
    if (equal_folded(value, "p") || value.n == 0)
        return 0;
    if (equal_folded(value, "t") || equal_folded(value, "test")) {
        struct finding f = finding_make(FINDING_TEST_MARK, c->record);
        c->test = true;
        finding_text(&f, "where", SPAN_LIT("environment"));
        finding_text(&f, "value", SPAN_LIT("T"));
        return tally_add(&c->tally, &f);
    }
    return tally_field(&c->tally, FINDING_FIELD_NOTE, c->record, "environment", "P or T");
}

static int refuse_header(struct casecsv *c, const char *what)
{
    c->stage = STAGE_DEAD;
    return structure(c, what);
}

static int take_header(struct casecsv *c, const struct delimited_record *rec)
{
    for (unsigned i = 0; i < COLUMN_COUNT; i++)
        c->at[i] = -1;
    for (unsigned i = 0; i < rec->n; i++) {
        enum column column = column_of(rec->field[i]);
        if (column == COLUMN_OTHER)
            continue;
        if (c->at[column] >= 0)
            return refuse_header(c, "the header names a column twice");
        c->at[column] = (int)i;
    }
    c->columns = rec->n;
    c->stage = STAGE_ROWS;
    if (c->at[COLUMN_NUMBER] < 0)
        return refuse_header(c, "the header has no column number");
    if (c->at[COLUMN_DUE_DATE] < 0)
        return refuse_header(c, "the header has no column due_date");
    if (c->at[COLUMN_AMOUNT] < 0)
        return refuse_header(c, "the header has no column amount");
    if (c->at[COLUMN_DEBTOR_ID] < 0 && c->at[COLUMN_DEBTOR_NAME] < 0)
        return refuse_header(c, "the header has no column debtor_id or debtor_name");
    return 0;
}

static int check_end_items(struct casecsv *c, struct span text)
{
    int64_t stated;

    if (!record_number(text, &stated))
        return tally_field(&c->tally, FINDING_BAD_FIELD, c->record, "items", "a number");
    c->states_zero = stated == 0 && c->rows == 0;
    if (stated == c->rows)
        return 0;
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, c->record);
    finding_text(&f, "what", SPAN_LIT("the number of items (#end)"));
    finding_int(&f, "stated", stated);
    finding_int(&f, "computed", c->rows);
    return tally_add(&c->tally, &f);
}

static int check_end_sum(struct casecsv *c, struct span text)
{
    int exponent = currency_exponent(span_of(c->currency, 3));
    int64_t stated;

    if (money_parse(text, exponent < 0 ? 2 : exponent, &stated) < 0)
        return tally_field(&c->tally, FINDING_BAD_FIELD, c->record, "sum", "an amount");
    if (!c->sum_known || stated == c->sum)
        return 0;
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, c->record);
    finding_text(&f, "what", SPAN_LIT("the sum (#end)"));
    finding_money(&f, "stated", stated, c->currency);
    finding_money(&f, "computed", c->sum, c->currency);
    return tally_add(&c->tally, &f);
}

static int take_end(struct casecsv *c, const struct delimited_record *rec)
{
    struct span items;
    struct span sum;
    bool has_items = key_value(rec, "items", &items);
    bool has_sum = key_value(rec, "sum", &sum);
    int r = 0;

    c->stage = STAGE_END;
    if (!rec->ended && !(has_items && has_sum))
        return tally_truncated(&c->tally, c->record, LEVEL_HOLD,
                               "the line #end is without its line end and its sum");
    if (has_items)
        r = check_end_items(c, items);
    if (r == 0 && has_sum)
        r = check_end_sum(c, sum);
    return r;
}

/* --- a record ------------------------------------------------------------------------ */

static bool is_blank(const struct delimited_record *rec)
{
    for (unsigned i = 0; i < rec->n; i++) {
        struct span field = span_trim(rec->field[i]);
        if (field.n && !(rec->n == 1 && span_eq_str(field, "\x1A"))) /* DOS end of file */
            return false;
    }
    return true;
}

static bool is_word(const struct delimited_record *rec, const char *word)
{
    return rec->field[0].n && rec->field[0].p[0] == '#' &&
           equal_folded(span_trim(rec->field[0]), word);
}

/* Faults of the record as a whole. 0: it can be read; 1: it cannot, and that was said. */
static int check_record(struct casecsv *c, const struct delimited_record *rec)
{
    int r = 0;

    if (rec->cut || rec->too_many) {
        c->stage = STAGE_DEAD;
        r = rec->cut ? tally_limit(&c->tally, c->record, "record length", RECORD_MAX)
                     : tally_limit(&c->tally, c->record, "columns", DELIMITED_FIELDS_MAX);
        return r < 0 ? r : 1;
    }
    if (rec->unclosed) {
        c->stage = STAGE_DEAD;
        r = tally_truncated(&c->tally, c->record, LEVEL_REJECT, "a quoted field is not closed");
        return r < 0 ? r : 1;
    }
    if (rec->stray)
        r = structure(c, "text follows a closing quote");
    return r;
}

static int take_in_rows(struct casecsv *c, const struct delimited_record *rec)
{
    if (is_word(rec, "#end"))
        return take_end(c, rec);
    if (rec->n == c->columns) {
        c->unended = !rec->ended;
        return take_row(c, rec);
    }
    if (!rec->ended) {
        c->stage = STAGE_DEAD;
        return tally_truncated(&c->tally, c->record, LEVEL_REJECT, "the last row is incomplete");
    }
    return structure(c, "a row has another number of columns than the header");
}

static int take_record(struct casecsv *c, const struct delimited_record *rec)
{
    int r;

    c->record = rec->line;
    r = check_record(c, rec);
    if (r != 0)
        return r < 0 ? r : 0;
    if (c->stage == STAGE_ROWS && rec->n > 1 && rec->field[0].n && rec->field[0].p[0] != '#')
        return take_in_rows(c, rec);
    if (is_blank(rec))
        return 0;
    switch (c->stage) {
    case STAGE_INTRO:
        c->stage = STAGE_HEADER;
        return is_word(rec, "#case-csv") ? take_intro(c, rec) : take_header(c, rec);
    case STAGE_HEADER:
        return take_header(c, rec);
    case STAGE_ROWS:
        return take_in_rows(c, rec);
    case STAGE_END:
        if (c->said_after_end)
            return 0;
        c->said_after_end = true;
        return structure(c, "text follows the line #end");
    case STAGE_DEAD:
        break;
    }
    return 0;
}

/* --- pushing ------------------------------------------------------------------------- */

static void unicode(struct parser *parser, const char *form)
{
    (void)form;
    ((struct casecsv *)parser)->letters.utf8 = true;
}

static int push(struct parser *parser, struct span bytes)
{
    struct casecsv *c = (struct casecsv *)parser;
    const struct delimited_record *rec;
    int r = 0;

    while (r == 0 && c->stage != STAGE_DEAD) {
        int got = delimited_next(&c->reader, &bytes, &rec);
        if (got <= 0)
            return got;
        r = take_record(c, rec);
    }
    return r;
}

static int finish(struct parser *parser, struct parser_facts *facts)
{
    struct casecsv *c = (struct casecsv *)parser;
    const struct delimited_record *rec;
    int r = 0;

    if (c->stage != STAGE_DEAD) {
        r = delimited_last(&c->reader, &rec);
        if (r > 0)
            r = take_record(c, rec);
    }
    if (r == 0 && (c->stage == STAGE_INTRO || c->stage == STAGE_HEADER))
        r = structure(c, "there is no header row");
    if (r == 0 && c->stage == STAGE_ROWS && c->unended)
        r = tally_truncated(&c->tally, c->record, LEVEL_HOLD,
                            "the last row has no line end and there is no line #end");
    if (r == 0)
        r = letters_say(&c->letters, &c->tally);
    if (r == 0)
        r = tally_finish(&c->tally);
    if (r == 0)
        *facts = (struct parser_facts){.test = c->test, .states_zero = c->states_zero};
    return r;
}

static int open_parser(const struct sink *sink, struct parser **out)
{
    struct casecsv *c = calloc(1, sizeof(*c));

    if (!c)
        return SLUSS_ENOMEM;
    c->sink = sink;
    c->sum_known = true;
    memcpy(c->currency, "SEK", sizeof(c->currency));
    tally_init(&c->tally, sink);
    delimited_init(&c->reader, SEPARATOR);
    c->letters.rule = LETTERS_EITHER;
    *out = (struct parser *)c;
    return 0;
}

static void close_parser(struct parser **parser)
{
    struct casecsv *c = (struct casecsv *)*parser;

    if (!c)
        return;
    delimited_free(&c->reader);
    free(c);
    *parser = NULL;
}

/* --- recognition --------------------------------------------------------------------- */

/* Is the line the word, alone or with fields behind it? */
static bool begins_with_word(struct span line, struct span word)
{
    if (!span_starts(line, word))
        return false;
    return line.n == word.n || strchr(";\r\n \t", line.p[word.n]);
}

static enum bid bid_header(struct span line)
{
    bool has[COLUMN_COUNT + 1] = {false};
    unsigned known = 0;

    while (line.n) {
        const char *end = memchr(line.p, SEPARATOR, line.n);
        struct span name = span_of(line.p, end ? (size_t)(end - line.p) : line.n);
        line = span_of(line.p + name.n + (end != NULL), line.n - name.n - (end != NULL));
        name = span_trim(name);
        if (name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"')
            name = span_of(name.p + 1, name.n - 2);
        enum column column = column_of(name);
        known += column != COLUMN_OTHER && !has[column];
        has[column] = true;
    }
    if (has[COLUMN_NUMBER] && has[COLUMN_DUE_DATE] && has[COLUMN_AMOUNT] &&
        (has[COLUMN_DEBTOR_ID] || has[COLUMN_DEBTOR_NAME]))
        return BID_CERTAIN;
    return known >= 2 ? BID_POSSIBLE : BID_NO;
}

static enum bid bid(struct span head, bool whole)
{
    const char *end = head.n ? memchr(head.p, '\n', head.n) : NULL;
    if (begins_with_word(head, SPAN_LIT("#case-csv")))
        return BID_CERTAIN;
    if (!end && !whole)
        return BID_NO;
    return bid_header(end ? span_of(head.p, (size_t)(end - head.p)) : head);
}

static enum ending ending(struct span head, struct span tail)
{
    (void)head;
    bool ended = tail.n && tail.p[tail.n - 1] == '\n';
    struct span last = span_trim(tail);
    const char *before = last.n ? memrchr(last.p, '\n', last.n) : NULL;
    if (before)
        last = span_of(before + 1, last.n - (size_t)(before + 1 - last.p));
    if (begins_with_word(last, SPAN_LIT("#end")) && (ended || memmem(last.p, last.n, ";sum=", 5)))
        return ENDING_WHOLE;
    return ended ? ENDING_UNKNOWN : ENDING_CUT;
}

const struct format format_casecsv = {
    .name = "case-csv",
    .kind = KIND_CASES,
    .title = "case-csv, the table of cases that sluss defines",
    .carries = "cases, invoices and credit notes; number, dates, amount, reference, debtor's id "
               "and name, payee account",
    .end_mark = "#end",
    .source = "case-csv version 1, in the manual of sluss",
    .bid = bid,
    .ending = ending,
    .begin = open_parser,
    .unicode = unicode,
    .push = push,
    .finish = finish,
    .close = close_parser,
};

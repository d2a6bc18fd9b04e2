/* layout.c -- the layout language: statements into tables, then what must hold among them */
#include "parsers/layout.h"

#include <stdarg.h>

#include "model/error.h"
#include "model/text.h"
#include "parsers/delimited.h"
#include "parsers/layout_reader.h"
#include "parsers/record.h"

#define WORDS_MAX    64
#define ERRORS_MAX   20
#define POSITION_MAX 10000
#define PREFIX       "layout:"

struct compiler {
    struct arena *arena;
    struct buf *errors;
    unsigned error_count;
    bool no_memory;
    struct layout *layout;
    struct layout_field *fields; /* of all records, in the order written */
    unsigned field_count;
    struct layout_record *record; /* the one that `field` adds to; null: none yet */
    unsigned line;
    struct span word[WORDS_MAX];
    unsigned n, at;
    bool said_kind, said_charset, said_dialect, said_totals, said_sample, in_sample;
    struct buf sample;
};

__attribute__((format(printf, 3, 4))) static void wrong_at(struct compiler *c, unsigned line,
                                                           const char *format, ...)
{
    va_list args;

    if (c->error_count++ >= ERRORS_MAX)
        return;
    (void)buf_printf(c->errors, "%u: ", line);
    va_start(args, format);
    (void)buf_vprintf(c->errors, format, args);
    va_end(args);
    (void)buf_char(c->errors, '\n');
}

#define wrong(c, ...) wrong_at((c), (c)->line, __VA_ARGS__)

/* --- words --------------------------------------------------------------------------------- */

static struct span keep(struct compiler *c, struct span text)
{
    struct span kept = arena_copy(c->arena, text);

    if (!kept.p)
        c->no_memory = true;
    return kept;
}

static const char *keep_str(struct compiler *c, struct span text)
{
    const char *kept = arena_str(c->arena, text);

    if (!kept)
        c->no_memory = true;
    return kept ? kept : "";
}

/* A quoted word at the front of *rest, doubled quotes taken as one. */
static bool quoted_word(struct compiler *c, struct span *rest)
{
    char *out = arena_alloc(c->arena, rest->n + 1);
    size_t n = 0;

    if (!out) {
        c->no_memory = true;
        return false;
    }
    for (size_t i = 1; i < rest->n; i++) {
        if (rest->p[i] == '"' && (i + 1 == rest->n || rest->p[i + 1] != '"')) {
            c->word[c->n++] = span_of(out, n);
            *rest = span_of(rest->p + i + 1, rest->n - i - 1);
            return true;
        }
        i += rest->p[i] == '"';
        out[n++] = rest->p[i];
    }
    return false;
}

/* A lone " is a word as well: it is what quoteChar wants. */
static bool is_quoted(struct span rest)
{
    return rest.p[0] == '"' && rest.n > 1 && rest.p[1] != ' ' && rest.p[1] != '\t';
}

static bool split_words(struct compiler *c, struct span line)
{
    c->n = c->at = 0;
    for (line = span_trim(line); line.n; line = span_trim(line)) {
        size_t n = 0;
        if (c->n == WORDS_MAX) {
            wrong(c, "more than %d words in a line; write fewer", WORDS_MAX);
            return false;
        }
        if (is_quoted(line)) {
            if (quoted_word(c, &line))
                continue;
            wrong(c, "a quoted text is not closed; end it with \"");
            return false;
        }
        while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t')
            n++;
        c->word[c->n++] = keep(c, span_of(line.p, n));
        line = span_of(line.p + n, line.n - n);
    }
    return true;
}

static struct span next_word(struct compiler *c)
{
    return c->at < c->n ? c->word[c->at++] : SPAN_NONE;
}

static bool next_is(const struct compiler *c, const char *word)
{
    return c->at < c->n && span_eq_str(c->word[c->at], word);
}

static bool take_if(struct compiler *c, const char *word)
{
    bool is = next_is(c, word);

    c->at += is;
    return is;
}

static struct span want_word(struct compiler *c, const char *what)
{
    if (c->at >= c->n)
        wrong(c, "%s is missing at the end of the line; add it", what);
    return next_word(c);
}

static unsigned want_number(struct compiler *c, const char *what, unsigned least, unsigned most)
{
    struct span word = want_word(c, what);
    int64_t n = 0;

    if (word.p && (!record_number(word, &n) || n < least || n > most)) {
        wrong(c, "%s is no number from %u to %u; write one", what, least, most);
        return least;
    }
    return word.p ? (unsigned)n : least;
}

static char want_char(struct compiler *c, const char *what)
{
    struct span word = want_word(c, what);

    if (span_eq_str(word, "tab"))
        return '\t';
    if (span_eq_str(word, "space"))
        return ' ';
    if (span_eq_str(word, "none"))
        return 0;
    if (word.p && (word.n != 1 || (unsigned char)word.p[0] < ' ' || (unsigned char)word.p[0] > '~'))
        wrong(c, "%s is not one ASCII character; write it, or tab, space or none", what);
    return word.p && word.n ? word.p[0] : 0;
}

static bool want_yes(struct compiler *c, const char *what)
{
    struct span word = want_word(c, what);

    if (word.p && !span_eq_str(word, "yes") && !span_eq_str(word, "no"))
        wrong(c, "%s is neither yes nor no; write one of them", what);
    return span_eq_str(word, "yes");
}

static void want_end(struct compiler *c)
{
    if (c->at < c->n)
        wrong(c, "\"%.*s\" is not understood here; sluss-layout(5) lists the words",
              SPAN_FMT(c->word[c->at]));
    c->at = c->n;
}

/* The value of a word among names; -1, and said. */
static int choose(struct compiler *c, const char *what, const char *const *names)
{
    struct span word = want_word(c, what);

    for (int i = 0; word.p && names[i]; i++)
        if (span_eq_str(word, names[i]))
            return i;
    if (!word.p)
        return -1;
    wrong(c, "%s \"%.*s\" is not known; sluss-layout(5) lists those there are", what,
          SPAN_FMT(word));
    return -1;
}

static bool is_name(struct span name)
{
    if (name.n == 0 || name.n > LAYOUT_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", name.p[i]) || !name.p[i])
            return false;
    return true;
}

/* --- roles --------------------------------------------------------------------------------- */

struct role_row {
    const char *name;
    enum layout_role role;
    enum layout_type type; /* what a field of it must be; STRING: text of any type */
    bool money;
    bool personal;
};

static const struct role_row roles[] = {
    {"invoice-no", ROLE_NUMBER, LAYOUT_STRING, false, false},
    {"payment-id", ROLE_NUMBER, LAYOUT_STRING, false, false},
    {"case-id", ROLE_CASE_ID, LAYOUT_STRING, false, false},
    {"ocr", ROLE_OCR, LAYOUT_STRING, false, false},
    {"debtor-id", ROLE_DEBTOR_ID, LAYOUT_STRING, false, true},
    {"payer-id", ROLE_DEBTOR_ID, LAYOUT_STRING, false, true},
    {"debtor-name", ROLE_DEBTOR_NAME, LAYOUT_STRING, false, true},
    {"payer-name", ROLE_DEBTOR_NAME, LAYOUT_STRING, false, true},
    {"creditor-account", ROLE_PAYEE_ACCOUNT, LAYOUT_STRING, false, false},
    {"creditor-id", ROLE_CREDITOR, LAYOUT_STRING, false, false},
    {"currency", ROLE_CURRENCY, LAYOUT_STRING, false, false},
    {"invoice-date", ROLE_INVOICE_DATE, LAYOUT_DATE, false, false},
    {"payment-date", ROLE_INVOICE_DATE, LAYOUT_DATE, false, false},
    {"due-date", ROLE_DUE_DATE, LAYOUT_DATE, false, false},
    {"capital", ROLE_CAPITAL, LAYOUT_NUMBER, true, false},
    {"amount", ROLE_CAPITAL, LAYOUT_NUMBER, true, false},
    {"item-type", ROLE_TYPE, LAYOUT_STRING, false, false},
    {"serial", ROLE_SERIAL, LAYOUT_INTEGER, false, false},
    {"test-mark", ROLE_TEST_MARK, LAYOUT_STRING, false, false},
    {"sign", ROLE_SIGN, LAYOUT_STRING, false, false},
    {"created", ROLE_OTHER, LAYOUT_STRING, false, false},
    {"batch-no", ROLE_OTHER, LAYOUT_STRING, false, false},
    {"case-kind", ROLE_OTHER, LAYOUT_STRING, false, false},
    {"claim-type", ROLE_OTHER, LAYOUT_STRING, false, false},
    {"customer-no", ROLE_OTHER, LAYOUT_STRING, false, true},
    {"debtor-type", ROLE_OTHER, LAYOUT_STRING, false, false},
    {"address", ROLE_OTHER, LAYOUT_STRING, false, true},
    {"postcode", ROLE_OTHER, LAYOUT_STRING, false, true},
    {"city", ROLE_OTHER, LAYOUT_STRING, false, true},
    {"country", ROLE_OTHER, LAYOUT_STRING, false, true},
    {"phone", ROLE_OTHER, LAYOUT_STRING, false, true},
    {"email", ROLE_OTHER, LAYOUT_STRING, false, true},
    {"text", ROLE_OTHER, LAYOUT_STRING, false, true},
    {"fee", ROLE_FEE, LAYOUT_NUMBER, true, false},
    {"interest", ROLE_INTEREST, LAYOUT_NUMBER, true, false},
    {"paid", ROLE_OTHER, LAYOUT_NUMBER, true, false},
    {"paid-date", ROLE_OTHER, LAYOUT_DATE, false, false},
    {"interest-rate", ROLE_OTHER, LAYOUT_NUMBER, false, false},
    {"interest-from", ROLE_OTHER, LAYOUT_DATE, false, false},
    {"count", ROLE_OTHER, LAYOUT_INTEGER, false, false},
    {"sum", ROLE_OTHER, LAYOUT_NUMBER, true, false},
};

static void take_role(struct compiler *c, struct layout_field *f)
{
    struct span name = want_word(c, "the role");

    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (!span_eq_str(name, roles[i].name))
            continue;
        f->role_name = roles[i].name;
        f->role = roles[i].role;
        f->money = roles[i].money;
        f->personal = roles[i].personal;
        if (f->type == LAYOUT_STRING)
            f->type = roles[i].type;
        return;
    }
    if (name.p)
        wrong(c, "role \"%.*s\" is not known; sluss-layout(5) lists those there are",
              SPAN_FMT(name));
}

static const struct role_row *row_of(const struct layout_field *f)
{
    for (size_t i = 0; f->role_name && i < sizeof(roles) / sizeof(roles[0]); i++)
        if (roles[i].name == f->role_name)
            return &roles[i];
    return NULL;
}

/* --- the words of a field ------------------------------------------------------------------ */

static void take_position(struct compiler *c, struct layout_field *f)
{
    f->first = want_number(c, "the position", 1, POSITION_MAX);
}

static void take_length(struct compiler *c, struct layout_field *f)
{
    f->length = want_number(c, "the length", 1, POSITION_MAX);
}

static void take_column(struct compiler *c, struct layout_field *f)
{
    f->first = want_number(c, "the column", 1, DELIMITED_FIELDS_MAX);
}

static void take_type(struct compiler *c, struct layout_field *f)
{
    static const char *const names[] = {"string", "digits", "integer", "number", "date", NULL};
    int type = choose(c, "type", names);
    const struct role_row *row = row_of(f);

    if (type < 0)
        return;
    if (row && row->type != LAYOUT_STRING && row->type != (enum layout_type)type)
        wrong(c, "a field of role %s is of type %s; remove the type", row->name, names[row->type]);
    f->type = (enum layout_type)type;
}

static void take_format(struct compiler *c, struct layout_field *f)
{
    unsigned year = 0, month = 0, day = 0;

    f->format = want_word(c, "the format");
    if (!f->format.p)
        return;
    for (size_t i = 0; i < f->format.n; i++) {
        char ch = f->format.p[i];
        year += ch == 'Y' || ch == 'C';
        month += ch == 'M';
        day += ch == 'D';
    }
    if ((year != 2 && year != 4) || month != 2 || day != 2)
        wrong(c, "a date is written with CCYY or YY, MM and DD once each, as in CCYYMMDD or "
                 "DD.MM.YYYY; mend the format");
}

static void take_pivot(struct compiler *c, struct layout_field *f)
{
    f->pivot = (int)want_number(c, "the pivot", 0, 99);
}

static void take_scale(struct compiler *c, struct layout_field *f)
{
    f->scale = (int)want_number(c, "the scale", 0, 6);
}

static void take_sign(struct compiler *c, struct layout_field *f)
{
    static const char *const names[] = {"leading", "trailing", "overpunch", "field", NULL};
    int sign = choose(c, "sign", names);

    if (sign < 0)
        return;
    f->sign = (enum layout_sign)sign;
    if (f->sign != SIGN_FIELD)
        return;
    f->sign_name = want_word(c, "the field that holds the sign");
    if (!take_if(c, "plus"))
        wrong(c, "after sign field NAME comes plus TEXT minus TEXT; add them");
    f->plus = want_word(c, "the text for plus");
    if (!take_if(c, "minus"))
        wrong(c, "after plus TEXT comes minus TEXT; add it");
    f->minus = want_word(c, "the text for minus");
}

static void take_required(struct compiler *c, struct layout_field *f)
{
    (void)c;
    f->required = true;
}

static void take_optional(struct compiler *c, struct layout_field *f)
{
    (void)c;
    f->optional = true;
}

static void take_literal(struct compiler *c, struct layout_field *f)
{
    f->literal = want_word(c, "the literal");
}

static void take_enum(struct compiler *c, struct layout_field *f)
{
    f->choices = want_word(c, "the choices");
}

static void take_missing(struct compiler *c, struct layout_field *f)
{
    f->missing = want_word(c, "the text that means missing");
}

static void take_test(struct compiler *c, struct layout_field *f)
{
    f->test = want_word(c, "the text that means test");
}

static void take_credit(struct compiler *c, struct layout_field *f)
{
    f->credit = want_word(c, "the text that means credit note");
}

static void take_heading(struct compiler *c, struct layout_field *f)
{
    f->heading = want_word(c, "the heading");
}

static void take_padding(struct compiler *c, struct layout_field *f)
{
    f->padding = want_char(c, "the padding");
    f->pad_left = true;
}

static void take_justify(struct compiler *c, struct layout_field *f)
{
    static const char *const names[] = {"left", "right", NULL};

    f->pad_left = choose(c, "justify", names) != 0;
}

static void take_total(struct compiler *c, struct layout_field *f)
{
    static const char *const names[] = {"count", "sum", NULL};
    int which = choose(c, "total", names);

    if (which < 0)
        return;
    f->total = which == 0 ? TOTAL_COUNT : TOTAL_SUM;
    if (f->total == TOTAL_SUM)
        f->total_role = want_word(c, "the role that is added up");
    f->total_record = want_word(c, "the record that is counted or added up");
    if (c->layout->totals == LAYOUT_TOTALS_MAX)
        wrong(c, "more than %d totals; remove some", LAYOUT_TOTALS_MAX);
    else
        f->total_slot = c->layout->totals++;
    if (f->type == LAYOUT_STRING)
        f->type = f->total == TOTAL_COUNT ? LAYOUT_INTEGER : LAYOUT_NUMBER;
    f->money = f->total == TOTAL_SUM;
}

static const struct field_word {
    const char *name;
    void (*take)(struct compiler *c, struct layout_field *f);
} field_words[] = {
    {"position", take_position}, {"length", take_length},     {"column", take_column},
    {"role", take_role},         {"type", take_type},         {"format", take_format},
    {"pivot", take_pivot},       {"scale", take_scale},       {"sign", take_sign},
    {"required", take_required}, {"optional", take_optional}, {"literal", take_literal},
    {"enum", take_enum},         {"missing", take_missing},   {"test", take_test},
    {"credit", take_credit},     {"heading", take_heading},   {"padding", take_padding},
    {"justify", take_justify},   {"total", take_total},
};

#define FIELD_WORDS (sizeof(field_words) / sizeof(field_words[0]))

static void take_field_words(struct compiler *c, struct layout_field *f)
{
    bool seen[FIELD_WORDS] = {false};

    while (c->at < c->n) {
        size_t i = 0;
        while (i < FIELD_WORDS && !next_is(c, field_words[i].name))
            i++;
        if (i == FIELD_WORDS) {
            want_end(c);
            return;
        }
        if (seen[i])
            wrong(c, "%s stands twice in the field; remove one", field_words[i].name);
        seen[i] = true;
        c->at++;
        field_words[i].take(c, f);
    }
}

static void state_field(struct compiler *c)
{
    struct span name = want_word(c, "the field's name");
    struct layout_field *f;

    if (!c->record) {
        wrong(c, "a field stands before any record; write record NAME before it");
        c->at = c->n;
        return;
    }
    if (c->field_count == LAYOUT_FIELDS_MAX) {
        wrong(c, "more than %d fields; leave out those nobody needs", LAYOUT_FIELDS_MAX);
        c->at = c->n;
        return;
    }
    if (name.p && !is_name(name))
        wrong(c, "a field's name is of a-z, 0-9, _ and -, at most %d; mend it", LAYOUT_NAME_MAX);
    f = &c->fields[c->field_count++];
    *f = (struct layout_field){
        .name = keep_str(c, name), .line = c->line, .pivot = -1, .scale = -1, .accumulator = -1};
    if (c->record->count++ == 0)
        c->record->fields = f;
    for (unsigned i = 0; i + 1 < c->record->count; i++)
        if (strcmp(c->record->fields[i].name, f->name) == 0)
            wrong(c, "field %s stands twice in record %s; rename one", f->name, c->record->name);
    take_field_words(c, f);
}

/* --- the other statements ------------------------------------------------------------------ */

static struct span rest_of_line(struct compiler *c)
{
    struct buf text;
    struct span kept;

    buf_init(&text, LAYOUT_TEXT_MAX);
    for (; c->at < c->n; c->at++) {
        if (text.n)
            (void)buf_char(&text, ' ');
        (void)buf_span(&text, c->word[c->at]);
    }
    kept = keep(c, buf_view(&text));
    buf_free(&text);
    return kept;
}

static void state_layout(struct compiler *c)
{
    struct span name = want_word(c, "the layout's name");
    char whole[sizeof(PREFIX) + LAYOUT_NAME_MAX] = PREFIX;

    if (!is_name(name)) {
        wrong(c, "a layout's name is of a-z, 0-9, _ and -, at most %d; mend it", LAYOUT_NAME_MAX);
        return;
    }
    memcpy(whole + strlen(PREFIX), name.p, name.n);
    c->layout->format.name = keep_str(c, span_of(whole, strlen(PREFIX) + name.n));
}

static void state_title(struct compiler *c)
{
    c->layout->format.title = keep_str(c, rest_of_line(c));
}

static void state_source(struct compiler *c)
{
    c->layout->format.source = keep_str(c, rest_of_line(c));
}

static void state_kind(struct compiler *c)
{
    struct span word = want_word(c, "the kind");
    int kind = kind_from_name(word);

    if (kind <= KIND_UNKNOWN)
        wrong(c, "the kind is cases, invoices or payments; write one of them");
    else
        c->layout->format.kind = (enum kind)kind;
    c->said_kind = true;
}

static void state_charset(struct compiler *c)
{
    struct span word = want_word(c, "the charset");
    enum charset set = charset_by_name(word);

    if (word.p && (set == CHARSET_COUNT || set == CHARSET_UTF8_BROKEN))
        wrong(c,
              "charset \"%.*s\" is not known; write utf-8, iso-8859-1, cp1252, cp850, "
              "iso-646-se or another of sluss-layout(5)",
              SPAN_FMT(word));
    else
        c->layout->charset = set;
    c->said_charset = true;
}

static void state_currency(struct compiler *c)
{
    struct span word = want_word(c, "the currency");

    if (word.n == 3 && currency_known(word))
        memcpy(c->layout->currency, word.p, 3);
    else
        wrong(c, "that is no ISO 4217 currency; write one such as SEK");
}

static void state_fixed(struct compiler *c)
{
    if (c->layout->separator)
        wrong(c, "a layout is fixed or has a delimiter, not both; remove one");
    c->layout->fixed = c->said_dialect = true;
    while (c->at < c->n) {
        if (take_if(c, "length")) {
            c->layout->length = want_number(c, "the length", 1, POSITION_MAX);
        } else if (take_if(c, "positions")) {
            static const char *const names[] = {"bytes", "characters", NULL};
            c->layout->characters = choose(c, "positions", names) == 1;
        } else if (take_if(c, "decimalChar")) {
            c->layout->decimal = want_char(c, "decimalChar");
        } else if (take_if(c, "groupChar")) {
            c->layout->group = want_char(c, "groupChar");
        } else {
            want_end(c);
        }
    }
}

static void take_separator(struct compiler *c)
{
    c->layout->separator = want_char(c, "delimiter");
    if (!c->layout->separator || c->layout->separator == '"')
        wrong(c, "that cannot separate fields; write delimiter ; or another character");
}

static void state_dialect(struct compiler *c)
{
    struct layout *l = c->layout;

    if (l->fixed)
        wrong(c, "a layout is fixed or has a dialect, not both; remove one");
    c->said_dialect = true;
    l->separator = 0;
    while (c->at < c->n) {
        if (take_if(c, "delimiter"))
            take_separator(c);
        else if (take_if(c, "quoteChar"))
            l->quote = want_char(c, "quoteChar");
        else if (take_if(c, "decimalChar"))
            l->decimal = want_char(c, "decimalChar");
        else if (take_if(c, "groupChar"))
            l->group = want_char(c, "groupChar");
        else if (take_if(c, "header"))
            l->header = want_yes(c, "header");
        else if (take_if(c, "multiline"))
            l->multiline = want_yes(c, "multiline");
        else
            want_end(c);
    }
    if (!l->separator)
        wrong(c, "dialect needs delimiter; add it");
    if (l->quote && l->quote != '"')
        wrong(c, "quotes are \" or none; write quoteChar \"");
    if (l->multiline && !l->quote)
        wrong(c, "multiline needs quotes; add quoteChar \"");
}

static void state_rid(struct compiler *c)
{
    struct layout *l = c->layout;

    if (take_if(c, "position")) {
        l->rid_first = want_number(c, "the position", 1, POSITION_MAX);
        if (!take_if(c, "length"))
            wrong(c, "rid position N needs length N; add it");
        l->rid_length = want_number(c, "the length", 1, LAYOUT_NAME_MAX);
    } else if (take_if(c, "column")) {
        l->rid_first = want_number(c, "the column", 1, DELIMITED_FIELDS_MAX);
    } else {
        wrong(c, "write rid position N length N, or rid column N");
        c->at = c->n;
    }
}

static void state_match(struct compiler *c)
{
    struct layout_match m = {.line = 1};

    if (c->layout->match_count == LAYOUT_MATCHES_MAX) {
        wrong(c, "more than %d match statements; remove some", LAYOUT_MATCHES_MAX);
        return;
    }
    if (take_if(c, "line"))
        m.line = want_number(c, "the line", 1, 100);
    if (take_if(c, "position")) {
        m.kind = MATCH_POSITION;
        m.where = want_number(c, "the position", 1, POSITION_MAX);
    } else if (take_if(c, "field") || take_if(c, "column")) {
        m.kind = MATCH_FIELD;
        m.where = want_number(c, "the column", 1, DELIMITED_FIELDS_MAX);
    } else if (take_if(c, "header")) {
        m.kind = MATCH_HEADER;
    } else if (take_if(c, "columns")) {
        m.kind = MATCH_COLUMNS;
        m.where = want_number(c, "the number of columns", 1, DELIMITED_FIELDS_MAX);
    } else if (take_if(c, "length")) {
        m.kind = MATCH_LENGTH;
        m.where = want_number(c, "the length", 1, POSITION_MAX);
    } else {
        m.kind = MATCH_LITERAL;
    }
    if (m.kind == MATCH_POSITION || m.kind == MATCH_FIELD || m.kind == MATCH_LITERAL) {
        if (!take_if(c, "literal"))
            wrong(c, "match needs literal TEXT here, or header, columns N, length N; mend it");
        m.literal = want_word(c, "the literal");
    }
    c->layout->match[c->layout->match_count++] = m;
}

/* 1..1, 0..n */
static void take_occurs(struct compiler *c, struct layout_record *r)
{
    struct span word = want_word(c, "how often it occurs");
    const char *dots = word.n ? memmem(word.p, word.n, "..", 2) : NULL;
    struct span least = span_of(word.p, dots ? (size_t)(dots - word.p) : 0);
    struct span most = dots ? span_of(dots + 2, word.n - least.n - 2) : SPAN_NONE;
    int64_t a = 0, b = 0;

    if (!record_number(least, &a) ||
        (!span_eq_str(most, "n") && (!record_number(most, &b) || b < 1 || b < a)))
        wrong(c, "write how often it occurs as 0..1, 1..1, 0..n or 1..n");
    r->least = (uint64_t)a;
    r->most = (uint64_t)b;
}

static void take_record_words(struct compiler *c, struct layout_record *r)
{
    while (c->at < c->n) {
        if (take_if(c, "rid"))
            r->rid = want_word(c, "the text that tells the record");
        else if (take_if(c, "order"))
            r->order = want_number(c, "the order", 1, 1000);
        else if (take_if(c, "occurs"))
            take_occurs(c, r);
        else if (take_if(c, "parent"))
            r->parent_name = want_word(c, "the parent");
        else if (take_if(c, "columns"))
            r->columns = want_number(c, "the number of columns", 1, DELIMITED_FIELDS_MAX);
        else if (take_if(c, "item"))
            r->item = true;
        else if (take_if(c, "credit"))
            r->credit = true;
        else
            want_end(c);
    }
}

static void state_record(struct compiler *c)
{
    struct layout *l = c->layout;
    struct span name = want_word(c, "the record's name");

    if (l->record_count == LAYOUT_RECORDS_MAX) {
        wrong(c, "more than %d records; remove some", LAYOUT_RECORDS_MAX);
        c->at = c->n;
        return;
    }
    if (name.p && !is_name(name))
        wrong(c, "a record's name is of a-z, 0-9, _ and -, at most %d; mend it", LAYOUT_NAME_MAX);
    c->record = &l->records[l->record_count++];
    *c->record = (struct layout_record){
        .name = keep_str(c, name), .line = c->line, .order = 1, .parent = -1};
    for (unsigned i = 0; i + 1 < l->record_count; i++)
        if (strcmp(l->records[i].name, c->record->name) == 0)
            wrong(c, "record %s stands twice; rename one", c->record->name);
    take_record_words(c, c->record);
}

static void state_total(struct compiler *c)
{
    if (!take_if(c, "none"))
        wrong(c, "write total none, or total count RECORD behind a field");
    c->said_totals = true;
}

static void state_sample(struct compiler *c)
{
    struct layout *l = c->layout;
    struct span sum, currency;

    if (!take_if(c, "count"))
        wrong(c, "write sample count N sum AMOUNT CURRENCY, and the sample's lines behind | below");
    l->sample_count = want_number(c, "the count", 0, 100000);
    if (!take_if(c, "sum"))
        wrong(c, "sample needs sum AMOUNT CURRENCY; add it");
    sum = want_word(c, "the sum");
    currency = want_word(c, "the sum's currency");
    if (currency.p && !currency_known(currency))
        wrong(c, "that is no ISO 4217 currency; write one such as SEK");
    else if (sum.p && currency.p &&
             money_parse(sum, currency_exponent(currency), &l->sample_minor) < 0)
        wrong(c, "the sum is no amount such as 1234.50; mend it");
    if (currency.n == 3)
        memcpy(l->sample_currency, currency.p, 3);
    c->said_sample = c->in_sample = true;
}

static const struct statement {
    const char *name;
    void (*take)(struct compiler *c);
    bool many; /* may stand more than once */
} statements[] = {
    {"layout", state_layout, false},   {"title", state_title, false},
    {"source", state_source, false},   {"kind", state_kind, false},
    {"charset", state_charset, false}, {"currency", state_currency, false},
    {"fixed", state_fixed, false},     {"dialect", state_dialect, false},
    {"rid", state_rid, false},         {"match", state_match, true},
    {"record", state_record, true},    {"field", state_field, true},
    {"total", state_total, false},     {"sample", state_sample, false},
};

#define STATEMENTS (sizeof(statements) / sizeof(statements[0]))

static void take_statement(struct compiler *c, unsigned said[STATEMENTS])
{
    struct span word = next_word(c);

    for (size_t i = 0; i < STATEMENTS; i++) {
        if (!span_eq_str(word, statements[i].name))
            continue;
        if (said[i] && !statements[i].many)
            wrong(c, "%s stands twice, first on line %u; remove one", statements[i].name, said[i]);
        said[i] = c->line;
        c->in_sample = false;
        statements[i].take(c);
        if (c->at < c->n && c->error_count == 0)
            want_end(c);
        return;
    }
    wrong(c, "\"%.*s\" begins no statement; sluss-layout(5) lists those there are", SPAN_FMT(word));
}

static void take_line(struct compiler *c, struct span line, unsigned said[STATEMENTS])
{
    struct span bare = span_trim(line);

    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (line.n && line.p[0] == '|') {
        if (!c->in_sample)
            wrong(c, "a line of a sample stands before sample count N sum AMOUNT CURRENCY");
        (void)buf_span(&c->sample, span_of(line.p + 1, line.n - 1));
        (void)buf_char(&c->sample, '\n');
        return;
    }
    if (bare.n == 0 || bare.p[0] == '#')
        return;
    if (split_words(c, bare) && c->n)
        take_statement(c, said);
}

/* --- what must hold among them ------------------------------------------------------------- */

static int record_index(const struct layout *l, struct span name)
{
    for (unsigned i = 0; i < l->record_count; i++)
        if (span_eq_str(name, l->records[i].name))
            return (int)i;
    return -1;
}

static void link_parents(struct compiler *c)
{
    struct layout *l = c->layout;

    for (unsigned i = 0; i < l->record_count; i++) {
        struct layout_record *r = &l->records[i];
        r->with = UINT32_C(1) << i;
        if (!r->parent_name.p)
            continue;
        r->parent = record_index(l, r->parent_name);
        if (r->parent < 0 || r->parent >= (int)i) {
            wrong_at(c, r->line,
                     "parent %.*s of record %s does not stand before it; write it first",
                     SPAN_FMT(r->parent_name), r->name);
            r->parent = -1;
        }
    }
    for (unsigned i = l->record_count; i-- > 0;) /* children stand behind their parents */
        if (l->records[i].parent >= 0)
            l->records[l->records[i].parent].with |= l->records[i].with;
    for (unsigned i = 0; i < l->record_count; i++)
        for (unsigned k = 0; k < l->record_count; k++)
            if (l->records[k].parent == l->records[i].parent)
                l->records[i].beside |= l->records[k].with;
}

static void check_rids(struct compiler *c)
{
    struct layout *l = c->layout;
    const struct layout_record *bare = NULL;

    for (unsigned i = 0; i < l->record_count; i++) {
        struct layout_record *r = &l->records[i];
        if (!r->rid.p) {
            if (bare)
                wrong_at(c, r->line, "records %s and %s both have no rid; give one of them its rid",
                         bare->name, r->name);
            bare = r;
            continue;
        }
        if (!l->rid_first)
            wrong_at(c, r->line,
                     "record %s has a rid, but no rid statement says where it stands; "
                     "add rid position N length N, or rid column N",
                     r->name);
        if (l->rid_length && r->rid.n != l->rid_length)
            wrong_at(c, r->line, "the rid of record %s is not %u long; mend it", r->name,
                     l->rid_length);
        for (unsigned k = 0; k < i; k++)
            if (span_eq(l->records[k].rid, r->rid))
                wrong_at(c, r->line, "records %s and %s have the same rid; change one",
                         l->records[k].name, r->name);
    }
    if (l->rid_first && l->fixed != (l->rid_length > 0))
        wrong(c, l->fixed ? "a fixed layout tells records by rid position N length N; mend it"
                          : "a delimited layout tells records by rid column N; mend it");
}

static void check_overlap(struct compiler *c, const struct layout_record *r)
{
    const struct layout *l = c->layout;

    for (unsigned i = 0; i < r->count; i++) {
        const struct layout_field *a = &r->fields[i];
        unsigned a_end = a->first + (l->fixed ? a->length : 1);
        for (unsigned k = 0; k < i; k++) {
            const struct layout_field *b = &r->fields[k];
            unsigned b_end = b->first + (l->fixed ? b->length : 1);
            if (a->first < b_end && b->first < a_end)
                wrong_at(c, a->line, "fields %s and %s overlap; mend position or length", b->name,
                         a->name);
        }
        if (l->fixed && l->length && a_end - 1 > l->length)
            wrong_at(c, a->line, "field %s ends at position %u, behind the line's %u; mend it",
                     a->name, a_end - 1, l->length);
    }
}

static void check_place(struct compiler *c, struct layout_field *f)
{
    const struct layout *l = c->layout;

    if (l->fixed && (!f->first || !f->length))
        wrong_at(c, f->line, "field %s needs position N and length N; add them", f->name);
    if (!l->fixed && (!f->first || f->length))
        wrong_at(c, f->line, "field %s needs column N, and no position or length; mend it",
                 f->name);
    if (!f->first)
        f->first = 1;
    if (l->fixed && !f->length)
        f->length = 1;
}

static void check_date(struct compiler *c, const struct layout_field *f)
{
    unsigned year = 0;

    for (size_t i = 0; i < f->format.n; i++)
        year += f->format.p[i] == 'Y' || f->format.p[i] == 'C';
    if (f->type == LAYOUT_DATE && !f->format.p)
        wrong_at(c, f->line, "date %s needs its format; add format CCYYMMDD or another", f->name);
    if (f->type != LAYOUT_DATE && (f->format.p || f->pivot >= 0))
        wrong_at(c, f->line, "field %s is no date; remove format and pivot", f->name);
    if (f->type == LAYOUT_DATE && year == 2 && f->pivot < 0)
        wrong_at(c, f->line,
                 "date %s has two-digit years and needs pivot N: years from N on are "
                 "of 1900; add it",
                 f->name);
    if (f->type == LAYOUT_DATE && year == 4 && f->pivot >= 0)
        wrong_at(c, f->line, "date %s has four-digit years; remove pivot", f->name);
}

static void check_number(struct compiler *c, const struct layout_field *f)
{
    if (f->type != LAYOUT_NUMBER && (f->scale >= 0 || f->sign != SIGN_LEADING))
        wrong_at(c, f->line, "field %s is no number; remove scale and sign, or write type number",
                 f->name);
    if (f->type == LAYOUT_NUMBER && f->scale < 0 && !c->layout->decimal)
        wrong_at(c, f->line,
                 "number %s needs scale N for implied decimals, or the layout a "
                 "decimalChar; add one",
                 f->name);
    if (c->layout->decimal && c->layout->decimal == c->layout->group)
        wrong_at(c, f->line, "decimalChar and groupChar are the same; change one");
    if (f->total == TOTAL_COUNT && f->type != LAYOUT_INTEGER)
        wrong_at(c, f->line, "count %s must be of type integer; mend its type", f->name);
    if (f->total == TOTAL_SUM && f->type != LAYOUT_NUMBER)
        wrong_at(c, f->line, "sum %s must be of type number; mend its type", f->name);
}

static void check_field(struct compiler *c, struct layout_field *f)
{
    check_place(c, f);
    check_date(c, f);
    check_number(c, f);
    if (f->required && f->optional)
        wrong_at(c, f->line, "field %s cannot be required and optional; remove one", f->name);
    if (f->role == ROLE_TEST_MARK && !f->test.p)
        wrong_at(c, f->line, "field %s of role test-mark needs test TEXT: what means test; add it",
                 f->name);
    if ((f->role == ROLE_TYPE) != (f->credit.p != NULL))
        wrong_at(c, f->line, "role item-type and credit TEXT belong together; write both on %s",
                 f->name);
    if (f->heading.p && !c->layout->header)
        wrong_at(c, f->line, "field %s has a heading, but the dialect no header; write header yes",
                 f->name);
    if (f->test.p)
        c->layout->tests = true;
}

/* Optional fields come last: a line is only ever short at its end. */
static void measure_record(struct compiler *c, struct layout_record *r)
{
    const struct layout *l = c->layout;
    unsigned last_needed =
        l->rid_first ? l->rid_first + (l->rid_length ? l->rid_length - 1 : 0) : 0;
    unsigned last = last_needed;
    unsigned first_optional = 0;

    for (unsigned i = 0; i < r->count; i++) {
        const struct layout_field *f = &r->fields[i];
        unsigned end = l->fixed ? f->first + f->length - 1 : f->first;
        if (end > last)
            last = end;
        if (!f->optional && end > last_needed)
            last_needed = end;
        if (f->optional && (!first_optional || f->first < first_optional))
            first_optional = f->first;
    }
    if (first_optional && first_optional <= last_needed)
        wrong_at(c, r->line,
                 "record %s has an optional field before one that is not; only the "
                 "last fields may be optional",
                 r->name);
    if (l->fixed) {
        r->least_length = first_optional ? last_needed : (l->length ? l->length : last);
        r->columns = l->length ? l->length : last;
        return;
    }
    if (r->columns && r->columns < last)
        wrong_at(c, r->line, "record %s has a field behind its %u columns; mend one", r->name,
                 r->columns);
    if (!r->columns)
        r->columns = last ? last : 1;
    r->columns_least = first_optional ? last_needed : r->columns;
}

static const struct layout_field *field_of_role(const struct layout_record *r,
                                                enum layout_role role)
{
    for (unsigned i = 0; i < r->count; i++)
        if (r->fields[i].role == role)
            return &r->fields[i];
    return NULL;
}

/* Has the record, or one whose values it inherits, a field of the role? */
static bool inherits(const struct layout *l, unsigned item, enum layout_role role)
{
    for (unsigned i = 0; i < l->record_count; i++)
        if (((l->records[i].with >> item & 1) || l->records[i].most == 1) &&
            field_of_role(&l->records[i], role))
            return true;
    return false;
}

static void check_item(struct compiler *c, unsigned i)
{
    const struct layout *l = c->layout;
    const struct layout_record *r = &l->records[i];

    if (!field_of_role(r, ROLE_CAPITAL))
        wrong_at(c, r->line,
                 "record %s is an item and has no amount; give a field role capital or "
                 "amount",
                 r->name);
    if (!inherits(l, i, ROLE_NUMBER) && !inherits(l, i, ROLE_CASE_ID) && !inherits(l, i, ROLE_OCR))
        wrong_at(c, r->line,
                 "items of record %s have no number; give a field role invoice-no, "
                 "case-id, payment-id or ocr",
                 r->name);
    if (!l->currency[0] && !inherits(l, i, ROLE_CURRENCY))
        wrong_at(c, r->line,
                 "items of record %s have no currency; write currency SEK, or give a "
                 "field role currency",
                 r->name);
}

static void check_roles(struct compiler *c, const struct layout_record *r)
{
    for (unsigned i = 0; i < r->count; i++)
        for (unsigned k = 0; k < i; k++)
            if (r->fields[i].role_name && r->fields[i].role == r->fields[k].role &&
                r->fields[i].role < ROLE_OTHER && r->fields[i].role != ROLE_SIGN)
                wrong_at(c, r->fields[i].line,
                         "fields %s and %s of record %s have the same role; "
                         "remove one",
                         r->fields[k].name, r->fields[i].name, r->name);
}

/* Which field's amounts a total adds up: its own place where they are, from 0. */
static void link_sum(struct compiler *c, struct layout_field *total, const struct layout_record *r)
{
    for (unsigned i = 0; i < r->count; i++) {
        struct layout_field *f = &c->fields[r->fields - c->fields + i];
        if (!f->role_name || !span_eq_str(total->total_role, f->role_name))
            continue;
        if (!f->money) {
            wrong_at(c, total->line, "role %s is no amount and cannot be added up; name another",
                     f->role_name);
            return;
        }
        if (f->accumulator < 0)
            f->accumulator = (int)c->layout->accumulators++;
        total->total_of = (unsigned)f->accumulator;
        return;
    }
    wrong_at(c, total->line, "record %s has no field of role %.*s to add up; mend the total",
             r->name, SPAN_FMT(total->total_role));
}

static void link_fields(struct compiler *c, const struct layout_record *r)
{
    struct layout *l = c->layout;

    for (unsigned i = 0; i < r->count; i++) {
        struct layout_field *f = &c->fields[r->fields - c->fields + i];
        if (f->sign == SIGN_FIELD) {
            for (unsigned k = 0; k < r->count; k++)
                if (span_eq_str(f->sign_name, r->fields[k].name))
                    f->sign_field = &r->fields[k];
            if (!f->sign_field)
                wrong_at(c, f->line, "sign field %.*s is not in record %s; mend the name",
                         SPAN_FMT(f->sign_name), r->name);
        }
        if (f->total == TOTAL_NONE)
            continue;
        int of = record_index(l, f->total_record);
        if (of < 0)
            wrong_at(c, f->line, "total %s is of record %.*s, which there is not; mend the name",
                     f->name, SPAN_FMT(f->total_record));
        else if (f->total == TOTAL_COUNT)
            f->total_of = (unsigned)of;
        else
            link_sum(c, f, &l->records[of]);
    }
}

static void check_headings(struct compiler *c)
{
    struct layout *l = c->layout;
    unsigned n = 0;

    for (unsigned i = 0; i < c->field_count; i++) {
        const struct layout_field *f = &c->fields[i];
        if (!f->heading.p || f->first > LAYOUT_HEADINGS_MAX)
            continue;
        l->headings[f->first - 1] = f->heading;
        n++;
    }
    for (unsigned i = 0; i < l->match_count; i++)
        if (l->match[i].kind == MATCH_HEADER && n == 0)
            wrong(c, "match header needs fields with a heading; add heading TEXT to them");
    if (l->header && n == 0)
        wrong(c, "header yes needs fields with a heading; add heading TEXT to them");
}

static void check_matches(struct compiler *c)
{
    const struct layout *l = c->layout;

    for (unsigned i = 0; i < l->match_count; i++) {
        enum layout_match_kind kind = l->match[i].kind;
        bool columns = kind == MATCH_FIELD || kind == MATCH_COLUMNS || kind == MATCH_HEADER;
        if ((l->fixed && columns) ||
            (!l->fixed && (kind == MATCH_POSITION || kind == MATCH_LENGTH)))
            wrong(c, "a match by %s does not go with a %s layout; match otherwise",
                  columns ? "columns" : "positions", l->fixed ? "fixed" : "delimited");
    }
}

static void check_said(struct compiler *c)
{
    const struct layout *l = c->layout;

    if (!l->format.name)
        wrong(c, "the layout has no name; write layout NAME first");
    if (!c->said_kind)
        wrong(c, "the kind is missing; write kind cases, invoices or payments");
    if (!c->said_charset)
        wrong(c, "the charset is missing; write charset utf-8, iso-8859-1, cp1252 or another");
    if (!c->said_dialect)
        wrong(c, "it is said neither how fields are delimited nor that they are fixed; write "
                 "dialect delimiter ; or fixed length N");
    if (l->fixed && l->charset == CHARSET_UTF8 && !l->characters)
        wrong(c, "in UTF-8 a position is no byte; write fixed positions characters");
    if (l->totals && c->said_totals)
        wrong(c, "total none, but a field is a total; remove one");
    if (!l->totals && !c->said_totals)
        wrong(c, "no field is a total; give one total count RECORD, or write total none");
    if (!c->said_sample)
        wrong(c, "the sample is missing; write sample count N sum AMOUNT CURRENCY and its lines, "
                 "each behind |");
}

static void check_all(struct compiler *c)
{
    struct layout *l = c->layout;
    bool items = false;

    check_said(c);
    check_rids(c);
    link_parents(c);
    for (unsigned i = 0; i < c->field_count; i++)
        check_field(c, &c->fields[i]);
    for (unsigned i = 0; i < l->record_count; i++) {
        check_overlap(c, &l->records[i]);
        check_roles(c, &l->records[i]);
        measure_record(c, &l->records[i]);
        link_fields(c, &l->records[i]);
        items = items || l->records[i].item;
        if (l->records[i].item)
            check_item(c, i);
        if (l->records[i].credit && !l->records[i].item)
            wrong_at(c, l->records[i].line, "record %s is no item and cannot be a credit; add item",
                     l->records[i].name);
    }
    if (!items)
        wrong(c, "no record is an item; add item to the one that holds an amount each");
    check_headings(c);
    check_matches(c);
}

/* --- the whole ----------------------------------------------------------------------------- */

static void take_lines(struct compiler *c, struct span text)
{
    unsigned said[STATEMENTS] = {0};

    while (text.n) {
        const char *end = memchr(text.p, '\n', text.n);
        struct span line = span_of(text.p, end ? (size_t)(end - text.p) : text.n);
        size_t taken = line.n + (end != NULL);
        text = span_of(text.p + taken, text.n - taken);
        c->line++;
        take_line(c, line, said);
        if (c->no_memory)
            return;
    }
}

static int compile(struct compiler *c, struct span text)
{
    if (text.n > LAYOUT_TEXT_MAX) {
        wrong(c, "longer than %d bytes; shorten the sample", LAYOUT_TEXT_MAX);
        return SLUSS_EINVAL;
    }
    if (!utf8_valid(text) || (text.n && memchr(text.p, 0, text.n))) {
        wrong(c, "the layout is not written in UTF-8; save it as UTF-8");
        return SLUSS_EINVAL;
    }
    if (span_starts(text, SPAN_LIT("\xEF\xBB\xBF")))
        text = span_of(text.p + 3, text.n - 3);
    take_lines(c, text);
    if (c->error_count == 0)
        check_all(c);
    c->layout->text = keep(c, text.n ? text : SPAN_LIT(""));
    c->layout->sample = keep(c, c->sample.n ? buf_view(&c->sample) : SPAN_LIT(""));
    if (c->no_memory || c->sample.failed)
        return SLUSS_ENOMEM;
    return c->error_count ? SLUSS_EINVAL : 0;
}

/* The name of the one record that must come, and comes after all others; null: none. */
static const char *last_record(const struct layout *l)
{
    const struct layout_record *last = NULL;
    bool alone = true;

    for (unsigned i = 0; i < l->record_count; i++) {
        const struct layout_record *r = &l->records[i];
        if (r->parent >= 0)
            continue;
        if (last && r->order == last->order)
            alone = false;
        if (!last || r->order > last->order) {
            last = r;
            alone = true;
        }
    }
    return last && alone && last->least > 0 && last->rid.p && last != l->records ? last->name
                                                                                 : NULL;
}

static void complete_format(struct layout *l)
{
    static const char *const carries[KIND_COUNT] = {
        [KIND_CASES] = "cases, as the layout declares them",
        [KIND_INVOICES] = "invoices and credit notes, as the layout declares them",
        [KIND_PAYMENTS] = "payments and deductions, as the layout declares them",
    };

    l->format.carries = carries[l->format.kind];
    if (!l->format.title)
        l->format.title = "declared by the site";
    if (!l->format.source)
        l->format.source = "the site's layout";
    l->format.end_mark = last_record(l);
    l->format.unicode = layout_unicode;
    l->format.push = layout_push;
    l->format.finish = layout_finish;
    l->format.close = layout_close;
    l->format.layout = l;
}

int layout_parse(struct arena *arena, struct span text, struct buf *errors,
                 const struct layout **out)
{
    struct compiler c = {.arena = arena, .errors = errors};
    int rc = SLUSS_ENOMEM;

    c.layout = arena_alloc(arena, sizeof(*c.layout));
    c.fields = arena_array(arena, LAYOUT_FIELDS_MAX, sizeof(*c.fields));
    if (!c.layout || !c.fields)
        return SLUSS_ENOMEM;
    c.layout->records = arena_array(arena, LAYOUT_RECORDS_MAX, sizeof(*c.layout->records));
    if (!c.layout->records)
        return SLUSS_ENOMEM;
    buf_init(&c.sample, LAYOUT_TEXT_MAX);
    rc = compile(&c, text);
    buf_free(&c.sample);
    if (rc < 0)
        return rc;
    complete_format(c.layout);
    *out = c.layout;
    return 0;
}

const struct layout *layouts_find(const struct layouts *layouts, struct span name)
{
    if (span_starts(name, SPAN_LIT(PREFIX)))
        name = span_of(name.p + strlen(PREFIX), name.n - strlen(PREFIX));
    for (size_t i = 0; layouts && i < layouts->n; i++)
        if (span_eq_str(name, layouts->of[i]->format.name + strlen(PREFIX)))
            return layouts->of[i];
    return NULL;
}

uint64_t layouts_agreed(const struct layouts *layouts, const struct texts *names)
{
    uint64_t agreed = 0;

    for (size_t i = 0; layouts && i < layouts->n; i++) {
        bool listed = names->n == 0;

        for (size_t k = 0; k < names->n && !listed; k++)
            listed = strcmp(names->of[k], layouts->of[i]->format.name) == 0;
        agreed |= (uint64_t)listed << i;
    }
    return agreed;
}

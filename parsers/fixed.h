/* fixed.h -- what the readers of fixed-width files share: lines to records to items
 *
 * A format gives rows: a record layout (record.h) and what is to be done with it. Here lines
 * become records (character set, length, a last record that is cut), fields are read and
 * judged, items are gathered until the next one begins, and totals are compared. Two files
 * can be read side by side; all state lies in one allocation.
 *
 * A record that the end of the file cuts inside its required fields is not read at all: half
 * an amount is worse than none.
 */
#ifndef SLUSS_PARSERS_FIXED_H
#define SLUSS_PARSERS_FIXED_H

#include "parsers/letters.h"
#include "parsers/lines.h"
#include "parsers/record.h"
#include "parsers/tally.h"

#define FIXED_ROLES    24                   /* fewer than bits of fixed.filled */
#define FIXED_SIZE_MAX 80                   /* characters of a record */
#define FIXED_TEXT_MAX (FIXED_SIZE_MAX * 2) /* bytes of a field of half a record, in UTF-8 */
#define FIXED_KEPT_MAX (FIXED_SIZE_MAX * 4) /* bytes of a record in UTF-8 */

struct fixed;

/* One type of record. `take` may be null: known, and nothing is done with it. With `keeps` it
 * begins an item: what was gathered is handed out first, and the record stays where the item's
 * texts can point into it. */
struct fixed_row {
    struct record_layout layout;
    int (*take)(struct fixed *fixed, const struct record_value *values);
    bool keeps;
};

#define FIXED_LAYOUT(code, title, fields)                                                          \
    {                                                                                              \
        code, title, fields, sizeof(fields) / sizeof((fields)[0])                                  \
    }
#define FIXED_ROW(code, title, fields, take)                                                       \
    {                                                                                              \
        FIXED_LAYOUT(code, title, fields), take, false                                             \
    }
#define FIXED_ITEM(code, title, fields, take)                                                      \
    {                                                                                              \
        FIXED_LAYOUT(code, title, fields), take, true                                              \
    }

/* Rows told apart by two digits of their line. */
struct fixed_set {
    const struct fixed_row *rows;
    size_t count;
    const struct fixed_row *rest; /* of all other lines; null: they are unknown */
};

#define FIXED_SETS 7 /* that a format may have */

struct fixed_rules {
    size_t parser_size; /* of the format's own struct, which begins with a struct fixed */
    struct fixed_set sets[FIXED_SETS];
    /* Which of them this line's is, FIXED_SETS for none: has no effect. Null: the first. */
    unsigned (*set)(const struct fixed *fixed, struct span line);
    /* May be null: looks at the order of the file, before a record is taken. */
    int (*before)(struct fixed *fixed, const struct fixed_row *row);
    /* The end of the file, when the last item is handed out: what is missing. */
    int (*end)(struct fixed *fixed);
    /* When set: records may stand back to back without line ends, and each begins so. */
    char begins;
    /* Position of the two digits that tell records apart; 0: the first. */
    unsigned code_at;
};

enum fixed_text {
    FIXED_NUMBER = 0,
    FIXED_REFERENCE,
    FIXED_PARTY_ID,
    FIXED_PARTY_NAME,
    FIXED_PAYEE,
    FIXED_ISSUER,
    FIXED_TEXTS
};

struct fixed_counted {
    uint64_t count;
    uint64_t first; /* record */
};

/* What records add up to, against what a total says. */
struct fixed_sum {
    int64_t count;
    int64_t minor;
    bool unreadable; /* an amount was, or the sum is too large: minor says nothing */
};

/* A short text of an earlier record: an account, a name. */
struct fixed_kept {
    size_t n;
    char text[FIXED_TEXT_MAX];
};

#define FIXED_CODES 100

struct fixed_known {
    const struct fixed_row *row; /* null: an unknown code */
    uint32_t roles;              /* a bit each that some field has; 0: nothing is read */
};

struct fixed {
    const struct fixed_rules *rules;
    const struct sink *sink;
    struct tally tally;
    struct lines lines;
    struct fixed_known known[FIXED_SETS][FIXED_CODES + 1]; /* rows by their code; the rest */
    uint32_t filled;                                       /* values that may not be absent */
    struct record_value values[FIXED_ROLES];

    uint64_t record; /* the one being read, from 1 */
    uint64_t taken;  /* records that are not blank, with this one */
    struct record line;
    struct record_marks marks;
    bool dead;    /* a ceiling was passed: nothing more is read */
    bool cut_off; /* the last record was */
    bool test;
    bool states_zero;

    bool open; /* an item is being gathered */
    struct item item;
    char text[FIXED_TEXTS][FIXED_TEXT_MAX];
    char kept[FIXED_KEPT_MAX]; /* the record that it began with */

    struct letters letters; /* LETTERS_LATIN1 */
    char recoded[LETTERS_ROOM(FIXED_SIZE_MAX)];
    struct fixed_counted unknown, odd_length;
    struct fixed_counted references, bad_references; /* check digits looked at, and wrong */
    char unknown_code[3];
};

/* The four calls of struct format. `begin` of a format calls fixed_begin with its rules. */
int fixed_begin(const struct fixed_rules *rules, const struct sink *sink, struct parser **out);
void fixed_unicode(struct parser *parser, const char *form);
int fixed_push(struct parser *parser, struct span bytes);
int fixed_finish(struct parser *parser, struct parser_facts *facts);
void fixed_close(struct parser **parser);

/* Give the open item a text; longer ones than a field can be are cut. An empty one: absent.
 * Copied, unless it lies in the item's own record. What stays as it is until the item is
 * handed out, as all of that record does, may also be put into fixed->item. */
void fixed_set(struct fixed *fixed, enum fixed_text which, struct span text);
/* Hand out what was gathered, if anything was. */
int fixed_hand_out(struct fixed *fixed);

/* Hand out what was gathered and begin an item at this record, with the amount if it could be
 * read, `sign` 1 or -1. Everything else of it is absent. */
static inline int fixed_item(struct fixed *fixed, enum item_type type,
                             const struct record_value *amount, int sign, const char *currency)
{
    struct item *item = &fixed->item;
    int r = fixed->open ? fixed_hand_out(fixed) : 0;

    if (r < 0)
        return r;
    fixed->open = true;
    item->type = type;
    item->record = fixed->record;
    item->amount_minor = amount && amount->state == RECORD_GOOD ? sign * amount->number : 0;
    memcpy(item->currency, currency, sizeof(item->currency));
    item->issue_date = item->due_date = DATE_NONE;
    item->number = item->reference = item->counterparty_id = SPAN_NONE;
    item->counterparty_name = item->payee_account = item->issuer = SPAN_NONE;
    return 0;
}

/* For rows of details: says so when no item is open. */
int fixed_take_detail(struct fixed *fixed, const struct record_value *values);
/* A reference whose check digit was looked at. All wrong ones are said together at the end. */
void fixed_checked(struct fixed *fixed, bool right);

void fixed_keep(struct fixed_kept *kept, struct span text);
static inline struct span fixed_kept(const struct fixed_kept *kept)
{
    return kept->n ? span_of(kept->text, kept->n) : SPAN_NONE;
}

/* Values as items want them: text of a good field, without leading zeros, blank when zero. */
static inline struct span fixed_good(const struct record_value *value)
{
    return value->state == RECORD_GOOD ? value->text : SPAN_NONE;
}

static inline struct span fixed_unzeroed(struct span digits)
{
    while (digits.n && digits.p[0] == '0')
        digits = span_of(digits.p + 1, digits.n - 1);
    return digits.n ? digits : SPAN_NONE;
}

/* The day of a field that may hold a word instead ("GENAST"): CCYYMMDD, or YYMMDD of this
 * century. DATE_NONE for anything else; a BAD_FIELD for digits that are no day, but for zeros
 * throughout. */
int fixed_day(struct fixed *fixed, const char *field, struct span text, struct date *out);
/* Is it a currency? Then into out, else `standard`. */
void fixed_currency(struct span text, const char *standard, char out[4]);
/* The same for a field that must be one: BAD_FIELD where it is not, and "XXX". */
int fixed_need_currency(struct fixed *fixed, const struct record_value *value, char out[4]);

static inline void fixed_sum_add(struct fixed_sum *sum, const struct record_value *amount, int sign)
{
    sum->count++;
    if (amount->state != RECORD_GOOD ||
        money_add(sum->minor, sign * amount->number, &sum->minor) < 0)
        sum->unreadable = true;
}

void fixed_sum_all(struct fixed_sum *sum, const struct fixed_sum *part);

/* Compare a total that could be read: TOTALS_MISMATCH where it does not agree. A sign of 0: the
 * format states amounts without one; that of a negative sum then agrees, with a TOTALS_NOTE. */
int fixed_check_count(struct fixed *fixed, const char *what, const struct record_value *stated,
                      int64_t computed);
int fixed_check_money(struct fixed *fixed, const char *what, const struct record_value *stated,
                      int sign, const struct fixed_sum *sum, const char *currency);

int fixed_structure(struct fixed *fixed, const char *what);
/* TEST_MARK, and the file is a test. */
int fixed_test_mark(struct fixed *fixed, const char *where, const char *value);
/* For the end of the file: `missing` null is well; an incomplete last record is said first. */
int fixed_truncated(struct fixed *fixed, const char *missing);
/* The file holds another kind of message: said once, by its name. */
int fixed_other_message(struct fixed *fixed, const char *what, int64_t count);

/* For bids and endings: is a line blank (a DOS end of file too); the next line of *text without its
 * end, false when there is none or only part of one; the last line that is not blank; digits at
 * a position, or none. */
bool fixed_blank(struct span line);
bool fixed_bid_line(struct span *text, bool whole, struct span *line);
struct span fixed_last_line(struct span tail);
bool fixed_digits_at(struct span line, unsigned first, unsigned length);
bool fixed_text_at(struct span line, unsigned first, const char *text);

#endif

/* finding.h -- what one check says about a delivery
 *
 * A finding is a code from the table finding_kinds.def plus facts: named values that are its
 * evidence and that fill the table's sentences. Texts are rendered from the table, never
 * passed around, so that a reader of hostile bytes can only choose among known sentences.
 */
#ifndef SLUSS_MODEL_FINDING_H
#define SLUSS_MODEL_FINDING_H

#include <stdint.h>

#include "model/arena.h"
#include "model/buf.h"
#include "model/date.h"
#include "model/span.h"

enum finding_level { LEVEL_INFO = 0, LEVEL_WARN, LEVEL_HOLD, LEVEL_REJECT, LEVEL_COUNT };

enum finding_code {
#define FINDING(code, check, level, weight, en, sv) FINDING_##code,
#include "model/finding_kinds.def"
#undef FINDING
    FINDING_CODE_COUNT
};

struct finding_kind {
    const char *name; /* the code as text: "TOTALS_MISMATCH" */
    const char *check;
    enum finding_level level;
    double weight;
    const char *en;
    const char *sv;
};

extern const struct finding_kind finding_kinds[FINDING_CODE_COUNT];

enum fact_kind { FACT_INT = 0, FACT_TEXT, FACT_MONEY, FACT_DATE, FACT_INSTANT, FACT_KIND_COUNT };

/* One named value. In JSON: FACT_INT a number, FACT_TEXT a string, FACT_MONEY
 * {"minor":..,"currency":".."}, FACT_DATE and FACT_INSTANT strings (ISO 8601, RFC 3339). */
struct fact {
    struct span key;
    enum fact_kind kind;
    int64_t n;        /* INT, MONEY (minor units), INSTANT (us) */
    struct date date; /* DATE */
    char currency[4]; /* MONEY */
    struct span text; /* TEXT, at most FACT_TEXT_MAX bytes, valid UTF-8 */
};

#define FACTS_MAX     10
#define FACT_KEY_MAX  24
#define FACT_TEXT_MAX 240

struct finding {
    enum finding_code code;
    enum finding_level level; /* the table's, unless changed by a check or the gate's policy */
    double weight;
    uint64_t record; /* where, from 1; 0 = the file as a whole. Also the fact {record}. */
    unsigned fact_count;
    struct fact facts[FACTS_MAX];
};

/* Start a finding with the table's level and weight. */
struct finding finding_make(enum finding_code code, uint64_t record);

/* Add facts. Keys are string literals. Beyond FACTS_MAX: an assert, ours to count. Texts are
 * not copied; longer ones are cut at FACT_TEXT_MAX on a character border. */
void finding_int(struct finding *f, const char *key, int64_t n);
void finding_text(struct finding *f, const char *key, struct span text);
void finding_money(struct finding *f, const char *key, int64_t minor, const char *currency);
void finding_date(struct finding *f, const char *key, struct date date);
void finding_instant(struct finding *f, const char *key, int64_t at_us);

const char *finding_check(const struct finding *f);
/* "info", "warn", "hold", "reject". */
const char *finding_level_name(enum finding_level level);
/* -1 when no level has that name. */
int finding_level_from_name(struct span name);

/* The sentence in "sv" or anything else for English, facts filled in, escaped for display.
 * 0 or SLUSS_ENOMEM. */
int finding_sentence(const struct finding *f, const char *language, struct buf *out);

/* A growing list in an arena; the arena owns copies of all texts. */
struct finding_list {
    struct arena *arena;
    struct finding *of;
    unsigned n;
    unsigned room;
};

#define FINDINGS_MAX  200 /* beyond this a file's further findings are counted, not kept */
#define FINDINGS_MOST (FINDINGS_MAX + (LEVEL_COUNT - 1) * FINDING_CODE_COUNT) /* what is kept */

/* Copy a finding in. Beyond FINDINGS_MAX a finding of a level already well represented is
 * dropped, but the first reject, hold and warning of each check are always kept, so that a verdict
 * does not rest on what came first. 0 or SLUSS_ENOMEM. */
int finding_list_add(struct finding_list *list, const struct finding *f);

/* The gravest first: by level, then by weight; equal ones stay in their order. */
void finding_list_sort(struct finding_list *list);

#endif

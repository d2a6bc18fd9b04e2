/* tally.h -- findings on their way to the sink, at most TALLY_MAX of one code
 *
 * A file can be wrong in every record. The first TALLY_MAX findings of a code go out with
 * their record; the rest are counted, and said in one MORE_FINDINGS a code at the end.
 */
#ifndef SLUSS_PARSERS_TALLY_H
#define SLUSS_PARSERS_TALLY_H

#include "parsers/parser.h"

#define TALLY_MAX 20

struct tally {
    const struct sink *sink;
    struct {
        uint64_t count;
        uint64_t first_unlisted; /* record of the first finding that was only counted */
    } of[FINDING_CODE_COUNT];
};

void tally_init(struct tally *tally, const struct sink *sink);

/* Hand it on or count it. 0, or what the sink returned. */
int tally_add(struct tally *tally, const struct finding *f);

/* Common findings in one call, each as tally_add. `field`, `expected` and `what` are ours,
 * never the file's text. */
int tally_field(struct tally *tally, enum finding_code code, uint64_t record, const char *field,
                const char *expected);
int tally_structure(struct tally *tally, uint64_t record, const char *what);
int tally_truncated(struct tally *tally, uint64_t record, enum finding_level level,
                    const char *missing);
int tally_limit(struct tally *tally, uint64_t record, const char *limit, int64_t most);
int tally_encoding(struct tally *tally, enum finding_code code, uint64_t record,
                   const char *expected, const char *actual);
/* A text longer than an item carries, of which only the first ITEM_TEXT_MAX bytes are kept. */
int tally_text_cut(struct tally *tally, uint64_t record, const char *field);

/* One MORE_FINDINGS for each code of which some were only counted. */
int tally_finish(struct tally *tally);

#endif

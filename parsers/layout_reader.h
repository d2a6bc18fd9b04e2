/* layout_reader.h -- files of declared layouts: bytes in, items and findings out
 *
 * Rules that hold for every layout: each line is claimed by exactly one record or is a finding
 * with line and column; a short line may only lack fields declared optional, a long one is
 * refused; amounts are exact decimals with the declared marks; dates have the declared form and
 * must exist; the declared totals are recomputed. Blank lines, a DOS end-of-file mark and the
 * line `sep=;` of spreadsheets belong to no record.
 *
 * Items:  one for each record marked `item`, with the values of its own fields and of the
 *         records it stands under. What a record said holds until the next of its kind.
 * Sign:   items of records marked `credit`, or whose item-type says so, count negative. So do
 *         negative amounts: as credit notes among invoices, as deductions among payments.
 * Totals: of a section, which is all from one record of the lowest order to the next of them.
 * End:    where a record that must come last is missing the file is TRUNCATED. Without such a
 *         record a missing line end behind the last line is TRUNCATED at level hold.
 * Limits: as casecsv.h.
 */
#ifndef SLUSS_PARSERS_LAYOUT_READER_H
#define SLUSS_PARSERS_LAYOUT_READER_H

#include "parsers/layout.h"
#include "parsers/record.h"

struct line_value {
    const struct layout_field *field;
    struct span text; /* in the line's character set, without padding */
    enum record_state state;
};

/* One line as it was read, for people who try a layout. */
struct line_read {
    uint64_t number;
    const struct layout *layout;
    const struct layout_record *record; /* null: no record claims it */
    enum charset charset;               /* of the texts */
    unsigned n;
    const struct line_value *values;
};

/* Who wants to see each line, told behind the findings that it made. */
struct line_watch {
    void *context;
    int (*line)(void *context, const struct line_read *line);
};

/* The four of a layout that take the place of those of struct format. */
enum bid layout_bid(const struct layout *layout, struct span head, bool whole);
enum ending layout_ending(const struct layout *layout, struct span head, struct span tail);
int layout_begin(const struct layout *layout, const struct sink *sink, struct parser **out);

/* Before anything is pushed. The watch must outlive the parser. */
void layout_watch(struct parser *parser, const struct line_watch *watch);

/* As struct format has it: what is pushed is UTF-8, and positions count its characters. */
void layout_unicode(struct parser *parser, const char *form);

int layout_push(struct parser *parser, struct span bytes);
int layout_finish(struct parser *parser, struct parser_facts *facts);
void layout_close(struct parser **parser);

#endif

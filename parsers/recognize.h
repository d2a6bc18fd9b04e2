/* recognize.h -- which format is this? An auction on the first bytes
 *
 * Never guesses on thin evidence: below BID_LIKELY the answer is unknown, with a reason for
 * people ("PDF document", "zip archive", "XML with root {ns}Order", "no signature").
 */
#ifndef SLUSS_PARSERS_RECOGNIZE_H
#define SLUSS_PARSERS_RECOGNIZE_H

#include <stdbool.h>

#include "model/buf.h"
#include "parsers/layout.h"
#include "parsers/parser.h"
#include "parsers/xml.h"

struct recognition {
    const struct format *format; /* null: unknown, or two equal bids */
    const struct format *rival;  /* the second of two equal bids, with `first` the other */
    const struct format *first;
    enum bid bid;
    struct span seal;   /* TK00 of a seal, in the head: what is sealed was recognised; or absent */
    const char *reason; /* for unknown: what it looks like instead; a constant string */
    enum xml_wrapper wrapper; /* what `format` stands in; an SBDH may hold nothing known */
};

/* `head`: the first HEAD_MAX bytes, or all there are (`whole`). A byte order mark is passed over
 * and UTF-16 is read; formats see UTF-8, or bytes as they are. */
struct recognition recognize(struct span head, bool whole);
/* The same, and where no format is likely, the layouts (may be null) are asked. */
struct recognition recognize_with(const struct layouts *layouts, struct span head, bool whole);

/* What documents of that format stand in, when it is given rather than recognised. */
enum xml_wrapper recognize_wrapper(const struct format *format, struct span head);

/* Does the file look whole, by its first and last bytes? An empty file is ENDING_CUT, an
 * unknown format ENDING_UNKNOWN. */
enum ending recognize_ending(struct span head, struct span tail, bool whole_in_head);
enum ending recognize_ending_with(const struct layouts *layouts, struct span head,
                                  struct span tail, bool whole_in_head);

#endif

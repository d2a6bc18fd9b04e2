/* origin.h -- which program made a file: by how it is written, never by what it says
 *
 * Two files of one producing program have the same layout hash, be they large or small, of one
 * day or another; those of two programs most often differ. What goes into it:
 *
 *   every file   format, byte order mark, width of a character, line end behind the last line
 *   fixed        line ends, blanks at the end of the first record kept or not, what the first
 *                record calls the layout and its version
 *   case-csv     line ends, the keys of "#case-csv", the columns as they are written, quoting,
 *                decimal mark, whether there is an "#end"
 *   XML          the declaration, processing instructions, the root's prefix, attributes and
 *                namespaces, the first elements, indentation; behind an SBDH header once more
 *   EDIFACT      UNA, syntax identifier, the first segments, message version, line ends
 *   MT940        line ends, block 1 or not, the first tags
 *
 * Left out is what a day's content decides: letters beyond ASCII, optional elements behind the
 * first few, and a case-csv without rows, whose layout is not known (0).
 *
 * Input:  the file's bytes as they came, in pieces of any size; a Bankgirot seal is passed over.
 * Cost:   only the first ORIGIN_HEAD and the last ORIGIN_TAIL bytes are looked at, at the end.
 * Times:  without a zone they are taken as UTC: right to two hours, for comparing with dates.
 * Texts:  the producer's name is escaped and cut; runs of digits as in dates and identities
 *         become '#'. Of XML comments only those that speak of software count.
 * Fails:  never.
 */
#ifndef SLUSS_PARSERS_ORIGIN_H
#define SLUSS_PARSERS_ORIGIN_H

#include "model/span.h"
#include "model/summary.h"

#define ORIGIN_HEAD 16384
#define ORIGIN_TAIL 512

/* What is kept of a file while it passes. Begins as zeros. */
struct origin_reader {
    size_t head_n, tail_n;
    bool longer; /* there is more than the head */
    char head[ORIGIN_HEAD];
    char tail[ORIGIN_TAIL];
};

void origin_push(struct origin_reader *reader, struct span bytes);
/* Once. `format` as in the summary. */
void origin_finish(struct origin_reader *reader, const char *format, struct origin *out);

#endif

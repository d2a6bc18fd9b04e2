/* sbdh.h -- documents in an envelope: StandardBusinessDocument (SBDH), or a list of no standard
 *
 * An envelope is a wrapper: the format is that of the documents in it. They are read by that
 * format's own table, one after the other, without being copied. Memory does not depend on how
 * many there are. An item's record is the ordinal of its document's root in the whole file.
 *
 * Whether the envelope is right and whether its documents are, are two things: what a
 * document's own rules would reject holds the delivery here, so that a person sees it, and only
 * the envelope's own faults (sbdh_rules.h) make the file invalid.
 * Source: UN/CEFACT Standard Business Document Header 1.3; Peppol Business Message Envelope 2.0;
 * SFTI technical envelope (a subset of the first, of several documents).
 */
#ifndef SLUSS_PARSERS_SBDH_H
#define SLUSS_PARSERS_SBDH_H

#include "parsers/parser.h"

/* Push, finish and close of the envelope's parser. Not one of formats[]: it has no name of its
 * own in a summary, and begins with sbdh_begin. */
extern const struct format format_sbdh;

/* `content`: the format of the first document; null when none has it, and then `reason` is a
 * constant string that says what it is instead. 0 or SLUSS_ENOMEM. */
int sbdh_begin(const struct format *content, const char *reason, const struct sink *sink,
               struct parser **out);

/* Does the tail end with the end tag of a wrapper? `head` begins with one. */
enum ending sbdh_ending(struct span head, struct span tail);

#endif

/* reading.h -- one file from its first byte to its summary
 *
 * Collects the head, recognises the format (or takes the one named), drives its parser, adds
 * up counts and sums with overflow checked, hashes the bytes as they came, turns UTF-16 into UTF-8
 * and drops a byte order mark before anything else sees them, and makes the findings that
 * belong to no single format: empty, unknown, ambiguous, no items, too many items, dates that
 * exist but lie before 1990 or after 2100 (an impossible one is the parser's BAD_FIELD), and
 * letters in names that were lost before they came here.
 * Every item gets its counterparty_kind and reference_state here, and the summary their tally.
 * Pure: the caller brings the bytes.
 */
#ifndef SLUSS_PARSERS_READING_H
#define SLUSS_PARSERS_READING_H

#include "model/seal.h"
#include "parsers/layout.h"
#include "parsers/parser.h"

struct reading;

/* `format` null: recognise. Items and findings pass through to `sink` (every finding, also
 * those made here). 0 or SLUSS_ENOMEM. */
int reading_open(const struct format *format, const struct sink *sink, struct reading **out);

/* The keys of the sender's seals, before the first byte. Copied, and wiped by reading_close.
 * Without them a seal can be verified only where it is made with the public test key. */
void reading_seal(struct reading *reading, const struct seal_keys *keys);

/* Before the first bytes: declared layouts to recognise among as well. They must outlive the
 * reading; null: none. */
void reading_use_layouts(struct reading *reading, const struct layouts *layouts);

struct line_watch; /* parsers/layout_reader.h */
/* Before the first bytes: who wants to see each line that a layout reads. */
void reading_watch_lines(struct reading *reading, const struct line_watch *watch);

/* Any number of bytes at a time. 0, SLUSS_ENOMEM, or what the sink returned. After a failure
 * only reading_close may follow. */
int reading_push(struct reading *reading, struct span bytes);

/* The end. *summary is complete; `valid` is false where any finding had level reject. A file
 * without items that does not state zero gets NO_ITEMS. */
int reading_finish(struct reading *reading, struct summary *summary);

void reading_close(struct reading **reading); /* accepts null, leaves null */

#endif

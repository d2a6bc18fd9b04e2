/* sealed.h -- a file inside a Bankgirot seal: TK00 first, TK99 last
 *
 * A wrapper, not a format: it stands between the bytes of the file and the reader of what is
 * sealed. The reader gets every byte but those two records, whose lines come out empty, so
 * that its record numbers are those of the file as it came. What the seal itself tells goes to
 * the sink as findings.
 *
 * Source: Bankgirot, "Tamper protection with Bankgirot HMAC, Technical Specification", March
 *         2014; records TK00 and TK99 as in sealed files whose codes were verified.
 * Input:  bytes in pieces of any size. Only TK99 is held back: it is the last line that is not
 *         blank, and known as such at the end alone.
 * Fails:  never on content. SLUSS_ENOMEM, or what a callback returned.
 */
#ifndef SLUSS_PARSERS_SEALED_H
#define SLUSS_PARSERS_SEALED_H

#include "model/seal.h"
#include "parsers/parser.h"

struct sealed;

/* Does the file begin with TK00? Then *record (if not null) is that record, without its line
 * end, and what is sealed begins behind it. `head` as for a format's bid. */
bool sealed_begins(struct span head, bool whole, struct span *record);
/* What a format bids on: the head behind TK00. */
struct span sealed_content(struct span head, struct span record);
/* As a format's ending. */
enum ending sealed_ending(struct span head, struct span tail);

/* A seal that begins with `record` of `head`. `keys` (null: none) are copied, and wiped by
 * sealed_close. Content goes to `content`, findings to the sink. 0 or SLUSS_ENOMEM. */
int sealed_open(struct span head, struct span record, const struct seal_keys *keys,
                const struct sink *sink, int (*content)(void *context, struct span bytes),
                void *context, struct sealed **out);
int sealed_push(struct sealed *sealed, struct span bytes);
/* The end of the file: the rest of the content, then the findings. */
int sealed_finish(struct sealed *sealed, enum seal_state *state);
void sealed_close(struct sealed **sealed); /* accepts null, leaves null */

#endif

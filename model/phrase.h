/* phrase.h -- the Swedish for the phrases of ours that findings carry
 *
 * A check says what it saw in English ("the last row is incomplete"): that is the fact, and
 * what programs read. Sentences for people in Swedish take the same phrase from the table
 * phrases.def.
 */
#ifndef SLUSS_MODEL_PHRASE_H
#define SLUSS_MODEL_PHRASE_H

#include "model/span.h"

struct phrase {
    const char *en;
    const char *sv;
};

/* Ends with null texts. An `en` that ends in "%" is for any number there; its `sv` too. */
extern const struct phrase phrases[];

/* Is the value of the fact of that name ours, so that it may be a phrase? File names and what
 * else comes from outside never is. */
bool phrase_may_be(struct span fact);

/* The Swedish of a phrase, for text_show after it the `number` (empty for most). A text that
 * is no phrase comes back as it is. */
struct span phrase_sv(struct span text, struct span *number);

#endif

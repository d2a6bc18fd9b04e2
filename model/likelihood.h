/* likelihood.h -- how likely a delivery is to be wrong, in words for a person
 */
#ifndef SLUSS_MODEL_LIKELIHOOD_H
#define SLUSS_MODEL_LIKELIHOOD_H

#include "model/buf.h"

/* Natural log-odds as a probability, 0 to 1. */
double likelihood_of_odds(double odds);

/* "very probably wrong: about 95 of 100 such files are", without a capital or full stop; in
 * Swedish for "sv". 0 or the buffer's error. */
int likelihood_say(struct buf *out, double probability, const char *language);

#endif

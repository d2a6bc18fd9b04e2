/* decimal.h -- exact decimal numbers for recomputing what a document states
 *
 * A value is n / 10^scale in 128 bits, never floating point. Operations do not fail: a result
 * that does not fit, or that comes from something absent, is not `known`, and neither is what
 * is computed from it. A caller asks once, at the end.
 */
#ifndef SLUSS_PARSERS_DECIMAL_H
#define SLUSS_PARSERS_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "model/span.h"

struct decimal {
    __int128 n;
    uint8_t scale;
    bool known;
};

#define DECIMAL_SIZE 56 /* text of any value and NUL */

static inline struct decimal decimal_of(int64_t n, unsigned scale)
{
    return (struct decimal){n, (uint8_t)scale, true};
}

#define DECIMAL_ZERO (decimal_of(0, 0))

/* xs:decimal: optional sign, digits with at most one point, blanks around; up to 18 digits
 * that count. 0; SLUSS_ESYNTAX or SLUSS_EOVERFLOW (and *out is not known). */
int decimal_parse(struct span text, struct decimal *out);

struct decimal decimal_add(struct decimal a, struct decimal b);
struct decimal decimal_sub(struct decimal a, struct decimal b);
struct decimal decimal_mul(struct decimal a, struct decimal b);
struct decimal decimal_abs(struct decimal a);
/* a / 10^places */
struct decimal decimal_shift(struct decimal a, unsigned places);
/* floor(a * 10^places + 0.5) / 10^places: XPath's round(), half towards plus infinity. */
struct decimal decimal_round(struct decimal a, unsigned places);

/* -1, 0, 1; both must be known. */
int decimal_compare(struct decimal a, struct decimal b);
/* False unless both are known. */
bool decimal_equal(struct decimal a, struct decimal b);
/* Is |a - b| <= slack? False unless all are known. */
bool decimal_near(struct decimal a, struct decimal b, struct decimal slack);

/* Minor units of a currency with that exponent, rounded half away from zero; *exact tells
 * whether anything was rounded. 0 or SLUSS_EOVERFLOW (not known counts as that). */
int decimal_minor(struct decimal a, int exponent, int64_t *minor, bool *exact);

/* "-1234.50" with the scale it has; "?" when not known. Returns `text`. */
const char *decimal_text(struct decimal a, char text[DECIMAL_SIZE]);

#endif

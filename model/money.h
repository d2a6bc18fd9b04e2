/* money.h -- amounts in minor units, never in floating point
 *
 * An amount is an int64_t count of the currency's minor unit (ore, cent, yen) beside an ISO
 * 4217 code. Adding and negating report overflow. Sums over several currencies are kept
 * apart in `struct sums`.
 * Source of the exponents: ISO 4217 list one (SIX), as of 2025.
 */
#ifndef SLUSS_MODEL_MONEY_H
#define SLUSS_MODEL_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/buf.h"
#include "model/span.h"

struct money {
    int64_t minor;
    char currency[4]; /* "SEK", NUL-terminated; "" = not said */
};

/* 0, or SLUSS_EOVERFLOW; *out untouched on failure. */
int money_add(int64_t a, int64_t b, int64_t *out);
int money_negate(int64_t a, int64_t *out);

/* Digits behind the decimal point of a currency (SEK 2, JPY 0, BHD 3), -1 when the code is
 * not in ISO 4217. `code` is three letters; case matters. */
int currency_exponent(struct span code);

/* Is it a code of ISO 4217? */
bool currency_known(struct span code);

/* Decimal text to minor units, exactly: optional sign (+ or -), digits, then optionally one
 * '.' or ',' and decimals. More decimals than `exponent` are accepted only when the surplus
 * are zeros. No grouping, no blanks, no exponent form.
 * 0; SLUSS_ESYNTAX when the text is not such a number (a surplus non-zero decimal too);
 * SLUSS_EOVERFLOW. */
int money_parse(struct span text, int exponent, int64_t *minor);

/* Machine form with a point: 123450, 2 -> "1234.50"; -5, 2 -> "-0.05". */
int money_decimal(struct buf *out, int64_t minor, int exponent);

/* For people: "1 234,50 kr" for SEK and language "sv" or "en" alike (no-break spaces are
 * U+00A0), "1 234,50 EUR" for the rest; an unknown currency counts as two decimals. */
int money_people(struct buf *out, int64_t minor, const char *currency);

#define SUMS_MAX 16 /* currencies one file may mix; beyond that SLUSS_ELIMIT */

/* A net sum and a count for each currency, in order of first appearance. */
struct sums {
    unsigned n;
    struct {
        char currency[4];
        int64_t minor;
        uint64_t count;
    } of[SUMS_MAX];
};

/* Add one amount. 0, SLUSS_EOVERFLOW or SLUSS_ELIMIT (and sums are unchanged). */
int sums_add(struct sums *sums, const char *currency, int64_t minor);

#endif

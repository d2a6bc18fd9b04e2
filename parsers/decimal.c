/* decimal.c -- exact decimal numbers */
#include "parsers/decimal.h"

#include "model/error.h"

#define DIGITS_MAX 18
#define SCALE_MAX  36

static const struct decimal unknown = {0, 0, false};
static const __int128 limit = ((__int128)1 << 126) - 1;

static const int64_t powers[DIGITS_MAX + 1] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
};

/* 10^n for n up to SCALE_MAX. */
static __int128 power(unsigned n)
{
    return n <= DIGITS_MAX ? (__int128)powers[n]
                           : (__int128)powers[DIGITS_MAX] * powers[n - DIGITS_MAX];
}

static bool small(__int128 n)
{
    return n >= -INT64_MAX && n <= INT64_MAX;
}

/* Products of 64-bit factors always fit; only others pay for the division. */
static bool multiply(__int128 a, __int128 b, __int128 *out)
{
    if (!small(a) || !small(b)) {
        __int128 size_a = a < 0 ? -a : a;
        __int128 size_b = b < 0 ? -b : b;
        if (size_a && size_b > limit / size_a)
            return false;
    }
    *out = a * b;
    return true;
}

static bool raise_to(struct decimal *a, unsigned scale)
{
    if (scale > SCALE_MAX || !multiply(a->n, power(scale - a->scale), &a->n))
        return false;
    a->scale = (uint8_t)scale;
    return true;
}

/* Bring both to one scale. */
static bool align(struct decimal *a, struct decimal *b)
{
    if (!a->known || !b->known)
        return false;
    if (a->scale < b->scale)
        return raise_to(a, b->scale);
    return a->scale == b->scale || raise_to(b, a->scale);
}

static struct decimal made(__int128 n, unsigned scale)
{
    if (n > limit || n < -limit || scale > SCALE_MAX)
        return unknown;
    return (struct decimal){n, (uint8_t)scale, true};
}

/* The digits without trailing zeros behind the point. */
static void strip_zeros(struct span *whole, struct span *part)
{
    while (part->n && part->p[part->n - 1] == '0')
        part->n--;
    while (whole->n && whole->p[0] == '0') {
        whole->p++;
        whole->n--;
    }
}

int decimal_parse(struct span text, struct decimal *out)
{
    *out = unknown;
    text = span_trim(text);
    bool negative = text.n && text.p[0] == '-';
    if (text.n && (text.p[0] == '-' || text.p[0] == '+'))
        text = span_of(text.p + 1, text.n - 1);
    const char *point = text.n ? memchr(text.p, '.', text.n) : NULL;
    struct span whole = text;
    struct span part = SPAN_NONE;
    if (point) {
        whole.n = (size_t)(point - text.p);
        part = span_of(point + 1, text.n - whole.n - 1);
    }
    if (!(whole.n + part.n) || (whole.n && !span_all_digits(whole)) ||
        (part.n && !span_all_digits(part)))
        return SLUSS_ESYNTAX;
    strip_zeros(&whole, &part);
    if (whole.n + part.n > DIGITS_MAX)
        return SLUSS_EOVERFLOW;
    int64_t n = 0;
    for (size_t i = 0; i < whole.n; i++)
        n = n * 10 + (whole.p[i] - '0');
    for (size_t i = 0; i < part.n; i++)
        n = n * 10 + (part.p[i] - '0');
    *out = decimal_of(negative ? -n : n, (unsigned)part.n);
    return 0;
}

struct decimal decimal_add(struct decimal a, struct decimal b)
{
    return align(&a, &b) ? made(a.n + b.n, a.scale) : unknown;
}

struct decimal decimal_sub(struct decimal a, struct decimal b)
{
    b.n = -b.n;
    return decimal_add(a, b);
}

struct decimal decimal_mul(struct decimal a, struct decimal b)
{
    __int128 n;
    if (!a.known || !b.known || !multiply(a.n, b.n, &n))
        return unknown;
    return made(n, (unsigned)a.scale + b.scale);
}

struct decimal decimal_abs(struct decimal a)
{
    if (a.n < 0)
        a.n = -a.n;
    return a;
}

struct decimal decimal_shift(struct decimal a, unsigned places)
{
    return a.known ? made(a.n, a.scale + places) : unknown;
}

struct decimal decimal_round(struct decimal a, unsigned places)
{
    if (!a.known || a.scale <= places)
        return a;
    __int128 unit = power(a.scale - places);
    __int128 n = a.n / unit;
    __int128 rest = a.n % unit;
    if (rest < 0) { /* division cuts towards zero; we want the floor */
        rest += unit;
        n--;
    }
    if (rest * 2 >= unit)
        n++;
    return made(n, places);
}

int decimal_compare(struct decimal a, struct decimal b)
{
    if (!align(&a, &b)) {
        /* One is too large to be brought to the other's scale: compare what is before the
         * point, which then differs. */
        a = decimal_round(a, 0);
        b = decimal_round(b, 0);
    }
    return (a.n > b.n) - (a.n < b.n);
}

bool decimal_equal(struct decimal a, struct decimal b)
{
    return a.known && b.known && decimal_compare(a, b) == 0;
}

bool decimal_near(struct decimal a, struct decimal b, struct decimal slack)
{
    struct decimal apart = decimal_abs(decimal_sub(a, b));
    return apart.known && slack.known && decimal_compare(apart, slack) <= 0;
}

int decimal_minor(struct decimal a, int exponent, int64_t *minor, bool *exact)
{
    *exact = true;
    if (!a.known || exponent < 0)
        return SLUSS_EOVERFLOW;
    struct decimal rounded = decimal_abs(a);
    if (a.scale > (unsigned)exponent) {
        rounded = decimal_round(rounded, (unsigned)exponent);
        *exact = decimal_equal(rounded, decimal_abs(a));
    } else if (!raise_to(&rounded, (unsigned)exponent)) {
        return SLUSS_EOVERFLOW;
    }
    if (rounded.n > INT64_MAX)
        return SLUSS_EOVERFLOW;
    *minor = a.n < 0 ? -(int64_t)rounded.n : (int64_t)rounded.n;
    return 0;
}

const char *decimal_text(struct decimal a, char text[DECIMAL_SIZE])
{
    if (!a.known) {
        text[0] = '?';
        text[1] = '\0';
        return text;
    }
    char reversed[DECIMAL_SIZE];
    size_t n = 0;
    __int128 rest = a.n < 0 ? -a.n : a.n;
    for (unsigned digits = 0; rest || digits <= a.scale; digits++) {
        if (a.scale && digits == a.scale)
            reversed[n++] = '.';
        reversed[n++] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    }
    size_t out = 0;
    if (a.n < 0)
        text[out++] = '-';
    while (n)
        text[out++] = reversed[--n];
    text[out] = '\0';
    return text;
}

/* money.c -- amounts in minor units, and the currencies of ISO 4217 */
#include "model/money.h"

#include <string.h>

#include "model/error.h"

/* ISO 4217 list one as of 2025, and those of list three (no longer in force) that old files
 * carry. Exponents are the list's "minor unit"; the codes where it says N.A. (metals, funds,
 * XTS, XXX) count as two decimals. Sorted by code. */
static const struct {
    char code[4];
    int8_t exponent;
} currencies[] = {
    /* clang-format off */
    {"ADP", 0}, {"AED", 2}, {"AFN", 2}, {"ALL", 2}, {"AMD", 2}, {"ANG", 2}, {"AOA", 2},
    {"ARS", 2}, {"ATS", 2}, {"AUD", 2}, {"AWG", 2}, {"AZN", 2}, {"BAM", 2}, {"BBD", 2},
    {"BDT", 2}, {"BEF", 0}, {"BGN", 2}, {"BHD", 3}, {"BIF", 0}, {"BMD", 2}, {"BND", 2},
    {"BOB", 2}, {"BOV", 2}, {"BRL", 2}, {"BSD", 2}, {"BTN", 2}, {"BWP", 2}, {"BYN", 2},
    {"BYR", 0}, {"BZD", 2}, {"CAD", 2}, {"CDF", 2}, {"CHE", 2}, {"CHF", 2}, {"CHW", 2},
    {"CLF", 4}, {"CLP", 0}, {"CNY", 2}, {"COP", 2}, {"COU", 2}, {"CRC", 2}, {"CSD", 2},
    {"CUC", 2}, {"CUP", 2}, {"CVE", 2}, {"CYP", 2}, {"CZK", 2}, {"DEM", 2}, {"DJF", 0},
    {"DKK", 2}, {"DOP", 2}, {"DZD", 2}, {"EEK", 2}, {"EGP", 2}, {"ERN", 2}, {"ESP", 0},
    {"ETB", 2}, {"EUR", 2}, {"FIM", 2}, {"FJD", 2}, {"FKP", 2}, {"FRF", 2}, {"GBP", 2},
    {"GEL", 2}, {"GHC", 2}, {"GHS", 2}, {"GIP", 2}, {"GMD", 2}, {"GNF", 0}, {"GRD", 0},
    {"GTQ", 2}, {"GYD", 2}, {"HKD", 2}, {"HNL", 2}, {"HRK", 2}, {"HTG", 2}, {"HUF", 2},
    {"IDR", 2}, {"IEP", 2}, {"ILS", 2}, {"INR", 2}, {"IQD", 3}, {"IRR", 2}, {"ISK", 0},
    {"ITL", 0}, {"JMD", 2}, {"JOD", 3}, {"JPY", 0}, {"KES", 2}, {"KGS", 2}, {"KHR", 2},
    {"KMF", 0}, {"KPW", 2}, {"KRW", 0}, {"KWD", 3}, {"KYD", 2}, {"KZT", 2}, {"LAK", 2},
    {"LBP", 2}, {"LKR", 2}, {"LRD", 2}, {"LSL", 2}, {"LTL", 2}, {"LUF", 0}, {"LVL", 2},
    {"LYD", 3}, {"MAD", 2}, {"MDL", 2}, {"MGA", 2}, {"MKD", 2}, {"MMK", 2}, {"MNT", 2},
    {"MOP", 2}, {"MRO", 2}, {"MRU", 2}, {"MTL", 2}, {"MUR", 2}, {"MVR", 2}, {"MWK", 2},
    {"MXN", 2}, {"MXV", 2}, {"MYR", 2}, {"MZM", 2}, {"MZN", 2}, {"NAD", 2}, {"NGN", 2},
    {"NIO", 2}, {"NLG", 2}, {"NOK", 2}, {"NPR", 2}, {"NZD", 2}, {"OMR", 3}, {"PAB", 2},
    {"PEN", 2}, {"PGK", 2}, {"PHP", 2}, {"PKR", 2}, {"PLN", 2}, {"PTE", 0}, {"PYG", 0},
    {"QAR", 2}, {"ROL", 2}, {"RON", 2}, {"RSD", 2}, {"RUB", 2}, {"RUR", 2}, {"RWF", 0},
    {"SAR", 2}, {"SBD", 2}, {"SCR", 2}, {"SDD", 2}, {"SDG", 2}, {"SEK", 2}, {"SGD", 2},
    {"SHP", 2}, {"SIT", 2}, {"SKK", 2}, {"SLE", 2}, {"SLL", 2}, {"SOS", 2}, {"SRD", 2},
    {"SSP", 2}, {"STD", 2}, {"STN", 2}, {"SVC", 2}, {"SYP", 2}, {"SZL", 2}, {"THB", 2},
    {"TJS", 2}, {"TMT", 2}, {"TND", 3}, {"TOP", 2}, {"TRL", 0}, {"TRY", 2}, {"TTD", 2},
    {"TWD", 2}, {"TZS", 2}, {"UAH", 2}, {"UGX", 0}, {"USD", 2}, {"USN", 2}, {"USS", 2},
    {"UYI", 0}, {"UYU", 2}, {"UYW", 4}, {"UZS", 2}, {"VEB", 2}, {"VED", 2}, {"VEF", 2},
    {"VES", 2}, {"VND", 0}, {"VUV", 0}, {"WST", 2}, {"XAD", 2}, {"XAF", 0}, {"XAG", 2},
    {"XAU", 2}, {"XBA", 2}, {"XBB", 2}, {"XBC", 2}, {"XBD", 2}, {"XCD", 2}, {"XCG", 2},
    {"XDR", 2}, {"XEU", 2}, {"XOF", 0}, {"XPD", 2}, {"XPF", 0}, {"XPT", 2}, {"XSU", 2},
    {"XTS", 2}, {"XUA", 2}, {"XXX", 2}, {"YER", 2}, {"YUM", 2}, {"ZAR", 2}, {"ZMK", 2},
    {"ZMW", 2}, {"ZWG", 2}, {"ZWL", 2},
    /* clang-format on */
};

int money_add(int64_t a, int64_t b, int64_t *out)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return SLUSS_EOVERFLOW;
    *out = sum;
    return SLUSS_OK;
}

int money_negate(int64_t a, int64_t *out)
{
    if (a == INT64_MIN)
        return SLUSS_EOVERFLOW;
    *out = -a;
    return SLUSS_OK;
}

int currency_exponent(struct span code)
{
    size_t low = 0, high = sizeof currencies / sizeof *currencies;

    if (code.n != 3)
        return -1;
    if (memcmp(code.p, "SEK", 3) == 0 || memcmp(code.p, "EUR", 3) == 0 ||
        memcmp(code.p, "NOK", 3) == 0 || memcmp(code.p, "DKK", 3) == 0)
        return 2;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(code.p, currencies[middle].code, 3);

        if (order == 0)
            return currencies[middle].exponent;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

bool currency_known(struct span code)
{
    return currency_exponent(code) >= 0;
}

/* number = number * 10 +- digit; false on overflow. Negative amounts are built downwards, so
 * that the least number can be read as well. */
static bool push_digit(int64_t *number, int digit, bool negative)
{
    return !__builtin_mul_overflow(*number, 10, number) &&
           !__builtin_add_overflow(*number, negative ? -digit : digit, number);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What nearly all amounts are, in one pass: digits, a mark, and exactly the decimals of the
 * currency, of no size that could overflow. False: read it the long way. */
static bool parse_usual(struct span text, int exponent, int64_t *minor)
{
    size_t mark = text.n - (size_t)exponent - 1;
    uint64_t number = 0;
    bool wrong = false;

    if (exponent < 1 || text.n < (size_t)exponent + 2 || text.n > 19)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        unsigned digit = (unsigned char)text.p[i] - (unsigned)'0';
        if (i == mark)
            continue;
        wrong |= digit > 9;
        number = number * 10 + digit;
    }
    if (wrong || (text.p[mark] != ',' && text.p[mark] != '.'))
        return false;
    *minor = (int64_t)number;
    return true;
}

/* The form alone: digits, optionally a mark and digits. Returns where the mark stands (or the
 * end); null when it is not a number, so that "12x99999999999999999999" is no overflow. */
static const char *find_mark(const char *p, const char *end)
{
    const char *mark = p;

    while (mark < end && is_digit(*mark))
        mark++;
    if (mark == p)
        return NULL;
    if (mark == end)
        return mark;
    if ((*mark != '.' && *mark != ',') || mark + 1 == end)
        return NULL;
    for (p = mark + 1; p < end; p++)
        if (!is_digit(*p))
            return NULL;
    return mark;
}

int money_parse(struct span text, int exponent, int64_t *minor)
{
    const char *p = text.p, *end = text.p + text.n, *mark;
    int64_t number = 0;
    bool negative = false;

    if (exponent < 0)
        return SLUSS_EINVAL;
    if (parse_usual(text, exponent, minor))
        return SLUSS_OK;
    if (p < end && (*p == '-' || *p == '+'))
        negative = *p++ == '-';
    mark = find_mark(p, end);
    if (!mark)
        return SLUSS_ESYNTAX;
    /* Surplus decimals first: what is not such a number is so before it is too large. */
    if (mark < end)
        for (const char *q = end; q - (mark + 1) > exponent; q--)
            if (q[-1] != '0')
                return SLUSS_ESYNTAX;
    for (; p < mark; p++)
        if (!push_digit(&number, *p - '0', negative))
            return SLUSS_EOVERFLOW;
    for (p = mark < end ? mark + 1 : end; exponent > 0; exponent--)
        if (!push_digit(&number, p < end ? *p++ - '0' : 0, negative))
            return SLUSS_EOVERFLOW;
    *minor = number;
    return SLUSS_OK;
}

#define NO_BREAK_SPACE "\xC2\xA0"
#define MOST_DECIMALS  18

/* The amount with `mark` before its decimals and `group` between thousands. */
static int write_amount(struct buf *out, int64_t minor, int exponent, char mark, const char *group)
{
    uint64_t rest = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    char digits[MOST_DECIMALS + 21];
    int n = 0; /* digits are made from the last to the first */

    if (exponent < 0)
        exponent = 0;
    if (exponent > MOST_DECIMALS)
        exponent = MOST_DECIMALS;
    while (rest || n <= exponent) {
        digits[n++] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (minor < 0)
        buf_char(out, '-');
    for (int i = n - 1; i >= exponent; i--) {
        buf_char(out, digits[i]);
        if (i > exponent && (i - exponent) % 3 == 0)
            buf_str(out, group);
    }
    if (exponent > 0)
        buf_char(out, mark);
    for (int i = exponent - 1; i >= 0; i--)
        buf_char(out, digits[i]);
    return buf_error(out);
}

int money_decimal(struct buf *out, int64_t minor, int exponent)
{
    return write_amount(out, minor, exponent, '.', "");
}

int money_people(struct buf *out, int64_t minor, const char *currency)
{
    int exponent = currency_exponent(span_str(currency));

    write_amount(out, minor, exponent < 0 ? 2 : exponent, ',', NO_BREAK_SPACE);
    if (currency && currency[0]) {
        buf_str(out, NO_BREAK_SPACE);
        buf_str(out, strcmp(currency, "SEK") == 0 ? "kr" : currency);
    }
    return buf_error(out);
}

/* Codes end at their NUL whatever stands behind it. */
static inline bool same_code(const char *a, const char *b)
{
    return a[0] == b[0] && (!a[0] || (a[1] == b[1] && (!a[1] || a[2] == b[2])));
}

int sums_add(struct sums *sums, const char *currency, int64_t minor)
{
    unsigned i = 0;

    while (i < sums->n && !same_code(sums->of[i].currency, currency))
        i++;
    if (i == SUMS_MAX)
        return SLUSS_ELIMIT;
    if (i == sums->n) {
        size_t length = strnlen(currency, 3);

        memset(&sums->of[i], 0, sizeof sums->of[i]);
        memcpy(sums->of[i].currency, currency, length);
        sums->n++;
    }
    if (money_add(sums->of[i].minor, minor, &sums->of[i].minor) != SLUSS_OK)
        return SLUSS_EOVERFLOW;
    sums->of[i].count++;
    return SLUSS_OK;
}

/* ident.c -- identifiers of Sweden and its neighbours */
#include "model/ident.h"

#include <stdint.h>
#include <string.h>

#include "model/date.h"

/* The weighted sum of all digits, the rightmost with the given weight; -1 for other bytes. */
static int luhn_sum(struct span digits, int weight)
{
    static const uint8_t doubled[10] = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9}; /* digit sums */
    uint64_t sum = 0; /* no span is long enough to make it overflow */
    bool twice = weight == 2;

    if (digits.n == 0)
        return -1;
    for (size_t i = digits.n; i-- > 0; twice = !twice) {
        unsigned digit = (unsigned char)digits.p[i] - (unsigned)'0';

        if (digit > 9)
            return -1;
        sum += twice ? doubled[digit] : digit;
    }
    return (int)(sum % 10);
}

bool luhn_valid(struct span digits)
{
    return luhn_sum(digits, 1) == 0;
}

char luhn_digit(struct span digits)
{
    int sum = luhn_sum(digits, 2);

    if (sum < 0)
        return '\0';
    return (char)('0' + (10 - sum) % 10);
}

bool ocr_valid(struct span reference)
{
    return reference.n >= 2 && reference.n <= 25 && luhn_valid(reference);
}

bool ocr_length_digit_valid(struct span reference)
{
    return ocr_valid(reference) && reference.p[reference.n - 2] - '0' == (int)(reference.n % 10);
}

#define KID_LEAST 2
#define KID_MOST  25

/* Of 2 to 25 characters: NONE when they are not digits, with a '-' as the last at most, else
 * whether the last is a check digit by modulus 10 or 11 of those before it. Both sums are made
 * in one pass: every item's reference comes here. */
static enum reference_state kid_state(struct span kid)
{
    static const uint8_t weights[] = {2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6, 7,
                                      2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6, 7};
    unsigned check = (unsigned char)kid.p[kid.n - 1] - (unsigned)'0';
    unsigned sum_10 = check, sum_11 = 0;

    if (check > 9) {
        if (kid.p[kid.n - 1] != '-')
            return REFERENCE_NONE;
        check = 10;
    }
    for (size_t i = 0; i < kid.n - 1; i++) {
        unsigned digit = (unsigned char)kid.p[kid.n - 2 - i] - (unsigned)'0';

        if (digit > 9)
            return REFERENCE_NONE;
        sum_10 += i % 2 ? digit : digit * 2 - (digit > 4) * 9;
        sum_11 += digit * weights[i];
    }
    if (check < 10 && sum_10 % 10 == 0)
        return REFERENCE_VALID;
    return (sum_11 + check) % 11 == 0 ? REFERENCE_VALID : REFERENCE_INVALID;
}

bool kid_valid(struct span kid)
{
    return kid.n >= KID_LEAST && kid.n <= KID_MOST && kid_state(kid) == REFERENCE_VALID;
}

/* The bare digits of an account number, between least and most of them, check digit right. */
static bool account_normalise(struct span text, size_t least, size_t most, char out[ACCOUNT_SIZE])
{
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (c == ' ' || c == '\t' || c == '-' || (c == '0' && n == 0))
            continue;
        if (c < '0' || c > '9' || n == most)
            goto refused;
        out[n++] = c;
    }
    if (n < least || !luhn_valid(span_of(out, n)))
        goto refused;
    out[n] = '\0';
    return true;

refused:
    out[0] = '\0';
    return false;
}

bool bankgiro_normalise(struct span text, char out[ACCOUNT_SIZE])
{
    return account_normalise(text, 7, 8, out);
}

bool plusgiro_normalise(struct span text, char out[ACCOUNT_SIZE])
{
    return account_normalise(text, 2, 8, out);
}

/* Tolvan Tolvansson, the test person that Swedish systems have had for decades. */
#define TOLVAN "1212121212"

/* Birth numbers of all test persons that Skatteverket publishes lie in these; of real people
 * about four in a thousand do, so a single one is an indication only. */
static bool test_band(const char *ten)
{
    static const char band[][4] = {"238", "239", "980", "981"};

    for (size_t i = 0; i < sizeof band / sizeof *band; i++)
        if (memcmp(ten + 6, band[i], 3) == 0)
            return true;
    return memcmp(ten, TOLVAN, 10) == 0;
}

/* Digits of `text` without the sign before the last four; their number, or 0 when it has not
 * the shape of an identity. */
static size_t bare_digits(struct span text, char out[13])
{
    size_t n = 0;

    text = span_trim(text);
    if (text.n == 11 || text.n == 13) {
        char sign = text.p[text.n - 5];

        if (sign != '-' && sign != '+')
            return 0;
    } else if (text.n != 10 && text.n != 12) {
        return 0;
    }
    n = text.n - 4 - text.n % 2;
    memcpy(out, text.p, n);
    memcpy(out + n, text.p + text.n - 4, 4);
    n += 4;
    if (!digits_only(out, n))
        return 0;
    out[n] = '\0';
    return n;
}

static int two(const char *p)
{
    return (p[0] - '0') * 10 + (p[1] - '0');
}

/* Day 60 or month 0 of a coordination number: the birth date is known in part. */
static bool coordination_date_exists(int year, int month, int day)
{
    if (month > 12 || day > 31)
        return false;
    if (month == 0 || day == 0)
        return true;
    return date_valid(year, month, day);
}

static void classify_person(const char *ten, int century, struct identity *out)
{
    int month = two(ten + 2), day = two(ten + 4);
    /* Without a century 2000 stands in: of 1900 and 2000 it has the leap day that may exist. */
    int year = (century ? century : 20) * 100 + two(ten);

    if (day >= 60) {
        out->kind = IDENTITY_COORDINATION;
        out->date_exists = coordination_date_exists(year, month, day - 60);
    } else {
        out->kind = IDENTITY_PERSON;
        out->date_exists = date_valid(year, month, day);
    }
    out->reserved_test = test_band(ten);
}

void identity_classify(struct span text, struct identity *out)
{
    char digits[13];
    size_t n = bare_digits(text, digits);
    const char *ten = n == 12 ? digits + 2 : digits;
    int century = n == 12 ? two(digits) : 0;
    bool organisation;

    *out = (struct identity){.kind = IDENTITY_UNKNOWN};
    if (n == 0)
        return;
    organisation = ten[2] >= '2';
    if (n == 12 && (organisation ? century != 16 : century < 18 || century > 20))
        return;
    if (organisation) {
        /* 16 is no century: the number is its ten digits. */
        out->kind = IDENTITY_ORGANISATION;
        memcpy(out->digits, ten, 11);
    } else {
        classify_person(ten, century, out);
        memcpy(out->digits, digits, n + 1);
    }
    out->check_digit = luhn_valid(span_of(ten, 10));
}

/* --- GLN ------------------------------------------------------------------------------------ */

/* Weights 3 and 1 from the right, the check digit left out. */
bool gln_valid(struct span s)
{
    unsigned sum = 0;

    if (s.n < 2 || !span_all_digits(s))
        return false;
    for (size_t i = 0; i + 1 < s.n; i++)
        sum = (sum + (unsigned)(s.p[s.n - 2 - i] - '0') * (i % 2 ? 1 : 3)) % 10;
    return (10 - sum) % 10 == (unsigned)(s.p[s.n - 1] - '0');
}

/* --- counterparties ------------------------------------------------------------------------- */

/* The check digit of a sum of weighted digits, modulus 11; 10 has none. */
static bool weighted_11(const char *digits, const uint8_t *weights, size_t n, char check)
{
    unsigned sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (unsigned)(digits[i] - '0') * weights[i];
    return (11 - sum % 11) % 11 == (unsigned)(check - '0');
}

static bool norwegian_company(struct span s)
{
    static const uint8_t weights[8] = {3, 2, 7, 6, 5, 4, 3, 2};

    return s.n == 9 && span_all_digits(s) && (s.p[0] == '8' || s.p[0] == '9') &&
           weighted_11(s.p, weights, 8, s.p[8]);
}

/* 1234567-8 */
static bool finnish_shape(struct span s)
{
    return s.n == 9 && s.p[7] == '-' && span_all_digits(span_of(s.p, 7)) && s.p[8] >= '0' &&
           s.p[8] <= '9';
}

static bool finnish_company(struct span s)
{
    static const uint8_t weights[7] = {7, 9, 10, 5, 8, 4, 2};

    return weighted_11(s.p, weights, 7, s.p[8]);
}

/* A VAT number: the country's letters, then 6 to 13 capitals and digits, most of them digits. */
static bool foreign_vat(struct span s)
{
    static const char countries[][3] = {"AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE",
                                        "EL", "ES", "FI", "FO", "FR", "GB", "GR", "HR", "HU",
                                        "IE", "IS", "IT", "LT", "LU", "LV", "MT", "NL", "NO",
                                        "PL", "PT", "RO", "SI", "SK", "US", "XI"};
    bool known = false;
    size_t digits = 0;

    if (s.n < 8 || s.n > 15 || s.p[0] < 'A' || s.p[0] > 'Z')
        return false;
    for (size_t i = 0; i < sizeof countries / sizeof *countries; i++)
        known = known || memcmp(s.p, countries[i], 2) == 0;
    for (size_t i = 2; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits++;
        else if (s.p[i] < 'A' || s.p[i] > 'Z')
            return false;
    }
    return known && digits >= 6;
}

static enum party_kind kind_of_identity(const struct identity *id)
{
    if (!id->check_digit || (id->kind != IDENTITY_ORGANISATION && !id->date_exists))
        return PARTY_INVALID;
    if (id->reserved_test)
        return PARTY_TEST;
    switch (id->kind) {
    case IDENTITY_PERSON:
        return PARTY_PERSON;
    case IDENTITY_COORDINATION:
        return PARTY_COORDINATION;
    case IDENTITY_ORGANISATION:
        return PARTY_ORGANISATION;
    case IDENTITY_UNKNOWN:
        break;
    }
    return PARTY_UNKNOWN;
}

/* A bankgiro number filled with zeros to ten digits, as payment files have it, is no identity. */
static bool filled_account(struct span s)
{
    char account[ACCOUNT_SIZE];

    return span_starts(s, SPAN_LIT("00")) && bankgiro_normalise(s, account);
}

enum party_kind party_classify(struct span s)
{
    struct identity id;

    s = span_trim(s);
    if (s.n > 5 && s.p[4] == ':' && span_all_digits(span_of(s.p, 4)))
        s = span_of(s.p + 5, s.n - 5);
    if (s.n == 0)
        return PARTY_UNKNOWN;
    if (s.n == 14 && span_starts(s, SPAN_LIT("SE")) && span_all_digits(span_of(s.p + 2, 12)))
        s = span_of(s.p + 2, 10); /* VAT: the identity, and a serial 01 */
    identity_classify(s, &id);
    if (id.kind != IDENTITY_UNKNOWN) {
        enum party_kind kind = kind_of_identity(&id);
        return kind == PARTY_INVALID && filled_account(s) ? PARTY_UNKNOWN : kind;
    }
    if (s.n == 13 && span_all_digits(s)) {
        if (gln_valid(s))
            return PARTY_ORGANISATION;
        return span_starts(s, SPAN_LIT("73")) ? PARTY_INVALID : PARTY_UNKNOWN;
    }
    if (finnish_shape(s))
        return finnish_company(s) ? PARTY_FOREIGN : PARTY_INVALID;
    return norwegian_company(s) || foreign_vat(s) ? PARTY_FOREIGN : PARTY_UNKNOWN;
}

static const char *const party_names[PARTY_KIND_COUNT] = {
    [PARTY_PERSON] = "person",
    [PARTY_COORDINATION] = "coordination",
    [PARTY_ORGANISATION] = "organisation",
    [PARTY_TEST] = "test",
    [PARTY_FOREIGN] = "foreign",
    [PARTY_INVALID] = "invalid",
};

const char *party_kind_name(enum party_kind kind)
{
    return (unsigned)kind < PARTY_KIND_COUNT ? party_names[kind] : NULL;
}

int party_kind_from_name(struct span name)
{
    if (name.n == 0)
        return PARTY_UNKNOWN;
    for (int i = 1; i < PARTY_KIND_COUNT; i++)
        if (span_eq_str(name, party_names[i]))
            return i;
    return -1;
}

/* --- references ----------------------------------------------------------------------------- */

/* The value of a letter or digit in ISO 7064's modulus 97; -1 for other bytes. */
static int value_97(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : -1;
}

bool rf_valid(struct span r)
{
    unsigned rest = 0;

    if (r.n < 5 || r.n > 25 || !span_starts(r, SPAN_LIT("RF")) ||
        !span_all_digits(span_of(r.p + 2, 2)))
        return false;
    for (size_t i = 0; i < r.n; i++) { /* the first four characters count last */
        int value = value_97(r.p[(i + 4) % r.n]);

        if (value < 0)
            return false;
        rest = (rest * (value > 9 ? 100 : 10) + (unsigned)value) % 97;
    }
    return rest == 1;
}

enum reference_state reference_classify(struct span r)
{
    if (r.n > 4 && r.p[0] == 'R' && r.p[1] == 'F' && span_all_digits(span_of(r.p + 2, 2)))
        return rf_valid(r) ? REFERENCE_VALID : REFERENCE_INVALID;
    return r.n >= KID_LEAST && r.n <= KID_MOST ? kid_state(r) : REFERENCE_NONE;
}

/* profile.c -- what the items of one delivery look like */
#include "safeguards/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/ident.h"
#include "model/text.h"
#include "safeguards/sketch.h"

#define CURRENCIES 8

struct money_in {
    char currency[4];
    uint64_t items;
    double debit, credit;
};

/* Claims by their age in full years. */
struct ages {
    uint64_t claims[PROFILE_YEARS + 1]; /* the last: and older */
    struct date oldest;
    uint64_t oldest_record;
};

struct profile {
    int32_t arrival; /* days since 1970 */
    struct date arrived;
    struct ages ages[2]; /* of others, of persons */
    uint64_t items, credits, round, whole, zero;
    uint64_t no_party, no_name, no_reference, no_due, no_issue, due_before_issue;
    uint64_t identities, bad_identities, test_identities;
    uint64_t references, bad_references;
    uint64_t placeholders, mojibake, name_digits;
    uint64_t first_test_record;
    double largest;
    unsigned currency_count;
    struct money_in money[CURRENCIES];
    struct sample amounts, due, issue, numbers;
    double issue_newest;
    struct distinct amount_kinds, party_kinds;
    struct commonest party, name, amount, number_length;
    struct profile_names accounts, issuers;
};

struct profile *profile_new(struct date arrival)
{
    struct profile *p = calloc(1, sizeof *p);

    if (p) {
        p->arrival = date_to_days(arrival);
        p->arrived = arrival;
        p->issue_newest = NAN;
    }
    return p;
}

void profile_free(struct profile **profile)
{
    free(*profile);
    *profile = NULL;
}

/* --- money ---------------------------------------------------------------------------- */

static struct money_in *money_in(struct profile *p, const char *currency)
{
    unsigned i = 0;

    while (i < p->currency_count && strcmp(p->money[i].currency, currency) != 0)
        i++;
    if (i == CURRENCIES) /* rarer ones stand with the last */
        return &p->money[CURRENCIES - 1];
    if (i == p->currency_count) {
        memcpy(p->money[i].currency, currency, sizeof p->money[i].currency);
        p->currency_count++;
    }
    return &p->money[i];
}

static void add_money(struct profile *p, const struct item *item)
{
    struct money_in *money = money_in(p, item->currency);
    double size = fabs((double)item->amount_minor);

    money->items++;
    if (item->amount_minor < 0) {
        p->credits++;
        money->credit += size;
    } else {
        money->debit += size;
    }
    p->round += item->amount_minor % 10000 == 0;
    p->whole += item->amount_minor % 100 == 0;
    p->zero += item->amount_minor == 0;
    p->largest = fmax(p->largest, size);
    sample_add(&p->amounts, size);
    uint64_t hash = sketch_mix((uint64_t)item->amount_minor);
    distinct_add(&p->amount_kinds, hash);
    commonest_add(&p->amount, hash);
}

/* --- people --------------------------------------------------------------------------- */

/* Names that stand for nobody. Whole tokens, lower case. */
static const char *const nobody[] = {
    "test",   "testsson",     "testperson",  "testare",    "testkund", "testgäldenär", "testfall",
    "dummy",  "xxx",          "xxxx",        "xxxxx",      "asdf",     "qwerty",       "anka",
    "demo",   "exempel",      "exempelsson", "noname",     "foobar",   "lorem",        "ipsum",
    "masked", "anonymiserad", "anonym",      "anonymized",
};

/* "*****", "XXXXXXXX", "---": no letter but x. */
static bool is_blotted(struct span name)
{
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];

        if (c >= 0x80 || (c >= '0' && c <= '9') ||
            (((c | 32) >= 'a' && (c | 32) <= 'z') && (c | 32) != 'x'))
            return false;
    }
    return name.n > 2;
}

static bool is_placeholder(struct span name)
{
    if (is_blotted(name))
        return true;
    for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++)
        if (text_has_token(name, span_str(nobody[i])))
            return true;
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters that a wrong conversion left behind: U+FFFD, UTF-8 read as Latin-1 ("Ã¥" is C3 83
 * C2 A5), a question mark inside a word. */
static bool is_mojibake(struct span name)
{
    for (size_t i = 0; i + 2 < name.n; i++) {
        const char *c = name.p + i;

        if (memcmp(c, "\xEF\xBF\xBD", 3) == 0 || memcmp(c, "\xC3\x83\xC2", 3) == 0)
            return true;
        if (c[1] == '?' && is_letter(c[0]) && is_letter(c[2]))
            return true;
    }
    return false;
}

static bool has_digit(struct span name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] >= '0' && name.p[i] <= '9')
            return true;
    return false;
}

static bool looks_like_test(struct profile *p, const struct item *item,
                            const struct identity *id)
{
    bool test = false;

    if (id->kind != IDENTITY_UNKNOWN) {
        p->identities++;
        p->bad_identities +=
            !id->check_digit || (id->kind != IDENTITY_ORGANISATION && !id->date_exists);
        p->test_identities += id->reserved_test;
        test = id->reserved_test;
    }
    if (item->counterparty_name.n && is_placeholder(item->counterparty_name)) {
        p->placeholders++;
        test = true;
    }
    return test;
}

static void add_party(struct profile *p, const struct item *item, const struct identity *who)
{
    struct span name = item->counterparty_name, id = item->counterparty_id;

    p->no_party += id.n == 0;
    p->no_name += name.n == 0;
    if (name.n) {
        commonest_add(&p->name, sketch_hash(name));
        p->mojibake += is_mojibake(name);
        p->name_digits += has_digit(name);
    }
    if (id.n || name.n) {
        uint64_t hash = sketch_hash(id.n ? id : name);
        commonest_add(&p->party, hash);
        distinct_add(&p->party_kinds, hash);
    }
    if (looks_like_test(p, item, who) && p->first_test_record == 0)
        p->first_test_record = item->record;
}

/* --- numbers, references, dates ------------------------------------------------------- */

/* The digits of a number as a figure: the last fifteen, so that a double holds them. */
static void add_number(struct profile *p, struct span number)
{
    double value = 0;
    unsigned digits = 0;
    size_t from = number.n;

    if (number.n == 0)
        return;
    while (from > 0 && digits < 15) {
        from--;
        digits += number.p[from] >= '0' && number.p[from] <= '9';
    }
    for (size_t i = from; i < number.n; i++)
        if (number.p[i] >= '0' && number.p[i] <= '9')
            value = value * 10 + (number.p[i] - '0');
    sample_add(&p->numbers, value);
    commonest_add(&p->number_length, number.n);
}

static void add_reference(struct profile *p, struct span reference)
{
    bool digits = reference.n > 1;

    p->no_reference += reference.n == 0;
    for (size_t i = 0; i < reference.n && digits; i++)
        digits = reference.p[i] >= '0' && reference.p[i] <= '9';
    if (!digits)
        return;
    p->references++;
    p->bad_references += !luhn_valid(reference);
}

static void add_dates(struct profile *p, const struct item *item)
{
    bool has_due = date_present(item->due_date), has_issue = date_present(item->issue_date);
    double due = 0, issue = 0, newest;

    if (has_due) {
        due = date_to_days(item->due_date) - p->arrival;
        sample_add(&p->due, due);
    }
    if (has_issue) {
        issue = date_to_days(item->issue_date) - p->arrival;
        sample_add(&p->issue, issue);
    }
    p->no_due += !has_due;
    p->no_issue += !has_issue;
    p->due_before_issue += has_due && has_issue && due < issue;
    newest = has_issue ? issue : has_due ? due : NAN;
    p->issue_newest = fmax(p->issue_newest, newest);
}

static int full_years(struct date from, struct date to)
{
    return to.year - from.year -
           (to.month < from.month || (to.month == from.month && to.day < from.day));
}

/* How long ago a claim arose: it is prescribed after some years. */
static void add_age(struct profile *p, const struct item *item, const struct identity *who)
{
    bool person = who->kind == IDENTITY_PERSON || who->kind == IDENTITY_COORDINATION;
    struct date arose = date_present(item->issue_date) ? item->issue_date : item->due_date;
    struct ages *ages = &p->ages[person];
    int years;

    if (!date_present(arose) || (item->type != ITEM_CASE && item->type != ITEM_INVOICE))
        return;
    years = full_years(arose, p->arrived);
    if (years < 0)
        return;
    ages->claims[years < PROFILE_YEARS ? years : PROFILE_YEARS]++;
    if (ages->oldest_record == 0 || date_compare(arose, ages->oldest) < 0) {
        ages->oldest = arose;
        ages->oldest_record = item->record;
    }
}

static void add_name(struct profile_names *names, struct span name)
{
    size_t n = name.n < PROFILE_NAME_SIZE ? name.n : PROFILE_NAME_SIZE - 1;

    if (n == 0)
        return;
    for (unsigned i = 0; i < names->n; i++)
        if (span_eq_str(span_of(name.p, n), names->of[i].name)) {
            names->of[i].count++;
            return;
        }
    if (names->n == PROFILE_NAMES) {
        names->others++;
        return;
    }
    memcpy(names->of[names->n].name, name.p, n);
    names->of[names->n].name[n] = '\0';
    names->of[names->n++].count = 1;
}

void profile_add(struct profile *p, const struct item *item)
{
    struct identity who = {.kind = IDENTITY_UNKNOWN};

    if (item->counterparty_id.n)
        identity_classify(item->counterparty_id, &who);
    p->items++;
    add_money(p, item);
    add_party(p, item, &who);
    add_number(p, item->number);
    add_reference(p, item->reference);
    add_dates(p, item);
    add_age(p, item, &who);
    add_name(&p->accounts, item->payee_account);
    add_name(&p->issuers, item->issuer);
}

/* --- the measures --------------------------------------------------------------------- */

static const struct money_in *main_money(const struct profile *p)
{
    const struct money_in *main = &p->money[0];

    for (unsigned i = 1; i < p->currency_count; i++)
        if (p->money[i].items > main->items)
            main = &p->money[i];
    return main;
}

static double share(uint64_t part, uint64_t of)
{
    return of ? (double)part / (double)of : NAN;
}

static void measure_quantiles(struct profile *p, double *out)
{
    out[MEASURE_MEDIAN] = sample_quantile(&p->amounts, 0.5);
    out[MEASURE_DUE_DAYS] = sample_quantile(&p->due, 0.5);
    out[MEASURE_DUE_SPREAD] = sample_quantile(&p->due, 0.95) - sample_quantile(&p->due, 0.05);
    out[MEASURE_ISSUE_DAYS] = sample_quantile(&p->issue, 0.5);
    out[MEASURE_NUMBER_LOW] = sample_quantile(&p->numbers, 0.05);
    out[MEASURE_NUMBER_HIGH] = sample_quantile(&p->numbers, 0.95);
}

static void measure_shares(const struct profile *p, double *out)
{
    const uint64_t n = p->items;

    out[MEASURE_CREDIT_SHARE] = share(p->credits, n);
    out[MEASURE_TOP_PARTY] = share(commonest_count(&p->party), n);
    out[MEASURE_TOP_NAME] = share(commonest_count(&p->name), n);
    out[MEASURE_TOP_AMOUNT] = share(commonest_count(&p->amount), n);
    out[MEASURE_ROUND] = share(p->round, n);
    out[MEASURE_WHOLE] = share(p->whole, n);
    out[MEASURE_ZERO] = share(p->zero, n);
    out[MEASURE_NO_PARTY] = share(p->no_party, n);
    out[MEASURE_NO_NAME] = share(p->no_name, n);
    out[MEASURE_NO_REFERENCE] = share(p->no_reference, n);
    out[MEASURE_NO_DUE] = share(p->no_due, n);
    out[MEASURE_NO_ISSUE] = share(p->no_issue, n);
    out[MEASURE_DUE_BEFORE_ISSUE] = share(p->due_before_issue, n);
    out[MEASURE_BAD_IDENTITY] = share(p->bad_identities, p->identities);
    out[MEASURE_BAD_REFERENCE] = share(p->bad_references, p->references);
    out[MEASURE_TEST_IDENTITY] = share(p->test_identities, n);
    out[MEASURE_PLACEHOLDER] = share(p->placeholders, n);
    out[MEASURE_MOJIBAKE] = share(p->mojibake, n);
    out[MEASURE_NAME_DIGITS] = share(p->name_digits, n);
}

/* The length that most numbers have. */
static double usual_length(const struct commonest *lengths)
{
    double usual = NAN;
    uint64_t most = 0;

    for (unsigned i = 0; i < lengths->n; i++)
        if (lengths->of[i].count > most) {
            most = lengths->of[i].count;
            usual = (double)lengths->of[i].hash;
        }
    return usual;
}

void profile_measures(struct profile *p, double out[MEASURE_COUNT])
{
    const struct money_in *money = main_money(p);
    double n = (double)p->items;

    for (unsigned i = 0; i < MEASURE_COUNT; i++)
        out[i] = NAN;
    out[MEASURE_ITEMS] = n;
    out[MEASURE_DEBIT] = money->debit;
    out[MEASURE_CREDIT] = money->credit;
    if (p->items > p->credits + 1)
        out[MEASURE_MEAN] = fmax(money->debit - p->largest, 0) / (n - (double)p->credits - 1);
    out[MEASURE_ACCOUNTS] = p->accounts.n;
    out[MEASURE_LARGEST] = p->largest;
    out[MEASURE_ISSUE_NEWEST] = p->issue_newest;
    out[MEASURE_NUMBER_LENGTH] = usual_length(&p->number_length);
    out[MEASURE_AMOUNTS] = fmin(round(distinct_count(&p->amount_kinds)), n);
    out[MEASURE_PARTIES] = fmin(round(distinct_count(&p->party_kinds)), n);
    measure_quantiles(p, out);
    measure_shares(p, out);
}

const struct profile_names *profile_accounts(const struct profile *profile)
{
    return &profile->accounts;
}

const struct profile_names *profile_issuers(const struct profile *profile)
{
    return &profile->issuers;
}

const char *profile_currency(const struct profile *profile)
{
    return main_money(profile)->currency;
}

struct profile_old profile_older(const struct profile *profile, bool persons, unsigned years)
{
    const struct ages *ages = &profile->ages[persons];
    struct profile_old old = {0};

    for (unsigned i = years; i <= PROFILE_YEARS; i++)
        old.claims += ages->claims[i];
    if (old.claims)
        old.record = ages->oldest_record;
    return old;
}

uint64_t profile_first_test_record(const struct profile *profile)
{
    return profile->first_test_record;
}

const char *measure_name(enum measure measure)
{
    static const char *const names[MEASURE_COUNT] = {
        [MEASURE_ITEMS] = "items",
        [MEASURE_DEBIT] = "debit",
        [MEASURE_CREDIT] = "credit",
        [MEASURE_MEDIAN] = "median",
        [MEASURE_CREDIT_SHARE] = "credit-share",
        [MEASURE_DUE_DAYS] = "due-days",
        [MEASURE_DUE_SPREAD] = "due-spread",
        [MEASURE_ISSUE_DAYS] = "issue-days",
        [MEASURE_ISSUE_NEWEST] = "issue-newest",
        [MEASURE_AMOUNTS] = "amounts",
        [MEASURE_PARTIES] = "parties",
        [MEASURE_TOP_PARTY] = "top-party",
        [MEASURE_TOP_NAME] = "top-name",
        [MEASURE_TOP_AMOUNT] = "top-amount",
        [MEASURE_ROUND] = "round",
        [MEASURE_WHOLE] = "whole",
        [MEASURE_NO_PARTY] = "no-party",
        [MEASURE_NO_NAME] = "no-name",
        [MEASURE_NO_REFERENCE] = "no-reference",
        [MEASURE_NO_DUE] = "no-due",
        [MEASURE_NO_ISSUE] = "no-issue",
        [MEASURE_BAD_IDENTITY] = "bad-identity",
        [MEASURE_BAD_REFERENCE] = "bad-reference",
        [MEASURE_TEST_IDENTITY] = "test-identity",
        [MEASURE_PLACEHOLDER] = "placeholder",
        [MEASURE_MOJIBAKE] = "mojibake",
        [MEASURE_NUMBER_LOW] = "number-low",
        [MEASURE_NUMBER_HIGH] = "number-high",
        [MEASURE_NUMBER_LENGTH] = "number-length",
        [MEASURE_ZERO] = "zero",
        [MEASURE_LARGEST] = "largest",
        [MEASURE_DUE_BEFORE_ISSUE] = "due-before-issue",
        [MEASURE_SEEN_NUMBER] = "seen-number",
        [MEASURE_SEEN_DUE] = "seen-due",
        [MEASURE_SEEN_AMOUNT] = "seen-amount",
        [MEASURE_KNOWN_PARTY] = "known-party",
        [MEASURE_CONTAINMENT] = "containment",
        [MEASURE_REPEATS] = "repeats",
        [MEASURE_SCORE_HIGH] = "score-high",
        [MEASURE_SCORE_LOW] = "score-low",
        [MEASURE_EVIDENCE] = "evidence",
        [MEASURE_REPEATS_DUE] = "repeats-due",
        [MEASURE_FOREIGN_PARTY] = "foreign-party",
        [MEASURE_ELSEWHERE] = "elsewhere",
        [MEASURE_NAME_DIGITS] = "name-digits",
        [MEASURE_MEAN] = "mean",
        [MEASURE_ACCOUNTS] = "accounts",
        [MEASURE_SEEN_OFF] = "seen-off",
        [MEASURE_CONTAINMENT_OFF] = "containment-off",
    };

    return names[measure];
}

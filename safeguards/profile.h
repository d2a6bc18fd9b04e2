/* profile.h -- what the items of one delivery look like, added up one by one
 *
 * A profile takes items in any number and order in fixed memory, and gives the measures by
 * which a delivery is compared with its unit's habit. It keeps no identity and no name: only
 * counts, and short accounts and issuers, which belong to organisations.
 */
#ifndef SLUSS_SAFEGUARDS_PROFILE_H
#define SLUSS_SAFEGUARDS_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/date.h"
#include "model/item.h"

/* A delivery in numbers. Shares are 0 to 1, of all items unless said. What a delivery cannot
 * say (no dates: no DUE_DAYS) is not a number (NAN). The order is stored: add at the end. */
enum measure {
    MEASURE_ITEMS = 0,
    MEASURE_DEBIT,            /* minor units, main currency, items that add */
    MEASURE_CREDIT,           /* the same, items that subtract; positive */
    MEASURE_MEDIAN,           /* of the amounts without sign, minor units */
    MEASURE_CREDIT_SHARE,     /* items that subtract */
    MEASURE_DUE_DAYS,         /* median due date, days behind arrival (negative: before) */
    MEASURE_DUE_SPREAD,       /* days from the 5th to the 95th percentile of the due dates */
    MEASURE_ISSUE_DAYS,       /* median issue date, days behind arrival */
    MEASURE_ISSUE_NEWEST,     /* newest issue (else due) date, days behind arrival */
    MEASURE_AMOUNTS,          /* different amounts, of the items */
    MEASURE_PARTIES,          /* different parties, of the items */
    MEASURE_TOP_PARTY,        /* share of the commonest party */
    MEASURE_TOP_NAME,         /* share of the commonest name */
    MEASURE_TOP_AMOUNT,       /* share of the commonest amount */
    MEASURE_ROUND,            /* amounts that are whole hundreds */
    MEASURE_WHOLE,            /* amounts without minor units */
    MEASURE_NO_PARTY,         /* without identity */
    MEASURE_NO_NAME,          /* without name */
    MEASURE_NO_REFERENCE,     /* without reference */
    MEASURE_NO_DUE,           /* without due date */
    MEASURE_NO_ISSUE,         /* without issue date */
    MEASURE_BAD_IDENTITY,     /* of those that look Swedish: wrong check digit or no such day */
    MEASURE_BAD_REFERENCE,    /* of references of digits alone: wrong check digit */
    MEASURE_TEST_IDENTITY,    /* reserved test identities */
    MEASURE_PLACEHOLDER,      /* names or numbers that stand for somebody else */
    MEASURE_MOJIBAKE,         /* names whose letters were lost */
    MEASURE_NUMBER_LOW,       /* 5th percentile of the numbers' digits, as a number */
    MEASURE_NUMBER_HIGH,      /* 95th */
    MEASURE_NUMBER_LENGTH,    /* length of most numbers */
    MEASURE_ZERO,             /* amounts of zero */
    MEASURE_LARGEST,          /* largest amount without sign, minor units */
    MEASURE_DUE_BEFORE_ISSUE, /* items due before they were issued */
    /* What the comparison with earlier deliveries adds; see history.h. */
    MEASURE_SEEN_NUMBER, /* numbers accepted before */
    MEASURE_SEEN_DUE,    /* party, amount and due date accepted before */
    MEASURE_SEEN_AMOUNT, /* party and amount accepted before */
    MEASURE_KNOWN_PARTY, /* parties accepted before, of the parties */
    MEASURE_CONTAINMENT, /* weighted, in the earlier delivery it resembles most */
    MEASURE_REPEATS,     /* items that repeat another of the same file */
    /* What the checks made of it, kept to rank later ones. */
    MEASURE_SCORE_HIGH, /* volume, upwards: -log10 of its probability */
    MEASURE_SCORE_LOW,
    MEASURE_EVIDENCE,        /* total weight of a soft kind */
    MEASURE_REPEATS_DUE,     /* items that repeat another but for its number */
    MEASURE_FOREIGN_PARTY,   /* parties known from other units alone, of the parties */
    MEASURE_ELSEWHERE,       /* items known from other units alone */
    MEASURE_NAME_DIGITS,     /* names with a digit, as addresses have */
    MEASURE_MEAN,            /* mean amount without credits and the largest, minor units */
    MEASURE_ACCOUNTS,        /* different payee accounts; 16 or more count as 16 */
    MEASURE_SEEN_OFF,        /* party and amount accepted before, but not as a fee that returns */
    MEASURE_CONTAINMENT_OFF, /* as CONTAINMENT, among deliveries of no whole period ago */
    MEASURE_COUNT
};

/* Small names counted exactly: accounts, issuers. More than fit are counted as `others`. */
#define PROFILE_NAMES     16
#define PROFILE_NAME_SIZE 36

struct profile_names {
    unsigned n;
    struct {
        char name[PROFILE_NAME_SIZE]; /* cut */
        uint64_t count;
    } of[PROFILE_NAMES];
    uint64_t others;
};

/* Claims (cases and invoices) at least so many full years old, by issue date, else due date. */
#define PROFILE_YEARS 30
struct profile_old {
    uint64_t claims;
    uint64_t record; /* the oldest one of them; the first where several are */
};

struct profile;

/* `arrival`: the local day on which the delivery came. Null when there is no memory. */
struct profile *profile_new(struct date arrival);
void profile_add(struct profile *profile, const struct item *item);
/* Fills what the items alone tell: every measure up to MEASURE_DUE_BEFORE_ISSUE, NAME_DIGITS,
 * MEAN and ACCOUNTS; the rest is NAN. Once, when all items are in: it sorts what it sampled. */
void profile_measures(struct profile *profile, double out[MEASURE_COUNT]);
/* Accounts to be paid, and issuers, in the order they came. */
const struct profile_names *profile_accounts(const struct profile *profile);
const struct profile_names *profile_issuers(const struct profile *profile);
/* The currency of most items; "" without items. */
const char *profile_currency(const struct profile *profile);
/* Those of private persons (by a personal or coordination number), or of all others. `years` is
 * at most PROFILE_YEARS. */
struct profile_old profile_older(const struct profile *profile, bool persons, unsigned years);
/* Record of the first item that looks like a test (identity or placeholder); 0: none. */
uint64_t profile_first_test_record(const struct profile *profile);
void profile_free(struct profile **profile); /* accepts null, leaves null */

/* "items", "debit", ... for evidence, stores and tests. */
const char *measure_name(enum measure measure);

#endif

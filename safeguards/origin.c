/* origin.c -- does it come from whom, and from where, this unit's files come?
 *
 * A new producing program is a weak sign: every legitimate migration has it. The parties of
 * another unit, or an issuer that only others have, is a strong one: the file lies in the wrong
 * directory.
 */
#include <math.h>

#include "model/error.h"
#include "safeguards/signal.h"

#define EXPERIENCE 3

static int check_layout(const struct subject *subject, struct finding_list *findings)
{
    const struct habit *habit = subject->history->habit;
    uint64_t origin = subject->now->origin;
    unsigned known = habit_origin_count(habit, origin);
    struct finding f = finding_make(FINDING_NEW_ORIGIN, 0);

    if (origin == 0 || known > 1 || habit->n < EXPERIENCE ||
        habit_origin_count(habit, 0) == habit->n)
        return SLUSS_OK;
    finding_int(&f, "compared", habit->n);
    return signal_add(findings, &f, DECIBANS(known ? 4 : 8), false);
}

static int check_sequence(const struct subject *subject, struct finding_list *findings)
{
    const struct habit_row *last = habit_last(subject->history->habit);
    int64_t now = subject->now->sequence;
    bool back, gap;

    if (!last || now <= 0 || last->sequence <= 0)
        return SLUSS_OK;
    back = now <= last->sequence;
    gap = now > last->sequence + 1;
    if (!back && !gap)
        return SLUSS_OK;
    struct finding f = finding_make(back ? FINDING_SEQUENCE_BACK : FINDING_SEQUENCE_GAP, 0);
    finding_int(&f, "now", now);
    finding_int(&f, "last", last->sequence);
    return signal_add(findings, &f, DECIBANS(back ? 10 : 2), false);
}

/* Do the parties belong to another unit? Reminders and collection claims name parties of the
 * invoicing units by nature: only what is above the unit's own habit counts. */
#define OWN_SHARE     0.2
#define FOREIGN_SHARE 0.5
#define ABOVE_HABIT   0.3
#define PARTIES_LEAST 8
#define PARTIES_MANY  16
#define ITEMS_CERTAIN 20

static int check_parties(const struct subject *subject, struct finding_list *findings)
{
    const struct past_keys *p = &subject->history->keys[KEY_PARTY];
    double foreign = signal_now(subject, MEASURE_FOREIGN_PARTY);
    double usual = signal_usual(subject, MEASURE_FOREIGN_PARTY, 0.98, EXPERIENCE);
    double own = signal_usual(subject, MEASURE_KNOWN_PARTY, 0.05, EXPERIENCE);
    struct finding f = finding_make(FINDING_OTHERS_PARTIES, 0);

    if (p->keys < PARTIES_LEAST || isnan(usual) || !(foreign >= FOREIGN_SHARE) ||
        foreign < usual + ABOVE_HABIT || signal_now(subject, MEASURE_KNOWN_PARTY) > OWN_SHARE)
        return SLUSS_OK;
    finding_int(&f, "foreign", (int64_t)(p->by_partner + p->by_other));
    finding_int(&f, "parties", (int64_t)p->keys);
    finding_int(&f, "own", (int64_t)p->by_unit);
    return signal_add(findings, &f, DECIBANS(p->keys < PARTIES_MANY ? 8 : 18),
                      own > OWN_SHARE && p->keys >= PARTIES_MANY);
}

/* Nobody in it is known, where many always were: another body's file. */
#define STRANGERS_KNOWN 0.1
#define STRANGERS_USUAL 0.3

static int check_strangers(const struct subject *subject, struct finding_list *findings)
{
    const struct past_keys *p = &subject->history->keys[KEY_PARTY];
    double usual = signal_usual(subject, MEASURE_KNOWN_PARTY, 0.05, 2 * EXPERIENCE);
    struct finding f = finding_make(FINDING_STRANGERS, 0);

    if (p->keys < PARTIES_MANY || !(usual > STRANGERS_USUAL) ||
        !(signal_now(subject, MEASURE_KNOWN_PARTY) < STRANGERS_KNOWN))
        return SLUSS_OK;
    finding_int(&f, "own", (int64_t)p->by_unit);
    finding_int(&f, "parties", (int64_t)p->keys);
    finding_int(&f, "usual", signal_percent(usual));
    return signal_add(findings, &f, DECIBANS(13), false);
}

static int check_issuer(const struct subject *subject, struct finding_list *findings)
{
    const struct past_keys *p = &subject->history->keys[KEY_ISSUER];
    uint64_t foreign = p->by_partner + p->by_other;
    struct finding f = finding_make(FINDING_OTHERS_ISSUER, 0);

    if (signal_experience(subject) < EXPERIENCE || foreign == 0 || p->by_unit > 0)
        return SLUSS_OK;
    finding_int(&f, "foreign", (int64_t)foreign);
    return signal_add(findings, &f, DECIBANS(22), true);
}

/* The same account, however it is written. */
static bool same_account(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a && (*a < '0' || *a > '9'))
            a++;
        while (*b && (*b < '0' || *b > '9'))
            b++;
        if (*a != *b)
            return false;
        if (!*a)
            return true;
    }
}

static bool is_allowed(const struct texts *allowed, const char *account)
{
    for (size_t i = 0; i < allowed->n; i++)
        if (same_account(allowed->of[i], account))
            return true;
    return false;
}

/* Items that others sent, in a unit whose items are its own. */
static int check_items(const struct subject *subject, struct finding_list *findings)
{
    double now = signal_now(subject, MEASURE_ELSEWHERE);
    double usual = signal_usual(subject, MEASURE_ELSEWHERE, 0.98, EXPERIENCE);
    bool certain = now > usual + 0.5 && subject->history->elsewhere >= ITEMS_CERTAIN;
    struct finding f = finding_make(FINDING_OTHERS_ITEMS, 0);

    if (isnan(usual) || !(now > 0.2) || now < usual + ABOVE_HABIT ||
        subject->history->elsewhere < PARTIES_LEAST)
        return SLUSS_OK;
    finding_int(&f, "percent", signal_percent(now));
    finding_int(&f, "usual", signal_percent(usual));
    return signal_add(findings, &f, DECIBANS(certain ? 20 : 13), certain);
}

static int check_allowed(const struct subject *subject, struct finding_list *findings)
{
    const struct profile_names *names = profile_accounts(subject->profile);
    const struct texts *allowed = &subject->unit->payee_accounts;

    for (unsigned i = 0; i < names->n && allowed->n > 0; i++) {
        struct finding f = finding_make(FINDING_PAYEE_NOT_ALLOWED, 0);

        if (is_allowed(allowed, names->of[i].name))
            continue;
        finding_text(&f, "account", span_str(names->of[i].name));
        finding_int(&f, "items", (int64_t)names->of[i].count);
        return signal_add(findings, &f, DECIBANS(22), true);
    }
    return SLUSS_OK;
}

/* A new system may name accounts where the old one named none. */
static unsigned deliveries_with_accounts(const struct habit *habit)
{
    unsigned n = 0;

    for (unsigned i = 0; i < habit->n; i++)
        n += habit->of[i].of[MEASURE_ACCOUNTS] > 0;
    return n;
}

static int check_accounts(const struct subject *subject, struct finding_list *findings)
{
    const struct past_keys *p = &subject->history->keys[KEY_ACCOUNT];
    struct finding f = finding_make(FINDING_PAYEE_NEW, 0);

    if (subject->unit->payee_accounts.n > 0)
        return check_allowed(subject, findings);
    if (p->keys == p->by_unit || deliveries_with_accounts(subject->history->habit) < EXPERIENCE)
        return SLUSS_OK;
    finding_int(&f, "new", (int64_t)(p->keys - p->by_unit));
    finding_int(&f, "accounts", (int64_t)p->keys);
    /* One more beside known ones is an account opened; none that is known is another's. */
    return signal_add(findings, &f, DECIBANS(p->by_unit == 0 ? 17 : 4),
                      p->by_unit == 0 && p->keys <= 3);
}

/* Numbers count up: a file whose highest lie below where the last ones began was made before
 * them, or by a system that began anew. */
static int check_series(const struct subject *subject, struct finding_list *findings)
{
    double low = signal_usual(subject, MEASURE_NUMBER_LOW, 0.5, EXPERIENCE);
    double length = signal_usual(subject, MEASURE_NUMBER_LENGTH, 0.5, EXPERIENCE);
    double now = signal_now(subject, MEASURE_NUMBER_HIGH);
    const struct habit_row *last = habit_last(subject->history->habit);
    struct finding f = finding_make(FINDING_NUMBER_SERIES, 0);
    double digits = signal_now(subject, MEASURE_NUMBER_LENGTH);
    bool other;

    if (isnan(low) || isnan(now) || !last)
        return SLUSS_OK;
    /* A series that counts on grows by a digit now and then. */
    other = digits != length && !(digits == length + 1 && now >= last->of[MEASURE_NUMBER_LOW]);
    if (!other && now >= last->of[MEASURE_NUMBER_LOW])
        return SLUSS_OK;
    finding_int(&f, "compared", subject->history->habit->n);
    return signal_add(findings, &f, DECIBANS(other || now < low ? 5 : 2), false);
}

/* Kronor were euro before, or a column says so by mistake: once in a unit's life it is right, and
 * then somebody knows. */
static int check_currency(const struct subject *subject, struct finding_list *findings)
{
    const struct history *h = subject->history;
    const char *now = profile_currency(subject->profile);
    struct finding f = finding_make(FINDING_NEW_CURRENCY, 0);

    if (h->habit->n > 0 || h->in_usual_currency < EXPERIENCE || !*now || !*h->usual_currency)
        return SLUSS_OK;
    finding_text(&f, "currency", span_str(now));
    finding_text(&f, "usual", span_str(h->usual_currency));
    finding_int(&f, "compared", h->in_usual_currency);
    return signal_add(findings, &f, DECIBANS(17), true);
}

static int run(const struct subject *subject, struct finding_list *findings)
{
    int rc;

    if (!subject->now || !subject->history->habit || subject->delivery->summary.items == 0)
        return SLUSS_OK;
    rc = check_currency(subject, findings);
    rc = rc ? rc : check_layout(subject, findings);
    rc = rc ? rc : check_sequence(subject, findings);
    rc = rc ? rc : check_parties(subject, findings);
    rc = rc ? rc : check_strangers(subject, findings);
    rc = rc ? rc : check_items(subject, findings);
    rc = rc ? rc : check_issuer(subject, findings);
    rc = rc ? rc : check_accounts(subject, findings);
    return rc ? rc : check_series(subject, findings);
}

const struct check check_origin = {
    .name = "origin",
    .asks = "Does it come from where this unit's files come?",
    .run = run,
};

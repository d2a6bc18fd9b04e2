/* dates_test.c -- in every format a date that cannot be is told apart from one that is missing
 *
 * A sample of each format with one date changed. Impossible: the item has no such date and a
 * finding names the field. Out of range: the item keeps it and the reading counts it.
 */
#include "tests/unit/parsers/changed.h"

enum which { NO_DATE, ISSUE, DUE };

static const struct {
    const char *sample;
    enum which which; /* NO_DATE: the format's items carry none, but the file does */
    const char *good; /* where it stands in the sample */
    const char *impossible;
    const char *odd; /* null: years have two digits */
} cases[] = {
    {"autogiro/specification.txt", DUE, "82202603020", "82202602300", "82188903020"},
    {"autogiro/old-specification.txt", DUE, "82202603020", "82202602300", "82188903020"},
    {"bankgiro-ocr/two-accounts.txt", NO_DATE, "30        58051234260302",
     "30        58051234260230", NULL},
    {"bgmax/two-deposits.txt", NO_DATE, "2026030200001000000000000150000SEK",
     "2026023000001000000000000150000SEK", NULL},
    {"camt.053/statement.xml", ISSUE, "<n:BookgDt><n:Dt>2026-03-02", "<n:BookgDt><n:Dt>2026-02-30",
     "<n:BookgDt><n:Dt>1889-03-02"},
    {"camt.054/notification.xml", ISSUE, "<BookgDt><Dt>2026-03-02", "<BookgDt><Dt>2026-02-30",
     "<BookgDt><Dt>2126-03-02"},
    {"case-csv/four-items.csv", ISSUE, "2026-01-15", "2026-01-32", "1889-01-15"},
    {"case-csv/four-items.csv", DUE, "2026-02-14", "2026-02-30", "2126-02-14"},
    {"cii/invoice.xml", ISSUE, ">20260302<", ">20260230<", ">18890302<"},
    {"cii/invoice.xml", DUE, ">20260401<", ">20260431<", ">21260401<"},
    {"edifact-invoic/two-invoices.edi", ISSUE, "137:20260115", "137:20260132", "137:18890115"},
    {"edifact-invoic/two-invoices.edi", DUE, "13:20260214", "13:20260230", "13:21260214"},
    {"ehf-reminder/reminder.xml", ISSUE, ">2026-03-02<", ">2026-02-30<", ">1889-03-02<"},
    {"ehf-reminder/reminder.xml", DUE, ">2026-03-16<", ">2026-13-16<", ">2126-03-16<"},
    {"finvoice/invoice.xml", ISSUE, ">20260302<", ">20260230<", ">18890302<"},
    {"lb/order.txt", DUE, "125050260310", "125050260230", NULL},
    {"mt940/two-accounts.sta", ISSUE, ":61:2603020302", ":61:2602300230", NULL},
    {"ocr-giro/payments.txt", ISSUE, "203261302100001", "300261302100001", NULL},
    {"ocr-giro/claims.txt", DUE, "150326     ", "310226     ", NULL},
    {"oioubl/invoice.xml", ISSUE, ">2026-03-02<", ">2026-02-30<", ">1889-03-02<"},
    {"oioubl/invoice.xml", DUE, ">2026-04-01<", ">2026-04-31<", ">2126-04-01<"},
    {"pain.001/transfers.xml", DUE, "<Dt>2026-03-04", "<Dt>2026-02-30", "<Dt>2126-03-04"},
    {"peppol-bis-3/invoice.xml", ISSUE, ">2026-03-02<", ">2026-02-30<", ">1889-03-02<"},
    {"peppol-bis-3/invoice.xml", DUE, ">2026-04-01<", ">2026-04-31<", ">2126-04-01<"},
    {"peppol-bis-3/credit-note.xml", DUE, ">2026-04-20<", ">2026-04-31<", ">2126-04-20<"},
    {"svefaktura/invoice.xml", ISSUE, ">2026-03-02<", ">2026-02-30<", ">1889-03-02<"},
    {"svefaktura/invoice.xml", DUE, ">2026-04-01<", ">2026-04-31<", ">2126-04-01<"},
    {"total-in/two-accounts.txt", NO_DATE, "SEK20260302", "SEK20260230", NULL},
};
#define COUNT (sizeof(cases) / sizeof(cases[0]))

static struct date date_of(const struct heard *h, enum which which)
{
    return which == ISSUE ? h->item[0].issue_date : which == DUE ? h->item[0].due_date : DATE_NONE;
}

/* Of these, what is said of a field and names it. */
static unsigned fields_said(const struct heard *h)
{
    unsigned n = 0;
    for (unsigned i = 0; i < h->findings && i < HEARD_MAX; i++)
        if (h->finding[i].code == FINDING_BAD_FIELD || h->finding[i].code == FINDING_FIELD_NOTE)
            n += heard_fact(&h->finding[i], "field")->text.n > 0;
    return n;
}

static void an_impossible_date_is_said_and_not_kept(void **state)
{
    (void)state;
    unsigned failed = 0;
    for (size_t i = 0; i < COUNT; i++) {
        struct heard *good = hear_changed(cases[i].sample, NULL, NULL);
        struct heard *h = hear_changed(cases[i].sample, cases[i].good, cases[i].impossible);
        /* Where another date stands in for it, that one is given. */
        struct date date = date_of(h, cases[i].which);
        bool kept = date_present(date) && !date_compare(date, date_of(good, cases[i].which));
        if (h->items != good->items || kept || fields_said(h) <= fields_said(good)) {
            print_error("%s, %s: %llu items, date %d, %u fields said\n", cases[i].sample,
                        cases[i].impossible, (unsigned long long)h->items, kept, fields_said(h));
            failed++;
        }
        heard_free(h);
        heard_free(good);
    }
    assert_int_equal(failed, 0);
}

static void a_date_out_of_range_is_kept_and_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        if (!cases[i].odd)
            continue;
        struct heard *good = hear_changed(cases[i].sample, NULL, NULL);
        struct heard *h = hear_changed(cases[i].sample, cases[i].good, cases[i].odd);
        if (good->of[FINDING_DATES_ODD] || h->of[FINDING_DATES_ODD] != 1 ||
            !date_present(date_of(h, cases[i].which)))
            fail_msg("%s, %s: %llu said", cases[i].sample, cases[i].odd,
                     (unsigned long long)h->of[FINDING_DATES_ODD]);
        assert_true(heard_fact(heard_of(h, FINDING_DATES_ODD), "count")->n >= 1);
        heard_free(h);
        heard_free(good);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_impossible_date_is_said_and_not_kept),
        cmocka_unit_test(a_date_out_of_range_is_kept_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

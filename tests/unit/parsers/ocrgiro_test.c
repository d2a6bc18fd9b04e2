/* ocrgiro_test.c -- OCR giro and AvtaleGiro: figures, reversals, totals, records without lines */
#include "tests/unit/parsers/built.h"

#include "parsers/ocrgiro.h"

static void samples_give_their_figures(void **state)
{
    static const struct built_case cases[] = {
        {"ocr-giro/payments.txt", {0}, 5, 253699, true, 0, {0}},
        {"ocr-giro/payments-utf8.txt", {0}, 5, 253699, true, 1, {FINDING_ENCODING_CONVERTED}},
        {"ocr-giro/unbroken.txt", {0}, 5, 253699, true, 0, {0}},
        {"ocr-giro/netted.txt",
         {0},
         5,
         253699,
         true,
         2,
         {FINDING_TOTALS_NOTE, FINDING_TOTALS_NOTE}},
        {"ocr-giro/claims.txt", {0}, 2, 30000, true, 1, {FINDING_OTHER_MESSAGE}},
        {"ocr-giro/deletions.txt", {0}, 1, 10000, true, 1, {FINDING_OTHER_MESSAGE}},
        {"ocr-giro/agreements.txt", {0}, 3, 0, true, 1, {FINDING_OTHER_MESSAGE}},
        {"ocr-giro/no-payments.txt", {0}, 0, 0, true, 0, {0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 200; piece += piece < 3 ? 1 : 26) {
            struct span text = sample(cases[i].name);
            struct heard *h = hear_pieces(NULL, text, piece);
            assert_heard(&cases[i], h);
            assert_string_equal(h->summary.format, "ocr-giro");
            assert_false(h->summary.test);
            heard_free(h);
            free((char *)text.p);
        }
}

static void items_say_what_the_records_say(void **state)
{
    static const struct {
        const char *file;
        enum item_type type;
        uint64_t record;
        int64_t amount;
        const char *number, *reference, *party, *name, *issued, *due;
    } expected[] = {
        {"payments", ITEM_PAYMENT, 3, 93600, "0203001-0000001-0000001-020326", "100030097",
         "86011117947", "", "2026-03-02", ""},
        {"payments", ITEM_PAYMENT, 5, 125050, "0203001-0000001-0000002-030326", "12345678903",
         "86011117947", "", "2026-03-03", ""},
        {"payments", ITEM_DEDUCTION, 7, -15050, "0203001-0000001-0000003-030326", "12345678903",
         "86011117947", "", "2026-03-03", ""},
        {"payments", ITEM_PAYMENT, 9, 50000, "0203001-0000001-0000004-020326", "", "", "",
         "2026-03-02", ""},
        {"payments", ITEM_PAYMENT, 12, 99, "0203001-0000001-0000005-020326",
         "00000000000000000000006-", "86011117947", "", "2026-03-02", ""},
        {"claims", ITEM_PAYMENT, 3, 10000, "0203001-0000001-0000001-150326", "100030097", "",
         "BLÅBÆR", "", "2026-03-15"},
        {"claims", ITEM_PAYMENT, 7, 20000, "0203001-0000001-0000002-160326", "12345678903", "",
         "NORDMANN", "", "2026-03-16"},
        {"agreements", ITEM_PAYMENT, 3, 0, "", "100030097", "", "", "", ""},
        {"agreements", ITEM_PAYMENT, 4, 0, "", "12345678903", "", "", "", ""},
        {"agreements", ITEM_PAYMENT, 5, 0, "", "18", "", "", "", ""},
    };
    const char *open = "";
    struct heard *h = NULL;
    size_t at = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        char text[DATE_SIZE];
        if (strcmp(open, expected[i].file) != 0) {
            char name[64];
            open = expected[i].file;
            at = 0;
            snprintf(name, sizeof(name), "ocr-giro/%s.txt", open);
            struct span bytes = sample(name);
            if (h)
                heard_free(h);
            h = hear_pieces(NULL, bytes, 0);
            free((char *)bytes.p);
        }
        const struct item *item = &h->item[at++];
        assert_int_equal(item->type, expected[i].type);
        assert_int_equal(item->record, expected[i].record);
        assert_true(item->amount_minor == expected[i].amount);
        assert_string_equal(item->currency, "NOK");
        assert_text(item->number, expected[i].number);
        assert_text(item->reference, expected[i].reference);
        assert_text(item->counterparty_id, expected[i].party);
        assert_text(item->counterparty_name, expected[i].name);
        assert_string_equal(date_format(item->issue_date, text), expected[i].issued);
        assert_string_equal(date_format(item->due_date, text), expected[i].due);
        assert_text(item->payee_account, "99998877661");
        assert_text(item->issuer, "99998877661");
    }
    heard_free(h);
}

#define START "NY00001000008080020300100123456"
#define OPEN  "NY090020001234567000000199998877661"
#define PAY   "NY09103000000010203261302100001000000000000001000                       18000000"
#define PAYER "NY091031000000100000000010000970010000000020326860111179470000000000000000000000"
#define SUM   "NY090088000000010000000400000000000001000020326020326020326000000000000000000000"
#define END   "NY000089000000010000000600000000000001000020326000000000000000000000000000000000"

static void faults_are_found_where_they_are(void **state)
{
    static const struct built_case cases[] = {
        {"smallest file", {START, OPEN, PAY, PAYER, SUM, END}, 1, 1000, true, 0, {0}},
        {"two files in one",
         {START, OPEN, PAY, PAYER, SUM, END, "NY00001000008080020300200123456", OPEN, PAY, PAYER,
          SUM, END},
         2,
         2000,
         true,
         0,
         {0}},
        {"the same one twice",
         {START, OPEN, PAY, PAYER, SUM, END, START, OPEN, PAY, PAYER, SUM, END},
         2,
         2000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"payment missing",
         {START, OPEN, SUM, END},
         0,
         0,
         false,
         6,
         {FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH,
          FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH}},
        {"debtor's record missing",
         {START, OPEN, PAY, SUM, END},
         1,
         1000,
         false,
         2,
         {FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH}},
        {"other first and last dates",
         {START, OPEN, PAY, PAYER,
          "NY090088000000010000000400000000000001000020326010326030326000000000000000000000", END},
         1,
         1000,
         true,
         2,
         {FINDING_TOTALS_NOTE, FINDING_TOTALS_NOTE}},
        {"no dates stated",
         {START, OPEN, PAY, PAYER,
          "NY090088000000010000000400000000000001000000000000000000000000000000000000000000", END},
         1,
         1000,
         true,
         0,
         {0}},
        {"a day that is none",
         {START, OPEN,
          "NY09103000000013002261302100001000000000000001000                       18000000", PAYER,
          SUM, END},
         1,
         1000,
         true,
         1,
         {FINDING_FIELD_NOTE}},
        {"a letter in an amount",
         {START, OPEN,
          "NY09103000000010203261302100001000000000000O01000                       18000000", PAYER,
          SUM, END},
         1,
         0,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"a KID that fails both check digits",
         {START, OPEN,
          "NY09103000000010203261302100001000000000000001000                       17000000", PAYER,
          SUM, END},
         1,
         1000,
         true,
         1,
         {FINDING_CHECK_DIGITS}},
        {"the payer of another transaction",
         {START, OPEN, PAY,
          "NY091031000000200000000010000970010000000020326860111179470000000000000000000000", SUM,
          END},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"a payer without a payment",
         {START, OPEN, PAYER, PAY, SUM, END},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"payment outside an assignment",
         {START, PAY, PAYER,
          "NY000089000000010000000400000000000001000020326000000000000000000000000000000000"},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"assignment without end",
         {START, OPEN, PAY, PAYER,
          "NY000089000000010000000500000000000001000020326000000000000000000000000000000000"},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"end without assignment",
         {START, OPEN, PAY, PAYER, SUM, SUM,
          "NY000089000000010000000700000000000001000020326000000000000000000000000000000000"},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"an unknown record counts",
         {START, OPEN, PAY, PAYER, "NY0910330000001",
          "NY090088000000010000000500000000000001000020326020326020326000000000000000000000",
          "NY000089000000010000000700000000000001000020326000000000000000000000000000000000"},
         1,
         1000,
         true,
         1,
         {FINDING_UNKNOWN_RECORD}},
        {"no start",
         {OPEN, PAY, PAYER, SUM, END},
         1,
         1000,
         false,
         2,
         {FINDING_TOTALS_MISMATCH, FINDING_BAD_STRUCTURE}},
        {"U07 no end", {START, OPEN, PAY, PAYER, SUM}, 1, 1000, false, 1, {FINDING_TRUNCATED}},
        {"U06 cut inside a payment",
         {START, OPEN, "=NY09103000000010203261302100001000000"},
         0,
         0,
         false,
         1,
         {FINDING_TRUNCATED}},
    };

    (void)state;
    assert_built(&format_ocrgiro, cases, sizeof(cases) / sizeof(cases[0]));
}

static void every_cut_is_noticed_u06(void **state)
{
    (void)state;
    assert_cuts(&format_ocrgiro, "ocr-giro/payments.txt", 42);
    assert_cuts(&format_ocrgiro, "ocr-giro/unbroken.txt", 42);
}

/* Far more records than the longest line may have bytes. */
static void records_without_lines_need_no_room(void **state)
{
    enum { PAYMENTS = RECORD_MAX / 160 + 1000 };
    struct span text = sample("ocr-giro/unbroken.txt");
    struct heard *h = heard_new();
    struct reading *reading = NULL;

    (void)state;
    assert_int_equal(reading_open(NULL, &h->sink, &reading), 0);
    assert_int_equal(reading_push(reading, span_of(text.p, 160)), 0);
    for (size_t i = 0; i < PAYMENTS; i++) {
        assert_int_equal(reading_push(reading, span_of(text.p + 160, 100)), 0);
        assert_int_equal(reading_push(reading, span_of(text.p + 260, 60)), 0);
    }
    assert_int_equal(reading_finish(reading, &h->summary), 0);
    reading_close(&reading);
    assert_int_equal(h->items, PAYMENTS);
    assert_int_equal(h->of[FINDING_LIMIT_REACHED], 0);
    heard_free(h);
    free((char *)text.p);
}

static void bids_follow_the_evidence(void **state)
{
    static const char zeros[] = "0000000000000000000000000000000000000000000000000";
    char head[400];

    (void)state;
    snprintf(head, sizeof(head), START "%sNY09002", zeros);
    assert_int_equal(format_ocrgiro.bid(span_str(head), false), BID_CERTAIN);
    snprintf(head, sizeof(head), START "%s\r\nNY21242", zeros);
    assert_int_equal(format_ocrgiro.bid(span_str(head), false), BID_CERTAIN);
    snprintf(head, sizeof(head), START "%s\nNY000089", zeros);
    assert_int_equal(format_ocrgiro.bid(span_str(head), true), BID_LIKELY);
    snprintf(head, sizeof(head), START "%s\nNY040020", zeros); /* remittances */
    assert_int_equal(format_ocrgiro.bid(span_str(head), true), BID_NO);
    assert_int_equal(format_ocrgiro.bid(SPAN_LIT("NY000010000"), false), BID_NO);
    assert_int_equal(format_ocrgiro.bid(SPAN_LIT("01BGMAX               01\n"), false), BID_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_give_their_figures),
        cmocka_unit_test(items_say_what_the_records_say),
        cmocka_unit_test(faults_are_found_where_they_are),
        cmocka_unit_test(every_cut_is_noticed_u06),
        cmocka_unit_test(records_without_lines_need_no_room),
        cmocka_unit_test(bids_follow_the_evidence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

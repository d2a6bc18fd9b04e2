/* invoic_test.c -- EDIFACT invoices: figures, items, envelopes, and faults where they are */
#include "tests/unit/parsers/changed.h"

#include "parsers/invoic.h"

#define DIR "edifact-invoic/"

static void samples_give_their_figures(void **state)
{
    static const struct {
        const char *name;
        bool valid, test;
        uint64_t items;
        int64_t sum;
        size_t n;
        enum finding_code codes[10];
    } cases[] = {
        {DIR "two-invoices.edi", true, false, 2, 115050, 0, {0}},
        {DIR "two-invoices-utf8.edi", true, false, 2, 115050, 1, {FINDING_ENCODING_CONVERTED}},
        {DIR "two-invoices-wrapped.edi", true, false, 2, 115050, 0, {0}},
        {DIR "two-invoices-una.edi", true, false, 2, 115050, 0, {0}},
        {DIR "attachment.edi", true, false, 2, 115050, 0, {0}},
        {DIR "groups.edi", true, false, 3, 20000, 0, {0}},
        {DIR "test-mark.edi", true, true, 2, 115050, 1, {FINDING_TEST_MARK}},
        {DIR "cut.edi", false, false, 1, 125050, 1, {FINDING_TRUNCATED}},
        {DIR "wrong-counts.edi",
         false,
         false,
         2,
         115050,
         8,
         {FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH,
          FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH,
          FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 200; piece += piece < 4 ? 1 : 97) {
            struct span text = sample(cases[i].name);
            struct heard *h = hear_pieces(NULL, text, piece);
            assert_string_equal(h->summary.format, "edifact-invoic");
            assert_int_equal(h->summary.kind, KIND_INVOICES);
            assert_int_equal(h->summary.valid, cases[i].valid);
            assert_int_equal(h->summary.test, cases[i].test);
            assert_int_equal(h->summary.items, cases[i].items);
            assert_int_equal(h->summary.sums.of[0].minor, cases[i].sum);
            assert_codes(h, cases[i].name, cases[i].codes, cases[i].n);
            heard_free(h);
            free((char *)text.p);
        }
}

static void u60_items_are_the_same_in_every_dress(void **state)
{
    static const char *const names[] = {DIR "two-invoices.edi", DIR "two-invoices-utf8.edi",
                                        DIR "two-invoices-wrapped.edi", DIR "two-invoices-una.edi",
                                        DIR "attachment.edi"};
    static const struct {
        enum item_type type;
        uint64_t record;
        int64_t amount;
        const char *number, *reference;
    } expected[] = {
        {ITEM_INVOICE, 2, 125050, "1001", "10017"},
        {ITEM_CREDIT_NOTE, 38, -10000, "1002", "10027"},
    };

    (void)state;
    for (size_t f = 0; f < sizeof(names) / sizeof(names[0]); f++) {
        struct span text = sample(names[f]);
        struct heard *h = hear_pieces(NULL, text, 0);
        for (size_t i = 0; i < 2; i++) {
            const struct item *item = &h->item[i];
            char day[DATE_SIZE];
            assert_int_equal(item->type, expected[i].type);
            assert_int_equal(item->record, expected[i].record);
            assert_int_equal(item->amount_minor, expected[i].amount);
            assert_string_equal(item->currency, "SEK");
            assert_text(item->number, expected[i].number);
            assert_text(item->reference, expected[i].reference);
            assert_text(item->counterparty_id, "SE121212121201");
            assert_text(item->counterparty_name, "\xC3\x85sa Exempel");
            assert_text(item->payee_account, "5805-1234");
            assert_text(item->issuer, "5560360793");
            assert_string_equal(date_format(item->issue_date, day), "2026-01-15");
            assert_string_equal(date_format(item->due_date, day), "2026-02-14");
        }
        heard_free(h);
        free((char *)text.p);
    }
}

static void several_currencies_are_kept_apart(void **state)
{
    struct span text = sample(DIR "groups.edi");
    struct heard *h = hear_pieces(NULL, text, 0);

    (void)state;
    assert_int_equal(h->summary.sums.n, 2);
    assert_string_equal(h->summary.sums.of[1].currency, "EUR");
    assert_int_equal(h->summary.sums.of[1].minor, 10000);
    assert_text(h->item[0].payee_account, "58051234");
    heard_free(h);
    free((char *)text.p);
}

static void faults_are_found_where_they_are(void **state)
{
    static const struct {
        const char *name, *sample;
        const char *from, *to;
        uint64_t items;
        bool valid;
        size_t n;
        enum finding_code codes[4];
    } cases[] = {
        {"UNT reference",
         DIR "two-invoices.edi",
         "UNT+36+1'",
         "UNT+36+2'",
         2,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"U67 UNT count is no number",
         DIR "two-invoices.edi",
         "UNT+36+1'",
         "UNT++1'",
         2,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"a segment lost",
         DIR "two-invoices.edi",
         "CUX+2:SEK:4'",
         "",
         2,
         false,
         2,
         {FINDING_TOTALS_MISMATCH, FINDING_BAD_FIELD}},
        {"UNZ reference",
         DIR "two-invoices.edi",
         "UNZ+2+77'",
         "UNZ+2+78'",
         2,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"UNE count",
         DIR "groups.edi",
         "UNE+1+x'",
         "UNE+2+x'",
         3,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"UNE reference",
         DIR "groups.edi",
         "UNE+1+x'",
         "UNE+1+y'",
         3,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"UNE lost", DIR "groups.edi", "UNE+1+x'", "", 3, false, 1, {FINDING_BAD_STRUCTURE}},
        {"UNG lost",
         DIR "groups.edi",
         "UNG+INVOIC+A+B+260115:0930+y+UN+D:93A'",
         "",
         3,
         false,
         2,
         {FINDING_BAD_STRUCTURE, FINDING_TOTALS_MISMATCH}},
        {"UNZ counts groups",
         DIR "groups.edi",
         "UNZ+2+a1'",
         "UNZ+3+a1'",
         3,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"UNZ lost", DIR "groups.edi", "UNZ+2+a1'", "", 3, false, 1, {FINDING_BAD_STRUCTURE}},
        {"an interchange twice",
         DIR "groups.edi",
         "+a2++INVOIC",
         "+a1++INVOIC",
         3,
         false,
         2,
         {FINDING_BAD_STRUCTURE, FINDING_TOTALS_MISMATCH}},
        {"a message twice",
         DIR "two-invoices.edi",
         "UNH+2+",
         "UNH+1+",
         2,
         false,
         2,
         {FINDING_BAD_STRUCTURE, FINDING_TOTALS_MISMATCH}},
        {"UNH garbled",
         DIR "two-invoices.edi",
         "UNH+2+",
         "NH+2+",
         1,
         false,
         3,
         {FINDING_BAD_STRUCTURE, FINDING_BAD_STRUCTURE, FINDING_TOTALS_MISMATCH}},
        {"UNB lost",
         DIR "two-invoices.edi",
         "UNB+UNOC:3+7300009000021:14+7300009000038:14+260115:0930+77++INVOIC'",
         "",
         2,
         false,
         3,
         {FINDING_BAD_STRUCTURE, FINDING_BAD_STRUCTURE, FINDING_ENCODING_CONVERTED}},
        {"UNT lost", DIR "two-invoices.edi", "UNT+36+1'", "", 1, false, 1, {FINDING_BAD_STRUCTURE}},
        {"U06 the end is missing",
         DIR "two-invoices.edi",
         "UNZ+2+77'",
         "",
         2,
         false,
         1,
         {FINDING_TRUNCATED}},
        {"U06 its terminator is missing",
         DIR "two-invoices.edi",
         "UNZ+2+77'",
         "UNZ+2+77",
         2,
         false,
         1,
         {FINDING_TRUNCATED}},
        {"a message of another type",
         DIR "two-invoices.edi",
         "UNH+2+INVOIC",
         "UNH+2+ORDERS",
         1,
         true,
         1,
         {FINDING_UNKNOWN_RECORD}},
        {"the number of lines",
         DIR "two-invoices.edi",
         "CNT+2:2",
         "CNT+2:1",
         2,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"the sum of lines",
         DIR "two-invoices.edi",
         "MOA+203:500,00",
         "MOA+203:500,01",
         2,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"taxable and tax only warn",
         DIR "two-invoices.edi",
         "MOA+9:1250.50",
         "MOA+9:250.50",
         2,
         true,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"an ore too much is no rounding",
         DIR "two-invoices.edi",
         "MOA+9:1250.50",
         "MOA+9:1250.51",
         2,
         true,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"rounded to a whole krona",
         DIR "two-invoices.edi",
         "MOA+9:1250.50",
         "MOA+9:1251",
         2,
         true,
         0,
         {0}},
        {"no amount",
         DIR "two-invoices.edi",
         "MOA+9:",
         "MOA+99:",
         2,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"an amount that is none",
         DIR "two-invoices.edi",
         "MOA+9:1250.50",
         "MOA+9:1 250",
         2,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"half an ore",
         DIR "two-invoices.edi",
         "MOA+9:1250.50",
         "MOA+9:1250.505",
         2,
         true,
         1,
         {FINDING_FIELD_NOTE}},
        {"no currency",
         DIR "two-invoices.edi",
         "CUX+2:SEK:4'",
         "CUX+2'",
         2,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"currency of the amount",
         DIR "two-invoices.edi",
         "MOA+9:1250.50'",
         "MOA+9:1250.50:SEK'",
         2,
         true,
         0,
         {0}},
        {"a day that is none",
         DIR "two-invoices.edi",
         "DTM+13:20260214",
         "DTM+13:20260230",
         2,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"day and time",
         DIR "two-invoices.edi",
         "DTM+137:20260115:102",
         "DTM+137:202601150930:203",
         2,
         true,
         0,
         {0}},
        {"no number",
         DIR "two-invoices.edi",
         "BGM+380+1001+9",
         "BGM+380++9",
         2,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"a duplicate by its own word",
         DIR "two-invoices.edi",
         "BGM+380+1001+9",
         "BGM+380+1001+7",
         2,
         true,
         1,
         {FINDING_DECLARED_COPY}},
        {"a proforma claims nothing",
         DIR "two-invoices.edi",
         "BGM+380",
         "BGM+325",
         1,
         true,
         1,
         {FINDING_FIELD_NOTE}},
        {"U61 bytes that are not of UNOW",
         DIR "two-invoices.edi",
         "UNOC:3",
         "UNOW:4",
         2,
         true,
         1,
         {FINDING_ENCODING_BROKEN}},
        {"U61 bytes beyond UNOA",
         DIR "two-invoices.edi",
         "UNOC:3",
         "UNOA:1",
         2,
         true,
         1,
         {FINDING_ENCODING_CONVERTED}},
        {"U61 a set that is not read",
         DIR "two-invoices.edi",
         "UNOC:3",
         "UNOX:3",
         2,
         true,
         2,
         {FINDING_CHARSET_UNREAD, FINDING_LETTERS_LOST}},
        {"0035 of any value",
         DIR "test-mark.edi",
         "++++1'",
         "++++2'",
         2,
         true,
         1,
         {FINDING_TEST_MARK}},
        {"0035 in the place before", DIR "test-mark.edi", "++++1'", "+++1'", 2, true, 0, {0}},
        {"an object of another size",
         DIR "attachment.edi",
         "UNP+12+P1",
         "UNP+13+P1",
         2,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"packages counted as messages", DIR "attachment.edi", "UNZ+2+", "UNZ+3+", 2, true, 0, {0}},
        {"UNA that separates nothing",
         DIR "two-invoices.edi",
         "UNA:+.? '",
         "UNA::.? '",
         0,
         false,
         2,
         {FINDING_BAD_STRUCTURE, FINDING_NO_ITEMS}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct span text = changed_sample(cases[i].sample, cases[i].from, cases[i].to);
        for (size_t piece = 0; piece < 8; piece += 7) {
            struct heard *h = hear_pieces(&format_invoic, text, piece);
            assert_codes(h, cases[i].name, cases[i].codes, cases[i].n);
            if (h->summary.items != cases[i].items || h->summary.valid != cases[i].valid)
                fail_msg("%s: %d items, %s", cases[i].name, (int)h->summary.items,
                         h->summary.valid ? "valid" : "not valid");
            heard_free(h);
        }
        free((char *)(uintptr_t)text.p);
    }
}

/* The one message a line, with what is asked about in it. */
static struct heard *hear_message(const char *head, const char *summary)
{
    struct buf text;

    buf_init(&text, 1 << 16);
    buf_printf(&text,
               "UNB+UNOC:3+A+B+260115:0930+7'UNH+1+INVOIC:D:96A:UN'%sNAD+BY+++N'LIN+1'"
               "MOA+9:1'UNS+S'%sUNT+%d+1'UNZ+1+7'",
               head, summary, 0);
    struct heard *h = hear_pieces(&format_invoic, buf_view(&text), 0);
    buf_free(&text);
    return h;
}

static void amounts_come_in_their_order(void **state)
{
    static const struct {
        const char *head, *summary;
        int64_t amount;
        const char *currency;
    } cases[] = {
        {"CUX+2:SEK:4'", "MOA+128:6'MOA+39:5'MOA+388:4'MOA+86:3'MOA+77:2'MOA+9:1'", 100, "SEK"},
        {"CUX+2:SEK:4'", "MOA+128:6'MOA+39:5'MOA+388:4'MOA+86:3'MOA+77:2'", 200, "SEK"},
        {"CUX+2:SEK:4'", "MOA+128:6'MOA+39:5'MOA+388:4'MOA+86:3'", 300, "SEK"},
        {"CUX+2:SEK:4'", "MOA+128:6'MOA+39:5'MOA+388:4'", 400, "SEK"},
        {"CUX+2:SEK:4'", "MOA+128:6'MOA+39:5'", 500, "SEK"},
        {"CUX+2:SEK:4'", "MOA+128:6'", 600, "SEK"},
        {"CUX+2:SEK:4'", "MOA+9:7'MOA+9:8'", 700, "SEK"},
        {"CUX+2:SEK:4'", "MOA+9:7:EUR'MOA+9:80:SEK'", 8000, "SEK"},
        {"CUX+2:SEK:4'", "MOA+9:7:EUR'", 700, "EUR"},
        {"CUX+3:SEK:4'CUX+2:EUR:4'", "MOA+9:7'", 700, "EUR"},
        {"CUX+1:JPY'", "MOA+9:7'", 7, "JPY"},
        {"CUX+2:SEK:4'BGM+381+1'", "MOA+9:7'", -700, "SEK"},
        {"CUX+2:SEK:4'BGM+381+1'", "MOA+9:-7'", -700, "SEK"},
        {"CUX+2:SEK:4'BGM+380+1'", "MOA+9:-7'", -700, "SEK"},
        {"CUX+2:SEK:4'", "MOA+9:7'UNS+S'MOA+77:8'", 700, "SEK"},
        {"CUX+2:SEK:4'", "MOA+9:1234567890123,45'", 123456789012345, "SEK"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct heard *h = hear_message(cases[i].head, cases[i].summary);
        assert_int_equal(h->items, 1);
        assert_int_equal(h->item[0].amount_minor, cases[i].amount);
        assert_string_equal(h->item[0].currency, cases[i].currency);
        heard_free(h);
    }
}

static void the_more_telling_of_several_wins(void **state)
{
    static const struct {
        const char *head;
        const char *id, *name, *account, *issuer, *due;
    } cases[] = {
        {"", "", "N", "", "A", ""},
        {"NAD+BY+1::9++B'NAD+IV+2++I'", "2", "I", "", "A", ""},
        {"NAD+IV+2++I'RFF+VA:V'RFF+GN:G'NAD+BY+1++B'RFF+GN:X'", "G", "I", "", "A", ""},
        {"NAD+IV++Kalle AB:Gatan'", "", "Kalle AB", "", "A", ""},
        {"NAD+PE+3'NAD+II+4'NAD+SE+5'RFF+VA:SE55'", "", "N", "", "SE55", ""},
        {"NAD+SU+5'RFF+PGI:12'RFF+BGI:34'RFF+PGI:56'", "", "N", "34", "5", ""},
        {"FII+SU+1'FII+RB+SE12 34'FII+RB+9'", "", "N", "SE1234", "A", ""},
        {"DTM+140:20260301:102'DTM+13:20260201:102'", "", "N", "", "A", "2026-02-01"},
        {"PAT+22'DTM+13:20260101:102'PYT+1'DTM+13:260201'", "", "N", "", "A", "2026-02-01"},
        {"DTM+13:990201:101'", "", "N", "", "A", "1999-02-01"},
        {"DTM+13:010226:2'", "", "N", "", "A", "2026-02-01"},
        {"DTM+13:2026020120260228:718'", "", "N", "", "A", "2026-02-01"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct heard *h = hear_message(cases[i].head, "MOA+9:1:SEK'");
        char day[DATE_SIZE];
        assert_int_equal(h->items, 1);
        assert_text(h->item[0].counterparty_id, cases[i].id);
        assert_text(h->item[0].counterparty_name, cases[i].name);
        assert_text(h->item[0].payee_account, cases[i].account);
        assert_text(h->item[0].issuer, cases[i].issuer);
        assert_string_equal(date_format(h->item[0].due_date, day), cases[i].due);
        heard_free(h);
    }
}

static void u64_a_long_text_is_cut_and_said(void **state)
{
    struct buf head;

    (void)state;
    buf_init(&head, 1 << 14);
    buf_str(&head, "NAD+IV+++");
    for (unsigned i = 0; i < ITEM_TEXT_MAX; i++)
        buf_str(&head, "\xC3\xA5");
    buf_str(&head, "'");
    struct heard *h = hear_message(buf_cstr(&head), "MOA+9:1:SEK'");
    assert_int_equal(h->item[0].counterparty_name.n, ITEM_TEXT_MAX);
    assert_int_equal(h->of[FINDING_TEXT_CUT], 1);
    heard_free(h);
    buf_free(&head);
}

static void many_messages_keep_their_references_apart(void **state)
{
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 24);
    buf_str(&text, "UNB+UNOC:3+A+B+260115:0930+7'");
    for (int i = 0; i < 3000; i++)
        buf_printf(&text,
                   "UNH+%d+INVOIC:D:96A:UN'BGM+380+%d'NAD+BY+1'CUX+2:SEK'UNS+S'MOA+9:1'UNT+7+%d'",
                   i % 2990, i, i % 2990);
    buf_str(&text, "UNZ+3000+7'");
    struct heard *h = hear_pieces(&format_invoic, buf_view(&text), 0);
    assert_int_equal(h->summary.items, 3000);
    assert_int_equal(h->of[FINDING_BAD_STRUCTURE], 10);
    heard_free(h);
    buf_free(&text);
}

static void what_is_no_invoice_is_named_for_what_it_is(void **state)
{
    struct span text = sample(DIR "orders.edi");
    struct heard *h = hear_pieces(NULL, text, 0);

    (void)state;
    assert_string_equal(h->summary.format, "unknown");
    assert_text(heard_fact(heard_of(h, FINDING_UNKNOWN_FORMAT), "reason")->text,
                "an EDIFACT ORDERS message");
    heard_free(h);
    free((char *)text.p);
}

static void bids_are_as_sure_as_the_bytes(void **state)
{
    static const struct {
        const char *head;
        enum bid bid;
    } cases[] = {
        {"UNB+UNOC:3+A+B+1:2+9++INVOIC'UNH+1+INVOIC:D:96A:UN'", BID_CERTAIN},
        {"UNB+UNOC:3+A+B+1:2+9++INVOIC'", BID_LIKELY},
        {"UNB+UNOC:3+A+B+1:2+9'UNG+INVOIC'", BID_LIKELY},
        {"UNB+UNOC:3+A+B+1:2+9++INVOIC'UNH+1+ORDERS:D:96A:UN'", BID_NO},
        {"UNB+UNOC:3+A+B+1:2+9'", BID_NO},
        {"UNH+1+INVOIC:D:96A:UN'", BID_CERTAIN},
        {"BGM+380+1'", BID_NO},
        {"01BGMAX", BID_NO},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(format_invoic.bid(span_str(cases[i].head), true), cases[i].bid);
    assert_int_equal(format_invoic.ending(SPAN_LIT("UNB+UNOC'"), SPAN_LIT("'UNZ+1+1'\n")),
                     ENDING_WHOLE);
    assert_int_equal(format_invoic.ending(SPAN_LIT("UNB+UNOC'"), SPAN_LIT("'UNT+1+1'\n")),
                     ENDING_CUT);
    assert_int_equal(format_invoic.ending(SPAN_LIT("UNH+1'"), SPAN_LIT("'UNT+1+1'\n")),
                     ENDING_WHOLE);
}

static void a_sink_that_says_stop_is_obeyed(void **state)
{
    struct span text = sample(DIR "two-invoices.edi");
    struct heard *h = heard_new();
    struct reading *reading;

    (void)state;
    h->stop_at = 1;
    assert_int_equal(reading_open(&format_invoic, &h->sink, &reading), 0);
    int r = reading_push(reading, text);
    if (r == 0)
        r = reading_finish(reading, &h->summary);
    assert_int_equal(r, -17);
    reading_close(&reading);
    heard_free(h);
    free((char *)text.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_give_their_figures),
        cmocka_unit_test(u60_items_are_the_same_in_every_dress),
        cmocka_unit_test(several_currencies_are_kept_apart),
        cmocka_unit_test(faults_are_found_where_they_are),
        cmocka_unit_test(amounts_come_in_their_order),
        cmocka_unit_test(the_more_telling_of_several_wins),
        cmocka_unit_test(u64_a_long_text_is_cut_and_said),
        cmocka_unit_test(many_messages_keep_their_references_apart),
        cmocka_unit_test(what_is_no_invoice_is_named_for_what_it_is),
        cmocka_unit_test(bids_are_as_sure_as_the_bytes),
        cmocka_unit_test(a_sink_that_says_stop_is_obeyed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

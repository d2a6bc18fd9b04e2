/* receipt_test.c -- every verdict in both languages, hostile names, figures, reasons */
#include "tests/unit/outbound/support.h"

#include <time.h>

#include "outbound/receipt.h"

static struct delivery cases_from_heby(void)
{
    struct delivery d = {
        .row = 1,
        .id = "20260302-061200-123456",
        .unit = "heby/ekonomi",
        .file = SPAN_LIT("inkasso_mars.csv"),
        .verdict = VERDICT_ACCEPTED,
        .received_us = T0,
        .summary = {.format = "case-csv", .kind = KIND_CASES, .items = 1234, .valid = true},
    };

    d.summary.items_by_type[ITEM_CASE] = 1234;
    assert_int_equal(sums_add(&d.summary.sums, "SEK", 123456750), 0);
    memset(d.summary.blake2b, 0xab, sizeof d.summary.blake2b);
    return d;
}

static struct outbox_mail row_of(const char *verdict, const char *detail)
{
    return (struct outbox_mail){.row = 9,
                                .kind = OUTBOX_RECEIPT,
                                .delivery_row = 1,
                                .verdict = verdict,
                                .recipient = "ekonomi@heby.example",
                                .message_id = "<m@inkasso.example>",
                                .detail = detail,
                                .created_us = T0 + MINUTE};
}

static const struct receipt_reason reasons[] = {
    {LEVEL_INFO, "Bara för kännedom.", NULL},
    {LEVEL_WARN, "Något ovanligt.", NULL},
    {LEVEL_HOLD, "Filen säger själv att den är ett test: miljön är \"T\".", NULL},
    {LEVEL_REJECT, "En kontrollsumma stämmer inte: antal <b>.", NULL},
};

/* Write it with the installed templates. */
static void write_receipt(const struct delivery *d, const struct outbox_mail *row,
                          const struct receipt_reason *why, size_t n, struct mail *mail)
{
    struct settings *settings = some_settings();
    struct template_set *templates = own_templates();
    struct receipt receipt = {row, d, settings, templates, why, n};

    mail_init(mail);
    assert_int_equal(receipt_write(&receipt, mail), 0);
    template_set_free(&templates);
    settings_free(&settings);
}

static void every_verdict_in_plain_words(void **state)
{
    static const struct {
        const char *unit;
        const char *verdict;
        const char *detail;
        const char *words; /* in text and HTML */
        const char * not ;
    } cases[] = {
        {"heby/ekonomi", "accepted", NULL, "mottagen och godkänd", "granskning"},
        {"heby/ekonomi", "held", NULL, "handläggare har granskat den", "avvisa"},
        {"heby/ekonomi", "rejected", NULL, "har avvisats", "Skäl"},
        {"heby/ekonomi", "rejected", "fel månad", "fel månad", "på nytt"},
        {"heby/ekonomi", "released", "ok", "granskats och godkänts", "Skäl"},
        {"heby/ekonomi", "recalled", "dubbel", "har återkallats", "handläggning"},
        {"heby/water", "accepted", NULL, "received and accepted", "review"},
        {"heby/water", "held", NULL, "until a person has reviewed it", "rejected"},
        {"heby/water", "rejected", NULL, "has been rejected", "Reason"},
        {"heby/water", "rejected", "wrong month", "wrong month", "again"},
        {"heby/water", "released", "ok", "reviewed and approved", "Reason"},
        {"heby/water", "recalled", "twice", "has been recalled", "processing"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct delivery d = cases_from_heby();
        struct outbox_mail row = row_of(cases[i].verdict, cases[i].detail);
        const char *both[2];
        struct mail mail;
        struct buf flat; /* text with its line breaks undone */

        snprintf(d.unit, sizeof d.unit, "%s", cases[i].unit);
        write_receipt(&d, &row, NULL, 0, &mail);
        buf_init(&flat, MAIL_TEXT_MAX);
        for (size_t k = 0; k < mail.text.n; k++)
            buf_char(&flat, mail.text.p[k] == '\n' ? ' ' : mail.text.p[k]);
        both[0] = buf_cstr(&flat);
        both[1] = buf_cstr(&mail.html);
        for (size_t k = 0; k < 2; k++) {
            assert_has(both[k], cases[i].words);
            assert_has_not(both[k], cases[i].not );
            assert_has(both[k], "inkasso_mars.csv");
            assert_has(both[k], "2026-03-02 07:12:00");
            assert_has(both[k], "20260302-061200-123456");
            assert_has(both[k], "kvittens@inkasso.example");
            assert_has_not(k ? strstr(both[k], "</style>") : both[k], "{");
        }
        assert_has(both[0], "1 234 567,50 kr"); /* as a person would search for it */
        assert_has_not(both[0], "\xc2\xa0");
        assert_has_not(header_of(&mail, "Subject"), "\xc2\xa0");
        assert_has(both[1], "1\xc2\xa0"
                            "234\xc2\xa0"
                            "567,50\xc2\xa0"
                            "kr");
        assert_string_equal(header_of(&mail, "X-Sluss-Verdict"), cases[i].verdict);
        assert_string_equal(header_of(&mail, "X-Sluss-Delivery"), d.id);
        assert_has_not(buf_cstr(&mail.text), "Subject");
        assert_true(strlen(header_of(&mail, "Subject")) > 20);
        buf_free(&flat);
        mail_free(&mail);
    }
}

static void json_is_as_the_interface_says(void **state)
{
    static const struct receipt_reason why[] = {{LEVEL_WARN, "Ovanligt.", "volume"},
                                                {LEVEL_INFO, "Känt.", "nearest"}};
    struct outbox_mail row = row_of("released", NULL);
    struct delivery d = cases_from_heby();
    struct receipt receipt;
    struct buf out;

    (void)state;
    buf_init(&out, 65536);
    receipt = (struct receipt){.row = &row, .delivery = &d};
    assert_int_equal(receipt_json(&out, &receipt), 0);
    assert_string_equal(
        buf_cstr(&out),
        "{\"delivery\":\"20260302-061200-123456\",\"unit\":\"heby/ekonomi\","
        "\"file\":\"inkasso_mars.csv\",\"size\":0,\"received_at\":\"2026-03-02T06:12:00.000Z\","
        "\"verdict\":\"released\",\"format\":\"case-csv\",\"kind\":\"cases\","
        "\"items\":1234,\"sum_minor\":123456750,\"currency\":\"SEK\",\"reasons\":[],"
        "\"blake2b\":\"abababababababababababababababababababababababababababababababab\"}\n");
    assert_int_equal(sums_add(&d.summary.sums, "EUR", 40000), 0);
    buf_clear(&out);
    assert_int_equal(sums_add(&d.summary.parts[PART_FEES], "SEK", 6000), 0);
    assert_int_equal(sums_add(&d.summary.parts[PART_FEES], "SEK", 18000), 0);
    receipt.reasons = why;
    receipt.reason_count = 2;
    assert_int_equal(receipt_json(&out, &receipt), 0);
    assert_has(buf_cstr(&out), "\"fees\":{\"items\":2,\"sums\":{\"SEK\":24000}}");
    assert_has_not(buf_cstr(&out), "interest");
    assert_has(buf_cstr(&out), "\"reasons\":[{\"check\":\"volume\",\"level\":\"warn\","
                               "\"text\":\"Ovanligt.\"}]");
    assert_has(buf_cstr(&out), "\"sum_minor\":null,\"currency\":null");
    assert_has(buf_cstr(&out), "\"sums\":{\"SEK\":123456750,\"EUR\":40000}");
    buf_free(&out);
}

static void currencies_and_credits_stand_apart(void **state)
{
    struct delivery d = cases_from_heby();
    struct outbox_mail row = row_of("accepted", NULL);
    struct mail mail;

    (void)state;
    d.summary.kind = KIND_INVOICES;
    d.summary.items_by_type[ITEM_CREDIT_NOTE] = 1;
    assert_int_equal(sums_add(&d.summary.sums, "EUR", -40000), 0);
    assert_int_equal(sums_add(&d.summary.parts[PART_CREDITS], "EUR", -40000), 0);
    write_receipt(&d, &row, NULL, 0, &mail);
    assert_has(buf_cstr(&mail.text), "fakturor");
    assert_has(buf_cstr(&mail.text), "1 kreditnota, -400,00 EUR (ingår i summan)");
    assert_has(buf_cstr(&mail.text), "1 234 567,50 kr (1 st)");
    assert_has(buf_cstr(&mail.html), "-400,00\xc2\xa0"
                                     "EUR");
    assert_has_not(buf_cstr(&mail.text), "Avgifter");
    mail_free(&mail);
}

static void reasons_are_those_that_decided(void **state)
{
    struct delivery d = cases_from_heby();
    struct outbox_mail row = row_of("held", NULL);
    struct mail mail;

    (void)state;
    write_receipt(&d, &row, reasons, 4, &mail);
    assert_has(buf_cstr(&mail.text), "Varför filen granskas:");
    assert_has(buf_cstr(&mail.text), "- En kontrollsumma stämmer inte: antal <b>.\n- Filen säger");
    assert_has(buf_cstr(&mail.html), "antal &lt;b&gt;.");
    mail_free(&mail);
    row = row_of("rejected", NULL);
    write_receipt(&d, &row, reasons, 4, &mail);
    assert_has_not(buf_cstr(&mail.text), "Något ovanligt");
    mail_free(&mail);
    row = row_of("held", NULL);
    write_receipt(&d, &row, reasons, 2, &mail); /* several weak signs together held it */
    assert_has(buf_cstr(&mail.text), "- Något ovanligt.");
    assert_has_not(buf_cstr(&mail.text), "kännedom");
    mail_free(&mail);
    row = row_of("accepted", NULL);
    write_receipt(&d, &row, reasons, 2, &mail);
    assert_has_not(buf_cstr(&mail.text), "ovanligt");
    mail_free(&mail);
}

/* Where in the text; fails where it is not. */
static size_t place(const struct mail *mail, const char *what)
{
    const char *at = strstr(buf_cstr(&mail->text), what);

    if (!at)
        fail_msg("\"%s\" is not in:\n%s", what, buf_cstr(&mail->text));
    return (size_t)(at - buf_cstr(&mail->text));
}

static void a_held_one_explains_itself_first(void **state)
{
    static const struct receipt_reason why[] = {
        {LEVEL_HOLD, "Ett.", NULL},
        {LEVEL_WARN, "Två.", NULL},
        {LEVEL_WARN, "Tre.", NULL},
        {LEVEL_WARN, "Fyra.", NULL},
        {LEVEL_INFO, "Liknar den i mars.", "nearest"},
    };
    struct delivery d = cases_from_heby();
    struct outbox_mail row = row_of("held", NULL);
    struct mail mail;

    (void)state;
    d.weighed = true;
    d.odds = 3; /* 95 of 100 */
    write_receipt(&d, &row, why, 5, &mail);
    assert_true(place(&mail, "- Ett.\n- Två.\n- Tre.\n") < place(&mail, "Liknar den i mars."));
    assert_true(place(&mail, "Liknar") < place(&mail, "Bedömning: högst troligt fel: ungefär 95"));
    assert_true(place(&mail, "Bedömning") < place(&mail, "Om den godkänns går"));
    assert_true(place(&mail, "Om den godkänns") < place(&mail, "Kapitalsumma"));
    assert_true(place(&mail, "Kapitalsumma") < place(&mail, "Även noterat:\n\n- Fyra."));
    assert_has(buf_cstr(&mail.html), "Bedömning");
    mail_free(&mail);
}

static void many_reasons_are_counted(void **state)
{
    struct receipt_reason many[35];
    struct delivery d = cases_from_heby();
    struct outbox_mail row = row_of("rejected", NULL);
    struct mail mail;

    (void)state;
    for (size_t i = 0; i < 35; i++)
        many[i] = (struct receipt_reason){LEVEL_REJECT, "Fel.", NULL};
    write_receipt(&d, &row, many, 35, &mail);
    assert_has(buf_cstr(&mail.text), "Ytterligare 15 anmärkningar");
    mail_free(&mail);
}

static void an_unreadable_file_has_a_receipt_too(void **state)
{
    struct delivery d = cases_from_heby();
    struct outbox_mail row = row_of("rejected", NULL);
    struct mail mail;

    (void)state;
    d.summary = (struct summary){.format = "unknown"};
    write_receipt(&d, &row, reasons + 3, 1, &mail);
    assert_has(buf_cstr(&mail.text), "0 poster (filen kunde inte läsas)");
    assert_has(buf_cstr(&mail.attached[0].bytes), "\"items\":0,\"sum_minor\":0,\"currency\":null");
    mail_free(&mail);
}

static void U68_hostile_names_are_shown_escaped(void **state)
{
    static const struct {
        struct span name;
        const char *text; /* shown in the text */
        const char *html;
    } cases[] = {
        {SPAN_LIT("a\r\nBcc: x@y.example\r\n\r\n.csv"), "a\\r\\nBcc: x@y.example\\r\\n\\r\\n.csv",
         "a\\r\\nBcc: x@y.example"},
        {SPAN_LIT("<script>alert('x')</script>&.csv"), "<script>alert('x')</script>&.csv",
         "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;.csv"},
        {SPAN_LIT("r\xE4kning %s%n.csv"), "r\\xE4kning %s%n.csv", "r\\xE4kning %s%n.csv"},
        {SPAN_LIT("{delivery} {#held}.csv"), "{delivery} {#held}.csv", "{delivery} {#held}.csv"},
        {SPAN_LIT("=?utf-8?Q?x?= \".csv"), "=?utf-8?Q?x?= \".csv", "=?utf-8?Q?x?= &quot;.csv"},
        {SPAN_LIT("\xE2\x80\xAE"
                  "fdp.exe"),
         "\\u202Efdp.exe", "\\u202Efdp.exe"},
    };
    char longest[FILE_NAME_MAX];

    (void)state;
    memset(longest, '\n', sizeof longest);
    for (size_t i = 0; i <= sizeof cases / sizeof *cases; i++) {
        bool last = i == sizeof cases / sizeof *cases;
        struct delivery d = cases_from_heby();
        struct outbox_mail row = row_of("accepted", NULL);
        struct mail mail;
        unsigned headers = 0;

        d.file = last ? span_of(longest, sizeof longest) : cases[i].name;
        write_receipt(&d, &row, NULL, 0, &mail);
        if (!last) {
            assert_has(buf_cstr(&mail.text), cases[i].text);
            assert_has(buf_cstr(&mail.html), cases[i].html);
        }
        for (const char *h = mail_next_header(&mail, NULL); h; h = mail_next_header(&mail, h)) {
            const char *fold = h;

            headers++;
            while ((fold = strpbrk(fold, "\r\n")) != NULL) {
                assert_memory_equal(fold, "\r\n ", 3);
                fold += 3;
            }
        }
        assert_int_equal(headers, 10);
        assert_true(strlen(header_of(&mail, "Subject")) < 500);
        mail_free(&mail);
    }
}

/* U58: a repeat after a crash is the same mail. */
static void U58_a_repeat_is_the_same(void **state)
{
    struct delivery d = cases_from_heby();
    struct outbox_mail row = row_of("held", NULL);
    struct mail one;
    struct mail two;

    (void)state;
    write_receipt(&d, &row, reasons, 4, &one);
    row.attempts = 5;
    row.next_us = T0 + DAY;
    row.last_error = "451 later";
    write_receipt(&d, &row, reasons, 4, &two);
    assert_true(span_eq(buf_view(&one.headers), buf_view(&two.headers)));
    assert_true(span_eq(buf_view(&one.text), buf_view(&two.text)));
    assert_true(span_eq(buf_view(&one.html), buf_view(&two.html)));
    assert_true(span_eq(buf_view(&one.attached[0].bytes), buf_view(&two.attached[0].bytes)));
    mail_free(&one);
    mail_free(&two);
}

static int set_up(void **state)
{
    (void)state;
    use_stockholm();
    tzset();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_in_plain_words),
        cmocka_unit_test(json_is_as_the_interface_says),
        cmocka_unit_test(currencies_and_credits_stand_apart),
        cmocka_unit_test(reasons_are_those_that_decided),
        cmocka_unit_test(a_held_one_explains_itself_first),
        cmocka_unit_test(many_reasons_are_counted),
        cmocka_unit_test(an_unreadable_file_has_a_receipt_too),
        cmocka_unit_test(U68_hostile_names_are_shown_escaped),
        cmocka_unit_test(U58_a_repeat_is_the_same),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}

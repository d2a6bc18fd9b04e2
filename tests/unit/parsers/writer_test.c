/* writer_test.c -- payments written as another format, read back, and refused where they must be */
#include "tests/unit/parsers/heard.h"

#include "model/error.h"
#include "parsers/writer.h"

static const struct writer_order order = {
    .day = {2026, 3, 3},
    .day_us = INT64_C(22332000001), /* 06:12:12.000001 */
    .first_serial = 7,
};

struct written {
    struct payments payments;
    struct writer_report report;
    struct buf out;
    int result;
};

static int ignore_finding(void *context, const struct finding *finding)
{
    (void)context;
    (void)finding;
    return 0;
}

static void begin(struct written *w, struct sink *sink)
{
    *w = (struct written){.payments.arena = arena_new(1 << 22)};
    buf_init(&w->out, 1 << 20);
    payments_sink(&w->payments, sink);
    sink->finding = ignore_finding;
}

static void end(struct written *w)
{
    arena_free(&w->payments.arena);
    buf_free(&w->out);
}

static void write_text(struct written *w, struct span text)
{
    struct sink sink = {0};
    struct reading *reading = NULL;
    struct summary summary;

    begin(w, &sink);
    assert_int_equal(reading_open(NULL, &sink, &reading), 0);
    w->result = reading_push(reading, text);
    if (w->result == 0)
        w->result = reading_finish(reading, &summary);
    if (w->result == 0)
        w->result =
            writer_by_name(SPAN_LIT("bgmax"))->write(&w->payments, &order, &w->out, &w->report);
    reading_close(&reading);
}

static void write_sample(struct written *w, const char *name)
{
    struct span text = sample(name);

    write_text(w, text);
    free((char *)text.p);
}

/* --- what comes back ---------------------------------------------------------------------- */

static void bgmax_goes_out_as_it_came(void **state)
{
    struct span text = sample("bgmax/two-deposits.txt");
    struct written w;

    (void)state;
    write_text(&w, text);
    assert_int_equal(w.result, 0);
    assert_int_equal(w.report.n, 0);
    assert_int_equal(w.report.payments, 4);
    assert_int_equal(w.out.n, text.n);
    for (size_t at = 0; at < text.n; at += 82) {
        if (at == 0) /* only when it was written */
            assert_memory_equal(w.out.p, "01BGMAX               0120260303061212000001P   ", 48);
        else if (memcmp(text.p + at, "05", 2) == 0) /* no plusgiro: zeros are as right as blanks */
            assert_memory_equal(w.out.p + at, text.p + at, 12);
        else
            assert_memory_equal(w.out.p + at, text.p + at, 82);
    }
    end(&w);
    free((char *)text.p);
}

static void items_come_back(void **state)
{
    struct span text = sample("bgmax/two-deposits-utf8.txt");
    struct heard *before = hear_pieces(NULL, text, 0);
    struct heard *after;
    struct written w;

    (void)state;
    write_text(&w, text);
    assert_int_equal(w.result, 0);
    after = hear_pieces(NULL, buf_view(&w.out), 0);
    assert_int_equal(after->findings, 0);
    assert_int_equal(after->items, before->items);
    assert_memory_equal(&after->summary.sums, &before->summary.sums, sizeof(struct sums));
    for (unsigned i = 0; i < before->items; i++) {
        const struct item *a = &before->item[i], *b = &after->item[i];
        assert_int_equal(a->type, b->type);
        assert_int_equal(a->amount_minor, b->amount_minor);
        assert_string_equal(a->currency, b->currency);
        assert_true(span_eq(a->number, b->number));
        assert_true(span_eq(a->reference, b->reference));
        assert_true(span_eq(a->counterparty_id, b->counterparty_id));
        assert_true(span_eq(a->counterparty_name, b->counterparty_name));
        assert_true(span_eq(a->payee_account, b->payee_account));
    }
    heard_free(before);
    heard_free(after);
    end(&w);
    free((char *)text.p);
}

/* The credits of an account's notification: one payment, and one entry of two. */
static void camt_becomes_bgmax(void **state)
{
    static const char *const lines[] = {
        "01BGMAX               0120260303061212000001P                                   ",
        "0500059999900000000000SEK                                                       ",
        "200000000000             202603004179000000000000125000210000000000000          ",
        "26\xC5kerviks Bageri AB                                                            ",
        "29005561234567                                                                  ",
        "200000000000             202603004187000000000000200000210000000000000          ",
        "26Bo Ek                                                                         ",
        "200000000000                         000000000000025000010000000000000          ",
        "26Siv Al                                                                        ",
        "15000000000000000000000000000000000002026030200007000000000000350000SEK00000003 ",
        "7000000003000000000000000000000001                                              ",
    };
    struct written w;

    (void)state;
    write_sample(&w, "camt.054/credits.xml");
    assert_int_equal(w.result, 0);
    assert_int_equal(w.report.payments, 3);
    assert_int_equal(w.out.n, 82 * sizeof(lines) / sizeof(lines[0]));
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        if (memcmp(w.out.p + 82 * i, lines[i], 80) != 0 ||
            memcmp(w.out.p + 82 * i + 80, "\r\n", 2) != 0)
            fail_msg("line %zu is \"%.80s\"", i + 1, w.out.p + 82 * i);
    struct heard *again = hear_pieces(NULL, buf_view(&w.out), 0);
    assert_true(again->summary.valid);
    assert_int_equal(again->findings, 0);
    assert_int_equal(again->summary.sums.of[0].minor, 350000);
    assert_int_equal(w.report.n, 3);
    assert_string_equal(w.report.lost[1].field, "number");
    assert_int_equal(w.report.lost[1].count, 3);
    heard_free(again);
    end(&w);
}

static void money_paid_out_is_refused(void **state)
{
    struct written w;

    (void)state;
    write_sample(&w, "camt.054/notification.xml");
    assert_int_equal(w.result, SLUSS_EINVAL);
    assert_non_null(strstr(w.report.refused, "pays out"));
    assert_true(w.report.refused_at > 0);
    end(&w);
}

/* --- single payments ---------------------------------------------------------------------- */

#define ITEM(kind, ...)                                                                            \
    {                                                                                              \
        .type = ITEM_##kind, .record = 5, __VA_ARGS__                                              \
    }

static const struct date nowhen = {-1, 1, 1};

/* One krona on a day in March to 5999-990, where the case does not say otherwise. */
static struct item filled(const struct item *given)
{
    struct item item = *given;

    if (!item.amount_minor)
        item.amount_minor = 100;
    if (!item.currency[0])
        memcpy(item.currency, "SEK", 4);
    if (!item.payee_account.p)
        item.payee_account = SPAN_LIT("5999-990");
    if (item.issue_date.year == nowhen.year)
        item.issue_date = DATE_NONE;
    else if (!date_present(item.issue_date))
        item.issue_date = (struct date){2026, 3, 2};
    return item;
}

static void payments_are_carried_or_refused(void **state)
{
    static const struct {
        const char *name;
        struct item item;
        const char *payee, *refused, *lost;
        struct span line; /* what some record begins with */
    } cases[] = {
        {"free reference",
         ITEM(PAYMENT, .reference = {"Invoice 77", 10}),
         NULL,
         NULL,
         NULL,
         {"200000000000Invoice 77               0000000000000001003100000000", 64}},
        {"serial",
         ITEM(PAYMENT, .number = {"123456789012", 12}),
         NULL,
         NULL,
         NULL,
         {"200000000000                         000000000000000100011234567890120", 70}},
        {"due date stands in",
         ITEM(PAYMENT, .issue_date = {-1, 1, 1}, .due_date = {2026, 3, 4}),
         NULL,
         NULL,
         NULL,
         {"150000000000000000000000000000000000020260304", 45}},
        {"no date", ITEM(PAYMENT, .issue_date = {-1, 1, 1}), NULL, "no date", NULL, {NULL, 0}},
        {"dollars", ITEM(PAYMENT, .currency = "USD"), NULL, "SEK and EUR", NULL, {NULL, 0}},
        {"long reference",
         ITEM(PAYMENT, .reference = {"12345678901234567890123456", 26}),
         NULL,
         "more than 25",
         NULL,
         {NULL, 0}},
        {"foreign reference",
         ITEM(PAYMENT, .reference = {"\xC5\x81", 2}),
         NULL,
         "letters",
         NULL,
         {NULL, 0}},
        {"line end in a reference",
         ITEM(PAYMENT, .reference = {"a\n70", 4}),
         NULL,
         "letters",
         NULL,
         {NULL, 0}},
        {"IBAN",
         ITEM(PAYMENT, .payee_account = {"SE3550000000054910000003", 24}),
         NULL,
         "--payee",
         NULL,
         {NULL, 0}},
        {"IBAN with payee",
         ITEM(PAYMENT, .payee_account = {"SE3550000000054910000003", 24}),
         "5999-990",
         NULL,
         "payee account",
         {"050005999990", 12}},
        {"an invoice", ITEM(INVOICE, .fee_minor = 0), NULL, "no payment", NULL, {NULL, 0}},
        {"deduction alone", ITEM(DEDUCTION, .amount_minor = -100), NULL, "exceed", NULL, {NULL, 0}},
        {"19 digits",
         ITEM(PAYMENT, .amount_minor = INT64_C(1000000000000000000)),
         NULL,
         "18 digits",
         NULL,
         {NULL, 0}},
        {"payer's IBAN",
         ITEM(PAYMENT, .counterparty_id = {"SE3550000000054910000003", 24}),
         NULL,
         NULL,
         "payer's id",
         {NULL, 0}},
        {"payer's bankgiro",
         ITEM(PAYMENT, .counterparty_id = {"5999-990", 8}),
         NULL,
         NULL,
         NULL,
         {"200005999990", 12}},
        {"name in other letters",
         ITEM(PAYMENT, .counterparty_name = {"\xC5\x81ukasz", 7}),
         NULL,
         NULL,
         "payer's name",
         {"26?ukasz ", 9}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct writer_order own = order;
        struct sink sink = {0};
        struct written w;
        begin(&w, &sink);
        own.payee = span_str(cases[i].payee);
        const struct item item = filled(&cases[i].item);
        assert_int_equal(sink.item(sink.context, &item), 0);
        w.result = writer_by_name(SPAN_LIT("bgmax"))->write(&w.payments, &own, &w.out, &w.report);
        if (cases[i].refused) {
            if (w.result != SLUSS_EINVAL || !strstr(w.report.refused, cases[i].refused))
                fail_msg("%s: %d, %s", cases[i].name, w.result, w.report.refused);
            assert_true(w.report.refused_at == 5);
            end(&w);
            continue;
        }
        if (w.result != 0)
            fail_msg("%s: %s", cases[i].name, w.report.refused);
        bool lost = !cases[i].lost, found = !cases[i].line.n;
        for (unsigned k = 0; k < w.report.n; k++)
            lost = lost || strcmp(w.report.lost[k].field, cases[i].lost) == 0;
        for (size_t at = 0; at < w.out.n; at += 82)
            found = found || span_starts(span_of(w.out.p + at, 80), cases[i].line);
        if (!lost || !found)
            fail_msg("%s: %s\n%s", cases[i].name, lost ? "not written" : "not told", w.out.p);
        struct heard *again = hear_pieces(NULL, buf_view(&w.out), 0);
        assert_true(again->summary.valid);
        assert_int_equal(again->summary.items, 1);
        heard_free(again);
        end(&w);
    }
}

static void an_entry_that_does_not_add_up_is_refused(void **state)
{
    const struct item no_more = ITEM(PAYMENT, .fee_minor = 0);
    const struct item less = ITEM(PAYMENT, .amount_minor = 40);
    const struct item entry = filled(&no_more), half = filled(&less);
    struct sink sink = {0};
    struct written w;

    (void)state;
    begin(&w, &sink);
    assert_int_equal(sink.detail(sink.context, &half), 0);
    assert_int_equal(sink.detail(sink.context, &half), 0);
    assert_int_equal(sink.item(sink.context, &entry), SLUSS_ESTOP);
    assert_non_null(strstr(w.payments.refused, "add up"));
    assert_int_equal(w.payments.refused_at, 5);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bgmax_goes_out_as_it_came),
        cmocka_unit_test(items_come_back),
        cmocka_unit_test(camt_becomes_bgmax),
        cmocka_unit_test(money_paid_out_is_refused),
        cmocka_unit_test(payments_are_carried_or_refused),
        cmocka_unit_test(an_entry_that_does_not_add_up_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* json_test.c -- whatever goes in, what comes out is JSON, read back by another program */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "model/json.h"

static struct buf out;

static int setup(void **state)
{
    (void)state;
    buf_init(&out, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_free(&out);
    return 0;
}

static void nesting_and_commas(void **state)
{
    struct json j;

    (void)state;
    json_start(&j, &out);
    json_object_begin(&j, NULL);
    json_array_begin(&j, "empty");
    json_array_end(&j);
    json_array_begin(&j, "list");
    json_int(&j, NULL, INT64_MIN);
    json_uint(&j, NULL, UINT64_MAX);
    json_object_begin(&j, NULL);
    json_object_end(&j);
    json_bool(&j, NULL, true);
    json_array_end(&j);
    json_nothing(&j, "nothing");
    json_date(&j, "date", (struct date){2026, 3, 2});
    json_date(&j, "no_date", DATE_NONE);
    json_instant(&j, "at", INT64_C(1772431920123456));
    json_instant(&j, "never", 0);
    json_hex(&j, "hex", (const uint8_t *)"\x00\xAB", 2);
    json_raw(&j, "raw", SPAN_LIT("[1]"));
    json_object_end(&j);
    assert_string_equal(
        buf_cstr(&out),
        "{\"empty\":[],\"list\":[-9223372036854775808,18446744073709551615,{},true],"
        "\"nothing\":null,\"date\":\"2026-03-02\",\"no_date\":null,"
        "\"at\":\"2026-03-02T06:12:00.123Z\",\"never\":null,\"hex\":\"00ab\",\"raw\":[1]}");
}

static void doubles_have_up_to_six_decimals(void **state)
{
    static const struct {
        double x;
        const char *text;
    } cases[] = {
        {0, "0.0"},
        {6, "6.0"},
        {0.3, "0.3"},
        {-1.5, "-1.5"},
        {0.0000004, "0.0"},
        {-0.0000004, "0.0"},
        {2.0 / 3, "0.666667"},
        {0.999999999, "1.0"},
        {123456.789, "123456.789"},
        {1e15, "1000000000000000"},
        {-1e15, "-1000000000000000"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json j;

        buf_clear(&out);
        json_start(&j, &out);
        json_double(&j, NULL, cases[i].x);
        assert_string_equal(buf_cstr(&out), cases[i].text);
    }
}

static void strings_are_escaped(void **state)
{
    static const struct {
        struct span text;
        const char *json;
    } cases[] = {
        {{NULL, 0}, "null"},
        {{"", 0}, "\"\""},
        {{"plain text longer than a word", 29}, "\"plain text longer than a word\""},
        {{"a \"b\" \\ c", 9}, "\"a \\\"b\\\" \\\\ c\""},
        {{"\n\r\t\x01\x1F\0", 6}, "\"\\n\\r\\t\\u0001\\u001f\\u0000\""},
        {{"G\xC3\xA4vle", 6}, "\"G\xC3\xA4vle\""},
        {{"G\xE4vle", 5}, "\"G\\\\xE4vle\""},
        {{"01234567\"", 9}, "\"01234567\\\"\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json j;

        buf_clear(&out);
        json_start(&j, &out);
        json_text(&j, NULL, cases[i].text);
        assert_string_equal(buf_cstr(&out), cases[i].json);
    }
}

/* Every byte at every place around the width of a word, through a reader of another make. */
static void every_byte_at_every_place_is_still_json(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        for (size_t place = 0; place < 17; place++) {
            char text[17];
            struct json j;
            json_t *read;

            memset(text, 'a', sizeof text);
            text[place] = (char)c;
            buf_clear(&out);
            json_start(&j, &out);
            json_text(&j, NULL, span_of(text, sizeof text));
            read = json_loadb(out.p, out.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
            assert_non_null(read);
            if (c < 0x80) {
                assert_int_equal(json_string_length(read), sizeof text);
                assert_memory_equal(json_string_value(read), text, sizeof text);
            }
            json_decref(read);
        }
    }
}

static void long_strings_pass_the_pieces(void **state)
{
    char text[5000];
    struct json j;
    json_t *read;

    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 3 ? '\x01' : '"';
    json_start(&j, &out);
    json_text(&j, NULL, span_of(text, sizeof text));
    read = json_loadb(out.p, out.n, JSON_DECODE_ANY, NULL);
    assert_non_null(read);
    assert_memory_equal(json_string_value(read), text, sizeof text);
    json_decref(read);
}

static void an_item_is_as_the_interface_says(void **state)
{
    struct item item = {
        .type = ITEM_CREDIT_NOTE,
        .record = 12,
        .amount_minor = -123450,
        .currency = "SEK",
        .due_date = {2026, 3, 31},
        .number = SPAN_LIT("F-1001"),
        .reference = SPAN_LIT("1230"),
        .issuer = SPAN_LIT("never printed"),
    };
    struct json j;

    (void)state;
    json_start(&j, &out);
    json_item(&j, &item);
    assert_string_equal(
        buf_cstr(&out),
        "{\"type\":\"credit-note\",\"number\":\"F-1001\",\"issue_date\":null,"
        "\"due_date\":\"2026-03-31\",\"amount_minor\":-123450,\"currency\":\"SEK\","
        "\"reference\":\"1230\",\"counterparty_id\":null,\"counterparty_kind\":null,"
        "\"counterparty_name\":null,"
        "\"payee_account\":null,\"record\":12}");
}

static void a_finding_carries_text_and_evidence(void **state)
{
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, 3);
    struct json j;

    (void)state;
    finding_text(&f, "what", SPAN_LIT("sum"));
    finding_money(&f, "stated", 100, "SEK");
    finding_int(&f, "bad\"key", 1);
    json_start(&j, &out);
    json_finding(&j, &f);
    assert_string_equal(
        buf_cstr(&out),
        "{\"check\":\"totals\",\"level\":\"reject\",\"text\":\"A control total does not agree: "
        "sum is stated as 1,00\u00A0kr, the records give ? (record 3).\",\"text_sv\":\"En "
        "kontrollsumma stämmer inte: sum anges som 1,00\u00A0kr, posterna ger ? (post 3).\","
        "\"weight\":6.0,\"record\":3,\"evidence\":{\"what\":\"sum\",\"stated\":{\"minor\":100,"
        "\"currency\":\"SEK\"},\"bad_key\":1}}");
}

static void sums_are_one_or_many(void **state)
{
    struct summary summary = {.items = 0};
    struct json j;

    (void)state;
    for (int round = 0; round < 3; round++) {
        static const char *const expected[] = {
            "{\"items\":0,\"sum_minor\":0,\"currency\":null}",
            "{\"items\":1,\"sum_minor\":990000,\"currency\":\"SEK\"}",
            ("{\"items\":2,\"sum_minor\":null,\"currency\":null,"
             "\"sums\":{\"SEK\":990000,\"EUR\":400000}}"),
        };

        if (round > 0)
            assert_int_equal(
                sums_add(&summary.sums, round == 1 ? "SEK" : "EUR", round == 1 ? 990000 : 400000),
                0);
        summary.items = (uint64_t)round;
        buf_clear(&out);
        json_start(&j, &out);
        json_object_begin(&j, NULL);
        json_sums(&j, &summary);
        json_object_end(&j);
        assert_string_equal(buf_cstr(&out), expected[round]);
    }
}

static void a_delivery_has_the_shared_keys(void **state)
{
    struct delivery delivery = {
        .id = "20260302-061200-123456",
        .unit = "heby/ekonomi",
        .file = SPAN_LIT("G\xE4vle.csv"),
        .state = STATE_HELD,
        .verdict = VERDICT_HELD,
        .received_us = INT64_C(1772431920123456),
        .summary = {.format = "case-csv", .kind = KIND_CASES, .items = 1},
    };
    struct json j;

    (void)state;
    delivery.summary.blake2b[0] = 0xAB;
    assert_int_equal(sums_add(&delivery.summary.sums, "SEK", 100), 0);
    json_start(&j, &out);
    json_object_begin(&j, NULL);
    json_delivery(&j, &delivery);
    json_object_end(&j);
    assert_string_equal(
        buf_cstr(&out),
        "{\"delivery\":\"20260302-061200-123456\",\"unit\":\"heby/ekonomi\","
        "\"file\":\"G\\\\xE4vle.csv\",\"state\":\"held\",\"verdict\":\"held\","
        "\"format\":\"case-csv\",\"kind\":\"cases\",\"items\":1,\"sum_minor\":100,"
        "\"currency\":\"SEK\",\"received_at\":\"2026-03-02T06:12:00.123Z\",\"blake2b\":\""
        "ab00000000000000000000000000000000000000000000000000000000000000\"}");
}

static void what_the_content_came_in_stands_beside_it(void **state)
{
    static const struct {
        struct summary summary;
        const char *expected;
    } cases[] = {
        {{.seal = SEAL_NONE}, "{}"},
        {{.seal = SEAL_VALID}, "{\"seal\":\"valid\"}"},
        {{.seal = SEAL_INVALID}, "{\"seal\":\"invalid\"}"},
        {{.seal = SEAL_UNVERIFIED}, "{\"seal\":\"unverified\"}"},
        {{.envelope = ENVELOPE_SBDH}, "{\"envelope\":\"sbdh\"}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json j;

        buf_clear(&out);
        json_start(&j, &out);
        json_object_begin(&j, NULL);
        json_wrappers(&j, &cases[i].summary);
        json_object_end(&j);
        assert_string_equal(buf_cstr(&out), cases[i].expected);
    }
}

static void a_full_buffer_is_told(void **state)
{
    struct item item = {.number = SPAN_LIT("F-1001"), .counterparty_name = SPAN_LIT("\"\xE4")};

    (void)state;
    for (size_t ceiling = 0; ceiling < 200; ceiling++) {
        struct buf small;
        struct json j;

        buf_init(&small, ceiling);
        json_start(&j, &small);
        json_item(&j, &item);
        assert_true(small.n <= ceiling);
        assert_true(small.failed);
        buf_free(&small);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nesting_and_commas),
        TEST(doubles_have_up_to_six_decimals),
        TEST(strings_are_escaped),
        TEST(every_byte_at_every_place_is_still_json),
        TEST(long_strings_pass_the_pieces),
        TEST(an_item_is_as_the_interface_says),
        TEST(a_finding_carries_text_and_evidence),
        TEST(sums_are_one_or_many),
        TEST(a_delivery_has_the_shared_keys),
        TEST(what_the_content_came_in_stands_beside_it),
        TEST(a_full_buffer_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

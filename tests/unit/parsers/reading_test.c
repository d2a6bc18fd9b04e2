/* reading_test.c -- from the first byte to the summary: hash, sums, and what no format says */
#include "tests/unit/parsers/heard.h"

#include "parsers/reading.h"

#define HEAD "number;due_date;amount;currency;debtor_id\n"

static void hex(const uint8_t hash[32], char out[65])
{
    for (unsigned i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

/* Figures of `b2sum -l 256`. */
static void the_hash_is_blake2b_256_of_the_bytes(void **state)
{
    static const struct {
        const char *text;
        const char *hash;
    } cases[] = {
        {"", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"},
        {"abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 3; piece++) {
            struct heard *h = hear_pieces(NULL, span_str(cases[i].text), piece);
            char text[65];
            hex(h->summary.blake2b, text);
            assert_string_equal(text, cases[i].hash);
            assert_int_equal(h->summary.size, strlen(cases[i].text));
            heard_free(h);
        }
}

static void files_without_items(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        const char *format;
        bool valid;
        enum finding_code code;
    } cases[] = {
        {"empty", "", "unknown", true, FINDING_EMPTY_FILE},
        {"unknown", "hello\n", "unknown", false, FINDING_UNKNOWN_FORMAT},
        {"header alone", HEAD, "case-csv", true, FINDING_NO_ITEMS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct heard *h = hear(NULL, cases[i].text);
        assert_int_equal(h->result, 0);
        assert_codes(h, cases[i].name, &cases[i].code, 1);
        assert_string_equal(h->summary.format, cases[i].format);
        assert_int_equal(h->summary.valid, cases[i].valid);
        assert_int_equal(h->summary.items, 0);
        heard_free(h);
    }
    struct heard *h = hear(NULL, HEAD "#end;items=0;sum=0\n");
    assert_int_equal(h->findings, 0);
    assert_true(h->summary.states_zero);
    heard_free(h);
}

static void sums_are_kept_apart_and_counted_by_type(void **state)
{
    struct heard *h = hear(NULL, "type;" HEAD "case;1;2026-02-14;10,00;SEK;a\n"
                                 "credit-note;2;2026-02-14;4,00;SEK;a\n"
                                 "invoice;3;2026-02-14;7,00;EUR;a\n");

    (void)state;
    assert_int_equal(h->summary.items, 3);
    assert_int_equal(h->summary.items_by_type[ITEM_CASE], 1);
    assert_int_equal(h->summary.items_by_type[ITEM_CREDIT_NOTE], 1);
    assert_int_equal(h->summary.items_by_type[ITEM_INVOICE], 1);
    assert_int_equal(h->summary.sums.n, 2);
    assert_true(h->summary.sums.of[0].minor == 600);
    assert_true(h->summary.sums.of[1].minor == 700);
    assert_int_equal(h->summary.parts[PART_CREDITS].n, 1);
    assert_true(h->summary.parts[PART_CREDITS].of[0].minor == -400);
    assert_int_equal(h->summary.parts[PART_CREDITS].of[0].count, 1);
    assert_int_equal(h->summary.parts[PART_FEES].n, 0);
    heard_free(h);
}

static void sums_that_overflow_are_said_once(void **state)
{
    struct heard *h = hear(NULL, HEAD "1;2026-02-14;90000000000000000,00;SEK;a\n"
                                      "2;2026-02-14;90000000000000000,00;SEK;a\n"
                                      "3;2026-02-14;90000000000000000,00;SEK;a\n");

    (void)state;
    assert_int_equal(h->of[FINDING_LIMIT_REACHED], 1);
    assert_int_equal(h->summary.items, 3);
    assert_false(h->summary.valid);
    heard_free(h);
}

static void more_currencies_than_a_sum_holds(void **state)
{
    static const char codes[][4] = {"SEK", "EUR", "NOK", "DKK", "USD", "GBP", "CHF", "PLN", "CZK",
                                    "HUF", "JPY", "ISK", "CAD", "AUD", "NZD", "CNY", "INR", "BRL"};
    char text[2000] = HEAD;
    size_t n = strlen(text);

    (void)state;
    for (unsigned i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%u;2026-02-14;1;%s;a\n", i, codes[i]);
    struct heard *h = hear(NULL, text);
    assert_int_equal(h->of[FINDING_LIMIT_REACHED], 1);
    assert_int_equal(h->summary.items, 18);
    heard_free(h);
}

/* --- a format of the test's own: as many items as the file has bytes ------------------ */

struct counter {
    const struct sink *sink;
};

static enum bid counter_bid(struct span head, bool whole)
{
    (void)head;
    (void)whole;
    return BID_NO;
}

static int counter_open(const struct sink *sink, struct parser **out)
{
    struct counter *c = calloc(1, sizeof(*c));

    if (!c)
        return -1;
    c->sink = sink;
    *out = (struct parser *)c;
    return 0;
}

/* Each byte pushed stands for a million items. */
static int counter_push(struct parser *parser, struct span bytes)
{
    const struct sink *sink = ((struct counter *)parser)->sink;
    struct item item = {.type = ITEM_CASE, .record = 1, .amount_minor = 1, .currency = "SEK"};

    for (size_t i = 0; i < bytes.n * 1000000; i++) {
        int r = sink_item(sink, &item);
        if (r < 0)
            return r;
    }
    return 0;
}

static int counter_finish(struct parser *parser, struct parser_facts *facts)
{
    (void)parser;
    *facts = (struct parser_facts){0};
    return 0;
}

static void counter_close(struct parser **parser)
{
    free(*parser);
    *parser = NULL;
}

static const struct format counter = {
    .name = "counter",
    .kind = KIND_CASES,
    .bid = counter_bid,
    .begin = counter_open,
    .push = counter_push,
    .finish = counter_finish,
    .close = counter_close,
};

static void too_many_items_stop_the_reading(void **state)
{
    struct heard *h = hear(&counter, "012345678901234567890123456789012345678901234567890");

    (void)state;
    assert_int_equal(h->result, 0);
    assert_int_equal(h->summary.items, ITEMS_MAX);
    assert_int_equal(h->of[FINDING_LIMIT_REACHED], 1);
    assert_int_equal(h->summary.size, 51);
    assert_false(h->summary.valid);
    heard_free(h);
}

/* A head that ends in the middle of a record, and pieces around HEAD_MAX. */
static void long_files_are_the_same_in_any_pieces(void **state)
{
    static const size_t pieces[] = {0, 1000, HEAD_MAX - 1, HEAD_MAX, HEAD_MAX + 1, 150000};
    size_t room = 400000;
    char *text = malloc(room);
    size_t n;
    unsigned rows = 0;
    uint8_t hash[32];

    (void)state;
    assert_non_null(text);
    for (n = (size_t)snprintf(text, room, "%s", HEAD); n < room - 100; rows++)
        n += (size_t)snprintf(text + n, room - n, "%u;2026-02-14;1,00;SEK;a\n", rows);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct heard *h = hear_pieces(NULL, span_of(text, n), pieces[i]);
        assert_int_equal(h->findings, 0);
        assert_int_equal(h->summary.items, rows);
        assert_true(h->summary.sums.of[0].minor == 100 * (int64_t)rows);
        assert_int_equal(h->summary.size, n);
        if (i == 0)
            memcpy(hash, h->summary.blake2b, sizeof(hash));
        assert_memory_equal(h->summary.blake2b, hash, sizeof(hash));
        heard_free(h);
    }
    free(text);
}

/* 64 MB without a line end: said once, and the memory stays small. */
static void a_file_without_line_ends_is_limited(void **state)
{
    static const char *const names[] = {"bgmax", "case-csv"};
    char *block = malloc(1 << 20);

    (void)state;
    assert_non_null(block);
    memset(block, '2', 1 << 20);
    for (size_t f = 0; f < 2; f++) {
        struct heard *h = heard_new();
        struct reading *reading;
        assert_int_equal(reading_open(format_by_name(span_str(names[f])), &h->sink, &reading), 0);
        for (unsigned i = 0; i < 64; i++)
            assert_int_equal(reading_push(reading, span_of(block, 1 << 20)), 0);
        assert_int_equal(reading_finish(reading, &h->summary), 0);
        assert_int_equal(h->of[FINDING_LIMIT_REACHED], 1);
        assert_int_equal(h->of[FINDING_TRUNCATED], 0);
        assert_int_equal(h->summary.size, UINT64_C(64) << 20);
        assert_false(h->summary.valid);
        reading_close(&reading);
        heard_free(h);
    }
    free(block);
}

/* Whatever the format, items and summary tell who the counterparties are. */
static void counterparties_and_references_are_counted(void **state)
{
    (void)state;
    struct heard *h = hear(NULL, "number;due_date;amount;reference;debtor_id\n"
                                 "F1;2026-03-31;1,00;1230;811218-9876\n"
                                 "F2;2026-03-31;1,00;1231;811218-9877\n"
                                 "F3;2026-03-31;1,00;fri text;552000-1230\n"
                                 "F4;2026-03-31;1,00;;191212121212\n"
                                 "F5;2026-03-31;1,00;;K-77\n");
    assert_int_equal(h->items, 5);
    assert_int_equal(h->item[0].counterparty_kind, PARTY_PERSON);
    assert_int_equal(h->item[0].reference_state, REFERENCE_VALID);
    assert_int_equal(h->item[1].counterparty_kind, PARTY_INVALID);
    assert_int_equal(h->item[1].reference_state, REFERENCE_INVALID);
    assert_int_equal(h->item[4].counterparty_kind, PARTY_UNKNOWN);
    assert_int_equal(h->summary.counterparties[PARTY_PERSON], 1);
    assert_int_equal(h->summary.counterparties[PARTY_INVALID], 1);
    assert_int_equal(h->summary.counterparties[PARTY_ORGANISATION], 1);
    assert_int_equal(h->summary.counterparties[PARTY_TEST], 1);
    assert_int_equal(h->summary.counterparties[PARTY_UNKNOWN], 1);
    assert_int_equal(h->summary.references[REFERENCE_VALID], 1);
    assert_int_equal(h->summary.references[REFERENCE_INVALID], 1);
    assert_int_equal(h->summary.references[REFERENCE_NONE], 3);
    assert_true(h->summary.valid);
    heard_free(h);
}

#define COLUMNS ";number;due_date;amount;debtor_id\n"

/* Each begins as the one format does and is, by its header row, a whole table of the other. A
 * guess would count it as one of them. */
static void what_is_two_things_is_named_as_both(void **state)
{
    static const struct {
        const char *text;
        const char *first;
        const char *second;
    } cases[] = {
        {"01BGMAX               0120260302061200123456P" COLUMNS "P;F1;2026-03-31;1,00;x\n",
         "bgmax", "case-csv"},
        {"01AUTOGIRO              20260302061200123456BET. SPEC & STOPP TK5550010058051234" COLUMNS,
         "autogiro", "case-csv"},
        {"00TI555001    2026030206120012345601TL1TOTALIN                                  " COLUMNS,
         "total-in", "case-csv"},
        {":20:A" COLUMNS ":25:1\n:28C:1/1\n:60F:C260301SEK0,\n", "mt940", "case-csv"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct heard *h = hear(NULL, cases[i].text);
        const struct finding *f = heard_of(h, FINDING_AMBIGUOUS_FORMAT);
        assert_text(heard_fact(f, "first")->text, cases[i].first);
        assert_text(heard_fact(f, "second")->text, cases[i].second);
        assert_int_equal(h->findings, 1);
        assert_int_equal(h->items, 0);
        assert_string_equal(h->summary.format, "unknown");
        assert_int_equal(f->level, LEVEL_HOLD);
        heard_free(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_is_blake2b_256_of_the_bytes),
        cmocka_unit_test(files_without_items),
        cmocka_unit_test(what_is_two_things_is_named_as_both),
        cmocka_unit_test(counterparties_and_references_are_counted),
        cmocka_unit_test(sums_are_kept_apart_and_counted_by_type),
        cmocka_unit_test(sums_that_overflow_are_said_once),
        cmocka_unit_test(more_currencies_than_a_sum_holds),
        cmocka_unit_test(too_many_items_stop_the_reading),
        cmocka_unit_test(long_files_are_the_same_in_any_pieces),
        cmocka_unit_test(a_file_without_line_ends_is_limited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* fingerprint_test.c -- what is the same item, and what is not */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "safeguards/fingerprint.h"

static const uint8_t secret[FINGERPRINT_SECRET_SIZE] = {1, 2, 3};
static const uint8_t other_secret[FINGERPRINT_SECRET_SIZE] = {1, 2, 4};

static const struct item claim = {
    .type = ITEM_CASE,
    .record = 7,
    .amount_minor = 123450,
    .currency = "SEK",
    .due_date = {2026, 3, 31},
    .number = {"F-001", 5},
    .counterparty_id = {"19121212-1212", 13},
    .counterparty_name = {"Tolvan Tolvansson", 17},
};

static struct fingerprint print_of(const struct item *item)
{
    struct fingerprint out;

    fingerprint_item(secret, SPAN_LIT("heby"), item, &out);
    return out;
}

enum same { SAME_NUMBER = 1, SAME_PARTY = 2, SAME_WHOLE = 4 };

static unsigned compare(const struct item *a, const struct item *b)
{
    struct fingerprint x = print_of(a), y = print_of(b);
    unsigned same = 0;

    if (fingerprint_has(&x, KEY_NUMBER) && fingerprint_has(&y, KEY_NUMBER) &&
        x.key[KEY_NUMBER] == y.key[KEY_NUMBER])
        same |= SAME_NUMBER;
    if (fingerprint_has(&x, KEY_DUE) && fingerprint_has(&y, KEY_DUE) && x.key[KEY_DUE] == y.key[KEY_DUE])
        same |= SAME_PARTY;
    if (memcmp(x.whole, y.whole, sizeof x.whole) == 0)
        same |= SAME_WHOLE;
    return same;
}

static void changes_that_leave_an_item_the_same(void **state)
{
    struct item other = claim;

    (void)state;
    other.record = 99;
    assert_int_equal(compare(&claim, &other), SAME_NUMBER | SAME_PARTY | SAME_WHOLE);
    other.number = SPAN_LIT(" f 001");
    assert_int_equal(compare(&claim, &other), SAME_NUMBER | SAME_PARTY);
    other = claim;
    other.counterparty_id = SPAN_LIT("1212121212");
    assert_int_equal(compare(&claim, &other), SAME_NUMBER | SAME_PARTY);
    other = claim;
    other.amount_minor++;
    assert_int_equal(compare(&claim, &other), SAME_NUMBER);
    other = claim;
    other.number = SPAN_LIT("F-002");
    assert_int_equal(compare(&claim, &other), SAME_PARTY);
}

static void changes_that_make_another_item(void **state)
{
    struct item other = claim;

    (void)state;
    other.type = ITEM_CREDIT_NOTE; /* its number is of another series */
    assert_int_equal(compare(&claim, &other), SAME_PARTY);
    other = claim;
    other.issuer = SPAN_LIT("2120000142");
    assert_int_equal(compare(&claim, &other), SAME_PARTY);
    other = claim;
    other.number = SPAN_NONE;
    other.due_date.month = 4;
    assert_int_equal(compare(&claim, &other), 0);
    other = claim;
    other.number = SPAN_NONE;
    memcpy(other.currency, "EUR", 4);
    assert_int_equal(compare(&claim, &other), 0);
}

static void U39_equal_fee_of_next_month_is_another(void **state)
{
    struct item month[12];

    (void)state;
    for (int i = 0; i < 12; i++) {
        month[i] = claim;
        month[i].number = SPAN_NONE;
        month[i].due_date = (struct date){2026, (uint8_t)(i + 1), 28};
        for (int j = 0; j < i; j++)
            assert_int_equal(compare(&month[j], &month[i]), 0);
    }
}

static void what_is_not_said_proves_nothing(void **state)
{
    struct item bare = {.type = ITEM_PAYMENT, .amount_minor = 100, .currency = "SEK"};
    struct fingerprint print = print_of(&bare);

    (void)state;
    assert_false(fingerprint_has(&print, KEY_NUMBER));
    assert_false(fingerprint_has(&print, KEY_DUE));
    bare.number = SPAN_LIT("000-0"); /* a field filled with zeros */
    print = print_of(&bare);
    assert_false(fingerprint_has(&print, KEY_NUMBER));
    bare.counterparty_name = SPAN_LIT("Berits Garn");
    print = print_of(&bare);
    assert_false(fingerprint_has(&print, KEY_DUE)); /* no date */
    bare.issue_date = (struct date){2026, 3, 2};
    print = print_of(&bare);
    assert_true(fingerprint_has(&print, KEY_DUE));
}

static void without_the_secret_nothing_can_be_tried_out(void **state)
{
    struct fingerprint a, b;

    (void)state;
    fingerprint_item(secret, SPAN_LIT("heby"), &claim, &a);
    fingerprint_item(other_secret, SPAN_LIT("heby"), &claim, &b);
    assert_true(a.key[KEY_NUMBER] != b.key[KEY_NUMBER] && a.key[KEY_DUE] != b.key[KEY_DUE]);
    assert_memory_not_equal(a.whole, b.whole, sizeof a.whole);
    /* Partners number their items independently. */
    fingerprint_item(secret, SPAN_LIT("tierp"), &claim, &b);
    assert_true(a.key[KEY_NUMBER] != b.key[KEY_NUMBER] && a.key[KEY_DUE] == b.key[KEY_DUE]);
}

static void fields_do_not_run_into_each_other(void **state)
{
    struct item a = claim, b = claim;

    (void)state;
    a.reference = SPAN_LIT("12");
    a.payee_account = SPAN_LIT("3");
    b.reference = SPAN_LIT("1");
    b.payee_account = SPAN_LIT("23");
    assert_int_equal(compare(&a, &b) & SAME_WHOLE, 0);
    a = claim;
    a.reference = SPAN_LIT("");
    assert_int_equal(compare(&a, &claim) & SAME_WHOLE, 0);
}

static void texts_of_any_length_are_safe(void **state)
{
    static char text[5000];
    struct item item = claim;

    (void)state;
    memset(text, 'a', sizeof text);
    item.number = item.issuer = item.counterparty_id = item.counterparty_name = item.reference =
        item.payee_account = span_of(text, sizeof text);
    struct fingerprint print = print_of(&item);
    assert_true(fingerprint_has(&print, KEY_NUMBER));
}

static void digest_of(const struct item *items, const unsigned *order, unsigned n, uint8_t out[16])
{
    struct content_digest digest = {0};

    for (unsigned i = 0; i < n; i++) {
        struct fingerprint print = print_of(&items[order[i]]);

        content_digest_add(&digest, &print);
    }
    content_digest_bytes(&digest, out);
}

static void U30_the_digest_knows_content_in_any_order(void **state)
{
    struct item items[3] = {claim, claim, claim};
    uint8_t a[16], b[16], c[16], d[16], none[16];

    (void)state;
    items[1].number = SPAN_LIT("F-002");
    items[2].number = SPAN_LIT("F-003");
    digest_of(items, (const unsigned[]){0, 1, 2}, 3, a);
    digest_of(items, (const unsigned[]){2, 0, 1}, 3, b);
    digest_of(items, (const unsigned[]){0, 1}, 2, c);
    digest_of(items, (const unsigned[]){0, 1, 1}, 3, d); /* U38: equal records are counted */
    digest_of(items, NULL, 0, none);
    assert_memory_equal(a, b, 16);
    assert_memory_not_equal(a, c, 16);
    assert_memory_not_equal(a, d, 16);
    assert_memory_not_equal(c, none, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_that_leave_an_item_the_same),
        cmocka_unit_test(changes_that_make_another_item),
        cmocka_unit_test(U39_equal_fee_of_next_month_is_another),
        cmocka_unit_test(what_is_not_said_proves_nothing),
        cmocka_unit_test(without_the_secret_nothing_can_be_tried_out),
        cmocka_unit_test(fields_do_not_run_into_each_other),
        cmocka_unit_test(texts_of_any_length_are_safe),
        cmocka_unit_test(U30_the_digest_knows_content_in_any_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

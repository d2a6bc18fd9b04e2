/* wire_test.c -- what is sent arrives as it was; what an enemy sends is refused */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/wire.h"
#include "model/error.h"

static struct item sample_item(void)
{
    return (struct item){
        .type = ITEM_CREDIT_NOTE,
        .record = 17,
        .amount_minor = -123450,
        .currency = "SEK",
        .issue_date = {2026, 3, 2},
        .number = SPAN_LIT("F-2026/17"),
        .reference = SPAN_LIT("123456789023"),
        .counterparty_name = SPAN_LIT("Åsa Öberg"),
        .issuer = SPAN_LIT(""),
    };
}

static void items_arrive_as_they_were(void **state)
{
    (void)state;
    struct buf message;
    buf_init(&message, WIRE_MESSAGE_MAX);
    struct item sent = sample_item();
    assert_int_equal(wire_put_item(&message, &sent), 0);
    assert_int_equal(wire_put_item(&message, &sent), 0);
    struct span rest = buf_view(&message);
    for (int i = 0; i < 2; i++) {
        struct item got;
        assert_int_equal(wire_get_item(&rest, &got), 0);
        assert_int_equal(got.type, sent.type);
        assert_int_equal(got.record, 17);
        assert_int_equal(got.amount_minor, -123450);
        assert_string_equal(got.currency, "SEK");
        assert_int_equal(date_compare(got.issue_date, sent.issue_date), 0);
        assert_false(date_present(got.due_date));
        assert_true(span_eq(got.counterparty_name, sent.counterparty_name));
        assert_null(got.counterparty_id.p); /* absent stays absent */
        assert_non_null(got.issuer.p);      /* empty stays empty */
    }
    assert_int_equal(rest.n, 0);
    buf_free(&message);
}

static void findings_arrive_as_they_were(void **state)
{
    (void)state;
    struct buf message;
    buf_init(&message, WIRE_MESSAGE_MAX);
    struct finding sent = finding_make(FINDING_TOTALS_MISMATCH, 9);
    finding_text(&sent, "what", SPAN_LIT("TK70 payments"));
    finding_int(&sent, "stated", 8);
    finding_money(&sent, "computed", 990000, "SEK");
    assert_int_equal(wire_put_finding(&message, &sent), 0);
    struct span rest = buf_view(&message);
    struct finding got;
    assert_int_equal(wire_get_finding(&rest, &got), 0);
    assert_int_equal(got.code, FINDING_TOTALS_MISMATCH);
    assert_int_equal(got.level, LEVEL_REJECT);
    assert_int_equal(got.record, 9);
    assert_int_equal(got.fact_count, 3);
    assert_int_equal(got.facts[1].n, 8);
    assert_string_equal(got.facts[2].currency, "SEK");
    buf_free(&message);
}

/* Every message cut short anywhere, and with any one byte changed, is refused or still sound:
 * nothing out of range ever comes out. The sanitizers watch the rest. */
static void no_mutation_gets_out_of_range(void **state)
{
    (void)state;
    struct buf message;
    buf_init(&message, WIRE_MESSAGE_MAX);
    struct item item = sample_item();
    assert_int_equal(wire_put_item(&message, &item), 0);
    for (size_t n = 0; n < message.n; n++) {
        struct span rest = span_of(message.p, n);
        struct item got;
        assert_int_equal(wire_get_item(&rest, &got), SLUSS_EPROTOCOL);
    }
    for (size_t i = 0; i < message.n; i++) {
        for (int bit = 0; bit < 8; bit++) {
            char *copy = malloc(message.n);
            memcpy(copy, message.p, message.n);
            copy[i] = (char)(copy[i] ^ (1 << bit));
            struct span rest = span_of(copy, message.n);
            struct item got;
            if (wire_get_item(&rest, &got) == 0) {
                assert_in_range(got.type, 0, ITEM_TYPE_COUNT - 1);
                assert_true(got.record > 0);
                assert_true(strlen(got.currency) == 0 || strlen(got.currency) == 3);
            }
            free(copy);
        }
    }
    buf_free(&message);
}

struct bad_finding {
    const char *name;
    size_t at;
    uint32_t value;
};

static void only_known_findings_pass(void **state)
{
    (void)state;
    static const struct bad_finding cases[] = {
        {"an unknown code", 0, FINDING_CODE_COUNT},         {"an unknown level", 4, LEVEL_COUNT},
        {"more facts than there may be", 8, FACTS_MAX + 1}, {"more facts than there are", 8, 1},
        {"a weight that is no number", 24, 0x7ff80000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf message;
        buf_init(&message, WIRE_MESSAGE_MAX);
        struct finding sent = finding_make(FINDING_EMPTY_FILE, 0);
        assert_int_equal(wire_put_finding(&message, &sent), 0);
        memcpy(message.p + cases[i].at, &cases[i].value, sizeof cases[i].value);
        struct span rest = buf_view(&message);
        struct finding got;
        if (wire_get_finding(&rest, &got) != SLUSS_EPROTOCOL)
            fail_msg("%s was let through", cases[i].name);
        buf_free(&message);
    }
}

static void a_summary_must_be_sound(void **state)
{
    (void)state;
    struct summary sent = {.format = "bgmax", .kind = KIND_PAYMENTS, .items = 3};
    struct summary got;
    struct span whole = span_of((const char *)&sent, sizeof sent);
    assert_int_equal(wire_get_summary(&whole, &got), 0);
    assert_string_equal(got.format, "bgmax");

    struct summary bad = sent;
    memset(bad.format, 'x', sizeof bad.format); /* never ends */
    whole = span_of((const char *)&bad, sizeof bad);
    assert_int_equal(wire_get_summary(&whole, &got), SLUSS_EPROTOCOL);

    bad = sent;
    bad.sums.n = SUMS_MAX + 1;
    whole = span_of((const char *)&bad, sizeof bad);
    assert_int_equal(wire_get_summary(&whole, &got), SLUSS_EPROTOCOL);

    bad = sent;
    bad.seal = SEAL_COUNT;
    whole = span_of((const char *)&bad, sizeof bad);
    assert_int_equal(wire_get_summary(&whole, &got), SLUSS_EPROTOCOL);

    bad = sent;
    bad.envelope = ENVELOPE_COUNT;
    whole = span_of((const char *)&bad, sizeof bad);
    assert_int_equal(wire_get_summary(&whole, &got), SLUSS_EPROTOCOL);

    bad = sent;
    memset(&bad.valid, 7, 1); /* a bool of an enemy's */
    whole = span_of((const char *)&bad, sizeof bad);
    assert_int_equal(wire_get_summary(&whole, &got), SLUSS_EPROTOCOL);
}

static void descriptors_travel_along(void **state)
{
    (void)state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(wire_send(pair[0], SPAN_LIT("job"), pipes[0], pipes[1]), 0);
    char bytes[16];
    int fds[2];
    assert_int_equal(wire_receive(pair[1], bytes, sizeof bytes, fds), 3);
    assert_true(fds[0] >= 0 && fds[1] >= 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(read(pipes[0], bytes, 1), 1);
    assert_true(fcntl(fds[0], F_GETFD) & FD_CLOEXEC);

    /* Unasked descriptors are closed, a message too long is said to be. */
    assert_int_equal(wire_send(pair[0], SPAN_LIT("a longer message"), pipes[0], -1), 0);
    assert_int_equal(wire_receive(pair[1], bytes, 4, NULL), SLUSS_EPROTOCOL);
    close(pair[0]);
    assert_int_equal(wire_receive(pair[1], bytes, sizeof bytes, NULL), 0);
    for (int i = 0; i < 2; i++) {
        close(fds[i]);
        close(pipes[i]);
    }
    close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_arrive_as_they_were),
        cmocka_unit_test(findings_arrive_as_they_were),
        cmocka_unit_test(no_mutation_gets_out_of_range),
        cmocka_unit_test(only_known_findings_pass),
        cmocka_unit_test(a_summary_must_be_sound),
        cmocka_unit_test(descriptors_travel_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

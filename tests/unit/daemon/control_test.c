/* control_test.c -- requests of the control socket: what is understood, what is refused */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/control.h"
#include "model/date.h"
#include "model/error.h"

struct decoded {
    struct arena *arena;
    struct control_request request;
    struct buf why;
    int result;
};

static struct decoded decode(const char *line, size_t n)
{
    struct decoded decoded = {.arena = arena_new(256 * 1024)};

    assert_non_null(decoded.arena);
    buf_init(&decoded.why, 4096);
    decoded.result =
        control_request_decode(span_of(line, n), decoded.arena, &decoded.request, &decoded.why);
    return decoded;
}

static void forget(struct decoded *decoded)
{
    arena_free(&decoded->arena);
    buf_free(&decoded->why);
}

static void what_is_written_is_read_again(void **state)
{
    const struct control_request asked = {
        .command = "list",
        .state = "held",
        .unit = "heby/ekonomi",
        .id = "20260302-061200-123456",
        .reason = "ringde Anna,\n\"rätt\" fil",
        .after = "20260302-061200-123455",
        .since_us = INT64_C(1772431920123000),
        .wait_ms = 30000,
        .limit = 17,
        .pending = true,
    };
    struct decoded got;
    struct buf line;

    (void)state;
    buf_init(&line, CONTROL_REQUEST_MAX);
    assert_int_equal(control_request_encode(&asked, &line), SLUSS_OK);
    assert_int_equal(line.p[line.n - 1], '\n');
    got = decode(line.p, line.n - 1);
    assert_int_equal(got.result, SLUSS_OK);
    assert_string_equal(got.request.command, asked.command);
    assert_string_equal(got.request.state, asked.state);
    assert_string_equal(got.request.unit, asked.unit);
    assert_string_equal(got.request.id, asked.id);
    assert_string_equal(got.request.reason, asked.reason);
    assert_string_equal(got.request.after, asked.after);
    assert_int_equal(got.request.since_us, asked.since_us);
    assert_int_equal(got.request.wait_ms, asked.wait_ms);
    assert_int_equal(got.request.limit, asked.limit);
    assert_true(got.request.pending);
    forget(&got);
    buf_free(&line);
}

static void what_was_not_said_is_absent(void **state)
{
    struct decoded got = decode("{\"v\":1,\"cmd\":\"status\"}", 22);

    (void)state;
    assert_int_equal(got.result, SLUSS_OK);
    assert_string_equal(got.request.command, "status");
    assert_null(got.request.state);
    assert_null(got.request.reason);
    assert_int_equal(got.request.limit, 0);
    assert_false(got.request.pending);
    forget(&got);
}

static const struct {
    const char *name;
    const char *line;
} refused[] = {
    {"nothing at all", ""},
    {"no JSON", "status please"},
    {"half an object", "{\"v\":1,\"cmd\":\"list\""},
    {"an array", "[1,\"list\"]"},
    {"a number", "7"},
    {"two objects", "{\"v\":1,\"cmd\":\"status\"}{\"v\":1,\"cmd\":\"status\"}"},
    {"no version", "{\"cmd\":\"status\"}"},
    {"another version", "{\"v\":2,\"cmd\":\"status\"}"},
    {"a version in quotes", "{\"v\":\"1\",\"cmd\":\"status\"}"},
    {"no command", "{\"v\":1}"},
    {"an empty command", "{\"v\":1,\"cmd\":\"\"}"},
    {"a command that is a number", "{\"v\":1,\"cmd\":4}"},
    {"a command too long", "{\"v\":1,\"cmd\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}"},
    {"a command with a line end", "{\"v\":1,\"cmd\":\"sta\\ntus\"}"},
    {"a key twice", "{\"v\":1,\"cmd\":\"release\",\"cmd\":\"reject\"}"},
    {"an argument twice", "{\"v\":1,\"cmd\":\"list\",\"args\":{\"unit\":\"a\",\"unit\":\"b\"}}"},
    {"a key too many", "{\"v\":1,\"cmd\":\"status\",\"root\":true}"},
    {"arguments that are a list", "{\"v\":1,\"cmd\":\"status\",\"args\":[]}"},
    {"an argument nobody knows", "{\"v\":1,\"cmd\":\"list\",\"args\":{\"operator\":\"root\"}}"},
    {"an id that is a number", "{\"v\":1,\"cmd\":\"show\",\"args\":{\"id\":1}}"},
    {"an id that is null", "{\"v\":1,\"cmd\":\"show\",\"args\":{\"id\":null}}"},
    {"an id with an escape", "{\"v\":1,\"cmd\":\"show\",\"args\":{\"id\":\"\\u001b[2J\"}}"},
    {"an id with a NUL", "{\"v\":1,\"cmd\":\"show\",\"args\":{\"id\":\"2026\\u0000x\"}}"},
    {"broken UTF-8", "{\"v\":1,\"cmd\":\"show\",\"args\":{\"id\":\"\xC3\x28\"}}"},
    {"a time that is none", "{\"v\":1,\"cmd\":\"list\",\"args\":{\"since\":\"yesterday\"}}"},
    {"a limit too high", "{\"v\":1,\"cmd\":\"list\",\"args\":{\"limit\":501}}"},
    {"a limit below zero", "{\"v\":1,\"cmd\":\"list\",\"args\":{\"limit\":-1}}"},
    {"a limit with decimals", "{\"v\":1,\"cmd\":\"list\",\"args\":{\"limit\":1.5}}"},
    {"a limit beyond 64 bits", "{\"v\":1,\"cmd\":\"list\",\"args\":{\"limit\":99999999999999999999}}"},
    {"a wait for ever", "{\"v\":1,\"cmd\":\"queue take\",\"args\":{\"wait_ms\":9000000000}}"},
    {"a flag that is a word", "{\"v\":1,\"cmd\":\"receipts\",\"args\":{\"pending\":\"yes\"}}"},
};

static void what_makes_no_sense_is_refused_with_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct decoded got = decode(refused[i].line, strlen(refused[i].line));

        if (got.result != SLUSS_EPROTOCOL || !got.why.n)
            fail_msg("%s: %d \"%s\"", refused[i].name, got.result, buf_cstr(&got.why));
        assert_null(got.request.command);
        forget(&got);
    }
}

/* Content of a request never comes back in the refusal: it may hold anything. */
static void a_reason_has_a_longest_length(void **state)
{
    struct control_request request = {.command = "release", .id = "2026"};
    char reason[CONTROL_REASON_MAX + 2];
    struct decoded got;
    struct buf line;

    (void)state;
    for (int more = 0; more < 2; more++) {
        memset(reason, 'x', sizeof reason);
        reason[CONTROL_REASON_MAX + more] = '\0';
        request.reason = reason;
        buf_init(&line, CONTROL_REQUEST_MAX);
        assert_int_equal(control_request_encode(&request, &line), SLUSS_OK);
        got = decode(line.p, line.n - 1);
        assert_int_equal(got.result, more ? SLUSS_EPROTOCOL : SLUSS_OK);
        forget(&got);
        buf_free(&line);
    }
}

static void deep_and_long_ones_are_refused_quickly(void **state)
{
    char *line = malloc(CONTROL_REQUEST_MAX + 1);
    struct decoded got;

    (void)state;
    assert_non_null(line);
    memset(line, '[', CONTROL_REQUEST_MAX + 1);
    got = decode(line, CONTROL_REQUEST_MAX);
    assert_int_equal(got.result, SLUSS_EPROTOCOL);
    forget(&got);
    got = decode(line, CONTROL_REQUEST_MAX + 1);
    assert_int_equal(got.result, SLUSS_EPROTOCOL);
    assert_string_equal(buf_cstr(&got.why), "the request is too long");
    forget(&got);
    free(line);
}

static void an_end_says_how_it_went(void **state)
{
    struct buf line;

    (void)state;
    buf_init(&line, 4096);
    assert_int_equal(control_end_encode(&line, CONTROL_NO, "it is \"queued\"", NULL), SLUSS_OK);
    assert_string_equal(buf_cstr(&line), "{\"end\":{\"code\":1,\"message\":\"it is \\\"queued\\\"\","
                                         "\"next\":null}}\n");
    buf_free(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(what_was_not_said_is_absent),
        cmocka_unit_test(what_makes_no_sense_is_refused_with_a_sentence),
        cmocka_unit_test(a_reason_has_a_longest_length),
        cmocka_unit_test(deep_and_long_ones_are_refused_quickly),
        cmocka_unit_test(an_end_says_how_it_went),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

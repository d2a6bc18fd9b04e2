/* commands_test.c -- what operators ask, against a real store and spool */
#include "gate.h"

#include <jansson.h>

#include "daemon/commands.h"

/* The answer to one request. */
struct told {
    int code;
    char message[512];
    char next[CONTROL_CURSOR_MAX];
    char *text; /* the rows */
    json_t *rows;
};

/* Ask, and run what comes in steps to its end. What would wait ends with code -1. */
static struct told ask(struct gate *gate, const struct control_request *request,
                       const char *who)
{
    struct told told = {.rows = json_array()};
    struct buf out, message;
    struct command_call call = {.intake = &gate->intake, .operator_ = who, .request = request,
                                .arena = arena_new(1 << 20), .out = &out, .message = &message};
    enum command_progress progress;
    json_error_t trouble;

    buf_init(&out, 8 << 20);
    buf_init(&message, 4096);
    do
        progress = command_run(&call);
    while (progress == COMMAND_MORE);
    told.code = progress == COMMAND_WAIT ? -1 : call.code;
    snprintf(told.message, sizeof told.message, "%s", buf_cstr(&message));
    memcpy(told.next, call.next, sizeof told.next);
    told.text = strdup(buf_cstr(&out));
    for (const char *at = told.text; *at; at = strchr(at, '\n') + 1) {
        json_t *row = json_loads(at, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &trouble);

        if (!row)
            fail_msg("%s: %s", trouble.text, at);
        json_array_append_new(told.rows, row);
    }
    command_end(&call);
    arena_free(&call.arena);
    buf_free(&out);
    buf_free(&message);
    return told;
}

static void forget(struct told *told)
{
    json_decref(told->rows);
    free(told->text);
}

static const json_t *row(const struct told *told, size_t i)
{
    return json_array_get(told->rows, i);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "(none)";
}

static int64_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* Ask and expect this code; the answer is forgotten. */
static void expect(struct gate *gate, const struct control_request *request, int code)
{
    struct told told = ask(gate, request, "anna");

    if (told.code != code)
        fail_msg("%s: %d \"%s\", expected %d", request->command, told.code, told.message, code);
    forget(&told);
}

static void listings_come_in_pages(void **state)
{
    struct gate *gate = *state;
    struct control_request request = {.command = "list", .limit = 2};
    char after[CONTROL_CURSOR_MAX];
    size_t seen = 0;
    struct told told;

    for (int i = 0; i < 5; i++)
        gate_held(gate, "heby/ekonomi", T0 + i * MINUTE);
    for (int pages = 0; pages < 10; pages++) {
        told = ask(gate, &request, "anna");
        assert_int_equal(told.code, CONTROL_FINE);
        assert_true(json_array_size(told.rows) <= 2);
        seen += json_array_size(told.rows);
        memcpy(after, told.next, sizeof after);
        request.after = after;
        forget(&told);
        if (!after[0])
            break;
    }
    assert_int_equal(seen, 5);
}

static void lists_only_what_was_asked_for(void **state)
{
    struct gate *gate = *state;
    static const struct {
        struct control_request request;
        int code;
        size_t rows;
    } cases[] = {
        {{.command = "list"}, 0, 3},
        {{.command = "list", .state = "held"}, 0, 2},
        {{.command = "list", .state = "accepted"}, 0, 1},
        {{.command = "list", .unit = "heby/teknik"}, 0, 1},
        {{.command = "list", .unit = "heby"}, 0, 3},
        {{.command = "list", .since_us = T0 + MINUTE}, 0, 2},
        {{.command = "list", .state = "nowhere"}, 2, 0},
        {{.command = "list", .unit = "uppsala/ekonomi"}, 2, 0},
        {{.command = "queue list"}, 0, 1},
        {{.command = "queue list", .unit = "heby/teknik"}, 0, 0},
        {{.command = "unit list"}, 0, 2},
        {{.command = "audit"}, 0, 3},
        {{.command = "audit", .after = "x"}, 2, 0},
        {{.command = "receipts"}, 0, 0},
        {{.command = "receipts", .after = "-1"}, 2, 0},
        {{.command = "dance"}, 2, 0},
    };

    gate_held(gate, "heby/ekonomi", T0);
    gate_held(gate, "heby/teknik", T0 + MINUTE);
    gate_queued(gate, "heby/ekonomi", T0 + 2 * MINUTE);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct told told = ask(gate, &cases[i].request, "anna");

        if (told.code != cases[i].code || json_array_size(told.rows) != cases[i].rows)
            fail_msg("case %zu (%s): code %d, %zu rows: %s", i, cases[i].request.command,
                     told.code, json_array_size(told.rows), told.message);
        forget(&told);
    }
}

static void shows_a_held_delivery_whole(void **state)
{
    struct gate *gate = *state;
    struct delivery held = gate_held(gate, "heby/teknik", T0);
    struct control_request request = {.command = "show", .id = "20260302"};
    struct told told = ask(gate, &request, "anna");
    const json_t *finding = json_array_get(json_object_get(row(&told, 0), "findings"), 0);
    const json_t *release = json_object_get(row(&told, 0), "release");

    assert_int_equal(told.code, CONTROL_FINE);
    assert_string_equal(text_of(row(&told, 0), "delivery"), held.id);
    assert_string_equal(text_of(row(&told, 0), "state"), "held");
    assert_int_equal(number_of(row(&told, 0), "sum_minor"), 30000);
    assert_string_equal(text_of(finding, "check"), "test-name");
    assert_string_equal(text_of(json_object_get(finding, "evidence"), "word"), "test");
    assert_int_equal(number_of(release, "approvals_needed"), 2);
    assert_int_equal(json_array_size(json_object_get(row(&told, 0), "history")), 1);
    forget(&told);
    request.id = "20270101";
    expect(gate, &request, CONTROL_NO);
    gate_held(gate, "heby/teknik", T0 + MINUTE);
    request.id = "20260302";
    expect(gate, &request, CONTROL_TROUBLE); /* two begin so */
    request.id = NULL;
    expect(gate, &request, CONTROL_TROUBLE);
}

/* U36: release, release again, two operators at once: one acceptance. */
static void u36_released_twice_is_queued_once(void **state)
{
    struct gate *gate = *state;
    struct delivery held = gate_held(gate, "heby/ekonomi", T0);
    struct control_request request = {.command = "release", .id = held.id};
    struct told told;
    uint64_t n;

    expect(gate, &request, CONTROL_TROUBLE); /* no reason */
    request.reason = "ringde Anna";
    told = ask(gate, &request, "anna");
    assert_int_equal(told.code, CONTROL_FINE);
    assert_string_equal(text_of(row(&told, 0), "state"), "queued");
    forget(&told);
    told = ask(gate, &request, "bertil");
    assert_int_equal(told.code, CONTROL_NO);
    assert_non_null(strstr(told.message, "queued"));
    forget(&told);
    assert_int_equal(queue_count(gate->intake.store, &n), SLUSS_OK);
    assert_int_equal(n, 1);
    request.command = "reject";
    expect(gate, &request, CONTROL_NO);
    request.command = "show";
    told = ask(gate, &request, "anna");
    assert_int_equal(json_array_size(json_object_get(row(&told, 0), "decisions")), 1);
    assert_string_equal(
        text_of(json_array_get(json_object_get(row(&told, 0), "decisions"), 0), "operator"),
        "anna");
    forget(&told);
}

static void the_processing_system_takes_and_acknowledges(void **state)
{
    struct gate *gate = *state;
    struct delivery first = gate_queued(gate, "heby/ekonomi", T0);
    struct control_request take = {.command = "queue take"};
    struct control_request settle = {.id = first.id};
    struct told told;

    settle.command = "queue nack";
    settle.reason = "disk full";
    expect(gate, &settle, CONTROL_NO); /* not taken */
    told = ask(gate, &take, "erp");
    assert_int_equal(told.code, CONTROL_FINE);
    assert_string_equal(text_of(row(&told, 0), "delivery"), first.id);
    assert_non_null(strstr(text_of(row(&told, 0), "items_path"), ".ndjson"));
    assert_int_equal(text_of(row(&told, 0), "original")[0], '/');
    forget(&told);
    told = ask(gate, &take, "erp");
    assert_int_equal(told.code, CONTROL_NO); /* lent */
    assert_int_equal(json_array_size(told.rows), 0);
    forget(&told);
    expect(gate, &settle, CONTROL_FINE);
    expect(gate, &take, CONTROL_FINE);
    settle.command = "queue ack";
    expect(gate, &settle, CONTROL_FINE);
    expect(gate, &settle, CONTROL_FINE); /* again */
    expect(gate, &take, CONTROL_NO);
    take.wait_ms = 1000;
    expect(gate, &take, -1);
    settle.id = gate_held(gate, "heby/ekonomi", T0 + MINUTE).id;
    expect(gate, &settle, CONTROL_NO);
}

static void verify_names_what_does_not_add_up(void **state)
{
    struct gate *gate = *state;
    struct delivery fine = gate_queued(gate, "heby/ekonomi", T0);
    struct delivery changed = gate_held(gate, "heby/ekonomi", T0 + MINUTE);
    struct delivery lost = gate_held(gate, "heby/ekonomi", T0 + 2 * MINUTE);
    struct control_request request = {.command = "verify"};
    uint8_t hash[32];
    struct told told = ask(gate, &request, "anna");

    assert_int_equal(told.code, CONTROL_FINE);
    assert_int_equal(json_array_size(told.rows), 1);
    assert_int_equal(number_of(row(&told, 0), "arrived"), 3);
    assert_int_equal(number_of(row(&told, 0), "hashed"), 3);
    assert_int_equal(number_of(row(&told, 0), "held"), 2);
    assert_int_equal(number_of(row(&told, 0), "accepted"), 1);
    forget(&told);
    gate_spool(gate, changed.id, "other bytes", hash);
    assert_int_equal(unlinkat(spool_directory(gate->intake.spool), lost.id, 0), 0);
    gate_spool(gate, "20200101-000000-000000", "nobody's", hash);
    told = ask(gate, &request, "anna");
    assert_int_equal(told.code, CONTROL_NO);
    assert_int_equal(json_array_size(told.rows), 4);
    assert_string_equal(text_of(row(&told, 0), "delivery"), changed.id);
    assert_string_equal(text_of(row(&told, 0), "problem"), "changed");
    assert_string_equal(text_of(row(&told, 1), "delivery"), lost.id);
    assert_string_equal(text_of(row(&told, 1), "problem"), "missing");
    assert_string_equal(text_of(row(&told, 2), "problem"), "unknown");
    assert_null(strstr(told.text, fine.id));
    forget(&told);
}

static void verify_misses_a_delivery_that_the_trail_names(void **state)
{
    struct gate *gate = *state;
    struct control_request request = {.command = "verify"};
    struct told told;

    assert_int_equal(audit_append(gate->intake.store, T0, "slussd", "verdict",
                                  "20260301-000000-000000", SPAN_NONE),
                     SLUSS_OK);
    told = ask(gate, &request, "anna");
    assert_int_equal(told.code, CONTROL_NO);
    assert_string_equal(text_of(row(&told, 0), "delivery"), "20260301-000000-000000");
    forget(&told);
}

static void the_trail_is_proven_or_the_first_bad_row_named(void **state)
{
    struct gate *gate = *state;
    struct control_request request = {.command = "audit verify"};
    struct told told;

    for (int i = 0; i < 1203; i++)
        assert_int_equal(audit_append(gate->intake.store, T0 + i, "anna", "looked", NULL,
                                      SPAN_NONE),
                         SLUSS_OK);
    told = ask(gate, &request, "anna");
    assert_int_equal(told.code, CONTROL_FINE);
    assert_int_equal(number_of(row(&told, 0), "rows"), 1203);
    forget(&told);
    raw(gate->place->path, "UPDATE audit SET actor = 'bertil' WHERE sequence = 700");
    told = ask(gate, &request, "anna");
    assert_int_equal(told.code, CONTROL_NO);
    assert_true(json_is_false(json_object_get(row(&told, 0), "valid")));
    assert_int_equal(number_of(row(&told, 0), "first_bad"), 700);
    forget(&told);
}

static void status_says_when_a_person_is_needed(void **state)
{
    struct gate *gate = *state;
    struct control_request request = {.command = "status"};
    struct delivery held = gate_held(gate, "heby/ekonomi", T0);
    struct outbox_mail mail = {.kind = OUTBOX_RECEIPT, .delivery_row = held.row,
                               .verdict = "held", .recipient = "ekonomi@heby.example",
                               .created_us = T0, .deadline_us = T0 + MINUTE, .next_us = T0};
    struct told told = ask(gate, &request, "anna");

    assert_int_equal(told.code, CONTROL_FINE);
    assert_string_equal(text_of(row(&told, 0), "daemon"), "ok");
    assert_int_equal(number_of(row(&told, 0), "held"), 1);
    forget(&told);
    assert_int_equal(outbox_add(gate->intake.store, &mail, "k@inkasso.example", NULL, 0),
                     SLUSS_OK);
    told = ask(gate, &request, "anna");
    assert_int_equal(told.code, CONTROL_NO); /* long overdue */
    assert_string_equal(text_of(row(&told, 0), "daemon"), "degraded");
    assert_int_equal(number_of(row(&told, 0), "receipts_pending"), 1);
    assert_int_equal(json_array_size(json_object_get(row(&told, 0), "needs_person")), 1);
    forget(&told);
    request.command = "receipts";
    request.pending = true;
    told = ask(gate, &request, "anna");
    assert_int_equal(json_array_size(told.rows), 1);
    assert_true(json_is_true(json_object_get(row(&told, 0), "late")));
    forget(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GATE_TEST(listings_come_in_pages),
        GATE_TEST(lists_only_what_was_asked_for),
        GATE_TEST(shows_a_held_delivery_whole),
        GATE_TEST(u36_released_twice_is_queued_once),
        GATE_TEST(the_processing_system_takes_and_acknowledges),
        GATE_TEST(verify_names_what_does_not_add_up),
        GATE_TEST(verify_misses_a_delivery_that_the_trail_names),
        GATE_TEST(the_trail_is_proven_or_the_first_bad_row_named),
        GATE_TEST(status_says_when_a_person_is_needed),
    };

    if (sodium_init() < 0)
        return 99;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

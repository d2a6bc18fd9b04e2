/* Histories of files, as times in and answers out. No clock runs here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/settle.h"

#define S INT64_C(1000000)

static const char *ignored[] = {".*", "*.tmp", "*.part", "*.filepart", ".pureftpd-upload.*"};

static const struct unit_settings plain = {
    .key = "heby/ekonomi",
    .ignore = {5, ignored},
    .settle_us = 10 * S,
    .incomplete_grace_us = 600 * S,
};

/* --- names -------------------------------------------------------------------------------- */

static void names_are_classified(void **state)
{
    static const struct {
        const char *marker;
        const char *name;
        enum name_class class;
    } cases[] = {
        {NULL, "invoice.xml", NAME_DELIVERY},
        {NULL, "invoice.xml.tmp", NAME_TEMPORARY},
        {NULL, "INVOICE.XML.TMP", NAME_TEMPORARY},
        {NULL, "a.filepart", NAME_TEMPORARY},
        {NULL, ".pureftpd-upload.5f1.15.1a2b", NAME_TEMPORARY},
        {NULL, "template.tmpl", NAME_DELIVERY},
        {NULL, "r\xe4kning.xml", NAME_DELIVERY},
        {NULL, "invoice.ok", NAME_DELIVERY},
        {".ok", "invoice.xml.ok", NAME_MARKER},
        {".ok", "invoice.xml", NAME_DELIVERY},
        {"{name}.ok", "invoice.xml.ok", NAME_MARKER},
        {"{stem}.ok", "invoice.ok", NAME_MARKER},
        {"*.ok", "invoice.xml.ok", NAME_MARKER},
        {"ready-{name}", "ready-a.xml", NAME_MARKER},
        {"ready-{name}", "ready-", NAME_DELIVERY},
        {"[x]{name}", "xa.xml", NAME_DELIVERY},
        {"[x]{name}", "[x]a.xml", NAME_MARKER},
        {".ok", "a.part.ok", NAME_MARKER},
        {".part", "a.part", NAME_TEMPORARY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct unit_settings unit = plain;

        unit.marker = cases[i].marker;
        if (settle_classify(&unit, cases[i].name) != cases[i].class)
            fail_msg("%s with marker %s", cases[i].name,
                     cases[i].marker ? cases[i].marker : "none");
    }
}

static void markers_are_named_both_ways(void **state)
{
    static const struct {
        const char *pattern;
        const char *name;
        const char *marker;
        bool back; /* the marker speaks of this one file alone */
    } cases[] = {
        {".ok", "a.xml", "a.xml.ok", true},
        {"{name}.ok", "a.xml", "a.xml.ok", true},
        {"*.ok", "a.xml", "a.xml.ok", true},
        {"ready-{name}.txt", "a.xml", "ready-a.xml.txt", true},
        {"{stem}.ok", "a.b.xml", "a.b.ok", false},
        {"{stem}.ok", "noextension", "noextension.ok", false},
        {"{stem}.ok", ".hidden", ".hidden.ok", false},
        {"{name}{name}", "a", "aa", false},
    };
    char out[256];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct unit_settings unit = plain;

        unit.marker = cases[i].pattern;
        assert_true(settle_marker_name(&unit, cases[i].name, out, sizeof out));
        assert_string_equal(out, cases[i].marker);
        assert_int_equal(settle_marked_name(&unit, cases[i].marker, out, sizeof out),
                         cases[i].back);
        if (cases[i].back)
            assert_string_equal(out, cases[i].name);
    }
    assert_false(settle_marker_name(&plain, "a.xml", out, sizeof out));
    assert_false(settle_marked_name(&plain, "a.xml", out, sizeof out));
}

static void a_marker_too_long_for_a_name_is_none(void **state)
{
    struct unit_settings unit = plain;
    char out[8];

    (void)state;
    unit.marker = ".ok";
    assert_true(settle_marker_name(&unit, "1234", out, sizeof out));
    assert_false(settle_marker_name(&unit, "12345", out, sizeof out));
    assert_false(settle_marked_name(&unit, "12345678.ok", out, sizeof out));
}

/* --- histories ---------------------------------------------------------------------------- */

/* One look; `probe` answers the question that the look before asked. */
struct step {
    int64_t at_s;
    int64_t size;
    int64_t ctime; /* any number: another one is another state */
    bool writer;
    bool marker;
    enum settle_answer expect;
    int64_t again_s; /* with WAIT; -1: not before something happens */
    enum ending probed;
    bool probe;
};

struct history {
    const char *name;
    const char *marker;
    struct step steps[16];
};

#define WAITS(at) .expect = SETTLE_WAIT, .again_s = (at)
#define PROBES    .expect = SETTLE_PROBE
#define TAKES     .expect = SETTLE_TAKE
#define IS(what)  .probe = true, .probed = ENDING_##what

static const struct history histories[] = {
    {"U00a put: quiet for settle, its end looked at, taken",
     NULL,
     {{0, 100, 1, WAITS(10)}, {10, 100, 1, PROBES}, {11, 100, 1, IS(WHOLE), TAKES}}},
    {"a format without an end mark is taken when quiet",
     NULL,
     {{0, 100, 1, WAITS(10)}, {10, 100, 1, PROBES}, {11, 100, 1, IS(UNKNOWN), TAKES}}},
    {"U01 slow upload with pauses just under settle",
     NULL,
     {{0, 10, 1, WAITS(10)},
      {9, 20, 2, WAITS(19)},
      {18, 30, 3, WAITS(28)},
      {27, 40, 4, WAITS(37)},
      {36, 50, 5, WAITS(46)},
      {46, 50, 5, PROBES},
      {47, 50, 5, IS(WHOLE), TAKES}}},
    {"U02 put -p: times set after the last byte count as a change",
     NULL,
     {{0, 100, 1, WAITS(10)},
      {9, 100, 2, WAITS(19)},
      {18, 100, 2, WAITS(19)},
      {19, 100, 2, PROBES},
      {20, 100, 2, IS(WHOLE), TAKES}}},
    {"U00f cut, then resumed: the first answer is forgotten",
     NULL,
     {{0, 50, 1, WAITS(10)},
      {10, 50, 1, PROBES},
      {11, 50, 1, IS(CUT), WAITS(600)},
      {300, 80, 2, WAITS(310)},
      {310, 80, 2, PROBES},
      {311, 80, 2, IS(WHOLE), TAKES}}},
    {"U06 cut and never resumed: taken after the grace",
     NULL,
     {{0, 50, 1, WAITS(10)},
      {10, 50, 1, PROBES},
      {11, 50, 1, IS(CUT), WAITS(600)},
      {599, 50, 1, WAITS(600)},
      {600, 50, 1, TAKES}}},
    {"U05 the writer stalls with the file open: never while it is open",
     NULL,
     {{0, 50, 1, .writer = true, WAITS(10)},
      {10, 50, 1, .writer = true, WAITS(20)},
      {30, 50, 1, .writer = true, WAITS(40)},
      {31, 50, 1, WAITS(40)},
      {40, 50, 1, PROBES},
      {41, 50, 1, IS(CUT), WAITS(630)},
      {630, 50, 1, TAKES}}},
    {"a writer comes between probe and take",
     NULL,
     {{0, 50, 1, WAITS(10)},
      {10, 50, 1, PROBES},
      {11, 50, 1, .writer = true, IS(WHOLE), WAITS(21)},
      {21, 50, 1, TAKES}}},
    {"U10 an empty file waits its grace, unprobed",
     NULL,
     {{0, 0, 1, WAITS(10)}, {10, 0, 1, WAITS(600)}, {600, 0, 1, TAKES}}},
    {"an empty file that fills",
     NULL,
     {{0, 0, 1, WAITS(10)},
      {10, 0, 1, WAITS(600)},
      {20, 9, 2, WAITS(30)},
      {30, 9, 2, PROBES},
      {31, 9, 2, IS(WHOLE), TAKES}}},
    {"the marker is waited for, then asked no longer",
     ".ok",
     {{0, 9, 1, WAITS(10)},
      {10, 9, 1, WAITS(-1)},
      {500, 9, 1, .marker = true, PROBES},
      {501, 9, 1, .marker = true, IS(WHOLE), TAKES}}},
    {"the marker first: quiet all the same",
     ".ok",
     {{0, 9, 1, .marker = true, WAITS(10)},
      {10, 9, 1, .marker = true, PROBES},
      {11, 9, 1, .marker = true, IS(WHOLE), TAKES}}},
    {"a marker does not make a cut file whole at once",
     ".ok",
     {{0, 9, 1, .marker = true, WAITS(10)},
      {10, 9, 1, .marker = true, PROBES},
      {11, 9, 1, .marker = true, IS(CUT), WAITS(600)},
      {600, 9, 1, .marker = true, TAKES}}},
};

static struct sight sight_of(const struct step *step, const char *marker)
{
    return (struct sight){
        .now_us = step->at_s * S,
        /* U04: a time of modification from years ago says nothing. */
        .identity = {1, 2, step->size, -86400, step->ctime},
        .writer = step->writer,
        .marker_needed = marker != NULL,
        .marker_there = step->marker,
    };
}

static void play(const struct history *history)
{
    struct unit_settings unit = plain;
    struct settle settle = {0};

    unit.marker = history->marker;
    for (size_t i = 0; i < 16 && history->steps[i].size + history->steps[i].ctime; i++) {
        const struct step *step = &history->steps[i];
        struct sight sight = sight_of(step, history->marker);
        int64_t at_us = -2;
        enum settle_answer answer;

        if (step->probe)
            settle_probed(&settle, &sight.identity, step->probed);
        answer = settle_look(&settle, &unit, &sight, &at_us);
        if (answer != step->expect)
            fail_msg("%s: step %zu answers %d", history->name, i, (int)answer);
        if (answer == SETTLE_WAIT && at_us != (step->again_s < 0 ? INT64_MAX : step->again_s * S))
            fail_msg("%s: step %zu looks again at %.3f s", history->name, i, (double)at_us / 1e6);
    }
}

static void histories_end_as_they_should(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof histories / sizeof *histories; i++)
        play(&histories[i]);
}

static void a_late_answer_about_an_earlier_state_is_void(void **state)
{
    struct settle settle = {0};
    struct sight sight = {.now_us = 0, .identity = {1, 2, 50, 0, 1}};
    struct file_identity before = sight.identity;
    int64_t at_us;

    (void)state;
    settle_probed(&settle, &before, ENDING_WHOLE);
    assert_false(settle.probed);
    (void)settle_look(&settle, &plain, &sight, &at_us);
    sight.now_us = 10 * S;
    assert_int_equal(settle_look(&settle, &plain, &sight, &at_us), SETTLE_PROBE);
    sight.identity.size = 60;
    sight.now_us = 11 * S;
    (void)settle_look(&settle, &plain, &sight, &at_us);
    settle_probed(&settle, &before, ENDING_WHOLE);
    assert_false(settle.probed);
}

static void endless_times_do_not_overflow(void **state)
{
    struct unit_settings unit = plain;
    struct settle settle = {0};
    struct sight sight = {.now_us = INT64_MAX - 5, .identity = {1, 2, 50, 0, 1}};
    int64_t at_us;

    (void)state;
    unit.incomplete_grace_us = INT64_MAX;
    assert_int_equal(settle_look(&settle, &unit, &sight, &at_us), SETTLE_WAIT);
    assert_true(at_us == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_classified),
        cmocka_unit_test(markers_are_named_both_ways),
        cmocka_unit_test(a_marker_too_long_for_a_name_is_none),
        cmocka_unit_test(histories_end_as_they_should),
        cmocka_unit_test(a_late_answer_about_an_earlier_state_is_void),
        cmocka_unit_test(endless_times_do_not_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* program_test.c -- a program gets the text, its end is the answer, its time is limited */
#include "tests/unit/outbound/support.h"

#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "outbound/program.h"

static void write_script(const struct place *place, const char *body, char path[96])
{
    FILE *file;

    snprintf(path, 96, "%s/larm", place->dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\ncd %s\n%s\n", place->dir, body);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0700), 0);
}

static size_t got(const struct place *place, char *text, size_t size)
{
    char path[96];
    FILE *file;
    size_t n;

    snprintf(path, sizeof path, "%s/got", place->dir);
    file = fopen(path, "r");
    if (!file)
        return 0;
    n = fread(text, 1, size, file);
    (void)fclose(file);
    return n;
}

static void it_gets_the_text_and_ends_well(void **state)
{
    static char large[300 * 1024], back[300 * 1024 + 1];
    struct place *place = *state;
    struct buf why;
    char path[96];

    buf_init(&why, 4096);
    memset(large, 'x', sizeof large); /* more than a pipe holds */
    write_script(place, "cat >got; test -z \"$HOME\" && test \"$TZ\" = Europe/Stockholm", path);
    assert_int_equal(program_run(path, span_of(large, sizeof large), 20 * SECOND_US, &why), 0);
    assert_int_equal(got(place, back, sizeof back), sizeof large);
    /* One that does not care to read. */
    write_script(place, "exit 0", path);
    assert_int_equal(program_run(path, span_of(large, sizeof large), 20 * SECOND_US, &why), 0);
    buf_free(&why);
}

static void a_bad_end_is_told(void **state)
{
    static const struct {
        const char *body, *why;
    } cases[] = {
        {"exit 3", "program: ended with 3"},
        {"kill -9 $$", "program: ended by signal 9"},
        {"exec /nowhere", "program: ended with 12"},
    };
    struct place *place = *state;
    struct buf why;
    char path[96];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_init(&why, 4096);
        write_script(place, cases[i].body, path);
        assert_int_equal(program_run(path, SPAN_LIT("{}"), 20 * SECOND_US, &why), SLUSS_EIO);
        assert_has(buf_cstr(&why), cases[i].why);
        buf_free(&why);
    }
    buf_init(&why, 4096);
    assert_int_equal(program_run("/no/such/program", SPAN_LIT("{}"), 20 * SECOND_US, &why),
                     SLUSS_EIO);
    assert_string_equal(buf_cstr(&why), "program: ended with 127; is it there, and executable?");
    buf_free(&why);
}

static void one_that_hangs_is_stopped_with_what_it_started(void **state)
{
    struct place *place = *state;
    struct buf why;
    char path[96], text[64];
    size_t n;
    long child;

    buf_init(&why, 4096);
    write_script(place, "sleep 1000 & echo $! >got; sleep 1000", path);
    assert_int_equal(program_run(path, SPAN_LIT("{}"), SECOND_US, &why), SLUSS_EIO);
    assert_string_equal(buf_cstr(&why), "program: did not end in time and was stopped");
    n = got(place, text, sizeof text - 1);
    assert_true(n > 0);
    text[n] = '\0';
    child = strtol(text, NULL, 10);
    /* Its parent is gone: whoever reaps it, it does not run any more. */
    for (int i = 0; i < 500; i++) {
        char line[256] = "", stat[64];
        FILE *file;

        snprintf(stat, sizeof stat, "/proc/%ld/stat", child);
        file = fopen(stat, "r");
        if (!file)
            break;
        (void)!fgets(line, sizeof line, file);
        (void)fclose(file);
        if (strstr(line, ") Z "))
            break;
        assert_true(i < 499);
        nanosleep(&(struct timespec){0, 10 * 1000 * 1000}, NULL);
    }
    buf_free(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_gets_the_text_and_ends_well, place_make, place_remove),
        cmocka_unit_test_setup_teardown(a_bad_end_is_told, place_make, place_remove),
        cmocka_unit_test_setup_teardown(one_that_hangs_is_stopped_with_what_it_started, place_make,
                                        place_remove),
    };

    use_stockholm();
    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}

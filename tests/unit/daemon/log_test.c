/* What stands on stderr. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <regex.h>

#include "daemon/log.h"
#include "tests/unit/daemon/scratch.h"

static struct scratch scratch;
static char text[200000];

/* Runs `speak` with stderr in a file and gives its content. */
static const char *said(void (*speak)(void))
{
    int kept = dup(STDERR_FILENO);
    int fd = open(in(&scratch, "err"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t n;

    assert_true(fd >= 0 && kept >= 0);
    assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    speak();
    assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    (void)close(kept);
    n = pread(fd, text, sizeof text - 1, 0);
    assert_true(n >= 0);
    text[n] = '\0';
    (void)close(fd);
    return text;
}

static void held(void)
{
    log_open("intake");
    LOG(LOG_LEVEL_NOTICE, "delivery-held", {"delivery", SPAN_LIT("20261122-183121-000001")},
        {"unit", SPAN_LIT("heby/ekonomi")});
}

static void a_line_for_people(void **state)
{
    regex_t pattern;
    const char *line = said(held);

    (void)state;
    assert_int_equal(
        regcomp(&pattern,
                "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} notice  delivery-held "
                "delivery=20261122-183121-000001 unit=heby/ekonomi\n$",
                REG_EXTENDED | REG_NOSUB),
        0);
    if (regexec(&pattern, line, 0, NULL, 0) != 0)
        fail_msg("%s", line);
    regfree(&pattern);
}

static void hostile(void)
{
    log_open("intake");
    LOG(LOG_LEVEL_INFO, "file-seen",
        {"file", SPAN_LIT("a\nerror fake event=\"x\" \033[31m\xe4.xml")}, {"none", SPAN_NONE});
}

static void a_value_cannot_forge_a_line(void **state)
{
    const char *line = said(hostile);

    (void)state;
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    assert_null(strchr(line, '\033'));
    assert_non_null(strstr(line, "event=\\\"x\\\""));
    assert_non_null(strstr(line, "\\xE4.xml\" none=\"\"\n"));
}

static void sentence(void)
{
    log_open("intake");
    errno = ENOSPC;
    log_text(LOG_LEVEL_ERROR, "state-full", "%d bytes are left", 17);
    assert_int_equal(errno, ENOSPC);
}

static void a_sentence_is_a_field(void **state)
{
    (void)state;
    assert_non_null(strstr(said(sentence), "error   state-full text=\"17 bytes are left\"\n"));
}

static void long_value(void)
{
    static char long_text[100000];

    memset(long_text, 'x', sizeof long_text);
    log_open("intake");
    LOG(LOG_LEVEL_INFO, "file-seen", {"file", span_of(long_text, sizeof long_text)});
}

static void a_value_of_any_length_is_cut(void **state)
{
    (void)state;
    assert_in_range(strlen(said(long_value)), 2000, 2200);
    assert_non_null(strstr(text, "xxx...\n"));
}

/* The stream has the number of stderr but is no journal's socket: either the journal took the
 * event itself, or it stands there with its level. */
static void as_service(void)
{
    struct stat st;
    char stream[64];

    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    (void)snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    (void)setenv("JOURNAL_STREAM", stream, 1);
    log_open("worker");
    LOG(LOG_LEVEL_WARNING, "worker-ended", {"exit-code", SPAN_LIT("3")});
    (void)unsetenv("JOURNAL_STREAM");
}

static void for_a_service_manager_no_time_and_a_level(void **state)
{
    const char *line = said(as_service);

    (void)state;
    if (*line)
        assert_string_equal(line, "<4>worker-ended exit-code=3\n");
}

static void another_stream(void)
{
    (void)setenv("JOURNAL_STREAM", "1:2", 1);
    held();
    (void)setenv("JOURNAL_STREAM", "nonsense", 1);
    held();
    (void)unsetenv("JOURNAL_STREAM");
}

static void a_redirected_stderr_is_for_people(void **state)
{
    (void)state;
    assert_int_equal(*said(another_stream), '2');
}

static int setup(void **state)
{
    (void)state;
    scratch_make(&scratch);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_for_people),
        cmocka_unit_test(a_value_cannot_forge_a_line),
        cmocka_unit_test(a_sentence_is_a_field),
        cmocka_unit_test(a_value_of_any_length_is_cut),
        cmocka_unit_test(for_a_service_manager_no_time_and_a_level),
        cmocka_unit_test(a_redirected_stderr_is_for_people),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

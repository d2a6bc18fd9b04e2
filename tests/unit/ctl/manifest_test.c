/* manifest_test.c -- a history is read as it is told, and what is wrong is named by its line */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/manifest.h"
#include "model/error.h"

static char dir[] = "/tmp/sluss-manifest-XXXXXX";
static char path[64];

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/history.tsv", dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

static int read_text(const char *text, size_t n, struct manifest *out, struct buf *why)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    buf_init(why, 4096);
    return manifest_read(path, out, why);
}

#define AT   "2026-03-02T06:12:00Z"
#define UNIT "\theby/ekonomi"

static void a_line_is_read_as_it_is_told(void **state)
{
    static const struct {
        const char *name, *line, *file;
        enum fate fate;
    } cases[] = {
        {"three fields", AT UNIT "\t/in/a.csv\n", "a.csv", FATE_NONE},
        {"a name as dropped", AT UNIT "\t/in/a.csv\tFaktura mars.csv\n", "Faktura mars.csv",
         FATE_NONE},
        {"an empty name", AT UNIT "\t/in/a.csv\t\treleased\n", "a.csv", FATE_RELEASED},
        {"rejected", AT UNIT "\t/in/a.csv\tb\trejected\n", "b", FATE_REJECTED},
        {"a probe", AT UNIT "\t/in/a.csv\tb\tprobe\n", "b", FATE_PROBE},
        {"an empty fate", AT UNIT "\t/in/a.csv\tb\t\n", "b", FATE_NONE},
        {"an offset", "2026-03-02T07:12:00+01:00" UNIT "\t/in/a.csv\n", "a.csv", FATE_NONE},
        {"CR LF", AT UNIT "\t/in/a.csv\tb\tprobe\r\n", "b", FATE_PROBE},
        {"no line end", AT UNIT "\t/in/a.csv", "a.csv", FATE_NONE},
        {"remarks and empty lines", "# mars\n\n  \n" AT UNIT "\t/in/a.csv\n# slut\n", "a.csv",
         FATE_NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest m;
        struct buf why;

        if (read_text(cases[i].line, strlen(cases[i].line), &m, &why) != SLUSS_OK || m.n != 1)
            fail_msg("%s: %zu lines, %s", cases[i].name, m.n, buf_cstr(&why));
        assert_int_equal(m.of[0].at_us, INT64_C(1772431920000000));
        assert_string_equal(m.of[0].unit, "heby/ekonomi");
        assert_string_equal(m.of[0].path, "/in/a.csv");
        if (!span_eq_str(m.of[0].name, cases[i].file) || m.of[0].fate != cases[i].fate)
            fail_msg("%s", cases[i].name);
        manifest_free(&m);
        buf_free(&why);
    }
}

static void what_is_wrong_is_named_by_its_line(void **state)
{
    static const char right[] = "# a year of it\n" AT UNIT "\t/in/a.csv\n";
    static const struct {
        const char *name, *line, *what;
    } cases[] = {
        {"no tabs", AT " heby/ekonomi /in/a.csv", "with tabs"},
        {"two fields", AT UNIT, "with tabs"},
        {"no time", "yesterday" UNIT "\t/in/a.csv", "not a time"},
        {"half a time", "2026-03-02T06" UNIT "\t/in/a.csv", "not a time"},
        {"no such day", "2026-02-30T06:12:00Z" UNIT "\t/in/a.csv", "not a time"},
        {"back in time", "2026-03-02T06:11:59Z" UNIT "\t/in/a.csv", "sort the manifest"},
        {"no unit", AT "\t\t/in/a.csv", "PARTNER/UNIT"},
        {"no name", AT UNIT "\t/in/", "name is empty"},
        {"no path", AT UNIT "\t", "name is empty"},
        {"no such fate", AT UNIT "\t/in/a.csv\t\treturned", "none of released"},
        {"a capital", AT UNIT "\t/in/a.csv\t\tReleased", "none of released"},
        {"six fields", AT UNIT "\t/in/a.csv\tb\tprobe\tmore", "none of released"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512], where[80];
        struct manifest m;
        struct buf why;
        int n = snprintf(text, sizeof text, "%s%s\n", right, cases[i].line);

        snprintf(where, sizeof where, "%s:3: ", path);
        if (read_text(text, (size_t)n, &m, &why) != SLUSS_EINVAL)
            fail_msg("%s: passes", cases[i].name);
        if (strncmp(buf_cstr(&why), where, strlen(where)) != 0 ||
            !strstr(buf_cstr(&why), cases[i].what))
            fail_msg("%s: %s", cases[i].name, buf_cstr(&why));
        manifest_free(&m);
        buf_free(&why);
    }
}

static void long_fields_are_refused(void **state)
{
    static const struct {
        const char *name;
        size_t unit, file;
        int rc;
    } cases[] = {
        {"a unit as long as may be", UNIT_KEY_MAX - 1, 10, SLUSS_OK},
        {"one longer", UNIT_KEY_MAX, 10, SLUSS_EINVAL},
        {"a name as long as may be", 10, FILE_NAME_MAX, SLUSS_OK},
        {"one longer", 10, FILE_NAME_MAX + 1, SLUSS_EINVAL},
        {"a megabyte of it", 1 << 20, 1 << 20, SLUSS_EINVAL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest m;
        struct buf text, why;

        buf_init(&text, 4u << 20);
        buf_printf(&text, "%s\t", AT);
        for (size_t k = 0; k < cases[i].unit; k++)
            buf_char(&text, 'u');
        buf_printf(&text, "\t/in/a.csv\t");
        for (size_t k = 0; k < cases[i].file; k++)
            buf_char(&text, 'n');
        assert_int_equal(buf_error(&text), SLUSS_OK);
        if (read_text(text.p, text.n, &m, &why) != cases[i].rc)
            fail_msg("%s: %s", cases[i].name, buf_cstr(&why));
        manifest_free(&m);
        buf_free(&why);
        buf_free(&text);
    }
}

static void a_path_is_looked_for_beside_the_manifest(void **state)
{
    static const char text[] = AT UNIT "\tno-such-file.csv\n" AT UNIT "\t/in/a.csv\n";
    char beside[80];
    struct manifest m;
    struct buf why;

    (void)state;
    snprintf(beside, sizeof beside, "%s/no-such-file.csv", dir);
    assert_int_equal(read_text(text, sizeof text - 1, &m, &why), SLUSS_OK);
    assert_string_equal(m.of[0].path, beside);
    assert_string_equal(m.of[1].path, "/in/a.csv");
    manifest_free(&m);
    buf_free(&why);
}

static void a_manifest_that_is_not_there_says_so(void **state)
{
    struct manifest m;
    struct buf why;

    (void)state;
    buf_init(&why, 4096);
    assert_int_equal(manifest_read("/nowhere/history.tsv", &m, &why), SLUSS_EIO);
    assert_non_null(strstr(buf_cstr(&why), "/nowhere/history.tsv"));
    manifest_free(&m);
    buf_free(&why);
}

static void thousands_of_lines_stay_in_order(void **state)
{
    struct manifest m;
    struct buf text, why;
    char name[24];

    (void)state;
    buf_init(&text, 4u << 20);
    for (unsigned i = 0; i < 5000; i++)
        buf_printf(&text, "%s\theby/ekonomi\t/in/%u.csv\n", AT, i);
    assert_int_equal(read_text(text.p, text.n, &m, &why), SLUSS_OK);
    assert_int_equal(m.n, 5000);
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "%u.csv", i);
        assert_true(span_eq_str(m.of[i].name, name));
    }
    manifest_free(&m);
    buf_free(&why);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_read_as_it_is_told),
        cmocka_unit_test(what_is_wrong_is_named_by_its_line),
        cmocka_unit_test(long_fields_are_refused),
        cmocka_unit_test(a_path_is_looked_for_beside_the_manifest),
        cmocka_unit_test(a_manifest_that_is_not_there_says_so),
        cmocka_unit_test(thousands_of_lines_stay_in_order),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

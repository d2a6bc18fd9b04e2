/* when_test.c -- times as people type them, in the site's time zone */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "ctl/when.h"
#include "model/date.h"
#include "model/error.h"

#define NOW INT64_C(1772431920000000) /* 2026-03-02T06:12:00Z, 07:12 in Stockholm */

static void times_people_type(void **state)
{
    static const struct {
        const char *text;
        const char *utc; /* null: refused */
    } cases[] = {
        {"2026-03-02", "2026-03-01T23:00:00.000Z"},
        {"2026-07-01", "2026-06-30T22:00:00.000Z"},
        {"2026-03-02 07:00", "2026-03-02T06:00:00.000Z"},
        {"2026-03-02T07:00:30", "2026-03-02T06:00:30.000Z"},
        {"2026-03-02T06:00:00Z", "2026-03-02T06:00:00.000Z"},
        {"2026-03-02T08:00:00+02:00", "2026-03-02T06:00:00.000Z"},
        {"2h", "2026-03-02T04:12:00.000Z"},
        {"30m", "2026-03-02T05:42:00.000Z"},
        {"3d", "2026-02-27T06:12:00.000Z"},
        {"2026-02-30", NULL},
        {"yesterday", NULL},
        {"", NULL},
        {"12", NULL},
        {"-2h", NULL},
        {"99999999999d", NULL},
        {"2026-03-02 25:00", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[INSTANT_SIZE];
        int64_t at_us = 0;
        int result = when_parse(cases[i].text, NOW, &at_us);

        if ((result == SLUSS_OK) != (cases[i].utc != NULL))
            fail_msg("\"%s\": %d", cases[i].text, result);
        if (cases[i].utc)
            assert_string_equal(instant_format(at_us, text), cases[i].utc);
    }
}

static void lengths_people_type(void **state)
{
    int64_t us = 0;

    (void)state;
    assert_int_equal(duration_parse("90", &us), SLUSS_OK);
    assert_int_equal(us, 90 * SECOND_US);
    assert_int_equal(duration_parse("10m", &us), SLUSS_OK);
    assert_int_equal(us, 600 * SECOND_US);
    assert_int_equal(duration_parse("1w", &us), SLUSS_ESYNTAX);
    assert_int_equal(duration_parse("", &us), SLUSS_ESYNTAX);
}

static void times_people_read(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 256);
    when_local(&out, "2026-03-02T06:12:00.123Z");
    buf_char(&out, '|');
    when_local(&out, NULL);
    buf_char(&out, '|');
    when_local(&out, "nonsense");
    assert_string_equal(buf_cstr(&out), "2026-03-02 07:12:00|-|-");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_people_type),
        cmocka_unit_test(lengths_people_type),
        cmocka_unit_test(times_people_read),
    };

    setenv("TZ", "Europe/Stockholm", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

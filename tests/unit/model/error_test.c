/* error_test.c -- every code has a name and a text */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "model/error.h"

static void every_code_speaks(void **state)
{
    (void)state;
    for (int code = 0; code > -SLUSS_ERROR_COUNT; code--) {
        assert_int_equal(strncmp(sluss_error_name(code), "SLUSS_", 6), 0);
        assert_string_not_equal(sluss_error_name(code), "SLUSS_UNKNOWN");
        assert_true(strlen(sluss_error_text(code)) > 3);
        for (int other = 0; other > code; other--)
            assert_string_not_equal(sluss_error_text(code), sluss_error_text(other));
    }
    assert_string_equal(sluss_error_name(SLUSS_ENOMEM), "SLUSS_ENOMEM");
    assert_string_equal(sluss_error_text(SLUSS_ENOMEM), "out of memory");
    assert_string_equal(sluss_error_name(SLUSS_ESTOP), "SLUSS_ESTOP");
}

static void unknown_codes_speak_too(void **state)
{
    static const int codes[] = {1, 4711, -SLUSS_ERROR_COUNT, -4711};

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        assert_string_equal(sluss_error_name(codes[i]), "SLUSS_UNKNOWN");
        assert_non_null(sluss_error_text(codes[i]));
    }
}

static void errno_finds_its_code(void **state)
{
    (void)state;
    assert_int_equal(sluss_error_from_errno(0), SLUSS_OK);
    assert_int_equal(sluss_error_from_errno(ENOSPC), SLUSS_EFULL);
    assert_int_equal(sluss_error_from_errno(EDQUOT), SLUSS_EFULL);
    assert_int_equal(sluss_error_from_errno(EACCES), SLUSS_EDENIED);
    assert_int_equal(sluss_error_from_errno(EPERM), SLUSS_EDENIED);
    assert_int_equal(sluss_error_from_errno(ENOENT), SLUSS_ENOTFOUND);
    assert_int_equal(sluss_error_from_errno(EEXIST), SLUSS_EEXIST);
    assert_int_equal(sluss_error_from_errno(EIO), SLUSS_EIO);
    assert_int_equal(sluss_error_from_errno(ELOOP), SLUSS_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_speaks),
        cmocka_unit_test(unknown_codes_speak_too),
        cmocka_unit_test(errno_finds_its_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

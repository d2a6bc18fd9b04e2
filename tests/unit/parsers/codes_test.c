/* codes_test.c -- every list is sorted and finds its own codes; check digits by their schemes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/codes.h"

static void lists_are_sorted_and_whole(void **state)
{
    (void)state;
    for (int list = 0; list < CODES_COUNT; list++) {
        const char *before = "";
        assert_non_null(code_at((enum code_list)list, 0));
        for (size_t i = 0; code_at((enum code_list)list, i); i++) {
            const char *code = code_at((enum code_list)list, i);
            if (strcmp(before, code) >= 0)
                fail_msg("list %d: %s stands before %s", list, before, code);
            assert_true(code_listed((enum code_list)list, span_str(code)));
            before = code;
        }
    }
}

static void what_is_no_code_is_in_no_list(void **state)
{
    static const char *const others[] = {"",    "q",   "!!!!", "0000", "application/x-msdownload",
                                         "sek", "SEKK"};
    (void)state;
    for (int list = 0; list < CODES_COUNT; list++)
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
            assert_false(code_listed((enum code_list)list, span_str(others[i])));
    assert_true(icd_listed(SPAN_LIT("0007")));
    assert_false(icd_listed(SPAN_LIT("0001")));
    assert_false(icd_listed(SPAN_LIT("7000")));
    assert_false(icd_listed(SPAN_LIT("007")));
}

static const struct {
    const char *scheme;
    const char *id;
    bool valid;
} ids[] = {
    {"0007", "2120000142", true},
    {"0007", "2120000143", false},
    {"0007", "212000-0142", false},
    {"0088", "7300010000001", true},
    {"0088", "7300010000002", false},
    {"0088", "730001000000A", false},
    {"0151", "51824753556", true},
    {"0151", "51824753557", false},
    {"0184", "DK12345678", true},
    {"0184", "12345678", false},
    {"0192", "974760673", true},
    {"0192", "974760674", false},
    {"0192", "000000000", false},
    {"0201", "UFE0A1", true},
    {"0201", "UFE0A", false},
    {"0208", "0202239951", true},
    {"0208", "0202239952", false},
    {"0210", "RSSMRA85T10A562S", true},
    {"0210", "RSSMRA85T10A5625", false},
    {"0210", "07643520567", true},
    {"0211", "IT07643520567", true},
    {"0211", "IT07643520568", false},
    {"9907", "0764352056", false},
    {"0000", "anything", true},
};

static void an_identifier_is_checked_as_its_scheme_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        if (scheme_id_valid(span_str(ids[i].scheme), span_str(ids[i].id)) != ids[i].valid)
            fail_msg("%s of scheme %s", ids[i].id, ids[i].scheme);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_sorted_and_whole),
        cmocka_unit_test(what_is_no_code_is_in_no_list),
        cmocka_unit_test(an_identifier_is_checked_as_its_scheme_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

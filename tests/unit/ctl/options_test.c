/* options_test.c -- the command line, in every order people type it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/commands.h"
#include "ctl/options.h"
#include "model/error.h"

#define WORDS_MAX 12

struct parsed {
    char text[512];
    char *words[WORDS_MAX + 1];
    struct arguments arguments;
    struct buf why;
    int result;
};

/* Take a line apart at blanks, as a shell would, and then as slussctl does. */
static struct parsed *parse(const char *line)
{
    struct parsed *parsed = calloc(1, sizeof *parsed);
    char *at;
    int n = 0;

    assert_non_null(parsed);
    snprintf(parsed->text, sizeof parsed->text, "%s", line);
    at = parsed->text;
    while (at && n < WORDS_MAX)
        parsed->words[n++] = strsep(&at, " ");
    buf_init(&parsed->why, 4096);
    parsed->result = arguments_parse(n, parsed->words, commands, &parsed->arguments, &parsed->why);
    return parsed;
}

static void forget(struct parsed *parsed)
{
    buf_free(&parsed->why);
    free(parsed);
}

static void options_stand_before_and_after(void **state)
{
    static const char *const lines[] = {
        "slussctl -c a.conf --json queue take --unit heby --wait 5",
        "slussctl queue take --unit heby --wait 5 --json -c a.conf",
        "slussctl --json queue -c a.conf take --wait=5 --unit=heby",
        "slussctl --config=a.conf queue --json take --wait 5 --unit heby",
        "slussctl -ca.conf queue take --wait 5 --json --unit heby",
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct parsed *parsed = parse(lines[i]);
        const struct arguments *arguments = &parsed->arguments;

        if (parsed->result != SLUSS_OK)
            fail_msg("%s: %s", lines[i], buf_cstr(&parsed->why));
        assert_string_equal(arguments->command->name, "queue take");
        assert_string_equal(arguments->config, "a.conf");
        assert_true(arguments->json);
        assert_string_equal(arguments_value(arguments, "unit"), "heby");
        assert_string_equal(arguments_value(arguments, "wait"), "5");
        assert_int_equal(arguments->n, 0);
        forget(parsed);
    }
}

static void commands_of_one_word_and_two(void **state)
{
    static const struct {
        const char *line;
        const char *command;
    } cases[] = {
        {"slussctl audit", "audit"},
        {"slussctl audit --since 2h", "audit"},
        {"slussctl audit verify", "audit verify"},
        {"slussctl --json audit verify", "audit verify"},
        {"slussctl verify", "verify"},
        {"slussctl show 2026", "show"},
        {"slussctl release 2026 --reason verify", "release"},
        {"slussctl config check -c x", "config check"},
        {"slussctl formats bgmax", "formats"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct parsed *parsed = parse(cases[i].line);

        if (parsed->result != SLUSS_OK || !parsed->arguments.command ||
            strcmp(parsed->arguments.command->name, cases[i].command) != 0)
            fail_msg("%s: %s", cases[i].line, buf_cstr(&parsed->why));
        forget(parsed);
    }
}

static void operands_and_flags(void **state)
{
    struct parsed *parsed = parse("slussctl check a.txt --format bgmax - b.txt");

    (void)state;
    assert_int_equal(parsed->result, SLUSS_OK);
    assert_int_equal(parsed->arguments.n, 3);
    assert_string_equal(parsed->arguments.operands[1], "-");
    assert_string_equal(arguments_value(&parsed->arguments, "format"), "bgmax");
    forget(parsed);
    parsed = parse("slussctl receipts --pending");
    assert_int_equal(parsed->result, SLUSS_OK);
    assert_non_null(arguments_value(&parsed->arguments, "pending"));
    forget(parsed);
    parsed = parse("slussctl receipts");
    assert_null(arguments_value(&parsed->arguments, "pending"));
    forget(parsed);
}

static void help_needs_nothing_else(void **state)
{
    struct parsed *parsed = parse("slussctl show --help");

    (void)state;
    assert_int_equal(parsed->result, SLUSS_OK);
    assert_true(parsed->arguments.help);
    assert_string_equal(parsed->arguments.command->name, "show");
    forget(parsed);
    parsed = parse("slussctl --help");
    assert_int_equal(parsed->result, SLUSS_OK);
    assert_null(parsed->arguments.command);
    assert_null(parsed->arguments.group);
    forget(parsed);
    parsed = parse("slussctl --json queue -h");
    assert_int_equal(parsed->result, SLUSS_OK);
    assert_null(parsed->arguments.command);
    assert_string_equal(parsed->arguments.group, "queue");
    forget(parsed);
}

static void mistakes_are_named(void **state)
{
    static const struct {
        const char *line;
        const char *word; /* that the sentence holds */
    } cases[] = {
        {"slussctl shwo 2026", "shwo"},
        {"slussctl queue", "take"},
        {"slussctl queue grab", "take"},
        {"slussctl queue grab --help", "take"},
        {"slussctl show", "ID"},
        {"slussctl show 1 2", "\"2\""},
        {"slussctl show 1 --state held", "--state"},
        {"slussctl list --state", "--state"},
        {"slussctl list -x", "-x"},
        {"slussctl receipts --pending=yes", "--pending"},
        {"slussctl list -c", "-c"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct parsed *parsed = parse(cases[i].line);

        if (parsed->result != SLUSS_EINVAL || !strstr(buf_cstr(&parsed->why), cases[i].word))
            fail_msg("%s: %d \"%s\"", cases[i].line, parsed->result, buf_cstr(&parsed->why));
        forget(parsed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_before_and_after),
        cmocka_unit_test(commands_of_one_word_and_two),
        cmocka_unit_test(operands_and_flags),
        cmocka_unit_test(help_needs_nothing_else),
        cmocka_unit_test(mistakes_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

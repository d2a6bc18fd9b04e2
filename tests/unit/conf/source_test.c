/* source_test.c -- words, statements and where they stood; what libconfuse is given */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/source.h"
#include "model/error.h"

struct held {
    struct arena *arena;
    struct problems problems;
    struct source source;
    char path[64];
};

static void read_text(struct held *held, const char *text)
{
    int fd;

    *held = (struct held){.path = "/tmp/source_test.XXXXXX"};
    fd = mkstemp(held->path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    (void)close(fd);
    held->arena = arena_new(1024 * 1024);
    assert_non_null(held->arena);
    source_init(&held->source, held->arena, &held->problems);
    assert_int_equal(source_read(&held->source, held->path), SLUSS_OK);
    (void)unlink(held->path);
}

static void let_go(struct held *held)
{
    source_free(&held->source);
    problems_free(&held->problems);
    arena_free(&held->arena);
}

static void libconfuse_gets_one_word_a_line(void **state)
{
    struct held held;
    struct buf out;

    (void)state;
    read_text(&held, "a=b # c\nunit 'it\\'s' { l = { \"x\\\\y\", z } }");
    buf_init(&out, 4096);
    assert_int_equal(source_print(&held.source, &out), SLUSS_OK);
    assert_string_equal(buf_cstr(&out), "'a'\n=\n'b'\n'unit'\n'it\\'s'\n{\n'l'\n=\n{\n'x\\\\y'\n,\n"
                                        "'z'\n}\n}\n");
    assert_int_equal(held.problems.n, 0);
    buf_free(&out);
    let_go(&held);
}

static void every_word_knows_its_line(void **state)
{
    struct held held;

    (void)state;
    read_text(&held, "a\n=\n/* \n\n */ b\r\nc { }\n");
    assert_int_equal(held.source.n, 6);
    assert_int_equal(source_place(&held.source, 0).line, 1);
    assert_int_equal(source_place(&held.source, 2).line, 5);
    assert_int_equal(source_place(&held.source, 5).line, 6);
    assert_int_equal(source_place(&held.source, 99).line, 6);
    assert_string_equal(source_place(&held.source, 0).file, held.path);
    assert_int_equal(held.source.words[5].opener, 3);
    let_go(&held);
}

/* Dropping the statement of one word leaves the braces in pairs. */
static void a_statement_is_dropped_whole(void **state)
{
    static const struct {
        const char *name, *text;
        size_t word;
        const char *left;
    } cases[] = {
        {"a value", "a = 1 b = 2 c = 3", 3, "a=1c=3"},
        {"from its end", "a = 1 b = 2 c = 3", 5, "a=1c=3"},
        {"a list", "a = { 1, 2 } b = 3", 0, "b=3"},
        {"a section with sections", "x { y { z = 1 } } b = 3", 0, "b=3"},
        {"inside a section", "x { a = 1 b = 2 }", 2, "x{b=2}"},
        {"the last of a section", "x { a 1 } b = 2", 3, "x{}b=2"},
        {"cut short by the brace", "x { a = } b = 2", 4, "x{}b=2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct held held;
        char left[128] = "";
        size_t n = 0;

        read_text(&held, cases[i].text);
        assert_true(source_drop(&held.source, cases[i].word));
        for (size_t k = 0; k < held.source.n; k++)
            if (!held.source.words[k].dropped)
                n += (size_t)snprintf(left + n, sizeof left - n, "%s", held.source.words[k].text);
        if (strcmp(left, cases[i].left) != 0)
            fail_msg("%s: left %s", cases[i].name, left);
        assert_false(source_drop(&held.source, held.source.n));
        let_go(&held);
    }
}

static void what_does_not_hold_together_is_broken(void **state)
{
    static const char *const texts[] = {"a {",       "a = {", "}",   "a = \"b",
                                        "a = 'b\n'", "/* a",  "\x01"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct held held;

        read_text(&held, texts[i]);
        assert_true(held.source.broken);
        assert_int_equal(held.problems.n, 1);
        let_go(&held);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libconfuse_gets_one_word_a_line),
        cmocka_unit_test(every_word_knows_its_line),
        cmocka_unit_test(a_statement_is_dropped_whole),
        cmocka_unit_test(what_does_not_hold_together_is_broken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* arena_test.c -- an arena gives zeroed, aligned memory up to its ceiling and no further */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/arena.h"

static void memory_is_zeroed_and_aligned(void **state)
{
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    assert_non_null(arena);
    for (size_t size = 0; size < 300; size += 7) {
        unsigned char *p = arena_alloc(arena, size);

        assert_non_null(p);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xFF, size);
    }
    arena_free(&arena);
    assert_null(arena);
    arena_free(&arena);
}

static void the_ceiling_holds(void **state)
{
    struct arena *arena = arena_new(100000);
    size_t got = 0;

    (void)state;
    while (arena_alloc(arena, 1000))
        got += 1000;
    assert_in_range(got, 80000, 100000);
    assert_true(arena_used(arena) <= 100000);
    assert_null(arena_alloc(arena, 100001));
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_null(arena_array(arena, SIZE_MAX / 2, 3));
    arena_free(&arena);

    arena = arena_new(0);
    assert_null(arena_alloc(arena, 1));
    arena_free(&arena);
}

static void one_allocation_may_fill_the_arena(void **state)
{
    struct arena *arena = arena_new(64);

    (void)state;
    assert_non_null(arena_alloc(arena, 64));
    assert_null(arena_alloc(arena, 1));
    arena_free(&arena);
}

static void copies_are_their_own(void **state)
{
    struct arena *arena = arena_new(4096);
    char text[] = "Heby";
    struct span copy = arena_copy(arena, span_str(text));
    char *string = arena_str(arena, span_of(text, 2));

    (void)state;
    text[0] = 'x';
    assert_true(span_eq_str(copy, "Heby"));
    assert_int_equal(copy.p[4], '\0');
    assert_string_equal(string, "He");
    assert_null(arena_copy(arena, SPAN_NONE).p);
    /* Present but empty stays present. */
    assert_non_null(arena_copy(arena, SPAN_LIT("")).p);
    arena_free(&arena);
}

static void reset_gives_the_memory_again(void **state)
{
    struct arena *arena = arena_new(50000);

    (void)state;
    for (int round = 0; round < 100; round++) {
        unsigned char *p = NULL;

        for (int i = 0; i < 40; i++) {
            p = arena_alloc(arena, 1000);
            assert_non_null(p);
            assert_int_equal(p[999], 0);
            memset(p, 0xAA, 1000);
        }
        arena_reset(arena);
        assert_int_equal(arena_used(arena), 0);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),      cmocka_unit_test(the_ceiling_holds),
        cmocka_unit_test(one_allocation_may_fill_the_arena), cmocka_unit_test(copies_are_their_own),
        cmocka_unit_test(reset_gives_the_memory_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

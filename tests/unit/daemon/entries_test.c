/* Many names: found again, and in order of time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/entries.h"

#define MANY 20000

static const char *name_of(int i)
{
    static char name[32];

    (void)snprintf(name, sizeof name, "invoice-%d.xml", i);
    return name;
}

static void count(void *context, struct entry *entry)
{
    (void)entry;
    (*(size_t *)context)++;
}

static void names_are_found_until_removed(void **state)
{
    struct entries entries;
    size_t n = 0;

    (void)state;
    entries_init(&entries);
    assert_null(entries_find(&entries, "a"));
    for (int i = 0; i < MANY; i++)
        assert_non_null(entries_add(&entries, name_of(i)));
    for (int i = 0; i < MANY; i += 2)
        entries_remove(&entries, entries_find(&entries, name_of(i)));
    for (int i = 0; i < MANY; i++)
        assert_int_equal(entries_find(&entries, name_of(i)) != NULL, i % 2);
    entries_each(&entries, count, &n);
    assert_int_equal(n, MANY / 2);
    entries_free(&entries);
    assert_null(entries_find(&entries, name_of(1)));
}

/* Times that go up and down, entries moved and taken out: what comes first is the least. */
static void the_agenda_gives_the_earliest(void **state)
{
    struct entries entries;
    struct agenda agenda = {0};
    struct entry *entry;
    int64_t last = -1;
    unsigned random = 1;
    size_t n = 0;

    (void)state;
    entries_init(&entries);
    assert_null(agenda_first(&agenda));
    for (int i = 0; i < MANY; i++) {
        random = random * 1103515245u + 12345u;
        entry = entries_add(&entries, name_of(i));
        assert_int_equal(agenda_set(&agenda, entry, random >> 8), 0);
    }
    for (int i = 0; i < MANY; i++) {
        random = random * 1103515245u + 12345u;
        entry = entries_find(&entries, name_of(i));
        assert_int_equal(agenda_set(&agenda, entry, i % 3 ? random >> 8 : INT64_MAX), 0);
        assert_int_equal(entry->place == AGENDA_NONE, i % 3 == 0);
    }
    while ((entry = agenda_first(&agenda)) != NULL) {
        assert_true(entry->at_us >= last);
        last = entry->at_us;
        assert_int_equal(agenda_set(&agenda, entry, INT64_MAX), 0);
        assert_int_equal(agenda_set(&agenda, entry, INT64_MAX), 0);
        n++;
    }
    assert_int_equal(n, MANY - (MANY + 2) / 3);
    agenda_free(&agenda);
    entries_free(&entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_until_removed),
        cmocka_unit_test(the_agenda_gives_the_earliest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

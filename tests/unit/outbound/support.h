/* support.h -- settings, templates and a store of its own for tests of outbound/ */
#ifndef SLUSS_TESTS_OUTBOUND_SUPPORT_H
#define SLUSS_TESTS_OUTBOUND_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ftw.h>
#include <unistd.h>

#include "model/date.h"
#include "model/error.h"
#include "model/settings.h"
#include "outbound/mail.h"
#include "outbound/template.h"
#include "store/outbox.h"

/* 2026-03-02T06:12:00Z, 07:12 in Stockholm */
#define T0     INT64_C(1772431920000000)
#define MINUTE (60 * SECOND_US)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static inline void use_stockholm(void)
{
    setenv("TZ", "Europe/Stockholm", 1);
}

/* The templates that are installed. */
static inline struct template_set *own_templates(void)
{
    const char *top = getenv("top_srcdir");
    struct settings settings = {0};
    struct template_set *set;
    struct buf errors;
    struct buf directory;

    buf_init(&errors, 65536);
    buf_init(&directory, 4096);
    buf_printf(&directory, "%s/etc/templates", top ? top : ".");
    settings.template_dir = buf_cstr(&directory);
    if (template_load_all(&settings, &errors, &set))
        fail_msg("%s", buf_cstr(&errors));
    assert_int_equal(errors.n, 0);
    buf_free(&directory);
    buf_free(&errors);
    return set;
}

/* Two units of Heby, one that reads Swedish and one that reads English. */
static inline struct settings *some_settings(void)
{
    static const char *alerts[] = {"drift@inkasso.example", "chef@inkasso.example"};
    struct settings *s = settings_new(1 << 20);

    assert_non_null(s);
    s->smtp.from = "kvittens@inkasso.example";
    s->smtp.timeout_us = 5 * SECOND_US;
    s->smtp.retry_first_us = 60 * SECOND_US;
    s->smtp.retry_most_us = HOUR;
    s->smtp.give_up_us = 5 * DAY;
    s->alerts.to = (struct texts){2, alerts};
    s->alerts.gather_after_us = 5 * MINUTE;
    s->alerts.max_age_us = 3 * DAY;
    s->unit_count = 2;
    s->units = arena_array(s->arena, 2, sizeof *s->units);
    assert_non_null(s->units);
    s->units[0] = (struct unit_settings){
        .key = "heby/ekonomi", .partner = "heby", .partner_name = "Heby kommun", .language = "sv"};
    s->units[1] = (struct unit_settings){.key = "heby/water",
                                         .partner = "heby",
                                         .partner_name = "Heby Water & Waste",
                                         .language = "en"};
    return s;
}

/* A header's value with its name, folding undone; "" when there is none. */
static inline const char *header_of(const struct mail *mail, const char *name)
{
    static char line[4096];
    size_t n = 0;

    for (const char *h = mail_next_header(mail, NULL); h; h = mail_next_header(mail, h)) {
        if (strncmp(h, name, strlen(name)) != 0 || h[strlen(name)] != ':')
            continue;
        for (const char *p = h + strlen(name) + 2; *p && n < sizeof line - 1; p++)
            if (*p != '\r' && *p != '\n')
                line[n++] = *p;
        break;
    }
    line[n] = '\0';
    return line;
}

/* A store in a directory of its own. */
struct place {
    char dir[64];
    struct store *store;
};

static inline int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline int place_make(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    struct buf error;

    assert_non_null(place);
    buf_init(&error, 4096);
    snprintf(place->dir, sizeof place->dir, "/tmp/sluss-outbound-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    if (store_open(place->dir, &error, &place->store))
        fail_msg("%s", buf_cstr(&error));
    buf_free(&error);
    *state = place;
    return 0;
}

static inline int place_remove(void **state)
{
    struct place *place = *state;

    store_close(&place->store);
    nftw(place->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(place);
    return 0;
}

static inline void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static inline void assert_has_not(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" is in:\n%s", part, text);
}

#endif

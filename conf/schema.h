/* schema.h -- every key of the configuration, one table a section
 *
 * The tables say all that is known of a key. Reading, checking, the manual page's list and the
 * test of the example file go through them, so a key is added in one place.
 */
#ifndef SLUSS_CONF_SCHEMA_H
#define SLUSS_CONF_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "model/arena.h"
#include "model/buf.h"
#include "model/settings.h"

enum conf_type {
    CONF_TEXT = 0, /* const char * */
    CONF_PATH,     /* const char *, absolute */
    CONF_TIME,     /* int64_t, microseconds */
    CONF_SIZE,     /* uint64_t, bytes */
    CONF_INTEGER,  /* int or int64_t, as the field is wide */
    CONF_SHARE,    /* int64_t, parts per million */
    CONF_BOOL,     /* bool */
    CONF_LIST,     /* struct texts */
    CONF_DATE,     /* struct date, a day that exists */
    CONF_CHOICE,   /* const char *, or an enum counted in the order of the choices */
};

struct conf_key {
    const char *name;
    const char *help; /* whole sentences, English */
    enum conf_type type;
    bool required;
    const char *unit;                       /* what is counted: "kronor"; null: nothing to say */
    const char *value;                      /* default as written; null: none */
    const char *const *values;              /* default of a list, ends with null */
    const char *shown;                      /* how the default is told where it is no constant */
    const char *least, *most;               /* as written; null: no limit */
    const char *const *choices;             /* ends with null */
    const char *(*check)(const char *text); /* beyond the type; null: none. As in value.h */
    size_t offset, size;                    /* the field it fills */
};

enum conf_section_id {
    CONF_MAIN = 0,
    CONF_SMTP,
    CONF_ALERTS,
    CONF_SLA,
    CONF_SAFEGUARDS,
    CONF_PARTNER,
    CONF_UNIT,
    CONF_WAIVE,
};

#define CONF_SECTION_COUNT 8
#define CONF_KEYS_MOST     32 /* in one section */

struct conf_section {
    const char *name; /* "" for what stands outside sections */
    const char *heading;
    const char *help;
    bool titled;
    const struct conf_key *keys;
    size_t n;
};

extern const struct conf_section conf_sections[CONF_SECTION_COUNT];

/* Check `text` as a value (of a list: one element) of the key. True when it is one; else why
 * not, and what to do, is appended to `why`. */
bool conf_value_sound(const struct conf_key *key, const char *text, struct buf *why);

/* Put values that are sound into the key's field of the struct at `base`; n is 1 but for
 * lists. Texts are copied into the arena. 0 or SLUSS_ENOMEM. */
int conf_value_store(const struct conf_key *key, const char *const *values, size_t n,
                     struct arena *arena, void *base);

/* Put the default. 0 or SLUSS_ENOMEM. */
int conf_default_store(const struct conf_key *key, struct arena *arena, void *base);

/* The key of that name, or null. */
const struct conf_key *conf_key_find(const struct conf_section *section, const char *name);

/* The key of the section that `name` is a slip of the pen from, or null. */
const struct conf_key *conf_key_near(const struct conf_section *section, const char *name);

#endif

/* settings.c -- making, looking into and freeing settings */
#include "model/settings.h"

#include <string.h>

struct settings *settings_new(size_t ceiling)
{
    struct arena *arena = arena_new(ceiling);
    struct settings *settings = arena ? arena_alloc(arena, sizeof *settings) : NULL;

    if (!settings) {
        arena_free(&arena);
        return NULL;
    }
    settings->arena = arena;
    return settings;
}

const struct unit_settings *settings_unit(const struct settings *settings, const char *key)
{
    for (size_t i = 0; key && i < settings->unit_count; i++)
        if (strcmp(settings->units[i].key, key) == 0)
            return &settings->units[i];
    return NULL;
}

const struct partner_settings *settings_partner(const struct settings *settings, const char *key)
{
    for (size_t i = 0; key && i < settings->partner_count; i++)
        if (strcmp(settings->partners[i].key, key) == 0)
            return &settings->partners[i];
    return NULL;
}

void settings_free(struct settings **settings)
{
    struct arena *arena;

    if (!settings || !*settings)
        return;
    for (size_t i = 0; i < (*settings)->unit_count; i++)
        sodium_memzero(&(*settings)->units[i].seal, sizeof(*settings)->units[i].seal);
    /* The struct lies in the arena it points to: take the pointer out first. */
    arena = (*settings)->arena;
    *settings = NULL;
    arena_free(&arena);
}

/* entries.c -- a chained hash table and a binary heap */
#include "daemon/entries.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "model/error.h"

#define BUCKETS_FIRST 64

/* --- by name ----------------------------------------------------------------------------- */

void entries_init(struct entries *entries)
{
    *entries = (struct entries){0};
    /* Without randomness at boot the constant below has to do. */
    if (getrandom(&entries->seed, sizeof entries->seed, GRND_NONBLOCK) < 0)
        entries->seed = UINT64_C(0x9e3779b97f4a7c15);
}

/* FNV-1a from a secret start, mixed at the end. */
static size_t bucket_of(const struct entries *entries, const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ entries->seed;

    for (const char *p = name; *p; p++)
        hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    hash ^= hash >> 32;
    return (size_t)hash & (entries->bucket_count - 1);
}

struct entry *entries_find(const struct entries *entries, const char *name)
{
    struct entry *entry;

    if (entries->n == 0)
        return NULL;
    entry = entries->buckets[bucket_of(entries, name)];
    while (entry && strcmp(entry->name, name) != 0)
        entry = entry->next;
    return entry;
}

static void link_entry(struct entries *entries, struct entry *entry)
{
    struct entry **bucket = &entries->buckets[bucket_of(entries, entry->name)];

    entry->next = *bucket;
    *bucket = entry;
}

static int grow(struct entries *entries)
{
    size_t old_count = entries->bucket_count;
    struct entry **old = entries->buckets;
    size_t count = old_count ? old_count * 2 : BUCKETS_FIRST;
    struct entry **buckets = calloc(count, sizeof(struct entry *));

    if (!buckets)
        return SLUSS_ENOMEM;
    entries->buckets = buckets;
    entries->bucket_count = count;
    for (size_t i = 0; i < old_count; i++) {
        for (struct entry *entry = old[i], *next; entry; entry = next) {
            next = entry->next;
            link_entry(entries, entry);
        }
    }
    free(old);
    return SLUSS_OK;
}

struct entry *entries_add(struct entries *entries, const char *name)
{
    size_t size = strlen(name) + 1;
    struct entry *entry;

    if (entries->n >= entries->bucket_count && grow(entries) < 0)
        return NULL;
    entry = calloc(1, sizeof *entry + size);
    if (!entry)
        return NULL;
    memcpy(entry->name, name, size);
    entry->place = AGENDA_NONE;
    link_entry(entries, entry);
    entries->n++;
    return entry;
}

void entries_remove(struct entries *entries, struct entry *entry)
{
    struct entry **at = &entries->buckets[bucket_of(entries, entry->name)];

    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    entries->n--;
    free(entry);
}

void entries_each(const struct entries *entries, void (*visit)(void *context, struct entry *),
                  void *context)
{
    for (size_t i = 0; i < entries->bucket_count; i++)
        for (struct entry *entry = entries->buckets[i]; entry; entry = entry->next)
            visit(context, entry);
}

void entries_free(struct entries *entries)
{
    for (size_t i = 0; i < entries->bucket_count; i++) {
        for (struct entry *entry = entries->buckets[i], *next; entry; entry = next) {
            next = entry->next;
            free(entry);
        }
    }
    free(entries->buckets);
    entries->buckets = NULL;
    entries->bucket_count = 0;
    entries->n = 0;
}

/* --- by time ----------------------------------------------------------------------------- */

static void put(struct agenda *agenda, size_t place, struct entry *entry)
{
    agenda->of[place] = entry;
    entry->place = place;
}

static void sift_up(struct agenda *agenda, size_t place)
{
    struct entry *entry = agenda->of[place];

    while (place > 0) {
        size_t parent = (place - 1) / 2;

        if (agenda->of[parent]->at_us <= entry->at_us)
            break;
        put(agenda, place, agenda->of[parent]);
        place = parent;
    }
    put(agenda, place, entry);
}

static void sift_down(struct agenda *agenda, size_t place)
{
    struct entry *entry = agenda->of[place];

    for (;;) {
        size_t child = 2 * place + 1;

        if (child >= agenda->n)
            break;
        if (child + 1 < agenda->n && agenda->of[child + 1]->at_us < agenda->of[child]->at_us)
            child++;
        if (entry->at_us <= agenda->of[child]->at_us)
            break;
        put(agenda, place, agenda->of[child]);
        place = child;
    }
    put(agenda, place, entry);
}

static void take_out(struct agenda *agenda, struct entry *entry)
{
    size_t place = entry->place;
    struct entry *last = agenda->of[--agenda->n];

    entry->place = AGENDA_NONE;
    if (last == entry)
        return;
    put(agenda, place, last);
    sift_up(agenda, place);
    sift_down(agenda, last->place);
}

static int make_room(struct agenda *agenda)
{
    size_t room = agenda->room ? agenda->room * 2 : BUCKETS_FIRST;
    struct entry **of = reallocarray(agenda->of, room, sizeof(struct entry *));

    if (!of)
        return SLUSS_ENOMEM;
    agenda->of = of;
    agenda->room = room;
    return SLUSS_OK;
}

int agenda_set(struct agenda *agenda, struct entry *entry, int64_t at_us)
{
    if (at_us == INT64_MAX) {
        if (entry->place != AGENDA_NONE)
            take_out(agenda, entry);
        return SLUSS_OK;
    }
    entry->at_us = at_us;
    if (entry->place == AGENDA_NONE) {
        if (agenda->n == agenda->room && make_room(agenda) < 0)
            return SLUSS_ENOMEM;
        put(agenda, agenda->n, entry);
        agenda->n++;
    }
    sift_up(agenda, entry->place);
    sift_down(agenda, entry->place);
    return SLUSS_OK;
}

struct entry *agenda_first(const struct agenda *agenda)
{
    return agenda->n ? agenda->of[0] : NULL;
}

void agenda_free(struct agenda *agenda)
{
    free(agenda->of);
    *agenda = (struct agenda){0};
}

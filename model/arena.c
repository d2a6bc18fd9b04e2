/* arena.c -- blocks of memory, each twice the size of the one before up to a limit */
#include "model/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT   _Alignof(max_align_t)
#define FIRST_BLOCK ((size_t)8 << 10)
#define LARGE_BLOCK ((size_t)1 << 20)

struct block {
    struct block *next; /* the older one */
    size_t size;
    size_t used;
    _Alignas(max_align_t) char bytes[];
};

struct arena {
    size_t ceiling;
    size_t held; /* sizes of all blocks */
    size_t used; /* handed out */
    struct block *newest;
};

struct arena *arena_new(size_t ceiling)
{
    struct arena *arena = calloc(1, sizeof *arena);

    if (arena)
        arena->ceiling = ceiling;
    return arena;
}

/* A block with room for `size` bytes, as large as growth and ceiling allow. */
static struct block *block_add(struct arena *arena, size_t size)
{
    size_t left = arena->ceiling - arena->held;
    size_t want = arena->newest ? arena->newest->size : FIRST_BLOCK / 2;
    struct block *block;

    if (size > left)
        return NULL;
    want = want >= LARGE_BLOCK / 2 ? LARGE_BLOCK : want * 2;
    if (want < size)
        want = size;
    if (want > left)
        want = left;
    block = malloc(sizeof *block + want);
    if (!block)
        return NULL;
    block->next = arena->newest;
    block->size = want;
    block->used = 0;
    arena->newest = block;
    arena->held += want;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    struct block *block = arena->newest;
    void *memory;

    if (size > SIZE_MAX - ALIGNMENT)
        return NULL;
    size = size ? (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;
    if (!block || block->size - block->used < size)
        block = block_add(arena, size);
    if (!block)
        return NULL;
    memory = block->bytes + block->used;
    block->used += size;
    arena->used += size;
    return memset(memory, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return arena_alloc(arena, bytes);
}

char *arena_str(struct arena *arena, struct span text)
{
    char *copy = text.n < SIZE_MAX ? arena_alloc(arena, text.n + 1) : NULL;

    if (copy && text.n)
        memcpy(copy, text.p, text.n);
    return copy;
}

struct span arena_copy(struct arena *arena, struct span text)
{
    char *copy;

    if (!text.p)
        return SPAN_NONE;
    copy = arena_str(arena, text);
    return copy ? span_of(copy, text.n) : SPAN_NONE;
}

void arena_reset(struct arena *arena)
{
    while (arena->newest && arena->newest->next) {
        struct block *older = arena->newest->next;

        arena->held -= arena->newest->size;
        free(arena->newest);
        arena->newest = older;
    }
    if (arena->newest)
        arena->newest->used = 0;
    arena->used = 0;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

void arena_free(struct arena **arena)
{
    if (!arena || !*arena)
        return;
    arena_reset(*arena);
    free((*arena)->newest);
    free(*arena);
    *arena = NULL;
}

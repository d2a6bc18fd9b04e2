/* arena.h -- memory of one delivery (or one parse), freed in one call, with a hard ceiling
 *
 * Allocation is a pointer bump in blocks. Nothing is freed singly. When the ceiling given at
 * birth would be passed, allocation returns null: hostile input can make a parse fail, not
 * the process grow.
 */
#ifndef SLUSS_MODEL_ARENA_H
#define SLUSS_MODEL_ARENA_H

#include <stddef.h>

#include "model/span.h"

struct arena;

/* A new arena that will never hold more than `ceiling` bytes in all; null when there is no
 * memory. The caller owns it. */
struct arena *arena_new(size_t ceiling);

/* `size` zeroed bytes aligned for any type, or null at the ceiling. */
void *arena_alloc(struct arena *arena, size_t size);

/* `count` elements of `size` zeroed bytes, with the product checked. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy of the span (with a NUL behind it, not counted); SPAN_NONE stays SPAN_NONE.
 * On lack of memory the result has p == NULL and n == 0. */
struct span arena_copy(struct arena *arena, struct span text);

/* A C string copied from the span; null on lack of memory. */
char *arena_str(struct arena *arena, struct span text);

/* Forget everything allocated, keep the first block for the next use. */
void arena_reset(struct arena *arena);

size_t arena_used(const struct arena *arena);

/* Takes the address, accepts null, leaves null. */
void arena_free(struct arena **arena);

#endif

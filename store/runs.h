/* runs.h -- sorted files of keys: which delivery holds which key
 *
 * A run is a file of entries (key, delivery), sorted by key and then by delivery, each pair
 * once; it is written once and never changed. Keys are keyed hashes, so they are spread evenly
 * and say nothing. Behind the entries stands a fence: the first key of each block, by which a
 * key is found with one read.
 *
 *   entries   12 bytes each, little endian: key 8, delivery 4
 *   fence     8 bytes for each block of RUN_BLOCK entries
 *   trailer   "slussrun", entries 8, keyed hash of fence and trailer 16
 *
 * Reading goes through pread and a block of its own for each cursor: memory does not grow with
 * the file, but for the fence (0.2 % of it).
 */
#ifndef SLUSS_STORE_RUNS_H
#define SLUSS_STORE_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run_entry {
    uint64_t key;
    uint32_t delivery;
};

#define RUN_ENTRY_SIZE 12
#define RUN_BLOCK      256

/* Order of a run. */
static inline bool run_before(struct run_entry a, struct run_entry b)
{
    return a.key != b.key ? a.key < b.key : a.delivery < b.delivery;
}

/* A key as it lies in runs and rows: 8 bytes, little endian. */
void run_key_put(uint8_t at[8], uint64_t key);
uint64_t run_key_get(const uint8_t at[8]);

void run_entry_put(uint8_t at[RUN_ENTRY_SIZE], struct run_entry entry);
struct run_entry run_entry_get(const uint8_t at[RUN_ENTRY_SIZE]);

/* --- writing ----------------------------------------------------------------------------- */

struct run_writer;

/* Creates `name` in the directory (an old one of that name is overwritten). SLUSS_EFULL, SLUSS_EIO. */
int run_create(int directory, const char *name, const uint8_t secret[32], struct run_writer **out);
/* In order; one equal to the one before is passed over. */
int run_add(struct run_writer *writer, struct run_entry entry);
/* Writes fence and trailer and fsyncs; *entries is how many it holds. */
int run_finish(struct run_writer *writer, uint64_t *entries);
/* The same without the fsync, for a run that no crash has to survive. */
int run_finish_unsynced(struct run_writer *writer, uint64_t *entries);
void run_writer_close(struct run_writer **writer); /* unfinished ones stay, to be overwritten */

/* --- reading ----------------------------------------------------------------------------- */

struct run;

/* SLUSS_ECORRUPT when the trailer does not hold. */
int run_open(int directory, const char *name, const uint8_t secret[32], struct run **out);
uint64_t run_entries(const struct run *run);
void run_close(struct run **run); /* accepts null, leaves null */

/* A place in a run. Zero it first; keys sought must not fall. */
struct run_cursor {
    uint64_t at;    /* entry the next call begins with */
    uint64_t block; /* the one that is held, plus one; 0: none */
    unsigned held;  /* entries of it */
    uint8_t bytes[RUN_BLOCK * RUN_ENTRY_SIZE];
};

/* The next entry with exactly that key: 1, *delivery, and the cursor behind it; 0 when there is
 * none (more); an error. */
int run_find(const struct run *run, struct run_cursor *cursor, uint64_t key, uint32_t *delivery);
/* The next entry, whatever its key. The same results. */
int run_next(const struct run *run, struct run_cursor *cursor, struct run_entry *out);

#endif

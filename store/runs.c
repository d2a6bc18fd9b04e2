/* runs.c -- see runs.h */
#include "store/runs.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/error.h"

#define MAGIC        "slussrun"
#define TRAILER_SIZE 32
#define MAC_SIZE     16

/* Written out in pieces of this many bytes; each is pushed to the disk as it goes, so that the
 * fsync at the end is short. */
#define PIECE ((size_t)256 * 1024)

void run_key_put(uint8_t at[8], uint64_t n)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = (uint8_t)(n >> 8 * i);
}

uint64_t run_key_get(const uint8_t at[8])
{
    uint64_t n = 0;
    for (unsigned i = 0; i < 8; i++)
        n |= (uint64_t)at[i] << 8 * i;
    return n;
}

void run_entry_put(uint8_t at[RUN_ENTRY_SIZE], struct run_entry entry)
{
    run_key_put(at, entry.key);
    for (unsigned i = 0; i < 4; i++)
        at[8 + i] = (uint8_t)(entry.delivery >> 8 * i);
}

struct run_entry run_entry_get(const uint8_t at[RUN_ENTRY_SIZE])
{
    return (struct run_entry){
        .key = run_key_get(at),
        .delivery = at[8] | (uint32_t)at[9] << 8 | (uint32_t)at[10] << 16 | (uint32_t)at[11] << 24,
    };
}

/* --- writing ----------------------------------------------------------------------------- */

struct run_writer {
    int fd;
    const uint8_t *secret;
    uint64_t entries;
    struct run_entry last;
    uint64_t *fence;
    size_t fence_room;
    off_t written;
    size_t n;
    uint8_t bytes[PIECE];
};

static int fail_write(void)
{
    return errno == ENOSPC || errno == EDQUOT ? SLUSS_EFULL : SLUSS_EIO;
}

int run_create(int directory, const char *name, const uint8_t secret[32], struct run_writer **out)
{
    struct run_writer *w = calloc(1, sizeof *w);
    if (!w)
        return SLUSS_ENOMEM;
    w->secret = secret;
    (void)unlinkat(directory, name, 0); /* one that is open keeps its bytes */
    w->fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (w->fd < 0) {
        int rc = sluss_error_from_errno(errno);
        free(w);
        return rc;
    }
    *out = w;
    return SLUSS_OK;
}

static int flush(struct run_writer *w)
{
    size_t done = 0;
    while (done < w->n) {
        ssize_t n = write(w->fd, w->bytes + done, w->n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_write();
        done += (size_t)n;
    }
    /* A hint; the fsync is what counts. */
    (void)sync_file_range(w->fd, w->written, (off_t)w->n, SYNC_FILE_RANGE_WRITE);
    w->written += (off_t)w->n;
    w->n = 0;
    return SLUSS_OK;
}

static int add_fence(struct run_writer *w, uint64_t key)
{
    size_t at = (size_t)(w->entries / RUN_BLOCK);
    if (at == w->fence_room) {
        size_t room = w->fence_room ? 2 * w->fence_room : 1024;
        uint64_t *fence = reallocarray(w->fence, room, sizeof *fence);
        if (!fence)
            return SLUSS_ENOMEM;
        w->fence = fence;
        w->fence_room = room;
    }
    w->fence[at] = key;
    return SLUSS_OK;
}

static int put(struct run_writer *w, const uint8_t *bytes, size_t n)
{
    int rc = w->n + n > sizeof w->bytes ? flush(w) : SLUSS_OK;
    if (rc == 0) {
        memcpy(w->bytes + w->n, bytes, n);
        w->n += n;
    }
    return rc;
}

int run_add(struct run_writer *w, struct run_entry entry)
{
    uint8_t bytes[RUN_ENTRY_SIZE];
    if (w->entries > 0 && !run_before(w->last, entry)) {
        assert(w->last.key == entry.key && w->last.delivery == entry.delivery);
        return SLUSS_OK;
    }
    int rc = w->entries % RUN_BLOCK == 0 ? add_fence(w, entry.key) : SLUSS_OK;
    if (rc)
        return rc;
    run_entry_put(bytes, entry);
    w->entries++;
    w->last = entry;
    return put(w, bytes, sizeof bytes);
}

static size_t blocks_of(uint64_t entries)
{
    return (size_t)((entries + RUN_BLOCK - 1) / RUN_BLOCK);
}

/* The trailer's own hash covers the fence and the count: what is read to find anything. */
static void make_trailer(uint8_t out[TRAILER_SIZE], const uint64_t *fence, uint64_t entries,
                         const uint8_t *secret)
{
    crypto_generichash_state state;
    uint8_t bytes[8];
    memcpy(out, MAGIC, 8);
    run_key_put(out + 8, entries);
    (void)crypto_generichash_init(&state, secret, 32, MAC_SIZE);
    for (size_t i = 0; i < blocks_of(entries); i++) {
        run_key_put(bytes, fence[i]);
        (void)crypto_generichash_update(&state, bytes, sizeof bytes);
    }
    (void)crypto_generichash_update(&state, out, 16);
    (void)crypto_generichash_final(&state, out + 16, MAC_SIZE);
}

int run_finish_unsynced(struct run_writer *w, uint64_t *entries)
{
    uint8_t bytes[TRAILER_SIZE];
    int rc = SLUSS_OK;
    for (size_t i = 0; rc == 0 && i < blocks_of(w->entries); i++) {
        run_key_put(bytes, w->fence[i]);
        rc = put(w, bytes, 8);
    }
    make_trailer(bytes, w->fence, w->entries, w->secret);
    rc = rc ? rc : put(w, bytes, sizeof bytes);
    rc = rc ? rc : flush(w);
    *entries = w->entries;
    return rc;
}

int run_finish(struct run_writer *w, uint64_t *entries)
{
    int rc = run_finish_unsynced(w, entries);
    return rc == 0 && fsync(w->fd) < 0 ? SLUSS_ESYNC : rc;
}

void run_writer_close(struct run_writer **writer)
{
    struct run_writer *w = *writer;
    if (!w)
        return;
    close(w->fd);
    free(w->fence);
    free(w);
    *writer = NULL;
}

/* --- reading ----------------------------------------------------------------------------- */

struct run {
    int fd;
    uint64_t entries;
    uint64_t *fence;
};

static int read_at(int fd, void *out, size_t n, off_t at)
{
    size_t done = 0;
    while (done < n) {
        ssize_t got = pread(fd, (char *)out + done, n - done, at + (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return SLUSS_EIO;
        if (got == 0)
            return SLUSS_ECORRUPT;
        done += (size_t)got;
    }
    return SLUSS_OK;
}

/* Fence and trailer of an open file; their hash must hold. */
static int read_fence(struct run *run, off_t size, const uint8_t *secret)
{
    uint8_t trailer[TRAILER_SIZE], expected[TRAILER_SIZE];
    int rc = size < TRAILER_SIZE ? SLUSS_ECORRUPT
                                 : read_at(run->fd, trailer, sizeof trailer, size - TRAILER_SIZE);
    if (rc)
        return rc;
    run->entries = run_key_get(trailer + 8);
    if (memcmp(trailer, MAGIC, 8) != 0 || run->entries > (uint64_t)size / RUN_ENTRY_SIZE)
        return SLUSS_ECORRUPT;
    size_t blocks = blocks_of(run->entries);
    off_t begin = (off_t)(run->entries * RUN_ENTRY_SIZE);
    if (begin + (off_t)(blocks * 8) + TRAILER_SIZE != size)
        return SLUSS_ECORRUPT;
    run->fence = calloc(blocks ? blocks : 1, sizeof *run->fence);
    if (!run->fence)
        return SLUSS_ENOMEM;
    rc = read_at(run->fd, run->fence, blocks * 8, begin);
    for (size_t i = 0; rc == 0 && i < blocks; i++)
        run->fence[i] = run_key_get((const uint8_t *)&run->fence[i]);
    if (rc)
        return rc;
    make_trailer(expected, run->fence, run->entries, secret);
    return sodium_memcmp(trailer, expected, sizeof trailer) == 0 ? SLUSS_OK : SLUSS_ECORRUPT;
}

int run_open(int directory, const char *name, const uint8_t secret[32], struct run **out)
{
    struct stat st;
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        return SLUSS_ENOMEM;
    run->fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int rc = run->fd < 0 || fstat(run->fd, &st) < 0 ? sluss_error_from_errno(errno)
                                                    : read_fence(run, st.st_size, secret);
    if (rc)
        run_close(&run);
    else
        *out = run;
    return rc;
}

uint64_t run_entries(const struct run *run)
{
    return run->entries;
}

void run_close(struct run **run)
{
    if (!*run)
        return;
    if ((*run)->fd >= 0)
        close((*run)->fd);
    free((*run)->fence);
    free(*run);
    *run = NULL;
}

static int hold_block(const struct run *run, struct run_cursor *c, uint64_t block)
{
    if (c->block == block + 1)
        return SLUSS_OK;
    uint64_t left = run->entries - block * RUN_BLOCK;
    c->held = left < RUN_BLOCK ? (unsigned)left : RUN_BLOCK;
    c->block = 0;
    int rc = read_at(run->fd, c->bytes, c->held * RUN_ENTRY_SIZE,
                     (off_t)(block * RUN_BLOCK * RUN_ENTRY_SIZE));
    if (rc == 0)
        c->block = block + 1;
    return rc;
}

int run_next(const struct run *run, struct run_cursor *c, struct run_entry *out)
{
    if (c->at >= run->entries)
        return 0;
    int rc = hold_block(run, c, c->at / RUN_BLOCK);
    if (rc)
        return rc;
    *out = run_entry_get(c->bytes + c->at % RUN_BLOCK * RUN_ENTRY_SIZE);
    c->at++;
    return 1;
}

/* The last block from `from` on whose first key is below `key` (or `from` itself): an entry
 * with that key can begin in it, and in none before it. Steps that double, then halves: cheap
 * when the next key lies near. */
static uint64_t find_block(const struct run *run, uint64_t from, uint64_t key)
{
    uint64_t blocks = blocks_of(run->entries), low = from, step = 1, high;
    while (low + step < blocks && run->fence[low + step] < key) {
        low += step;
        step *= 2;
    }
    high = low + step < blocks ? low + step : blocks;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (run->fence[middle] < key)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The first entry of the held block from `low` on with `key` or a higher one. */
static unsigned find_entry(const struct run_cursor *c, unsigned low, uint64_t key)
{
    unsigned high = c->held;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (run_key_get(c->bytes + (size_t)middle * RUN_ENTRY_SIZE) < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int run_find(const struct run *run, struct run_cursor *c, uint64_t key, uint32_t *delivery)
{
    struct run_entry entry;
    if (c->at >= run->entries)
        return 0;
    uint64_t block = find_block(run, c->at / RUN_BLOCK, key);
    int rc = hold_block(run, c, block);
    if (rc)
        return rc;
    unsigned from = block == c->at / RUN_BLOCK ? (unsigned)(c->at % RUN_BLOCK) : 0;
    c->at = block * RUN_BLOCK + find_entry(c, from, key);
    rc = run_next(run, c, &entry);
    if (rc <= 0)
        return rc;
    if (entry.key != key) {
        c->at--;
        return 0;
    }
    *delivery = entry.delivery;
    return 1;
}

/* seen_bench.c -- what the duplicate sweep costs as the memory grows
 *
 *   seen_bench DIRECTORY [ITEMS...]
 *
 * Fills a duplicate memory in DIRECTORY up to each number of items (deliveries of 10 000, five
 * keys an item) and then sweeps a delivery of 20 000 items, half of them known. Prints what an
 * item cost to remember and to sweep, and the process's memory at its highest. The ratio to the
 * first line is what counts: machines differ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "model/error.h"
#include "store/seen.h"

#define DELIVERY   10000
#define SWEPT      20000
#define KINDS      5 /* number, due, amount, party; and one of the reference */
#define STEP       100000

struct bench {
    struct store *store;
    struct seen *seen;
    uint64_t remembered;
    int64_t at_us;
};

static void must(int rc, const char *what)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "seen_bench: %s: %s\n", what, sluss_error_text(rc));
    exit(2);
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Spread as hashes are; the same item gives the same keys. */
static uint64_t key_of(uint64_t item, unsigned kind)
{
    uint64_t key = (item * KINDS + kind + 1) * UINT64_C(0x9E3779B97F4A7C15);

    key ^= key >> 29;
    key *= UINT64_C(0xBF58476D1CE4E5B9);
    return key ^ key >> 32;
}

static struct gather *gather(struct bench *b, int64_t row, uint64_t first, uint64_t n)
{
    struct gather *g = NULL;

    must(gather_open(b->seen, row, &g), "gathering");
    for (uint64_t i = 0; i < n; i++) {
        must(gather_item(g, i + 1), "gathering");
        for (unsigned kind = 0; kind < KINDS; kind++)
            must(gather_key(g, kind == 4 ? KEY_PAID : (enum item_key)kind,
                            key_of(first + i, kind), true, true),
                 "gathering");
    }
    must(gather_end(g), "sorting");
    return g;
}

static struct delivery arrive(struct bench *b)
{
    struct delivery d;

    b->at_us += SECOND_US;
    must(store_delivery_arrive(b->store, "heby/ekonomi", SPAN_LIT("f.csv"), b->at_us, NULL, &d),
         "arriving");
    must(store_delivery_become(b->store, d.row, STATE_CHECKING, b->at_us), "arriving");
    return d;
}

static void remember(struct bench *b)
{
    struct delivery d = arrive(b);
    struct gather *g = gather(b, d.row, b->remembered, DELIVERY);
    const struct summary summary = {.format = "case-csv", .valid = true, .items = DELIVERY};
    const struct judgement judgement = {.verdict = VERDICT_ACCEPTED,
                                        .state = STATE_ACCEPTED,
                                        .summary = &summary,
                                        .decided_us = b->at_us};
    int more;

    must(gather_keep(g), "keeping");
    gather_close(&g);
    must(store_delivery_judge(b->store, d.row, &judgement), "judging");
    must(seen_enter(b->seen, d.row), "entering");
    must(store_commit(b->store), "committing");
    while ((more = seen_tidy(b->seen, STEP)) == 1)
        ;
    must(more, "merging");
    b->remembered += DELIVERY;
}

/* CPU seconds of a sweep of SWEPT items, the first half of them known. */
static double sweep(struct bench *b)
{
    struct delivery d = arrive(b);
    uint64_t first = b->remembered - SWEPT / 2;
    struct gather *g = gather(b, d.row, first, SWEPT);
    struct sweep *sweep = NULL;
    struct sweep_result result;
    double began = seconds();
    int more;

    must(sweep_open(b->seen, g, &sweep), "sweeping");
    while ((more = sweep_step(sweep, STEP, &result)) == 1)
        ;
    must(more, "sweeping");
    double took = seconds() - began;
    if (result.number.n != SWEPT / 2) {
        fprintf(stderr, "seen_bench: %llu items known, not %d\n",
                (unsigned long long)result.number.n, SWEPT / 2);
        exit(1);
    }
    sweep_close(&sweep);
    gather_close(&g);
    store_rollback(b->store);
    return took;
}

int main(int argc, char **argv)
{
    struct bench b = {.at_us = INT64_C(1700000000000000)};
    struct buf error;
    double first = 0;

    if (argc < 2) {
        fputs("usage: seen_bench DIRECTORY [ITEMS...]\n", stderr);
        return 2;
    }
    buf_init(&error, 4096);
    must(store_open(argv[1], &error, &b.store), "opening");
    must(store_forget_durability(b.store), "opening");
    must(seen_open(b.store, argv[1], &b.seen), "opening");
    puts("remembered items   us to remember one   us to sweep one   ratio   memory MiB");
    for (int i = 2; i < argc; i++) {
        uint64_t items = strtoull(argv[i], NULL, 10), before = b.remembered;
        double began = seconds(), filled, swept;
        struct rusage usage;

        while (b.remembered < items)
            remember(&b);
        filled = (seconds() - began) / (double)(b.remembered > before ? b.remembered - before : 1);
        swept = sweep(&b) / SWEPT;
        first = first > 0 ? first : swept;
        getrusage(RUSAGE_SELF, &usage);
        printf("%16llu   %18.1f   %15.1f   %5.2f   %10ld\n", (unsigned long long)b.remembered,
               filled * 1e6, swept * 1e6, swept / first, usage.ru_maxrss / 1024);
        fflush(stdout);
    }
    seen_close(&b.seen);
    store_close(&b.store);
    buf_free(&error);
    return 0;
}

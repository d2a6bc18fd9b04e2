/* corruption_test.c -- no damage to a file changes its figures unseen
 *
 * Every byte of a sample changed in several ways, doubled and lost, every line doubled and
 * lost, the file cut at every length. What is then read must have the figures of the whole
 * file (items, net sum a currency), or not be valid, or carry a finding that names the damage:
 * one of level hold or reject that the whole file did not have. An info says how something was
 * read and stops nothing; a warn alone lets a delivery pass, so neither counts.
 *
 * Where a format states no total that a change could be held against, the change is exempt: one
 * row of `exempt`, with the reason.
 *
 * Without arguments: tests/data, thinned to WORK_NORMAL bytes of reading a file. With files or
 * directories as arguments (make corruption): those, to SLUSS_CORRUPTION_WORK bytes a file.
 */
#include <ftw.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "model/error.h"
#include "tests/unit/parsers/heard.h"

#define SAMPLE_MAX   ((size_t)64 * 1024)
#define WORK_NORMAL  (UINT64_C(1) << 20)
#define HOLES_LISTED 8

enum change { FLIPPED = 0, CUT, BYTE_DOUBLED, BYTE_LOST, LINE_DOUBLED, LINE_LOST, CHANGE_COUNT };

static const char *const change_names[CHANGE_COUNT] = {
    "byte changed", "cut", "byte doubled", "byte lost", "line doubled", "line lost",
};

/* Each bit, and the neighbours that make one digit of another. */
static const unsigned char patterns[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20,
                                         0x40, 0x80, 0x03, 0x07, 0xFF};

/* --- what cannot be seen ------------------------------------------------------------------ */

#define OF(change) (1u << (change))
#define ANY_BYTE   (OF(FLIPPED) | OF(BYTE_DOUBLED) | OF(BYTE_LOST))
#define ANY_CHANGE (OF(CHANGE_COUNT) - 1)

/* How the figures differ. */
enum difference {
    NEGATED = 0, /* as many items, each amount the same but for its sign */
    RENAMED,     /* as many items, the same amounts, but of another currency */
    ROUNDED,     /* as many items, no amount off by more than 50 minor units */
    UNCOUNTED,   /* another number of items, the same sums */
    OTHER,
};

#define ANY_DIFFERENCE (OF(OTHER + 1) - 1)

/* Changes that a format has nothing to be held against. `without`: not where the file holds
 * this text. `warned`: a finding of level warn does name it, but lets it pass. */
static const struct exemption {
    const char *format;
    unsigned changes;
    unsigned differences;
    const char *without;
    bool warned;
    const char *reason;
} exempt[] = {
    {"case-csv", ANY_CHANGE, ANY_DIFFERENCE, "#end", false,
     "without #end the file states neither count nor sum"},
    {"case-csv", OF(CUT), OF(OTHER), NULL, false,
     "a file cut at a record's end is a whole one that never had #end"},
    {"finvoice", OF(CUT), OF(OTHER), NULL, false,
     "a file cut between two documents; nothing states how many there are"},
    {"peppol-bis-3", OF(FLIPPED), OF(NEGATED), NULL, false, "380 or 381: one code alone says it"},
    {"svefaktura", OF(FLIPPED), OF(NEGATED), NULL, false, "380 or 381: one code alone says it"},
    {"oioubl", OF(FLIPPED), OF(NEGATED), NULL, false, "380 or 381: one code alone says it"},
    {"cii", OF(FLIPPED), OF(NEGATED), NULL, false, "380 or 381: one code alone says it"},
    {"edifact-invoic", OF(FLIPPED), OF(NEGATED), NULL, false, "380 or 381: one code alone says it"},
    {"edifact-invoic", ANY_BYTE, OF(OTHER), NULL, true,
     "MOA 9 may be less than MOA 125 and 176 together (prepaid): a warning"},
    {"edifact-invoic", OF(FLIPPED), OF(RENAMED), NULL, false, "CUX alone states the currency"},
    {"edifact-invoic", ANY_BYTE, OF(OTHER), "MOA+125", false,
     "an invoice that states no parts of its total"},
    {"camt.052", ANY_CHANGE, ANY_DIFFERENCE, "TtlNtries", false,
     "without TxsSummry a report states neither count nor sum"},
    {"camt.054", ANY_CHANGE, ANY_DIFFERENCE, "TtlNtries", false,
     "without TxsSummry a notification states neither count nor sum"},
    {"finvoice", OF(FLIPPED), OF(NEGATED), NULL, false, "INV01 or INV02: one code alone says it"},
    {"edifact-invoic", ANY_BYTE, OF(ROUNDED), NULL, false,
     "a whole amount may differ from its parts by 0,50 (rounding of ore)"},
    {"edifact-invoic", OF(CUT), OF(OTHER), NULL, false,
     "a file cut between two interchanges; nothing states how many there are"},
    {"lb", OF(CUT), OF(OTHER), NULL, false,
     "a file cut between two sections; nothing states how many there are"},
    {"lb", OF(FLIPPED), OF(NEGATED) | OF(OTHER), NULL, true,
     "a total without a sign; that of a negative sum warns"},
    {"total-in", OF(FLIPPED), OF(NEGATED) | OF(OTHER), NULL, true,
     "a total without a sign; that of a negative sum warns"},
    {"ocr-giro", OF(FLIPPED), OF(NEGATED), NULL, false,
     "one digit of the type says credit or debit; the totals add both"},
    {"mt940", ANY_CHANGE, OF(UNCOUNTED), NULL, false,
     "nothing counts the entries, and one of zero changes no balance"},
    {"lb", OF(FLIPPED), OF(RENAMED), NULL, false, "the currency is stated once a section"},
    {"total-in", OF(FLIPPED), OF(RENAMED), NULL, false, "the currency is stated once an account"},
    {"mt940", OF(CUT), OF(OTHER), NULL, false,
     "a file cut between two statements; nothing states how many there are"},
    {"pain.001", OF(FLIPPED), OF(RENAMED), NULL, false,
     "the currency is stated once a payment, and CtrlSum adds without it"},
};

/* --- reading ------------------------------------------------------------------------------ */

#define AMOUNTS_KEPT 200

struct figures {
    struct summary summary;
    uint64_t items;
    struct money amount[AMOUNTS_KEPT]; /* of the first items */
    uint16_t hard[FINDING_CODE_COUNT]; /* findings of level hold or reject */
    unsigned warnings;
    int worst;
};

static int see_item(void *context, const struct item *item)
{
    struct figures *seen = context;

    if (seen->items < AMOUNTS_KEPT) {
        seen->amount[seen->items].minor = item->amount_minor;
        memcpy(seen->amount[seen->items].currency, item->currency, sizeof(item->currency));
    }
    seen->items++;
    return 0;
}

static int see_finding(void *context, const struct finding *f)
{
    struct figures *seen = context;

    if (f->level >= LEVEL_HOLD && seen->hard[f->code] < UINT16_MAX)
        seen->hard[f->code]++;
    if (f->level == LEVEL_WARN)
        seen->warnings++;
    if ((int)f->level > seen->worst)
        seen->worst = (int)f->level;
    return 0;
}

static void read_figures(struct span bytes, struct figures *seen)
{
    struct sink sink = {.context = seen, .item = see_item, .finding = see_finding};
    struct reading *reading = NULL;

    seen->items = 0;
    memset(seen->hard, 0, sizeof(seen->hard));
    seen->warnings = 0;
    seen->worst = -1;
    assert_int_equal(reading_open(NULL, &sink, &reading), 0);
    if (bytes.n)
        assert_int_equal(reading_push(reading, bytes), 0);
    assert_int_equal(reading_finish(reading, &seen->summary), 0);
    reading_close(&reading);
}

static const int64_t *sum_in(const struct sums *sums, const char *currency)
{
    for (unsigned i = 0; i < sums->n; i++)
        if (strcmp(sums->of[i].currency, currency) == 0)
            return &sums->of[i].minor;
    return NULL;
}

static bool same_sums(const struct sums *a, const struct sums *b)
{
    if (a->n != b->n)
        return false;
    for (unsigned i = 0; i < a->n; i++) {
        const int64_t *other = sum_in(b, a->of[i].currency);
        if (!other || *other != a->of[i].minor)
            return false;
    }
    return true;
}

static bool same_figures(const struct summary *a, const struct summary *b)
{
    return a->items == b->items && same_sums(&a->sums, &b->sums);
}

static enum difference difference(const struct figures *a, const struct figures *b)
{
    bool renamed = false;
    bool negated = false;
    bool rounded = false;

    if (a->summary.items != b->summary.items)
        return same_sums(&a->summary.sums, &b->summary.sums) ? UNCOUNTED : OTHER;
    if (a->summary.items > AMOUNTS_KEPT)
        return OTHER;
    for (uint64_t i = 0; i < a->summary.items; i++) {
        const struct money *one = &a->amount[i];
        const struct money *other = &b->amount[i];
        renamed = renamed || strcmp(one->currency, other->currency) != 0;
        if (one->minor == other->minor)
            continue;
        if (one->minor == -other->minor)
            negated = true;
        else if (imaxabs(one->minor - other->minor) <= 50)
            rounded = true;
        else
            return OTHER;
    }
    if (renamed + negated + rounded != 1)
        return OTHER;
    return renamed ? RENAMED : negated ? NEGATED : ROUNDED;
}

/* Does a finding of the damaged file name what the whole one did not have? Or did one of the
 * whole file go away: its figures were wrong, and the change made them agree. */
static bool is_named(const struct figures *whole, const struct figures *damaged)
{
    if (!damaged->summary.valid || damaged->hard[FINDING_BAD_STRUCTURE])
        return true;
    for (unsigned i = 0; i < FINDING_CODE_COUNT; i++)
        if (damaged->hard[i] != whole->hard[i])
            return true;
    return false;
}

/* --- damage ------------------------------------------------------------------------------- */

struct damage {
    enum change change;
    size_t at;
    size_t n;           /* bytes doubled or lost */
    unsigned char with; /* FLIPPED: the pattern */
};

static struct span apply(struct span file, const struct damage *d, char *out)
{
    memcpy(out, file.p, d->at);
    switch (d->change) {
    case FLIPPED:
        memcpy(out, file.p, file.n);
        out[d->at] = (char)(out[d->at] ^ d->with);
        return span_of(out, file.n);
    case BYTE_DOUBLED:
    case LINE_DOUBLED:
        memcpy(out + d->at, file.p + d->at, d->n);
        memcpy(out + d->at + d->n, file.p + d->at, file.n - d->at);
        return span_of(out, file.n + d->n);
    case BYTE_LOST:
    case LINE_LOST:
        memcpy(out + d->at, file.p + d->at + d->n, file.n - d->at - d->n);
        return span_of(out, file.n - d->n);
    default: /* CUT */
        return span_of(out, d->at);
    }
}

struct trial {
    const char *path;
    struct span file;
    struct figures whole;
    struct figures seen; /* of the damaged file */
    const struct exemption *spared[sizeof(exempt) / sizeof(exempt[0])];
    unsigned spared_n;
    uint64_t tried, holes, exempted;
    char *out;
};

static struct {
    uint64_t files, tried, holes, exempted, work;
} all;

static void tell(const struct trial *t, const struct damage *d, const struct figures *seen)
{
    const struct sums *a = &t->whole.summary.sums;
    const struct sums *b = &seen->summary.sums;

    printf("  %s: %s at %zu (pattern %02x): %" PRIu64 " items %s%" PRId64 " -> %" PRIu64
           " items %s%" PRId64 ", %s, %s\n",
           t->path, change_names[d->change], d->at, d->with, t->whole.summary.items,
           a->n ? a->of[0].currency : "", a->n ? a->of[0].minor : 0, seen->summary.items,
           b->n ? b->of[0].currency : "", b->n ? b->of[0].minor : 0, seen->summary.format,
           seen->worst < 0 ? "no finding" : finding_level_name((enum finding_level)seen->worst));
}

static bool is_spared(const struct trial *t, const struct damage *d, const struct figures *seen)
{
    unsigned how = OF(difference(&t->whole, seen));

    for (unsigned i = 0; i < t->spared_n; i++) {
        const struct exemption *e = t->spared[i];
        if ((e->changes & OF(d->change)) && (e->differences & how) &&
            (!e->warned || seen->warnings > t->whole.warnings))
            return true;
    }
    return false;
}

static void try_damage(struct trial *t, const struct damage *d)
{
    struct figures *seen = &t->seen;

    read_figures(apply(t->file, d, t->out), seen);
    t->tried++;
    if (same_figures(&t->whole.summary, &seen->summary) || is_named(&t->whole, seen))
        return;
    if (is_spared(t, d, seen)) {
        t->exempted++;
        return;
    }
    if (++t->holes <= HOLES_LISTED)
        tell(t, d, seen);
}

/* --- one file ----------------------------------------------------------------------------- */

static void find_exemptions(struct trial *t)
{
    for (size_t i = 0; i < sizeof(exempt) / sizeof(exempt[0]); i++) {
        const struct exemption *e = &exempt[i];
        if (strcmp(e->format, t->whole.summary.format) != 0)
            continue;
        if (!e->without || !memmem(t->file.p, t->file.n, e->without, strlen(e->without)))
            t->spared[t->spared_n++] = e;
    }
}

/* A small generator of our own, so that a thinned run is the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static void try_bytes(struct trial *t, uint64_t most)
{
    uint64_t kinds = sizeof(patterns) + 3;
    uint64_t state = t->file.n;
    bool thin = t->file.n * kinds > most;

    for (uint64_t i = 0; i < (thin ? most : t->file.n * kinds); i++) {
        uint64_t which = thin ? next_random(&state) % (t->file.n * kinds) : i;
        size_t at = (size_t)(which / kinds);
        unsigned kind = (unsigned)(which % kinds);
        struct damage d = {FLIPPED, at, 1, 0};
        if (kind < sizeof(patterns))
            d.with = patterns[kind];
        else
            d.change = kind == sizeof(patterns)       ? CUT
                       : kind == sizeof(patterns) + 1 ? BYTE_DOUBLED
                                                      : BYTE_LOST;
        try_damage(t, &d);
    }
}

static void try_lines(struct trial *t, uint64_t most)
{
    const char *p = t->file.p;
    const char *end = p + t->file.n;

    while (p < end && most--) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((stop ? stop + 1 : end) - p);
        struct damage d = {LINE_DOUBLED, (size_t)(p - t->file.p), n, 0};
        try_damage(t, &d);
        d.change = LINE_LOST;
        try_damage(t, &d);
        p += n;
    }
}

static void try_file(const char *path, struct span file, uint64_t work)
{
    struct trial t = {.path = path, .file = file};
    uint64_t most = work / (file.n + 512); /* opening a reader costs as much as some bytes */

    t.out = malloc(2 * file.n + 1);
    assert_non_null(t.out);
    read_figures(file, &t.whole);
    find_exemptions(&t);
    try_bytes(&t, most);
    try_lines(&t, most / 2);
    if (t.holes)
        printf("%s (%s): %" PRIu64 " holes of %" PRIu64 " changes\n", path, t.whole.summary.format,
               t.holes, t.tried);
    all.files++;
    all.tried += t.tried;
    all.holes += t.holes;
    all.exempted += t.exempted;
    free(t.out);
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *where)
{
    char *bytes;
    FILE *file;

    (void)where;
    if (type != FTW_F || st->st_size == 0 || (uint64_t)st->st_size > SAMPLE_MAX)
        return 0;
    bytes = malloc((size_t)st->st_size);
    file = fopen(path, "rb");
    assert_non_null(bytes);
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, (size_t)st->st_size, file), st->st_size);
    fclose(file);
    try_file(path, span_of(bytes, (size_t)st->st_size), all.work);
    free(bytes);
    return 0;
}

static void try_tree(const char *path, uint64_t work)
{
    all.work = work;
    if (nftw(path, visit, 16, FTW_PHYS) != 0)
        fail_msg("%s cannot be read", path);
}

static void report(void)
{
    printf("%" PRIu64 " files, %" PRIu64 " changes: %" PRIu64 " holes, %" PRIu64 " exempt\n",
           all.files, all.tried, all.holes, all.exempted);
}

static void no_damage_changes_the_figures_unseen(void **state)
{
    const char *top = getenv("top_srcdir");
    char path[512];

    (void)state;
    snprintf(path, sizeof(path), "%s/tests/data", top ? top : ".");
    try_tree(path, WORK_NORMAL);
    report();
    assert_true(all.files > 40);
    assert_int_equal(all.holes, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_damage_changes_the_figures_unseen),
    };
    const char *work = getenv("SLUSS_CORRUPTION_WORK");

    if (argc == 1)
        return cmocka_run_group_tests(tests, NULL, NULL);
    for (int i = 1; i < argc; i++)
        try_tree(argv[i], work ? strtoull(work, NULL, 10) : UINT64_C(1) << 28);
    report();
    return all.holes ? 1 : 0;
}

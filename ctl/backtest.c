/* backtest.c -- slussctl backtest: a history of files through the gate in simulated time
 *
 * Each delivery of the manifest is read by the parsers, weighed by gate/ and judged by the
 * safeguards, as in the daemon; the store is a temporary one that nothing waits for. What
 * becomes of it afterwards is what the manifest says. A probe is judged inside a transaction
 * that is rolled back.
 */
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/layouts.h"
#include "ctl/backtest_html.h"
#include "ctl/commands.h"
#include "ctl/file.h"
#include "ctl/manifest.h"
#include "ctl/outcome.h"
#include "gate/assessment.h"
#include "model/error.h"
#include "model/json.h"
#include "model/likelihood.h"
#include "parsers/layout.h"

#define FINDINGS_MEMORY (8u << 20)
/* Keys compared between two looks at the clock that nobody takes: all at once. */
#define STEP 1000000
/* Deliveries that share a commit. */
#define COMMIT_EVERY 200

struct backtest {
    const struct ctl *ctl;
    struct settings *settings;
    struct manifest manifest;
    char state_dir[PATH_MAX];
    struct store *store;
    struct seen *seen;
    unsigned uncommitted;
    struct outcome outcome;
    uint64_t without;   /* checks left out */
    const char *html;   /* where the page goes, or null */
    struct html_report report;
};

/* One delivery in hand. */
struct trial {
    struct backtest *test;
    const struct manifest_line *line;
    const struct unit_settings *unit;
    struct delivery delivery;
    struct assessment *assessment;
    struct finding_list findings;
    struct opinion opinion;
};

/* --- reading ------------------------------------------------------------------------------- */

static int on_item(void *context, const struct item *item)
{
    return assessment_item(((struct trial *)context)->assessment, item);
}

static int on_finding(void *context, const struct finding *finding)
{
    return finding_list_add(&((struct trial *)context)->findings, finding);
}

/* The declared layouts that the unit's files may be of. */
static struct layouts agreed_layouts(const struct trial *t)
{
    const struct layouts *all = t->test->settings->layouts;
    uint64_t agreed = layouts_agreed(all, &t->unit->formats);
    struct layouts layouts = {0};
    for (size_t i = 0; all && i < all->n; i++)
        if (agreed >> i & 1)
            layouts.of[layouts.n++] = all->of[i];
    return layouts;
}

static int judge(struct trial *t)
{
    const struct sink sink = {.context = t, .item = on_item, .finding = on_finding};
    struct layouts layouts = agreed_layouts(t);
    const struct file_how how = {.layouts = &layouts};
    int rc = assessment_open(t->test->store, t->test->seen, &t->delivery, &t->assessment);
    if (rc == 0)
        assessment_without(t->assessment, t->test->without);
    rc = rc ? rc : file_read(t->line->path, &how, &sink, &t->delivery.summary);
    rc = rc ? rc : assessment_end(t->assessment);
    while (rc == 0 && (rc = assessment_step(t->assessment, STEP)) == 1)
        rc = 0;
    return rc ? rc
              : assessment_judge(t->assessment, &t->delivery, t->unit, t->line->at_us,
                                 &t->findings, &t->opinion, NULL);
}

/* --- what becomes of it -------------------------------------------------------------------- */

static enum delivery_state state_after(const struct trial *t)
{
    switch (t->opinion.verdict) {
    case VERDICT_ACCEPTED:
        return STATE_ACCEPTED;
    case VERDICT_HELD:
        return STATE_HELD;
    default:
        return STATE_REJECTED;
    }
}

static int store_judgement(struct trial *t)
{
    bool decided = t->opinion.verdict == VERDICT_HELD &&
                   (t->line->fate == FATE_RELEASED || t->line->fate == FATE_REJECTED);
    const struct judgement judgement = {
        .verdict = t->opinion.verdict,
        .state = state_after(t),
        .summary = &t->delivery.summary,
        /* Printed; a decision on a held one asks which checks had a hand in it. */
        .findings = decided ? &t->findings : NULL,
        .score = t->opinion.score,
        .odds = t->opinion.odds,
        .content_digest = assessment_digest(t->assessment),
        .technical = t->opinion.technical,
        .decided_us = t->line->at_us,
    };
    int rc = store_delivery_judge(t->test->store, t->delivery.row, &judgement);
    if (rc || t->opinion.verdict == VERDICT_REJECTED)
        return rc;
    return assessment_keep(t->assessment);
}

static int decide(struct trial *t, enum delivery_state to, enum entry entry)
{
    struct backtest *test = t->test;
    int rc = store_delivery_become(test->store, t->delivery.row, to, t->line->at_us);
    return rc ? rc : gate_enter(test->store, test->seen, t->delivery.row, entry);
}

static int settle(struct trial *t)
{
    struct backtest *test = t->test;
    int rc = store_judgement(t);
    if (rc)
        return rc;
    if (t->opinion.verdict == VERDICT_ACCEPTED)
        return gate_enter(test->store, test->seen, t->delivery.row, ENTRY_ACCEPTED);
    if (t->opinion.verdict != VERDICT_HELD)
        return SLUSS_OK;
    switch (t->line->fate) {
    case FATE_RELEASED:
        return decide(t, STATE_RELEASED, ENTRY_NORMAL);
    case FATE_REJECTED:
        return decide(t, STATE_REJECTED, ENTRY_REJECTED);
    default:
        return SLUSS_OK;
    }
}

static int commit(struct backtest *test)
{
    int rc = store_commit(test->store);
    test->uncommitted = 0;
    while (rc == 0 && (rc = seen_tidy(test->seen, STEP)) == 1)
        rc = 0;
    return rc;
}

/* --- telling -------------------------------------------------------------------------------- */

static void print_json(const struct trial *t)
{
    struct buf line;
    struct json j;
    char at[INSTANT_SIZE];

    buf_init(&line, 64u << 20);
    json_start(&j, &line);
    json_object_begin(&j, NULL);
    json_cstr(&j, "at", instant_format(t->line->at_us, at));
    json_cstr(&j, "unit", t->line->unit);
    json_text(&j, "file", t->delivery.file);
    json_cstr(&j, "verdict", verdict_name(t->opinion.verdict));
    json_cstr(&j, "format", t->delivery.summary.format);
    json_cstr(&j, "kind", kind_name(t->delivery.summary.kind));
    json_sums(&j, &t->delivery.summary);
    json_double(&j, "score", t->opinion.score);
    json_double(&j, "odds", t->opinion.odds);
    json_double(&j, "probability", likelihood_of_odds(t->opinion.odds));
    json_array_begin(&j, "findings");
    for (unsigned i = 0; i < t->findings.n; i++)
        json_finding(&j, &t->findings.of[i]);
    json_array_end(&j);
    json_object_end(&j);
    buf_char(&line, '\n');
    if (buf_error(&line) == SLUSS_OK)
        fwrite(line.p, 1, line.n, stdout);
    buf_free(&line);
}

/* For the page. A probe is no delivery of the unit's history. */
static int remember(const struct trial *t)
{
    const struct html_delivery delivery = {
        .at_us = t->line->at_us,
        .items = t->delivery.summary.items,
        .verdict = t->opinion.verdict,
        .entered = t->opinion.verdict == VERDICT_ACCEPTED ||
                   (t->opinion.verdict == VERDICT_HELD && t->line->fate == FATE_RELEASED),
        .unit = t->line->unit,
    };
    if (t->line->fate == FATE_PROBE)
        return SLUSS_OK;
    return html_report_add(&t->test->report, &delivery, t->delivery.file, &t->findings);
}

/* --- one delivery ---------------------------------------------------------------------------- */

static int arrive(struct trial *t)
{
    int rc = store_delivery_arrive(t->test->store, t->line->unit, t->line->name, t->line->at_us,
                                   NULL, &t->delivery);
    return rc ? rc
              : store_delivery_become(t->test->store, t->delivery.row, STATE_CHECKING,
                                      t->line->at_us);
}

static int try_delivery(struct trial *t)
{
    bool probe = t->line->fate == FATE_PROBE;
    int rc = probe || t->test->uncommitted >= COMMIT_EVERY ? commit(t->test) : SLUSS_OK;
    rc = rc ? rc : arrive(t);
    rc = rc ? rc : judge(t);
    rc = rc || probe ? rc : settle(t);
    if (probe)
        store_rollback(t->test->store);
    else
        t->test->uncommitted++;
    if (rc)
        return rc;
    outcome_add(&t->test->outcome, t->line->at_us, t->opinion.verdict, t->delivery.summary.items,
              &t->findings);
    if (t->test->html)
        rc = remember(t);
    if (t->test->ctl->json)
        print_json(t);
    return ferror(stdout) ? SLUSS_ESTOP : rc;
}

static int run_line(struct backtest *test, const struct manifest_line *line)
{
    struct trial t = {.test = test, .line = line};
    t.unit = settings_unit(test->settings, line->unit);
    if (!t.unit) {
        complain("%s: there is no unit %s in the configuration", line->path, line->unit);
        return SLUSS_ENOTFOUND;
    }
    t.findings.arena = arena_new(FINDINGS_MEMORY);
    int rc = t.findings.arena ? try_delivery(&t) : SLUSS_ENOMEM;
    if (rc && rc != SLUSS_ESTOP)
        complain("%s: %s", line->path, sluss_error_text(rc));
    assessment_close(&t.assessment);
    arena_free(&t.findings.arena);
    return rc;
}

/* --- the whole -------------------------------------------------------------------------------- */

static int open_state(struct backtest *test)
{
    const char *tmp = getenv("TMPDIR");
    struct buf error;
    int n = snprintf(test->state_dir, sizeof test->state_dir, "%s/sluss-backtest-XXXXXX",
                     tmp && tmp[0] ? tmp : "/tmp");
    if (n < 0 || (size_t)n >= sizeof test->state_dir || !mkdtemp(test->state_dir)) {
        complain("%s: %s", test->state_dir, strerror(errno));
        test->state_dir[0] = '\0';
        return SLUSS_EIO;
    }
    buf_init(&error, 4096);
    int rc = store_open(test->state_dir, &error, &test->store);
    if (rc)
        complain("%s", buf_cstr(&error));
    buf_free(&error);
    rc = rc ? rc : store_forget_durability(test->store);
    return rc ? rc : seen_open(test->store, test->state_dir, &test->seen);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void close_state(struct backtest *test)
{
    seen_close(&test->seen);
    store_close(&test->store);
    if (test->state_dir[0])
        nftw(test->state_dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static int read_inputs(struct backtest *test, const char *manifest)
{
    struct buf why;
    buf_init(&why, 1u << 20);
    int rc = conf_read(test->ctl->config, &why, &test->settings);
    rc = rc ? rc : conf_read_layouts(test->settings, &why);
    rc = rc ? rc : manifest_read(manifest, &test->manifest, &why);
    if (rc)
        complain("%s", why.n ? buf_cstr(&why) : sluss_error_text(rc));
    buf_free(&why);
    if (rc == 0) {
        setenv("TZ", test->settings->time_zone, 1);
        tzset();
    }
    return rc;
}

static int read_options(struct backtest *test, const struct arguments *arguments)
{
    const char *names = arguments_value(arguments, "without");
    struct span unknown;
    test->html = arguments_value(arguments, "html");
    if (names && checks_from_names(span_str(names), &test->without, &unknown) != SLUSS_OK) {
        complain("--without: there is no check \"%.*s\"; there are:", SPAN_FMT(unknown));
        for (size_t i = 0; checks[i]; i++)
            fprintf(stderr, "  %-15s %s\n", checks[i]->name, checks[i]->asks);
        return SLUSS_EINVAL;
    }
    return test->html ? html_report_open(&test->report) : SLUSS_OK;
}

static int write_page(const struct backtest *test)
{
    FILE *out = fopen(test->html, "w");
    if (!out) {
        complain("%s: %s", test->html, strerror(errno));
        return SLUSS_EIO;
    }
    int rc = html_report_write(&test->report, &test->outcome, out);
    if (fclose(out) != 0 || rc) {
        complain("%s: %s", test->html, rc ? sluss_error_text(rc) : strerror(errno));
        rc = rc ? rc : SLUSS_EIO;
    }
    return rc;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int command_backtest(struct ctl *ctl, const struct arguments *arguments)
{
    struct backtest test = {.ctl = ctl};
    double began = seconds_now();
    int rc = read_options(&test, arguments);
    rc = rc ? rc : read_inputs(&test, arguments->operands[0]);
    rc = rc ? rc : open_state(&test);
    for (size_t i = 0; rc == 0 && i < test.manifest.n; i++)
        rc = run_line(&test, &test.manifest.of[i]);
    close_state(&test);
    if (rc == 0)
        outcome_print(&test.outcome, seconds_now() - began, stderr);
    if (rc == 0 && test.html)
        rc = write_page(&test);
    html_report_close(&test.report);
    manifest_free(&test.manifest);
    settings_free(&test.settings);
    return rc ? EXIT_TROUBLE : EXIT_FINE;
}

/* show.c -- slussctl show: one delivery, so that a person can decide it in a minute
 *
 * From top to bottom: what it is, why it is held (the two or three gravest findings), what it
 * resembles and how likely it is to be wrong, what a release would do and the commands to type;
 * then the rest of the findings, what was measured, and what has happened.
 */
#include <string.h>

#include "ctl/online.h"
#include "ctl/when.h"
#include "model/date.h"
#include "model/error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define INDENT       12 /* of what stands beside a label */

static void heading(const struct paper *paper, const char *text)
{
    fputc('\n', paper->out);
    print_ink(paper, INK_BOLD, text);
    fputc('\n', paper->out);
}

static void line(const struct paper *paper, const char *label, struct span text)
{
    char padded[INDENT + 1];

    snprintf(padded, sizeof padded, "  %-10s", label);
    print_ink(paper, INK_DIM, padded);
    print_wrapped(paper, INDENT, INDENT, text);
}

/* --- what it is --- */

/* "42 cases", "3 invoices, 1 credit-note", or "42 items". */
static void add_items(struct buf *out, const json_t *row)
{
    json_t *types = json_object_get(row, "items_by_type");
    const char *type;
    const json_t *count;
    bool any = false;

    json_object_foreach (types, type, count) {
        char many[32];

        snprintf(many, sizeof many, "%ss", type);
        buf_str(out, any ? ", " : "");
        print_count(out, (uint64_t)json_integer_value(count), type, many);
        any = true;
    }
    if (!any)
        print_count(out, (uint64_t)row_int(row, "items"), "item", "items");
}

static void add_ago(struct buf *out, const char *rfc3339)
{
    int64_t at_us;

    if (!rfc3339 || instant_parse(span_str(rfc3339), &at_us) != SLUSS_OK)
        return;
    buf_str(out, " (");
    print_duration(out, now_us() - at_us);
    buf_str(out, " ago)");
}

static void print_sender(const struct paper *paper, const json_t *row, struct buf *text)
{
    const char *partner = row_text(row, "partner_name");
    const char *phase = row_text(row, "phase");

    buf_clear(text);
    buf_printf(text, "%s%s%s", partner ? partner : "", partner ? ", " : "",
               row_text(row, "unit"));
    if (phase && strcmp(phase, "live") != 0)
        buf_printf(text, " (phase %s)", phase);
    line(paper, "from", buf_view(text));
    buf_clear(text);
    when_local(text, row_text(row, "received_at"));
    add_ago(text, row_text(row, "received_at"));
    line(paper, "received", buf_view(text));
}

/* What somebody said would come, and this may be it. */
static void print_announcements(const struct paper *paper, const json_t *row, struct buf *text)
{
    const json_t *announcement;
    size_t i;

    json_array_foreach (json_object_get(row, "announcements"), i, announcement) {
        buf_clear(text);
        if (row_int(announcement, "items")) {
            print_count(text, (uint64_t)row_int(announcement, "items"), "item", "items");
            buf_str(text, " ");
        }
        buf_str(text, "from ");
        when_local(text, row_text(announcement, "from"));
        buf_str(text, " to ");
        when_local(text, row_text(announcement, "to"));
        buf_printf(text, ", by %s: %s (no. %lld)", row_text(announcement, "operator"),
                   row_text(announcement, "reason"),
                   (long long)row_int(announcement, "announcement"));
        line(paper, "announced", buf_view(text));
    }
}

static void print_head(const struct paper *paper, const json_t *row)
{
    const char *state = row_text(row, "state");
    struct buf text;

    buf_init(&text, 64 * 1024);
    print_ink(paper, INK_BOLD, row_text(row, "delivery"));
    fputs("  ", paper->out);
    print_ink(paper, ink_of_state(state), state);
    fputc('\n', paper->out);
    line(paper, "file", span_str(row_text(row, "file")));
    print_sender(paper, row, &text);
    buf_clear(&text);
    add_items(&text, row);
    buf_str(&text, ", ");
    row_sum(row, &text);
    line(paper, "holds", buf_view(&text));
    buf_clear(&text);
    buf_printf(&text, "%s (%s), ", row_text(row, "format"), row_text(row, "kind"));
    print_count(&text, (uint64_t)row_int(row, "size"), "byte", "bytes");
    if (row_text(row, "envelope"))
        buf_printf(&text, ", in an envelope of %s", row_text(row, "envelope"));
    if (row_text(row, "seal"))
        buf_printf(&text, ", seal %s", row_text(row, "seal"));
    if (row_true(row, "test"))
        buf_str(&text, ", says itself that it is a test");
    line(paper, "format", buf_view(&text));
    if (row_text(row, "verdict")) {
        buf_clear(&text);
        buf_printf(&text, "%s, ", row_text(row, "verdict"));
        when_local(&text, row_text(row, "decided_at"));
        line(paper, "verdict", buf_view(&text));
    }
    print_announcements(paper, row, &text);
    buf_free(&text);
}

/* --- why --- */

static void add_fact(struct buf *out, const char *key, const json_t *value)
{
    buf_printf(out, "%s%s ", out->n && out->p[out->n - 1] == ':' ? " " : ", ", key);
    if (json_is_string(value))
        buf_str(out, json_string_value(value));
    else if (json_is_integer(value))
        buf_int(out, json_integer_value(value));
    else if (json_is_object(value))
        print_money(out, row_int(value, "minor"), row_text(value, "currency"));
    else
        buf_char(out, '-');
}

static void print_evidence(const struct paper *paper, const json_t *finding)
{
    json_t *evidence = json_object_get(finding, "evidence");
    const json_t *track = json_object_get(finding, "track");
    struct buf text;
    const char *key;
    const json_t *value;

    buf_init(&text, 64 * 1024);
    buf_printf(&text, "%s:", row_text(finding, "check"));
    json_object_foreach (evidence, key, value)
        add_fact(&text, key, value);
    if (json_is_object(track))
        buf_printf(&text, "; of %lld held before, %lld wrong",
                   (long long)(row_int(track, "released") + row_int(track, "rejected")),
                   (long long)row_int(track, "rejected"));
    if (json_object_size(evidence) || json_is_object(track)) {
        fputs(" ", paper->out);
        print_wrapped(paper, 1, 4, buf_view(&text));
    }
    buf_free(&text);
}

static void print_finding(const struct paper *paper, const json_t *finding)
{
    const char *level = row_text(finding, "level");
    const char *check = row_text(finding, "check");
    struct buf text;

    buf_init(&text, 64 * 1024);
    buf_printf(&text, "%s [%s]", row_text(finding, "text"), check ? check : "");
    fputs("  ", paper->out);
    print_ink(paper, ink_of_level(level), level);
    print_wrapped(paper, 2 + (unsigned)(level ? strlen(level) : 0), INDENT, buf_view(&text));
    buf_free(&text);
}

static bool is_level(const json_t *finding, const char *name)
{
    const char *level = row_text(finding, "level");

    return level && strcmp(level, name) == 0;
}

/* The findings come the gravest first; so many of them tell why. */
#define WHY_MOST 3

static bool tells_why(const json_t *finding, size_t at)
{
    return at < WHY_MOST && !is_level(finding, "info");
}

static void print_why(const struct paper *paper, const json_t *row)
{
    const json_t *findings = json_object_get(row, "findings");
    const char *verdict = row_text(row, "verdict");
    const json_t *finding;
    char title[64];
    size_t i;

    snprintf(title, sizeof title, "Why it was %s", verdict ? verdict : "stopped");
    json_array_foreach (findings, i, finding) {
        if (!tells_why(finding, i))
            break;
        if (i == 0)
            heading(paper, verdict && strcmp(verdict, "accepted") != 0 ? title : "What is unusual");
        print_finding(paper, finding);
    }
}

static bool is_nearest(const json_t *finding)
{
    const char *check = row_text(finding, "check");

    return check && strcmp(check, "nearest") == 0;
}

static void print_estimate(const struct paper *paper, const json_t *row)
{
    const json_t *findings = json_object_get(row, "findings");
    const char *likelihood = row_text(row, "likelihood");
    const char *verdict = row_text(row, "verdict");
    const json_t *finding;
    size_t i;

    if (!verdict || strcmp(verdict, "held") != 0)
        return;
    json_array_foreach (findings, i, finding)
        if (is_nearest(finding))
            line(paper, "resembles", span_str(row_text(finding, "text")));
    if (likelihood)
        line(paper, "estimate", span_str(likelihood));
}

/* The rest of them, and the figures behind those above. */
static void print_findings(const struct paper *paper, const json_t *row)
{
    const json_t *findings = json_object_get(row, "findings");
    const char *verdict = row_text(row, "verdict");
    bool held = verdict && strcmp(verdict, "held") == 0, any = false;
    const json_t *finding;
    size_t i;

    json_array_foreach (findings, i, finding) {
        if (tells_why(finding, i) || (held && is_nearest(finding)))
            continue;
        if (!any)
            heading(paper, "Also noticed");
        any = true;
        print_finding(paper, finding);
    }
    json_array_foreach (findings, i, finding) {
        if (!tells_why(finding, i))
            break;
        if (i == 0)
            heading(paper, "What was measured");
        print_evidence(paper, finding);
    }
}

/* --- what a release would do --- */

static void add_recipients(struct buf *out, const json_t *recipients)
{
    const json_t *recipient;
    size_t i;

    json_array_foreach (recipients, i, recipient)
        buf_printf(out, "%s%s", i ? ", " : "", json_string_value(recipient));
}

static void bullet(const struct paper *paper, const struct buf *text)
{
    fputs("  -", paper->out);
    print_wrapped(paper, 3, 4, buf_view(text));
}

static void print_release(const struct paper *paper, const json_t *row)
{
    const json_t *release = json_object_get(row, "release");
    int64_t cool_off_s = row_int(release, "cool_off_s");
    int64_t missing = row_int(release, "approvals_needed") - row_int(release, "approvals_given");
    const json_t *recipients = json_object_get(release, "receipts_to");
    struct buf text;

    if (!json_is_object(release))
        return;
    buf_init(&text, 64 * 1024);
    heading(paper, "A release would");
    if (missing > 1) {
        buf_printf(&text, "wait for %lld more operators to release it, and only then",
                   (long long)missing - 1);
        bullet(paper, &text);
        buf_clear(&text);
    }
    buf_str(&text, "put ");
    add_items(&text, row);
    buf_str(&text, ", ");
    row_sum(row, &text);
    buf_str(&text, " into the queue");
    if (cool_off_s) {
        buf_str(&text, " after a cooling-off of ");
        print_duration(&text, cool_off_s * SECOND_US);
    } else {
        buf_str(&text, " at once");
    }
    bullet(paper, &text);
    buf_clear(&text);
    buf_str(&text, "tell the sender so: ");
    add_recipients(&text, recipients);
    if (json_array_size(recipients))
        bullet(paper, &text);
    buf_free(&text);
}

static void print_commands(const struct paper *paper, const json_t *row)
{
    const char *id = row_text(row, "delivery");

    if (!json_is_object(json_object_get(row, "release")))
        return;
    heading(paper, "To decide");
    fprintf(paper->out, "  slussctl release %s --reason \"...\"\n", id);
    fprintf(paper->out, "  slussctl reject %s --reason \"...\"    (final)\n", id);
    fputs("  slussctl items ", paper->out);
    print_ink(paper, INK_PLAIN, row_text(row, "original"));
    fputc('\n', paper->out);
}

/* --- what has happened --- */

static void print_receipts(const struct paper *paper, const json_t *row)
{
    static const struct column columns[] = {{"  TO", false},   {"SAYS", false}, {"STATE", false},
                                            {"DUE", false},    {"SENT", false}, {"ATTEMPTS", true},
                                            {"LAST ERROR", false}};
    const json_t *receipts = json_object_get(row, "receipts");
    struct table *table;
    const json_t *receipt;
    size_t i;

    if (!json_array_size(receipts))
        return;
    heading(paper, "Receipts");
    table = table_new(paper, columns, COUNT(columns));
    if (!table)
        return;
    json_array_foreach (receipts, i, receipt) {
        char to[512];

        snprintf(to, sizeof to, "  %s", row_text(receipt, "to"));
        table_text(table, to);
        cell_text(table, receipt, "verdict");
        cell_state(table, receipt, "state");
        cell_time(table, receipt, "deadline");
        cell_time(table, receipt, "sent_at");
        cell_int(table, receipt, "attempts");
        cell_text(table, receipt, "last_error");
    }
    table_end(&table);
}

static void print_history(const struct paper *paper, const json_t *row)
{
    const json_t *history = json_object_get(row, "history");
    const json_t *event;
    size_t i;

    if (json_array_size(history))
        heading(paper, "What has happened");
    json_array_foreach (history, i, event) {
        const json_t *detail = json_object_get(event, "detail");
        const char *reason = row_text(detail, "reason");
        const char *verdict = row_text(detail, "verdict");
        struct buf text;

        buf_init(&text, 64 * 1024);
        when_local(&text, row_text(event, "at"));
        buf_printf(&text, " %s", row_text(event, "event"));
        if (verdict)
            buf_printf(&text, " %s", verdict);
        buf_printf(&text, ", by %s", row_text(event, "actor"));
        if (reason)
            buf_printf(&text, ": %s", reason);
        print_wrapped(paper, 0, 2, buf_view(&text));
        buf_free(&text);
    }
}

static int print_delivery(void *context, json_t *row)
{
    const struct paper *paper = &((const struct ctl *)context)->paper;

    print_head(paper, row);
    print_why(paper, row);
    print_estimate(paper, row);
    print_release(paper, row);
    print_commands(paper, row);
    print_findings(paper, row);
    print_receipts(paper, row);
    print_history(paper, row);
    return SLUSS_OK;
}

int command_show(struct ctl *ctl, const struct arguments *arguments)
{
    struct control_request request = {.command = "show", .id = arguments->operands[0]};

    return online_ask(ctl, &request, print_delivery, ctl);
}

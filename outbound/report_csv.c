/* report_csv.c -- a report as one table for spreadsheets, see report.h */
#include <string.h>

#include "model/error.h"
#include "outbound/report.h"

/* The columns; the order of the enumeration is that of the names. */
enum column {
    ROW,
    PARTNER,
    UNIT,
    NAME,
    FROM,
    TO,
    SECONDS,
    DELIVERY,
    OUTCOME,
    DELIVERIES,
    ACCEPTED,
    HELD,
    REJECTED,
    NOT_JUDGED,
    IN_TIME,
    LATE,
    NOT_SENT,
    OPEN,
    PERCENT,
    PENALTIES,
    PENALTY,
    RELEASED,
    ONCE,
    REFUSED,
    STILL_HELD,
    RECALLED,
    ITEMS,
    CREDITS,
    ITEMS_THROUGH,
    CURRENCY,
    SUM,
    SUM_CREDITS,
    SUM_THROUGH,
    HANDLING,
    COLUMNS
};

static const char *const names[COLUMNS] = {"row",
                                           "partner",
                                           "unit",
                                           "name",
                                           "from",
                                           "to",
                                           "seconds",
                                           "delivery",
                                           "outcome",
                                           "deliveries",
                                           "accepted",
                                           "held",
                                           "rejected",
                                           "not_judged",
                                           "receipts_in_time",
                                           "receipts_late",
                                           "receipts_not_sent",
                                           "receipts_open",
                                           "in_time_percent",
                                           "penalties",
                                           "penalty",
                                           "released",
                                           "released_once",
                                           "rejected_by_person",
                                           "still_held",
                                           "recalled",
                                           "items",
                                           "credits",
                                           "items_let_through",
                                           "currency",
                                           "sum",
                                           "sum_credits",
                                           "sum_let_through",
                                           "handling_mean_s"};

/* A row being filled: where each cell's text stands in `text`; n 0: empty. */
struct line {
    struct buf text;
    struct {
        size_t at, n;
    } cell[COLUMNS];
};

static void put(struct line *line, enum column column, const char *text)
{
    if (!text)
        return;
    line->cell[column].at = line->text.n;
    buf_str(&line->text, text);
    line->cell[column].n = line->text.n - line->cell[column].at;
}

static void begin(struct line *line, const char *row)
{
    buf_clear(&line->text);
    memset(line->cell, 0, sizeof line->cell);
    put(line, ROW, row);
}

static void put_count(struct line *line, enum column column, uint64_t n)
{
    line->cell[column].at = line->text.n;
    buf_printf(&line->text, "%llu", (unsigned long long)n);
    line->cell[column].n = line->text.n - line->cell[column].at;
}

/* "-1234,50": a decimal comma, and nothing between the digits. */
static void put_money(struct line *line, enum column column, int64_t minor, const char *currency)
{
    int exponent = currency_exponent(span_str(currency));
    size_t at = line->text.n;

    money_decimal(&line->text, minor, exponent < 0 ? 2 : exponent);
    for (size_t i = at; i < line->text.n; i++)
        if (line->text.p[i] == '.')
            line->text.p[i] = ',';
    line->cell[column].at = at;
    line->cell[column].n = line->text.n - at;
}

static void put_time(struct line *line, enum column column, int64_t at_us)
{
    char text[INSTANT_SIZE];

    if (at_us)
        put(line, column, instant_local(at_us, text));
}

/* Quoted where RFC 4180 asks for it (section 2, rule 6), with ';' as the comma. */
static void write_cell(struct buf *out, struct span text)
{
    if (!text.n)
        return;
    if (!memchr(text.p, '"', text.n) && !memchr(text.p, ';', text.n) &&
        !memchr(text.p, '\n', text.n) && !memchr(text.p, '\r', text.n)) {
        buf_span(out, text);
        return;
    }
    buf_char(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            buf_char(out, '"');
        buf_char(out, text.p[i]);
    }
    buf_char(out, '"');
}

static void end(const struct line *line, struct buf *out)
{
    for (int i = 0; i < COLUMNS; i++) {
        if (i)
            buf_char(out, ';');
        if (line->cell[i].n)
            write_cell(out, span_of(line->text.p + line->cell[i].at, line->cell[i].n));
    }
    buf_str(out, "\r\n");
    if (line->text.failed)
        out->failed = true;
}

static void put_answers(struct line *line, const uint64_t answers[])
{
    put_count(line, RELEASED, answers[ANSWER_RELEASED]);
    put_count(line, ONCE, answers[ANSWER_ONCE]);
    put_count(line, REFUSED, answers[ANSWER_REJECTED]);
    put_count(line, STILL_HELD, answers[ANSWER_NONE]);
}

static int64_t minor_of(const struct sums *sums, const char *currency)
{
    for (unsigned i = 0; i < sums->n; i++)
        if (strcmp(sums->of[i].currency, currency) == 0)
            return sums->of[i].minor;
    return 0;
}

static void put_sums(struct line *line, const struct measure *m, unsigned i)
{
    const char *currency = m->sums.of[i].currency;

    put(line, CURRENCY, currency);
    put_money(line, SUM, m->sums.of[i].minor, currency);
    put_money(line, SUM_CREDITS, minor_of(&m->sums_credits, currency), currency);
    put_money(line, SUM_THROUGH, minor_of(&m->sums_through, currency), currency);
}

static void put_measure(struct line *line, const struct measure *m)
{
    int share = figures_share(m);

    put_count(line, DELIVERIES, m->deliveries);
    put_count(line, ACCEPTED, m->verdicts[VERDICT_ACCEPTED]);
    put_count(line, HELD, m->verdicts[VERDICT_HELD]);
    put_count(line, REJECTED, m->verdicts[VERDICT_REJECTED]);
    put_count(line, NOT_JUDGED, m->verdicts[VERDICT_NONE]);
    put_count(line, IN_TIME, m->receipts_in_time);
    put_count(line, LATE, m->receipts_late);
    put_count(line, NOT_SENT, m->receipts_unsent);
    put_count(line, OPEN, m->receipts_open);
    if (share >= 0)
        put_money(line, PERCENT, share, "SEK"); /* hundredths, as of a krona */
    put_count(line, PENALTIES, m->penalty_occasions);
    put_money(line, PENALTY, m->penalty_minor, PENALTY_CURRENCY);
    put_answers(line, m->answers);
    put_count(line, RECALLED, m->recalled);
    put_count(line, ITEMS, m->items);
    put_count(line, CREDITS, m->credits);
    put_count(line, ITEMS_THROUGH, m->items_through);
    if (m->handled)
        put_count(line, HANDLING, (uint64_t)(figures_handling_us(m) / SECOND_US));
    if (m->sums.n == 1)
        put_sums(line, m, 0);
}

/* "heby" of "heby/ekonomi", into the column. */
static void put_partner(struct line *line, const char *unit)
{
    char partner[UNIT_KEY_MAX];
    size_t n = strcspn(unit, "/");

    memcpy(partner, unit, n);
    partner[n] = '\0';
    put(line, PARTNER, partner);
}

static void put_whose(struct line *line, const struct unit_figures *u, bool partner,
                      const struct settings *settings)
{
    if (!u)
        return;
    put_partner(line, u->key);
    if (partner)
        put(line, NAME, report_partner_name(settings, u->key));
    else
        put(line, UNIT, u->key);
}

/* A row of figures; with several currencies, each has one more of its own. */
static void write_group(const struct report *r, struct line *line, const char *row,
                        const struct unit_figures *u, struct buf *out)
{
    const struct measure *m = u ? &u->of : &r->figures.all;
    bool partner = strcmp(row, "partner") == 0;
    char name[PERIOD_SIZE];

    begin(line, row);
    put_whose(line, u, partner, r->settings);
    if (!u) {
        put(line, NAME, period_name(&r->figures.period, name));
        put_time(line, FROM, r->figures.from_us);
        put_time(line, TO, r->figures.to_us);
    }
    put_measure(line, m);
    end(line, out);
    for (unsigned i = 0; m->sums.n > 1 && i < m->sums.n; i++) {
        begin(line, "currency");
        put_whose(line, u, partner, r->settings);
        put_count(line, ITEMS, m->sums.of[i].count);
        put_sums(line, m, i);
        end(line, out);
    }
}

static void write_series(const struct figures *f, struct line *line, struct buf *out)
{
    char day[DATE_SIZE];

    for (unsigned i = 0; i < f->check_count; i++) {
        begin(line, "check");
        put(line, NAME, f->checks[i].name);
        put_count(line, HELD, f->checks[i].held);
        put_answers(line, f->checks[i].answers);
        end(line, out);
    }
    for (int state = STATE_CHECKING; state < STATE_COUNT; state++) {
        begin(line, "state");
        put(line, NAME, state_name((enum delivery_state)state));
        put_count(line, DELIVERIES, f->states[state]);
        end(line, out);
    }
    for (int i = 0; i < f->day_count; i++) {
        begin(line, "day");
        put(line, NAME, date_format(date_from_days(date_to_days(f->period.first) + i), day));
        put_count(line, DELIVERIES, f->days[i].deliveries);
        put_count(line, HELD, f->days[i].held);
        put_count(line, LATE, f->days[i].late);
        end(line, out);
    }
}

static void write_wait(const struct long_wait *w, bool receipt, struct line *line, struct buf *out)
{
    begin(line, receipt ? "receipt" : "hold");
    put_partner(line, w->unit);
    put(line, UNIT, w->unit);
    put(line, DELIVERY, w->id);
    put_time(line, FROM, w->from_us);
    put_time(line, TO, w->to_us);
    put_count(line, SECONDS, w->took_us > 0 ? (uint64_t)(w->took_us / SECOND_US) : 0);
    put(line, OUTCOME, receipt ? verdict_name(w->verdict) : answer_name(w->answer));
    if (receipt) {
        put_count(line, PENALTIES, w->penalty.occasions);
        put_money(line, PENALTY, w->penalty.amount_minor, PENALTY_CURRENCY);
    }
    end(line, out);
}

int report_csv(const struct report *r, struct buf *out)
{
    const struct figures *f = &r->figures;
    struct line line;

    buf_init(&line.text, 64 * 1024);
    for (int i = 0; i < COLUMNS; i++)
        buf_printf(out, "%s%s", i ? ";" : "", names[i]);
    buf_str(out, "\r\n");
    write_group(r, &line, "report", NULL, out);
    for (size_t i = 0; i < f->partner_count; i++)
        write_group(r, &line, "partner", &f->partners[i], out);
    for (size_t i = 0; i < f->unit_count; i++)
        write_group(r, &line, "unit", &f->units[i], out);
    write_series(f, &line, out);
    for (unsigned i = 0; i < f->worst.n; i++)
        write_wait(&f->worst.of[i], true, &line, out);
    for (unsigned i = 0; i < f->holds.n; i++)
        write_wait(&f->holds.of[i], false, &line, out);
    buf_free(&line.text);
    return buf_error(out);
}

/* report_html.c -- a report as a page that can be forwarded as it is, see report.h */
#include <string.h>

#include "model/error.h"
#include "model/html.h"
#include "outbound/report.h"

/* Of the slowest receipts the late ones, so many at most, and a few in any case. */
#define WORST_MOST   20
#define WORST_LEAST  5
#define HOLDS_SHOWN  10
#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

/* What every section is given. */
struct view {
    const struct report *r;
    const struct figures *f;
    struct buf *out;
};

static const char *say(const struct view *v, const char *en, const char *sv)
{
    return report_say(v->r, en, sv);
}

static void heading(const struct view *v, const char *en, const char *sv)
{
    html_element(v->out, "h2", say(v, en, sv));
}

static void cell_percent(const struct view *v, int share)
{
    html_cell(v->out, true);
    report_put_percent(v->out, share);
}

static void cell_money(const struct view *v, int64_t minor)
{
    html_cell(v->out, true);
    money_people(v->out, minor, PENALTY_CURRENCY);
}

static void cell_sums(const struct view *v, const struct sums *sums)
{
    html_cell(v->out, true);
    report_put_sums(v->out, sums, "\n");
}

static void cell_duration(const struct view *v, int64_t us)
{
    html_cell(v->out, true);
    html_duration(v->out, us);
}

/* To the minute; where it has not happened, what is said instead. */
static void cell_time(const struct view *v, int64_t at_us, const char *not_yet)
{
    char text[INSTANT_SIZE];

    html_cell(v->out, false);
    if (at_us) {
        instant_local(at_us, text);
        text[16] = '\0';
        html_text(v->out, text);
    } else {
        html_text(v->out, not_yet);
    }
}

static void table_begin(const struct view *v, const char *class, const char *const (*names)[2],
                        unsigned n)
{
    const char *said[16];

    for (unsigned i = 0; i < n && i < COUNT(said); i++)
        said[i] = say(v, names[i][0], names[i][1]);
    buf_printf(v->out, "<table class=\"%s\">\n", class);
    html_headings(v->out, said, n);
}

static void table_end(const struct view *v)
{
    buf_str(v->out, "</table>\n");
}

/* --- the head -------------------------------------------------------------------------------- */

static const char *kind_of_share(int share)
{
    return share < 0 ? NULL : share == 10000 ? "good" : share >= 9900 ? "care" : "bad";
}

static void tile_count(const struct view *v, const char *class, uint64_t n, const char *what)
{
    struct buf text;

    buf_init(&text, 64);
    html_count(&text, n);
    html_tile(v->out, class, buf_cstr(&text), what);
    buf_free(&text);
}

static void tiles(const struct view *v)
{
    const struct measure *m = &v->f->all;
    struct buf text;

    buf_init(&text, 4096);
    buf_str(v->out, "<div class=\"tiles\">\n");
    tile_count(v, NULL, m->deliveries, say(v, "deliveries", "leveranser"));
    report_put_percent(&text, figures_share(m));
    html_tile(v->out, kind_of_share(figures_share(m)), buf_cstr(&text),
              say(v, "receipts in time", "kvittenser i tid"));
    buf_clear(&text);
    money_people(&text, m->penalty_minor, PENALTY_CURRENCY);
    html_tile(v->out, m->penalty_minor ? "bad" : "good", buf_cstr(&text),
              say(v, "penalties", "viten"));
    tile_count(v, NULL, m->items, say(v, "cases received", "mottagna ärenden"));
    buf_clear(&text);
    report_put_sums(&text, &m->sums, "\n");
    html_tile(v->out, NULL, buf_cstr(&text), say(v, "capital received", "mottaget kapital"));
    tile_count(v, m->answers[ANSWER_NONE] ? "care" : NULL, m->verdicts[VERDICT_HELD],
               say(v, "held for a person", "kvarhållna för granskning"));
    buf_str(v->out, "</div>\n");
    buf_free(&text);
}

static void head(const struct view *v)
{
    char from[INSTANT_SIZE], last[DATE_SIZE], when[INSTANT_SIZE];
    struct date end = date_from_days(date_to_days(v->f->period.next) - 1);
    struct buf title;

    buf_init(&title, 8192);
    report_title(v->r, &title);
    html_begin(v->out, v->r->language, buf_cstr(&title));
    html_element(v->out, "h1", buf_cstr(&title));
    buf_free(&title);
    instant_local(v->f->as_of_us, when);
    when[16] = '\0';
    buf_str(v->out, "<p class=\"note\">");
    report_printf(v->r, v->out, "%s to %s, as known at %s (%s).",
                  "%s till %s, enligt läget %s (%s).", date_format(v->f->period.first, from),
                  date_format(end, last), when, v->r->settings->time_zone);
    if (v->f->as_of_us < v->f->to_us)
        html_text(v->out, say(v, " The period has not ended yet.", " Perioden pågår än."));
    buf_str(v->out, "</p>\n");
    tiles(v);
}

/* --- receipts -------------------------------------------------------------------------------- */

static void put_terms(const struct view *v, const struct penalty_terms *terms)
{
    struct buf *out = v->out;

    buf_str(out, say(v, "A receipt is due within ", "En kvittens ska gå inom "));
    html_duration(out, terms->receipt_us);
    buf_str(out, say(v, " of the file's arrival.", " från filens ankomst."));
    for (unsigned i = 0; i < terms->n; i++) {
        const struct penalty_level *level = &terms->of[i];

        if (level->times == 0 || level->amount_minor == 0)
            continue;
        buf_str(out, say(v, " One that takes longer than ", " Om det tar mer än "));
        html_duration(out, level->after_us);
        buf_str(out, say(v, " costs ", " blir vitet "));
        money_people(out, level->amount_minor, PENALTY_CURRENCY);
        if (level->every_us > 0 && level->times > 1) {
            buf_str(out, say(v, ", and as much again for each further ",
                             ", och lika mycket till för varje ytterligare "));
            html_duration(out, level->every_us);
            report_printf(v->r, out, ", %u times at most", ", högst %u gånger", level->times);
        }
        buf_char(out, '.');
    }
    if (terms->from == PENALTY_FROM_LIMIT)
        buf_str(out, say(v, " These times are counted from the end of the first one.",
                         " Tiderna räknas från den första fristens slut."));
}

static const char *verdict_words(const struct view *v, enum verdict verdict)
{
    static const char *const words[VERDICT_COUNT][2] = {
        [VERDICT_NONE] = {"not judged", "ej prövad"},
        [VERDICT_ACCEPTED] = {"accepted", "godkänd"},
        [VERDICT_HELD] = {"held", "kvarhållen"},
        [VERDICT_REJECTED] = {"rejected", "avvisad"}};

    return say(v, words[verdict][0], words[verdict][1]);
}

static void worst_row(const struct view *v, const struct long_wait *w)
{
    buf_str(v->out, "<tr><td class=\"id\">");
    html_text(v->out, w->id);
    html_cell_words(v->out, w->unit);
    html_cell_words(v->out, verdict_words(v, w->verdict));
    cell_time(v, w->from_us, "");
    cell_time(v, w->to_us, say(v, "not sent", "inte sänd"));
    cell_duration(v, w->took_us);
    cell_money(v, w->penalty.amount_minor);
    buf_str(v->out, "</tr>\n");
}

static void worst(const struct view *v)
{
    static const char *const names[][2] = {{"Delivery", "Leverans"}, {"Unit", "Enhet"},
                                           {"Verdict", "Besked"},    {"Received", "Mottagen"},
                                           {"Receipt", "Kvittens"},  {">Took", ">Tog"},
                                           {">Penalty", ">Vite"}};
    uint64_t late = figures_late(&v->f->all);
    unsigned shown = late < WORST_LEAST  ? WORST_LEAST
                     : late < WORST_MOST ? (unsigned)late
                                         : WORST_MOST;

    if (v->f->worst.n == 0)
        return;
    html_element(v->out, "h3", say(v, "The slowest receipts", "De långsammaste kvittenserna"));
    table_begin(v, "wide", names, COUNT(names));
    for (unsigned i = 0; i < v->f->worst.n && i < shown; i++)
        worst_row(v, &v->f->worst.of[i]);
    table_end(v);
    if (late > shown) {
        buf_str(v->out, "<p class=\"note\">");
        report_printf(v->r, v->out, "%llu further late ones are in the table (CSV).",
                      "Ytterligare %llu sena finns i tabellen (CSV).",
                      (unsigned long long)(late - shown));
        buf_str(v->out, "</p>\n");
    }
}

static void receipts(const struct view *v)
{
    const struct measure *m = &v->f->all;

    heading(v, "Receipts", "Kvittenser");
    buf_str(v->out, "<p>");
    put_terms(v, report_terms(v->r->settings, v->r->scope ? v->r->scope : ""));
    if (!v->r->scope)
        buf_str(v->out, say(v, " Partners with terms of their own are counted by those.",
                            " Partner med egna villkor räknas efter dem."));
    buf_str(v->out, "</p>\n<p>");
    html_count(v->out, m->receipts_in_time);
    buf_str(v->out, say(v, " in time, ", " i tid, "));
    html_count(v->out, m->receipts_late);
    buf_str(v->out, say(v, " sent late, ", " sena, "));
    html_count(v->out, m->receipts_unsent);
    buf_str(v->out, say(v, " not sent though late, ", " inte sända fast tiden gått ut, "));
    html_count(v->out, m->receipts_open);
    buf_str(v->out, say(v, " still within their time. ", " väntar inom tiden. "));
    if (v->f->receipts.n) {
        buf_str(v->out, say(v, "Half of them took at most ", "Hälften tog högst "));
        html_duration(v->out, v->f->receipt_median_us);
        buf_str(v->out, say(v, ", 95 of 100 at most ", ", 95 av 100 högst "));
        html_duration(v->out, v->f->receipt_p95_us);
        buf_str(v->out, say(v, ", the slowest ", ", den långsammaste "));
        html_duration(v->out, v->f->receipt_worst_us);
        buf_char(v->out, '.');
    }
    buf_str(v->out, "</p>\n");
    report_draw_days(v->r, v->out);
    html_element(v->out, "h3",
                 say(v, "How long the receipts took", "Hur lång tid kvittenserna tog"));
    report_draw_times(v->r, v->out);
    worst(v);
}

/* --- penalties -------------------------------------------------------------------------------- */

static void penalty_row(const struct view *v, const char *class, const char *name,
                        const struct measure *m)
{
    buf_printf(v->out, "<tr class=\"%s\">", class);
    html_cell_words(v->out, name);
    html_cell_count(v->out, m->deliveries);
    html_cell_count(v->out, m->receipts_in_time);
    html_cell_count(v->out, figures_late(m));
    cell_percent(v, figures_share(m));
    html_cell_count(v->out, m->penalty_occasions);
    cell_money(v, m->penalty_minor);
    buf_str(v->out, "</tr>\n");
}

static void penalties(const struct view *v)
{
    static const char *const names[][2] = {{"Partner", "Partner"}, {">Deliveries", ">Leveranser"},
                                           {">In time", ">I tid"}, {">Late", ">Sena"},
                                           {">Share", ">Andel"},   {">Penalties", ">Viten"},
                                           {">Amount", ">Belopp"}};

    heading(v, "Service level and penalties by partner", "Servicenivå och viten per partner");
    table_begin(v, "", names, COUNT(names));
    for (size_t i = 0; i < v->f->partner_count; i++)
        penalty_row(v, "", report_partner_name(v->r->settings, v->f->partners[i].key),
                    &v->f->partners[i].of);
    if (v->f->partner_count > 1)
        penalty_row(v, "sum", say(v, "Together", "Tillsammans"), &v->f->all);
    table_end(v);
}

/* --- holds ------------------------------------------------------------------------------------ */

static const char *answer_words(const struct view *v, enum report_answer answer)
{
    static const char *const words[][2] = {
        [ANSWER_NONE] = {"still held", "väntar"},
        [ANSWER_RELEASED] = {"released as normal", "godkänd som vanlig"},
        [ANSWER_ONCE] = {"released once", "godkänd för en gång"},
        [ANSWER_REJECTED] = {"rejected", "avvisad"}};

    return say(v, words[answer][0], words[answer][1]);
}

static void answer_times(const struct view *v)
{
    buf_str(v->out, "<p>");
    if (v->f->answers.n) {
        buf_str(v->out, say(v, "People answered after ", "Besked gavs efter "));
        html_duration(v->out, v->f->answer_median_us);
        buf_str(v->out, say(v, " (median), at the latest after ", " (median), som senast efter "));
        html_duration(v->out, v->f->answer_worst_us);
        buf_str(v->out, ". ");
    }
    if (v->f->all.answers[ANSWER_NONE]) {
        buf_str(v->out,
                say(v, "The longest still held has waited ", "Den som väntat längst har väntat "));
        html_duration(v->out, v->f->open_worst_us);
        buf_char(v->out, '.');
    }
    buf_str(v->out, "</p>\n");
}

static void checks(const struct view *v)
{
    static const char *const names[][2] = {
        {"Check", "Kontroll"},      {">Held", ">Kvarhöll"},        {">Alone", ">Ensam"},
        {">False", ">Felaktigt"},   {">Once", ">En gång"},         {">Rejected", ">Avvisade"},
        {">Still held", ">Väntar"}, {">False share", ">Andel fel"}};

    html_element(v->out, "h3", say(v, "False holds a check", "Felaktiga stopp per kontroll"));
    table_begin(v, "", names, COUNT(names));
    for (unsigned i = 0; i < v->f->check_count; i++) {
        const struct check_figures *c = &v->f->checks[i];
        uint64_t answered = c->held - c->answers[ANSWER_NONE];

        buf_str(v->out, "<tr>");
        html_cell_words(v->out, c->name);
        html_cell_count(v->out, c->held);
        html_cell_count(v->out, c->alone);
        html_cell_count(v->out, c->answers[ANSWER_RELEASED]);
        html_cell_count(v->out, c->answers[ANSWER_ONCE]);
        html_cell_count(v->out, c->answers[ANSWER_REJECTED]);
        html_cell_count(v->out, c->answers[ANSWER_NONE]);
        cell_percent(v, answered ? (int)(c->answers[ANSWER_RELEASED] * 10000 / answered) : -1);
        buf_str(v->out, "</tr>\n");
    }
    table_end(v);
}

static void long_holds(const struct view *v)
{
    static const char *const names[][2] = {{"Delivery", "Leverans"}, {"Unit", "Enhet"},
                                           {"Held", "Kvarhållen"},   {"Answered", "Besked"},
                                           {">Took", ">Tog"},        {"Outcome", "Utfall"}};

    html_element(v->out, "h3",
                 say(v, "The longest waits for a person", "De längsta väntetiderna på granskning"));
    table_begin(v, "wide", names, COUNT(names));
    for (unsigned i = 0; i < v->f->holds.n && i < HOLDS_SHOWN; i++) {
        const struct long_wait *w = &v->f->holds.of[i];

        buf_str(v->out, "<tr><td class=\"id\">");
        html_text(v->out, w->id);
        html_cell_words(v->out, w->unit);
        cell_time(v, w->from_us, "");
        cell_time(v, w->to_us, "–");
        cell_duration(v, w->took_us);
        html_cell_words(v->out, answer_words(v, w->answer));
        buf_str(v->out, "</tr>\n");
    }
    table_end(v);
}

static void holds(const struct view *v)
{
    const uint64_t *answers = v->f->all.answers;
    const struct bar_part parts[] = {
        {"care", answer_words(v, ANSWER_RELEASED), answers[ANSWER_RELEASED]},
        {"plain", answer_words(v, ANSWER_ONCE), answers[ANSWER_ONCE]},
        {"good", answer_words(v, ANSWER_REJECTED), answers[ANSWER_REJECTED]},
        {"faint", answer_words(v, ANSWER_NONE), answers[ANSWER_NONE]}};

    heading(v, "Held deliveries", "Kvarhållna leveranser");
    if (v->f->all.verdicts[VERDICT_HELD] == 0) {
        html_element(v->out, "p", say(v, "None was held.", "Ingen hölls kvar."));
        return;
    }
    answer_times(v);
    report_draw_parts(say(v, "What became of them", "Vad det blev av dem"), parts, COUNT(parts),
                      v->out);
    checks(v);
    long_holds(v);
}

/* --- units ------------------------------------------------------------------------------------ */

static void unit_row(const struct view *v, const char *class, const char *name,
                     const struct measure *m)
{
    buf_printf(v->out, "<tr class=\"%s\">", class);
    html_cell_words(v->out, name);
    html_cell_count(v->out, m->deliveries);
    html_cell_count(v->out, m->verdicts[VERDICT_HELD]);
    html_cell_count(v->out, m->verdicts[VERDICT_REJECTED]);
    cell_percent(v, figures_share(m));
    html_cell_count(v->out, m->items);
    cell_sums(v, &m->sums);
    cell_sums(v, &m->sums_through);
    buf_str(v->out, "</tr>\n");
}

/* They stand in the sums; how many, and how much, is said beside. */
static void credits(const struct view *v)
{
    const struct measure *m = &v->f->all;

    if (m->credits == 0)
        return;
    buf_str(v->out,
            say(v, "<p class=\"note\">Of the cases, ", "<p class=\"note\">Av ärendena är "));
    html_count(v->out, m->credits);
    buf_str(v->out, say(v, " are credits, ", " krediter, "));
    report_put_sums(v->out, &m->sums_credits, " + ");
    buf_str(v->out,
            say(v, ", which the capital includes.</p>\n", ", som ingår i kapitalet.</p>\n"));
}

static void units(const struct view *v)
{
    static const char *const names[][2] = {
        {"Unit", "Enhet"},        {">Deliveries", ">Leveranser"},
        {">Held", ">Kvarhållna"}, {">Rejected", ">Avvisade"},
        {">In time", ">I tid"},   {">Cases", ">Ärenden"},
        {">Capital", ">Kapital"}, {">Capital let through", ">Genomsläppt kapital"}};

    heading(v, "Deliveries, cases and capital a unit", "Leveranser, ärenden och kapital per enhet");
    table_begin(v, "wide", names, COUNT(names));
    for (size_t i = 0; i < v->f->unit_count; i++)
        unit_row(v, "", v->f->units[i].key, &v->f->units[i].of);
    if (v->f->unit_count > 1)
        unit_row(v, "sum", say(v, "Together", "Tillsammans"), &v->f->all);
    table_end(v);
    credits(v);
}

static void states(const struct view *v)
{
    static const char *const names[][2] = {{"State", "Läge"}, {">Deliveries", ">Leveranser"}};

    heading(v, "Handling", "Handläggning");
    if (v->f->all.handled) {
        buf_str(v->out, say(v, "<p>From arrival to the last word it took ",
                            "<p>Från ankomst till slutligt besked tog det "));
        html_duration(v->out, figures_handling_us(&v->f->all));
        buf_str(v->out, say(v, " on average (", " i medeltal ("));
        html_count(v->out, v->f->all.handled);
        buf_str(v->out, say(v, " deliveries).", " leveranser)."));
        buf_str(v->out, "</p>\n");
    }
    html_element(v->out, "h3", say(v, "At the period's end", "Vid periodens slut"));
    table_begin(v, "", names, COUNT(names));
    for (int state = STATE_CHECKING; state < STATE_COUNT; state++) {
        if (v->f->states[state] == 0)
            continue;
        buf_str(v->out, "<tr>");
        html_cell_words(v->out, say(v, state_name((enum delivery_state)state),
                                    state_name_sv((enum delivery_state)state)));
        html_cell_count(v->out, v->f->states[state]);
        buf_str(v->out, "</tr>\n");
    }
    table_end(v);
}

/* --- the page -----------------------------------------------------------------------------------
 */

static void rules(const struct view *v)
{
    static const char *const said[][2] = {
        {"A delivery belongs to the period in which it arrived.",
         "En leverans hör till den period då den kom in."},
        {"Its receipt is the first one, which tells whether it was accepted, held or rejected. "
         "Where a unit has several recipients it counts when the last of them had it. One not "
         "sent yet counts as of this report's time.",
         "Kvittensen är den första, som säger om filen godkändes, hölls kvar eller avvisades. Har "
         "en enhet flera mottagare räknas den när den sista har fått den. En som inte är sänd "
         "räknas per rapportens tidpunkt."},
        {"Cases are all records of a file. Capital is their net sum: credits count negative.",
         "Ärenden är alla poster i en fil. Kapital är deras nettosumma: krediter räknas negativt."},
        {"Let through: accepted or released, and not recalled.",
         "Genomsläppt: godkänd, genast eller efter granskning, och inte återkallad."},
        {"A false hold is one that a person released as normal.",
         "Ett felaktigt stopp är ett där handläggaren godkände filen som vanlig."},
        {"Handling runs from arrival to acceptance, rejection or a person's answer.",
         "Handläggningen löper från ankomst till godkännande eller avvisning, granskningen "
         "inräknad."}};

    buf_str(v->out, "<footer><ul>\n");
    for (unsigned i = 0; i < COUNT(said); i++)
        html_element(v->out, "li", say(v, said[i][0], said[i][1]));
    buf_str(v->out, "</ul></footer>\n");
}

int report_html(const struct report *r, struct buf *out)
{
    static void (*const service[])(const struct view *) = {receipts, penalties, holds, units,
                                                           states};
    static void (*const statistics[])(const struct view *) = {units, states, receipts, holds,
                                                              penalties};
    const struct view v = {r, &r->figures, out};

    head(&v);
    for (unsigned i = 0; i < COUNT(service); i++)
        (r->kind == REPORT_SLA ? service : statistics)[i](&v);
    rules(&v);
    html_end(out);
    return buf_error(out);
}

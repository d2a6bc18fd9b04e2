/* receipt_fill.c -- what stands in a receipt, row by row */
#include "outbound/receipt_fill.h"

#include <stdlib.h>
#include <string.h>

#include "model/error.h"
#include "model/likelihood.h"
#include "model/text.h"

#define SUBJECT_FILE_MAX 48 /* characters of the file name in the subject */

enum { LANGUAGE_SV = 0, LANGUAGE_EN, LANGUAGE_COUNT };

/* One and many of a kind. */
struct noun {
    const char *one;
    const char *many;
};
static const struct noun kind_nouns[LANGUAGE_COUNT][KIND_COUNT] = {
    [LANGUAGE_SV] = {[KIND_UNKNOWN] = {"post", "poster"},
                     [KIND_PAYMENTS] = {"betalning", "betalningar"},
                     [KIND_INVOICES] = {"faktura", "fakturor"},
                     [KIND_CASES] = {"ärende", "ärenden"}},
    [LANGUAGE_EN] = {[KIND_UNKNOWN] = {"item", "items"},
                     [KIND_PAYMENTS] = {"payment", "payments"},
                     [KIND_INVOICES] = {"invoice", "invoices"},
                     [KIND_CASES] = {"case", "cases"}},
};
/* Items that count negative in the sum. */
static const struct {
    enum item_type type;
    struct noun nouns[LANGUAGE_COUNT];
} negatives[] = {
    {ITEM_CREDIT_NOTE, {{"kreditnota", "kreditnotor"}, {"credit note", "credit notes"}}},
    {ITEM_DEDUCTION, {{"avdrag", "avdrag"}, {"deduction", "deductions"}}},
};
enum { NEGATIVES = sizeof negatives / sizeof *negatives };
static const char *const unknown_format[LANGUAGE_COUNT] = {
    [LANGUAGE_SV] = "okänt", [LANGUAGE_EN] = "unknown"};
/* Of both kinds in one file. */
static const struct noun negative_nouns[LANGUAGE_COUNT] = {
    [LANGUAGE_SV] = {"kreditpost", "kreditposter"},
    [LANGUAGE_EN] = {"credit", "credits"},
};

/* --- values ----------------------------------------------------------------------------- */

/* Texts of all values, one after the other. Spans into it are taken when it is complete, so
 * values remember where they begin. */
enum {
    V_DELIVERY = 0,
    V_UNIT,
    V_PARTNER,
    V_FILE,
    V_FILE_SHORT,
    V_SIZE,
    V_FORMAT,
    V_RECEIVED,
    V_ITEMS,
    V_ITEMS_WORD,
    V_SUM,
    V_CONTACT,
    V_REASON,
    V_COUNT
};
static const char *const value_names[V_COUNT] = {
    [V_DELIVERY] = "delivery",
    [V_UNIT] = "unit",
    [V_PARTNER] = "partner",
    [V_FILE] = "file",
    [V_FILE_SHORT] = "file-short",
    [V_SIZE] = "size",
    [V_FORMAT] = "format",
    [V_RECEIVED] = "received",
    [V_ITEMS] = "items",
    [V_ITEMS_WORD] = "items-word",
    [V_SUM] = "sum",
    [V_CONTACT] = "contact",
    [V_REASON] = "reason",
};

/* The filled-in data, and the memory behind it: one arena, as long as the message is made. */
struct filling {
    struct arena *arena;
    const struct receipt *receipt;
    int language;
    struct template_value values[V_COUNT];
    struct template_row parts[PART_COUNT];
    struct template_row currencies[SUMS_MAX];
    struct template_row findings[RECEIPT_FINDINGS_MAX];
    struct template_row more, nearest, likelihood, cool_off;
    struct template_block blocks[16];
    struct template_data data;
    struct buf scratch;
    bool failed;
};

static const struct template_row one_empty_row = {NULL, 0};

/* The scratch's content, kept; the scratch is empty again. */
static struct span keep(struct filling *f)
{
    struct span text = arena_copy(f->arena, buf_view(&f->scratch));

    if (buf_error(&f->scratch) || (f->scratch.n && !text.p))
        f->failed = true;
    buf_clear(&f->scratch);
    return text;
}

static struct template_row make_row(struct filling *f, size_t n,
                                    const struct template_value *values)
{
    struct template_value *copy = arena_array(f->arena, n, sizeof *copy);

    if (!copy) {
        f->failed = true;
        return one_empty_row;
    }
    memcpy(copy, values, n * sizeof *copy);
    return (struct template_row){copy, n};
}

static void add_block(struct filling *f, const char *name, const struct template_row *rows,
                      size_t n)
{
    struct template_block *block =
        (struct template_block *)(f->blocks + f->data.block_count); /* ours to write yet */

    if (n == 0)
        return;
    *block = (struct template_block){name, rows, n};
    f->data.block_count++;
}

/* "1 234 567" */
static struct span grouped(struct filling *f, uint64_t n)
{
    uint64_t group = 1;

    while (n / group >= 1000)
        group *= 1000;
    buf_printf(&f->scratch, "%u", (unsigned)(n / group));
    while (group > 1) {
        n %= group;
        group /= 1000;
        buf_printf(&f->scratch, RECEIPT_NO_BREAK_SPACE "%03u", (unsigned)(n / group));
    }
    return keep(f);
}

static const char *noun_for(const struct noun *noun, uint64_t n)
{
    return n == 1 ? noun->one : noun->many;
}

static struct span file_name(struct filling *f)
{
    text_escape(&f->scratch, f->receipt->delivery->file);
    return keep(f);
}

/* The first characters of the name, so that the subject keeps room for the rest. */
static struct span short_name(struct filling *f, struct span name)
{
    size_t n = 0;
    size_t characters = 0;

    while (n < name.n && characters <= SUBJECT_FILE_MAX) {
        n++;
        while (n < name.n && ((unsigned char)name.p[n] & 0xc0) == 0x80)
            n++;
        characters++;
    }
    if (characters <= SUBJECT_FILE_MAX)
        return name;
    do /* the last one makes room for the mark */
        n--;
    while (((unsigned char)name.p[n] & 0xc0) == 0x80);
    buf_add(&f->scratch, name.p, n);
    buf_str(&f->scratch, "…");
    return keep(f);
}

/* Of several currencies: "1 000,00 kr + 20,00 EUR". */
static struct span amount_of(struct filling *f, const struct sums *sums)
{
    for (unsigned i = 0; i < sums->n; i++) {
        if (i)
            buf_str(&f->scratch, " + ");
        money_people(&f->scratch, sums->of[i].minor, sums->of[i].currency);
    }
    if (!sums->n) /* nothing to count: a sum of nothing, in no currency */
        buf_str(&f->scratch, "0");
    return keep(f);
}

/* Telephone numbers stay in one line. */
static struct span whole_numbers(struct filling *f, const char *text)
{
    for (size_t i = 0; text[i]; i++) {
        bool inside = i && text[i] == ' ' && text[i - 1] >= '0' && text[i - 1] <= '9' &&
                      text[i + 1] >= '0' && text[i + 1] <= '9';

        buf_add(&f->scratch, inside ? RECEIPT_NO_BREAK_SPACE : text + i,
                inside ? sizeof RECEIPT_NO_BREAK_SPACE - 1 : 1);
    }
    return keep(f);
}

static void fill_values(struct filling *f)
{
    const struct receipt *r = f->receipt;
    const struct delivery *d = r->delivery;
    const struct unit_settings *unit = settings_unit(r->settings, d->unit);
    const char *contact = unit ? unit->contact : r->settings->contact;
    char received[INSTANT_SIZE];
    struct span text[V_COUNT];

    text[V_DELIVERY] = span_str(d->id);
    text[V_UNIT] = span_str(d->unit);
    text[V_PARTNER] = span_str(unit && unit->partner_name ? unit->partner_name : d->unit);
    text[V_FILE] = file_name(f);
    text[V_FILE_SHORT] = short_name(f, text[V_FILE]);
    buf_str(&f->scratch, instant_local(d->received_us, received));
    text[V_RECEIVED] = keep(f);
    text[V_ITEMS] = grouped(f, d->summary.items);
    text[V_ITEMS_WORD] =
        span_str(noun_for(&kind_nouns[f->language][d->summary.kind], d->summary.items));
    text[V_SUM] = amount_of(f, &d->summary.sums);
    text[V_SIZE] = grouped(f, d->summary.size);
    text[V_FORMAT] =
        span_str(strcmp(d->summary.format, "unknown") == 0 ? unknown_format[f->language]
                                                           : d->summary.format);
    text[V_CONTACT] = whole_numbers(f, contact ? contact : r->settings->smtp.from);
    text_escape(&f->scratch, span_trim(span_str(r->row->detail)));
    text[V_REASON] = keep(f);
    for (int i = 0; i < V_COUNT; i++)
        f->values[i] = (struct template_value){value_names[i], text[i]};
    f->data.top = (struct template_row){f->values, V_COUNT};
}

/* --- blocks ----------------------------------------------------------------------------- */

/* A rejection that carries a reason is an operator's, and follows an earlier receipt. */
static const char *verdict_block(const struct outbox_mail *row)
{
    static const char *const names[] = {"accepted", "held", "released", "recalled"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(row->verdict, names[i]) == 0)
            return names[i];
    return row->detail && row->detail[0] ? "rejected-later" : "rejected";
}

static const struct noun *noun_of_credits(const struct filling *f)
{
    const uint64_t *by_type = f->receipt->delivery->summary.items_by_type;
    const struct noun *found = NULL;

    for (int i = 0; i < NEGATIVES; i++) {
        if (!by_type[negatives[i].type])
            continue;
        if (found)
            return &negative_nouns[f->language];
        found = &negatives[i].nouns[f->language];
    }
    return found ? found : &negative_nouns[f->language];
}

/* Credits count in the sum, fees and interest stand beside it; each with how many items. */
static void fill_parts(struct filling *f)
{
    const struct summary *summary = &f->receipt->delivery->summary;

    for (int part = 0; part < PART_COUNT; part++) {
        const struct sums *sums = &summary->parts[part];
        struct span amount, word;
        uint64_t count = 0;

        for (unsigned i = 0; i < sums->n; i++)
            count += sums->of[i].count;
        if (!count)
            continue;
        amount = amount_of(f, sums);
        word = span_str(part == PART_CREDITS
                            ? noun_for(noun_of_credits(f), count)
                            : noun_for(&kind_nouns[f->language][summary->kind], count));
        f->parts[part] =
            make_row(f, 3,
                     (struct template_value[]){
                         {"count", grouped(f, count)}, {"word", word}, {"amount", amount}});
        add_block(f, sum_part_name((enum sum_part)part), &f->parts[part], 1);
    }
}

static void fill_currencies(struct filling *f)
{
    const struct sums *sums = &f->receipt->delivery->summary.sums;

    if (sums->n < 2)
        return;
    for (unsigned i = 0; i < sums->n; i++) {
        struct span amount;

        money_people(&f->scratch, sums->of[i].minor, sums->of[i].currency);
        amount = keep(f);
        f->currencies[i] =
            make_row(f, 3,
                     (struct template_value[]){{"currency", span_str(sums->of[i].currency)},
                                               {"amount", amount},
                                               {"count", grouped(f, sums->of[i].count)}});
    }
    add_block(f, "currencies", f->currencies, sums->n);
}

/* The level from which findings are reasons: those that decided alone, else all that weighed. */
static enum finding_level reasons_from(const struct receipt *r)
{
    enum finding_level highest = LEVEL_INFO;

    for (size_t i = 0; i < r->reason_count; i++)
        if (r->reasons[i].level > highest)
            highest = r->reasons[i].level;
    return highest >= LEVEL_HOLD ? LEVEL_HOLD : LEVEL_WARN;
}

/* A held delivery is explained: the gravest few, then what it resembles and how likely it is to
 * be wrong, then what a release would set in motion. The further ones come last. */
static void fill_explanation(struct filling *f, size_t shown)
{
    const struct receipt *r = f->receipt;
    const char *language = f->language == LANGUAGE_SV ? "sv" : "en";
    const struct unit_settings *unit = settings_unit(r->settings, r->delivery->unit);
    int64_t minutes = unit ? unit->cool_off_us / (60 * SECOND_US) : 0;

    add_block(f, "why", f->findings, shown < RECEIPT_WHY ? shown : RECEIPT_WHY);
    for (size_t i = 0; i < r->reason_count && !f->nearest.value_count; i++)
        if (r->reasons[i].check && strcmp(r->reasons[i].check, "nearest") == 0)
            f->nearest =
                make_row(f, 1, (struct template_value[]){{"text", span_str(r->reasons[i].text)}});
    add_block(f, "nearest", &f->nearest, f->nearest.value_count > 0);
    if (r->delivery->weighed) {
        likelihood_say(&f->scratch, likelihood_of_odds(r->delivery->odds), language);
        f->likelihood = make_row(f, 1, (struct template_value[]){{"text", keep(f)}});
        add_block(f, "likelihood", &f->likelihood, 1);
    }
    if (minutes > 0) {
        f->cool_off =
            make_row(f, 1, (struct template_value[]){{"minutes", grouped(f, (uint64_t)minutes)}});
        add_block(f, "cool-off", &f->cool_off, 1);
    }
}

static void fill_reasons(struct filling *f, bool held)
{
    const struct receipt *r = f->receipt;
    enum finding_level from = held ? LEVEL_WARN : reasons_from(r);
    size_t shown = 0, above;
    uint64_t hidden = 0;

    for (int level = LEVEL_COUNT - 1; level >= (int)from; level--) {
        for (size_t i = 0; i < r->reason_count; i++) {
            if ((int)r->reasons[i].level != level)
                continue;
            if (shown == RECEIPT_FINDINGS_MAX) {
                hidden++;
                continue;
            }
            f->findings[shown++] =
                make_row(f, 1, (struct template_value[]){{"text", span_str(r->reasons[i].text)}});
        }
    }
    if (held)
        fill_explanation(f, shown);
    above = !held ? 0 : shown < RECEIPT_WHY ? shown : RECEIPT_WHY;
    if (shown == above)
        return;
    add_block(f, "reasons", &one_empty_row, 1);
    add_block(f, "findings", f->findings + above, shown - above);
    if (hidden) {
        f->more = make_row(f, 1, (struct template_value[]){{"count", grouped(f, hidden)}});
        add_block(f, "more", &f->more, 1);
    }
}

static void fill_blocks(struct filling *f)
{
    const struct receipt *r = f->receipt;
    const struct summary *summary = &r->delivery->summary;
    const char *verdict = verdict_block(r->row);
    bool counted = summary->items || summary->kind != KIND_UNKNOWN;

    add_block(f, verdict, &one_empty_row, 1);
    add_block(f, counted ? "counted" : "unread", &one_empty_row, 1);
    fill_parts(f);
    fill_currencies(f);
    if (strncmp(verdict, "rejected", 8) == 0 || strcmp(verdict, "held") == 0)
        fill_reasons(f, strcmp(verdict, "held") == 0);
    f->data.blocks = f->blocks;
}

int receipt_fill(const struct receipt *receipt, struct arena *arena,
                 const struct template_data **out)
{
    struct filling *f = arena_array(arena, 1, sizeof *f);

    *out = NULL;
    if (!f)
        return SLUSS_ENOMEM;
    *f = (struct filling){.arena = arena, .receipt = receipt};
    f->language = strcmp(receipt_language(receipt->settings, receipt->delivery->unit), "sv") == 0
                      ? LANGUAGE_SV
                      : LANGUAGE_EN;
    buf_init(&f->scratch, MAIL_TEXT_MAX);
    fill_values(f);
    fill_blocks(f);
    buf_free(&f->scratch);
    *out = &f->data;
    return f->failed ? SLUSS_ENOMEM : 0;
}

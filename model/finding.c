/* finding.c -- findings, their sentences, and lists of them */
#include "model/finding.h"

#include <assert.h>
#include <string.h>

#include "model/delivery.h"
#include "model/error.h"
#include "model/money.h"
#include "model/phrase.h"
#include "model/text.h"

const struct finding_kind finding_kinds[FINDING_CODE_COUNT] = {
#define FINDING(code, check, level, weight, en, sv)                                                \
    [FINDING_##code] = {#code, check, LEVEL_##level, weight, en, sv},
#include "model/finding_kinds.def"
#undef FINDING
};

static const char *const levels[LEVEL_COUNT] = {
    [LEVEL_INFO] = "info",
    [LEVEL_WARN] = "warn",
    [LEVEL_HOLD] = "hold",
    [LEVEL_REJECT] = "reject",
};

struct finding finding_make(enum finding_code code, uint64_t record)
{
    assert((unsigned)code < FINDING_CODE_COUNT);
    return (struct finding){
        .code = code,
        .level = finding_kinds[code].level,
        .weight = finding_kinds[code].weight,
        .record = record,
    };
}

static struct fact *add_fact(struct finding *f, const char *key, enum fact_kind kind)
{
    struct fact *fact;

    assert(f->fact_count < FACTS_MAX);
    assert(strlen(key) <= FACT_KEY_MAX);
    fact = &f->facts[f->fact_count++];
    *fact = (struct fact){.key = span_str(key), .kind = kind};
    return fact;
}

void finding_int(struct finding *f, const char *key, int64_t n)
{
    add_fact(f, key, FACT_INT)->n = n;
}

void finding_text(struct finding *f, const char *key, struct span text)
{
    if (text.n > FACT_TEXT_MAX) {
        size_t n = FACT_TEXT_MAX;

        /* Back to the first byte of the character that does not fit; of text that is no
         * UTF-8 never more than a character's length. */
        while (n > FACT_TEXT_MAX - 3 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
            n--;
        text.n = n;
    }
    add_fact(f, key, FACT_TEXT)->text = text;
}

void finding_money(struct finding *f, const char *key, int64_t minor, const char *currency)
{
    struct fact *fact = add_fact(f, key, FACT_MONEY);

    fact->n = minor;
    if (currency)
        memcpy(fact->currency, currency, strnlen(currency, sizeof fact->currency - 1));
}

void finding_date(struct finding *f, const char *key, struct date date)
{
    add_fact(f, key, FACT_DATE)->date = date;
}

void finding_instant(struct finding *f, const char *key, int64_t at_us)
{
    add_fact(f, key, FACT_INSTANT)->n = at_us;
}

const char *finding_check(const struct finding *f)
{
    return finding_kinds[f->code].check;
}

const char *finding_level_name(enum finding_level level)
{
    return (unsigned)level < LEVEL_COUNT ? levels[level] : "unknown";
}

int finding_level_from_name(struct span name)
{
    for (int i = 0; i < LEVEL_COUNT; i++)
        if (span_eq_str(name, levels[i]))
            return i;
    return -1;
}

/* States and phrases are ours and have a Swedish side; all else is as it came. */
static void write_swedish(struct buf *out, const struct fact *fact)
{
    int state = span_eq_str(fact->key, "state") ? state_from_name(fact->text) : -1;
    struct span text = fact->text;
    struct span number = span_of("", 0);

    if (state >= 0)
        text = span_str(state_name_sv((enum delivery_state)state));
    else if (phrase_may_be(fact->key))
        text = phrase_sv(fact->text, &number);
    text_show(out, text);
    text_show(out, number);
}

static void write_fact(struct buf *out, const struct fact *fact, bool swedish)
{
    char text[INSTANT_SIZE];

    switch (fact->kind) {
    case FACT_INT:
        buf_int(out, fact->n);
        break;
    case FACT_TEXT:
        if (swedish)
            write_swedish(out, fact);
        else
            text_show(out, fact->text);
        break;
    case FACT_MONEY:
        money_people(out, fact->n, fact->currency);
        break;
    case FACT_DATE:
        buf_str(out, date_format(fact->date, text));
        break;
    case FACT_INSTANT:
        buf_str(out, instant_local(fact->n, text));
        break;
    case FACT_KIND_COUNT:
        break;
    }
}

/* One {name} of a sentence. A finding about the whole file has no record to name. */
static void write_named(struct buf *out, const struct finding *f, struct span name, bool swedish)
{
    for (unsigned i = 0; i < f->fact_count; i++) {
        if (span_eq(f->facts[i].key, name)) {
            write_fact(out, &f->facts[i], swedish);
            return;
        }
    }
    if (!span_eq_str(name, "record"))
        buf_char(out, '?');
    else if (f->record == 0)
        buf_char(out, '-');
    else
        buf_printf(out, "%llu", (unsigned long long)f->record);
}

int finding_sentence(const struct finding *f, const char *language, struct buf *out)
{
    const struct finding_kind *kind = &finding_kinds[f->code];
    bool swedish = language && strcmp(language, "sv") == 0;
    const char *at = swedish ? kind->sv : kind->en;

    for (;;) {
        size_t plain = strcspn(at, "{");
        size_t name;

        buf_add(out, at, plain);
        at += plain;
        if (!*at)
            break;
        name = strcspn(++at, "}");
        write_named(out, f, span_of(at, name), swedish);
        at += name;
        at += *at == '}';
    }
    return buf_error(out);
}

/* May it be kept, too? */
static bool wanted(const struct finding_list *list, const struct finding *f)
{
    if (list->n < FINDINGS_MAX)
        return true;
    if (f->level < LEVEL_WARN)
        return false;
    for (unsigned i = 0; i < list->n; i++)
        if (list->of[i].level == f->level &&
            strcmp(finding_check(&list->of[i]), finding_check(f)) == 0)
            return false;
    return true;
}

static int make_room(struct finding_list *list)
{
    unsigned room = list->room ? list->room * 2 : 8;
    struct finding *of;

    if (list->n < list->room)
        return SLUSS_OK;
    of = arena_array(list->arena, room, sizeof *of);
    if (!of)
        return SLUSS_ENOMEM;
    if (list->n)
        memcpy(of, list->of, list->n * sizeof *of);
    list->of = of;
    list->room = room;
    return SLUSS_OK;
}

/* A copy of the span in the arena; false on lack of memory. */
static bool own(struct arena *arena, struct span *text)
{
    struct span copy = arena_copy(arena, *text);

    if (text->p && !copy.p)
        return false;
    *text = copy;
    return true;
}

int finding_list_add(struct finding_list *list, const struct finding *f)
{
    struct finding copy = *f;

    if (!wanted(list, f))
        return SLUSS_OK;
    for (unsigned i = 0; i < copy.fact_count; i++)
        if (!own(list->arena, &copy.facts[i].key) || !own(list->arena, &copy.facts[i].text))
            return SLUSS_ENOMEM;
    if (make_room(list) != SLUSS_OK)
        return SLUSS_ENOMEM;
    list->of[list->n++] = copy;
    return SLUSS_OK;
}

static bool graver(const struct finding *a, const struct finding *b)
{
    return a->level != b->level ? a->level > b->level : a->weight > b->weight;
}

/* By insertion: few, stable, and mostly in order. */
void finding_list_sort(struct finding_list *list)
{
    for (unsigned i = 1; i < list->n; i++) {
        struct finding f = list->of[i];
        unsigned at = i;

        for (; at > 0 && graver(&f, &list->of[at - 1]); at--)
            list->of[at] = list->of[at - 1];
        list->of[at] = f;
    }
}

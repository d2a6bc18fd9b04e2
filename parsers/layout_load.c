/* layout_load.c -- a layout is proved by its own sample before anybody uses it */
#include "model/error.h"
#include "parsers/layout_reader.h"

struct proof {
    uint64_t items;
    struct sums sums;
    bool overflow;
    struct buf *errors;
    unsigned said;
};

static int count_item(void *context, const struct item *item)
{
    struct proof *proof = context;

    proof->items++;
    if (sums_add(&proof->sums, item->currency, item->amount_minor) < 0)
        proof->overflow = true;
    return 0;
}

/* The sample is invented, so what is wrong with it may be said. */
static int note_finding(void *context, const struct finding *f)
{
    struct proof *proof = context;

    if (f->level < LEVEL_HOLD || f->code == FINDING_TEST_MARK || proof->said++ >= 10)
        return 0;
    (void)buf_printf(proof->errors, "sample line %llu: ", (unsigned long long)f->record);
    (void)finding_sentence(f, "en", proof->errors);
    (void)buf_char(proof->errors, '\n');
    return 0;
}

static int read_sample(const struct layout *l, struct proof *proof)
{
    const struct sink sink = {.context = proof, .item = count_item, .finding = note_finding};
    struct parser_facts facts;
    struct parser *parser = NULL;
    struct buf bytes;
    size_t lost = 0;
    int rc;

    buf_init(&bytes, 4 * LAYOUT_TEXT_MAX);
    rc = charset_encode(&bytes, l->charset, l->sample, &lost);
    if (lost && proof->said++ < 10)
        (void)buf_printf(proof->errors, "the sample has letters that %s has not; replace them\n",
                         charset_name(l->charset));
    rc = rc ? rc : layout_begin(l, &sink, &parser);
    rc = rc ? rc : layout_push(parser, buf_view(&bytes));
    rc = rc ? rc : layout_finish(parser, &facts);
    layout_close(&parser);
    buf_free(&bytes);
    return rc;
}

static void compare(const struct layout *l, struct proof *proof)
{
    int64_t minor = proof->sums.n ? proof->sums.of[0].minor : 0;
    bool other = proof->sums.n > 1 || (proof->sums.n == 1 &&
                                       strcmp(proof->sums.of[0].currency, l->sample_currency) != 0);

    if (proof->items != l->sample_count) {
        proof->said++;
        (void)buf_printf(proof->errors,
                         "the sample gives %llu items where %llu are declared; mend the layout, "
                         "the sample or its count\n",
                         (unsigned long long)proof->items, (unsigned long long)l->sample_count);
    }
    if (proof->overflow || other || minor != l->sample_minor) {
        proof->said++;
        (void)buf_str(proof->errors, "the sample's sum is ");
        (void)money_decimal(
            proof->errors, minor,
            proof->sums.n ? currency_exponent(span_of(proof->sums.of[0].currency, 3)) : 2);
        (void)buf_printf(proof->errors,
                         " %s%s, not what is declared; mend the layout, the sample "
                         "or its sum\n",
                         proof->sums.n ? proof->sums.of[0].currency : l->sample_currency,
                         proof->sums.n > 1 ? " and more in other currencies" : "");
    }
}

static int prove(const struct layout *l, struct buf *errors)
{
    struct proof proof = {.errors = errors};
    int rc = read_sample(l, &proof);

    if (rc < 0)
        return rc;
    compare(l, &proof);
    return proof.said ? SLUSS_EINVAL : 0;
}

int layout_load(struct arena *arena, struct span text, struct buf *errors, struct buf *warnings,
                const struct layout **out)
{
    const struct layout *layout = NULL;
    int rc = layout_parse(arena, text, errors, &layout);

    if (rc == 0)
        rc = prove(layout, errors);
    if (rc < 0)
        return rc;
    if (warnings && !layout->tests)
        (void)buf_printf(warnings,
                         "%s has no field that can say test: a test file of it is only told by "
                         "what it holds\n",
                         layout->format.name);
    *out = layout;
    return 0;
}

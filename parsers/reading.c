#include "parsers/reading.h"

#include <sodium.h>
#include <stdlib.h>

#include "model/error.h"
#include "parsers/incoming.h"
#include "parsers/layout_reader.h"
#include "parsers/letters.h"
#include "parsers/names.h"
#include "parsers/origin.h"
#include "parsers/recognize.h"
#include "parsers/sbdh.h"
#include "parsers/sealed.h"

/* Pieces in which bytes are hashed and then parsed, so that the parser finds them in the
 * processor's cache. */
#define PIECE ((size_t)128 * 1024)

/* A date outside these years exists, but not in business: an error of conversion. */
#define YEAR_LEAST 1990
#define YEAR_MOST  2100

#define HASH_ALIGN 64 /* libsodium's demand on its state */

struct reading {
    crypto_generichash_state hash;
    struct sink sink;  /* the caller's */
    struct sink inner; /* what the parser sees */
    const struct format *format;
    const struct layouts *layouts;
    const struct line_watch *watch;
    const struct format *driver; /* whose functions read: the format's, or its envelope's */
    const struct letters_policy *letters; /* of the format; null: it has none */
    struct parser *parser;
    struct sealed *sealed; /* null: it is not */
    struct seal_keys keys;
    struct summary summary;
    struct incoming incoming;
    struct names names;
    char *head; /* the first bytes, until the format is known */
    size_t head_n;
    bool started;  /* the format was decided */
    bool stopped;  /* nothing is parsed any more: unknown, or a ceiling was passed */
    bool nameless; /* unknown or ambiguous */
    bool sum_broken;
    uint64_t odd_dates; /* items with a date that no business has */
    uint64_t odd_date_at;
    struct origin_reader origin;
    bool has_serial; /* a declared layout's first serial number */
    int64_t serial;
};

/* Only the layout knows where its serial number stands. */
static void keep_serial(struct reading *r, const struct finding *f)
{
    for (unsigned i = 0; i < f->fact_count && !r->has_serial; i++)
        if (span_eq_str(f->facts[i].key, "serial")) {
            r->has_serial = true;
            r->serial = f->facts[i].n;
        }
}

static int on_finding(void *context, const struct finding *f)
{
    struct reading *r = context;

    if (f->level == LEVEL_REJECT)
        r->summary.valid = false;
    if (f->code == FINDING_TEST_MARK || f->code == FINDING_TEST_SEAL)
        r->summary.test = true;
    if (f->code == FINDING_FILE_SERIAL)
        keep_serial(r, f);
    return sink_finding(&r->sink, f);
}

static int limit(struct reading *r, uint64_t record, const char *what, int64_t most)
{
    struct finding f = finding_make(FINDING_LIMIT_REACHED, record);

    finding_text(&f, "limit", span_str(what));
    finding_int(&f, "most", most);
    return on_finding(r, &f);
}

/* What stands beside the capital, and what takes from it. */
static int add_parts(struct reading *r, const struct item *item)
{
    const int64_t minor[PART_COUNT] = {
        [PART_CREDITS] = item->type == ITEM_CREDIT_NOTE || item->type == ITEM_DEDUCTION
                             ? item->amount_minor
                             : 0,
        [PART_FEES] = item->fee_minor,
        [PART_INTEREST] = item->interest_minor,
    };
    int failed = 0;

    for (int part = 0; part < PART_COUNT && failed == 0; part++)
        if (minor[part])
            failed = sums_add(&r->summary.parts[part], item->currency, minor[part]);
    return failed;
}

static int add_to_sum(struct reading *r, const struct item *item)
{
    int failed = sums_add(&r->summary.sums, item->currency, item->amount_minor);

    if (failed == 0)
        failed = add_parts(r, item);
    if (failed == 0 || r->sum_broken)
        return 0;
    r->sum_broken = true;
    if (failed == SLUSS_ELIMIT)
        return limit(r, item->record, "number of currencies", SUMS_MAX);
    return limit(r, item->record, "sum of money in minor units", INT64_MAX);
}

static bool year_odd(struct date d)
{
    return date_present(d) && (d.year < YEAR_LEAST || d.year > YEAR_MOST);
}

static void count_odd_dates(struct reading *r, const struct item *item)
{
    if ((year_odd(item->issue_date) || year_odd(item->due_date)) && !r->odd_dates++)
        r->odd_date_at = item->record;
}

static int say_odd_dates(struct reading *r)
{
    struct finding f = finding_make(FINDING_DATES_ODD, r->odd_date_at);

    if (!r->odd_dates)
        return 0;
    finding_int(&f, "count", (int64_t)r->odd_dates);
    finding_int(&f, "least", YEAR_LEAST);
    finding_int(&f, "most", YEAR_MOST);
    return on_finding(r, &f);
}

/* What every format's items are told by, added here once: who the counterparty is, and whether
 * the reference proves itself. */
static int hand_on(struct reading *r, const struct item *item)
{
    struct item known = *item;

    known.counterparty_kind = party_classify(item->counterparty_id);
    known.reference_state = reference_classify(item->reference);
    r->summary.counterparties[known.counterparty_kind]++;
    r->summary.references[known.reference_state]++;
    count_odd_dates(r, item);
    return sink_item(&r->sink, &known);
}

static int on_item(void *context, const struct item *item)
{
    struct reading *r = context;
    int failed;

    if (r->summary.items == ITEMS_MAX) {
        if (r->stopped)
            return 0;
        r->stopped = true;
        return limit(r, item->record, "number of items", (int64_t)ITEMS_MAX);
    }
    r->summary.items++;
    r->summary.items_by_type[item->type]++;
    failed = add_to_sum(r, item);
    item = names_look(&r->names, r->letters && r->letters->reads_7, item);
    return failed < 0 ? failed : hand_on(r, item);
}

static int on_detail(void *context, const struct item *payment)
{
    struct reading *r = context;
    struct item known = *payment;

    known.counterparty_kind = party_classify(payment->counterparty_id);
    known.reference_state = reference_classify(payment->reference);
    return r->sink.detail(r->sink.context, &known);
}

static int on_particular(void *context, const struct particular *particular)
{
    struct reading *r = context;

    return r->sink.particular(r->sink.context, particular);
}

int reading_open(const struct format *format, const struct sink *sink, struct reading **out)
{
    size_t size = (sizeof(struct reading) + HASH_ALIGN - 1) / HASH_ALIGN * HASH_ALIGN;
    struct reading *r = aligned_alloc(HASH_ALIGN, size);

    if (!r)
        return SLUSS_ENOMEM;
    memset(r, 0, size);
    r->sink = *sink;
    r->inner = (struct sink){.context = r, .item = on_item, .finding = on_finding};
    if (sink->detail)
        r->inner.detail = on_detail;
    if (sink->particular)
        r->inner.particular = on_particular;
    r->format = format;
    r->summary.valid = true;
    incoming_init(&r->incoming);
    crypto_generichash_init(&r->hash, NULL, 0, sizeof(r->summary.blake2b));
    *out = r;
    return 0;
}

void reading_seal(struct reading *r, const struct seal_keys *keys)
{
    r->keys = *keys;
}

void reading_use_layouts(struct reading *r, const struct layouts *layouts)
{
    r->layouts = layouts;
}

void reading_watch_lines(struct reading *r, const struct line_watch *watch)
{
    r->watch = watch;
}

static int say_ambiguous(struct reading *r, const struct recognition *found)
{
    struct finding f = finding_make(FINDING_AMBIGUOUS_FORMAT, 0);

    finding_text(&f, "first", span_str(found->first->name));
    finding_text(&f, "second", span_str(found->rival->name));
    return on_finding(r, &f);
}

static int say_unknown(struct reading *r, const struct recognition *found)
{
    struct finding f = finding_make(FINDING_UNKNOWN_FORMAT, 0);

    finding_text(&f, "reason", span_str(found->reason));
    return on_finding(r, &f);
}

/* What the format's parser is to see. */
static int parse_content(void *context, struct span bytes)
{
    struct reading *r = context;

    return r->stopped ? 0 : r->driver->push(r->parser, bytes);
}

/* What the file came as, where the format has another form: XML says it itself, by what is
 * declared (xml_encoding.h). */
static int say_unicode(struct reading *r, const char *form)
{
    struct finding f = finding_make(FINDING_ENCODING_CONVERTED, 0);

    if (r->letters->rule == LETTERS_XML || (r->letters->mark && r->incoming.form == UNICODE_UTF8))
        return 0;
    finding_text(&f, "expected", span_str(letters_expected(r->letters->rule)));
    finding_text(&f, "actual", span_str(form));
    return on_finding(r, &f);
}

/* Open the parser that the format, or the layout that declares it, stands for. */
static int open_parser(struct reading *r)
{
    const struct format *format = r->format;
    int failed;

    r->driver = format;
    if (!format->layout)
        return format->begin(&r->inner, &r->parser);
    failed = layout_begin(format->layout, &r->inner, &r->parser);
    if (failed == 0 && r->watch)
        layout_watch(r->parser, r->watch);
    return failed;
}

/* Tell the parser what the file came as. */
static int tell_unicode(struct reading *r)
{
    const char *form = incoming_form(&r->incoming);

    if (!form || !r->driver)
        return 0;
    if (r->driver->unicode)
        r->driver->unicode(r->parser, form);
    return r->letters ? say_unicode(r, form) : 0;
}

/* Begin with the content's format, or with the envelope around it. */
static int open_content(struct reading *r, const struct recognition *found)
{
    r->format = found->format;
    r->nameless = !found->format;
    if (found->wrapper && !found->rival) {
        r->driver = &format_sbdh;
        return sbdh_begin(found->format, found->reason, &r->inner, &r->parser);
    }
    if (!found->format) {
        r->stopped = true;
        return found->rival ? say_ambiguous(r, found) : say_unknown(r, found);
    }
    return open_parser(r);
}

/* Decide the format by the file's first bytes and open its parser. */
static int start(struct reading *r, struct span head, bool whole)
{
    struct recognition found = {.format = r->format};
    struct span seal = SPAN_NONE;
    int failed = 0;

    r->started = true;
    if (sealed_begins(head, whole, &seal))
        failed = sealed_open(head, seal, &r->keys, &r->inner, parse_content, r, &r->sealed);
    if (failed < 0)
        return failed;
    if (r->format)
        found.wrapper = recognize_wrapper(r->format, head);
    else
        found = recognize_with(r->layouts, head, whole);
    failed = open_content(r, &found);
    if (failed == 0)
        r->letters = r->format ? letters_policy(r->format->name) : NULL;
    return failed == 0 ? tell_unicode(r) : failed;
}

static int parse(struct reading *r, struct span bytes)
{
    return r->sealed ? sealed_push(r->sealed, bytes) : parse_content(r, bytes);
}

/* Start with the head that was kept, and give it to the parser. */
static int start_with_head(struct reading *r, bool whole)
{
    struct span head = span_of(r->head, r->head_n);
    int failed = start(r, head, whole);

    if (failed == 0 && head.n)
        failed = parse(r, head);
    free(r->head);
    r->head = NULL;
    return failed;
}

/* Keep bytes until there are HEAD_MAX of them; what is left of *bytes is for the parser. */
static int collect_head(struct reading *r, struct span *bytes)
{
    size_t n = HEAD_MAX - r->head_n;

    if (r->head_n == 0 && bytes->n >= HEAD_MAX)
        return start(r, span_of(bytes->p, HEAD_MAX), false);
    if (!r->head && !(r->head = malloc(HEAD_MAX)))
        return SLUSS_ENOMEM;
    if (n > bytes->n)
        n = bytes->n;
    memcpy(r->head + r->head_n, bytes->p, n);
    r->head_n += n;
    *bytes = span_of(bytes->p + n, bytes->n - n);
    return r->head_n == HEAD_MAX ? start_with_head(r, false) : 0;
}

static int take_text(struct reading *r, struct span text)
{
    int failed = 0;

    if (!r->started)
        failed = collect_head(r, &text);
    return failed == 0 && r->started && text.n ? parse(r, text) : failed;
}

int reading_push(struct reading *r, struct span bytes)
{
    struct span text;
    int got = 0;

    while (got >= 0 && bytes.n) {
        struct span piece = span_of(bytes.p, bytes.n < PIECE ? bytes.n : PIECE);
        bytes = span_of(bytes.p + piece.n, bytes.n - piece.n);
        r->summary.size += piece.n;
        crypto_generichash_update(&r->hash, (const unsigned char *)piece.p, piece.n);
        origin_push(&r->origin, piece);
        while ((got = incoming_next(&r->incoming, &piece, &text)) > 0)
            if ((got = take_text(r, text)) < 0)
                break;
    }
    return got < 0 ? got : 0;
}

/* Halves of characters in UTF-16. */
static int say_broken(struct reading *r)
{
    struct finding f = finding_make(FINDING_CHARACTERS_BROKEN, 0);

    if (!r->incoming.utf16.broken)
        return 0;
    finding_text(&f, "actual", SPAN_LIT("UTF-16"));
    finding_int(&f, "count", (int64_t)r->incoming.utf16.broken);
    return on_finding(r, &f);
}

static int finish_parser(struct reading *r, struct parser_facts *facts)
{
    struct span text;
    int failed = incoming_last(&r->incoming, &text);

    if (failed > 0)
        failed = take_text(r, text);
    if (failed == 0 && !r->started)
        failed = start_with_head(r, true);
    if (failed == 0 && r->sealed)
        failed = sealed_finish(r->sealed, &r->summary.seal);
    if (failed == 0 && !r->stopped)
        failed = r->driver->finish(r->parser, facts);
    if (failed == 0)
        failed = say_broken(r);
    return failed == 0 ? names_say(&r->names, &r->inner) : failed;
}

static int say_empty(struct reading *r, enum finding_code code)
{
    struct finding f = finding_make(code, 0);

    return on_finding(r, &f);
}

static void name_format(struct reading *r)
{
    const char *name = r->format ? r->format->name : "unknown";
    size_t n = strlen(name);

    if (n >= sizeof(r->summary.format))
        n = sizeof(r->summary.format) - 1;
    memcpy(r->summary.format, name, n);
    r->summary.format[n] = 0;
    r->summary.kind = r->format ? r->format->kind : KIND_UNKNOWN;
}

int reading_finish(struct reading *r, struct summary *summary)
{
    struct parser_facts facts = {0};
    int failed = 0;

    if (r->summary.size == 0)
        failed = say_empty(r, FINDING_EMPTY_FILE);
    else
        failed = finish_parser(r, &facts);
    if (failed < 0)
        return failed;
    if (r->summary.size && !r->nameless && r->summary.items == 0 && !facts.states_zero)
        failed = say_empty(r, FINDING_NO_ITEMS);
    if (failed == 0)
        failed = say_odd_dates(r);
    if (failed < 0)
        return failed;
    name_format(r);
    r->summary.test = r->summary.test || facts.test;
    r->summary.states_zero = facts.states_zero;
    r->summary.envelope = facts.envelope;
    origin_finish(&r->origin, r->summary.format, &r->summary.origin);
    if (r->has_serial)
        r->summary.origin.sequence = r->serial;
    crypto_generichash_final(&r->hash, r->summary.blake2b, sizeof(r->summary.blake2b));
    *summary = r->summary;
    return 0;
}

void reading_close(struct reading **reading)
{
    struct reading *r = *reading;

    if (!r)
        return;
    if (r->parser)
        r->driver->close(&r->parser);
    sealed_close(&r->sealed);
    sodium_memzero(&r->keys, sizeof r->keys);
    incoming_free(&r->incoming);
    free(r->head);
    free(r);
    *reading = NULL;
}

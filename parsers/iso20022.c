/* iso20022.c -- what the messages of ISO 20022 share */
#include "parsers/iso20022.h"

#include <stdlib.h>

#include "model/error.h"
#include "model/ident.h"
#include "model/text.h"

/* --- which message ----------------------------------------------------------------------- */

bool iso_is_message(struct span head, const char *message)
{
    struct xml_sniff look = xml_sniff(head);
    if (look.look != XML_LOOK_ROOT || !span_eq_str(look.local, "Document") || !look.ns.n)
        return false;
    const char *at = memmem(look.ns.p, look.ns.n, message, strlen(message));
    /* A word of its own in the namespace: behind ':' or '/', a version of digits follows. */
    if (!at || at == look.ns.p || (at[-1] != ':' && at[-1] != '/'))
        return false;
    at += strlen(message);
    return (size_t)(look.ns.p + look.ns.n - at) >= 6 && span_all_digits(span_of(at, 3));
}

enum ending iso_ending(struct span head, struct span tail)
{
    if (xml_sniff(head).look != XML_LOOK_ROOT)
        return ENDING_CUT;
    return xml_ends_with(tail, "Document") ? ENDING_WHOLE : ENDING_CUT;
}

/* --- texts ------------------------------------------------------------------------------- */

int iso_keep(struct tally *tally, struct iso_text *to, struct span text, const char *field,
             uint64_t record)
{
    text = span_trim(text);
    if (to->n || !text.n)
        return 0;
    struct span kept = utf8_cut(text, ITEM_TEXT_MAX);
    memcpy(to->p, kept.p, kept.n);
    to->n = (uint16_t)kept.n;
    return kept.n < text.n ? tally_text_cut(tally, record, field) : 0;
}

void iso_pack(struct iso_text *t)
{
    uint16_t n = 0;
    for (uint16_t i = 0; i < t->n; i++)
        if (!strchr(" \t\r\n", t->p[i]))
            t->p[n++] = t->p[i];
    t->n = n;
}

/* --- numbers and days -------------------------------------------------------------------- */

void iso_amount_begin(struct iso_amount *a, const struct xml_element *e)
{
    struct span code = span_trim(xml_attribute(e, "Ccy"));
    *a = (struct iso_amount){.seen = true, .record = e->ordinal};
    if (code.n && code.n < sizeof(a->currency))
        memcpy(a->currency, code.p, code.n);
    else if (code.n)
        a->currency[0] = '?';
}

int iso_number(struct tally *tally, struct decimal *to, struct span text, const char *field,
               uint64_t record)
{
    if (decimal_parse(text, to) == 0)
        return 0;
    return tally_field(tally, FINDING_BAD_FIELD, record, field,
                       "a decimal number of at most 18 digits");
}

int iso_minor(struct tally *tally, const struct iso_amount *a, const char *field, int64_t *minor,
              bool *good)
{
    *good = false;
    if (!a->value.known)
        return 0; /* said already */
    int exponent = currency_exponent(span_str(a->currency));
    if (exponent < 0)
        return tally_field(tally, FINDING_BAD_FIELD, a->record, field, "in a currency of ISO 4217");
    bool exact;
    if (decimal_minor(a->value, exponent, minor, &exact))
        return tally_field(tally, FINDING_BAD_FIELD, a->record, field,
                           "an amount that can be counted in minor units");
    *good = true;
    if (!exact)
        return tally_field(tally, FINDING_FIELD_NOTE, a->record, field,
                           "given in whole minor units; it was rounded");
    return 0;
}

int iso_day(struct tally *tally, struct date *to, struct span text, const char *field,
            uint64_t record)
{
    text = span_trim(text);
    bool more = text.n > 10 && strchr("TZ+-", text.p[10]);
    if (date_parse_iso(more ? span_of(text.p, 10) : text, to) == 0)
        return 0;
    *to = DATE_NONE;
    return tally_field(tally, FINDING_BAD_FIELD, record, field, "a day of the form YYYY-MM-DD");
}

int iso_compare(struct tally *tally, enum finding_code code, uint64_t record, const char *what,
                struct decimal stated, struct decimal computed)
{
    char a[DECIMAL_SIZE];
    char b[DECIMAL_SIZE];
    if (!stated.known || !computed.known || decimal_equal(stated, computed))
        return 0;
    struct finding f = finding_make(code, record);
    finding_text(&f, "what", span_str(what));
    finding_text(&f, "stated", span_str(decimal_text(stated, a)));
    finding_text(&f, "computed", span_str(decimal_text(computed, b)));
    return tally_add(tally, &f);
}

/* --- references -------------------------------------------------------------------------- */

bool iso_is_reference(struct iso_text *t)
{
    char p[32];
    size_t n = 0;
    struct span text = iso_span(t);
    while (text.n && text.p[0] == ' ')
        text = span_of(text.p + 1, text.n - 1);
    /* Nearly all text shows by its first letter that it is none. */
    if (!text.n || (text.p[0] != 'R' && (text.p[0] < '0' || text.p[0] > '9')))
        return false;
    if (memchr(text.p, ' ', text.n)) {
        for (size_t i = 0; i < text.n; i++) {
            if (text.p[i] == ' ')
                continue;
            if (n == sizeof(p))
                return false;
            p[n++] = text.p[i];
        }
        text = span_of(p, n);
    }
    if (!ocr_valid(text) && !rf_valid(text))
        return false;
    iso_pack(t);
    return true;
}

void iso_remittance_clear(struct iso_remittance *r)
{
    r->reference.n = r->referred.n = r->unstructured.n = 0;
}

struct span iso_remittance_reference(struct iso_remittance *r)
{
    iso_pack(&r->reference);
    bool free_one = !r->reference.n && iso_is_reference(&r->unstructured);
    return iso_first(iso_span(&r->reference), free_one ? iso_span(&r->unstructured) : SPAN_NONE,
                     iso_span(&r->referred));
}

struct span iso_first(struct span a, struct span b, struct span c)
{
    return a.n ? a : b.n ? b : c;
}

struct span iso_provided(const struct iso_text *t)
{
    return span_eq_str(iso_span(t), "NOTPROVIDED") ? SPAN_NONE : iso_span(t);
}

/* --- what every reader does -------------------------------------------------------------- */

int iso_begin(size_t size, const struct xml_table *table, const struct iso_action *actions,
              struct xml_handler handler, const struct sink *sink, struct parser **out)
{
    struct iso_reader *r = calloc(1, size);
    struct parser *parser = (struct parser *)r;
    if (!r)
        return SLUSS_ENOMEM;
    tally_init(&r->tally, sink);
    r->sink = sink;
    r->actions = actions;
    r->handler = handler;
    r->handler.context = r;
    if (xml_open(table, &r->handler, sink, &r->xml)) {
        iso_close(&parser);
        return SLUSS_ENOMEM;
    }
    *out = parser;
    return 0;
}

void iso_unicode(struct parser *parser, const char *form)
{
    xml_unicode(((struct iso_reader *)parser)->xml, form);
}

int iso_push(struct parser *parser, struct span bytes)
{
    return xml_push(((struct iso_reader *)parser)->xml, bytes);
}

void iso_close(struct parser **parser)
{
    struct iso_reader *r = (struct iso_reader *)*parser;
    if (!r)
        return;
    xml_close(&r->xml);
    free(r);
    *parser = NULL;
}

struct xml_reader *iso_xml(const struct parser *parser)
{
    return ((const struct iso_reader *)parser)->xml;
}

static void *member(struct iso_reader *r, const struct iso_action *a)
{
    return (char *)r + a->to;
}

void iso_act_start(struct iso_reader *r, const struct xml_element *e)
{
    const struct iso_action *a = &r->actions[e->id];
    if (a->act == ISO_AMOUNT)
        iso_amount_begin(member(r, a), e);
}

int iso_act_end(struct iso_reader *r, const struct xml_element *e, struct span text)
{
    const struct iso_action *a = &r->actions[e->id];
    switch (a->act) {
    case ISO_TEXT:
        return iso_keep(&r->tally, member(r, a), text, a->field, e->ordinal);
    case ISO_AMOUNT:
        return iso_number(&r->tally, &((struct iso_amount *)member(r, a))->value, text, a->field,
                          e->ordinal);
    case ISO_NUMBER:
        return iso_number(&r->tally, member(r, a), text, a->field, e->ordinal);
    case ISO_SIGN:
        return iso_take_sign(r, member(r, a), text, e->ordinal);
    case ISO_DAY:
        return iso_day(&r->tally, member(r, a), text, a->field, e->ordinal);
    case ISO_NOTHING:
        break;
    }
    return 0;
}

int iso_take_sign(struct iso_reader *r, enum iso_sign *to, struct span text, uint64_t record)
{
    text = span_trim(text);
    *to = span_eq_str(text, "CRDT")   ? ISO_CREDIT
          : span_eq_str(text, "DBIT") ? ISO_DEBIT
                                      : ISO_NO_SIGN;
    if (*to)
        return 0;
    return tally_field(&r->tally, FINDING_BAD_FIELD, record, "CdtDbtInd", "CRDT or DBIT");
}

int iso_hand_out(struct iso_reader *r, struct item *item, const struct iso_amount *amount,
                 bool negative, const char *field)
{
    bool good;
    int rc = iso_minor(&r->tally, amount, field, &item->amount_minor, &good);
    if (rc)
        return rc;
    if (!good)
        item->amount_minor = 0;
    if (currency_exponent(span_str(amount->currency)) >= 0)
        memcpy(item->currency, amount->currency, sizeof(item->currency));
    if (negative)
        item->amount_minor = -item->amount_minor;
    return sink_item(r->sink, item);
}

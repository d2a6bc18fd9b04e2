/* iso20022.c -- what the messages of ISO 20022 share */
#include "parsers/iso20022.h"

#include "model/ident.h"

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
    bool longer = text.n > ITEM_TEXT_MAX;
    if (longer) {
        text.n = ITEM_TEXT_MAX;
        while (text.n && ((unsigned char)text.p[text.n] & 0xC0) == 0x80)
            text.n--; /* not in the middle of a character */
    }
    memcpy(to->p, text.p, text.n);
    to->n = (uint16_t)text.n;
    if (!longer)
        return 0;
    struct finding f = finding_make(FINDING_TEXT_CUT, record);
    finding_text(&f, "field", span_str(field));
    finding_int(&f, "most", ITEM_TEXT_MAX);
    return tally_add(tally, &f);
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

bool iso_creditor_reference_valid(struct span r)
{
    unsigned rest = 0;
    if (r.n < 5 || r.n > 25 || r.p[0] != 'R' || r.p[1] != 'F' ||
        !span_all_digits(span_of(r.p + 2, 2)))
        return false;
    for (size_t i = 0; i < r.n; i++) {
        /* The first four characters are counted last. */
        char c = r.p[(i + 4) % r.n];
        if (c >= '0' && c <= '9')
            rest = (rest * 10 + (unsigned)(c - '0')) % 97;
        else if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
            rest = (rest * 100 + (unsigned)((c & 0x1F) + 9)) % 97;
        else
            return false;
    }
    return rest == 1;
}

bool iso_is_reference(struct iso_text *t)
{
    char p[32];
    size_t n = 0;
    for (uint16_t i = 0; i < t->n; i++) {
        if (t->p[i] == ' ')
            continue;
        if (n == sizeof(p))
            return false;
        p[n++] = t->p[i];
    }
    struct span packed = span_of(p, n);
    if (!ocr_valid(packed) && !iso_creditor_reference_valid(packed))
        return false;
    iso_pack(t);
    return true;
}

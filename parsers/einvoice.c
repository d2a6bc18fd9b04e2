#include "parsers/einvoice.h"

#include <stdlib.h>

#include "model/error.h"
#include "model/text.h"

#define FIGURES_MAX 64 /* of one number as written */

struct span einvoice_text(const struct einvoice_text *text)
{
    return span_of(text->p, text->n);
}

struct decimal einvoice_or_zero(const struct einvoice_number *n)
{
    return n->at ? n->value : DECIMAL_ZERO;
}

/* --- keeping ----------------------------------------------------------------------------- */

static uint64_t record_of(const struct parser *p, const struct xml_element *e)
{
    return p->elements + e->ordinal;
}

static int keep_text(struct parser *p, struct einvoice_text *to, struct span text,
                     const char *field, uint64_t record)
{
    if (to->seen)
        return 0;
    text = span_trim(text);
    struct span kept = utf8_cut(text, ITEM_TEXT_MAX);
    if (kept.n)
        memcpy(to->p, kept.p, kept.n);
    to->n = (uint16_t)kept.n;
    to->seen = kept.n > 0;
    return kept.n < text.n ? tally_text_cut(&p->tally, record, field) : 0;
}

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "RF18 5390 0754 7034" is written in groups; a sentence keeps its blanks. */
static void strip_reference(struct einvoice_text *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (!is_letter_or_digit(t->p[i]) && t->p[i] != ' ')
            return;
    uint16_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->p[i] != ' ')
            t->p[n++] = t->p[i];
    t->n = n;
}

static int keep_date(struct parser *p, const struct einvoice_action *a, struct span text,
                     uint64_t record)
{
    struct einvoice_date *to = (struct einvoice_date *)((char *)p + a->member);
    bool compact = a->act == EINVOICE_DATE_8;
    size_t length = compact ? 8 : 10;
    text = span_trim(text);
    if (!text.n || to->seen)
        return 0; /* presence is judged at the end */
    to->seen = true;
    bool more = text.n > length && text.p[length] != '\0' && strchr("TZ+-", text.p[length]);
    if (more)
        text.n = length;
    if ((compact ? date_parse_compact(text, &to->value) : date_parse_iso(text, &to->value)) == 0)
        return 0;
    return tally_field(&p->tally, FINDING_BAD_FIELD, record, a->field,
                       compact ? "a date CCYYMMDD" : "a day of the form YYYY-MM-DD");
}

/* "1 234,50": groups set off by blanks, a decimal comma. Falls back on the text as it is, for
 * decimal_parse to refuse. */
static struct span plain_figures(struct span text, char to[FIGURES_MAX])
{
    size_t n = 0;
    text = span_trim(text);
    if (text.n > FIGURES_MAX)
        return text;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == ' ')
            continue;
        if (text.n - i > 1 && text.p[i] == '\xC2' && text.p[i + 1] == '\xA0') {
            i++;
            continue;
        }
        to[n++] = text.p[i] == ',' ? '.' : text.p[i];
    }
    return span_of(to, n);
}

static int parse_number(struct parser *p, struct span text, const char *field, uint64_t record,
                        struct decimal *out)
{
    char figures[FIGURES_MAX];
    if (p->format->comma)
        text = plain_figures(text, figures);
    if (decimal_parse(text, out) == 0)
        return 0;
    return tally_field(&p->tally, FINDING_BAD_FIELD, record, field,
                       "a decimal number of at most 18 digits");
}

static int act_number(struct parser *p, struct einvoice_number *to, struct span text,
                      const char *field, uint64_t record)
{
    if (to->at)
        return 0;
    to->at = record;
    memcpy(to->currency, p->currency, sizeof(to->currency));
    return parse_number(p, text, field, record, &to->value);
}

static int act_add(struct parser *p, struct decimal *sum, struct span text,
                   const struct einvoice_action *a, uint64_t record)
{
    struct decimal amount = DECIMAL_ZERO;
    int rc = parse_number(p, text, a->field, record, &amount);
    *sum = a->act == EINVOICE_TAKE ? decimal_sub(*sum, amount) : decimal_add(*sum, amount);
    return rc;
}

static int act_charge(struct parser *p, const char *field, uint64_t record)
{
    struct span indicator = einvoice_text(&p->charge.indicator);
    struct decimal amount = einvoice_or_zero(&p->charge.amount);
    struct einvoice *i = &p->invoice;
    if (span_eq_str(indicator, "true") || span_eq_str(indicator, "1"))
        i->charges_sum = decimal_add(i->charges_sum, amount);
    else if (span_eq_str(indicator, "false") || span_eq_str(indicator, "0"))
        i->allowances_sum = decimal_add(i->allowances_sum, amount);
    else
        return tally_field(&p->tally, FINDING_BAD_FIELD, record, field, "true or false");
    return 0;
}

/* --- what the reader tells --------------------------------------------------------------- */

static void read_currency(struct parser *p, const struct xml_element *e)
{
    struct span id = span_trim(xml_attribute(e, p->format->currency));
    memset(p->currency, 0, sizeof(p->currency));
    /* Anything longer than a code is kept as one that no currency has. */
    if (id.n && id.n < sizeof(p->currency))
        memcpy(p->currency, id.p, id.n);
    else if (id.n)
        memcpy(p->currency, "?", 1);
}

static int on_start(void *context, const struct xml_element *e)
{
    struct parser *p = context;
    const struct einvoice_action *a = &p->format->actions[e->id];
    if (e->depth == 1)
        p->root_row = e->row;
    switch (a->act) {
    case EINVOICE_NUMBER:
        read_currency(p, e);
        break;
    case EINVOICE_COUNT:
        ++*(uint64_t *)((char *)p + a->member);
        break;
    case EINVOICE_PARTY:
        memset(&p->party, 0, sizeof(p->party));
        break;
    case EINVOICE_CHARGE:
        memset(&p->charge, 0, sizeof(p->charge));
        break;
    default:
        break;
    }
    return p->format->start ? p->format->start(p, e) : 0;
}

static int act_on(struct parser *p, const struct einvoice_action *a, struct span text,
                  uint64_t record)
{
    void *member = (char *)p + a->member;
    int rc = 0;
    switch (a->act) {
    case EINVOICE_TEXT:
        return keep_text(p, member, text, a->field, record);
    case EINVOICE_REFERENCE:
        rc = keep_text(p, member, text, a->field, record);
        strip_reference(member);
        return rc;
    case EINVOICE_DATE:
    case EINVOICE_DATE_8:
        return keep_date(p, a, text, record);
    case EINVOICE_NUMBER:
        return act_number(p, member, text, a->field, record);
    case EINVOICE_ADD:
    case EINVOICE_TAKE:
        return act_add(p, member, text, a, record);
    case EINVOICE_PARTY:
        memcpy(member, &p->party, sizeof(p->party));
        return 0;
    case EINVOICE_CHARGE:
        return act_charge(p, a->field, record);
    case EINVOICE_NOTHING:
    case EINVOICE_COUNT:
        break;
    }
    return 0;
}

static int on_end(void *context, const struct xml_element *e, struct span text, bool cut)
{
    struct parser *p = context;
    (void)cut; /* 64 KiB are more than any member keeps; keep_text says so */
    int rc = act_on(p, &p->format->actions[e->id], text, record_of(p, e));
    if (!rc && p->format->end)
        rc = p->format->end(p, e, text);
    return rc;
}

/* --- judging ----------------------------------------------------------------------------- */

static unsigned places(const struct parser *p)
{
    int exponent = currency_exponent(einvoice_text(&p->invoice.currency));
    return exponent > 2 ? (unsigned)exponent : 2;
}

/* Only asked for where the currency is one of ISO 4217. */
static const char *currency_code(const struct parser *p)
{
    return p->invoice.currency.p; /* three letters, and zero behind them */
}

static bool both_minor(const struct parser *p, struct decimal a, struct decimal b, int64_t minor[2])
{
    int exponent = currency_exponent(einvoice_text(&p->invoice.currency));
    bool exact[2] = {false, false};
    return exponent >= 0 && !decimal_minor(a, exponent, &minor[0], &exact[0]) &&
           !decimal_minor(b, exponent, &minor[1], &exact[1]) && exact[0] && exact[1];
}

int einvoice_total(struct parser *p, const char *what, const struct einvoice_number *stated,
                   struct decimal computed)
{
    char texts[2][DECIMAL_SIZE];
    int64_t minor[2];
    if (!stated->at || !stated->value.known)
        return 0; /* not there, or said already */
    struct decimal a = decimal_round(stated->value, places(p));
    struct decimal b = decimal_round(computed, places(p));
    if (decimal_equal(a, b))
        return 0;
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, stated->at);
    finding_text(&f, "what", span_str(what));
    if (both_minor(p, stated->value, b, minor)) {
        finding_money(&f, "stated", minor[0], currency_code(p));
        finding_money(&f, "computed", minor[1], currency_code(p));
    } else {
        finding_text(&f, "stated", span_str(decimal_text(stated->value, texts[0])));
        finding_text(&f, "computed", span_str(decimal_text(b, texts[1])));
    }
    return tally_add(&p->tally, &f);
}

int einvoice_count(struct parser *p, const char *what, const struct einvoice_number *stated,
                   uint64_t computed)
{
    char text[DECIMAL_SIZE];
    if (!stated->at || !stated->value.known ||
        decimal_equal(stated->value, decimal_of((int64_t)computed, 0)))
        return 0;
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, stated->at);
    finding_text(&f, "what", span_str(what));
    finding_text(&f, "stated", span_str(decimal_text(stated->value, text)));
    finding_int(&f, "computed", (int64_t)computed);
    return tally_add(&p->tally, &f);
}

int einvoice_en16931(struct parser *p, const char *const names[6])
{
    const struct einvoice *i = &p->invoice;
    struct decimal charges = i->charge_total.at ? i->charge_total.value : i->charges_sum;
    struct decimal allowances =
        i->allowance_total.at ? i->allowance_total.value : i->allowances_sum;
    struct decimal net =
        decimal_sub(decimal_add(einvoice_or_zero(&i->line_total), charges), allowances);
    struct decimal tax = i->tax.at ? i->tax.value : i->taxes_sum;
    struct decimal gross = decimal_add(einvoice_or_zero(&i->net), tax);
    struct decimal due = decimal_sub(einvoice_or_zero(&i->gross), einvoice_or_zero(&i->prepaid));
    int rc = i->lines ? einvoice_total(p, names[0], &i->line_total, i->lines_sum) : 0;
    if (!rc)
        rc = einvoice_total(p, names[1], &i->allowance_total, i->allowances_sum);
    if (!rc)
        rc = einvoice_total(p, names[2], &i->charge_total, i->charges_sum);
    if (!rc && i->line_total.at)
        rc = einvoice_total(p, names[3], &i->net, net);
    if (!rc && i->net.at)
        rc = einvoice_total(p, names[4], &i->gross, gross);
    if (!rc && i->gross.at)
        rc = einvoice_total(p, names[5], &i->payable,
                            decimal_add(due, einvoice_or_zero(&i->rounding)));
    return rc;
}

int einvoice_presence(struct parser *p, const char *number, const char *issue_date,
                      const char *currency, const char *payable)
{
    const struct einvoice *i = &p->invoice;
    const struct {
        bool there;
        const char *field;
    } needed[] = {
        {i->number.seen, number},
        {i->issue_date.seen, issue_date},
        {i->currency.seen, currency},
        {i->payable.at != 0, payable},
    };
    int rc = 0;
    for (size_t k = 0; !rc && k < sizeof(needed) / sizeof(needed[0]); k++)
        if (!needed[k].there)
            rc = tally_field(&p->tally, FINDING_BAD_FIELD, i->record, needed[k].field, "filled in");
    return rc;
}

int einvoice_test(struct parser *p, const char *where, struct span value)
{
    p->facts.test = true;
    struct finding f = finding_make(FINDING_TEST_MARK, p->invoice.record);
    finding_text(&f, "where", span_str(where));
    finding_text(&f, "value", value);
    return tally_add(&p->tally, &f);
}

int einvoice_copy(struct parser *p, const char *what)
{
    struct finding f = finding_make(FINDING_DECLARED_COPY, p->invoice.record);
    finding_text(&f, "what", span_str(what));
    return tally_add(&p->tally, &f);
}

bool einvoice_credit_type(struct span code)
{
    static const char *const types[] = {"381", "81",  "83",  "261", "262",
                                        "296", "308", "396", "420", "532"};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (span_eq_str(code, types[i]))
            return true;
    return false;
}

/* --- the item ---------------------------------------------------------------------------- */

/* The amount due in minor units, negative for what reduces the claim. */
static int take_amount(struct parser *p, struct item *item)
{
    const struct einvoice_number *payable = &p->invoice.payable;
    struct span currency = einvoice_text(&p->invoice.currency);
    int exponent = currency_exponent(currency);
    bool exact;
    if (currency.n && exponent < 0)
        return tally_field(&p->tally, FINDING_BAD_FIELD, item->record, "currency",
                           "a currency of ISO 4217");
    if (!currency.n || !payable->at || !payable->value.known)
        return 0; /* said already */
    memcpy(item->currency, currency.p, 3);
    if (payable->currency[0] && !span_eq_str(currency, payable->currency)) {
        int rc = tally_field(&p->tally, FINDING_BAD_FIELD, payable->at, p->format->payable,
                             "in the document's currency");
        if (rc)
            return rc;
    }
    if (decimal_minor(payable->value, exponent, &item->amount_minor, &exact))
        return tally_field(&p->tally, FINDING_BAD_FIELD, payable->at, p->format->payable,
                           "an amount that can be counted in minor units");
    if (item->type == ITEM_CREDIT_NOTE)
        item->amount_minor = -item->amount_minor;
    if (!exact)
        return tally_field(&p->tally, FINDING_FIELD_NOTE, payable->at, p->format->payable,
                           "given in whole minor units; it was rounded");
    return 0;
}

static struct span first_text(const struct einvoice_text *const *of, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (of[i]->n)
            return einvoice_text(of[i]);
    return SPAN_NONE;
}
#define FIRST(...)                                                                                 \
    first_text((const struct einvoice_text *const[]){__VA_ARGS__},                                 \
               sizeof((const struct einvoice_text *const[]){__VA_ARGS__}) / sizeof(void *))

static struct item make_item(const struct einvoice *i)
{
    const struct einvoice_party *s = &i->seller;
    const struct einvoice_party *b = &i->buyer;
    return (struct item){
        .type = i->item_type,
        .record = i->record,
        .issue_date = i->issue_date.value,
        .due_date = i->due_date.value,
        .number = FIRST(&i->number),
        .reference = FIRST(&i->reference),
        .counterparty_id = FIRST(&b->legal_id, &b->id, &b->tax_id, &b->endpoint),
        .counterparty_name = FIRST(&b->legal_name, &b->name),
        .payee_account = FIRST(&i->account),
        .issuer = FIRST(&s->legal_id, &s->tax_id, &s->endpoint, &s->id, &s->name),
    };
}

/* "{{ document_id }}": a template that nobody filled in. */
static int judge_template(struct parser *p)
{
    static const char *const marks[] = {"{{", "${", "<%"};
    struct span number = einvoice_text(&p->invoice.number);
    for (size_t i = 0; number.n && i < sizeof(marks) / sizeof(marks[0]); i++)
        if (memmem(number.p, number.n, marks[i], strlen(marks[i]))) {
            struct finding f = finding_make(FINDING_TEMPLATE_LEFT, p->invoice.record);
            return tally_add(&p->tally, &f);
        }
    return 0;
}

static int hand_out(struct parser *p)
{
    struct item item = make_item(&p->invoice);
    int rc = take_amount(p, &item);
    return rc ? rc : sink_item(p->sink, &item);
}

/* --- documents --------------------------------------------------------------------------- */

static void clear_document(struct parser *p)
{
    memset(&p->invoice, 0, sizeof(p->invoice));
    p->invoice.record = p->elements + 1;
    p->invoice.lines_sum = DECIMAL_ZERO;
    p->invoice.allowances_sum = DECIMAL_ZERO;
    p->invoice.charges_sum = DECIMAL_ZERO;
    p->invoice.taxes_sum = DECIMAL_ZERO;
}

int einvoice_next_document(struct parser *p)
{
    if (p->xml)
        p->elements += xml_elements(p->xml);
    xml_close(&p->xml);
    clear_document(p);
    int rc = xml_open(p->format->table, &p->handler, p->sink, &p->xml);
    if (!rc && p->form)
        xml_unicode(p->xml, p->form);
    return rc;
}

int einvoice_end_document(struct parser *p, bool *whole)
{
    int rc = xml_finish(p->xml);
    *whole = !rc && xml_whole(p->xml);
    if (*whole)
        rc = p->format->judge(p);
    if (!rc && *whole && !p->invoice.no_claim)
        rc = judge_template(p);
    if (!rc && *whole && !p->invoice.no_claim)
        rc = hand_out(p);
    return rc;
}

/* --- the parser -------------------------------------------------------------------------- */

int einvoice_begin(const struct einvoice_format *format, const struct sink *sink,
                   struct parser **out)
{
    struct parser *p = calloc(1, sizeof(*p));
    if (!p)
        return SLUSS_ENOMEM;
    p->format = format;
    p->sink = sink;
    p->handler = (struct xml_handler){p, on_start, on_end};
    tally_init(&p->tally, sink);
    if (einvoice_next_document(p)) {
        einvoice_close(&p);
        return SLUSS_ENOMEM;
    }
    *out = p;
    return 0;
}

void einvoice_unicode(struct parser *p, const char *form)
{
    p->form = form;
    xml_unicode(p->xml, form);
}

int einvoice_push(struct parser *p, struct span bytes)
{
    return xml_push(p->xml, bytes);
}

int einvoice_finish(struct parser *p, struct parser_facts *facts)
{
    bool whole;
    int rc = einvoice_end_document(p, &whole);
    if (!rc)
        rc = tally_finish(&p->tally);
    *facts = p->facts;
    return rc;
}

void einvoice_close(struct parser **parser)
{
    if (!*parser)
        return;
    xml_close(&(*parser)->xml);
    free((*parser)->extra);
    free(*parser);
    *parser = NULL;
}

struct xml_reader *einvoice_reader(const struct parser *p)
{
    return p->xml;
}

/* peppol_own.c -- parties and payment, code lists, identifiers, Peppol's own rules, Sweden's */
#include <string.h>
#include <strings.h>

#include "model/ident.h"
#include "parsers/codes.h"
#include "parsers/peppol_judge.h"

#define RULE(name) bool name(const struct ubl *u, struct comparison *c __attribute__((unused)))

/* --- parties -------------------------------------------------------------------------------- */

/* A payee that is the seller is none. */
RULE(br_17)
{
    const struct ubl_party *payee = &u->payee, *seller = &u->seller;
    if (!u->payee_seen)
        return true;
    return payee->name.seen &&
           !(seller->name.seen && span_eq(text_of(&payee->name), text_of(&seller->name))) &&
           !(payee->identification.seen && seller->identification.seen &&
             span_eq(text_of(&payee->identification), text_of(&seller->identification)));
}

RULE(br_18)
{
    return !u->representative_seen || filled(&u->representative.name);
}

RULE(br_19)
{
    return !u->representative_seen || u->representative.address_seen;
}

RULE(br_20)
{
    return !u->representative.address_seen || u->representative.country.n;
}

RULE(br_56)
{
    return !u->representative_seen ||
           (u->representative.tax_id.seen && u->representative.tax_id_is_vat);
}

RULE(br_57)
{
    return !u->delivery_address || u->delivery_country;
}

RULE(br_62)
{
    return !u->seller.endpoint.seen || u->seller.endpoint_scheme.seen;
}

RULE(br_63)
{
    return !u->buyer.endpoint.seen || u->buyer.endpoint_scheme.seen;
}

/* Greece may use EL. */
RULE(br_co_09)
{
    struct span prefix = span_of(u->id.id.p, u->id.id.n < 2 ? u->id.id.n : 2);
    return code_listed(CODES_COUNTRY, prefix) || span_eq_str(prefix, "EL");
}

/* --- payment -------------------------------------------------------------------------------- */

static bool credit_transfer(const struct ubl_means *m)
{
    return is(&m->code, "30") || is(&m->code, "58");
}

RULE(br_49)
{
    return u->means.code.seen;
}

RULE(br_50)
{
    return !credit_transfer(&u->means) || !u->means.account_seen || u->means.account.n;
}

/* Ten digits tell the card's issuer and its end; more than that nobody should send. */
RULE(br_51)
{
    return u->means.card.n <= 10;
}

RULE(br_61)
{
    return !credit_transfer(&u->means) || u->means.account.seen;
}

RULE(br_66)
{
    return u->cards <= 1;
}

RULE(br_67)
{
    return u->mandates <= 1;
}

RULE(r061)
{
    return (!is(&u->means.code, "49") && !is(&u->means.code, "59")) || u->means.mandate.seen;
}

/* --- references, lines, periods ------------------------------------------------------------- */

RULE(br_52)
{
    return u->reference.id.filled;
}

RULE(br_53)
{
    return !u->tax_currency.seen || u->tax_accounting.seen ||
           (u->tax.seen && span_eq(code_of(&u->tax_currency), code_of(&u->currency)));
}

RULE(br_54)
{
    return !u->line.attribute_broken;
}

RULE(br_55)
{
    return u->reference.id.seen;
}

RULE(br_64)
{
    return !u->line.standard_without_scheme;
}

RULE(br_65)
{
    return !u->line.class_without_list;
}

RULE(br_co_03)
{
    return !u->tax_point.seen || !u->whole_period.code.seen;
}

RULE(r080)
{
    return !u->credit_note || u->projects <= 1;
}

RULE(r100)
{
    return u->line.objects <= 1;
}

RULE(r101)
{
    return !u->line.objects || is(&u->line.object, "130");
}

RULE(r110)
{
    return !date_present(u->period.start) || !date_present(u->whole_period.start) ||
           date_compare(u->period.start, u->whole_period.start) >= 0;
}

RULE(r111)
{
    return !date_present(u->period.end) || !date_present(u->whole_period.end) ||
           date_compare(u->period.end, u->whole_period.end) <= 0;
}

RULE(r130)
{
    return !u->line.base_unit.seen || !u->line.quantity.seen ||
           span_eq(code_of(&u->line.base_unit), code_of(&u->line.unit));
}

RULE(r008)
{
    return !u->empty;
}

RULE(f001)
{
    return !u->bad_date;
}

/* --- code lists ----------------------------------------------------------------------------- */

static bool listed(enum code_list list, const struct ubl_code *code)
{
    return !code->n || code_listed(list, code_of(code));
}

RULE(cl_document_type)
{
    return listed(u->credit_note ? CODES_CREDIT_TYPE : CODES_INVOICE_TYPE, &u->type);
}

/* The process says which types it takes; only that of plain billing has a list. */
static bool plain_billing(const struct ubl *u)
{
    return span_eq_str(text_of(&u->profile), "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0");
}

RULE(p0100)
{
    return u->credit_note || !plain_billing(u) || !u->type.seen ||
           code_listed(CODES_PEPPOL_INVOICE, code_of(&u->type));
}

RULE(p0101)
{
    return !u->credit_note || !plain_billing(u) || !u->type.seen ||
           code_listed(CODES_PEPPOL_CREDIT, code_of(&u->type));
}

RULE(cl_currency)
{
    return listed(CODES_CURRENCY, &u->currency);
}

RULE(cl_tax_currency)
{
    return listed(CODES_CURRENCY, &u->tax_currency);
}

RULE(cl_amount_currency)
{
    return !u->bad_currency;
}

RULE(cl_period)
{
    return listed(CODES_PERIOD, &u->period.code);
}

RULE(cl_party_scheme)
{
    return !u->id.scheme.n || icd_listed(code_of(&u->id.scheme)) || is(&u->id.scheme, "SEPA");
}

RULE(cl_company_scheme)
{
    return !u->id.scheme.n || icd_listed(code_of(&u->id.scheme));
}

RULE(cl_item_scheme)
{
    return !u->line.standard_scheme_unknown;
}

RULE(cl_endpoint_scheme)
{
    return listed(CODES_ADDRESS, &u->id.scheme);
}

RULE(cl_country)
{
    return listed(CODES_COUNTRY, &u->id.id);
}

RULE(cl_means)
{
    return listed(CODES_PAYMENT_MEANS, &u->means.code);
}

RULE(cl_line_category)
{
    return listed(CODES_TAX_CATEGORY, &u->line.category.id);
}

RULE(cl_charge_category)
{
    return listed(CODES_TAX_CATEGORY, &u->charge.category.id);
}

RULE(cl_category)
{
    return listed(CODES_TAX_CATEGORY, &u->subtotal.category.id);
}

RULE(cl_allowance_reason)
{
    return !is_allowance(u) || listed(CODES_ALLOWANCE, &u->charge.reason_code);
}

RULE(cl_charge_reason)
{
    return !is_charge(u) || listed(CODES_CHARGE, &u->charge.reason_code);
}

/* The list of reasons grows with each directive; all begin alike. */
RULE(cl_exemption)
{
    const struct ubl_code *code = &u->subtotal.category.reason_code;
    return !code->n || (code->n > 6 && !strncasecmp(code->p, "VATEX-", 6));
}

RULE(cl_media_type)
{
    return code_listed(CODES_MEDIA_TYPE, code_of(&u->media_type));
}

/* A rule of its own for each scheme of identifiers that has a form or a check digit. */
#define SCHEME(number)                                                                             \
    RULE(id_##number)                                                                              \
    {                                                                                              \
        return !is(&u->id.scheme, #number) ||                                                      \
               scheme_id_valid(code_of(&u->id.scheme), code_of(&u->id.id));                        \
    }

SCHEME(0007)
SCHEME(0088)
SCHEME(0151)
SCHEME(0184)
SCHEME(0192)
SCHEME(0201)
SCHEME(0208)
SCHEME(0210)
SCHEME(0211)
SCHEME(9907)

/* --- Sweden --------------------------------------------------------------------------------- */

static bool swedish_vat(const struct ubl *u)
{
    return u->seller.tax_id_is_vat && span_starts(text_of(&u->seller.tax_id), SPAN_LIT("SE"));
}

RULE(se_r_001)
{
    return !swedish_vat(u) || u->seller.tax_id.n == 14;
}

RULE(se_r_002)
{
    return !swedish_vat(u) ||
           span_all_digits(span_of(u->seller.tax_id.p + 2, (size_t)u->seller.tax_id.n - 2));
}

RULE(se_r_003)
{
    return !u->seller.company_id.seen || span_all_digits(text_of(&u->seller.company_id));
}

RULE(se_r_004)
{
    return !u->seller.company_id.seen || u->seller.company_id.n == 10;
}

RULE(se_r_005)
{
    return !u->seller.company_id.seen || !u->seller.no_f_tax;
}

/* 25, 12 or 6 per cent. */
static bool swedish_rate(const struct ubl *u, const struct ubl_category *category)
{
    static const int rates[] = {25, 12, 6};
    if (!swedish_vat(u) || !is(&category->id, "S") || unreadable(&category->percent))
        return true;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
        if (decimal_equal(category->percent.value, decimal_of(rates[i], 0)))
            return true;
    return false;
}

RULE(se_r_006_line)
{
    return swedish_rate(u, &u->line.category);
}

RULE(se_r_006_charge)
{
    return swedish_rate(u, &u->charge.category);
}

RULE(se_r_006_breakdown)
{
    return swedish_rate(u, &u->subtotal.category);
}

static bool on_branch(const struct ubl *u, const char *branch)
{
    return is(&u->means.code, "30") && u->means.account.seen && is(&u->means.branch, branch);
}

static bool account_digits(const struct ubl *u, const char *branch, unsigned least)
{
    const struct ubl_text *a = &u->means.account;
    return !on_branch(u, branch) || (a->n >= least && a->n <= 8);
}

static bool account_numeric(const struct ubl *u, const char *branch)
{
    return !on_branch(u, branch) || span_all_digits(text_of(&u->means.account));
}

RULE(se_r_007)
{
    return account_numeric(u, "SE:PLUSGIRO");
}

RULE(se_r_008)
{
    return account_numeric(u, "SE:BANKGIRO");
}

RULE(se_r_009)
{
    return account_digits(u, "SE:BANKGIRO", 7);
}

RULE(se_r_010)
{
    return account_digits(u, "SE:PLUSGIRO", 2);
}

RULE(se_r_011)
{
    return !is(&u->means.code, "50") && !is(&u->means.code, "56");
}

RULE(se_r_012)
{
    return !is(&u->means.code, "31") || !is(&u->buyer.country, "SE");
}

RULE(se_r_013)
{
    const struct ubl_text *id = &u->seller.company_id;
    return !id->seen ||
           (id->n >= 10 && span_all_digits(text_of(id)) && luhn_valid(span_of(id->p, 10)));
}

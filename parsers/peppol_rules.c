/* peppol_rules.c -- the table of rules, how it is judged, and the rules of what must be there
 * and add up
 *
 * Each rule is a row and a small function; peppol_judge.h says what a function answers.
 */
#include "parsers/peppol_judge.h"

#include <assert.h>

/* --- presence: the document -------------------------------------------------------------- */

static bool br_01(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return filled(&u->customization);
}

static bool br_02(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return filled(&u->number);
}

static bool br_03(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->issue_date_seen.filled;
}

static bool br_04(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->type.n > 0;
}

static bool br_05(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->currency.n > 0;
}

static bool br_06(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return filled(&u->seller.registration_name);
}

static bool br_07(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return filled(&u->buyer.registration_name);
}

static bool br_08(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->seller.address_seen;
}

static bool br_09(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->seller.address_seen || u->seller.country.n;
}

static bool br_10(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->buyer.address_seen;
}

static bool br_11(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->buyer.address_seen || u->buyer.country.n;
}

static bool br_12(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->line_total.seen;
}

static bool br_13(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->tax_exclusive.seen;
}

static bool br_14(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->tax_inclusive.seen;
}

static bool br_15(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->payable.seen;
}

static bool br_16(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->lines > 0;
}

static bool br_co_18(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->tax_totals_split > 0;
}

static bool br_co_25(const struct ubl *u, struct comparison *c)
{
    (void)c;
    if (u->credit_note || !u->payable.value.known ||
        decimal_compare(u->payable.value, DECIMAL_ZERO) <= 0)
        return true;
    return u->due_date_seen.seen || u->terms.seen;
}

static bool br_co_26(const struct ubl *u, struct comparison *c)
{
    (void)c;
    const struct ubl_party *s = &u->seller;
    return s->identification.seen || s->company_id.seen || (s->tax_id.seen && s->tax_id_is_vat);
}

/* --- presence: lines, charges, periods --------------------------------------------------- */

static bool br_21(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->line.id.filled;
}

static bool br_22(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->line.quantity.seen;
}

static bool br_23(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->line.quantity.seen || u->line.unit.n;
}

static bool br_24(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->line.amount.seen;
}

static bool br_25(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->line.item_name.filled;
}

static bool br_26(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->line.price.seen;
}

static bool br_27(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->line.price.value.known || u->line.price.value.n >= 0;
}

static bool br_28(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->charge.base.value.known || u->charge.base.value.n >= 0;
}

static bool period_in_order(const struct ubl *u, struct comparison *c)
{
    (void)c;
    const struct ubl_period *p = &u->period;
    return !date_present(p->start) || !date_present(p->end) || date_compare(p->end, p->start) >= 0;
}

static bool period_has_a_date(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->period.start_seen.seen || u->period.end_seen.seen || u->period.code.seen;
}

static bool line_period_has_a_date(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->period.start_seen.seen || u->period.end_seen.seen;
}

static bool charge_has_reason(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->charge.reason.seen || u->charge.reason_code.seen;
}

/* Rules on allowances alone, or on charges alone. */
static bool allowance_has_reason(const struct ubl *u, struct comparison *c)
{
    return !is(&u->charge.indicator, "false") || charge_has_reason(u, c);
}

static bool surcharge_has_reason(const struct ubl *u, struct comparison *c)
{
    return !is(&u->charge.indicator, "true") || charge_has_reason(u, c);
}

static bool charge_has_amount(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->charge.amount.seen;
}

static bool br_31(const struct ubl *u, struct comparison *c)
{
    return !is_allowance(u) || charge_has_amount(u, c);
}

static bool br_36(const struct ubl *u, struct comparison *c)
{
    return !is_charge(u) || charge_has_amount(u, c);
}

static bool br_32(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !is_allowance(u) || u->charge.category.id.seen;
}

static bool br_37(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !is_charge(u) || u->charge.category.id.seen;
}

static bool br_48(const struct ubl *u, struct comparison *c)
{
    (void)c;
    const struct ubl_category *k = &u->subtotal.category;
    return k->percent.seen || is(&k->id, "O");
}

static bool br_co_04(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->line.category.id.seen;
}

/* --- arithmetic of EN 16931 -------------------------------------------------------------- */

static bool br_co_10(const struct ubl *u, struct comparison *c)
{
    if (!u->line_total.value.known)
        return true;
    return agree(c, "the sum of lines (LineExtensionAmount)", u->line_total.value,
                 round2(u->lines_sum));
}

static bool br_co_11(const struct ubl *u, struct comparison *c)
{
    if (!u->totals_seen || unreadable(&u->allowance_total) ||
        (!u->allowance_total.seen && !u->allowances))
        return true;
    return agree(c, "AllowanceTotalAmount", or_zero(&u->allowance_total),
                 round2(u->allowances_sum)) &&
           u->allowance_total.seen;
}

static bool br_co_12(const struct ubl *u, struct comparison *c)
{
    if (!u->totals_seen || unreadable(&u->charge_total) || (!u->charge_total.seen && !u->charges))
        return true;
    return agree(c, "ChargeTotalAmount", or_zero(&u->charge_total), round2(u->charges_sum)) &&
           u->charge_total.seen;
}

static bool br_co_13(const struct ubl *u, struct comparison *c)
{
    struct decimal sum = decimal_add(u->line_total.value, or_zero(&u->charge_total));
    sum = decimal_sub(sum, or_zero(&u->allowance_total));
    if (!u->tax_exclusive.value.known || !u->line_total.value.known ||
        unreadable(&u->allowance_total) || unreadable(&u->charge_total))
        return true;
    return agree(c, "TaxExclusiveAmount", u->tax_exclusive.value, round2(sum));
}

static bool br_co_14(const struct ubl *u, struct comparison *c)
{
    const struct ubl_tax_total *t = &u->tax_total;
    if (!t->subtotals || unreadable(&t->amount))
        return true;
    return agree(c, "TaxTotal/TaxAmount", or_zero(&t->amount), round2(t->sum));
}

static bool br_co_15(const struct ubl *u, struct comparison *c)
{
    if (!u->currency.n)
        return true;
    if (u->tax_amounts != 1) {
        compare(c, "the number of tax totals in the document's currency",
                decimal_of(u->tax_amounts, 0), decimal_of(1, 0));
        return false;
    }
    if (!u->tax_inclusive.value.known || !u->tax_exclusive.value.known || !u->tax.value.known)
        return true;
    return agree(c, "TaxInclusiveAmount", u->tax_inclusive.value,
                 round2(decimal_add(u->tax_exclusive.value, u->tax.value)));
}

static bool br_co_16(const struct ubl *u, struct comparison *c)
{
    if (!u->payable.value.known || !u->tax_inclusive.value.known || unreadable(&u->prepaid) ||
        unreadable(&u->rounding))
        return true;
    struct decimal due = decimal_sub(u->tax_inclusive.value, or_zero(&u->prepaid));
    due = decimal_add(due, or_zero(&u->rounding));
    return agree(c, "PayableAmount", u->payable.value, round2(due));
}

bool tax_follows_rate(const struct ubl_subtotal *s, struct comparison *c)
{
    struct decimal tax = decimal_abs(s->tax.value);
    struct decimal part = decimal_mul(decimal_abs(s->taxable.value), s->category.percent.value);
    struct decimal expected = round2(decimal_shift(part, 2));
    compare(c, "TaxSubtotal/TaxAmount", s->tax.value, expected);
    struct decimal apart = decimal_abs(decimal_sub(tax, expected));
    return apart.known && decimal_compare(apart, decimal_of(1, 0)) < 0;
}

static bool br_co_17(const struct ubl *u, struct comparison *c)
{
    const struct ubl_subtotal *s = &u->subtotal;
    if (!s->tax.value.known || unreadable(&s->category.percent))
        return true;
    struct decimal rate = decimal_round(or_zero(&s->category.percent), 0);
    if (rate.n == 0) {
        compare(c, "TaxSubtotal/TaxAmount", s->tax.value, DECIMAL_ZERO);
        return decimal_round(s->tax.value, 0).n == 0;
    }
    return !s->taxable.value.known || tax_follows_rate(s, c);
}

static bool br_45(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->subtotal.taxable.seen;
}

static bool br_46(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->subtotal.tax.seen;
}

static bool br_47(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->subtotal.category.id.n > 0;
}

/* --- decimals ---------------------------------------------------------------------------- */

static bool at_most_two_decimals(const struct ubl_number *n)
{
    return n->decimals <= 2;
}

static bool allowance_amount_decimals(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !is_allowance(u) || at_most_two_decimals(&u->charge.amount);
}

static bool allowance_base_decimals(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !is_allowance(u) || at_most_two_decimals(&u->charge.base);
}

static bool charge_amount_decimals(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !is_charge(u) || at_most_two_decimals(&u->charge.amount);
}

static bool charge_base_decimals(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !is_charge(u) || at_most_two_decimals(&u->charge.base);
}

static bool br_dec_09(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return at_most_two_decimals(&u->line_total);
}

static bool br_dec_10(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return at_most_two_decimals(&u->allowance_total);
}

static bool br_dec_11(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return at_most_two_decimals(&u->charge_total);
}

static bool br_dec_12(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return at_most_two_decimals(&u->tax_exclusive);
}

static bool br_dec_13(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return at_most_two_decimals(&u->tax);
}

static bool br_dec_14(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return at_most_two_decimals(&u->tax_inclusive);
}

static bool br_dec_15(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return at_most_two_decimals(&u->tax_accounting);
}

static bool br_dec_16(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return at_most_two_decimals(&u->prepaid);
}

static bool br_dec_17(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return at_most_two_decimals(&u->rounding);
}

static bool br_dec_18(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return at_most_two_decimals(&u->payable);
}

static bool br_dec_19(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return at_most_two_decimals(&u->subtotal.taxable);
}

static bool br_dec_20(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return at_most_two_decimals(&u->subtotal.tax);
}

static bool br_dec_23(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return at_most_two_decimals(&u->line.amount);
}

/* --- Peppol ------------------------------------------------------------------------------ */

static bool r001(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->profile.seen;
}

static bool r002(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->notes <= 1;
}

static bool r003(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->buyer_reference.seen || u->order_reference.seen;
}

static bool r004(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return span_starts(text_of(&u->customization),
                       SPAN_LIT("urn:cen.eu:en16931:2017#compliant#"
                                "urn:fdc:peppol.eu:2017:poacc:billing:3.0"));
}

static bool r005(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->tax_currency.seen || !span_eq(code_of(&u->tax_currency), code_of(&u->currency));
}

static bool r007(const struct ubl *u, struct comparison *c)
{
    (void)c;
    static const char pattern[] = "urn:fdc:peppol.eu:2017:poacc:billing:NN:1.0";
    if (u->profile.n != sizeof(pattern) - 1)
        return false;
    for (size_t i = 0; i < sizeof(pattern) - 1; i++) {
        bool digit = u->profile.p[i] >= '0' && u->profile.p[i] <= '9';
        if (pattern[i] == 'N' ? !digit : u->profile.p[i] != pattern[i])
            return false;
    }
    return true;
}

static bool r010(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->buyer.party_seen || u->buyer.endpoint.seen;
}

static bool r020(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->seller.party_seen || u->seller.endpoint.seen;
}

static bool r040(const struct ubl *u, struct comparison *c)
{
    const struct ubl_charge *a = &u->charge;
    if (!a->percent.value.known || !a->base.value.known || unreadable(&a->amount))
        return true;
    struct decimal part = decimal_shift(decimal_mul(a->base.value, a->percent.value), 2);
    compare(c, "AllowanceCharge/Amount", or_zero(&a->amount), part);
    return decimal_near(or_zero(&a->amount), part, decimal_of(2, 2));
}

static bool r041(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->charge.percent.seen || u->charge.base.seen;
}

static bool r042(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->charge.percent.seen || !u->charge.base.seen;
}

static bool r043(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return is_allowance(u) || is_charge(u);
}

static bool r044(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return is_allowance(u);
}

/* The price stands before its allowance in the schema's order. */
static bool r046(const struct ubl *u, struct comparison *c)
{
    const struct ubl_charge *a = &u->charge;
    if (!a->base.value.known || unreadable(&a->amount) || !u->line.price.value.known)
        return true;
    return agree(c, "the net price", u->line.price.value,
                 decimal_sub(a->base.value, or_zero(&a->amount)));
}

static bool r051(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->foreign_currency;
}

static bool r053(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->tax_totals_split == 1;
}

static bool r054(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return u->tax_totals_plain == (u->tax_currency.seen ? 1u : 0u);
}

static bool r055(const struct ubl *u, struct comparison *c)
{
    (void)c;
    if (!u->tax_currency.seen)
        return true;
    if (!u->tax.value.known || !u->tax_accounting.value.known)
        return u->tax.seen && u->tax_accounting.seen;
    return (u->tax.value.n <= 0 && u->tax_accounting.value.n <= 0) ||
           (u->tax.value.n >= 0 && u->tax_accounting.value.n >= 0);
}

/* |amount - (quantity * price / base + charges - allowances)| <= 0.02, times base: no
 * division, so that it is exact. */
static bool r120(const struct ubl *u, struct comparison *c)
{
    const struct ubl_line *l = &u->line;
    if (unreadable(&l->amount) || unreadable(&l->quantity) || unreadable(&l->price) ||
        unreadable(&l->base_quantity))
        return true;
    struct decimal one = decimal_of(1, 0);
    struct decimal quantity = l->quantity.seen ? l->quantity.value : one;
    struct decimal base = or_zero(&l->base_quantity);
    if (base.n == 0)
        base = one;
    struct decimal product = decimal_mul(quantity, or_zero(&l->price));
    struct decimal net = decimal_sub(or_zero(&l->amount), round2(l->charges));
    net = decimal_add(net, round2(l->allowances));
    struct decimal slack = decimal_mul(decimal_abs(base), decimal_of(2, 2));
    struct decimal whole = decimal_mul(net, base);
    if (decimal_near(whole, product, slack))
        return true;
    bool plain = decimal_equal(base, one);
    struct decimal computed = decimal_add(product, round2(l->charges));
    computed = decimal_sub(computed, round2(l->allowances));
    c->what = plain ? "the line amount" : "the line amount times base quantity";
    c->stated = plain ? or_zero(&l->amount) : whole;
    c->computed = plain ? computed : product;
    return false;
}

static bool r121(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->line.base_quantity.value.known || u->line.base_quantity.value.n > 0;
}

/* --- the table --------------------------------------------------------------------------- */

enum set {
    EN,     /* EN 16931: always */
    PEPPOL, /* where the document says that it is BIS Billing 3, or does not say what it is */
    SWEDEN, /* the same, of a Swedish seller */
};
enum how { TOTAL, BROKEN, WARNING };

/* A rule that each VAT category has; "BR-" and the category's name make its id. */
#define VAT_RULES(X, scope, how, number, function, text)                                           \
    X("BR-S-" number, scope, EN, how, function, UBL_VAT_S, text)                                   \
    X("BR-Z-" number, scope, EN, how, function, UBL_VAT_Z, text)                                   \
    X("BR-E-" number, scope, EN, how, function, UBL_VAT_E, text)                                   \
    X("BR-AE-" number, scope, EN, how, function, UBL_VAT_AE, text)                                 \
    X("BR-IC-" number, scope, EN, how, function, UBL_VAT_K, text)                                  \
    X("BR-G-" number, scope, EN, how, function, UBL_VAT_G, text)                                   \
    X("BR-O-" number, scope, EN, how, function, UBL_VAT_O, text)                                   \
    X("BR-IG-" number, scope, EN, how, function, UBL_VAT_L, text)                                  \
    X("BR-IP-" number, scope, EN, how, function, UBL_VAT_M, text)

/* One list a scope; each row X(id, scope, set, how, function, VAT category, text). */
#define DOCUMENT_RULES(X)                                                                          \
    X("BR-01", UBL_DOCUMENT, EN, BROKEN, br_01, UBL_VAT_NONE,                                      \
      "there is no specification identifier")                                                      \
    X("BR-02", UBL_DOCUMENT, EN, BROKEN, br_02, UBL_VAT_NONE, "there is no invoice number")        \
    X("BR-03", UBL_DOCUMENT, EN, BROKEN, br_03, UBL_VAT_NONE, "there is no issue date")            \
    X("BR-04", UBL_DOCUMENT, EN, BROKEN, br_04, UBL_VAT_NONE, "there is no type code")             \
    X("BR-05", UBL_DOCUMENT, EN, BROKEN, br_05, UBL_VAT_NONE, "there is no currency code")         \
    X("BR-06", UBL_DOCUMENT, EN, BROKEN, br_06, UBL_VAT_NONE,                                      \
      "the seller has no registration name")                                                       \
    X("BR-07", UBL_DOCUMENT, EN, BROKEN, br_07, UBL_VAT_NONE,                                      \
      "the buyer has no registration name")                                                        \
    X("BR-08", UBL_DOCUMENT, EN, BROKEN, br_08, UBL_VAT_NONE, "the seller has no postal address")  \
    X("BR-09", UBL_DOCUMENT, EN, BROKEN, br_09, UBL_VAT_NONE,                                      \
      "the seller's address has no country")                                                       \
    X("BR-10", UBL_DOCUMENT, EN, BROKEN, br_10, UBL_VAT_NONE, "the buyer has no postal address")   \
    X("BR-11", UBL_DOCUMENT, EN, BROKEN, br_11, UBL_VAT_NONE,                                      \
      "the buyer's address has no country")                                                        \
    X("BR-12", UBL_DOCUMENT, EN, BROKEN, br_12, UBL_VAT_NONE, "the sum of lines is missing")       \
    X("BR-13", UBL_DOCUMENT, EN, BROKEN, br_13, UBL_VAT_NONE, "the total without VAT is missing")  \
    X("BR-14", UBL_DOCUMENT, EN, BROKEN, br_14, UBL_VAT_NONE, "the total with VAT is missing")     \
    X("BR-15", UBL_DOCUMENT, EN, BROKEN, br_15, UBL_VAT_NONE, "the amount due is missing")         \
    X("BR-16", UBL_DOCUMENT, EN, BROKEN, br_16, UBL_VAT_NONE, "there are no lines")                \
    X("BR-17", UBL_DOCUMENT, EN, BROKEN, br_17, UBL_VAT_NONE,                                      \
      "the payee has no name, or is the seller")                                                   \
    X("BR-18", UBL_DOCUMENT, EN, BROKEN, br_18, UBL_VAT_NONE,                                      \
      "the seller's tax representative has no name")                                               \
    X("BR-19", UBL_DOCUMENT, EN, BROKEN, br_19, UBL_VAT_NONE,                                      \
      "the seller's tax representative has no postal address")                                     \
    X("BR-20", UBL_DOCUMENT, EN, BROKEN, br_20, UBL_VAT_NONE,                                      \
      "the tax representative's address has no country")                                           \
    X("BR-53", UBL_DOCUMENT, EN, BROKEN, br_53, UBL_VAT_NONE,                                      \
      "the VAT in accounting currency is missing")                                                 \
    X("BR-56", UBL_DOCUMENT, EN, BROKEN, br_56, UBL_VAT_NONE,                                      \
      "the seller's tax representative has no VAT number")                                         \
    X("BR-57", UBL_DOCUMENT, EN, BROKEN, br_57, UBL_VAT_NONE,                                      \
      "the delivery address has no country")                                                       \
    X("BR-62", UBL_DOCUMENT, EN, BROKEN, br_62, UBL_VAT_NONE,                                      \
      "the seller's electronic address has no scheme")                                             \
    X("BR-63", UBL_DOCUMENT, EN, BROKEN, br_63, UBL_VAT_NONE,                                      \
      "the buyer's electronic address has no scheme")                                              \
    X("BR-66", UBL_DOCUMENT, EN, BROKEN, br_66, UBL_VAT_NONE,                                      \
      "there is more than one payment card")                                                       \
    X("BR-67", UBL_DOCUMENT, EN, BROKEN, br_67, UBL_VAT_NONE,                                      \
      "there is more than one direct debit mandate")                                               \
    X("BR-B-01", UBL_DOCUMENT, EN, BROKEN, br_b_01, UBL_VAT_NONE, "split payment outside Italy")   \
    X("BR-B-02", UBL_DOCUMENT, EN, BROKEN, br_b_02, UBL_VAT_NONE,                                  \
      "split payment beside the standard rate")                                                    \
    X("BR-CL-01", UBL_DOCUMENT, EN, WARNING, cl_document_type, UBL_VAT_NONE,                       \
      "the type code is not of the list for such documents")                                       \
    X("BR-CL-03", UBL_DOCUMENT, EN, WARNING, cl_amount_currency, UBL_VAT_NONE,                     \
      "the currency of an amount is not of ISO 4217")                                              \
    X("BR-CL-04", UBL_DOCUMENT, EN, WARNING, cl_currency, UBL_VAT_NONE,                            \
      "the document's currency is not of ISO 4217")                                                \
    X("BR-CL-05", UBL_DOCUMENT, EN, WARNING, cl_tax_currency, UBL_VAT_NONE,                        \
      "the VAT accounting currency is not of ISO 4217")                                            \
    X("BR-CO-03", UBL_DOCUMENT, EN, BROKEN, br_co_03, UBL_VAT_NONE,                                \
      "there are both a tax point and a code for it")                                              \
    X("BR-CO-10", UBL_DOCUMENT, EN, TOTAL, br_co_10, UBL_VAT_NONE, "the sum of lines")             \
    X("BR-CO-11", UBL_DOCUMENT, EN, TOTAL, br_co_11, UBL_VAT_NONE, "the sum of allowances")        \
    X("BR-CO-12", UBL_DOCUMENT, EN, TOTAL, br_co_12, UBL_VAT_NONE, "the sum of charges")           \
    X("BR-CO-13", UBL_DOCUMENT, EN, TOTAL, br_co_13, UBL_VAT_NONE,                                 \
      "lines less allowances plus charges")                                                        \
    X("BR-CO-15", UBL_DOCUMENT, EN, TOTAL, br_co_15, UBL_VAT_NONE, "total without VAT plus VAT")   \
    X("BR-CO-16", UBL_DOCUMENT, EN, TOTAL, br_co_16, UBL_VAT_NONE,                                 \
      "total less prepaid plus rounding")                                                          \
    X("BR-CO-18", UBL_DOCUMENT, EN, BROKEN, br_co_18, UBL_VAT_NONE, "there is no VAT breakdown")   \
    X("BR-CO-25", UBL_DOCUMENT, EN, BROKEN, br_co_25, UBL_VAT_NONE,                                \
      "something is due, but there is neither due date nor terms of payment")                      \
    X("BR-CO-26", UBL_DOCUMENT, EN, BROKEN, br_co_26, UBL_VAT_NONE,                                \
      "the seller has no identifier")                                                              \
    X("BR-DEC-09", UBL_DOCUMENT, EN, BROKEN, br_dec_09, UBL_VAT_NONE,                              \
      "LineExtensionAmount has more than two decimals")                                            \
    X("BR-DEC-10", UBL_DOCUMENT, EN, BROKEN, br_dec_10, UBL_VAT_NONE,                              \
      "AllowanceTotalAmount has more than two decimals")                                           \
    X("BR-DEC-11", UBL_DOCUMENT, EN, BROKEN, br_dec_11, UBL_VAT_NONE,                              \
      "ChargeTotalAmount has more than two decimals")                                              \
    X("BR-DEC-12", UBL_DOCUMENT, EN, BROKEN, br_dec_12, UBL_VAT_NONE,                              \
      "TaxExclusiveAmount has more than two decimals")                                             \
    X("BR-DEC-13", UBL_DOCUMENT, EN, BROKEN, br_dec_13, UBL_VAT_NONE,                              \
      "the VAT has more than two decimals")                                                        \
    X("BR-DEC-14", UBL_DOCUMENT, EN, BROKEN, br_dec_14, UBL_VAT_NONE,                              \
      "TaxInclusiveAmount has more than two decimals")                                             \
    X("BR-DEC-15", UBL_DOCUMENT, EN, BROKEN, br_dec_15, UBL_VAT_NONE,                              \
      "the VAT in accounting currency has more than two decimals")                                 \
    X("BR-DEC-16", UBL_DOCUMENT, EN, BROKEN, br_dec_16, UBL_VAT_NONE,                              \
      "PrepaidAmount has more than two decimals")                                                  \
    X("BR-DEC-17", UBL_DOCUMENT, EN, BROKEN, br_dec_17, UBL_VAT_NONE,                              \
      "PayableRoundingAmount has more than two decimals")                                          \
    X("BR-DEC-18", UBL_DOCUMENT, EN, BROKEN, br_dec_18, UBL_VAT_NONE,                              \
      "PayableAmount has more than two decimals")                                                  \
    X("BR-IC-11", UBL_DOCUMENT, EN, BROKEN, br_ic_11, UBL_VAT_NONE,                                \
      "an intra-community supply has neither delivery date nor period")                            \
    X("BR-IC-12", UBL_DOCUMENT, EN, BROKEN, br_ic_12, UBL_VAT_NONE,                                \
      "an intra-community supply has no country of delivery")                                      \
    X("BR-O-11", UBL_DOCUMENT, EN, BROKEN, br_o_11, UBL_VAT_NONE,                                  \
      "VAT breakdowns mix what is and what is not subject to VAT")                                 \
    X("BR-O-12", UBL_DOCUMENT, EN, BROKEN, br_o_12, UBL_VAT_NONE,                                  \
      "a line is subject to VAT where the breakdown says that nothing is")                         \
    X("BR-O-13", UBL_DOCUMENT, EN, BROKEN, br_o_13, UBL_VAT_NONE,                                  \
      "an allowance is subject to VAT where the breakdown says that nothing is")                   \
    X("BR-O-14", UBL_DOCUMENT, EN, BROKEN, br_o_14, UBL_VAT_NONE,                                  \
      "a charge is subject to VAT where the breakdown says that nothing is")                       \
    VAT_RULES(X, UBL_DOCUMENT, BROKEN, "01", vat_01,                                               \
              "the VAT breakdown does not have each category that is used")                        \
    VAT_RULES(X, UBL_DOCUMENT, BROKEN, "02", vat_02,                                               \
              "a line's VAT category does not fit the tax identifiers of seller and buyer")        \
    VAT_RULES(X, UBL_DOCUMENT, BROKEN, "03", vat_03,                                               \
              "an allowance's VAT category does not fit the tax identifiers of seller and buyer")  \
    VAT_RULES(X, UBL_DOCUMENT, BROKEN, "04", vat_04,                                               \
              "a charge's VAT category does not fit the tax identifiers of seller and buyer")      \
    X("PEPPOL-EN16931-CL007", UBL_DOCUMENT, PEPPOL, BROKEN, cl_amount_currency, UBL_VAT_NONE,      \
      "the currency of an amount is not of ISO 4217")                                              \
    X("PEPPOL-EN16931-F001", UBL_DOCUMENT, PEPPOL, BROKEN, f001, UBL_VAT_NONE,                     \
      "a date is not of the form YYYY-MM-DD")                                                      \
    X("PEPPOL-EN16931-P0100", UBL_DOCUMENT, PEPPOL, BROKEN, p0100, UBL_VAT_NONE,                   \
      "the type code is not one that the process allows an invoice")                               \
    X("PEPPOL-EN16931-P0101", UBL_DOCUMENT, PEPPOL, BROKEN, p0101, UBL_VAT_NONE,                   \
      "the type code is not one that the process allows a credit note")                            \
    X("PEPPOL-EN16931-R001", UBL_DOCUMENT, PEPPOL, BROKEN, r001, UBL_VAT_NONE,                     \
      "there is no business process (ProfileID)")                                                  \
    X("PEPPOL-EN16931-R002", UBL_DOCUMENT, PEPPOL, BROKEN, r002, UBL_VAT_NONE,                     \
      "there is more than one note")                                                               \
    X("PEPPOL-EN16931-R003", UBL_DOCUMENT, PEPPOL, BROKEN, r003, UBL_VAT_NONE,                     \
      "there is neither buyer reference nor order reference")                                      \
    X("PEPPOL-EN16931-R004", UBL_DOCUMENT, PEPPOL, BROKEN, r004, UBL_VAT_NONE,                     \
      "the specification identifier is not that of Peppol BIS Billing 3")                          \
    X("PEPPOL-EN16931-R005", UBL_DOCUMENT, PEPPOL, BROKEN, r005, UBL_VAT_NONE,                     \
      "the VAT accounting currency is the document's own")                                         \
    X("PEPPOL-EN16931-R007", UBL_DOCUMENT, PEPPOL, BROKEN, r007, UBL_VAT_NONE,                     \
      "the business process is not of the form urn:fdc:peppol.eu:2017:poacc:billing:NN:1.0")       \
    X("PEPPOL-EN16931-R008", UBL_DOCUMENT, PEPPOL, BROKEN, r008, UBL_VAT_NONE,                     \
      "there is an element with nothing in it")                                                    \
    X("PEPPOL-EN16931-R010", UBL_DOCUMENT, PEPPOL, BROKEN, r010, UBL_VAT_NONE,                     \
      "the buyer has no electronic address")                                                       \
    X("PEPPOL-EN16931-R020", UBL_DOCUMENT, PEPPOL, BROKEN, r020, UBL_VAT_NONE,                     \
      "the seller has no electronic address")                                                      \
    X("PEPPOL-EN16931-R051", UBL_DOCUMENT, PEPPOL, BROKEN, r051, UBL_VAT_NONE,                     \
      "an amount is not in the document's currency")                                               \
    X("PEPPOL-EN16931-R053", UBL_DOCUMENT, PEPPOL, BROKEN, r053, UBL_VAT_NONE,                     \
      "there is not exactly one tax total with a VAT breakdown")                                   \
    X("PEPPOL-EN16931-R054", UBL_DOCUMENT, PEPPOL, BROKEN, r054, UBL_VAT_NONE,                     \
      "tax totals without VAT breakdown do not fit the accounting currency")                       \
    X("PEPPOL-EN16931-R055", UBL_DOCUMENT, PEPPOL, BROKEN, r055, UBL_VAT_NONE,                     \
      "the VAT in accounting currency has another sign")                                           \
    X("PEPPOL-EN16931-R080", UBL_DOCUMENT, PEPPOL, BROKEN, r080, UBL_VAT_NONE,                     \
      "there is more than one project reference")                                                  \
    X("SE-R-001", UBL_DOCUMENT, SWEDEN, BROKEN, se_r_001, UBL_VAT_NONE,                            \
      "the seller's Swedish VAT number is not 14 characters long")                                 \
    X("SE-R-002", UBL_DOCUMENT, SWEDEN, BROKEN, se_r_002, UBL_VAT_NONE,                            \
      "the seller's Swedish VAT number is not SE and digits")                                      \
    X("SE-R-003", UBL_DOCUMENT, SWEDEN, WARNING, se_r_003, UBL_VAT_NONE,                           \
      "the seller's organisation number is not all digits")                                        \
    X("SE-R-004", UBL_DOCUMENT, SWEDEN, WARNING, se_r_004, UBL_VAT_NONE,                           \
      "the seller's organisation number is not 10 digits long")                                    \
    X("SE-R-005", UBL_DOCUMENT, SWEDEN, BROKEN, se_r_005, UBL_VAT_NONE,                            \
      "a tax registration of the seller is not the words for F-tax")                               \
    X("SE-R-013", UBL_DOCUMENT, SWEDEN, WARNING, se_r_013, UBL_VAT_NONE,                           \
      "the check digit of the seller's organisation number is wrong")

#define LINE_RULES(X)                                                                              \
    X("BR-21", UBL_LINE, EN, BROKEN, br_21, UBL_VAT_NONE, "a line has no identifier")              \
    X("BR-22", UBL_LINE, EN, BROKEN, br_22, UBL_VAT_NONE, "a line has no quantity")                \
    X("BR-23", UBL_LINE, EN, BROKEN, br_23, UBL_VAT_NONE, "a line's quantity has no unit")         \
    X("BR-24", UBL_LINE, EN, BROKEN, br_24, UBL_VAT_NONE, "a line has no amount")                  \
    X("BR-25", UBL_LINE, EN, BROKEN, br_25, UBL_VAT_NONE, "a line's item has no name")             \
    X("BR-26", UBL_LINE, EN, BROKEN, br_26, UBL_VAT_NONE, "a line has no price")                   \
    X("BR-27", UBL_LINE, EN, BROKEN, br_27, UBL_VAT_NONE, "a price is negative")                   \
    X("BR-54", UBL_LINE, EN, BROKEN, br_54, UBL_VAT_NONE,                                          \
      "an attribute of a line's item lacks its name or value")                                     \
    X("BR-64", UBL_LINE, EN, BROKEN, br_64, UBL_VAT_NONE,                                          \
      "a standard item identifier has no scheme")                                                  \
    X("BR-65", UBL_LINE, EN, BROKEN, br_65, UBL_VAT_NONE, "an item classification has no list")    \
    X("BR-CL-18", UBL_LINE, EN, WARNING, cl_line_category, UBL_VAT_NONE,                           \
      "a line's VAT category is not of UNTDID 5305")                                               \
    X("BR-CL-21", UBL_LINE, EN, WARNING, cl_item_scheme, UBL_VAT_NONE,                             \
      "the scheme of a standard item identifier is not of ISO 6523")                               \
    X("BR-CO-04", UBL_LINE, EN, BROKEN, br_co_04, UBL_VAT_NONE, "a line has no VAT category")      \
    X("BR-DEC-23", UBL_LINE, EN, BROKEN, br_dec_23, UBL_VAT_NONE,                                  \
      "a line's amount has more than two decimals")                                                \
    VAT_RULES(X, UBL_LINE, BROKEN, "05", vat_05, "a line's rate does not fit its VAT category")    \
    X("PEPPOL-EN16931-R100", UBL_LINE, PEPPOL, BROKEN, r100, UBL_VAT_NONE,                         \
      "a line has more than one invoiced object")                                                  \
    X("PEPPOL-EN16931-R101", UBL_LINE, PEPPOL, BROKEN, r101, UBL_VAT_NONE,                         \
      "a line's document reference is no invoiced object")                                         \
    X("PEPPOL-EN16931-R120", UBL_LINE, PEPPOL, TOTAL, r120, UBL_VAT_NONE, "quantity times price")  \
    X("PEPPOL-EN16931-R121", UBL_LINE, PEPPOL, BROKEN, r121, UBL_VAT_NONE,                         \
      "a base quantity is not above zero")                                                         \
    X("PEPPOL-EN16931-R130", UBL_LINE, PEPPOL, BROKEN, r130, UBL_VAT_NONE,                         \
      "the base quantity has another unit than the quantity")                                      \
    X("SE-R-006", UBL_LINE, SWEDEN, BROKEN, se_r_006_line, UBL_VAT_NONE,                           \
      "a line's standard rate is not 25, 12 or 6 per cent")

#define CHARGE_RULES(X)                                                                            \
    X("BR-31", UBL_CHARGE, EN, BROKEN, br_31, UBL_VAT_NONE, "an allowance has no amount")          \
    X("BR-32", UBL_CHARGE, EN, BROKEN, br_32, UBL_VAT_NONE, "an allowance has no VAT category")    \
    X("BR-33", UBL_CHARGE, EN, BROKEN, allowance_has_reason, UBL_VAT_NONE,                         \
      "an allowance has no reason")                                                                \
    X("BR-36", UBL_CHARGE, EN, BROKEN, br_36, UBL_VAT_NONE, "a charge has no amount")              \
    X("BR-37", UBL_CHARGE, EN, BROKEN, br_37, UBL_VAT_NONE, "a charge has no VAT category")        \
    X("BR-38", UBL_CHARGE, EN, BROKEN, surcharge_has_reason, UBL_VAT_NONE,                         \
      "a charge has no reason")                                                                    \
    X("BR-CL-17", UBL_CHARGE, EN, WARNING, cl_charge_category, UBL_VAT_NONE,                       \
      "the VAT category of an allowance or charge is not of UNTDID 5305")                          \
    X("BR-CL-19", UBL_CHARGE, EN, WARNING, cl_allowance_reason, UBL_VAT_NONE,                      \
      "the reason of an allowance is not of UNTDID 5189")                                          \
    X("BR-CL-20", UBL_CHARGE, EN, WARNING, cl_charge_reason, UBL_VAT_NONE,                         \
      "the reason of a charge is not of UNTDID 7161")                                              \
    X("BR-CO-21", UBL_CHARGE, EN, BROKEN, allowance_has_reason, UBL_VAT_NONE,                      \
      "an allowance has no reason")                                                                \
    X("BR-CO-22", UBL_CHARGE, EN, BROKEN, surcharge_has_reason, UBL_VAT_NONE,                      \
      "a charge has no reason")                                                                    \
    X("BR-DEC-01", UBL_CHARGE, EN, BROKEN, allowance_amount_decimals, UBL_VAT_NONE,                \
      "an allowance has more than two decimals")                                                   \
    X("BR-DEC-02", UBL_CHARGE, EN, BROKEN, allowance_base_decimals, UBL_VAT_NONE,                  \
      "the base amount of an allowance has more than two decimals")                                \
    X("BR-DEC-05", UBL_CHARGE, EN, BROKEN, charge_amount_decimals, UBL_VAT_NONE,                   \
      "a charge has more than two decimals")                                                       \
    X("BR-DEC-06", UBL_CHARGE, EN, BROKEN, charge_base_decimals, UBL_VAT_NONE,                     \
      "the base amount of a charge has more than two decimals")                                    \
    VAT_RULES(X, UBL_CHARGE, BROKEN, "06", vat_06,                                                 \
              "an allowance's rate does not fit its VAT category")                                 \
    VAT_RULES(X, UBL_CHARGE, BROKEN, "07", vat_07,                                                 \
              "a charge's rate does not fit its VAT category")                                     \
    X("PEPPOL-EN16931-CL002", UBL_CHARGE, PEPPOL, WARNING, cl_allowance_reason, UBL_VAT_NONE,      \
      "the reason of an allowance is not of UNTDID 5189")                                          \
    X("PEPPOL-EN16931-CL003", UBL_CHARGE, PEPPOL, WARNING, cl_charge_reason, UBL_VAT_NONE,         \
      "the reason of a charge is not of UNTDID 7161")                                              \
    X("PEPPOL-EN16931-R040", UBL_CHARGE, PEPPOL, TOTAL, r040, UBL_VAT_NONE,                        \
      "base amount times percentage")                                                              \
    X("PEPPOL-EN16931-R041", UBL_CHARGE, PEPPOL, BROKEN, r041, UBL_VAT_NONE,                       \
      "an allowance or charge has a percentage but no base amount")                                \
    X("PEPPOL-EN16931-R042", UBL_CHARGE, PEPPOL, BROKEN, r042, UBL_VAT_NONE,                       \
      "an allowance or charge has a base amount but no percentage")                                \
    X("PEPPOL-EN16931-R043", UBL_CHARGE, PEPPOL, BROKEN, r043, UBL_VAT_NONE,                       \
      "ChargeIndicator is neither true nor false")                                                 \
    X("SE-R-006", UBL_CHARGE, SWEDEN, BROKEN, se_r_006_charge, UBL_VAT_NONE,                       \
      "the standard rate of an allowance or charge is not 25, 12 or 6 per cent")

#define LINE_CHARGE_RULES(X)                                                                       \
    X("BR-41", UBL_LINE_CHARGE, EN, BROKEN, br_31, UBL_VAT_NONE,                                   \
      "a line's allowance has no amount")                                                          \
    X("BR-42", UBL_LINE_CHARGE, EN, BROKEN, allowance_has_reason, UBL_VAT_NONE,                    \
      "an allowance has no reason")                                                                \
    X("BR-43", UBL_LINE_CHARGE, EN, BROKEN, br_36, UBL_VAT_NONE, "a line's charge has no amount")  \
    X("BR-44", UBL_LINE_CHARGE, EN, BROKEN, surcharge_has_reason, UBL_VAT_NONE,                    \
      "a charge has no reason")                                                                    \
    X("BR-CL-19", UBL_LINE_CHARGE, EN, WARNING, cl_allowance_reason, UBL_VAT_NONE,                 \
      "the reason of a line's allowance is not of UNTDID 5189")                                    \
    X("BR-CL-20", UBL_LINE_CHARGE, EN, WARNING, cl_charge_reason, UBL_VAT_NONE,                    \
      "the reason of a line's charge is not of UNTDID 7161")                                       \
    X("BR-CO-23", UBL_LINE_CHARGE, EN, BROKEN, allowance_has_reason, UBL_VAT_NONE,                 \
      "a line's allowance has no reason")                                                          \
    X("BR-CO-24", UBL_LINE_CHARGE, EN, BROKEN, surcharge_has_reason, UBL_VAT_NONE,                 \
      "a line's charge has no reason")                                                             \
    X("BR-DEC-24", UBL_LINE_CHARGE, EN, BROKEN, allowance_amount_decimals, UBL_VAT_NONE,           \
      "an allowance has more than two decimals")                                                   \
    X("BR-DEC-25", UBL_LINE_CHARGE, EN, BROKEN, allowance_base_decimals, UBL_VAT_NONE,             \
      "the base amount of an allowance has more than two decimals")                                \
    X("BR-DEC-27", UBL_LINE_CHARGE, EN, BROKEN, charge_amount_decimals, UBL_VAT_NONE,              \
      "a charge has more than two decimals")                                                       \
    X("BR-DEC-28", UBL_LINE_CHARGE, EN, BROKEN, charge_base_decimals, UBL_VAT_NONE,                \
      "the base amount of a charge has more than two decimals")                                    \
    X("PEPPOL-EN16931-CL002", UBL_LINE_CHARGE, PEPPOL, WARNING, cl_allowance_reason, UBL_VAT_NONE, \
      "the reason of a line's allowance is not of UNTDID 5189")                                    \
    X("PEPPOL-EN16931-CL003", UBL_LINE_CHARGE, PEPPOL, WARNING, cl_charge_reason, UBL_VAT_NONE,    \
      "the reason of a line's charge is not of UNTDID 7161")                                       \
    X("PEPPOL-EN16931-R040", UBL_LINE_CHARGE, PEPPOL, TOTAL, r040, UBL_VAT_NONE,                   \
      "base amount times percentage, on a line")                                                   \
    X("PEPPOL-EN16931-R041", UBL_LINE_CHARGE, PEPPOL, BROKEN, r041, UBL_VAT_NONE,                  \
      "a line's allowance or charge has a percentage but no base amount")                          \
    X("PEPPOL-EN16931-R042", UBL_LINE_CHARGE, PEPPOL, BROKEN, r042, UBL_VAT_NONE,                  \
      "a line's allowance or charge has a base amount but no percentage")                          \
    X("PEPPOL-EN16931-R043", UBL_LINE_CHARGE, PEPPOL, BROKEN, r043, UBL_VAT_NONE,                  \
      "ChargeIndicator of a line is neither true nor false")

#define PRICE_CHARGE_RULES(X)                                                                      \
    X("BR-28", UBL_PRICE_CHARGE, EN, BROKEN, br_28, UBL_VAT_NONE, "a gross price is negative")     \
    X("PEPPOL-EN16931-R044", UBL_PRICE_CHARGE, PEPPOL, BROKEN, r044, UBL_VAT_NONE,                 \
      "a price has a charge")                                                                      \
    X("PEPPOL-EN16931-R046", UBL_PRICE_CHARGE, PEPPOL, TOTAL, r046, UBL_VAT_NONE,                  \
      "gross price less allowance")

#define PERIOD_RULES(X)                                                                            \
    X("BR-29", UBL_PERIOD, EN, BROKEN, period_in_order, UBL_VAT_NONE,                              \
      "the period ends before it begins")                                                          \
    X("BR-CL-06", UBL_PERIOD, EN, WARNING, cl_period, UBL_VAT_NONE,                                \
      "the code for the tax point is not of UNTDID 2005")                                          \
    X("BR-CO-19", UBL_PERIOD, EN, BROKEN, period_has_a_date, UBL_VAT_NONE,                         \
      "the period has no date")                                                                    \
    X("PEPPOL-EN16931-CL006", UBL_PERIOD, PEPPOL, WARNING, cl_period, UBL_VAT_NONE,                \
      "the code for the tax point is not of UNTDID 2005")

#define LINE_PERIOD_RULES(X)                                                                       \
    X("BR-30", UBL_LINE_PERIOD, EN, BROKEN, period_in_order, UBL_VAT_NONE,                         \
      "a line's period ends before it begins")                                                     \
    X("BR-CO-20", UBL_LINE_PERIOD, EN, BROKEN, line_period_has_a_date, UBL_VAT_NONE,               \
      "a line's period has no date")                                                               \
    X("PEPPOL-EN16931-R110", UBL_LINE_PERIOD, PEPPOL, BROKEN, r110, UBL_VAT_NONE,                  \
      "a line's period begins before the document's")                                              \
    X("PEPPOL-EN16931-R111", UBL_LINE_PERIOD, PEPPOL, BROKEN, r111, UBL_VAT_NONE,                  \
      "a line's period ends after the document's")

#define TAX_TOTAL_RULES(X)                                                                         \
    X("BR-CO-14", UBL_TAX_TOTAL, EN, TOTAL, br_co_14, UBL_VAT_NONE, "the sum of VAT breakdowns")

#define SUBTOTAL_RULES(X)                                                                          \
    X("BR-45", UBL_SUBTOTAL, EN, BROKEN, br_45, UBL_VAT_NONE,                                      \
      "a VAT breakdown has no taxable amount")                                                     \
    X("BR-46", UBL_SUBTOTAL, EN, BROKEN, br_46, UBL_VAT_NONE, "a VAT breakdown has no tax amount") \
    X("BR-47", UBL_SUBTOTAL, EN, BROKEN, br_47, UBL_VAT_NONE, "a VAT breakdown has no category")   \
    X("BR-48", UBL_SUBTOTAL, EN, BROKEN, br_48, UBL_VAT_NONE, "a VAT breakdown has no rate")       \
    X("BR-CL-17", UBL_SUBTOTAL, EN, WARNING, cl_category, UBL_VAT_NONE,                            \
      "a VAT category of the breakdown is not of UNTDID 5305")                                     \
    X("BR-CL-22", UBL_SUBTOTAL, EN, WARNING, cl_exemption, UBL_VAT_NONE,                           \
      "the code of an exemption is not of the VATEX list")                                         \
    X("BR-CO-17", UBL_SUBTOTAL, EN, TOTAL, br_co_17, UBL_VAT_NONE, "taxable amount times rate")    \
    X("BR-DEC-19", UBL_SUBTOTAL, EN, BROKEN, br_dec_19, UBL_VAT_NONE,                              \
      "a taxable amount has more than two decimals")                                               \
    X("BR-DEC-20", UBL_SUBTOTAL, EN, BROKEN, br_dec_20, UBL_VAT_NONE,                              \
      "a tax amount has more than two decimals")                                                   \
    VAT_RULES(X, UBL_SUBTOTAL, TOTAL, "09", vat_09, "tax of a VAT category")                       \
    VAT_RULES(X, UBL_SUBTOTAL, BROKEN, "10", vat_10,                                               \
              "the reason of an exemption is missing, or there where nothing is exempted")         \
    X("PEPPOL-EN16931-P0104", UBL_SUBTOTAL, PEPPOL, BROKEN, p0104, UBL_VAT_NONE,                   \
      "the reason of an exemption does not belong to the VAT category")                            \
    X("PEPPOL-EN16931-P0105", UBL_SUBTOTAL, PEPPOL, BROKEN, p0105, UBL_VAT_NONE,                   \
      "the reason of an exemption does not belong to the VAT category")                            \
    X("PEPPOL-EN16931-P0106", UBL_SUBTOTAL, PEPPOL, BROKEN, p0106, UBL_VAT_NONE,                   \
      "the reason of an exemption does not belong to the VAT category")                            \
    X("PEPPOL-EN16931-P0107", UBL_SUBTOTAL, PEPPOL, BROKEN, p0107, UBL_VAT_NONE,                   \
      "the reason of an exemption does not belong to the VAT category")                            \
    X("PEPPOL-EN16931-P0108", UBL_SUBTOTAL, PEPPOL, BROKEN, p0108, UBL_VAT_NONE,                   \
      "the reason of an exemption does not belong to the VAT category")                            \
    X("PEPPOL-EN16931-P0109", UBL_SUBTOTAL, PEPPOL, BROKEN, p0109, UBL_VAT_NONE,                   \
      "the reason of an exemption does not belong to the VAT category")                            \
    X("PEPPOL-EN16931-P0110", UBL_SUBTOTAL, PEPPOL, BROKEN, p0110, UBL_VAT_NONE,                   \
      "the reason of an exemption does not belong to the VAT category")                            \
    X("PEPPOL-EN16931-P0111", UBL_SUBTOTAL, PEPPOL, BROKEN, p0111, UBL_VAT_NONE,                   \
      "the reason of an exemption does not belong to the VAT category")                            \
    X("SE-R-006", UBL_SUBTOTAL, SWEDEN, BROKEN, se_r_006_breakdown, UBL_VAT_NONE,                  \
      "the standard rate of a breakdown is not 25, 12 or 6 per cent")

#define BREAKDOWN_RULES(X)                                                                         \
    VAT_RULES(X, UBL_BREAKDOWN, TOTAL, "08", vat_08, "taxable amount of a VAT category")

#define MEANS_RULES(X)                                                                             \
    X("BR-49", UBL_MEANS, EN, BROKEN, br_49, UBL_VAT_NONE,                                         \
      "the payment instructions have no code")                                                     \
    X("BR-50", UBL_MEANS, EN, BROKEN, br_50, UBL_VAT_NONE,                                         \
      "the account of a credit transfer is empty")                                                 \
    X("BR-51", UBL_MEANS, EN, WARNING, br_51, UBL_VAT_NONE,                                        \
      "a payment card's number shows more than ten digits")                                        \
    X("BR-61", UBL_MEANS, EN, BROKEN, br_61, UBL_VAT_NONE, "a credit transfer has no account")     \
    X("BR-CL-16", UBL_MEANS, EN, WARNING, cl_means, UBL_VAT_NONE,                                  \
      "the payment means are not of UNTDID 4461")                                                  \
    X("PEPPOL-EN16931-R061", UBL_MEANS, PEPPOL, BROKEN, r061, UBL_VAT_NONE,                        \
      "a direct debit has no mandate")                                                             \
    X("SE-R-007", UBL_MEANS, SWEDEN, WARNING, se_r_007, UBL_VAT_NONE,                              \
      "a plusgiro number is not all digits")                                                       \
    X("SE-R-008", UBL_MEANS, SWEDEN, WARNING, se_r_008, UBL_VAT_NONE,                              \
      "a bankgiro number is not all digits")                                                       \
    X("SE-R-009", UBL_MEANS, SWEDEN, WARNING, se_r_009, UBL_VAT_NONE,                              \
      "a bankgiro number is not 7 or 8 digits long")                                               \
    X("SE-R-010", UBL_MEANS, SWEDEN, WARNING, se_r_010, UBL_VAT_NONE,                              \
      "a plusgiro number is not 2 to 8 digits long")                                               \
    X("SE-R-011", UBL_MEANS, SWEDEN, WARNING, se_r_011, UBL_VAT_NONE,                              \
      "a giro payment is not marked as code 30 with its branch")                                   \
    X("SE-R-012", UBL_MEANS, SWEDEN, WARNING, se_r_012, UBL_VAT_NONE,                              \
      "a transfer within Sweden is not marked as code 30")

#define ATTACHMENT_RULES(X)                                                                        \
    X("BR-CL-24", UBL_ATTACHMENT, EN, WARNING, cl_media_type, UBL_VAT_NONE,                        \
      "an attachment is of a media type that is not allowed")                                      \
    X("PEPPOL-EN16931-CL001", UBL_ATTACHMENT, PEPPOL, BROKEN, cl_media_type, UBL_VAT_NONE,         \
      "an attachment is of a media type that is not allowed")

#define REFERENCE_RULES(X)                                                                         \
    X("BR-52", UBL_REFERENCE, EN, BROKEN, br_52, UBL_VAT_NONE,                                     \
      "a supporting document has no identifier")

#define BILLING_RULES(X)                                                                           \
    X("BR-55", UBL_BILLING, EN, BROKEN, br_55, UBL_VAT_NONE,                                       \
      "a reference to an earlier invoice has no number")

#define PARTY_ID_RULES(X)                                                                          \
    X("BR-CL-10", UBL_PARTY_ID, EN, WARNING, cl_party_scheme, UBL_VAT_NONE,                        \
      "the scheme of a party identifier is not of ISO 6523")                                       \
    X("PEPPOL-COMMON-R040", UBL_PARTY_ID, PEPPOL, WARNING, id_0088, UBL_VAT_NONE,                   \
      "a location number (GLN) is not valid")                                                      \
    X("PEPPOL-COMMON-R041", UBL_PARTY_ID, PEPPOL, WARNING, id_0192, UBL_VAT_NONE,                   \
      "a Norwegian organisation number is not valid")                                              \
    X("PEPPOL-COMMON-R042", UBL_PARTY_ID, PEPPOL, WARNING, id_0184, UBL_VAT_NONE,                   \
      "a Danish company number is not valid")                                                      \
    X("PEPPOL-COMMON-R043", UBL_PARTY_ID, PEPPOL, WARNING, id_0208, UBL_VAT_NONE,                   \
      "a Belgian enterprise number is not valid")                                                  \
    X("PEPPOL-COMMON-R044", UBL_PARTY_ID, PEPPOL, WARNING, id_0201, UBL_VAT_NONE,                  \
      "an Italian office code is not valid")                                                       \
    X("PEPPOL-COMMON-R045", UBL_PARTY_ID, PEPPOL, WARNING, id_0210, UBL_VAT_NONE,                  \
      "an Italian tax code is not valid")                                                          \
    X("PEPPOL-COMMON-R047", UBL_PARTY_ID, PEPPOL, WARNING, id_0211, UBL_VAT_NONE,                  \
      "an Italian VAT number is not valid")                                                        \
    X("PEPPOL-COMMON-R049", UBL_PARTY_ID, PEPPOL, WARNING, id_0007, UBL_VAT_NONE,                   \
      "a Swedish organisation number is not valid")                                                \
    X("PEPPOL-COMMON-R050", UBL_PARTY_ID, PEPPOL, WARNING, id_0151, UBL_VAT_NONE,                   \
      "an Australian business number is not valid")

#define ENDPOINT_RULES(X)                                                                          \
    X("BR-CL-25", UBL_ENDPOINT, EN, WARNING, cl_endpoint_scheme, UBL_VAT_NONE,                     \
      "the scheme of an electronic address is not of the EAS list")                                \
    X("PEPPOL-COMMON-R040", UBL_ENDPOINT, PEPPOL, WARNING, id_0088, UBL_VAT_NONE,                   \
      "a location number (GLN) is not valid")                                                      \
    X("PEPPOL-COMMON-R041", UBL_ENDPOINT, PEPPOL, WARNING, id_0192, UBL_VAT_NONE,                   \
      "a Norwegian organisation number is not valid")                                              \
    X("PEPPOL-COMMON-R042", UBL_ENDPOINT, PEPPOL, WARNING, id_0184, UBL_VAT_NONE,                   \
      "a Danish company number is not valid")                                                      \
    X("PEPPOL-COMMON-R043", UBL_ENDPOINT, PEPPOL, WARNING, id_0208, UBL_VAT_NONE,                   \
      "a Belgian enterprise number is not valid")                                                  \
    X("PEPPOL-COMMON-R044", UBL_ENDPOINT, PEPPOL, WARNING, id_0201, UBL_VAT_NONE,                  \
      "an Italian office code is not valid")                                                       \
    X("PEPPOL-COMMON-R045", UBL_ENDPOINT, PEPPOL, WARNING, id_0210, UBL_VAT_NONE,                  \
      "an Italian tax code is not valid")                                                          \
    X("PEPPOL-COMMON-R046", UBL_ENDPOINT, PEPPOL, WARNING, id_9907, UBL_VAT_NONE,                  \
      "an Italian tax code is not valid")                                                          \
    X("PEPPOL-COMMON-R047", UBL_ENDPOINT, PEPPOL, WARNING, id_0211, UBL_VAT_NONE,                  \
      "an Italian VAT number is not valid")                                                        \
    X("PEPPOL-COMMON-R049", UBL_ENDPOINT, PEPPOL, WARNING, id_0007, UBL_VAT_NONE,                   \
      "a Swedish organisation number is not valid")                                                \
    X("PEPPOL-COMMON-R050", UBL_ENDPOINT, PEPPOL, WARNING, id_0151, UBL_VAT_NONE,                   \
      "an Australian business number is not valid")                                                \
    X("PEPPOL-EN16931-CL008", UBL_ENDPOINT, PEPPOL, WARNING, cl_endpoint_scheme, UBL_VAT_NONE,     \
      "the scheme of an electronic address is not of the EAS list")

#define COMPANY_ID_RULES(X)                                                                        \
    X("BR-CL-11", UBL_COMPANY_ID, EN, WARNING, cl_company_scheme, UBL_VAT_NONE,                    \
      "the scheme of a company's number is not of ISO 6523")                                       \
    X("PEPPOL-COMMON-R040", UBL_COMPANY_ID, PEPPOL, WARNING, id_0088, UBL_VAT_NONE,                 \
      "a location number (GLN) is not valid")                                                      \
    X("PEPPOL-COMMON-R041", UBL_COMPANY_ID, PEPPOL, WARNING, id_0192, UBL_VAT_NONE,                 \
      "a Norwegian organisation number is not valid")                                              \
    X("PEPPOL-COMMON-R042", UBL_COMPANY_ID, PEPPOL, WARNING, id_0184, UBL_VAT_NONE,                 \
      "a Danish company number is not valid")                                                      \
    X("PEPPOL-COMMON-R043", UBL_COMPANY_ID, PEPPOL, WARNING, id_0208, UBL_VAT_NONE,                 \
      "a Belgian enterprise number is not valid")                                                  \
    X("PEPPOL-COMMON-R044", UBL_COMPANY_ID, PEPPOL, WARNING, id_0201, UBL_VAT_NONE,                \
      "an Italian office code is not valid")                                                       \
    X("PEPPOL-COMMON-R045", UBL_COMPANY_ID, PEPPOL, WARNING, id_0210, UBL_VAT_NONE,                \
      "an Italian tax code is not valid")                                                          \
    X("PEPPOL-COMMON-R047", UBL_COMPANY_ID, PEPPOL, WARNING, id_0211, UBL_VAT_NONE,                \
      "an Italian VAT number is not valid")                                                        \
    X("PEPPOL-COMMON-R049", UBL_COMPANY_ID, PEPPOL, WARNING, id_0007, UBL_VAT_NONE,                 \
      "a Swedish organisation number is not valid")                                                \
    X("PEPPOL-COMMON-R050", UBL_COMPANY_ID, PEPPOL, WARNING, id_0151, UBL_VAT_NONE,                 \
      "an Australian business number is not valid")

#define VAT_ID_RULES(X)                                                                            \
    X("BR-CO-09", UBL_VAT_ID, EN, BROKEN, br_co_09, UBL_VAT_NONE,                                  \
      "a VAT number does not begin with a country code")

#define COUNTRY_RULES(X)                                                                           \
    X("BR-CL-14", UBL_COUNTRY, EN, WARNING, cl_country, UBL_VAT_NONE,                              \
      "a country is not of ISO 3166")

#define RULES(X)                                                                                   \
    DOCUMENT_RULES(X)                                                                              \
    LINE_RULES(X)                                                                                  \
    CHARGE_RULES(X)                                                                                \
    LINE_CHARGE_RULES(X)                                                                           \
    PRICE_CHARGE_RULES(X)                                                                          \
    PERIOD_RULES(X)                                                                                \
    LINE_PERIOD_RULES(X)                                                                           \
    TAX_TOTAL_RULES(X)                                                                             \
    SUBTOTAL_RULES(X)                                                                              \
    BREAKDOWN_RULES(X)                                                                             \
    MEANS_RULES(X)                                                                                 \
    ATTACHMENT_RULES(X)                                                                            \
    REFERENCE_RULES(X)                                                                             \
    BILLING_RULES(X)                                                                               \
    PARTY_ID_RULES(X)                                                                              \
    ENDPOINT_RULES(X)                                                                              \
    COMPANY_ID_RULES(X)                                                                            \
    VAT_ID_RULES(X)                                                                                \
    COUNTRY_RULES(X)

struct rule {
    const char *id;
    enum ubl_scope scope;
    enum set set;
    enum how how;
    rule_function *holds;
    enum ubl_vat vat;
    const char *text;
};

#define ROW(id, scope, set, how, function, vat, text) {id, scope, set, how, function, vat, text},
static const struct rule rules[] = {RULES(ROW)};
#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))
_Static_assert(RULE_COUNT <= UBL_RULES_MAX, "ubl_counts has a place for every rule");

#define TEXT(id, scope, set, how, function, vat, text) {id, text},
const struct rule_text peppol_rule_texts[] = {RULES(TEXT){NULL, NULL}};

/* Rows of a scope stand together: where each list ends. */
#define ONE(...) +1
enum {
    DOCUMENT_END = 0 DOCUMENT_RULES(ONE),
    LINE_END = DOCUMENT_END LINE_RULES(ONE),
    CHARGE_END = LINE_END CHARGE_RULES(ONE),
    LINE_CHARGE_END = CHARGE_END LINE_CHARGE_RULES(ONE),
    PRICE_CHARGE_END = LINE_CHARGE_END PRICE_CHARGE_RULES(ONE),
    PERIOD_END = PRICE_CHARGE_END PERIOD_RULES(ONE),
    LINE_PERIOD_END = PERIOD_END LINE_PERIOD_RULES(ONE),
    TAX_TOTAL_END = LINE_PERIOD_END TAX_TOTAL_RULES(ONE),
    SUBTOTAL_END = TAX_TOTAL_END SUBTOTAL_RULES(ONE),
    BREAKDOWN_END = SUBTOTAL_END BREAKDOWN_RULES(ONE),
    MEANS_END = BREAKDOWN_END MEANS_RULES(ONE),
    ATTACHMENT_END = MEANS_END ATTACHMENT_RULES(ONE),
    REFERENCE_END = ATTACHMENT_END REFERENCE_RULES(ONE),
    BILLING_END = REFERENCE_END BILLING_RULES(ONE),
    PARTY_ID_END = BILLING_END PARTY_ID_RULES(ONE),
    ENDPOINT_END = PARTY_ID_END ENDPOINT_RULES(ONE),
    COMPANY_ID_END = ENDPOINT_END COMPANY_ID_RULES(ONE),
    VAT_ID_END = COMPANY_ID_END VAT_ID_RULES(ONE),
    COUNTRY_END = VAT_ID_END COUNTRY_RULES(ONE),
};

static const uint16_t ends[UBL_SCOPE_COUNT] = {
    [UBL_DOCUMENT] = DOCUMENT_END,
    [UBL_LINE] = LINE_END,
    [UBL_CHARGE] = CHARGE_END,
    [UBL_LINE_CHARGE] = LINE_CHARGE_END,
    [UBL_PRICE_CHARGE] = PRICE_CHARGE_END,
    [UBL_PERIOD] = PERIOD_END,
    [UBL_LINE_PERIOD] = LINE_PERIOD_END,
    [UBL_TAX_TOTAL] = TAX_TOTAL_END,
    [UBL_SUBTOTAL] = SUBTOTAL_END,
    [UBL_BREAKDOWN] = BREAKDOWN_END,
    [UBL_MEANS] = MEANS_END,
    [UBL_ATTACHMENT] = ATTACHMENT_END,
    [UBL_REFERENCE] = REFERENCE_END,
    [UBL_BILLING] = BILLING_END,
    [UBL_PARTY_ID] = PARTY_ID_END,
    [UBL_ENDPOINT] = ENDPOINT_END,
    [UBL_COMPANY_ID] = COMPANY_ID_END,
    [UBL_VAT_ID] = VAT_ID_END,
    [UBL_COUNTRY] = COUNTRY_END,
};
_Static_assert(COUNTRY_END == RULE_COUNT, "every rule is in the list of its scope");

/* --- judging ----------------------------------------------------------------------------- */

static bool applies(const struct ubl *u, const struct rule *rule)
{
    if (rule->set == EN)
        return true;
    return u->peppol && (rule->set == PEPPOL || is(&u->seller.country, "SE"));
}

/* Money reads better with both decimals; adding 0.00 gives them. */
static struct decimal for_people(struct decimal a, const struct comparison *c)
{
    return c->stated.scale || c->computed.scale ? decimal_add(a, decimal_of(0, 2)) : a;
}

static int report(const struct rule *rule, const struct comparison *c, uint64_t ordinal,
                  const struct sink *sink)
{
    char stated[DECIMAL_SIZE];
    char computed[DECIMAL_SIZE];
    enum finding_code code = FINDING_RULE_BROKEN;
    if (rule->how == WARNING)
        code = FINDING_RULE_WARNING;
    else if (rule->how == TOTAL && c->what)
        code = FINDING_RULE_TOTAL;
    struct finding f = finding_make(code, ordinal);
    finding_text(&f, "rule", span_str(rule->id));
    finding_text(&f, "what", span_str(c->what ? c->what : rule->text));
    if (code == FINDING_RULE_TOTAL) {
        finding_text(&f, "stated", span_str(decimal_text(for_people(c->stated, c), stated)));
        finding_text(&f, "computed", span_str(decimal_text(for_people(c->computed, c), computed)));
    }
    return sink_finding(sink, &f);
}

int ubl_judge(const struct ubl *u, enum ubl_scope scope, uint64_t ordinal,
              struct ubl_counts *counts, const struct sink *sink)
{
    for (size_t i = scope ? ends[scope - 1] : 0; i < ends[scope]; i++) {
        const struct rule *rule = &rules[i];
        assert(rule->scope == scope);
        if (!applies(u, rule))
            continue;
        struct comparison c = {.vat = rule->vat};
        if (rule->holds(u, &c) || counts->of[i]++ >= UBL_REPEATS_MAX)
            continue;
        int rc = report(rule, &c, ordinal, sink);
        if (rc)
            return rc;
    }
    return 0;
}

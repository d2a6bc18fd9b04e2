/* peppol_rules.c -- each rule a row of the table below and a small function
 *
 * A function answers whether the rule holds. Where it compares sums it also says what is
 * stated and what the parts give. A number that is missing or is no number has a finding of
 * its own (a presence rule, or BAD_FIELD); arithmetic that needs it then holds.
 */
#include "parsers/peppol_rules.h"

#include <assert.h>

#include "model/ident.h"

struct comparison {
    const char *what;
    struct decimal stated;
    struct decimal computed;
};

typedef bool rule_function(const struct ubl *u, struct comparison *c);

/* --- helpers ----------------------------------------------------------------------------- */

static bool filled(const struct ubl_text *t)
{
    return t->n > 0;
}

static struct span text_of(const struct ubl_text *t)
{
    return span_of(t->p, t->n);
}

static struct span code_of(const struct ubl_code *c)
{
    return span_of(c->p, c->n);
}

static bool is(const struct ubl_code *c, const char *value)
{
    return span_eq_str(code_of(c), value);
}

/* An absent number counts as zero; one that could not be read stays unknown. */
static struct decimal or_zero(const struct ubl_number *n)
{
    return n->seen ? n->value : DECIMAL_ZERO;
}

/* Was it given but is no number, so that BAD_FIELD was said? */
static bool unreadable(const struct ubl_number *n)
{
    return n->seen && !n->value.known;
}

static struct decimal round2(struct decimal a)
{
    return decimal_round(a, 2);
}

static bool at_most_two_decimals(const struct ubl_number *n)
{
    return n->decimals <= 2;
}

/* Stated equals computed; what could not be computed exactly does not hold. */
static bool agree(struct comparison *c, const char *what, struct decimal stated,
                  struct decimal computed)
{
    *c = (struct comparison){what, stated, computed};
    return decimal_equal(stated, computed);
}

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
    return !u->line.quantity.seen || u->line.unit_code;
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
    return u->period.start_seen.seen || u->period.end_seen.seen || u->period.code_seen.seen;
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
        *c = (struct comparison){"the number of tax totals in the document's currency",
                                 decimal_of(u->tax_amounts, 0), decimal_of(1, 0)};
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

/* Is the tax within less than 1 of taxable amount times rate, signs left aside? */
static bool tax_follows_rate(const struct ubl_subtotal *s, struct comparison *c)
{
    struct decimal tax = decimal_abs(s->tax.value);
    struct decimal part = decimal_mul(decimal_abs(s->taxable.value), s->category.percent.value);
    struct decimal expected = round2(decimal_shift(part, 2));
    *c = (struct comparison){"TaxSubtotal/TaxAmount", s->tax.value, expected};
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
        *c = (struct comparison){"TaxSubtotal/TaxAmount", s->tax.value, DECIMAL_ZERO};
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

/* --- sums by VAT category ---------------------------------------------------------------- */

bool ubl_category_has_rates(const struct ubl_code *category)
{
    return is(category, "S") || is(category, "L") || is(category, "M");
}

static bool breakdown_agrees(const struct ubl *u, struct comparison *c, const char *category)
{
    const struct ubl_subtotal *s = &u->subtotal;
    if (!is(&s->category.id, category) || !is(&s->category.scheme, "VAT") || u->groups_full ||
        !s->taxable.value.known)
        return true;
    bool rates = ubl_category_has_rates(&s->category.id);
    struct decimal sum = DECIMAL_ZERO;
    for (unsigned i = 0; i < u->group_count; i++) {
        const struct ubl_group *g = &u->groups[i];
        if (span_eq_str(code_of(&s->category.id), g->category) &&
            (!rates || decimal_equal(g->percent, s->category.percent.value)))
            sum = decimal_add(sum, g->sum);
    }
    if (!agree(c, "TaxSubtotal/TaxableAmount", s->taxable.value, sum) && rates) {
        struct decimal apart = decimal_abs(decimal_sub(s->taxable.value, sum));
        return apart.known && decimal_compare(apart, decimal_of(1, 0)) < 0;
    }
    return decimal_equal(s->taxable.value, sum);
}

static bool br_s_08(const struct ubl *u, struct comparison *c)
{
    return breakdown_agrees(u, c, "S");
}

static bool br_e_08(const struct ubl *u, struct comparison *c)
{
    return breakdown_agrees(u, c, "E");
}

static bool br_z_08(const struct ubl *u, struct comparison *c)
{
    return breakdown_agrees(u, c, "Z");
}

static bool br_ae_08(const struct ubl *u, struct comparison *c)
{
    return breakdown_agrees(u, c, "AE");
}

static bool br_ic_08(const struct ubl *u, struct comparison *c)
{
    return breakdown_agrees(u, c, "K");
}

static bool br_g_08(const struct ubl *u, struct comparison *c)
{
    return breakdown_agrees(u, c, "G");
}

static bool br_o_08(const struct ubl *u, struct comparison *c)
{
    return breakdown_agrees(u, c, "O");
}

static bool br_s_09(const struct ubl *u, struct comparison *c)
{
    const struct ubl_subtotal *s = &u->subtotal;
    if (!is(&s->category.id, "S") || !is(&s->category.scheme, "VAT") || !s->tax.value.known ||
        !s->taxable.value.known || !s->category.percent.value.known)
        return true;
    return tax_follows_rate(s, c);
}

/* Categories without tax. */
static bool tax_is_zero(const struct ubl *u, struct comparison *c, const char *category)
{
    const struct ubl_subtotal *s = &u->subtotal;
    if (!is(&s->category.id, category) || !is(&s->category.scheme, "VAT") || !s->tax.value.known)
        return true;
    return agree(c, "TaxSubtotal/TaxAmount", s->tax.value, DECIMAL_ZERO);
}

static bool br_e_09(const struct ubl *u, struct comparison *c)
{
    return tax_is_zero(u, c, "E");
}

static bool br_z_09(const struct ubl *u, struct comparison *c)
{
    return tax_is_zero(u, c, "Z");
}

static bool br_ae_09(const struct ubl *u, struct comparison *c)
{
    return tax_is_zero(u, c, "AE");
}

static bool br_ic_09(const struct ubl *u, struct comparison *c)
{
    return tax_is_zero(u, c, "K");
}

static bool br_g_09(const struct ubl *u, struct comparison *c)
{
    return tax_is_zero(u, c, "G");
}

static bool br_o_09(const struct ubl *u, struct comparison *c)
{
    return tax_is_zero(u, c, "O");
}

/* --- decimals ---------------------------------------------------------------------------- */

static bool is_allowance(const struct ubl *u)
{
    return is(&u->charge.indicator, "false");
}

static bool is_charge(const struct ubl *u)
{
    return is(&u->charge.indicator, "true");
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
    *c = (struct comparison){"AllowanceCharge/Amount", or_zero(&a->amount), part};
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

/* --- Sweden ------------------------------------------------------------------------------ */

static bool swedish_vat(const struct ubl *u)
{
    return u->seller.tax_id_is_vat && span_starts(text_of(&u->seller.tax_id), SPAN_LIT("SE"));
}

static bool se_r_001(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !swedish_vat(u) || u->seller.tax_id.n == 14;
}

static bool se_r_002(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !swedish_vat(u) ||
           span_all_digits(span_of(u->seller.tax_id.p + 2, (size_t)u->seller.tax_id.n - 2));
}

static bool se_r_003(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->seller.company_id.seen || span_all_digits(text_of(&u->seller.company_id));
}

static bool se_r_004(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->seller.company_id.seen || u->seller.company_id.n == 10;
}

static bool se_r_013(const struct ubl *u, struct comparison *c)
{
    (void)c;
    const struct ubl_text *id = &u->seller.company_id;
    return !id->seen || id->n != 10 || !span_all_digits(text_of(id)) || luhn_valid(text_of(id));
}

static bool account_digits(const struct ubl *u, const char *branch, unsigned least)
{
    const struct ubl_text *a = &u->means.account;
    return !is(&u->means.branch, branch) || (a->n >= least && a->n <= 8);
}

static bool account_numeric(const struct ubl *u, const char *branch)
{
    return !is(&u->means.branch, branch) || span_all_digits(text_of(&u->means.account));
}

static bool se_r_007(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return account_numeric(u, "SE:PLUSGIRO");
}

static bool se_r_008(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return account_numeric(u, "SE:BANKGIRO");
}

static bool se_r_009(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return account_digits(u, "SE:BANKGIRO", 7);
}

static bool se_r_010(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return account_digits(u, "SE:PLUSGIRO", 2);
}

/* --- the table --------------------------------------------------------------------------- */

enum set {
    EN,     /* EN 16931: always */
    PEPPOL, /* where the document says that it is BIS Billing 3 */
    SWEDEN, /* the same, of a Swedish seller */
};
enum how { TOTAL, BROKEN, WARNING };

#define CHARGE_RULES(X, scope, reason_a, reason_c, da, dab, dc, dcb)                               \
    X(reason_a, scope, EN, BROKEN, allowance_has_reason, "an allowance has no reason")             \
    X(reason_c, scope, EN, BROKEN, surcharge_has_reason, "a charge has no reason")                 \
    X(da, scope, EN, BROKEN, allowance_amount_decimals, "an allowance has more than two decimals") \
    X(dab, scope, EN, BROKEN, allowance_base_decimals,                                             \
      "the base amount of an allowance has more than two decimals")                                \
    X(dc, scope, EN, BROKEN, charge_amount_decimals, "a charge has more than two decimals")        \
    X(dcb, scope, EN, BROKEN, charge_base_decimals,                                                \
      "the base amount of a charge has more than two decimals")

#define RULES(X)                                                                                   \
    X("BR-01", UBL_DOCUMENT, EN, BROKEN, br_01, "there is no specification identifier")            \
    X("BR-02", UBL_DOCUMENT, EN, BROKEN, br_02, "there is no invoice number")                      \
    X("BR-03", UBL_DOCUMENT, EN, BROKEN, br_03, "there is no issue date")                          \
    X("BR-04", UBL_DOCUMENT, EN, BROKEN, br_04, "there is no type code")                           \
    X("BR-05", UBL_DOCUMENT, EN, BROKEN, br_05, "there is no currency code")                       \
    X("BR-06", UBL_DOCUMENT, EN, BROKEN, br_06, "the seller has no registration name")             \
    X("BR-07", UBL_DOCUMENT, EN, BROKEN, br_07, "the buyer has no registration name")              \
    X("BR-08", UBL_DOCUMENT, EN, BROKEN, br_08, "the seller has no postal address")                \
    X("BR-09", UBL_DOCUMENT, EN, BROKEN, br_09, "the seller's address has no country")             \
    X("BR-10", UBL_DOCUMENT, EN, BROKEN, br_10, "the buyer has no postal address")                 \
    X("BR-11", UBL_DOCUMENT, EN, BROKEN, br_11, "the buyer's address has no country")              \
    X("BR-12", UBL_DOCUMENT, EN, BROKEN, br_12, "the sum of lines is missing")                     \
    X("BR-13", UBL_DOCUMENT, EN, BROKEN, br_13, "the total without VAT is missing")                \
    X("BR-14", UBL_DOCUMENT, EN, BROKEN, br_14, "the total with VAT is missing")                   \
    X("BR-15", UBL_DOCUMENT, EN, BROKEN, br_15, "the amount due is missing")                       \
    X("BR-16", UBL_DOCUMENT, EN, BROKEN, br_16, "there are no lines")                              \
    X("BR-21", UBL_LINE, EN, BROKEN, br_21, "a line has no identifier")                            \
    X("BR-22", UBL_LINE, EN, BROKEN, br_22, "a line has no quantity")                              \
    X("BR-23", UBL_LINE, EN, BROKEN, br_23, "a line's quantity has no unit")                       \
    X("BR-24", UBL_LINE, EN, BROKEN, br_24, "a line has no amount")                                \
    X("BR-25", UBL_LINE, EN, BROKEN, br_25, "a line's item has no name")                           \
    X("BR-26", UBL_LINE, EN, BROKEN, br_26, "a line has no price")                                 \
    X("BR-27", UBL_LINE, EN, BROKEN, br_27, "a price is negative")                                 \
    X("BR-28", UBL_PRICE_CHARGE, EN, BROKEN, br_28, "a gross price is negative")                   \
    X("BR-29", UBL_PERIOD, EN, BROKEN, period_in_order, "the period ends before it begins")        \
    X("BR-30", UBL_LINE_PERIOD, EN, BROKEN, period_in_order,                                       \
      "a line's period ends before it begins")                                                     \
    CHARGE_RULES(X, UBL_CHARGE, "BR-33", "BR-38", "BR-DEC-01", "BR-DEC-02", "BR-DEC-05",           \
                 "BR-DEC-06")                                                                      \
    CHARGE_RULES(X, UBL_LINE_CHARGE, "BR-42", "BR-44", "BR-DEC-24", "BR-DEC-25", "BR-DEC-27",      \
                 "BR-DEC-28")                                                                      \
    X("BR-45", UBL_SUBTOTAL, EN, BROKEN, br_45, "a VAT breakdown has no taxable amount")           \
    X("BR-46", UBL_SUBTOTAL, EN, BROKEN, br_46, "a VAT breakdown has no tax amount")               \
    X("BR-47", UBL_SUBTOTAL, EN, BROKEN, br_47, "a VAT breakdown has no category")                 \
    X("BR-CO-10", UBL_DOCUMENT, EN, TOTAL, br_co_10, "the sum of lines")                           \
    X("BR-CO-11", UBL_DOCUMENT, EN, TOTAL, br_co_11, "the sum of allowances")                      \
    X("BR-CO-12", UBL_DOCUMENT, EN, TOTAL, br_co_12, "the sum of charges")                         \
    X("BR-CO-13", UBL_DOCUMENT, EN, TOTAL, br_co_13, "lines less allowances plus charges")         \
    X("BR-CO-14", UBL_TAX_TOTAL, EN, TOTAL, br_co_14, "the sum of VAT breakdowns")                 \
    X("BR-CO-15", UBL_DOCUMENT, EN, TOTAL, br_co_15, "total without VAT plus VAT")                 \
    X("BR-CO-16", UBL_DOCUMENT, EN, TOTAL, br_co_16, "total less prepaid plus rounding")           \
    X("BR-CO-17", UBL_SUBTOTAL, EN, TOTAL, br_co_17, "taxable amount times rate")                  \
    X("BR-CO-18", UBL_DOCUMENT, EN, BROKEN, br_co_18, "there is no VAT breakdown")                 \
    X("BR-CO-19", UBL_PERIOD, EN, BROKEN, period_has_a_date, "the period has no date")             \
    X("BR-CO-20", UBL_LINE_PERIOD, EN, BROKEN, line_period_has_a_date,                             \
      "a line's period has no date")                                                               \
    X("BR-CO-21", UBL_CHARGE, EN, BROKEN, allowance_has_reason, "an allowance has no reason")      \
    X("BR-CO-22", UBL_CHARGE, EN, BROKEN, surcharge_has_reason, "a charge has no reason")          \
    X("BR-CO-23", UBL_LINE_CHARGE, EN, BROKEN, allowance_has_reason,                               \
      "a line's allowance has no reason")                                                          \
    X("BR-CO-24", UBL_LINE_CHARGE, EN, BROKEN, surcharge_has_reason,                               \
      "a line's charge has no reason")                                                             \
    X("BR-CO-25", UBL_DOCUMENT, EN, BROKEN, br_co_25,                                              \
      "something is due, but there is neither due date nor terms of payment")                      \
    X("BR-CO-26", UBL_DOCUMENT, EN, BROKEN, br_co_26, "the seller has no identifier")              \
    X("BR-S-08", UBL_BREAKDOWN, EN, TOTAL, br_s_08, "taxable amount of category S")                \
    X("BR-S-09", UBL_SUBTOTAL, EN, TOTAL, br_s_09, "tax of category S")                            \
    X("BR-E-08", UBL_BREAKDOWN, EN, TOTAL, br_e_08, "taxable amount of category E")                \
    X("BR-E-09", UBL_SUBTOTAL, EN, TOTAL, br_e_09, "tax of category E")                            \
    X("BR-Z-08", UBL_BREAKDOWN, EN, TOTAL, br_z_08, "taxable amount of category Z")                \
    X("BR-Z-09", UBL_SUBTOTAL, EN, TOTAL, br_z_09, "tax of category Z")                            \
    X("BR-AE-08", UBL_BREAKDOWN, EN, TOTAL, br_ae_08, "taxable amount of category AE")             \
    X("BR-AE-09", UBL_SUBTOTAL, EN, TOTAL, br_ae_09, "tax of category AE")                         \
    X("BR-IC-08", UBL_BREAKDOWN, EN, TOTAL, br_ic_08, "taxable amount of category K")              \
    X("BR-IC-09", UBL_SUBTOTAL, EN, TOTAL, br_ic_09, "tax of category K")                          \
    X("BR-G-08", UBL_BREAKDOWN, EN, TOTAL, br_g_08, "taxable amount of category G")                \
    X("BR-G-09", UBL_SUBTOTAL, EN, TOTAL, br_g_09, "tax of category G")                            \
    X("BR-O-08", UBL_BREAKDOWN, EN, TOTAL, br_o_08, "taxable amount of category O")                \
    X("BR-O-09", UBL_SUBTOTAL, EN, TOTAL, br_o_09, "tax of category O")                            \
    X("BR-DEC-09", UBL_DOCUMENT, EN, BROKEN, br_dec_09,                                            \
      "LineExtensionAmount has more than two decimals")                                            \
    X("BR-DEC-10", UBL_DOCUMENT, EN, BROKEN, br_dec_10,                                            \
      "AllowanceTotalAmount has more than two decimals")                                           \
    X("BR-DEC-11", UBL_DOCUMENT, EN, BROKEN, br_dec_11,                                            \
      "ChargeTotalAmount has more than two decimals")                                              \
    X("BR-DEC-12", UBL_DOCUMENT, EN, BROKEN, br_dec_12,                                            \
      "TaxExclusiveAmount has more than two decimals")                                             \
    X("BR-DEC-13", UBL_DOCUMENT, EN, BROKEN, br_dec_13, "the VAT has more than two decimals")      \
    X("BR-DEC-14", UBL_DOCUMENT, EN, BROKEN, br_dec_14,                                            \
      "TaxInclusiveAmount has more than two decimals")                                             \
    X("BR-DEC-15", UBL_DOCUMENT, EN, BROKEN, br_dec_15,                                            \
      "the VAT in accounting currency has more than two decimals")                                 \
    X("BR-DEC-16", UBL_DOCUMENT, EN, BROKEN, br_dec_16,                                            \
      "PrepaidAmount has more than two decimals")                                                  \
    X("BR-DEC-17", UBL_DOCUMENT, EN, BROKEN, br_dec_17,                                            \
      "PayableRoundingAmount has more than two decimals")                                          \
    X("BR-DEC-18", UBL_DOCUMENT, EN, BROKEN, br_dec_18,                                            \
      "PayableAmount has more than two decimals")                                                  \
    X("BR-DEC-19", UBL_SUBTOTAL, EN, BROKEN, br_dec_19,                                            \
      "a taxable amount has more than two decimals")                                               \
    X("BR-DEC-20", UBL_SUBTOTAL, EN, BROKEN, br_dec_20, "a tax amount has more than two decimals") \
    X("BR-DEC-23", UBL_LINE, EN, BROKEN, br_dec_23, "a line's amount has more than two decimals")  \
    X("PEPPOL-EN16931-R001", UBL_DOCUMENT, PEPPOL, BROKEN, r001,                                   \
      "there is no business process (ProfileID)")                                                  \
    X("PEPPOL-EN16931-R002", UBL_DOCUMENT, PEPPOL, BROKEN, r002, "there is more than one note")    \
    X("PEPPOL-EN16931-R003", UBL_DOCUMENT, PEPPOL, BROKEN, r003,                                   \
      "there is neither buyer reference nor order reference")                                      \
    X("PEPPOL-EN16931-R004", UBL_DOCUMENT, PEPPOL, BROKEN, r004,                                   \
      "the specification identifier is not that of Peppol BIS Billing 3")                          \
    X("PEPPOL-EN16931-R005", UBL_DOCUMENT, PEPPOL, BROKEN, r005,                                   \
      "the VAT accounting currency is the document's own")                                         \
    X("PEPPOL-EN16931-R007", UBL_DOCUMENT, PEPPOL, BROKEN, r007,                                   \
      "the business process is not of the form urn:fdc:peppol.eu:2017:poacc:billing:NN:1.0")       \
    X("PEPPOL-EN16931-R010", UBL_DOCUMENT, PEPPOL, BROKEN, r010,                                   \
      "the buyer has no electronic address")                                                       \
    X("PEPPOL-EN16931-R020", UBL_DOCUMENT, PEPPOL, BROKEN, r020,                                   \
      "the seller has no electronic address")                                                      \
    X("PEPPOL-EN16931-R040", UBL_CHARGE, PEPPOL, TOTAL, r040, "base amount times percentage")      \
    X("PEPPOL-EN16931-R040", UBL_LINE_CHARGE, PEPPOL, TOTAL, r040,                                 \
      "base amount times percentage, on a line")                                                   \
    X("PEPPOL-EN16931-R041", UBL_CHARGE, PEPPOL, BROKEN, r041,                                     \
      "an allowance or charge has a percentage but no base amount")                                \
    X("PEPPOL-EN16931-R041", UBL_LINE_CHARGE, PEPPOL, BROKEN, r041,                                \
      "a line's allowance or charge has a percentage but no base amount")                          \
    X("PEPPOL-EN16931-R042", UBL_CHARGE, PEPPOL, BROKEN, r042,                                     \
      "an allowance or charge has a base amount but no percentage")                                \
    X("PEPPOL-EN16931-R042", UBL_LINE_CHARGE, PEPPOL, BROKEN, r042,                                \
      "a line's allowance or charge has a base amount but no percentage")                          \
    X("PEPPOL-EN16931-R043", UBL_CHARGE, PEPPOL, BROKEN, r043,                                     \
      "ChargeIndicator is neither true nor false")                                                 \
    X("PEPPOL-EN16931-R043", UBL_LINE_CHARGE, PEPPOL, BROKEN, r043,                                \
      "ChargeIndicator of a line is neither true nor false")                                       \
    X("PEPPOL-EN16931-R044", UBL_PRICE_CHARGE, PEPPOL, BROKEN, r044, "a price has a charge")       \
    X("PEPPOL-EN16931-R046", UBL_PRICE_CHARGE, PEPPOL, TOTAL, r046, "gross price less allowance")  \
    X("PEPPOL-EN16931-R051", UBL_DOCUMENT, PEPPOL, BROKEN, r051,                                   \
      "an amount is not in the document's currency")                                               \
    X("PEPPOL-EN16931-R053", UBL_DOCUMENT, PEPPOL, BROKEN, r053,                                   \
      "there is not exactly one tax total with a VAT breakdown")                                   \
    X("PEPPOL-EN16931-R054", UBL_DOCUMENT, PEPPOL, BROKEN, r054,                                   \
      "tax totals without VAT breakdown do not fit the accounting currency")                       \
    X("PEPPOL-EN16931-R055", UBL_DOCUMENT, PEPPOL, BROKEN, r055,                                   \
      "the VAT in accounting currency has another sign")                                           \
    X("PEPPOL-EN16931-R120", UBL_LINE, PEPPOL, TOTAL, r120, "quantity times price")                \
    X("PEPPOL-EN16931-R121", UBL_LINE, PEPPOL, BROKEN, r121, "a base quantity is not above zero")  \
    X("SE-R-001", UBL_DOCUMENT, SWEDEN, BROKEN, se_r_001,                                          \
      "the seller's Swedish VAT number is not 14 characters long")                                 \
    X("SE-R-002", UBL_DOCUMENT, SWEDEN, BROKEN, se_r_002,                                          \
      "the seller's Swedish VAT number is not SE and digits")                                      \
    X("SE-R-003", UBL_DOCUMENT, SWEDEN, WARNING, se_r_003,                                         \
      "the seller's organisation number is not all digits")                                        \
    X("SE-R-004", UBL_DOCUMENT, SWEDEN, WARNING, se_r_004,                                         \
      "the seller's organisation number is not 10 digits long")                                    \
    X("SE-R-007", UBL_MEANS, SWEDEN, WARNING, se_r_007, "a plusgiro number is not all digits")     \
    X("SE-R-008", UBL_MEANS, SWEDEN, WARNING, se_r_008, "a bankgiro number is not all digits")     \
    X("SE-R-009", UBL_MEANS, SWEDEN, WARNING, se_r_009,                                            \
      "a bankgiro number is not 7 or 8 digits long")                                               \
    X("SE-R-010", UBL_MEANS, SWEDEN, WARNING, se_r_010,                                            \
      "a plusgiro number is not 2 to 8 digits long")                                               \
    X("SE-R-013", UBL_DOCUMENT, SWEDEN, WARNING, se_r_013,                                         \
      "the check digit of the seller's organisation number is wrong")

struct rule {
    const char *id;
    enum ubl_scope scope;
    enum set set;
    enum how how;
    rule_function *holds;
    const char *text;
};

#define ROW(id, scope, set, how, function, text) {id, scope, set, how, function, text},
static const struct rule rules[] = {RULES(ROW)};
#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))
_Static_assert(RULE_COUNT <= UBL_RULES_MAX, "ubl_counts has a place for every rule");

#define TEXT(id, scope, set, how, function, text) {id, text},
const struct rule_text peppol_rule_texts[] = {RULES(TEXT){NULL, NULL}};

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
    for (size_t i = 0; i < RULE_COUNT; i++) {
        const struct rule *rule = &rules[i];
        if (rule->scope != scope || !applies(u, rule))
            continue;
        struct comparison c = {0};
        if (rule->holds(u, &c) || counts->of[i]++ >= UBL_REPEATS_MAX)
            continue;
        int rc = report(rule, &c, ordinal, sink);
        if (rc)
            return rc;
    }
    return 0;
}

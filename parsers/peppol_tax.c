/* peppol_tax.c -- the rules of the VAT categories
 *
 * EN 16931 has ten rules for each category, numbered alike: 01 the breakdown, 02 to 04 who
 * must be identified (for lines, allowances, charges), 05 to 07 the rate, 08 the taxable
 * amount, 09 the tax, 10 the reason of an exemption. `kinds` says in what the categories
 * differ.
 */
#include <strings.h>

#include "parsers/peppol_judge.h"

enum who {
    SELLER_TAX = 0, /* the seller by any tax identifier, or its representative */
    SELLER_VAT,     /* by that of VAT, or its representative */
    BOTH_TAX,       /* and the buyer by VAT or registration */
    BOTH_VAT,       /* and the buyer by VAT */
    NOBODY,         /* no identifier of VAT at all */
};

enum rate { ABOVE_ZERO = 0, ZERO, NOT_BELOW_ZERO, NO_RATE };

static const struct {
    const char letter[3];
    enum who who;
    enum rate rate;
    bool once;     /* exactly one breakdown, else at least one */
    bool exempted; /* with a reason */
} kinds[UBL_VAT_COUNT] = {
    [UBL_VAT_S] = {"S", SELLER_TAX, ABOVE_ZERO, false, false},
    [UBL_VAT_Z] = {"Z", SELLER_TAX, ZERO, true, false},
    [UBL_VAT_E] = {"E", SELLER_TAX, ZERO, true, true},
    [UBL_VAT_AE] = {"AE", BOTH_TAX, ZERO, true, true},
    [UBL_VAT_K] = {"K", BOTH_VAT, ZERO, true, true},
    [UBL_VAT_G] = {"G", SELLER_VAT, ZERO, true, true},
    [UBL_VAT_O] = {"O", NOBODY, NO_RATE, true, true},
    [UBL_VAT_L] = {"L", SELLER_TAX, NOT_BELOW_ZERO, false, false},
    [UBL_VAT_M] = {"M", SELLER_TAX, NOT_BELOW_ZERO, false, false},
    [UBL_VAT_B] = {"B", SELLER_TAX, ABOVE_ZERO, false, false},
};

enum ubl_vat ubl_vat_of(const struct ubl_code *id)
{
    for (unsigned v = UBL_VAT_NONE + 1; v < UBL_VAT_COUNT; v++)
        if (is(id, kinds[v].letter))
            return (enum ubl_vat)v;
    return UBL_VAT_NONE;
}

bool ubl_category_has_rates(const struct ubl_code *category)
{
    return is(category, "S") || is(category, "L") || is(category, "M");
}

/* --- 01: the breakdown ---------------------------------------------------------------------- */

bool vat_01(const struct ubl *u, struct comparison *c)
{
    const struct ubl_uses *uses = &u->uses[c->vat];
    bool used = uses->line || uses->allowance || uses->charge;
    if (kinds[c->vat].once)
        return uses->breakdowns == (used || uses->breakdowns ? 1u : 0u);
    return used == (uses->breakdowns > 0);
}

/* --- 02 to 04: who is identified ------------------------------------------------------------ */

static bool has_vat_id(const struct ubl_party *p)
{
    return p->tax_id.seen && p->tax_id_is_vat;
}

static bool identified(const struct ubl *u, enum ubl_vat vat)
{
    bool representative = u->representative_seen && has_vat_id(&u->representative);
    bool seller_vat = has_vat_id(&u->seller) || representative;
    bool seller_tax = u->seller.tax_registration || representative;
    switch (kinds[vat].who) {
    case SELLER_TAX:
        return seller_tax;
    case SELLER_VAT:
        return seller_vat;
    case BOTH_TAX:
        return seller_tax && (has_vat_id(&u->buyer) || u->buyer.company_id.seen);
    case BOTH_VAT:
        return seller_vat && has_vat_id(&u->buyer);
    case NOBODY:
        break;
    }
    return !seller_vat && !has_vat_id(&u->buyer);
}

bool vat_02(const struct ubl *u, struct comparison *c)
{
    return !u->uses[c->vat].line || identified(u, c->vat);
}

bool vat_03(const struct ubl *u, struct comparison *c)
{
    return !u->uses[c->vat].allowance || identified(u, c->vat);
}

bool vat_04(const struct ubl *u, struct comparison *c)
{
    return !u->uses[c->vat].charge || identified(u, c->vat);
}

/* --- 05 to 07: the rate --------------------------------------------------------------------- */

static bool rate_fits(const struct ubl_category *category, enum ubl_vat vat)
{
    const struct ubl_number *rate = &category->percent;
    if (category->vat != vat || unreadable(rate))
        return true;
    switch (kinds[vat].rate) {
    case ABOVE_ZERO:
        return rate->seen && rate->value.n > 0;
    case ZERO:
        return rate->seen && rate->value.n == 0;
    case NOT_BELOW_ZERO:
        return rate->seen && rate->value.n >= 0;
    case NO_RATE:
        break;
    }
    return !rate->seen;
}

bool vat_05(const struct ubl *u, struct comparison *c)
{
    return rate_fits(&u->line.category, c->vat);
}

bool vat_06(const struct ubl *u, struct comparison *c)
{
    return !is_allowance(u) || rate_fits(&u->charge.category, c->vat);
}

bool vat_07(const struct ubl *u, struct comparison *c)
{
    return !is_charge(u) || rate_fits(&u->charge.category, c->vat);
}

/* --- 08 to 10: each breakdown --------------------------------------------------------------- */

bool vat_08(const struct ubl *u, struct comparison *c)
{
    const struct ubl_subtotal *s = &u->subtotal;
    if (s->category.vat != c->vat || u->groups_full || !s->taxable.value.known)
        return true;
    bool rates = ubl_category_has_rates(&s->category.id);
    struct decimal sum = DECIMAL_ZERO;
    for (unsigned i = 0; i < u->group_count; i++) {
        const struct ubl_group *g = &u->groups[i];
        if (is(&s->category.id, g->category) &&
            (!rates || decimal_equal(g->percent, s->category.percent.value)))
            sum = decimal_add(sum, g->sum);
    }
    if (agree(c, "TaxSubtotal/TaxableAmount", s->taxable.value, sum) || !rates)
        return decimal_equal(s->taxable.value, sum);
    struct decimal apart = decimal_abs(decimal_sub(s->taxable.value, sum));
    return apart.known && decimal_compare(apart, decimal_of(1, 0)) < 0;
}

bool vat_09(const struct ubl *u, struct comparison *c)
{
    const struct ubl_subtotal *s = &u->subtotal;
    if (s->category.vat != c->vat || !s->tax.value.known)
        return true;
    if (!ubl_category_has_rates(&s->category.id))
        return agree(c, "TaxSubtotal/TaxAmount", s->tax.value, DECIMAL_ZERO);
    return !s->taxable.value.known || !s->category.percent.value.known || tax_follows_rate(s, c);
}

bool vat_10(const struct ubl *u, struct comparison *c)
{
    const struct ubl_category *k = &u->subtotal.category;
    return k->vat != c->vat || (k->reason.seen || k->reason_code.seen) == kinds[c->vat].exempted;
}

/* --- rules of one category ------------------------------------------------------------------ */

bool br_ic_11(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->uses[UBL_VAT_K].breakdowns || u->delivered.filled ||
           (u->period_seen && (u->whole_period.start_seen.seen || u->whole_period.end_seen.seen ||
                               u->whole_period.code.seen));
}

bool br_ic_12(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->uses[UBL_VAT_K].breakdowns || u->delivery_country;
}

/* What is not subject to VAT does not mix with what is. */
bool br_o_11(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->uses[UBL_VAT_O].breakdowns || !u->other_breakdown;
}

bool br_o_12(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->uses[UBL_VAT_O].breakdowns || !u->other_line;
}

bool br_o_13(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->uses[UBL_VAT_O].breakdowns || !u->other_allowance;
}

bool br_o_14(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !u->uses[UBL_VAT_O].breakdowns || !u->other_charge;
}

static bool any_use(const struct ubl_uses *uses)
{
    return uses->line || uses->allowance || uses->charge || uses->breakdowns;
}

bool br_b_01(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !any_use(&u->uses[UBL_VAT_B]) || !u->foreign_country;
}

bool br_b_02(const struct ubl *u, struct comparison *c)
{
    (void)c;
    return !any_use(&u->uses[UBL_VAT_B]) || !any_use(&u->uses[UBL_VAT_S]);
}

/* --- reasons that belong to one category ---------------------------------------------------- */

static bool reason_fits(const struct ubl *u, const char *reason, const char *letter)
{
    const struct ubl_category *k = &u->subtotal.category;
    return k->reason_code.n != strlen(reason) ||
           strncasecmp(k->reason_code.p, reason, k->reason_code.n) != 0 || is(&k->id, letter);
}

#define REASON(name, reason, letter)                                                               \
    bool name(const struct ubl *u, struct comparison *c)                                           \
    {                                                                                              \
        (void)c;                                                                                   \
        return reason_fits(u, reason, letter);                                                     \
    }

REASON(p0104, "VATEX-EU-G", "G")
REASON(p0105, "VATEX-EU-O", "O")
REASON(p0106, "VATEX-EU-IC", "K")
REASON(p0107, "VATEX-EU-AE", "AE")
REASON(p0108, "VATEX-EU-D", "E")
REASON(p0109, "VATEX-EU-F", "E")
REASON(p0110, "VATEX-EU-I", "E")
REASON(p0111, "VATEX-EU-J", "E")

/* peppol_judge.h -- what the files of rules share: the shape of a rule, and its helpers
 *
 * A function answers whether the rule holds. Where it compares sums it also says what is
 * stated and what the parts give. A number that is missing or is no number has a finding of
 * its own (a presence rule, or BAD_FIELD); arithmetic that needs it then holds.
 */
#ifndef SLUSS_PARSERS_PEPPOL_JUDGE_H
#define SLUSS_PARSERS_PEPPOL_JUDGE_H

#include "parsers/peppol_rules.h"

struct comparison {
    enum ubl_vat vat; /* whose rule it is, for those that every category has */
    const char *what;
    struct decimal stated;
    struct decimal computed;
};

typedef bool rule_function(const struct ubl *u, struct comparison *c);

static inline bool filled(const struct ubl_text *t)
{
    return t->n > 0;
}

static inline struct span text_of(const struct ubl_text *t)
{
    return span_of(t->p, t->n);
}

static inline struct span code_of(const struct ubl_code *c)
{
    return span_of(c->p, c->n);
}

static inline bool is(const struct ubl_code *c, const char *value)
{
    return span_eq_str(code_of(c), value);
}

/* An absent number counts as zero; one that could not be read stays unknown. */
static inline struct decimal or_zero(const struct ubl_number *n)
{
    return n->seen ? n->value : DECIMAL_ZERO;
}

/* Was it given but is no number, so that BAD_FIELD was said? */
static inline bool unreadable(const struct ubl_number *n)
{
    return n->seen && !n->value.known;
}

static inline struct decimal round2(struct decimal a)
{
    return decimal_round(a, 2);
}

static inline void compare(struct comparison *c, const char *what, struct decimal stated,
                           struct decimal computed)
{
    c->what = what;
    c->stated = stated;
    c->computed = computed;
}

/* Stated equals computed; what could not be computed exactly does not hold. */
static inline bool agree(struct comparison *c, const char *what, struct decimal stated,
                         struct decimal computed)
{
    compare(c, what, stated, computed);
    return decimal_equal(stated, computed);
}

static inline bool is_allowance(const struct ubl *u)
{
    return is(&u->charge.indicator, "false");
}

static inline bool is_charge(const struct ubl *u)
{
    return is(&u->charge.indicator, "true");
}

/* Is the tax within less than 1 of taxable amount times rate, signs left aside? */
bool tax_follows_rate(const struct ubl_subtotal *s, struct comparison *c);

/* peppol_tax.c: the rules that each VAT category has, by their number, and those of one. */
rule_function vat_01, vat_02, vat_03, vat_04, vat_05, vat_06, vat_07, vat_08, vat_09, vat_10;
rule_function br_ic_11, br_ic_12, br_o_11, br_o_12, br_o_13, br_o_14, br_b_01, br_b_02;
rule_function p0104, p0105, p0106, p0107, p0108, p0109, p0110, p0111;

/* peppol_own.c */
rule_function br_17, br_18, br_19, br_20, br_56, br_49, br_50, br_51, br_61, br_52, br_53, br_55;
rule_function br_54, br_57, br_62, br_63, br_64, br_65, br_66, br_67, br_co_03, br_co_09;
rule_function cl_document_type, cl_currency, cl_tax_currency, cl_amount_currency, cl_period;
rule_function cl_party_scheme, cl_company_scheme, cl_item_scheme, cl_country, cl_means;
rule_function cl_line_category, cl_category, cl_charge_category, cl_allowance_reason;
rule_function cl_charge_reason, cl_exemption, cl_media_type, cl_endpoint_scheme;
rule_function p0100, p0101, f001, r008, r061, r080, r100, r101, r110, r111, r130;
rule_function id_0007, id_0088, id_0151, id_0184, id_0192, id_0201, id_0208, id_0210, id_0211;
rule_function id_9907;
rule_function se_r_001, se_r_002, se_r_003, se_r_004, se_r_005, se_r_006_line, se_r_006_charge;
rule_function se_r_006_breakdown, se_r_007, se_r_008, se_r_009, se_r_010, se_r_011, se_r_012;
rule_function se_r_013;

#endif

/* peppol_rules.h -- the rules of EN 16931 and Peppol BIS Billing 3 that sluss recomputes
 *
 * The parser gathers facts; a rule is a row of a table and a small function on those facts.
 * Rules are judged where their subject ends (a line, a tax subtotal, the document), so that
 * nothing of a line is kept once it is over. By topic: peppol_rules.c has the table and what
 * must be there and add up, peppol_tax.c the VAT categories, peppol_own.c code lists,
 * identifiers, Peppol's own rules and Sweden's.
 * Source: CEN-EN16931-UBL.sch and PEPPOL-EN16931-UBL.sch of Peppol BIS Billing 3.0.
 */
#ifndef SLUSS_PARSERS_PEPPOL_RULES_H
#define SLUSS_PARSERS_PEPPOL_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "model/date.h"
#include "model/item.h"
#include "parsers/decimal.h"
#include "parsers/parser.h"

/* Text of an element: `seen` even when it is empty. */
struct ubl_text {
    uint16_t n;
    bool seen;
    char p[ITEM_TEXT_MAX];
};

/* The same for codes and identifiers with a length of their own; longer ones are cut. */
struct ubl_code {
    uint8_t n;
    bool seen;
    char p[38];
};

struct ubl_flag {
    bool seen;
    bool filled; /* with something else than blanks */
};

/* A number: seen, but value.known false, when it is not one. */
struct ubl_number {
    struct decimal value;
    bool seen;
    uint8_t decimals; /* as written, zeros included */
    char currency[4]; /* "" = no currencyID */
};

/* The VAT categories that have rules of their own (UNTDID 5305). */
enum ubl_vat {
    UBL_VAT_NONE = 0, /* another tax, or a letter that is none of these */
    UBL_VAT_S,
    UBL_VAT_Z,
    UBL_VAT_E,
    UBL_VAT_AE,
    UBL_VAT_K,
    UBL_VAT_G,
    UBL_VAT_O,
    UBL_VAT_L,
    UBL_VAT_M,
    UBL_VAT_B,
    UBL_VAT_COUNT
};

struct ubl_category {
    struct ubl_code id;
    struct ubl_code scheme;
    struct ubl_number percent;
    struct ubl_flag reason; /* of an exemption */
    struct ubl_code reason_code;
    enum ubl_vat vat;
};

/* Where a VAT category occurs in the document. */
struct ubl_uses {
    bool line;
    bool allowance;
    bool charge;
    unsigned breakdowns;
};

struct ubl_period {
    struct ubl_flag start_seen;
    struct ubl_flag end_seen;
    struct ubl_code code;
    struct date start;
    struct date end;
};

struct ubl_charge {
    struct ubl_code indicator;
    struct ubl_number amount;
    struct ubl_number base;
    struct ubl_number percent;
    struct ubl_flag reason;
    struct ubl_code reason_code;
    struct ubl_category category;
};

struct ubl_party {
    bool party_seen;
    bool address_seen;
    struct ubl_text endpoint;
    struct ubl_code endpoint_scheme;
    struct ubl_text identification;
    struct ubl_text name;
    struct ubl_text registration_name;
    struct ubl_text company_id;
    struct ubl_text tax_id; /* of tax scheme VAT, else of any */
    bool tax_id_is_vat;
    bool tax_registration; /* a tax identifier of any scheme */
    bool no_f_tax;         /* one of another scheme than VAT that is not "Godkänd för F-skatt" */
    struct ubl_code country;
};

/* An identifier with its scheme, wherever it stands. */
struct ubl_id {
    struct ubl_code scheme;
    struct ubl_code id;
};

struct ubl_line {
    struct ubl_flag id;
    struct ubl_flag item_name;
    struct ubl_number quantity;
    struct ubl_code unit;
    struct ubl_code base_unit;
    struct ubl_code object; /* type code of its document reference */
    unsigned objects;
    bool attribute_broken; /* an attribute without name or value */
    bool class_without_list;
    bool standard_without_scheme;
    bool standard_scheme_unknown;
    struct ubl_number amount;
    struct ubl_number price;
    struct ubl_number base_quantity;
    struct ubl_category category; /* the one of scheme VAT */
    struct decimal charges;
    struct decimal allowances;
};

struct ubl_subtotal {
    uint64_t ordinal;
    struct ubl_number taxable;
    struct ubl_number tax;
    struct ubl_category category;
};

struct ubl_tax_total {
    struct ubl_number amount;
    unsigned subtotals;
    struct decimal sum;
};

struct ubl_means {
    struct ubl_code code;
    struct ubl_code branch; /* SE:BANKGIRO, SE:PLUSGIRO, a BIC */
    struct ubl_text account;
    bool account_seen; /* PayeeFinancialAccount, with or without its ID */
    bool card_seen;
    struct ubl_code card;
    struct ubl_flag mandate;
};

/* A document that is referred to. */
struct ubl_reference {
    struct ubl_flag id;
    struct ubl_code type;
};

/* Amounts of one VAT category (and rate, where the category has rates) over lines and
 * document allowances and charges. */
struct ubl_group {
    char category[4];
    struct decimal percent;
    struct decimal sum;
};

#define UBL_GROUPS_MAX 64

struct ubl {
    bool credit_note; /* by the root's name */
    bool peppol;      /* judged as BIS Billing 3: CustomizationID names it, or names nothing */
    uint64_t totals_ordinal;

    struct ubl_text customization;
    struct ubl_text profile;
    struct ubl_text number;
    struct ubl_flag issue_date_seen;
    struct ubl_flag due_date_seen;
    struct date issue_date;
    struct date due_date;
    struct ubl_code type;
    struct ubl_code currency;
    struct ubl_code tax_currency;
    struct ubl_flag buyer_reference;
    struct ubl_flag order_reference;
    struct ubl_flag terms;
    unsigned notes;
    struct ubl_party seller;
    struct ubl_party buyer;
    bool payee_seen;
    struct ubl_party payee;
    bool representative_seen;
    struct ubl_party representative; /* the seller's, for tax */
    struct ubl_flag tax_point;
    struct ubl_flag delivered; /* ActualDeliveryDate */
    bool delivery_address;
    bool delivery_country;
    bool period_seen;
    struct ubl_period whole_period; /* of the document */
    unsigned cards;
    unsigned mandates;
    unsigned projects;     /* references of type 50 */
    uint64_t empty;        /* the first element with nothing in it; 0: none */
    bool bad_date;         /* one that is not of the form YYYY-MM-DD */
    uint64_t bad_currency; /* the first amount whose currencyID is no currency; 0: none */
    bool foreign_country;  /* one that is not IT */

    bool totals_seen;
    struct ubl_number line_total;
    struct ubl_number tax_exclusive;
    struct ubl_number tax_inclusive;
    struct ubl_number allowance_total;
    struct ubl_number charge_total;
    struct ubl_number prepaid;
    struct ubl_number rounding;
    struct ubl_number payable;

    uint64_t lines;
    uint64_t allowances; /* of the document */
    uint64_t charges;
    struct decimal lines_sum;
    struct decimal allowances_sum;
    struct decimal charges_sum;
    unsigned tax_totals_split; /* TaxTotals with subtotals, and without */
    unsigned tax_totals_plain;
    unsigned tax_amounts;             /* in the document's currency */
    struct ubl_number tax;            /* the first of these */
    struct ubl_number tax_accounting; /* in the tax currency */
    uint64_t foreign_currency; /* the first amount whose currencyID is another one; 0: none */
    bool foreign_payable;

    struct ubl_group groups[UBL_GROUPS_MAX];
    unsigned group_count;
    struct ubl_subtotal breakdown[UBL_GROUPS_MAX];
    unsigned breakdown_count;
    bool groups_full; /* more than there is room for: sums by category are not judged */
    struct ubl_uses uses[UBL_VAT_COUNT];
    bool other_line; /* of VAT, and not of category O */
    bool other_allowance;
    bool other_charge;
    bool other_breakdown;

    /* What has just ended, for the rules of its scope. */
    struct ubl_line line;
    struct ubl_charge charge;
    struct ubl_subtotal subtotal;
    struct ubl_tax_total tax_total;
    struct ubl_means means;
    struct ubl_period period;
    struct ubl_category category;
    struct ubl_reference reference;
    struct ubl_id id;
    struct ubl_code media_type;
};

enum ubl_scope {
    UBL_DOCUMENT = 0,
    UBL_LINE,
    UBL_CHARGE,       /* of the document */
    UBL_LINE_CHARGE,  /* of a line */
    UBL_PRICE_CHARGE, /* of a price */
    UBL_PERIOD,       /* of the document */
    UBL_LINE_PERIOD,
    UBL_TAX_TOTAL,
    UBL_SUBTOTAL,
    UBL_BREAKDOWN, /* each subtotal again, when the whole document is known */
    UBL_MEANS,
    UBL_ATTACHMENT,
    UBL_REFERENCE, /* AdditionalDocumentReference */
    UBL_BILLING,   /* BillingReference */
    UBL_PARTY_ID,
    UBL_ENDPOINT,
    UBL_COMPANY_ID,
    UBL_VAT_ID,
    UBL_COUNTRY,
    UBL_SCOPE_COUNT
};

#define UBL_RULES_MAX 384
/* A rule broken on every line of a long invoice is said this often, not a million times. */
#define UBL_REPEATS_MAX 20

/* How often each rule was broken, by row of the table. */
struct ubl_counts {
    uint32_t of[UBL_RULES_MAX];
};

/* Judge the rules of a scope. `ordinal` is the element's. 0 or what the sink returned. */
int ubl_judge(const struct ubl *u, enum ubl_scope scope, uint64_t ordinal,
              struct ubl_counts *counts, const struct sink *sink);

/* Which category a letter names. */
enum ubl_vat ubl_vat_of(const struct ubl_code *id);

/* Is the category judged by its rate as well as by its letter (S, L, M)? */
bool ubl_category_has_rates(const struct ubl_code *category);

/* For format.rules; ends with a null id. */
extern const struct rule_text peppol_rule_texts[];

#endif

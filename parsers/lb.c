#include "parsers/lb.h"

#include "parsers/fixed.h"

/* --- the tables ---------------------------------------------------------------------- */

enum {
    ROLE_NONE = 0,
    ROLE_SENDER,
    ROLE_PRODUCT,
    ROLE_DATE,
    ROLE_REPORT,
    ROLE_CURRENCY,
    ROLE_PAYEE,
    ROLE_REFERENCE,
    ROLE_AMOUNT,
    ROLE_OWN,
    ROLE_NAME,
    ROLE_COUNT,
    ROLE_TOTAL,
    ROLE_SIGN
};

static const struct record_field opening_fields[] = {
    {"sender's bankgiro", 3, 10, RECORD_TEXT, false, ROLE_SENDER},
    {"date written", 13, 6, RECORD_DIGITS, false, ROLE_NONE},
    {"product name", 19, 22, RECORD_TEXT, false, ROLE_PRODUCT},
    {"payment date", 41, 6, RECORD_TEXT, false, ROLE_DATE},
    {"report code", 47, 1, RECORD_TEXT, false, ROLE_REPORT},
    FILLER(48, 12),
    {"currency", 60, 3, RECORD_TEXT, false, ROLE_CURRENCY},
    FILLER(63, 18),
};

static const struct record_field information_fields[] = {
    {"information", 3, 50, RECORD_TEXT, false, ROLE_NONE},
    FILLER(53, 28),
};

/* In a specification positions 50 to 60 hold payment type and bankgiro instead of a date. */
static const struct record_field payment_fields[] = {
    {"payee", 3, 10, RECORD_TEXT, false, ROLE_PAYEE},
    {"reference", 13, 25, RECORD_TEXT, false, ROLE_REFERENCE},
    {"amount", 38, 12, RECORD_NUMBER, true, ROLE_AMOUNT},
    {"payment date", 50, 6, RECORD_TEXT, false, ROLE_DATE},
    FILLER(56, 5),
    {"own information", 61, 20, RECORD_TEXT, false, ROLE_OWN},
};

static const struct record_field rest_fields[] = {
    {"payee", 3, 10, RECORD_TEXT, false, ROLE_NONE},
    {"payment date", 13, 6, RECORD_DIGITS, false, ROLE_NONE},
    {"original amount", 19, 12, RECORD_NUMBER, false, ROLE_NONE},
    {"remaining amount", 31, 12, RECORD_NUMBER, false, ROLE_NONE},
    FILLER(43, 38),
};

static const struct record_field earlier_fields[] = {
    {"payee", 3, 10, RECORD_TEXT, false, ROLE_NONE},
    {"earlier deductions", 13, 54, RECORD_TEXT, false, ROLE_NONE},
    FILLER(67, 14),
};

static const struct record_field payee_text_fields[] = {
    {"payee", 3, 10, RECORD_TEXT, false, ROLE_NONE},
    {"information", 13, 50, RECORD_TEXT, false, ROLE_NONE},
    FILLER(63, 18),
};

/* Stands before the payment it belongs to. */
static const struct record_field name_fields[] = {
    {"payee", 3, 10, RECORD_TEXT, false, ROLE_PAYEE},
    {"payee's name", 13, 35, RECORD_TEXT, false, ROLE_NAME},
    {"extra name", 48, 33, RECORD_TEXT, false, ROLE_NONE},
};

static const struct record_field address_fields[] = {
    {"payee", 3, 10, RECORD_TEXT, false, ROLE_NONE},
    {"street", 13, 35, RECORD_TEXT, false, ROLE_NONE},
    {"postcode", 48, 5, RECORD_TEXT, false, ROLE_NONE},
    {"town", 53, 20, RECORD_TEXT, false, ROLE_NONE},
    FILLER(73, 8),
};

static const struct record_field account_fields[] = {
    {"payee", 3, 10, RECORD_TEXT, false, ROLE_NONE},
    {"payee's account", 13, 16, RECORD_TEXT, false, ROLE_NONE},
    {"information", 29, 12, RECORD_TEXT, false, ROLE_NONE},
    {"salary mark", 41, 1, RECORD_TEXT, false, ROLE_NONE},
    FILLER(42, 39),
};

static const struct record_field error_fields[] = {
    {"error number", 3, 8, RECORD_TEXT, false, ROLE_NONE},
    {"information", 11, 70, RECORD_TEXT, false, ROLE_NONE},
};

static const struct record_field total_fields[] = {
    {"sender's bankgiro", 3, 10, RECORD_TEXT, false, ROLE_NONE},
    {"number of transactions", 13, 8, RECORD_NUMBER, true, ROLE_COUNT},
    {"total amount", 21, 12, RECORD_NUMBER, false, ROLE_TOTAL},
    {"sign", 33, 1, RECORD_TEXT, false, ROLE_SIGN},
    FILLER(34, 47),
};

static const struct record_field seal_fields[] = {
    {"seal", 3, 78, RECORD_TEXT, false, ROLE_NONE},
};

/* --- one parser ---------------------------------------------------------------------- */

struct lb {
    struct fixed fixed;
    bool opened;     /* some section was */
    bool in_section; /* TK11 without TK29 yet */
    char report;     /* position 47 of TK11 */
    char currency[4];
    struct date date; /* for all payments of the section */
    struct fixed_kept sender;
    struct fixed_kept name, named; /* TK26, for the payee `named` */
    struct fixed_sum section;
    struct fixed_sum other;  /* payments of reports that are not items */
    int64_t monitored;       /* TK40 to TK43 of a reconciliation */
    bool zero;               /* all totals say so */
    const char *other_title; /* of the last such report */
};

static struct lb *of(struct fixed *fixed)
{
    return (struct lb *)(void *)fixed;
}

static const char *report_title(char report)
{
    switch (report) {
    case '2':
        return "a reconciliation of Leverantörsbetalningar";
    case '6':
        return "rejected payments of Leverantörsbetalningar";
    case '7':
        return "stopped payments of Leverantörsbetalningar";
    default:
        return NULL;
    }
}

/* The letter between them is O, or Ö in one character set or another. */
static bool is_product(struct span name)
{
    const struct span end = SPAN_LIT("RSBETALNINGAR");

    return span_starts(name, SPAN_LIT("LEVERANT")) && name.n > end.n &&
           memcmp(name.p + name.n - end.n, end.p, end.n) == 0;
}

static int take_opening(struct fixed *fixed, const struct record_value *v)
{
    struct lb *lb = of(fixed);
    struct span report = fixed_good(&v[ROLE_REPORT]);
    int r = fixed_hand_out(fixed);

    if (r == 0 && lb->in_section)
        r = fixed_structure(fixed, "a section has no total record TK29");
    lb->zero = (lb->opened ? lb->zero : true);
    lb->opened = lb->in_section = true;
    lb->report = report.n ? report.p[0] : ' ';
    if (report_title(lb->report))
        lb->other_title = report_title(lb->report);
    lb->section = (struct fixed_sum){0};
    lb->monitored = 0;
    lb->name.n = 0;
    fixed_keep(&lb->sender, fixed_unzeroed(fixed_good(&v[ROLE_SENDER])));
    fixed_currency(fixed_good(&v[ROLE_CURRENCY]), "SEK", lb->currency);
    if (r == 0)
        r = fixed_day(fixed, "payment date", fixed_good(&v[ROLE_DATE]), &lb->date);
    if (r == 0 && !is_product(fixed_good(&v[ROLE_PRODUCT])))
        r = fixed_structure(fixed, "the opening record TK11 does not name the product");
    if (r == 0 && fixed_good(&v[ROLE_CURRENCY]).n && !currency_known(fixed_good(&v[ROLE_CURRENCY])))
        r = tally_field(&fixed->tally, FINDING_BAD_FIELD, fixed->record, "currency",
                        "an ISO 4217 currency");
    return r;
}

static int set_texts(struct fixed *fixed, const struct record_value *v)
{
    struct lb *lb = of(fixed);
    struct span payee = fixed_good(&v[ROLE_PAYEE]);
    struct span own = lb->report == ' ' ? fixed_good(&v[ROLE_DATE]) : SPAN_NONE;
    struct item *item = &fixed->item;
    int r = fixed_day(fixed, "payment date", own, &item->due_date);

    if (!date_present(item->due_date) && (!span_all_digits(own) || !fixed_unzeroed(own).n))
        item->due_date = lb->date;
    item->reference = fixed_good(&v[ROLE_REFERENCE]);
    item->number = fixed_good(&v[ROLE_OWN]);
    item->payee_account = fixed_unzeroed(payee);
    item->issuer = fixed_kept(&lb->sender);
    if (lb->name.n && span_eq(payee, fixed_kept(&lb->named)))
        fixed_set(fixed, FIXED_PARTY_NAME, fixed_kept(&lb->name));
    lb->name.n = 0;
    return r;
}

static int take_money(struct fixed *fixed, const struct record_value *v, enum item_type type)
{
    struct lb *lb = of(fixed);
    int sign = type == ITEM_DEDUCTION ? -1 : 1;
    int r = 0;

    if (!lb->in_section) {
        memcpy(lb->currency, "SEK", 4);
        r = fixed_structure(fixed, "a payment stands outside a section");
    }
    fixed_sum_add(&lb->section, &v[ROLE_AMOUNT], sign);
    if (r < 0)
        return r;
    if (report_title(lb->report)) {
        lb->other.count++;
        return 0;
    }
    r = fixed_item(fixed, type, &v[ROLE_AMOUNT], sign, lb->currency);
    return r ? r : set_texts(fixed, v);
}

static int take_payment(struct fixed *fixed, const struct record_value *v)
{
    return take_money(fixed, v, ITEM_PAYMENT);
}

static int take_deduction(struct fixed *fixed, const struct record_value *v)
{
    return take_money(fixed, v, ITEM_DEDUCTION);
}

static int take_name(struct fixed *fixed, const struct record_value *v)
{
    struct lb *lb = of(fixed);

    fixed_keep(&lb->name, fixed_good(&v[ROLE_NAME]));
    fixed_keep(&lb->named, fixed_good(&v[ROLE_PAYEE]));
    return 0;
}

static int take_monitored(struct fixed *fixed, const struct record_value *v)
{
    struct lb *lb = of(fixed);

    (void)v;
    if (lb->report == '2') {
        lb->monitored++;
        lb->other.count++;
    }
    return 0;
}

static int take_total(struct fixed *fixed, const struct record_value *v)
{
    struct lb *lb = of(fixed);
    const struct record_value *sign = &v[ROLE_SIGN];
    int factor = sign->state == RECORD_GOOD && sign->text.p[0] == '-' ? -1 : 1;
    int64_t computed = lb->report == '2' ? lb->monitored : lb->section.count;
    int r = fixed_hand_out(fixed);

    if (r == 0 && !lb->in_section)
        return fixed_structure(fixed, "a total record TK29 closes no section");
    lb->in_section = false;
    lb->zero = lb->zero && v[ROLE_COUNT].state == RECORD_GOOD && v[ROLE_COUNT].number == 0;
    /* What TK29 of rejected payments counts depends on the faults; nothing is compared. */
    if (r == 0 && lb->report != '6')
        r = fixed_check_count(fixed, "the number of payments and deductions (TK29)", &v[ROLE_COUNT],
                              computed);
    if (r < 0 || report_title(lb->report))
        return r;
    if (v[ROLE_TOTAL].state != RECORD_GOOD)
        return tally_field(&fixed->tally, FINDING_BAD_FIELD, fixed->record, "total amount",
                           "the amount in ore");
    /* A specification states the amount without a sign. */
    return fixed_check_money(fixed, "the total amount (TK29)", &v[ROLE_TOTAL],
                             lb->report == ' ' ? factor : 0, &lb->section, lb->currency);
}

const struct fixed_row lb_rows[] = {
    FIXED_ROW("11", "opening", opening_fields, take_opening),
    FIXED_ROW("12", "fixed information", information_fields, NULL),
    FIXED_ROW("13", "heading", information_fields, NULL),
    FIXED_ITEM("14", "payment", payment_fields, take_payment),
    FIXED_ITEM("15", "deduction", payment_fields, take_deduction),
    FIXED_ITEM("16", "credit invoice", payment_fields, take_deduction),
    FIXED_ITEM("17", "whole credit invoice", payment_fields, take_deduction),
    FIXED_ROW("20", "rest of a credit invoice", rest_fields, NULL),
    FIXED_ROW("21", "earlier deductions", earlier_fields, NULL),
    FIXED_ROW("25", "information", payee_text_fields, NULL),
    FIXED_ROW("26", "name", name_fields, take_name),
    FIXED_ROW("27", "address", address_fields, NULL),
    FIXED_ROW("28", "section seal", seal_fields, NULL),
    FIXED_ROW("29", "total", total_fields, take_total),
    FIXED_ROW("40", "account", account_fields, take_monitored),
    FIXED_ROW("41", "monitored", payee_text_fields, take_monitored),
    FIXED_ROW("42", "monitored", payee_text_fields, take_monitored),
    FIXED_ROW("43", "monitored", payee_text_fields, take_monitored),
    FIXED_ROW("49", "error", error_fields, NULL),
    FIXED_ITEM("54", "payment to plusgiro", payment_fields, take_payment),
    FIXED_ROW("65", "information to plusgiro", payee_text_fields, NULL),
};

const size_t lb_row_count = sizeof(lb_rows) / sizeof(lb_rows[0]);

static const char *missing(const struct lb *lb)
{
    if (lb->in_section)
        return "the last section has no total record TK29";
    return NULL;
}

static int end(struct fixed *fixed)
{
    struct lb *lb = of(fixed);
    int r = 0;

    fixed->states_zero = lb->opened && lb->zero && !lb->other_title;
    if (!lb->opened)
        r = fixed_structure(fixed, "the opening record TK11 is missing");
    if (r == 0 && lb->other_title)
        r = fixed_other_message(fixed, lb->other_title, lb->other.count);
    return r == 0 ? fixed_truncated(fixed, missing(lb)) : r;
}

static const struct fixed_rules rules = {
    .parser_size = sizeof(struct lb),
    .sets = {{lb_rows, sizeof(lb_rows) / sizeof(lb_rows[0]), NULL}},
    .end = end};

static int begin(const struct sink *sink, struct parser **out)
{
    int r = fixed_begin(&rules, sink, out);

    if (r == 0)
        of((struct fixed *)*out)->report = ' ';
    return r;
}

/* --- recognition --------------------------------------------------------------------- */

static enum bid bid(struct span head, bool whole)
{
    struct span line;

    for (unsigned i = 0; i < 5 && fixed_bid_line(&head, whole, &line); i++)
        if (fixed_text_at(line, 1, "11") && fixed_text_at(line, 19, "LEVERANT"))
            return BID_CERTAIN;
    return BID_NO;
}

/* A file may hold several sections: that the last one is closed is all that can be seen. */
static enum ending ending(struct span head, struct span tail)
{
    struct span line = fixed_last_line(tail);

    (void)head;
    return fixed_text_at(line, 1, "29") && fixed_digits_at(line, 13, 8) ? ENDING_WHOLE : ENDING_CUT;
}

const struct format format_lb = {
    .name = "lb",
    .kind = KIND_PAYMENTS,
    .title = "Leverantörsbetalningar, payments ordered through Bankgirot and reports of them",
    .carries = "payments, deductions and credit invoices; own information, amount, reference, "
               "payment date, payee's bankgiro, plusgiro or payment number, payee's name",
    .end_mark = "TK29",
    .source = "Bankgirot, Leverantörsbetalningar, Teknisk manual, July 2014",
    .bid = bid,
    .ending = ending,
    .begin = begin,
    .unicode = fixed_unicode,
    .push = fixed_push,
    .finish = fixed_finish,
    .close = fixed_close,
};

/* roundtrip_test.c -- what is written by the tables is read by them, whatever the values
 *
 * Without arguments FILES_NORMAL files a format; with a number as argument (make roundtrip) so
 * many, from a seed that is the second argument, or the same as always.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/ident.h"
#include "parsers/autogiro.h"
#include "parsers/bgmax.h"
#include "parsers/bgocr.h"
#include "parsers/camt.h"
#include "parsers/casecsv.h"
#include "parsers/invoic.h"
#include "parsers/lb.h"
#include "parsers/mt940.h"
#include "parsers/ocrgiro.h"
#include "parsers/totalin.h"
#include "tests/unit/parsers/roundtrip.h"

#define FILES_NORMAL 300

static const char *draw_currency(struct made *made)
{
    return draw_chance(made, 50) ? "SEK" : "EUR";
}

/* Digits filled up with zeros from the left, as numbers of accounts are. */
static struct span filled(struct made *made, struct span digits, size_t length)
{
    char *p = arena_alloc(made->arena, length);

    if (!p)
        abort();
    memset(p, '0', length);
    memcpy(p + length - digits.n, digits.p, digits.n);
    return span_of(p, length);
}

/* --- bgmax -------------------------------------------------------------------------------- */

#define BGMAX(made, code, ...) MADE_RECORD(made, bgmax_rows, bgmax_row_count, code, __VA_ARGS__)

struct bgmax_made {
    const char *currency;
    struct span receiver;
    int64_t section, records, payments, deductions, extra, deposits;
};

static void bgmax_details(struct made *made, struct bgmax_made *b, struct item *item)
{
    bool named = false;

    for (uint64_t n = draw(made, 5); n; n--) {
        const struct record_put text = PUT_TEXT("information", draw_text(made, 50));
        const struct record_put name = PUT_TEXT("payer's name", draw_text(made, 35));
        struct span digits = draw_digits(made, 10, true);
        switch (draw(made, 6)) {
        case 0:
            BGMAX(made, draw_chance(made, 50) ? "22" : "23",
                  PUT_RIGHT("reference", draw_text(made, 25)), PUT_NUMBER("part amount", 99));
            b->extra++;
            break;
        case 1:
            BGMAX(made, "26", name);
            if (item->counterparty_name.n == 0)
                item->counterparty_name = name.text;
            break;
        case 2:
            BGMAX(made, "27", PUT_TEXT("street", draw_text(made, 35)),
                  PUT_TEXT("postcode", draw_text(made, 9)));
            break;
        case 3:
            BGMAX(made, "28", PUT_TEXT("town", draw_text(made, 35)));
            break;
        case 4:
            BGMAX(made, "29", PUT_TEXT("organisation number", filled(made, digits, 12)));
            if (!named && made_unzeroed(digits).n) {
                item->counterparty_id = filled(made, digits, 10);
                named = true;
            }
            break;
        default:
            BGMAX(made, "25", text);
        }
    }
}

static void bgmax_payment(struct made *made, struct bgmax_made *b, int64_t most)
{
    struct item item = {.issuer = b->receiver, .payee_account = b->receiver};
    struct span serial = draw_digits(made, 12, true);
    struct span payer = draw_digits(made, 10, true);
    int64_t amount = draw_money(made, most);
    bool deduction = draw_chance(made, 25) && amount <= b->section;
    bool numbered = made_unzeroed(serial).n;

    item.type = deduction ? ITEM_DEDUCTION : ITEM_PAYMENT;
    item.amount_minor = deduction ? -amount : amount;
    memcpy(item.currency, b->currency, 4);
    item.reference = draw_chance(made, 50) ? draw_digits(made, 25, true) : draw_text(made, 25);
    item.number = numbered ? filled(made, serial, 12) : SPAN_NONE;
    item.counterparty_id = made_unzeroed(payer);
    BGMAX(made, deduction ? "21" : "20", PUT_TEXT("payer's bankgiro", payer),
          {.field = "reference", .text = item.reference, .right = draw_chance(made, 50)},
          PUT_NUMBER("amount", amount), PUT_NUMBER("reference code", (int64_t)draw(made, 6)),
          PUT_TEXT("serial number", serial));
    item.record = made->lines;
    bgmax_details(made, b, &item);
    made_item(made, &item);
    b->section += item.amount_minor;
    b->records++;
    *(deduction ? &b->deductions : &b->payments) += 1;
}

static void bgmax_section(struct made *made, struct bgmax_made *b)
{
    uint64_t payments = draw(made, 8);
    struct span receiver = draw_digits(made, 8, false);

    b->currency = draw_currency(made);
    b->receiver = made_unzeroed(receiver);
    b->section = b->records = 0;
    BGMAX(made, "05", PUT_TEXT("receiver's bankgiro", receiver),
          PUT_TEXT("currency", span_str(b->currency)));
    for (uint64_t i = 0; i < payments; i++)
        bgmax_payment(made, b, INT64_C(999999999999999999) / (int64_t)payments);
    BGMAX(made, "15", PUT_DATE("payment date", draw_date(made)),
          PUT_NUMBER("deposit amount", b->section), PUT_TEXT("currency", span_str(b->currency)),
          PUT_NUMBER("number of records", b->records));
    b->deposits++;
}

static void make_bgmax(struct made *made)
{
    struct bgmax_made b = {0};

    made->test = draw_chance(made, 10);
    made->allowed[FINDING_TEST_MARK] = made->test;
    made->allowed[FINDING_CHECK_DIGITS] = true;
    made->allowed[FINDING_BGMAX_EXAMPLE] = true;
    made->allowed[FINDING_NO_ITEMS] = true;
    BGMAX(made, "01", PUT_TEXT("layout name", SPAN_LIT("BGMAX")), PUT_NUMBER("version", 1),
          PUT_TEXT("write time", SPAN_LIT("20260302060102000001")),
          PUT_TEXT("test mark", made->test ? SPAN_LIT("T") : SPAN_LIT("P")));
    for (uint64_t n = draw(made, 5); n; n--)
        bgmax_section(made, &b);
    BGMAX(made, "70", PUT_NUMBER("number of payments", b.payments),
          PUT_NUMBER("number of deductions", b.deductions),
          PUT_NUMBER("number of extra references", b.extra),
          PUT_NUMBER("number of deposits", b.deposits));
}

/* --- total-in ----------------------------------------------------------------------------- */

#define TOTALIN(made, code, ...)                                                                   \
    MADE_RECORD(made, totalin_rows, totalin_row_count, code, __VA_ARGS__)

static void totalin_details(struct made *made, struct item *item)
{
    struct span name = draw_text(made, 35);
    struct span account = draw_digits(made, 20, true);

    if (draw_chance(made, 50))
        TOTALIN(made, "30", PUT_TEXT("reference", draw_text(made, 35)));
    if (draw_chance(made, 50))
        TOTALIN(made, "40", PUT_TEXT("information", draw_text(made, 35)));
    if (draw_chance(made, 50)) {
        TOTALIN(made, "50", PUT_TEXT("payer's name", name));
        item->counterparty_name = name;
    }
    if (draw_chance(made, 50)) {
        bool organised = draw_chance(made, 50);
        TOTALIN(made, "60",
                PUT_RIGHT(organised ? "organisation number" : "paying account", account));
        item->counterparty_id = made_unzeroed(account);
    }
    if (draw_chance(made, 20))
        TOTALIN(made, "70", PUT_NUMBER("foreign amount", draw_money(made, 999999999999999)));
}

static void totalin_payment(struct made *made, const struct item *like, int64_t most, int64_t *sum)
{
    struct item item = *like;
    struct span serial = draw_digits(made, 17, true);
    struct span bankgiro = draw_digits(made, 8, true);
    struct span reference = draw_text(made, 35);
    int64_t amount = draw_money(made, most);
    bool deduction = draw_chance(made, 25) && amount <= *sum;

    item.type = deduction ? ITEM_DEDUCTION : ITEM_PAYMENT;
    item.amount_minor = deduction ? -amount : amount;
    item.reference = made_unzeroed(reference).n ? reference : SPAN_NONE;
    item.number = made_unzeroed(serial).n ? filled(made, serial, 17) : SPAN_NONE;
    if (made_unzeroed(bankgiro).n)
        item.payee_account = made_unzeroed(bankgiro);
    TOTALIN(made, deduction ? "25" : "20", PUT_TEXT("reference", reference),
            PUT_NUMBER("amount", amount), PUT_TEXT("serial number", serial),
            PUT_TEXT("receiver's bankgiro", bankgiro));
    item.record = made->lines;
    totalin_details(made, &item);
    made_item(made, &item);
    *sum += item.amount_minor;
}

static void make_totalin(struct made *made)
{
    made->test = draw_chance(made, 10);
    made->allowed[FINDING_TEST_MARK] = made->test;
    made->allowed[FINDING_NO_ITEMS] = true;
    TOTALIN(made, "00", PUT_TEXT("file type", SPAN_LIT("TL1")),
            PUT_TEXT("file name", made->test ? SPAN_LIT("TOTALIN-T") : SPAN_LIT("TOTALIN")));
    for (uint64_t accounts = draw(made, 5); accounts; accounts--) {
        const char *currency = draw_currency(made);
        struct span account = draw_digits(made, 36, false);
        struct item item = {.payee_account = account, .issuer = account};
        uint64_t payments = draw(made, 8);
        int64_t sum = 0;
        memcpy(item.currency, currency, 4);
        TOTALIN(made, "10", PUT_TEXT("receiver's plusgiro", account),
                PUT_TEXT("currency", span_str(currency)),
                PUT_DATE("posting date", draw_date(made)));
        for (uint64_t i = 0; i < payments; i++)
            totalin_payment(made, &item, 999999999999999, &sum);
        TOTALIN(made, "90", PUT_NUMBER("number of transactions", (int64_t)payments),
                PUT_NUMBER("total amount", sum));
    }
    TOTALIN(made, "99", PUT_NUMBER("number of records in the file", (int64_t)made->lines + 1));
}

/* --- lb ----------------------------------------------------------------------------------- */

#define LB(made, code, ...) MADE_RECORD(made, lb_rows, lb_row_count, code, __VA_ARGS__)

static struct span short_date(struct made *made, struct date date)
{
    char *p = arena_alloc(made->arena, 16);

    if (!p)
        abort();
    snprintf(p, 16, "%02d%02d%02d", date.year % 100, date.month, date.day);
    return span_of(p, 6);
}

static void lb_payment(struct made *made, const struct item *like, int64_t most, int64_t *sum)
{
    static const char *const codes[] = {"14", "54", "15", "16", "17"};
    const char *code = codes[draw(made, 5)];
    struct item item = *like;
    struct span payee = filled(made, draw_digits(made, 10, false), 10);
    struct span name = draw_text(made, 35);
    struct date own = draw_chance(made, 30) ? draw_date(made) : DATE_NONE;
    int64_t amount = draw_money(made, most);

    if (draw_chance(made, 40) && name.n) {
        LB(made, "26", PUT_TEXT("payee", payee), PUT_TEXT("payee's name", name));
        item.counterparty_name = name;
    }
    item.type = code[1] == '4' ? ITEM_PAYMENT : ITEM_DEDUCTION;
    item.amount_minor = code[1] == '4' ? amount : -amount;
    item.payee_account = made_unzeroed(payee);
    item.reference = draw_text(made, 25);
    item.number = draw_text(made, 20);
    if (date_present(own))
        item.due_date = own;
    LB(made, code, PUT_TEXT("payee", payee), PUT_TEXT("reference", item.reference),
       PUT_NUMBER("amount", amount),
       PUT_TEXT("payment date", date_present(own) ? short_date(made, own) : SPAN_NONE),
       PUT_TEXT("own information", item.number));
    made_item(made, &item);
    *sum += item.amount_minor;
}

static void make_lb(struct made *made)
{
    made->allowed[FINDING_NO_ITEMS] = true;
    for (uint64_t sections = 1 + draw(made, 4); sections; sections--) {
        struct span sender = draw_digits(made, 10, false);
        struct item item = {.issuer = made_unzeroed(sender), .due_date = draw_date(made)};
        const char *currency = draw_currency(made);
        uint64_t payments = draw(made, 8);
        int64_t sum = 0;
        memcpy(item.currency, currency, 4);
        LB(made, "11", PUT_RIGHT("sender's bankgiro", sender),
           PUT_TEXT("date written", SPAN_LIT("260302")),
           PUT_TEXT("product name", SPAN_LIT("LEVERANTORSBETALNINGAR")),
           PUT_TEXT("payment date", short_date(made, item.due_date)),
           PUT_TEXT("currency", span_str(currency)));
        for (uint64_t i = 0; i < payments; i++)
            lb_payment(made, &item, 999999999999 / (int64_t)payments, &sum);
        LB(made, "29", PUT_NUMBER("number of transactions", (int64_t)payments),
           PUT_NUMBER("total amount", sum < 0 ? -sum : sum),
           PUT_TEXT("sign", sum < 0 ? SPAN_LIT("-") : SPAN_NONE));
    }
}

/* --- bankgiro-ocr ------------------------------------------------------------------------- */

#define BGOCR(made, code, ...) MADE_RECORD(made, bgocr_rows, bgocr_row_count, code, __VA_ARGS__)

/* The whole amount, its last digit overpunched when it is negative. */
static struct span overpunched(struct made *made, int64_t amount, size_t length)
{
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%lld", (long long)(amount < 0 ? -amount : amount));
    struct span text = filled(made, span_of(digits, (size_t)n), length);

    if (amount < 0)
        ((char *)text.p)[length - 1] = "-JKLMNOPQR"[text.p[length - 1] - '0'];
    return text;
}

static void bgocr_payment(struct made *made, const struct item *like, int64_t most, int64_t *sum)
{
    struct item item = *like;
    int64_t amount = draw_money(made, most);

    if (draw_chance(made, 25) && amount)
        amount = -amount;
    item.type = amount < 0 ? ITEM_DEDUCTION : ITEM_PAYMENT;
    item.amount_minor = amount;
    item.reference = draw_digits(made, 25, true);
    item.number = draw_digits(made, 10, true);
    BGOCR(made, "40", PUT_RIGHT("reference", item.reference),
          PUT_TEXT("amount", overpunched(made, amount, 13)),
          PUT_TEXT("serial number", item.number));
    made_item(made, &item);
    *sum += amount;
}

static void make_bgocr(struct made *made)
{
    int64_t total = 0;
    int64_t count = 0;

    made->allowed[FINDING_NO_ITEMS] = true;
    BGOCR(made, "00", PUT_TEXT("product name", SPAN_LIT("BANKGIROT")));
    for (uint64_t accounts = draw(made, 5); accounts; accounts--) {
        struct span account = draw_digits(made, 8, false);
        struct item item = {.currency = "SEK", .payee_account = made_unzeroed(account)};
        uint64_t payments = draw(made, 8);
        int64_t sum = 0;
        item.issuer = item.payee_account;
        BGOCR(made, "20", PUT_RIGHT("receiver's bankgiro", account));
        BGOCR(made, "30", PUT_RIGHT("receiver's bankgiro", account),
              PUT_DATE("payment date", draw_date(made)));
        for (uint64_t i = 0; i < payments; i++)
            bgocr_payment(made, &item, 9999999999999, &sum);
        BGOCR(made, "50", PUT_NUMBER("number of transactions", (int64_t)payments),
              PUT_TEXT("total amount", overpunched(made, sum, 15)));
        total += sum;
        count += (int64_t)payments;
    }
    BGOCR(made, "90", PUT_NUMBER("number of transactions", count),
          PUT_TEXT("total amount", overpunched(made, total, 15)));
}

/* --- ocr-giro ----------------------------------------------------------------------------- */

#define NETS(made, service, kind, code, ...)                                                       \
    MADE_RECORD(made, ocrgiro_rows, ocrgiro_row_count, code,                                       \
                PUT_TEXT("format code", SPAN_LIT("NY")), PUT_TEXT("service", SPAN_LIT(service)),   \
                PUT_TEXT("type", kind), PUT_TEXT("record type", SPAN_LIT(code)), __VA_ARGS__)

struct nets_totals {
    int64_t count, sum;
    struct date first, last;
};

static struct span nets_number(struct made *made, uint64_t transaction, struct date date)
{
    char *p = arena_alloc(made->arena, 64);

    if (!p)
        abort();
    return span_of(p, (size_t)snprintf(p, 64, "0302001-0000001-%07d-%02d%02d%02d", (int)transaction,
                                       date.day, date.month, date.year % 100));
}

static void ocrgiro_payment(struct made *made, struct span account, uint64_t transaction,
                            struct nets_totals *totals)
{
    static const char *const types[] = {"10", "11", "12", "13", "14", "15",
                                        "16", "17", "18", "19", "20", "21"};
    struct span type = span_str(types[draw(made, 12)]);
    bool signed_off = draw_chance(made, 15);
    bool reversal = signed_off || span_eq_str(type, "18") || span_eq_str(type, "20");
    int64_t amount = draw_money(made, 99999999999999999 / 8);
    struct span debit = draw_digits(made, 11, true);
    struct date date = draw_date(made);
    struct item item = {.currency = "NOK", .payee_account = account, .issuer = account};

    item.type = reversal ? ITEM_DEDUCTION : ITEM_PAYMENT;
    item.amount_minor = reversal ? -amount : amount;
    item.reference = draw_chance(made, 90) ? draw_digits(made, 25, true) : SPAN_NONE;
    item.counterparty_id = made_unzeroed(debit).n ? filled(made, debit, 11) : SPAN_NONE;
    item.issue_date = date;
    item.number = nets_number(made, transaction, date);
    NETS(made, "09", type, "30", PUT_NUMBER("transaction number", (int64_t)transaction),
         PUT_DATE("Nets date", date), PUT_TEXT("sign", signed_off ? SPAN_LIT("-") : SPAN_LIT("0")),
         PUT_NUMBER("amount", amount), PUT_RIGHT("KID", item.reference));
    made_item(made, &item);
    NETS(made, "09", type, "31", PUT_NUMBER("transaction number", (int64_t)transaction),
         PUT_TEXT("debit account", debit), PUT_DATE("bank date", draw_date(made)));
    if (draw_chance(made, 20))
        NETS(made, "09", type, "32", PUT_NUMBER("transaction number", (int64_t)transaction),
             PUT_TEXT("information", draw_text(made, 40)));
    totals->count++;
    totals->sum += amount;
    if (!date_present(totals->first) || date_compare(date, totals->first) < 0)
        totals->first = date;
    if (date_compare(date, totals->last) > 0)
        totals->last = date;
}

static void make_ocrgiro(struct made *made)
{
    static const struct span plain = SPAN_LIT("00");
    struct nets_totals totals = {0};
    uint64_t start;

    made->fill = '0';
    made->allowed[FINDING_NO_ITEMS] = made->allowed[FINDING_CHECK_DIGITS] = true;
    if (made->charset != CHARSET_UTF8 && draw_chance(made, 30))
        made->line_end = "";
    NETS(made, "00", plain, "10", PUT_TEXT("transmission number", SPAN_LIT("0302001")));
    start = made->lines;
    if (draw_chance(made, 90)) {
        struct span account = filled(made, draw_digits(made, 11, false), 11);
        NETS(made, "09", plain, "20", PUT_TEXT("assignment number", SPAN_LIT("0000001")),
             PUT_TEXT("payee's account", account));
        for (uint64_t i = 1, n = draw(made, 8); i <= n; i++)
            ocrgiro_payment(made, account, i, &totals);
        NETS(made, "09", plain, "88", PUT_NUMBER("number of transactions", totals.count),
             PUT_NUMBER("number of records", (int64_t)(made->lines - start + 1)),
             PUT_NUMBER("total amount", totals.sum), PUT_DATE("first date", totals.first),
             PUT_DATE("last date", totals.last));
    }
    NETS(made, "00", plain, "89", PUT_NUMBER("number of transactions", totals.count),
         PUT_NUMBER("number of records", (int64_t)made->lines + 1),
         PUT_NUMBER("total amount", totals.sum));
}

/* --- autogiro, the new layout of payment specifications -------------------------------------- */

#define AUTOGIRO(made, code, ...)                                                                  \
    MADE_RECORD(made, autogiro_rows, autogiro_row_count, code, __VA_ARGS__)
#define SECTION_MOST 8

/* Incoming, outgoing and refunds: section, payment, and what TK09 counts. */
static const struct {
    const char *section, *payment;
} autogiro_ways[] = {{"15", "82"}, {"16", "32"}, {"17", "77"}};

struct autogiro_made {
    int64_t sections[3], approved[3];
};

static void autogiro_payment(struct made *made, unsigned way, const char *currency, int64_t amount,
                             bool approved)
{
    struct span payer = draw_digits(made, 16, true);
    struct span bankgiro = filled(made, draw_digits(made, 8, false), 10);
    struct item item = {.type = ITEM_PAYMENT, .amount_minor = amount, .due_date = draw_date(made)};
    struct span reference = draw_text(made, 16);

    if (way == 2) {
        AUTOGIRO(made, "77", PUT_DATE("payment date", item.due_date), PUT_NUMBER("amount", amount),
                 PUT_TEXT("reference", reference));
        return;
    }
    memcpy(item.currency, currency, 4);
    item.counterparty_id = made_unzeroed(payer);
    item.payee_account = item.issuer = made_unzeroed(bankgiro);
    item.reference = made_unzeroed(reference).n ? reference : SPAN_NONE;
    char date[16];
    snprintf(date, sizeof(date), "%04d%02d%02d", item.due_date.year, item.due_date.month,
             item.due_date.day);
    AUTOGIRO(made, autogiro_ways[way].payment, PUT_TEXT("payment date", span_str(date)),
             PUT_TEXT("payer number", payer), PUT_NUMBER("amount", amount),
             PUT_TEXT("receiver's bankgiro", bankgiro), PUT_TEXT("reference", reference),
             PUT_TEXT("status", approved ? SPAN_LIT("0") : SPAN_LIT("1")));
    if (way == 0 && approved)
        made_item(made, &item);
}

static void autogiro_section(struct made *made, struct autogiro_made *a)
{
    unsigned way = (unsigned)draw(made, 3);
    const char *currency = draw_currency(made);
    uint64_t payments = draw(made, SECTION_MOST);
    int64_t amounts[SECTION_MOST];
    bool approved[SECTION_MOST];
    int64_t sum = 0;
    int64_t count = 0;

    for (uint64_t i = 0; i < payments; i++) {
        amounts[i] = draw_money(made, 999999999999);
        approved[i] = way == 2 || draw_chance(made, 80);
        sum += approved[i] ? amounts[i] : 0;
        count += approved[i];
    }
    AUTOGIRO(made, autogiro_ways[way].section, PUT_DATE("payment date", draw_date(made)),
             PUT_NUMBER("approved amount", sum), PUT_TEXT("currency", span_str(currency)),
             PUT_NUMBER("approved payments", count));
    for (uint64_t i = 0; i < payments; i++)
        autogiro_payment(made, way, currency, amounts[i], approved[i]);
    a->sections[way]++;
    a->approved[way] += count;
}

static void make_autogiro(struct made *made)
{
    struct autogiro_made a = {0};

    made->allowed[FINDING_PAYMENTS_ASIDE] = made->allowed[FINDING_NO_ITEMS] = true;
    AUTOGIRO(made, "01",
             PUT_TEXT("opening", SPAN_LIT("AUTOGIRO                                  BET. SPEC")));
    for (uint64_t n = draw(made, 6); n; n--)
        autogiro_section(made, &a);
    AUTOGIRO(made, "09", PUT_DATE("date written", draw_date(made)),
             PUT_NUMBER("number of deposits (TK15)", a.sections[0]),
             PUT_NUMBER("number of incoming payments (TK82)", a.approved[0]),
             PUT_NUMBER("number of withdrawals (TK16)", a.sections[1]),
             PUT_NUMBER("number of outgoing payments (TK32)", a.approved[1]),
             PUT_NUMBER("number of refund sections (TK17)", a.sections[2]),
             PUT_NUMBER("number of refunds (TK77)", a.approved[2]));
}

/* --- all ---------------------------------------------------------------------------------- */

static const struct roundtrip formats_made[] = {
    {&format_bgmax, make_bgmax},     {&format_totalin, make_totalin},
    {&format_lb, make_lb},           {&format_bgocr, make_bgocr},
    {&format_ocrgiro, make_ocrgiro}, {&format_autogiro, make_autogiro},
    {&format_casecsv, make_casecsv}, {&format_mt940, make_mt940},
    {&format_camt054, make_camt054}, {&format_invoic, make_invoic},
};

static void every_format_reads_what_was_written(void **state)
{
    const uint64_t *asked = *state;

    for (size_t i = 0; i < sizeof(formats_made) / sizeof(formats_made[0]); i++) {
        if (!roundtrip_run(&formats_made[i], asked[1], asked[0]))
            fail_msg("%s does not come back as it was made", formats_made[i].format->name);
        if (asked[0] > FILES_NORMAL)
            printf("%-14s %llu files\n", formats_made[i].format->name,
                   (unsigned long long)asked[0]);
    }
}

int main(int argc, char **argv)
{
    uint64_t asked[] = {FILES_NORMAL, 1}; /* files, seed */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(every_format_reads_what_was_written, asked),
    };

    for (int i = 1; i < argc && i < 3; i++)
        asked[i - 1] = strtoull(argv[i], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

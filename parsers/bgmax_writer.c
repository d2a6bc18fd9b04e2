#include "parsers/bgmax_writer.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/error.h"
#include "model/ident.h"
#include "model/text.h"
#include "parsers/bgmax.h"

#define PUTS       16 /* fields of a record that are given */
#define REFERENCE  25 /* characters */
#define NAME       35
#define SERIAL_MAX 99999
#define MONEY_MAX  INT64_C(999999999999999999)

/* One deposit to be written. */
struct section {
    struct section *next;
    const struct payment_group *group; /* null: made here */
    struct span account;               /* digits */
    char currency[4];
    struct date day;
    struct entry {
        struct entry *next;
        const struct payment *payment;
    } * first, *last;
    int64_t sum, count;
};

struct writing {
    struct arena *arena;
    const struct writer_order *order;
    struct writer_report *report;
    struct buf *out;
    struct section *first, *last;
    struct span replaced; /* the account that order->payee stands for */
    int64_t serial;       /* of the next deposit that has none */
    int64_t payments, deductions, extra_references, deposits;
};

/* --- records ------------------------------------------------------------------------------ */

struct puts {
    unsigned n;
    struct record_put of[PUTS];
};

static void put(struct puts *puts, struct record_put value)
{
    if (puts->n < PUTS)
        puts->of[puts->n++] = value;
}

#define PUT(puts, ...) put(puts, (struct record_put){__VA_ARGS__})

static int write_record(struct writing *w, const char *code, const struct puts *puts)
{
    char line[FIXED_SIZE_MAX + 2];

    for (size_t i = 0; i < bgmax_row_count; i++) {
        if (strcmp(bgmax_rows[i].layout.code, code) != 0)
            continue;
        int n = record_write(&bgmax_rows[i].layout, CHARSET_LATIN1, ' ', puts->of, puts->n, line,
                             FIXED_SIZE_MAX);
        if (n < 0)
            return n;
        line[n] = '\r';
        line[n + 1] = '\n';
        return buf_add(w->out, line, (size_t)n + 2);
    }
    return SLUSS_EINVAL;
}

static bool given(const struct puts *puts, const char *field)
{
    for (unsigned i = 0; i < puts->n; i++)
        if (strcmp(puts->of[i].field, field) == 0)
            return true;
    return false;
}

static bool in_letters(struct span text)
{
    while (text.n) {
        uint32_t c;
        size_t n = utf8_get(text, &c);
        if (n == 0 || c > 0xFF || c < 0x20 || (c >= 0x7F && c < 0xA0))
            return false;
        text = span_of(text.p + n, text.n - n);
    }
    return true;
}

/* A field as the file had it, where nothing else was put there. */
static void put_told(struct writing *w, struct puts *puts, const struct particular *told)
{
    const struct record_field *field = told->field;
    struct record_put value = {.field = field->name, .text = told->text, .right = told->right};
    bool digits = field->kind == RECORD_DIGITS || field->kind == RECORD_NUMBER;

    if (field->kind == RECORD_FILLER || given(puts, field->name))
        return;
    if (digits && (!span_all_digits(told->text) || told->text.n > field->length)) {
        writer_lose(w->report, field->name, "it is not of digits throughout", told->record);
        return;
    }
    if (field->kind == RECORD_TEXT && !in_letters(told->text)) {
        writer_lose(w->report, field->name, "it has letters that ISO-8859-1 lacks", told->record);
        return;
    }
    if (field->kind == RECORD_NUMBER && !record_number(told->text, &value.number))
        return;
    put(puts, value);
}

static void put_fields(struct writing *w, struct puts *puts, const struct payment_fields *fields,
                       const char *code)
{
    for (const struct payment_field *f = fields->first; f; f = f->next)
        if (strcmp(f->told.layout->code, code) == 0)
            put_told(w, puts, &f->told);
}

/* --- what a payment must have ------------------------------------------------------------- */

/* Also one that the file itself, a bgmax, calls so: of up to 10 digits. */
static struct span bankgiro(struct writing *w, struct span text, bool said)
{
    char digits[ACCOUNT_SIZE];

    if (said && span_all_digits(text) && text.n <= 10)
        return text;
    return bankgiro_normalise(text, digits) ? arena_copy(w->arena, span_str(digits)) : SPAN_NONE;
}

static int find_account(struct writing *w, const struct payment *payment, struct span *account)
{
    const struct item *item = &payment->item;
    struct span own = item->issuer.n ? item->issuer : item->payee_account;

    if (item->payee_account.n && !span_eq(item->payee_account, own))
        return writer_refuse(w->report,
                             "it pays out to an account of somebody else's; BgMax holds what comes "
                             "in, and its deductions, alone",
                             item->record);
    *account = bankgiro(w, own, payment->group && payment->group->opens.first);
    if (account->p)
        return 0;
    *account = bankgiro(w, w->order->payee, false);
    if (!account->p)
        return writer_refuse(w->report,
                             "its account is no bankgiro number; say which one it is (--payee)",
                             item->record);
    if (w->replaced.p && !span_eq(w->replaced, own))
        return writer_refuse(w->report,
                             "a second account is no bankgiro number, and --payee can "
                             "stand for one alone",
                             item->record);
    w->replaced = own.p ? own : SPAN_LIT("");
    writer_lose(w->report, "payee account", "the bankgiro of --payee stands for it", item->record);
    return 0;
}

static int check_payment(struct writing *w, const struct item *item, struct date day)
{
    const char *why = NULL;
    struct record reference = {item->reference, CHARSET_UTF8, NULL};

    if (item->type != ITEM_PAYMENT && item->type != ITEM_DEDUCTION)
        why = "it is no payment";
    else if (!span_eq_str(span_str(item->currency), "SEK") &&
             !span_eq_str(span_str(item->currency), "EUR"))
        why = "BgMax has the currencies SEK and EUR alone";
    else if (item->amount_minor > MONEY_MAX || item->amount_minor < -MONEY_MAX)
        why = "its amount has more than 18 digits";
    else if ((item->type == ITEM_PAYMENT) != (item->amount_minor >= 0) && item->amount_minor)
        why = "its amount has the other sign than its kind";
    else if (!date_present(day))
        why = "it has no date, and a deposit needs one";
    else if (record_length(reference) > REFERENCE)
        why = "its reference has more than 25 characters";
    else if (!in_letters(item->reference))
        why = "its reference has letters that ISO-8859-1 lacks";
    return why ? writer_refuse(w->report, why, item->record) : 0;
}

/* --- sections ----------------------------------------------------------------------------- */

static struct section *find_section(struct writing *w, const struct payment *payment,
                                    struct span account, struct date day)
{
    struct section *s = w->first;

    while (s &&
           (s->group != payment->group || !span_eq(s->account, account) ||
            strcmp(s->currency, payment->item.currency) != 0 || date_compare(s->day, day) != 0))
        s = s->next;
    if (s || !(s = arena_alloc(w->arena, sizeof(*s))))
        return s;
    s->group = payment->group;
    s->account = account;
    s->day = day;
    memcpy(s->currency, payment->item.currency, sizeof(s->currency));
    if (w->last)
        w->last->next = s;
    else
        w->first = s;
    w->last = s;
    return s;
}

static int place_payment(struct writing *w, const struct payment *payment)
{
    const struct item *item = &payment->item;
    struct date day = date_present(item->issue_date) ? item->issue_date : item->due_date;
    struct span account = SPAN_NONE;
    int r;

    if (payment->group && date_present(payment->group->day))
        day = payment->group->day;
    r = check_payment(w, item, day);
    if (r == 0)
        r = find_account(w, payment, &account);
    if (r < 0)
        return r;
    struct section *section = find_section(w, payment, account, day);
    struct entry *entry = section ? arena_alloc(w->arena, sizeof(*entry)) : NULL;
    if (!entry)
        return SLUSS_ENOMEM;
    entry->payment = payment;
    if (section->last)
        section->last->next = entry;
    else
        section->first = entry;
    section->last = entry;
    section->count++;
    if (money_add(section->sum, item->amount_minor, &section->sum) < 0 ||
        section->sum > MONEY_MAX || sums_add(&w->report->sums, item->currency, item->amount_minor))
        return writer_refuse(w->report, "the sum of its deposit is too large", item->record);
    w->report->payments++;
    return 0;
}

/* --- payments ----------------------------------------------------------------------------- */

/* At most `most` characters of ISO-8859-1, a question mark for each other one. */
static struct span fit(struct writing *w, struct span text, size_t most, const char *field,
                       uint64_t record)
{
    char *fitted = arena_alloc(w->arena, most * 2 + 1);
    size_t used = 0, characters = 0;
    bool foreign = false;

    if (!fitted)
        return SPAN_NONE;
    while (text.n && characters < most) {
        uint32_t c;
        size_t n = utf8_get(text, &c);
        bool right = n && in_letters(span_of(text.p, n));
        n = n ? n : 1;
        foreign = foreign || !right;
        if (right)
            memcpy(fitted + used, text.p, n);
        else
            fitted[used] = '?';
        used += right ? n : 1;
        characters++;
        text = span_of(text.p + n, text.n - n);
    }
    if (foreign)
        writer_lose(w->report, field, "it has letters that ISO-8859-1 lacks", record);
    if (text.n)
        writer_lose(w->report, field, "it is longer than 35 characters, and cut", record);
    return span_of(fitted, used);
}

static char reference_code(struct span reference)
{
    if (reference.n == 0)
        return '0';
    return ocr_valid(reference) ? '2' : '3';
}

/* Ten or twelve digits, with or without a dash: as TK29 has them, else absent. */
static struct span organisation(struct writing *w, struct span id)
{
    struct identity identity;

    identity_classify(id, &identity);
    return identity.kind == IDENTITY_UNKNOWN ? SPAN_NONE
                                             : arena_copy(w->arena, span_str(identity.digits));
}

static bool stood_right(const struct payment_fields *fields, const char *code, const char *name)
{
    for (const struct payment_field *f = fields->first; f; f = f->next)
        if (strcmp(f->told.layout->code, code) == 0 && strcmp(f->told.field->name, name) == 0)
            return f->told.right;
    return false;
}

static int write_payment_record(struct writing *w, const struct payment *payment)
{
    const struct item *item = &payment->item;
    const char *code = item->type == ITEM_DEDUCTION ? "21" : "20";
    char how[2] = {reference_code(item->reference), '\0'};
    struct puts puts = {0};

    PUT(&puts, .field = "reference", .text = item->reference,
        .right = payment->fields.first ? stood_right(&payment->fields, code, "reference")
                                       : how[0] == '2');
    PUT(&puts, .field = "amount",
        .number = item->amount_minor < 0 ? -item->amount_minor : item->amount_minor);
    if (item->number.n && item->number.n <= 12 && span_all_digits(item->number))
        PUT(&puts, .field = "serial number", .text = item->number);
    else if (item->number.n)
        writer_lose(w->report, "number", "a serial number of BgMax has 12 digits", item->record);
    if (payment->fields.first) {
        put_fields(w, &puts, &payment->fields, code);
        return write_record(w, code, &puts);
    }
    struct span payer = bankgiro(w, item->counterparty_id, false);
    PUT(&puts, .field = "reference code", .text = span_str(how));
    PUT(&puts, .field = "payment channel", .number = 1);
    if (payer.p && !organisation(w, item->counterparty_id).p)
        PUT(&puts, .field = "payer's bankgiro", .text = payer);
    return write_record(w, code, &puts);
}

/* The records behind a TK20 or TK21, as the file had them. */
static int write_told(struct writing *w, const struct payment *payment)
{
    const struct payment_field *f = payment->fields.first;
    int r = 0;

    while (r == 0 && f) {
        const struct particular *head = &f->told;
        const char *code = head->layout->code;
        struct puts puts = {0};
        for (; f && f->told.record == head->record; f = f->next)
            put_told(w, &puts, &f->told);
        if (strcmp(code, "20") == 0 || strcmp(code, "21") == 0)
            continue;
        w->extra_references += strcmp(code, "22") == 0 || strcmp(code, "23") == 0;
        r = write_record(w, code, &puts);
    }
    return r;
}

/* The records behind a TK20 or TK21 of a payment from another format. */
static int write_payer(struct writing *w, const struct item *item)
{
    struct span id = organisation(w, item->counterparty_id);
    struct puts puts = {0};
    int r = 0;

    if (item->counterparty_name.n) {
        PUT(&puts, .field = "payer's name",
            .text = fit(w, item->counterparty_name, NAME, "payer's name", item->record));
        r = write_record(w, "26", &puts);
    }
    if (r == 0 && id.p) {
        char twelve[13];
        snprintf(twelve, sizeof(twelve), "%s%.*s", id.n == 10 ? "00" : "", SPAN_FMT(id));
        puts.n = 0;
        PUT(&puts, .field = "organisation number", .text = span_str(twelve));
        r = write_record(w, "29", &puts);
    } else if (item->counterparty_id.n && !bankgiro(w, item->counterparty_id, false).p) {
        writer_lose(w->report, "payer's id", "it is no organisation or bankgiro number",
                    item->record);
    }
    if (date_present(item->issue_date) && date_present(item->due_date) &&
        date_compare(item->issue_date, item->due_date) != 0)
        writer_lose(w->report, "due date", "BgMax has one date, that of the payment", item->record);
    return r;
}

static int write_payment(struct writing *w, const struct payment *payment)
{
    int r = write_payment_record(w, payment);

    *(payment->item.type == ITEM_DEDUCTION ? &w->deductions : &w->payments) += 1;
    if (r < 0)
        return r;
    return payment->fields.first ? write_told(w, payment) : write_payer(w, &payment->item);
}

/* --- the file ----------------------------------------------------------------------------- */

static int write_opening(struct writing *w, const struct section *section)
{
    struct puts puts = {0};

    PUT(&puts, .field = "receiver's bankgiro", .text = section->account);
    PUT(&puts, .field = "currency", .text = span_str(section->currency));
    if (section->group)
        put_fields(w, &puts, &section->group->opens, "05");
    return write_record(w, "05", &puts);
}

static int write_deposit(struct writing *w, const struct section *section)
{
    struct puts puts = {0};

    if (section->sum < 0)
        return writer_refuse(w->report, "the deductions of its deposit exceed the payments",
                             section->first->payment->item.record);
    PUT(&puts, .field = "payment date", .date = section->day);
    PUT(&puts, .field = "deposit amount", .number = section->sum);
    PUT(&puts, .field = "currency", .text = span_str(section->currency));
    PUT(&puts, .field = "number of records", .number = section->count);
    if (section->group)
        put_fields(w, &puts, &section->group->closes, "15");
    if (!given(&puts, "deposit serial")) {
        writer_lose(w->report, "deposit serial", "the file has none; deposits are numbered here",
                    0);
        if (w->serial > SERIAL_MAX)
            return writer_refuse(w->report, "a deposit serial has 5 digits", 0);
        PUT(&puts, .field = "deposit serial", .number = w->serial++);
    }
    w->deposits++;
    return write_record(w, "15", &puts);
}

static int write_start(struct writing *w)
{
    const struct writer_order *o = w->order;
    int64_t second = o->day_us / SECOND_US;
    char written[64];
    struct puts puts = {0};

    snprintf(written, sizeof(written), "%04d%02d%02d%02d%02d%02d%06d", o->day.year, o->day.month,
             o->day.day, (int)(second / 3600 % 24), (int)(second / 60 % 60), (int)(second % 60),
             (int)(o->day_us % SECOND_US));
    PUT(&puts, .field = "layout name", .text = SPAN_LIT("BGMAX"));
    PUT(&puts, .field = "version", .number = 1);
    PUT(&puts, .field = "write time", .text = span_str(written));
    PUT(&puts, .field = "test mark", .text = o->test ? SPAN_LIT("T") : SPAN_LIT("P"));
    return write_record(w, "01", &puts);
}

static int write_end(struct writing *w)
{
    struct puts puts = {0};

    PUT(&puts, .field = "number of payments", .number = w->payments);
    PUT(&puts, .field = "number of deductions", .number = w->deductions);
    PUT(&puts, .field = "number of extra references", .number = w->extra_references);
    PUT(&puts, .field = "number of deposits", .number = w->deposits);
    return write_record(w, "70", &puts);
}

static int write_section(struct writing *w, const struct section *section)
{
    int r = write_opening(w, section);

    for (const struct entry *e = section->first; r == 0 && e; e = e->next) {
        r = write_payment(w, e->payment);
        if (r == SLUSS_EINVAL && !w->report->refused)
            r = writer_refuse(w->report, "a field of it does not fit into BgMax",
                              e->payment->item.record);
    }
    return r == 0 ? write_deposit(w, section) : r;
}

static int write_all(const struct payments *payments, const struct writer_order *order,
                     struct buf *out, struct writer_report *report)
{
    struct writing w = {.arena = payments->arena,
                        .order = order,
                        .report = report,
                        .out = out,
                        .serial = order->first_serial};
    int r = 0;

    for (const struct payment *p = payments->first; r == 0 && p; p = p->next)
        r = place_payment(&w, p);
    if (r == 0 && payments->count && !payments->any_fields)
        writer_lose(report, "free texts, addresses and charges", "they stand outside the items", 0);
    if (r == 0)
        r = write_start(&w);
    for (const struct section *s = w.first; r == 0 && s; s = s->next)
        r = write_section(&w, s);
    return r == 0 ? write_end(&w) : r;
}

const struct format_writer writer_bgmax = {.format = "bgmax", .write = write_all};

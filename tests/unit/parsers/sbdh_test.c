/* sbdh_test.c -- envelopes: their documents, their own faults, what cannot be in them */
#include "tests/unit/parsers/changed.h"

#include "parsers/peppol.h"
#include "parsers/recognize.h"
#include "parsers/sbdh.h"

#define INVOICE   "sbdh/invoice.xml"
#define TECHNICAL "sbdh/technical.xml"
#define LIST      "sbdh/list.xml"
#define HYBRID    "sbdh/hybrid.xml"

/* --- what is read -------------------------------------------------------------------------- */

static void assert_invoice(const struct heard *h)
{
    const struct item *item = &h->item[0];
    assert_string_equal(h->summary.format, "peppol-bis-3");
    assert_int_equal(h->summary.kind, KIND_INVOICES);
    assert_int_equal(h->summary.envelope, ENVELOPE_SBDH);
    assert_true(h->summary.valid && !h->summary.test);
    assert_int_equal(h->findings, 0);
    assert_int_equal(h->items, 1);
    assert_int_equal(item->type, ITEM_INVOICE);
    assert_int_equal(item->amount_minor, 506800);
    assert_text(item->number, "2026-0300417");
    assert_int_equal(item->record, 26); /* the root of the document, in the whole file */
}

static void assert_technical(const struct heard *h)
{
    assert_string_equal(h->summary.format, "svefaktura");
    assert_int_equal(h->summary.envelope, ENVELOPE_SBDH);
    assert_true(h->summary.valid);
    assert_int_equal(h->findings, 0);
    assert_int_equal(h->items, 2);
    assert_int_equal(h->item[0].amount_minor, 153200);
    assert_text(h->item[0].number, "2026-1187");
    assert_text(h->item[1].number, "2026-1188");
    assert_true(h->item[0].record > 20 && h->item[1].record > h->item[0].record + 20);
}

static void assert_list(const struct heard *h)
{
    assert_string_equal(h->summary.format, "svefaktura");
    assert_int_equal(h->summary.envelope, ENVELOPE_NONE);
    assert_true(h->summary.valid);
    assert_int_equal(h->items, 2);
    assert_int_equal(h->findings, 1);
    assert_int_equal(h->of[FINDING_LIST_ROOT], 1);
}

static void assert_hybrid(const struct heard *h)
{
    assert_string_equal(h->summary.format, "unknown");
    assert_int_equal(h->summary.envelope, ENVELOPE_SBDH);
    assert_true(h->summary.valid);
    assert_int_equal(h->items, 0);
    assert_int_equal(h->findings, 1);
    assert_int_equal(h->of[FINDING_DOCUMENT_UNREAD], 1);
}

static const struct {
    const char *file;
    void (*heard)(const struct heard *h);
} whole[] = {
    {INVOICE, assert_invoice},
    {TECHNICAL, assert_technical},
    {LIST, assert_list},
    {HYBRID, assert_hybrid},
};

static void reads_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const size_t pieces[] = {0, 1, 3, 16, 1000};
    for (size_t w = 0; w < sizeof(whole) / sizeof(whole[0]); w++) {
        struct span text = sample(whole[w].file);
        for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
            struct heard *h = hear_pieces(NULL, text, pieces[i]);
            whole[w].heard(h);
            heard_free(h);
        }
        free((char *)(uintptr_t)text.p);
    }
}

static void a_format_that_is_named_is_looked_for_inside(void **state)
{
    (void)state;
    struct span text = sample(INVOICE);
    struct heard *h = hear_pieces(&format_peppol, text, 7);
    assert_invoice(h);
    heard_free(h);
    free((char *)(uintptr_t)text.p);
}

static void every_cut_is_truncated(void **state)
{
    (void)state;
    for (size_t w = 0; w < sizeof(whole) / sizeof(whole[0]); w++) {
        struct span text = sample(whole[w].file);
        for (size_t n = 400; n < text.n - 2; n += 61) {
            struct span part = span_of(text.p, n);
            struct heard *h = hear_pieces(NULL, part, 0);
            if (h->summary.valid)
                fail_msg("%s cut at %zu passes", whole[w].file, n);
            assert_int_equal(sbdh_ending(part, part), ENDING_CUT);
            heard_free(h);
        }
        assert_int_equal(recognize_ending(text, text, true), ENDING_WHOLE);
        free((char *)(uintptr_t)text.p);
    }
}

/* --- the table of checks ------------------------------------------------------------------- */

#define NONE   FINDING_CODE_COUNT
#define UPIS   "Authority=\"iso6523-actorid-upis\""
#define SENDER "<Sender>\n      <Identifier " UPIS ">0007:2120009994</Identifier>\n    </Sender>"
#define RECEIVER                                                                                   \
    "<Receiver>\n      <Identifier " UPIS ">0007:5561234567</Identifier>\n    </Receiver>"
#define SCOPE(type, value)                                                                         \
    "<Scope><Type>" type "</Type><InstanceIdentifier>" value "</InstanceIdentifier></Scope>"
#define MORE_SCOPES "</BusinessScope>"

static const struct {
    const char *file;
    const char *from;
    const char *to;
    enum finding_code code;
    const char *what; /* null: not looked at */
} faults[] = {
    {INVOICE, ">1.0</HeaderV", ">1.2</HeaderV", FINDING_ENVELOPE_WRONG, "HeaderVersion is not 1.0"},
    {INVOICE, SENDER, "", FINDING_ENVELOPE_WRONG, "there is no Sender"},
    {INVOICE, RECEIVER, "", FINDING_ENVELOPE_WRONG, "there is no Receiver"},
    {INVOICE, SENDER, SENDER SENDER, FINDING_ENVELOPE_WRONG, "there is more than one Sender"},
    {INVOICE, RECEIVER, RECEIVER RECEIVER, FINDING_ENVELOPE_WRONG,
     "there is more than one Receiver"},
    {INVOICE, UPIS ">0007:21", "Authority=\"foobar\">0007:21", FINDING_ENVELOPE_WRONG,
     "the Authority of Sender is not that of Peppol"},
    {INVOICE, UPIS ">0007:55", ">0007:55", FINDING_ENVELOPE_WRONG,
     "the Authority of Receiver is not that of Peppol"},
    {INVOICE, "0007:2120009994", "2120009994", FINDING_ENVELOPE_WRONG,
     "Sender is not a number behind its scheme"},
    {INVOICE, "0007:5561234567", "0007:", FINDING_ENVELOPE_WRONG,
     "Receiver is not a number behind its scheme"},
    {INVOICE, "0007:5561234567", "", FINDING_ENVELOPE_WRONG, "there is no Receiver"},
    {INVOICE, ">5e0c1a52-8d0f-4b7e-9a3c-2f1d6b7c8e90<", "><", FINDING_ENVELOPE_WRONG,
     "InstanceIdentifier is missing"},
    {INVOICE, ">2.1</TypeVersion", "></TypeVersion", FINDING_ENVELOPE_WRONG,
     "TypeVersion is missing"},
    {INVOICE, ">2.1</TypeVersion", ">2.0</TypeVersion", FINDING_ENVELOPE_NOTE,
     "TypeVersion is not that of the scope DOCUMENTID"},
    {INVOICE, "<Type>Invoice<", "<Type>Error<", FINDING_ENVELOPE_WRONG,
     "Type is not the root element of the document"},
    {INVOICE, "<Type>Invoice<", "<Type><", FINDING_ENVELOPE_WRONG, "Type is missing"},
    {INVOICE, "<Standard>urn:oasis", "<Standard>urn:basis", FINDING_ENVELOPE_WRONG,
     "Standard is not the namespace of the document"},
    {INVOICE, "2026-03-02T06:12:00+01:00", "2026-03-02", FINDING_ENVELOPE_WRONG,
     "CreationDateAndTime is not a date and time"},
    {INVOICE, "2026-03-02T06:12:00+01:00", "2026-02-30T06:12:00", FINDING_ENVELOPE_WRONG, NULL},
    {INVOICE, "2026-03-02T06:12:00+01:00", "2026-03-02T24:12:00", FINDING_ENVELOPE_WRONG, NULL},
    {INVOICE, "2026-03-02T06:12:00+01:00", "2026-03-02T06:12:00.x", FINDING_ENVELOPE_WRONG, NULL},
    {INVOICE, "2026-03-02T06:12:00+01:00", "2026-03-02T06:12:00.285Z", NONE, NULL},
    {INVOICE, ">DOCUMENTID<", ">DOKUMENTID<", FINDING_ENVELOPE_WRONG,
     "the scope DOCUMENTID is missing"},
    {INVOICE, ">PROCESSID<", ">PROZESSID<", FINDING_ENVELOPE_WRONG,
     "the scope PROCESSID is missing"},
    {INVOICE, ">COUNTRY_C1<", ">COUNTRY<", FINDING_ENVELOPE_NOTE,
     "the scope COUNTRY_C1 is missing"},
    {INVOICE, ">SE</Inst", ">Sverige</Inst", FINDING_ENVELOPE_WRONG,
     "the scope COUNTRY_C1 is not a country's code"},
    {INVOICE, MORE_SCOPES, SCOPE("MLS_TO", "test") MORE_SCOPES, FINDING_ENVELOPE_WRONG,
     "the scope MLS_TO is not a number behind its scheme"},
    {INVOICE, MORE_SCOPES, "<Scope><Type>MLS_TO</Type></Scope>" MORE_SCOPES, FINDING_ENVELOPE_WRONG,
     "the scope MLS_TO is not a number behind its scheme"},
    {INVOICE, MORE_SCOPES, SCOPE("MLS_TO", "9915:x") MORE_SCOPES, NONE, NULL},
    {INVOICE, MORE_SCOPES, SCOPE("MLS_TYPE", "always_SEND") MORE_SCOPES, FINDING_ENVELOPE_WRONG,
     "the scope MLS_TYPE is not one of its codes"},
    {INVOICE, MORE_SCOPES, SCOPE("MLS_TYPE", "FAILURE_ONLY") MORE_SCOPES, NONE, NULL},
    {INVOICE, MORE_SCOPES, SCOPE("Other", "") MORE_SCOPES, NONE, NULL},
    {INVOICE, MORE_SCOPES, SCOPE("TestIndicator", "true") MORE_SCOPES, FINDING_TEST_HINT,
     "a scope speaks of a test"},
    {INVOICE, MORE_SCOPES, SCOPE("TestIndicator", "false") MORE_SCOPES, NONE, NULL},
    {INVOICE, MORE_SCOPES, SCOPE("Environment", "TEST") MORE_SCOPES, FINDING_TEST_HINT, NULL},
    {INVOICE, "0007:5561234567", "9915:helger", FINDING_TEST_HINT,
     "Receiver is a test participant"},
    {INVOICE, "0007:5561234567", "0007:2120009994", FINDING_ENVELOPE_NOTE,
     "Sender and Receiver are the same"},
    {INVOICE, "0007:2120009994", "0007:2120000142", FINDING_ENVELOPE_NOTE,
     "Sender is not the seller in the document"},
    {INVOICE, "Invoice-2::Invoice##", "Invoice-2::CreditNote##", FINDING_ENVELOPE_DOUBT,
     "the scope DOCUMENTID names another type of document"},
    {INVOICE, "billing:3.0::2.1", "selfbilling:3.0::2.1", FINDING_ENVELOPE_DOUBT,
     "the scope DOCUMENTID does not hold the document's CustomizationID"},
    {INVOICE, "billing:01:1.0</Inst", "selfbilling:01:1.0</Inst", FINDING_ENVELOPE_DOUBT,
     "the scope PROCESSID is not the document's ProfileID"},
    /* The payload's own faults hold, and leave the envelope right. */
    {INVOICE, ">5068.00<", ">5086.00<", FINDING_RULE_TOTAL, NULL},
    {TECHNICAL, ">1532.00<", ">1523.00<", FINDING_TOTALS_MISMATCH, NULL},
    /* Not Peppol: SFTI's. */
    {TECHNICAL, ">3</sh:Number", ">4</sh:Number", FINDING_TOTALS_MISMATCH, NULL},
    {TECHNICAL, ">3</sh:Number", ">three</sh:Number", FINDING_BAD_FIELD, NULL},
    {TECHNICAL, "212000-9994", "212000-0142", FINDING_ENVELOPE_NOTE, NULL},
    {TECHNICAL, "<ObjectEnvelope xmlns=\"urn:sfti:documents:ObjectEnvelope:1:0\">",
     "<ObjectEnvelope xmlns=\"urn:other\">", FINDING_DOCUMENT_UNREAD,
     "it is of another kind than the first"},
};

static void judge_fault(size_t i)
{
    struct heard *h = hear_changed(faults[i].file, faults[i].from, faults[i].to);
    const char *name = faults[i].to;
    if (faults[i].code == NONE) {
        if (h->findings)
            fail_msg("%s: %s", name, finding_kinds[h->finding[0].code].name);
    } else {
        const struct finding *f = heard_of(h, faults[i].code);
        if (faults[i].what && faults[i].code == FINDING_DOCUMENT_UNREAD)
            assert_text(heard_fact(f, "reason")->text, faults[i].what);
        else if (faults[i].what)
            assert_text(heard_fact(f, "what")->text, faults[i].what);
        bool rejects = f->level == LEVEL_REJECT;
        if (h->summary.valid == rejects)
            fail_msg("%s: valid %d", name, h->summary.valid);
    }
    heard_free(h);
}

static void judges_what_is_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        judge_fault(i);
}

static void faults_of_a_document_hold_and_those_of_the_envelope_reject(void **state)
{
    (void)state;
    struct heard *h = hear_changed(INVOICE, ">5068.00<", ">5086.00<");
    assert_true(h->summary.valid);
    assert_int_equal(heard_of(h, FINDING_RULE_TOTAL)->level, LEVEL_HOLD);
    assert_true(heard_of(h, FINDING_RULE_TOTAL)->record > 27);
    assert_int_equal(h->items, 1);
    heard_free(h);
    /* A list is no envelope: its documents are judged as if they stood alone. */
    h = hear_changed(LIST, ">1532.00<", ">1523.00<");
    assert_false(h->summary.valid);
    heard_free(h);
}

/* --- wholes in small ------------------------------------------------------------------------ */

#define SBD  "<StandardBusinessDocument xmlns='" XML_NS_SBDH "'>"
#define HEAD "<StandardBusinessDocumentHeader>" /* nothing in it */
#define END  "</StandardBusinessDocument>"
#define SVE  "<Invoice xmlns='urn:sfti:documents:BasicInvoice:1:0'/>"

static const struct {
    const char *name;
    const char *xml;
    const char *format;
    enum envelope_kind envelope;
    bool valid;
    enum finding_code code;
} smalls[] = {
    {"a header alone",
     "<StandardBusinessDocumentHeader xmlns='" XML_NS_SBDH "'></StandardBusinessDocumentHeader>",
     "unknown", ENVELOPE_SBDH, false, FINDING_ENVELOPE_WRONG},
    {"an empty one", SBD END, "unknown", ENVELOPE_SBDH, false, FINDING_ENVELOPE_WRONG},
    {"no header", SBD SVE END, "svefaktura", ENVELOPE_SBDH, false, FINDING_ENVELOPE_WRONG},
    {"a header behind the document", SBD SVE HEAD "</StandardBusinessDocumentHeader>" END,
     "svefaktura", ENVELOPE_SBDH, false, FINDING_ENVELOPE_WRONG},
    {"an empty header's tag", SBD "<StandardBusinessDocumentHeader/>" SVE END, "svefaktura",
     ENVELOPE_SBDH, false, FINDING_ENVELOPE_WRONG},
    {"a root without namespace",
     "<StandardBusinessDocument><StandardBusinessDocumentHeader xmlns='" XML_NS_SBDH "'/>" SVE END,
     "unknown", ENVELOPE_NONE, false, FINDING_UNKNOWN_FORMAT},
    {"an order", SBD "<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2'/>" END,
     "unknown", ENVELOPE_SBDH, false, FINDING_DOCUMENT_UNREAD},
    {"an envelope in an envelope", SBD SBD SVE END END, "unknown", ENVELOPE_SBDH, false,
     FINDING_DOCUMENT_UNREAD},
    {"a list of something else", "<Invoices><invoice/></Invoices>", "unknown", ENVELOPE_NONE, false,
     FINDING_UNKNOWN_FORMAT},
    {"an empty list", "<Invoices/>", "unknown", ENVELOPE_NONE, false, FINDING_UNKNOWN_FORMAT},
    {"a finvoice", SBD "<Finvoice xmlns='' Version='3.0'/>" END, "finvoice", ENVELOPE_SBDH, false,
     FINDING_ENVELOPE_WRONG},
    {"an account report",
     SBD "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'/>" END, "camt.053",
     ENVELOPE_SBDH, false, FINDING_ENVELOPE_WRONG},
    {"a second file behind the first", SBD SVE END "<?xml version='1.0'?>" SBD SVE END,
     "svefaktura", ENVELOPE_SBDH, false, FINDING_XML_MALFORMED},
    {"a DOCTYPE", "<!DOCTYPE x>" SBD SVE END, "unknown", ENVELOPE_NONE, false,
     FINDING_UNKNOWN_FORMAT},
    {"a DOCTYPE in the document's place", SBD "<!DOCTYPE x>" SVE END, "unknown", ENVELOPE_SBDH,
     false, FINDING_XML_MALFORMED},
};

static void names_what_is_in_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(smalls) / sizeof(smalls[0]); i++) {
        for (size_t piece = 0; piece < 2; piece++) {
            struct heard *h = hear_pieces(NULL, span_str(smalls[i].xml), piece);
            if (strcmp(h->summary.format, smalls[i].format) != 0 ||
                h->summary.envelope != smalls[i].envelope || h->summary.valid != smalls[i].valid ||
                !h->of[smalls[i].code])
                fail_msg("%s: %s, %d, %d", smalls[i].name, h->summary.format, h->summary.envelope,
                         h->summary.valid);
            heard_free(h);
        }
    }
}

static void says_what_follows_the_first_file(void **state)
{
    (void)state;
    struct span one = sample(INVOICE);
    struct buf two;
    buf_init(&two, 1 << 17);
    buf_span(&two, one);
    buf_span(&two, one);
    struct heard *h = hear_pieces(NULL, buf_view(&two), 0);
    assert_false(h->summary.valid);
    assert_text(heard_fact(heard_of(h, FINDING_XML_MALFORMED), "what")->text,
                "a second document follows the first in the same file");
    heard_free(h);
    buf_free(&two);
    free((char *)(uintptr_t)one.p);
}

/* Peppol: one document. The second is read all the same, so that a person sees both. */
static void a_second_document_is_not_for_peppol(void **state)
{
    (void)state;
    struct span text = sample(INVOICE);
    const char *begin = memmem(text.p, text.n, "<ubl:Invoice", 12);
    const char *end = memmem(text.p, text.n, "</StandardBusinessDocument>", 27);
    struct buf two;
    buf_init(&two, 1 << 17);
    buf_add(&two, text.p, (size_t)(end - text.p));
    buf_add(&two, begin, (size_t)(text.p + text.n - begin));
    struct heard *h = hear_pieces(NULL, buf_view(&two), 11);
    assert_false(h->summary.valid);
    assert_int_equal(h->items, 2);
    assert_text(heard_fact(heard_of(h, FINDING_ENVELOPE_WRONG), "what")->text,
                "there is more than one document");
    heard_free(h);
    buf_free(&two);
    free((char *)(uintptr_t)text.p);
}

/* --- limits --------------------------------------------------------------------------------- */

/* One envelope with a part repeated, pushed in pieces; the caller frees. */
static struct heard *hear_repeated(const char *before, const char *part, size_t times,
                                   const char *after)
{
    struct heard *h = heard_new();
    struct reading *reading = NULL;
    assert_int_equal(reading_open(NULL, &h->sink, &reading), 0);
    assert_int_equal(reading_push(reading, span_str(before)), 0);
    for (size_t i = 0; i < times; i++)
        assert_int_equal(reading_push(reading, span_str(part)), 0);
    assert_int_equal(reading_push(reading, span_str(after)), 0);
    assert_int_equal(reading_finish(reading, &h->summary), 0);
    reading_close(&reading);
    return h;
}

static const struct {
    const char *name;
    const char *before;
    const char *part;
    size_t times;
    const char *limit;
} limits[] = {
    {"U63 depth in a document", SBD "<Invoice xmlns='urn:sfti:documents:BasicInvoice:1:0'>", "<a>",
     100000, "depth of elements"},
    {"U63 depth counts from the file's root", SBD, "<a>", 64, "depth of elements"},
    {"U64 attributes of a document", SBD "<Invoice xmlns='urn:sfti:documents:BasicInvoice:1:0'",
     " a=''", 100000, NULL},
    {"U65 an attribute without end", SBD "<Invoice xmlns='urn:sfti:documents:BasicInvoice:1:0' a='",
     "0123456789abcdef", 1 << 16, "bytes of one tag"},
};

static void U63_U65_limits_hold_inside_an_envelope(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct heard *h = hear_repeated(limits[i].before, limits[i].part, limits[i].times, "");
        if (h->summary.valid || h->items)
            fail_msg("%s passes", limits[i].name);
        if (limits[i].limit)
            assert_text(heard_fact(heard_of(h, FINDING_LIMIT_REACHED), "limit")->text,
                        limits[i].limit);
        heard_free(h);
    }
}

static void a_header_longer_than_the_head_is_said(void **state)
{
    (void)state;
    struct heard *h =
        hear_repeated(SBD "<StandardBusinessDocumentHeader>", "<Partner>0123456789</Partner>", 4000,
                      "</StandardBusinessDocumentHeader>" SVE END);
    assert_int_equal(h->items, 0);
    assert_int_equal(h->summary.envelope, ENVELOPE_SBDH);
    assert_text(heard_fact(heard_of(h, FINDING_DOCUMENT_UNREAD), "reason")->text,
                "the document in the envelope does not begin in the first 64 KiB");
    heard_free(h);
}

static void many_documents_are_read_one_by_one(void **state)
{
    (void)state;
    struct span one = sample("svefaktura/invoice.xml");
    struct buf part;
    buf_init(&part, 1 << 16);
    const char *begin = memmem(one.p, one.n, "<Invoice", 8);
    buf_add(&part, begin, (size_t)(one.p + one.n - begin));
    struct heard *h = hear_repeated("<Invoices>", buf_cstr(&part), 500, "</Invoices>");
    assert_true(h->summary.valid);
    assert_int_equal(h->items, 500);
    assert_int_equal(h->summary.sums.of[0].minor, 500 * 153200);
    heard_free(h);
    buf_free(&part);
    free((char *)(uintptr_t)one.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_same_in_pieces_of_any_size),
        cmocka_unit_test(a_format_that_is_named_is_looked_for_inside),
        cmocka_unit_test(every_cut_is_truncated),
        cmocka_unit_test(judges_what_is_changed),
        cmocka_unit_test(faults_of_a_document_hold_and_those_of_the_envelope_reject),
        cmocka_unit_test(names_what_is_in_it),
        cmocka_unit_test(says_what_follows_the_first_file),
        cmocka_unit_test(a_second_document_is_not_for_peppol),
        cmocka_unit_test(U63_U65_limits_hold_inside_an_envelope),
        cmocka_unit_test(a_header_longer_than_the_head_is_said),
        cmocka_unit_test(many_documents_are_read_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* peppol_rules_test.c -- each rule broken by one change to a good invoice or credit note
 *
 * A change often breaks a second rule as well; a case names the one it is about, and checks
 * that this one, and not only another, is said.
 */
#include "tests/unit/parsers/changed.h"

#include "parsers/peppol.h"
#include "parsers/peppol_rules.h"

#define INVOICE     "peppol-bis-3/invoice.xml"
#define CREDIT_NOTE "peppol-bis-3/credit-note.xml"
#define PEPPOL_ID   "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"

struct rule_case {
    const char *rule;
    const char *from;
    const char *to;
};

static const struct rule_case broken[] = {
    {"BR-01", PEPPOL_ID, ""},
    {"BR-02", ">2026-0300417<", "> <"},
    {"BR-03", "IssueDate>2026-03-02<", "IssueDate><"},
    {"BR-04", ">380<", "><"},
    {"BR-05", "DocumentCurrencyCode>SEK<", "DocumentCurrencyCode><"},
    {"BR-06", "<cbc:RegistrationName>Almby kommun</cbc:RegistrationName>", ""},
    {"BR-07", "<cbc:RegistrationName>\xC3\x85kerviks Bageri AB</cbc:RegistrationName>", ""},
    {"BR-09", ">SE</cbc:IdentificationCode>", "></cbc:IdentificationCode>"},
    {"BR-12", "<cbc:LineExtensionAmount currencyID=\"SEK\">4219.80</cbc:LineExtensionAmount>", ""},
    {"BR-13", "<cbc:TaxExclusiveAmount currencyID=\"SEK\">4264.80</cbc:TaxExclusiveAmount>", ""},
    {"BR-14", "<cbc:TaxInclusiveAmount currencyID=\"SEK\">5068.50</cbc:TaxInclusiveAmount>", ""},
    {"BR-15", "<cbc:PayableAmount currencyID=\"SEK\">5068.00</cbc:PayableAmount>", ""},
    {"BR-21", "<cbc:ID>1</cbc:ID>", ""},
    {"BR-22", "<cbc:InvoicedQuantity unitCode=\"MTQ\">84</cbc:InvoicedQuantity>", ""},
    {"BR-23", "InvoicedQuantity unitCode=\"MTQ\"", "InvoicedQuantity"},
    {"BR-24", "<cbc:LineExtensionAmount currencyID=\"SEK\">1969.80</cbc:LineExtensionAmount>", ""},
    {"BR-25", "<cbc:Name>Livsmedelskontroll</cbc:Name>", "<cbc:Name/>"},
    {"BR-26", "<cbc:PriceAmount currencyID=\"SEK\">525.00</cbc:PriceAmount>", ""},
    {"BR-27", ">525.00<", ">-525.00<"},
    {"BR-38", "<cbc:AllowanceChargeReason>Faktureringsavgift</cbc:AllowanceChargeReason>", ""},
    {"BR-CO-10", ">1969.80<", ">1969.81<"},
    {"BR-CO-12", "ChargeTotalAmount currencyID=\"SEK\">45.00",
     "ChargeTotalAmount "
     "currencyID=\"SEK\">45.01"},
    {"BR-CO-13", ">4264.80<", ">4264.79<"},
    {"BR-CO-14", "TaxTotal>\n    <cbc:TaxAmount currencyID=\"SEK\">803.70",
     "TaxTotal>\n    <cbc:TaxAmount currencyID=\"SEK\">803.71"},
    {"BR-CO-15", ">5068.50<", ">5068.51<"},
    {"BR-CO-15", "TaxTotal>\n    <cbc:TaxAmount currencyID=\"SEK\"",
     "TaxTotal>\n    <cbc:TaxAmount currencyID=\"EUR\""},
    {"BR-CO-16", ">5068.00<", ">5068.50<"},
    {"BR-CO-17", ">3214.80<", ">3416.00<"},
    {"BR-CO-25", "<cbc:DueDate>2026-04-01</cbc:DueDate>", ""},
    {"BR-S-08", ">3214.80<", ">3216.00<"},
    {"BR-E-08", "TaxableAmount currencyID=\"SEK\">1050.00",
     "TaxableAmount "
     "currencyID=\"SEK\">1050.01"},
    {"BR-E-09", "TaxAmount currencyID=\"SEK\">0.00", "TaxAmount currencyID=\"SEK\">0.01"},
    {"BR-DEC-18", ">5068.00<", ">5068.000<"},
    {"BR-DEC-23", ">1050.00</cbc:LineExtensionAmount>", ">1050.000</cbc:LineExtensionAmount>"},
    {"PEPPOL-EN16931-R001",
     "<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:"
     "ProfileID>",
     ""},
    {"PEPPOL-EN16931-R002", "<cbc:DocumentCurrencyCode>",
     "<cbc:Note>a</cbc:Note><cbc:Note>b</cbc:Note><cbc:DocumentCurrencyCode>"},
    {"PEPPOL-EN16931-R003", "<cbc:BuyerReference>Ref 4711</cbc:BuyerReference>", ""},
    {"PEPPOL-EN16931-R004", PEPPOL_ID, "urn:fdc:peppol.eu:2017:poacc:billing:3.0"},
    {"PEPPOL-EN16931-R007", "billing:01:1.0", "billing:1:1.0"},
    {"PEPPOL-EN16931-R010", "<cbc:EndpointID schemeID=\"0007\">5561234567</cbc:EndpointID>", ""},
    {"PEPPOL-EN16931-R020", "<cbc:EndpointID schemeID=\"0007\">2120009994</cbc:EndpointID>", ""},
    {"PEPPOL-EN16931-R040", "<cbc:Amount currencyID=\"SEK\">45.00</cbc:Amount>",
     "<cbc:MultiplierFactorNumeric>5</cbc:MultiplierFactorNumeric><cbc:Amount "
     "currencyID=\"SEK\">45.00</cbc:Amount><cbc:BaseAmount "
     "currencyID=\"SEK\">900.41</cbc:BaseAmount>"},
    {"PEPPOL-EN16931-R043", ">false<", ">FALSE<"},
    {"PEPPOL-EN16931-R051", "<cbc:PriceAmount currencyID=\"SEK\">525",
     "<cbc:PriceAmount currencyID=\"EUR\">525"},
    {"PEPPOL-EN16931-R120", ">2345.00<", ">2345.03<"},
    {"PEPPOL-EN16931-R121", ">100</cbc:BaseQuantity>", ">-100</cbc:BaseQuantity>"},
    {"BR-17", "<cac:PaymentMeans>", "<cac:PayeeParty/><cac:PaymentMeans>"},
    {"BR-18", "<cac:PaymentMeans>", "<cac:TaxRepresentativeParty/><cac:PaymentMeans>"},
    {"BR-48", "<cbc:ID>S</cbc:ID>\n        <cbc:Percent>25</cbc:Percent>", "<cbc:ID>S</cbc:ID>"},
    {"BR-49", "<cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>", ""},
    {"BR-52", "<cac:AccountingSupplierParty>",
     "<cac:AdditionalDocumentReference/><cac:AccountingSupplierParty>"},
    {"BR-53", "<cbc:BuyerReference>",
     "<cbc:TaxCurrencyCode>EUR</cbc:TaxCurrencyCode><cbc:BuyerReference>"},
    {"BR-55", "<cac:AccountingSupplierParty>",
     "<cac:BillingReference/><cac:AccountingSupplierParty>"},
    {"BR-57", "<cac:PaymentMeans>",
     "<cac:Delivery><cac:DeliveryLocation><cac:Address/></cac:DeliveryLocation></cac:Delivery>"
     "<cac:PaymentMeans>"},
    {"BR-62", "<cbc:EndpointID schemeID=\"0007\">2120009994", "<cbc:EndpointID>2120009994"},
    {"BR-63", "<cbc:EndpointID schemeID=\"0007\">5561234567", "<cbc:EndpointID>5561234567"},
    {"BR-CO-03", "<cbc:DocumentCurrencyCode>",
     "<cbc:TaxPointDate>2026-03-02</cbc:TaxPointDate><cac:InvoicePeriod>"
     "<cbc:DescriptionCode>35</cbc:DescriptionCode></cac:InvoicePeriod>"
     "<cbc:DocumentCurrencyCode>"},
    {"BR-CO-09", "SE212000999401", "QZ212000999401"},
    {"BR-CL-01", ">380<", ">999<"},
    {"BR-CL-04", "DocumentCurrencyCode>SEK<", "DocumentCurrencyCode>SKR<"},
    {"BR-CL-14", ">SE</cbc:IdentificationCode>", ">SW</cbc:IdentificationCode>"},
    {"BR-CL-16", "PaymentMeansCode>30<", "PaymentMeansCode>300<"},
    {"BR-CL-25", "<cbc:EndpointID schemeID=\"0007\"", "<cbc:EndpointID schemeID=\"7000\""},
    {"PEPPOL-EN16931-R008", "<cbc:BuyerReference>",
     "<cbc:AccountingCost> "
     "</cbc:AccountingCost><cbc:BuyerReference>"},
    {"PEPPOL-EN16931-R061", "PaymentMeansCode>30<", "PaymentMeansCode>59<"},
    {"PEPPOL-EN16931-R130", "BaseQuantity unitCode=\"MTQ\"", "BaseQuantity unitCode=\"LTR\""},
    {"PEPPOL-EN16931-CL001", "<cac:AccountingSupplierParty>",
     "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>"
     "<cbc:EmbeddedDocumentBinaryObject mimeCode=\"image/tiff\">QUJD"
     "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
     "<cac:AccountingSupplierParty>"},
    {"PEPPOL-EN16931-CL007", "<cbc:PriceAmount currencyID=\"SEK\">525",
     "<cbc:PriceAmount currencyID=\"SKR\">525"},
    {"PEPPOL-EN16931-F001", ">2026-04-01<", ">2026-04-31<"},
    {"PEPPOL-EN16931-P0100", ">380<", ">381<"},
    {"PEPPOL-COMMON-R040", "schemeID=\"0007\">2120009994", "schemeID=\"0088\">7300010000012"},
    {"PEPPOL-COMMON-R041", "schemeID=\"0007\">2120009994", "schemeID=\"0192\">974760674"},
    {"PEPPOL-COMMON-R042", "schemeID=\"0007\">2120009994", "schemeID=\"0184\">12345678"},
    {"PEPPOL-COMMON-R049", "schemeID=\"0007\">2120009994", "schemeID=\"0007\">2120009995"},
    {"SE-R-005", "<cbc:CompanyID>SE212000999401</cbc:CompanyID>",
     "<cbc:CompanyID>F-skatt</cbc:CompanyID><cac:TaxScheme><cbc:ID>TAX</cbc:ID></cac:TaxScheme>"
     "</cac:PartyTaxScheme><cac:PartyTaxScheme><cbc:CompanyID>SE212000999401</cbc:CompanyID>"},
    {"SE-R-006", "<cbc:Percent>25</cbc:Percent>", "<cbc:Percent>24</cbc:Percent>"},
    {"SE-R-011", "PaymentMeansCode>30<", "PaymentMeansCode>50<"},
    {"SE-R-012", "PaymentMeansCode>30<", "PaymentMeansCode>31<"},
    {"BR-E-01", "<cbc:ID>E</cbc:ID>", "<cbc:ID>Z</cbc:ID>"},
    {"BR-S-02", "<cbc:CompanyID>SE212000999401</cbc:CompanyID>", ""},
    {"BR-S-07", "<cbc:Percent>25</cbc:Percent>", "<cbc:Percent>0</cbc:Percent>"},
    {"BR-Z-01", "<cbc:ID>S</cbc:ID>", "<cbc:ID>Z</cbc:ID>"},
    {"BR-E-10", "<cbc:TaxExemptionReason>Myndighetsut\xC3\xB6vning</cbc:TaxExemptionReason>", ""},
    {"SE-R-001", "SE212000999401", "SE21200099940"},
    {"SE-R-002", "SE212000999401", "SE2120009994O1"},
    {"SE-R-009", ">5999990<", ">599<"},
    {"SE-R-013", "<cbc:CompanyID schemeID=\"0007\">2120009994",
     "<cbc:CompanyID schemeID=\"0007\">2120009995"},
};

static bool heard_rule(const struct heard *h, const char *rule)
{
    for (unsigned i = 0; i < h->findings && i < HEARD_MAX; i++)
        for (unsigned k = 0; k < h->finding[i].fact_count; k++)
            if (span_eq_str(h->finding[i].facts[k].key, "rule") &&
                span_eq_str(h->finding[i].facts[k].text, rule))
                return true;
    return false;
}

static void one_change_breaks_the_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct heard *h = hear_changed(INVOICE, broken[i].from, broken[i].to);
        if (!heard_rule(h, broken[i].rule))
            fail_msg("%s is not said (%u findings)", broken[i].rule, h->findings);
        heard_free(h);
    }
}

/* Look-alikes: unusual, and right. */
static const struct rule_case whole[] = {
    {"zeros without decimals", "TaxAmount currencyID=\"SEK\">0.00",
     "TaxAmount "
     "currencyID=\"SEK\">0"},
    {"taxable amount and tax off by less than one", ">3214.80<", ">3215.50<"},
    {"price off within two hundredths", ">2345.00<", ">2345.02<"},
    {"no rounding said where nothing is rounded",
     "<cbc:PayableRoundingAmount currencyID=\"SEK\">-0.50</cbc:PayableRoundingAmount>\n    "
     "<cbc:PayableAmount currencyID=\"SEK\">5068.00",
     "<cbc:PayableAmount currencyID=\"SEK\">5068.50"},
    {"terms instead of a due date",
     "<cbc:DueDate>2026-04-01</cbc:DueDate>\n  <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>",
     "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cac:PaymentTerms><cbc:Note>30 "
     "dagar</cbc:Note></cac:PaymentTerms>"},
};

static void what_is_only_unusual_breaks_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        struct heard *h = hear_changed(INVOICE, whole[i].from, whole[i].to);
        if (h->findings)
            fail_msg("%s: %u findings", whole[i].rule, h->findings);
        heard_free(h);
    }
}

static void a_credit_note_needs_no_due_date(void **state)
{
    (void)state;
    struct heard *h =
        hear_changed(CREDIT_NOTE, "<cbc:PaymentDueDate>2026-04-20</cbc:PaymentDueDate>", "");
    assert_true(h->summary.valid);
    heard_free(h);
}

static void totals_say_what_is_stated_and_computed(void **state)
{
    (void)state;
    struct heard *h = hear_changed(INVOICE, ">4264.80<", ">4264.79<");
    const struct finding *f = heard_of(h, FINDING_RULE_TOTAL);
    assert_text(heard_fact(f, "rule")->text, "BR-CO-13");
    assert_text(heard_fact(f, "what")->text, "TaxExclusiveAmount");
    assert_text(heard_fact(f, "stated")->text, "4264.79");
    assert_text(heard_fact(f, "computed")->text, "4264.80");
    assert_false(h->summary.valid);
    heard_free(h);
}

static void peppol_rules_are_for_peppol_documents(void **state)
{
    (void)state;
    struct span text = changed_sample(INVOICE, PEPPOL_ID, "urn:cen.eu:en16931:2017");
    struct heard *h = hear_pieces(NULL, text, 0);
    assert_int_equal(h->findings, 0);
    heard_free(h);
    free((char *)(uintptr_t)text.p);
}

static void warnings_do_not_reject(void **state)
{
    (void)state;
    struct heard *h = hear_changed(INVOICE, ">5999990<", ">599<");
    assert_int_equal(h->of[FINDING_RULE_WARNING], 1);
    assert_true(h->summary.valid);
    heard_free(h);
}

/* A rule broken on every line is said a few times, not once a line. */
static void repeats_are_bounded(void **state)
{
    (void)state;
    struct heard *h = heard_new();
    struct parser *parser = NULL;
    assert_int_equal(format_peppol.begin(&h->sink, &parser), 0);
    struct span text = sample(INVOICE);
    assert_int_equal(format_peppol.push(parser, span_of(text.p, text.n - 11)), 0);
    unsigned before = h->findings;
    for (int i = 0; i < 10000; i++)
        assert_int_equal(format_peppol.push(parser, SPAN_LIT("<cac:InvoiceLine/>")), 0);
    assert_true(h->findings > before);
    assert_true(h->findings < before + 10 * UBL_REPEATS_MAX);
    format_peppol.close(&parser);
    heard_free(h);
    free((char *)(uintptr_t)text.p);
}

static void every_rule_has_an_id_and_a_text(void **state)
{
    (void)state;
    unsigned n = 0;
    for (const struct rule_text *r = format_peppol.rules; r->id; r++, n++)
        assert_true(strlen(r->id) > 4 && strlen(r->text) > 8);
    assert_true(n > 90 && n <= UBL_RULES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_change_breaks_the_rule),
        cmocka_unit_test(what_is_only_unusual_breaks_none),
        cmocka_unit_test(a_credit_note_needs_no_due_date),
        cmocka_unit_test(totals_say_what_is_stated_and_computed),
        cmocka_unit_test(peppol_rules_are_for_peppol_documents),
        cmocka_unit_test(warnings_do_not_reject),
        cmocka_unit_test(repeats_are_bounded),
        cmocka_unit_test(every_rule_has_an_id_and_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* recognize_test.c -- the right format, or a reason why none; never a guess */
#include "tests/unit/parsers/heard.h"

#include "parsers/recognize.h"

static void what_is_known_is_named_what_is_not_gets_a_reason(void **state)
{
    static const struct {
        struct span head;
        const char *format;
        const char *reason; /* begins so */
    } cases[] = {
        {SPAN_LIT("01BGMAX               01"), "bgmax", NULL},
        {SPAN_LIT("#case-csv;version=1\n"), "case-csv", NULL},
        {SPAN_LIT("number;due_date;amount;debtor_id\n"), "case-csv", NULL},
        {SPAN_LIT("number;due_date\n"), NULL, "a table without the columns"},
        {SPAN_LIT("%PDF-1.7\n"), NULL, "a PDF"},
        {SPAN_LIT("PK\x03\x04\x14"), NULL, "a zip archive"},
        {SPAN_LIT("\x1F\x8B\x08"), NULL, "a gzip"},
        {SPAN_LIT("\xEF\xBB\xBF#case-csv;version=1\n"), "case-csv", NULL},
        {SPAN_LIT("\xFF\xFE#\0c\0a\0s\0e\0-\0c\0s\0v\0\n\0"), "case-csv", NULL},
        {SPAN_LIT("#\0c\0a\0s\0e\0-\0c\0s\0v\0\n\0"), "case-csv", NULL},
        {SPAN_LIT("\xFE\xFF\0#\0c\0a\0s\0e\0-\0c\0s\0v\0\n"), "case-csv", NULL},
        {SPAN_LIT("<\0?\0x\0"), NULL, "XML"},
        {SPAN_LIT("\xFF\xFE\0\0x\0\0\0"), NULL, "UTF-32 text"},
        {SPAN_LIT("\0\0\xFE\xFF\0\0\0x"), NULL, "UTF-32 text"},
        {SPAN_LIT("UNA:+.? 'UNB+UNOC"), NULL, "an EDIFACT"},
        {SPAN_LIT(":20:STARTUMSE\r\n"), "mt940", NULL},
        {SPAN_LIT(":20:A\r\n:25:1\r\n:34F:SEK0,\r\n"), NULL, "an MT942"},
        {SPAN_LIT("01AUTOGIRO              20260302"), NULL, "a file for Autogiro"},
        {SPAN_LIT("NY000010000"), NULL, "a file in the layout of Nets"},
        {SPAN_LIT("<!DOCTYPE html><html>"), NULL, "an HTML page"},
        {SPAN_LIT("{\"items\": []}"), NULL, "JSON"},
        {SPAN_LIT("<?xml version=\"1.0\"?><Order/>"), NULL, "XML with a root"},
        {SPAN_LIT("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.099.001.02\">"), NULL,
         "XML: an ISO 20022 account"},
        {SPAN_LIT("<Order xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Order-2\"/>"), NULL,
         "XML: an order (UBL Order)"},
        {SPAN_LIT("<O xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:OrderResponse-2\"/>"),
         NULL, "XML: an answer to an order (UBL OrderResponse)"},
        {SPAN_LIT("<W xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Waybill-2\"/>"), NULL,
         "XML: another UBL document"},
        {SPAN_LIT(" \r\n \n"), NULL, "nothing but blanks"},
        {SPAN_LIT("a\0b\1"), NULL, "binary"},
        {SPAN_LIT("Hej, bifogat finner du filen."), NULL, "text without"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct recognition found = recognize(cases[i].head, true);
        if (cases[i].format) {
            assert_non_null(found.format);
            assert_string_equal(found.format->name, cases[i].format);
            assert_null(found.reason);
            assert_true(found.bid >= BID_LIKELY);
        } else {
            assert_null(found.format);
            assert_non_null(found.reason);
            if (!span_starts(span_str(found.reason), span_str(cases[i].reason)))
                fail_msg("\"%s\" instead of \"%s\"", found.reason, cases[i].reason);
        }
        assert_null(found.rival);
    }
}

static void endings_need_a_known_format(void **state)
{
    static const struct {
        const char *text;
        enum ending ending;
    } cases[] = {
        {"", ENDING_CUT},
        {"hello\n", ENDING_UNKNOWN},
        {"01BGMAX               01\r\n", ENDING_CUT},
        {"01BGMAX\r\n7000000001000000000000000000000001\r\n", ENDING_WHOLE},
        {"#case-csv\nnumber;due_date;amount;debtor_id\n", ENDING_UNKNOWN},
        {"#case-csv\nnumber;due_date;amount;debtor_id\n#end;items=0;sum=0\n", ENDING_WHOLE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct span text = span_str(cases[i].text);
        assert_int_equal(recognize_ending(text, text, true), cases[i].ending);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_is_named_what_is_not_gets_a_reason),
        cmocka_unit_test(endings_need_a_known_format),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

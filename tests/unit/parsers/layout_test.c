/* layout_test.c -- the layout language: what is understood, and what is refused with which words */
#include "tests/unit/parsers/declared.h"

static const char base[] = "layout short\n"
                           "kind invoices\n"
                           "charset utf-8\n"
                           "currency SEK\n"
                           "dialect delimiter ; decimalChar ,\n"
                           "rid column 1\n"
                           "match columns 4\n"
                           "record row rid D occurs 0..n item\n"
                           "  field number column 2 role invoice-no required\n"
                           "  field amount column 3 role amount\n"
                           "  field mark column 4 role test-mark test T\n"
                           "total none\n"
                           "sample count 1 sum 12.50 SEK\n"
                           "|D;7;12,50;P\n";

static void a_layout_is_compiled_and_proved(void **state)
{
    struct declared d = declare_good(span_str(base));
    const struct layout *l = d.layout;

    assert_string_equal(l->format.name, "layout:short");
    assert_int_equal(l->format.kind, KIND_INVOICES);
    assert_int_equal(l->record_count, 1);
    assert_int_equal(l->records[0].count, 3);
    assert_int_equal(l->records[0].columns, 4);
    assert_int_equal(l->match_count, 1);
    assert_int_equal(d.warnings.n, 0);
    undeclare(&d);
    (void)state;
}

static void what_is_wrong_is_named_with_its_line(void **state)
{
    static const struct {
        const char *name, *old, *new, *error;
    } cases[] = {
        {"no name", "layout short", "", "the layout has no name"},
        {"bad name", "layout short", "layout Short!", "1: a layout's name is of"},
        {"unknown statement", "currency SEK", "curency SEK", "4: \"curency\" begins no statement"},
        {"statement twice", "currency SEK", "kind cases", "4: kind stands twice, first on line 2"},
        {"unknown kind", "kind invoices", "kind bills", "2: the kind is cases"},
        {"no kind", "kind invoices\n", "", "the kind is missing"},
        {"unknown charset", "utf-8", "ebcdic", "3: charset \"ebcdic\" is not known"},
        {"no charset", "charset utf-8\n", "", "the charset is missing"},
        {"unknown currency", "currency SEK", "currency KRO", "4: that is no ISO 4217 currency"},
        {"no currency", "currency SEK\n", "", "have no currency"},
        {"fixed and delimited", "rid column 1", "fixed length 80", "not both"},
        {"neither", "dialect delimiter ; decimalChar ,\n", "",
         "neither how fields are delimited nor"},
        {"no delimiter", "delimiter ;", "", "dialect needs delimiter"},
        {"unknown word of the dialect", "decimalChar ,", "decimalMark ,",
         "5: \"decimalMark\" is not understood"},
        {"quotes of another kind", "decimalChar ,", "decimalChar , quoteChar '",
         "quotes are \" or none"},
        {"marks alike", "decimalChar ,", "decimalChar , groupChar ,", "are the same"},
        {"rid nowhere", "rid column 1\n", "", "no rid statement says where"},
        {"rid by position", "rid column 1", "rid position 1 length 1",
         "tells records by rid column N"},
        {"match by length", "match columns 4", "match length 4", "does not go with a delimited"},
        {"match without literal", "match columns 4", "match line 1 column 1 D", "needs literal"},
        {"field before records", "record row rid D occurs 0..n item\n", "",
         "8: a field stands before any record"},
        {"unknown word of a record", "item", "items", "8: \"items\" is not understood"},
        {"odd occurrence", "0..n", "often", "8: write how often it occurs"},
        {"occurrence upside down", "0..n", "3..2", "8: write how often it occurs"},
        {"no item", " item", "", "no record is an item"},
        {"parent that is not there", " item", " item parent case", "does not stand before it"},
        {"two records without rid", "rid D occurs 0..n item\n",
         "item\n field n column 2 role ocr\n field a column 3 role amount\nrecord b item\n",
         "both have no rid"},
        {"no amount", "role amount", "type number", "is an item and has no amount"},
        {"no number", "role invoice-no ", "", "have no number"},
        {"unknown role", "role amount", "role money", "10: role \"money\" is not known"},
        {"role twice", "role test-mark test T", "role invoice-no", "have the same role"},
        {"fields overlap", "column 3", "column 2", "10: fields number and amount overlap"},
        {"no column", "column 3 ", "", "10: field amount needs column N"},
        {"position in a delimited layout", "column 3", "position 3 length 4",
         "10: field amount needs column N, and no position"},
        {"field name twice", "field amount", "field number", "10: field number stands twice"},
        {"word twice", "column 3", "column 3 column 4", "10: column stands twice"},
        {"unknown word of a field", "required", "mandatory", "9: \"mandatory\" is not understood"},
        {"contradicting type", "role amount", "role amount type date", "is of type number"},
        {"required and optional", "required", "required optional", "cannot be required and"},
        {"optional before others", "required", "optional", "only the last fields may be optional"},
        {"number without mark or scale", " decimalChar ,", "", "needs scale N"},
        {"date without format", "role test-mark test T", "type date", "needs its format"},
        {"date with half a year", "role test-mark test T", "type date format YMMDD",
         "a date is written with"},
        {"short year without pivot", "role test-mark test T", "type date format YYMMDD",
         "needs pivot N"},
        {"test mark without value", " test T", "", "needs test TEXT"},
        {"sign field that is not there", "role amount", "role amount sign field dc plus D minus C",
         "sign field dc is not in record row"},
        {"heading without header", "required", "required heading Nr", "the dialect no header"},
        {"total of no record", "role test-mark test T", "total count rows",
         "of record rows, which there is not"},
        {"total of no role", "role test-mark test T", "total sum fee row",
         "has no field of role fee to add up"},
        {"total and none", "role test-mark test T", "total count row",
         "total none, but a field is a total"},
        {"no word of totals", "total none\n", "", "no field is a total"},
        {"quote not closed", "column 4", "column 4 missing \"oj", "a quoted text is not closed"},
        {"no sample", "sample count 1 sum 12.50 SEK\n|D;7;12,50;P\n", "", "the sample is missing"},
        {"sample before its count", "total none\n", "|D;8;1,00;P\n", "stands before sample"},
        {"sample: another count", "count 1", "count 2",
         "the sample gives 1 items where 2 are declared"},
        {"sample: another sum", "sum 12.50", "sum 12.51", "the sample's sum is 12.50 SEK"},
        {"sample: another currency", "12.50 SEK", "12.50 EUR", "the sample's sum is 12.50 SEK"},
        {"sample: a line of no record", "|D;7", "|X;7", "sample line 1: Line 1 is none of"},
        {"sample: letters that the charset has not", "utf-8", "us-ascii",
         "the sample gives 0 items"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct span text = altered(span_str(base), cases[i].old, cases[i].new);
        struct declared d;
        if (strstr(cases[i].name, "letters")) {
            struct span swedish = altered(text, "|D;7;12,50;P", "|\xC3\xA5;7;12,50;P");
            free((char *)text.p);
            text = swedish;
        }
        d = declare(text);
        assert_int_equal(d.result, -2);
        if (!strstr(buf_cstr(&d.errors), cases[i].error))
            fail_msg("%s: \"%s\" is not in:\n%s", cases[i].name, cases[i].error,
                     buf_cstr(&d.errors));
        undeclare(&d);
        free((char *)text.p);
    }
    (void)state;
}

static void fixed_layouts_have_rules_of_their_own(void **state)
{
    static const char fixed[] = "layout short\nkind cases\ncharset iso-8859-1\ncurrency SEK\n"
                                "fixed length 20\nrid position 1 length 1\n"
                                "record row rid D item\n"
                                "  field number position 2 length 9 role case-id\n"
                                "  field amount position 11 length 10 role capital scale 2\n"
                                "total none\nsample count 1 sum 1.00 SEK\n"
                                "|D7        0000000100\n";
    static const struct {
        const char *old, *new, *error;
    } cases[] = {
        {"iso-8859-1", "utf-8", "in UTF-8 a position is no byte"},
        {"position 11", "position 10", "overlap"},
        {"length 10 role", "length 11 role", "ends at position 21, behind the line's 20"},
        {"rid D", "rid DD", "is not 1 long"},
        {"rid position 1 length 1", "rid column 1", "tells records by rid position N"},
        {"position 2 length 9", "column 2", "needs position N and length N"},
        {"rid D", "rid D parent row", "does not stand before it"},
        {"total none", "match header\ntotal none", "does not go with a fixed layout"},
    };
    struct declared d = declare_good(span_str(fixed));

    /* nothing in it can say test: allowed, and said */
    assert_non_null(strstr(buf_cstr(&d.warnings), "no field that can say test"));
    undeclare(&d);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct span text = altered(span_str(fixed), cases[i].old, cases[i].new);
        d = declare(text);
        assert_int_equal(d.result, -2);
        if (!strstr(buf_cstr(&d.errors), cases[i].error))
            fail_msg("\"%s\" is not in:\n%s", cases[i].error, buf_cstr(&d.errors));
        undeclare(&d);
        free((char *)text.p);
    }
    (void)state;
}

static void hostile_layouts_end_in_an_error(void **state)
{
    struct buf text;
    struct declared d;

    buf_init(&text, 4u << 20);
    for (unsigned i = 0; i < 40; i++)
        (void)buf_printf(&text, "record r%u rid %u\n", i, i);
    for (unsigned i = 0; i < 300; i++)
        (void)buf_printf(&text, "field f%u column %u\n", i, i + 1);
    for (unsigned i = 0; i < 100; i++)
        (void)buf_str(&text, "match ");
    d = declare(buf_view(&text));
    assert_int_equal(d.result, -2);
    undeclare(&d);
    while (text.n <= LAYOUT_TEXT_MAX)
        (void)buf_str(&text, "# long\n");
    d = declare(buf_view(&text));
    assert_int_equal(d.result, -2);
    assert_non_null(strstr(buf_cstr(&d.errors), "longer than"));
    undeclare(&d);
    buf_free(&text);
    d = declare(SPAN_LIT("layout \xFF\n"));
    assert_int_equal(d.result, -2);
    undeclare(&d);
    d = declare(SPAN_NONE);
    assert_int_equal(d.result, -2);
    undeclare(&d);
    (void)state;
}

static void a_layout_is_found_by_its_name(void **state)
{
    struct declared d = declare_good(span_str(base));
    struct layouts layouts = {1, {d.layout}};

    assert_ptr_equal(layouts_find(&layouts, SPAN_LIT("layout:short")), d.layout);
    assert_ptr_equal(layouts_find(&layouts, SPAN_LIT("short")), d.layout);
    assert_null(layouts_find(&layouts, SPAN_LIT("layout:shor")));
    assert_null(layouts_find(NULL, SPAN_LIT("short")));
    undeclare(&d);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layout_is_compiled_and_proved),
        cmocka_unit_test(what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(fixed_layouts_have_rules_of_their_own),
        cmocka_unit_test(hostile_layouts_end_in_an_error),
        cmocka_unit_test(a_layout_is_found_by_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

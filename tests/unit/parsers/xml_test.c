/* xml_test.c -- the streaming reader: what it hands on, and what hostile XML cannot do to it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/buf.h"
#include "model/error.h"
#include "parsers/xml.h"

/* --- a small format ---------------------------------------------------------------------- */

enum { ROOT = 1, NAME, LIST, ENTRY, STAMP };

static const char *const namespaces[] = {"urn:letter", "urn:part", "", "*", NULL};
static const struct xml_row rows[] = {
    {ROOT, 0, 0, XML_SEEN, "letter"},    {ROOT, 0, 2, XML_SEEN, "letter"},
    {NAME, ROOT, 1, XML_TEXT, "name"},   {NAME, ROOT, 2, XML_TEXT, "name"},
    {LIST, ROOT, 1, XML_SEEN, "list"},   {ENTRY, LIST, 1, XML_TEXT, "entry"},
    {STAMP, ROOT, 3, XML_TEXT, "stamp"},
};
static const struct xml_table table = {namespaces, rows, sizeof(rows) / sizeof(rows[0])};

/* All that happened, as text: "+1 +2 -2'text'" and findings by name. */
struct record {
    struct buf log;
    size_t text_max;
    int stop_at; /* id whose end the handler refuses */
    unsigned findings;
};

static int on_start(void *context, const struct xml_element *e)
{
    struct record *r = context;
    buf_printf(&r->log, "+%u", e->id);
    for (unsigned i = 0; i < e->attribute_count; i++)
        buf_printf(&r->log, "[%.*s=%.*s]", SPAN_FMT(e->attributes[i].local),
                   SPAN_FMT(e->attributes[i].value));
    buf_char(&r->log, ' ');
    return 0;
}

static int on_end(void *context, const struct xml_element *e, struct span text, bool cut)
{
    struct record *r = context;
    if (text.n > r->text_max)
        r->text_max = text.n;
    if (text.n > 200)
        buf_printf(&r->log, "-%u(long)%s ", e->id, cut ? "(cut)" : "");
    else
        buf_printf(&r->log, "-%u'%.*s' ", e->id, SPAN_FMT(text));
    return (int)e->id == r->stop_at ? SLUSS_ESTOP : 0;
}

static int on_item(void *context, const struct item *item)
{
    (void)context;
    (void)item;
    fail_msg("the reader has no items");
    return 0;
}

static int on_finding(void *context, const struct finding *f)
{
    struct record *r = context;
    r->findings++;
    buf_printf(&r->log, "%s", finding_kinds[f->code].name);
    for (unsigned i = 0; i < f->fact_count; i++)
        if (f->facts[i].kind == FACT_TEXT)
            buf_printf(&r->log, "(%.*s)", SPAN_FMT(f->facts[i].text));
    return 0;
}

struct run {
    struct record record;
    struct sink sink;
    struct xml_handler handler;
    struct xml_reader *xml;
};

static void run_open(struct run *run)
{
    memset(run, 0, sizeof(*run));
    buf_init(&run->record.log, 1 << 20);
    run->sink = (struct sink){.context = &run->record, .item = on_item, .finding = on_finding};
    run->handler = (struct xml_handler){&run->record, on_start, on_end};
    assert_int_equal(xml_open(&table, &run->handler, &run->sink, &run->xml), 0);
}

static void run_close(struct run *run)
{
    xml_close(&run->xml);
    assert_null(run->xml);
    buf_free(&run->record.log);
}

/* Read the bytes in pieces of that size. */
static int run_bytes(struct run *run, struct span bytes, size_t piece)
{
    while (bytes.n) {
        size_t n = bytes.n < piece ? bytes.n : piece;
        int rc = xml_push(run->xml, span_of(bytes.p, n));
        if (rc)
            return rc;
        bytes = span_of(bytes.p + n, bytes.n - n);
    }
    return xml_finish(run->xml);
}

static void same_in_all_pieces(const char *name, struct span bytes, const char *want)
{
    static const size_t pieces[] = {1, 2, 3, 7, 64, 1 << 20};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct run run;
        run_open(&run);
        assert_int_equal(run_bytes(&run, bytes, pieces[i]), 0);
        if (strcmp(buf_cstr(&run.record.log), want) != 0)
            fail_msg("%s in pieces of %zu: %s, not %s", name, pieces[i], buf_cstr(&run.record.log),
                     want);
        assert_int_equal(xml_whole(run.xml), run.record.findings == 0);
        run_close(&run);
    }
}

/* --- what is handed on ------------------------------------------------------------------- */

#define OPEN "<letter xmlns='urn:letter' xmlns:p='urn:part'>"
#define CASE(name, xml, want)                                                                      \
    {                                                                                              \
        name, {xml, sizeof(xml) - 1}, want                                                         \
    }

struct reading_case {
    const char *name;
    struct span xml;
    const char *want;
};

static const struct reading_case good[] = {
    CASE("an element and its text", OPEN "<p:name>Olle</p:name></letter>", "+1 +2 -2'Olle' -1'' "),
    CASE("prefixes are free, namespaces count",
         "<q:letter xmlns:q='urn:letter'><name xmlns='urn:part'>x</name></q:letter>",
         "+1 +2 -2'x' -1'' "),
    CASE("no namespace is one too", "<letter><name>x</name></letter>", "+1 +2 -2'x' -1'' "),
    CASE("the right name in the wrong namespace is unknown",
         OPEN "<name>x</name><p:name>y</p:name></letter>", "+1 +2 -2'y' -1'' "),
    CASE("where the table says any namespace, the name counts",
         "<letter><stamp>1</stamp><a:stamp xmlns:a='urn:a'>2</a:stamp></letter>",
         "+1 +5 -5'1' +5 -5'2' -1'' "),
    CASE("nothing below an unknown element is known",
         OPEN "<p:other><p:name>x</p:name></p:other></letter>", "+1 -1'' "),
    CASE("the right name in the wrong place is unknown", OPEN "<p:entry>x</p:entry></letter>",
         "+1 -1'' "),
    CASE("attributes with their entities",
         OPEN "<p:name a='1 &amp; &#38;2&lt;' b=\"'\">x</p:name></letter>",
         "+1 +2[a=1 & &2<][b='] -2'x' -1'' "),
    CASE("entities, references and CDATA are text",
         OPEN "<p:name>a&amp;b&#229;<![CDATA[<c>]]>d</p:name></letter>",
         "+1 +2 -2'a&b\xC3\xA5<c>d' -1'' "),
    CASE("text goes on behind a comment and a child",
         OPEN "<p:name>a<!-- x -->b<p:u>no</p:u>c</p:name></letter>", "+1 +2 -2'abc' -1'' "),
    CASE("a byte order mark", "\xEF\xBB\xBF<letter><name>\xC3\xB6</name></letter>",
         "+1 +2 -2'\xC3\xB6' -1'' "),
    CASE("ISO-8859-1 becomes UTF-8",
         "<?xml version='1.0' encoding='ISO-8859-1'?><letter><name>\xE5\xE4\xF6</name></letter>",
         "+1 +2 -2'\xC3\xA5\xC3\xA4\xC3\xB6' -1'' "),
    CASE("comments and instructions around the root",
         "<?xml version='1.0'?><!-- a --><?b c?>\n<letter/>\n<!-- d -->\n<?e?>\n", "+1 -1'' "),
    CASE("lists", OPEN "<p:list><p:entry>1</p:entry><p:entry/></p:list></letter>",
         "+1 +3 +4 -4'1' +4 -4'' -3'' -1'' "),
};

static void hands_on_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        same_in_all_pieces(good[i].name, good[i].xml, good[i].want);
}

#define BAD(what) "XML_MALFORMED(" what ")"

static const struct reading_case bad[] = {
    CASE("cut in the middle", OPEN "<p:list><p:entry>1</p:en",
         "+1 +3 +4 TRUNCATED(the end tag of the root element is missing)"),
    CASE("cut before the last tag", OPEN "<p:list/>",
         "+1 +3 -3'' TRUNCATED(the end tag of the root element is missing)"),
    CASE("cut in the root's own tag", "<letter xmlns='urn:l",
         "TRUNCATED(the end tag of the root element is missing)"),
    CASE("cut inside a character", "<letter><name>\xC3",
         "+1 +2 TRUNCATED(the end tag of the root element is missing)"),
    CASE("crossed tags", "<letter><a></b></letter>",
         "+1 " BAD("an end tag does not match its start tag")),
    CASE("a second root", "<letter/><letter/>",
         "+1 -1'' " BAD("something follows the end of the document")),
    CASE("bytes behind the root", "<letter/>garbage",
         "+1 -1'' " BAD("something follows the end of the document")),
    CASE("a prefix nobody declared", "<letter><q:a/></letter>",
         "+1 " BAD("a prefix has no namespace")),
    CASE("an attribute twice", "<letter a='1' a='2'/>", BAD("an attribute stands twice in a tag")),
    CASE("an entity of nobody", "<letter><name>&hej;</name></letter>",
         "+1 +2 " BAD("an entity is used that XML itself does not have")),
    CASE("a control character", "<letter><name>a\x01</name></letter>",
         "+1 +2 " BAD("a character is not allowed in XML")),
    CASE("an encoding nobody knows", "<?xml version='1.0' encoding='klingon'?><letter/>",
         BAD("the declared encoding is not known")),
    CASE("DOCTYPE", "<!DOCTYPE letter><letter/>", "XML_DOCTYPE"),
    CASE("DOCTYPE without an end", "<!DOCTYPE letter", "XML_DOCTYPE"),
    CASE("billion laughs: refused before the first entity",
         "<!DOCTYPE letter [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><letter>&b;</letter>",
         "XML_DOCTYPE"),
    CASE("external entity: refused before it could be fetched",
         "<?xml version='1.0'?>\n<!DOCTYPE letter SYSTEM 'file:///etc/passwd'><letter/>",
         "XML_DOCTYPE"),
};

static void says_in_own_words_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        same_in_all_pieces(bad[i].name, bad[i].xml, bad[i].want);
}

/* libxml2 reports bytes that are not in the declared encoding past the parser, to a handler
 * of the thread that prints them unless somebody else set one. */
static void bytes_outside_the_encoding_are_not_printed(void **state)
{
    (void)state;
    static const char xml[] =
        "<?xml version='1.0' encoding='US-ASCII'?><letter><name>a\xE5 b</name></letter>";
    struct run run;
    run_open(&run);
    assert_int_equal(run_bytes(&run, span_of(xml, sizeof(xml) - 1), 1000), 0);
    assert_string_equal(buf_cstr(&run.record.log),
                        "+1 +2 " BAD("the bytes are not in the encoding that is declared"));
    run_close(&run);
}

static void the_handler_can_stop_it(void **state)
{
    (void)state;
    struct run run;
    run_open(&run);
    run.record.stop_at = NAME;
    struct span xml = SPAN_LIT("<letter><name>x</name><name>y</name></letter>");
    assert_int_equal(run_bytes(&run, xml, 1000), SLUSS_ESTOP);
    assert_string_equal(buf_cstr(&run.record.log), "+1 +2 -2'x' ");
    assert_int_equal(xml_finish(run.xml), SLUSS_ESTOP);
    run_close(&run);
}

/* --- limits ------------------------------------------------------------------------------ */

/* A file made of a beginning, something over and over, and an end. */
struct long_case {
    const char *name;
    const char *begin;
    const char *again;
    size_t times;
    const char *end;
    const char *want; /* in the log; null: nothing wrong */
};

static const struct long_case long_cases[] = {
    {"a million attributes", "<letter", " a='x'", 1000000, "/>", "LIMIT_REACHED(bytes of one tag"},
    {"an attribute of 100 MB", "<letter a='", "0123456789", 10000000, "'/>",
     "LIMIT_REACHED(bytes of one tag"},
    {"an attribute of 100 KB", "<letter a='", "0123456789", 10000, "'/>",
     "LIMIT_REACHED(bytes in attribute values"},
    {"many namespaces", "<letter", " xmlns:abcdefgh='urn:x'", 200000, "/>",
     "LIMIT_REACHED(bytes of one tag"},
    {"depth", "<letter>", "<a>", 1000000, "", "LIMIT_REACHED(depth of elements"},
    {"a name of 10 MB", "<letter><", "nnnnnnnnnn", 1000000, "/></letter>", "LIMIT_REACHED"},
    {"a name of 1000 bytes", "<letter><", "n", 1000, "/></letter>",
     "LIMIT_REACHED(bytes of a name"},
    {"a comment of 100 MB", "<letter><!--", "0123456789", 10000000, "--></letter>",
     "LIMIT_REACHED(bytes of one comment"},
    {"an instruction of 20 MB", "<letter><?x ", "0123456789", 2000000, "?></letter>",
     "LIMIT_REACHED(bytes of one comment"},
    {"a reference of 20 MB", "<letter>&", "0123456789", 2000000, ";</letter>", ""},
    {"40 MB of base64 in an element nobody asked for", "<letter><file>",
     "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY\n", 1200000, "</file></letter>", NULL},
    {"40 MB of CDATA in an element nobody asked for", "<letter><file><![CDATA[",
     "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY\n", 1200000, "]]></file></letter>", NULL},
    {"a million elements", "<letter>", "<name>x</name>", 10000, "</letter>", NULL},
};

static void push_long(struct run *run, const struct long_case *c)
{
    size_t unit = strlen(c->again);
    size_t count = 65536 / unit;
    char *block = malloc(count * unit);
    assert_non_null(block);
    for (size_t i = 0; i < count; i++)
        memcpy(block + i * unit, c->again, unit);
    assert_int_equal(xml_push(run->xml, span_str(c->begin)), 0);
    for (size_t left = c->times; left;) {
        size_t n = left < count ? left : count;
        assert_int_equal(xml_push(run->xml, span_of(block, n * unit)), 0);
        left -= n;
    }
    assert_int_equal(xml_push(run->xml, span_str(c->end)), 0);
    assert_int_equal(xml_finish(run->xml), 0);
    free(block);
}

static void limits_hold_whatever_comes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(long_cases) / sizeof(long_cases[0]); i++) {
        const struct long_case *c = &long_cases[i];
        struct run run;
        run_open(&run);
        push_long(&run, c);
        if (c->want ? !strstr(buf_cstr(&run.record.log), c->want) || run.record.findings != 1
                    : run.record.findings != 0)
            fail_msg("%s: %s", c->name, buf_cstr(&run.record.log));
        assert_int_equal(xml_whole(run.xml), c->want == NULL);
        run_close(&run);
    }
}

static void different_names_do_not_fill_the_memory(void **state)
{
    (void)state;
    struct run run;
    run_open(&run);
    assert_int_equal(xml_push(run.xml, SPAN_LIT("<letter>")), 0);
    for (unsigned i = 0; i < 200000; i++) {
        char tag[32];
        int n = snprintf(tag, sizeof(tag), "<n%u/>", i);
        assert_int_equal(xml_push(run.xml, span_of(tag, (size_t)n)), 0);
    }
    assert_int_equal(xml_finish(run.xml), 0);
    assert_non_null(strstr(buf_cstr(&run.record.log), "LIMIT_REACHED(different names)"));
    assert_true(xml_elements(run.xml) < 2 * XML_NAMES_MAX);
    run_close(&run);
}

static void kept_text_is_cut_between_characters(void **state)
{
    (void)state;
    struct run run;
    run_open(&run);
    struct long_case c = {"", "<letter><name>a", "\xC3\xA5", 100000, "</name></letter>", NULL};
    push_long(&run, &c);
    assert_string_equal(buf_cstr(&run.record.log), "+1 +2 -2(long)(cut) -1'' ");
    assert_int_equal(run.record.text_max, XML_TEXT_MAX - 1);
    run_close(&run);
}

/* --- recognition ------------------------------------------------------------------------- */

static const struct {
    const char *xml;
    enum xml_look look;
    const char *ns; /* null: none */
    const char *local;
} looks[] = {
    {"<a/>", XML_LOOK_ROOT, NULL, "a"},
    {"<a>", XML_LOOK_ROOT, NULL, "a"},
    {"  \r\n<a>", XML_LOOK_ROOT, NULL, "a"},
    {"<?xml version=\"1.0\"?><a xmlns = 'urn:x' >", XML_LOOK_ROOT, "urn:x", "a"},
    {"<!-- <b> --><?p <c>?>\n<n1:a q=\"x>y\" xmlns:n1=\"urn:y\" xmlns=\"urn:z\">", XML_LOOK_ROOT,
     "urn:y", "a"},
    {"<a xmlns:b='urn:b'>", XML_LOOK_ROOT, NULL, "a"},
    {"<b:a xmlns='urn:b'>", XML_LOOK_ROOT, NULL, "a"},
    {"<!DOCTYPE a><a/>", XML_LOOK_DOCTYPE, NULL, NULL},
    {"<a xmlns='urn:", XML_LOOK_MORE, NULL, "a"},
    {"<!-- never", XML_LOOK_MORE, NULL, NULL},
    {"<?xml version", XML_LOOK_MORE, NULL, NULL},
    {"<a b>", XML_LOOK_ROOT, NULL, "a"}, /* for the reader to refuse */
    {"< a>", XML_LOOK_NO, NULL, NULL},
    {"<>", XML_LOOK_NO, NULL, NULL},
    {"text", XML_LOOK_NO, NULL, NULL},
    {"", XML_LOOK_NO, NULL, NULL},
};

static void sniffs_the_root(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        struct xml_sniff s = xml_sniff(span_str(looks[i].xml));
        if (s.look != looks[i].look || (looks[i].ns && !span_eq_str(s.ns, looks[i].ns)) ||
            (!looks[i].ns && s.ns.p) || (looks[i].local && !span_eq_str(s.local, looks[i].local)))
            fail_msg("%s: %d %.*s %.*s", looks[i].xml, s.look, SPAN_FMT(s.ns), SPAN_FMT(s.local));
    }
}

static void sniffs_a_text(void **state)
{
    (void)state;
    struct span xml = SPAN_LIT("<!-- <ID>no</ID> --><x:IDs>n</x:IDs><x:ID a='b'> yes </x:ID>");
    assert_true(span_eq_str(xml_sniff_text(xml, "ID"), "yes"));
    assert_null(xml_sniff_text(xml, "Name").p);
    assert_null(xml_sniff_text(SPAN_LIT("<ID>cut"), "ID").p);
    assert_null(xml_sniff_text(SPAN_LIT("<ID"), "ID").p);
}

static const struct {
    const char *tail;
    bool ends;
} tails[] = {
    {"</a>", true},
    {"x</n:a>\r\n\r\n", true},
    {"</a >", true},
    {"</a><!-- made by -->\n<?x y?> ", true},
    {"</a><!-- <b> </c> -->", true},
    {"</b>", false},
    {"</na>", false},
    {"</a", false},
    {"<a>", false},
    {"<a/>", false},
    {"</a>x", false},
    {">", false},
    {"-->", false},
    {"", false},
};

static void sees_the_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
        if (xml_ends_with(span_str(tails[i].tail), "a") != tails[i].ends)
            fail_msg("%s", tails[i].tail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_on_the_same_in_pieces_of_any_size),
        cmocka_unit_test(says_in_own_words_what_is_wrong),
        cmocka_unit_test(bytes_outside_the_encoding_are_not_printed),
        cmocka_unit_test(the_handler_can_stop_it),
        cmocka_unit_test(limits_hold_whatever_comes),
        cmocka_unit_test(different_names_do_not_fill_the_memory),
        cmocka_unit_test(kept_text_is_cut_between_characters),
        cmocka_unit_test(sniffs_the_root),
        cmocka_unit_test(sniffs_a_text),
        cmocka_unit_test(sees_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

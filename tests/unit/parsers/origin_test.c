/* origin_test.c -- who made a file: every day of one program alike, two programs apart */
#include "tests/unit/parsers/heard.h"

#include "parsers/origin.h"

static struct origin origin_in_pieces(const char *format, struct span text, size_t piece)
{
    struct origin_reader *reader = calloc(1, sizeof *reader);
    struct origin origin;

    for (size_t i = 0; i < text.n; i += piece)
        origin_push(reader, span_of(text.p + i, text.n - i < piece ? text.n - i : piece));
    origin_finish(reader, format, &origin);
    free(reader);
    return origin;
}

static struct origin origin_of(const char *format, struct span text)
{
    return origin_in_pieces(format, text, text.n ? text.n : 1);
}

/* --- case-csv, as programs write it ------------------------------------------------------------
 */

struct writer {
    const char *name;
    const char *begin; /* byte order mark */
    const char *intro; /* "" for none */
    const char *columns;
    const char *end_of_line;
    char quote; /* a: all, t: texts, m: where needed */
    char mark;
    bool end;
    bool open; /* nothing behind the last line */
};

#define COLUMNS "type;number;debtor_name;amount;currency"
#define INTRO   "#case-csv;version=1;environment=P"

static const struct writer writers[] = {
    {"plain", "", INTRO, COLUMNS, "\n", 'm', ',', true, false},
    {"with CRLF", "", INTRO, COLUMNS, "\r\n", 'm', ',', true, false},
    {"with a byte order mark", "\xEF\xBB\xBF", INTRO, COLUMNS, "\n", 'm', ',', true, false},
    {"without intro", "", "", COLUMNS, "\n", 'm', ',', true, false},
    {"another intro", "", "#case-csv;environment=P;version=1", COLUMNS, "\n", 'm', ',', true,
     false},
    {"another version", "", "#case-csv;version=2;environment=P", COLUMNS, "\n", 'm', ',', true,
     false},
    {"other columns", "", INTRO, "type;number;debtor_name;amount;currency;own", "\n", 'm', ',',
     true, false},
    {"capital columns", "", INTRO, "Type;Number;Debtor_Name;Amount;Currency", "\n", 'm', ',', true,
     false},
    {"another order", "", INTRO, "number;type;debtor_name;amount;currency", "\n", 'm', ',', true,
     false},
    {"quoted columns", "", INTRO, "\"type\";\"number\";\"debtor_name\";\"amount\";\"currency\"",
     "\n", 'm', ',', true, false},
    {"all quoted", "", INTRO, COLUMNS, "\n", 'a', ',', true, false},
    {"texts quoted", "", INTRO, COLUMNS, "\n", 't', ',', true, false},
    {"points", "", INTRO, COLUMNS, "\n", 'm', '.', true, false},
    {"without end", "", INTRO, COLUMNS, "\n", 'm', ',', false, false},
    {"without last line end", "", INTRO, COLUMNS, "\n", 'm', ',', true, true},
};
#define WRITERS (sizeof writers / sizeof *writers)

/* What changes from day to day. */
struct day {
    const char *name;
    unsigned rows;
    const char *debtor;
    unsigned ore; /* first decimals; 100: written without */
};

static const struct day days[] = {
    {"few", 1, "Anna Berg", 50},
    {"many", 400, "Anna Berg", 0},
    {"letters in UTF-8", 3, "\xC3\x85sa \xC3\x96st", 25},
    {"letters in ISO-8859-1", 3, "\xC5sa \xD6st", 25},
    {"a field that needs its quotes", 2, "\"Berg; Anna\"", 25},
    {"a line end in a field", 2, "\"Berg\nAnna\"", 25},
    {"whole amounts first", 5, "Anna Berg", 100},
};
#define DAYS (sizeof days / sizeof *days)

static size_t put_row(const struct writer *w, const struct day *d, unsigned row, char *out,
                      size_t room)
{
    const char *text = w->quote == 'm' ? "" : "\"", *number = w->quote == 'a' ? "\"" : "";
    const char *name = d->debtor;
    int most = (int)strlen(name);
    char amount[24];

    if (*text && *name == '"') { /* quoted anyway */
        name++;
        most -= 2;
    }
    if (d->ore == 100 && row == 0)
        snprintf(amount, sizeof amount, "%u", 100 + row);
    else
        snprintf(amount, sizeof amount, "%u%c%02u", 100 + row, w->mark, d->ore % 100);
    return (size_t)snprintf(out, room, "%scase%s;%s%u%s;%s%.*s%s;%s%s%s;%sSEK%s", text, text,
                            number, 7000 + row, number, text, most, name, text, number, amount,
                            number, text, text);
}

static struct span written(const struct writer *w, const struct day *d, char *out, size_t room)
{
    size_t n = (size_t)snprintf(out, room, "%s%s%s%s%s", w->begin, w->intro,
                                *w->intro ? w->end_of_line : "", w->columns, w->end_of_line);

    for (unsigned row = 0; row < d->rows; row++) {
        n += put_row(w, d, row, out + n, room - n);
        if (row + 1 < d->rows || w->end || !w->open)
            n += (size_t)snprintf(out + n, room - n, "%s", w->end_of_line);
    }
    if (w->end)
        n += (size_t)snprintf(out + n, room - n, "#end;items=%u%s", d->rows,
                              w->open ? "" : w->end_of_line);
    return span_of(out, n);
}

static void each_csv_program_has_one_layout_of_its_own(void **state)
{
    static char text[65536];
    uint64_t layouts[WRITERS];

    (void)state;
    for (size_t w = 0; w < WRITERS; w++) {
        layouts[w] =
            origin_of("case-csv", written(&writers[w], &days[0], text, sizeof text)).layout;
        assert_true(layouts[w] != 0);
        for (size_t d = 1; d < DAYS; d++) {
            struct span file = written(&writers[w], &days[d], text, sizeof text);
            if (origin_of("case-csv", file).layout != layouts[w])
                fail_msg("%s: %s is as of another", writers[w].name, days[d].name);
        }
        for (size_t other = 0; other < w; other++)
            if (layouts[other] == layouts[w])
                fail_msg("%s is as %s", writers[w].name, writers[other].name);
    }
}

/* --- the other formats -------------------------------------------------------------------------
 */

#define BGMAX_REST "\r\n050058051234          SEK                                   "
#define PAD35      "                                   "
#define UBL                                                                                        \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Invoice xmlns=\"urn:ubl\" "                      \
    "xmlns:cbc=\"urn:cbc\">"
#define CAMT(version) "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001." version "\">"
#define CAMT_HEAD     "<Ntry><GrpHdr><MsgId>7</MsgId><CreDtTm>2026-03-02T06:12:00</CreDtTm></GrpHdr>"
#define SBD                                                                                        \
    "<s:StandardBusinessDocument xmlns:s=\"urn:s\"><s:StandardBusinessDocumentHeader>"             \
    "<s:HeaderVersion>1.0</s:HeaderVersion></s:StandardBusinessDocumentHeader>"

/* Files of the same format and program are alike, all others differ. */
static const struct {
    const char *format;
    unsigned program;
    const char *text;
} files[] = {
    {"bgmax", 1, "01BGMAX               0120260302061200123456P" PAD35 BGMAX_REST "\r\n"},
    {"bgmax", 1,
     "01BGMAX               0120270411091500000001P" PAD35 BGMAX_REST BGMAX_REST "\r\n"},
    {"bgmax", 2, "01BGMAX               0220260302061200123456P" PAD35 BGMAX_REST "\r\n"},
    {"bgmax", 3, "01BGMAX               0120260302061200123456P" BGMAX_REST "\r\n"},
    {"bgmax", 4, "01BGMAX               0120260302061200123456P" PAD35 "\n05\n"},
    {"bgmax", 4, "01BGMAX               0120260303061200123456T" PAD35 "\n05\n20\n"},
    {"bgmax", 5, "01BGMAX               0120260302061200123456P" PAD35 "\n05"},
    {"bgmax", 6, "01BGMAX               0120260302061200123456P" PAD35 "\r\n05\n"},
    {"bgmax", 7, "01BGMAX               0120260302061200123456P" PAD35 "05" PAD35},
    {"lb", 1, "110058051234260302LEVERANTORSBETALNINGAR\n14\n"},
    {"lb", 1, "110058051234270302LEVERANTORSBETALNINGAR\n26\n14\n"},
    {"lb", 2, "110058051234260302LEVERANT\xD6RSBETALNINGAR\n14\n"},
    {"layout:own", 1, "H;1\n"},
    {"layout:own", 2, "H;1\r\n"},
    {"peppol-bis-3", 1,
     UBL "\n  <cbc:ID>1</cbc:ID>\n  <cbc:IssueDate>2026-03-02</cbc:IssueDate>"
         "\n  <cbc:TypeCode/>\n  <cbc:Note>a\r\nb</cbc:Note>\n</Invoice>\n"},
    {"peppol-bis-3", 1,
     UBL "\n  <cbc:ID>977</cbc:ID>\n  <cbc:IssueDate>2027-12-01</cbc:IssueDate>"
         "\n  <cbc:TypeCode/>\n  <cbc:Note>c</cbc:Note>\n  <More/>\n</Invoice>\n"},
    {"peppol-bis-3", 2,
     UBL "\n\t<cbc:ID>1</cbc:ID>\n\t<cbc:IssueDate>2026-03-02</cbc:IssueDate>"
         "\n\t<cbc:TypeCode/>\n\t<cbc:Note>a</cbc:Note>\n</Invoice>\n"},
    {"peppol-bis-3", 3,
     UBL "<cbc:ID>1</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate>"
         "<cbc:TypeCode/><cbc:Note>a</cbc:Note></Invoice>\n"},
    {"peppol-bis-3", 4, UBL "\n  <ID>1</ID>\n  <IssueDate>2026-03-02</IssueDate></Invoice>\n"},
    {"peppol-bis-3", 5,
     "<?xml version='1.0'?>\n<Invoice xmlns=\"urn:ubl\" xmlns:cbc=\"urn:cbc\">"
     "\n  <cbc:ID>1</cbc:ID>\n</Invoice>\n"},
    {"peppol-bis-3", 6,
     "<Invoice xmlns:cbc=\"urn:cbc\" xmlns=\"urn:ubl\">\n  <cbc:ID>1</cbc:ID>\n"},
    {"camt.054", 1, CAMT("02") CAMT_HEAD "<Id>1</Id></Ntry></Document>"},
    {"camt.054", 1, CAMT("02") CAMT_HEAD "<Other/></Ntry></Document>"},
    {"camt.054", 2, CAMT("08") CAMT_HEAD "<Id>1</Id></Ntry></Document>"},
    {"peppol-bis-3", 7, SBD "<Invoice xmlns=\"urn:ubl\"><ID>1</ID></Invoice>"},
    {"peppol-bis-3", 7, SBD "<Invoice xmlns=\"urn:ubl\"><ID>2</ID></Invoice>"},
    {"peppol-bis-3", 8, SBD "<i:Invoice xmlns:i=\"urn:ubl\"><ID>1</ID></i:Invoice>"},
    {"edifact-invoic", 1, "UNB+UNOC:3+1+2+260302:0612+77'UNH+1+INVOIC:D:93A:UN'BGM+380'"},
    {"edifact-invoic", 1, "UNB+UNOC:3+9+8+270302:1112+78'UNH+9+INVOIC:D:93A:UN'BGM+381+7'DTM'"},
    {"edifact-invoic", 2, "UNA:+.? 'UNB+UNOC:3+1+2+260302:0612+77'UNH+1+INVOIC:D:93A:UN'BGM+380'"},
    {"edifact-invoic", 3, "UNA:+,? 'UNB+UNOC:3+1+2+260302:0612+77'UNH+1+INVOIC:D:93A:UN'BGM+380'"},
    {"edifact-invoic", 4,
     "UNB+UNOC:3+1+2+260302:0612+77'\r\nUNH+1+INVOIC:D:93A:UN'\r\nBGM+380'\r\n"},
    {"edifact-invoic", 5, "UNB+UNOA:2+1+2+260302:0612+77'UNH+1+INVOIC:D:93A:UN'BGM+380'"},
    {"edifact-invoic", 6, "UNB+UNOC:3+1+2+260302:0612+77'UNH+1+INVOIC:D:96A:UN'BGM+380'"},
    {"edifact-invoic", 7, "UNB+UNOC:3+1+2+260302:0612+77'UNG+1'UNH+1+INVOIC:D:93A:UN'BGM+380'"},
    {"mt940", 1, ":20:A\r\n:25:1\r\n:28C:1/1\r\n:60F:C\r\n"},
    {"mt940", 1, ":20:B\r\n:25:2\r\n:28C:7/1\r\n:60M:C\r\n:61:x\r\n"},
    {"mt940", 2, ":20:A\n:25:1\n:28C:1/1\n:60F:C\n"},
    {"mt940", 3, ":20:A\r\n:25:1\r\n:28:1/1\r\n:60F:C\r\n"},
    {"mt940", 4, "{1:F01X}{4:\r\n:20:A\r\n:25:1\r\n:28C:1/1\r\n:60F:C\r\n"},
};

static void other_programs_are_told_apart(void **state)
{
    enum { FILES = sizeof files / sizeof *files };

    (void)state;
    for (size_t i = 0; i < FILES; i++)
        for (size_t k = 0; k <= i; k++) {
            bool same = strcmp(files[i].format, files[k].format) == 0 &&
                        files[i].program == files[k].program;
            uint64_t a = origin_of(files[i].format, span_str(files[i].text)).layout;
            uint64_t b = origin_of(files[k].format, span_str(files[k].text)).layout;
            assert_true(a != 0);
            if (same != (a == b))
                fail_msg("%s %u (%zu), %s %u (%zu): should be %s", files[i].format,
                         files[i].program, i, files[k].format, files[k].program, k,
                         same ? "one" : "two");
        }
}

static void pieces_do_not_matter(void **state)
{
    static char text[65536];

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct span file = span_str(files[i].text);
        struct origin whole = origin_of(files[i].format, file);
        for (size_t piece = 1; piece < file.n; piece++) {
            struct origin parts = origin_in_pieces(files[i].format, file, piece);
            assert_memory_equal(&parts, &whole, sizeof whole);
        }
    }
    for (size_t d = 0; d < DAYS; d++) {
        struct span file = written(&writers[0], &days[d], text, sizeof text);
        struct origin whole = origin_of("case-csv", file);
        for (size_t piece = 1; piece < 1000; piece += 7) {
            struct origin parts = origin_in_pieces("case-csv", file, piece);
            assert_memory_equal(&parts, &whole, sizeof whole);
        }
    }
}

/* --- what the file says of itself ----------------------------------------------------------------
 */

static void serial_time_and_program_are_read(void **state)
{
    static const struct {
        const char *name, *format, *text;
        int64_t sequence;
        const char *created;
        const char *producer;
    } cases[] = {
        {"bgmax", "bgmax", "01BGMAX               0120260302061200123456P\n", -1,
         "2026-03-02T06:12:00Z", ""},
        {"total-in", "total-in", "00TI555001    2026030206120012345607TL1TOTALIN-T\n", 7,
         "2026-03-02T06:12:00Z", ""},
        {"autogiro, old", "autogiro", "0120260302AUTOGIRO9900\n", -1, "2026-03-02", ""},
        {"autogiro, new", "autogiro", "01AUTOGIRO              20260302061200123456BET. SPEC\n", -1,
         "2026-03-02T06:12:00Z", ""},
        {"lb", "lb", "110058051234260302LEVERANTORSBETALNINGAR\n", -1, "2026-03-02", ""},
        {"ocr-giro", "ocr-giro", "NY000010000080800203001001234560000\n", 203001, NULL, ""},
        {"behind a seal", "lb", "00260302HMAC\n110058051234260301LEVERANTOR\n", -1, "2026-03-01",
         ""},
        {"no such day", "lb", "110058051234260231LEVERANTORSBETALNINGAR\n", -1, NULL, ""},
        {"edifact", "edifact-invoic", "UNB+UNOC:3+1+2+260302:0612+0077'UNH", 77,
         "2026-03-02T06:12:00Z", ""},
        {"edifact, reference in letters", "edifact-invoic", "UNB+UNOC:3+1?+2+2+20260302:0612+R7'",
         -1, "2026-03-02T06:12:00Z", ""},
        {"camt", "camt.053", CAMT("02") CAMT_HEAD "<n:ElctrncSeqNb> 61 </n:ElctrncSeqNb>", 61,
         "2026-03-02T06:12:00Z", ""},
        {"camt, with zone", "camt.053", "<D><CreDtTm>2026-03-02T06:12:00+01:00</CreDtTm>", -1,
         "2026-03-02T05:12:00Z", ""},
        {"in an envelope", "peppol-bis-3",
         "<D><CreationDateAndTime>2026-03-02T06:12:00Z</CreationDateAndTime>", -1,
         "2026-03-02T06:12:00Z", ""},
        {"a remark of a program", "peppol-bis-3",
         "<!-- Generated by Fakturan 7.2 on 2026-03-02 06:12 -->\n<D/>", -1, NULL,
         "Generated by Fakturan 7.2 on # #"},
        {"a remark of a document", "peppol-bis-3", "<!-- Anna Berg 19121212-1212 --><D/>", -1, NULL,
         ""},
        {"an instruction", "peppol-bis-3", "<?fakturan version 7?><D/>", -1, NULL,
         "fakturan version 7"},
        {"case-csv", "case-csv",
         "#case-csv;version=1;sequence=12;created=2026-03-02T06:12:00Z;producer=Unit 4\x1B[2J\n"
         "type;amount\ncase;1\n",
         12, "2026-03-02T06:12:00Z", "Unit 4\\x1B[2J"},
        {"case-csv, serial", "case-csv", "#case-csv;version=1;serial=13\ntype\ncase\n", 13, NULL,
         ""},
        {"a long name", "case-csv",
         "#case-csv;producer="
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "\ntype\ncase\n",
         -1, NULL, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
        {"letters in a number", "ocr-giro", "NY00001000008080xx03001\n", -1, NULL, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct origin o = origin_of(cases[i].format, span_str(cases[i].text));
        int64_t created = 0;
        if (cases[i].created)
            assert_int_equal(instant_parse(span_str(cases[i].created), &created), 0);
        if (o.sequence != cases[i].sequence || o.created_us != created)
            fail_msg("%s: sequence %lld, created %lld", cases[i].name, (long long)o.sequence,
                     (long long)o.created_us);
        if (strcmp(o.producer, cases[i].producer) != 0)
            fail_msg("%s: producer \"%s\"", cases[i].name, o.producer);
    }
}

static void what_cannot_be_known_is_not_guessed(void **state)
{
    static const char *const texts[][2] = {
        {"unknown", "hello\n"},     {"bgmax", ""},
        {"case-csv", COLUMNS "\n"}, {"case-csv", COLUMNS "\n#end;items=0;sum=0\n"},
        {"mt940", "\n\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(origin_of(texts[i][0], span_str(texts[i][1])).layout, 0);
}

/* Cut anywhere, and with any byte changed, it only has to come to an end. */
static void damage_is_survived(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        size_t n = strlen(files[i].text);
        for (size_t at = 0; at < n; at++) {
            char *copy = malloc(n);
            memcpy(copy, files[i].text, n);
            (void)origin_of(files[i].format, span_of(copy, at));
            copy[at] = "\0\"'<>=?+\xFF;"[at % 10];
            (void)origin_of(files[i].format, span_of(copy, n));
            free(copy);
        }
    }
}

static void a_tag_without_a_name_is_survived(void **state)
{
    static const char *const texts[] = {"<",   "0<", "<<;", "< <", "<?xml version=\"1.0\"?><",
                                        "<a><"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        (void)origin_of("peppol-bis-3", span_str(texts[i]));
}

/* Wide characters are their own trait, and read like others. */
static void wide_characters_are_read(void **state)
{
    const char *text = "<D><CreDtTm>2026-03-02T06:12:00Z</CreDtTm></D>\n";
    char wide[2][200];
    struct origin narrow = origin_of("camt.053", span_str(text));
    size_t n = strlen(text);

    (void)state;
    for (unsigned big = 0; big < 2; big++) {
        struct origin o;
        memcpy(wide[big], big ? "\xFE\xFF" : "\xFF\xFE", 2);
        for (size_t i = 0; i < n; i++) {
            wide[big][2 + 2 * i + big] = text[i];
            wide[big][2 + 2 * i + !big] = '\0';
        }
        o = origin_of("camt.053", span_of(wide[big], 2 + 2 * n));
        assert_int_equal(o.created_us, narrow.created_us);
        assert_true(o.layout != 0 && o.layout != narrow.layout);
    }
}

static void the_reading_hands_it_on(void **state)
{
    static char text[65536];
    struct span file = written(&writers[0], &days[0], text, sizeof text);
    struct heard *h = hear_pieces(NULL, file, 1);

    (void)state;
    assert_int_equal(h->summary.origin.layout, origin_of("case-csv", file).layout);
    assert_int_equal(h->summary.origin.sequence, -1);
    heard_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_csv_program_has_one_layout_of_its_own),
        cmocka_unit_test(other_programs_are_told_apart),
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(serial_time_and_program_are_read),
        cmocka_unit_test(what_cannot_be_known_is_not_guessed),
        cmocka_unit_test(damage_is_survived),
        cmocka_unit_test(a_tag_without_a_name_is_survived),
        cmocka_unit_test(wide_characters_are_read),
        cmocka_unit_test(the_reading_hands_it_on),
    };

    return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}

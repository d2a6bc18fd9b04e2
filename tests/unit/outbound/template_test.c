/* template_test.c -- words are filled in, blocks repeated, mistakes named by file and line */
#include "tests/unit/outbound/support.h"

#include <unistd.h>

static const struct template_value values[] = {
    {"file", {"a<b>&\"c'.csv", 12}},
    {"items", {"42", 2}},
    {"reason", {"outer", 5}},
};
static const struct template_value first[] = {{"text", {"one", 3}}, {"reason", {"inner", 5}}};
static const struct template_value second[] = {{"text", {"two", 3}}};
static const struct template_row findings[] = {{first, 2}, {second, 1}};
static const struct template_row once[] = {{NULL, 0}};
static const struct template_block blocks[] = {
    {"findings", findings, 2}, {"held", once, 1}, {"reasons", once, 1}};
static const struct template_data data = {{values, 3}, blocks, 3};

static void fills_in(void **state)
{
    static const struct {
        const char *name;
        const char *source;
        bool html;
        const char *filled;
    } cases[] = {
        {"nothing", "", false, ""},
        {"plain text", "no words } here\n", false, "no words } here\n"},
        {"words", "{file}: {items}", false, "a<b>&\"c'.csv: 42"},
        {"escaped in HTML", "<b>{file}</b>", true, "<b>a&lt;b&gt;&amp;&quot;c&#39;.csv</b>"},
        {"a brace itself", "{{items} {{{items}", false, "{items} {42"},
        {"a word without a value", "[{contact}]", false, "[]"},
        {"a block with rows", "{#findings}<{text}>{/findings}", false, "<one><two>"},
        {"a block without", "a{#accepted}gone{/accepted}b", false, "ab"},
        {"tags alone on their lines leave none", "x\n  {#findings}\n- {text}\n\t{/findings} \ny\n",
         false, "x\n- one\n- two\ny\n"},
        {"CRLF too", "x\r\n{#held}\r\nh\r\n{/held}\r\ny", false, "x\r\nh\r\ny"},
        {"tags with company stay on the line", "a {#held}b\n{/held} c", false, "a b\n c"},
        {"nested", "{#reasons}{#held}{#findings}{text}{/findings}{/held}{/reasons}", false,
         "onetwo"},
        {"innermost first", "{#findings}{reason} {/findings}{reason}", false, "inner outer outer"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct template *t;
        struct buf errors;
        struct buf out;

        buf_init(&errors, 4096);
        buf_init(&out, 4096);
        if (template_parse("t", span_str(cases[i].source), cases[i].html, &errors, &t))
            fail_msg("%s: %s", cases[i].name, buf_cstr(&errors));
        assert_int_equal(template_render(t, &data, &out), 0);
        if (strcmp(buf_cstr(&out), cases[i].filled) != 0)
            fail_msg("%s: got \"%s\"", cases[i].name, buf_cstr(&out));
        template_free(&t);
        template_free(&t);
        buf_free(&errors);
        buf_free(&out);
    }
}

static void names_mistakes(void **state)
{
    static const struct {
        const char *name;
        const char *source;
        const char *error;
    } cases[] = {
        {"unknown word", "a\nb {fil}", "r.txt:2: no such word \"fil\""},
        {"word of a block outside it", "{text}", "r.txt:1: no such word \"text\""},
        {"unknown block", "{#finding}{/finding}", "r.txt:1: no such block \"finding\""},
        {"never ended", "\n{#held}\n", "r.txt:3: no end of block \"held\""},
        {"never begun", "{/held}", "no block is open to end with \"held\""},
        {"crossed", "{#held}{#reasons}{/held}{/reasons}", "another block is open than \"held\""},
        {"lonely brace", "x { color: red }", "a brace that begins no word: \"{ color: red\""},
        {"at the end", "x\n{", "r.txt:2: a brace that begins no word: \"{\""},
        {"unclosed word", "{file", "a brace that begins no word: \"{file\""},
        {"too deep", "{#held}{#held}{#held}{#held}{#held}{/held}{/held}{/held}{/held}{/held}",
         "blocks too deep at \"held\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct template *t;
        struct buf errors;

        buf_init(&errors, 4096);
        if (template_parse("r.txt", span_str(cases[i].source), false, &errors, &t) != SLUSS_EINVAL)
            fail_msg("%s: was accepted", cases[i].name);
        assert_null(t);
        assert_has(buf_cstr(&errors), cases[i].error);
        buf_free(&errors);
    }
}

static void loads_what_is_installed(void **state)
{
    struct template_set *set = own_templates();

    (void)state;
    assert_ptr_equal(template_receipt(set, NULL, "en", true),
                     template_receipt(set, NULL, "fi", true));
    assert_ptr_not_equal(template_receipt(set, NULL, "sv", true),
                         template_receipt(set, NULL, "en", true));
    assert_ptr_not_equal(template_receipt(set, NULL, "sv", true),
                         template_receipt(set, NULL, "sv", false));
    template_set_free(&set);
    template_set_free(&set);
}

static void names_every_missing_file(void **state)
{
    char dir[] = "/tmp/sluss-templates-XXXXXX";
    char path[64];
    const struct settings settings = {.template_dir = dir};
    struct template_set *set;
    struct buf errors;
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/receipt.sv.txt", dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("no subject {bad}\n", file);
    fclose(file);
    buf_init(&errors, 65536);
    assert_true(template_load_all(&settings, &errors, &set) < 0);
    assert_null(set);
    assert_has(buf_cstr(&errors), "receipt.sv.txt:1: no such word \"bad\"");
    assert_has(buf_cstr(&errors), "receipt.sv.html: No such file");
    assert_has(buf_cstr(&errors), "receipt.en.txt: No such file");
    assert_has(buf_cstr(&errors), "receipt.en.html: No such file");
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("no subject\n", file);
    fclose(file);
    buf_clear(&errors);
    assert_true(template_load_all(&settings, &errors, &set) < 0);
    assert_has(buf_cstr(&errors), "receipt.sv.txt:1: no subject");
    buf_free(&errors);
    unlink(path);
    rmdir(dir);
}

static void write_file(const char *dir, const char *name, const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* A unit's own texts come before the site's, language by language, and are as strict. */
static void units_may_have_texts_of_their_own(void **state)
{
    char dir[] = "/tmp/sluss-templates-XXXXXX";
    struct unit_settings units[3] = {
        {.key = "a/a", .template_dir = dir}, {.key = "a/b"}, {.key = "a/c", .template_dir = dir}};
    struct settings settings = {
        .template_dir = TEMPLATE_DIRECTORY, .units = units, .unit_count = 3};
    const struct template_data nothing = {0};
    struct template_set *set;
    struct buf errors, text;

    (void)state;
    assert_non_null(mkdtemp(dir));
    buf_init(&errors, 65536);
    buf_init(&text, 65536);
    assert_true(template_load_all(&settings, &errors, &set) < 0);
    assert_has(buf_cstr(&errors), "no template there; put receipt.sv.txt");
    write_file(dir, "receipt.sv.txt", "Subject: Vår egen\n\nHej\n");
    buf_clear(&errors);
    assert_true(template_load_all(&settings, &errors, &set) < 0);
    assert_has(buf_cstr(&errors), "/receipt.sv.html: missing beside receipt.sv.txt; write both");
    write_file(dir, "receipt.sv.html", "<p>\n{what}</p>\n");
    buf_clear(&errors);
    assert_true(template_load_all(&settings, &errors, &set) < 0);
    assert_has(buf_cstr(&errors), "/receipt.sv.html:2: no such word \"what\"");
    write_file(dir, "receipt.sv.html", "<p>Hej</p>\n");
    buf_clear(&errors);
    assert_int_equal(template_load_all(&settings, &errors, &set), 0);
    template_render(template_receipt(set, dir, "sv", true), &nothing, &text);
    assert_string_equal(buf_cstr(&text), "<p>Hej</p>\n");
    assert_ptr_not_equal(template_receipt(set, NULL, "sv", true),
                         template_receipt(set, dir, "sv", true));
    assert_ptr_equal(template_receipt(set, NULL, "en", true),
                     template_receipt(set, dir, "en", true));
    template_set_free(&set);
    buf_free(&errors);
    buf_free(&text);
    nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* The whole wording, with nothing filled in. */
static void assert_same_wording(const struct template_set *a, const struct template_set *b)
{
    static const char *const languages[] = {"sv", "en"};
    static const struct template_data nothing;

    for (int i = 0; i < 4; i++) {
        struct buf one, other;

        buf_init(&one, 65536);
        buf_init(&other, 65536);
        template_render(template_receipt(a, NULL, languages[i / 2], i % 2), &nothing, &one);
        template_render(template_receipt(b, NULL, languages[i / 2], i % 2), &nothing, &other);
        assert_true(one.n > 50);
        assert_string_equal(buf_cstr(&one), buf_cstr(&other));
        buf_free(&one);
        buf_free(&other);
    }
}

static void is_built_in_where_nothing_is_installed(void **state)
{
    const struct settings settings = {.template_dir = TEMPLATE_DIRECTORY};
    struct template_set *own = own_templates();
    struct template_set *set;
    struct buf errors;

    (void)state;
    if (access(TEMPLATE_DIRECTORY, F_OK) == 0) {
        template_set_free(&own);
        skip();
    }
    buf_init(&errors, 65536);
    assert_int_equal(template_load_all(&settings, &errors, &set), 0);
    assert_int_equal(errors.n, 0);
    assert_same_wording(own, set);
    buf_free(&errors);
    template_set_free(&set);
    template_set_free(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_in),
        cmocka_unit_test(names_mistakes),
        cmocka_unit_test(loads_what_is_installed),
        cmocka_unit_test(names_every_missing_file),
        cmocka_unit_test(units_may_have_texts_of_their_own),
        cmocka_unit_test(is_built_in_where_nothing_is_installed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

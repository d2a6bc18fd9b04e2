/* sealed_test.c -- files inside a Bankgirot seal: the content read, the seal judged */
#include "tests/unit/parsers/built.h"

#include "parsers/sealed.h"

#define OPEN  "110058051234260302LEVERANTORSBETALNINGAR"
#define PAY   "1400123456741000017                  000000001000"
#define TOTAL "29005805123400000001000000001000"

static const uint8_t own_key[SEAL_SIZE] = {0x0F, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const uint8_t strange_key[SEAL_SIZE] = {0xAB};

/* How a sender seals. */
struct sealing {
    const uint8_t *key;
    bool as_text;     /* the key's digits are used, not what they stand for */
    const char *type; /* null: HMAC */
    const char *date; /* of TK99; null: that of TK00 */
    bool lower;
};

static void code(const struct sealing *how, struct span text, char out[SEAL_TEXT + 1])
{
    crypto_auth_hmacsha256_state state;
    unsigned char whole[crypto_auth_hmacsha256_BYTES];
    char digits[SEAL_TEXT + 1];

    seal_format(how->key, digits);
    crypto_auth_hmacsha256_init(&state, how->as_text ? (unsigned char *)digits : how->key,
                                how->as_text ? SEAL_TEXT : SEAL_SIZE);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r' && text.p[i] != '\n') /* ASCII: nothing else to normalise */
            crypto_auth_hmacsha256_update(&state, (const unsigned char *)text.p + i, 1);
    crypto_auth_hmacsha256_final(&state, whole);
    seal_format(whole, out);
    for (char *p = out; how->lower && *p; p++)
        *p = (char)(*p >= 'A' && *p <= 'F' ? *p + 32 : *p);
}

/* Lines as in built.h; the first is TK00 but for its kind, the last TK99 is added. */
static struct span sealed_file(const struct sealing *how, const char *const *lines, char *out,
                               size_t room)
{
    char kvv[SEAL_TEXT + 1], mac[SEAL_TEXT + 1], opening[100], closing[100];
    const char *all[BUILT_LINES] = {opening};
    const char *last[] = {closing, NULL};
    struct span text;

    snprintf(opening, sizeof opening, "00260302%s", how->type ? how->type : "HMAC");
    for (size_t i = 0; lines[i]; i++)
        all[i + 1] = lines[i];
    text = built(all, out, room);
    code(how, SPAN_LIT("00000000"), kvv);
    code(how, text, mac);
    snprintf(closing, sizeof closing, "99%s%s%s", how->date ? how->date : "260302", kvv, mac);
    return span_of(out, text.n + built(last, out + text.n, room - text.n).n);
}

static struct heard *hear_sealed(const struct seal_keys *keys, struct span text, size_t piece)
{
    struct heard *h = heard_new();
    struct reading *reading = NULL;

    assert_int_equal(reading_open(NULL, &h->sink, &reading), 0);
    if (keys)
        reading_seal(reading, keys);
    while (text.n && h->result == 0) {
        size_t n = piece && piece < text.n ? piece : text.n;
        char *copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, text.p, n);
        h->result = reading_push(reading, span_of(copy, n));
        free(copy);
        text = span_of(text.p + n, text.n - n);
    }
    if (h->result == 0)
        h->result = reading_finish(reading, &h->summary);
    reading_close(&reading);
    return h;
}

static const char *const order[] = {OPEN, PAY, TOTAL, NULL};

static struct seal_keys known(void)
{
    struct seal_keys keys = {.known = 1, .tests = 1};

    memcpy(keys.key, own_key, SEAL_SIZE);
    seal_kvv(strange_key, SEAL_SIZE, keys.test[0]);
    return keys;
}

static void seals_are_judged_by_what_is_known(void **state)
{
    static const uint8_t other_key[SEAL_SIZE] = {1};
    static const struct {
        const char *name;
        struct sealing how;
        bool key; /* the unit's is known, and a test key of its own */
        enum seal_state seal;
        bool test, valid;
        unsigned n;
        enum finding_code codes[3];
        enum finding_level level; /* of the first */
    } cases[] = {
        {"own key", {.key = own_key}, true, SEAL_VALID, false, true, 0, {0}, 0},
        {"lower case", {.key = own_key, .lower = true}, true, SEAL_VALID, false, true, 0, {0}, 0},
        {"no key",
         {.key = own_key},
         false,
         SEAL_UNVERIFIED,
         false,
         true,
         1,
         {FINDING_SEAL_UNVERIFIED},
         LEVEL_INFO},
        {"another key",
         {.key = other_key},
         true,
         SEAL_UNVERIFIED,
         false,
         true,
         1,
         {FINDING_SEAL_KEY_UNKNOWN},
         LEVEL_HOLD},
        {"public key",
         {.key = seal_public_key},
         false,
         SEAL_VALID,
         true,
         true,
         1,
         {FINDING_TEST_SEAL},
         LEVEL_HOLD},
        {"public key beside the own",
         {.key = seal_public_key},
         true,
         SEAL_VALID,
         true,
         true,
         1,
         {FINDING_TEST_SEAL},
         LEVEL_HOLD},
        {"public key as text",
         {.key = seal_public_key, .as_text = true},
         false,
         SEAL_UNVERIFIED,
         true,
         true,
         2,
         {FINDING_TEST_SEAL, FINDING_SEAL_KEY_AS_TEXT},
         LEVEL_HOLD},
        {"own key as text",
         {.key = own_key, .as_text = true},
         true,
         SEAL_UNVERIFIED,
         false,
         true,
         1,
         {FINDING_SEAL_KEY_AS_TEXT},
         LEVEL_HOLD},
        {"listed test key",
         {.key = strange_key},
         true,
         SEAL_UNVERIFIED,
         true,
         true,
         2,
         {FINDING_TEST_SEAL, FINDING_SEAL_KEY_UNKNOWN},
         LEVEL_HOLD},
        {"another date in TK99",
         {.key = own_key, .date = "260303"},
         true,
         SEAL_VALID,
         false,
         true,
         1,
         {FINDING_SEAL_DATE},
         LEVEL_HOLD},
        {"another kind",
         {.key = own_key, .type = "SAK1"},
         false,
         SEAL_UNVERIFIED,
         false,
         true,
         1,
         {FINDING_SEAL_UNVERIFIED},
         LEVEL_INFO},
        {"another kind from one with a key",
         {.key = own_key, .type = "SAK1"},
         true,
         SEAL_UNVERIFIED,
         false,
         true,
         1,
         {FINDING_SEAL_UNVERIFIED},
         LEVEL_HOLD},
    };
    const struct seal_keys keys = known();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[2000];
        struct span file = sealed_file(&cases[i].how, order, text, sizeof text);
        for (size_t piece = 0; piece <= file.n; piece++) { /* U05: the pieces do not matter */
            struct heard *h = hear_sealed(cases[i].key ? &keys : NULL, file, piece);
            assert_int_equal(h->result, 0);
            assert_codes(h, cases[i].name, cases[i].codes, cases[i].n);
            if (h->summary.seal != cases[i].seal || h->summary.test != cases[i].test ||
                h->summary.valid != cases[i].valid)
                fail_msg("%s: seal %d", cases[i].name, (int)h->summary.seal);
            if (cases[i].n && h->finding[0].level != cases[i].level)
                fail_msg("%s: level %d", cases[i].name, (int)h->finding[0].level);
            assert_string_equal(h->summary.format, "lb");
            assert_int_equal(h->items, 1);
            assert_int_equal(h->item[0].record, 3);
            heard_free(h);
        }
    }
}

/* Nothing of a sealed file changes unseen: not a byte of any record before TK99. */
static void every_changed_byte_breaks_the_seal(void **state)
{
    const struct sealing how = {.key = own_key};
    const struct seal_keys keys = known();
    char text[2000];
    struct span file = sealed_file(&how, order, text, sizeof text);

    (void)state;
    for (size_t i = 0; i < file.n - 82 + 72; i++) {
        char was = text[i];
        bool line_end = was == '\r' || was == '\n';
        text[i] ^= 1;
        struct heard *h = hear_sealed(&keys, file, 0);
        if (h->summary.seal == SEAL_VALID && h->findings == 0 && !line_end)
            fail_msg("byte %zu", i);
        heard_free(h);
        text[i] = was;
    }
}

static void what_is_not_sealed_is_not_let_through(void **state)
{
    const struct sealing how = {.key = own_key};
    const struct seal_keys keys = known();
    static const struct {
        const char *name;
        const char *behind;
        enum seal_state seal;
        bool cut;
    } cases[] = {
        {"blank lines", "\r\n  \r\n\x1A", SEAL_VALID, false},
        {"another payment", PAY "\r\n", SEAL_INVALID, true},
        {"a second TK99", "99260302\r\n", SEAL_INVALID, false},
        {"a section without a seal", OPEN "\r\n" PAY "\r\n" TOTAL "\r\n", SEAL_INVALID, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[4000];
        struct span file = sealed_file(&how, order, text, 2000);
        size_t more = strlen(cases[i].behind);
        memcpy(text + file.n, cases[i].behind, more);
        for (size_t piece = 0; piece < 90; piece++) {
            struct heard *h = hear_sealed(&keys, span_of(text, file.n + more), piece);
            if (h->summary.seal != cases[i].seal || (h->of[FINDING_TRUNCATED] > 0) != cases[i].cut)
                fail_msg("%s", cases[i].name);
            assert_int_equal(h->summary.valid, cases[i].seal == SEAL_VALID);
            heard_free(h);
        }
    }
}

static void line_ends_do_not_matter_and_blanks_do(void **state)
{
    const struct sealing how = {.key = own_key};
    const struct seal_keys keys = known();
    char text[2000], other[2000];
    struct span file = sealed_file(&how, order, text, sizeof text);
    size_t n = 0;
    struct heard *h;

    (void)state;
    for (size_t i = 0; i < file.n; i++)
        if (text[i] != '\r')
            other[n++] = text[i];
    h = hear_sealed(&keys, span_of(other, n - 1), 0); /* nor does the last one */
    assert_int_equal(h->summary.seal, SEAL_VALID);
    heard_free(h);
    n = 0;
    for (size_t i = 0; i < file.n; i++) {
        while (text[i] == '\r' && n && other[n - 1] == ' ')
            n--;
        other[n++] = text[i];
    }
    h = hear_sealed(&keys, span_of(other, n), 0);
    assert_int_equal(h->summary.seal, SEAL_INVALID);
    assert_int_equal(h->of[FINDING_SEAL_INVALID], 1);
    assert_int_equal(h->items, 1); /* read all the same */
    heard_free(h);
}

static void a_cut_seal_is_noticed_u06(void **state)
{
    const struct sealing how = {.key = own_key};
    const struct seal_keys keys = known();
    char text[2000];
    struct span file = sealed_file(&how, order, text, sizeof text);

    (void)state;
    assert_int_equal(recognize_ending(file, file, true), ENDING_WHOLE);
    for (size_t n = 164; n < file.n - 10; n++) {
        struct span part = span_of(file.p, n);
        struct heard *h = hear_sealed(&keys, part, 7);
        assert_int_equal(recognize_ending(part, part, true), ENDING_CUT);
        assert_int_equal(h->summary.seal, SEAL_INVALID);
        assert_false(h->summary.valid);
        heard_free(h);
    }
}

static void what_begins_like_a_seal(void **state)
{
    static const struct {
        const char *head;
        bool whole, is;
    } cases[] = {
        {"00260302HMAC\n11", false, true},
        {"00260302HMAC                    \r\n11", false, true},
        {"\xEF\xBB\xBF\r\n\n00260302HMAC\n", false, true},
        {"00260302SAK1\n", false, true},
        {"00260302HMAC", true, true},
        {"00260302HMAC", false, false}, /* more may come */
        {"00260302hmac\n", false, false},
        {"002603024711\n", false, false},
        {"0026O302HMAC\n", false, false},
        {"00260302HMAC and more\n", false, false},
        {"00260302HMA\n", false, false},
        {"0100260302HMAC\n", false, false},
        {"", true, false},
        {"\n\n\n", true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (sealed_begins(span_str(cases[i].head), cases[i].whole, NULL) != cases[i].is)
            fail_msg("case %zu", i);
}

/* A seal around what no format here reads is told with it, and a long line is no TK99. */
static void what_is_sealed_need_not_be_known(void **state)
{
    static const char *const unknown[] = {"hello", NULL};
    const struct sealing how = {.key = own_key};
    const struct seal_keys keys = known();
    char text[2000], *large = malloc(20000);
    struct heard *h = hear_sealed(&keys, sealed_file(&how, unknown, text, sizeof text), 5);

    (void)state;
    assert_string_equal(h->summary.format, "unknown");
    assert_int_equal(h->summary.seal, SEAL_VALID);
    heard_free(h);
    assert_non_null(large);
    int n = snprintf(large, 20000, "00260302HMAC\n%s\n%s\n%s\n%09000d", OPEN, PAY, TOTAL, 99260302);
    memcpy(large + n - 4100, "\n99260302", 9);
    for (size_t piece = 0; piece < 9000; piece += 499) {
        h = hear_sealed(&keys, span_of(large, (size_t)n), piece);
        assert_int_equal(h->of[FINDING_TRUNCATED], 1);
        assert_int_equal(h->items, 1);
        heard_free(h);
    }
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seals_are_judged_by_what_is_known),
        cmocka_unit_test(every_changed_byte_breaks_the_seal),
        cmocka_unit_test(what_is_not_sealed_is_not_let_through),
        cmocka_unit_test(line_ends_do_not_matter_and_blanks_do),
        cmocka_unit_test(a_cut_seal_is_noticed_u06),
        cmocka_unit_test(what_begins_like_a_seal),
        cmocka_unit_test(what_is_sealed_need_not_be_known),
    };

    return cmocka_run_group_tests_name("parsers/sealed", tests, NULL, NULL);
}

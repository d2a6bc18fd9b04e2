#include "parsers/sealed.h"

#include <stdlib.h>

#include "model/error.h"
#include "parsers/fixed.h"

/* More than TK99 and the blanks that may follow it. */
#define HELD_MAX 4096

/* Positions as the specification prints them. */
enum { AT_DATE = 3, AT_TYPE = 9, AT_KVV = 9, AT_CODE = 41, DATE_LENGTH = 6, TYPE_LENGTH = 4 };

struct sealed {
    struct seal_keys keys;
    const struct sink *sink;
    int (*content)(void *context, struct span bytes);
    void *context;
    struct seal_hash hash;
    bool hmac;              /* of the kind that is computed here */
    char date[DATE_LENGTH]; /* of TK00 */
    uint64_t at;            /* bytes handed on */
    uint64_t from, to;      /* where TK00 lies in the file */
    bool inside;            /* what is held does not begin a line */
    size_t held_n;
    char held[HELD_MAX];
};

/* --- recognition --------------------------------------------------------------------- */

static bool is_name(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!(text.p[i] >= 'A' && text.p[i] <= 'Z') && !(i && text.p[i] >= '0' && text.p[i] <= '9'))
            return false;
    return true;
}

/* 00, a date, the name of a kind of seal, and nothing else. */
static bool is_opening(struct span line)
{
    size_t end = AT_TYPE - 1 + TYPE_LENGTH;

    if (line.n < end || !fixed_text_at(line, 1, "00") ||
        !fixed_digits_at(line, AT_DATE, DATE_LENGTH) ||
        !is_name(span_of(line.p + AT_TYPE - 1, TYPE_LENGTH)))
        return false;
    return line.n <= FIXED_SIZE_MAX && span_trim(span_of(line.p + end, line.n - end)).n == 0;
}

bool sealed_begins(struct span head, bool whole, struct span *record)
{
    struct span line;

    if (span_starts(head, SPAN_LIT("\xEF\xBB\xBF")))
        head = span_of(head.p + 3, head.n - 3);
    do {
        if (!fixed_bid_line(&head, whole, &line))
            return false;
    } while (span_trim(line).n == 0);
    if (!is_opening(line))
        return false;
    if (record)
        *record = line;
    return true;
}

struct span sealed_content(struct span head, struct span record)
{
    const char *end = record.p + record.n;

    return span_of(end, head.n - (size_t)(end - head.p));
}

/* A line of TK99 as the seal's kind has it; false also where it is cut. */
static bool read_closing(struct span line, uint8_t kvv[SEAL_SIZE], uint8_t code[SEAL_SIZE])
{
    return line.n >= AT_CODE - 1 + SEAL_TEXT &&
           seal_parse(span_of(line.p + AT_KVV - 1, SEAL_TEXT), kvv) &&
           seal_parse(span_of(line.p + AT_CODE - 1, SEAL_TEXT), code);
}

static bool is_closing(struct span line)
{
    return fixed_text_at(line, 1, "99") && fixed_digits_at(line, AT_DATE, DATE_LENGTH);
}

enum ending sealed_ending(struct span head, struct span tail)
{
    struct span line = fixed_last_line(tail);
    uint8_t kvv[SEAL_SIZE], code[SEAL_SIZE];
    struct span record = SPAN_NONE;

    if (!is_closing(line) || !sealed_begins(head, false, &record))
        return ENDING_CUT;
    if (fixed_text_at(record, AT_TYPE, "HMAC") && !read_closing(line, kvv, code))
        return ENDING_CUT;
    return ENDING_WHOLE;
}

/* --- the bytes ----------------------------------------------------------------------- */

int sealed_open(struct span head, struct span record, const struct seal_keys *keys,
                const struct sink *sink, int (*content)(void *context, struct span bytes),
                void *context, struct sealed **out)
{
    struct sealed *s = calloc(1, sizeof(*s));

    if (!s)
        return SLUSS_ENOMEM;
    if (keys)
        s->keys = *keys;
    s->sink = sink;
    s->content = content;
    s->context = context;
    s->from = (uint64_t)(record.p - head.p);
    s->to = s->from + record.n;
    s->hmac = fixed_text_at(record, AT_TYPE, "HMAC");
    memcpy(s->date, record.p + AT_DATE - 1, DATE_LENGTH);
    /* Only TK99 tells the key. The public one is known to all, so it is always tried. */
    seal_hash_begin(&s->hash, seal_public_key, s->keys.known ? s->keys.key : NULL);
    *out = s;
    return 0;
}

void sealed_close(struct sealed **sealed)
{
    struct sealed *s = *sealed;

    if (!s)
        return;
    sodium_memzero(s, sizeof(*s));
    free(s);
    *sealed = NULL;
}

/* Hand on what is not TK99: to the hash all of it, to the reader all but TK00. */
static int hand_on(struct sealed *s, struct span bytes)
{
    struct span before = span_of(bytes.p, 0);
    int r = 0;

    seal_hash_add(&s->hash, bytes);
    if (s->at < s->from)
        before.n = s->from - s->at < bytes.n ? (size_t)(s->from - s->at) : bytes.n;
    if (before.n)
        r = s->content(s->context, before);
    if (s->at < s->to) {
        size_t skip = s->to - s->at < bytes.n ? (size_t)(s->to - s->at) : bytes.n;
        s->at += skip;
        bytes = span_of(bytes.p + skip, bytes.n - skip);
    }
    s->at += bytes.n;
    return r == 0 && bytes.n ? s->content(s->context, bytes) : r;
}

static int hand_on_held(struct sealed *s)
{
    size_t n = s->held_n;

    s->held_n = 0;
    if (n == 0)
        return 0;
    s->inside = s->held[n - 1] != '\n';
    return hand_on(s, span_of(s->held, n));
}

/* Keep the bytes; where that is more than TK99 can be, they and what is held are not it. */
static int hold(struct sealed *s, struct span bytes)
{
    int r = 0;

    if (bytes.n > HELD_MAX - s->held_n) {
        r = hand_on_held(s);
        if (r == 0)
            r = hand_on(s, bytes);
        s->inside = bytes.p[bytes.n - 1] != '\n';
        return r;
    }
    if (bytes.n)
        memcpy(s->held + s->held_n, bytes.p, bytes.n);
    s->held_n += bytes.n;
    return 0;
}

/* Of the held bytes only the line that has not ended can still be the last one. */
static int hand_on_ended(struct sealed *s)
{
    const char *end = s->held_n ? memrchr(s->held, '\n', s->held_n) : NULL;
    size_t n = end ? (size_t)(end - s->held) + 1 : 0;
    int r = 0;

    if (n) {
        s->inside = false;
        r = hand_on(s, span_of(s->held, n));
        s->held_n -= n;
        memmove(s->held, s->held + n, s->held_n);
    }
    return r;
}

static size_t without_blanks(struct span text)
{
    size_t n = text.n;

    while (n && strchr(" \t\r\n\x1A", text.p[n - 1]) && text.p[n - 1])
        n--;
    return n;
}

int sealed_push(struct sealed *s, struct span bytes)
{
    size_t n = without_blanks(bytes);
    const char *end = n ? memrchr(bytes.p, '\n', n) : NULL;
    size_t lines = end ? (size_t)(end - bytes.p) + 1 : 0;
    int r = 0;

    if (lines) {
        r = hand_on_held(s);
        if (r == 0)
            r = hand_on(s, span_of(bytes.p, lines));
        s->inside = false;
    } else if (n) {
        r = hand_on_ended(s);
    }
    return r == 0 ? hold(s, span_of(bytes.p + lines, bytes.n - lines)) : r;
}

/* --- the verdict --------------------------------------------------------------------- */

/* What TK99 says. */
struct closing {
    uint64_t record;
    uint8_t kvv[SEAL_SIZE];
    uint8_t code[SEAL_SIZE];
    char kvv_text[SEAL_TEXT + 1];
};

static int say(struct sealed *s, enum finding_code code, const struct closing *c, const char *why)
{
    struct finding f = finding_make(code, c->record);

    if (why)
        finding_text(&f, "reason", span_str(why));
    if (c->kvv_text[0])
        finding_text(&f, "kvv", span_str(c->kvv_text));
    /* Who has given a key wants it used: a seal that escapes it is no trifle. */
    if (code == FINDING_SEAL_UNVERIFIED && s->keys.known)
        f.level = LEVEL_HOLD;
    return sink_finding(s->sink, &f);
}

static int say_test(struct sealed *s, const struct closing *c, const char *key)
{
    struct finding f = finding_make(FINDING_TEST_SEAL, c->record);

    finding_text(&f, "what", span_str(key));
    finding_text(&f, "kvv", span_str(c->kvv_text));
    return sink_finding(s->sink, &f);
}

static bool is_listed(const struct seal_keys *keys, const uint8_t kvv[SEAL_SIZE])
{
    for (uint32_t i = 0; i < keys->tests && i < SEAL_TESTS_MAX; i++)
        if (seal_equal(keys->test[i], kvv))
            return true;
    return false;
}

/* The code under a key that is known here. */
static int compare(struct sealed *s, const struct closing *c, const uint8_t code[SEAL_SIZE],
                   enum seal_state *state)
{
    *state = seal_equal(code, c->code) ? SEAL_VALID : SEAL_INVALID;
    if (*state == SEAL_VALID)
        return 0;
    return say(s, FINDING_SEAL_INVALID, c,
               "the records are not those that were sealed, or were sealed in another form");
}

/* A key that is known to be another, or not known at all. */
static int say_other_key(struct sealed *s, const struct closing *c)
{
    if (seal_kvv_of_text(seal_public_key, c->kvv) ||
        (s->keys.known && seal_kvv_of_text(s->keys.key, c->kvv)))
        return say(s, FINDING_SEAL_KEY_AS_TEXT, c, NULL);
    if (s->keys.known)
        return say(s, FINDING_SEAL_KEY_UNKNOWN, c, NULL);
    return say(s, FINDING_SEAL_UNVERIFIED, c, "no key is known here");
}

static int judge_key(struct sealed *s, const struct closing *c, enum seal_state *state)
{
    uint8_t public_code[SEAL_SIZE], own_code[SEAL_SIZE], public_kvv[SEAL_SIZE], own_kvv[SEAL_SIZE];
    int r = 0;

    seal_hash_end(&s->hash, public_code, s->keys.known ? own_code : NULL);
    seal_kvv(seal_public_key, SEAL_SIZE, public_kvv);
    if (s->keys.known)
        seal_kvv(s->keys.key, SEAL_SIZE, own_kvv);
    if (seal_equal(c->kvv, public_kvv))
        r = say_test(s, c, "Bankgirot's public test key");
    else if (seal_kvv_of_text(seal_public_key, c->kvv))
        r = say_test(s, c, "Bankgirot's public test key, used as text");
    else if (is_listed(&s->keys, c->kvv))
        r = say_test(s, c, "a test key of the sender's");
    if (r < 0)
        return r;
    if (seal_equal(c->kvv, public_kvv))
        return compare(s, c, public_code, state);
    if (s->keys.known && seal_equal(c->kvv, own_kvv))
        return compare(s, c, own_code, state);
    return say_other_key(s, c);
}

static int judge(struct sealed *s, struct span line, enum seal_state *state)
{
    struct closing c = {.record = s->hash.lines + 1};
    bool sound = !s->hmac || read_closing(line, c.kvv, c.code);
    int r = 0;

    if (memcmp(line.p + AT_DATE - 1, s->date, DATE_LENGTH) != 0)
        r = say(s, FINDING_SEAL_DATE, &c, NULL);
    if (r < 0)
        return r;
    if (!s->hmac)
        return say(s, FINDING_SEAL_UNVERIFIED, &c, "it is of another kind than HMAC");
    if (!sound) {
        *state = SEAL_INVALID;
        return say(s, FINDING_SEAL_INVALID, &c, "TK99 does not hold two codes of 32 digits");
    }
    seal_format(c.kvv, c.kvv_text);
    return judge_key(s, &c, state);
}

int sealed_finish(struct sealed *s, enum seal_state *state)
{
    struct span line = span_of(s->held, without_blanks(span_of(s->held, s->held_n)));
    struct finding f;
    int r;

    *state = SEAL_UNVERIFIED;
    if (!s->inside && is_closing(line))
        return judge(s, line, state);
    *state = SEAL_INVALID;
    r = hand_on_held(s);
    f = finding_make(FINDING_TRUNCATED, s->hash.lines + s->inside);
    finding_text(&f, "missing", SPAN_LIT("the seal record TK99 is missing"));
    return r < 0 ? r : sink_finding(s->sink, &f);
}

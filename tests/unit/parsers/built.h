/* built.h -- fixed-width files built record by record, for the tests of their readers */
#ifndef SLUSS_TESTS_BUILT_H
#define SLUSS_TESTS_BUILT_H

#include "parsers/recognize.h"
#include "tests/unit/parsers/heard.h"

#define BUILT_LINES    24
#define BUILT_FINDINGS 8

/* Lines filled up to 80 characters; a line that begins with '=' is taken as it is, without
 * line end when it is the last. */
static inline struct span built(const char *const *lines, char *out, size_t room)
{
    size_t n = 0;

    for (; *lines; lines++) {
        bool raw = **lines == '=';
        n += (size_t)snprintf(out + n, room - n, raw ? "%s" : "%-80s", *lines + raw);
        if (!raw || lines[1])
            n += (size_t)snprintf(out + n, room - n, "\r\n");
    }
    return span_of(out, n);
}

/* A file, and what is to be heard of it. */
struct built_case {
    const char *name;
    const char *lines[BUILT_LINES];
    uint64_t items;
    int64_t sum; /* of the only currency */
    bool valid;
    size_t n;
    enum finding_code codes[BUILT_FINDINGS];
};

static inline void assert_heard(const struct built_case *c, const struct heard *h)
{
    int64_t sum = h->summary.sums.n ? h->summary.sums.of[0].minor : 0;

    assert_int_equal(h->result, 0);
    if (h->items != c->items || sum != c->sum)
        fail_msg("%s: %d items, %d", c->name, (int)h->items, (int)sum);
    if (h->summary.valid != c->valid)
        fail_msg("%s: valid %d", c->name, h->summary.valid);
    assert_codes(h, c->name, c->codes, c->n);
}

static inline void assert_built(const struct format *format, const struct built_case *cases,
                                size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char text[4000];
        struct span bytes = built(cases[i].lines, text, sizeof(text));
        struct heard *h = hear_pieces(format, bytes, 7);
        h->of[FINDING_NO_ITEMS] = 0; /* said by the reading, and tested there */
        assert_heard(&cases[i], h);
        heard_free(h);
    }
}

/* Every cut up to `last` bytes before the end is noticed, and the inbox sees it too. */
static inline void assert_cuts(const struct format *format, const char *name, size_t last)
{
    struct span text = sample(name);

    for (size_t n = 90; n < text.n - last; n += 3) {
        struct span part = span_of(text.p, n);
        struct heard *h = hear_pieces(format, part, 0);
        if (h->summary.valid || h->of[FINDING_TRUNCATED] == 0)
            fail_msg("%s cut at %d of %d passes", name, (int)n, (int)text.n);
        assert_int_equal(recognize_ending(part, part, true), ENDING_CUT);
        heard_free(h);
    }
    assert_int_equal(recognize_ending(text, text, true), ENDING_WHOLE);
    free((char *)text.p);
}

#endif

/* phrase.c -- looking up phrases */
#include "model/phrase.h"

#include <stddef.h>
#include <string.h>

const struct phrase phrases[] = {
#define PHRASE(en, sv) {en, sv},
#include "model/phrases.def"
#undef PHRASE
    {NULL, NULL},
};

bool phrase_may_be(struct span fact)
{
    static const char *const ours[] = {"actual", "class",      "expected", "field",
                                       "how",    "limit",      "missing",  "reason",
                                       "side",   "usual_side", "what",     "where"};

    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (span_eq_str(fact, ours[i]))
            return true;
    return false;
}

/* The text without its "%". */
static struct span stem(const char *text)
{
    size_t n = strlen(text);

    return span_of(text, n && text[n - 1] == '%' ? n - 1 : n);
}

static struct span number_at_end(struct span text)
{
    size_t n = text.n;

    while (n && text.p[n - 1] >= '0' && text.p[n - 1] <= '9')
        n--;
    return span_of(text.p ? text.p + n : "", text.n - n);
}

struct span phrase_sv(struct span text, struct span *number)
{
    struct span digits = number_at_end(text);
    struct span before = span_of(text.p, text.n - digits.n);

    *number = span_of("", 0);
    /* A row in hundreds, a sentence now and then: a walk will do. */
    for (const struct phrase *phrase = phrases; phrase->en; phrase++) {
        if (span_eq_str(text, phrase->en))
            return span_str(phrase->sv);
        if (digits.n && stem(phrase->en).n < strlen(phrase->en) &&
            span_eq(before, stem(phrase->en))) {
            *number = digits;
            return stem(phrase->sv);
        }
    }
    return text;
}

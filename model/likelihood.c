/* likelihood.c -- see likelihood.h
 *
 * Figures are rounded as a person would say them: an estimate with three digits claims to know
 * what it does not.
 */
#include "model/likelihood.h"

#include <math.h>
#include <string.h>

double likelihood_of_odds(double odds)
{
    return 1 / (1 + exp(-odds));
}

/* From the least probable on; `one_in`: the figure is "1 in N", else "N of 100". */
static const struct {
    double below;
    bool one_in;
    const char *before[2], *after[2]; /* en, sv; the figure stands between them */
} words[] = {
    {0.01,
     true,
     {"the figures alone say little, about 1 in ", "siffrorna i sig säger lite, ungefär 1 av "},
     {" such files is wrong; a fixed rule holds it",
      " sådana filer är fel; en fast regel håller kvar den"}},
    {0.1,
     true,
     {"more likely right, but worth a look: about 1 in ",
      "troligen rätt, men värd en titt: ungefär 1 av "},
     {" such files is wrong", " sådana filer är fel"}},
    {0.5,
     false,
     {"perhaps wrong: about ", "kanske fel: ungefär "},
     {" of 100 such files are", " av 100 sådana filer är det"}},
    {0.9,
     false,
     {"more likely wrong than right: about ", "troligare fel än rätt: ungefär "},
     {" of 100 such files are wrong", " av 100 sådana filer är fel"}},
    {0.99,
     false,
     {"very probably wrong: about ", "högst troligt fel: ungefär "},
     {" of 100 such files are", " av 100 sådana filer är det"}},
    {2,
     false,
     {"almost certainly wrong: more than ", "nästan säkert fel: fler än "},
     {" of 100 such files are", " av 100 sådana filer är det"}},
};

/* 37 stays 37, 1 234 becomes 1 000. */
static int64_t rounded(double n)
{
    double step = 1;

    while (n >= 100 * step)
        step *= 10;
    if (n >= 100)
        step *= 10;
    return (int64_t)(floor(n / step + 0.5) * step);
}

int likelihood_say(struct buf *out, double probability, const char *language)
{
    const int sv = language && strcmp(language, "sv") == 0;
    size_t i = 0;
    int64_t n;

    while (probability >= words[i].below)
        i++;
    if (words[i].one_in)
        n = rounded(1 / (probability > 1e-4 ? probability : 1e-4));
    else
        n = probability >= 0.99 ? 99 : (int64_t)(probability * 100 + 0.5);
    buf_str(out, words[i].before[sv]);
    buf_int(out, n);
    return buf_str(out, words[i].after[sv]);
}

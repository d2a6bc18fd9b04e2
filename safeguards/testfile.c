/* testfile.c -- does the file's name say that it is a test?
 *
 * Words are compared with whole tokens of the name: "Testebo" and "contest" pass. What the
 * file itself says is found by its parser (TEST_MARK).
 */
#include <fnmatch.h>
#include <string.h>

#include "model/error.h"
#include "model/text.h"
#include "safeguards/check.h"

/* Swedish compounds are one token, so the usual ones stand here whole. Lower case. */
static const char *const test_words[] = {
    "test",      "tests",      "testfil",       "testfiler",        "testfile",
    "testfiles", "testdata",   "testfaktura",   "testfakturor",     "testing",
    "testar",    "testning",   "testunderlag",  "testleverans",     "testbatch",
    "testrun",   "systemtest", "acceptanstest", "integrationstest", "prov",
    "provfil",   "provfiler",  "demo",          "demofil",          "dummy",
    "exempel",   "exempelfil", "example",       "sample",           "sandbox",
    "staging",   "uat",
};

static int add(struct finding_list *findings, const char *word)
{
    struct finding f = finding_make(FINDING_TEST_NAME, 0);

    finding_text(&f, "word", span_str(word));
    return finding_list_add(findings, &f);
}

/* The pattern of the site that the name fits, or null. Case counts, as in a shell. */
static const char *pattern_for(const struct texts *patterns, struct span file)
{
    char name[FILE_NAME_MAX + 1];

    if (file.n == 0 || file.n > FILE_NAME_MAX)
        return NULL;
    memcpy(name, file.p, file.n);
    name[file.n] = '\0';
    for (size_t i = 0; i < patterns->n; i++)
        if (fnmatch(patterns->of[i], name, 0) == 0)
            return patterns->of[i];
    return NULL;
}

static int run(const struct subject *subject, struct finding_list *findings)
{
    struct span file = subject->delivery->file;
    const char *pattern = pattern_for(&subject->unit->test_names, file);

    if (pattern)
        return add(findings, pattern);
    for (size_t i = 0; i < sizeof test_words / sizeof *test_words; i++)
        if (text_has_token(file, span_str(test_words[i])))
            return add(findings, test_words[i]);
    return SLUSS_OK;
}

const struct check check_testfile = {
    .name = "test-name",
    .asks = "Does the file's name say that it is a test?",
    .run = run,
};

/* unit.c -- is the delivery what was agreed with its sender? Phase, migration, formats and seal. */
#include "model/error.h"
#include "safeguards/check.h"

static int check_phase(const struct subject *subject, struct finding_list *findings)
{
    struct finding f = finding_make(FINDING_PHASE_TEST, 0);

    if (subject->unit->phase != PHASE_TEST)
        return SLUSS_OK;
    return finding_list_add(findings, &f);
}

/* While its sender changes systems, a person looks at every file. */
static int check_migration(const struct subject *subject, struct finding_list *findings)
{
    struct finding f = finding_make(FINDING_MIGRATION_OPEN, 0);

    return subject->history->migrating ? finding_list_add(findings, &f) : SLUSS_OK;
}

/* The agreed formats as one text: "case-csv, peppol-bis-3". */
static void join(const struct texts *formats, struct buf *out)
{
    for (size_t i = 0; i < formats->n; i++) {
        if (i > 0)
            buf_str(out, ", ");
        buf_str(out, formats->of[i]);
    }
}

static int check_format(const struct subject *subject, struct finding_list *findings)
{
    const struct texts *formats = &subject->unit->formats;
    struct span format = span_str(subject->delivery->summary.format);
    struct finding f = finding_make(FINDING_FORMAT_NOT_ALLOWED, 0);
    struct buf allowed;
    int rc;

    /* A file that could not be recognised has said so already. */
    if (formats->n == 0 || format.n == 0 || span_eq_str(format, "unknown"))
        return SLUSS_OK;
    for (size_t i = 0; i < formats->n; i++)
        if (span_eq_str(format, formats->of[i]))
            return SLUSS_OK;
    buf_init(&allowed, 64 * 1024);
    join(formats, &allowed);
    finding_text(&f, "format", format);
    finding_text(&f, "allowed", span_str(buf_cstr(&allowed)));
    rc = buf_error(&allowed);
    rc = rc ? rc : finding_list_add(findings, &f);
    buf_free(&allowed);
    return rc;
}

static int check_seal(const struct subject *subject, struct finding_list *findings)
{
    static const char *const how[SEAL_COUNT] = {
        [SEAL_NONE] = "is not",
        [SEAL_INVALID] = "has a seal that does not hold",
        [SEAL_UNVERIFIED] = "has a seal that was not verified",
    };
    enum seal_state seal = subject->delivery->summary.seal;
    struct finding f = finding_make(FINDING_SEAL_REQUIRED, 0);

    if (!subject->unit->seal_required || !how[seal])
        return SLUSS_OK;
    finding_text(&f, "how", span_str(how[seal]));
    return finding_list_add(findings, &f);
}

static int run(const struct subject *subject, struct finding_list *findings)
{
    int rc = check_phase(subject, findings);

    rc = rc ? rc : check_migration(subject, findings);
    rc = rc ? rc : check_format(subject, findings);
    return rc ? rc : check_seal(subject, findings);
}

const struct check check_unit = {
    .name = "unit",
    .asks = "Is the unit live and not migrating, and are format and seal as agreed with it?",
    .run = run,
};

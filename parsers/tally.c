#include "parsers/tally.h"

void tally_init(struct tally *tally, const struct sink *sink)
{
    *tally = (struct tally){.sink = sink};
}

int tally_add(struct tally *tally, const struct finding *f)
{
    uint64_t count = ++tally->of[f->code].count;

    if (count <= TALLY_MAX)
        return sink_finding(tally->sink, f);
    if (count == TALLY_MAX + 1)
        tally->of[f->code].first_unlisted = f->record;
    return 0;
}

int tally_field(struct tally *tally, enum finding_code code, uint64_t record, const char *field,
                const char *expected)
{
    struct finding f = finding_make(code, record);

    finding_text(&f, "field", span_str(field));
    finding_text(&f, "expected", span_str(expected));
    return tally_add(tally, &f);
}

int tally_structure(struct tally *tally, uint64_t record, const char *what)
{
    struct finding f = finding_make(FINDING_BAD_STRUCTURE, record);

    finding_text(&f, "what", span_str(what));
    return tally_add(tally, &f);
}

int tally_truncated(struct tally *tally, uint64_t record, enum finding_level level,
                    const char *missing)
{
    struct finding f = finding_make(FINDING_TRUNCATED, record);

    f.level = level;
    finding_text(&f, "missing", span_str(missing));
    return tally_add(tally, &f);
}

int tally_limit(struct tally *tally, uint64_t record, const char *limit, int64_t most)
{
    struct finding f = finding_make(FINDING_LIMIT_REACHED, record);

    finding_text(&f, "limit", span_str(limit));
    finding_int(&f, "most", most);
    return tally_add(tally, &f);
}

int tally_encoding(struct tally *tally, enum finding_code code, uint64_t record,
                   const char *expected, const char *actual)
{
    struct finding f = finding_make(code, record);

    finding_text(&f, "expected", span_str(expected));
    finding_text(&f, "actual", span_str(actual));
    return tally_add(tally, &f);
}

int tally_text_cut(struct tally *tally, uint64_t record, const char *field)
{
    struct finding f = finding_make(FINDING_TEXT_CUT, record);

    finding_text(&f, "field", span_str(field));
    finding_int(&f, "most", ITEM_TEXT_MAX);
    return tally_add(tally, &f);
}

int tally_finish(struct tally *tally)
{
    for (unsigned code = 0; code < FINDING_CODE_COUNT; code++) {
        if (tally->of[code].count <= TALLY_MAX || code == FINDING_MORE_FINDINGS)
            continue;
        struct finding f = finding_make(FINDING_MORE_FINDINGS, tally->of[code].first_unlisted);
        finding_int(&f, "count", (int64_t)(tally->of[code].count - TALLY_MAX));
        finding_text(&f, "kind", span_str(finding_kinds[code].check));
        int r = sink_finding(tally->sink, &f);
        if (r < 0)
            return r;
    }
    return 0;
}

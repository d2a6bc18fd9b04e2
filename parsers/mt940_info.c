/* mt940_info.c -- what the field :86: of a statement line tells
 *
 * Source: German banks, DFUe agreement, annex 3, chapter 8 (subfields and SEPA keywords); Dutch
 * banks' descriptions of MT940 structured (code words between slashes).
 */
#include "parsers/mt940_info.h"

struct marker {
    const char *text;
    enum mt940_told what;
};

static const struct marker slash_codes[] = {
    {"/EREF/", TOLD_END_TO_END}, {"/REMI/", TOLD_REMITTANCE}, {"/CNTP/", TOLD_PARTY},
    {"/NAME/", TOLD_NAME},       {"/IBAN/", TOLD_ACCOUNT},    {"/ORDP/", TOLD_NOTHING},
    {"/BENM/", TOLD_NOTHING},    {"/BIC/", TOLD_NOTHING},     {"/TRTP/", TOLD_NOTHING},
    {"/MARF/", TOLD_NOTHING},    {"/CSID/", TOLD_NOTHING},    {"/RTRN/", TOLD_NOTHING},
    {"/PREF/", TOLD_NOTHING},    {"/SVCL/", TOLD_NOTHING},    {"/ADDR/", TOLD_NOTHING},
    {"/ISDT/", TOLD_NOTHING},    {"/PURP/", TOLD_NOTHING},    {"/ULTC/", TOLD_NOTHING},
    {"/ULTD/", TOLD_NOTHING},    {"/ULTB/", TOLD_NOTHING},    {"/NRTX/", TOLD_NOTHING},
    {"/ACCW/", TOLD_NOTHING},    {"/INIT/", TOLD_NOTHING},    {"/SUBD/", TOLD_NOTHING},
    {"/EXCH/", TOLD_NOTHING},    {"/CHGS/", TOLD_NOTHING},    {"/OCMT/", TOLD_NOTHING},
    {NULL, TOLD_NOTHING},
};

static const struct marker keywords[] = {
    {"EREF+", TOLD_END_TO_END}, {"SVWZ+", TOLD_REMITTANCE}, {"KREF+", TOLD_NOTHING},
    {"MREF+", TOLD_NOTHING},    {"CRED+", TOLD_NOTHING},    {"DEBT+", TOLD_NOTHING},
    {"COAM+", TOLD_NOTHING},    {"OAMT+", TOLD_NOTHING},    {"ABWA+", TOLD_NOTHING},
    {"ABWE+", TOLD_NOTHING},    {"IBAN+", TOLD_NOTHING},    {"BIC+", TOLD_NOTHING},
    {NULL, TOLD_NOTHING},
};

static const char *const fields[TOLD_COUNT] = {
    [TOLD_NAME] = ":86: NAME",
    [TOLD_ACCOUNT] = ":86: IBAN",
    [TOLD_END_TO_END] = ":86: EREF",
    [TOLD_REMITTANCE] = ":86: REMI",
};

void mt940_info_init(struct mt940_info *info)
{
    buf_init(&info->purpose, MT940_INFO_MAX);
    buf_init(&info->name, MT940_INFO_MAX);
    mt940_info_clear(info);
}

void mt940_info_free(struct mt940_info *info)
{
    buf_free(&info->purpose);
    buf_free(&info->name);
}

void mt940_info_clear(struct mt940_info *info)
{
    for (unsigned i = 0; i < TOLD_COUNT; i++)
        info->of[i].n = 0;
}

static struct span from(struct span s, size_t n)
{
    return n < s.n ? span_of(s.p + n, s.n - n) : SPAN_NONE;
}

/* Up to the character, which the rest begins behind. */
static struct span up_to(struct span *s, char c)
{
    const char *at = s->n ? memchr(s->p, c, s->n) : NULL;
    struct span part = at ? span_of(s->p, (size_t)(at - s->p)) : *s;

    *s = at ? from(*s, part.n + 1) : SPAN_NONE;
    return part;
}

struct reader {
    struct mt940_info *info;
    struct tally *tally;
    uint64_t record;
};

static int keep(const struct reader *r, enum mt940_told what, struct span value)
{
    return iso_keep(r->tally, &r->info->of[what], value, fields[what], r->record);
}

/* "USTD//text/", "STRD/CUR/RF18...", or the text as it is. */
static struct span remittance(struct span value)
{
    if (span_starts(value, SPAN_LIT("STRD/"))) {
        value = from(value, 5);
        up_to(&value, '/');
    } else if (span_starts(value, SPAN_LIT("USTD//"))) {
        value = from(value, 6);
    }
    while (value.n && value.p[value.n - 1] == '/')
        value.n--;
    return value;
}

static int tell(const struct reader *r, enum mt940_told what, struct span value)
{
    if (what == TOLD_NOTHING)
        return 0;
    if (what == TOLD_REMITTANCE)
        value = remittance(value);
    if (what != TOLD_PARTY)
        return keep(r, what, value);
    int rc = keep(r, TOLD_ACCOUNT, up_to(&value, '/'));
    up_to(&value, '/'); /* BIC */
    return rc ? rc : keep(r, TOLD_NAME, up_to(&value, '/'));
}

/* The marker the text begins with, or null. */
static const struct marker *marker_at(const struct marker *markers, struct span text)
{
    for (; markers->text; markers++)
        if (span_starts(text, span_str(markers->text)))
            return markers;
    return NULL;
}

/* The first marker in the text, at *at; null when there is none. */
static const struct marker *next_marker(const struct marker *markers, struct span text, size_t *at)
{
    for (*at = 0; *at < text.n; ++*at) {
        const struct marker *found = marker_at(markers, from(text, *at));
        if (found)
            return found;
    }
    return NULL;
}

/* What stands behind each marker, up to the next. False when the text has none. */
static bool by_markers(const struct reader *r, const struct marker *markers, struct span text,
                       int *rc)
{
    size_t at;
    const struct marker *now = next_marker(markers, text, &at);

    if (!now)
        return false;
    text = from(text, at);
    while (now && *rc == 0) {
        text = from(text, strlen(now->text));
        /* A code may end with the slash that the next begins with. */
        const struct marker *next = next_marker(markers, text, &at);
        *rc = tell(r, now->what, span_of(text.p, text.n ? at : 0));
        text = from(text, at);
        now = next;
    }
    return true;
}

/* --- German subfields -------------------------------------------------------------------- */

static bool two_digits(struct span s)
{
    return s.n >= 2 && span_all_digits(span_of(s.p, 2));
}

/* "166?00GUTSCHRIFT?20...": three digits, then a separator and two more. */
static bool has_subfields(struct span text)
{
    if (text.n < 6 || !span_all_digits(span_of(text.p, 3)))
        return false;
    return strchr("?>+@", text.p[3]) && text.p[3] && two_digits(from(text, 4));
}

/* Up to the next separator that two digits follow. */
static size_t subfield_end(struct span text, char separator)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == separator && two_digits(from(text, i + 1)))
            return i;
    return text.n;
}

static int take_subfield(const struct reader *r, int code, struct span value)
{
    if ((code >= 20 && code <= 29) || (code >= 60 && code <= 63))
        return buf_span(&r->info->purpose, value);
    if (code == 32 || code == 33)
        return buf_span(&r->info->name, value);
    return code == 31 ? keep(r, TOLD_ACCOUNT, value) : 0;
}

static int by_subfields(const struct reader *r, struct span text)
{
    struct mt940_info *info = r->info;
    char separator = text.p[3];
    int rc = 0;

    buf_clear(&info->purpose);
    buf_clear(&info->name);
    text = from(text, 3);
    while (text.n && rc == 0) {
        int code = (text.p[1] - '0') * 10 + text.p[2] - '0';
        text = from(text, 3);
        struct span value = span_of(text.p, subfield_end(text, separator));
        rc = take_subfield(r, code, value);
        text = from(text, value.n);
    }
    if (rc == 0)
        rc = keep(r, TOLD_NAME, buf_view(&info->name));
    if (rc == 0 && !by_markers(r, keywords, buf_view(&info->purpose), &rc))
        rc = keep(r, TOLD_REMITTANCE, buf_view(&info->purpose));
    return rc;
}

int mt940_info_read(struct mt940_info *info, struct span text, struct tally *tally, uint64_t record)
{
    struct reader r = {info, tally, record};
    int rc = 0;

    if (has_subfields(text))
        return by_subfields(&r, text);
    if (text.n && text.p[0] == '/' && by_markers(&r, slash_codes, text, &rc))
        return rc;
    return keep(&r, TOLD_REMITTANCE, text);
}

#include "parsers/edifact.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "model/error.h"
#include "parsers/parser.h"

/* --- separators -------------------------------------------------------------------------- */

enum role {
    PLAIN = 0,
    HIGH,
    FOLD,
    COMPONENT,
    ELEMENT,
    RELEASE,
    TERMINATOR,
};

static void set_roles(struct edifact_reader *r, char component, char element, char release,
                      char terminator)
{
    memset(r->role, PLAIN, sizeof(r->role));
    memset(r->role + 0x80, HIGH, 0x80);
    r->role['\r'] = r->role['\n'] = FOLD;
    if (release != ' ' && release != 0)
        r->role[(unsigned char)release] = RELEASE;
    r->role[(unsigned char)component] = COMPONENT;
    r->role[(unsigned char)element] = ELEMENT;
    r->role[(unsigned char)terminator] = TERMINATOR;
    if (r->role[(unsigned char)release] != RELEASE)
        release = terminator;
    r->component = component;
    r->element = element;
    r->release = release;
    r->terminator = terminator;
    memset(r->stops[0], terminator, sizeof(r->stops[0]));
    memset(r->stops[1], release, sizeof(r->stops[1]));
    memset(r->stops[2], '\r', sizeof(r->stops[2]));
    memset(r->stops[3], '\n', sizeof(r->stops[3]));
}

/* A letter, digit or byte beyond ASCII separates nothing. */
static bool may_separate(char c)
{
    unsigned char u = (unsigned char)c;
    return u && u < 0x80 && !(u >= '0' && u <= '9') && !((u | 0x20) >= 'a' && (u | 0x20) <= 'z');
}

/* UNA: component, element, decimal mark, release, repetition, terminator. The decimal mark is
 * not needed: numbers are read with point or comma, whatever it says. */
static bool take_una(struct edifact_reader *r, const char *una)
{
    char component = una[3], element = una[4], release = una[6], terminator = una[8];

    if (!may_separate(component) || !may_separate(element) || !may_separate(terminator) ||
        (release != ' ' && !may_separate(release)))
        return false;
    if (component == element || component == terminator || element == terminator ||
        release == component || release == element || release == terminator)
        return false;
    set_roles(r, component, element, release, terminator);
    return true;
}

/* --- the start of a segment -------------------------------------------------------------- */

enum start {
    START_SEGMENT = 0,
    START_OPEN, /* more bytes are needed to tell */
    START_UNA,
    START_CONTROL, /* UNB followed by IS3: the separators of UNOB as the standard has them */
};

static enum start start_of(const char *p, size_t n)
{
    if (p[0] != 'U' || (n > 1 && p[1] != 'N') || (n > 2 && p[2] != 'A' && p[2] != 'B'))
        return START_SEGMENT;
    if (n < 4)
        return START_OPEN;
    if (p[2] == 'B')
        return p[3] == 0x1D ? START_CONTROL : START_SEGMENT;
    return n < 9 ? START_OPEN : START_UNA;
}

/* Blanks, line ends, the end mark of old systems, a terminator too many, and the bytes of a
 * byte order mark: no tag begins with any of them. */
static bool is_between(const struct edifact_reader *r, char c)
{
    unsigned char u = (unsigned char)c;
    return u <= ' ' || u == 0xEF || u == 0xBB || u == 0xBF || r->role[u] == TERMINATOR;
}

static void begin(struct edifact_reader *r, bool holding)
{
    struct edifact_segment *s = &r->segment;

    r->begun = true;
    r->holding = holding;
    r->released = false;
    s->high = s->split = false;
    s->components = 0;
    s->elements = 1;
    s->first[0] = 0;
    s->ordinal++;
}

/* --- inside a segment -------------------------------------------------------------------- */

static bool mark(struct edifact_reader *r, size_t at, bool element)
{
    struct edifact_segment *s = &r->segment;

    if (s->components + 1 >= EDIFACT_COMPONENTS_MAX) {
        r->fault = EDIFACT_TOO_MANY;
        return false;
    }
    s->end[s->components++] = (uint32_t)at;
    if (element)
        s->first[s->elements++] = (uint16_t)s->components;
    return true;
}

/* No letter is a separator, so that the first three need no look. */
static uint32_t tag_of(const struct edifact_reader *r, const char *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;

    if (n < 3 || (n > 3 && p[3] != r->element && p[3] != r->component))
        return 0;
    return EDIFACT_TAG(u[0], u[1], u[2]);
}

static int end_segment(struct edifact_reader *r, const char *base, size_t n)
{
    struct edifact_segment *s = &r->segment;

    if (n > RECORD_MAX) {
        r->fault = EDIFACT_TOO_LONG;
        return 0;
    }
    s->base = base;
    s->n = n;
    s->tag = tag_of(r, base, n);
    r->begun = false;
    return 1;
}

static void close_split(struct edifact_segment *s)
{
    s->end[s->components++] = (uint32_t)s->n;
    s->split = true;
}

static int hold(struct edifact_reader *r, const char *p, size_t n)
{
    if (r->held.n + n > RECORD_MAX) {
        r->fault = EDIFACT_TOO_LONG;
        return 0;
    }
    r->holding = true;
    return n ? buf_add(&r->held, p, n) : 0;
}

/* How many bytes come before one that ends a run: a terminator, a release character, a fold. */
static size_t run_length(const struct edifact_reader *r, const char *p, size_t n, bool *high)
{
    size_t i = 0;

#ifdef __SSE2__
    const __m128i *stops = (const __m128i *)(const void *)r->stops;
    __m128i stop0 = _mm_loadu_si128(stops), stop1 = _mm_loadu_si128(stops + 1);
    __m128i stop2 = _mm_loadu_si128(stops + 2), stop3 = _mm_loadu_si128(stops + 3);

    for (; n - i >= 16; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m128i one = _mm_or_si128(_mm_cmpeq_epi8(v, stop0), _mm_cmpeq_epi8(v, stop1));
        __m128i two = _mm_or_si128(_mm_cmpeq_epi8(v, stop2), _mm_cmpeq_epi8(v, stop3));
        unsigned hits = (unsigned)_mm_movemask_epi8(_mm_or_si128(one, two));
        unsigned top = (unsigned)_mm_movemask_epi8(v);
        if (hits) {
            unsigned at = (unsigned)__builtin_ctz(hits);
            *high = *high || (top & ((1u << at) - 1));
            return i + at;
        }
        *high = *high || top;
    }
#endif
    for (; i < n; i++) {
        uint8_t role = r->role[(unsigned char)p[i]];
        if (role == TERMINATOR || role == RELEASE || role == FOLD)
            break;
        *high = *high || role == HIGH;
    }
    return i;
}

/* Mark the separators of the bytes that come first in a segment. `limit`: bytes up to it may be
 * looked at. */
static void split_run(struct edifact_reader *r, const char *p, size_t n, const char *limit)
{
    size_t i = 0;

#ifdef __SSE2__
    const __m128i component = _mm_set1_epi8(r->component);
    const __m128i element = _mm_set1_epi8(r->element);

    for (; i < n && limit - (p + i) >= 16; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        unsigned ends = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, element));
        unsigned both = ends | (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, component));
        if (n - i < 16)
            both &= (1u << (n - i)) - 1;
        for (; both; both &= both - 1) {
            unsigned at = (unsigned)__builtin_ctz(both);
            if (!mark(r, i + at, ends >> at & 1))
                return;
        }
    }
#else
    (void)limit;
#endif
    for (; i < n; i++) {
        uint8_t role = r->role[(unsigned char)p[i]];
        if ((role == COMPONENT || role == ELEMENT) && !mark(r, i, role == ELEMENT))
            return;
    }
}

/* A segment as it lies in the piece: no copy. 1: whole. 0: it ended, or something is to be left
 * out of it, and what was seen is held. */
static int scan_here(struct edifact_reader *r, struct span *bytes)
{
    const char *p = bytes->p;
    size_t n = bytes->n;
    size_t i = run_length(r, p, n, &r->segment.high);
    bool whole = i < n && p[i] == r->terminator;

    r->limit = p + n;
    *bytes = span_of(p + i + whole, n - i - whole);
    /* What is left for later cannot have too many components: it is too short. */
    if (!whole || i >= EDIFACT_COMPONENTS_MAX)
        split_run(r, p, i, r->limit);
    if (r->fault)
        return 0;
    if (whole && end_segment(r, p, i) == 1) {
        if (i >= EDIFACT_COMPONENTS_MAX)
            close_split(&r->segment);
        return 1;
    }
    if (whole)
        return 0;
    buf_clear(&r->held);
    return hold(r, p, i);
}

static int end_held(struct edifact_reader *r)
{
    int rc = end_segment(r, r->held.p ? r->held.p : "", r->held.n);

    if (rc == 1)
        close_split(&r->segment);
    return rc;
}

/* One byte that is not plain, of a held segment. 1: the segment is whole. */
static int take_held(struct edifact_reader *r, char c)
{
    uint8_t role = r->role[(unsigned char)c];

    if (role == FOLD)
        return 0;
    if (r->released) {
        r->released = false;
        r->segment.high = r->segment.high || role == HIGH;
        return hold(r, &c, 1);
    }
    switch (role) {
    case RELEASE:
        r->released = true;
        return 0;
    case TERMINATOR:
        return end_held(r);
    case COMPONENT:
    case ELEMENT:
        return mark(r, r->held.n, role == ELEMENT) ? hold(r, &c, 1) : 0;
    case HIGH:
        r->segment.high = true;
        return hold(r, &c, 1);
    default:
        return hold(r, &c, 1);
    }
}

static int scan_held(struct edifact_reader *r, struct span *bytes)
{
    const char *p = bytes->p;
    size_t n = bytes->n;
    size_t i = 0;
    int rc = 0;

    while (i < n && rc == 0 && !r->fault) {
        size_t run = i;
        while (!r->released && run < n && r->role[(unsigned char)p[run]] == PLAIN)
            run++;
        if (run > i) {
            rc = hold(r, p + i, run - i);
            i = run;
        } else {
            rc = take_held(r, p[i++]);
        }
    }
    *bytes = span_of(p + i, n - i);
    return rc;
}

/* --- pieces ------------------------------------------------------------------------------ */

/* The start came in several pieces and is no UNA: read it from where it was kept. It can be a
 * whole segment only with its last byte ("UN'"). */
static int replay_start(struct edifact_reader *r)
{
    struct span kept = span_of(r->start, r->start_n);

    r->start_n = 0;
    buf_clear(&r->held);
    begin(r, true);
    return scan_held(r, &kept);
}

static enum start apply_start(struct edifact_reader *r, enum start start, const char *p)
{
    if (start == START_UNA && !take_una(r, p))
        r->fault = EDIFACT_BAD_UNA;
    if (start == START_CONTROL)
        set_roles(r, 0x1F, 0x1D, 0, 0x1C);
    return start;
}

/* Add to a start that came in pieces. 1: that was a whole segment. */
static int go_on_starting(struct edifact_reader *r, struct span *bytes)
{
    while (bytes->n) {
        r->start[r->start_n++] = bytes->p[0];
        *bytes = span_of(bytes->p + 1, bytes->n - 1);
        enum start start = apply_start(r, start_of(r->start, r->start_n), r->start);
        if (start == START_OPEN)
            continue;
        if (start == START_UNA) {
            r->start_n = 0;
            return 0;
        }
        return replay_start(r);
    }
    return 0;
}

static void skip_here(struct edifact_reader *r, struct span *bytes)
{
    size_t n = r->skip < bytes->n ? (size_t)r->skip : bytes->n;

    r->skip -= n;
    *bytes = span_of(bytes->p + n, bytes->n - n);
}

/* Find where a segment begins in the piece. */
static void start_here(struct edifact_reader *r, struct span *bytes)
{
    const char *p = bytes->p;
    const char *stop = p + bytes->n;

    while (p < stop && is_between(r, *p))
        p++;
    *bytes = span_of(p, (size_t)(stop - p));
    if (!bytes->n)
        return;
    switch (apply_start(r, start_of(p, bytes->n), p)) {
    case START_OPEN:
        memcpy(r->start, p, bytes->n);
        r->start_n = (unsigned)bytes->n;
        *bytes = span_of(stop, 0);
        break;
    case START_UNA:
        *bytes = span_of(p + 9, bytes->n - 9);
        break;
    default:
        begin(r, false);
        break;
    }
}

int edifact_next(struct edifact_reader *r, struct span *bytes,
                 const struct edifact_segment **segment)
{
    int rc = 0;

    *segment = &r->segment;
    while (bytes->n && rc == 0 && !r->fault) {
        if (r->skip)
            skip_here(r, bytes);
        else if (r->start_n)
            rc = go_on_starting(r, bytes);
        else if (!r->begun)
            start_here(r, bytes);
        else
            rc = r->holding ? scan_held(r, bytes) : scan_here(r, bytes);
    }
    if (r->fault)
        *bytes = SPAN_NONE;
    return rc;
}

void edifact_split(struct edifact_reader *r)
{
    if (r->segment.split)
        return;
    split_run(r, r->segment.base, r->segment.n, r->limit);
    close_split(&r->segment);
}

void edifact_skip(struct edifact_reader *r, uint64_t bytes)
{
    r->skip = bytes;
}

bool edifact_unended(const struct edifact_reader *r)
{
    return !r->fault && (r->begun || r->start_n || r->skip);
}

void edifact_init(struct edifact_reader *r)
{
    memset(r, 0, sizeof(*r));
    set_roles(r, ':', '+', '?', '\'');
    buf_init(&r->held, RECORD_MAX + 1);
}

void edifact_free(struct edifact_reader *r)
{
    buf_free(&r->held);
}

/* --- looking at the first bytes ---------------------------------------------------------- */

static enum edifact_shape shape_of(struct span head)
{
    head = span_trim(head);
    if (head.n < 4)
        return EDIFACT_NONE;
    if (span_starts(head, SPAN_LIT("UNA")))
        return head.n >= 9 && may_separate(head.p[3]) && may_separate(head.p[4]) &&
                       may_separate(head.p[8])
                   ? EDIFACT_INTERCHANGE
                   : EDIFACT_NONE;
    if (span_starts(head, SPAN_LIT("UNB+")) || span_starts(head, SPAN_LIT("UNB\x1D")))
        return EDIFACT_INTERCHANGE;
    if (span_starts(head, SPAN_LIT("UNH+")))
        return EDIFACT_MESSAGE;
    return span_starts(head, SPAN_LIT("BGM+")) ? EDIFACT_BARE : EDIFACT_NONE;
}

static void keep(char *out, size_t size, struct span text)
{
    size_t n = text.n < size - 1 ? text.n : size - 1;

    if (n)
        memcpy(out, text.p, n);
    out[n] = '\0';
}

static void look_at(struct edifact_look *look, const struct edifact_segment *s, const char *wanted)
{
    switch (s->tag) {
    case EDIFACT_TAG('U', 'N', 'B'):
        if (!look->purpose[0])
            keep(look->purpose, sizeof(look->purpose), edifact_get(s, 7, 0));
        break;
    case EDIFACT_TAG('U', 'N', 'G'):
        if (!look->purpose[0])
            keep(look->purpose, sizeof(look->purpose), edifact_get(s, 1, 0));
        break;
    case EDIFACT_TAG('U', 'N', 'H'):
        if (!look->type[0])
            keep(look->type, sizeof(look->type), edifact_get(s, 2, 0));
        look->wanted = span_eq_str(edifact_get(s, 2, 0), wanted);
        break;
    default:
        break;
    }
}

struct edifact_look edifact_sniff(struct span head, const char *wanted)
{
    struct edifact_look look = {.shape = shape_of(head)};
    struct edifact_reader reader;
    const struct edifact_segment *s;

    if (look.shape == EDIFACT_NONE || look.shape == EDIFACT_BARE)
        return look;
    edifact_init(&reader);
    while (!look.wanted && edifact_next(&reader, &head, &s) > 0) {
        edifact_split(&reader);
        look_at(&look, s, wanted);
    }
    edifact_free(&reader);
    return look;
}

/* Messages that trade, transport, banks and public bodies send, by the code of UNH. */
static const struct {
    char type[EDIFACT_TYPE_SIZE];
    const char *reason;
} others[] = {
    {"APERAK", "an EDIFACT APERAK message"}, {"BANSTA", "an EDIFACT BANSTA message"},
    {"COMDIS", "an EDIFACT COMDIS message"}, {"CONTRL", "an EDIFACT CONTRL message"},
    {"CREADV", "an EDIFACT CREADV message"}, {"CREMUL", "an EDIFACT CREMUL message"},
    {"CUSDEC", "an EDIFACT CUSDEC message"}, {"CUSRES", "an EDIFACT CUSRES message"},
    {"DEBADV", "an EDIFACT DEBADV message"}, {"DEBMUL", "an EDIFACT DEBMUL message"},
    {"DELFOR", "an EDIFACT DELFOR message"}, {"DELJIT", "an EDIFACT DELJIT message"},
    {"DESADV", "an EDIFACT DESADV message"}, {"DIRDEB", "an EDIFACT DIRDEB message"},
    {"FINSTA", "an EDIFACT FINSTA message"}, {"IFCSUM", "an EDIFACT IFCSUM message"},
    {"IFTMIN", "an EDIFACT IFTMIN message"}, {"IFTSTA", "an EDIFACT IFTSTA message"},
    {"INSDES", "an EDIFACT INSDES message"}, {"INVRPT", "an EDIFACT INVRPT message"},
    {"MSCONS", "an EDIFACT MSCONS message"}, {"ORDCHG", "an EDIFACT ORDCHG message"},
    {"ORDERS", "an EDIFACT ORDERS message"}, {"ORDRSP", "an EDIFACT ORDRSP message"},
    {"PAORES", "an EDIFACT PAORES message"}, {"PARTIN", "an EDIFACT PARTIN message"},
    {"PAXLST", "an EDIFACT PAXLST message"}, {"PAYMUL", "an EDIFACT PAYMUL message"},
    {"PAYORD", "an EDIFACT PAYORD message"}, {"PRICAT", "an EDIFACT PRICAT message"},
    {"PRODAT", "an EDIFACT PRODAT message"}, {"QUOTES", "an EDIFACT QUOTES message"},
    {"RECADV", "an EDIFACT RECADV message"}, {"REMADV", "an EDIFACT REMADV message"},
    {"SLSRPT", "an EDIFACT SLSRPT message"}, {"UTILMD", "an EDIFACT UTILMD message"},
    {"UTILTS", "an EDIFACT UTILTS message"},
};

const char *edifact_other(struct span head)
{
    struct edifact_look look = edifact_sniff(head, "");

    if (look.shape == EDIFACT_BARE)
        return "an EDIFACT message without its envelope (UNB, UNH)";
    if (!look.type[0])
        return NULL;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strcmp(look.type, others[i].type) == 0)
            return others[i].reason;
    return "an EDIFACT message of another type than INVOIC";
}

bool edifact_known(struct span type)
{
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (span_eq_str(type, others[i].type))
            return true;
    return false;
}

/* The last segment, read backwards: a terminator, then anything up to the one before it. A
 * released terminator cuts too early, but never just before the tag asked for. */
bool edifact_ends_with(struct span head, struct span tail, const char *tag)
{
    char terminator = '\'';
    unsigned seen = 0;

    head = span_trim(head);
    if (head.n >= 9 && span_starts(head, SPAN_LIT("UNA")))
        terminator = head.p[8];
    else if (span_starts(head, SPAN_LIT("UNB\x1D")))
        terminator = 0x1C;
    while (tail.n && tail.p[tail.n - 1] != terminator &&
           ((unsigned char)tail.p[tail.n - 1] <= ' ' || tail.p[tail.n - 1] == 0x1A))
        tail.n--;
    if (!tail.n || tail.p[tail.n - 1] != terminator)
        return false;
    const char *before = tail.n > 1 ? memrchr(tail.p, terminator, tail.n - 1) : NULL;
    const char *p = before ? before + 1 : tail.p;
    for (; p < tail.p + tail.n && seen < 3; p++) {
        if (*p == tag[seen])
            seen++;
        else if (seen ? *p != '\r' && *p != '\n' : (unsigned char)*p > ' ')
            return false;
    }
    return seen == 3;
}

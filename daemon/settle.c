/* settle.c -- when a file is complete */
#include "daemon/settle.h"

#include <fnmatch.h>
#include <string.h>

#include "model/buf.h"

/* A file that a process keeps open is looked at again no more often than this. */
#define WRITER_PAUSE_US INT64_C(1000000)
#define PATTERN_BYTES   2048

/* --- names ------------------------------------------------------------------------------- */

static const struct placeholder {
    const char *text;
    bool stem;
} placeholders[] = {{"{name}", false}, {"{stem}", true}, {"*", false}};

static const struct placeholder *placeholder_at(const char *p)
{
    for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++)
        if (strncmp(p, placeholders[i].text, strlen(placeholders[i].text)) == 0)
            return &placeholders[i];
    return NULL;
}

static bool has_placeholder(const char *pattern)
{
    for (const char *p = pattern; *p; p++)
        if (placeholder_at(p))
            return true;
    return false;
}

/* Without the last extension; a leading dot begins no extension. */
static struct span stem_of(const char *name)
{
    const char *dot = strrchr(name, '.');

    return span_of(name, dot && dot != name ? (size_t)(dot - name) : strlen(name));
}

bool settle_marker_name(const struct unit_settings *unit, const char *name, char *out, size_t size)
{
    const struct placeholder *found;
    struct buf text;
    bool fits;

    if (!unit->marker || size == 0)
        return false;
    buf_init(&text, size - 1);
    if (!has_placeholder(unit->marker))
        (void)buf_str(&text, name);
    for (const char *p = unit->marker; *p; p += found ? strlen(found->text) : 1) {
        found = placeholder_at(p);
        if (!found)
            (void)buf_char(&text, *p);
        else
            (void)buf_span(&text, found->stem ? stem_of(name) : span_str(name));
    }
    fits = buf_error(&text) == 0;
    if (fits)
        memcpy(out, buf_cstr(&text), text.n + 1);
    buf_free(&text);
    return fits;
}

bool settle_marked_name(const struct unit_settings *unit, const char *marker, char *out,
                        size_t size)
{
    const char *pattern = unit->marker;
    const struct placeholder *found = NULL;
    struct span name = span_str(marker);
    struct span before;
    struct span after;
    const char *p;

    if (!pattern)
        return false;
    for (p = pattern; *p && !found; p += found ? 0 : 1)
        found = placeholder_at(p);
    before = span_of(pattern, found ? (size_t)(p - pattern) : 0);
    after = found ? span_str(p + strlen(found->text)) : span_str(pattern);
    if ((found && (found->stem || has_placeholder(after.p))) || name.n <= before.n + after.n ||
        !span_starts(name, before) || !span_ends(name, after))
        return false;
    name = span_of(name.p + before.n, name.n - before.n - after.n);
    if (name.n >= size)
        return false;
    memcpy(out, name.p, name.n);
    out[name.n] = '\0';
    return true;
}

/* The marker's pattern as one for fnmatch: "{stem}.ok" is "?*\.\o\k". At least one byte has to
 * stand for the name. */
static bool is_marker(const char *pattern, const char *name)
{
    const struct placeholder *found;
    struct buf glob;
    bool matches;

    buf_init(&glob, PATTERN_BYTES);
    if (!has_placeholder(pattern))
        (void)buf_str(&glob, "?*");
    for (const char *p = pattern; *p; p += found ? strlen(found->text) : 1) {
        found = placeholder_at(p);
        if (found) {
            (void)buf_str(&glob, "?*");
        } else {
            (void)buf_char(&glob, '\\');
            (void)buf_char(&glob, *p);
        }
    }
    matches = buf_error(&glob) == 0 && fnmatch(buf_cstr(&glob), name, 0) == 0;
    buf_free(&glob);
    return matches;
}

enum name_class settle_classify(const struct unit_settings *unit, const char *name)
{
    for (size_t i = 0; i < unit->ignore.n; i++)
        if (fnmatch(unit->ignore.of[i], name, FNM_CASEFOLD) == 0)
            return NAME_TEMPORARY;
    return unit->marker && is_marker(unit->marker, name) ? NAME_MARKER : NAME_DELIVERY;
}

/* --- time -------------------------------------------------------------------------------- */

static bool same_identity(const struct file_identity *a, const struct file_identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

static void notice(struct settle *settle, const struct sight *sight)
{
    if (!settle->seen) {
        settle->seen = true;
        settle->first_us = sight->now_us;
    } else if (same_identity(&settle->identity, &sight->identity) && !sight->writer) {
        return;
    }
    /* A file that somebody has open may change at any moment: it is not quiet. That is what
     * gives a sender whose connection broke the time to come back and resume. */
    if (!same_identity(&settle->identity, &sight->identity))
        settle->probed = false;
    settle->identity = sight->identity;
    settle->changed_us = sight->now_us;
}

static int64_t later(int64_t at_us, int64_t delay_us)
{
    int64_t sum;

    return __builtin_add_overflow(at_us, delay_us, &sum) ? INT64_MAX : sum;
}

/* Wait until then, or take it when that time has come. */
static enum settle_answer take_at(int64_t when_us, const struct sight *sight, int64_t *at_us)
{
    *at_us = when_us;
    return sight->now_us < when_us ? SETTLE_WAIT : SETTLE_TAKE;
}

enum settle_answer settle_look(struct settle *settle, const struct unit_settings *unit,
                               const struct sight *sight, int64_t *at_us)
{
    int64_t quiet_us;
    int64_t grace_us;

    notice(settle, sight);
    quiet_us = later(settle->changed_us, unit->settle_us);
    grace_us = later(settle->changed_us, unit->incomplete_grace_us);
    if (grace_us < quiet_us)
        grace_us = quiet_us;
    if (sight->writer) {
        int64_t pause = unit->settle_us > WRITER_PAUSE_US ? unit->settle_us : WRITER_PAUSE_US;

        *at_us = later(sight->now_us, pause);
        return SETTLE_WAIT;
    }
    if (sight->now_us < quiet_us) {
        *at_us = quiet_us;
        return SETTLE_WAIT;
    }
    if (sight->marker_needed && !sight->marker_there) {
        *at_us = INT64_MAX; /* the marker's own arrival is the change waited for */
        return SETTLE_WAIT;
    }
    if (settle->identity.size == 0)
        return take_at(grace_us, sight, at_us);
    if (!settle->probed) {
        *at_us = sight->now_us;
        return SETTLE_PROBE;
    }
    return take_at(settle->ending == ENDING_CUT ? grace_us : quiet_us, sight, at_us);
}

void settle_probed(struct settle *settle, const struct file_identity *identity, enum ending ending)
{
    if (!settle->seen || !same_identity(&settle->identity, identity))
        return;
    settle->probed = true;
    settle->ending = ending;
}

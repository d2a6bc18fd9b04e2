/* inbox.c -- directories, events and turns
 *
 * Watching is a hint, scanning is the truth. An event only puts a name on the agenda; a scan
 * puts all of them there; the agenda's turns do the looking (inbox_look.c). Scans and turns
 * are cut into slices, so that an inbox of many thousand files leaves room for the rest.
 *
 * Order that matters: an inbox is watched before it is scanned. The other way round a file
 * that comes in between is missed until the next scan.
 */
#include "daemon/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "daemon/inbox_private.h"
#include "daemon/watch.h"
#include "model/error.h"
#include "model/text.h"

#define SLICE                  500 /* names of a scan, or looks, in one turn of the loop */
#define EVENTS_A_TURN          2000
#define SCAN_INTERVAL_LEAST_US INT64_C(10000)
#define TEXT_BYTES             4096

/* --- speaking ---------------------------------------------------------------------------- */

static void trouble(struct inboxes *all, const char *unit, const char *event, const char *text,
                    bool alert)
{
    if (all->events.trouble)
        all->events.trouble(all->events.context, unit, event, text, alert);
}

void inbox_trouble(struct inbox *inbox, const char *event, bool alert, const char *format, ...)
{
    struct buf text;
    va_list args;

    buf_init(&text, TEXT_BYTES);
    va_start(args, format);
    (void)buf_vprintf(&text, format, args);
    va_end(args);
    trouble(inbox->all, inbox->key, event, buf_cstr(&text), alert);
    buf_free(&text);
}

void inbox_problem(struct inbox *inbox, const char *text)
{
    buf_clear(&inbox->problem);
    (void)buf_str(&inbox->problem, text);
}

/* --- the agenda -------------------------------------------------------------------------- */

/* Set the timer for whatever comes first. */
static void arm(struct inboxes *all)
{
    const struct entry *first = agenda_first(&all->agenda);
    int64_t at_us = first ? first->at_us : INT64_MAX;

    if (!all->stopped && ((!all->completes_full && !TAILQ_EMPTY(&all->completes)) ||
                          (!all->probes_full && !TAILQ_EMPTY(&all->probes))))
        at_us = 0;
    if (all->events_left)
        at_us = 0;
    (void)loop_timer_set(all->timer, at_us);
}

void inbox_schedule(struct inbox *inbox, struct entry *entry, int64_t at_us)
{
    if (at_us < entry->not_before_us)
        at_us = entry->not_before_us;
    /* Without memory for the agenda the next scan looks. */
    (void)agenda_set(&inbox->all->agenda, entry, at_us);
}

/* Look soon, if it is one that is looked at. */
static void look_soon(struct inbox *inbox, struct entry *entry)
{
    if (entry->state == ENTRY_WAITING)
        inbox_schedule(inbox, entry, loop_now_us(inbox->all->loop));
}

static struct entry *entry_of(struct inbox *inbox, const char *name)
{
    struct entry *entry = entries_find(&inbox->entries, name);

    if (entry)
        return entry;
    if (strlen(name) > FILE_NAME_MAX) { /* some file systems have longer names than ours */
        if (!(inbox->said & INBOX_SAID_LONG))
            inbox_trouble(inbox, "entry-refused", false, "a name of more than %d bytes; left lying",
                          FILE_NAME_MAX);
        inbox->said |= INBOX_SAID_LONG;
        return NULL;
    }
    entry = entries_add(&inbox->entries, name);
    if (entry) {
        entry->inbox = inbox;
        entry->scan = inbox->scan_number;
    }
    return entry;
}

void inbox_marker_came(struct inbox *inbox, const char *marker)
{
    char name[FILE_NAME_MAX + 1];
    struct entry *entry;

    if (!settle_marked_name(inbox->unit, marker, name, sizeof name)) {
        inbox->marker_sweep = true; /* one walk for all markers of this turn */
        return;
    }
    entry = entries_find(&inbox->entries, name);
    if (entry)
        look_soon(inbox, entry);
}

/* Those who wait for a marker have no time of their own; the others keep theirs. */
static void sweep_visit(void *context, struct entry *entry)
{
    if (entry->place == AGENDA_NONE && entry->class == NAME_DELIVERY)
        look_soon(context, entry);
}

static void sweep_markers(struct inboxes *all)
{
    struct inbox *inbox;

    TAILQ_FOREACH(inbox, &all->list, list)
    {
        if (inbox->marker_sweep)
            entries_each(&inbox->entries, sweep_visit, inbox);
        inbox->marker_sweep = false;
    }
}

/* Offer what was refused, oldest first, until it is refused again. */
static void offer(struct inboxes *all, struct entry_queue *queue, const bool *full)
{
    struct entry *entry;

    all->offering = true;
    for (int i = 0; i < SLICE && !*full && (entry = TAILQ_FIRST(queue)) != NULL; i++) {
        inbox_unqueue(entry);
        inbox_look(entry->inbox, entry);
    }
    all->offering = false;
}

static void read_events(struct inboxes *all);

static void on_timer(void *context, int64_t now_us)
{
    struct inboxes *all = context;
    struct entry *entry;

    if (all->events_left)
        read_events(all);
    if (!all->stopped) {
        offer(all, &all->completes, &all->completes_full);
        offer(all, &all->probes, &all->probes_full);
    }
    for (int i = 0; i < SLICE; i++) {
        entry = agenda_first(&all->agenda);
        if (!entry || entry->at_us > now_us)
            break;
        inbox_look(entry->inbox, entry);
    }
    sweep_markers(all);
    arm(all);
}

/* --- an inbox and its directory ---------------------------------------------------------- */

static void close_directory(struct inbox *inbox)
{
    if (inbox->scan)
        (void)closedir(inbox->scan);
    inbox->scan = NULL;
    if (inbox->directory >= 0)
        (void)close(inbox->directory);
    inbox->directory = -1;
    watch_remove(inbox->path);
    inbox->watched = false;
}

void inbox_lost(struct inbox *inbox, int errnum, const char *what)
{
    struct buf text;

    close_directory(inbox);
    inbox->reachable = false;
    buf_init(&text, TEXT_BYTES);
    (void)buf_printf(&text, "cannot %s the inbox ", what);
    (void)text_escape(&text, span_str(inbox->path));
    (void)buf_printf(&text, ": %s; tried again at each scan", strerror(errnum));
    inbox_problem(inbox, buf_cstr(&text));
    if (!(inbox->said & INBOX_SAID_LOST))
        inbox_trouble(inbox, "inbox-unreachable", true, "%s", buf_cstr(&text));
    inbox->said |= INBOX_SAID_LOST;
    buf_free(&text);
}

static bool is_network(long type)
{
    static const unsigned long types[] = {
        NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC, SMB2_SUPER_MAGIC, CIFS_SUPER_MAGIC,
        FUSE_SUPER_MAGIC, AFS_SUPER_MAGIC, CODA_SUPER_MAGIC, CEPH_SUPER_MAGIC,
        V9FS_MAGIC,       0x0bd00bd0ul,    0x7461636ful, /* Lustre, OCFS2 */
    };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if ((unsigned long)type == types[i])
            return true;
    return false;
}

static void warn_of_network(struct inbox *inbox)
{
    struct statfs fs;

    if (inbox->said & INBOX_SAID_NETWORK || fstatfs(inbox->directory, &fs) < 0 ||
        !is_network((long)fs.f_type))
        return;
    inbox->said |= INBOX_SAID_NETWORK;
    inbox_trouble(inbox, "inbox-on-network", false,
                  "%s lies on a network or FUSE file system: what other machines do there gives "
                  "no events, and files are found by scanning alone",
                  inbox->path);
}

static void not_watched(struct inbox *inbox, int r, int errnum)
{
    struct buf text;

    buf_init(&text, TEXT_BYTES);
    if (r == SLUSS_ELIMIT)
        (void)buf_printf(&text,
                         "cannot watch the inbox: the kernel's limit fs.inotify.max_user_watches "
                         "(%d) is used up; found by scanning alone",
                         watch_limit_watches());
    else if (r == SLUSS_EEXIST)
        (void)buf_str(&text, "cannot watch the inbox: it is the same directory as another one's; "
                             "found by scanning alone");
    else
        (void)buf_printf(&text, "cannot watch the inbox: %s; found by scanning alone",
                         r == SLUSS_EIO ? strerror(errnum) : sluss_error_text(r));
    inbox_problem(inbox, buf_cstr(&text));
    if (!(inbox->said & INBOX_SAID_UNWATCHED))
        inbox_trouble(inbox, "inbox-unwatched", r == SLUSS_ELIMIT, "%s", buf_cstr(&text));
    inbox->said |= INBOX_SAID_UNWATCHED;
    buf_free(&text);
}

static void watch_inbox(struct inbox *inbox)
{
    int r;

    if (inbox->watched)
        return;
    if (!inbox->all->watch) {
        inbox_problem(inbox, "inotify is not to be had; found by scanning alone");
        return;
    }
    r = watch_add(inbox->path);
    inbox->watched = r == SLUSS_OK;
    if (inbox->watched)
        inbox->said &= ~(unsigned)INBOX_SAID_UNWATCHED;
    else
        not_watched(inbox, r, errno);
}

static bool same_directory(const struct inbox *inbox)
{
    struct stat named;

    return stat(inbox->path, &named) == 0 && named.st_dev == inbox->device &&
           named.st_ino == inbox->inode;
}

/* Open the directory. False: it cannot be reached, and that was said. */
static bool reach(struct inbox *inbox)
{
    struct stat st;

    inbox->directory = open(inbox->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
    if (inbox->directory < 0 || fstat(inbox->directory, &st) < 0) {
        inbox_lost(inbox, errno, "open");
        return false;
    }
    inbox->device = st.st_dev;
    inbox->inode = st.st_ino;
    inbox->reachable = true;
    if (inbox->said & INBOX_SAID_LOST)
        inbox_trouble(inbox, "inbox-back", false, "%s is there again", inbox->path);
    inbox->said &= ~(unsigned)INBOX_SAID_LOST;
    warn_of_network(inbox);
    return true;
}

/* Is what we hold still what has the name? Removed, moved away, made anew, mounted over: open
 * what is there now. */
static bool check_directory(struct inbox *inbox)
{
    if (inbox->directory >= 0 && !same_directory(inbox)) {
        close_directory(inbox);
        if (access(inbox->path, F_OK) == 0)
            inbox_trouble(inbox, "inbox-replaced", false,
                          "%s is another directory than before; watched anew", inbox->path);
    }
    if (inbox->directory < 0 && !reach(inbox))
        return false;
    buf_clear(&inbox->problem);
    watch_inbox(inbox);
    if (same_directory(inbox))
        return true;
    close_directory(inbox); /* replaced between open and watch: the next scan has it */
    return false;
}

/* --- scanning ---------------------------------------------------------------------------- */

static void want_scan(struct inbox *inbox)
{
    inbox->scan_wanted = true;
    if (!inbox->all->stopped)
        (void)loop_idle_ask(inbox->all->idle);
}

static void scan_begin(struct inbox *inbox)
{
    int fd;

    inbox->scan_wanted = false;
    if (!check_directory(inbox))
        return;
    fd = openat(inbox->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        inbox->scan = fdopendir(fd);
    if (inbox->scan) {
        inbox->scan_number++;
        return;
    }
    inbox_lost(inbox, errno, "read");
    if (fd >= 0)
        (void)close(fd);
}

/* Names that the scan did not see: a look tells whether they are gone. */
static void unseen_visit(void *context, struct entry *entry)
{
    struct inbox *inbox = context;

    if (entry->scan != inbox->scan_number)
        look_soon(inbox, entry);
}

static void scan_end(struct inbox *inbox)
{
    (void)closedir(inbox->scan);
    inbox->scan = NULL;
    entries_each(&inbox->entries, unseen_visit, inbox);
}

static void scan_slice(struct inbox *inbox)
{
    for (int i = 0; i < SLICE; i++) {
        const struct dirent *dirent;
        struct entry *entry;

        errno = 0;
        dirent = readdir(inbox->scan);
        if (!dirent && errno != 0) {
            inbox_lost(inbox, errno, "read");
            return;
        }
        if (!dirent) {
            scan_end(inbox);
            return;
        }
        if (strcmp(dirent->d_name, ".") == 0 || strcmp(dirent->d_name, "..") == 0)
            continue;
        entry = entry_of(inbox, dirent->d_name);
        if (!entry)
            continue;
        entry->scan = inbox->scan_number;
        look_soon(inbox, entry);
    }
}

static void on_idle(void *context)
{
    struct inboxes *all = context;
    struct inbox *inbox;

    TAILQ_FOREACH(inbox, &all->list, list)
    {
        if (!inbox->scan && !inbox->scan_wanted)
            continue;
        if (!inbox->scan)
            scan_begin(inbox);
        if (inbox->scan)
            scan_slice(inbox);
        /* The next slice is another inbox's, so that a full one does not keep the rest. */
        TAILQ_REMOVE(&all->list, inbox, list);
        TAILQ_INSERT_TAIL(&all->list, inbox, list);
        (void)loop_idle_ask(all->idle);
        break;
    }
    arm(all);
}

/* --- events ------------------------------------------------------------------------------ */

static struct inbox *inbox_by_path(struct inboxes *all, const char *path)
{
    struct inbox *inbox;

    TAILQ_FOREACH(inbox, &all->list, list)
    if (strcmp(inbox->path, path) == 0)
        return inbox;
    return NULL;
}

static struct inbox *inbox_by_key(struct inboxes *all, const char *key)
{
    struct inbox *inbox;

    TAILQ_FOREACH(inbox, &all->list, list)
    if (strcmp(inbox->key, key) == 0)
        return inbox;
    return NULL;
}

static void want_all_scans(struct inboxes *all)
{
    struct inbox *inbox;

    TAILQ_FOREACH(inbox, &all->list, list)
    want_scan(inbox);
}

static void on_change(struct inboxes *all, const char *directory, const char *name)
{
    struct inbox *inbox = inbox_by_path(all, directory);
    struct entry *entry;

    if (!inbox)
        return;
    if (!*name) { /* the directory's own mode or owner */
        want_scan(inbox);
        return;
    }
    entry = entry_of(inbox, name);
    if (entry)
        look_soon(inbox, entry);
}

static void on_gone(struct inboxes *all, const char *directory)
{
    struct inbox *inbox = inbox_by_path(all, directory);

    if (!inbox)
        return;
    inbox->watched = false;
    want_scan(inbox); /* which sees what became of it */
}

static void read_events(struct inboxes *all)
{
    const char *directory;
    const char *name;

    all->events_left = true;
    for (int i = 0; i < EVENTS_A_TURN; i++) {
        switch (watch_next(&directory, &name)) {
        case WATCH_NONE:
            all->events_left = false;
            return;
        case WATCH_CHANGED:
            on_change(all, directory, name);
            break;
        case WATCH_GONE:
            on_gone(all, directory);
            break;
        case WATCH_OVERFLOW:
            all->overflows++;
            trouble(all, "", "watch-overflow",
                    "more changes than the kernel keeps in its "
                    "queue: every inbox is scanned",
                    false);
            want_all_scans(all);
            break;
        }
    }
}

static void on_watch(void *context, int fd, uint32_t revents)
{
    (void)fd;
    (void)revents;
    read_events(context);
    arm(context);
}

static void open_watch(struct inboxes *all)
{
    struct buf text;
    int fd;

    if (all->watch)
        return;
    if (watch_open(&fd) == 0) {
        if (loop_io(all->loop, fd, POLLIN, on_watch, all, &all->watch) == SLUSS_OK)
            return;
        errno = ENOMEM;
    }
    if (all->watch_said)
        return;
    all->watch_said = true;
    buf_init(&text, TEXT_BYTES);
    (void)buf_printf(&text, "cannot use inotify (%s)", strerror(errno));
    if (errno == EMFILE)
        (void)buf_printf(&text,
                         ": the kernel's limit fs.inotify.max_user_instances (%d) is "
                         "used up",
                         watch_limit_instances());
    (void)buf_str(&text, "; files are found by scanning alone");
    trouble(all, "", "watch-unavailable", buf_cstr(&text), true);
    buf_free(&text);
}

static void on_scan_timer(void *context, int64_t now_us)
{
    struct inboxes *all = context;
    int64_t interval_us = all->settings->scan_interval_us;

    open_watch(all);
    want_all_scans(all);
    if (interval_us < SCAN_INTERVAL_LEAST_US)
        interval_us = SCAN_INTERVAL_LEAST_US;
    (void)loop_timer_set(all->scan_timer, now_us + interval_us);
}

/* --- opening, closing, reloading --------------------------------------------------------- */

static void let_go_visit(void *context, struct entry *entry)
{
    struct inbox *inbox = context;

    (void)agenda_set(&inbox->all->agenda, entry, INT64_MAX);
    if (entry->state == ENTRY_QUEUED)
        inbox_unqueue(entry);
    if (entry->probe)
        entry->probe->entry = NULL;
}

static void inbox_free(struct inbox *inbox)
{
    entries_each(&inbox->entries, let_go_visit, inbox);
    entries_free(&inbox->entries);
    close_directory(inbox);
    buf_free(&inbox->problem);
    free(inbox->key);
    free(inbox->path);
    free(inbox);
}

static struct inbox *inbox_new(struct inboxes *all, const struct unit_settings *unit)
{
    struct inbox *inbox = calloc(1, sizeof *inbox);

    if (!inbox)
        return NULL;
    inbox->all = all;
    inbox->unit = unit;
    inbox->directory = -1;
    inbox->key = strdup(unit->key);
    inbox->path = strdup(unit->inbox);
    buf_init(&inbox->problem, TEXT_BYTES);
    entries_init(&inbox->entries);
    if (inbox->key && inbox->path)
        return inbox;
    free(inbox->key);
    free(inbox->path);
    free(inbox);
    return NULL;
}

/* The inboxes of units that are no more, or have moved, are let go. */
static void let_go_old(struct inboxes *all)
{
    struct inbox *inbox = TAILQ_FIRST(&all->list);

    while (inbox) {
        struct inbox *next = TAILQ_NEXT(inbox, list);

        if (!inbox->kept) {
            TAILQ_REMOVE(&all->list, inbox, list);
            inbox_free(inbox);
        }
        inbox = next;
    }
}

static void take_new(struct inbox_list *list, struct inboxes *all)
{
    struct inbox *inbox;

    while ((inbox = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, inbox, list);
        if (all)
            TAILQ_INSERT_TAIL(&all->list, inbox, list);
        else
            inbox_free(inbox);
    }
}

static bool stays(const struct inbox *inbox, const struct unit_settings *unit)
{
    return inbox && strcmp(inbox->path, unit->inbox) == 0;
}

/* Everything that needs memory is made first: a reload happens whole or not at all. */
int inboxes_reload(struct inboxes *all, const struct settings *settings)
{
    struct inbox_list fresh = TAILQ_HEAD_INITIALIZER(fresh);
    struct inbox *inbox;

    for (size_t i = 0; i < settings->unit_count; i++) {
        const struct unit_settings *unit = &settings->units[i];

        if (stays(inbox_by_key(all, unit->key), unit))
            continue;
        inbox = inbox_new(all, unit);
        if (!inbox) {
            take_new(&fresh, NULL);
            return SLUSS_ENOMEM;
        }
        inbox->kept = true;
        TAILQ_INSERT_TAIL(&fresh, inbox, list);
    }
    TAILQ_FOREACH(inbox, &all->list, list)
    {
        const struct unit_settings *unit = settings_unit(settings, inbox->key);

        inbox->kept = unit && stays(inbox, unit);
        inbox->unit = inbox->kept ? unit : NULL;
    }
    let_go_old(all);
    take_new(&fresh, all);
    all->settings = settings;
    all->settings_number++;
    want_all_scans(all);
    on_scan_timer(all, loop_now_us(all->loop));
    return SLUSS_OK;
}

/* The break of a lease is told by SIGURG, or by SIGIO when the queue of signals is full; SIGIO
 * would end the process. */
static void ignore_lease_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_IGN};

    (void)sigaction(SIGIO, &action, NULL);
    (void)sigaction(SIGURG, &action, NULL);
}

int inboxes_open(struct loop *loop, struct store *store, const struct settings *settings,
                 const struct inbox_events *events, struct inboxes **out)
{
    struct inboxes *all = calloc(1, sizeof *all);
    int r;

    if (!all)
        return SLUSS_ENOMEM;
    all->loop = loop;
    all->store = store;
    all->events = *events;
    all->settings = settings;
    TAILQ_INIT(&all->list);
    TAILQ_INIT(&all->completes);
    TAILQ_INIT(&all->probes);
    TAILQ_INIT(&all->probing);
    ignore_lease_signals();
    r = loop_timer(loop, on_timer, all, &all->timer);
    if (r == SLUSS_OK)
        r = loop_timer(loop, on_scan_timer, all, &all->scan_timer);
    if (r == SLUSS_OK)
        r = loop_idle(loop, on_idle, all, &all->idle);
    if (r == SLUSS_OK) {
        open_watch(all);
        r = inboxes_reload(all, settings);
    }
    if (r < 0) {
        inboxes_close(&all);
        return r;
    }
    *out = all;
    return SLUSS_OK;
}

void inboxes_close(struct inboxes **inboxes)
{
    struct inboxes *all;

    if (!inboxes || !*inboxes)
        return;
    all = *inboxes;
    *inboxes = NULL;
    take_new(&all->list, NULL);
    while (!TAILQ_EMPTY(&all->probing))
        inbox_probe_end(all, TAILQ_FIRST(&all->probing));
    loop_source_free(&all->watch);
    loop_source_free(&all->timer);
    loop_source_free(&all->scan_timer);
    loop_source_free(&all->idle);
    watch_close();
    agenda_free(&all->agenda);
    free(all);
}

void inboxes_stop(struct inboxes *all)
{
    all->stopped = true;
    (void)loop_timer_set(all->scan_timer, INT64_MAX);
    (void)loop_timer_set(all->timer, INT64_MAX);
}

/* --- answers ----------------------------------------------------------------------------- */

void inboxes_probed(struct inboxes *all, uint64_t ticket, enum ending ending)
{
    struct file_identity identity;
    struct entry *entry;
    struct probe *probe;

    TAILQ_FOREACH(probe, &all->probing, list)
    if (probe->ticket == ticket)
        break;
    if (!probe)
        return;
    entry = probe->entry;
    /* What the file is now, after the reading: an answer about an earlier state is void. */
    if (entry && claim_identify(probe->fd, &identity) == SLUSS_OK)
        settle_probed(&entry->settle, &identity, ending);
    inbox_probe_end(all, probe);
    if (entry)
        look_soon(entry->inbox, entry);
    arm(all);
}

void inboxes_resume(struct inboxes *all)
{
    all->completes_full = false;
    all->probes_full = false;
    arm(all); /* offered from the loop: the caller may be within `complete` */
}

/* Begin anew with that name. */
static void look_afresh(struct inboxes *all, const char *unit, const char *name, int64_t delay_us)
{
    struct inbox *inbox = inbox_by_key(all, unit);
    struct entry *entry = inbox ? entry_of(inbox, name) : NULL;

    if (!entry || entry->state == ENTRY_PROBING)
        return; /* a probe's answer looks by itself */
    if (entry->state == ENTRY_QUEUED)
        inbox_unqueue(entry);
    entry->state = ENTRY_WAITING;
    entry->settle = (struct settle){0};
    entry->stored_ctime_ns = 0;
    entry->not_before_us = loop_now_us(all->loop) + (delay_us > 0 ? delay_us : 0);
    look_soon(inbox, entry);
    arm(all);
}

void inboxes_look_again(struct inboxes *all, const char *unit, const char *name, int64_t delay_us)
{
    look_afresh(all, unit, name, delay_us);
}

void inboxes_taken(struct inboxes *all, const char *unit, const char *name)
{
    /* The name may be free now, or have a new file whose events came while this one was in
     * hand: a look tells. */
    look_afresh(all, unit, name, 0);
}

/* --- status ------------------------------------------------------------------------------ */

static void count_visit(void *context, struct entry *entry)
{
    struct inbox_status *status = context;
    int64_t since_us = entry->since_wall_us;

    /* An inode of 0: not looked at yet. */
    if (entry->class != NAME_DELIVERY || entry->state == ENTRY_HANDED || entry->left ||
        entry->refused || entry->inode == 0)
        return;
    status->waiting++;
    if (since_us > 0 && (status->oldest_us == 0 || (uint64_t)since_us < status->oldest_us))
        status->oldest_us = (uint64_t)since_us;
}

int inboxes_status(struct inboxes *all, inbox_visitor visit, void *context)
{
    /* In the order of the settings: the list's own is that of the next scan. */
    for (size_t i = 0; i < all->settings->unit_count; i++) {
        const struct inbox *inbox = inbox_by_key(all, all->settings->units[i].key);
        struct inbox_status status = {0};
        int r;

        if (!inbox)
            continue;
        status.unit = inbox->key;
        status.path = inbox->path;
        status.reachable = inbox->reachable;
        status.watched = inbox->watched;
        status.problem = inbox->problem.n ? buf_cstr(&inbox->problem) : NULL;
        if (inbox->reachable)
            entries_each(&inbox->entries, count_visit, &status);
        r = visit(context, &status);
        if (r < 0)
            return r;
    }
    return SLUSS_OK;
}

uint64_t inboxes_overflows(const struct inboxes *all)
{
    return all->overflows;
}

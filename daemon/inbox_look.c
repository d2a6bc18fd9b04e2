/* inbox_look.c -- one look at one name: what it is, whether it is complete, and handing it on
 *
 * The sender can change everything between any two calls here. So: never by path, always by
 * the inbox's descriptor; never through a link; never blocking on what is no regular file; and
 * what is decided is decided of the open descriptor's own fstat.
 */
#include "daemon/inbox_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/error.h"
#include "model/text.h"

#define SECOND_US         INT64_C(1000000)
#define BACK_OFF_FIRST_US SECOND_US
#define BACK_OFF_MOST_US  (300 * SECOND_US)
/* An old-style rename links and unlinks; two names for longer than this are meant so. */
#define LINKED_PATIENCE_US (60 * SECOND_US)
/* Clocks that differ by less than this are the same clock. */
#define SKEW_US (5 * SECOND_US)

enum entry_said {
    SAID_REFUSED = 1 << 0,
    SAID_LINKED = 1 << 1,
    SAID_UNREADABLE = 1 << 2,
    SAID_STALE = 1 << 3,
    SAID_FAILED = 1 << 4,
};

static int64_t ctime_us(const struct stat *st)
{
    return (int64_t)st->st_ctim.tv_sec * SECOND_US + st->st_ctim.tv_nsec / 1000;
}

/* Say something about this inode once. The text is "NAME: why". */
static void say(struct inbox *inbox, struct entry *entry, unsigned bit, const char *event,
                bool alert, const char *why)
{
    struct buf name;

    if (entry->said & bit)
        return;
    entry->said |= bit;
    buf_init(&name, FILE_NAME_MAX * 8);
    (void)text_escape(&name, span_str(entry->name));
    inbox_trouble(inbox, event, alert, "%s: %s", buf_cstr(&name), why);
    buf_free(&name);
}

/* Later each time, so that what cannot be had costs nothing. */
static void back_off(struct inbox *inbox, struct entry *entry)
{
    int64_t delay = BACK_OFF_MOST_US;

    if (entry->failures < 9 && (BACK_OFF_FIRST_US << entry->failures) < delay)
        delay = BACK_OFF_FIRST_US << entry->failures;
    if (entry->failures < 9)
        entry->failures++;
    entry->not_before_us = loop_now_us(inbox->all->loop) + delay;
    inbox_schedule(inbox, entry, entry->not_before_us);
}

void inbox_drop(struct inbox *inbox, struct entry *entry)
{
    (void)agenda_set(&inbox->all->agenda, entry, INT64_MAX);
    entries_remove(&inbox->entries, entry);
}

/* The system refused to show or open the name. */
static void failed(struct inbox *inbox, struct entry *entry, int errnum)
{
    struct buf why;

    switch (errnum) {
    case ENOENT:
        inbox_drop(inbox, entry);
        return;
    case ESTALE:
    case ENOTCONN:
    case ENODEV:
    case ENXIO:
    case EHOSTDOWN:
    case ESHUTDOWN:
    case ETIMEDOUT:
    case ENOTDIR:
        inbox_lost(inbox, errnum, "look into");
        return;
    case EACCES:
    case EPERM:
        say(inbox, entry, SAID_UNREADABLE, "file-unreadable", true,
            "the file may not be read by this user; tried again at each scan");
        return; /* no time of its own: the scan looks */
    case ELOOP: /* a link took its place just now: the next look says so */
        back_off(inbox, entry);
        return;
    default:
        break;
    }
    buf_init(&why, 256);
    (void)buf_printf(&why, "cannot be opened: %s", strerror(errnum));
    inbox_problem(inbox, buf_cstr(&why));
    say(inbox, entry, SAID_FAILED, "file-unreachable", true, buf_cstr(&why));
    buf_free(&why);
    back_off(inbox, entry);
}

/* --- what is no delivery ----------------------------------------------------------------- */

static const char *kind_refused(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "is a folder; folders are not read, and files put into one are not received";
    case S_IFLNK:
        return "is a symbolic link; left lying";
    case S_IFIFO:
        return "is a named pipe; left lying";
    case S_IFSOCK:
        return "is a socket; left lying";
    default:
        return "is a device; left lying";
    }
}

static bool same_identity(const struct file_identity *a, const struct file_identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

/* A name in transfer is not touched; one that nobody touches for long is said once. Its age is
 * what we saw, or what the kernel wrote down before we started. */
static void look_at_temporary(struct inbox *inbox, struct entry *entry, const struct stat *st)
{
    struct inboxes *all = inbox->all;
    int64_t now_us = loop_now_us(all->loop);
    int64_t stale_us = all->settings->stale_temporary_us;
    int64_t age_us = loop_wall_us(all->loop) - ctime_us(st);
    struct file_identity identity;
    struct buf why;

    claim_identity_of(st, &identity);
    if (!entry->settle.seen || !same_identity(&entry->settle.identity, &identity)) {
        entry->settle = (struct settle){.seen = true, .identity = identity};
        entry->settle.changed_us = now_us;
        entry->settle.first_us = now_us;
    }
    if (age_us < now_us - entry->settle.changed_us)
        age_us = now_us - entry->settle.changed_us;
    if (stale_us <= 0 || entry->said & SAID_STALE)
        return;
    if (age_us < stale_us) {
        inbox_schedule(inbox, entry, now_us + (stale_us - age_us));
        return;
    }
    buf_init(&why, 256);
    (void)buf_printf(&why,
                     "has the name of a file in transfer, and nobody has touched it for "
                     "%" PRId64 " s; left lying",
                     stale_us / SECOND_US);
    say(inbox, entry, SAID_STALE, "temporary-stale", true, buf_cstr(&why));
    buf_free(&why);
}

/* A second name in some other place could be written through. An old-style rename has two for
 * a moment, and no event tells of its end. */
static void wait_for_one_name(struct inbox *inbox, struct entry *entry)
{
    int64_t now_us = loop_now_us(inbox->all->loop);

    if (entry->linked_us == 0)
        entry->linked_us = now_us;
    if (now_us - entry->linked_us >= LINKED_PATIENCE_US)
        say(inbox, entry, SAID_LINKED, "file-linked", false,
            "has a second name (a hard link); not taken while it has");
    back_off(inbox, entry);
    if (entry->said & SAID_LINKED)
        return;
    /* An old-style rename is over in a moment: no later than its report is due. */
    if (entry->not_before_us > entry->linked_us + LINKED_PATIENCE_US) {
        entry->not_before_us = entry->linked_us + LINKED_PATIENCE_US;
        inbox_schedule(inbox, entry, entry->not_before_us);
    }
}

/* --- when it came ------------------------------------------------------------------------ */

static void skewed(struct inbox *inbox, int64_t by_us, const char *direction)
{
    if (inbox->said & INBOX_SAID_SKEW)
        return;
    inbox->said |= INBOX_SAID_SKEW;
    inbox_trouble(inbox, "clock-skew", false,
                  "the clock of the inbox's file system is %" PRId64 " s %s ours; files are "
                  "taken all the same",
                  by_us / SECOND_US, direction);
}

/* What is new of this inode. A change that we saw happen after the last look, and that bears a
 * time before it, was written by another clock. */
static void remember(struct inbox *inbox, struct entry *entry, const struct stat *st)
{
    int64_t wall_us = loop_wall_us(inbox->all->loop);
    int64_t changed_us = ctime_us(st);

    if (entry->inode != st->st_ino) {
        entry->inode = st->st_ino;
        entry->said = 0;
        entry->failures = 0;
        entry->linked_us = 0;
        entry->stored_ctime_ns = 0;
        entry->skewed = false;
        entry->since_wall_us = changed_us < wall_us ? changed_us : wall_us;
    } else if (entry->settle.seen && entry->looked_wall_us &&
               changed_us != entry->settle.identity.ctime_ns / 1000 &&
               changed_us < entry->looked_wall_us - SKEW_US) {
        entry->skewed = true;
        skewed(inbox, entry->looked_wall_us - changed_us, "behind");
    }
    entry->looked_wall_us = wall_us;
}

/* The kernel's own time of the last change, which a sender cannot choose; for a file that was
 * complete while nobody looked it is the true one. */
static int64_t received_us(struct inbox *inbox, const struct entry *entry, int64_t changed_us,
                           int64_t marker_us)
{
    int64_t wall_us = loop_wall_us(inbox->all->loop);
    int64_t us = changed_us > marker_us ? changed_us : marker_us;

    if (entry->skewed)
        us = wall_us - (loop_now_us(inbox->all->loop) - entry->settle.changed_us);
    if (us > wall_us + SKEW_US)
        skewed(inbox, us - wall_us, "ahead of");
    return us < wall_us ? us : wall_us;
}

/* --- opening ----------------------------------------------------------------------------- */

struct opened {
    int fd;
    bool writer; /* somebody has it open for writing */
    bool leased;
};

static void no_lease(struct inbox *inbox, int errnum)
{
    if (inbox->said & INBOX_SAID_LEASE)
        return;
    inbox->said |= INBOX_SAID_LEASE;
    inbox_trouble(inbox, "lease-unavailable", false,
                  "cannot tell whether a file is open for writing (%s): files of other users "
                  "need CAP_LEASE, and some file systems have no leases; going by quiet time "
                  "alone",
                  strerror(errnum));
}

/* A read lease is granted only while nobody has the file open for writing. Its break is told
 * by SIGURG, which by default does nothing, and asked for by F_GETLEASE. */
static void take_lease(struct inbox *inbox, struct opened *opened)
{
    if (fcntl(opened->fd, F_SETSIG, SIGURG) == 0 && fcntl(opened->fd, F_SETLEASE, F_RDLCK) == 0)
        opened->leased = true;
    else if (errno == EAGAIN)
        opened->writer = true;
    else
        no_lease(inbox, errno);
}

static int open_file(struct inbox *inbox, struct entry *entry, struct opened *out)
{
    *out = (struct opened){.fd = -1};
    out->fd = openat(inbox->directory, entry->name,
                     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (out->fd < 0 && errno == EWOULDBLOCK) {
        out->writer = true; /* under somebody's write lease */
        return 0;
    }
    if (out->fd < 0)
        return -1;
    take_lease(inbox, out);
    return 0;
}

static void close_file(struct opened *opened)
{
    if (opened->fd < 0)
        return;
    if (opened->leased)
        (void)fcntl(opened->fd, F_SETLEASE, F_UNLCK);
    (void)close(opened->fd);
    opened->fd = -1;
    opened->leased = false;
}

/* --- handing on -------------------------------------------------------------------------- */

static void enqueue(struct inbox *inbox, struct entry *entry, struct entry_queue *queue)
{
    entry->state = ENTRY_QUEUED;
    entry->queued = queue;
    (void)agenda_set(&inbox->all->agenda, entry, INT64_MAX);
    if (inbox->all->offering)
        TAILQ_INSERT_HEAD(queue, entry, queue);
    else
        TAILQ_INSERT_TAIL(queue, entry, queue);
}

void inbox_unqueue(struct entry *entry)
{
    TAILQ_REMOVE(entry->queued, entry, queue);
    entry->queued = NULL;
    entry->state = ENTRY_WAITING;
}

/* No room, or others came first. */
static bool must_queue(const struct inboxes *all, const struct entry_queue *queue, bool full)
{
    return full || all->stopped || (!all->offering && !TAILQ_EMPTY(queue));
}

void inbox_probe_end(struct inboxes *all, struct probe *probe)
{
    TAILQ_REMOVE(&all->probing, probe, list);
    if (probe->entry) {
        probe->entry->probe = NULL;
        probe->entry->state = ENTRY_WAITING;
    }
    (void)close(probe->fd);
    free(probe);
}

static struct probe *probe_begin(struct inboxes *all, struct entry *entry, struct opened *opened)
{
    struct probe *probe = malloc(sizeof *probe);

    if (!probe)
        return NULL;
    /* A lease held while a worker reads would make a sender who resumes wait for it. */
    if (opened->leased)
        (void)fcntl(opened->fd, F_SETLEASE, F_UNLCK);
    *probe = (struct probe){.ticket = ++all->tickets, .fd = opened->fd, .entry = entry};
    TAILQ_INSERT_TAIL(&all->probing, probe, list);
    opened->fd = -1;
    opened->leased = false;
    entry->state = ENTRY_PROBING;
    entry->probe = probe;
    return probe;
}

/* The answer may come within the call: everything is ready for it before. */
static void probe_file(struct inbox *inbox, struct entry *entry, struct opened *opened)
{
    struct inboxes *all = inbox->all;
    struct probe *probe = probe_begin(all, entry, opened);
    int r;

    if (!probe) {
        back_off(inbox, entry);
        return;
    }
    r = all->events.probe(all->events.context, inbox->key, probe->ticket, probe->fd);
    if (r == SLUSS_OK || entry->probe != probe)
        return;
    inbox_probe_end(all, probe);
    if (r == SLUSS_EBUSY) {
        all->probes_full = true;
        enqueue(inbox, entry, &all->probes);
    } else {
        back_off(inbox, entry);
    }
}

static void complete(struct inbox *inbox, struct entry *entry, struct opened *opened,
                     const struct file_identity *identity, int64_t marker_us)
{
    struct inboxes *all = inbox->all;
    struct arrival arrival = {.unit = inbox->unit,
                              .directory = fcntl(inbox->directory, F_DUPFD_CLOEXEC, 0),
                              .file = opened->fd,
                              .identity = *identity,
                              .leased = opened->leased};
    int r;

    if (arrival.directory < 0) {
        failed(inbox, entry, errno);
        return;
    }
    memcpy(arrival.name, entry->name, strlen(entry->name) + 1);
    arrival.received_us = received_us(inbox, entry, identity->ctime_ns / 1000, marker_us);
    opened->fd = -1;
    opened->leased = false;
    entry->state = ENTRY_HANDED;
    (void)agenda_set(&all->agenda, entry, INT64_MAX);
    r = all->events.complete(all->events.context, &arrival);
    if (r == SLUSS_OK)
        return;
    arrival_close(&arrival);
    entry->state = ENTRY_WAITING;
    if (r == SLUSS_EBUSY) {
        all->completes_full = true;
        enqueue(inbox, entry, &all->completes);
    } else {
        back_off(inbox, entry);
    }
}

/* --- the look ---------------------------------------------------------------------------- */

static void look_for_marker(struct inbox *inbox, const struct entry *entry, struct sight *sight,
                            int64_t *marker_us)
{
    char name[FILE_NAME_MAX + 1];
    struct stat st;

    *marker_us = 0;
    sight->marker_needed = inbox->unit->marker != NULL;
    if (!settle_marker_name(inbox->unit, entry->name, name, sizeof name))
        return;
    if (fstatat(inbox->directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
        return;
    sight->marker_there = true;
    *marker_us = ctime_us(&st);
}

/* Taken by copy before, and not ours to remove: never again while it stays the same. True:
 * nothing more to do with it now. */
static bool taken_before(struct inbox *inbox, struct entry *entry,
                         const struct file_identity *identity)
{
    int r;

    if (!inbox->all->store)
        return false;
    if (entry->stored_ctime_ns == identity->ctime_ns)
        return entry->left;
    r = store_taken_has(inbox->all->store, inbox->key, span_str(entry->name), identity);
    if (r < 0) {
        back_off(inbox, entry);
        return true;
    }
    entry->stored_ctime_ns = identity->ctime_ns;
    entry->left = r == 1;
    return entry->left;
}

/* It seems complete by name and stat: now the open file decides. */
static void look_inside(struct inbox *inbox, struct entry *entry, struct sight *sight,
                        int64_t marker_us)
{
    struct opened opened;
    struct stat st;
    int64_t at_us;

    if (open_file(inbox, entry, &opened) < 0) {
        failed(inbox, entry, errno);
        return;
    }
    sight->writer = opened.writer;
    if (opened.fd >= 0 && (fstat(opened.fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1)) {
        close_file(&opened);
        back_off(inbox, entry); /* it changed under our hands */
        return;
    }
    if (opened.fd >= 0)
        claim_identity_of(&st, &sight->identity);
    switch (settle_look(&entry->settle, inbox->unit, sight, &at_us)) {
    case SETTLE_WAIT:
        inbox_schedule(inbox, entry, at_us);
        break;
    case SETTLE_PROBE:
        probe_file(inbox, entry, &opened);
        break;
    case SETTLE_TAKE:
        complete(inbox, entry, &opened, &sight->identity, marker_us);
        break;
    }
    close_file(&opened);
}

static void look_at_delivery(struct inbox *inbox, struct entry *entry, const struct stat *st)
{
    struct inboxes *all = inbox->all;
    struct sight sight = {.now_us = loop_now_us(all->loop)};
    int64_t marker_us;
    int64_t at_us;
    enum settle_answer answer;

    if (st->st_nlink != 1) {
        wait_for_one_name(inbox, entry);
        return;
    }
    if (entry->linked_us) {
        entry->linked_us = 0;
        entry->failures = 0;
    }
    claim_identity_of(st, &sight.identity);
    look_for_marker(inbox, entry, &sight, &marker_us);
    answer = settle_look(&entry->settle, inbox->unit, &sight, &at_us);
    if (answer == SETTLE_WAIT) {
        inbox_schedule(inbox, entry, at_us);
        return;
    }
    if (taken_before(inbox, entry, &sight.identity))
        return;
    if (answer == SETTLE_PROBE && must_queue(all, &all->probes, all->probes_full))
        enqueue(inbox, entry, &all->probes);
    else if (answer == SETTLE_TAKE && must_queue(all, &all->completes, all->completes_full))
        enqueue(inbox, entry, &all->completes);
    else
        look_inside(inbox, entry, &sight, marker_us);
}

void inbox_look(struct inbox *inbox, struct entry *entry)
{
    struct stat st;

    (void)agenda_set(&inbox->all->agenda, entry, INT64_MAX);
    if (entry->state != ENTRY_WAITING || inbox->directory < 0)
        return;
    if (fstatat(inbox->directory, entry->name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno == EACCES) /* of the directory, as nothing was opened */
            inbox_lost(inbox, errno, "look into");
        else
            failed(inbox, entry, errno);
        return;
    }
    remember(inbox, entry, &st);
    entry->refused = !S_ISREG(st.st_mode);
    if (entry->refused) {
        say(inbox, entry, SAID_REFUSED, "entry-refused", false, kind_refused(st.st_mode));
        return;
    }
    if (entry->classified != inbox->all->settings_number) {
        entry->class = settle_classify(inbox->unit, entry->name);
        entry->classified = inbox->all->settings_number;
    }
    if (entry->class == NAME_TEMPORARY)
        look_at_temporary(inbox, entry, &st);
    else if (entry->class == NAME_MARKER)
        inbox_marker_came(inbox, entry->name);
    else
        look_at_delivery(inbox, entry, &st);
}

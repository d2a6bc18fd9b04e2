/* Real inboxes, a real loop, and senders who do what senders do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "daemon/inbox.h"
#include "model/error.h"
#include "tests/unit/daemon/scratch.h"

#define MS       INT64_C(1000)
#define SEEN_MAX 64

static const char *ignored[] = {".*", "*.tmp", "*.part"};

/* Whoever takes the files: what came, and how it answers. */
static struct taker {
    struct scratch scratch;
    struct loop *loop;
    struct store *store;
    struct inboxes *inboxes;
    struct settings settings;
    struct unit_settings units[2];
    int room;           /* completes accepted before SLUSS_EBUSY; -1: any number */
    bool remove;        /* take the file out of the inbox, as a claim does */
    int answer;         /* of complete, when it is not 0 */
    enum ending ending; /* of every probe */
    bool silent;        /* probes are not answered */
    int probes;
    uint64_t ticket;
    int completes; /* accepted */
    int asked;
    char names[SEEN_MAX][64];
    char content[256]; /* of the last */
    int64_t received_us;
    int troubles;
    char events[SEEN_MAX][32];
    char texts[SEEN_MAX][512];
    int alerts;
} t;

/* The wall clock can be set forth and back (linked with --wrap). */
static int64_t clock_ahead_us;

int64_t __real_loop_wall_us(struct loop *loop);
int64_t __wrap_loop_wall_us(struct loop *loop);

int64_t __wrap_loop_wall_us(struct loop *loop)
{
    return __real_loop_wall_us(loop) + clock_ahead_us;
}

static int on_probe(void *context, const char *unit, uint64_t ticket, int file)
{
    assert_non_null(unit);
    assert_true(fcntl(file, F_GETFD) >= 0);
    (void)context;
    t.probes++;
    t.ticket = ticket;
    if (!t.silent)
        inboxes_probed(t.inboxes, ticket, t.ending);
    return 0;
}

static int on_complete(void *context, struct arrival *arrival)
{
    ssize_t n;

    (void)context;
    t.asked++;
    if (t.answer != 0)
        return t.answer;
    if (t.room == 0)
        return SLUSS_EBUSY;
    if (t.room > 0)
        t.room--;
    n = pread(arrival->file, t.content, sizeof t.content - 1, 0);
    t.content[n > 0 ? n : 0] = '\0';
    t.received_us = arrival->received_us;
    (void)snprintf(t.names[t.completes++ % SEEN_MAX], 64, "%.63s", arrival->name);
    if (t.remove) {
        assert_int_equal(unlinkat(arrival->directory, arrival->name, 0), 0);
        inboxes_taken(t.inboxes, arrival->unit->key, arrival->name);
    }
    arrival_close(arrival);
    return 0;
}

static void on_trouble(void *context, const char *unit, const char *event, const char *text,
                       bool alert)
{
    (void)context;
    (void)unit;
    (void)snprintf(t.events[t.troubles % SEEN_MAX], 32, "%s", event);
    (void)snprintf(t.texts[t.troubles % SEEN_MAX], 512, "%s", text);
    t.troubles++;
    t.alerts += alert;
}

static int said(const char *event)
{
    int n = 0;

    for (int i = 0; i < t.troubles && i < SEEN_MAX; i++)
        n += strcmp(t.events[i], event) == 0;
    return n;
}

static int setup(void **state)
{
    (void)state;
    clock_ahead_us = 0;
    t = (struct taker){.room = -1, .remove = true, .ending = ENDING_WHOLE};
    scratch_make(&t.scratch);
    assert_int_equal(mkdir(in(&t.scratch, "inbox"), 0755), 0);
    assert_int_equal(loop_new(&t.loop), 0);
    t.units[0] = (struct unit_settings){
        .key = "heby/ekonomi",
        .inbox = strdup(in(&t.scratch, "inbox")),
        .ignore = {3, ignored},
        .settle_us = 40 * MS,
        .incomplete_grace_us = 150 * MS,
    };
    t.units[1] = t.units[0];
    t.units[1].key = "heby/skola";
    t.units[1].inbox = strdup(in(&t.scratch, "second"));
    t.settings = (struct settings){
        .unit_count = 1,
        .units = t.units,
        .scan_interval_us = 3600 * 1000 * MS,
        .stale_temporary_us = 24 * 3600 * 1000 * MS,
    };
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    inboxes_close(&t.inboxes);
    store_close(&t.store);
    loop_free(&t.loop);
    free((void *)(uintptr_t)t.units[0].inbox);
    free((void *)(uintptr_t)t.units[1].inbox);
    scratch_remove(&t.scratch);
    return 0;
}

static void run_for(int64_t us)
{
    int64_t end = loop_now_us(t.loop) + us;
    int64_t now;

    while ((now = loop_now_us(t.loop)) < end)
        assert_true(loop_turn(t.loop, end - now) >= 0);
}

static void open_inboxes(void)
{
    const struct inbox_events events = {
        .probe = on_probe, .complete = on_complete, .trouble = on_trouble};

    assert_int_equal(inboxes_open(t.loop, t.store, &t.settings, &events, &t.inboxes), 0);
    run_for(5 * MS);
}

static void until_completes(int n, int64_t most_us)
{
    int64_t end = loop_now_us(t.loop) + most_us;

    while (t.completes < n && loop_now_us(t.loop) < end)
        assert_true(loop_turn(t.loop, 10 * MS) >= 0);
    assert_int_equal(t.completes, n);
}

static int keep_status(void *context, const struct inbox_status *status)
{
    *(struct inbox_status *)context = *status;
    return 0;
}

static struct inbox_status status_now(void)
{
    struct inbox_status status = {0};

    assert_int_equal(inboxes_status(t.inboxes, keep_status, &status), 0);
    return status;
}

#define A_XML in(&t.scratch, "inbox/a.xml")

/* --- ways of arriving --------------------------------------------------------------------- */

static void put(void)
{
    make_file(A_XML, "whole");
}

static void put_in_pieces(void)
{
    int fd = begin_file(A_XML, "wh");

    run_for(60 * MS);
    assert_int_equal(write(fd, "ole", 3), 3);
    (void)close(fd);
}

static void put_preserving_times(void)
{
    const struct timespec old[2] = {{86400, 0}, {86400, 0}};
    int fd = begin_file(A_XML, "whole");

    run_for(20 * MS);
    assert_int_equal(futimens(fd, old), 0);
    assert_int_equal(futimens(fd, old), 0);
    (void)close(fd);
}

static void put_and_rename(void)
{
    make_file(in(&t.scratch, "inbox/a.tmp"), "whole");
    run_for(60 * MS);
    assert_int_equal(rename(in(&t.scratch, "inbox/a.tmp"), A_XML), 0);
}

static void put_and_rename_the_old_way(void)
{
    make_file(in(&t.scratch, "inbox/a.tmp"), "whole");
    assert_int_equal(link(in(&t.scratch, "inbox/a.tmp"), A_XML), 0);
    run_for(60 * MS);
    assert_int_equal(t.completes, 0);
    assert_int_equal(unlink(in(&t.scratch, "inbox/a.tmp")), 0);
}

static void rename_the_old_way_from_elsewhere(void)
{
    make_file(in(&t.scratch, "a"), "whole");
    assert_int_equal(link(in(&t.scratch, "a"), A_XML), 0);
    assert_int_equal(unlink(in(&t.scratch, "a")), 0);
}

static void resume(void)
{
    int fd;

    t.ending = ENDING_CUT;
    make_file(A_XML, "wh");
    run_for(90 * MS);
    assert_int_equal(t.probes, 1);
    assert_int_equal(t.completes, 0);
    t.ending = ENDING_WHOLE;
    fd = begin_file(A_XML, "ole");
    (void)close(fd);
}

static void U00_each_way_of_arriving_is_one_claim_of_the_whole(void **state)
{
    static const struct {
        const char *name;
        void (*send)(void);
    } ways[] = {
        {"U00a put", put},
        {"U01 in pieces", put_in_pieces},
        {"U02 U04 put -p", put_preserving_times},
        {"U00c put and rename", put_and_rename},
        {"U00d link and unlink", put_and_rename_the_old_way},
        {"U00e from another directory", rename_the_old_way_from_elsewhere},
        {"U00f resume", resume},
    };

    (void)state;
    open_inboxes();
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        t.completes = 0;
        t.probes = 0;
        ways[i].send();
        for (int n = 0; n < 300 && t.completes == 0; n++)
            run_for(10 * MS);
        run_for(100 * MS);
        if (t.completes != 1 || strcmp(t.content, "whole") != 0)
            fail_msg("%s: %d claims, the last of \"%s\"", ways[i].name, t.completes, t.content);
        assert_string_equal(t.names[0], "a.xml");
    }
    assert_int_equal(t.alerts, 0);
}

static void U00g_a_cut_file_waits_for_the_rest_then_is_taken(void **state)
{
    int64_t begin;

    (void)state;
    t.ending = ENDING_CUT;
    open_inboxes();
    begin = loop_now_us(t.loop);
    put();
    until_completes(1, 2000 * MS);
    assert_true(loop_now_us(t.loop) - begin >= 150 * MS);
}

static void U10_an_empty_file_waits_and_others_flow(void **state)
{
    (void)state;
    make_file(in(&t.scratch, "inbox/0-first"), "");
    put();
    open_inboxes();
    until_completes(1, 1000 * MS);
    assert_string_equal(t.names[0], "a.xml");
    until_completes(2, 1000 * MS);
    assert_string_equal(t.names[1], "0-first");
    assert_int_equal(t.probes, 1);
}

static void U05_not_while_somebody_has_it_open(void **state)
{
    int fd;

    (void)state;
    open_inboxes();
    fd = begin_file(A_XML, "wh");
    run_for(300 * MS);
    if (said("lease-unavailable")) {
        (void)close(fd);
        skip();
    }
    assert_int_equal(t.completes, 0);
    assert_int_equal(status_now().waiting, 1);
    (void)close(fd);
    until_completes(1, 3000 * MS);
}

static void a_file_from_before_the_start_has_its_true_time(void **state)
{
    struct stat st;
    int64_t ctime_us;

    (void)state;
    put();
    assert_int_equal(stat(A_XML, &st), 0);
    ctime_us = (int64_t)st.st_ctim.tv_sec * 1000000 + st.st_ctim.tv_nsec / 1000;
    run_for(50 * MS);
    open_inboxes();
    until_completes(1, 1000 * MS);
    assert_true(t.received_us == ctime_us);
}

static void U24_the_inbox_clock_is_ahead(void **state)
{
    int64_t begin;

    (void)state;
    clock_ahead_us = -3 * 3600 * 1000 * MS;
    open_inboxes();
    begin = loop_wall_us(t.loop);
    for (int i = 1; i <= 2; i++) {
        put();
        until_completes(i, 1000 * MS);
        assert_true(t.received_us >= begin && t.received_us <= loop_wall_us(t.loop));
    }
    assert_int_equal(said("clock-skew"), 1);
}

static void U24_the_inbox_clock_is_behind(void **state)
{
    int64_t begin;

    (void)state;
    clock_ahead_us = 3 * 3600 * 1000 * MS;
    open_inboxes();
    begin = loop_wall_us(t.loop);
    for (int i = 1; i <= 2; i++) {
        put_in_pieces();
        until_completes(i, 3000 * MS);
        assert_true(t.received_us >= begin && t.received_us <= loop_wall_us(t.loop));
    }
    assert_int_equal(said("clock-skew"), 1);
}

static void the_marker_is_waited_for(void **state)
{
    static const char *const patterns[][2] = {{".ok", "inbox/a.xml.ok"},
                                              {"{stem}.ok", "inbox/a.ok"}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        t.completes = 0;
        t.units[0].marker = patterns[i][0];
        put();
        open_inboxes();
        run_for(100 * MS);
        assert_int_equal(t.completes, 0);
        make_file(in(&t.scratch, patterns[i][1]), "");
        until_completes(1, 1000 * MS);
        run_for(100 * MS);
        assert_int_equal(t.completes, 1);
        inboxes_close(&t.inboxes);
        assert_int_equal(unlink(in(&t.scratch, patterns[i][1])), 0);
    }
}

/* --- what is left lying ------------------------------------------------------------------- */

static void make_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(fd);
}

static void U00ij_U16_no_regular_file_is_said_once_and_left(void **state)
{
    (void)state;
    t.settings.scan_interval_us = 20 * MS;
    assert_int_equal(symlink("/etc/passwd", in(&t.scratch, "inbox/link")), 0);
    assert_int_equal(mkdir(in(&t.scratch, "inbox/folder"), 0755), 0);
    make_file(in(&t.scratch, "inbox/folder/a.xml"), "whole");
    assert_int_equal(mkfifo(in(&t.scratch, "inbox/pipe"), 0644), 0);
    make_socket(in(&t.scratch, "inbox/socket"));
    open_inboxes();
    put();
    until_completes(1, 1000 * MS);
    run_for(200 * MS);
    assert_int_equal(t.completes, 1);
    assert_int_equal(said("entry-refused"), 4);
    assert_int_equal(t.alerts, 0);
    assert_int_equal(status_now().waiting, 0);
    assert_true(there(in(&t.scratch, "inbox/folder/a.xml")));
}

static void a_file_with_a_second_name_waits(void **state)
{
    (void)state;
    open_inboxes();
    make_file(in(&t.scratch, "elsewhere"), "whole");
    assert_int_equal(link(in(&t.scratch, "elsewhere"), A_XML), 0);
    run_for(200 * MS);
    assert_int_equal(t.completes, 0);
    assert_int_equal(status_now().waiting, 1);
}

static void names_of_any_bytes_are_taken_and_said_escaped(void **state)
{
    (void)state;
    open_inboxes();
    make_file(in(&t.scratch, "inbox/r\xe4k\n\033[31m.xml"), "whole");
    assert_int_equal(mkdir(in(&t.scratch, "inbox/\033[31m\n"), 0755), 0);
    until_completes(1, 1000 * MS);
    assert_string_equal(t.names[0], "r\xe4k\n\033[31m.xml");
    assert_int_equal(said("entry-refused"), 1);
    assert_null(strchr(t.texts[0], '\033'));
    assert_null(strchr(t.texts[0], '\n'));
}

static void U03_U08_a_stale_temporary_is_said_once(void **state)
{
    (void)state;
    t.settings.scan_interval_us = 20 * MS;
    t.settings.stale_temporary_us = 100 * MS;
    open_inboxes();
    make_file(in(&t.scratch, "inbox/a.part"), "wh");
    run_for(50 * MS);
    assert_int_equal(t.troubles, 0);
    run_for(300 * MS);
    assert_int_equal(said("temporary-stale"), 1);
    assert_int_equal(t.alerts, 1);
    assert_int_equal(t.completes, 0);
    assert_int_equal(status_now().waiting, 0);
}

static void U32_what_was_taken_and_cannot_be_removed_is_left(void **state)
{
    struct file_identity identity;
    struct delivery delivery;
    struct buf error;
    int fd;

    (void)state;
    buf_init(&error, 1024);
    t.settings.scan_interval_us = 20 * MS;
    assert_int_equal(store_open(in(&t.scratch, "state"), &error, &t.store), 0);
    put();
    fd = open(A_XML, O_RDONLY | O_CLOEXEC);
    assert_int_equal(claim_identify(fd, &identity), 0);
    (void)close(fd);
    assert_int_equal(
        store_delivery_arrive(t.store, "heby/ekonomi", SPAN_LIT("a.xml"), 1, &identity, &delivery),
        0);
    assert_int_equal(
        store_taken_add(t.store, "heby/ekonomi", SPAN_LIT("a.xml"), &identity, delivery.id), 0);
    open_inboxes();
    run_for(200 * MS);
    assert_int_equal(t.asked, 0);
    assert_int_equal(t.probes, 0);
    assert_int_equal(t.troubles - said("lease-unavailable"), 0);
    assert_int_equal(status_now().waiting, 0);
    /* Another file under the same name is another file. */
    (void)close(begin_file(A_XML, " and more"));
    until_completes(1, 1000 * MS);
    buf_free(&error);
}

/* --- trouble with the inbox --------------------------------------------------------------- */

static void U17_an_inbox_that_goes_and_comes_is_watched_again(void **state)
{
    (void)state;
    t.settings.scan_interval_us = 50 * MS;
    open_inboxes();
    for (int round = 1; round <= 3; round++) {
        if (round % 2)
            assert_int_equal(rmdir(in(&t.scratch, "inbox")), 0);
        else
            assert_int_equal(rename(in(&t.scratch, "inbox"), in(&t.scratch, "away")), 0);
        run_for(200 * MS);
        assert_false(status_now().reachable);
        assert_non_null(status_now().problem);
        assert_int_equal(said("inbox-unreachable"), round);
        assert_int_equal(mkdir(in(&t.scratch, "inbox"), 0755), 0);
        run_for(100 * MS);
        assert_true(status_now().reachable);
        assert_true(status_now().watched);
        assert_null(status_now().problem);
        assert_int_equal(said("inbox-back"), round);
        put();
        until_completes(round, 1000 * MS);
    }
}

static void U17_an_inbox_swapped_for_another_is_watched(void **state)
{
    (void)state;
    open_inboxes();
    assert_int_equal(mkdir(in(&t.scratch, "new"), 0755), 0);
    assert_int_equal(renameat2(AT_FDCWD, in(&t.scratch, "new"), AT_FDCWD, in(&t.scratch, "inbox"),
                               RENAME_EXCHANGE),
                     0);
    run_for(20 * MS);
    assert_int_equal(said("inbox-replaced"), 1);
    put();
    until_completes(1, 1000 * MS);
}

static void U13_U14_without_inotify_files_are_found_by_scanning(void **state)
{
    struct rlimit kept;
    struct rlimit limit;
    int first = -1;
    int fd;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &kept), 0);
    limit = kept;
    limit.rlim_cur = 2048;
    if (kept.rlim_max < 2048 || setrlimit(RLIMIT_NOFILE, &limit) < 0)
        skip();
    do {
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        first = first < 0 ? fd : first;
    } while (fd >= 0 && fd < 1030);
    t.settings.scan_interval_us = 50 * MS;
    open_inboxes();
    assert_int_equal(said("watch-unavailable"), 1);
    assert_non_null(strstr(t.texts[0], "fs.inotify.max_user_instances"));
    assert_false(status_now().watched);
    assert_true(status_now().reachable);
    put();
    until_completes(1, 2000 * MS);
    for (; fd >= first; fd--)
        (void)close(fd);
    (void)setrlimit(RLIMIT_NOFILE, &kept);
}

static void U11_U23_an_overflow_and_twenty_thousand_files(void **state)
{
    char name[64];
    int64_t begin;

    (void)state;
    t.units[0].settle_us = 300 * MS;
    open_inboxes();
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(name, sizeof name, "inbox/%05d.xml", i);
        make_file(in(&t.scratch, name), "x");
    }
    begin = loop_now_us(t.loop);
    until_completes(20000, 30000 * MS);
    assert_true(inboxes_overflows(t.inboxes) >= 1);
    print_message("20000 files in %.2f s\n", (double)(loop_now_us(t.loop) - begin) / 1e6);
    for (int i = 0; i < 100 && status_now().waiting > 0; i++)
        run_for(20 * MS);
    assert_int_equal(t.completes, 20000);
    assert_int_equal(status_now().waiting, 0);
}

/* --- handing over ------------------------------------------------------------------------- */

static void U28_what_is_refused_is_offered_again_in_order(void **state)
{
    char name[32];

    (void)state;
    t.room = 2;
    open_inboxes();
    for (int i = 0; i < 9; i++) {
        (void)snprintf(name, sizeof name, "inbox/%d", i);
        make_file(in(&t.scratch, name), "x");
        run_for(60 * MS);
    }
    run_for(100 * MS);
    assert_int_equal(t.completes, 2);
    assert_in_range(t.asked, 3, 4);
    t.room = 3;
    inboxes_resume(t.inboxes);
    run_for(50 * MS);
    assert_int_equal(t.completes, 5);
    t.room = -1;
    inboxes_resume(t.inboxes);
    run_for(50 * MS);
    assert_int_equal(t.completes, 9);
    for (int i = 0; i < 9; i++)
        assert_int_equal(t.names[i][0], '0' + i);
}

static void U20_a_file_that_cannot_be_claimed_costs_little(void **state)
{
    struct rusage before;
    struct rusage after;

    (void)state;
    t.answer = SLUSS_EIO;
    t.settings.scan_interval_us = 50 * MS;
    open_inboxes();
    put();
    (void)getrusage(RUSAGE_SELF, &before);
    run_for(1500 * MS);
    (void)getrusage(RUSAGE_SELF, &after);
    assert_in_range(t.asked, 1, 3);
    assert_true((after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 +
                    (after.ru_utime.tv_usec - before.ru_utime.tv_usec) <
                150000);
}

static void a_file_not_taken_after_all_is_looked_at_afresh(void **state)
{
    (void)state;
    t.remove = false;
    open_inboxes();
    put();
    until_completes(1, 1000 * MS);
    run_for(100 * MS);
    assert_int_equal(t.completes, 1);
    inboxes_look_again(t.inboxes, "heby/ekonomi", "a.xml", 200 * MS);
    run_for(150 * MS);
    assert_int_equal(t.completes, 1);
    until_completes(2, 1000 * MS);
    inboxes_look_again(t.inboxes, "heby/ekonomi", "not-there.xml", 0);
    inboxes_look_again(t.inboxes, "no/such", "a.xml", 0);
    run_for(20 * MS);
    assert_int_equal(status_now().waiting, 0);
}

static void a_stopped_inbox_hands_nothing_on(void **state)
{
    (void)state;
    open_inboxes();
    put();
    run_for(10 * MS);
    inboxes_stop(t.inboxes);
    run_for(200 * MS);
    assert_int_equal(t.completes, 0);
    assert_true(there(A_XML));
}

/* --- reload ------------------------------------------------------------------------------- */

static void U18_a_reload_keeps_what_stays(void **state)
{
    struct settings other = t.settings;

    (void)state;
    assert_int_equal(mkdir(t.units[1].inbox, 0755), 0);
    open_inboxes();
    put();
    run_for(20 * MS);
    other.unit_count = 2;
    assert_int_equal(inboxes_reload(t.inboxes, &other), 0);
    until_completes(1, 1000 * MS);
    make_file(in(&t.scratch, "second/b.xml"), "whole");
    until_completes(2, 1000 * MS);
    other.unit_count = 1;
    assert_int_equal(inboxes_reload(t.inboxes, &other), 0);
    make_file(in(&t.scratch, "second/c.xml"), "whole");
    put();
    until_completes(3, 1000 * MS);
    run_for(100 * MS);
    assert_int_equal(t.completes, 3);
}

static void an_answer_about_an_inbox_that_is_no_more_is_void(void **state)
{
    struct settings none = t.settings;

    (void)state;
    t.silent = true;
    open_inboxes();
    put();
    run_for(100 * MS);
    assert_int_equal(t.probes, 1);
    none.unit_count = 0;
    assert_int_equal(inboxes_reload(t.inboxes, &none), 0);
    inboxes_probed(t.inboxes, t.ticket, ENDING_WHOLE);
    inboxes_probed(t.inboxes, t.ticket, ENDING_WHOLE);
    run_for(50 * MS);
    assert_int_equal(t.completes, 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(U00_each_way_of_arriving_is_one_claim_of_the_whole),
        CASE(U00g_a_cut_file_waits_for_the_rest_then_is_taken),
        CASE(U10_an_empty_file_waits_and_others_flow),
        CASE(U05_not_while_somebody_has_it_open),
        CASE(a_file_from_before_the_start_has_its_true_time),
        CASE(U24_the_inbox_clock_is_ahead),
        CASE(U24_the_inbox_clock_is_behind),
        CASE(the_marker_is_waited_for),
        CASE(U00ij_U16_no_regular_file_is_said_once_and_left),
        CASE(a_file_with_a_second_name_waits),
        CASE(names_of_any_bytes_are_taken_and_said_escaped),
        CASE(U03_U08_a_stale_temporary_is_said_once),
        CASE(U32_what_was_taken_and_cannot_be_removed_is_left),
        CASE(U17_an_inbox_that_goes_and_comes_is_watched_again),
        CASE(U17_an_inbox_swapped_for_another_is_watched),
        CASE(U13_U14_without_inotify_files_are_found_by_scanning),
        CASE(U11_U23_an_overflow_and_twenty_thousand_files),
        CASE(U28_what_is_refused_is_offered_again_in_order),
        CASE(U20_a_file_that_cannot_be_claimed_costs_little),
        CASE(a_file_not_taken_after_all_is_looked_at_afresh),
        CASE(a_stopped_inbox_hands_nothing_on),
        CASE(U18_a_reload_keeps_what_stays),
        CASE(an_answer_about_an_inbox_that_is_no_more_is_void),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* outbound_process_test.c -- a real child with a real store and a real mail server
 *
 * This program is the child as well: started as `... --outbound -c FILE` it is what slussd is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/loop.h"
#include "daemon/outbound_child.h"
#include "daemon/outbound_process.h"
#include "model/date.h"
#include "store/outbox.h"
#include "tests/unit/outbound/smtp_server.h"

#define PATIENCE_US (15 * SECOND_US)

struct site {
    char dir[64];
    char config[96];
    struct smtp_server server;
    struct store *store;
    struct loop *loop;
    struct outbound_process *process;
    unsigned error_count;
    char last_event[64];
    char last_text[512];
};

static void write_config(const struct site *site, const char *extra)
{
    const char *top = getenv("top_srcdir");
    FILE *file = fopen(site->config, "w");

    assert_non_null(file);
    fprintf(file,
            "state-dir = \"%s/state\"\ncontrol-socket = \"%s/control.sock\"\n"
            "template-dir = \"%s/etc/templates\"\n"
            "smtp {\n relays = { \"%s\" }\n from = \"kvittens@inkasso.example\"\n}\n%s"
            "partner \"heby\" {\n name = \"Heby kommun\"\n unit \"ekonomi\" {\n"
            "  inbox = \"%s/in\"\n  receipts-to = { \"ekonomi@heby.example\" }\n }\n}\n",
            site->dir, site->dir, top ? top : ".", site->server.url, extra, site->dir);
    assert_int_equal(fclose(file), 0);
}

static void on_error(void *context, const char *event, const char *text)
{
    struct site *site = context;

    site->error_count++;
    snprintf(site->last_event, sizeof site->last_event, "%s", event);
    snprintf(site->last_text, sizeof site->last_text, "%s", text);
}

static int site_make(void **state)
{
    struct site *site = calloc(1, sizeof *site);
    const struct outbound_callbacks callbacks = {site, on_error};
    char path[96];
    struct buf error;

    assert_non_null(site);
    snprintf(site->dir, sizeof site->dir, "/tmp/sluss-outbound-XXXXXX");
    assert_non_null(mkdtemp(site->dir));
    snprintf(site->config, sizeof site->config, "%s/sluss.conf", site->dir);
    snprintf(path, sizeof path, "%s/in", site->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/state", site->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    smtp_server_start(&site->server, NULL);
    write_config(site, "");
    buf_init(&error, 4096);
    assert_int_equal(store_open(path, &error, &site->store), 0);
    buf_free(&error);
    assert_int_equal(loop_new(&site->loop), 0);
    assert_int_equal(outbound_process_start(site->loop, OUTBOUND_MAIL, site->config, &callbacks,
                                            &site->process),
                     0);
    *state = site;
    return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int site_remove(void **state)
{
    struct site *site = *state;

    outbound_process_stop(&site->process);
    outbound_process_stop(&site->process);
    loop_free(&site->loop);
    store_close(&site->store);
    smtp_server_forget(&site->server);
    nftw(site->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(site);
    return 0;
}

static void receipt_due(struct site *site, const char *file)
{
    struct summary summary = {.format = "case-csv", .kind = KIND_CASES, .items = 1};
    struct judgement judgement = {
        .verdict = VERDICT_ACCEPTED, .state = STATE_ACCEPTED, .summary = &summary};
    int64_t now = loop_wall_us(site->loop);
    struct outbox_mail row = {.kind = OUTBOX_RECEIPT,
                              .verdict = "accepted",
                              .recipient = "ekonomi@heby.example",
                              .created_us = now,
                              .next_us = now};
    struct delivery d;

    assert_int_equal(
        store_delivery_arrive(site->store, "heby/ekonomi", span_str(file), now, NULL, &d), 0);
    assert_int_equal(store_delivery_become(site->store, d.row, STATE_CHECKING, now), 0);
    judgement.decided_us = now;
    assert_int_equal(store_delivery_judge(site->store, d.row, &judgement), 0);
    row.delivery_row = d.row;
    assert_int_equal(outbox_add(site->store, &row, "kvittens@inkasso.example", NULL, 0), 0);
    assert_int_equal(store_commit(site->store), 0);
    outbound_process_poke(site->process);
}

/* Turn the loop until that many mails have arrived and errors been told. */
static void wait_until(struct site *site, unsigned mails, unsigned errors)
{
    int64_t give_up_us = loop_now_us(site->loop) + PATIENCE_US;

    while (smtp_server_count(&site->server) < mails || site->error_count < errors) {
        assert_true(loop_turn(site->loop, 20000) >= 0);
        if (loop_now_us(site->loop) > give_up_us)
            fail_msg("%u mails, %u errors, last %s: %s", smtp_server_count(&site->server),
                     site->error_count, site->last_event, site->last_text);
    }
}

/* The one child of this process that is not the mail server. */
static pid_t child_of(const struct site *site)
{
    char path[64];
    FILE *file;
    int pid;
    pid_t found = 0;

    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    file = fopen(path, "r");
    if (!file)
        skip();
    while (fscanf(file, "%d", &pid) == 1)
        if (pid != site->server.pid)
            found = pid;
    fclose(file);
    assert_true(found > 0);
    return found;
}

static void sends_what_is_due_when_poked(void **state)
{
    struct site *site = *state;

    receipt_due(site, "a.csv");
    wait_until(site, 1, 0);
    receipt_due(site, "b.csv");
    receipt_due(site, "c.csv");
    wait_until(site, 3, 0);
    assert_int_equal(site->error_count, 0);
}

static void is_started_again_when_it_ends(void **state)
{
    struct site *site = *state;

    receipt_due(site, "a.csv");
    wait_until(site, 1, 0);
    assert_int_equal(kill(child_of(site), SIGKILL), 0);
    wait_until(site, 1, 1);
    assert_string_equal(site->last_event, "outbound-ended");
    assert_non_null(strstr(site->last_text, "signal 9"));
    receipt_due(site, "b.csv");
    wait_until(site, 2, 1);
}

static void a_bad_configuration_is_refused_and_told(void **state)
{
    struct site *site = *state;

    receipt_due(site, "a.csv");
    wait_until(site, 1, 0);
    write_config(site, "no-such-key = 1\n");
    outbound_process_reload(site->process);
    wait_until(site, 1, 1);
    assert_string_equal(site->last_event, "outbound-configuration");
    assert_non_null(strstr(site->last_text, "no-such-key"));
    receipt_due(site, "b.csv"); /* by the old one */
    wait_until(site, 2, 1);
    write_config(site, "");
    outbound_process_reload(site->process);
    receipt_due(site, "c.csv");
    wait_until(site, 3, 1);
}

static void a_relay_that_is_down_is_told(void **state)
{
    struct site *site = *state;

    smtp_server_stop(&site->server);
    receipt_due(site, "a.csv");
    wait_until(site, 0, 1);
    assert_string_equal(site->last_event, "relay-down");
}

static void ends_with_its_socket(void **state)
{
    struct site *site = *state;
    int64_t began;
    pid_t child;

    receipt_due(site, "a.csv");
    wait_until(site, 1, 0);
    child = child_of(site);
    began = loop_now_us(site->loop);
    outbound_process_stop(&site->process);
    assert_null(site->process);
    assert_int_equal(kill(child, 0), -1);
    assert_true(loop_now_us(site->loop) - began < 2 * SECOND_US);
    outbound_process_poke(NULL);
}

#define PROCESS_TEST(name) cmocka_unit_test_setup_teardown(name, site_make, site_remove)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        PROCESS_TEST(sends_what_is_due_when_poked),
        PROCESS_TEST(is_started_again_when_it_ends),
        PROCESS_TEST(a_bad_configuration_is_refused_and_told),
        PROCESS_TEST(a_relay_that_is_down_is_told),
        PROCESS_TEST(ends_with_its_socket),
    };
    sigset_t set;

    if (argc == 4 && strcmp(argv[1], "--outbound") == 0)
        return outbound_mail_main(argv[3]);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

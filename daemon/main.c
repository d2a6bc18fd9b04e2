/* main.c -- slussd: one program, three kinds of process
 *
 *   slussd -c FILE                intake: inboxes, spool, store, control socket
 *   slussd --worker BYTES         a reader of strangers' bytes (started by intake)
 *   slussd --outbound -c FILE     sends mail (started by intake)
 *   slussd --alerts -c FILE       speaks to operators by other ways (started by intake)
 *
 * main builds the intake's one context, part by part, and hands it down. Parts are opened in
 * the order in which a restart needs them: lock, store, spool, what a crash left, inboxes.
 */
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "conf/conf.h"
#include "conf/keys.h"
#include "conf/layouts.h"
#include "config.h"
#include "daemon/control_server.h"
#include "daemon/intake.h"
#include "daemon/last_words.h"
#include "daemon/log.h"
#include "daemon/notify.h"
#include "daemon/outbound_child.h"
#include "daemon/outbound_process.h"
#include "daemon/pipeline.h"
#include "daemon/pool.h"
#include "daemon/rounds.h"
#include "daemon/state_lock.h"
#include "daemon/watch.h"
#include "daemon/worker.h"
#include "model/error.h"
#include "outbound/template.h"
#include "store/audit.h"

#define ERRORS_MAX (64 * 1024)

static const char usage[] =
    "usage: slussd [-c FILE] [--foreground] [--check-config]\n"
    "\n"
    "Watches SFTP inboxes, checks what arrives, mails receipts and queues what is accepted.\n"
    "\n"
    "  -c, --config FILE  the configuration (default " CONF_DEFAULT_FILE ")\n"
    "      --foreground   stay in the foreground (the only way it runs; for clarity)\n"
    "      --check-config read the configuration and the templates, say what is wrong, end\n"
    "      --print-config-reference\n"
    "                     every key of the configuration, as manual page text\n"
    "  -V, --version      print the version\n"
    "  -h, --help         print this\n"
    "\n"
    "Signals: TERM and INT finish, HUP reads the configuration again.\n";

/* --- the configuration -------------------------------------------------------------------- */

/* Read configuration, keys, layouts and templates. 0 and *out, or the errors on stderr or in the log. */
static int read_config(const char *path, struct buf *errors, struct settings **out)
{
    struct settings *settings = NULL;
    int rc = conf_read(path, errors, &settings);
    if (rc == 0)
        rc = conf_read_keys(settings, getenv("CREDENTIALS_DIRECTORY"), errors);
    if (rc == 0)
        rc = conf_read_layouts(settings, errors);
    struct template_set *templates = NULL;
    if (rc == 0)
        rc = template_load_all(settings, errors, &templates);
    template_set_free(&templates);
    if (rc != 0)
        settings_free(&settings);
    else
        *out = settings;
    return rc;
}

static void each_line(const char *text, void (*tell)(const char *line, int length))
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        if (n > 0)
            tell(text, (int)n);
        text += n + (text[n] == '\n');
    }
}

static void log_config_line(const char *line, int length)
{
    log_text(LOG_LEVEL_ERROR, "config-refused", "%.*s", length, line);
}

static int check_config(const char *path)
{
    struct buf errors;
    struct settings *settings = NULL;
    buf_init(&errors, ERRORS_MAX);
    int rc = read_config(path, &errors, &settings);
    if (rc == 0)
        printf("%s: fine, %zu unit%s\n", path, settings->unit_count,
               settings->unit_count == 1 ? "" : "s");
    else
        fputs(buf_cstr(&errors), stderr);
    settings_free(&settings);
    buf_free(&errors);
    return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void set_time_zone(const struct settings *settings)
{
    setenv("TZ", settings->time_zone, 1);
    tzset();
}

/* --- the intake --------------------------------------------------------------------------- */

struct daemon {
    struct intake intake;
    const char *config;
    int lock;
    struct rounds *rounds;
    struct loop_source *signals[3];
};

/* The inboxes have gone over to the new ones already. */
static void swap_settings(struct daemon *d, struct settings *settings)
{
    struct settings *old = d->intake.settings;
    d->intake.settings = settings;
    set_time_zone(settings);
    pipeline_reload(d->intake.pipeline, settings);
    pool_reload(d->intake.pool, settings);
    outbound_process_reload(d->intake.outbound);
    outbound_process_reload(d->intake.alerts);
    settings_free(&old);
    log_text(LOG_LEVEL_NOTICE, "reloaded", "%s: %zu unit%s", d->config, settings->unit_count,
             settings->unit_count == 1 ? "" : "s");
}

static void on_reload(void *context, int signal_number)
{
    struct daemon *d = context;
    (void)signal_number;
    struct buf errors;
    struct settings *settings = NULL;
    buf_init(&errors, ERRORS_MAX);
    sd_notify(0, "RELOADING=1");
    if (read_config(d->config, &errors, &settings) != 0) {
        each_line(buf_cstr(&errors), log_config_line);
        log_text(LOG_LEVEL_ERROR, "reload-refused",
                 "the configuration has errors; the one in force stays");
    } else if (strcmp(settings->state_dir, d->intake.settings->state_dir) != 0 ||
               strcmp(settings->control_socket, d->intake.settings->control_socket) != 0) {
        log_text(LOG_LEVEL_ERROR, "reload-refused",
                 "state-dir and control-socket cannot change while running; restart instead");
        settings_free(&settings);
    } else if (inboxes_reload(d->intake.inboxes, settings) != 0) {
        log_text(LOG_LEVEL_ERROR, "reload-refused", "out of memory; the one in force stays");
        settings_free(&settings);
    } else {
        swap_settings(d, settings);
    }
    sd_notify(0, "READY=1");
    buf_free(&errors);
}

static void on_stop(void *context, int signal_number)
{
    struct daemon *d = context;
    log_text(LOG_LEVEL_NOTICE, "stopping", "signal %d", signal_number);
    sd_notify(0, "STOPPING=1");
    inboxes_stop(d->intake.inboxes);
    pipeline_stop(d->intake.pipeline);
    loop_quit(d->intake.loop, 0);
}

/* The child has logged what is its own to tell; its end it cannot tell. */
static void on_outbound_error(void *context, const char *event, const char *text)
{
    struct intake *in = context;
    if (strcmp(event, "outbound-ended") != 0) {
        intake_remember(in, event, text);
        return;
    }
    intake_error(in, event, text);
    if (notify_trouble(in, NULL, event, text) == 0 && intake_commit(in) == 0)
        intake_poke(in);
}

/* The first things, which need words of their own when they fail. */
static int open_state(struct daemon *d)
{
    struct buf error;
    buf_init(&error, ERRORS_MAX);
    const char *state_dir = d->intake.settings->state_dir;
    int rc = state_lock_take(state_dir, &d->lock, &error);
    rc = rc ? rc : store_open(state_dir, &error, &d->intake.store);
    if (!rc && (rc = spool_open(state_dir, &d->intake.spool)) != 0)
        buf_printf(&error, "%s/spool: %s; check owner and mode", state_dir, sluss_error_text(rc));
    if (!rc && (rc = seen_open(d->intake.store, state_dir, &d->intake.seen)) != 0)
        buf_printf(&error, "%s/seen: %s; restore it from a backup", state_dir,
                   sluss_error_text(rc));
    if (rc)
        log_text(LOG_LEVEL_ERROR, "start-failed", "%s",
                 error.n ? buf_cstr(&error) : sluss_error_text(rc));
    else
        spool_sweep(d->intake.spool);
    buf_free(&error);
    return rc;
}

static int open_parts(struct daemon *d)
{
    struct intake *in = &d->intake;
    int rc = loop_signal(in->loop, SIGTERM, on_stop, d, &d->signals[0]);
    rc = rc ? rc : loop_signal(in->loop, SIGINT, on_stop, d, &d->signals[1]);
    rc = rc ? rc : loop_signal(in->loop, SIGHUP, on_reload, d, &d->signals[2]);
    rc = rc ? rc : pool_open(in->loop, in->settings, &in->pool);
    rc = rc ? rc : pipeline_open(in, &in->pipeline);
    rc = rc ? rc : rounds_open(in, &d->rounds);
    if (rc) {
        log_text(LOG_LEVEL_ERROR, "start-failed", "%s", sluss_error_text(rc));
        return rc;
    }
    const struct outbound_callbacks callbacks = {.context = in, .error = on_outbound_error};
    rc = outbound_process_start(in->loop, OUTBOUND_MAIL, d->config, &callbacks, &in->outbound);
    rc = rc ? rc
            : outbound_process_start(in->loop, OUTBOUND_ALERTS, d->config, &callbacks,
                                     &in->alerts);
    if (rc) {
        log_text(LOG_LEVEL_ERROR, "start-failed", "the processes that send: %s",
                 sluss_error_text(rc));
        return rc;
    }
    return pipeline_recover(in->pipeline);
}

static int open_doors(struct daemon *d)
{
    struct intake *in = &d->intake;
    const struct inbox_events events = {
        .context = in->pipeline,
        .probe = pipeline_probe,
        .complete = pipeline_complete,
        .trouble = pipeline_trouble,
    };
    struct buf error;
    buf_init(&error, ERRORS_MAX);
    int rc = inboxes_open(in->loop, in->store, in->settings, &events, &in->inboxes);
    if (rc)
        buf_printf(&error, "the inboxes: %s", sluss_error_text(rc));
    rc = rc ? rc : control_server_open(in, &error, &in->control);
    if (rc)
        log_text(LOG_LEVEL_ERROR, "start-failed", "%s",
                 error.n ? buf_cstr(&error) : sluss_error_text(rc));
    buf_free(&error);
    return rc;
}

static void close_all(struct daemon *d)
{
    struct intake *in = &d->intake;
    control_server_close(&in->control);
    inboxes_close(&in->inboxes);
    rounds_close(&d->rounds);
    pipeline_close(&in->pipeline);
    pool_close(&in->pool);
    outbound_process_stop(&in->outbound);
    outbound_process_stop(&in->alerts);
    for (size_t i = 0; i < sizeof d->signals / sizeof d->signals[0]; i++)
        loop_source_free(&d->signals[i]);
    spool_close(&in->spool);
    seen_close(&in->seen);
    store_close(&in->store);
    loop_free(&in->loop);
    settings_free(&in->settings);
    if (d->lock >= 0)
        close(d->lock);
}

static int run(struct daemon *d)
{
    struct intake *in = &d->intake;
    int rc = open_state(d);
    rc = rc ? rc : open_parts(d);
    rc = rc ? rc : open_doors(d);
    if (rc)
        return rc;
    in->started_us = loop_wall_us(in->loop);
    audit_append(in->store, in->started_us, "slussd", "started", NULL, SPAN_NONE);
    intake_commit(in);
    last_words_take_up(in);
    log_text(LOG_LEVEL_NOTICE, "started", "slussd %s, %zu unit%s, state in %s", PACKAGE_VERSION,
             in->settings->unit_count, in->settings->unit_count == 1 ? "" : "s",
             in->settings->state_dir);
    sd_notify(0, "READY=1");
    rc = loop_run(in->loop);
    log_text(LOG_LEVEL_NOTICE, "stopped", "%s", rc ? sluss_error_text(rc) : "in order");
    return rc;
}

/* Signals arrive as events of the loop; children start with an empty mask. */
static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int intake_main(const char *config)
{
    log_open("intake");
    block_signals();
    struct daemon d = {.config = config, .lock = -1};
    struct buf errors;
    buf_init(&errors, ERRORS_MAX);
    int rc = read_config(config, &errors, &d.intake.settings);
    if (rc)
        each_line(buf_cstr(&errors), log_config_line);
    buf_free(&errors);
    if (rc)
        return EXIT_FAILURE;
    set_time_zone(d.intake.settings);
    umask(027);
    rc = loop_new(&d.intake.loop);
    rc = rc ? rc : run(&d);
    close_all(&d);
    return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* --- the command line --------------------------------------------------------------------- */

static int print_reference(void)
{
    struct buf text;
    buf_init(&text, 1024 * 1024);
    int rc = conf_reference(&text);
    if (rc == 0)
        fwrite(text.p, 1, text.n, stdout);
    buf_free(&text);
    return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

enum option_code {
    OPTION_FOREGROUND = 256,
    OPTION_CHECK,
    OPTION_REFERENCE,
    OPTION_OUTBOUND,
    OPTION_ALERTS
};

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"foreground", no_argument, NULL, OPTION_FOREGROUND},
    {"check-config", no_argument, NULL, OPTION_CHECK},
    {"print-config-reference", no_argument, NULL, OPTION_REFERENCE},
    {"outbound", no_argument, NULL, OPTION_OUTBOUND},
    {"alerts", no_argument, NULL, OPTION_ALERTS},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

int main(int argc, char **argv)
{
    /* Before anything else, and with nothing else: a worker knows no configuration. */
    if (argc == 3 && strcmp(argv[1], "--worker") == 0)
        return worker_main(strtoull(argv[2], NULL, 10));

    const char *config = CONF_DEFAULT_FILE;
    int mode = OPTION_FOREGROUND;
    int c;
    while ((c = getopt_long(argc, argv, "c:Vh", options, NULL)) != -1) {
        switch (c) {
        case 'c':
            config = optarg;
            break;
        case 'V':
            printf("slussd %s\n", PACKAGE_VERSION);
            return EXIT_SUCCESS;
        case 'h':
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        case OPTION_CHECK:
        case OPTION_REFERENCE:
        case OPTION_OUTBOUND:
        case OPTION_ALERTS:
            mode = c;
            break;
        case OPTION_FOREGROUND:
            break;
        default:
            fputs(usage, stderr);
            return 2;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "slussd: unexpected argument: %s\n%s", argv[optind], usage);
        return 2;
    }
    setlocale(LC_CTYPE, "C.UTF-8");
    if (sodium_init() < 0) {
        fputs("slussd: libsodium could not be initialised\n", stderr);
        return EXIT_FAILURE;
    }
    if (mode == OPTION_CHECK)
        return check_config(config);
    if (mode == OPTION_REFERENCE)
        return print_reference();
    if (mode == OPTION_OUTBOUND)
        return outbound_mail_main(config);
    return mode == OPTION_ALERTS ? outbound_alerts_main(config) : intake_main(config);
}

/* outbound_mail.c -- the process that sends mail: receipts, and alerts to addresses */
#include <string.h>

#include "daemon/log.h"
#include "daemon/outbound_child.h"
#include "model/error.h"
#include "outbound/sender.h"

#define ROWS_A_PASS 4 /* between two looks at the socket */

struct mail_work {
    struct outbound_child *child;
    const struct settings *settings;
    struct template_set *templates;
    struct sender *sender; /* null until the store is open */
};

static void on_sender_event(void *context, const struct sender_event *event)
{
    struct mail_work *w = context;
    const struct outbox_mail *mail = event->mail;
    enum log_level level = LOG_LEVEL_INFO;

    if (strcmp(event->name, "mail-failed") == 0 || strcmp(event->name, "relay-down") == 0) {
        outbound_child_problem(w->child, event->name, event->text);
        level = LOG_LEVEL_NOTICE;
    } else if (strcmp(event->name, "mail-retry") == 0) {
        level = LOG_LEVEL_WARNING;
    }
    if (mail)
        LOG(level, event->name, {"delivery", span_str(mail->delivery_id)},
            {"unit", span_str(mail->unit)}, {"message-id", span_str(mail->message_id)},
            {"text", span_str(event->text)});
    else if (level == LOG_LEVEL_INFO)
        LOG(level, event->name, {"relay", span_str(event->relay)});
}

/* Settings and templates, both or neither. */
static int configure(void *context, struct outbound_child *child, const struct settings *settings,
                     struct buf *errors)
{
    struct mail_work *w = context;
    struct template_set *templates = NULL;
    int rc = template_load_all(settings, errors, &templates);

    if (!rc && w->sender)
        rc = sender_configure(w->sender, settings, templates);
    if (rc) {
        template_set_free(&templates);
        return rc;
    }
    template_set_free(&w->templates);
    w->child = child;
    w->templates = templates;
    w->settings = settings;
    return 0;
}

static int64_t child_wall(void *context)
{
    return loop_wall_us(context);
}

static int64_t child_monotonic(void *context)
{
    return loop_now_us(context);
}

static int open_sender(void *context, struct store *store)
{
    struct mail_work *w = context;
    const struct sender_clock clock = {child_wall, child_monotonic, outbound_child_loop(w->child)};
    int rc = sender_new(store, &clock, on_sender_event, w, &w->sender);

    return rc ? rc : sender_configure(w->sender, w->settings, w->templates);
}

static int pass(void *context, int64_t *wait_us)
{
    struct mail_work *w = context;

    return sender_pass(w->sender, ROWS_A_PASS, wait_us);
}

static void close_sender(void *context)
{
    struct mail_work *w = context;

    sender_free(&w->sender);
}

int outbound_mail_main(const char *config_path)
{
    static const struct outbound_work work = {.title = "slussd-outbound",
                                              .process = "outbound",
                                              .configure = configure,
                                              .open = open_sender,
                                              .pass = pass,
                                              .close = close_sender};
    struct mail_work w = {0};
    int code = outbound_child_main(config_path, &work, &w);

    template_set_free(&w.templates);
    return code;
}

/* outbound_child.h -- what the children of outbound_process.h have in common
 *
 * A child reads the configuration itself, opens the store, and passes over its rows whenever it
 * is told or its time has come. What is wrong with either is told once for as long as it lasts,
 * and tried again.
 */
#ifndef SLUSS_DAEMON_OUTBOUND_CHILD_H
#define SLUSS_DAEMON_OUTBOUND_CHILD_H

#include "daemon/loop.h"
#include "model/buf.h"
#include "model/settings.h"
#include "store/store.h"

#define OUTBOUND_PROTOCOL    1
#define OUTBOUND_MESSAGE_MAX 4096

struct outbound_child;

/* What one of them does. `context` is what outbound_child_main was given. */
struct outbound_work {
    const char *title;   /* as ps shows it */
    const char *process; /* as the log shows it */
    /* The first settings, or other ones, checked with all that belongs to them: all or nothing.
     * They stay until the next ones. What is wrong goes into `errors`. */
    int (*configure)(void *context, struct outbound_child *child, const struct settings *settings,
                     struct buf *errors);
    /* The store is open, the settings are known. */
    int (*open)(void *context, struct store *store);
    /* Do what is due. *wait_us: until when there is nothing to do. Or a store error. */
    int (*pass)(void *context, int64_t *wait_us);
    /* Told without the store; null: not this child's. */
    void (*told)(void *context, const char *topic, const char *text);
    void (*close)(void *context); /* before the store is closed; also when open failed */
};

struct loop *outbound_child_loop(struct outbound_child *child);

/* To the log as an error, and to the parent for `slussctl status`. */
void outbound_child_problem(struct outbound_child *child, const char *event, const char *text);

/* The whole life of the child; returns the exit code. */
int outbound_child_main(const char *config_path, const struct outbound_work *work, void *context);

/* The two there are. */
int outbound_mail_main(const char *config_path);
int outbound_alerts_main(const char *config_path);

#endif

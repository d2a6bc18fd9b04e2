/* log.h -- one line an event: a name that never changes, then key=value
 *
 * To the journal with fields (SLUSS_EVENT, SLUSS_DELIVERY, SLUSS_UNIT ...) when the service
 * manager gave us one, else to stderr for people. Levels say who should act:
 *   critical everybody, at once           error    the administrator, now
 *   notice   the operator                 warning  the administrator, some day
 *   info     nobody; the course of events
 * Never: personal data, file content. File names are escaped by the callee.
 */
#ifndef SLUSS_DAEMON_LOG_H
#define SLUSS_DAEMON_LOG_H

#include <stdbool.h>

#include "model/span.h"

enum log_level {
    LOG_LEVEL_CRITICAL = 2,
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_NOTICE,
    LOG_LEVEL_INFO
};

/* The journal's MESSAGE_ID of each alert to operators. */
#define LOG_ALERT_ID "5b7c1d0e9a3f4c28b6d1e47f2a90c853"

/* `process`: "intake", "worker", "outbound". Looks at JOURNAL_STREAM. */
void log_open(const char *process);

/* One field; the list ends with a null key. */
struct log_field {
    const char *key; /* lower case, '-' allowed; in upper case: a field of the journal's own, which
                        stands there alone */
    struct span value;
};
void log_event(enum log_level level, const char *event, const struct log_field *fields);

/* The usual case: LOG(level, "event-name", {"delivery", span_str(id)}, ...). */
#define LOG(level, event, ...)                                                                     \
    log_event((level), (event), (const struct log_field[]){__VA_ARGS__, {NULL, {NULL, 0}}})

/* With a free sentence as the field `text`. */
void log_text(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

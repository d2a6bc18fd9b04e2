/* log.h -- one line an event: a name that never changes, then key=value
 *
 * To the journal with fields (SLUSS_EVENT, SLUSS_DELIVERY, SLUSS_UNIT ...) when the service
 * manager gave us one, else to stderr for people. Levels say who should act:
 *   error    the administrator, now       warning  the administrator, some day
 *   notice   the operator                 info     nobody; the course of events
 * Never: personal data, file content. File names are escaped by the callee.
 */
#ifndef SLUSS_DAEMON_LOG_H
#define SLUSS_DAEMON_LOG_H

#include <stdbool.h>

#include "model/span.h"

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_INFO };

/* `process`: "intake", "worker", "outbound". Looks at JOURNAL_STREAM. */
void log_open(const char *process);

/* One field; the list ends with a null key. */
struct log_field {
    const char *key; /* lower case, '-' allowed */
    struct span value;
};
void log_event(enum log_level level, const char *event, const struct log_field *fields);

/* The usual case: LOG(level, "event-name", {"delivery", span_str(id)}, ...). */
#define LOG(level, event, ...)                                                                   \
    log_event((level), (event), (const struct log_field[]){__VA_ARGS__, {NULL, {NULL, 0}}})

/* With a free sentence as the field `text`. */
void log_text(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

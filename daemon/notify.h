/* notify.h -- what the outside is to be told, put into the outbox
 *
 * All in the open transaction: a mail exists exactly when the event it tells of does.
 */
#ifndef SLUSS_DAEMON_NOTIFY_H
#define SLUSS_DAEMON_NOTIFY_H

#include "daemon/intake.h"
#include "model/finding.h"
#include "store/alerts.h"
#include "model/track.h"

/* The receipts that answer a delivery's coming, one a recipient of its unit, with the verdict
 * that the delivery has. They carry the deadline of the unit's agreement, counted from the
 * arrival. A unit that is no longer configured gets none. */
int notify_answer(struct intake *intake, const struct delivery *delivery);

/* The further ones when people decide. `verdict` is the word of X-Sluss-Verdict (released,
 * rejected, recalled); `reason`: an operator's, or null. The agreement's clock does not run for
 * them: the file was answered when it came. */
int notify_decision(struct intake *intake, const struct delivery *delivery, const char *verdict,
                    const char *reason);

/* To the operators: a delivery is held; `findings` the gravest first. The same bytes again within a
 * day are not told again. */
int notify_held(struct intake *intake, const struct delivery *delivery,
                const struct unit_settings *unit, const struct finding_list *findings);

/* To the operators: the unit's delivery due on that day did not come. Told once, until
 * notify_heard. */
int notify_silence(struct intake *intake, const struct unit_settings *unit, struct date last,
                   struct date due);

/* To the operators: by what was decided, the check holds in vain, or does no longer. */
int notify_learned(struct intake *intake, const struct track_record *record);

/* The unit sent something, or is not late any more: ends its silence where there was one. */
int notify_heard(struct intake *intake, const char *unit);

/* The unit's inbox can be reached again: ends what was told of it with "inbox-unreachable". */
int notify_inbox_back(struct intake *intake, const char *unit);

/* To the operators: something about a unit's inbox; once a day for the same text. */
int notify_trouble(struct intake *intake, const char *unit, const char *topic, const char *text);

/* To the operators: a receipt that is not sent yet. */
struct late_receipt {
    int64_t delivery_row;
    const char *delivery_id;
    const char *unit;
    int64_t arrival_us;
    int percent; /* the share to be told that is used up of its time */
    bool judged; /* else the delivery is still being read */
    unsigned attempts;
    const char *last_error; /* null */
};
int notify_due(struct intake *intake, const struct unit_settings *unit,
               const struct late_receipt *late, const char *topic, const char *key);

/* To the operators: the clock was set, by so much; so many receipts wait. */
int notify_clock(struct intake *intake, int64_t by_us, uint64_t waiting);

/* To the operators: a state that lasts, told once for `what` and `grade` until notify_over with
 * the same. `title` is what is the matter, `todo` what to do. */
int notify_lasting(struct intake *intake, const char *topic, enum alert_severity severity,
                   const char *what, const char *grade, struct span title, const char *todo);
/* It is over, where it was told; `title` is how it stands now. */
int notify_over(struct intake *intake, const char *topic, const char *what, const char *grade,
                struct span title);

/* To the operators: a process that reads files ended over that delivery, and is started anew. */
int notify_worker(struct intake *intake, const struct delivery *delivery);

/* To the operators: the store failed (last_words.h) and works again. */
int notify_store_failed(struct intake *intake, const char *topic, const char *text);

#endif

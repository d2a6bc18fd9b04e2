/* alerts.h -- what operators are to be told, as rows
 *
 * One row is one thing told: that something happened, that it is over, or several of them
 * gathered. What happened is told once for its (topic, key) within its quiet time; what comes
 * again meanwhile is counted, and the count is told when that time is over. A topic that comes
 * in a flood is told ALERTS_RATE_MOST times in ALERTS_RATE_US; the rest waits as rows and is
 * gathered into one. Nothing is dropped: each call leaves a row or a count.
 *
 * Each told row has one row a channel beside it (struct alert_send), pending until that channel
 * took it or it was given up. Mails are rows of the outbox instead.
 */
#ifndef SLUSS_STORE_ALERTS_H
#define SLUSS_STORE_ALERTS_H

#include "model/arena.h"
#include "store/store.h"

#define ALERTS_RATE_MOST 10                       /* of one topic ... */
#define ALERTS_RATE_US   (600 * INT64_C(1000000)) /* ... in this time */
#define ALERTS_GATHER_US (120 * INT64_C(1000000)) /* what waits is gathered after this */

/* In the order of gravity. */
enum alert_severity { ALERT_NOTICE = 0, ALERT_WARNING, ALERT_CRITICAL, ALERT_SEVERITY_COUNT };
enum alert_event { ALERT_RAISED = 0, ALERT_CLEARED, ALERT_GATHERED };

/* "notice", "warning", "critical"; "raised", "cleared", "gathered". */
const char *alert_severity_name(enum alert_severity severity);
const char *alert_event_name(enum alert_event event);

struct stored_alert {
    int64_t row;
    const char *topic; /* one word: "disk-full" */
    const char *key;   /* what it is about, within the topic; null: every time something new */
    enum alert_severity severity;
    enum alert_event event;
    bool lasting;     /* a state that alerts_clear ends, not a moment */
    const char *unit; /* null */
    int64_t delivery_row;
    const char *delivery_id; /* null */
    const char *text;        /* the first line is what happened, the rest what to do */
    int64_t created_us;
    int64_t told_us; /* 0: waits to be gathered */
    int64_t cleared_us;
    int64_t quiet_us;
    uint64_t unsaid; /* how often it came again without being told */
    int64_t last_us; /* and when last */
};

/* Something happened (event ALERT_RAISED; row, told_us and the rest behind are made here). 1: it
 * is to be told now, alert->row is set. 0: kept quiet and counted, or it waits to be gathered.
 * Or an error. */
int alerts_raise(struct store *store, struct stored_alert *alert);

/* A lasting one of that topic and key is over. 1 and *row: it was told, and so is its end to
 * be, with that row; 0: there was none, or nobody was told of it. `text` as above. */
int alerts_clear(struct store *store, const char *topic, const char *key, const char *text,
                 int64_t now_us, struct arena *arena, struct stored_alert *out);

/* A row that tells of others, told now. *row is set. */
int alerts_tell(struct store *store, struct stored_alert *alert);

typedef int (*alert_visitor)(void *context, const struct stored_alert *alert);

/* Those that wait to be gathered, oldest first, once the oldest has waited ALERTS_GATHER_US;
 * they count as told at `now_us` from then on. Returns how many, or an error. */
int alerts_gather(struct store *store, int64_t now_us, unsigned most, alert_visitor visit,
                  void *context);
/* Those that came again unsaid and whose quiet time is over: their counts begin anew. */
int alerts_repeated(struct store *store, int64_t now_us, unsigned most, alert_visitor visit,
                    void *context);
/* Lasting ones that are not over, oldest first. */
int alerts_open(struct store *store, unsigned most, alert_visitor visit, void *context);
/* Was something of that topic and key ever raised? 1, 0 or an error. */
int alerts_known(struct store *store, const char *topic, const char *key);

/* --- channels ----------------------------------------------------------------------------- */

struct alert_send {
    int64_t row;
    const char *channel; /* "journal", "webhook", "program" */
    unsigned attempts;
    struct stored_alert alert;
};

int alerts_send_add(struct store *store, int64_t alert_row, const char *channel, int64_t now_us);

typedef int (*alert_send_visitor)(void *context, const struct alert_send *send);
/* Pending ones due at `now_us`; collected before the first visit. What is new comes before what
 * failed already, and the webhook last, which may take long: one channel that hangs delays no
 * other by more than what is in hand. */
int alerts_due(struct store *store, int64_t now_us, unsigned most, alert_send_visitor visit,
               void *context);
/* When the next pending one is due; INT64_MAX when none is. */
int alerts_next_due(struct store *store, int64_t *at_us);

/* What came of an attempt; `error` is escaped. SLUSS_ENOTFOUND when it is not pending. */
int alerts_sent(struct store *store, int64_t send_row, int64_t now_us);
int alerts_retry(struct store *store, int64_t send_row, int64_t next_us, const char *error);
int alerts_failed(struct store *store, int64_t send_row, int64_t now_us, const char *error);

#define ALERTS_STUCK_TRIES 4

struct alert_counts {
    uint64_t pending; /* channels' rows that wait */
    uint64_t stuck;   /* of those, tried so often in vain */
    uint64_t failed;  /* given up since `since_us` */
};
int alerts_count(struct store *store, int64_t since_us, struct alert_counts *out);

/* The clock was set back by so much: what waits for a time of the old clock waits no longer
 * than it would have. In the open transaction. */
int alerts_clock_back(struct store *store, int64_t by_us);

#endif

/* alerts.c -- see alerts.h */
#include "store/alerts.h"

#include "model/error.h"
#include "store/internal.h"

static const char *const severities[] = {
    [ALERT_NOTICE] = "notice", [ALERT_WARNING] = "warning", [ALERT_CRITICAL] = "critical"};
static const char *const events[] = {
    [ALERT_RAISED] = "raised", [ALERT_CLEARED] = "cleared", [ALERT_GATHERED] = "gathered"};

const char *alert_severity_name(enum alert_severity severity)
{
    return severities[severity];
}

const char *alert_event_name(enum alert_event event)
{
    return events[event];
}

/* --- raising ------------------------------------------------------------------------------ */

/* What is known of the last one of its topic and key. */
struct last {
    int64_t row, told_us, cleared_us;
    bool lasting;
};

static int find_last(struct store *store, const char *topic, const char *key, struct last *out)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT row_id, told_us, cleared_us, lasting FROM alert "
                      "WHERE topic = ?1 AND key = ?2 AND event = 'raised' "
                      "ORDER BY row_id DESC LIMIT 1",
                      VALUES(v_text(topic), v_text(key)));

    rc = rc ? rc : db_next(store->db, statement);
    if (rc != 1)
        return rc;
    *out = (struct last){col_int(statement, 0), col_int(statement, 1), col_int(statement, 2),
                         col_int(statement, 3) != 0};
    db_done(statement);
    return 1;
}

/* Told, or to be gathered, so lately that it is not told again? A clock set back makes "lately"
 * a time to come. */
static bool is_quiet(const struct last *last, const struct stored_alert *alert)
{
    int64_t since;

    if (last->lasting && last->cleared_us)
        return false; /* it was over: this is a new one */
    if (last->told_us == 0)
        return true;
    if (__builtin_sub_overflow(alert->created_us, last->told_us, &since))
        return false;
    return (since < 0 ? -since : since) < alert->quiet_us;
}

static int count_again(struct store *store, int64_t row, int64_t now_us)
{
    int rc = db_begin(store->db);

    return rc ? rc
              : db_run(store->db,
                       "UPDATE alert SET unsaid = unsaid + 1, last_us = ?2 WHERE row_id = ?1",
                       VALUES(v_int(row), v_int(now_us)));
}

/* Is the topic told so often lately that the rest is to be gathered? */
static int is_flood(struct store *store, const struct stored_alert *alert)
{
    int64_t n = 0;
    int rc = db_number(store->db, &n,
                       "SELECT count(*) FROM alert WHERE topic = ?1 AND event = 'raised' "
                       "AND told_us > ?2 AND told_us <= ?3",
                       VALUES(v_text(alert->topic), v_int(alert->created_us - ALERTS_RATE_US),
                              v_int(alert->created_us)));

    return rc < 0 ? rc : n >= ALERTS_RATE_MOST;
}

static int insert(struct store *store, struct stored_alert *a)
{
    int rc = db_run(
        store->db,
        "INSERT INTO alert (topic, key, severity, event, lasting, unit, delivery, delivery_id, "
        "text, created_us, told_us, quiet_us) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        VALUES(v_text(a->topic), v_text(a->key), v_text(severities[a->severity]),
               v_text(events[a->event]), v_int(a->lasting), v_text(a->unit),
               a->delivery_row ? v_int(a->delivery_row) : v_null(), v_text(a->delivery_id),
               v_text(a->text), v_int(a->created_us), v_int(a->told_us), v_int(a->quiet_us)));

    a->row = rc ? 0 : db_last_row(store->db);
    return rc;
}

int alerts_raise(struct store *store, struct stored_alert *alert)
{
    struct last last = {0};
    int rc = alert->key ? find_last(store, alert->topic, alert->key, &last) : 0, flood;

    if (rc < 0)
        return rc;
    if (rc == 1 && is_quiet(&last, alert)) {
        /* What lasts is found again at every look: that is no news, and no reason to write. */
        return last.lasting ? 0 : count_again(store, last.row, alert->created_us);
    }
    rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    flood = is_flood(store, alert);
    if (flood < 0)
        return flood;
    alert->event = ALERT_RAISED;
    alert->told_us = flood ? 0 : alert->created_us;
    rc = 0;
    /* A lasting one told again is still one: the older row is not open beside it. */
    if (rc == 0 && last.row && last.lasting && !last.cleared_us)
        rc = db_run(store->db, "UPDATE alert SET cleared_us = ?2 WHERE row_id = ?1",
                    VALUES(v_int(last.row), v_int(alert->created_us)));
    rc = rc ? rc : insert(store, alert);
    return rc ? rc : !flood;
}

int alerts_tell(struct store *store, struct stored_alert *alert)
{
    int rc = db_begin(store->db);

    return rc ? rc : insert(store, alert);
}

int alerts_known(struct store *store, const char *topic, const char *key)
{
    struct last last;

    return find_last(store, topic, key, &last);
}

/* --- reading ------------------------------------------------------------------------------ */

#define ALERT_COLUMNS                                                                              \
    "a.row_id, a.topic, a.key, a.severity, a.event, a.lasting, a.unit, a.delivery, "               \
    "a.delivery_id, a.text, a.created_us, a.told_us, a.cleared_us, a.quiet_us, a.unsaid, "         \
    "a.last_us"

static int index_of(struct span name, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (span_eq_str(name, names[i]))
            return i;
    return SLUSS_ECORRUPT;
}

static int read_alert(sqlite3_stmt *statement, struct arena *arena, struct stored_alert *a)
{
    int severity = index_of(col_span(statement, 3), severities, ALERT_SEVERITY_COUNT);
    int event = index_of(col_span(statement, 4), events, 3);
    int rc = 0;

    if (severity < 0 || event < 0)
        return SLUSS_ECORRUPT;
    *a = (struct stored_alert){
        .row = col_int(statement, 0),
        .severity = (enum alert_severity)severity,
        .event = (enum alert_event)event,
        .lasting = col_int(statement, 5) != 0,
        .delivery_row = col_int(statement, 7),
        .created_us = col_int(statement, 10),
        .told_us = col_int(statement, 11),
        .cleared_us = col_int(statement, 12),
        .quiet_us = col_int(statement, 13),
        .unsaid = col_uint(statement, 14),
        .last_us = col_int(statement, 15),
    };
    const struct {
        int column;
        const char **to;
    } texts[] = {{1, &a->topic}, {2, &a->key}, {6, &a->unit}, {8, &a->delivery_id}, {9, &a->text}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && rc == 0; i++)
        rc = copy_text(statement, texts[i].column, arena, texts[i].to);
    return rc;
}

/* The rows of a running query into an array of the arena. Returns how many, or an error. */
static int collect(struct store *store, sqlite3_stmt *statement, unsigned most, struct arena *arena,
                   struct stored_alert **out)
{
    struct stored_alert *of = arena_array(arena, most, sizeof *of);
    unsigned n = 0;
    int rc = of ? 0 : SLUSS_ENOMEM;

    while (rc == 0 && n < most && (rc = db_next(store->db, statement)) == 1) {
        rc = read_alert(statement, arena, &of[n]);
        n += rc == 0;
    }
    db_done(statement);
    *out = of;
    return rc < 0 ? rc : (int)n;
}

/* Collect, mark each row with `mark` (?1 its row, ?2 now; null: nothing), then visit. */
static int walk(struct store *store, const char *sql, const struct value *values, size_t count,
                unsigned most, const char *mark, int64_t now_us, alert_visitor visit, void *context)
{
    struct arena *arena = arena_new(PAGE_ROOM);
    struct stored_alert *of = NULL;
    sqlite3_stmt *statement;
    int rc = arena ? db_query(store->db, &statement, sql, values, count) : SLUSS_ENOMEM;
    int n = rc ? 0 : collect(store, statement, most, arena, &of);

    rc = n < 0 ? n : rc;
    if (n > 0 && mark)
        rc = db_begin(store->db);
    for (int i = 0; i < n && rc == 0; i++) {
        if (mark)
            rc = db_run(store->db, mark, VALUES(v_int(of[i].row), v_int(now_us)));
        rc = rc ? rc : visit(context, &of[i]);
    }
    arena_free(&arena);
    return rc < 0 ? rc : n;
}

int alerts_gather(struct store *store, int64_t now_us, unsigned most, alert_visitor visit,
                  void *context)
{
    int64_t oldest = 0;
    int rc = db_number(store->db, &oldest, "SELECT min(created_us) FROM alert WHERE told_us = 0",
                       NO_VALUES);

    /* One of the future was written by a clock that was set back since. */
    if (rc <= 0 || (oldest <= now_us && now_us - oldest < ALERTS_GATHER_US))
        return rc < 0 ? rc : 0;
    return walk(store,
                "SELECT " ALERT_COLUMNS " FROM alert a WHERE a.told_us = 0 "
                "ORDER BY a.row_id LIMIT ?1",
                VALUES(v_int(most)), most, "UPDATE alert SET told_us = ?2 WHERE row_id = ?1",
                now_us, visit, context);
}

int alerts_repeated(struct store *store, int64_t now_us, unsigned most, alert_visitor visit,
                    void *context)
{
    return walk(store,
                "SELECT " ALERT_COLUMNS " FROM alert a WHERE a.unsaid > 0 AND a.told_us > 0 "
                "AND (a.told_us + a.quiet_us <= ?1 OR a.told_us > ?1) "
                "ORDER BY a.row_id LIMIT ?2",
                VALUES(v_int(now_us), v_int(most)), most,
                "UPDATE alert SET unsaid = 0, told_us = ?2 WHERE row_id = ?1", now_us, visit,
                context);
}

int alerts_open(struct store *store, unsigned most, alert_visitor visit, void *context)
{
    return walk(store,
                "SELECT " ALERT_COLUMNS " FROM alert a WHERE a.lasting = 1 AND a.cleared_us = 0 "
                "ORDER BY a.row_id LIMIT ?1",
                VALUES(v_int(most)), most, NULL, 0, visit, context);
}

/* --- the end of one ------------------------------------------------------------------------ */

static int copy_out(void *context, const struct stored_alert *alert)
{
    *(struct stored_alert *)context = *alert;
    return 0;
}

int alerts_clear(struct store *store, const char *topic, const char *key, const char *text,
                 int64_t now_us, struct arena *arena, struct stored_alert *out)
{
    struct stored_alert open = {0};
    sqlite3_stmt *statement;
    struct stored_alert *of;
    int rc = db_query(store->db, &statement,
                      "SELECT " ALERT_COLUMNS " FROM alert a WHERE a.topic = ?1 AND a.key = ?2 "
                      "AND a.lasting = 1 AND a.cleared_us = 0 ORDER BY a.row_id DESC LIMIT 1",
                      VALUES(v_text(topic), v_text(key)));
    int n = rc ? rc : collect(store, statement, 1, arena, &of);

    if (n <= 0)
        return n;
    (void)copy_out(&open, &of[0]);
    rc = db_begin(store->db);
    /* One that still waits to be gathered is over before anybody heard of it; it stays to be
     * gathered all the same, so that it is not lost. */
    rc = rc ? rc
            : db_run(store->db, "UPDATE alert SET cleared_us = ?2 WHERE row_id = ?1",
                     VALUES(v_int(open.row), v_int(now_us)));
    if (rc || open.told_us == 0)
        return rc;
    open.event = ALERT_CLEARED;
    open.severity = ALERT_NOTICE;
    open.lasting = false;
    open.text = text;
    open.created_us = open.told_us = now_us;
    open.quiet_us = 0;
    rc = insert(store, &open);
    *out = open;
    return rc ? rc : 1;
}

/* --- channels ----------------------------------------------------------------------------- */

int alerts_send_add(struct store *store, int64_t alert_row, const char *channel, int64_t now_us)
{
    int rc = db_begin(store->db);

    return rc ? rc
              : db_run(store->db,
                       "INSERT INTO alert_send (alert, channel, state, next_us) "
                       "VALUES (?1, ?2, 'pending', ?3)",
                       VALUES(v_int(alert_row), v_text(channel), v_int(now_us)));
}

static int read_send(sqlite3_stmt *statement, struct arena *arena, struct alert_send *send)
{
    int rc = read_alert(statement, arena, &send->alert);

    send->row = col_int(statement, 16);
    send->attempts = (unsigned)col_int(statement, 18);
    return rc ? rc : copy_text(statement, 17, arena, &send->channel);
}

int alerts_due(struct store *store, int64_t now_us, unsigned most, alert_send_visitor visit,
               void *context)
{
    struct arena *arena = arena_new(PAGE_ROOM);
    struct alert_send *of = arena ? arena_array(arena, most, sizeof *of) : NULL;
    sqlite3_stmt *statement;
    unsigned n = 0;
    int rc = of ? db_query(store->db, &statement,
                           "SELECT " ALERT_COLUMNS ", s.row_id, s.channel, s.attempts "
                           "FROM alert_send s JOIN alert a ON a.row_id = s.alert "
                           "WHERE s.state = 'pending' AND s.next_us <= ?1 "
                           "ORDER BY s.attempts > 0, s.channel = 'webhook', s.row_id LIMIT ?2",
                           VALUES(v_int(now_us), v_int(most)))
                : SLUSS_ENOMEM;

    if (rc == 0) {
        while (n < most && (rc = db_next(store->db, statement)) == 1) {
            rc = read_send(statement, arena, &of[n]);
            if (rc < 0)
                break;
            n++;
        }
        db_done(statement);
    }
    for (unsigned i = 0; i < n && rc >= 0; i++)
        rc = visit(context, &of[i]);
    arena_free(&arena);
    return rc < 0 ? rc : SLUSS_OK;
}

int alerts_next_due(struct store *store, int64_t *at_us)
{
    int64_t at = INT64_MAX;
    int rc = db_number(store->db, &at,
                       "SELECT min(next_us) FROM alert_send WHERE state = 'pending'", NO_VALUES);

    if (rc < 0)
        return rc;
    *at_us = at;
    return SLUSS_OK;
}

static int settle(struct store *store, const char *sql, const struct value *values, size_t n)
{
    int rc = db_begin(store->db);

    rc = rc ? rc : db_run(store->db, sql, values, n);
    return rc ? rc : db_changes(store->db) == 1 ? SLUSS_OK : SLUSS_ENOTFOUND;
}

int alerts_sent(struct store *store, int64_t send_row, int64_t now_us)
{
    return settle(store,
                  "UPDATE alert_send SET state = 'sent', ended_us = ?2, attempts = attempts + 1 "
                  "WHERE row_id = ?1 AND state = 'pending'",
                  VALUES(v_int(send_row), v_int(now_us)));
}

int alerts_retry(struct store *store, int64_t send_row, int64_t next_us, const char *error)
{
    return settle(store,
                  "UPDATE alert_send SET next_us = ?2, last_error = ?3, attempts = attempts + 1 "
                  "WHERE row_id = ?1 AND state = 'pending'",
                  VALUES(v_int(send_row), v_int(next_us), v_text(error)));
}

int alerts_failed(struct store *store, int64_t send_row, int64_t now_us, const char *error)
{
    return settle(store,
                  "UPDATE alert_send SET state = 'failed', ended_us = ?2, last_error = ?3, "
                  "attempts = attempts + 1 WHERE row_id = ?1 AND state = 'pending'",
                  VALUES(v_int(send_row), v_int(now_us), v_text(error)));
}

int alerts_count(struct store *store, int64_t since_us, struct alert_counts *out)
{
    int64_t pending = 0, stuck = 0, failed = 0;
    int rc = db_number(store->db, &pending,
                       "SELECT count(*) FROM alert_send WHERE state = 'pending'", NO_VALUES);

    if (rc >= 0)
        rc = db_number(store->db, &stuck,
                       "SELECT count(*) FROM alert_send WHERE state = 'pending' AND attempts >= ?1",
                       VALUES(v_int(ALERTS_STUCK_TRIES)));
    if (rc >= 0)
        rc = db_number(store->db, &failed,
                       "SELECT count(*) FROM alert_send WHERE state = 'failed' AND ended_us >= ?1",
                       VALUES(v_int(since_us)));
    if (rc < 0)
        return rc;
    *out = (struct alert_counts){(uint64_t)pending, (uint64_t)stuck, (uint64_t)failed};
    return SLUSS_OK;
}

int alerts_clock_back(struct store *store, int64_t by_us)
{
    int rc = db_begin(store->db);

    return rc ? rc
              : db_run(store->db,
                       "UPDATE alert_send SET next_us = next_us - ?1 WHERE state = 'pending'",
                       VALUES(v_int(by_us)));
}

/* report.c -- see report.h */
#include "store/report.h"

#include <string.h>

#include "model/error.h"
#include "store/internal.h"

/* A delivery whose id was taken has one behind its time: no day has more of one instant. */
#define ID_SLACK_US SECOND_US

/* What was done by then; 0 for what came later. */
static int64_t by(int64_t at_us, const struct report_scope *scope)
{
    return at_us <= scope->as_of_us ? at_us : 0;
}

static void copy_cut(char *to, size_t size, struct span from)
{
    size_t n = from.n < size ? from.n : size - 1;

    if (n)
        memcpy(to, from.p, n);
    to[n] = '\0';
}

/* --- parts of a delivery -------------------------------------------------------------------- */

/* The rows of a running query: currency, amount, count. */
static int take_sums(struct store *store, sqlite3_stmt *statement, struct sums *sums)
{
    int rc;

    while ((rc = db_next(store->db, statement)) == 1) {
        if (sums->n == SUMS_MAX) {
            db_done(statement);
            return SLUSS_ECORRUPT;
        }
        copy_cut(sums->of[sums->n].currency, 4, col_span(statement, 0));
        sums->of[sums->n].minor = col_int(statement, 1);
        sums->of[sums->n].count = col_uint(statement, 2);
        sums->n++;
    }
    return rc;
}

static int read_credits(struct store *store, int64_t row, struct report_delivery *d)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT currency, minor, count FROM delivery_part WHERE delivery = ?1 "
                      "AND part = ?2 ORDER BY ordinal",
                      VALUES(v_int(row), v_text(sum_part_name(PART_CREDITS))));

    return rc ? rc : take_sums(store, statement, &d->credit_sums);
}

static int read_sums(struct store *store, int64_t row, struct report_delivery *d)
{
    sqlite3_stmt *statement;
    int64_t credits = 0;
    int rc = db_query(store->db, &statement,
                      "SELECT currency, minor, count FROM delivery_sum WHERE delivery = ?1 "
                      "ORDER BY ordinal",
                      VALUES(v_int(row)));

    rc = rc ? rc : take_sums(store, statement, &d->sums);
    if (rc < 0)
        return rc;
    rc = db_number(store->db, &credits,
                   "SELECT sum(count) FROM delivery_type WHERE delivery = ?1 AND "
                   "type IN ('credit-note', 'deduction')",
                   VALUES(v_int(row)));
    d->credits = (uint64_t)credits;
    if (rc <= 0 || credits == 0)
        return rc < 0 ? rc : SLUSS_OK;
    return read_credits(store, row, d);
}

static int read_receipts(struct store *store, int64_t row, const struct report_scope *scope,
                         struct report_delivery *d)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT count(*), total(state = 'sent' AND ended_us <= ?3), "
                      "max(iif(state = 'sent' AND ended_us <= ?3, ended_us, 0)) FROM outbox "
                      "WHERE delivery = ?1 AND kind = 'receipt' AND verdict = ?2 "
                      "AND deadline_us > 0",
                      VALUES(v_int(row), v_text(verdict_name(d->verdict)), v_int(scope->as_of_us)));

    rc = rc ? rc : db_next(store->db, statement);
    if (rc < 0)
        return rc;
    d->receipts = (unsigned)col_int(statement, 0);
    d->receipts_sent = (unsigned)col_int(statement, 1);
    d->receipt_us = col_int(statement, 2);
    db_done(statement);
    return SLUSS_OK;
}

/* Of those who answered, the last one settled it: before, it stayed held. */
static int read_decisions(struct store *store, int64_t row, const struct report_scope *scope,
                          enum delivery_state state, struct report_delivery *d)
{
    sqlite3_stmt *statement;
    enum report_answer answer = ANSWER_NONE;
    int64_t answered_us = 0;
    bool once = false;
    int rc = db_query(store->db, &statement,
                      "SELECT what, at_us FROM decision WHERE delivery = ?1 ORDER BY row_id",
                      VALUES(v_int(row)));

    while (rc == 0 && (rc = db_next(store->db, statement)) == 1) {
        struct span what = col_span(statement, 0);
        int64_t at_us = col_int(statement, 1);

        if (span_eq_str(what, "recall"))
            d->recalled_us = by(at_us, scope);
        else if (span_eq_str(what, "once"))
            once = true;
        else if (span_eq_str(what, "release") || span_eq_str(what, "reject")) {
            answer = span_eq_str(what, "reject") ? ANSWER_REJECTED : ANSWER_RELEASED;
            answered_us = at_us;
        }
        rc = 0;
    }
    if (rc < 0 || d->verdict != VERDICT_HELD || state == STATE_HELD ||
        answered_us > scope->as_of_us)
        return rc;
    d->answer = answer == ANSWER_RELEASED && once ? ANSWER_ONCE : answer;
    d->answered_us = answered_us;
    return SLUSS_OK;
}

static int read_checks(struct store *store, int64_t row, struct report_delivery *d)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT DISTINCT check_name FROM finding WHERE delivery = ?1 "
                      "AND level IN ('hold', 'reject') ORDER BY check_name LIMIT ?2",
                      VALUES(v_int(row), v_int(REPORT_CHECKS)));

    while (rc == 0 && (rc = db_next(store->db, statement)) == 1) {
        copy_cut(d->checks[d->check_count++], REPORT_CHECK_SIZE, col_span(statement, 0));
        rc = 0;
    }
    return rc;
}

/* --- deliveries ------------------------------------------------------------------------------ */

/* The columns of report_read; what was not known yet stays zero. */
static int read_delivery(struct store *store, sqlite3_stmt *statement,
                         const struct report_scope *scope, struct report_delivery *d)
{
    int64_t row = col_int(statement, 0);
    int verdict = verdict_from_name(col_span(statement, 5));
    int state = state_from_name(col_span(statement, 7));
    int rc;

    *d = (struct report_delivery){.received_us = col_int(statement, 3)};
    copy_cut(d->id, sizeof d->id, col_span(statement, 1));
    copy_cut(d->unit, sizeof d->unit, col_span(statement, 2));
    if (verdict < 0 || state < 0)
        return SLUSS_ECORRUPT;
    d->judged_us = by(col_int(statement, 4), scope);
    if (d->judged_us == 0)
        return SLUSS_OK;
    d->verdict = (enum verdict)verdict;
    d->items = col_uint(statement, 6);
    d->queued_us = col_int(statement, 8);
    d->delivered_us = by(col_int(statement, 9), scope);
    rc = read_sums(store, row, d);
    rc = rc ? rc : read_receipts(store, row, scope, d);
    if (rc == 0 && (verdict == VERDICT_HELD || state == STATE_RECALLED))
        rc = read_decisions(store, row, scope, (enum delivery_state)state, d);
    if (rc == 0 && verdict == VERDICT_HELD)
        rc = read_checks(store, row, d);
    return rc;
}

/* The ends' ids are bound, and must live as long as the statement. */
struct ends {
    char after[DELIVERY_ID_SIZE], before[DELIVERY_ID_SIZE];
};

static int start(struct store *store, const struct report_scope *scope, const struct ends *ends,
                 unsigned most, sqlite3_stmt **out)
{
    return db_query(store->db, out,
                    "SELECT d.row_id, d.id, d.unit, d.received_us, d.decided_us, d.verdict, "
                    "d.items, d.state, q.ready_us, q.acked_us "
                    "FROM delivery d LEFT JOIN queue q ON q.delivery = d.row_id "
                    "WHERE d.id > ?1 AND d.id < ?2 AND d.received_us >= ?3 AND "
                    "d.received_us < ?4 AND d.received_us <= ?5 ORDER BY d.id LIMIT ?6",
                    VALUES(v_text(ends->after), v_text(ends->before), v_int(scope->from_us),
                           v_int(scope->to_us), v_int(scope->as_of_us), v_int(most)));
}

static bool in_scope(struct span unit, const char *scope)
{
    size_t n = scope ? strlen(scope) : 0;

    if (!scope)
        return true;
    return unit.n >= n && memcmp(unit.p, scope, n) == 0 && (unit.n == n || unit.p[n] == '/');
}

int report_read(struct store *store, const struct report_scope *scope, struct report_cursor *cursor,
                unsigned most, report_visitor visit, void *context)
{
    struct report_delivery delivery;
    sqlite3_stmt *statement;
    struct ends ends;
    int n = 0, rc;

    if (cursor->id[0])
        memcpy(ends.after, cursor->id, sizeof ends.after);
    else
        delivery_id_format(scope->from_us - 1, ends.after);
    delivery_id_format(scope->to_us + ID_SLACK_US, ends.before);
    rc = start(store, scope, &ends, most, &statement);
    while (rc == 0 && (rc = db_next(store->db, statement)) == 1) {
        n++;
        copy_cut(cursor->id, sizeof cursor->id, col_span(statement, 1));
        rc = 0;
        if (!in_scope(col_span(statement, 2), scope->unit))
            continue;
        rc = read_delivery(store, statement, scope, &delivery);
        rc = rc ? rc : visit(context, &delivery);
        if (rc < 0)
            db_done(statement);
    }
    return rc < 0 ? rc : n;
}

int report_first_arrival(struct store *store, const char *unit, int64_t *at_us)
{
    return db_number(store->db, at_us,
                     "SELECT d.received_us FROM delivery d WHERE " UNIT_IS(
                         "d.unit", "?1") " "
                                         "ORDER BY d.id LIMIT 1",
                     VALUES(v_text(unit)));
}

int report_was_made(struct store *store, const char *kind, const char *period, const char *scope)
{
    int64_t one;

    return db_number(store->db, &one,
                     "SELECT 1 FROM report_made WHERE kind = ?1 AND period = ?2 AND scope = ?3",
                     VALUES(v_text(kind), v_text(period), v_text(scope ? scope : "")));
}

int report_set_made(struct store *store, const char *kind, const char *period, const char *scope,
                    int64_t now_us)
{
    int rc = db_begin(store->db);

    return rc ? rc
              : db_run(store->db,
                       "INSERT INTO report_made (kind, period, scope, made_us) "
                       "VALUES (?1, ?2, ?3, ?4)",
                       VALUES(v_text(kind), v_text(period), v_text(scope ? scope : ""),
                              v_int(now_us)));
}

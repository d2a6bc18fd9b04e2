/* outbox.c -- see outbox.h */
#include "store/outbox.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "model/error.h"
#include "store/internal.h"

static const char *const kind_names[] = {"receipt", "alert", "report"};
static const char *const state_names[] = {"pending", "sent", "failed", "not-allowed"};

const char *outbox_state_name(enum outbox_state state)
{
    return state < OUTBOX_STATE_COUNT ? state_names[state] : "unknown";
}

/* --- writing -----------------------------------------------------------------------------------
 */

/* The domain of an address, with or without a name before it: what stands behind the last '@'
 * and can stand in a Message-ID. */
static struct span domain_of(const char *from)
{
    const char *at = from ? strrchr(from, '@') : NULL;
    if (!at)
        return SPAN_LIT("localhost");
    size_t n = 0;
    while (isalnum((unsigned char)at[1 + n]) || at[1 + n] == '-' || at[1 + n] == '.')
        n++;
    return n ? span_of(at + 1, n) : SPAN_LIT("localhost");
}

/* Which recipient, without saying who: the same on every run, so that a receipt written twice
 * would have the same Message-ID, which the table refuses. */
static void recipient_mark(const struct store *store, const char *recipient, char mark[17])
{
    uint8_t hash[crypto_generichash_BYTES_MIN];
    crypto_generichash(hash, sizeof hash, (const uint8_t *)recipient, strlen(recipient),
                       store->mail_key, sizeof store->mail_key);
    sodium_bin2hex(mark, 17, hash, 8);
}

static int insert(struct store *store, const struct outbox_mail *m, const char *message_id,
                  const char *dedup)
{
    return db_run(
        store->db,
        "INSERT INTO outbox (kind, state, delivery, verdict, recipient, message_id, "
        "detail, created_us, deadline_us, next_us, dedup) "
        "VALUES (?1, 'pending', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
        "ON CONFLICT (message_id) DO NOTHING",
        VALUES(v_text(kind_names[m->kind]), m->delivery_row ? v_int(m->delivery_row) : v_null(),
               v_text(m->verdict), v_text(m->recipient), v_text(message_id), v_text(m->detail),
               v_int(m->created_us), v_int(m->deadline_us), v_int(m->next_us), v_text(dedup)));
}

static int add_receipt(struct store *store, const struct outbox_mail *m, struct span domain)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement, "SELECT id FROM delivery WHERE row_id = ?1",
                      VALUES(v_int(m->delivery_row)));
    if (rc == 0)
        rc = db_next(store->db, statement);
    if (rc != 1)
        return rc < 0 ? rc : SLUSS_ENOTFOUND;
    char mark[17];
    recipient_mark(store, m->recipient, mark);
    struct buf message_id;
    buf_init(&message_id, 1024);
    buf_printf(&message_id, "<%.*s.%s.%s@%.*s>", SPAN_FMT(col_span(statement, 0)), m->verdict, mark,
               SPAN_FMT(domain));
    db_done(statement);
    rc = buf_error(&message_id);
    if (rc == 0)
        rc = insert(store, m, buf_cstr(&message_id), NULL);
    buf_free(&message_id);
    return rc;
}

/* A report is one for each period, scope and recipient, and so is its Message-ID. */
static int add_report(struct store *store, const struct outbox_mail *m, struct span domain)
{
    char mark[17];
    struct buf message_id;
    if (!m->detail)
        return SLUSS_EINVAL;
    recipient_mark(store, m->recipient, mark);
    buf_init(&message_id, 1024);
    buf_printf(&message_id, "<report.%s.", m->verdict);
    for (const char *p = m->detail; *p; p++)
        buf_char(&message_id, *p == ' ' ? '.' : *p);
    buf_printf(&message_id, ".%s@%.*s>", mark, SPAN_FMT(domain));
    int rc = buf_error(&message_id);
    if (rc == 0)
        rc = insert(store, m, buf_cstr(&message_id), NULL);
    buf_free(&message_id);
    return rc;
}

/* An alert's Message-ID carries its row, which is known only once it is there, and its time:
 * rows begin anew in a new database. */
static int add_alert(struct store *store, const struct outbox_mail *m, struct span domain,
                     const char *dedup)
{
    int rc = insert(store, m, NULL, dedup);
    if (rc < 0)
        return rc;
    int64_t row = db_last_row(store->db);
    struct buf message_id;
    buf_init(&message_id, 1024);
    buf_printf(&message_id, "<alert.%lld.%lld@%.*s>", (long long)row, (long long)m->created_us,
               SPAN_FMT(domain));
    rc = buf_error(&message_id);
    if (rc == 0)
        rc = db_run(store->db, "UPDATE outbox SET message_id = ?2 WHERE row_id = ?1",
                    VALUES(v_int(row), v_text(buf_cstr(&message_id))));
    buf_free(&message_id);
    return rc;
}

/* Was it said already, to the same person? */
static int said_lately(struct store *store, const struct outbox_mail *m, const char *dedup,
                       int64_t quiet_us)
{
    int64_t since = m->created_us, one;
    if (__builtin_sub_overflow(since, quiet_us, &since))
        since = INT64_MIN;
    return db_number(store->db, &one,
                     "SELECT 1 FROM outbox WHERE dedup = ?1 AND verdict = ?2 AND recipient = ?3 "
                     "AND (state = 'pending' OR created_us > ?4) LIMIT 1",
                     VALUES(v_text(dedup), v_text(m->verdict), v_text(m->recipient), v_int(since)));
}

int outbox_add(struct store *store, const struct outbox_mail *mail, const char *from,
               const char *dedup, int64_t quiet_us)
{
    if (!mail->recipient || !mail->verdict)
        return SLUSS_EINVAL;
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    struct span domain = domain_of(from);
    if (mail->kind == OUTBOX_RECEIPT)
        return add_receipt(store, mail, domain);
    if (mail->kind == OUTBOX_REPORT)
        return add_report(store, mail, domain);
    if (dedup) {
        rc = said_lately(store, mail, dedup, quiet_us);
        if (rc != 0)
            return rc < 0 ? rc : SLUSS_OK;
    }
    return add_alert(store, mail, domain, dedup);
}

/* --- outcomes ------------------------------------------------------------------------------------
 */

/* The row is pending, or the outcome is not for it: somebody else has settled it. */
static int settle(struct store *store, const char *sql, const struct value *values, size_t n,
                  int64_t row)
{
    int rc = db_begin(store->db);
    if (rc == 0)
        rc = db_run(store->db, sql, values, n);
    if (rc < 0 || db_changes(store->db) == 1)
        return rc;
    int64_t one;
    rc = db_number(store->db, &one, "SELECT 1 FROM outbox WHERE row_id = ?1", VALUES(v_int(row)));
    return rc < 0 ? rc : rc == 1 ? SLUSS_ECONFLICT : SLUSS_ENOTFOUND;
}

int outbox_sent(struct store *store, int64_t row, int64_t now_us, const char *answer)
{
    return settle(store,
                  "UPDATE outbox SET state = 'sent', ended_us = ?2, answer = ?3, "
                  "attempts = attempts + 1 WHERE row_id = ?1 AND state = 'pending'",
                  VALUES(v_int(row), v_int(now_us), v_text(answer)), row);
}

int outbox_retry(struct store *store, int64_t row, int64_t next_us, const char *error)
{
    return settle(store,
                  "UPDATE outbox SET next_us = ?2, last_error = ?3, attempts = attempts + 1, "
                  "aside = 1 WHERE row_id = ?1 AND state = 'pending'",
                  VALUES(v_int(row), v_int(next_us), v_text(error)), row);
}

int outbox_wait(struct store *store, int64_t row, int64_t next_us, const char *error)
{
    return settle(store,
                  "UPDATE outbox SET next_us = ?2, last_error = ?3, attempts = attempts + 1 "
                  "WHERE row_id = ?1 AND state = 'pending'",
                  VALUES(v_int(row), v_int(next_us), v_text(error)), row);
}

int outbox_failed(struct store *store, int64_t row, int64_t now_us, const char *error)
{
    return settle(store,
                  "UPDATE outbox SET state = 'failed', ended_us = ?2, last_error = ?3, "
                  "attempts = attempts + 1 WHERE row_id = ?1 AND state = 'pending'",
                  VALUES(v_int(row), v_int(now_us), v_text(error)), row);
}

/* In the table it is a failure with a mark beside it. */
int outbox_not_allowed(struct store *store, int64_t row, int64_t now_us, const char *error)
{
    return settle(store,
                  "UPDATE outbox SET state = 'failed', not_allowed = 1, ended_us = ?2, "
                  "last_error = ?3 WHERE row_id = ?1 AND state = 'pending'",
                  VALUES(v_int(row), v_int(now_us), v_text(error)), row);
}

int outbox_revive(struct store *store, int64_t delivery_row, int64_t now_us)
{
    int rc = db_begin(store->db);
    if (rc == 0)
        rc = db_run(store->db,
                    "UPDATE outbox SET state = 'pending', not_allowed = 0, aside = 0, next_us = ?2, ended_us = 0 "
                    "WHERE delivery = ?1 AND kind = 'receipt' AND state <> 'sent'",
                    VALUES(v_int(delivery_row), v_int(now_us)));
    return rc < 0 ? rc : db_changes(store->db);
}

/* --- reading
 * --------------------------------------------------------------------------------------- */

#define MAIL_COLUMNS                                                                               \
    "o.row_id, o.kind, o.state, o.delivery, d.id, d.unit, o.verdict, o.recipient, o.message_id, "  \
    "o.detail, o.created_us, o.deadline_us, o.next_us, o.attempts, o.last_error, o.ended_us, "    \
    "o.not_allowed"
#define MAIL_FROM " FROM outbox o LEFT JOIN delivery d ON d.row_id = o.delivery "

static int index_of(struct span name, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (span_eq_str(name, names[i]))
            return i;
    return SLUSS_ECORRUPT;
}

static int read_mail(sqlite3_stmt *statement, struct arena *arena, struct outbox_mail *m)
{
    int kind = index_of(col_span(statement, 1), kind_names, 3);
    int state = index_of(col_span(statement, 2), state_names, 3);
    if (kind < 0 || state < 0)
        return SLUSS_ECORRUPT;
    if (state == OUTBOX_FAILED && col_int(statement, 16))
        state = OUTBOX_NOT_ALLOWED;
    *m = (struct outbox_mail){
        .row = col_int(statement, 0),
        .kind = (enum outbox_kind)kind,
        .state = (enum outbox_state)state,
        .delivery_row = col_int(statement, 3),
        .created_us = col_int(statement, 10),
        .deadline_us = col_int(statement, 11),
        .next_us = col_int(statement, 12),
        .attempts = (unsigned)col_int(statement, 13),
        .sent_us = state == OUTBOX_SENT ? col_int(statement, 15) : 0,
    };
    const struct {
        int column;
        const char **to;
    } texts[] = {{4, &m->delivery_id}, {5, &m->unit},   {6, &m->verdict},    {7, &m->recipient},
                 {8, &m->message_id},  {9, &m->detail}, {14, &m->last_error}};
    int rc = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && rc == 0; i++)
        rc = copy_text(statement, texts[i].column, arena, texts[i].to);
    return rc;
}

/* Up to `most` rows of a running query into the arena. */
static int collect(struct store *store, sqlite3_stmt *statement, unsigned most, struct arena *arena,
                   struct outbox_mail *of, unsigned *n)
{
    int rc = 0;
    while (*n < most && (rc = db_next(store->db, statement)) == 1) {
        rc = read_mail(statement, arena, &of[*n]);
        if (rc < 0)
            break;
        (*n)++;
    }
    db_done(statement);
    return rc < 0 ? rc : SLUSS_OK;
}

#define DUE_MOST 10000u

/* Collect what a query gives, then visit it: SQL with one value and the limit. */
static int visit_rows(struct store *store, const char *sql, struct value value, unsigned most,
                      outbox_visitor visit, void *context)
{
    if (most == 0)
        return SLUSS_OK;
    if (most > DUE_MOST)
        most = DUE_MOST;
    struct arena *arena = arena_new(PAGE_ROOM);
    struct outbox_mail *of = arena ? arena_array(arena, most, sizeof *of) : NULL;
    unsigned n = 0;
    sqlite3_stmt *statement;
    int rc = of ? db_query(store->db, &statement, sql, VALUES(value, v_int(most))) : SLUSS_ENOMEM;
    if (rc == 0)
        rc = collect(store, statement, most, arena, of, &n);
    for (unsigned i = 0; i < n && rc == 0; i++)
        rc = visit(context, &of[i]);
    arena_free(&arena);
    return rc < 0 ? rc : SLUSS_OK;
}

int outbox_due(struct store *store, int64_t now_us, unsigned most, outbox_visitor visit,
               void *context)
{
    return visit_rows(store,
                      "SELECT " MAIL_COLUMNS MAIL_FROM
                      "WHERE o.state = 'pending' AND o.next_us <= ?1 "
                      "ORDER BY o.kind <> 'receipt', o.aside, CASE WHEN o.aside THEN "
                      "o.next_us ELSE 0 END, o.deadline_us = 0, o.deadline_us, o.row_id "
                      "LIMIT ?2",
                      v_int(now_us), most, visit, context);
}

int outbox_is_due(struct store *store, int64_t row, int64_t now_us)
{
    int64_t one;
    return db_number(store->db, &one,
                     "SELECT 1 FROM outbox WHERE row_id = ?1 AND state = 'pending' AND "
                     "next_us <= ?2",
                     VALUES(v_int(row), v_int(now_us)));
}

int outbox_alerts_waiting(struct store *store, const char *recipient, unsigned most,
                          outbox_visitor visit, void *context)
{
    return visit_rows(store,
                      "SELECT " MAIL_COLUMNS MAIL_FROM
                      "WHERE o.state = 'pending' AND o.kind = 'alert' AND o.recipient = ?1 "
                      "ORDER BY o.row_id LIMIT ?2",
                      v_text(recipient), most, visit, context);
}

int outbox_next_due(struct store *store, int64_t *at_us)
{
    int64_t at = INT64_MAX;
    int rc = db_number(store->db, &at, "SELECT min(next_us) FROM outbox WHERE state = 'pending'",
                       NO_VALUES);
    if (rc < 0)
        return rc;
    *at_us = at;
    return SLUSS_OK;
}

#define RECEIPTS_ONLY "(?3 = 0 OR o.kind = 'receipt')"

/* One text each, so that the index that fits is used. */
static int query_page(struct store *store, const struct outbox_filter *f, int64_t after,
                      unsigned most, sqlite3_stmt **out)
{
    if (f->delivery_row)
        return db_query(store->db, out,
                        "SELECT " MAIL_COLUMNS MAIL_FROM "WHERE o.row_id > ?1 AND " RECEIPTS_ONLY
                        " AND o.delivery = ?4 AND (?5 = 0 OR o.state = 'pending') "
                        "ORDER BY o.row_id LIMIT ?2",
                        VALUES(v_int(after), v_int(most), v_int(f->receipts_only),
                               v_int(f->delivery_row), v_int(f->pending_only)));
    if (f->pending_only)
        return db_query(store->db, out,
                        "SELECT " MAIL_COLUMNS MAIL_FROM "WHERE o.row_id > ?1 AND " RECEIPTS_ONLY
                        " AND o.state = 'pending' ORDER BY o.row_id LIMIT ?2",
                        VALUES(v_int(after), v_int(most), v_int(f->receipts_only)));
    return db_query(store->db, out,
                    "SELECT " MAIL_COLUMNS MAIL_FROM "WHERE o.row_id > ?1 AND " RECEIPTS_ONLY
                    " ORDER BY o.row_id LIMIT ?2",
                    VALUES(v_int(after), v_int(most), v_int(f->receipts_only)));
}

int outbox_list(struct store *store, const struct outbox_filter *filter, outbox_visitor visit,
                void *context)
{
    struct arena *arena = arena_new(PAGE_ROOM);
    if (!arena)
        return SLUSS_ENOMEM;
    struct outbox_mail page[PAGE_ROWS];
    int64_t after = filter->after_row;
    unsigned left = filter->limit ? filter->limit : UINT32_MAX;
    int rc = 0;
    while (left > 0 && rc == 0) {
        unsigned most = left < PAGE_ROWS ? left : PAGE_ROWS, n = 0;
        sqlite3_stmt *statement;
        arena_reset(arena);
        rc = query_page(store, filter, after, most, &statement);
        if (rc == 0)
            rc = collect(store, statement, most, arena, page, &n);
        for (unsigned i = 0; i < n && rc == 0; i++) {
            after = page[i].row;
            rc = visit(context, &page[i]);
        }
        if (n < most)
            break;
        left = filter->limit ? left - n : left;
    }
    arena_free(&arena);
    return rc < 0 ? rc : SLUSS_OK;
}

int outbox_count(struct store *store, struct outbox_counts *out)
{
    int64_t pending = 0, failed = 0, nearest = 0, receipts_pending = 0, receipts_failed = 0;
    int64_t not_allowed = 0;
    const struct {
        const char *sql;
        int64_t *to;
    } counts[] = {
        {"SELECT count(*) FROM outbox WHERE state = 'pending'", &pending},
        {"SELECT count(*) FROM outbox WHERE state = 'failed' AND not not_allowed", &failed},
        {"SELECT count(*) FROM outbox WHERE state = 'failed' AND not_allowed", &not_allowed},
        {"SELECT min(deadline_us) FROM outbox WHERE state = 'pending' AND kind = 'receipt' AND "
         "deadline_us > 0",
         &nearest},
        {"SELECT count(*) FROM outbox WHERE state = 'pending' AND kind = 'receipt'",
         &receipts_pending},
        {"SELECT count(*) FROM outbox WHERE state = 'failed' AND kind = 'receipt' AND "
         "not not_allowed",
         &receipts_failed},
    };
    int rc = 0;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0] && rc >= 0; i++)
        rc = db_number(store->db, counts[i].to, counts[i].sql, NO_VALUES);
    if (rc < 0)
        return rc;
    *out = (struct outbox_counts){
        .pending = (uint64_t)pending,
        .failed = (uint64_t)failed,
        .nearest_deadline_us = nearest,
        .receipts_pending = (uint64_t)receipts_pending,
        .receipts_failed = (uint64_t)receipts_failed,
        .not_allowed = (uint64_t)not_allowed,
    };
    return SLUSS_OK;
}

int outbox_clock_back(struct store *store, int64_t by_us)
{
    int rc = db_begin(store->db);

    return rc ? rc
              : db_run(store->db,
                       "UPDATE outbox SET next_us = next_us - ?1, "
                       "deadline_us = CASE deadline_us WHEN 0 THEN 0 ELSE deadline_us - ?1 END "
                       "WHERE state = 'pending'",
                       VALUES(v_int(by_us)));
}

int outbox_failed_since(struct store *store, int64_t since_us, uint64_t *out)
{
    int64_t n = 0;
    int rc = db_number(store->db, &n,
                       "SELECT count(*) FROM outbox WHERE state = 'failed' AND kind = 'receipt' AND "
                       "not not_allowed AND ended_us >= ?1",
                       VALUES(v_int(since_us)));

    if (rc < 0)
        return rc;
    *out = (uint64_t)n;
    return SLUSS_OK;
}

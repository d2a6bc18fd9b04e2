/* schema.c -- the tables
 *
 * Conventions: times in microseconds UTC (`_us`), enumerations by name, file names as bytes,
 * money in minor units beside its currency. `delivery` in other tables is delivery.row_id.
 *
 * A migration that has been released is never changed; add a row behind it.
 */
#include "store/schema.h"

#include "model/error.h"

static const char schema_1[] =
    /* Facts about the database itself: the check value of the secret. */
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE delivery ("
    "  row_id INTEGER PRIMARY KEY,"
    "  id TEXT NOT NULL UNIQUE,"
    "  unit TEXT NOT NULL,"
    "  file BLOB NOT NULL,"
    "  state TEXT NOT NULL CHECK (state IN ('arriving', 'checking', 'held', 'rejected',"
    "    'accepted', 'released', 'queued', 'delivered', 'recalled')),"
    "  verdict TEXT NOT NULL DEFAULT 'none'"
    "    CHECK (verdict IN ('none', 'accepted', 'held', 'rejected')),"
    "  technical INTEGER NOT NULL DEFAULT 0,"
    "  received_us INTEGER NOT NULL,"
    "  decided_us INTEGER NOT NULL DEFAULT 0,"
    "  changed_us INTEGER NOT NULL,"
    /* what the file was in the inbox */
    "  device INTEGER, inode INTEGER, seen_size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER,"
    /* what reading it told; NULL before the judgement */
    "  format TEXT, kind TEXT, test INTEGER, valid INTEGER, states_zero INTEGER,"
    "  items INTEGER, size INTEGER, blake2b BLOB, content BLOB, score REAL"
    ") STRICT;"
    "CREATE INDEX delivery_state ON delivery (state, id);"
    "CREATE INDEX delivery_bytes ON delivery (blake2b) WHERE blake2b IS NOT NULL;"
    "CREATE INDEX delivery_content ON delivery (content) WHERE content IS NOT NULL;"

    "CREATE TABLE delivery_sum ("
    "  delivery INTEGER NOT NULL REFERENCES delivery, ordinal INTEGER NOT NULL,"
    "  currency TEXT NOT NULL, minor INTEGER NOT NULL, count INTEGER NOT NULL,"
    "  PRIMARY KEY (delivery, ordinal)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE delivery_type ("
    "  delivery INTEGER NOT NULL REFERENCES delivery, type TEXT NOT NULL,"
    "  count INTEGER NOT NULL, PRIMARY KEY (delivery, type)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE finding ("
    "  delivery INTEGER NOT NULL REFERENCES delivery, ordinal INTEGER NOT NULL,"
    "  check_name TEXT NOT NULL, level TEXT NOT NULL, weight REAL NOT NULL,"
    "  record INTEGER NOT NULL, text_en TEXT NOT NULL, text_sv TEXT NOT NULL,"
    "  evidence TEXT NOT NULL, PRIMARY KEY (delivery, ordinal)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE decision ("
    "  row_id INTEGER PRIMARY KEY, delivery INTEGER NOT NULL REFERENCES delivery,"
    "  what TEXT NOT NULL, operator TEXT NOT NULL, reason TEXT NOT NULL,"
    "  at_us INTEGER NOT NULL) STRICT;"
    "CREATE INDEX decision_delivery ON decision (delivery, what, operator);"

    /* The order in which deliveries were accepted, so that a comparison that took a while can
     * ask what has been accepted since it began. */
    "CREATE TABLE acceptance ("
    "  sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  delivery INTEGER NOT NULL UNIQUE REFERENCES delivery) STRICT;"

    "CREATE TABLE taken ("
    "  unit TEXT NOT NULL, file BLOB NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL,"
    "  size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,"
    "  delivery_id TEXT NOT NULL, PRIMARY KEY (unit, file)) STRICT, WITHOUT ROWID;"

    /* The duplicate memory. No foreign key: its lookup would be paid for every item. */
    "CREATE TABLE item ("
    "  delivery INTEGER NOT NULL, ordinal INTEGER NOT NULL, k1 INTEGER, k2 INTEGER,"
    "  record INTEGER NOT NULL, PRIMARY KEY (delivery, ordinal)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE forgotten (delivery INTEGER PRIMARY KEY) STRICT;"
    "CREATE INDEX item_k1 ON item (k1, delivery, ordinal) WHERE k1 IS NOT NULL;"
    "CREATE INDEX item_k2 ON item (k2, delivery, ordinal) WHERE k2 IS NOT NULL;"

    "CREATE TABLE outbox ("
    "  row_id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  kind TEXT NOT NULL CHECK (kind IN ('receipt', 'alert')),"
    "  state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),"
    "  delivery INTEGER REFERENCES delivery,"
    "  verdict TEXT NOT NULL, recipient TEXT NOT NULL, message_id TEXT UNIQUE, detail TEXT,"
    "  created_us INTEGER NOT NULL, deadline_us INTEGER NOT NULL, next_us INTEGER NOT NULL,"
    "  attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT, answer TEXT,"
    "  ended_us INTEGER NOT NULL DEFAULT 0, dedup TEXT) STRICT;"
    "CREATE INDEX outbox_due ON outbox (next_us) WHERE state = 'pending';"
    "CREATE INDEX outbox_failed ON outbox (row_id) WHERE state = 'failed';"
    "CREATE INDEX outbox_delivery ON outbox (delivery) WHERE delivery IS NOT NULL;"
    "CREATE INDEX outbox_dedup ON outbox (dedup, verdict, recipient) WHERE dedup IS NOT NULL;"

    "CREATE TABLE queue ("
    "  delivery INTEGER PRIMARY KEY REFERENCES delivery,"
    "  id TEXT NOT NULL, unit TEXT NOT NULL," /* as in delivery, for order and choice */
    "  ready_us INTEGER NOT NULL, ripe INTEGER NOT NULL DEFAULT 0,"
    "  taken_us INTEGER NOT NULL DEFAULT 0, lease_until_us INTEGER NOT NULL DEFAULT 0,"
    "  taken_by TEXT, takes INTEGER NOT NULL DEFAULT 0, last_nack TEXT,"
    "  acked_us INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX queue_open ON queue (id) WHERE acked_us = 0;"
    "CREATE INDEX queue_cooling ON queue (ready_us) WHERE ripe = 0;"

    "CREATE TABLE audit ("
    "  sequence INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, actor TEXT NOT NULL,"
    "  event TEXT NOT NULL, delivery_id TEXT, detail TEXT, hash BLOB NOT NULL) STRICT;"
    "CREATE INDEX audit_delivery ON audit (delivery_id) WHERE delivery_id IS NOT NULL;"
    /* Where the trail ends, so that rows cut off its end are missed too. */
    "CREATE TABLE audit_head ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL,"
    "  hash BLOB NOT NULL) STRICT;";

/* NULL: none. */
static const char schema_2[] = "ALTER TABLE delivery ADD COLUMN envelope TEXT;"
                               "ALTER TABLE delivery ADD COLUMN seal TEXT;";

/* The duplicate memory in sorted runs (seen.h), and the habit of each stream (habits.h). The
 * memory of the first tables has no keys of party and amount alone: it begins anew. */
static const char schema_3[] =
    "DROP TABLE item;"
    "DROP TABLE forgotten;"
    "CREATE TABLE seen_run ("
    "  id INTEGER PRIMARY KEY, level INTEGER NOT NULL, entries INTEGER NOT NULL) STRICT;"
    /* keys: 8 bytes each, sorted; NULL: they stand in the run keys-DELIVERY. */
    "CREATE TABLE delivery_keys ("
    "  delivery INTEGER PRIMARY KEY, entries INTEGER NOT NULL, keys BLOB,"
    "  entered INTEGER NOT NULL) STRICT;"
    "CREATE INDEX delivery_keys_entered ON delivery_keys (delivery) WHERE entered = 1;"
    /* row: a struct habit_row's measures as they are in memory, see habits.c. */
    "CREATE TABLE habit ("
    "  delivery INTEGER PRIMARY KEY, stream TEXT NOT NULL, received_us INTEGER NOT NULL,"
    "  entered INTEGER NOT NULL, row BLOB NOT NULL) STRICT;"
    "CREATE INDEX habit_stream ON habit (stream, received_us) WHERE entered = 1;";

/* What operators say of units: what will come, and how each stands. */
static const char schema_4[] =
    "CREATE TABLE announcement ("
    "  row_id INTEGER PRIMARY KEY AUTOINCREMENT, unit TEXT NOT NULL, items INTEGER NOT NULL,"
    "  from_us INTEGER NOT NULL, to_us INTEGER NOT NULL, operator TEXT NOT NULL,"
    "  reason TEXT NOT NULL, at_us INTEGER NOT NULL, cancelled_us INTEGER NOT NULL DEFAULT 0,"
    "  used_by INTEGER REFERENCES delivery) STRICT;"
    "CREATE INDEX announcement_open ON announcement (unit, to_us)"
    "  WHERE used_by IS NULL AND cancelled_us = 0;"
    "CREATE INDEX announcement_used ON announcement (used_by) WHERE used_by IS NOT NULL;"
    /* phase NULL: as the configuration says. */
    "CREATE TABLE standing ("
    "  unit TEXT PRIMARY KEY, phase TEXT CHECK (phase IN ('test', 'live')),"
    "  migration_until_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

/* How likely the delivery is to be wrong, natural log-odds; NULL: never weighed so. */
static const char schema_5[] = "ALTER TABLE delivery ADD COLUMN odds REAL;";

/* How often each check was right, over the held deliveries that were decided. */
static const char schema_6[] =
    "CREATE TABLE track ("
    "  check_name TEXT PRIMARY KEY, released INTEGER NOT NULL, rejected INTEGER NOT NULL,"
    "  ruled INTEGER NOT NULL, told INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

/* A failure that is none: the address is not on the site's list. */
static const char schema_7[] =
    "ALTER TABLE outbox ADD COLUMN not_allowed INTEGER NOT NULL DEFAULT 0;";
/* What operators are to be told (alerts.h), and what each channel made of it. */
static const char schema_8[] =
    "CREATE TABLE alert ("
    "  row_id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key TEXT,"
    "  severity TEXT NOT NULL CHECK (severity IN ('notice', 'warning', 'critical')),"
    "  event TEXT NOT NULL CHECK (event IN ('raised', 'cleared', 'gathered')),"
    "  lasting INTEGER NOT NULL, unit TEXT, delivery INTEGER REFERENCES delivery,"
    "  delivery_id TEXT, text TEXT NOT NULL, created_us INTEGER NOT NULL,"
    "  told_us INTEGER NOT NULL, cleared_us INTEGER NOT NULL DEFAULT 0,"
    "  quiet_us INTEGER NOT NULL, unsaid INTEGER NOT NULL DEFAULT 0,"
    "  last_us INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX alert_key ON alert (topic, key, row_id) WHERE key IS NOT NULL;"
    "CREATE INDEX alert_told ON alert (topic, told_us);"
    "CREATE INDEX alert_waiting ON alert (row_id) WHERE told_us = 0;"
    "CREATE INDEX alert_unsaid ON alert (row_id) WHERE unsaid > 0;"
    "CREATE INDEX alert_open ON alert (row_id) WHERE lasting = 1 AND cleared_us = 0;"
    "CREATE TABLE alert_send ("
    "  row_id INTEGER PRIMARY KEY AUTOINCREMENT, alert INTEGER NOT NULL REFERENCES alert,"
    "  channel TEXT NOT NULL,"
    "  state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),"
    "  next_us INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT,"
    "  ended_us INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX alert_send_due ON alert_send (next_us) WHERE state = 'pending';"
    "CREATE INDEX alert_send_failed ON alert_send (row_id) WHERE state = 'failed';";

/* Reports go out as rows like the others, and each one once. The kinds of rows are a check of
 * the table, which SQLite changes only by making the table anew. */
static const char schema_9[] =
    "CREATE TABLE outbox_9 ("
    "  row_id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  kind TEXT NOT NULL CHECK (kind IN ('receipt', 'alert', 'report')),"
    "  state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),"
    "  delivery INTEGER REFERENCES delivery,"
    "  verdict TEXT NOT NULL, recipient TEXT NOT NULL, message_id TEXT UNIQUE, detail TEXT,"
    "  created_us INTEGER NOT NULL, deadline_us INTEGER NOT NULL, next_us INTEGER NOT NULL,"
    "  attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT, answer TEXT,"
    "  ended_us INTEGER NOT NULL DEFAULT 0, dedup TEXT,"
    "  not_allowed INTEGER NOT NULL DEFAULT 0) STRICT;"
    "INSERT INTO outbox_9 (row_id, kind, state, delivery, verdict, recipient, message_id, detail,"
    "  created_us, deadline_us, next_us, attempts, last_error, answer, ended_us, dedup,"
    "  not_allowed) "
    "SELECT row_id, kind, state, delivery, verdict, recipient, message_id, detail, created_us,"
    "  deadline_us, next_us, attempts, last_error, answer, ended_us, dedup, not_allowed "
    "FROM outbox;"
    "DROP TABLE outbox;"
    "ALTER TABLE outbox_9 RENAME TO outbox;"
    "CREATE INDEX outbox_due ON outbox (next_us) WHERE state = 'pending';"
    "CREATE INDEX outbox_failed ON outbox (row_id) WHERE state = 'failed';"
    "CREATE INDEX outbox_delivery ON outbox (delivery) WHERE delivery IS NOT NULL;"
    "CREATE INDEX outbox_dedup ON outbox (dedup, verdict, recipient) WHERE dedup IS NOT NULL;"
    /* scope \"\": the whole site, else a partner. */
    "CREATE TABLE report_made ("
    "  kind TEXT NOT NULL, period TEXT NOT NULL, scope TEXT NOT NULL, made_us INTEGER NOT NULL,"
    "  PRIMARY KEY (kind, period, scope)) STRICT, WITHOUT ROWID;";

/* Credits, fees and interest, told apart from the sum of capital. */
static const char schema_10[] =
    "CREATE TABLE delivery_part ("
    "  delivery INTEGER NOT NULL REFERENCES delivery, part TEXT NOT NULL,"
    "  ordinal INTEGER NOT NULL, currency TEXT NOT NULL, minor INTEGER NOT NULL,"
    "  count INTEGER NOT NULL, PRIMARY KEY (delivery, part, ordinal)) STRICT, WITHOUT ROWID;";

/* A mail that failed by itself, not for want of a relay: others come first. */
static const char schema_11[] = "ALTER TABLE outbox ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;";

const struct migration schema_migrations[] = {
    {1, "the first tables", schema_1},
    {2, "envelope and seal of a delivery", schema_2},
    {3, "the duplicate memory in sorted runs, and habits", schema_3},
    {4, "announcements, migrations and phases of units", schema_4},
    {5, "how likely a delivery is to be wrong", schema_5},
    {6, "how often each check was right", schema_6},
    {7, "mails that were not allowed to leave", schema_7},
    {8, "alerts, and what each channel made of them", schema_8},
    {9, "reports among the mails", schema_9},
    {10, "credits, fees and interest of a delivery", schema_10},
    {11, "mails that others come before", schema_11},
};
const size_t schema_migration_count = sizeof schema_migrations / sizeof schema_migrations[0];

static int pragma(struct db *db, const char *sql, int64_t *out)
{
    int rc = db_number(db, out, sql, NO_VALUES);
    return rc < 0 ? rc : SLUSS_OK;
}

static int cannot(struct db *db, struct buf *error, const char *what, int rc)
{
    buf_printf(error, "%s: %s", what, db_message(db));
    return rc;
}

int schema_version(struct db *db, struct buf *error, int *version)
{
    int64_t application = 0, user = 0, tables = 0;
    int rc = pragma(db, "PRAGMA application_id", &application);
    if (rc == 0)
        rc = pragma(db, "PRAGMA user_version", &user);
    if (rc == 0)
        rc = pragma(db, "SELECT count(*) FROM sqlite_schema", &tables);
    if (rc < 0)
        return cannot(db, error, "cannot be read as a database; restore it from a backup", rc);
    if (application == 0 && user == 0 && tables == 0) {
        *version = 0;
        return SLUSS_OK;
    }
    if (application != SCHEMA_APPLICATION_ID || user < 1) {
        buf_str(error, "is a database, but not one of sluss; move it away or name another "
                       "state-dir");
        return SLUSS_ECORRUPT;
    }
    *version = user > INT32_MAX ? INT32_MAX : (int)user;
    return SLUSS_OK;
}

static int set_version(struct db *db, int version)
{
    /* PRAGMA takes no parameters. */
    struct buf sql;
    buf_init(&sql, 128);
    buf_printf(&sql, "PRAGMA application_id = %d; PRAGMA user_version = %d", SCHEMA_APPLICATION_ID,
               version);
    int rc = buf_error(&sql);
    if (rc == 0)
        rc = db_script(db, buf_cstr(&sql));
    buf_free(&sql);
    return rc;
}

/* Inside the transaction the version is read again: another process may have been first. */
static int migrate_one(struct db *db, const struct migration *to, struct buf *error)
{
    int rc = db_begin(db);
    if (rc < 0)
        return cannot(db, error, "cannot be locked for a change of its tables", rc);
    int version = 0;
    rc = schema_version(db, error, &version);
    if (rc == 0 && version >= to->version) {
        db_rollback(db);
        return SLUSS_OK;
    }
    if (rc == 0) {
        rc = db_script(db, to->sql);
        if (rc == 0)
            rc = set_version(db, to->version);
        if (rc == 0)
            rc = db_commit(db);
        if (rc < 0)
            buf_printf(error, "cannot be changed to schema %d (%s): %s; it is unchanged",
                       to->version, to->what, db_message(db));
    }
    db_rollback(db);
    return rc;
}

int schema_migrate(struct db *db, const struct migration *table, size_t n, struct buf *error)
{
    int version = 0;
    int rc = schema_version(db, error, &version);
    if (rc < 0)
        return rc;
    if (version > table[n - 1].version) {
        buf_printf(error,
                   "has schema %d, this program knows up to %d; install the newer program again, "
                   "or restore the backup made before it",
                   version, table[n - 1].version);
        return SLUSS_ECORRUPT;
    }
    for (size_t i = 0; i < n && rc == 0; i++)
        if (table[i].version > version)
            rc = migrate_one(db, &table[i], error);
    return rc;
}

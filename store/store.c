/* store.c -- opening, transactions, and what belongs to no other module
 *
 * Order at the first start: the tables are committed, then secret.key is made durable, then
 * its check value is committed. A restart in between finds tables without a check value and
 * goes on from there. A secret without tables is never met on that way: it means that the
 * database was lost, and is refused rather than begun anew.
 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/error.h"
#include "store/internal.h"
#include "store/schema.h"

#define DATABASE_FILE  "sluss.db"
#define DIRECTORY_MODE 0750
#define DATABASE_MODE  0640

/* Keys for one use each are derived from the secret; eight characters name the use. */
enum { KEY_AUDIT = 1, KEY_MAIL = 2, KEY_CHECK = 3 };

struct opening {
    const char *state_dir;
    struct buf *error;
    struct buf path;
    int directory;
};

static int refuse(struct opening *o, const char *what, int errnum)
{
    buf_printf(o->error, "%s: %s: %s", o->state_dir, what, strerror(errnum));
    return sluss_error_from_errno(errnum);
}

/* The same for a sentence that goes on behind the database's path. */
static int refuse_database(struct opening *o, const char *sentence, int rc)
{
    buf_printf(o->error, "%s %s", buf_cstr(&o->path), sentence);
    return rc;
}

static int open_directory(struct opening *o)
{
    if (mkdir(o->state_dir, DIRECTORY_MODE) != 0 && errno != EEXIST)
        return refuse(o, "the state directory cannot be made", errno);
    o->directory = open(o->state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (o->directory < 0)
        return refuse(o, "the state directory cannot be opened", errno);
    buf_printf(&o->path, "%s/%s", o->state_dir, DATABASE_FILE);
    return buf_error(&o->path);
}

/* The file is made here and not by SQLite, for its mode and so that no link is followed. */
static int touch_database(struct opening *o)
{
    int fd = openat(o->directory, DATABASE_FILE,
                    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, DATABASE_MODE);
    if (fd < 0)
        return refuse(o, DATABASE_FILE " cannot be opened", errno);
    struct stat st;
    int rc = SLUSS_OK;
    if (fstat(fd, &st) != 0)
        rc = refuse(o, DATABASE_FILE " cannot be examined", errno);
    else if (!S_ISREG(st.st_mode)) {
        rc = refuse_database(o, "is not a file", SLUSS_ECORRUPT);
    } else if (fsync(o->directory) != 0) {
        refuse(o, "the state directory cannot be synced", errno);
        rc = SLUSS_ESYNC;
    }
    close(fd);
    return rc;
}

static int prepare_tables(struct opening *o, struct store *store, struct buf *why)
{
    int version = 0;
    int rc = schema_version(store->db, why, &version);
    if (rc == 0 && version == 0 && secret_exists(o->directory) == 1) {
        buf_str(why, "is empty or new, but " SECRET_FILE " beside it says that there was a "
                     "database; restore it from a backup, or remove " SECRET_FILE
                     " to begin anew without a memory");
        return SLUSS_ECORRUPT;
    }
    if (rc == 0) {
        rc = db_make_durable(store->db);
        if (rc < 0)
            buf_printf(why, "cannot be made durable: %s", db_message(store->db));
    }
    if (rc == 0)
        rc = schema_migrate(store->db, schema_migrations, schema_migration_count, why);
    return rc;
}

static int open_tables(struct opening *o, struct store *store)
{
    int errnum;
    int rc = db_open(buf_cstr(&o->path), &store->db, &errnum);
    if (rc < 0)
        return refuse(o, DATABASE_FILE " cannot be opened", errnum ? errnum : EIO), rc;
    struct buf why;
    buf_init(&why, 2048);
    rc = prepare_tables(o, store, &why);
    if (rc < 0)
        refuse_database(o, buf_cstr(&why), rc);
    buf_free(&why);
    return rc;
}

static void derive(struct store *store, uint64_t use, uint8_t key[32])
{
    _Static_assert(crypto_kdf_KEYBYTES == SECRET_SIZE, "the secret is a key to derive from");
    (void)crypto_kdf_derive_from_key(key, 32, use, "sluss-st", store->secret);
}

/* Has the database seen a secret, and is it this one? 1, 0 (it has seen none), or an error. */
static int secret_known(struct store *store, uint8_t seen[32])
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement, "SELECT value FROM meta WHERE name = 'secret_check'",
                      NO_VALUES);
    if (rc == 0)
        rc = db_next(store->db, statement);
    if (rc == 1) {
        rc = col_bytes(statement, 0, seen, 32) ? 1 : SLUSS_ECORRUPT;
        db_done(statement);
    }
    return rc;
}

static int get_secret(struct opening *o, struct store *store, bool may_make)
{
    int there = secret_exists(o->directory);
    if (there < 0)
        return refuse(o, SECRET_FILE " cannot be looked for", errno);
    if (there == 0 && !may_make) {
        buf_printf(o->error,
                   "%s/" SECRET_FILE " is missing; restore it from the backup that holds the "
                   "database (without it no duplicate would be found)",
                   o->state_dir);
        return SLUSS_ECORRUPT;
    }
    struct buf why;
    buf_init(&why, 1024);
    int rc = there ? secret_load(o->directory, store->secret, &why)
                   : secret_make(o->directory, store->secret, &why);
    if (rc < 0)
        buf_printf(o->error, "%s/%s", o->state_dir, buf_cstr(&why));
    buf_free(&why);
    return rc;
}

static int check_secret(struct opening *o, struct store *store)
{
    uint8_t seen[32], own[32];
    int known = secret_known(store, seen);
    if (known == 0) {
        /* Under the write lock, so that of two first starts only one makes the secret. */
        int rc = db_begin(store->db);
        if (rc < 0)
            return refuse(o, DATABASE_FILE " is locked", EBUSY), rc;
        known = secret_known(store, seen);
    }
    if (known < 0)
        return refuse(o, DATABASE_FILE " cannot be read", EIO), known;
    int rc = get_secret(o, store, known == 0);
    if (rc < 0)
        return rc;
    derive(store, KEY_CHECK, own);
    if (known == 1) {
        db_rollback(store->db);
        if (sodium_memcmp(seen, own, sizeof own) == 0)
            return SLUSS_OK;
        buf_printf(o->error,
                   "%s/" SECRET_FILE " is not the one this database was made with; restore both "
                   "from the same backup",
                   o->state_dir);
        return SLUSS_ECORRUPT;
    }
    rc = db_run(store->db, "INSERT INTO meta (name, value) VALUES ('secret_check', ?1)",
                VALUES(v_blob(own, sizeof own)));
    if (rc == 0)
        rc = db_commit(store->db);
    return rc < 0 ? refuse_database(o, db_message(store->db), rc) : SLUSS_OK;
}

static int open_all(struct opening *o, struct store *store)
{
    int rc = open_directory(o);
    if (rc == 0)
        rc = touch_database(o);
    if (rc == 0)
        rc = open_tables(o, store);
    if (rc == 0)
        rc = check_secret(o, store);
    if (rc < 0)
        return rc;
    derive(store, KEY_AUDIT, store->audit_key);
    derive(store, KEY_MAIL, store->mail_key);
    return SLUSS_OK;
}

int store_open(const char *state_dir, struct buf *error, struct store **out)
{
    if (sodium_init() < 0)
        return SLUSS_EIO;
    struct store *store = calloc(1, sizeof *store);
    if (!store)
        return SLUSS_ENOMEM;
    struct opening o = {.state_dir = state_dir, .error = error, .directory = -1};
    buf_init(&o.path, 8192);
    int rc = open_all(&o, store);
    if (o.directory >= 0)
        close(o.directory);
    buf_free(&o.path);
    if (rc < 0)
        store_close(&store);
    else
        *out = store;
    return rc;
}

int store_forget_durability(struct store *store)
{
    return db_script(store->db, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY");
}

void store_close(struct store **store)
{
    if (!*store)
        return;
    db_close(&(*store)->db);
    sodium_memzero(*store, sizeof **store);
    free(*store);
    *store = NULL;
}

int store_begin(struct store *store)
{
    return db_begin(store->db);
}

int store_commit(struct store *store)
{
    return db_commit(store->db);
}

void store_rollback(struct store *store)
{
    db_rollback(store->db);
}

bool store_in_transaction(const struct store *store)
{
    return db_in_transaction(store->db);
}

int store_part_begin(struct store *store)
{
    int rc = db_begin(store->db);
    return rc ? rc : db_run(store->db, "SAVEPOINT part", NO_VALUES);
}

int store_part_keep(struct store *store)
{
    return db_run(store->db, "RELEASE part", NO_VALUES);
}

void store_part_undo(struct store *store)
{
    if (db_run(store->db, "ROLLBACK TO part", NO_VALUES) == 0)
        (void)db_run(store->db, "RELEASE part", NO_VALUES);
}

const char *store_message(const struct store *store)
{
    return db_message(store->db);
}

const uint8_t *store_secret(const struct store *store)
{
    return store->secret;
}

int64_t store_latest_us(struct store *store)
{
    int64_t received = 0, told = 0;
    (void)db_number(store->db, &received,
                    "SELECT received_us FROM delivery ORDER BY id DESC LIMIT 1", NO_VALUES);
    (void)db_number(store->db, &told, "SELECT at_us FROM audit ORDER BY sequence DESC LIMIT 1",
                    NO_VALUES);
    return received > told ? received : told;
}

int copy_text(sqlite3_stmt *statement, int column, struct arena *arena, const char **out)
{
    struct span text = col_span(statement, column);
    *out = text.p ? arena_str(arena, text) : NULL;
    return text.p && !*out ? SLUSS_ENOMEM : SLUSS_OK;
}

/* --- a file's identity in the inbox ---------------------------------------------------------- */

int store_taken_add(struct store *store, const char *unit, struct span file,
                    const struct file_identity *identity, const char *delivery_id)
{
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    return db_run(store->db,
                  "INSERT OR REPLACE INTO taken (unit, file, device, inode, size, mtime_ns, "
                  "ctime_ns, delivery_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                  VALUES(v_text(unit), v_blob(file.p, file.n), v_uint(identity->device),
                         v_uint(identity->inode), v_int(identity->size), v_int(identity->mtime_ns),
                         v_int(identity->ctime_ns), v_text(delivery_id)));
}

int store_taken_has(struct store *store, const char *unit, struct span file,
                    const struct file_identity *identity)
{
    int64_t one;
    return db_number(store->db, &one,
                     "SELECT 1 FROM taken WHERE unit = ?1 AND file = ?2 AND device = ?3 AND "
                     "inode = ?4 AND size = ?5 AND mtime_ns = ?6 AND ctime_ns = ?7",
                     VALUES(v_text(unit), v_blob(file.p, file.n), v_uint(identity->device),
                            v_uint(identity->inode), v_int(identity->size),
                            v_int(identity->mtime_ns), v_int(identity->ctime_ns)));
}

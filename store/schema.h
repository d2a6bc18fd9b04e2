/* schema.h -- the tables of the store, and how an older database becomes a newer one
 *
 * The schema's version is SQLite's user_version; application_id says that the file is ours.
 * Each migration is one script in one transaction: a crash leaves the old version or the new.
 */
#ifndef SLUSS_STORE_SCHEMA_H
#define SLUSS_STORE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/buf.h"
#include "store/db.h"

#define SCHEMA_APPLICATION_ID 0x534C5553 /* "SLUS" */

struct migration {
    int version; /* what the database is after it; 1, 2, 3, ... without gaps */
    const char *what;
    const char *sql;
};

/* The migrations of this program, oldest first. */
extern const struct migration schema_migrations[];
extern const size_t schema_migration_count;

/* Is the file empty, ours, or somebody else's? 0 and *version (0 = empty); SLUSS_ECORRUPT
 * when it is not ours or damaged, with a sentence in `error`. Reads only. */
int schema_version(struct db *db, struct buf *error, int *version);

/* Bring the database to the last version of the table. SLUSS_ECORRUPT when it is of a newer
 * one; the errors of db.h. */
int schema_migrate(struct db *db, const struct migration *table, size_t n, struct buf *error);

#endif

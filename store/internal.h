/* internal.h -- what the modules of store/ share behind their headers
 */
#ifndef SLUSS_STORE_INTERNAL_H
#define SLUSS_STORE_INTERNAL_H

#include "store/db.h"
#include "store/secret.h"
#include "store/store.h"

struct store {
    struct db *db;
    uint8_t secret[SECRET_SIZE];
    uint8_t audit_key[32];
    uint8_t mail_key[32];
};

/* Rows collected before their first visit. */
#define PAGE_ROWS 128
#define PAGE_ROOM ((size_t)64 * 1024 * 1024)

/* The columns that delivery_from_row reads, of a delivery `d`. */
#define DELIVERY_COLUMNS                                                                           \
    "d.row_id, d.id, d.unit, d.file, d.state, d.verdict, d.received_us, d.decided_us, d.format, "  \
    "d.kind, d.test, d.valid, d.states_zero, d.items, d.size, d.blake2b, "                         \
    "d.envelope, d.seal, d.score, d.odds"
#define DELIVERY_COLUMN_COUNT 20

/* The columns from `first` on; the file name is copied into the arena. Sums and types are not
 * read: delivery_figures does, once the statement is at its end. SLUSS_ENOMEM,
 * SLUSS_ECORRUPT. */
int delivery_from_row(sqlite3_stmt *statement, int first, struct arena *arena,
                      struct delivery *out);
int delivery_figures(struct store *store, struct delivery *delivery);

/* SQL: is the unit d.unit the one asked for (?N), one of the partner asked for, or is any? */
#define UNIT_IS(column, parameter)                                                                 \
    "(" parameter " IS NULL OR " column " = " parameter " OR substr(" column                       \
    ", 1, length(" parameter ") + 1) = " parameter " || '/')"

/* SQL: the states of deliveries that are let through. */
#define ACCEPTED_STATES "('accepted', 'released', 'queued', 'delivered')"

/* Copy of a text column in the arena; *out null for NULL. SLUSS_ENOMEM. */
int copy_text(sqlite3_stmt *statement, int column, struct arena *arena, const char **out);

#endif

/* announcements.h -- what somebody said would come: "8 000 cases on 3 November"
 *
 * An announcement stands for one delivery of its unit within its window. It ends by being used
 * (the first accepted delivery that it explains), cancelled, or by its window's end.
 */
#ifndef SLUSS_STORE_ANNOUNCEMENTS_H
#define SLUSS_STORE_ANNOUNCEMENTS_H

#include "store/store.h"

/* Texts are valid during the visit, or the caller's. */
struct stored_announcement {
    int64_t id;
    const char *unit;
    uint64_t items;         /* about so many; 0: not said */
    int64_t from_us, to_us; /* from the first up to the second */
    const char *operator_;
    const char *reason;
    int64_t at_us;        /* when it was said */
    int64_t cancelled_us; /* 0: not */
    const char *used_by;  /* id of the delivery; null: not used */
};

/* In the caller's transaction. Fills the id. SLUSS_EINVAL for an empty window. */
int announcements_add(struct store *store, struct stored_announcement *announcement);
/* 0; SLUSS_ENOTFOUND; SLUSS_ECONFLICT when it is used or cancelled already. */
int announcements_cancel(struct store *store, int64_t id, int64_t now_us);
/* The delivery is the one that was announced. */
int announcements_use(struct store *store, int64_t id, int64_t delivery_row);
/* The delivery was none after all (recalled): what it used is open again. */
int announcements_free(struct store *store, int64_t delivery_row);

/* In the order in which they end. The callback as everywhere. */
struct announcement_filter {
    const char *unit;       /* null: any; "heby" alone: all units of the partner */
    int64_t open_at_us;     /* not 0: open, and its window holds this instant */
    int64_t used_by_row;    /* not 0: used by this delivery */
    int64_t id;             /* not 0: this one */
    unsigned limit, offset; /* limit 0: none */
};
typedef int (*announcement_visitor)(void *context, const struct stored_announcement *announcement);
int announcements_list(struct store *store, const struct announcement_filter *filter,
                       announcement_visitor visit, void *context);

#endif

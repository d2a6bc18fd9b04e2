/* assessment.h -- one delivery weighed against the past
 *
 * Between reading and the verdict: takes the items as they are read, keeps what they look like
 * (profile) and their keys, compares the keys with everything remembered, and has the
 * safeguards judge. The daemon and the backtest do it through here, so that what a backtest
 * says is what the daemon would have done.
 *
 *   open -- item, item, ... -- end -- step, step, ... -- judge -- keep
 *
 * Everything is redone from the beginning after a crash: nothing is stored before `keep`, which
 * writes into the caller's transaction.
 */
#ifndef SLUSS_GATE_ASSESSMENT_H
#define SLUSS_GATE_ASSESSMENT_H

#include "model/delivery.h"
#include "model/finding.h"
#include "model/item.h"
#include "model/settings.h"
#include "safeguards/engine.h"
#include "store/prior.h"
#include "store/seen.h"
#include "store/store.h"

struct assessment;

/* Of a delivery in the store (its row, unit and time of arrival are known). Store and memory
 * must outlive it. */
int assessment_open(struct store *store, struct seen *seen, const struct delivery *delivery,
                    struct assessment **out);
int assessment_item(struct assessment *assessment, const struct item *item);
/* Ask all checks but these (checks_from_names). */
void assessment_without(struct assessment *assessment, uint64_t checks);
/* All items are in. */
int assessment_end(struct assessment *assessment);
/* Compare up to about `most` keys. 1 when more is left, 0 when it is through, an error. */
int assessment_step(struct assessment *assessment, unsigned most);

/* Add the safeguards' findings to those of the reading and say what they come to. `delivery`
 * now has its summary. `same_bytes` (may be null) is the delivery with the same bytes, when
 * there is one, row 0 when not. */
int assessment_judge(struct assessment *assessment, const struct delivery *delivery,
                     const struct unit_settings *unit, int64_t now_us,
                     struct finding_list *findings, struct opinion *opinion,
                     struct prior *same_bytes);

/* 16 bytes that name the items in any order; null without items. */
const uint8_t *assessment_digest(const struct assessment *assessment);

/* Store keys and habit row beside the delivery, for when it becomes history. */
int assessment_keep(struct assessment *assessment);
void assessment_close(struct assessment **assessment); /* accepts null, leaves null */

/* --- what becomes of it afterwards -------------------------------------------------------- */

enum entry {
    ENTRY_ACCEPTED = 0, /* by the gate */
    ENTRY_NORMAL,       /* released: its figures are habit from now on */
    ENTRY_ONCE,         /* released: known, but no habit */
    ENTRY_REJECTED,     /* rejected by an operator: known as such */
};

/* In the caller's transaction. */
int gate_enter(struct store *store, struct seen *seen, int64_t row, enum entry entry);
/* It was recalled: its figures are no habit any more, what announced it is open again, and what
 * held it before it was released was right. (Its keys count by its state.) */
int gate_leave(struct store *store, int64_t row);
/* The gate rejected it, or it is read anew: nothing of it is kept. */
int gate_drop(struct seen *seen, int64_t row);

#endif

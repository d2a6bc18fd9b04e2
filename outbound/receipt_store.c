/* receipt_store.c -- a receipt with what the store knows of its delivery */
#include "outbound/receipt.h"

#include <string.h>

#include "model/arena.h"
#include "model/error.h"

struct gather {
    struct arena *arena;
    struct receipt_reason *reasons;
    size_t n;
    size_t room;
    bool swedish;
};

static int gather_reason(void *context, const struct stored_finding *finding)
{
    struct gather *g = context;
    const char *text = g->swedish ? finding->text_sv : finding->text_en;

    if (g->n == g->room)
        return 0; /* findings of one delivery are limited (FINDINGS_MOST) */
    g->reasons[g->n].level = finding->level;
    g->reasons[g->n].check = arena_str(g->arena, span_str(finding->check));
    g->reasons[g->n].text = arena_str(g->arena, span_str(text));
    if (!g->reasons[g->n].check || !g->reasons[g->n].text)
        return SLUSS_ENOMEM;
    g->n++;
    return 0;
}

int receipt_from_store(struct store *store, const struct outbox_mail *row,
                       const struct settings *settings, const struct template_set *templates,
                       struct mail *mail)
{
    struct gather g = {.room = FINDINGS_MOST};
    struct receipt receipt = {.row = row, .settings = settings, .templates = templates};
    struct delivery delivery;
    int rc;

    g.arena = arena_new(MAIL_TEXT_MAX);
    if (!g.arena)
        return SLUSS_ENOMEM;
    g.reasons = arena_array(g.arena, g.room, sizeof *g.reasons);
    rc = g.reasons ? store_delivery_by_row(store, row->delivery_row, g.arena, &delivery)
                   : SLUSS_ENOMEM;
    if (!rc) {
        g.swedish = strcmp(receipt_language(settings, delivery.unit), "sv") == 0;
        rc = store_findings(store, row->delivery_row, gather_reason, &g);
    }
    if (!rc) {
        receipt.delivery = &delivery;
        receipt.reasons = g.reasons;
        receipt.reason_count = g.n;
        rc = receipt_write(&receipt, mail);
    }
    arena_free(&g.arena);
    return rc;
}

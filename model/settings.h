/* settings.h -- what the configuration says, as plain facts
 *
 * Made whole by conf/ and never changed after; a reload makes a new one. Times are in
 * microseconds. Strings and arrays belong to the settings.
 */
#ifndef SLUSS_MODEL_SETTINGS_H
#define SLUSS_MODEL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/arena.h"
#include "model/penalty.h"
#include "model/seal.h"
#include "model/span.h"
#include "model/waiver.h"

struct layouts; /* parsers/layout.h */

enum phase { PHASE_TEST = 0, PHASE_LIVE };

struct texts {
    size_t n;
    const char **of;
};

#define ESCALATIONS_MOST 8

/* What the agreement with a partner says of receipts and of late ones. */
struct sla_settings {
    int64_t receipt_us;
    int64_t penalty_first_after_us;
    int64_t penalty_interval_us;
    int64_t penalty_amount; /* kronor */
    int penalty_max_times;
    enum penalty_from penalty_from;
    struct texts penalty_levels; /* "24h 50000" each */
    struct penalty_terms terms;  /* all of the above as one table */
    struct texts escalate;       /* "80%" each */
    unsigned shares_n;
    int shares[ESCALATIONS_MOST]; /* the same in per cent, ascending */
};

/* How careful the gate is: what the site weighs against what. Pure checks take all of it from
 * here, so that a backtest judges by the same. */
struct safeguard_settings {
    int64_t false_holds;   /* most of the ordinary deliveries that may be held: of a million */
    int64_t one_wrong_in;  /* before anything is known of it, one file in so many is wrong */
    int64_t cost_of_hold;  /* kronor: a person looks at a file */
    int64_t cost_of_miss;  /* a wrong file is let through ... */
    int64_t cost_of_miss_per_item; /* ... and this for each item in it */
    int64_t first_items;   /* more items, or more kronor, are held before there is a habit */
    int64_t first_capital;
    int64_t prescribed_persons; /* years after which a claim is prescribed; 0: never */
    int64_t prescribed_others;
};

/* What holds where nobody says otherwise; conf/schema.c says the same (tested). */
#define SAFEGUARDS_USUAL                                                                           \
    {                                                                                              \
        .false_holds = 5000, .one_wrong_in = 2000, .cost_of_hold = 500, .cost_of_miss = 20000,     \
        .cost_of_miss_per_item = 200, .first_items = 50000, .first_capital = 50000000,             \
        .prescribed_persons = 3, .prescribed_others = 10,                                          \
    }

struct unit_settings {
    const char *key;          /* "heby/ekonomi" */
    const char *partner;      /* "heby" */
    const char *partner_name; /* "Heby kommun" */
    const char *language;     /* "sv" or "en" */
    const char *inbox;        /* absolute path */
    const char *outbox;       /* or null */
    struct texts receipts_to;
    struct texts copies_to;
    const char *contact;      /* whom to call; null: smtp.from */
    const char *template_dir; /* before the site's; null: none of its own */
    struct texts formats; /* empty: every format */
    const char *formats_at; /* "FILE:LINE" where they stand, for what is checked later */
    struct texts payee_accounts;
    struct texts ignore;     /* fnmatch patterns of names in transfer */
    struct texts test_names; /* fnmatch patterns that mean test */
    const char *marker;      /* null: none. "{name}.ok", "*.ok" or ".ok": name of the companion */
    const char *expect;      /* null: learned */
    const char *seal_key_file; /* null: none; a path, or the name of a credential */
    struct texts seal_test_kvv; /* check values of test keys, 32 digits each */
    struct seal_keys seal; /* both of them decoded; the key itself by conf_read_keys alone */
    bool seal_required;    /* what is not sealed, or not rightly, is held */
    int64_t settle_us;
    int64_t incomplete_grace_us;
    int64_t cool_off_us;
    int approvals;
    enum phase phase;
    struct sla_settings sla; /* the site's, but for what its partner's section says */
    struct safeguard_settings safeguards; /* the site's, with what the unit says of its own */
    size_t waiver_count;
    struct waiver *waivers; /* checks that do not stop its files */
};

/* A partner, beside its units. */
struct partner_settings {
    const char *key;
    const char *name;         /* as people write it; the key where none is written */
    const char *language;
    const char *contact;      /* null: the site's */
    const char *template_dir; /* null: the site's */
    struct texts reports_to;  /* what it is told of itself each month and quarter */
    struct sla_settings sla;  /* of its units */
};

struct settings {
    struct arena *arena; /* owns everything below, and this struct itself */
    const char *file;    /* the main configuration file */
    const char *state_dir;
    const char *control_socket;
    const char *time_zone;
    const char *template_dir;
    const char *contact; /* whom to call, as receipts say it; null: smtp.from */
    struct texts layout_files;     /* patterns of glob(7) */
    const char *layouts_at;        /* "FILE:LINE" where they stand */
    const struct layouts *layouts; /* read and proved by conf_read_layouts; null: not yet */
    int workers;
    int64_t scan_interval_us;
    int64_t worker_timeout_us; /* a reader silent this long is ended */
    uint64_t worker_memory;    /* bytes of address space */
    int64_t queue_lease_us;    /* a taken delivery not acknowledged is offered again */
    int64_t stale_temporary_us; /* a name in transfer untouched this long is reported */
    struct {
        struct texts relays; /* URLs, tried in order */
        const char *from;
        const char *from_name;  /* null: none */
        const char *bounces_to; /* null: from */
        struct texts only_to;   /* fnmatch patterns of allowed addresses; empty: all */
        const char *user;
        const char *password_file; /* a path, or the name of a credential */
        const char *ca_file;       /* null: the system's */
        bool require_tls;
        int64_t timeout_us;
        int64_t retry_first_us;
        int64_t retry_most_us;
        int64_t give_up_us;
    } smtp;
    struct {
        struct texts to;
        int64_t gather_after_us; /* waiting longer, they go out as one mail */
        int64_t max_age_us;      /* waiting longer, they are given up */
        const char *webhook;          /* null: none; an URL */
        const char *webhook_key_file; /* a path, or the name of a credential */
        const char *program;          /* null: none */
        int64_t timeout_us;           /* of a program, or of an answer to the webhook */
        int64_t relay_down_after_us;
        int64_t disk_warning, disk_critical; /* free, parts per million */
        int64_t queue_warning, queue_critical;
    } alerts;
    struct sla_settings sla;
    struct safeguard_settings safeguards;
    struct texts reports_to;      /* the reports on the whole site */
    const char *reports_language; /* their language */
    size_t partner_count;
    struct partner_settings *partners;
    size_t unit_count;
    struct unit_settings *units;
};

/* Empty settings (all zero but the arena) in an arena of their own that never passes `ceiling`
 * bytes; null when there is no memory. The caller owns them. */
struct settings *settings_new(size_t ceiling);

/* The unit with that key, or null. */
const struct unit_settings *settings_unit(const struct settings *settings, const char *key);

/* The partner with that key, or null. */
const struct partner_settings *settings_partner(const struct settings *settings, const char *key);

/* Wipes the keys and frees everything; takes the address, accepts null, leaves null. */
void settings_free(struct settings **settings);

#endif

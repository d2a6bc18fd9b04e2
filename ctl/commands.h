/* commands.h -- every command of slussctl, one table
 *
 * A command returns the program's exit status: 0 done or fine, 1 the answer is no, 2 wrong
 * usage or trouble (said on standard error).
 */
#ifndef SLUSS_CTL_COMMANDS_H
#define SLUSS_CTL_COMMANDS_H

#include "ctl/options.h"
#include "ctl/print.h"

enum { EXIT_FINE = 0, EXIT_NO = 1, EXIT_TROUBLE = 2, EXIT_UNKNOWN = 3 /* to monitoring alone */ };

/* What main() hands down. */
struct ctl {
    const char *config; /* -c, or CONF_DEFAULT_FILE */
    bool config_named;  /* it was -c */
    bool json;
    struct paper paper; /* standard output */
};

/* Ends with a null name. */
extern const struct command commands[];

/* "slussctl: ..." on standard error; returns EXIT_TROUBLE. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

int command_check(struct ctl *ctl, const struct arguments *arguments);
int command_items(struct ctl *ctl, const struct arguments *arguments);
int command_convert(struct ctl *ctl, const struct arguments *arguments);
int command_layout_try(struct ctl *ctl, const struct arguments *arguments);
int command_layout_check(struct ctl *ctl, const struct arguments *arguments);
int command_formats(struct ctl *ctl, const struct arguments *arguments);
int command_backtest(struct ctl *ctl, const struct arguments *arguments);
int command_config_check(struct ctl *ctl, const struct arguments *arguments);
int command_waive_list(struct ctl *ctl, const struct arguments *arguments);
int command_status(struct ctl *ctl, const struct arguments *arguments);
int command_list(struct ctl *ctl, const struct arguments *arguments);
int command_checks(struct ctl *ctl, const struct arguments *arguments);
int command_show(struct ctl *ctl, const struct arguments *arguments);
int command_release(struct ctl *ctl, const struct arguments *arguments);
int command_reject(struct ctl *ctl, const struct arguments *arguments);
int command_recall(struct ctl *ctl, const struct arguments *arguments);
int command_queue_list(struct ctl *ctl, const struct arguments *arguments);
int command_queue_take(struct ctl *ctl, const struct arguments *arguments);
int command_queue_ack(struct ctl *ctl, const struct arguments *arguments);
int command_queue_nack(struct ctl *ctl, const struct arguments *arguments);
int command_receipts(struct ctl *ctl, const struct arguments *arguments);
int command_audit(struct ctl *ctl, const struct arguments *arguments);
int command_audit_verify(struct ctl *ctl, const struct arguments *arguments);
int command_verify(struct ctl *ctl, const struct arguments *arguments);
int command_report_sla(struct ctl *ctl, const struct arguments *arguments);
int command_report_stats(struct ctl *ctl, const struct arguments *arguments);
int command_unit_list(struct ctl *ctl, const struct arguments *arguments);
int command_announce(struct ctl *ctl, const struct arguments *arguments);
int command_announce_list(struct ctl *ctl, const struct arguments *arguments);
int command_announce_cancel(struct ctl *ctl, const struct arguments *arguments);
int command_migration_open(struct ctl *ctl, const struct arguments *arguments);
int command_migration_close(struct ctl *ctl, const struct arguments *arguments);
int command_unit_go_live(struct ctl *ctl, const struct arguments *arguments);
int command_unit_test(struct ctl *ctl, const struct arguments *arguments);
int command_unit_import(struct ctl *ctl, const struct arguments *arguments);
int command_help(struct ctl *ctl, const struct arguments *arguments);

#endif

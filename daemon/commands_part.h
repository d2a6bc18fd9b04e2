/* commands_part.h -- what the files of commands share; for them alone */
#ifndef SLUSS_DAEMON_COMMANDS_PART_H
#define SLUSS_DAEMON_COMMANDS_PART_H

#include "daemon/commands.h"
#include "model/json.h"

/* The first member of what a command in steps keeps. */
struct command_job {
    void (*release)(struct command_job *job);
};

/* End with a code and a sentence (null: none). */
enum command_progress answer(struct command_call *call, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* End with the world's trouble: what an error code says, and the store's own words. */
enum command_progress answer_error(struct command_call *call, int error);
/* End with an error, or well when it is 0. */
enum command_progress answer_result(struct command_call *call, int error);

/* Commit what is open. 0, or a store error. */
int commit_all(struct command_call *call);

/* A row: begin, write, end. */
void row_begin(struct command_call *call, struct json *j);
void row_end(struct command_call *call, struct json *j);

/* A page of a listing: counts its rows, and says when it is full. */
struct page {
    struct command_call *call;
    int64_t most;
    int64_t n;
    size_t from; /* where its rows begin in call->out */
};
struct page page_begin(struct command_call *call);
/* After a row, with the cursor that goes on behind it: 0, or SLUSS_ESTOP when full. */
int page_row(struct page *page, const char *cursor);
/* The answer to a listing that ended with `error`. */
enum command_progress page_end(struct page *page, int error);

/* The delivery the request names. 0, or an error that is already the answer. */
int find_delivery(struct command_call *call, struct delivery *out);
/* Is the request's unit (null: any) one that is known? 0, or an error that is already the
 * answer. */
int require_unit(struct command_call *call);

enum command_progress command_status(struct command_call *call);
enum command_progress command_unit_list(struct command_call *call);
enum command_progress command_list(struct command_call *call);
enum command_progress command_show(struct command_call *call);
enum command_progress command_checks(struct command_call *call);
enum command_progress command_release(struct command_call *call);
enum command_progress command_reject(struct command_call *call);
enum command_progress command_recall(struct command_call *call);
enum command_progress command_announce(struct command_call *call);
enum command_progress command_announce_list(struct command_call *call);
enum command_progress command_announce_cancel(struct command_call *call);
enum command_progress command_migration_open(struct command_call *call);
enum command_progress command_migration_close(struct command_call *call);
enum command_progress command_unit_go_live(struct command_call *call);
enum command_progress command_unit_test(struct command_call *call);
enum command_progress command_unit_import(struct command_call *call);
enum command_progress command_queue_list(struct command_call *call);
enum command_progress command_queue_take(struct command_call *call);
enum command_progress command_queue_ack(struct command_call *call);
enum command_progress command_queue_nack(struct command_call *call);
enum command_progress command_receipts(struct command_call *call);
enum command_progress command_audit(struct command_call *call);
enum command_progress command_audit_verify(struct command_call *call);
enum command_progress command_verify(struct command_call *call);
enum command_progress command_report_sla(struct command_call *call);
enum command_progress command_report_stats(struct command_call *call);

/* Into the open object: "phase" that holds, "phase_configured", "migration_until" (null: none is
 * open). */
void json_standing(struct json *j, struct command_call *call, const char *unit);
/* The keys of an announcement, into the open object. */
struct stored_announcement;
void json_announcement(struct json *j, const struct stored_announcement *a, int64_t now_us);

/* The keys of a check's record, into the open object: "released", "rejected", "by_rule",
 * "precision", "factor". */
struct track_record;
void json_track(struct json *j, const struct track_record *record);

/* A receipt and an audit row as they are printed, here and in `show`. */
struct outbox_mail;
struct audit_row;
void json_receipt(struct json *j, const struct settings *settings, const struct outbox_mail *mail,
                  int64_t now_us);
void json_audit(struct json *j, const struct audit_row *row);

#endif

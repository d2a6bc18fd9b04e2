/* commands_trail.c -- receipts, audit, and the proof that the trail holds */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/commands_part.h"
#include "model/error.h"
#include "store/audit.h"
#include "store/outbox.h"

#define VERIFY_ROWS 500 /* of the trail in one step */

/* A listing's cursor that is a row number: 0 when there is none, -1 when it is no number. */
static int64_t row_cursor(const char *after)
{
    char *end;
    long long row;

    if (!after)
        return 0;
    if (!span_all_digits(span_str(after)) || strlen(after) > 18)
        return -1;
    row = strtoll(after, &end, 10);
    return *end ? -1 : row;
}

static enum command_progress bad_cursor(struct command_call *call)
{
    return answer(call, CONTROL_TROUBLE, "\"after\" is not where a page ended");
}

/* --- receipts --- */

/* What the receipt costs by then, and what it will, by its unit's agreement; null where none
 * says. */
static void json_stake(struct json *j, const struct settings *settings,
                       const struct outbox_mail *mail, int64_t until_us)
{
    const struct unit_settings *unit = settings_unit(settings, mail->unit);
    struct penalty owed, then;
    int64_t arrival_us, step_us;

    if (!unit || !mail->deadline_us) {
        json_nothing(j, "penalty_minor");
        json_nothing(j, "penalty_next_at");
        return;
    }
    arrival_us = mail->deadline_us - unit->sla.receipt_us;
    owed = penalty_owed(&unit->sla.terms, arrival_us, until_us);
    json_uint(j, "penalty_times", owed.occasions);
    json_int(j, "penalty_minor", owed.amount_minor);
    json_cstr(j, "penalty_currency", PENALTY_CURRENCY);
    if (mail->state == OUTBOX_SENT ||
        !penalty_next(&unit->sla.terms, arrival_us, until_us, &step_us, &then)) {
        json_nothing(j, "penalty_next_at");
        return;
    }
    json_instant(j, "penalty_next_at", step_us);
    json_int(j, "penalty_next_minor", then.amount_minor);
}

void json_receipt(struct json *j, const struct settings *settings, const struct outbox_mail *mail,
                  int64_t now_us)
{
    /* Late is late: also when it went out in the end. */
    int64_t until_us = mail->state == OUTBOX_SENT ? mail->sent_us : now_us;

    json_int(j, "receipt", mail->row);
    json_cstr(j, "delivery", mail->delivery_id);
    json_cstr(j, "unit", mail->unit);
    json_cstr(j, "verdict", mail->verdict);
    json_cstr(j, "to", mail->recipient);
    json_cstr(j, "state", outbox_state_name(mail->state));
    json_instant(j, "created_at", mail->created_us);
    json_instant(j, "deadline", mail->deadline_us);
    json_bool(j, "late", mail->deadline_us && until_us > mail->deadline_us);
    if (mail->deadline_us && mail->state != OUTBOX_SENT)
        json_int(j, "time_left_s", (mail->deadline_us - now_us) / SECOND_US);
    else
        json_nothing(j, "time_left_s");
    json_stake(j, settings, mail, until_us);
    json_uint(j, "attempts", mail->attempts);
    json_instant(j, "next_attempt", mail->state == OUTBOX_PENDING ? mail->next_us : 0);
    json_instant(j, "sent_at", mail->state == OUTBOX_SENT ? mail->sent_us : 0);
    json_cstr(j, "last_error", mail->last_error);
    json_cstr(j, "message_id", mail->message_id);
}

struct receipts_page {
    struct page page;
    int64_t now_us;
};

static int receipt_row(void *context, const struct outbox_mail *mail)
{
    struct receipts_page *receipts = context;
    struct json j;
    char cursor[24];

    row_begin(receipts->page.call, &j);
    json_receipt(&j, receipts->page.call->intake->settings, mail, receipts->now_us);
    row_end(receipts->page.call, &j);
    snprintf(cursor, sizeof cursor, "%" PRId64, mail->row);
    return page_row(&receipts->page, cursor);
}

enum command_progress command_receipts(struct command_call *call)
{
    struct receipts_page receipts = {page_begin(call), loop_wall_us(call->intake->loop)};
    struct outbox_filter filter = {
        .pending_only = call->request->pending,
        .receipts_only = true,
        .after_row = row_cursor(call->request->after),
        .limit = (unsigned)receipts.page.most,
    };

    if (filter.after_row < 0)
        return bad_cursor(call);
    return page_end(&receipts.page,
                    outbox_list(call->intake->store, &filter, receipt_row, &receipts));
}

/* --- audit --- */

void json_audit(struct json *j, const struct audit_row *row)
{
    json_int(j, "sequence", row->sequence);
    json_instant(j, "at", row->at_us);
    json_cstr(j, "actor", row->actor);
    json_cstr(j, "event", row->event);
    json_cstr(j, "delivery", row->delivery_id);
    json_raw(j, "detail", span_str(row->detail));
    json_hex(j, "hash", row->hash, sizeof row->hash);
}

static int audit_row(void *context, const struct audit_row *row)
{
    struct page *page = context;
    struct json j;
    char cursor[24];

    row_begin(page->call, &j);
    json_audit(&j, row);
    row_end(page->call, &j);
    snprintf(cursor, sizeof cursor, "%" PRId64, row->sequence);
    return page_row(page, cursor);
}

enum command_progress command_audit(struct command_call *call)
{
    struct page page = page_begin(call);
    struct audit_filter filter = {
        .since_us = call->request->since_us,
        .after_sequence = row_cursor(call->request->after),
        .limit = (unsigned)page.most,
    };

    if (filter.after_sequence < 0)
        return bad_cursor(call);
    return page_end(&page, audit_list(call->intake->store, &filter, audit_row, &page));
}

/* --- audit verify --- */

struct audit_job {
    struct command_job job;
    int64_t sequence;
    uint8_t hash[32];
};

static void audit_job_release(struct command_job *job)
{
    free(job);
}

static void verified_row(struct command_call *call, bool valid, int64_t sequence, const char *why)
{
    struct json j;

    row_begin(call, &j);
    json_bool(&j, "valid", valid);
    json_int(&j, "rows", valid ? sequence : sequence - 1);
    if (valid)
        json_nothing(&j, "first_bad");
    else
        json_int(&j, "first_bad", sequence);
    json_cstr(&j, "why", why);
    row_end(call, &j);
}

enum command_progress command_audit_verify(struct command_call *call)
{
    struct audit_job *job = (struct audit_job *)call->job;
    int64_t before;
    struct buf why;
    int error;

    if (!job) {
        job = calloc(1, sizeof *job);
        if (!job)
            return answer_error(call, SLUSS_ENOMEM);
        job->job.release = audit_job_release;
        call->job = &job->job;
    }
    before = job->sequence;
    buf_init(&why, 4096);
    error = audit_verify(call->intake->store, VERIFY_ROWS, &job->sequence, job->hash, &why);
    if (error == SLUSS_ECORRUPT) {
        verified_row(call, false, job->sequence, buf_cstr(&why));
        answer(call, CONTROL_NO, "the trail is broken: %s", buf_cstr(&why));
    } else if (error == SLUSS_OK && job->sequence == before) {
        verified_row(call, true, job->sequence, NULL);
        answer(call, CONTROL_FINE, NULL);
    }
    buf_free(&why);
    if (error != SLUSS_OK && error != SLUSS_ECORRUPT)
        return answer_error(call, error);
    return error == SLUSS_OK && job->sequence != before ? COMMAND_MORE : COMMAND_DONE;
}

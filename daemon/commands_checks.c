/* commands_checks.c -- checks: how often each was right so far */
#include "daemon/commands_part.h"
#include "model/error.h"
#include "safeguards/learned.h"
#include "store/tracks.h"

void json_track(struct json *j, const struct track_record *record)
{
    json_int(j, "released", record->released);
    json_int(j, "rejected", record->rejected);
    json_int(j, "by_rule", record->ruled);
    json_double(j, "precision", learned_precision(record));
    json_double(j, "factor", learned_factor(record));
}

enum command_progress command_checks(struct command_call *call)
{
    struct track track;
    int rc = tracks_get(call->intake->store, &track);

    for (unsigned i = 0; i < track.n && rc == SLUSS_OK; i++) {
        struct json j;

        row_begin(call, &j);
        json_cstr(&j, "check", track.of[i].check);
        json_track(&j, &track.of[i]);
        row_end(call, &j);
        rc = buf_error(call->out);
    }
    return answer_result(call, rc);
}

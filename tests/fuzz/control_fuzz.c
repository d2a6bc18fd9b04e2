/* control_fuzz.c -- requests of the control socket, as somebody hostile would write them
 *
 * Whatever the bytes: either a request whose parts keep to their limits, and which comes back
 * the same when it is written and read again, or a refusal with a sentence.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/control.h"
#include "model/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static bool same_text(const char *a, const char *b)
{
    return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

static void within(const char *text, size_t most)
{
    demand(!text || strlen(text) <= most);
}

static void keeps_its_limits(const struct control_request *request)
{
    within(request->state, 32);
    within(request->unit, 127);
    within(request->id, 63);
    within(request->reason, CONTROL_REASON_MAX);
    within(request->after, CONTROL_CURSOR_MAX - 1);
    demand(request->command && request->command[0]);
    demand(request->limit >= 0 && request->limit <= CONTROL_PAGE_MAX);
    demand(request->wait_ms >= 0 && request->wait_ms <= CONTROL_WAIT_MAX_MS);
}

/* Times are written to the millisecond, rounded down. */
static int64_t milliseconds(int64_t us)
{
    return us / 1000 - (us % 1000 < 0);
}

static void comes_back_the_same(const struct control_request *request, struct arena *arena)
{
    struct control_request again;
    struct buf line, why;

    buf_init(&line, 4 * CONTROL_REQUEST_MAX);
    buf_init(&why, 4096);
    demand(control_request_encode(request, &line) == SLUSS_OK);
    demand(memchr(line.p, '\n', line.n) == line.p + line.n - 1);
    demand(control_request_decode(span_of(line.p, line.n - 1), arena, &again, &why) == SLUSS_OK);
    demand(same_text(again.command, request->command));
    demand(same_text(again.state, request->state));
    demand(same_text(again.unit, request->unit));
    demand(same_text(again.id, request->id));
    demand(same_text(again.reason, request->reason));
    demand(same_text(again.after, request->after));
    demand(milliseconds(again.since_us) == milliseconds(request->since_us));
    demand(again.wait_ms == request->wait_ms && again.limit == request->limit);
    demand(again.pending == request->pending);
    buf_free(&line);
    buf_free(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct control_request request = {0};
    struct arena *arena = arena_new(1 << 20);
    struct buf why;
    int result;

    if (!arena)
        return 0;
    buf_init(&why, 4096);
    result = control_request_decode(span_of((const char *)data, size), arena, &request, &why);
    if (result == SLUSS_OK) {
        keeps_its_limits(&request);
        comes_back_the_same(&request, arena);
    } else {
        demand(result == SLUSS_EPROTOCOL && why.n > 0 && !request.command);
    }
    buf_free(&why);
    arena_free(&arena);
    return 0;
}

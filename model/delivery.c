/* delivery.c -- states, verdicts and ids of deliveries */
#include "model/delivery.h"

#include "model/date.h"

#define DAY_US     (INT64_C(86400) * SECOND_US)
#define BIT(state) (1U << STATE_##state)

/* The whole life of a delivery: a row says what may follow. Recalled and rejected are ends.
 * Without a cooling-off time a delivery goes from checking to queued in one step. */
static const struct {
    const char *name;
    const char *sv;
    unsigned next;
} states[STATE_COUNT] = {
    [STATE_ARRIVING] = {"arriving", "på väg in", BIT(CHECKING) | BIT(HELD) | BIT(REJECTED)},
    [STATE_CHECKING] = {"checking", "under kontroll",
                        BIT(ACCEPTED) | BIT(HELD) | BIT(REJECTED) | BIT(QUEUED)},
    [STATE_HELD] = {"held", "kvarhållen", BIT(RELEASED) | BIT(REJECTED) | BIT(QUEUED)},
    [STATE_REJECTED] = {"rejected", "avvisad", 0},
    [STATE_ACCEPTED] = {"accepted", "godkänd", BIT(QUEUED) | BIT(RECALLED)},
    [STATE_RELEASED] = {"released", "frisläppt", BIT(QUEUED) | BIT(RECALLED)},
    [STATE_QUEUED] = {"queued", "i kö", BIT(DELIVERED) | BIT(RECALLED)},
    [STATE_DELIVERED] = {"delivered", "levererad", BIT(RECALLED)},
    [STATE_RECALLED] = {"recalled", "återkallad", 0},
};

static const char *const verdicts[VERDICT_COUNT] = {
    [VERDICT_NONE] = "none",
    [VERDICT_ACCEPTED] = "accepted",
    [VERDICT_HELD] = "held",
    [VERDICT_REJECTED] = "rejected",
};

const char *state_name(enum delivery_state state)
{
    return (unsigned)state < STATE_COUNT ? states[state].name : "unknown";
}

const char *state_name_sv(enum delivery_state state)
{
    return (unsigned)state < STATE_COUNT ? states[state].sv : "okänd";
}

int state_from_name(struct span name)
{
    for (int i = 0; i < STATE_COUNT; i++)
        if (span_eq_str(name, states[i].name))
            return i;
    return -1;
}

const char *verdict_name(enum verdict verdict)
{
    return (unsigned)verdict < VERDICT_COUNT ? verdicts[verdict] : "unknown";
}

int verdict_from_name(struct span name)
{
    for (int i = 0; i < VERDICT_COUNT; i++)
        if (span_eq_str(name, verdicts[i]))
            return i;
    return -1;
}

bool state_may_become(enum delivery_state from, enum delivery_state to)
{
    if ((unsigned)from >= STATE_COUNT || (unsigned)to >= STATE_COUNT)
        return false;
    return (states[from].next >> to) & 1;
}

bool state_is_accepted(enum delivery_state state)
{
    return state == STATE_ACCEPTED || state == STATE_RELEASED || state == STATE_QUEUED ||
           state == STATE_DELIVERED;
}

static char *put(char *at, int64_t number, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + width;
}

void delivery_id_format(int64_t received_us, char id[DELIVERY_ID_SIZE])
{
    struct date d = date_of_instant(received_us);
    int64_t of_day_us = received_us % DAY_US + (received_us % DAY_US < 0 ? DAY_US : 0);
    int64_t second = of_day_us / SECOND_US;
    char *at = put(id, d.year, 4);

    at = put(at, d.month, 2);
    at = put(at, d.day, 2);
    *at++ = '-';
    at = put(at, second / 3600, 2);
    at = put(at, second / 60 % 60, 2);
    at = put(at, second % 60, 2);
    *at++ = '-';
    at = put(at, of_day_us % SECOND_US, 6);
    *at = '\0';
}

bool delivery_id_valid(struct span id)
{
    static const char form[] = "00000000-000000-000000";

    if (id.n != sizeof form - 1)
        return false;
    for (size_t i = 0; i < id.n; i++) {
        bool digit = id.p[i] >= '0' && id.p[i] <= '9';

        if (form[i] == '0' ? !digit : id.p[i] != form[i])
            return false;
    }
    return true;
}

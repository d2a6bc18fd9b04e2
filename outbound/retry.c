/* retry.c -- backoff with a spread that can be foretold */
#include "outbound/retry.h"

#define LEAST_US 1000

/* splitmix64's finisher: every bit of the input moves about half of the output's. */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

int64_t retry_delay(const struct retry_policy *policy, int64_t row, unsigned attempts)
{
    int64_t delay = policy->first_us > LEAST_US ? policy->first_us : LEAST_US;
    int64_t most = policy->most_us > delay ? policy->most_us : delay;
    int64_t spread;
    uint64_t hash;

    for (unsigned i = 0; i < attempts && delay < most; i++)
        delay = delay > most / 2 ? most : delay * 2;
    hash = mix(mix((uint64_t)row) + attempts);
    spread = delay / 5;
    delay += (int64_t)(hash % (uint64_t)(2 * spread + 1)) - spread;
    return delay > LEAST_US ? delay : LEAST_US;
}

bool retry_next(const struct retry_policy *policy, int64_t row, unsigned attempts,
                int64_t created_us, int64_t now_us, int64_t *next_us)
{
    int64_t end = created_us + policy->give_up_us;
    int64_t next = now_us + retry_delay(policy, row, attempts);

    if (now_us >= end && attempts + 1 >= RETRY_LEAST)
        return false;
    *next_us = next < end || now_us >= end ? next : end;
    return true;
}

/* relay.h -- what the simulated relays ask of the simulation, and tell it
 */
#ifndef SLUSS_TESTS_QUARTER_RELAY_H
#define SLUSS_TESTS_QUARTER_RELAY_H

enum relay_mood { RELAY_TAKES = 0, RELAY_LATER, RELAY_REFUSES, RELAY_DOWN };

struct relay_world {
    void *context;
    enum relay_mood (*mood)(void *context, const char *recipient);
    /* A receipt was taken: what its headers say. */
    void (*taken)(void *context, const char *delivery, const char *verdict, const char *recipient);
};

void relay_world_set(const struct relay_world *world);

#endif

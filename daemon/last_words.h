/* last_words.h -- what must be told when the store itself fails
 *
 * An alert is a row of the store. When that cannot be written (the disk is full, a sync failed),
 * it is told past the store at once, by every channel but mail, and left in STATE_DIR/last-words
 * as well as that goes. Whoever can write the store next (the same daemon later, or the next one)
 * makes a row of it, so that it is told by mail too and stands in the books.
 */
#ifndef SLUSS_DAEMON_LAST_WORDS_H
#define SLUSS_DAEMON_LAST_WORDS_H

#include "daemon/intake.h"

/* `text` without line ends. Fails without a word: there is nobody left to tell. */
void last_words_leave(struct intake *intake, const char *topic, const char *text);

/* Take up what was left; commits. 0, or a store error with the words where they were. */
int last_words_take_up(struct intake *intake);

#endif

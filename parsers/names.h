/* names.h -- letters in the names of items that something did to before they came here
 *
 * Looked for in one place for all formats: UTF-8 that was encoded twice, letters that became '?'
 * or U+FFFD, and Swedish 7-bit (ISO 646-SE), which no byte tells from ASCII.
 *
 * 7-bit is read (with a finding) only where the format's row of letters.h says so, no name of the
 * file before has had a letter beyond ASCII, and []\{}| stand between letters as letters do; from
 * then on also where they stand beside one. Else the name is kept, with a finding.
 */
#ifndef SLUSS_PARSERS_NAMES_H
#define SLUSS_PARSERS_NAMES_H

#include "model/charset.h"
#include "model/item.h"
#include "parsers/parser.h"

struct names_count {
    uint64_t count;
    uint64_t first; /* record */
};

/* Begins as zeros. */
struct names {
    bool high; /* a name had letters beyond ASCII */
    struct names_count twice, lost, read_7, kept_7;
    struct item item; /* the one handed back, when its name was changed */
    char text[ITEM_TEXT_MAX];
};

/* The item itself, or one in `names` with the name as it was meant; valid until the next call. */
const struct item *names_look(struct names *names, bool reads_7, const struct item *item);

/* The end of the file: what there is to say. */
int names_say(const struct names *names, const struct sink *sink);

#endif

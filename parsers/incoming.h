/* incoming.h -- bytes as they came to bytes that parsers read
 *
 * Before anything is recognised a byte order mark is dropped, and UTF-16 (by its mark, or by how
 * it looks) becomes UTF-8. Bytes that need neither are handed on where they are.
 */
#ifndef SLUSS_PARSERS_INCOMING_H
#define SLUSS_PARSERS_INCOMING_H

#include "model/utf16.h"

/* Begins as zeros. */
struct incoming {
    enum unicode_form form;
    bool marked; /* by a byte order mark */
    bool looked;
    unsigned first_n;
    char first[UNICODE_LOOK]; /* until there are enough of them */
    struct utf16 utf16;
    struct buf out;
};

void incoming_init(struct incoming *in);
void incoming_free(struct incoming *in);

/* Take some of *bytes, which moves on. 1: *text is what became of it, valid until the next call;
 * 0: all is taken; SLUSS_ENOMEM. */
int incoming_next(struct incoming *in, struct span *bytes, struct span *text);
/* After the last bytes: 1 and *text when something was kept back; 0; SLUSS_ENOMEM. */
int incoming_last(struct incoming *in, struct span *text);

/* For findings: "UTF-16"; null: the bytes are handed on as they came, in whatever set. */
const char *incoming_form(const struct incoming *in);

#endif

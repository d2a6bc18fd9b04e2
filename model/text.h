/* text.h -- character sets in, UTF-8 inside, safe printing out
 */
#ifndef SLUSS_MODEL_TEXT_H
#define SLUSS_MODEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/buf.h"
#include "model/span.h"

enum charset {
    CHARSET_ASCII = 0,
    CHARSET_UTF8,
    CHARSET_LATIN1, /* ISO-8859-1 */
};

/* Is it well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms)? */
bool utf8_valid(struct span bytes);
/* Does it hold a byte of 0x80 or above? */
bool text_has_high(struct span bytes);

/* Append ISO-8859-1 bytes as UTF-8. 0 or SLUSS_ENOMEM. */
int text_from_latin1(struct buf *out, struct span bytes);
/* Append UTF-8 as ISO-8859-1; a character outside it becomes '?' and *lost is counted up. */
int text_to_latin1(struct buf *out, struct span utf8, size_t *lost);

/* Append for showing to a person or a log: well-formed UTF-8 stays; control characters,
 * bidirectional overrides, invalid bytes and backslash become escapes (\n, \t, \\, \xE4,
 * \u202E). Nothing that a terminal, a mail header or a log line could take for a command is
 * left. 0 or SLUSS_ENOMEM. */
int text_escape(struct buf *out, struct span bytes);

/* The same, but a backslash stays: for text that may have been escaped already. */
int text_show(struct buf *out, struct span bytes);

/* Does `word` (ASCII, lower case) stand in `text` as a token of its own? Tokens are runs of
 * letters; digits, punctuation, a change from lower to upper case, and the ends of the text
 * separate. Case is folded for ASCII. "Invoice_TEST-3.xml" has "test", "Testebo.xml" and
 * "contest.csv" do not. UTF-8 letters count as letters. */
bool text_has_token(struct span text, struct span word);

#endif

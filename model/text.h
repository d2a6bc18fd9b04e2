/* text.h -- UTF-8: checked, taken apart, shown safely. Other sets: charset.h
 */
#ifndef SLUSS_MODEL_TEXT_H
#define SLUSS_MODEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/buf.h"
#include "model/span.h"

/* Is it well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms)? */
bool utf8_valid(struct span bytes);
/* Does it hold a byte of 0x80 or above? */
bool text_has_high(struct span bytes);

/* How many bytes of ASCII stand at the beginning? */
size_t text_ascii_run(struct span bytes);

/* The character at the beginning of bytes (bytes.n > 0): its length, 0 when it is not
 * well-formed. */
size_t utf8_get(struct span bytes, uint32_t *character);
/* Write a character (at most U+10FFFF and no surrogate): 1 to 4 bytes; how many they are. */
size_t utf8_put(char *out, uint32_t character);
/* The first `most` bytes, less what they hold of a character that goes on behind them. */
struct span utf8_cut(struct span utf8, size_t most);

/* Append for showing to a person or a log: well-formed UTF-8 stays; control characters,
 * bidirectional overrides, invalid bytes and backslash become escapes (\n, \t, \\, \xE4,
 * \u202E). Nothing that a terminal, a mail header or a log line could take for a command is
 * left. 0 or SLUSS_ENOMEM. */
int text_escape(struct buf *out, struct span bytes);

/* The same, but a backslash stays: for text that may have been escaped already. */
int text_show(struct buf *out, struct span bytes);

/* Append for HTML, in text or an attribute: & < > " ' as entities. 0 or SLUSS_ENOMEM. */
int text_html(struct buf *out, struct span text);

/* Does `word` (ASCII, lower case) stand in `text` as a token of its own? Tokens are runs of
 * letters; digits, punctuation, a change from lower to upper case, and the ends of the text
 * separate. Case is folded for ASCII. "Invoice_TEST-3.xml" has "test", "Testebo.xml" and
 * "contest.csv" do not. UTF-8 letters count as letters. */
bool text_has_token(struct span text, struct span word);

#endif

/* template.h -- the wording of a receipt, kept in files that a site may edit
 *
 * Syntax: `{word}` is replaced by a value; `{#block}...{/block}` is repeated for each row of a
 * list, and so also left out (no row) or kept (one row); `{{` is a brace itself. A block's tag
 * alone on its line takes the line with it. Blocks nest; a word is looked up in the innermost
 * block first. In files named *.html values are escaped for HTML, in others they stand as
 * they are.
 *
 * The words and blocks are one fixed list (template.c). One that is not on it is an error when
 * the file is read, with file and line, so that a receipt never goes out with a hole in it.
 */
#ifndef SLUSS_OUTBOUND_TEMPLATE_H
#define SLUSS_OUTBOUND_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/buf.h"
#include "model/settings.h"
#include "model/span.h"

struct template;

#define TEMPLATE_FILE_MAX  (256 * 1024)
#define TEMPLATE_DEPTH_MAX 4

/* What fills it. Names are those of the list; values not given are empty, blocks not given
 * have no row. */
struct template_value {
    const char *name;
    struct span text;
};
struct template_row {
    const struct template_value *values;
    size_t value_count;
};
struct template_block {
    const char *name;
    const struct template_row *rows;
    size_t row_count;
};
struct template_data {
    struct template_row top;
    const struct template_block *blocks;
    size_t block_count;
};

/* Read a template out of `source` (copied). `file` is its name in errors. 0 and *out;
 * SLUSS_EINVAL with one line an error ("FILE:LINE: what is wrong; what to do"), SLUSS_ENOMEM. */
int template_parse(const char *file, struct span source, bool html, struct buf *errors,
                   struct template **out);

/* Append the filled template. 0 or SLUSS_ENOMEM. */
int template_render(const struct template *template, const struct template_data *data,
                    struct buf *out);

void template_free(struct template **template); /* accepts null, leaves null */

/* All templates of an installation: receipt.LANGUAGE.txt and .html for "sv" and "en", in the
 * site's directory, and in those that partners and units have of their own. There they come in
 * pairs, text and HTML of a language; what is not there is the site's. */
struct template_set;

/* Where an installation has them. What is missing there is taken from what is built in, so
 * that slussd also runs where nothing was installed; a directory that a site names is whole. */
#define TEMPLATE_DIRECTORY SLUSS_DATADIR "/templates"

/* 0 and *out; SLUSS_EINVAL or SLUSS_EIO with every error of every file; SLUSS_ENOMEM. A .txt
 * must begin with its `Subject:` line (in blocks, where it depends on the verdict). */
int template_load_all(const struct settings *settings, struct buf *errors,
                      struct template_set **out);
void template_set_free(struct template_set **set);

/* `directory`: the unit's own, or null. "sv", or English for any other language. Never null. */
const struct template *template_receipt(const struct template_set *set, const char *directory,
                                        const char *language, bool html);

#endif

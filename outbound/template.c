/* template.c -- reading and filling templates */
#include "outbound/template.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/error.h"
#include "model/text.h"

/* Every word and block a template may use. A word with a block stands only inside it; a row
 * without a word is a block that has none of its own. */
static const struct {
    const char *block;
    const char *word;
} known[] = {
    {NULL, "delivery"},
    {NULL, "unit"},
    {NULL, "partner"},
    {NULL, "file"},       /* escaped for display */
    {NULL, "file-short"}, /* the same, cut for a subject line */
    {NULL, "size"},       /* "1 234", bytes */
    {NULL, "format"},     /* as in sluss.conf(5) */
    {NULL, "received"},   /* local time */
    {NULL, "items"},      /* "1 234" */
    {NULL, "items-word"}, /* "cases", in the right number */
    {NULL, "sum"},        /* "1 234,50 kr", currencies joined by + */
    {NULL, "contact"},
    {NULL, "reason"},   /* of an operator's decision */
    {"accepted", NULL}, /* one of the next six has its row */
    {"held", NULL},
    {"rejected", NULL},
    {"released", NULL},
    {"rejected-later", NULL},
    {"recalled", NULL},
    {"counted", NULL},    /* the file could be read */
    {"unread", NULL},     /* or not */
    {"credits", "count"}, /* credit notes or deductions among the items */
    {"credits", "word"},
    {"credits", "amount"}, /* negative, and part of the sum */
    {"fees", "count"},     /* items that a fee is asked for beside their capital */
    {"fees", "word"},
    {"fees", "amount"}, /* not part of the sum */
    {"interest", "count"},
    {"interest", "word"},
    {"interest", "amount"},
    {"currencies", "currency"}, /* only where several are mixed */
    {"currencies", "amount"},
    {"currencies", "count"},
    {"reasons", NULL},       /* there are findings to show */
    {"findings", "text"},    /* in the partner's language */
    {"more", "count"},       /* findings beyond those shown */
    {"why", "text"},         /* of a held one: the gravest findings; `findings` are the others */
    {"nearest", "text"},     /* of a held one: the earlier delivery it resembles most */
    {"likelihood", "text"},  /* of a held one: how likely it is to be wrong */
    {"cool-off", "minutes"}, /* of a held one: how long a release waits before the queue */
};

enum node_kind { NODE_TEXT = 0, NODE_WORD, NODE_BLOCK };

struct node {
    enum node_kind kind;
    struct span text; /* the literal text, or the name */
    size_t end;       /* a block's: index behind its last node */
};

struct template
{
    char *source;
    bool html;
    struct node *nodes;
    size_t count;
    size_t room;
};

struct parse {
    struct template *template;
    const char *file;
    struct buf *errors;
    size_t at;
    size_t n;
    size_t depth;
    size_t open[TEMPLATE_DEPTH_MAX]; /* nodes of the open blocks */
    bool wrong;
};

static unsigned line_of(const struct parse *p, size_t at)
{
    unsigned line = 1;

    for (size_t i = 0; i < at; i++)
        line += p->template->source[i] == '\n';
    return line;
}

static void complain(struct parse *p, size_t at, const char *what, struct span name)
{
    p->wrong = true;
    buf_printf(p->errors, "%s:%u: ", p->file, line_of(p, at));
    buf_printf(p->errors, "%s \"%.*s\"", what, SPAN_FMT(name));
    buf_str(p->errors, " (a brace itself is written {{)\n");
}

static int add_node(struct template *t, enum node_kind kind, struct span text)
{
    if (t->count == t->room) {
        size_t room = t->room ? t->room * 2 : 64;
        struct node *nodes = reallocarray(t->nodes, room, sizeof *nodes);

        if (!nodes)
            return SLUSS_ENOMEM;
        t->nodes = nodes;
        t->room = room;
    }
    t->nodes[t->count++] = (struct node){.kind = kind, .text = text, .end = t->count};
    return 0;
}

static bool is_open(const struct parse *p, const char *block)
{
    for (size_t i = 0; i < p->depth; i++)
        if (span_eq_str(p->template->nodes[p->open[i]].text, block))
            return true;
    return false;
}

static bool word_known(const struct parse *p, struct span name)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].word && span_eq_str(name, known[i].word) &&
            (!known[i].block || is_open(p, known[i].block)))
            return true;
    return false;
}

static bool block_known(struct span name)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].block && span_eq_str(name, known[i].block))
            return true;
    return false;
}

/* Name in braces at `at` (behind the brace and its sign); n == 0 when it is none. */
static struct span name_at(const struct parse *p, size_t at)
{
    const char *s = p->template->source;
    size_t end = at;

    while (end < p->n && ((s[end] >= 'a' && s[end] <= 'z') || s[end] == '-'))
        end++;
    if (end == p->n || s[end] != '}')
        return span_of(s + at, 0);
    return span_of(s + at, end - at);
}

static int open_block(struct parse *p, size_t tag, struct span name)
{
    int rc;

    if (!block_known(name)) {
        complain(p, tag, "no such block", name);
        return 0;
    }
    if (p->depth == TEMPLATE_DEPTH_MAX) {
        complain(p, tag, "blocks too deep at", name);
        return 0;
    }
    rc = add_node(p->template, NODE_BLOCK, name);
    if (!rc)
        p->open[p->depth++] = p->template->count - 1;
    return rc;
}

static void close_block(struct parse *p, size_t tag, struct span name)
{
    struct node *node;

    if (!p->depth) {
        complain(p, tag, "no block is open to end with", name);
        return;
    }
    node = &p->template->nodes[p->open[p->depth - 1]];
    if (!span_eq(node->text, name)) {
        complain(p, tag, "another block is open than", name);
        return;
    }
    node->end = p->template->count;
    p->depth--;
}

/* Is the tag from `from` up to `to` alone on its line? Then *from and *to take in the line. */
static void whole_line(const struct parse *p, size_t *from, size_t *to)
{
    const char *s = p->template->source;
    size_t a = *from;
    size_t b = *to;

    while (a > 0 && (s[a - 1] == ' ' || s[a - 1] == '\t'))
        a--;
    while (b < p->n && (s[b] == ' ' || s[b] == '\t' || s[b] == '\r'))
        b++;
    if ((a > 0 && s[a - 1] != '\n') || (b < p->n && s[b] != '\n'))
        return;
    *from = a;
    *to = b < p->n ? b + 1 : b;
}

/* One tag at `tag`; *from and *to become the text it stands for. */
static int parse_tag(struct parse *p, size_t tag, size_t *from, size_t *to)
{
    char sign = p->template->source[tag + 1];
    bool block = sign == '#' || sign == '/';
    struct span name = name_at(p, tag + 1 + block);

    *from = tag;
    *to = tag + 1;
    if (!name.n) {
        complain(p, tag, "a brace that begins no word:",
                 span_of(p->template->source + tag, p->n - tag < 12 ? p->n - tag : 12));
        return 0;
    }
    *to = tag + 1 + block + name.n + 1;
    if (block)
        whole_line(p, from, to);
    return 0;
}

static int use_tag(struct parse *p, size_t tag, size_t end)
{
    char sign = p->template->source[tag + 1];
    struct span name;

    if (end == tag + 1) /* no word: reported already */
        return 0;
    if (sign == '#')
        return open_block(p, tag, name_at(p, tag + 2));
    if (sign == '/') {
        close_block(p, tag, name_at(p, tag + 2));
        return 0;
    }
    name = name_at(p, tag + 1);
    if (!word_known(p, name)) {
        complain(p, tag, "no such word", name);
        return 0;
    }
    return add_node(p->template, NODE_WORD, name);
}

static int parse_all(struct parse *p)
{
    const char *s = p->template->source;
    size_t text = 0; /* where the literal text in hand begins */
    int rc = 0;

    while (!rc && p->at < p->n) {
        size_t tag = p->at;
        size_t from;
        size_t to;

        if (s[tag] != '{') {
            p->at++;
            continue;
        }
        if (tag + 1 < p->n && s[tag + 1] == '{') { /* the first of the two is the text */
            rc = add_node(p->template, NODE_TEXT, span_of(s + text, tag + 1 - text));
            text = p->at = tag + 2;
            continue;
        }
        rc = parse_tag(p, tag, &from, &to);
        if (!rc && from > text)
            rc = add_node(p->template, NODE_TEXT, span_of(s + text, from - text));
        if (!rc)
            rc = use_tag(p, tag, to);
        text = p->at = to;
    }
    if (!rc && p->n > text)
        rc = add_node(p->template, NODE_TEXT, span_of(s + text, p->n - text));
    return rc;
}

int template_parse(const char *file, struct span source, bool html, struct buf *errors,
                   struct template **out)
{
    struct parse p = {.file = file, .errors = errors, .n = source.n};
    int rc;

    p.template = calloc(1, sizeof *p.template);
    if (!p.template)
        return SLUSS_ENOMEM;
    p.template->html = html;
    p.template->source = calloc(1, source.n + 1);
    if (!p.template->source) {
        template_free(&p.template);
        return SLUSS_ENOMEM;
    }
    if (source.n)
        memcpy(p.template->source, source.p, source.n);
    rc = parse_all(&p);
    if (!rc && p.depth)
        complain(&p, p.n, "no end of block", p.template->nodes[p.open[p.depth - 1]].text);
    if (!rc && p.wrong)
        rc = SLUSS_EINVAL;
    if (rc)
        template_free(&p.template);
    *out = p.template;
    return rc;
}

void template_free(struct template **template)
{
    if (!*template)
        return;
    free((*template)->source);
    free((*template)->nodes);
    free(*template);
    *template = NULL;
}

/* --- filling ---------------------------------------------------------------------------- */

struct render {
    const struct template *template;
    const struct template_data *data;
    struct buf *out;
    size_t depth;
    const struct template_row *rows[TEMPLATE_DEPTH_MAX]; /* of the open blocks */
};

static bool find_in_row(const struct template_row *row, struct span name, struct span *text)
{
    for (size_t i = 0; i < row->value_count; i++) {
        if (span_eq_str(name, row->values[i].name)) {
            *text = row->values[i].text;
            return true;
        }
    }
    return false;
}

static struct span value_of(const struct render *r, struct span name)
{
    struct span text = SPAN_NONE;

    for (size_t i = r->depth; i > 0; i--)
        if (find_in_row(r->rows[i - 1], name, &text))
            return text;
    find_in_row(&r->data->top, name, &text);
    return text;
}

static const struct template_block *block_of(const struct render *r, struct span name)
{
    for (size_t i = 0; i < r->data->block_count; i++)
        if (span_eq_str(name, r->data->blocks[i].name))
            return &r->data->blocks[i];
    return NULL;
}

/* Recursion is as deep as blocks nest: at most TEMPLATE_DEPTH_MAX, checked when read. */
static void render_range(struct render *r, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct node *node = &r->template->nodes[i];
        const struct template_block *block;

        if (node->kind == NODE_TEXT) {
            buf_span(r->out, node->text);
            continue;
        }
        if (node->kind == NODE_WORD) {
            if (r->template->html)
                text_html(r->out, value_of(r, node->text));
            else
                buf_span(r->out, value_of(r, node->text));
            continue;
        }
        block = block_of(r, node->text);
        assert(r->depth < TEMPLATE_DEPTH_MAX);
        for (size_t row = 0; block && row < block->row_count; row++) {
            r->rows[r->depth++] = &block->rows[row];
            render_range(r, i + 1, node->end);
            r->depth--;
        }
        i = node->end - 1;
    }
}

int template_render(const struct template *template, const struct template_data *data,
                    struct buf *out)
{
    struct render r = {.template = template, .data = data, .out = out};

    render_range(&r, 0, template->count);
    return buf_error(out);
}

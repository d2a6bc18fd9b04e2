/* print.c -- what people see */
#include "ctl/print.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "model/date.h"
#include "model/error.h"
#include "model/text.h"

#define TABLE_BLOCK 400 /* rows whose widths are decided together */
#define GAP         2   /* blanks between columns */

static const char *const inks[INK_COUNT] = {
    [INK_PLAIN] = "", [INK_BOLD] = "\033[1m",  [INK_DIM] = "\033[2m",
    [INK_GOOD] = "\033[32m", [INK_CARE] = "\033[33m", [INK_BAD] = "\033[31m",
};

struct paper paper_of(FILE *out)
{
    struct paper paper = {.out = out};
    const char *no_colour = getenv("NO_COLOR"); /* no-color.org: set and not empty */
    const char *term = getenv("TERM");
    struct winsize size;
    int fd = fileno(out);

    if (!isatty(fd))
        return paper;
    paper.colour = !(no_colour && no_colour[0]) && term && strcmp(term, "dumb") != 0;
    paper.width = 100;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        paper.width = size.ws_col;
    return paper;
}

/* --- text ----------------------------------------------------------------------------- */

void print_safe(struct buf *out, struct span text)
{
    size_t from = out->n, to;

    if (text.n == 0 || text_escape(out, text) != 0 ||
        !memchr(out->p + from, '\\', out->n - from))
        return;
    /* A backslash itself is no danger to a terminal, and what the daemon escaped should not
     * be escaped twice. */
    to = from;
    for (size_t i = from; i < out->n; i++) {
        out->p[to++] = out->p[i];
        if (out->p[i] == '\\' && i + 1 < out->n && out->p[i + 1] == '\\')
            i++;
    }
    out->n = to;
    out->p[to] = '\0';
}

struct range {
    uint32_t first, last;
};

/* Marks that stand on the character before them, and what is not shown. Unicode 15, the
 * blocks that occur in names. */
static const struct range no_column[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F}, {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};
/* East Asian wide and emoji. */
static const struct range two_columns[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};
#define RANGES(table) (sizeof(table) / sizeof((table)[0]))

static bool within(const struct range *ranges, size_t n, uint32_t c)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* One character of UTF-8; a byte that begins none counts as one. */
static uint32_t next_character(struct span *text)
{
    unsigned char c = (unsigned char)text->p[0];
    size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    uint32_t out;

    if (n > text->n)
        n = 1;
    out = n == 1 ? c : c & (0x7FU >> n);
    for (size_t i = 1; i < n; i++)
        out = out << 6 | ((unsigned char)text->p[i] & 0x3F);
    *text = span_of(text->p + n, text->n - n);
    return out;
}

unsigned print_width(struct span text)
{
    unsigned width = 0;

    while (text.n) {
        uint32_t c = next_character(&text);

        if (c < 0x300)
            width++;
        else if (within(two_columns, RANGES(two_columns), c))
            width += 2;
        else if (!within(no_column, RANGES(no_column), c))
            width++;
    }
    return width;
}

static void write_ink(const struct paper *paper, enum ink ink, struct span safe)
{
    bool dye = paper->colour && ink != INK_PLAIN;

    if (dye)
        fputs(inks[ink], paper->out);
    fwrite(safe.p ? safe.p : "", 1, safe.n, paper->out);
    if (dye)
        fputs("\033[0m", paper->out);
}

void print_ink(const struct paper *paper, enum ink ink, const char *text)
{
    struct buf safe;

    buf_init(&safe, 1 << 20);
    print_safe(&safe, span_str(text));
    write_ink(paper, ink, buf_view(&safe));
    buf_free(&safe);
}

static void blanks(const struct paper *paper, unsigned n)
{
    fprintf(paper->out, "%*s", (int)n, "");
}

/* The next word and the blanks behind it. */
static struct span next_word(struct span *text)
{
    struct span word = {text->p, 0};

    while (word.n < text->n && text->p[word.n] != ' ')
        word.n++;
    *text = span_of(text->p + word.n, text->n - word.n);
    while (text->n && text->p[0] == ' ')
        *text = span_of(text->p + 1, text->n - 1);
    return word;
}

void print_wrapped(const struct paper *paper, unsigned at, unsigned indent, struct span text)
{
    struct buf safe;
    struct span rest;
    unsigned column = at < indent ? indent : at;
    bool first = true;

    buf_init(&safe, 1 << 20);
    print_safe(&safe, text);
    blanks(paper, column - at);
    rest = buf_view(&safe);
    while (rest.n) {
        struct span word = next_word(&rest);
        unsigned width = print_width(word);

        if (!first && paper->width && column + 1 + width > paper->width) {
            fputc('\n', paper->out);
            blanks(paper, indent);
            column = indent;
        } else if (!first) {
            fputc(' ', paper->out);
            column++;
        }
        fwrite(word.p, 1, word.n, paper->out);
        column += width;
        first = false;
    }
    fputc('\n', paper->out);
    buf_free(&safe);
}

/* --- figures -------------------------------------------------------------------------- */

void print_money(struct buf *out, int64_t minor, const char *currency)
{
    struct buf money;
    struct span text;

    buf_init(&money, 256);
    money_people(&money, minor, currency);
    text = buf_view(&money);
    /* No-break blanks cannot be typed: who searches a listing uses ordinary ones. */
    while (text.n) {
        bool no_break = span_starts(text, SPAN_LIT("\xC2\xA0"));

        buf_char(out, text.p[0]);
        if (no_break) {
            out->p[out->n - 1] = ' ';
            text = span_of(text.p + 1, text.n - 1);
        }
        text = span_of(text.p + 1, text.n - 1);
    }
    buf_free(&money);
}

void print_sums(struct buf *out, const struct sums *sums)
{
    if (sums->n == 0)
        buf_char(out, '0');
    for (unsigned i = 0; i < sums->n; i++) {
        if (i)
            buf_str(out, " + ");
        print_money(out, sums->of[i].minor, sums->of[i].currency);
    }
}

void print_number(struct buf *out, uint64_t n)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);

    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            buf_char(out, ' ');
        buf_char(out, digits[i]);
    }
}

void print_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
    print_number(out, n);
    buf_printf(out, " %s", n == 1 ? one : many);
}

void print_duration(struct buf *out, int64_t us)
{
    static const struct {
        int64_t seconds;
        const char *name;
    } parts[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    int64_t seconds = (us < 0 ? -us : us) / SECOND_US;
    unsigned shown = 0;

    for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && shown < 2; i++) {
        int64_t count = seconds / parts[i].seconds;

        if (count == 0 && !shown && parts[i].seconds > 1)
            continue;
        if (count || !shown)
            buf_printf(out, "%s%lld %s", shown ? " " : "", (long long)count, parts[i].name);
        seconds %= parts[i].seconds;
        shown++;
    }
}

/* --- inks ----------------------------------------------------------------------------- */

struct inked {
    const char *word;
    enum ink ink;
};

static enum ink look_up(const struct inked *table, size_t n, const char *word)
{
    for (size_t i = 0; word && i < n; i++)
        if (strcmp(table[i].word, word) == 0)
            return table[i].ink;
    return INK_PLAIN;
}

enum ink ink_of_level(const char *level)
{
    static const struct inked table[] = {
        {"info", INK_DIM}, {"warn", INK_CARE}, {"hold", INK_CARE}, {"reject", INK_BAD}};

    return look_up(table, RANGES(table), level);
}

enum ink ink_of_state(const char *state)
{
    static const struct inked table[] = {
        {"held", INK_CARE},    {"rejected", INK_BAD},   {"accepted", INK_GOOD},
        {"queued", INK_GOOD},  {"released", INK_GOOD},  {"delivered", INK_GOOD},
        {"recalled", INK_BAD}, {"arriving", INK_DIM},   {"checking", INK_DIM},
        {"sent", INK_GOOD},    {"pending", INK_PLAIN},  {"failed", INK_BAD},
        {"not-allowed", INK_CARE}};

    return look_up(table, RANGES(table), state);
}

/* --- tables --------------------------------------------------------------------------- */

struct cell {
    size_t at, n; /* in the table's text */
    unsigned width;
    enum ink ink;
};

struct table {
    struct paper paper;
    struct column columns[COLUMNS_MAX];
    unsigned n;
    unsigned widths[COLUMNS_MAX];
    struct buf text;
    struct cell *cells; /* TABLE_BLOCK rows */
    unsigned used;      /* cells */
    unsigned last;      /* the last column that is shown */
    bool hidden[COLUMNS_MAX];
    bool thin;
    bool titled;
    bool failed;
};

struct table *table_new(const struct paper *paper, const struct column *columns, unsigned n)
{
    struct table *table = calloc(1, sizeof *table);

    if (!table)
        return NULL;
    table->cells = calloc((size_t)n * TABLE_BLOCK, sizeof *table->cells);
    if (!table->cells || n > COLUMNS_MAX) {
        free(table->cells);
        free(table);
        return NULL;
    }
    table->paper = *paper;
    table->n = n;
    table->last = n - 1;
    memcpy(table->columns, columns, n * sizeof *columns);
    buf_init(&table->text, 64u << 20);
    for (unsigned i = 0; i < n; i++)
        table->widths[i] = print_width(span_str(columns[i].title));
    return table;
}

static void print_cell(struct table *table, unsigned column, enum ink ink, struct span text,
                       unsigned width)
{
    unsigned room = table->widths[column];
    bool last = column == table->last;

    if (table->hidden[column])
        return;
    if (table->columns[column].right)
        blanks(&table->paper, room - width);
    write_ink(&table->paper, ink, text);
    if (last)
        fputc('\n', table->paper.out);
    else
        blanks(&table->paper, (table->columns[column].right ? 0 : room - width) + GAP);
}

static void print_titles(struct table *table)
{
    for (unsigned i = 0; i < table->n; i++) {
        struct span title = span_str(table->columns[i].title);

        print_cell(table, i, INK_BOLD, title, print_width(title));
    }
    table->titled = true;
}

void table_leave_out_empty(struct table *table)
{
    table->thin = table->paper.width > 0;
}

static bool is_empty(struct table *table, unsigned column)
{
    for (unsigned i = column; i < table->used; i += table->n) {
        const struct cell *cell = &table->cells[i];

        if (cell->n && !(cell->n == 1 && buf_cstr(&table->text)[cell->at] == '-'))
            return false;
    }
    return true;
}

/* Which columns the block at hand needs. */
static void choose_columns(struct table *table)
{
    for (unsigned i = 0; i < table->n; i++) {
        bool hidden = is_empty(table, i);

        if (hidden != table->hidden[i])
            table->titled = false;
        table->hidden[i] = hidden;
        if (!hidden)
            table->last = i;
    }
}

static void print_block(struct table *table)
{
    if (table->thin && table->used)
        choose_columns(table);
    for (unsigned i = 0; i < table->used; i++)
        if (table->cells[i].width > table->widths[i % table->n])
            table->widths[i % table->n] = table->cells[i].width;
    if (!table->titled && table->used)
        print_titles(table);
    for (unsigned i = 0; i < table->used; i++) {
        const struct cell *cell = &table->cells[i];

        print_cell(table, i % table->n, cell->ink,
                   span_of(buf_cstr(&table->text) + cell->at, cell->n), cell->width);
    }
    table->failed = table->failed || table->text.failed;
    table->used = 0;
    buf_clear(&table->text);
}

void table_cell(struct table *table, enum ink ink, struct span text)
{
    struct cell *cell = &table->cells[table->used++];

    cell->at = table->text.n;
    print_safe(&table->text, text);
    cell->n = table->text.n - cell->at;
    cell->width = print_width(span_of(buf_cstr(&table->text) + cell->at, cell->n));
    cell->ink = ink;
    if (table->used == table->n * TABLE_BLOCK)
        print_block(table);
}

void table_text(struct table *table, const char *text)
{
    table_cell(table, INK_PLAIN, text ? span_str(text) : SPAN_LIT("-"));
}

int table_end(struct table **table)
{
    struct table *t = *table;
    bool failed;

    if (!t)
        return SLUSS_ENOMEM;
    print_block(t);
    failed = t->failed;
    buf_free(&t->text);
    free(t->cells);
    free(t);
    *table = NULL;
    return failed ? SLUSS_ENOMEM : SLUSS_OK;
}

int print_finish(void)
{
    return fflush(stdout) != 0 || ferror(stdout) ? SLUSS_EIO : SLUSS_OK;
}

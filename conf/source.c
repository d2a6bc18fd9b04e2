/* source.c -- the configuration's files as one list of words */
#include "conf/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/error.h"
#include "model/text.h"

struct source_name {
    size_t scope;
    const char *text;
    const char *file;
    int line;
};

/* One file being read. */
struct file {
    const char *path;
    const struct file *includer;
    struct span rest;
    int line;
    int depth; /* braces open where it was included: it must end there too */
};

static int read_file(struct source *source, const char *path, const struct file *includer,
                     struct place place);

void source_init(struct source *source, struct arena *arena, struct problems *problems)
{
    *source = (struct source){.arena = arena, .problems = problems, .fresh = true};
}

void source_free(struct source *source)
{
    free(source->words);
    free(source->names);
    *source = (struct source){0};
}

static struct place here(const struct source *source, const struct file *file)
{
    return (struct place){file->path, file->line, source->n};
}

static void *grown(void *array, size_t n, size_t *room, size_t size)
{
    size_t more = *room ? 2 * *room : 64;
    void *larger;

    if (n < *room)
        return array;
    larger = reallocarray(array, more, size);
    if (larger)
        *room = more;
    return larger;
}

/* Remember a key or section of the present section; a second one of that name is refused. */
static int note_name(struct source *source, const struct file *file, const char *text)
{
    struct source_name *names;

    for (size_t i = source->name_count; i-- > 0;) {
        const struct source_name *name = &source->names[i];

        if (name->scope != source->scope || strcmp(name->text, text) != 0)
            continue;
        problem_add(source->problems, here(source, file),
                    "%s stands here a second time, first at %s:%d; remove one of them", text,
                    name->file, name->line);
        return 0;
    }
    names = grown(source->names, source->name_count, &source->name_room, sizeof *names);
    if (!names)
        return SLUSS_ENOMEM;
    source->names = names;
    names[source->name_count++] = (struct source_name){source->scope, text, file->path, file->line};
    return 0;
}

/* The words of the statement so far, as one name: `partner "heby"` is "partner heby". */
static int note_section(struct source *source, const struct file *file)
{
    struct buf name;
    const char *text;

    buf_init(&name, SOURCE_FILE_MOST);
    for (size_t i = source->statement; i < source->n; i++) {
        if (i > source->statement)
            (void)buf_char(&name, ' ');
        (void)buf_str(&name, source->words[i].text);
    }
    text = buf_error(&name) < 0 ? NULL : arena_str(source->arena, buf_view(&name));
    buf_free(&name);
    return text ? note_name(source, file, text) : SLUSS_ENOMEM;
}

static int open_brace(struct source *source, const struct file *file)
{
    bool list = source->n > source->statement && source->words[source->n - 1].kind == '=';
    int rc = list || source->n == source->statement ? 0 : note_section(source, file);

    if (rc < 0)
        return rc;
    if (source->depth == SOURCE_DEPTH_MOST) {
        problem_add(source->problems, here(source, file),
                    "too many sections inside each other; is a closing brace missing above?");
        source->broken = true;
        return SLUSS_ESYNTAX;
    }
    source->open[source->depth].starts = source->statement;
    source->open[source->depth].scope = source->scope;
    source->open[source->depth].list = list;
    source->depth++;
    if (!list)
        source->scope = ++source->scopes;
    source->fresh = !list;
    return 0;
}

static int close_brace(struct source *source, const struct file *file, struct source_word *word)
{
    if (source->depth == file->depth) {
        problem_add(source->problems, here(source, file),
                    "closing brace without an opening one in this file; remove it");
        source->broken = true;
        return SLUSS_ESYNTAX;
    }
    source->depth--;
    word->opener = source->open[source->depth].starts;
    source->scope = source->open[source->depth].scope;
    source->fresh = true;
    return 0;
}

/* What a word does to the bookkeeping: where statements start, which braces are open. */
static int account(struct source *source, const struct file *file, struct source_word *word)
{
    char before = source->n ? source->words[source->n - 1].kind : 0;

    word->starts = source->fresh;
    if (source->fresh)
        source->statement = source->n;
    source->fresh = false;
    switch (word->kind) {
    case 'w':
        source->fresh = !word->starts && before == '=';
        return 0;
    case ')':
        source->fresh = true;
        return 0;
    case '=':
        return before == 'w' && !word->starts
                   ? note_name(source, file, source->words[source->n - 1].text)
                   : 0;
    case '{':
        return open_brace(source, file);
    case '}':
        return close_brace(source, file, word);
    default:
        return 0;
    }
}

static int follow_include(struct source *source, const struct file *file);

static int add_word(struct source *source, const struct file *file, char kind, const char *text)
{
    struct source_word word = {.kind = kind, .line = file->line, .file = file->path};
    struct source_word *words;
    int rc;

    word.depth = source->depth;
    word.text = text;
    rc = account(source, file, &word);
    if (rc < 0)
        return rc;
    words = grown(source->words, source->n, &source->room, sizeof *words);
    if (!words)
        return SLUSS_ENOMEM;
    source->words = words;
    words[source->n++] = word;
    return kind == ')' ? follow_include(source, file) : 0;
}

/* --- includes ----------------------------------------------------------------------------- */

/* The path as written, or beside the file that includes it. */
static const char *beside(struct source *source, const char *includer, const char *path)
{
    const char *slash = strrchr(includer, '/');
    struct buf whole;
    const char *text;

    if (path[0] == '/' || !slash)
        return path;
    buf_init(&whole, SOURCE_FILE_MOST);
    (void)buf_add(&whole, includer, (size_t)(slash - includer) + 1);
    (void)buf_str(&whole, path);
    text = buf_error(&whole) < 0 ? NULL : arena_str(source->arena, buf_view(&whole));
    buf_free(&whole);
    return text;
}

/* After a ')': are the last four words `include ( "file" )`? Then the file's words take their
 * place. */
static int follow_include(struct source *source, const struct file *file)
{
    const struct source_word *words;
    struct place place;
    const char *path;
    int level = 0;

    if (source->n < 4 || source->statement != source->n - 4)
        return 0;
    words = source->words + source->n - 4;
    if (words[0].kind != 'w' || words[1].kind != '(' || words[2].kind != 'w' ||
        strcmp(words[0].text, "include") != 0)
        return 0;
    path = beside(source, file->path, words[2].text);
    if (!path)
        return SLUSS_ENOMEM;
    source->n -= 4;
    place = here(source, file);
    for (const struct file *up = file; up; up = up->includer, level++) {
        if (strcmp(up->path, path) == 0 || level == SOURCE_INCLUDE_MOST) {
            problem_add(source->problems, place,
                        "include of %s goes round in a circle or too deep; remove it", path);
            return 0;
        }
    }
    return read_file(source, path, file, place) == SLUSS_ENOMEM ? SLUSS_ENOMEM : 0;
}

/* --- words -------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_sign(char c)
{
    return c == '=' || c == '{' || c == '}' || c == '(' || c == ')' || c == ',';
}

static bool ends_word(const struct span *rest)
{
    char c = rest->p[0];

    return is_blank(c) || is_sign(c) || c == '"' || c == '\'' || c == '#' ||
           (c == '+' && rest->n > 1 && rest->p[1] == '=');
}

static void step(struct file *file)
{
    if (file->rest.p[0] == '\n')
        file->line++;
    file->rest.p++;
    file->rest.n--;
}

static int lex_comment(struct source *source, struct file *file)
{
    struct place place = here(source, file);

    if (file->rest.p[0] == '#' || file->rest.p[1] == '/') {
        while (file->rest.n && file->rest.p[0] != '\n')
            step(file);
        return 0;
    }
    step(file);
    step(file);
    while (file->rest.n >= 2 && !(file->rest.p[0] == '*' && file->rest.p[1] == '/'))
        step(file);
    if (file->rest.n < 2) {
        problem_add(source->problems, place, "comment without its end; close it with */");
        source->broken = true;
        return SLUSS_ESYNTAX;
    }
    step(file);
    step(file);
    return 0;
}

static void refuse_environment(struct source *source, const struct file *file, const char *text)
{
    if (strstr(text, "${"))
        problem_add(source->problems, here(source, file),
                    "${NAME} is not replaced here; write the value itself, or put a text that "
                    "has ${ in it between single quotes");
}

static int lex_bare(struct source *source, struct file *file)
{
    struct span word = {file->rest.p, 0};
    const char *text;

    while (file->rest.n && !ends_word(&file->rest)) {
        size_t n = span_starts(file->rest, SPAN_LIT("${")) ? 2 : 1;

        /* ${NAME} is one word, refused as a whole below. */
        if (n == 2)
            while (n < file->rest.n && file->rest.p[n - 1] != '}' && file->rest.p[n] != '\n')
                n++;
        word.n += n;
        for (; n; n--)
            step(file);
    }
    text = arena_str(source->arena, word);
    if (!text)
        return SLUSS_ENOMEM;
    refuse_environment(source, file, text);
    if (memchr(word.p, ';', word.n) || memchr(word.p, '\\', word.n))
        problem_add(source->problems, here(source, file),
                    "%s: semicolon and backslash mean nothing here; remove them, or put the text "
                    "between quotes",
                    text);
    return add_word(source, file, 'w', text);
}

/* The text up to the closing quote into `text`, backslashes taken off. */
static int unquote(struct source *source, struct file *file, struct buf *text)
{
    char quote = file->rest.p[0];

    for (step(file); file->rest.n && file->rest.p[0] != quote; step(file)) {
        char c = file->rest.p[0];
        char next = file->rest.n > 1 ? file->rest.p[1] : 0;

        if (c == '\n')
            break;
        if (c == '\\' && (next == quote || next == '\\'))
            step(file);
        else if (c == '\\' && quote == '"')
            problem_add(source->problems, here(source, file),
                        "between double quotes a backslash may only stand before a quote or a "
                        "backslash; use single quotes, or double it");
        (void)buf_char(text, file->rest.p[0]);
    }
    if (!file->rest.n || file->rest.p[0] != quote) {
        problem_add(source->problems, here(source, file),
                    "text without its closing quote on the same line; close it with %c", quote);
        source->broken = true;
        return SLUSS_ESYNTAX;
    }
    step(file);
    return buf_error(text);
}

static int lex_quoted(struct source *source, struct file *file)
{
    bool single = file->rest.p[0] == '\'';
    struct buf raw;
    const char *text;
    int rc;

    buf_init(&raw, SOURCE_FILE_MOST);
    rc = unquote(source, file, &raw);
    text = rc < 0 ? NULL : arena_str(source->arena, span_str(buf_cstr(&raw)));
    buf_free(&raw);
    if (!text)
        return rc < 0 ? rc : SLUSS_ENOMEM;
    if (!single)
        refuse_environment(source, file, text);
    return add_word(source, file, 'w', text);
}

static int lex_word(struct source *source, struct file *file)
{
    static const char *const signs[] = {"=", "{", "}", "(", ")", ","};
    char c = file->rest.p[0];
    char next = file->rest.n > 1 ? file->rest.p[1] : 0;

    if (c == '#' || (c == '/' && (next == '/' || next == '*')))
        return lex_comment(source, file);
    if (c == '"' || c == '\'')
        return lex_quoted(source, file);
    if (c == '+' && next == '=') {
        problem_add(source->problems, here(source, file),
                    "+= is not understood; write the whole list once, with =");
        step(file);
        return 0;
    }
    if (!is_sign(c))
        return lex_bare(source, file);
    step(file);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i][0] == c)
            return add_word(source, file, c, signs[i]);
    return 0;
}

/* --- files -------------------------------------------------------------------------------- */

/* Control characters have no business here, and libconfuse ends its text at a zero byte. */
static bool bytes_sound(struct source *source, struct file *file)
{
    int line = 1;

    for (size_t i = 0; i < file->rest.n; i++) {
        unsigned char c = (unsigned char)file->rest.p[i];

        if (c == '\n')
            line++;
        if ((c >= 0x20 && c != 0x7f) || is_blank((char)c))
            continue;
        problem_add(source->problems, (struct place){file->path, line, source->n},
                    "a control character (byte %d); remove it", c);
        return false;
    }
    if (utf8_valid(file->rest))
        return true;
    problem_add(source->problems, (struct place){file->path, 0, source->n},
                "not written in UTF-8; save it in that encoding");
    return false;
}

static void check_end(struct source *source, const struct file *file)
{
    const struct source_word *opener;

    if (source->depth == file->depth)
        return;
    opener = &source->words[source->open[source->depth - 1].starts];
    problem_add(source->problems, here(source, file),
                "the file ends inside what begins at line %d (%s); is it cut off, or is a "
                "closing brace missing?",
                opener->line, opener->text);
    source->broken = true;
}

static int lex_file(struct source *source, struct file *file)
{
    struct span mark = SPAN_LIT("\xEF\xBB\xBF");
    int rc = 0;

    if (span_starts(file->rest, mark))
        file->rest = span_of(file->rest.p + mark.n, file->rest.n - mark.n);
    if (!bytes_sound(source, file)) {
        source->broken = true;
        return SLUSS_ESYNTAX;
    }
    while (rc == 0 && file->rest.n && !source->broken) {
        if (is_blank(file->rest.p[0]))
            step(file);
        else
            rc = lex_word(source, file);
    }
    if (rc == 0 && !source->broken)
        check_end(source, file);
    return rc;
}

/* The bytes of a regular file into `out`; what is wrong as text, or null. */
static const char *slurp(const char *path, struct buf *out)
{
    /* Not blocking, or a FIFO of that name would stop the daemon here. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    const char *why = NULL;
    struct stat st;
    char chunk[8192];
    ssize_t got;

    if (fd < 0)
        return strerror(errno);
    if (fstat(fd, &st) < 0)
        why = strerror(errno);
    else if (!S_ISREG(st.st_mode))
        why = "it is not an ordinary file";
    while (!why && (got = read(fd, chunk, sizeof chunk)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            why = strerror(errno);
        else if (buf_add(out, chunk, (size_t)got) < 0)
            why = "it is larger than any configuration should be";
    }
    (void)close(fd);
    return why;
}

static int read_file(struct source *source, const char *path, const struct file *includer,
                     struct place place)
{
    struct file file = {.path = path, .includer = includer, .line = 1, .depth = source->depth};
    struct buf content;
    const char *why;
    int rc = 0;

    buf_init(&content, SOURCE_FILE_MOST);
    why = slurp(path, &content);
    source->total += content.n;
    if (!why && source->total > SOURCE_TOTAL_MOST)
        why = "all files together are larger than any configuration should be";
    if (why) {
        problem_add(source->problems, place,
                    includer ? "%s cannot be included: %s; check the name and its permissions"
                             : "%s cannot be read: %s; check the name and its permissions",
                    path, why);
        rc = SLUSS_EIO;
    } else {
        file.rest = buf_view(&content);
        rc = lex_file(source, &file);
    }
    buf_free(&content);
    return rc;
}

int source_read(struct source *source, const char *path)
{
    int rc = read_file(source, path, NULL, (struct place){path, 0, 0});

    return rc == SLUSS_ESYNTAX ? 0 : rc;
}

/* --- what comes of it --------------------------------------------------------------------- */

int source_print(const struct source *source, struct buf *out)
{
    for (size_t i = 0; i < source->n; i++) {
        const struct source_word *word = &source->words[i];

        if (!word->dropped && word->kind != 'w')
            (void)buf_char(out, word->kind);
        if (!word->dropped && word->kind == 'w') {
            /* Between single quotes libconfuse leaves everything else as it is. */
            (void)buf_char(out, '\'');
            for (const char *c = word->text; *c; c++) {
                if (*c == '\'' || *c == '\\')
                    (void)buf_char(out, '\\');
                (void)buf_char(out, *c);
            }
            (void)buf_char(out, '\'');
        }
        (void)buf_char(out, '\n');
    }
    return buf_error(out);
}

bool source_drop(struct source *source, size_t i)
{
    size_t start = i, end = i + 1;
    bool any = false;

    if (i >= source->n)
        return false;
    while (start > 0 && !source->words[start].starts)
        start--;
    /* A brace that closes what the statement stands in is not part of it. */
    if (i > start && source->words[i].kind == '}' &&
        source->words[i].depth <= source->words[start].depth)
        end = i;
    for (; end < source->n; end++) {
        const struct source_word *word = &source->words[end];

        if (word->depth > source->words[start].depth)
            continue; /* inside it */
        if (word->starts || word->kind == '}')
            break; /* the next one, or the brace that closes what this one stands in */
    }
    for (size_t k = start; k < end; k++) {
        any = any || !source->words[k].dropped;
        source->words[k].dropped = true;
    }
    return any;
}

struct place source_place(const struct source *source, size_t i)
{
    if (source->n == 0)
        return (struct place){"", 0, i};
    if (i >= source->n)
        i = source->n - 1;
    return (struct place){source->words[i].file, source->words[i].line, i};
}

#include "parsers/lines.h"

#include "model/error.h"
#include "parsers/parser.h"

void lines_init(struct lines *lines)
{
    *lines = (struct lines){0};
    buf_init(&lines->held, RECORD_MAX);
}

void lines_free(struct lines *lines)
{
    buf_free(&lines->held);
}

static int give(struct lines *lines, struct span text, bool ended, struct line *line)
{
    bool cr = ended && text.n && text.p[text.n - 1] == '\r';

    if (cr)
        text.n--;
    *line = (struct line){.text = text, .number = ++lines->number, .ended = ended, .cr = cr};
    return 1;
}

static int give_cut(struct lines *lines, bool ended, struct line *line)
{
    lines->passing = !ended;
    buf_clear(&lines->held);
    *line = (struct line){.number = ++lines->number, .ended = ended, .cut = true};
    return 1;
}

/* Does the next record begin in `piece`, without a line end before it? */
static bool runs_on(const struct lines *lines, struct span piece)
{
    return lines->size && lines->held.n <= lines->size && piece.n > lines->size - lines->held.n &&
           piece.p[lines->size - lines->held.n] == lines->begins;
}

int lines_next(struct lines *lines, struct span *input, struct line *line)
{
    if (lines->given) {
        buf_clear(&lines->held);
        lines->given = false;
    }
    while (input->n) {
        const char *end = memchr(input->p, '\n', input->n);
        struct span piece = {input->p, end ? (size_t)(end - input->p) : input->n};
        bool back_to_back = !lines->passing && runs_on(lines, piece);

        if (back_to_back)
            piece.n = lines->size - lines->held.n;
        *input = span_of(input->p + piece.n, input->n - piece.n);
        if (end && !back_to_back)
            *input = span_of(input->p + 1, input->n - 1);
        if (lines->passing) {
            lines->passing = end == NULL;
            continue;
        }
        if (piece.n > RECORD_MAX - lines->held.n)
            return give_cut(lines, end != NULL, line);
        if ((end || back_to_back) && lines->held.n == 0)
            return give(lines, piece, true, line);
        if (buf_span(&lines->held, piece) < 0)
            return SLUSS_ENOMEM;
        if (end || back_to_back) {
            lines->given = true;
            return give(lines, buf_view(&lines->held), true, line);
        }
    }
    return 0;
}

bool lines_last(struct lines *lines, struct line *line)
{
    if (lines->given || lines->passing || lines->held.n == 0)
        return false;
    lines->given = true;
    give(lines, buf_view(&lines->held), false, line);
    return true;
}

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

int lines_next(struct lines *lines, struct span *input, struct line *line)
{
    if (lines->given) {
        buf_clear(&lines->held);
        lines->given = false;
    }
    while (input->n) {
        const char *end = memchr(input->p, '\n', input->n);
        struct span piece = {input->p, end ? (size_t)(end - input->p) : input->n};

        input->p += piece.n + (end != NULL);
        input->n -= piece.n + (end != NULL);
        if (lines->passing) {
            lines->passing = end == NULL;
            continue;
        }
        if (piece.n > RECORD_MAX - lines->held.n)
            return give_cut(lines, end != NULL, line);
        if (end && lines->held.n == 0)
            return give(lines, piece, true, line);
        if (buf_span(&lines->held, piece) < 0)
            return SLUSS_ENOMEM;
        if (end) {
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

/* problem.c -- what is wrong with a configuration, gathered to be told all at once */
#include "conf/problem.h"

#include <stdlib.h>

#include "model/error.h"
#include "model/text.h"

#define TEXT_CEILING ((size_t)8192)

/* What a file says may hold anything; the message goes to terminals and logs. */
static void add_text(struct problems *problems, size_t at, const struct buf *raw)
{
    struct buf safe;

    buf_init(&safe, 4 * TEXT_CEILING);
    if (text_escape(&safe, buf_view(raw)) < 0 || buf_char(&safe, '\n') < 0) {
        problems->failed = true;
        buf_free(&safe);
        return;
    }
    /* The buffer's memory is handed over. */
    problems->of[problems->n++] = (struct problem){at, safe.p};
}

void problem_add(struct problems *problems, struct place place, const char *format, ...)
{
    struct buf raw;
    va_list args;

    if (problems->n == PROBLEMS_MOST) {
        problems->unkept++;
        return;
    }
    buf_init(&raw, TEXT_CEILING);
    if (place.line > 0)
        (void)buf_printf(&raw, "%s:%d: ", place.file, place.line);
    else
        (void)buf_printf(&raw, "%s: ", place.file);
    va_start(args, format);
    (void)buf_vprintf(&raw, format, args);
    va_end(args);
    add_text(problems, place.at, &raw);
    buf_free(&raw);
}

int problems_print(struct problems *problems, struct buf *out)
{
    /* Insertion sort: few, nearly sorted, and equal ones must keep their order. */
    for (size_t i = 1; i < problems->n; i++) {
        struct problem moving = problems->of[i];
        size_t j = i;

        for (; j > 0 && problems->of[j - 1].at > moving.at; j--)
            problems->of[j] = problems->of[j - 1];
        problems->of[j] = moving;
    }
    for (size_t i = 0; i < problems->n; i++)
        (void)buf_str(out, problems->of[i].text);
    if (problems->unkept)
        (void)buf_printf(out, "and %zu more; mend these first\n", problems->unkept);
    return problems->failed ? SLUSS_ENOMEM : buf_error(out);
}

void problems_free(struct problems *problems)
{
    for (size_t i = 0; i < problems->n; i++)
        free(problems->of[i].text);
    *problems = (struct problems){0};
}

#include "parsers/writer.h"

#include "model/error.h"
#include "parsers/bgmax_writer.h"

const struct format_writer *const writers[] = {&writer_bgmax};
const size_t writer_count = sizeof(writers) / sizeof(writers[0]);

const struct format_writer *writer_by_name(struct span name)
{
    for (size_t i = 0; i < writer_count; i++)
        if (span_eq_str(name, writers[i]->format))
            return writers[i];
    return NULL;
}

void writer_lose(struct writer_report *report, const char *field, const char *why, uint64_t record)
{
    struct writer_lost *lost = report->lost;

    while (lost < report->lost + report->n &&
           (strcmp(lost->field, field) != 0 || strcmp(lost->why, why) != 0))
        lost++;
    if (lost == report->lost + WRITER_LOST)
        lost--; /* more fields than any writer names: the last row counts them all */
    if (lost == report->lost + report->n) {
        *lost = (struct writer_lost){field, why, 0, record};
        report->n++;
    }
    lost->count++;
}

int writer_refuse(struct writer_report *report, const char *why, uint64_t record)
{
    report->refused = why;
    report->refused_at = record;
    return SLUSS_EINVAL;
}

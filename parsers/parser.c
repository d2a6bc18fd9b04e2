#include "parsers/parser.h"

#include "parsers/autogiro.h"
#include "parsers/bgmax.h"
#include "parsers/bgocr.h"
#include "parsers/camt.h"
#include "parsers/casecsv.h"
#include "parsers/cii.h"
#include "parsers/ehf.h"
#include "parsers/invoic.h"
#include "parsers/lb.h"
#include "parsers/ocrgiro.h"
#include "parsers/mt940.h"
#include "parsers/oioubl.h"
#include "parsers/pain.h"
#include "parsers/finvoice.h"
#include "parsers/peppol.h"
#include "parsers/svefaktura.h"
#include "parsers/totalin.h"

const struct format *const formats[] = {
    &format_bgmax,
    &format_totalin,
    &format_autogiro,
    &format_lb,
    &format_bgocr,
    &format_ocrgiro,
    &format_camt052,
    &format_camt053,
    &format_camt054,
    &format_pain001,
    &format_mt940,
    &format_peppol,
    &format_svefaktura,
    &format_finvoice,
    &format_oioubl,
    &format_cii,
    &format_ehf,
    &format_invoic,
    &format_casecsv,
};

const size_t format_count = sizeof(formats) / sizeof(formats[0]);

const struct format *format_by_name(struct span name)
{
    for (size_t i = 0; i < format_count; i++)
        if (span_eq_str(name, formats[i]->name))
            return formats[i];
    return NULL;
}

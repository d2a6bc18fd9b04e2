/* casecsv.h -- case-csv, the case file that sluss defines for senders that have none
 *
 * Source: doc of the format: separator ';', quotes as in RFC 4180, UTF-8 or ISO-8859-1, LF or
 *         CRLF; an optional first line "#case-csv;version=1;...;environment=P" (T: test), a
 *         header row with column names in any order (unknown columns are passed over), one
 *         row a case, an optional last line "#end;items=N;sum=1234,50".
 * Text:   each record is UTF-8 where it is valid UTF-8, else ISO-8859-1. Both in one file is a
 *         finding.
 * Items:  one a row. A credit note counts negative whatever its sign in the file. An amount
 *         that cannot be read counts as 0 (and rejects the file), a currency that cannot, as
 *         XXX.
 * Totals: #end's items and sum must agree. With several currencies the sum says nothing and is
 *         not compared.
 * End:    #end proves that the file is whole. Without it a missing line end behind the last row
 *         is TRUNCATED at level hold, since nothing proves the end; a last row that has too few
 *         columns as well is TRUNCATED at its own level. A "#end" without line end proves the
 *         end only when it has come to its sum.
 * Limits: RECORD_MAX bytes in a record, DELIMITED_FIELDS_MAX columns; behind either the file is
 *         not read further.
 */
#ifndef SLUSS_PARSERS_CASECSV_H
#define SLUSS_PARSERS_CASECSV_H

#include "parsers/parser.h"

extern const struct format format_casecsv;

#endif

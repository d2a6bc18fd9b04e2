/* json.h -- writing JSON, one object a line
 *
 * The one writer of sluss: commas and escaping are kept right by it. Text that is not valid
 * UTF-8 is written escaped for display (text_escape), so that output is always JSON.
 * (Reading JSON is jansson's; no name here may be one of its.)
 */
#ifndef SLUSS_MODEL_JSON_H
#define SLUSS_MODEL_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "model/buf.h"
#include "model/date.h"
#include "model/delivery.h"
#include "model/finding.h"
#include "model/item.h"
#include "model/span.h"
#include "model/summary.h"

/* A writer over a buffer. Keys are null inside arrays. Errors stick in the buffer. */
struct json {
    struct buf *out;
    bool comma; /* a comma is due before the next value */
};

void json_start(struct json *j, struct buf *out);
void json_object_begin(struct json *j, const char *key);
void json_object_end(struct json *j);
void json_array_begin(struct json *j, const char *key);
void json_array_end(struct json *j);
/* An absent span (null pointer) is written as null. */
void json_text(struct json *j, const char *key, struct span text);
void json_cstr(struct json *j, const char *key, const char *text);
void json_int(struct json *j, const char *key, int64_t n);
void json_uint(struct json *j, const char *key, uint64_t n);
void json_double(struct json *j, const char *key, double x); /* finite; up to 6 decimals */
void json_bool(struct json *j, const char *key, bool b);
void json_nothing(struct json *j, const char *key);
/* Null for DATE_NONE; null for 0. */
void json_date(struct json *j, const char *key, struct date d);
void json_instant(struct json *j, const char *key, int64_t at_us);
void json_hex(struct json *j, const char *key, const uint8_t *bytes, size_t n);
/* Ready JSON, as it is. */
void json_raw(struct json *j, const char *key, struct span json_text);

/* The shapes that several programs print; all as INTERFACE says. */

/* "counterparties": items by who they are about, "references": by their check digits. */
void json_parties(struct json *j, const struct summary *summary);

/* An object as `items --json` has it, without line end. */
void json_item(struct json *j, const struct item *item);
/* The same for a payment inside an item (sink.detail), which begins with "detail": true. */
void json_detail(struct json *j, const struct item *payment);
/* {"check","level","text" (English),"text_sv","weight","record","evidence":{...}} */
void json_finding(struct json *j, const struct finding *f);
/* The facts of a finding as one object. */
void json_evidence(struct json *j, const char *key, const struct finding *f);
/* Into the open object, only where there is one: "seal", "envelope". */
void json_wrappers(struct json *j, const struct summary *summary);
/* "origin": {"layout" (16 digits; null: not known),"sequence","created_at","producer"}, null where
 * the file does not say. */
void json_origin(struct json *j, const struct origin *origin);
/* Into the open object: "items","sum_minor","currency" and, where currencies mix, "sums"
 * (sum_minor is null then too). A file without items has sum 0 and currency null. */
void json_sums(struct json *j, const struct summary *summary);
/* Into the open object: the keys that list, show and queue share. */
void json_delivery(struct json *j, const struct delivery *delivery);

#endif

/* value.h -- one value of the configuration: strict readers and checks
 *
 * Nothing is guessed: a number without its unit, a leading zero (octal to some), a blank
 * inside, are refused. Every function gives null when all is well, else what is wrong and
 * what to do, as a constant text.
 */
#ifndef SLUSS_CONF_VALUE_H
#define SLUSS_CONF_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/date.h"

/* 500ms, 90s, 10m, 1h, 2d, as microseconds. */
const char *value_time(const char *text, int64_t *us);
/* 512k, 64M, 1G, as bytes. */
const char *value_size(const char *text, int64_t *bytes);
const char *value_integer(const char *text, int64_t *number);
/* "24h 50000": a time, a blank, whole kronor. */
const char *value_level(const char *text, int64_t *after_us, int64_t *kronor);
/* A share of a whole: 0.2%, 1%, up to four digits behind the point, as parts per million. */
const char *value_share(const char *text, int64_t *millionths);
/* yes, no, true, false, on, off. */
const char *value_bool(const char *text, bool *yes);

/* 2026-12-31, a day that exists. */
const char *value_date(const char *text, struct date *date);

/* Absolute, without empty, "." and ".." parts and without a slash at the end. */
const char *check_path(const char *text);
const char *check_socket(const char *text);
const char *check_text(const char *text);
const char *check_level(const char *text);
/* "80%", as per cent: 1 to 1000, whole. */
const char *value_escalation(const char *text, int *percent);
const char *check_escalation(const char *text);
/* An address as SMTP takes it: one @, ASCII, nothing a header could be made of. */
const char *check_address(const char *text);
/* A pattern (fnmatch) of addresses that does not fit every one. */
const char *check_address_pattern(const char *text);
/* smtp://HOST[:PORT], smtps://HOST[:PORT] or sendmail:PATH. */
const char *check_relay(const char *text);
/* https://HOST[:PORT][/PATH], or http:// of this machine alone: what it says is of others. */
const char *check_webhook(const char *text);
/* A name of the list of formats, or layout:NAME. */
const char *check_format(const char *text);
/* A bankgiro or plusgiro number with a right check digit. */
const char *check_account(const char *text);
/* A pattern of file names that is not everything. */
const char *check_pattern(const char *text);
const char *check_marker(const char *text);
/* A path, or the name of a systemd credential. */
const char *check_secret_file(const char *text);
/* The same, for who would write the key itself there. */
const char *check_key_file(const char *text);
/* 32 hexadecimal digits. */
const char *check_kvv(const char *text);
/* daily, weekdays, weekly, monthly, or a time. */
const char *check_expect(const char *text);
/* A zone that the system has: an unknown one would silently be UTC. */
const char *check_zone(const char *text);
/* What a partner or unit may be called in the configuration: it becomes part of file names. */
const char *check_id(const char *text);

#endif

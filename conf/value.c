/* value.c -- one value of the configuration: strict readers and checks */
#include "conf/value.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "model/buf.h"
#include "model/error.h"
#include "model/ident.h"
#include "model/seal.h"

#define ID_MOST      60
#define ADDRESS_MOST 254
#define NAME_MOST    255
#define ZONES        "/usr/share/zoneinfo"

static const char lower_digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit times[] = {
    {"ms", 1000}, {"s", 1000000}, {"m", 60000000}, {"h", 3600000000}, {"d", 86400000000}, {0},
};

static const struct unit sizes[] = {
    {"k", 1024},
    {"M", INT64_C(1048576)},
    {"G", INT64_C(1073741824)},
    {0},
};

/* Digits, then one of the units. */
static bool with_unit(const char *text, const struct unit *units, int64_t *out)
{
    size_t digits = strspn(text, "0123456789");
    int64_t number = 0;

    if (digits == 0 || (digits > 1 && text[0] == '0'))
        return false;
    for (size_t i = 0; i < digits; i++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, text[i] - '0', &number))
            return false;
    for (; units->name; units++)
        if (strcmp(text + digits, units->name) == 0)
            return !__builtin_mul_overflow(number, units->factor, out);
    return false;
}

const char *value_time(const char *text, int64_t *us)
{
    return with_unit(text, times, us)
               ? NULL
               : "not a time; write a whole number and its unit, as in 500ms, 90s, 10m, 1h, 2d";
}

const char *value_size(const char *text, int64_t *bytes)
{
    return with_unit(text, sizes, bytes)
               ? NULL
               : "not a size; write a whole number and its unit, as in 512k, 64M, 1G";
}

const char *value_integer(const char *text, int64_t *number)
{
    static const struct unit none[] = {{"", 1}, {0}};

    return with_unit(text, none, number)
               ? NULL
               : "not a number; write decimal digits only, without a leading zero";
}

const char *value_level(const char *text, int64_t *after_us, int64_t *kronor)
{
    static const char wrong[] = "not a penalty's level; write a time of at most 365d, a blank and "
                                "kronor up to 1000000000, as in \"24h 50000\"";
    char time[24];
    size_t n = strcspn(text, " ");
    int64_t us, amount;

    if (text[n] != ' ' || n >= sizeof time)
        return wrong;
    memcpy(time, text, n);
    time[n] = '\0';
    if (value_time(time, &us) || us > 365 * INT64_C(86400000000) ||
        value_integer(text + n + 1, &amount) || amount > 1000000000)
        return wrong;
    *after_us = us;
    *kronor = amount;
    return NULL;
}

const char *value_escalation(const char *text, int *percent)
{
    static const struct unit share[] = {{"%", 1}, {0}};
    int64_t number;

    if (!with_unit(text, share, &number) || number < 1 || number > 1000)
        return "not a share of the receipt's time; write whole per cent from 1% to 1000%";
    *percent = (int)number;
    return NULL;
}

const char *check_escalation(const char *text)
{
    int percent;

    return value_escalation(text, &percent);
}

const char *check_level(const char *text)
{
    int64_t after_us, kronor;

    return value_level(text, &after_us, &kronor);
}

/* Exact: a digit behind the point is so many millionths, and there is no rounding. */
static bool share_of(const char *text, int64_t *millionths)
{
    static const int64_t factors[] = {1000, 100, 10, 1};
    size_t whole = strspn(text, "0123456789");
    const char *rest = text + whole;
    int64_t n = 0;

    if (whole == 0 || whole > 3 || (whole > 1 && text[0] == '0'))
        return false;
    for (size_t i = 0; i < whole; i++)
        n = n * 10 + (text[i] - '0');
    n *= 10000;
    if (*rest == '.') {
        size_t digits = strspn(++rest, "0123456789");

        if (digits == 0 || digits > 4)
            return false;
        for (size_t i = 0; i < digits; i++)
            n += (rest[i] - '0') * factors[i];
        rest += digits;
    }
    *millionths = n;
    return strcmp(rest, "%") == 0 && n <= 1000000;
}

const char *value_share(const char *text, int64_t *millionths)
{
    return share_of(text, millionths)
               ? NULL
               : "not a share; write a percentage with a decimal point, as in 0.2% or 1%";
}

const char *value_bool(const char *text, bool *yes)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) == 0) {
            *yes = i % 2 == 1;
            return NULL;
        }
    }
    return "neither yes nor no; write one of them";
}

const char *check_text(const char *text)
{
    return *text ? NULL : "empty; write something, or remove the key";
}

const char *check_path(const char *text)
{
    size_t n = strlen(text);

    if (text[0] != '/')
        return "not an absolute path; begin with /";
    if (n == 1)
        return "the root directory makes no sense here; name a directory or file of its own";
    if (n >= 4096)
        return "longer than a path can be; shorten it";
    for (const char *part = text; part; part = strchr(part + 1, '/')) {
        size_t length = strcspn(part + 1, "/");

        if (length == 0)
            return "a path with an empty part; remove the slash that is too much";
        if (length == strspn(part + 1, ".") && length <= 2)
            return "a path with a . or .. part; write it straight";
        if (length > NAME_MOST)
            return "a path with a part longer than 255 bytes; shorten it";
    }
    return NULL;
}

const char *check_socket(const char *text)
{
    struct sockaddr_un address;

    return strlen(text) < sizeof address.sun_path ? NULL
                                                  : "longer than the path of a socket can be; "
                                                    "write at most 107 bytes";
}

static bool all_of(const char *text, size_t n, const char *allowed)
{
    return strspn(text, allowed) >= n;
}

static bool host_sound(const char *host, size_t n)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";

    return n > 0 && n <= 253 && all_of(host, n, allowed) && host[0] != '.' && host[0] != '-' &&
           host[n - 1] != '.' && !memmem(host, n, "..", 2);
}

const char *check_address(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "!#$%&'*+-/=?^_`{|}~.";
    const char *at = strchr(text, '@');

    if (!at || at == text || strlen(text) > ADDRESS_MOST ||
        !all_of(text, (size_t)(at - text), allowed) || !host_sound(at + 1, strlen(at + 1)))
        return "not an e-mail address; write the bare address, as in ekonomi@heby.example";
    return NULL;
}

const char *check_address_pattern(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "!#$%&'*+-/=?^_`{|}~.@[]";
    const char *at = strchr(text, '@');

    if (!at || at == text || !at[1] || strchr(at + 1, '@') || strlen(text) > ADDRESS_MOST ||
        !all_of(text, strlen(text), allowed))
        return "not a pattern of addresses; write one as in *@test.example";
    if (strspn(at + 1, "*?.") == strlen(at + 1) && strspn(text, "*?") == (size_t)(at - text))
        return "a pattern that fits every address; write one that tells them apart, as in "
               "*@test.example";
    return NULL;
}

/* HOST, HOST:PORT, [IPv6] or [IPv6]:PORT. */
static bool host_port_sound(const char *text)
{
    size_t n = strcspn(text, ":");
    int64_t port;

    if (text[0] == '[') {
        n = strcspn(text, "]") + 1;
        if (n < 4 || n > strlen(text) || !all_of(text + 1, n - 2, "0123456789abcdefABCDEF:."))
            return false;
    } else if (!host_sound(text, n)) {
        return false;
    }
    if (text[n] == 0)
        return true;
    return text[n] == ':' && !value_integer(text + n + 1, &port) && port >= 1 && port <= 65535;
}

const char *check_relay(const char *text)
{
    static const char *const schemes[] = {"smtp://", "smtps://"};
    static const char program[] = "sendmail:";

    if (strncmp(text, program, sizeof program - 1) == 0)
        return check_path(text + sizeof program - 1)
                   ? "not a program; write its path, as in sendmail:/usr/sbin/sendmail"
                   : NULL;
    if (strchr(text, '@'))
        return "a relay's name and password do not belong here; use user and password-file";
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t n = strlen(schemes[i]);

        if (strncmp(text, schemes[i], n) == 0)
            return host_port_sound(text + n) ? NULL
                                             : "host or port make no sense; write "
                                               "smtp://HOST:PORT or smtps://HOST:PORT";
    }
    return "not a relay; write smtp://HOST:PORT, smtps://HOST:PORT or sendmail:PATH";
}

/* A host that is this machine, up to its end, port or path. */
static bool is_loopback(const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i]);

        if (strncmp(host, names[i], n) == 0 && strchr(":/", host[n]))
            return true;
    }
    return false;
}

const char *check_webhook(const char *text)
{
    static const char https[] = "https://", http[] = "http://";
    bool safe = strncmp(text, https, strlen(https)) == 0;
    const char *host = text + (safe ? strlen(https) : strlen(http));
    char authority[ADDRESS_MOST + 1];
    size_t n;

    if (!safe && strncmp(text, http, strlen(http)) != 0)
        return "not an address of the web; write https://HOST/PATH";
    for (const char *c = text; *c; c++)
        if (*c <= ' ' || *c > '~' || strchr("\"\\<>^`{|}", *c))
            return "an address with a blank or a sign that must be written as %XX";
    n = strcspn(host, "/?#");
    if (n > ADDRESS_MOST)
        return "longer than a host can be; shorten it";
    memcpy(authority, host, n);
    authority[n] = '\0';
    if (strchr(authority, '@'))
        return "a name and password do not belong here; the signature says who we are";
    if (!host_port_sound(authority))
        return "host or port make no sense; write https://HOST:PORT/PATH";
    if (!safe && !is_loopback(host))
        return "not encrypted; write https://, but for a host that is this machine";
    return NULL;
}

const char *value_date(const char *text, struct date *date)
{
    int rc = date_parse_iso(span_str(text), date);

    if (rc == SLUSS_EINVAL)
        return "no such day; look into a calendar";
    return rc == 0 ? NULL : "not a day; write one as in 2026-12-31";
}

const char *check_format(const char *text)
{
    static const char *const names[] = {
        "bgmax",    "total-in",     "autogiro",       "lb",       "bankgiro-ocr",
        "ocr-giro", "camt.052",     "camt.053",       "camt.054", "pain.001",
        "mt940",    "peppol-bis-3", "svefaktura",     "finvoice", "oioubl",
        "cii",      "ehf-reminder", "edifact-invoic", "case-csv",
    };
    static const char layout[] = "layout:";

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i]) == 0)
            return NULL;
    if (strncmp(text, layout, strlen(layout)) == 0 && !check_id(text + strlen(layout)))
        return NULL;
    return "not a format; `slussctl formats` lists them, and layout:NAME is one of your own";
}

const char *check_account(const char *text)
{
    char bare[ACCOUNT_SIZE];

    return bankgiro_normalise(span_str(text), bare) || plusgiro_normalise(span_str(text), bare)
               ? NULL
               : "neither a bankgiro nor a plusgiro number; check its digits";
}

const char *check_pattern(const char *text)
{
    if (!*text || strlen(text) > NAME_MOST || strchr(text, '/'))
        return "not a pattern of file names; write one without /, as in *.tmp";
    if (strspn(text, "*?") == strlen(text) && strchr(text, '*'))
        return "a pattern that fits every name; write one that tells names apart, as in *.tmp";
    return NULL;
}

const char *check_marker(const char *text)
{
    const char *name = strstr(text, "{name}");
    const char *rest = name ? name + strlen("{name}") : text;

    if (!*text || strlen(text) > NAME_MOST - 1 || strchr(text, '/') || strpbrk(rest, "{}") ||
        (name && memchr(text, '{', (size_t)(name - text))))
        return "not a companion's name; write {name}.ok, *.ok or .ok";
    if (name             ? strlen(text) > strlen("{name}")
        : text[0] == '*' ? text[1] && !strchr(text + 1, '*')
                         : text[0] == '.' && text[1])
        return NULL;
    return "a companion's name that does not say whose it is; write {name}.ok, *.ok or .ok";
}

const char *check_expect(const char *text)
{
    static const char *const words[] = {"daily", "weekdays", "weekly", "monthly"};
    int64_t us;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return NULL;
    if (!value_time(text, &us) && us > 0)
        return NULL;
    return "not a rhythm; write daily, weekdays, weekly, monthly, or a time as in 36h";
}

const char *check_zone(const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/";
    static const char wrong[] = "not a time zone of this system; write one as in Europe/Stockholm "
                                "(`timedatectl list-timezones` lists them)";
    struct buf path;
    struct stat st;
    bool there;

    if (!*text || text[0] == '/' || !all_of(text, strlen(text), allowed))
        return wrong;
    /* A system without zone files (a small container) cannot be asked. */
    if (strcmp(text, "UTC") == 0 || access(ZONES, X_OK) != 0)
        return NULL;
    buf_init(&path, 4096);
    (void)buf_printf(&path, "%s/%s", ZONES, text);
    there = !path.failed && stat(buf_cstr(&path), &st) == 0 && S_ISREG(st.st_mode);
    buf_free(&path);
    return there ? NULL : wrong;
}

const char *check_secret_file(const char *text)
{
    size_t n = strlen(text);

    if (strchr(text, '/'))
        return check_path(text);
    if (n == 0 || n > NAME_MOST || text[0] == '.' ||
        !all_of(text, n, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"))
        return "neither a path nor the name of a credential; write one as in "
               "/etc/sluss/heby-seal.key";
    return NULL;
}

const char *check_key_file(const char *text)
{
    const char *wrong = check_secret_file(text);

    if (!wrong && !check_kvv(text))
        wrong = "a key does not belong here; write it into a file, and name that";
    return wrong;
}

const char *check_kvv(const char *text)
{
    uint8_t bytes[SEAL_SIZE];

    if (!seal_parse(span_str(text), bytes))
        return "not a check value; write its 32 hexadecimal digits";
    return NULL;
}

const char *check_id(const char *text)
{
    size_t n = strlen(text);

    /* Letters first: names like .. and -x never come up. */
    if (n == 0 || n > ID_MOST || !memchr(lower_digits, text[0], sizeof lower_digits - 1) ||
        !all_of(text, n, "abcdefghijklmnopqrstuvwxyz0123456789._-"))
        return "makes no sense as a name; write at most 60 of a-z, 0-9, . _ -, beginning with a "
               "letter or digit";
    return NULL;
}

/* schema.c -- every key of the configuration, and the manual page's list made of it */
#include "conf/schema.h"

#include <stdint.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/value.h"
#include "model/error.h"
#include "model/ident.h"

/* The field of a struct that a key fills. */
#define INTO(type, member) .offset = offsetof(type, member), .size = sizeof(((type *)0)->member)
#define NAME_MOST          32 /* letters in a key */
#define COUNT(array)       (sizeof(array) / sizeof *(array))

static const char *const one_local_relay[] = {"smtp://127.0.0.1:25", NULL};
static const char *const nothing[] = {NULL};
static const char *const languages[] = {"sv", "en", NULL};
static const char *const shares_told[] = {"50%", "80%", "100%", NULL};
/* The order of enum penalty_from. */
static const char *const penalty_origins[] = {"arrival", "limit", NULL};
static const char *const phases[] = {"test", "live", NULL}; /* the order of enum phase */

/* Names that the usual SFTP clients give to a file until it is whole. */
static const char *const in_transfer[] = {
    ".*",           "*.tmp", "*.temp", "*.part",      "*.partial", "*.filepart",
    "*.crdownload", "*.swp", "*~",     "*.uploading", NULL};

/* Filled lines: the formatter would make a page of every key. */
/* clang-format off */
static const struct conf_key main_keys[] = {
    {.name = "state-dir", .type = CONF_PATH, .value = "/var/lib/sluss",
     INTO(struct settings, state_dir),
     .help = "Directory of the store, the spool and the queue. It belongs to the daemon alone."},
    {.name = "control-socket", .type = CONF_PATH, .value = CONF_DEFAULT_SOCKET,
     .check = check_socket, INTO(struct settings, control_socket),
     .help = "Socket through which slussctl speaks to the daemon. At most 107 bytes long."},
    {.name = "time-zone", .type = CONF_TEXT, .value = "Europe/Stockholm", .check = check_zone,
     INTO(struct settings, time_zone),
     .help = "Time zone of times in receipts and reports. Inside, all times are UTC."},
    {.name = "template-dir", .type = CONF_PATH, .value = SLUSS_DATADIR "/templates",
     .shown = "where sluss was installed", INTO(struct settings, template_dir),
     .help = "Directory of the e-mail templates."},
    {.name = "contact", .type = CONF_TEXT, .check = check_text,
     .shown = "the address of smtp.from", INTO(struct settings, contact),
     .help = "Whom to call or write to, as receipts say it."},
    {.name = "reports-to", .type = CONF_LIST, .values = nothing, .check = check_address,
     .shown = "none: slussctl report alone", INTO(struct settings, reports_to),
     .help = "Addresses that receive the reports on the whole site: statistics each month and "
             "service levels each quarter, on the first banking day after."},
    {.name = "reports-language", .type = CONF_CHOICE, .value = "sv", .choices = languages,
     INTO(struct settings, reports_language),
     .help = "Language of the reports on the whole site."},
    {.name = "layouts", .type = CONF_LIST, .values = nothing, .check = check_path,
     INTO(struct settings, layout_files),
     .help = "Files that describe the formats of your own (sluss-layout(5)), or patterns of them "
             "as in /etc/sluss/layouts/*.layout. Each is proved by its sample."},
    {.name = "workers", .type = CONF_INTEGER, .value = "2", .least = "1", .most = "16",
     .unit = "processes", INTO(struct settings, workers),
     .help = "How many files are read at the same time, each by a process of its own."},
    {.name = "scan-interval", .type = CONF_TIME, .value = "10s", .least = "100ms", .most = "1h",
     INTO(struct settings, scan_interval_us),
     .help = "How often every inbox is looked through, also when the kernel reports nothing new."},
    {.name = "worker-timeout", .type = CONF_TIME, .value = "30s", .least = "100ms", .most = "1h",
     INTO(struct settings, worker_timeout_us),
     .help = "A process that reads a file and is silent this long is ended; the delivery is held."},
    {.name = "worker-memory", .type = CONF_SIZE, .value = "256M", .least = "16M", .most = "64G",
     INTO(struct settings, worker_memory),
     .help = "Most memory (address space) that a process reading a file may take."},
    {.name = "queue-lease", .type = CONF_TIME, .value = "15m", .least = "1s", .most = "7d",
     INTO(struct settings, queue_lease_us),
     .help = "A delivery taken from the queue and not acknowledged is offered again after this."},
    {.name = "stale-temporary", .type = CONF_TIME, .value = "24h", .least = "1s", .most = "30d",
     INTO(struct settings, stale_temporary_us),
     .help = "A file whose name says that it is in transfer, untouched this long, is reported."},
};

static const struct conf_key smtp_keys[] = {
    {.name = "relays", .type = CONF_LIST, .values = one_local_relay, .check = check_relay,
     INTO(struct settings, smtp.relays),
     .help = "Mail servers, tried in order: smtp://HOST:PORT (STARTTLS where offered), "
             "smtps://HOST:PORT, or as a last resort a local program, as in "
             "sendmail:/usr/sbin/sendmail."},
    {.name = "from", .type = CONF_TEXT, .check = check_address,
     .shown = "none; required once there is a unit", INTO(struct settings, smtp.from),
     .help = "Address that receipts and alerts come from."},
    {.name = "from-name", .type = CONF_TEXT, .check = check_text,
     INTO(struct settings, smtp.from_name),
     .help = "Name that mail programs show beside that address."},
    {.name = "bounces-to", .type = CONF_TEXT, .check = check_address,
     .shown = "the address of from", INTO(struct settings, smtp.bounces_to),
     .help = "Address that mail servers report to when they could not deliver: the sender of the "
             "envelope."},
    {.name = "only-to", .type = CONF_LIST, .values = nothing, .check = check_address_pattern,
     .shown = "any address", INTO(struct settings, smtp.only_to),
     .help = "Patterns of the addresses that mail may go to, as in *@test.example, for an "
             "instance that is only tried. Any other mail is never sent, and listed as "
             "not-allowed."},
    {.name = "user", .type = CONF_TEXT, .check = check_text, INTO(struct settings, smtp.user),
     .help = "Name to log in with at the relays. Needs password-file."},
    {.name = "password-file", .type = CONF_TEXT, .check = check_secret_file,
     INTO(struct settings, smtp.password_file),
     .help = "File whose first line is the password, closed to others. A path, or the name of a "
             "systemd credential."},
    {.name = "require-tls", .type = CONF_BOOL, .value = "no",
     INTO(struct settings, smtp.require_tls),
     .help = "Send only over an encrypted connection with a certificate that holds."},
    {.name = "ca-file", .type = CONF_PATH, .shown = "those of the system",
     INTO(struct settings, smtp.ca_file),
     .help = "Certificates (PEM) of those whose word alone counts for a mail server's "
             "certificate."},
    {.name = "timeout", .type = CONF_TIME, .value = "60s", .least = "100ms", .most = "10m",
     INTO(struct settings, smtp.timeout_us),
     .help = "Longest time one attempt at one relay takes."},
    {.name = "retry-first", .type = CONF_TIME, .value = "30s", .least = "100ms", .most = "1h",
     INTO(struct settings, smtp.retry_first_us),
     .help = "Pause after the first attempt that failed. It doubles with each further one."},
    {.name = "retry-most", .type = CONF_TIME, .value = "10m", .least = "100ms", .most = "1d",
     INTO(struct settings, smtp.retry_most_us),
     .help = "Longest pause between attempts. At least retry-first."},
    {.name = "give-up", .type = CONF_TIME, .value = "3d", .least = "1s", .most = "30d",
     INTO(struct settings, smtp.give_up_us),
     .help = "A message not delivered after this is given up, with an alert."},
};

static const struct conf_key alert_keys[] = {
    {.name = "to", .type = CONF_LIST, .values = nothing, .check = check_address,
     .shown = "none: alerts stand in the log only", INTO(struct settings, alerts.to),
     .help = "Addresses of those who run the daemon."},
    {.name = "gather-after", .type = CONF_TIME, .value = "5m", .least = "0s", .most = "1d",
     INTO(struct settings, alerts.gather_after_us),
     .help = "When the oldest alert has waited this long, all that wait go out as one mail."},
    {.name = "max-age", .type = CONF_TIME, .value = "3d", .least = "1s", .most = "30d",
     INTO(struct settings, alerts.max_age_us),
     .help = "An alert that could not be sent for this long is given up; it stays in the log."},
    {.name = "webhook", .type = CONF_TEXT, .check = check_webhook,
     INTO(struct settings, alerts.webhook),
     .help = "Address that each alert is posted to as JSON, signed: https://..., or http:// on "
             "this machine. Needs webhook-key-file."},
    {.name = "webhook-key-file", .type = CONF_TEXT, .check = check_key_file,
     INTO(struct settings, alerts.webhook_key_file),
     .help = "File whose first line is the key of the webhook's signature (HMAC-SHA256). A path, "
             "or the name of a systemd credential. Readable by the daemon alone."},
    {.name = "program", .type = CONF_PATH, INTO(struct settings, alerts.program),
     .help = "Program that is run for each alert, without a shell and without arguments, with "
             "the alert as JSON on standard input. What it ends with 0 for is told; else it is "
             "run again later."},
    {.name = "timeout", .type = CONF_TIME, .value = "30s", .least = "100ms", .most = "10m",
     INTO(struct settings, alerts.timeout_us),
     .help = "Longest time that program runs, or webhook takes to answer."},
    {.name = "relay-down-after", .type = CONF_TIME, .value = "1m", .least = "0s", .most = "1d",
     INTO(struct settings, alerts.relay_down_after_us),
     .help = "A mail server that does not answer for this long is told of."},
    {.name = "disk-warning", .type = CONF_SHARE, .value = "20%", .least = "0%", .most = "100%",
     INTO(struct settings, alerts.disk_warning),
     .help = "Free share of the disk of state-dir, or of an inbox, below which it is told of."},
    {.name = "disk-critical", .type = CONF_SHARE, .value = "5%", .least = "0%", .most = "100%",
     INTO(struct settings, alerts.disk_critical),
     .help = "The same, told as critical. At most disk-warning."},
    {.name = "queue-warning", .type = CONF_INTEGER, .value = "1000", .least = "1",
     .most = "1000000000", .unit = "deliveries", INTO(struct settings, alerts.queue_warning),
     .help = "So many deliveries waiting for the processing system are told of."},
    {.name = "queue-critical", .type = CONF_INTEGER, .value = "10000", .least = "1",
     .most = "1000000000", .unit = "deliveries", INTO(struct settings, alerts.queue_critical),
     .help = "The same, told as critical. At least queue-warning."},
};

static const struct conf_key sla_keys[] = {
    {.name = "receipt", .type = CONF_TIME, .value = "1h", .least = "1s", .most = "7d",
     INTO(struct sla_settings, receipt_us),
     .help = "Latest a receipt goes out, counted from the file being complete in the inbox."},
    {.name = "penalty-first-after", .type = CONF_TIME, .value = "1h", .least = "0s",
     .most = "30d", INTO(struct sla_settings, penalty_first_after_us),
     .help = "The first penalty is due when a receipt takes longer than this."},
    {.name = "penalty-interval", .type = CONF_TIME, .value = "2h", .least = "1s", .most = "30d",
     INTO(struct sla_settings, penalty_interval_us),
     .help = "One more penalty for each such time that it takes beyond that."},
    {.name = "penalty-amount", .type = CONF_INTEGER, .value = "5000", .least = "0",
     .most = "1000000000", .unit = "kronor", INTO(struct sla_settings, penalty_amount),
     .help = "Amount of one penalty."},
    {.name = "penalty-max-times", .type = CONF_INTEGER, .value = "4", .least = "0",
     .most = "1000", .unit = "times", INTO(struct sla_settings, penalty_max_times),
     .help = "Most penalties for one delivery."},
    {.name = "penalty-from", .type = CONF_CHOICE, .value = "arrival", .choices = penalty_origins,
     INTO(struct sla_settings, penalty_from),
     .help = "What the times of penalties are counted from: the file's arrival (the stricter "
             "reading of the agreement), or limit, the end of the receipt's time."},
    {.name = "penalty-levels", .type = CONF_LIST, .values = nothing, .check = check_level,
     .shown = "none",
     INTO(struct sla_settings, penalty_levels),
     .help = "Further penalties, each due once, as a time and an amount in kronor: \"24h 50000\". "
             "At most 8."},
    {.name = "escalate", .type = CONF_LIST, .values = shares_told, .check = check_escalation,
     INTO(struct sla_settings, escalate),
     .help = "When operators are told of a receipt that is not sent: shares of its time that are "
             "used up, from 1% to 1000%. From 100% on it is late, and told as critical. At most "
             "8."},
};

static const struct conf_key safeguard_keys[] = {
    {.name = "false-holds", .type = CONF_SHARE, .value = "0.5%", .least = "0.01%", .most = "5%",
     INTO(struct safeguard_settings, false_holds),
     .help = "The budget: the share of ordinary deliveries that may be held although nothing is "
             "wrong with them. Less holds less, and lets more wrong files through. Fixed rules "
             "(a file sent twice, a control total that does not agree) lie outside of it. "
             "slussctl backtest shows what a budget comes to."},
    {.name = "one-wrong-in", .type = CONF_INTEGER, .value = "2000", .least = "10",
     .most = "1000000", .unit = "files", INTO(struct safeguard_settings, one_wrong_in),
     .help = "One file in so many is taken to be wrong before anything is known of it."},
    {.name = "cost-of-hold", .type = CONF_INTEGER, .value = "500", .least = "1",
     .most = "1000000", .unit = "kronor", INTO(struct safeguard_settings, cost_of_hold),
     .help = "What it costs that a person looks at a held delivery."},
    {.name = "cost-of-miss", .type = CONF_INTEGER, .value = "20000", .least = "1",
     .most = "1000000000", .unit = "kronor", INTO(struct safeguard_settings, cost_of_miss),
     .help = "What a wrong file costs that is let through, however small it is."},
    {.name = "cost-of-miss-per-item", .type = CONF_INTEGER, .value = "200", .least = "0",
     .most = "1000000", .unit = "kronor",
     INTO(struct safeguard_settings, cost_of_miss_per_item),
     .help = "What each item of it costs beside that: a fee refunded, postage, a call."},
    {.name = "first-items", .type = CONF_INTEGER, .value = "50000", .least = "1",
     .most = "1000000000", .unit = "items", INTO(struct safeguard_settings, first_items),
     .help = "Before a unit has a habit, a delivery of more items than this is held."},
    {.name = "first-capital", .type = CONF_INTEGER, .value = "50000000", .least = "1",
     .most = "1000000000000", .unit = "kronor", INTO(struct safeguard_settings, first_capital),
     .help = "The same for a delivery of more kronor (or of whatever its currency is)."},
    {.name = "prescribed-persons", .type = CONF_INTEGER, .value = "3", .least = "0", .most = "30",
     .unit = "years", INTO(struct safeguard_settings, prescribed_persons),
     .help = "A claim on a private person that is older is told as possibly prescribed, and never "
             "held for it. 0: none is."},
    {.name = "prescribed-others", .type = CONF_INTEGER, .value = "10", .least = "0", .most = "30",
     .unit = "years", INTO(struct safeguard_settings, prescribed_others),
     .help = "The same for any other claim. What of a municipality counts as a claim on a "
             "consumer is for its lawyers."},
};

static const struct conf_key partner_keys[] = {
    {.name = "name", .type = CONF_TEXT, .check = check_text, .shown = "the partner's key",
     INTO(struct partner_settings, name),
     .help = "Name as people write it."},
    {.name = "language", .type = CONF_CHOICE, .value = "sv", .choices = languages,
     INTO(struct partner_settings, language),
     .help = "Language of the partner's receipts and reports."},
    {.name = "reports-to", .type = CONF_LIST, .values = nothing, .check = check_address,
     .shown = "none", INTO(struct partner_settings, reports_to),
     .help = "Addresses that receive the partner's own reports, which tell of its units alone: "
             "statistics each month and service levels each quarter, on the first banking day "
             "after."},
    {.name = "contact", .type = CONF_TEXT, .check = check_text, .shown = "that of the site",
     INTO(struct partner_settings, contact),
     .help = "Whom this partner calls or writes to."},
    {.name = "template-dir", .type = CONF_PATH, .shown = "that of the site",
     INTO(struct partner_settings, template_dir),
     .help = "Templates of this partner's receipts. What is not there is the site's."},
};

static const struct conf_key unit_keys[] = {
    {.name = "inbox", .type = CONF_PATH, .required = true, INTO(struct unit_settings, inbox),
     .help = "Directory where the unit drops its files. No two units share one."},
    {.name = "outbox", .type = CONF_PATH, INTO(struct unit_settings, outbox),
     .help = "Directory where files for the unit are put."},
    {.name = "receipts-to", .type = CONF_LIST, .required = true, .check = check_address,
     INTO(struct unit_settings, receipts_to),
     .help = "Addresses that receive the unit's receipts. At least one."},
    {.name = "copies-to", .type = CONF_LIST, .values = nothing, .check = check_address,
     .shown = "none", INTO(struct unit_settings, copies_to),
     .help = "Addresses that get a copy of each receipt, a mail of its own. Whether a copy arrives "
             "counts for nothing in the agreement."},
    {.name = "contact", .type = CONF_TEXT, .check = check_text, .shown = "that of the partner",
     INTO(struct unit_settings, contact),
     .help = "Whom this unit calls or writes to."},
    {.name = "template-dir", .type = CONF_PATH, .shown = "that of the partner",
     INTO(struct unit_settings, template_dir),
     .help = "Templates of this unit's receipts. What is not there is the site's."},
    {.name = "formats", .type = CONF_LIST, .values = nothing, .check = check_format,
     .shown = "every format", INTO(struct unit_settings, formats),
     .help = "Formats that the unit sends; a file in any other is held."},
    {.name = "phase", .type = CONF_CHOICE, .value = "test", .choices = phases,
     INTO(struct unit_settings, phase),
     .help = "Every delivery of a unit in phase test is held. live: the unit is in production."},
    {.name = "payee-accounts", .type = CONF_LIST, .values = nothing, .check = check_account,
     .shown = "any", INTO(struct unit_settings, payee_accounts),
     .help = "The bankgiro and plusgiro numbers that the unit's claims may name as payee."},
    {.name = "approvals", .type = CONF_INTEGER, .value = "1", .least = "1", .most = "5",
     .unit = "operators", INTO(struct unit_settings, approvals),
     .help = "How many operators must agree to release a held delivery."},
    {.name = "cool-off", .type = CONF_TIME, .value = "0s", .least = "0s", .most = "30d",
     INTO(struct unit_settings, cool_off_us),
     .help = "How long an accepted delivery waits before the queue shows it."},
    {.name = "settle", .type = CONF_TIME, .value = "2s", .least = "0s", .most = "1h",
     INTO(struct unit_settings, settle_us),
     .help = "How long a file must be left alone before it counts as complete."},
    {.name = "incomplete-grace", .type = CONF_TIME, .value = "10m", .least = "0s", .most = "30d",
     INTO(struct unit_settings, incomplete_grace_us),
     .help = "How long a file that is cut off may wait in the inbox for its rest."},
    {.name = "ignore", .type = CONF_LIST, .values = in_transfer, .check = check_pattern,
     INTO(struct unit_settings, ignore),
     .help = "Name patterns of files in transfer, left alone until they get their final name. A "
             "list written here replaces the default whole."},
    {.name = "marker", .type = CONF_TEXT, .check = check_marker,
     INTO(struct unit_settings, marker),
     .help = "Name of the companion file that says that a delivery is complete, as in {name}.ok: "
             "the delivery waits until it is there."},
    {.name = "expect", .type = CONF_TEXT, .check = check_expect,
     .shown = "learned from what comes", INTO(struct unit_settings, expect),
     .help = "How often a file should come: daily, weekdays, weekly, monthly, or a time as in "
             "36h."},
    {.name = "test-names", .type = CONF_LIST, .values = nothing, .check = check_pattern,
     .shown = "none beyond the words that sluss knows", INTO(struct unit_settings, test_names),
     .help = "Name patterns that mean a test file."},
    {.name = "seal-key-file", .type = CONF_TEXT, .check = check_key_file,
     INTO(struct unit_settings, seal_key_file),
     .help = "File with the key that the unit's files are sealed with (Bankgirot's HMAC seal): "
             "32 hexadecimal digits, closed to others. A path, or the name of a systemd "
             "credential."},
    {.name = "seal-test-kvv", .type = CONF_LIST, .values = nothing, .check = check_kvv,
     .shown = "none beyond that of Bankgirot's public test key",
     INTO(struct unit_settings, seal_test_kvv),
     .help = "Check values (KVV) of test keys of the unit: a file sealed with one is a test. At "
             "most 8."},
    {.name = "seal-required", .type = CONF_BOOL, .value = "no",
     INTO(struct unit_settings, seal_required),
     .help = "Hold every file of the unit that has no seal, or one that does not hold. Needs "
             "seal-key-file."},
};

static const struct conf_key waive_keys[] = {
    {.name = "by", .type = CONF_TEXT, .required = true, .check = check_text,
     INTO(struct waiver, by),
     .help = "Who answers for it, as receipts and the audit trail name it."},
    {.name = "until", .type = CONF_DATE, .required = true, INTO(struct waiver, until),
     .help = "Its last day, as in 2026-12-31. From the day after the check counts again."},
    {.name = "reason", .type = CONF_TEXT, .required = true, .check = check_text,
     INTO(struct waiver, reason),
     .help = "Why, for those who come after."},
};

const struct conf_section conf_sections[CONF_SECTION_COUNT] = {
    [CONF_MAIN] = {"", "Outside of sections", "Where things are, and how the daemon works.", false,
                   main_keys, COUNT(main_keys)},
    [CONF_SMTP] = {"smtp", "smtp { ... }", "How mail leaves.", false, smtp_keys, COUNT(smtp_keys)},
    [CONF_ALERTS] = {"alerts", "alerts { ... }", "Who is told when something needs a person.",
                     false, alert_keys, COUNT(alert_keys)},
    [CONF_SLA] = {"sla", "sla { ... } at the top, and inside a partner",
                  "What the agreement says of receipts and of late ones. A partner's own section "
                  "says where its agreement differs; for the rest, the one at the top holds.",
                  false, sla_keys, COUNT(sla_keys)},
    [CONF_SAFEGUARDS] = {"safeguards", "safeguards { ... } at the top, and inside a unit",
                         "How careful the gate is: what a held delivery that was right may cost, "
                         "against a wrong one that passes. A unit's own section says where it "
                         "differs; for the rest, the one at the top holds.",
                         false, safeguard_keys, COUNT(safeguard_keys)},
    [CONF_PARTNER] = {"partner", "partner \"KEY\" { ... }",
                      "An organisation that sends files; as many as there are. KEY: a-z, 0-9, "
                      ". _ -, at most 60.",
                      true, partner_keys, COUNT(partner_keys)},
    [CONF_UNIT] = {"unit", "unit \"KEY\" { ... } inside a partner",
                   "A department of the partner with its own inbox, receipts and history. It is "
                   "called PARTNER/UNIT.",
                   true, unit_keys, COUNT(unit_keys)},
    [CONF_WAIVE] = {"waive", "waive \"CHECK\" { ... } inside a unit",
                    "What the check finds in the unit's files is told as a warning, and does not "
                    "stop them. One check each, by the name that findings carry; duplicate-file, "
                    "phase, test-mark and those that tell whether a file could be read are never "
                    "waived.",
                    true, waive_keys, COUNT(waive_keys)},
};

/* clang-format on */

_Static_assert(COUNT(main_keys) < CONF_KEYS_MOST && COUNT(unit_keys) < CONF_KEYS_MOST,
               "the largest sections fit");

const struct conf_key *conf_key_find(const struct conf_section *section, const char *name)
{
    for (size_t i = 0; i < section->n; i++)
        if (strcmp(section->keys[i].name, name) == 0)
            return &section->keys[i];
    return NULL;
}

/* How many letters must be added, removed or changed to make one of the other. Names longer
 * than any key are far from all. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MOST + 1];
    size_t n = strlen(a), m = strlen(b);

    if (n > NAME_MOST || m > NAME_MOST)
        return NAME_MOST;
    for (size_t k = 0; k <= m; k++)
        row[k] = k;
    for (size_t i = 1; i <= n; i++) {
        size_t corner = row[0];

        row[0] = i;
        for (size_t k = 1; k <= m; k++) {
            size_t best = corner + (a[i - 1] != b[k - 1]);

            corner = row[k];
            if (row[k] + 1 < best)
                best = row[k] + 1;
            if (row[k - 1] + 1 < best)
                best = row[k - 1] + 1;
            row[k] = best;
        }
    }
    return row[m];
}

const struct conf_key *conf_key_near(const struct conf_section *section, const char *name)
{
    const struct conf_key *near = NULL;
    size_t least = strlen(name) < 4 ? 2 : 3; /* nearer than this */

    for (size_t i = 0; i < section->n; i++) {
        size_t away = distance(name, section->keys[i].name);

        if (away < least) {
            least = away;
            near = &section->keys[i];
        }
    }
    return near;
}

/* --- values -------------------------------------------------------------------------------- */

/* Time, size, integer or share as a number. Null, or what is wrong. */
static const char *number_of(const struct conf_key *key, const char *text, int64_t *number)
{
    switch (key->type) {
    case CONF_TIME:
        return value_time(text, number);
    case CONF_SIZE:
        return value_size(text, number);
    case CONF_SHARE:
        return value_share(text, number);
    default:
        return value_integer(text, number);
    }
}

static bool number_sound(const struct conf_key *key, const char *text, struct buf *why)
{
    int64_t number, limit;
    const char *wrong = number_of(key, text, &number);

    if (wrong) {
        (void)buf_str(why, wrong);
        return false;
    }
    if (key->least && !number_of(key, key->least, &limit) && number < limit) {
        (void)buf_printf(why, "too small; write at least %s", key->least);
        return false;
    }
    if (key->most && !number_of(key, key->most, &limit) && number > limit) {
        (void)buf_printf(why, "too large; write at most %s", key->most);
        return false;
    }
    return true;
}

/* The place of the text among the choices, or -1. */
static int choice_of(const struct conf_key *key, const char *text)
{
    for (int i = 0; key->choices[i]; i++)
        if (strcmp(key->choices[i], text) == 0)
            return i;
    return -1;
}

static bool choice_sound(const struct conf_key *key, const char *text, struct buf *why)
{
    if (choice_of(key, text) >= 0)
        return true;
    (void)buf_str(why, "not one of the choices; write");
    for (int i = 0; key->choices[i]; i++)
        (void)buf_printf(why, "%s %s", i ? " or" : "", key->choices[i]);
    return false;
}

bool conf_value_sound(const struct conf_key *key, const char *text, struct buf *why)
{
    const char *wrong = NULL;
    struct date date;
    bool yes;

    switch (key->type) {
    case CONF_TIME:
    case CONF_SIZE:
    case CONF_INTEGER:
    case CONF_SHARE:
        return number_sound(key, text, why);
    case CONF_CHOICE:
        return choice_sound(key, text, why);
    case CONF_BOOL:
        wrong = value_bool(text, &yes);
        break;
    case CONF_DATE:
        wrong = value_date(text, &date);
        break;
    case CONF_PATH:
        wrong = check_path(text);
        break;
    case CONF_TEXT:
    case CONF_LIST:
        break;
    }
    if (!wrong && key->check)
        wrong = key->check(text);
    if (wrong)
        (void)buf_str(why, wrong);
    return !wrong;
}

/* Accounts are compared as bare digits, so they are kept as such. */
static const char *copy_text(const struct conf_key *key, const char *text, struct arena *arena)
{
    char bare[ACCOUNT_SIZE];

    if (key->check == check_account &&
        (bankgiro_normalise(span_str(text), bare) || plusgiro_normalise(span_str(text), bare)))
        text = bare;
    return arena_str(arena, span_str(text));
}

static int store_list(const struct conf_key *key, const char *const *values, size_t n,
                      struct arena *arena, void *field)
{
    struct texts texts = {.n = n};

    if (n) {
        texts.of = arena_array(arena, n, sizeof *texts.of);
        if (!texts.of)
            return SLUSS_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        texts.of[i] = copy_text(key, values[i], arena);
        if (!texts.of[i])
            return SLUSS_ENOMEM;
    }
    memcpy(field, &texts, sizeof texts);
    return 0;
}

static void store_number(const struct conf_key *key, int64_t number, void *field)
{
    int narrow = (int)number; /* the limits in the table see to that it fits */

    if (key->size == sizeof narrow)
        memcpy(field, &narrow, sizeof narrow);
    else
        memcpy(field, &number, sizeof number);
}

int conf_value_store(const struct conf_key *key, const char *const *values, size_t n,
                     struct arena *arena, void *base)
{
    void *field = (char *)base + key->offset;
    const char *text;
    struct date date = DATE_NONE;
    int64_t number = 0;
    bool yes = false;

    switch (key->type) {
    case CONF_LIST:
        return store_list(key, values, n, arena, field);
    case CONF_TIME:
    case CONF_SIZE:
    case CONF_INTEGER:
    case CONF_SHARE:
        (void)number_of(key, values[0], &number);
        store_number(key, number, field);
        return 0;
    case CONF_BOOL:
        (void)value_bool(values[0], &yes);
        memcpy(field, &yes, sizeof yes);
        return 0;
    case CONF_DATE:
        (void)value_date(values[0], &date);
        memcpy(field, &date, sizeof date);
        return 0;
    case CONF_CHOICE:
        if (key->size == sizeof(enum phase)) {
            store_number(key, choice_of(key, values[0]), field);
            return 0;
        }
        break;
    case CONF_TEXT:
    case CONF_PATH:
        break;
    }
    text = copy_text(key, values[0], arena);
    if (!text)
        return SLUSS_ENOMEM;
    memcpy(field, &text, sizeof text);
    return 0;
}

int conf_default_store(const struct conf_key *key, struct arena *arena, void *base)
{
    size_t n = 0;

    if (key->type == CONF_LIST) {
        while (key->values && key->values[n])
            n++;
        return conf_value_store(key, key->values, n, arena, base);
    }
    return key->value ? conf_value_store(key, &key->value, 1, arena, base) : 0;
}

/* --- the manual page's list ---------------------------------------------------------------- */

/* Text as troff takes it: no line begins with a dot or an apostrophe here. */
static void roff(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\\')
            (void)buf_str(out, "\\e");
        else if (*text == '-')
            (void)buf_str(out, "\\-");
        else if (*text == '~')
            (void)buf_str(out, "\\(ti");
        else if (*text == '"')
            (void)buf_str(out, "\\(dq");
        else
            (void)buf_char(out, *text);
    }
}

static void roff_default(struct buf *out, const struct conf_key *key)
{
    if (key->shown) {
        roff(out, key->shown);
    } else if (key->value) {
        (void)buf_str(out, "\\fB");
        roff(out, key->value);
        (void)buf_str(out, "\\fR");
    } else if (key->values && key->values[0]) {
        (void)buf_str(out, "\\fB{");
        for (size_t i = 0; key->values[i]; i++) {
            (void)buf_str(out, i ? ", \\(dq" : " \\(dq");
            roff(out, key->values[i]);
            (void)buf_str(out, "\\(dq");
        }
        (void)buf_str(out, " }\\fR");
    } else {
        (void)buf_str(out, "none");
    }
}

static void roff_kind(struct buf *out, const struct conf_key *key)
{
    static const char *const names[] = {
        [CONF_TEXT] = "text", [CONF_PATH] = "path",       [CONF_TIME] = "time",
        [CONF_SIZE] = "size", [CONF_INTEGER] = "integer", [CONF_SHARE] = "percentage",
        [CONF_LIST] = "list", [CONF_BOOL] = "yes|no",     [CONF_DATE] = "day",
        [CONF_CHOICE] = NULL,
    };

    (void)buf_str(out, "\\fI");
    if (key->type != CONF_CHOICE)
        roff(out, names[key->type]);
    for (size_t i = 0; key->type == CONF_CHOICE && key->choices[i]; i++) {
        (void)buf_str(out, i ? "|" : "");
        roff(out, key->choices[i]);
    }
    (void)buf_str(out, "\\fR");
}

static void roff_key(struct buf *out, const struct conf_key *key)
{
    (void)buf_str(out, ".TP\n\\fB");
    roff(out, key->name);
    (void)buf_str(out, "\\fR = ");
    roff_kind(out, key);
    (void)buf_char(out, '\n');
    roff(out, key->help);
    (void)buf_char(out, '\n');
    if (key->least && key->most) {
        (void)buf_str(out, "From ");
        roff(out, key->least);
        (void)buf_str(out, " to ");
        roff(out, key->most);
        if (key->unit)
            (void)buf_printf(out, " %s", key->unit);
        (void)buf_str(out, ".\n");
    }
    if (key->required) {
        (void)buf_str(out, "Required.\n");
        return;
    }
    (void)buf_str(out, "Default: ");
    roff_default(out, key);
    (void)buf_str(out, ".\n");
}

int conf_reference(struct buf *out)
{
    for (size_t i = 0; i < CONF_SECTION_COUNT; i++) {
        const struct conf_section *section = &conf_sections[i];

        (void)buf_str(out, ".SS ");
        roff(out, section->heading);
        (void)buf_char(out, '\n');
        roff(out, section->help);
        (void)buf_char(out, '\n');
        for (size_t k = 0; k < section->n; k++)
            roff_key(out, &section->keys[k]);
    }
    return buf_error(out);
}

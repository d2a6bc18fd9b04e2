/* conf_test.c -- a sound configuration gives its settings, a wrong one is told line by line */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "conf/schema.h"
#include "model/error.h"

#define TEXT_MOST 65536

/* A directory of its own for each test. */
struct place {
    char dir[64];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    if (!place)
        return -1;
    (void)snprintf(place->dir, sizeof place->dir, "/tmp/conf_test.XXXXXX");
    *state = place;
    return mkdtemp(place->dir) ? 0 : -1;
}

static int remove_place(void **state)
{
    static const char *const names[] = {"sluss.conf", "a.conf", "b.conf", "heby.conf", "fifo"};
    struct place *place = *state;
    char path[128];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", place->dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(place->dir);
    free(place);
    return 0;
}

static void put_bytes(const struct place *place, const char *name, const char *bytes, size_t n)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", place->dir, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void put(const struct place *place, const char *name, const char *text)
{
    put_bytes(place, name, text, strlen(text));
}

static int read_conf(const struct place *place, struct buf *errors, struct settings **out)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/sluss.conf", place->dir);
    buf_init(errors, TEXT_MOST);
    return conf_read(path, errors, out);
}

/* Read a text that is sound. */
static struct settings *sound(const struct place *place, const char *text)
{
    struct settings *settings;
    struct buf errors;

    put(place, "sluss.conf", text);
    if (read_conf(place, &errors, &settings) != 0)
        fail_msg("refused: %s", buf_cstr(&errors));
    assert_int_equal(errors.n, 0);
    buf_free(&errors);
    return settings;
}

/* --- what is sound ------------------------------------------------------------------------- */

static const char small[] = "state-dir      = \"/var/lib/sluss\"\n"
                            "control-socket = \"/run/sluss/control.sock\"\n"
                            "time-zone      = \"Europe/Stockholm\"\n"
                            "smtp {\n"
                            "  relays = { \"smtp://127.0.0.1:25\" }        # tried in order\n"
                            "  from   = \"kvittens@inkasso.example\"\n"
                            "}\n"
                            "alerts { to = { \"drift@inkasso.example\" } }\n"
                            "sla {                             # position 41\n"
                            "  receipt = 1h\n"
                            "  penalty-first-after = 1h\n"
                            "  penalty-interval    = 2h\n"
                            "  penalty-amount      = 5000      # kronor\n"
                            "  penalty-max-times   = 4\n"
                            "}\n"
                            "partner \"heby\" {\n"
                            "  name = \"Heby kommun\"\n"
                            "  language = \"sv\"\n"
                            "  unit \"ekonomi\" {\n"
                            "    inbox       = \"/srv/sftp/heby/ekonomi/in\"\n"
                            "    outbox      = \"/srv/sftp/heby/ekonomi/out\"\n"
                            "    receipts-to = { \"ekonomi@heby.example\" }\n"
                            "    formats     = { \"case-csv\", \"peppol-bis-3\", \"svefaktura\" }\n"
                            "    phase       = live\n"
                            "  }\n"
                            "  unit \"teknik\" {\n"
                            "    inbox       = \"/srv/sftp/heby/teknik/in\"\n"
                            "    receipts-to = { \"teknik@heby.example\" }\n"
                            "    phase       = test\n"
                            "  }\n"
                            "}\n";

static void the_small_example_becomes_settings(void **state)
{
    struct settings *settings = sound(*state, small);
    const struct unit_settings *unit = settings_unit(settings, "heby/ekonomi");

    assert_string_equal(settings->state_dir, "/var/lib/sluss");
    assert_true(settings->sla.penalty_interval_us == INT64_C(7200000000));
    assert_true(settings->sla.penalty_amount == 5000);
    assert_int_equal(settings->sla.penalty_max_times, 4);
    assert_int_equal(settings->smtp.relays.n, 1);
    assert_string_equal(settings->alerts.to.of[0], "drift@inkasso.example");
    assert_int_equal(settings->unit_count, 2);
    assert_non_null(unit);
    assert_string_equal(unit->partner, "heby");
    assert_string_equal(unit->partner_name, "Heby kommun");
    assert_string_equal(unit->language, "sv");
    assert_string_equal(unit->outbox, "/srv/sftp/heby/ekonomi/out");
    assert_int_equal(unit->formats.n, 3);
    assert_int_equal(unit->phase, PHASE_LIVE);
    unit = settings_unit(settings, "heby/teknik");
    assert_int_equal(unit->phase, PHASE_TEST);
    assert_null(unit->outbox);
    assert_int_equal(unit->formats.n, 0);
    settings_free(&settings);
}

static void what_is_not_written_has_its_default(void **state)
{
    struct settings *settings = sound(*state, "smtp { from = k@i.example }\n"
                                              "partner heby { unit ekonomi {\n"
                                              " inbox = /in\n receipts-to = a@h.example\n} }");
    const struct unit_settings *unit = &settings->units[0];

    assert_string_equal(settings->control_socket, "/run/sluss/control.sock");
    assert_string_equal(settings->template_dir, SLUSS_DATADIR "/templates");
    assert_null(settings->contact);
    assert_int_equal(settings->workers, 2);
    assert_true(settings->scan_interval_us == 10000000);
    assert_true(settings->worker_timeout_us == 30000000);
    assert_true(settings->worker_memory == UINT64_C(268435456));
    assert_true(settings->queue_lease_us == INT64_C(900000000));
    assert_true(settings->stale_temporary_us == INT64_C(86400000000));
    assert_string_equal(settings->smtp.relays.of[0], "smtp://127.0.0.1:25");
    assert_false(settings->smtp.require_tls);
    assert_true(settings->smtp.give_up_us == INT64_C(259200000000));
    assert_true(settings->sla.receipt_us == INT64_C(3600000000));
    assert_string_equal(unit->partner_name, "heby");
    assert_string_equal(unit->language, "sv");
    assert_int_equal(unit->phase, PHASE_TEST); /* nobody goes live by forgetting a line */
    assert_int_equal(unit->approvals, 1);
    assert_true(unit->settle_us == 2000000);
    assert_true(unit->incomplete_grace_us == INT64_C(600000000));
    assert_true(unit->cool_off_us == 0);
    assert_int_equal(unit->ignore.n, 10);
    assert_string_equal(unit->ignore.of[0], ".*");
    assert_null(unit->marker);
    settings_free(&settings);
}

#define SMTP "smtp { from = k@i.example }\n"

static void a_unit_may_have_waivers(void **state)
{
    struct settings *settings =
        sound(*state, SMTP "partner heby { unit e {\ninbox = /in\nreceipts-to = a@h.example\n"
                           "waive totals { by = 'Anna Berg' until = 2026-12-31 reason = 'Old.' }\n"
                           "waive \"duplicate-item\" {\n by = B\n until = 2027-01-02\n reason = C }"
                           "\n} unit t { inbox = /t receipts-to = a@h.example } }");
    const struct unit_settings *unit = &settings->units[0];

    assert_int_equal(unit->waiver_count, 2);
    assert_string_equal(unit->waivers[0].check, "totals");
    assert_string_equal(unit->waivers[0].by, "Anna Berg");
    assert_string_equal(unit->waivers[0].reason, "Old.");
    assert_int_equal(date_compare(unit->waivers[0].until, (struct date){2026, 12, 31}), 0);
    assert_string_equal(unit->waivers[1].check, "duplicate-item");
    assert_non_null(strstr(unit->waivers[1].at, "/sluss.conf:8"));
    assert_int_equal(settings->units[1].waiver_count, 0);
    settings_free(&settings);
}

static void a_partner_s_agreement_may_differ(void **state)
{
    struct settings *settings = sound(
        *state, "sla { penalty-interval = 3h\npenalty-max-times = 2 }\nsmtp { from = a@b.c }\n"
                "partner h {\n sla { receipt = 2h penalty-from = limit\n"
                "  penalty-levels = { \"24h 50000\", '48h 1' } escalate = { 300%, 75% } }\n"
                " unit e { inbox = /h receipts-to = a@b.c } }\n"
                "partner k { unit e { inbox = /k receipts-to = a@b.c } }\n");
    const struct penalty_terms *site = &settings->sla.terms;
    const struct penalty_terms *heby = &settings_unit(settings, "h/e")->sla.terms;

    assert_int_equal(site->n, 1);
    assert_int_equal(site->from, PENALTY_FROM_ARRIVAL);
    assert_int_equal(site->of[0].every_us, INT64_C(10800000000));
    assert_memory_equal(&settings_unit(settings, "k/e")->sla.terms, site, sizeof *site);
    assert_int_equal(heby->receipt_us, INT64_C(7200000000));
    assert_int_equal(heby->from, PENALTY_FROM_LIMIT);
    assert_int_equal(heby->n, 3);
    assert_int_equal(heby->of[0].times, 2); /* of the site */
    assert_int_equal(heby->of[0].amount_minor, 500000);
    assert_int_equal(heby->of[1].after_us, INT64_C(86400000000));
    assert_int_equal(heby->of[1].amount_minor, 5000000);
    assert_int_equal(heby->of[2].amount_minor, 100);
    assert_int_equal(settings->sla.shares_n, 3);
    assert_int_equal(settings_unit(settings, "h/e")->sla.shares_n, 2);
    assert_int_equal(settings_unit(settings, "h/e")->sla.shares[0], 75);
    settings_free(&settings);
}

static void reports_have_readers_of_the_site_and_of_partners(void **state)
{
    struct settings *settings = sound(
        *state, SMTP "reports-to = avtal@i.example\nreports-language = en\n"
                "partner h {\n name = Heby reports-to = { a@h.example, b@h.example }\n"
                " unit e { inbox = /h receipts-to = a@b.c } }\n"
                "partner k { language = en unit e { inbox = /k receipts-to = a@b.c } }\n");
    const struct partner_settings *heby = settings_partner(settings, "h");

    assert_int_equal(settings->reports_to.n, 1);
    assert_string_equal(settings->reports_language, "en");
    assert_int_equal(settings->partner_count, 2);
    assert_string_equal(heby->name, "Heby");
    assert_string_equal(heby->language, "sv");
    assert_int_equal(heby->reports_to.n, 2);
    assert_string_equal(settings_partner(settings, "k")->name, "k");
    assert_int_equal(settings_partner(settings, "k")->reports_to.n, 0);
    assert_null(settings_partner(settings, "h/e"));
    assert_null(settings_partner(settings, NULL));
    settings_free(&settings);
}

static void an_empty_file_is_a_daemon_without_units(void **state)
{
    struct settings *settings = sound(*state, "");

    assert_int_equal(settings->unit_count, 0);
    assert_string_equal(settings->state_dir, "/var/lib/sluss");
    settings_free(&settings);
}

static void quotes_and_comments_work_as_one_expects(void **state)
{
    struct settings *settings = sound(*state, "\xEF\xBB\xBF"
                                              "contact = 'Ring ${oss}, C:\\x # \"nu\" it\\'s'\r\n"
                                              "// a comment\r\n"
                                              "/* another = {\n */ workers = 16 # \"third\r\n"
                                              "smtp{from=a+b@h.example}\r\n"
                                              "partner h{unit e{inbox=\"/in/\xC3\xA5 \\\"x\\\\\" "
                                              "receipts-to={a@h.example,'b@h.example'}\n"
                                              "ignore={}payee-accounts=\"5050-1055\"}}");

    assert_string_equal(settings->contact, "Ring ${oss}, C:\\x # \"nu\" it's");
    assert_int_equal(settings->workers, 16);
    assert_string_equal(settings->smtp.from, "a+b@h.example");
    assert_string_equal(settings->units[0].inbox, "/in/\xC3\xA5 \"x\\");
    assert_int_equal(settings->units[0].receipts_to.n, 2);
    assert_int_equal(settings->units[0].ignore.n, 0); /* empty is said, not forgotten */
    assert_string_equal(settings->units[0].payee_accounts.of[0], "50501055");
    settings_free(&settings);
}

static void a_unit_is_as_careful_as_the_site_but_for_what_it_says(void **state)
{
    static const struct safeguard_settings usual = SAFEGUARDS_USUAL;
    struct settings *settings =
        sound(*state, SMTP "partner heby {\n"
                           "unit e { inbox = /a receipts-to = a@h.example safeguards { false-holds = 1.25% } }\n"
                           "unit t { inbox = /b receipts-to = a@h.example safeguards { first-items = 7 } }\n}\n"
                           "safeguards { false-holds = 0.2%\ncost-of-miss = 1000 }\n");

    assert_int_equal(settings->safeguards.false_holds, 2000);
    assert_int_equal(settings->units[0].safeguards.false_holds, 12500);
    assert_int_equal(settings->units[0].safeguards.cost_of_miss, 1000);
    assert_int_equal(settings->units[0].safeguards.first_items, usual.first_items);
    assert_int_equal(settings->units[1].safeguards.false_holds, 2000);
    assert_int_equal(settings->units[1].safeguards.first_items, 7);
    settings_free(&settings);

    settings = sound(*state, "");
    assert_memory_equal(&settings->safeguards, &usual, sizeof usual);
    settings_free(&settings);
}

static void includes_are_found_beside_the_file_that_names_them(void **state)
{
    struct settings *settings;

    put(*state, "a.conf", "smtp { from = k@i.example }\ninclude('b.conf')\n");
    put(*state, "b.conf", "workers = 7");
    put(*state, "heby.conf", "unit e { inbox = /in receipts-to = a@h.example }");
    settings = sound(*state, "include(\"a.conf\")\npartner heby { include(\"heby.conf\") }\n");
    assert_int_equal(settings->workers, 7);
    assert_string_equal(settings->units[0].key, "heby/e");
    settings_free(&settings);
}

/* --- what is wrong ------------------------------------------------------------------------- */

#define UNIT(text)                                                                                 \
    SMTP "partner heby { unit e {\ninbox = /in\nreceipts-to = a@h.example\n" text "\n} }"
#define TWO_UNITS(one, two)                                                                        \
    SMTP "partner heby {\nunit e { receipts-to = a@h.example " one " }\n"                          \
         "unit t { receipts-to = a@h.example " two " }\n}"

static const struct wrong {
    const char *name;
    const char *text;
    const char *told; /* behind "FILE:", whole or its beginning */
} wrongs[] = {
    {"unknown key", "\n\ncolour = red", "3: unknown key 'colour' in the main part;"},
    {"unknown key in a section", "smtp {\nto = x }", "2: unknown key 'to' in smtp;"},
    {"slip of the pen", "worker = 2",
     "1: unknown key 'worker' in the main part; did you mean workers?"},
    {"key in the wrong section", "from = a@b.c",
     "1: unknown key 'from' in the main part; it belongs into smtp"},
    {"key inside that belongs outside", "smtp { workers = 2 }",
     "1: unknown key 'workers' in smtp; it belongs outside of sections"},
    {"unknown section", "\nqueue { a = 1 }", "2: unknown key 'queue' in the main part;"},
    {"unit outside a partner", "unit x { }", "1: unknown key 'unit' in the main part;"},
    {"key twice", "workers = 2\nworkers = 2", "2: workers stands here a second time, first at"},
    {"list twice, once empty", UNIT("ignore = {}\nignore = {}"), "6: ignore stands here a second"},
    {"section twice", "sla { }\nsla { }", "2: sla stands here a second time"},
    {"partner twice", UNIT("") "partner heby { }", "6: partner heby stands here a second time"},
    {"unit twice",
     SMTP "partner h { unit e { inbox = /a receipts-to = a@b.c }\n"
          "unit 'e' { inbox = /b receipts-to = a@b.c } }",
     "3: unit e stands here a second time"},
    {"time without unit", "\nscan-interval = 90", "2: scan-interval = 90: not a time;"},
    {"time with a blank", "scan-interval = 90 s", "1: missing equal sign after option|unknown key"},
    {"time with two units", "scan-interval = 1h30m", "1: scan-interval = 1h30m: not a time;"},
    {"negative time", "scan-interval = -1s", "1: scan-interval = -1s: not a time;"},
    {"time too small", "scan-interval = 99ms",
     "1: scan-interval = 99ms: too small; write at least"},
    {"time too large", "scan-interval = 2h", "1: scan-interval = 2h: too large; write at most 1h"},
    {"time out of numbers", "scan-interval = 99999999999999999h", "1: scan-interval ="},
    {"size without unit", "worker-memory = 268435456", "1: worker-memory = 268435456: not a size;"},
    {"share without per cent", "\nsafeguards {\nfalse-holds = 0.002 }",
     "3: false-holds = 0.002: not a share; write a percentage"},
    {"share with a comma", "safeguards { false-holds = '0,2%' }",
     "1: false-holds = 0,2%: not a share;"},
    {"share too small", "safeguards { false-holds = 0.0099% }",
     "1: false-holds = 0.0099%: too small; write at least 0.01%"},
    {"share too large, of a unit", UNIT("safeguards { false-holds = 50% }"),
     "5: false-holds = 50%: too large; write at most 5%"},
    {"no cost at all", "safeguards { cost-of-hold = 0 }",
     "1: cost-of-hold = 0: too small; write at least 1"},
    {"octal", "workers = 010", "1: workers = 010: not a number;"},
    {"hexadecimal", "workers = 0x2", "1: workers = 0x2: not a number;"},
    {"none of a number", "workers = ''", "1: workers = : not a number;"},
    {"too many workers", "workers = 17", "1: workers = 17: too large; write at most 16"},
    {"no yes or no", "smtp { require-tls = maybe }", "1: require-tls = maybe: neither yes nor no;"},
    {"no choice", UNIT("phase = alive"), "5: phase = alive: not one of the choices; write test or"},
    {"no language", "partner h { language = de }", "1: language = de: not one of the choices;"},
    {"no address of a report", "reports-to = { avtal }", "1: reports-to = avtal: "},
    {"no address of a partner's", "partner h {\n reports-to = { 'a b@c.example' } }",
     "2: reports-to = a b@c.example: "},
    {"no language of reports", "\nreports-language = no",
     "2: reports-language = no: not one of the choices;"},
    {"relative path", "state-dir = var", "1: state-dir = var: not an absolute path;"},
    {"path with ..", "state-dir = /a/../b", "1: state-dir = /a/../b: a path with a . or .. part;"},
    {"path that ends in a slash", "state-dir = /a/", "1: state-dir = /a/: a path with an empty"},
    {"root", "state-dir = /", "1: state-dir = /: the root directory makes no sense"},
    {"zone", "time-zone = Europe/Stokholm", "1: time-zone = Europe/Stokholm: not a time zone"},
    {"relay", "smtp { relays = { localhost } }", "1: relays = localhost: not a relay;"},
    {"relay with password", "smtp { relays = { 'smtp://u:p@h' } }",
     "1: relays = smtp://u:p@h: a re"},
    {"sender", "smtp { from = 'Sluss <k@i.example>' }", "1: from = Sluss <k@i.example>: not an e-"},
    {"no sender", "partner h { unit e { inbox = /in receipts-to = a@b.c } }",
     " from is missing in"},
    {"no relay",
     "smtp { from = k@i.example\nrelays = {} }\n"
     "partner h { unit e { inbox = /in receipts-to = a@b.c } }",
     "1: relays in smtp is empty"},
    {"program", "smtp { relays = { 'sendmail:sendmail -t' } }", "1: relays = sendmail:sendmail -t: not a pr"},
    {"bounces", "smtp {\nbounces-to = 'A <a@b.c>' }", "2: bounces-to = A <a@b.c>: not an e-mail"},
    {"any address", "smtp {\nonly-to = '*@*' }", "2: only-to = *@*: a pattern that fits every"},
    {"only a domain", "smtp {\nonly-to = 'b.c' }", "2: only-to = b.c: not a pattern of addresses"},
    {"authorities", "smtp {\nca-file = ca.pem }", "2: ca-file = ca.pem: not an absolute path"},
    {"password", "smtp {\npassword-file = 's3cret!' }", "2: password-file = s3cret!: neither a"},
    {"copies", UNIT("copies-to = x"), "5: copies-to = x: not an e-mail address"},
    {"texts", UNIT("template-dir = texts"), "5: template-dir = texts: not an absolute path"},
    {"gathering", "alerts {\ngather-after = 2d }", "2: gather-after = 2d: too large"},
    {"age of alerts", "alerts {\nmax-age = 0s }", "2: max-age = 0s: too small"},
    {"user alone", "smtp { from = a@b.c\nuser = u }", "2: user and password-file belong together"},
    {"webhook alone", "alerts {\nwebhook = https://h/x }", "2: webhook and webhook-key-file belong"},
    {"its key alone", "alerts {\nwebhook-key-file = k }", "2: webhook and webhook-key-file belong"},
    {"webhook in the clear", "alerts {\nwebhook = http://h/x }", "2: webhook = http://h/x: not enc"},
    {"share of time", "sla {\nescalate = { 50%, 0% } }", "2: escalate = 0%: not a share of the rec"},
    {"shares", "sla {\nescalate = { 1%, 2%, 3%, 4%, 5%, 6%, 7%, 8%, 9% } }",
     "2: escalate lists 9 shares; write at most 8"},
    {"disk", "alerts {\ndisk-critical = 30% }", "2: disk-critical is above disk-warning"},
    {"queue", "alerts {\nqueue-warning = 20000 }", "2: queue-critical is below queue-warning"},
    {"program", "alerts {\nprogram = larm }", "2: program = larm: not an absolute path"},
    {"retries", "smtp {\nretry-first = 1h\nretry-most = 1m }", "3: retry-most is shorter than"},
    {"no inbox", SMTP "partner h {\nunit e { receipts-to = a@b.c } }",
     "3: inbox is missing in unit"},
    {"no receipts-to", SMTP "partner h {\nunit e { inbox = /in } }",
     "3: receipts-to is missing in"},
    {"receipts to nobody", SMTP "partner h {\nunit e { inbox = /in receipts-to = {} } }",
     "3: receipts-to is missing in unit e"},
    {"no address", UNIT("} unit f { inbox = /f receipts-to = { 'a@b.c', 'x' }"),
     "5: receipts-to = x"},
    {"no format", UNIT("formats = { bgmax, pdf }"), "5: formats = pdf: not a format;"},
    {"no account", UNIT("payee-accounts = 5050-1056"), "5: payee-accounts = 5050-1056: neither"},
    {"ignore everything", UNIT("ignore = { '*' }"),
     "5: ignore = *: a pattern that fits every name"},
    {"marker", UNIT("marker = ok"), "5: marker = ok: a companion's name that does not say whose"},
    {"counted from", "sla {\npenalty-from = posting }", "2: penalty-from = posting: not one of"},
    {"level", "sla {\npenalty-levels = { '24h 500', '24h' } }", "2: penalty-levels = 24h: not a pe"},
    {"too many levels",
     "sla {\npenalty-levels = { '1h 1', '2h 1', '3h 1', '4h 1', '5h 1', '6h 1', '7h 1', '8h 1', "
     "'9h 1' } }",
     "2: penalty-levels lists 9 levels; write at most 8"},
    {"a partner's", "partner h {\nsla { penalty-amount = x }\n}", "2: penalty-amount = x: not a num"},
    {"of a unit", UNIT("sla { }"), "5: unknown key 'sla' in unit"},
    {"rhythm", UNIT("expect = often"), "5: expect = often: not a rhythm;"},
    {"waiver without end", UNIT("waive totals { by = a reason = b }"),
     "5: until is missing in waive totals; add it"},
    {"waiver without person", UNIT("waive totals {\nuntil = 2030-12-31 reason = b }"),
     "5: by is missing in waive totals; add it"},
    {"waiver without reason", UNIT("waive totals { by = a until = 2030-12-31 }"),
     "5: reason is missing in waive totals; add it"},
    {"waiver by nobody", UNIT("waive totals { by = '' until = 2030-12-31 reason = b }"),
     "5: by = : "},
    {"waiver until no day", UNIT("waive totals { by = a reason = b\nuntil = 2030-02-30 }"),
     "6: until = 2030-02-30: no such day;"},
    {"waiver for ever", UNIT("waive totals { by = a reason = b until = never }"),
     "5: until = never: not a day;"},
    {"waiver of all", UNIT("waive all { by = a reason = b until = 2030-12-31 }"),
     "5: waive all: not a check;"},
    {"waiver of a pattern", UNIT("waive '*' { by = a reason = b until = 2030-12-31 }"),
     "5: waive *: not a check;"},
    {"waiver of what is certain", UNIT("waive test-mark { by = a reason = b until = 2030-12-31 }"),
     "5: waive test-mark: a check that is never waived;"},
    {"waiver twice",
     UNIT("waive totals { by = a reason = b until = 2030-12-31 }\n"
          "waive totals { by = a reason = b until = 2030-12-31 }"),
     "6: waive totals stands here a second time"},
    {"waiver for all units", "waive totals { }", "1: unknown key 'waive' in the main part"},
    {"word of a waiver outside", UNIT("until = 2030-12-31"),
     "5: unknown key 'until' in unit; it belongs into waive"},
    {"approvals", UNIT("approvals = 0"), "5: approvals = 0: too small; write at least 1"},
    {"partner's key", "partner \"Heby kommun\" { }", "1: partner Heby kommun: makes no sense as a"},
    {"unit's key", SMTP "partner h {\nunit '../x' { inbox = /in receipts-to = a@b.c } }",
     "3: unit ../x: makes no sense as a name"},
    {"no units", "\npartner h { }", "2: partner h has no unit;"},
    {"one inbox", TWO_UNITS("inbox = /in", "inbox = /in"),
     "4: inbox of heby/t is the inbox of heby/e"},
    {"inbox is outbox", TWO_UNITS("inbox = /a outbox = /b", "inbox = /b"),
     "4: inbox of heby/t is the"},
    {"inbox in the state", TWO_UNITS("inbox = /var/lib/sluss/in", "inbox = /b"),
     "3: inbox of heby/e "},
    {"state in the inbox", TWO_UNITS("inbox = /var/lib", "inbox = /b"),
     "3: inbox of heby/e and state"},
    {"cut off in a section", "sla {\nreceipt = 1h\n",
     "3: the file ends inside what begins at line 1"},
    {"cut off in a list", "smtp {\nrelays = { 'smtp://h',\n",
     "3: the file ends inside what begins at "},
    {"cut off in a text", "workers = 2\ncontact = \"abc", "2: text without its closing quote"},
    {"text over two lines", "contact = \"abc\ndef\"", "1: text without its closing quote"},
    {"cut off in a comment", "workers = 2\n/* abc\n\n", "2: comment without its end"},
    {"cut off behind =", "workers =", "1: unexpected|premature end of file"},
    {"closing brace too many", "sla { }\n}", "2: closing brace without an opening one"},
    {"no equal sign", "workers 2", "1: missing equal sign after option 'workers';"},
    {"section without brace", "sla\nworkers = 2", "|missing opening brace for section 'sla'"},
    {"list for a single", "workers = { 1, 2 }", "1: unexpected token '{'"},
    {"list without comma", UNIT("formats = { bgmax lb }"), "5: unexpected token 'lb'"},
    {"append", UNIT("ignore += { '*.x' }"), "5: += is not understood;"},
    {"semicolon", "workers = 2;", "1: workers = 2;: not a number|semicolon and backslash"},
    {"environment", "state-dir = ${HOME}", "1: ${NAME} is not replaced here;"},
    {"environment, quoted", "state-dir = \"/a/${HOME}/b\"", "1: ${NAME} is not replaced here;"},
    {"odd escape", "contact = \"a\\nb\"", "1: between double quotes a backslash may only stand"},
    {"not UTF-8", "contact = \"\xE5\"", " not written in UTF-8"},
    {"control character", "workers = 2\ncontact = \"\x1b[31m\"",
     "2: a control character (byte 27)"},
    {"deep", "a{b{c{d{e{f{g{h{i{", "1: too many sections inside each other"},
    {"missing include", "\ninclude(\"nope.conf\")", "|nope.conf cannot be included: No such file"},
    {"include of itself", "include('sluss.conf')", "|goes round in a circle or too deep"},
    {"include as a key", "include = 'a'", "1: unknown key 'include'"},
};

/* Does a line say what it should, behind the file's name? "A|B": the text holds A or B. */
static bool told(const char *dir, const char *text, const char *wanted)
{
    const char *bar = strchr(wanted, '|');
    char whole[512];

    if (bar) {
        (void)snprintf(whole, sizeof whole, "%.*s", (int)(bar - wanted), wanted);
        return strstr(text, bar + 1) || (*whole && strstr(text, whole));
    }
    (void)snprintf(whole, sizeof whole, "%s/sluss.conf:%s", dir, wanted);
    return strstr(text, whole) != NULL;
}

static void each_mistake_is_told_with_file_and_line(void **state)
{
    const struct place *place = *state;

    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        struct settings *settings;
        struct buf errors;
        int rc;

        put(place, "sluss.conf", wrongs[i].text);
        rc = read_conf(place, &errors, &settings);
        if (rc != SLUSS_EINVAL || settings || !told(place->dir, buf_cstr(&errors), wrongs[i].told))
            fail_msg("%s: %d, told: %s", wrongs[i].name, rc, buf_cstr(&errors));
        assert_true(buf_cstr(&errors)[errors.n - 1] == '\n');
        buf_free(&errors);
    }
}

/* Three mistakes of three kinds (a word, the grammar, a value), a sound line between them. */
static void all_mistakes_are_told_at_once_in_their_order(void **state)
{
    const struct place *place = *state;
    const char *at;
    struct settings *settings;
    struct buf errors;
    static const char *const wanted[] = {"sluss.conf:1: unknown key 'colour'",
                                         "sluss.conf:3: scan-interval = 90",
                                         "sluss.conf:4: missing equal sign",
                                         "sluss.conf:5: unknown key 'foo'",
                                         "sluss.conf:6: workers stands here a second time",
                                         "sluss.conf:9: phase = x",
                                         "sluss.conf:10: formats = y"};

    put(place, "sluss.conf",
        "colour = { red, green }\nworkers = 2\nscan-interval = 90\nsmtp { user 'x'\n}"
        "foo { bar { x = 1 } }\nworkers = 3\nsmtp2 { }\npartner h { unit e { inbox = /in\n"
        "phase = x\nformats = y } }\n");
    assert_int_equal(read_conf(place, &errors, &settings), SLUSS_EINVAL);
    at = buf_cstr(&errors);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        at = strstr(at, wanted[i]);
        if (!at)
            fail_msg("%s not told in its place: %s", wanted[i], buf_cstr(&errors));
    }
    buf_free(&errors);
}

static void an_error_in_an_included_file_names_that_file(void **state)
{
    static const struct {
        const char *name, *text, *told;
    } cases[] = {
        {"value", "workers = 1\nscan-interval = 7\n", "/b.conf:2: scan-interval = 7: not a time"},
        {"unknown key", "\n\nblue = 7\n", "/b.conf:3: unknown key 'blue'"},
        {"cut off", "sla {", "/b.conf:1: the file ends inside what begins at line 1"},
        {"closes what it did not open", "}", "/b.conf:1: closing brace without an opening one"},
        {"double of the other file", "\nstate-dir = /b", "/b.conf:2: state-dir stands here a sec"},
        {"grammar", "workers 1", "/b.conf:1: missing equal sign"},
    };

    put(*state, "a.conf", "state-dir = /a\ninclude(\"b.conf\")\n");
    put(*state, "sluss.conf", "include(\"a.conf\")\nworkers = x\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings *settings;
        struct buf errors;

        put(*state, "b.conf", cases[i].text);
        assert_int_equal(read_conf(*state, &errors, &settings), SLUSS_EINVAL);
        if (!strstr(buf_cstr(&errors), cases[i].told))
            fail_msg("%s: told: %s", cases[i].name, buf_cstr(&errors));
        buf_free(&errors);
    }
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
    const struct place *place = *state;
    struct settings *settings;
    struct buf errors;
    char path[128];

    assert_int_equal(read_conf(place, &errors, &settings), SLUSS_EIO);
    assert_non_null(strstr(buf_cstr(&errors), "cannot be read: No such file"));
    assert_null(settings);
    buf_free(&errors);
    /* A FIFO must not make the daemon wait for ever. */
    (void)snprintf(path, sizeof path, "%s/fifo", place->dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    buf_init(&errors, TEXT_MOST);
    assert_int_equal(conf_read(path, &errors, &settings), SLUSS_EIO);
    assert_non_null(strstr(buf_cstr(&errors), "not an ordinary file"));
    buf_free(&errors);
}

static void a_cut_at_any_byte_is_refused_or_sound_by_itself(void **state)
{
    /* Cut inside a section: never accepted. The small example is whole at its end only, and
     * between the statements outside of sections. */
    size_t n = strlen(small), accepted = 0;

    for (size_t cut = 0; cut < n; cut++) {
        struct settings *settings;
        struct buf errors;
        int depth = 0;

        for (size_t i = 0; i < cut; i++)
            depth += small[i] == '{' ? 1 : small[i] == '}' ? -1 : 0;
        put_bytes(*state, "sluss.conf", small, cut);
        if (read_conf(*state, &errors, &settings) == 0) {
            accepted++;
            assert_int_equal(depth, 0);
        }
        settings_free(&settings);
        buf_free(&errors);
    }
    assert_true(accepted > 0);
}

/* --- the example --------------------------------------------------------------------------- */

static char *read_whole(const char *path)
{
    char *text = calloc(1, TEXT_MOST);
    FILE *file = fopen(path, "r");

    assert_non_null(text);
    if (!file)
        fail_msg("%s cannot be opened", path);
    assert_true(fread(text, 1, TEXT_MOST - 1, file) > 0);
    (void)fclose(file);
    return text;
}

static char *example(void)
{
    const char *top = getenv("top_srcdir");
    char path[4096];

    (void)snprintf(path, sizeof path, "%s/etc/sluss.conf.example", top ? top : ".");
    return read_whole(path);
}

static void the_example_reads(void **state)
{
    char *text = example();
    struct settings *settings = sound(*state, text);

    assert_int_equal(settings->unit_count, 2);
    settings_free(&settings);
    free(text);
}

/* Take the # off every "#key = value". */
static void uncomment(char *text)
{
    char *from = text, *to = text;
    bool begins = true;

    for (; *from; from++) {
        bool key = begins && from[0] == '#' && from[1] >= 'a' && from[1] <= 'z';

        if (!key)
            *to++ = *from;
        if (*from == '\n')
            begins = true;
        else if (*from != ' ')
            begins = false;
    }
    *to = 0;
}

static bool same_texts(const void *left, const void *right)
{
    struct texts a, b;

    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    for (size_t i = 0; a.n == b.n && i < a.n; i++)
        if (strcmp(a.of[i], b.of[i]) != 0)
            return false;
    return a.n == b.n;
}

static bool same_field(const struct conf_key *key, const void *left, const void *right)
{
    const char *a, *b;

    left = (const char *)left + key->offset;
    right = (const char *)right + key->offset;
    if (key->type == CONF_LIST)
        return same_texts(left, right);
    if (key->type != CONF_TEXT && key->type != CONF_PATH &&
        !(key->type == CONF_CHOICE && key->size == sizeof a))
        return memcmp(left, right, key->size) == 0;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

/* Is the key written in the text, as a line of its own, commented out or not? */
static bool written(const char *text, const char *key, bool *commented)
{
    size_t n = strlen(key);

    for (const char *at = strstr(text, key); at; at = strstr(at + 1, key)) {
        const char *after = at + n + strspn(at + n, " ");
        const char *before = at;

        *commented = before > text && before[-1] == '#';
        before -= *commented;
        while (before > text && before[-1] == ' ')
            before--;
        if (*after == '=' && (before == text || before[-1] == '\n'))
            return true;
    }
    return false;
}

/* What the keys of a section fill. */
static const void *fields_of(const struct settings *settings, size_t section)
{
    if (section == CONF_WAIVE)
        return settings->units[0].waivers;
    if (section == CONF_SLA)
        return &settings->sla;
    if (section == CONF_SAFEGUARDS)
        return &settings->safeguards;
    return section == CONF_UNIT ? (const void *)settings->units : settings;
}

static void the_example_shows_every_key_and_its_true_default(void **state)
{
    char *text = example(), *bare = example();
    struct settings *plain = sound(*state, text), *full;
    bool commented = false;

    uncomment(bare);
    full = sound(*state, bare);
    for (size_t s = 0; s < CONF_SECTION_COUNT; s++) {
        const void *left = fields_of(plain, s), *right = fields_of(full, s);
        const char *section = strstr(text, s == CONF_MAIN ? "" : conf_sections[s].name);

        assert_non_null(section);
        for (size_t k = 0; k < conf_sections[s].n; k++) {
            const struct conf_key *key = &conf_sections[s].keys[k];

            if (!written(section, key->name, &commented))
                fail_msg("%s %s is not in the example", conf_sections[s].name, key->name);
            if (commented && !key->shown && !key->value && !(key->values && key->values[0]))
                fail_msg("%s is shown as a default and has none", key->name);
            /* Where it was installed is not the same everywhere. */
            if (s != CONF_PARTNER && strcmp(key->name, "template-dir") != 0 &&
                !same_field(key, left, right))
                fail_msg("the default of %s is not what the example says", key->name);
        }
    }
    settings_free(&plain);
    settings_free(&full);
    free(text);
    free(bare);
}

/* --- mutations ----------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* One of: a bit changed, a byte replaced by one that means something, a piece doubled, a piece
 * cut out, the end cut off. */
static size_t mutate(char *text, size_t n, uint64_t *seed)
{
    static const char signs[] = "{}()=,\"'#\\$+/*\n0;: \xC3";
    size_t at = (size_t)(next_random(seed) % n);
    size_t length = (size_t)(next_random(seed) % 40);

    if (length > n - at)
        length = n - at;
    switch (next_random(seed) % 5) {
    case 0:
        text[at] = (char)(text[at] ^ (1 << (next_random(seed) % 8)));
        return n;
    case 1:
        text[at] = signs[next_random(seed) % (sizeof signs - 1)];
        return n;
    case 2:
        memmove(text + at + length, text + at, n - at);
        return n + length;
    case 3:
        memmove(text + at, text + at + length, n - at - length);
        return n - length;
    default:
        return next_random(seed) % 10 ? n : at + 1;
    }
}

/* Run with the sanitizers, this also shows that nothing is lost or overrun. */
static void U70_two_thousand_mutated_files_are_read_or_refused(void **state)
{
    char *original = example();
    char *text = calloc(1, 2 * TEXT_MOST);
    uint64_t seed = 20260301;
    size_t sound_ones = 0;

    assert_non_null(text);
    for (int i = 0; i < 2000; i++) {
        struct settings *settings = NULL;
        struct buf errors;
        size_t n = strlen(original);
        int rc;

        memcpy(text, original, n);
        for (uint64_t times = 1 + next_random(&seed) % 4; times && n > 1; times--)
            n = mutate(text, n, &seed);
        put_bytes(*state, "sluss.conf", text, n);
        rc = read_conf(*state, &errors, &settings);
        assert_true(rc == 0 || rc == SLUSS_EINVAL);
        assert_true((rc == 0) == (settings != NULL));
        assert_true((rc == 0) == (errors.n == 0));
        sound_ones += rc == 0;
        settings_free(&settings);
        buf_free(&errors);
    }
    assert_true(sound_ones > 100 && sound_ones < 1900);
    free(text);
    free(original);
}

static void many_units_are_read_in_reasonable_time(void **state)
{
    struct buf text;
    struct settings *settings;

    buf_init(&text, 1024 * 1024);
    (void)buf_str(&text, SMTP);
    for (int p = 0; p < 100; p++) {
        (void)buf_printf(&text, "partner p%d {\n", p);
        for (int u = 0; u < 10; u++)
            (void)buf_printf(&text, "unit u%d { inbox = /in/%d/%d receipts-to = a@b.c }\n", u, p,
                             u);
        (void)buf_str(&text, "}\n");
    }
    settings = sound(*state, buf_cstr(&text));
    assert_int_equal(settings->unit_count, 1000);
    assert_non_null(settings_unit(settings, "p99/u9"));
    settings_free(&settings);
    buf_free(&text);
}

static void the_socket_is_found_in_a_file_with_mistakes(void **state)
{
    static const struct {
        const char *text;
        const char *socket;
    } cases[] = {
        {"control-socket = \"/run/x.sock\"\nnonsense = 1\n", "/run/x.sock"},
        {"partner p { unit u {\n} }\ncontrol-socket=/run/y.sock\nworkers = 99\n", "/run/y.sock"},
        {"control-socket = /run/z.sock\npartner p { unit u {\n", "/run/z.sock"},
        {"# control-socket = /run/no.sock\n", ""},
        {"partner p { control-socket = /run/no.sock }\n", ""},
        {"control-socket = relative\n", ""},
        {"control-socket\n", ""},
        {"", ""},
    };
    const struct place *place = *state;
    char path[128];

    (void)snprintf(path, sizeof path, "%s/sluss.conf", place->dir);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;

        put(place, "sluss.conf", cases[i].text);
        buf_init(&out, 4096);
        assert_int_equal(conf_read_socket(path, &out), 0);
        assert_string_equal(buf_cstr(&out), cases[i].socket);
        buf_free(&out);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        TEST(the_small_example_becomes_settings),
        TEST(what_is_not_written_has_its_default),
        TEST(a_unit_may_have_waivers),
        TEST(a_partner_s_agreement_may_differ),
        TEST(reports_have_readers_of_the_site_and_of_partners),
        TEST(an_empty_file_is_a_daemon_without_units),
        TEST(quotes_and_comments_work_as_one_expects),
        TEST(a_unit_is_as_careful_as_the_site_but_for_what_it_says),
        TEST(includes_are_found_beside_the_file_that_names_them),
        TEST(each_mistake_is_told_with_file_and_line),
        TEST(all_mistakes_are_told_at_once_in_their_order),
        TEST(an_error_in_an_included_file_names_that_file),
        TEST(a_file_that_cannot_be_read_is_told),
        TEST(a_cut_at_any_byte_is_refused_or_sound_by_itself),
        TEST(the_example_reads),
        TEST(the_example_shows_every_key_and_its_true_default),
        TEST(U70_two_thousand_mutated_files_are_read_or_refused),
        TEST(many_units_are_read_in_reasonable_time),
        TEST(the_socket_is_found_in_a_file_with_mistakes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

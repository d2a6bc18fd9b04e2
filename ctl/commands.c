/* commands.c -- the table of commands, from which the help is printed too */
#include "ctl/commands.h"

#include <stdarg.h>
#include <stdlib.h>

#define DELIVERIES "Deliveries"
#define UNITS      "Units"
#define QUEUE      "The processing system's side"
#define PROOF      "Receipts and proof"
#define OFFLINE    "Offline, no daemon needed"

#define SINCE_HELP "from this time on: 2026-03-02, \"2026-03-02 07:00\", 2h, 3d, RFC 3339"

#define REPORT_OPTIONS                                                                             \
    {"unit", "U", "only of this unit (heby/ekonomi) or partner (heby)"},                           \
        {"format", "FORM", "table (default), csv (';' and decimal comma), json, or html: a page"}, \
        {"language", "L", "of a page: sv or en; default the partner's, or reports-language"}

const struct command commands[] = {
    {DELIVERIES, "status", "", 0, 0, "health at a glance",
     "Exit 1 where something needs a person: an inbox that cannot be reached, a receipt that\n"
     "is late or cannot be delivered, a disk that fills. Exit 2 where no daemon answers.\n"
     "With --monitoring one line with figures behind it, and the exit status of monitoring\n"
     "plugins: 0 OK, 1 WARNING, 2 CRITICAL (no daemon answers, too), 3 UNKNOWN.",
     {{"monitoring", NULL, "for Nagios, Icinga and their like"}}, command_status},
    {DELIVERIES, "list", "", 0, 0, "deliveries, oldest first", NULL,
     {{"state", "S", "only in this state: held, accepted (also released, queued, delivered) ..."},
      {"unit", "U", "only of this unit (heby/ekonomi) or partner (heby)"},
      {"since", "T", SINCE_HELP}},
     command_list},
    {DELIVERIES, "show", "ID", 1, 1, "one delivery whole: what, why, and what to do",
     "The beginning of an id will do, as long as no other begins so.", {{0}}, command_show},
    {DELIVERIES, "release", "ID", 1, 1, "let a held delivery through",
     "It goes to the queue, and its sender gets a receipt that says so. Who released it, and\n"
     "why, is kept in the audit trail. What it holds is known from then on, and its figures\n"
     "become part of what is usual for its unit; with --once they do not.",
     {{"reason", "TEXT", "why; required"}, {"once", NULL, "known, but no habit"}},
     command_release},
    {DELIVERIES, "reject", "ID", 1, 1, "refuse a held delivery, for good",
     "Its sender gets a receipt with the reason. The file stays in the spool.",
     {{"reason", "TEXT", "why; required, and told to the sender"}}, command_reject},
    {DELIVERIES, "recall", "ID", 1, 1, "take back a delivery that was let through",
     "It leaves the queue; what it taught is forgotten: its figures are habit no more, and its\n"
     "records may come again. Its sender gets a receipt with the reason. Says what had left, to\n"
     "be stopped in the processing system. --export writes DIR/ID.ndjson (mode 0600) with\n"
     "each affected debtor and reference, before anything is recalled.",
     {{"reason", "TEXT", "why; required, and told to the sender"},
      {"export", "DIR", "write the affected debtors and references there"}},
     command_recall},
    {DELIVERIES, "checks", "", 0, 0, "how often each check was right so far",
     "Over the held deliveries that were decided, in which it found something: how many of them\n"
     "were wrong (rejected, or recalled after a release) and how many right. TRUST is how likely\n"
     "its next hold is to be right. A check of which, after ten, fewer than one in twenty were\n"
     "wrong weighs half; what holds by a rule stays as it is.",
     {{0}}, command_checks},
    {UNITS, "unit list", "", 0, 0, "units, their inboxes and phase",
     "PHASE is the one that holds; where an operator set it against the configuration, that is\n"
     "said behind it, and so is an open migration.", {{0}}, command_unit_list},
    {UNITS, "unit go-live", "U", 1, 1, "its files are processed from now on",
     "Over what the configuration says, until unit test.", {{"reason", "TEXT", "why; required"}},
     command_unit_go_live},
    {UNITS, "unit test", "U", 1, 1, "every file of it is held from now on",
     "Over what the configuration says, until unit go-live.",
     {{"reason", "TEXT", "why; required"}}, command_unit_test},
    {UNITS, "unit import", "U FILE", 2, 2, "what its deliveries were like before",
     "So that a unit does not start without a habit. A text with ';' between the columns, the\n"
     "first line names them: date;items;sum and perhaps currency, then a delivery a line:\n"
     "2026-03-02;712;534120,50. What is wrong is named with its line, and then nothing is\n"
     "imported. Again, it replaces what was imported before. Days from which sluss has\n"
     "deliveries of its own are left out.",
     {{"kind", "K", "of what: cases (default), invoices or payments"},
      {"reason", "TEXT", "where the figures come from"}}, command_unit_import},
    {UNITS, "announce", "U", 1, 1, "say what will come, so that it is not unusual",
     "Stands for the first delivery let through in the time named that is about so large (half\n"
     "to five quarters of N; of any size without --items).",
     {{"items", "N", "about how many"},
      {"from", "DATE", "from the beginning of this day; required"},
      {"to", "DATE", "to the end of this day; required"},
      {"reason", "TEXT", "who said so, and why; required"}}, command_announce},
    {UNITS, "announce list", "", 0, 0, "what was announced, and what came of it", NULL,
     {{"unit", "U", "only of this unit or partner"}}, command_announce_list},
    {UNITS, "announce cancel", "NO", 1, 1, "it will not come after all", NULL,
     {{"reason", "TEXT", "why"}}, command_announce_cancel},
    {UNITS, "migration open", "U", 1, 1, "its sender changes systems: hold every file",
     "Ends by itself after the day named with --until.",
     {{"until", "DATE", "to the end of this day; required"},
      {"reason", "TEXT", "why; required"}}, command_migration_open},
    {UNITS, "migration close", "U", 1, 1, "the change is done: judge its files again", NULL,
     {{"reason", "TEXT", "why"}}, command_migration_close},
    {QUEUE, "queue list", "", 0, 0, "what waits for the processing system", NULL,
     {{"unit", "U", "only of this unit or partner"}}, command_queue_list},
    {QUEUE, "queue take", "", 0, 0, "lend the oldest delivery that is ready",
     "It is yours until it is acknowledged, given back, or its lease (queue-lease) runs out.\n"
     "Exit 1 where nothing is ready.",
     {{"unit", "U", "only of this unit or partner"},
      {"wait", "S", "wait so many seconds for one (also 10m, 1h)"}},
     command_queue_take},
    {QUEUE, "queue ack", "ID", 1, 1, "processed: take it off the queue",
     "A second time changes nothing, and is no error.", {{0}}, command_queue_ack},
    {QUEUE, "queue nack", "ID", 1, 1, "give it back, to be taken again", NULL,
     {{"reason", "TEXT", "why; required"}}, command_queue_nack},
    {PROOF, "receipts", "", 0, 0, "every receipt with its deadline and attempts", NULL,
     {{"pending", NULL, "those not yet sent: time left, penalty now and next"}}, command_receipts},
    {PROOF, "report sla", "", 0, 0, "service levels of a quarter, and penalties",
     "Deliveries, receipts in time, the slowest ones, penalties by partner, what was held and\n"
     "how long people took. Without --quarter the last one that has ended.",
     {{"quarter", "Q", "2026Q3"}, REPORT_OPTIONS}, command_report_sla},
    {PROOF, "report stats", "", 0, 0, "statistics of a month",
     "Deliveries, cases and capital a unit, states, handling times, holds and false holds a\n"
     "check. Without --month the last one that has ended.",
     {{"month", "M", "2026-10"}, REPORT_OPTIONS}, command_report_stats},
    {PROOF, "audit", "", 0, 0, "the tamper-evident trail", NULL, {{"since", "T", SINCE_HELP}},
     command_audit},
    {PROOF, "audit verify", "", 0, 0, "prove that the trail is whole",
     "Exit 1 with the first row that does not fit, where one was changed, removed or added.",
     {{0}}, command_audit_verify},
    {PROOF, "verify", "", 0, 0, "prove that nothing that arrived was lost",
     "Reads every original in the spool and compares its hash with that of its arrival. Exit 1\n"
     "with the names where not.", {{0}}, command_verify},
    {OFFLINE, "check", "FILE...", 1, -1, "recognise, parse and validate files",
     "Reads each file as the daemon would and says what it is, what it holds and what is\n"
     "wrong with it. \"-\" is standard input. Exit 1 where any file is not valid.",
     {{"format", "NAME", "read it as this format, instead of recognising it"},
      {"layout", "FILE", "read it by this layout, instead of recognising it"},
      {"seal-key", "FILE", "verify a Bankgirot seal with the key in this file"}},
     command_check},
    {OFFLINE, "items", "FILE", 1, 1, "print every item of a file",
     "Exit 1 where the file is not valid; the items up to there are printed.",
     {{"format", "NAME", "read it as this format, instead of recognising it"},
      {"layout", "FILE", "read it by this layout, instead of recognising it"},
      {"seal-key", "FILE", "verify a Bankgirot seal with the key in this file"},
      {"details", NULL, "before each item the payments inside it, which it sums up"}},
     command_items},
    {OFFLINE, "convert", "FILE", 1, 1, "payments in one format written in another",
     "Formats it writes: bgmax. Amounts, references, dates, accounts and counts are carried whole\n"
     "or the file is refused (exit 1, nothing written). Whatever else the format has no place for\n"
     "is named on standard error; with --json as an object, on standard output where --output\n"
     "names a file. What is written was read back and compared first; a file appears whole or\n"
     "not at all, closed to others. An entry that sums payments up is written as these.",
     {{"to", "FORMAT", "the format to write; required"},
      {"output", "OUT", "write there; also -o (default: standard output)"},
      {"payee", "NUMBER", "the bankgiro to write where the file names another kind of account"},
      {"serial", "N", "number of the first deposit where the file gives none (default 1)"},
      {"format", "NAME", "read it as this format, instead of recognising it"},
      {"layout", "FILE", "read it by this layout, instead of recognising it"},
      {"seal-key", "FILE", "verify a Bankgirot seal with the key in this file"}},
     command_convert},
    {OFFLINE, "formats", "[NAME]", 0, 1, "the formats it knows, or all about one",
     "With a name: what its items carry, what shows that a file is whole, the document the\n"
     "reading follows, and the rules it is judged by. With -c FILE the layouts of that\n"
     "configuration, too.", {{0}}, command_formats},
    {OFFLINE, "layout try", "LAYOUT FILE", 2, 2, "what a layout makes of a file, line by line",
     "Prints each line as the layout reads it, up to the first that does not fit, and says why\n"
     "and where it does not. Identities are hidden. Exit 1 where the file is not valid.",
     {{"all", NULL, "go on behind a line that does not fit"},
      {"show-identities", NULL, "print names, identity numbers and addresses, too"}},
     command_layout_try},
    {OFFLINE, "layout check", "LAYOUT...", 1, -1, "prove layouts by their samples",
     "Names what is wrong with file and line. Exit 1 where a layout is not sound.", {{0}},
     command_layout_check},
    {OFFLINE, "backtest", "MANIFEST", 1, 1, "replay a history of files through the safeguards",
     "One delivery a line, in order of arrival, with tabs between the fields:\n"
     "ARRIVAL PARTNER/UNIT PATH [NAME [FATE]], FATE released, rejected, probe or nothing.\n"
     "Judged as the daemon would judge, in simulated time; what would have been held, by\n"
     "check and a month, stands on standard error.",
     {{"html", "FILE", "also write a page with a picture a unit"},
      {"without", "CHECKS", "leave out these checks: dates,origin"}},
     command_backtest},
    {OFFLINE, "config check", "", 0, 0, "validate a configuration",
     "Reads the file named with -c and whatever it includes, and names each error with file\n"
     "and line. Exit 1 where there is one. A waiver whose day is past is a warning.", {{0}},
     command_config_check},
    {OFFLINE, "waive list", "", 0, 0, "checks that do not stop a unit's files",
     "As the configuration has them: for whom, which check, by whom, until when and why.", {{0}},
     command_waive_list},
    {"", "help", "", 0, 2, "this overview", NULL, {{0}}, command_help},
    {0},
};

int complain(const char *format, ...)
{
    va_list args;
    struct buf text, safe;

    buf_init(&text, 64 * 1024);
    buf_init(&safe, 1 << 20);
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    fflush(stdout);
    print_safe(&safe, buf_view(&text)); /* file names are in it */
    fprintf(stderr, "slussctl: %s\n", buf_cstr(&safe));
    buf_free(&text);
    buf_free(&safe);
    return EXIT_TROUBLE;
}

/* conf.c -- reads the configuration: source.c -> libconfuse -> tables -> settings */
#include "conf/conf.h"

#include <confuse.h>
#include <stdlib.h>
#include <string.h>

#include "conf/problem.h"
#include "conf/schema.h"
#include "conf/source.h"
#include "conf/value.h"
#include "model/arena.h"
#include "model/error.h"

#define SETTINGS_CEILING ((size_t)64 * 1024 * 1024)
#define ROUNDS_MOST      50 /* statements dropped before we stop looking for more mistakes */

/* What one conf_read holds in its hands. */
struct reading {
    const char *path;
    struct arena *scratch;
    struct problems problems;
    struct source source;
    struct settings *settings;
    size_t stopped_at; /* the word where libconfuse stopped */
    int rc;            /* trouble of ours: SLUSS_ENOMEM */
};

/* One value as libconfuse met it. The line is kept because libconfuse forgets it. */
struct said {
    size_t at;
    char text[];
};

/* Every option array begins with this option, which no file can name: it carries our pointer
 * into libconfuse's callbacks, which have no other way for it. */
static const char carrier[] = "\x01";

static size_t word_at(const cfg_t *section)
{
    return section->line > 0 ? (size_t)section->line - 1 : 0;
}

/* --- libconfuse's callbacks ---------------------------------------------------------------- */

static int keep_value(cfg_t *section, cfg_opt_t *opt, const char *text, void *result)
{
    size_t n = strlen(text) + 1;
    struct said *said = malloc(sizeof *said + n);

    (void)opt;
    if (!said)
        return -1;
    said->at = word_at(section);
    memcpy(said->text, text, n);
    *(void **)result = said;
    return 0;
}

static const struct conf_section *section_of(const cfg_t *section)
{
    for (size_t i = 0; i < CONF_SECTION_COUNT; i++)
        if (strcmp(conf_sections[i].name, section->name) == 0)
            return &conf_sections[i];
    return &conf_sections[CONF_MAIN]; /* libconfuse calls it "root" */
}

static const char *section_name(const cfg_t *section)
{
    return strcmp(section->name, "root") == 0 ? "the main part" : section->name;
}

/* The word libconfuse stopped at is no key here: of another section, or misspelt? */
static void unknown_key(struct reading *reading, struct place place, const cfg_t *section)
{
    const struct source *source = &reading->source;
    const char *name = place.at < source->n ? source->words[place.at].text : "";
    const struct conf_key *near = conf_key_near(section_of(section), name);

    for (size_t i = 0; !near && i < CONF_SECTION_COUNT; i++) {
        if (!conf_key_find(&conf_sections[i], name))
            continue;
        problem_add(&reading->problems, place, "unknown key '%s' in %s; it belongs %s%s", name,
                    section_name(section), i == CONF_MAIN ? "outside of sections" : "into ",
                    conf_sections[i].name);
        return;
    }
    if (near)
        problem_add(&reading->problems, place, "unknown key '%s' in %s; did you mean %s?", name,
                    section_name(section), near->name);
    else
        problem_add(&reading->problems, place,
                    "unknown key '%s' in %s; sluss.conf(5) lists those there are", name,
                    section_name(section));
}

__attribute__((format(printf, 2, 0))) static void keep_error(cfg_t *section, const char *format,
                                                             va_list args)
{
    struct reading *reading = (struct reading *)(void *)section->opts[0].simple_value.ptr;
    static const char unknown[] = "no such option ";
    struct place place;
    struct buf text;

    reading->stopped_at = word_at(section);
    place = source_place(&reading->source, reading->stopped_at);
    buf_init(&text, 4096);
    (void)buf_vprintf(&text, format, args);
    if (span_starts(buf_view(&text), span_str(unknown)))
        unknown_key(reading, place, section);
    else
        problem_add(&reading->problems, place,
                    "%s; write key = value, or name { ... } for a section", buf_cstr(&text));
    buf_free(&text);
}

/* --- the table as libconfuse's options ----------------------------------------------------- */

static void fill_options(struct reading *reading, enum conf_section_id id, cfg_opt_t *options)
{
    const struct conf_section *section = &conf_sections[id];
    cfg_opt_t *next = options;

    *next++ = (cfg_opt_t){
        .name = carrier, .type = CFGT_PTR, .simple_value = {.ptr = (void **)(void *)reading}};
    for (size_t i = 0; i < section->n; i++) {
        const struct conf_key *key = &section->keys[i];

        *next++ = (cfg_opt_t){.name = key->name,
                              .type = CFGT_PTR,
                              .flags = CFGF_NODEFAULT | (key->type == CONF_LIST ? CFGF_LIST : 0),
                              .parsecb = keep_value,
                              .freecb = free};
    }
    *next = (cfg_opt_t)CFG_END();
}

/* The options of all sections, hung into each other. */
struct options {
    cfg_opt_t of[CONF_SECTION_COUNT][CONF_KEYS_MOST + CONF_SECTION_COUNT + 2];
};

static void hang_section(struct options *options, enum conf_section_id id,
                         enum conf_section_id into)
{
    cfg_opt_t *end = options->of[into];
    bool titled = conf_sections[id].titled;

    while (end->name)
        end++;
    end[0] = (cfg_opt_t){.name = conf_sections[id].name,
                         .type = CFGT_SEC,
                         .flags = titled ? CFGF_MULTI | CFGF_TITLE : CFGF_NONE,
                         .subopts = options->of[id]};
    end[1] = (cfg_opt_t)CFG_END();
}

static cfg_t *new_parser(struct reading *reading)
{
    struct options *options = calloc(1, sizeof *options);
    cfg_t *root;

    if (!options)
        return NULL;
    for (int id = 0; id < CONF_SECTION_COUNT; id++)
        fill_options(reading, (enum conf_section_id)id, options->of[id]);
    hang_section(options, CONF_WAIVE, CONF_UNIT);
    hang_section(options, CONF_SAFEGUARDS, CONF_UNIT);
    hang_section(options, CONF_UNIT, CONF_PARTNER);
    hang_section(options, CONF_SLA, CONF_PARTNER);
    hang_section(options, CONF_PARTNER, CONF_MAIN);
    hang_section(options, CONF_SMTP, CONF_MAIN);
    hang_section(options, CONF_ALERTS, CONF_MAIN);
    hang_section(options, CONF_SLA, CONF_MAIN);
    hang_section(options, CONF_SAFEGUARDS, CONF_MAIN);
    root = cfg_init(options->of[CONF_MAIN], CFGF_NONE); /* copies them all */
    free(options);
    if (root)
        (void)cfg_set_error_function(root, keep_error);
    return root;
}

/* One attempt. The whole tree, or null: then an error was noted and stopped_at says where. */
static cfg_t *parse_once(struct reading *reading)
{
    cfg_t *root = new_parser(reading);
    struct buf text;
    int rc = CFG_PARSE_ERROR;

    buf_init(&text, 4 * SOURCE_TOTAL_MOST);
    reading->stopped_at = SIZE_MAX;
    if (!root || source_print(&reading->source, &text) < 0)
        reading->rc = SLUSS_ENOMEM;
    else
        rc = cfg_parse_buf(root, buf_cstr(&text));
    buf_free(&text);
    if (rc != CFG_SUCCESS && root) {
        (void)cfg_free(root);
        root = NULL;
    }
    if (!root && reading->stopped_at == SIZE_MAX)
        reading->rc = SLUSS_ENOMEM; /* libconfuse failed without a word */
    return root;
}

/* libconfuse stops at its first error. The statement it stopped in is left out and the rest
 * read again, so that all mistakes are told in one go. */
static cfg_t *parse(struct reading *reading)
{
    for (int round = 0; round < ROUNDS_MOST; round++) {
        cfg_t *root = parse_once(reading);

        if (root || reading->rc < 0)
            return root;
        if (!source_drop(&reading->source, reading->stopped_at))
            return NULL;
    }
    return NULL;
}

/* --- from the tree into the settings ------------------------------------------------------- */

/* The word that begins the section; for one that is not written, the first word of all. */
static struct place section_place(const struct reading *reading, const cfg_t *section)
{
    size_t end = word_at(section);

    if (end < reading->source.n && reading->source.words[end].kind == '}')
        return source_place(&reading->source, reading->source.words[end].opener);
    return (struct place){reading->path, 0, 0};
}

static struct place said_place(const struct reading *reading, const struct said *said)
{
    return source_place(&reading->source, said->at);
}

static const struct said *value_of(cfg_t *section, const char *key, unsigned i)
{
    cfg_opt_t *opt = cfg_getopt(section, key);

    return opt && i < cfg_opt_size(opt) ? opt->values[i]->ptr : NULL;
}

/* The place of a key's value; where it is not written, of its section. */
static struct place key_place(const struct reading *reading, cfg_t *section, const char *key)
{
    const struct said *said = value_of(section, key, 0);

    return said ? said_place(reading, said) : section_place(reading, section);
}

/* All values of the key checked; false when one is wrong. */
static bool check_values(struct reading *reading, const struct conf_key *key, cfg_t *section,
                         const char **values, unsigned n)
{
    bool sound = true;
    struct buf why;

    buf_init(&why, 4096);
    for (unsigned i = 0; i < n; i++) {
        const struct said *said = value_of(section, key->name, i);

        values[i] = said->text;
        buf_clear(&why);
        if (conf_value_sound(key, said->text, &why))
            continue;
        problem_add(&reading->problems, said_place(reading, said), "%s = %s: %s", key->name,
                    said->text, buf_cstr(&why));
        sound = false;
    }
    buf_free(&why);
    return sound;
}

static bool is_given(cfg_t *section, const struct conf_key *key)
{
    cfg_opt_t *opt = cfg_getopt(section, key->name);

    return opt && (cfg_opt_size(opt) > 0 || opt->flags & CFGF_MODIFIED); /* {} is a list, too */
}

static void read_key(struct reading *reading, const struct conf_key *key, cfg_t *section,
                     void *base)
{
    cfg_opt_t *opt = cfg_getopt(section, key->name);
    unsigned n = opt ? cfg_opt_size(opt) : 0;
    struct arena *arena = reading->settings->arena;
    const char **values;
    int rc = 0;

    if (key->required && n == 0) {
        problem_add(&reading->problems, section_place(reading, section),
                    "%s is missing in %s %s; add it", key->name, section->name,
                    section->title ? section->title : "");
        return;
    }
    if (!is_given(section, key)) {
        rc = conf_default_store(key, arena, base);
    } else {
        values = arena_array(reading->scratch, n + 1u, sizeof *values);
        if (!values)
            rc = SLUSS_ENOMEM;
        else if (check_values(reading, key, section, values, n))
            rc = conf_value_store(key, values, n, arena, base);
    }
    if (rc < 0)
        reading->rc = rc;
}

static void read_section(struct reading *reading, enum conf_section_id id, cfg_t *section,
                         void *base)
{
    if (section)
        for (size_t i = 0; i < conf_sections[id].n; i++)
            read_key(reading, &conf_sections[id].keys[i], section, base);
}

/* Only what is written there; the rest stays as it is. */
static void read_overrides(struct reading *reading, enum conf_section_id id, cfg_t *section,
                           void *base)
{
    for (size_t i = 0; section && i < conf_sections[id].n; i++)
        if (is_given(section, &conf_sections[id].keys[i]))
            read_key(reading, &conf_sections[id].keys[i], section, base);
}

/* The keys as one contract table: the regular penalty, then each level once. */
static void read_terms(struct reading *reading, cfg_t *section, struct sla_settings *sla)
{
    struct penalty_terms *terms = &sla->terms;
    const struct texts *levels = &sla->penalty_levels;

    *terms = (struct penalty_terms){.receipt_us = sla->receipt_us, .from = sla->penalty_from};
    terms->of[terms->n++] = (struct penalty_level){
        .after_us = sla->penalty_first_after_us,
        .every_us = sla->penalty_interval_us,
        .times = (uint32_t)sla->penalty_max_times,
        .amount_minor = sla->penalty_amount * 100,
    };
    if (levels->n >= PENALTY_LEVELS_MOST)
        problem_add(&reading->problems, key_place(reading, section, "penalty-levels"),
                    "penalty-levels lists %zu levels; write at most %d", levels->n,
                    PENALTY_LEVELS_MOST - 1);
    for (size_t i = 0; i < levels->n && terms->n < PENALTY_LEVELS_MOST; i++) {
        struct penalty_level *level = &terms->of[terms->n++];
        int64_t kronor = 0;

        *level = (struct penalty_level){.times = 1};
        (void)value_level(levels->of[i], &level->after_us, &kronor);
        level->amount_minor = kronor * 100;
    }
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void read_escalation(struct reading *reading, cfg_t *section, struct sla_settings *sla)
{
    sla->shares_n = 0;
    if (sla->escalate.n > ESCALATIONS_MOST)
        problem_add(&reading->problems, key_place(reading, section, "escalate"),
                    "escalate lists %zu shares; write at most %d", sla->escalate.n,
                    ESCALATIONS_MOST);
    for (size_t i = 0; i < sla->escalate.n && sla->shares_n < ESCALATIONS_MOST; i++)
        if (!value_escalation(sla->escalate.of[i], &sla->shares[sla->shares_n]))
            sla->shares_n++;
    if (sla->shares_n > 1)
        qsort(sla->shares, sla->shares_n, sizeof *sla->shares, by_number);
}

static void check_title(struct reading *reading, const cfg_t *section)
{
    const char *wrong = check_id(section->title);

    if (wrong)
        problem_add(&reading->problems, section_place(reading, section), "%s %s: %s", section->name,
                    section->title, wrong);
}

static const char *joined(struct reading *reading, const char *partner, const char *unit)
{
    struct buf key;
    const char *text;

    buf_init(&key, 2 * SOURCE_FILE_MOST + 2);
    (void)buf_printf(&key, "%s/%s", partner, unit);
    text = key.failed ? NULL : arena_str(reading->settings->arena, buf_view(&key));
    buf_free(&key);
    return text;
}

/* What stands of seals in a unit, decoded; the key comes from its file (keys.h). */
static void read_seal(struct reading *reading, cfg_t *section, struct unit_settings *unit)
{
    const struct texts *kvv = &unit->seal_test_kvv;

    if (kvv->n > SEAL_TESTS_MAX)
        problem_add(&reading->problems, key_place(reading, section, "seal-test-kvv"),
                    "seal-test-kvv lists %zu check values; write at most %d", kvv->n,
                    SEAL_TESTS_MAX);
    for (size_t i = 0; i < kvv->n && i < SEAL_TESTS_MAX; i++)
        if (seal_parse(span_str(kvv->of[i]), unit->seal.test[unit->seal.tests]))
            unit->seal.tests++;
    if (unit->seal_required && !value_of(section, "seal-key-file", 0))
        problem_add(&reading->problems, key_place(reading, section, "seal-required"),
                    "seal-required needs seal-key-file: without the key no seal can be verified");
}

/* "FILE:LINE" of the key's first value, for a mistake that is found later; "" where it is not
 * written. */
static const char *where_said(struct reading *reading, cfg_t *section, const char *key)
{
    const struct said *said = value_of(section, key, 0);
    struct place place;
    struct buf text;
    const char *kept;

    if (!said)
        return "";
    place = said_place(reading, said);
    buf_init(&text, 2 * SOURCE_FILE_MOST);
    (void)buf_printf(&text, "%s:%d", place.file, place.line);
    kept = text.failed ? NULL : arena_str(reading->settings->arena, buf_view(&text));
    buf_free(&text);
    if (!kept)
        reading->rc = SLUSS_ENOMEM;
    return kept;
}

static void read_waiver(struct reading *reading, cfg_t *section, struct waiver *waiver)
{
    struct arena *arena = reading->settings->arena;
    const char *wrong = waiver_refused(section->title);

    if (wrong)
        problem_add(&reading->problems, section_place(reading, section), "%s %s: %s", section->name,
                    section->title, wrong);
    waiver->check = arena_str(arena, span_str(section->title));
    if (!waiver->check)
        reading->rc = SLUSS_ENOMEM;
    read_section(reading, CONF_WAIVE, section, waiver);
    waiver->at = where_said(reading, section, "until");
}

static void read_waivers(struct reading *reading, cfg_t *section, struct unit_settings *unit)
{
    unsigned n = cfg_size(section, "waive");

    if (n == 0)
        return;
    unit->waivers = arena_array(reading->settings->arena, n, sizeof *unit->waivers);
    if (!unit->waivers) {
        reading->rc = SLUSS_ENOMEM;
        return;
    }
    for (unsigned i = 0; i < n; i++)
        read_waiver(reading, cfg_getnsec(section, "waive", i), &unit->waivers[i]);
    unit->waiver_count = n;
}

static void read_unit(struct reading *reading, cfg_t *section,
                      const struct partner_settings *partner)
{
    struct unit_settings *unit = &reading->settings->units[reading->settings->unit_count++];

    check_title(reading, section);
    unit->partner = partner->key;
    unit->partner_name = partner->name;
    unit->language = partner->language;
    unit->sla = partner->sla;
    unit->key = joined(reading, partner->key, section->title);
    if (!unit->key)
        reading->rc = SLUSS_ENOMEM;
    unit->safeguards = reading->settings->safeguards; /* read before */
    read_overrides(reading, CONF_SAFEGUARDS, cfg_getsec(section, "safeguards"),
                   &unit->safeguards);
    read_section(reading, CONF_UNIT, section, unit);
    if (!unit->contact)
        unit->contact = partner->contact ? partner->contact : reading->settings->contact;
    if (!unit->template_dir)
        unit->template_dir = partner->template_dir;
    read_seal(reading, section, unit);
    read_waivers(reading, section, unit);
    unit->formats_at = where_said(reading, section, "formats");
}

static void read_partner(struct reading *reading, cfg_t *section)
{
    struct settings *settings = reading->settings;
    struct partner_settings *partner = &settings->partners[settings->partner_count++];
    cfg_t *own = cfg_getsec(section, "sla");

    partner->key = arena_str(settings->arena, span_str(section->title));
    if (!partner->key) {
        reading->rc = SLUSS_ENOMEM;
        return;
    }
    check_title(reading, section);
    read_section(reading, CONF_PARTNER, section, partner);
    if (!partner->name)
        partner->name = partner->key;
    partner->sla = settings->sla;
    read_overrides(reading, CONF_SLA, own, &partner->sla);
    read_terms(reading, own, &partner->sla);
    read_escalation(reading, own, &partner->sla);
    if (cfg_size(section, "unit") == 0)
        problem_add(&reading->problems, section_place(reading, section),
                    "partner %s has no unit; add unit \"KEY\" { ... } to it, or remove it",
                    partner->key);
    for (unsigned i = 0; i < cfg_size(section, "unit"); i++)
        read_unit(reading, cfg_getnsec(section, "unit", i), partner);
}

static void read_partners(struct reading *reading, cfg_t *root)
{
    struct settings *settings = reading->settings;
    size_t units = 0;

    for (unsigned i = 0; i < cfg_size(root, "partner"); i++)
        units += cfg_size(cfg_getnsec(root, "partner", i), "unit");
    settings->units = arena_array(settings->arena, units + 1, sizeof *settings->units);
    settings->partners = arena_array(settings->arena, cfg_size(root, "partner") + 1u,
                                     sizeof *settings->partners);
    if (!settings->units || !settings->partners) {
        reading->rc = SLUSS_ENOMEM;
        return;
    }
    for (unsigned i = 0; i < cfg_size(root, "partner") && reading->rc == 0; i++)
        read_partner(reading, cfg_getnsec(root, "partner", i));
}

/* --- what no single key can tell ----------------------------------------------------------- */

static void check_smtp(struct reading *reading, cfg_t *root)
{
    const struct settings *settings = reading->settings;
    cfg_t *smtp = cfg_getsec(root, "smtp");

    if (settings->unit_count && !value_of(smtp, "from", 0))
        problem_add(&reading->problems, section_place(reading, smtp),
                    "from is missing in smtp: receipts need a sender; add smtp { from = "
                    "\"ADDRESS\" }");
    if (settings->unit_count && settings->smtp.relays.n == 0 && !value_of(smtp, "relays", 0))
        problem_add(&reading->problems, section_place(reading, smtp),
                    "relays in smtp is empty: receipts need a mail server; add one, or remove "
                    "the key for smtp://127.0.0.1:25");
    if (!value_of(smtp, "user", 0) != !value_of(smtp, "password-file", 0))
        problem_add(&reading->problems,
                    key_place(reading, smtp, value_of(smtp, "user", 0) ? "user" : "password-file"),
                    "user and password-file belong together in smtp; write both, or none");
    if (settings->smtp.retry_first_us > settings->smtp.retry_most_us &&
        settings->smtp.retry_most_us > 0)
        problem_add(&reading->problems,
                    key_place(reading, smtp,
                              value_of(smtp, "retry-most", 0) ? "retry-most" : "retry-first"),
                    "retry-most is shorter than retry-first; write a longer one");
}

static void check_alerts(struct reading *reading, cfg_t *root)
{
    const struct settings *settings = reading->settings;
    cfg_t *alerts = cfg_getsec(root, "alerts");
    bool webhook = value_of(alerts, "webhook", 0);

    if (webhook != (value_of(alerts, "webhook-key-file", 0) != NULL))
        problem_add(&reading->problems,
                    key_place(reading, alerts, webhook ? "webhook" : "webhook-key-file"),
                    "webhook and webhook-key-file belong together in alerts; write both, or none");
    if (settings->alerts.disk_critical > settings->alerts.disk_warning)
        problem_add(&reading->problems,
                    key_place(reading, alerts,
                              value_of(alerts, "disk-critical", 0) ? "disk-critical"
                                                                   : "disk-warning"),
                    "disk-critical is above disk-warning; write a smaller one");
    if (settings->alerts.queue_critical < settings->alerts.queue_warning)
        problem_add(&reading->problems,
                    key_place(reading, alerts,
                              value_of(alerts, "queue-critical", 0) ? "queue-critical"
                                                                    : "queue-warning"),
                    "queue-critical is below queue-warning; write a larger one");
}

/* Does `path` lie in `directory`, or is it the same? */
static bool lies_in(const char *path, const char *directory)
{
    size_t n = strlen(directory);

    return strncmp(path, directory, n) == 0 && (path[n] == '/' || path[n] == 0);
}

/* A directory that units use, to find one used twice. */
struct used {
    const char *path;
    const char *key;  /* "inbox" or "outbox" */
    const char *unit; /* "heby/ekonomi" */
    struct place place;
};

static int by_path(const void *a, const void *b)
{
    const struct used *left = a, *right = b;
    int order = strcmp(left->path, right->path);

    if (order)
        return order;
    return left->place.at < right->place.at ? -1 : left->place.at > right->place.at;
}

/* Sorted, the doubles lie side by side. Two outboxes may be one; everything else is a loop or
 * a file that belongs to two. */
static void check_used(struct reading *reading, struct used *used, size_t n)
{
    qsort(used, n, sizeof *used, by_path);
    for (size_t i = 0; i < n; i++) {
        bool inbox = strcmp(used[i].key, "inbox") == 0;

        if (lies_in(used[i].path, reading->settings->state_dir) ||
            lies_in(reading->settings->state_dir, used[i].path))
            problem_add(&reading->problems, used[i].place,
                        "%s of %s and state-dir lie in each other; use separate directories",
                        used[i].key, used[i].unit);
        for (size_t k = i; k-- > 0 && strcmp(used[k].path, used[i].path) == 0;) {
            if (!inbox && strcmp(used[k].key, "inbox") != 0)
                continue;
            problem_add(&reading->problems, used[i].place,
                        "%s of %s is the %s of %s, too (%s:%d); give each a directory of its own",
                        used[i].key, used[i].unit, used[k].key, used[k].unit, used[k].place.file,
                        used[k].place.line);
            break;
        }
    }
}

static void check_directories(struct reading *reading, cfg_t *root)
{
    const struct settings *settings = reading->settings;
    struct used *used = arena_array(reading->scratch, 2 * settings->unit_count + 1, sizeof *used);
    size_t n = 0, u = 0;

    if (!used || !settings->state_dir) {
        reading->rc = used ? reading->rc : SLUSS_ENOMEM;
        return;
    }
    for (unsigned p = 0; p < cfg_size(root, "partner"); p++) {
        cfg_t *partner = cfg_getnsec(root, "partner", p);

        for (unsigned i = 0; i < cfg_size(partner, "unit"); i++, u++) {
            const struct unit_settings *unit = &settings->units[u];
            cfg_t *section = cfg_getnsec(partner, "unit", i);

            if (unit->inbox)
                used[n++] = (struct used){unit->inbox, "inbox", unit->key,
                                          key_place(reading, section, "inbox")};
            if (unit->outbox)
                used[n++] = (struct used){unit->outbox, "outbox", unit->key,
                                          key_place(reading, section, "outbox")};
        }
    }
    check_used(reading, used, n);
}

/* --- the whole ----------------------------------------------------------------------------- */

static void read_tree(struct reading *reading, cfg_t *root)
{
    struct settings *settings = reading->settings;

    settings->file = arena_str(settings->arena, span_str(reading->path));
    if (!settings->file) {
        reading->rc = SLUSS_ENOMEM;
        return;
    }
    read_section(reading, CONF_MAIN, root, settings);
    settings->layouts_at = where_said(reading, root, "layouts");
    read_section(reading, CONF_SMTP, cfg_getsec(root, "smtp"), settings);
    read_section(reading, CONF_ALERTS, cfg_getsec(root, "alerts"), settings);
    read_section(reading, CONF_SLA, cfg_getsec(root, "sla"), &settings->sla);
    read_terms(reading, cfg_getsec(root, "sla"), &settings->sla);
    read_escalation(reading, cfg_getsec(root, "sla"), &settings->sla);
    read_section(reading, CONF_SAFEGUARDS, cfg_getsec(root, "safeguards"), &settings->safeguards);
    read_partners(reading, root);
    if (reading->rc < 0)
        return;
    check_smtp(reading, root);
    check_alerts(reading, root);
    check_directories(reading, root);
}

static int read_all(struct reading *reading)
{
    cfg_t *root;
    int rc = source_read(&reading->source, reading->path);

    if (rc < 0)
        return rc;
    if (reading->source.broken)
        return SLUSS_EINVAL;
    root = parse(reading);
    if (root && reading->rc == 0)
        read_tree(reading, root);
    if (root)
        (void)cfg_free(root);
    if (reading->rc < 0)
        return reading->rc;
    return reading->problems.n ? SLUSS_EINVAL : 0;
}

int conf_read(const char *path, struct buf *errors, struct settings **out)
{
    struct reading reading = {.path = path};
    int rc = SLUSS_ENOMEM;

    *out = NULL;
    reading.scratch = arena_new(SETTINGS_CEILING);
    reading.settings = settings_new(SETTINGS_CEILING);
    source_init(&reading.source, reading.scratch, &reading.problems);
    if (reading.scratch && reading.settings)
        rc = read_all(&reading);
    if (problems_print(&reading.problems, errors) < 0)
        rc = SLUSS_ENOMEM;
    if (rc == SLUSS_ENOMEM)
        (void)buf_printf(errors, "%s: out of memory\n", path);
    if (rc == 0) {
        *out = reading.settings;
        reading.settings = NULL;
    }
    settings_free(&reading.settings);
    source_free(&reading.source);
    problems_free(&reading.problems);
    arena_free(&reading.scratch);
    return rc;
}

/* The first, where it stands twice: that is one of the mistakes a file may have. */
static void add_socket(const struct source *source, struct buf *out)
{
    for (size_t i = 0; i + 2 < source->n; i++) {
        const struct source_word *word = &source->words[i];

        if (word->starts && word->depth == 0 && strcmp(word->text, "control-socket") == 0 &&
            word[1].kind == '=' && word[2].kind == 'w' && word[2].text[0] == '/') {
            (void)buf_str(out, word[2].text);
            return;
        }
    }
}

int conf_read_socket(const char *path, struct buf *out)
{
    struct problems problems = {0};
    struct arena *arena = arena_new(SETTINGS_CEILING);
    struct source source;
    int rc = SLUSS_ENOMEM;

    source_init(&source, arena, &problems);
    if (arena)
        rc = source_read(&source, path);
    if (rc == 0)
        add_socket(&source, out);
    source_free(&source);
    problems_free(&problems);
    arena_free(&arena);
    return rc ? rc : buf_error(out);
}

/* options.c -- the command line
 *
 * The command's words are looked for first and taken out of argv; what remains goes through
 * getopt_long once, with the global options and the command's own in one list.
 */
#include "ctl/options.h"

#include <getopt.h>
#include <string.h>

#include "model/error.h"

enum { LONG_FIRST = 256, LONG_JSON, LONG_VERSION, LONG_OWN };

static const struct option globals[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, LONG_JSON},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, LONG_VERSION},
};
#define GLOBALS (sizeof globals / sizeof globals[0])

const char *arguments_value(const struct arguments *arguments, const char *name)
{
    const struct option_row *options = arguments->command->options;

    for (int i = 0; i < OPTIONS_MAX && options[i].name; i++)
        if (strcmp(options[i].name, name) == 0)
            return arguments->values[i];
    return NULL;
}

/* From `at` on, the first word that is no global option (nor the value of one); -1 when there
 * is none, or when an option comes first that is a command's. */
static int next_word(int argc, char **argv, int at)
{
    for (int i = at; i < argc; i++) {
        const char *word = argv[i];

        if (word[0] != '-' || word[1] == '\0')
            return i;
        if (strcmp(word, "-c") == 0 || strcmp(word, "--config") == 0)
            i++;
        else if (strncmp(word, "-c", 2) != 0 && strncmp(word, "--config=", 9) != 0 &&
                 strcmp(word, "--json") != 0 && strcmp(word, "--help") != 0 &&
                 strcmp(word, "-h") != 0)
            return -1;
    }
    return -1;
}

/* The command of one word, or of two when `second` is given. */
static const struct command *find(const struct command *commands, const char *first,
                                  const char *second)
{
    size_t n = strlen(first);

    for (; commands->name; commands++) {
        const char *name = commands->name;

        if (!second && strcmp(name, first) == 0)
            return commands;
        if (second && strncmp(name, first, n) == 0 && name[n] == ' ' &&
            strcmp(name + n + 1, second) == 0)
            return commands;
    }
    return NULL;
}

bool command_of_group(const struct command *command, const char *group)
{
    size_t n = strlen(group);

    return strncmp(command->name, group, n) == 0 && command->name[n] == ' ';
}

/* Does a command of two words begin with this one? Their second words go to `why`. */
static bool is_group(const struct command *commands, const char *first, struct buf *why)
{
    bool any = false;

    for (; commands->name; commands++) {
        if (!command_of_group(commands, first))
            continue;
        buf_printf(why, "%s%s", any ? ", " : "", commands->name + strlen(first) + 1);
        any = true;
    }
    return any;
}

static void take_out(int *argc, char **argv, int at)
{
    memmove(argv + at, argv + at + 1, (size_t)(*argc - at) * sizeof *argv);
    (*argc)--;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

/* Find the command and take its words out of argv. */
static int find_command(int *argc, char **argv, const struct command *commands,
                        struct arguments *out, struct buf *why)
{
    int first = next_word(*argc, argv, 1);
    int second;
    const char *word;

    if (first < 0)
        return SLUSS_OK;
    word = argv[first];
    second = next_word(*argc, argv, first + 1);
    if (second > 0) {
        out->command = find(commands, word, argv[second]);
        if (out->command)
            take_out(argc, argv, second);
    }
    if (!out->command)
        out->command = find(commands, word, NULL);
    if (out->command) {
        take_out(argc, argv, first);
        return SLUSS_OK;
    }
    buf_printf(why, "\"%s\" wants one more word: ", word);
    if (is_group(commands, word, why)) {
        out->group = second > 0 ? NULL : word;
        out->help = second <= 0 && asks_for_help(*argc, argv);
        return out->help ? SLUSS_OK : SLUSS_EINVAL;
    }
    buf_clear(why);
    buf_printf(why, "there is no command \"%s\"; slussctl --help lists them", word);
    return SLUSS_EINVAL;
}

/* Why getopt refused: it leaves 0 in optopt for a long option it does not know, and the
 * option's own number for one that was given a value it does not take. */
static void refuse_option(struct buf *why, const char *word)
{
    if (optopt == 0)
        buf_printf(why, "there is no option %s here", word);
    else if (optopt >= LONG_FIRST || optopt == 'h')
        buf_printf(why, "%.*s takes no value", (int)strcspn(word, "="), word);
    else if (optopt > ' ' && optopt < 127)
        buf_printf(why, "there is no option -%c here", optopt);
    else
        buf_str(why, "there is no such option here");
}

/* Where -o goes: the command's option "output". -1 where it has none. */
static int output_of(const struct command *command)
{
    for (int i = 0; command && i < OPTIONS_MAX && command->options[i].name; i++)
        if (strcmp(command->options[i].name, "output") == 0)
            return LONG_OWN + i;
    return -1;
}

/* Put what getopt found at its place. */
static int put(int found, struct arguments *out, struct buf *why, char **argv)
{
    switch (found) {
    case 'c':
        out->config = optarg;
        return SLUSS_OK;
    case 'h':
        out->help = true;
        return SLUSS_OK;
    case LONG_JSON:
        out->json = true;
        return SLUSS_OK;
    case LONG_VERSION:
        out->version = true;
        return SLUSS_OK;
    case ':':
        buf_printf(why, "%s needs a value", argv[optind - 1]);
        return SLUSS_EINVAL;
    case '?':
        refuse_option(why, argv[optind - 1]);
        return SLUSS_EINVAL;
    default:
        out->values[found - LONG_OWN] = optarg ? optarg : "";
        return SLUSS_OK;
    }
}

static int parse_options(int argc, char **argv, struct arguments *out, struct buf *why)
{
    struct option all[GLOBALS + OPTIONS_MAX + 1];
    const char *letters = output_of(out->command) < 0 ? ":c:h" : ":c:ho:";
    size_t n = GLOBALS;
    int found, error = SLUSS_OK;

    memset(all, 0, sizeof all);
    memcpy(all, globals, sizeof globals);
    for (int i = 0; out->command && i < OPTIONS_MAX && out->command->options[i].name; i++) {
        const struct option_row *row = &out->command->options[i];

        all[n++] = (struct option){row->name, row->value ? required_argument : no_argument, NULL,
                                   LONG_OWN + i};
    }
    opterr = 0;
    optind = 0; /* glibc: start afresh */
    while (error == SLUSS_OK && (found = getopt_long(argc, argv, letters, all, NULL)) != -1)
        error = put(found == 'o' ? output_of(out->command) : found, out, why, argv);
    out->operands = argv + optind;
    out->n = argc - optind;
    return error;
}

int arguments_parse(int argc, char **argv, const struct command *commands,
                    struct arguments *out, struct buf *why)
{
    const struct command *command;
    int error;

    memset(out, 0, sizeof *out);
    error = find_command(&argc, argv, commands, out, why);
    if (error != SLUSS_OK || out->group)
        return error;
    error = parse_options(argc, argv, out, why);
    command = out->command;
    if (error != SLUSS_OK || !command || out->help || out->version)
        return error;
    if (out->n < command->least) {
        buf_printf(why, "%s needs %s", command->name, command->operands);
        return SLUSS_EINVAL;
    }
    if (command->most >= 0 && out->n > command->most) {
        buf_printf(why, "%s: \"%s\" is one argument too many", command->name,
                   out->operands[command->most]);
        return SLUSS_EINVAL;
    }
    return SLUSS_OK;
}

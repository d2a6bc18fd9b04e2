/* help.c -- the overview, and each command's own page */
#include "ctl/help.h"

#include <string.h>

#include "conf/conf.h"
#include "ctl/commands.h"

static void usage_of(const struct command *command, char *text, size_t n)
{
    int at = snprintf(text, n, "%s%s%s", command->name, command->operands[0] ? " " : "",
                      command->operands);

    for (int i = 0; i < OPTIONS_MAX && command->options[i].name; i++) {
        const struct option_row *row = &command->options[i];

        if (at > 0 && (size_t)at < n)
            at += snprintf(text + at, n - (size_t)at, " [--%s%s%s]", row->name,
                           row->value ? " " : "", row->value ? row->value : "");
    }
}

void help_overview(FILE *out, const struct command *list)
{
    const char *group = "";

    fputs("slussctl - look at the gate, decide held deliveries, check files\n\n"
          "Usage: slussctl [-c FILE] [--json] COMMAND ...\n",
          out);
    for (; list->name; list++) {
        char left[64];

        if (!list->group[0])
            continue;
        if (strcmp(group, list->group) != 0) {
            group = list->group;
            fprintf(out, "\n%s\n", group);
        }
        snprintf(left, sizeof left, "%s%s%s", list->name, list->operands[0] ? " " : "",
                 list->operands);
        fprintf(out, "  %-18s %s\n", left, list->summary);
    }
    fputs("\n  -c, --config FILE  the configuration (default " CONF_DEFAULT_FILE ")\n"
          "  --json             one JSON object a line\n"
          "  --help             after a command: all about it\n"
          "  --version\n\n"
          "Exit status: 0 done, 1 the answer is no, 2 wrong usage or trouble.\n",
          out);
}

void help_command(FILE *out, const struct command *command)
{
    char usage[256];

    usage_of(command, usage, sizeof usage);
    fprintf(out, "Usage: slussctl %s\n\n%c%s.\n", usage,
            command->summary[0] >= 'a' && command->summary[0] <= 'z' ? command->summary[0] - 32
                                                                     : command->summary[0],
            command->summary + 1);
    if (command->details)
        fprintf(out, "%s\n", command->details);
    fputc('\n', out);
    for (int i = 0; i < OPTIONS_MAX && command->options[i].name; i++) {
        const struct option_row *row = &command->options[i];
        char left[64];

        snprintf(left, sizeof left, "--%s%s%s", row->name, row->value ? " " : "",
                 row->value ? row->value : "");
        fprintf(out, "  %-18s %s\n", left, row->help);
    }
    fputs("  -c, --config FILE  the configuration (default " CONF_DEFAULT_FILE ")\n"
          "  --json             one JSON object a line\n"
          "  --help             this\n",
          out);
}

bool help_group(FILE *out, const struct command *list, const char *group)
{
    bool any = false;

    for (; list->name; list++) {
        char usage[256];

        if (!command_of_group(list, group))
            continue;
        usage_of(list, usage, sizeof usage);
        fprintf(out, "%s slussctl %s\n           %s\n", any ? "      " : "Usage:", usage,
                list->summary);
        any = true;
    }
    if (any)
        fprintf(out, "\nslussctl %s WORD --help says all about one.\n", group);
    return any;
}

int command_help(struct ctl *ctl, const struct arguments *arguments)
{
    char name[128];

    (void)ctl;
    if (arguments->n == 0) {
        help_overview(stdout, commands);
        return EXIT_FINE;
    }
    snprintf(name, sizeof name, "%s%s%s", arguments->operands[0], arguments->n > 1 ? " " : "",
             arguments->n > 1 ? arguments->operands[1] : "");
    for (const struct command *command = commands; command->name; command++) {
        if (strcmp(command->name, name) == 0) {
            help_command(stdout, command);
            return EXIT_FINE;
        }
    }
    if (help_group(stdout, commands, name))
        return EXIT_FINE;
    return complain("there is no command \"%s\"; slussctl --help lists them", name);
}

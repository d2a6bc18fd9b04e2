/* options.h -- the command line: which command, which options, which operands
 *
 * `-c FILE`, `--json` and `--help` are understood before and after a command's name; all else
 * belongs to the command and stands in its table. Nothing here prints or exits: what is wrong
 * is a sentence for the caller to say.
 */
#ifndef SLUSS_CTL_OPTIONS_H
#define SLUSS_CTL_OPTIONS_H

#include <stdbool.h>

#include "model/buf.h"

struct ctl;
struct arguments;

/* One option of a command. `value` names its argument for people; null: a flag. */
struct option_row {
    const char *name;
    const char *value;
    const char *help;
};

#define OPTIONS_MAX 9 /* of one command, the end mark included */

/* What a command is: a row of the table in commands.c. */
struct command {
    const char *group;    /* heading it stands under in the overview */
    const char *name;     /* one word or two: "list", "queue take" */
    const char *operands; /* "ID", "FILE...", "" */
    int least, most;      /* how many operands; most -1: any number */
    const char *summary;  /* one line */
    const char *details;  /* paragraphs for --help; null: none */
    struct option_row options[OPTIONS_MAX];
    int (*run)(struct ctl *ctl, const struct arguments *arguments);
};

/* The command line, taken apart. Strings are argv's. */
struct arguments {
    const struct command *command; /* null: none was named */
    const char *group;             /* the first word of commands of two, without a second */
    const char *config;            /* null: not said */
    bool json;
    bool help;
    bool version;
    const char *values[OPTIONS_MAX]; /* as the command's options; null: not given; flags "" */
    int n;
    char **operands;
};

/* The value of the command's option of that name; null when it was not given. */
const char *arguments_value(const struct arguments *arguments, const char *name);

/* Is it the first word of a command of two? */
bool command_of_group(const struct command *command, const char *group);

/* Take argv apart (its order is changed). `commands` ends with a null name. A group is enough
 * where help is asked for: then `command` is null and `group` is not.
 * 0, or SLUSS_EINVAL with a sentence in `why`; out->command is set when it could be found. */
int arguments_parse(int argc, char **argv, const struct command *commands,
                    struct arguments *out, struct buf *why);

#endif

/* help.h -- what slussctl says about itself, printed from the table of commands */
#ifndef SLUSS_CTL_HELP_H
#define SLUSS_CTL_HELP_H

#include <stdio.h>

#include "ctl/options.h"

/* The overview: one screen, in groups. */
void help_overview(FILE *out, const struct command *commands);
/* All about one command. */
void help_command(FILE *out, const struct command *command);

/* The commands of two words that begin with this one; false where there are none. */
bool help_group(FILE *out, const struct command *list, const char *group);

#endif

/* main.c -- slussctl: the command line, then the command */
#include <sodium.h>
#include <stdio.h>

#include "conf/conf.h"
#include "config.h"
#include "ctl/commands.h"
#include "ctl/help.h"
#include "ctl/options.h"
#include "model/error.h"

/* What was asked for, when it was not a command. Returns the exit status. */
static int without_command(const struct arguments *arguments)
{
    if (arguments->version) {
        puts("slussctl " PACKAGE_VERSION);
        return EXIT_FINE;
    }
    if (arguments->group && help_group(stdout, commands, arguments->group))
        return EXIT_FINE;
    if (arguments->help) {
        help_overview(stdout, commands);
        return EXIT_FINE;
    }
    help_overview(stderr, commands);
    return EXIT_TROUBLE;
}

static int run(const struct arguments *arguments)
{
    struct ctl ctl = {
        .config = arguments->config ? arguments->config : CONF_DEFAULT_FILE,
        .config_named = arguments->config != NULL,
        .json = arguments->json,
        .paper = paper_of(stdout),
    };

    return arguments->command->run(&ctl, arguments);
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct buf why;
    int status;

    buf_init(&why, 64 * 1024);
    if (sodium_init() < 0)
        return complain("libsodium cannot start");
    if (arguments_parse(argc, argv, commands, &arguments, &why) != SLUSS_OK) {
        status = complain("%s", buf_cstr(&why));
        if (arguments.command)
            fprintf(stderr, "Try: slussctl %s --help\n", arguments.command->name);
    } else if (!arguments.command || arguments.version) {
        status = without_command(&arguments);
    } else if (arguments.help) {
        help_command(stdout, arguments.command);
        status = EXIT_FINE;
    } else {
        status = run(&arguments);
    }
    buf_free(&why);
    if (print_finish() != SLUSS_OK)
        return complain("cannot write to standard output");
    return status;
}

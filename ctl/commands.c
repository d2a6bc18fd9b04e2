/* commands.c -- the table of commands, from which the help is printed too */
#include "ctl/commands.h"

#include <stdarg.h>
#include <stdlib.h>

#define OFFLINE "Offline, no daemon needed"

const struct command commands[] = {
    {OFFLINE, "check", "FILE...", 1, -1, "recognise, parse and validate files",
     "Reads each file as the daemon would and says what it is, what it holds and what is\n"
     "wrong with it. \"-\" is standard input. Exit 1 where any file is not valid.",
     {{"format", "NAME", "read it as this format, instead of recognising it"}}, command_check},
    {OFFLINE, "items", "FILE", 1, 1, "print every item of a file",
     "Exit 1 where the file is not valid; the items up to there are printed.",
     {{"format", "NAME", "read it as this format, instead of recognising it"}}, command_items},
    {OFFLINE, "formats", "[NAME]", 0, 1, "the formats it knows, or all about one",
     "With a name: what its items carry, what shows that a file is whole, the document the\n"
     "reading follows, and the rules it is judged by.", {{0}}, command_formats},
    {OFFLINE, "config check", "", 0, 0, "validate a configuration",
     "Reads the file named with -c and whatever it includes, and names each error with file\n"
     "and line. Exit 1 where there is one.", {{0}}, command_config_check},
    {"", "help", "", 0, 2, "this overview", NULL, {{0}}, command_help},
    {0},
};

int complain(const char *format, ...)
{
    va_list args;
    struct buf text;

    buf_init(&text, 64 * 1024);
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    fflush(stdout);
    fprintf(stderr, "slussctl: %s\n", buf_cstr(&text));
    buf_free(&text);
    return EXIT_TROUBLE;
}

/* replay.c -- feeds a fuzzer its saved inputs where there is no libFuzzer
 *
 * Reads every file of tests/fuzz/seeds/NAME below $top_srcdir, NAME being the program's own, or
 * the files named on the command line.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SEED_MAX (1024 * 1024)

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(SEED_MAX);
    size_t n;

    if (!file || !data) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(99);
    }
    n = fread(data, 1, SEED_MAX, file);
    fclose(file);
    LLVMFuzzerTestOneInput(data, n);
    free(data);
    return 1;
}

static int replay_all(const char *program)
{
    const char *top = getenv("top_srcdir");
    const char *slash = strrchr(program, '/');
    char folder[1024];
    struct dirent *entry;
    int count = 0;
    DIR *dir;

    snprintf(folder, sizeof(folder), "%s/tests/fuzz/seeds/%s", top ? top : ".",
             slash ? slash + 1 : program);
    dir = opendir(folder);
    while (dir && (entry = readdir(dir))) {
        char path[2048];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        count += replay(path);
    }
    if (dir)
        closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;

    for (int i = 1; i < argc; i++)
        count += replay(argv[i]);
    if (argc == 1)
        count = replay_all(argv[0]);
    printf("%d saved inputs read\n", count);
    return count > 0 ? 0 : 99;
}

#include "conf/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/error.h"

/* Room for the digits, blanks and line ends around them, and one byte that is too many. */
#define FILE_MOST (SEAL_TEXT + 32)

static int wrong(struct buf *why, const char *what)
{
    int rc = buf_str(why, what);

    return rc < 0 ? rc : SLUSS_EINVAL;
}

static int read_open(int fd, uint8_t key[SEAL_SIZE], struct buf *why)
{
    char text[FILE_MOST + 1];
    struct stat st;
    ssize_t n;
    bool sound;

    if (fstat(fd, &st) != 0)
        return wrong(why, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return wrong(why, "not a file; name the file that holds the key");
    if (st.st_mode & S_IRWXO)
        return wrong(why, "others may read or change it; take that away with chmod o=, and have "
                          "the key replaced if they could");
    n = read(fd, text, sizeof text);
    if (n < 0)
        return wrong(why, strerror(errno));
    sound = n <= FILE_MOST && seal_parse(span_trim(span_of(text, (size_t)n)), key);
    sodium_memzero(text, sizeof text);
    return sound ? 0
                 : wrong(why, "holds no key; write 32 hexadecimal digits in it, as Bankgirot "
                              "gave them, and nothing else");
}

int conf_read_key(const char *path, uint8_t key[SEAL_SIZE], struct buf *why)
{
    /* A pipe would have us wait for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    int rc;

    if (fd < 0)
        return wrong(why, strerror(errno));
    rc = read_open(fd, key, why);
    close(fd);
    return rc;
}

static int read_of_unit(struct unit_settings *unit, const char *credentials, struct buf *why)
{
    struct buf path;
    int rc;

    if (strchr(unit->seal_key_file, '/'))
        return conf_read_key(unit->seal_key_file, unit->seal.key, why);
    if (!credentials)
        return wrong(why, "a credential, and there are none: start slussd through systemd with "
                          "LoadCredential=, or write the path of a file");
    buf_init(&path, 8192);
    (void)buf_printf(&path, "%s/%s", credentials, unit->seal_key_file);
    rc = buf_error(&path);
    if (rc == 0)
        rc = conf_read_key(buf_cstr(&path), unit->seal.key, why);
    buf_free(&path);
    return rc;
}

int conf_read_keys(struct settings *settings, const char *credentials, struct buf *errors)
{
    int all = 0;

    for (size_t i = 0; i < settings->unit_count && all != SLUSS_ENOMEM; i++) {
        struct unit_settings *unit = &settings->units[i];
        struct buf why;
        int rc;

        if (!unit->seal_key_file)
            continue;
        buf_init(&why, 4096);
        rc = read_of_unit(unit, credentials, &why);
        unit->seal.known = rc == 0;
        if (rc < 0) {
            all = rc;
            (void)buf_printf(errors, "%s: seal-key-file = %s of %s: %s\n", settings->file,
                             unit->seal_key_file, unit->key, buf_cstr(&why));
        }
        buf_free(&why);
    }
    return all;
}

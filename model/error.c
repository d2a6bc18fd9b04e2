/* error.c -- names and texts of the error codes, in one table */
#include "model/error.h"

#include <errno.h>
#include <stddef.h>

static const struct {
    const char *name;
    const char *text;
} errors[SLUSS_ERROR_COUNT] = {
    [-SLUSS_OK] = {"SLUSS_OK", "success"},
    [-SLUSS_ENOMEM] = {"SLUSS_ENOMEM", "out of memory"},
    [-SLUSS_EINVAL] = {"SLUSS_EINVAL", "invalid value"},
    [-SLUSS_ESYNTAX] = {"SLUSS_ESYNTAX", "not of the expected form"},
    [-SLUSS_EOVERFLOW] = {"SLUSS_EOVERFLOW", "number too large"},
    [-SLUSS_ELIMIT] = {"SLUSS_ELIMIT", "limit reached"},
    [-SLUSS_EIO] = {"SLUSS_EIO", "input/output error"},
    [-SLUSS_EFULL] = {"SLUSS_EFULL", "no space or quota left"},
    [-SLUSS_ESYNC] = {"SLUSS_ESYNC", "could not make data durable"},
    [-SLUSS_ENOTFOUND] = {"SLUSS_ENOTFOUND", "not found"},
    [-SLUSS_EEXIST] = {"SLUSS_EEXIST", "already exists"},
    [-SLUSS_EBUSY] = {"SLUSS_EBUSY", "busy, held by somebody else"},
    [-SLUSS_ECORRUPT] = {"SLUSS_ECORRUPT", "stored data is damaged"},
    [-SLUSS_ECONFLICT] = {"SLUSS_ECONFLICT", "not possible in the present state"},
    [-SLUSS_EDENIED] = {"SLUSS_EDENIED", "permission denied"},
    [-SLUSS_ECLOSED] = {"SLUSS_ECLOSED", "connection closed by the other side"},
    [-SLUSS_EPROTOCOL] = {"SLUSS_EPROTOCOL", "protocol error"},
    [-SLUSS_ESTOP] = {"SLUSS_ESTOP", "stopped on request"},
};

static int index_of(int code)
{
    return code <= 0 && code > -SLUSS_ERROR_COUNT ? -code : -1;
}

const char *sluss_error_name(int code)
{
    int at = index_of(code);

    return at < 0 ? "SLUSS_UNKNOWN" : errors[at].name;
}

const char *sluss_error_text(int code)
{
    int at = index_of(code);

    return at < 0 ? "unknown error" : errors[at].text;
}

static const struct {
    int errnum;
    int code;
} from_errno[] = {
    {0, SLUSS_OK},
    {ENOMEM, SLUSS_ENOMEM},
    {EINVAL, SLUSS_EINVAL},
    {ENAMETOOLONG, SLUSS_EINVAL},
    {EOVERFLOW, SLUSS_EOVERFLOW},
    {ERANGE, SLUSS_EOVERFLOW},
    {EMFILE, SLUSS_ELIMIT},
    {ENFILE, SLUSS_ELIMIT},
    {EMLINK, SLUSS_ELIMIT},
    {EFBIG, SLUSS_ELIMIT},
    {ENOSPC, SLUSS_EFULL},
    {EDQUOT, SLUSS_EFULL},
    {ENOENT, SLUSS_ENOTFOUND},
    {ENOTDIR, SLUSS_ENOTFOUND},
    {ENXIO, SLUSS_ENOTFOUND},
    {ENODEV, SLUSS_ENOTFOUND},
    {ESRCH, SLUSS_ENOTFOUND},
    {EEXIST, SLUSS_EEXIST},
    {EADDRINUSE, SLUSS_EEXIST},
    {EBUSY, SLUSS_EBUSY},
    {EAGAIN, SLUSS_EBUSY},
    {EINPROGRESS, SLUSS_EBUSY},
    {ETXTBSY, SLUSS_EBUSY},
    {EACCES, SLUSS_EDENIED},
    {EPERM, SLUSS_EDENIED},
    {EROFS, SLUSS_EDENIED},
    {EPIPE, SLUSS_ECLOSED},
    {ECONNRESET, SLUSS_ECLOSED},
    {ECONNREFUSED, SLUSS_ECLOSED},
    {ENOTCONN, SLUSS_ECLOSED},
    {EPROTO, SLUSS_EPROTOCOL},
    {EBADMSG, SLUSS_EPROTOCOL},
    {EMSGSIZE, SLUSS_EPROTOCOL},
};

int sluss_error_from_errno(int errnum)
{
    for (size_t i = 0; i < sizeof from_errno / sizeof *from_errno; i++)
        if (from_errno[i].errnum == errnum)
            return from_errno[i].code;
    return SLUSS_EIO;
}

/* error.h -- every way a function of sluss can fail, as one enum
 *
 * Functions return 0 or above for success and one of these negative codes for the world's
 * trouble. A sender's mistake is never an error code: it becomes a finding (finding.h). A
 * mistake of ours is an assert.
 */
#ifndef SLUSS_MODEL_ERROR_H
#define SLUSS_MODEL_ERROR_H

enum sluss_error {
    SLUSS_OK = 0,
    SLUSS_ENOMEM = -1,    /* no memory, or an arena or buffer at its ceiling */
    SLUSS_EINVAL = -2,    /* an argument or setting that makes no sense */
    SLUSS_ESYNTAX = -3,   /* text that does not have the form it should */
    SLUSS_EOVERFLOW = -4, /* a number does not fit */
    SLUSS_ELIMIT = -5,    /* a named limit was reached */
    SLUSS_EIO = -6,       /* the disk or the system refused; errno was kept where it says so */
    SLUSS_EFULL = -7,     /* no space or quota left */
    SLUSS_ESYNC = -8,     /* an fsync failed: nothing written since can be trusted */
    SLUSS_ENOTFOUND = -9,
    SLUSS_EEXIST = -10,
    SLUSS_EBUSY = -11,     /* somebody else holds it; try again */
    SLUSS_ECORRUPT = -12,  /* what was stored does not hold together */
    SLUSS_ECONFLICT = -13, /* not possible in the present state */
    SLUSS_EDENIED = -14,   /* permission */
    SLUSS_ECLOSED = -15,   /* the other side is gone */
    SLUSS_EPROTOCOL = -16, /* a peer said what it may not say */
    SLUSS_ESTOP = -17,     /* a callback asked to stop */
};

#define SLUSS_ERROR_COUNT 18

/* Name ("SLUSS_ENOMEM") and text ("out of memory") of a code; never null, unknown codes too. */
const char *sluss_error_name(int code);
const char *sluss_error_text(int code);

/* The code that fits an errno value: ENOSPC and EDQUOT are SLUSS_EFULL, EACCES and EPERM
 * SLUSS_EDENIED, and so on; what has no code of its own is SLUSS_EIO. */
int sluss_error_from_errno(int errnum);

#endif

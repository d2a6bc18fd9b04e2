/* clock.c -- preloaded by tests: a wall clock and a disk that can be set without the machine's
 *
 * SLUSS_TEST_CLOCK names a file of two numbers of eight bytes: microseconds, signed, by which the
 * wall clock differs, and whether every fsync fails. It is mapped, so that a change is seen at
 * once by every process that has it. Clocks that nobody can set (monotonic, since boot) are as
 * they are.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *offset_us; /* and behind it, whether syncs fail */

__attribute__((constructor)) static void attach(void)
{
    const char *path = getenv("SLUSS_TEST_CLOCK");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *at = fd < 0 ? MAP_FAILED : mmap(NULL, 2 * sizeof *offset_us, PROT_READ, MAP_SHARED, fd, 0);

    if (fd >= 0)
        close(fd);
    if (at != MAP_FAILED)
        offset_us = at;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
    int64_t ns;
    int rc = (int)syscall(SYS_clock_gettime, clock, out);

    if (rc || !offset_us || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
        return rc;
    ns = out->tv_sec * INT64_C(1000000000) + out->tv_nsec + *offset_us * 1000;
    out->tv_sec = ns / 1000000000;
    out->tv_nsec = ns % 1000000000;
    return 0;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now;

    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now))
        return -1;
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out)
{
    struct timespec now;

    if (clock_gettime(CLOCK_REALTIME, &now))
        return -1;
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}

static int sync_as(long number, int fd)
{
    if (offset_us && offset_us[1]) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(number, fd);
}

int fsync(int fd)
{
    return sync_as(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return sync_as(SYS_fdatasync, fd);
}

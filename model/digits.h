/* digits.h -- decimal digits of ASCII, eight at a time
 *
 * The bytes of a word are looked at together: nearly all that payment files hold is digits.
 * Reads exactly the bytes that are named.
 */
#ifndef SLUSS_MODEL_DIGITS_H
#define SLUSS_MODEL_DIGITS_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Eight characters; the first is the lowest byte. */
static inline uint64_t digits_load(const char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    return le64toh(word);
}

/* Is each byte of the word a digit? */
static inline bool digits_word(uint64_t word)
{
    return ((word & DIGITS_EACH(0xF0)) ^ DIGITS_EACH(0x30)) == 0 &&
           ((word + DIGITS_EACH(0x06)) & DIGITS_EACH(0xF0)) == DIGITS_EACH(0x30);
}

/* The number that eight digits are: neighbours are folded together, three times. */
static inline uint32_t digits_fold(uint64_t word)
{
    word &= DIGITS_EACH(0x0F);
    word = word * 10 + (word >> 8);
    word = ((word & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064) +
            ((word >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001)) >>
           32;
    return (uint32_t)word;
}

/* Is each of n bytes a digit? None are. */
static inline bool digits_only(const char *p, size_t n)
{
    size_t i = 0;

    for (; i + 8 <= n; i += 8)
        if (!digits_word(digits_load(p + i)))
            return false;
    if (n >= 8) /* the rest, with some of what is known already */
        return i == n || digits_word(digits_load(p + n - 8));
    for (; i < n; i++)
        if ((unsigned char)p[i] - (unsigned)'0' > 9)
            return false;
    return true;
}

/* The number that n bytes are, all of them known to be digits, n at most 18. */
static inline int64_t digits_number(const char *p, size_t n)
{
    uint64_t number = 0;
    size_t i = 0;

    for (; i + 8 <= n; i += 8)
        number = number * 100000000 + digits_fold(digits_load(p + i));
    for (; i < n; i++)
        number = number * 10 + ((unsigned char)p[i] - (unsigned)'0');
    return (int64_t)number;
}

#endif

/* seal.h -- the arithmetic of Bankgirot's seal: HMAC-SHA256-128 over normalised text
 *
 * Source: Bankgirot, "Tamper protection with Bankgirot HMAC, Technical Specification", March
 *         2014: key of 128 bits, the first 128 bits of HMAC-SHA-256, normalisation of the
 *         text to the old Swedish 7-bit set. Held against Bankgirot's seven published cases.
 * Input:  bytes in pieces of any size. Line ends (CR, LF) do not count, blanks do.
 * State:  in the struct given; it depends on the keys, so seal_hash_end also wipes it.
 *
 * Keys are secret. The check value (KVV) of a key, the code of eight zeros, is not.
 */
#ifndef SLUSS_MODEL_SEAL_H
#define SLUSS_MODEL_SEAL_H

#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/span.h"

#define SEAL_SIZE      16              /* bytes of a key, a code and a check value */
#define SEAL_TEXT      (2 * SEAL_SIZE) /* the same as hexadecimal digits */
#define SEAL_TESTS_MAX 8               /* check values of test keys that a unit may list */
#define SEAL_HASH_KEYS 2               /* of one hash */

/* What is known of a sender's seals. Flat: it travels to the worker that reads the file. */
struct seal_keys {
    uint32_t known; /* 1: key holds the sender's key */
    uint32_t tests; /* how many in `test` */
    uint8_t key[SEAL_SIZE];
    uint8_t test[SEAL_TESTS_MAX][SEAL_SIZE]; /* check values of further test keys */
};

/* The key that Bankgirot publishes for tests: what it seals is a test. */
extern const uint8_t seal_public_key[SEAL_SIZE];

/* 32 hexadecimal digits of either case into 16 bytes; false for anything else. */
bool seal_parse(struct span digits, uint8_t out[SEAL_SIZE]);
/* Upper-case digits and a NUL. */
void seal_format(const uint8_t bytes[SEAL_SIZE], char out[SEAL_TEXT + 1]);
/* In constant time. */
bool seal_equal(const uint8_t a[SEAL_SIZE], const uint8_t b[SEAL_SIZE]);

/* The check value of a key of n bytes. */
void seal_kvv(const uint8_t *key, size_t n, uint8_t out[SEAL_SIZE]);
/* Is it the check value of the key used wrongly: its digits as text, not decoded? */
bool seal_kvv_of_text(const uint8_t key[SEAL_SIZE], const uint8_t kvv[SEAL_SIZE]);

/* The codes of one text under one key or two. */
struct seal_hash {
    unsigned keys;
    uint64_t lines; /* ended so far */
    size_t staged;
    crypto_auth_hmacsha256_state of[SEAL_HASH_KEYS];
    unsigned char stage[4096]; /* normalised, not yet hashed */
};

/* `second` may be null. */
void seal_hash_begin(struct seal_hash *hash, const uint8_t first[SEAL_SIZE], const uint8_t *second);
void seal_hash_add(struct seal_hash *hash, struct span text);
/* The codes in the order of the keys; `second` may be null. */
void seal_hash_end(struct seal_hash *hash, uint8_t first[SEAL_SIZE], uint8_t *second);

#endif

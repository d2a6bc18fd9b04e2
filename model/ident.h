/* ident.h -- identifiers of Sweden and its neighbours: is it well formed, what is it
 *
 * Sources: Bankgirot, OCR reference check (user manual section 5.2); Skatteverket, rules on
 * personal and coordination numbers; act (1974:174) on organisation numbers; Nets, system
 * specification OCR giro, chapter on check digits. Facts and published test values: the
 * project's format notes on Swedish identifiers.
 * Nothing here rejects: callers decide what a failing check digit means.
 */
#ifndef SLUSS_MODEL_IDENT_H
#define SLUSS_MODEL_IDENT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/span.h"

/* Modulus 10 over all digits, check digit last, weight 1 for it. False for anything but
 * digits and for the empty span. */
bool luhn_valid(struct span digits);
/* The digit '0'..'9' that makes `digits` plus it valid; 0 when not all digits. */
char luhn_digit(struct span digits);

/* OCR reference: 2 to 25 digits with valid check digit. */
bool ocr_valid(struct span reference);
/* Also a right length digit (second last = total length mod 10). */
bool ocr_length_digit_valid(struct span reference);

/* Norwegian KID: 2 to 25 characters with a check digit of modulus 10 or modulus 11 (weights 2
 * to 7 from the right; '-' stands for 10, and only as the last character). Which of the two
 * the payee has agreed is not seen in a file: one of them must hold. */
bool kid_valid(struct span kid);

#define ACCOUNT_SIZE 32

/* Bankgiro: strips blanks, dashes and leading zeros; 7 or 8 digits with valid check digit.
 * Writes the bare digits. False when it is not one. */
bool bankgiro_normalise(struct span text, char out[ACCOUNT_SIZE]);
/* Plusgiro: the same with 2 to 8 digits. */
bool plusgiro_normalise(struct span text, char out[ACCOUNT_SIZE]);

enum identity_kind {
    IDENTITY_UNKNOWN = 0,  /* not of the shape of any of these */
    IDENTITY_PERSON,       /* personnummer */
    IDENTITY_COORDINATION, /* samordningsnummer: day + 60 */
    IDENTITY_ORGANISATION, /* third digit at least 2 */
};

struct identity {
    enum identity_kind kind;
    char digits[13];    /* 10 digits as they are checked; 12 when the century was given */
    bool check_digit;   /* modulus 10 over the ten digits holds */
    bool date_exists;   /* the birth date (partial ones of coordination numbers count) */
    bool reserved_test; /* a published test person, or a birth number of the test bands */
};

/* Classify what a file calls an identity: 10 or 12 digits, with or without '-' or '+', blanks
 * around. 12-digit organisation numbers begin with 16. */
void identity_classify(struct span text, struct identity *out);

/* GS1's check digit (GLN and others): any number of digits from two on. */
bool gln_valid(struct span digits);

/* Who a counterparty is, as far as its identifier tells. */
enum party_kind {
    PARTY_UNKNOWN = 0, /* none is said, or it is of no shape known here (a customer number) */
    PARTY_PERSON,
    PARTY_COORDINATION,
    PARTY_ORGANISATION, /* by organisation number, Swedish VAT number or GLN */
    PARTY_TEST,         /* reserved for tests; a birth number of the bands is an indication only */
    PARTY_FOREIGN,      /* by VAT number, or the number of a Norwegian or Finnish company */
    PARTY_INVALID,      /* of such a shape, with a wrong check digit or an impossible day */
    PARTY_KIND_COUNT
};

/* Blanks around and the scheme of a participant id ("0007:") are left aside. */
enum party_kind party_classify(struct span id);

/* "person", "coordination", "organisation", "test", "foreign", "invalid"; null for unknown. And
 * back: -1 when no kind has that name, unknown for an absent one. */
const char *party_kind_name(enum party_kind kind);
int party_kind_from_name(struct span name);

/* Does a payment reference prove itself? */
enum reference_state {
    REFERENCE_NONE = 0, /* there is none, or it is free text */
    REFERENCE_VALID,    /* an OCR number or KID, or an RF reference, with its check digit */
    REFERENCE_INVALID,  /* digits, or RF, with a wrong one. Many senders have such; a share says
                         * something, one does not */
    REFERENCE_STATE_COUNT
};

enum reference_state reference_classify(struct span reference);

/* ISO 11649: RF, two check digits by modulus 97, up to 21 letters and digits; no blanks. */
bool rf_valid(struct span reference);

#endif

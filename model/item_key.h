/* item_key.h -- the keys by which an item is known again
 *
 * A key is a keyed hash (safeguards/fingerprint.h makes it, store/seen.h remembers it). Its
 * kind is hashed with it: keys of different kinds never meet.
 */
#ifndef SLUSS_MODEL_ITEM_KEY_H
#define SLUSS_MODEL_ITEM_KEY_H

enum item_key {
    KEY_NUMBER = 0, /* issuer + normalised number + type: finds replays */
    KEY_DUE,        /* party + amount + currency + due date: finds the renumbered */
    KEY_AMOUNT,     /* party + amount + currency: repeats every month in many streams */
    KEY_PARTY,      /* who is to pay, or has paid */
    KEY_ACCOUNT,    /* whose account is to be paid */
    KEY_ISSUER,     /* who numbered it */
    KEY_PAID,       /* reference of a payment: remembered of payments, asked for by claims */
    KEY_KINDS
};

#endif

/* fingerprint.c -- keyed hashes of items, by libsodium's BLAKE2b */
#include "safeguards/fingerprint.h"

#include <sodium.h>
#include <string.h>

#include "model/ident.h"

/* Each kind of hash begins with a byte of its own, so that none can be taken for another: keys
 * with their kind, the whole item with this. */
#define DOMAIN_WHOLE 0xFF

/* What is hashed: fields with their lengths before them, so that no two lists of fields give
 * the same bytes. Never cleared: only the first n bytes are read. */
struct message {
    size_t n;
    uint8_t bytes[8 * (ITEM_TEXT_MAX + 3)];
};

static void put_bytes(struct message *m, const void *bytes, size_t n)
{
    if (n > 0) /* an absent text has no address either */
        memcpy(m->bytes + m->n, bytes, n);
    m->n += n;
}

static void put_number(struct message *m, uint64_t number, size_t width)
{
    for (size_t i = 0; i < width; i++)
        m->bytes[m->n++] = (uint8_t)(number >> 8 * i);
}

static void put_text(struct message *m, struct span text)
{
    size_t n = text.n < ITEM_TEXT_MAX ? text.n : ITEM_TEXT_MAX;

    put_number(m, text.p != NULL, 1);
    put_number(m, n, 2);
    if (n)
        put_bytes(m, text.p, n);
}

static void put_date(struct message *m, struct date d)
{
    put_number(m, (uint16_t)d.year, 2);
    put_number(m, d.month, 1);
    put_number(m, d.day, 1);
}

static void put_currency(struct message *m, const char *currency)
{
    put_text(m, span_of(currency, strnlen(currency, 3)));
}

static uint64_t finish(const struct message *m, const uint8_t *secret, uint8_t out[16])
{
    uint64_t key = 0;

    (void)crypto_generichash(out, 16, m->bytes, m->n, secret, FINGERPRINT_SECRET_SIZE);
    for (size_t i = 0; i < sizeof key; i++)
        key |= (uint64_t)out[i] << 8 * i;
    return key;
}

/* Upper case without blanks, punctuation and leading zeros: the same number however a system
 * spells it. The result lies in `room`. */
static struct span normalise(struct span text, char room[ITEM_TEXT_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < text.n && n < ITEM_TEXT_MAX; i++) {
        char c = text.p[i];

        if (c == ' ' || c == '\t' || c == '-' || c == '/' || c == '.' || (c == '0' && n == 0))
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        room[n++] = c;
    }
    return span_of(room, n);
}

/* Who is to pay or has paid: the identity in its ten digits, with or without century and sign
 * the same; any other id, else the name, in normal form. Empty when the item does not say. */
static struct span party_of(const struct item *item, char room[ITEM_TEXT_MAX])
{
    struct identity id;
    size_t n;

    /* What a payment pays is told by its reference, in every format; its payer is in some. */
    if (item->type == ITEM_PAYMENT && item->reference.n)
        return normalise(item->reference, room);
    if (!item->counterparty_id.n)
        return normalise(item->counterparty_name, room);
    identity_classify(item->counterparty_id, &id);
    if (id.kind == IDENTITY_UNKNOWN)
        return normalise(item->counterparty_id, room);
    n = strlen(id.digits);
    memcpy(room, id.digits + n - 10, 10);
    return span_of(room, 10);
}

static void begin(struct message *m, enum item_key kind)
{
    m->n = 0;
    put_number(m, kind, 1);
}

static void add(struct fingerprint *out, enum item_key kind, const struct message *m,
                const uint8_t *secret)
{
    uint8_t hash[16];

    out->key[kind] = finish(m, secret, hash);
    out->has |= 1u << kind;
}

static void hash_number(const uint8_t *secret, struct span partner, const struct item *item,
                        struct fingerprint *out)
{
    struct message m;
    char room[ITEM_TEXT_MAX];
    struct span number = normalise(item->number, room);

    if (!number.n)
        return;
    begin(&m, KEY_NUMBER);
    put_number(&m, item->type, 1);
    put_text(&m, number);
    put_number(&m, item->issuer.n > 0, 1);
    put_text(&m, item->issuer.n ? normalise(item->issuer, room) : partner);
    add(out, KEY_NUMBER, &m, secret);
}

/* Party, with amount, and with its date too. The due date tells equal monthly fees apart. What
 * has none, as payments, has its own date; without any date party and amount prove nothing, but
 * for payments, which have a reference. */
static void hash_party(const uint8_t *secret, const struct item *item, struct fingerprint *out)
{
    struct message m;
    char room[ITEM_TEXT_MAX];
    bool due = date_present(item->due_date);
    struct date date = due ? item->due_date : item->issue_date;
    struct span party = party_of(item, room);

    if (!party.n)
        return;
    begin(&m, KEY_PARTY);
    put_text(&m, party);
    add(out, KEY_PARTY, &m, secret);
    put_number(&m, (uint64_t)item->amount_minor, 8);
    put_currency(&m, item->currency);
    m.bytes[0] = KEY_AMOUNT;
    add(out, KEY_AMOUNT, &m, secret);
    if (!date_present(date) && !(item->type == ITEM_PAYMENT && item->reference.n))
        return;
    put_number(&m, due, 1);
    put_date(&m, date);
    m.bytes[0] = KEY_DUE;
    add(out, KEY_DUE, &m, secret);
}

/* An account by its digits alone, however it is written ("bg 123-4567"); what has few is kept. */
#define ACCOUNT_DIGITS 5

static struct span account_digits(struct span account, char room[ITEM_TEXT_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < account.n && n < ITEM_TEXT_MAX; i++)
        if (account.p[i] >= '0' && account.p[i] <= '9' && (account.p[i] != '0' || n > 0))
            room[n++] = account.p[i];
    return n >= ACCOUNT_DIGITS ? span_of(room, n) : account;
}

static void hash_name(const uint8_t *secret, enum item_key kind, struct span name,
                      struct fingerprint *out)
{
    struct message m;
    char room[ITEM_TEXT_MAX];
    struct span normal = normalise(name, room);

    if (!normal.n)
        return;
    begin(&m, kind);
    put_text(&m, normal);
    add(out, kind, &m, secret);
}

/* Everything an item says, except where in the file it stands. */
static void hash_whole(const uint8_t *secret, const struct item *item, uint8_t out[16])
{
    struct message m;

    m.n = 0;
    put_number(&m, DOMAIN_WHOLE, 1);
    put_number(&m, item->type, 1);
    put_number(&m, (uint64_t)item->amount_minor, 8);
    put_currency(&m, item->currency);
    put_date(&m, item->issue_date);
    put_date(&m, item->due_date);
    put_text(&m, item->number);
    put_text(&m, item->reference);
    put_text(&m, item->counterparty_id);
    put_text(&m, item->counterparty_name);
    put_text(&m, item->payee_account);
    put_text(&m, item->issuer);
    (void)finish(&m, secret, out);
}

void fingerprint_item(const uint8_t secret[FINGERPRINT_SECRET_SIZE], struct span partner,
                      const struct item *item, struct fingerprint *out)
{
    char room[ITEM_TEXT_MAX];

    out->has = 0;
    hash_number(secret, partner, item, out);
    hash_party(secret, item, out);
    hash_name(secret, KEY_ACCOUNT, account_digits(item->payee_account, room), out);
    hash_name(secret, KEY_ISSUER, item->issuer, out);
    hash_name(secret, KEY_PAID, item->reference, out);
    hash_whole(secret, item, out->whole);
}

static uint64_t little_endian(const uint8_t *bytes)
{
    uint64_t number = 0;

    for (size_t i = 0; i < 8; i++)
        number |= (uint64_t)bytes[i] << 8 * i;
    return number;
}

/* A sum of 128 bits: the same in any order, and an item there twice counts twice (which an
 * exclusive-or would not see). */
void content_digest_add(struct content_digest *digest, const struct fingerprint *item)
{
    uint64_t low = little_endian(item->whole);

    digest->low += low;
    digest->high += little_endian(item->whole + 8) + (digest->low < low);
    digest->items++;
}

/* Six bytes of count (281 billion items) and the lower ten of the sum. */
void content_digest_bytes(const struct content_digest *digest, uint8_t out[16])
{
    for (size_t i = 0; i < 6; i++)
        out[i] = (uint8_t)(digest->items >> 8 * i);
    for (size_t i = 0; i < 8; i++)
        out[6 + i] = (uint8_t)(digest->low >> 8 * i);
    out[14] = (uint8_t)digest->high;
    out[15] = (uint8_t)(digest->high >> 8);
}

/* wire.c -- see wire.h */
#include "daemon/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "model/error.h"
#include "model/text.h"

/* --- writing ------------------------------------------------------------------------- */

static int put_text(struct buf *out, struct span text, size_t most)
{
    /* 0xffff stands for an absent text, so that it comes out absent at the other end. */
    uint16_t n = text.p ? (uint16_t)(text.n > most ? most : text.n) : UINT16_MAX;
    int rc = buf_add(out, &n, sizeof n);
    return rc || !text.p ? rc : buf_add(out, text.p, n);
}

int wire_put_head(struct buf *out, enum wire_type type, uint64_t number, int32_t code)
{
    struct wire_head head = {.type = type, .code = code, .number = number};
    return buf_add(out, &head, sizeof head);
}

/* The fixed part of an item. */
struct wire_item {
    uint64_t record;
    int64_t amount_minor;
    struct date issue_date;
    struct date due_date;
    char currency[4];
    uint16_t type;
    uint8_t counterparty_kind;
    uint8_t reference_state;
};

int wire_put_item(struct buf *out, const struct item *item)
{
    struct wire_item fixed = {
        .record = item->record,
        .amount_minor = item->amount_minor,
        .issue_date = item->issue_date,
        .due_date = item->due_date,
        .type = (uint16_t)item->type,
        .counterparty_kind = (uint8_t)item->counterparty_kind,
        .reference_state = (uint8_t)item->reference_state,
    };
    memcpy(fixed.currency, item->currency, sizeof fixed.currency);
    int rc = buf_add(out, &fixed, sizeof fixed);
    const struct span texts[] = {item->number,          item->reference,
                                 item->counterparty_id, item->counterparty_name,
                                 item->payee_account,   item->issuer};
    for (size_t i = 0; !rc && i < sizeof texts / sizeof texts[0]; i++)
        rc = put_text(out, texts[i], ITEM_TEXT_MAX);
    return rc;
}

/* The fixed part of a fact. */
struct wire_fact {
    int64_t n;
    struct date date;
    char currency[4];
    uint32_t kind;
};

int wire_put_finding(struct buf *out, const struct finding *finding)
{
    const uint32_t fixed[] = {finding->code, finding->level, finding->fact_count};
    int rc = buf_add(out, fixed, sizeof fixed);
    rc = rc ? rc : buf_add(out, &finding->record, sizeof finding->record);
    rc = rc ? rc : buf_add(out, &finding->weight, sizeof finding->weight);
    for (unsigned i = 0; !rc && i < finding->fact_count; i++) {
        const struct fact *fact = &finding->facts[i];
        struct wire_fact part = {.n = fact->n, .date = fact->date, .kind = fact->kind};
        memcpy(part.currency, fact->currency, sizeof part.currency);
        rc = buf_add(out, &part, sizeof part);
        rc = rc ? rc : put_text(out, fact->key, FACT_KEY_MAX);
        rc = rc ? rc : put_text(out, fact->text, FACT_TEXT_MAX);
    }
    return rc;
}

int wire_put_summary(struct buf *out, const struct summary *summary)
{
    return buf_add(out, summary, sizeof *summary);
}

/* --- reading: an enemy may have written it ------------------------------------------- */

static int take(struct span *message, void *out, size_t n)
{
    if (message->n < n)
        return SLUSS_EPROTOCOL;
    memcpy(out, message->p, n);
    message->p += n;
    message->n -= n;
    return 0;
}

static int take_text(struct span *message, size_t most, struct span *out)
{
    uint16_t n;
    if (take(message, &n, sizeof n) != 0)
        return SLUSS_EPROTOCOL;
    if (n == UINT16_MAX) {
        *out = SPAN_NONE;
        return 0;
    }
    if (n > most || n > message->n)
        return SLUSS_EPROTOCOL;
    *out = span_of(message->p, n);
    message->p += n;
    message->n -= n;
    return utf8_valid(*out) ? 0 : SLUSS_EPROTOCOL;
}

static bool date_sound(struct date d)
{
    return !date_present(d) || date_valid(d.year, d.month, d.day);
}

/* "" or three capitals, and a NUL behind them. */
static bool currency_sound(const char currency[4])
{
    if (currency[0] == '\0')
        return true;
    for (int i = 0; i < 3; i++)
        if (currency[i] < 'A' || currency[i] > 'Z')
            return false;
    return currency[3] == '\0';
}

int wire_get_head(struct span *message, struct wire_head *head)
{
    if (take(message, head, sizeof *head) != 0 || head->type == 0 || head->type >= WIRE_TYPE_END)
        return SLUSS_EPROTOCOL;
    return 0;
}

int wire_get_item(struct span *message, struct item *item)
{
    struct wire_item fixed;
    if (take(message, &fixed, sizeof fixed) != 0 || fixed.type >= ITEM_TYPE_COUNT ||
        fixed.counterparty_kind >= PARTY_KIND_COUNT ||
        fixed.reference_state >= REFERENCE_STATE_COUNT || fixed.record == 0 ||
        !date_sound(fixed.issue_date) || !date_sound(fixed.due_date) ||
        !currency_sound(fixed.currency))
        return SLUSS_EPROTOCOL;
    *item = (struct item){
        .type = fixed.type,
        .record = fixed.record,
        .amount_minor = fixed.amount_minor,
        .issue_date = fixed.issue_date,
        .due_date = fixed.due_date,
        .counterparty_kind = fixed.counterparty_kind,
        .reference_state = fixed.reference_state,
    };
    memcpy(item->currency, fixed.currency, sizeof item->currency);
    struct span *const texts[] = {&item->number,          &item->reference,
                                  &item->counterparty_id, &item->counterparty_name,
                                  &item->payee_account,   &item->issuer};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (take_text(message, ITEM_TEXT_MAX, texts[i]) != 0)
            return SLUSS_EPROTOCOL;
    return 0;
}

static int get_fact(struct span *message, struct fact *fact)
{
    struct wire_fact part;
    if (take(message, &part, sizeof part) != 0 || part.kind >= FACT_KIND_COUNT ||
        !date_sound(part.date) || !currency_sound(part.currency))
        return SLUSS_EPROTOCOL;
    *fact = (struct fact){.n = part.n, .date = part.date, .kind = part.kind};
    memcpy(fact->currency, part.currency, sizeof fact->currency);
    if (take_text(message, FACT_KEY_MAX, &fact->key) != 0 || !fact->key.p ||
        take_text(message, FACT_TEXT_MAX, &fact->text) != 0)
        return SLUSS_EPROTOCOL;
    return 0;
}

int wire_get_finding(struct span *message, struct finding *finding)
{
    uint32_t fixed[3];
    *finding = (struct finding){0};
    if (take(message, fixed, sizeof fixed) != 0 || fixed[0] >= FINDING_CODE_COUNT ||
        fixed[1] >= LEVEL_COUNT || fixed[2] > FACTS_MAX ||
        take(message, &finding->record, sizeof finding->record) != 0 ||
        take(message, &finding->weight, sizeof finding->weight) != 0)
        return SLUSS_EPROTOCOL;
    /* Also refuses what is not a number. */
    if (!(finding->weight >= -100.0 && finding->weight <= 100.0))
        return SLUSS_EPROTOCOL;
    finding->code = fixed[0];
    finding->level = fixed[1];
    finding->fact_count = fixed[2];
    for (unsigned i = 0; i < finding->fact_count; i++)
        if (get_fact(message, &finding->facts[i]) != 0)
            return SLUSS_EPROTOCOL;
    return 0;
}

/* A bool of an enemy's may hold any byte; reading one through the type is undefined. */
static bool bool_sound(const bool *b)
{
    unsigned char byte;
    memcpy(&byte, b, 1);
    return byte <= 1;
}

static bool sums_sound(const struct sums *sums)
{
    if (sums->n > SUMS_MAX)
        return false;
    for (unsigned i = 0; i < sums->n; i++)
        if (!currency_sound(sums->of[i].currency))
            return false;
    return true;
}

int wire_get_summary(struct span *message, struct summary *summary)
{
    if (take(message, summary, sizeof *summary) != 0 ||
        memchr(summary->format, '\0', sizeof summary->format) == NULL ||
        !utf8_valid(span_str(summary->format)) || (unsigned)summary->kind >= KIND_COUNT ||
        (unsigned)summary->envelope >= ENVELOPE_COUNT || (unsigned)summary->seal >= SEAL_COUNT ||
        memchr(summary->origin.producer, '\0', sizeof summary->origin.producer) == NULL ||
        !utf8_valid(span_str(summary->origin.producer)) || !bool_sound(&summary->test) || !bool_sound(&summary->valid) ||
        !bool_sound(&summary->states_zero))
        return SLUSS_EPROTOCOL;
    if (!sums_sound(&summary->sums))
        return SLUSS_EPROTOCOL;
    for (int part = 0; part < PART_COUNT; part++)
        if (!sums_sound(&summary->parts[part]))
            return SLUSS_EPROTOCOL;
    return 0;
}

/* --- the socket ------------------------------------------------------------------------ */

union descriptor_room {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(2 * sizeof(int))];
};

int wire_send(int socket, struct span message, int first_fd, int second_fd)
{
    struct iovec part = {.iov_base = (void *)message.p, .iov_len = message.n};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    union descriptor_room room;
    size_t count = first_fd < 0 ? 0 : second_fd < 0 ? 1 : 2;
    if (count > 0) {
        const int fds[2] = {first_fd, second_fd};
        memset(&room, 0, sizeof room);
        header.msg_control = room.bytes;
        header.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *control = CMSG_FIRSTHDR(&header);
        control->cmsg_level = SOL_SOCKET;
        control->cmsg_type = SCM_RIGHTS;
        control->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(control), fds, count * sizeof(int));
    }
    ssize_t sent;
    do
        sent = sendmsg(socket, &header, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return 0;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
        return SLUSS_EBUSY;
    return errno == EPIPE || errno == ECONNRESET ? SLUSS_ECLOSED : SLUSS_EIO;
}

static void take_descriptors(struct msghdr *header, int fds[2])
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (fds && i < 2 && fds[i] < 0)
                fds[i] = fd;
            else
                close(fd); /* nobody asked for it */
        }
    }
}

int wire_receive(int socket, void *bytes, size_t room, int fds[2])
{
    struct iovec part = {.iov_base = bytes, .iov_len = room};
    union descriptor_room control;
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes};
    if (fds)
        fds[0] = fds[1] = -1;
    ssize_t n;
    do
        n = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return SLUSS_EBUSY;
        return errno == ECONNRESET ? 0 : SLUSS_EIO;
    }
    take_descriptors(&header, fds);
    return header.msg_flags & MSG_TRUNC ? SLUSS_EPROTOCOL : (int)n;
}

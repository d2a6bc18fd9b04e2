#include "parsers/names.h"

#include "model/text.h"

static void count(struct names_count *counted, uint64_t record)
{
    if (counted->count++ == 0)
        counted->first = record;
}

/* The top bit of every byte of w that is zero; w has no top bits. */
static uint64_t zeros(uint64_t w)
{
    return ~(w + DIGITS_EACH(0x7F)) & DIGITS_EACH(0x80);
}

/* Of eight bytes: those beyond ASCII, '?', and those that are letters in Swedish 7-bit. */
static inline uint64_t odd(uint64_t w)
{
    uint64_t low = w & DIGITS_EACH(0x7F);
    uint64_t folded = low | DIGITS_EACH(0x20);

    return (w & DIGITS_EACH(0x80)) | zeros(low ^ DIGITS_EACH('?')) |
           zeros(folded ^ DIGITS_EACH('{')) | zeros(folded ^ DIGITS_EACH('|')) |
           zeros(folded ^ DIGITS_EACH('}'));
}

/* Is there anything to look at: a byte beyond ASCII, '?', or one of []\{}|? */
static bool is_plain(struct span name)
{
    uint64_t found = 0;
    size_t i = 0;

    for (; i + 8 <= name.n; i += 8)
        found |= odd(digits_load(name.p + i));
    if (name.n >= 8) /* the rest, with some of what was looked at already */
        return (found | odd(digits_load(name.p + name.n - 8))) == 0;
    for (; i < name.n; i++)
        found |= odd(DIGITS_EACH(' ') ^ ' ' ^ (unsigned char)name.p[i]);
    return found == 0;
}

/* Swedish 7-bit: the name in letters, or as it is. */
static const struct item *look_7(struct names *names, bool reads, const struct item *item)
{
    enum se7_look look = charset_looks_se7(item->counterparty_name);
    size_t lost = 0;

    if (look == SE7_NO || names->high)
        return item;
    if (!reads || (look == SE7_MAYBE && !names->read_7.count)) {
        count(&names->kept_7, item->record);
        return item;
    }
    count(&names->read_7, item->record);
    struct span left = item->counterparty_name;
    size_t n = charset_decode_into(CHARSET_SE7, &left, names->text, sizeof(names->text), &lost);
    names->item = *item;
    names->item.counterparty_name = span_of(names->text, n);
    return &names->item;
}

const struct item *names_look(struct names *names, bool reads_7, const struct item *item)
{
    struct span name = item->counterparty_name;

    if (is_plain(name))
        return item;
    if (charset_letters_lost(name))
        count(&names->lost, item->record);
    if (!text_has_high(name))
        return look_7(names, reads_7, item);
    names->high = true;
    if (charset_twice_encoded(name))
        count(&names->twice, item->record);
    return item;
}

static int say(const struct sink *sink, enum finding_code code, const struct names_count *counted)
{
    struct finding f = finding_make(code, counted->first);

    if (!counted->count)
        return 0;
    finding_int(&f, "count", (int64_t)counted->count);
    return sink_finding(sink, &f);
}

int names_say(const struct names *names, const struct sink *sink)
{
    int r = say(sink, FINDING_LETTERS_TWICE, &names->twice);

    if (r == 0)
        r = say(sink, FINDING_LETTERS_LOST, &names->lost);
    if (r == 0)
        r = say(sink, FINDING_SE7_READ, &names->read_7);
    return r == 0 ? say(sink, FINDING_SE7_KEPT, &names->kept_7) : r;
}

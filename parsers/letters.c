#include "parsers/letters.h"

#include "model/text.h"

/* Manuals and samples: see the sources of each format (struct format). Bankgirot's manuals do not
 * name a set; all their samples are ISO-8859-1, and so is the seal's normalisation. OCR giro:
 * ISO-8859-1 by Nets. SWIFT's set X is ASCII alone, and what banks send beyond it varies. */
static const struct letters_policy policies[] = {
    /* format           rule            mark   reads_7 */
    {"bgmax", LETTERS_LATIN1, false, true},        {"total-in", LETTERS_LATIN1, false, true},
    {"autogiro", LETTERS_LATIN1, false, true},     {"lb", LETTERS_LATIN1, false, true},
    {"bankgiro-ocr", LETTERS_LATIN1, false, true}, {"ocr-giro", LETTERS_LATIN1, false, true},
    {"mt940", LETTERS_EITHER, false, true},        {"case-csv", LETTERS_EITHER, true, false},
    {"edifact-invoic", LETTERS_UNB, false, true},  {"camt.052", LETTERS_XML, true, false},
    {"camt.053", LETTERS_XML, true, false},        {"camt.054", LETTERS_XML, true, false},
    {"pain.001", LETTERS_XML, true, false},        {"peppol-bis-3", LETTERS_XML, true, false},
    {"svefaktura", LETTERS_XML, true, false},      {"finvoice", LETTERS_XML, true, false},
    {"oioubl", LETTERS_XML, true, false},          {"cii", LETTERS_XML, true, false},
    {"ehf-reminder", LETTERS_XML, true, false},
};

const struct letters_policy *letters_policy(const char *format)
{
    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
        if (strcmp(policies[i].format, format) == 0)
            return &policies[i];
    return NULL;
}

const char *letters_expected(enum letters_rule rule)
{
    switch (rule) {
    case LETTERS_LATIN1:
        return "ISO-8859-1";
    case LETTERS_EITHER:
        return "UTF-8 or ISO-8859-1";
    case LETTERS_UNB:
        return "what UNB says";
    case LETTERS_XML:
        return "what the XML declaration says";
    }
    return "UTF-8";
}

static void count(struct letters_count *counted, uint64_t record)
{
    if (counted->count++ == 0)
        counted->first = record;
}

void letters_note(struct letters *letters, enum charset set, uint64_t record)
{
    count(&letters->of[set], record);
}

enum charset letters_see(struct letters *letters, struct span text, uint64_t record)
{
    enum charset set = charset_of(text, &letters->evidence);

    count(&letters->of[set], record);
    return set;
}

/* Did the sender count bytes where this UTF-8 has characters of several? */
static bool counts_bytes(const struct letters *letters, struct span text, size_t characters,
                         size_t size)
{
    if (text.n == size)
        return true;
    return characters != size && letters->in_bytes.count == letters->of[CHARSET_UTF8].count - 1 &&
           letters->in_bytes.count > 0;
}

size_t letters_record(struct letters *letters, struct record *line, size_t size, char *recoded,
                      uint64_t record)
{
    size_t length = line->bytes.n;
    size_t lost = 0;

    line->charset = CHARSET_ASCII;
    if (!text_has_high(line->bytes))
        return length;
    enum charset set = letters_see(letters, line->bytes, record);
    line->charset = CHARSET_UTF8;
    if (set == CHARSET_UTF8) {
        size_t characters = record_length(*line);
        if (!counts_bytes(letters, line->bytes, characters, size))
            return characters;
        count(&letters->in_bytes, record);
        line->charset = RECORD_UTF8_IN_BYTES;
        return length;
    }
    if (set == CHARSET_UTF8_BROKEN) /* what it is too long by are the bytes that go on */
        length = record_length(*line);
    struct span left = line->bytes;
    if (charset_is_single(set) && left.n > size)
        left.n = size; /* no more than a record holds */
    line->bytes =
        span_of(recoded, charset_decode_into(set, &left, recoded, LETTERS_ROOM(size), &lost));
    return length;
}

/* --- the end ---------------------------------------------------------------------------- */

static int say_guessed(const struct letters *letters, struct tally *tally, enum charset set)
{
    struct finding f = finding_make(FINDING_ENCODING_GUESSED, letters->of[set].first);

    finding_int(&f, "count", (int64_t)letters->of[set].count);
    finding_text(&f, "expected", span_str(letters_expected(letters->rule)));
    finding_text(&f, "actual", span_str(charset_name(set)));
    return tally_add(tally, &f);
}

static int say_converted(const struct letters *letters, struct tally *tally, enum charset set,
                         const char *actual)
{
    if (!letters->of[set].count)
        return 0;
    return tally_encoding(tally, FINDING_ENCODING_CONVERTED, letters->of[set].first,
                          letters_expected(letters->rule), actual);
}

/* The first record in a set of one byte a character. */
static enum charset first_single(const struct letters *letters)
{
    static const enum charset sets[] = {CHARSET_LATIN1, CHARSET_LATIN9, CHARSET_CP1252,
                                        CHARSET_CP850};
    enum charset found = CHARSET_COUNT;

    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        const struct letters_count *c = &letters->of[sets[i]];
        if (c->count && (found == CHARSET_COUNT || c->first < letters->of[found].first))
            found = sets[i];
    }
    return found;
}

/* UTF-8 in some records and another set in others. */
static int say_mixed(const struct letters *letters, struct tally *tally)
{
    const struct letters_count *utf8 = &letters->of[CHARSET_UTF8];
    enum charset other = first_single(letters);

    if (other == CHARSET_COUNT || (!utf8->count && !letters->utf8))
        return 0;
    if (letters->rule != LETTERS_EITHER || letters->utf8)
        return tally_encoding(tally, FINDING_ENCODING_BROKEN, letters->of[other].first, "UTF-8",
                              charset_name(other));
    uint64_t first = letters->of[other].first;
    return tally_encoding(tally, FINDING_ENCODING_BROKEN, first > utf8->first ? first : utf8->first,
                          "UTF-8 throughout", "ISO-8859-1 in part");
}

static int say_broken(const struct letters *letters, struct tally *tally)
{
    const struct letters_count *broken = &letters->of[CHARSET_UTF8_BROKEN];
    struct finding f = finding_make(FINDING_CHARACTERS_BROKEN, broken->first);

    if (!broken->count)
        return 0;
    finding_text(&f, "actual", SPAN_LIT("UTF-8"));
    finding_int(&f, "count", (int64_t)broken->count);
    return tally_add(tally, &f);
}

int letters_say(const struct letters *letters, struct tally *tally)
{
    bool converted = letters->rule == LETTERS_LATIN1 && !letters->utf8;
    int r = 0;

    if (letters->in_bytes.count)
        r = tally_encoding(tally, FINDING_ENCODING_CONVERTED, letters->in_bytes.first,
                           letters_expected(letters->rule), "UTF-8 with positions in bytes");
    if (r == 0 && converted && letters->in_bytes.count < letters->of[CHARSET_UTF8].count)
        r = say_converted(letters, tally, CHARSET_UTF8, "UTF-8");
    if (r == 0)
        r = say_converted(letters, tally, CHARSET_CP1252, "CP1252");
    if (r == 0)
        r = say_converted(letters, tally, CHARSET_LATIN9, "ISO-8859-15");
    if (r == 0 && letters->of[CHARSET_CP850].count)
        r = say_guessed(letters, tally, CHARSET_CP850);
    if (r == 0)
        r = say_mixed(letters, tally);
    return r == 0 ? say_broken(letters, tally) : r;
}

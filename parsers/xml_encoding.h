/* xml_encoding.h -- the encoding that an XML declaration names, and its bytes as UTF-8
 *
 * Source: XML 1.0 section 4.3.3 and appendix F.
 *
 * libxml2 would read other sets through iconv, whose tables are files that a sandboxed reader
 * cannot open, and it keeps silent about what it could not convert. So it gets UTF-8 alone, and
 * the declaration is read here:
 *
 *   none, UTF-8, ASCII       as it is; bytes that are not UTF-8 are for libxml2 to refuse
 *   a set of charset.h       decoded; ISO-8859-1 as CP1252, which differs in controls alone
 *   UTF-16 and the like      as UTF-8, which it is: real UTF-16 has become UTF-8 before
 *   anything else            not known: nothing is read
 *
 * A byte order mark, and UTF-16 that was recognised, stand above what is declared.
 */
#ifndef SLUSS_PARSERS_XML_ENCODING_H
#define SLUSS_PARSERS_XML_ENCODING_H

#include "model/charset.h"

enum xml_encoding_state {
    XML_ENCODING_OPEN = 0, /* the declaration has not ended yet */
    XML_ENCODING_UTF8,
    XML_ENCODING_SINGLE, /* one of `set` */
    XML_ENCODING_UNKNOWN,
};

struct xml_encoding {
    enum xml_encoding_state state;
    enum charset set;
    const char *form;         /* given: what the file began as ("UTF-16"); the bytes are UTF-8 */
    const char *contradicted; /* what was declared and is not so; null: nothing */
    bool controls;            /* 0x80 to 0x9F stood where ISO-8859-1 was declared */
    size_t lost;              /* bytes that the set does not have */
    struct buf held;
    struct buf out;
};

void xml_encoding_init(struct xml_encoding *encoding);
void xml_encoding_free(struct xml_encoding *encoding);

/* Take some of *bytes, which moves on. 1: *text is what they are in UTF-8, valid until the next
 * call. 0: all is taken, or the encoding is not known. SLUSS_ENOMEM. */
int xml_encoding_next(struct xml_encoding *encoding, struct span *bytes, struct span *text);
/* After the last bytes, when the declaration never ended: 1 and what was held; else 0. */
int xml_encoding_last(struct xml_encoding *encoding, struct span *text);

#endif

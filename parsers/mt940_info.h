/* mt940_info.h -- what the field :86: of a statement line tells: who, from where, what for
 *
 * Banks write it in one of three ways: German subfields (three digits of the kind of business,
 * then "?20", "?32" ... with another character than "?" now and then), with keywords such as
 * "EREF+" inside; slash codes ("/EREF/", "/REMI/", "/CNTP/"); or free text.
 */
#ifndef SLUSS_PARSERS_MT940_INFO_H
#define SLUSS_PARSERS_MT940_INFO_H

#include "model/buf.h"
#include "parsers/iso20022.h"

#define MT940_INFO_MAX 8192 /* bytes of one :86: that are read */

enum mt940_told {
    TOLD_NOTHING = 0,
    TOLD_NAME,       /* of the other party */
    TOLD_ACCOUNT,    /* of the other party */
    TOLD_PARTY,      /* account/BIC/name in one */
    TOLD_END_TO_END, /* the payer's own reference */
    TOLD_REMITTANCE, /* what the payer wrote to the payee */
    TOLD_COUNT
};

struct mt940_info {
    struct iso_text of[TOLD_COUNT];
    struct buf purpose; /* subfields ?20 to ?29 and ?60 to ?63, joined */
    struct buf name;    /* ?32 and ?33 */
};

void mt940_info_init(struct mt940_info *info);
void mt940_info_free(struct mt940_info *info);
/* Forget what the last one told. */
void mt940_info_clear(struct mt940_info *info);

/* The text of one :86:, its lines joined. 0, SLUSS_ENOMEM, or what the sink returned. */
int mt940_info_read(struct mt940_info *info, struct span text, struct tally *tally,
                    uint64_t record);

#endif

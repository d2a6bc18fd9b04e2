/* ubl.h -- the elements that the Nordic uses of UBL 2 beside Peppol BIS Billing share
 *
 * One table for Invoice, CreditNote, Reminder and UtilityStatement; what the totals mean is
 * each format's own (oioubl.c, ehf.c).
 */
#ifndef SLUSS_PARSERS_UBL_H
#define SLUSS_PARSERS_UBL_H

#include "parsers/einvoice.h"

enum ubl_root { UBL_ROOT_INVOICE = 1, UBL_ROOT_CREDIT_NOTE, UBL_ROOT_REMINDER, UBL_ROOT_STATEMENT };

extern const struct xml_table ubl_table;
extern const struct einvoice_action ubl_actions[];

/* The root of the document read. */
enum ubl_root ubl_root(const struct parser *p);

/* What a lookup of a file's head tells: the root (0: none of these) and the CustomizationID. */
struct ubl_look {
    enum ubl_root root;
    struct span customization;
};

struct ubl_look ubl_sniff(struct span head);
/* Does the tail end with the end tag of that root? */
enum ending ubl_ending(struct span head, struct span tail);

#endif

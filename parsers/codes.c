/* codes.c -- the lists, sorted, and the arithmetic of check digits */
#include "parsers/codes.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "model/ident.h"

/* --- the lists ------------------------------------------------------------------------------ */

/* ISO 4217 as Peppol BIS Billing 3 lists it, and the codes published since. */
static const char currencies[][4] = {
    /* clang-format off */
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT",
    "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD",
    "CAD", "CDF", "CHE", "CHF", "CHW", "CLF", "CLP", "CNY", "COP", "COU", "CRC", "CUC", "CUP",
    "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP",
    "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR",
    "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW",
    "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA",
    "MKD", "MMK", "MNT", "MOP", "MRO", "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR", "MZN",
    "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN",
    "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP",
    "SLE", "SLL", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND",
    "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "USN", "UYI", "UYU", "UYW", "UZS",
    "VED", "VEF", "VES", "VND", "VUV", "WST", "XAF", "XAG", "XAU", "XBA", "XBB", "XBC", "XBD",
    "XCD", "XCG", "XDR", "XOF", "XPD", "XPF", "XPT", "XSU", "XTS", "XUA", "XXX", "YER", "ZAR",
    "ZMW", "ZWG", "ZWL",
    /* clang-format on */
};

/* ISO 3166-1 alpha-2, with 1A (Kosovo) and XI (Northern Ireland) of the EU's list. */
static const char countries[][3] = {
    /* clang-format off */
    "1A", "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW",
    "AX", "AZ", "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO",
    "BQ", "BR", "BS", "BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI",
    "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK",
    "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO",
    "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR",
    "GS", "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM",
    "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM",
    "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU",
    "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP",
    "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG",
    "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL",
    "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB",
    "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST",
    "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO",
    "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG",
    "VI", "VN", "VU", "WF", "WS", "XI", "YE", "YT", "ZA", "ZM", "ZW",
    /* clang-format on */
};

/* Media types that EN 16931 allows for attachments. */
static const char media_types[][66] = {
    /* clang-format off */
    "application/pdf", "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "image/jpeg",
    "image/png", "text/csv",
    /* clang-format on */
};

/* UNTDID 1001, the codes that EN 16931 uses for invoices. */
static const char invoice_types[][4] = {
    /* clang-format off */
    "102", "130", "202", "203", "204", "211", "218", "219", "295", "325", "326", "331", "380",
    "382", "383", "384", "385", "386", "387", "388", "389", "390", "393", "394", "395", "456",
    "457", "527", "553", "575", "623", "633", "71", "751", "780", "80", "817", "82", "84", "870",
    "875", "876", "877", "935",
    /* clang-format on */
};

/* UNTDID 1001, the codes that EN 16931 uses for credit notes. */
static const char credit_types[][4] = {
    /* clang-format off */
    "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532", "81", "83",
    /* clang-format on */
};

/* UNTDID 1001, what Peppol's process 01 allows of these. */
static const char peppol_invoices[][4] = {
    /* clang-format off */
    "102", "218", "219", "331", "380", "382", "383", "386", "388", "393", "395", "553", "575",
    "623", "71", "780", "80", "817", "82", "84", "870", "875", "876", "877",
    /* clang-format on */
};

/* The same for credit notes. */
static const char peppol_credits[][4] = {
    /* clang-format off */
    "381", "396", "532", "81", "83",
    /* clang-format on */
};

/* UNTDID 2005, dates that the tax point may follow. */
static const char period_codes[][4] = {
    /* clang-format off */
    "3", "35", "432",
    /* clang-format on */
};

/* UNTDID 4461. */
static const char payment_means[][4] = {
    /* clang-format off */
    "1", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "2", "20", "21", "22", "23",
    "24", "25", "26", "27", "28", "29", "3", "30", "31", "32", "33", "34", "35", "36", "37", "38",
    "39", "4", "40", "41", "42", "43", "44", "45", "46", "47", "48", "49", "5", "50", "51", "52",
    "53", "54", "55", "56", "57", "58", "59", "6", "60", "61", "62", "63", "64", "65", "66", "67",
    "68", "7", "70", "74", "75", "76", "77", "78", "8", "9", "91", "92", "93", "94", "95", "96",
    "97", "98", "ZZZ",
    /* clang-format on */
};

/* UNTDID 5189, the codes that EN 16931 uses. */
static const char allowance_reasons[][4] = {
    /* clang-format off */
    "100", "102", "103", "104", "105", "41", "42", "60", "62", "63", "64", "65", "66", "67", "68",
    "70", "71", "88", "95",
    /* clang-format on */
};

/* UNTDID 7161. */
static const char charge_reasons[][4] = {
    /* clang-format off */
    "AA", "AAA", "AAC", "AAD", "AAE", "AAF", "AAH", "AAI", "AAS", "AAT", "AAV", "AAY", "AAZ",
    "ABA", "ABB", "ABC", "ABD", "ABF", "ABK", "ABL", "ABN", "ABR", "ABS", "ABT", "ABU", "ACF",
    "ACG", "ACH", "ACI", "ACJ", "ACK", "ACL", "ACM", "ACS", "ADC", "ADE", "ADJ", "ADK", "ADL",
    "ADM", "ADN", "ADO", "ADP", "ADQ", "ADR", "ADT", "ADW", "ADY", "ADZ", "AEA", "AEB", "AEC",
    "AED", "AEF", "AEH", "AEI", "AEJ", "AEK", "AEL", "AEM", "AEN", "AEO", "AEP", "AES", "AET",
    "AEU", "AEV", "AEW", "AEX", "AEY", "AEZ", "AJ", "AU", "CA", "CAB", "CAD", "CAE", "CAF", "CAI",
    "CAJ", "CAK", "CAL", "CAM", "CAN", "CAO", "CAP", "CAQ", "CAR", "CAS", "CAT", "CAU", "CAV",
    "CAW", "CAX", "CAY", "CAZ", "CD", "CG", "CS", "CT", "DAB", "DAC", "DAD", "DAF", "DAG", "DAH",
    "DAI", "DAJ", "DAK", "DAL", "DAM", "DAN", "DAO", "DAP", "DAQ", "DL", "EG", "EP", "ER", "FAA",
    "FAB", "FAC", "FC", "FH", "FI", "GAA", "HAA", "HD", "HH", "IAA", "IAB", "ID", "IF", "IR",
    "IS", "KO", "L1", "LA", "LAA", "LAB", "LF", "MAE", "MI", "ML", "NAA", "OA", "PA", "PAA", "PC",
    "PL", "RAB", "RAC", "RAD", "RAF", "RE", "RF", "RH", "RV", "SA", "SAA", "SAD", "SAE", "SAI",
    "SG", "SH", "SM", "SU", "TAB", "TAC", "TT", "TV", "V1", "V2", "WH", "XAA", "YY", "ZZZ",
    /* clang-format on */
};

/* UNTDID 5305, the codes that EN 16931 uses. */
static const char tax_categories[][3] = {
    /* clang-format off */
    "AE", "B", "E", "G", "K", "L", "M", "O", "S", "Z",
    /* clang-format on */
};

/* Electronic address schemes (EAS) of the EU and of Peppol. */
static const char addresses[][5] = {
    /* clang-format off */
    "0002", "0007", "0009", "0037", "0060", "0088", "0096", "0097", "0106", "0130", "0135",
    "0142", "0147", "0151", "0154", "0158", "0170", "0177", "0183", "0184", "0188", "0190",
    "0191", "0192", "0193", "0194", "0195", "0196", "0198", "0199", "0200", "0201", "0202",
    "0203", "0204", "0205", "0208", "0209", "0210", "0211", "0212", "0213", "0215", "0216",
    "0217", "0218", "0221", "0225", "0230", "0235", "0240", "9901", "9910", "9913", "9914",
    "9915", "9918", "9919", "9920", "9922", "9923", "9924", "9925", "9926", "9927", "9928",
    "9929", "9930", "9931", "9932", "9933", "9934", "9935", "9936", "9937", "9938", "9939",
    "9940", "9941", "9942", "9943", "9944", "9945", "9946", "9947", "9948", "9949", "9950",
    "9951", "9952", "9953", "9957", "9959", "AN", "AQ", "AS", "AU", "EM",
    /* clang-format on */
};

#define LIST(codes)                                                                                \
    {                                                                                              \
        (codes)[0], sizeof((codes)[0]), sizeof(codes) / sizeof((codes)[0])                         \
    }

static const struct {
    const char *first;
    size_t width;
    size_t count;
} lists[CODES_COUNT] = {
    [CODES_CURRENCY] = LIST(currencies),
    [CODES_COUNTRY] = LIST(countries),
    [CODES_MEDIA_TYPE] = LIST(media_types),
    [CODES_INVOICE_TYPE] = LIST(invoice_types),
    [CODES_CREDIT_TYPE] = LIST(credit_types),
    [CODES_PEPPOL_INVOICE] = LIST(peppol_invoices),
    [CODES_PEPPOL_CREDIT] = LIST(peppol_credits),
    [CODES_PERIOD] = LIST(period_codes),
    [CODES_PAYMENT_MEANS] = LIST(payment_means),
    [CODES_ALLOWANCE] = LIST(allowance_reasons),
    [CODES_CHARGE] = LIST(charge_reasons),
    [CODES_TAX_CATEGORY] = LIST(tax_categories),
    [CODES_ADDRESS] = LIST(addresses),
};

#define WIDTH_MAX sizeof(media_types[0])

bool code_listed(enum code_list list, struct span code)
{
    char key[WIDTH_MAX] = {0};
    size_t low = 0, high = lists[list].count, width = lists[list].width;

    if (code.n == 0 || code.n >= width)
        return false;
    memcpy(key, code.p, code.n);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(key, lists[list].first + middle * width, width);

        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

const char *code_at(enum code_list list, size_t i)
{
    return i < lists[list].count ? lists[list].first + i * lists[list].width : NULL;
}

/* The register hands them out in order and has reached 0246; each is four digits. */
bool icd_listed(struct span code)
{
    unsigned n = 0;

    if (code.n != 4 || !span_all_digits(code))
        return false;
    for (size_t i = 0; i < code.n; i++)
        n = n * 10 + (unsigned)(code.p[i] - '0');
    return n >= 2 && n <= 246;
}

/* --- check digits --------------------------------------------------------------------------- */

static unsigned digit(struct span s, size_t i)
{
    return (unsigned)(s.p[i] - '0');
}

static bool digits(struct span s, size_t n)
{
    return s.n == n && span_all_digits(s);
}

static bool norwegian(struct span s)
{
    static const uint8_t weight[8] = {3, 2, 7, 6, 5, 4, 3, 2};
    unsigned sum = 0, any = 0;

    if (!digits(s, 9))
        return false;
    for (size_t i = 0; i < 8; i++) {
        sum += digit(s, i) * weight[i];
        any += digit(s, i);
    }
    return any + digit(s, 8) > 0 && (11 - sum % 11) % 11 == digit(s, 8);
}

static bool danish(struct span s)
{
    return s.n == 10 && span_starts(s, SPAN_LIT("DK")) && span_all_digits(span_of(s.p + 2, 8));
}

static bool belgian(struct span s)
{
    unsigned base = 0;

    if (!digits(s, 10))
        return false;
    for (size_t i = 0; i < 8; i++)
        base = base * 10 + digit(s, i);
    return digit(s, 8) * 10 + digit(s, 9) == 97 - base % 97;
}

static bool australian(struct span s)
{
    unsigned sum = 0;

    if (!digits(s, 11))
        return false;
    sum = (digit(s, 0) + 88) * 10; /* the first digit less one */
    for (size_t i = 1; i < 11; i++)
        sum += digit(s, i) * (unsigned)(2 * i - 1);
    return sum % 89 == 0;
}

static bool alphanumeric(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
            return false;
    }
    return true;
}

static bool letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Codice fiscale: 11 digits, or 16 characters of which some are letters and some digits. */
static bool italian_tax_code(struct span s)
{
    static const char shape[] = "LLLLLLDDLDDXXXDL";

    if (s.n != 16)
        return digits(s, 11);
    for (size_t i = 0; i < 16; i++) {
        bool number = s.p[i] >= '0' && s.p[i] <= '9';
        if ((shape[i] == 'L' && !letter(s.p[i])) || (shape[i] == 'D' && !number))
            return false;
    }
    return true;
}

/* Partita IVA with its prefix; without it the number is of another country. */
static bool italian_vat(struct span s)
{
    if (!span_starts(s, SPAN_LIT("IT")) && !span_starts(s, SPAN_LIT("it")))
        return true;
    return s.n == 13 && luhn_valid(span_of(s.p + 2, 11));
}

static bool swedish(struct span s)
{
    return s.n == 10 && luhn_valid(s);
}

static bool italian_office(struct span s)
{
    return s.n == 6 && alphanumeric(s);
}

static const struct {
    char scheme[5];
    bool (*valid)(struct span id);
} schemes[] = {
    {"0007", swedish},          {"0088", gln_valid},        {"0151", australian},
    {"0184", danish},           {"0192", norwegian},        {"0201", italian_office},
    {"0208", belgian},          {"0210", italian_tax_code}, {"0211", italian_vat},
    {"9907", italian_tax_code},
};

bool scheme_id_valid(struct span scheme, struct span id)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (span_eq_str(scheme, schemes[i].scheme))
            return schemes[i].valid(id);
    return true;
}

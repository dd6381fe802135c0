/* A card on which a profile is enabled, for the tests of file commands. Its contents are written file by file, so that
 * a test says itself what it works on, and needs no package. */
#ifndef SOFTEUICC_TESTS_CONFORMANCE_UICC_COMMON_H
#define SOFTEUICC_TESTS_CONFORMANCE_UICC_COMMON_H

#include "card/card.h"
#include "common.h"

#define USIM "A0000000871002FF49FF0589"
#define USIM_2 "A0000000871002FF49FF0599"
#define ISIM "A0000000871004FF49FF0589"

/* An access rule of EF.ARR, by its record; the same records in 2F06 and 6F06. */
enum {
    RULE_DIRECTORY = 1, /* all of a directory: ADM1 */
    RULE_ALWAYS = 2,    /* read, update, INCREASE: always */
    RULE_READ = 3,      /* read: always, nothing else */
    RULE_PIN1 = 4,      /* read, update: PIN1 */
    RULE_ADM = 10,      /* read: PIN1, update: ADM1; 8 and 6 the same, for recorded FCPs */
};

struct uicc_file {
    const char *path; /* identifiers below the MF in hex; "": the MF */
    enum file_kind kind;
    uint8_t sfi;
    uint8_t rule; /* record of 2F06 directly below the MF, else of 6F06 */
    uint16_t record_length;
    const char *content;   /* hex; of a directory its PIN references */
    uint32_t size;         /* more than the content: filled with FF; BER-TLV: what is reserved */
    const char *aid;       /* ADF */
    const char *pins;      /* directory: pairs of key reference and PIN number */
    uint8_t special;       /* specialFileInformation */
    uint8_t life_cycle;    /* 0: activated */
    const char *target;    /* of a link */
    uint32_t maximum_size; /* BER-TLV */
};

/* The contents of the profile with this AID. */
void uicc_isdp(struct fixture *f, const char *aid, struct isdp *out);
/* Writes files into it; parents come first. ADFs become applications. */
void uicc_put(struct fixture *f, const char *aid, const struct uicc_file *files, size_t n);
void uicc_put_pin(struct fixture *f, const char *aid, uint8_t number, uint8_t reference, bool enabled,
                  const char *value);
/* This profile is the enabled one from the next reset on. */
void uicc_enable(struct fixture *f, const char *aid);
/* A card with AID_1 enabled: MF, EF.DIR, EF.ARR, EF.ICCID, EF.PL, DF.TELECOM, an ISIM and two USIMs, PIN1 disabled,
 * PIN2 and two ADMs enabled. On. personality: NULL or lines. */
void uicc_card(struct fixture *f, const char *personality);
/* An answer that is an FCP with free memory in A5: the four bytes must be what the card says of itself; the rest is
 * compared with `recorded`, in which they are 0003A738. */
void uicc_assert_fcp(struct fixture *f, const char *request, const char *recorded);

#endif

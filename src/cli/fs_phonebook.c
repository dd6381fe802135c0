/* What the files of a phone book are called. Their identifiers are the issuer's choice: EF.PBR says which is which
 * (3GPP TS 31.102 4.4.2.1). Called by fs.c. */
#include "cli/fs_names.h"

#include "base/tlv.h"

static const char *const kinds[] = {"EF.ADN", "EF.IAP", "EF.EXT1", "EF.SNE",   "EF.ANR",  "EF.PBC", "EF.GRP",
                                    "EF.AAS", "EF.GAS", "EF.UID",  "EF.EMAIL", "EF.CCP1", "EF.PURI"};

enum {
    FIRST_KIND = 0xc0, /* tag of EF.ADN */
};

/* In the value of A8, A9 or AA: a file identifier a file, perhaps with a short one. */
static const char *name_in(struct slice files, uint16_t fid)
{
    struct tlv file;
    while (tlv_next(&files, &file)) {
        size_t kind = file.tag - FIRST_KIND;
        if (file.tag < FIRST_KIND || kind >= sizeof kinds / sizeof kinds[0] || file.value.n < 2) continue;
        if ((file.value.p[0] << 8 | file.value.p[1]) == fid) return kinds[kind];
    }
    return "";
}

const char *fs_phonebook_name(struct slice reference, size_t record_length, uint16_t fid)
{
    while (record_length && reference.n >= record_length) {
        struct slice record = slice_of(reference.p, record_length);
        struct tlv method;
        while (tlv_next(&record, &method) && method.tag >= 0xa8 && method.tag <= 0xaa) {
            const char *name = name_in(method.value, fid);
            if (*name) return name;
        }
        reference = slice_skip(reference, record_length);
    }
    return "";
}

/* The templates (SAIP 9, annex A); see template_tables.h. */
#include "saip/template_tables.h"

/* 2.23.143.1.2 */
static const uint8_t oid_base[] = {0x67, 0x81, 0x0f, 0x01, 0x02};

/* Bits of UICCCapability (SGP.22 4.3). */
enum { USIM = 1, ISIM = 2, CSIM = 3, EAP = 13, MULTIPLE_USIM = 16, MULTIPLE_ISIM = 17, MULTIPLE_CSIM = 18 };

static const struct template templates[] = {
    {1, 1, 0xb0, true, PLACE_ROOT, PLACE_ROOT, 0, 0, template_mf},
    {2, 1, 0xb1, false, PLACE_ROOT, PLACE_ROOT, 0, 0, template_cd},
    {3, 2, 0xb2, false, PLACE_ROOT, PLACE_ROOT, 0, 0, template_telecom},
    {4, 2, 0xb3, true, PLACE_ROOT, PLACE_USIM, USIM, MULTIPLE_USIM, template_usim},
    {5, 3, 0xb4, false, PLACE_USIM, PLACE_ROOT, 0, 0, template_opt_usim},
    {6, 1, 0xb7, false, PLACE_USIM, PLACE_ROOT, 0, 0, template_phonebook},
    {7, 1, 0xb8, false, PLACE_USIM, PLACE_ROOT, 0, 0, template_gsm_access},
    {8, 1, 0xb5, true, PLACE_ROOT, PLACE_ISIM, ISIM, MULTIPLE_ISIM, template_isim},
    {9, 2, 0xb6, false, PLACE_ISIM, PLACE_ROOT, 0, 0, template_opt_isim},
    {10, 2, 0xb9, true, PLACE_ROOT, PLACE_CSIM, CSIM, MULTIPLE_CSIM, template_csim},
    {11, 2, 0xba, false, PLACE_CSIM, PLACE_ROOT, 0, 0, template_opt_csim},
    {12, 1, 0xbb, false, PLACE_NAA, PLACE_ROOT, EAP, 0, template_eap},
    {13, 4, 0xbc, false, PLACE_USIM, PLACE_ROOT, 0, 0, template_df_5gs},
    {14, 1, 0xbd, false, PLACE_USIM, PLACE_ROOT, 0, 0, template_df_saip},
    {15, 1, 0xbe, false, PLACE_USIM, PLACE_ROOT, 0, 0, template_df_snpn},
    {16, 1, 0xbf1f, false, PLACE_USIM, PLACE_ROOT, 0, 0, template_df_5gprose},
};

const struct template *template_find(struct slice oid, uint8_t *version)
{
    if (!slice_starts_with(oid, SLICE(oid_base))) return NULL;
    struct slice rest = slice_skip(oid, sizeof oid_base);
    if (rest.n == 0 || rest.n > 2) return NULL;
    *version = rest.n == 1 ? 1 : rest.p[1];
    if (rest.n == 2 && *version < 2) return NULL; /* version 1 is the one without an arc */
    for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++)
        if (templates[i].number == rest.p[0]) return *version <= templates[i].versions ? &templates[i] : NULL;
    return NULL;
}

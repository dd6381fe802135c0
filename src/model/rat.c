/* Rules Authorisation Table (SGP.22 2.9.2): which profile policy rules a profile of which owner may bring. */
#include "model/model.h"

/* MCC and MNC nibble by nibble, E in the row is a wildcard. */
static bool operator_matches(struct slice row, struct slice owner)
{
    if (row.n != 3 || owner.n != 3) return false;
    for (int i = 0; i < 6; i++) {
        int r = row.p[i / 2] >> (i % 2 ? 4 : 0) & 15;
        int o = owner.p[i / 2] >> (i % 2 ? 4 : 0) & 15;
        if (r != 0xe && r != o) return false;
    }
    return true;
}

/* Absent in the row matches only absent in the profile, empty in the row matches anything, else equal bytes. */
static bool gid_matches(struct slice operator_id, uint32_t tag, bool present, struct slice value)
{
    struct tlv t;
    if (!tlv_find(operator_id, tag, &t)) return !present;
    return t.value.n == 0 || (present && slice_equal(t.value, value));
}

static bool row_names_owner(struct slice operators, const struct store_metadata_request *metadata)
{
    struct tlv one;
    struct tlv mcc_mnc;
    while (tlv_next(&operators, &one)) {
        if (tlv_find(one.value, 0x80, &mcc_mnc) && operator_matches(mcc_mnc.value, metadata->owner_mcc_mnc) &&
            gid_matches(one.value, 0x81, metadata->has_gid1, metadata->owner_gid1) &&
            gid_matches(one.value, 0x82, metadata->has_gid2, metadata->owner_gid2))
            return true;
    }
    return false;
}

static bool rule_allowed(struct slice rat, uint32_t rule, const struct store_metadata_request *metadata)
{
    struct tlv row;
    struct tlv t;
    uint32_t ids;
    while (tlv_next(&rat, &row)) {
        if (!tlv_find(row.value, 0x80, &t) || !tlv_bits(t.value, &ids) || !(ids & rule)) continue;
        if (tlv_find(row.value, 0xa1, &t) && row_names_owner(t.value, metadata)) return true;
    }
    return false;
}

bool rat_allows(const struct model *m, uint32_t ppr, const struct store_metadata_request *metadata, const char **why)
{
    static const struct {
        uint32_t rule;
        const char *why;
    } rules[] = {{PPR1, "PPR1 for an owner without a row in the RAT"},
                 {PPR2, "PPR2 for an owner without a row in the RAT"}};
    if (!(ppr & (PPR1 | PPR2))) return true;
    if (!metadata->has_owner) {
        *why = "rules without a profileOwner";
        return false;
    }
    for (int i = 0; i < 6; i++) {
        if ((metadata->owner_mcc_mnc.p[i / 2] >> (i % 2 ? 4 : 0) & 15) == 0xe) {
            *why = "a profileOwner with a wildcard digit";
            return false;
        }
    }
    if (ppr & m->personality.forbidden_ppr) {
        *why = "a rule of forbiddenProfilePolicyRules";
        return false;
    }
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (!(ppr & rules[i].rule) || rule_allowed(buf_slice(&m->personality.rat), rules[i].rule, metadata)) continue;
        *why = rules[i].why;
        return false;
    }
    return true;
}

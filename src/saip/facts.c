/* The facts of a package that SGP.22 5.5.5 compares with the metadata: EF.ICCID, EF.IMSI, EF.UST, EF.GID1, EF.GID2, and
 * whether its NAA keys are test keys (SGP.22 2.4.5.3). The member tags are those of SAIP's PE-MF, PE-USIM, PE-OPT-USIM
 * and PE-AKAParameter. */
#include "saip/internal.h"

/* File ::= SEQUENCE OF CHOICE {80 doNotCreate, A1 Fcp, 82 fillFileOffset, 83 fillFileContent}: offsets count from the
 * end of the last write (SAIP 8.3.2). Only the first bytes are kept. */
static bool read_file(struct slice in, struct saip_file *file)
{
    struct tlv t;
    size_t position = 0;
    uint32_t offset;
    *file = (struct saip_file){.present = true};
    memset(file->bytes, 0xff, sizeof file->bytes);
    while (in.n) {
        if (!tlv_next(&in, &t)) return false;
        if (t.tag == 0x82) {
            if (!tlv_unsigned(t.value, &offset)) return false;
            position += offset;
        } else if (t.tag == 0x83) {
            for (size_t i = 0; i < t.value.n && position + i < sizeof file->bytes; i++)
                file->bytes[position + i] = t.value.p[i];
            position += t.value.n;
            file->n = position < sizeof file->bytes ? position : sizeof file->bytes;
        }
    }
    return true;
}

static enum err take_file(struct saip_check *check, const struct element *e, uint32_t tag, struct saip_file *file,
                          struct reason *reason)
{
    struct tlv t;
    if (!tlv_find(e->value, tag, &t)) return OK;
    if (read_file(t.value, file)) return OK;
    return saip_abort(check, e, t.whole.p, PE_INVALID_REQUEST_FORMAT, reason, "a File in DER", "other bytes");
}

enum err saip_take_mf(struct saip_check *check, const struct element *e, struct reason *reason)
{
    return take_file(check, e, 0xa4, &check->facts.iccid, reason);
}

enum err saip_take_usim(struct saip_check *check, const struct element *e, struct reason *reason)
{
    TRY(take_file(check, e, 0xa3, &check->facts.imsi, reason));
    return take_file(check, e, 0xa8, &check->facts.ust, reason);
}

enum err saip_take_opt_usim(struct saip_check *check, const struct element *e, struct reason *reason)
{
    TRY(take_file(check, e, 0xa5, &check->facts.gid1, reason));
    return take_file(check, e, 0xa6, &check->facts.gid2, reason);
}

/* Zero but for the last byte, or 00 01 02 .. of TS 34.108 unless the rule is strict. */
static bool is_test_key(struct slice key, enum test_key_rule rule)
{
    bool zero = true;
    bool counting = true;
    for (size_t i = 0; i < key.n; i++) {
        if (i + 1 < key.n && key.p[i] != 0) zero = false;
        if (key.p[i] != (uint8_t)i) counting = false;
    }
    return rule == TEST_KEY_ANY || zero || (counting && rule == TEST_KEY_LENIENT);
}

/* A1 algoConfiguration {A1 algoParameter {80 algorithmID, .., 82 key}} or {A0 mappingParameter}. */
enum err saip_take_aka_parameter(struct saip_check *check, const struct element *e, struct reason *reason)
{
    struct tlv configuration;
    struct tlv parameter;
    struct tlv algorithm;
    struct tlv key;
    if (!tlv_find(e->value, 0xa1, &configuration))
        return saip_abort(check, e, NULL, PE_BAD_VALUES, reason, "algoConfiguration", "none");
    if (!tlv_find(configuration.value, 0xa1, &parameter)) return OK;
    if (!tlv_find(parameter.value, 0x80, &algorithm) || !tlv_find(parameter.value, 0x82, &key))
        return saip_abort(check, e, parameter.whole.p, PE_BAD_VALUES, reason, "algorithmID and key", "one missing");
    bool test_algorithm = algorithm.value.n == 1 && algorithm.value.p[0] == 3;
    if (!test_algorithm && !is_test_key(key.value, check->test_key_rule)) check->facts.has_key_for_operation = true;
    return OK;
}

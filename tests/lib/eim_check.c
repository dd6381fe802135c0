/* EuiccPackageResult as the eIM double checks it (SGP.32 2.11.2, 5.14.6): decoding, what was asked, signature, sequence
 * number; see eim.h. */
#include "eim.h"

static bool say(char *why, size_t size, const char *text)
{
    snprintf(why, size, "%s", text);
    return false;
}

/* ---- decoding ---- */

/* A result code of the element itself or of the CHOICE inside it. */
static void read_code(const struct sgp32_field *f, struct slice value, enum sgp32_version version,
                      struct eim_result_data *out)
{
    int64_t code = 0;
    if (!sgp32_integer(value, &code)) return;
    out->code = (int)code;
    out->code_name = sgp32_code_name(f->codes, code, version);
}

/* The tags whose content is a CHOICE or SEQUENCE with a code, a list or a token in it. */
static void read_inner(const struct sgp32_field *f, const struct tlv *element, enum sgp32_version version,
                       struct eim_result_data *out)
{
    struct slice in = element->value;
    struct tlv t;
    if (f->kind == SGP32_LIST) {
        out->list = element->value;
        out->code = 0;
        return;
    }
    if (!tlv_next(&in, &t)) return;
    const struct sgp32_field *chosen = sgp32_alternative(f->type, t.tag, version);
    if (!chosen) return;
    if (chosen->kind == SGP32_CODE) {
        read_code(chosen, t.value, version, out);
    } else if (chosen->kind == SGP32_LIST) {
        out->list = t.value;
        out->code = 0;
    } else if (chosen->kind == SGP32_INTEGER && sgp32_integer(t.value, &out->token)) {
        out->code = 0;
    }
}

static void read_element(const struct tlv *element, enum sgp32_version version, struct eim_result_data *out)
{
    const struct sgp32_field *f = sgp32_alternative(&sgp32_result_data, element->tag, version);
    *out = (struct eim_result_data){.tag = element->tag, .whole = element->whole, .code = -1, .token = EIM_NO_TOKEN};
    if (!f) return;
    out->name = f->name;
    if (f->kind == SGP32_CODE)
        read_code(f, element->value, version, out);
    else
        read_inner(f, element, version, out);
    /* lastEimDeleted is a success (5.13.9). */
    bool last_eim = element->tag == 0x89 && out->code == 2;
    out->stops = element->tag == 0x02 || (out->code != 0 && !last_eim);
}

/* The members of the signed data, or of the unsigned error. */
static bool read_members(struct slice in, enum sgp32_version version, struct eim_result *out, char *why, size_t size)
{
    struct tlv t;
    while (tlv_next(&in, &t)) {
        int64_t code = 0;
        switch (t.tag) {
        case 0x80:
            out->eim_id = t.value;
            break;
        case 0x81:
            if (!sgp32_integer(t.value, &out->counter)) return say(why, size, "counterValue is not an INTEGER");
            break;
        case 0x82:
            out->has_transaction_id = true;
            out->transaction_id = t.value;
            break;
        case 0x83:
            if (!sgp32_integer(t.value, &out->sequence_number) || out->sequence_number < 0)
                return say(why, size, "seqNumber is not a number from 0");
            break;
        case 0x84:
            if (!sgp32_integer(t.value, &out->token) || out->token < 0)
                return say(why, size, "associationToken is not a number from 0");
            break;
        case 0x02:
        case 0x8f:
            sgp32_integer(t.value, &code);
            out->error = (int)code;
            break;
        case 0x30:
            for (struct slice list = t.value; tlv_next(&list, &t);) {
                if (out->n == sizeof out->data / sizeof *out->data)
                    return say(why, size, "more results than a package has operations");
                read_element(&t, version, &out->data[out->n++]);
            }
            break;
        default:
            break;
        }
    }
    return true;
}

static const char *error_name(const struct eim_result *r, enum sgp32_version version)
{
    /* The walk has accepted the code, so that its table has a name for it. */
    const struct sgp32_field *choice =
        sgp32_alternative(&sgp32_package_result, r->kind == EIM_RESULT_ERROR_SIGNED ? 0xa1 : 0xa2, version);
    const struct sgp32_type *type = choice->type;
    if (r->kind == EIM_RESULT_ERROR_SIGNED) type = type->fields[0].type;
    const struct sgp32_field *f = sgp32_alternative(type, r->kind == EIM_RESULT_ERROR_SIGNED ? 0x02 : 0x8f, version);
    return f ? sgp32_code_name(f->codes, r->error, version) : NULL;
}

bool eim_result_read(struct slice response, enum sgp32_version version, struct eim_result *out, char *why, size_t size)
{
    struct tlv whole;
    struct tlv choice;
    struct tlv data;
    struct tlv signature;
    *out = (struct eim_result){.counter = -1, .sequence_number = -1, .error = -1, .token = EIM_NO_TOKEN};
    struct slice in = response;
    if (!tlv_next(&in, &whole) || whole.tag != 0xbf51) return say(why, size, "not an EuiccPackageResult (BF51)");
    if (in.n) return say(why, size, "bytes behind the EuiccPackageResult");
    if (!sgp32_strict(&sgp32_package_result, whole.value, version, why, size)) return false;
    out->whole = whole.whole;
    in = whole.value;
    if (!tlv_next(&in, &choice)) return say(why, size, "empty EuiccPackageResult");
    if (choice.tag == 0xa2) {
        out->kind = EIM_RESULT_ERROR_UNSIGNED;
        if (!read_members(choice.value, version, out, why, size)) return false;
    } else {
        out->kind = choice.tag == 0xa0 ? EIM_RESULT_SIGNED : EIM_RESULT_ERROR_SIGNED;
        in = choice.value;
        if (!tlv_next(&in, &data) || !tlv_next(&in, &signature)) return say(why, size, "data or signature is missing");
        out->signed_data = data.whole;
        out->signature = signature.value;
        if (!read_members(data.value, version, out, why, size)) return false;
    }
    if (out->error >= 0) out->error_name = error_name(out, version);
    return true;
}

bool eim_result_is_signed(const struct eim_result *r, const struct test_key *card_key, int64_t token)
{
    BUF_LOCAL input = {0};
    if (r->kind == EIM_RESULT_ERROR_UNSIGNED) return true;
    buf_append(&input, r->signed_data);
    eim_put_token(&input, token);
    return buf_err(&input) == OK && test_verify(card_key, buf_slice(&input), r->signature);
}

/* ---- against what was asked ---- */

static const uint32_t result_tags[] = {
    [EIM_OP_ENABLE] = 0x83,       [EIM_OP_DISABLE] = 0x84,
    [EIM_OP_DELETE] = 0x85,       [EIM_OP_LIST] = 0xbf2d,
    [EIM_OP_RAT] = 0xa6,          [EIM_OP_IMMEDIATE] = 0x87,
    [EIM_OP_SET_FALLBACK] = 0x8d, [EIM_OP_UNSET_FALLBACK] = 0x8e,
    [EIM_OP_DEFAULT_DP] = 0xbf65, [EIM_OP_ADD_EIM] = 0xa8,
    [EIM_OP_DELETE_EIM] = 0x89,   [EIM_OP_UPDATE_EIM] = 0x8a,
    [EIM_OP_LIST_EIM] = 0xab,     [EIM_OP_RAW] = 0,
    [EIM_OP_RAW_ECO] = 0,
};

/* A list without a tag list has the default members only: SGP.32 5.9.14 since v1.1, before that those of SGP.22. */
static bool only_default_tags(struct eim *eim, struct slice list)
{
    static const uint32_t iot[] = {0x5a, 0x4f, 0x9f70, 0x91, 0x92, 0x95, 0x9f7b, 0x9f26, 0x9f67, 0};
    static const uint32_t consumer[] = {0x5a, 0x4f, 0x9f70, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0};
    const uint32_t *allowed = eim->version == SGP32_1_0 ? consumer : iot;
    struct tlv profile;
    struct tlv t;
    while (tlv_next(&list, &profile)) {
        for (struct slice in = profile.value; tlv_next(&in, &t);) {
            size_t i = 0;
            while (allowed[i] && allowed[i] != t.tag)
                i++;
            if (!allowed[i])
                return eim_fail(eim, "listProfileInfo: %X is not a default member (5.9.14)", (unsigned)t.tag);
        }
    }
    return true;
}

/* One element an operation, in order; execution ends with the first error and with nothing else (3.3.1). */
static bool check_list(struct eim *eim, const struct eim_package *asked, const struct eim_result *r)
{
    bool raw = false;
    for (size_t i = 0; i < r->n; i++) {
        const struct eim_result_data *d = &r->data[i];
        if (i && r->data[i - 1].stops)
            return eim_fail(eim, "%s comes after %s, which ends the package (3.3.1)", d->name, r->data[i - 1].name);
        if (d->tag == 0x02) continue;
        if (d->tag == 0x8c) return eim_fail(eim, "rollbackResult in the result of a package");
        if (i >= asked->n) {
            if (raw) continue;
            return eim_fail(eim, "%zu results for %zu operations", r->n, asked->n);
        }
        uint32_t expected = result_tags[asked->kinds[i]];
        raw = raw || expected == 0;
        if (!raw && d->tag != expected)
            return eim_fail(eim, "result %zu is %s (%X), expected %X", i + 1, d->name, (unsigned)d->tag,
                            (unsigned)expected);
        if (d->tag == 0xbf2d && asked->default_tags[i] && d->list.p && !only_default_tags(eim, d->list)) return false;
    }
    bool complete = r->n >= asked->n;
    if (!complete && !(r->n && r->data[r->n - 1].stops) && !raw)
        return eim_fail(eim, "%zu results for %zu operations, and none is an error", r->n, asked->n);
    return true;
}

static bool check_transaction_id(struct eim *eim, const struct eim_package *asked, const struct eim_result *r)
{
    size_t n = asked->transaction_id.n;
    bool echoes = asked->has_transaction_id;
    /* v1.0 has no place for it in the unsigned error; what is not 1 to 16 bytes cannot be echoed. */
    if (r->kind == EIM_RESULT_ERROR_UNSIGNED && (eim->version == SGP32_1_0 || n < 1 || n > 16)) echoes = false;
    if (r->has_transaction_id != echoes)
        return eim_fail(eim, "eimTransactionId: %s", echoes ? "missing" : "there, though none can be");
    return !echoes || slice_equal(r->transaction_id, buf_slice(&asked->transaction_id)) ||
           eim_fail(eim, "eimTransactionId is not the one of the package");
}

static bool check_head(struct eim *eim, const struct eim_package *asked, const struct eim_result *r)
{
    int64_t counter = 0;
    if (!slice_equal(r->eim_id, buf_slice(&asked->eim_id))) return eim_fail(eim, "eimId is not the one of the package");
    if (!check_transaction_id(eim, asked, r)) return false;
    if (r->kind == EIM_RESULT_ERROR_UNSIGNED) return true;
    if (sgp32_integer(buf_slice(&asked->counter), &counter) && counter != r->counter)
        return eim_fail(eim, "counterValue %lld, the package had %lld", (long long)r->counter, (long long)counter);
    return true;
}

static bool check_signature(struct eim *eim, const struct eim_package *asked, const struct eim_result *r)
{
    if (!eim->knows_key || eim_result_is_signed(r, &eim->card_key, asked->token)) return true;
    return eim_fail(eim, "the card's signature does not fit (%s, token %lld)",
                    r->kind == EIM_RESULT_SIGNED ? "euiccSignEPR" : "euiccSignEPE", (long long)asked->token);
}

/* All but the sequence number and the list. */
static bool check_common(struct eim *eim, const struct eim_package *asked, struct slice response,
                         struct eim_result *out)
{
    char why[300];
    if (!eim_result_read(response, eim->version, out, why, sizeof why)) return eim_fail(eim, "%s", why);
    return check_head(eim, asked, out) && check_signature(eim, asked, out);
}

/* The eIM drops results whose number is not above the last one (5.14.6). */
static bool check_rising(struct eim *eim, const struct eim_result *r)
{
    if (r->sequence_number <= eim->sequence_number)
        return eim_fail(eim, "seqNumber %lld does not rise above %lld (5.14.6)", (long long)r->sequence_number,
                        (long long)eim->sequence_number);
    eim->sequence_number = r->sequence_number;
    return true;
}

bool eim_check_result(struct eim *eim, const struct eim_package *asked, struct slice response, struct eim_result *out)
{
    if (!check_common(eim, asked, response, out)) return false;
    if (out->kind == EIM_RESULT_ERROR_UNSIGNED) {
        if (out->token != EIM_NO_TOKEN && out->token != asked->token)
            return eim_fail(eim, "unsigned error: associationToken %lld is not the one of this association",
                            (long long)out->token);
        return true;
    }
    if (out->kind == EIM_RESULT_ERROR_SIGNED) return true;
    return check_list(eim, asked, out) && check_rising(eim, out);
}

bool eim_check_again(struct eim *eim, const struct eim_package *asked, const struct eim_result *first,
                     struct slice response, struct eim_result *out)
{
    if (!check_common(eim, asked, response, out)) return false;
    if (out->kind != EIM_RESULT_SIGNED) return eim_fail(eim, "a result that was stored is not an error (2.11.2)");
    return slice_equal(first->signed_data, out->signed_data) ||
           eim_fail(eim, "the stored result has other data than the one that was given");
}

bool eim_check_rollback(struct eim *eim, const struct eim_package *granting, struct slice response,
                        struct eim_result *out)
{
    if (!check_common(eim, granting, response, out)) return false;
    if (out->kind != EIM_RESULT_SIGNED) return eim_fail(eim, "a rollback does not give an error result (5.9.16)");
    if (out->n == 0 || out->data[out->n - 1].tag != 0x8c)
        return eim_fail(eim, "the result of a rollback does not end with rollbackResult (3.3.2)");
    if (out->data[out->n - 1].code != 0) return eim_fail(eim, "rollbackResult is not ok although the card rolled back");
    /* The original results before it are one reading of v1.0. */
    if (out->n > 1 && (eim->version != SGP32_1_0 || out->n != granting->n + 1))
        return eim_fail(eim, "%zu elements in the result of a rollback", out->n);
    return check_rising(eim, out);
}

void eim_print_result(struct buf *out, const struct eim_result *r)
{
    static const char *const kinds[] = {"result", "signed error", "unsigned error"};
    sgp32_print(out, "%s", kinds[r->kind]);
    if (r->error >= 0) sgp32_print(out, " %d %s", r->error, r->error_name ? r->error_name : "");
    if (r->sequence_number >= 0) sgp32_print(out, ", seqNumber %lld", (long long)r->sequence_number);
    if (r->token != EIM_NO_TOKEN) sgp32_print(out, ", associationToken %lld", (long long)r->token);
    sgp32_print(out, "\n");
    for (size_t i = 0; i < r->n; i++) {
        const struct eim_result_data *d = &r->data[i];
        sgp32_print(out, "  %s:", d->name ? d->name : "?");
        if (d->token != EIM_NO_TOKEN)
            sgp32_print(out, " associationToken %lld\n", (long long)d->token);
        else if (d->list.p)
            sgp32_print(out, " list of %zu bytes\n", d->list.n);
        else
            sgp32_print(out, " %d %s\n", d->code, d->code_name ? d->code_name : "");
    }
}

/* What is wrong with a package, by name: the words of softeuicc-eim sign --spoil; see eim.h. */
#include "eim.h"

static const uint8_t negative_counter[] = {0xff};
static const uint8_t large_counter[] = {0x00, 0x80, 0x00, 0x00};
static const uint8_t huge_counter[] = {0x01, 0x00, 0x00, 0x00, 0x00, 0x00};
static const uint8_t no_counter[1];
static const uint8_t other_eid[] = {0x89, 0x04, 0x90, 0x32, 0x00, 0x00, 0x00, 0x00,
                                    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x99};
static const uint8_t garbage[] = {0x5a, 0x00};
static const uint8_t extension[] = {0x9f, 0x7a, 0x01, 0x00};

static void edit(struct eim_edit *edits, enum eim_edit_kind kind, uint32_t tag)
{
    for (size_t i = 0; i < EIM_EDITS_MAX; i++) {
        if (edits[i].kind != EIM_EDIT_NONE) continue;
        edits[i] = (struct eim_edit){.kind = kind, .tag = tag, .count = 64};
        return;
    }
}

struct word {
    const char *name;
    const char *meaning;
    void (*apply)(struct eim_spoil *s);
};

#define WORD(function, statement)                                                                                      \
    static void function(struct eim_spoil *s)                                                                          \
    {                                                                                                                  \
        statement;                                                                                                     \
    }

WORD(wrong_counter, s->counter = slice_of(large_counter, 4))
WORD(negative, s->counter = slice_of(negative_counter, 1))
WORD(huge, s->counter = slice_of(huge_counter, 6))
WORD(empty_counter, s->counter = slice_of(no_counter, 0))
WORD(wrong_token, s->token = EIM_TOKEN_OTHER)
WORD(zero_token, s->token = EIM_TOKEN_ZERO)
WORD(without_token, s->token = EIM_TOKEN_NOTHING)
WORD(unsigned_token, s->token = EIM_TOKEN_UNSIGNED)
WORD(wrong_eid, s->eid = SLICE(other_eid))
WORD(bit, s->signed_bit = true)
WORD(signature_bit, s->signature_bit = true)
WORD(der, s->signature_form = EIM_SIGNATURE_DER)
WORD(high_s, s->signature_form = EIM_SIGNATURE_HIGH_S)
WORD(short_signature, s->signature_form = EIM_SIGNATURE_SHORT)
WORD(long_signature, s->signature_form = EIM_SIGNATURE_LONG)
WORD(zero_signature, s->signature_form = EIM_SIGNATURE_ZERO_S)
WORD(both, s->both_lists = true)
WORD(no_list, s->no_list = true)
WORD(wrong_list, s->list_tag = 0xa2)
WORD(ber, s->long_length = true)
WORD(no_signature, edit(s->in_request, EIM_EDIT_DROP, 0x5f37))
WORD(no_eim_id, edit(s->in_signed, EIM_EDIT_DROP, 0x80))
WORD(no_eid, edit(s->in_signed, EIM_EDIT_DROP, 0x5a))
WORD(no_counter_field, edit(s->in_signed, EIM_EDIT_DROP, 0x81))
WORD(twice, edit(s->in_signed, EIM_EDIT_REPEAT, 0x81))
WORD(order, edit(s->in_signed, EIM_EDIT_SWAP, 0x5a))
WORD(oversized, edit(s->in_signed, EIM_EDIT_GROW, 0x82))
WORD(trailer, s->trailer = SLICE(garbage))

static void unknown_member(struct eim_spoil *s)
{
    edit(s->in_signed, EIM_EDIT_APPEND, 0);
    for (size_t i = 0; i < EIM_EDITS_MAX; i++)
        if (s->in_signed[i].kind == EIM_EDIT_APPEND) s->in_signed[i].bytes = SLICE(extension);
}

static void wrong_key(struct eim_spoil *s)
{
    /* Set by eim_spoil_read: a key needs a place. */
    (void)s;
}

static const struct word words[] = {
    {"key", "signed with a key that is not the eIM's", wrong_key},
    {"counter", "counterValue 8388608, above the range", wrong_counter},
    {"negative", "counterValue -1", negative},
    {"huge", "counterValue of six bytes", huge},
    {"empty-counter", "counterValue without content", empty_counter},
    {"token", "signed with the next association token", wrong_token},
    {"zero-token", "signed with 84 01 00 although there is a token", zero_token},
    {"no-token", "signed without any association token", without_token},
    {"unsigned-token", "token without the leading zero of a positive INTEGER", unsigned_token},
    {"eid", "for another EID", wrong_eid},
    {"bit", "one bit of the signed part flipped", bit},
    {"signature-bit", "one bit of the signature flipped", signature_bit},
    {"der", "signature in DER instead of r||s", der},
    {"high-s", "the other valid s (must be accepted)", high_s},
    {"short-signature", "signature of 63 bytes", short_signature},
    {"long-signature", "signature of 65 bytes", long_signature},
    {"zero-signature", "s is 0", zero_signature},
    {"both-lists", "psmoList and ecoList", both},
    {"no-list", "neither list", no_list},
    {"list-tag", "list with tag A2", wrong_list},
    {"ber", "signed part with a longer length than DER allows", ber},
    {"no-signature", "5F37 is missing", no_signature},
    {"no-eim-id", "eimId is missing", no_eim_id},
    {"no-eid", "eidValue is missing", no_eid},
    {"no-counter", "counterValue is missing", no_counter_field},
    {"twice", "counterValue comes twice", twice},
    {"order", "eidValue and counterValue trade places", order},
    {"oversized", "eimTransactionId of more than 16 bytes", oversized},
    {"unknown", "an unknown member at the end of the signed part", unknown_member},
    {"trailer", "bytes after the package", trailer},
};

const char *eim_spoil_name(size_t index, const char **meaning)
{
    if (index >= sizeof words / sizeof *words) return NULL;
    *meaning = words[index].meaning;
    return words[index].name;
}

static const struct word *find_word(struct slice name)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_equal(slice_text(words[i].name), name)) return &words[i];
    return NULL;
}

bool eim_spoil_read(const char *names, struct test_key *other_key, struct eim_spoil *out, const char **wrong)
{
    while (*names) {
        size_t n = strcspn(names, ",");
        const struct word *word = find_word(slice_of(names, n));
        *wrong = names;
        if (!word) return false;
        word->apply(out);
        if (word->apply == wrong_key) {
            static const uint8_t seed[] = "a key that belongs to nobody";
            if (!test_key_derive(other_key, other_key->curve, SLICE(seed), "eim")) return false;
            out->key = other_key;
        }
        names += n;
        if (*names) names++;
    }
    return true;
}

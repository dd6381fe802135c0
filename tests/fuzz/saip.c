/* Profile elements (SAIP) as the decrypted stream of a package, in pieces.
 * Input: size of the pieces (0: in one), personality, then the package. Oracles: a refusal has a reason and a status,
 * the response is DER, and the same package in one piece has the same outcome. */
#include "fuzz.h"

#include "model/personality.h"
#include "saip/saip.h"

#define HEADER 2

struct outcome {
    enum err e;
    enum pe_status status;
    struct buf response;
};

static void feed(const struct personality *personality, struct slice package, size_t piece, struct outcome *out)
{
    struct saip_check *check;
    struct reason reason;
    size_t taken = 0;
    size_t given = 0;
    reason_begin(&reason, "fuzz");
    if (saip_check_new(&check, personality) != OK) abort();
    out->e = OK;
    while (out->e == OK && given < package.n) {
        given = piece && package.n - given > piece ? given + piece : package.n;
        /* an exact-size copy, so that a sanitizer sees a read behind it */
        uint8_t *copy = malloc(given);
        if (!copy) abort();
        memcpy(copy, package.p, given);
        out->e = saip_check_feed(check, slice_of(copy, given), &taken, &reason);
        FUZZ_CHECK(taken <= given, "%zu bytes taken of %zu", taken, given);
        if (out->e == OK && given == package.n) out->e = saip_check_end(check, slice_of(copy, given), taken, &reason);
        free(copy);
        if (given % 3 == 0) { /* what euicc_clone does in the middle */
            struct saip_check *other = saip_check_copy(check);
            saip_check_free(check);
            check = other;
            if (!check) abort();
        }
    }
    out->status = saip_check_status(check);
    FUZZ_CHECK((out->e == OK) == !reason.said, "err %d, reason \"%s\"", (int)out->e, reason.said ? reason.came : "");
    FUZZ_CHECK(out->e == OK || out->e == ERR_DATA, "err %d", (int)out->e);
    FUZZ_CHECK(out->e != OK || out->status == PE_OK, "status %d without an error", (int)out->status);
    saip_check_response(check, &out->response);
    FUZZ_CHECK(tlv_strict(buf_slice(&out->response), TLV_DEPTH_MAX, NULL), "the response is not DER");
    saip_check_free(check);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const personalities[] = {"", "uicc_capability = usim", "test_key_rule = strict",
                                                "profile_package_version = 2.1.0"};
    struct personality personality;
    struct outcome pieces = {.e = OK};
    struct outcome whole = {.e = OK};
    char why[256];
    if (n <= HEADER) return 0;
    FUZZ_CHECK(personality_parse(&personality, personalities[data[1] % 4], why), "%s", why);
    struct slice package = slice_of(data + HEADER, n - HEADER);
    size_t piece = data[0] && package.n / data[0] > 64 ? package.n / 64 : data[0];
    feed(&personality, package, piece, &pieces);
    feed(&personality, package, 0, &whole);
    FUZZ_CHECK(pieces.e == whole.e && pieces.status == whole.status &&
                   slice_equal(buf_slice(&pieces.response), buf_slice(&whole.response)),
               "in pieces %d %d, whole %d %d", (int)pieces.e, (int)pieces.status, (int)whole.e, (int)whole.status);
    buf_free(&pieces.response);
    buf_free(&whole.response);
    personality_free(&personality);
    return 0;
}

FUZZ_TLV_MUTATOR(HEADER, &fuzz_saip_words)

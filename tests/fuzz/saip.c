/* Profile elements (SAIP) as the decrypted stream of a package, in pieces.
 * Input: size of the pieces (0: in one), personality, then the package. Oracles: a refusal has a reason and a status,
 * the response is DER, a refused package gives nothing away and a good one always the same: the same package in one
 * piece has the same outcome and makes the same store, and what it costs is what the store then holds; the contents are
 * whole (contents.c), and a terminal visits every file of the small ones (visit.c). */
#include "contents.h"
#include "installed.h"

#include "model/personality.h"
#include "saip/saip.h"

#define HEADER 2
#define MEMORY_OF_A_CARD (1u << 20)
#define VISIT_MAX 6000 /* bytes of a package whose files are visited */
/* what the test packages of TS.48 ask for */
#define TS48_SERVICES                                                                                                  \
    "uicc_capability = usim isim csim milenage tuak128 javacard usimTestAlgorithm berTlv dfLink multipleUsim"
#define PREFIX "isdp/A0000005591010FFFFFFFF8900001000/"

struct outcome {
    enum err e;
    enum pe_status status;
    struct buf response;
    struct buf image; /* of the store of a card that took what was made */
};

static bool charge_everything(const char *key)
{
    (void)key;
    return true;
}

/* The card takes what was made, if it may. */
static void keep(const struct saip_install *install, bool visited, struct outcome *out)
{
    static const struct euicc_env nothing = {0};
    struct store *card;
    struct isdp isdp;
    if (store_new(&card, &nothing, charge_everything) != OK) abort();
    isdp_over(card, &isdp);
    memcpy(isdp.prefix, PREFIX, sizeof PREFIX);
    enum err e = saip_install_store(install, &isdp);
    FUZZ_CHECK((e == OK) == (out->e == OK), "err %d, stored with %d", (int)out->e, (int)e);
    FUZZ_CHECK(e == OK || store_count(card, "") == 0, "%zu values of a refused package", store_count(card, ""));
    FUZZ_CHECK(e != OK || store_charged(card) == saip_install_cost(install), "%zu bytes, said to cost %zu",
               store_charged(card), saip_install_cost(install));
    FUZZ_CHECK(e != OK || fuzz_sum_of(card, "") == store_charged(card), "%zu bytes, not the sum of them",
               store_charged(card));
    if (e == OK) fuzz_check_contents(&isdp, true);
    if (e == OK && visited) fuzz_visit(&isdp);
    FUZZ_CHECK(e != OK || store_charged(card) <= MEMORY_OF_A_CARD, "%zu bytes", store_charged(card));
    if (store_commit(card, NULL) != OK || store_snapshot(card, &out->image) != OK) abort();
    store_free(card);
}

static void feed(const struct personality *personality, struct slice package, size_t piece, struct outcome *out)
{
    struct saip_install *install;
    struct reason reason;
    size_t taken = 0;
    size_t given = 0;
    reason_begin(&reason, "fuzz");
    if (saip_install_new(&install, personality, MEMORY_OF_A_CARD) != OK) abort();
    out->e = OK;
    while (out->e == OK && given < package.n) {
        size_t now;
        given = piece && package.n - given > piece ? given + piece : package.n;
        /* an exact-size copy, so that a sanitizer sees a read behind it */
        size_t n = given - taken;
        uint8_t *copy = malloc(n);
        if (!copy) abort();
        memcpy(copy, package.p + taken, n);
        out->e = saip_install_feed(install, slice_of(copy, n), &now, &reason);
        FUZZ_CHECK(now <= n, "%zu bytes taken of %zu", now, n);
        taken += now;
        if (out->e == OK && given == package.n)
            out->e = saip_install_end(install, slice_of(copy + now, n - now), &reason);
        free(copy);
        if (given % 3 == 0) { /* what euicc_clone does in the middle */
            struct saip_install *other = saip_install_copy(install);
            saip_install_free(install);
            install = other;
            if (!install) abort();
        }
    }
    out->status = saip_install_status(install);
    FUZZ_CHECK((out->e == OK) == !reason.said, "err %d, reason \"%s\"", (int)out->e, reason.said ? reason.came : "");
    FUZZ_CHECK(out->e == OK || out->e == ERR_DATA, "err %d", (int)out->e);
    FUZZ_CHECK((out->e == OK) == (out->status == PE_OK), "err %d, status %d", (int)out->e, (int)out->status);
    saip_install_response(install, &out->response);
    FUZZ_CHECK(tlv_strict(buf_slice(&out->response), TLV_DEPTH_MAX, NULL), "the response is not DER");
    struct saip_facts facts;
    if (out->e == OK && saip_install_facts(install, &facts) != OK) abort();
    keep(install, piece == 0 && package.n < VISIT_MAX, out);
    saip_install_free(install);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const personalities[] = {"", "uicc_capability = usim", "test_key_rule = strict",
                                                "profile_package_version = 2.1.0", TS48_SERVICES};
    struct personality personality;
    struct outcome pieces = {.e = OK};
    struct outcome whole = {.e = OK};
    char why[256];
    if (n <= HEADER) return 0;
    FUZZ_CHECK(personality_parse(&personality, personalities[data[1] % 5], why), "%s", why);
    struct slice package = slice_of(data + HEADER, n - HEADER);
    size_t piece = data[0] && package.n / data[0] > 64 ? package.n / 64 : data[0];
    feed(&personality, package, piece, &pieces);
    feed(&personality, package, 0, &whole);
    FUZZ_CHECK(pieces.e == whole.e && pieces.status == whole.status &&
                   slice_equal(buf_slice(&pieces.response), buf_slice(&whole.response)),
               "in pieces %d %d, whole %d %d", (int)pieces.e, (int)pieces.status, (int)whole.e, (int)whole.status);
    FUZZ_CHECK(slice_equal(buf_slice(&pieces.image), buf_slice(&whole.image)), "in pieces other contents");
    buf_free(&pieces.response);
    buf_free(&pieces.image);
    buf_free(&whole.response);
    buf_free(&whole.image);
    personality_free(&personality);
    return 0;
}

FUZZ_TLV_MUTATOR(HEADER, &fuzz_saip_words)

/* A PKI of one's own, from make-pki through `softeuicc create --pki` to a download: an SM-DP+ with that PKI's keys
 * serves the card, and the cards of one PKI refuse the servers of the other with ciPKUnknown (certs/README.md,
 * SGP.22 5.7.13). Needs the environment variables SOFTEUICC (the program) and MAKE_PKI (certs/make-pki). */
#define _DEFAULT_SOURCE
#include "download_common.h"

#include <stdarg.h>
#include <unistd.h>

static struct rig rig;
static char folder[] = "/tmp/softeuicc-own-pki-XXXXXX";

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *format, ...)
{
    char command[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    /* the programs of this build, under paths of this test's own making */
    ck_assert_msg(system(command) == 0, "failed: %s", command); // NOLINT(cert-env33-c)
}

static const char *program(const char *variable)
{
    const char *path = getenv(variable);
    ck_assert_msg(path != NULL, "%s is not set", variable);
    return path;
}

static void make_pki(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    run("'%s' '%s/pki' >'%s/log'", program("MAKE_PKI"), folder, folder);
    run("'%s' create --quiet --card '%s/card.db' --pki '%s/pki'", program("SOFTEUICC"), folder, folder);
}

static void remove_pki(void)
{
    run("rm -rf '%s'", folder);
}

static void read_file(const char *name, struct buf *out)
{
    char path[256];
    uint8_t bytes[4096];
    snprintf(path, sizeof path, "%s/pki/%s", folder, name);
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "cannot open %s", path);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    buf_reset(out);
    buf_append(out, slice_of(bytes, n));
}

struct own {
    enum test_curve curve;
    struct buf auth, pb, ci;
    struct smdpp_config config;
};

static void own_key(struct test_key *key, enum test_curve curve, const char *name)
{
    BUF_LOCAL text = {0};
    BUF_LOCAL raw = {0};
    read_file(name, &text);
    while (text.n && text.p[text.n - 1] == '\n')
        text.n--;
    ck_assert(hex_decode(buf_slice(&text), &raw) && test_key_private(key, curve, buf_slice(&raw)));
}

/* The SM-DP+ of our PKI. */
static void own_open(struct own *own, enum test_curve curve)
{
    char name[64];
    const char *suffix = curve == TEST_P256 ? "nist" : "brainpool";
    const char *why = "";
    struct pki_certificate ci;
    *own = (struct own){.curve = curve};
    snprintf(name, sizeof name, "dpauth-%s.der", suffix);
    read_file(name, &own->auth);
    snprintf(name, sizeof name, "dppb-%s.der", suffix);
    read_file(name, &own->pb);
    snprintf(name, sizeof name, "ci-%s.der", suffix);
    read_file(name, &own->ci);
    own->config = (struct smdpp_config){.auth_certificate = buf_slice(&own->auth),
                                        .pb_certificate = buf_slice(&own->pb),
                                        .anchor_count = 1,
                                        .seed = slice_text("own")};
    snprintf(name, sizeof name, "dpauth-%s.key.hex", suffix);
    own_key(&own->config.auth_key, curve, name);
    snprintf(name, sizeof name, "dppb-%s.key.hex", suffix);
    own_key(&own->config.pb_key, curve, name);
    ck_assert_msg(pki_read(buf_slice(&own->ci), &ci, &why), "%s", why);
    own->config.anchors[0].key = ci.key;
    memcpy(own->config.anchors[0].id, ci.ski, 20);
}

static void own_close(struct own *own)
{
    buf_free(&own->auth);
    buf_free(&own->pb);
    buf_free(&own->ci);
}

/* What lies outside a card that is in a file. */
struct outside {
    euicc_file *file;
    euicc_random *random;
};

static int outside_random(void *ctx, uint8_t *out, size_t n)
{
    struct outside *o = ctx;
    return euicc_random_bytes(o->random, out, n);
}

static int outside_load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    struct outside *o = ctx;
    return euicc_file_load(o->file, put, put_ctx);
}

static int outside_commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    struct outside *o = ctx;
    return euicc_file_commit(o->file, changes, n);
}

static struct outside outside;

static void open_file_card(void)
{
    char path[256];
    euicc *card = NULL;
    struct euicc_diagnostic why = {""};
    snprintf(path, sizeof path, "%s/card.db", folder);
    ck_assert_msg(euicc_file_open(&outside.file, path, NULL, EUICC_FILE_OPEN, &why) == EUICC_OK, "%s", why.text);
    ck_assert_int_eq(euicc_random_new(&outside.random, true, 1), EUICC_OK);
    const struct euicc_env env = {
        .ctx = &outside, .random = outside_random, .load = outside_load, .commit = outside_commit};
    ck_assert_msg(euicc_create(&card, NULL, &env, &why) == EUICC_OK, "%s", why.text);
    rig_open(&rig, NULL);
    rig_take_card(&rig, card);
}

static void close_file_card(void)
{
    rig_close(&rig);
    euicc_file_close(outside.file);
    euicc_random_free(outside.random);
}

static void use_own(const struct own *own)
{
    smdpp_free(rig.dp);
    rig.dp = smdpp_new(&own->config);
    ck_assert_ptr_nonnull(rig.dp);
    rig_heal(&rig);
}

START_TEST(test_own_card)
{
    open_file_card();
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        struct own own;
        own_open(&own, (enum test_curve)curve);
        use_own(&own);
        rig_good_one_works(&rig, "own PKI");
        ck_assert_int_eq(rig.dp->session.euicc.key.curve, curve);
        /* the list of CIs has no SGP.26: such a server is refused, by itself and by the card */
        static const struct rig_refusal foreign = {"SGP.26 server at a card of one's own PKI", LPA_STAGE_AUTHENTICATE,
                                                   7, "euiccCiPKIdListForVerification",
                                                   "another authority key identifier"};
        struct test_key key;
        const char *suffix = curve == TEST_P256 ? "NIST" : "BRP";
        ck_assert(test_key_private(&key, own.curve, kat_slicef(rig.keys, "SK_DPauth_%s.sk", suffix)));
        rig.dp->spoil.auth_certificate = kat_slicef(rig.keys, "CERT_DPauth_%s.der", suffix);
        rig.dp->spoil.auth_key = &key;
        rig_is_refused(&rig, &foreign, NULL);
        rig_use_smdpp(&rig, own.curve, 1);
        LPA_DOWNLOAD_LOCAL result = {0};
        ck_assert(!lpa_download(&rig.lpa, rig.dp, NULL, &result));
        ck_assert_int_eq(result.stage, LPA_STAGE_INITIATE);
        own_close(&own);
    }
    close_file_card();
}
END_TEST

START_TEST(test_sgp26_card)
{
    static const struct rig_refusal foreign = {"own server at an SGP.26 card", LPA_STAGE_AUTHENTICATE, 7,
                                               "euiccCiPKIdListForVerification", "another authority key identifier"};
    rig_open(&rig, NULL);
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        struct own own;
        own_open(&own, (enum test_curve)curve);
        rig_use_smdpp(&rig, own.curve, 1);
        rig.dp->spoil.auth_certificate = buf_slice(&own.auth);
        rig.dp->spoil.auth_key = &own.config.auth_key;
        rig_is_refused(&rig, &foreign, NULL);
        rig_good_one_works(&rig, foreign.row);
        own_close(&own);
    }
    rig_close(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trust_own_pki");
    TCase *t = tcase_create("own");
    tcase_add_unchecked_fixture(t, make_pki, remove_pki);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_own_card);
    tcase_add_test(t, test_sgp26_card);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

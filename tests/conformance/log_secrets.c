/* No secret is in what the card says of itself. Everything that works with secrets runs under the most verbose logs
 * (text and JSON): downloads with session keys and with profile protection keys, PINs, PUKs, AUTHENTICATE, GET
 * IDENTITY, SCP02, SCP03, PUT KEY, SCP80. Then each secret is looked for in the logs as bytes, hex of either case and
 * order of the digits, and base64. Of the trace events, those that are text hold none either; those that are bytes are
 * the wire (euicc.h) and hold what went over it in clear, and no other. The real program's log is the same code. */
#define _GNU_SOURCE
#include <stdio.h>

#include "base/hex.h"
#include "cli/log.h"
#include "domain_common.h"
#include "ota_common.h"
#include "smdpp_bsp.h"
#include "uicc_twins.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SECRETS_MAX = 128, LONG_DRAW = 20, NEEDLES_MAX = 12 };

/* Where a secret may be seen: nowhere, or on the wire between the terminal and the card. */
enum where { NOWHERE, ON_THE_WIRE };

struct secret {
    const char *what;
    uint8_t bytes[64];
    size_t n;
    enum where where;
};

static struct fixture f;
static struct {
    struct log text, json;
    struct buf words; /* of all events that are text */
    struct buf wire;  /* of all events that are bytes */
    struct secret list[SECRETS_MAX];
    size_t n;
    size_t drawn; /* long random numbers of the card */
} spy;

static void secret(const char *what, enum where where, struct slice bytes)
{
    ck_assert_uint_lt(spy.n, SECRETS_MAX);
    ck_assert(bytes.n >= 4 && bytes.n <= sizeof spy.list[0].bytes);
    struct secret *s = &spy.list[spy.n++];
    *s = (struct secret){.what = what, .n = bytes.n, .where = where};
    memcpy(s->bytes, bytes.p, bytes.n);
}

static void secret_hex(const char *what, enum where where, const char *digits)
{
    BUF_LOCAL b = {0};
    put_hex(&b, digits);
    secret(what, where, buf_slice(&b));
}

/* ---- the card under observation ---- */

static int draw(void *ctx, uint8_t *out, size_t n)
{
    int result = euicc_random_bytes(ctx, out, n);
    /* private keys and nonces of signatures; the challenges that the card gives away are of 16 bytes */
    if (n >= LONG_DRAW && n <= sizeof spy.list[0].bytes) {
        secret("a random number of the card", NOWHERE, slice_of(out, n));
        spy.drawn++;
    }
    return result;
}

static bool is_bytes(enum euicc_event event)
{
    return event == EUICC_EVENT_COMMAND || event == EUICC_EVENT_RESPONSE || event == EUICC_EVENT_REQUEST_DATA ||
           event == EUICC_EVENT_RESPONSE_DATA;
}

static void trace(void *ctx, enum euicc_event event, const uint8_t *data, size_t n)
{
    (void)ctx;
    struct buf *b = is_bytes(event) ? &spy.wire : &spy.words;
    log_event(&spy.text, event, data, n);
    log_event(&spy.json, event, data, n);
    buf_append(b, slice_of(data, n));
    buf_byte(b, '\n');
}

/* From now on the fixture's card is a copy that is observed. */
static void observe(void)
{
    const struct euicc_env env = {.ctx = f.random, .random = draw, .trace = trace};
    struct lpa_options options = f.lpa.options;
    struct lpa_reader reader;
    euicc *copy;
    memset(&spy, 0, sizeof spy);
    log_begin(&spy.text, memfd_create("text", MFD_CLOEXEC), true, false);
    log_begin(&spy.json, memfd_create("json", MFD_CLOEXEC), true, true);
    ck_assert_int_eq(euicc_clone(f.card, &env, &copy), EUICC_OK);
    lpa_free(&f.lpa);
    euicc_destroy(f.card);
    f.card = copy;
    for (size_t i = 0; i < f.stored.n; i++)
        if (strstr(f.stored.items[i].key, "/key") && f.stored.items[i].n == 32)
            secret("a private key of the eUICC", NOWHERE, slice_of(f.stored.items[i].value, f.stored.items[i].n));
    ck_assert_uint_gt(spy.n, 0);
    ck_assert(lpa_reader_card(&reader, f.card));
    lpa_init(&f.lpa, &reader, &options);
    ck_assert_msg(lpa_open(&f.lpa), "%s", f.lpa.error);
}

/* ---- looking ---- */

struct needles {
    char text[NEEDLES_MAX][160];
    size_t n[NEEDLES_MAX];
    const char *form[NEEDLES_MAX];
    size_t count;
};

static void needle(struct needles *all, const char *form, const void *p, size_t n)
{
    ck_assert(all->count < NEEDLES_MAX && n < sizeof all->text[0]);
    memcpy(all->text[all->count], p, n);
    all->form[all->count] = form;
    all->n[all->count++] = n;
}

static void needle_hex(struct needles *all, const char *form, const uint8_t *p, size_t n)
{
    char digits[160];
    hex_encode(slice_of(p, n), digits);
    needle(all, form, digits, 2 * n);
    for (size_t i = 0; i < 2 * n; i++)
        if (digits[i] >= 'a') digits[i] = (char)(digits[i] - 'a' + 'A');
    needle(all, form, digits, 2 * n);
}

/* Base64 of the bytes behind 0, 1 or 2 others: the digits that depend on the secret alone. */
static void needle_base64(struct needles *all, const struct secret *s, size_t before)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[160];
    size_t n = 0;
    for (size_t bit = 0; bit + 6 <= 8 * (before + s->n); bit += 6) {
        unsigned value = 0;
        if (bit < 8 * before) continue;
        for (size_t i = bit; i < bit + 6; i++)
            value = value << 1 | (s->bytes[i / 8 - before] >> (7 - i % 8) & 1u);
        text[n++] = digits[value];
    }
    needle(all, "base64", text, n);
}

static void make_needles(const struct secret *s, struct needles *all)
{
    uint8_t turned[64];
    all->count = 0;
    for (size_t i = 0; i < s->n; i++)
        turned[i] = (uint8_t)(s->bytes[i] << 4 | s->bytes[i] >> 4);
    needle(all, "bytes", s->bytes, s->n);
    needle_hex(all, "hex", s->bytes, s->n);
    needle_hex(all, "hex with swapped digits", turned, s->n);
    if (s->n < 6) return;
    for (size_t before = 0; before < 3; before++)
        needle_base64(all, s, before);
}

/* No form of a secret is in the text; wire: but for those that may be there. */
static void look(const char *name, struct slice in, bool wire)
{
    struct needles all;
    ck_assert_uint_gt(in.n, 100);
    for (size_t i = 0; i < spy.n; i++) {
        const struct secret *s = &spy.list[i];
        if (wire && s->where == ON_THE_WIRE) continue;
        make_needles(s, &all);
        for (size_t k = 0; k < all.count; k++) {
            const uint8_t *at = memmem(in.p, in.n, all.text[k], all.n[k]);
            if (!at) continue;
            size_t from = (size_t)(at - in.p) > 300 ? (size_t)(at - in.p) - 300 : 0;
            ck_abort_msg("%s is in %s as %s: ...%.*s", s->what, name, all.form[k],
                         (int)((size_t)(at - in.p) - from + all.n[k]), (const char *)in.p + from);
        }
    }
}

static void look_in_log(const char *name, struct log *log)
{
    BUF_LOCAL text = {0};
    uint8_t piece[4096];
    ssize_t n;
    int fd = log->fd;
    log_end(log);
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    while ((n = read(fd, piece, sizeof piece)) > 0)
        buf_append(&text, slice_of(piece, (size_t)n));
    close(fd);
    look(name, buf_slice(&text), false);
    /* The test looks where something is: the ISD-R's AID is in every log. */
    ck_assert_ptr_nonnull(memmem(text.p, text.n, "a0000005591010ffffffff8900000100", 32));
}

/* With at least one random number that long: the test sees what the card draws. */
static void look_everywhere(void)
{
    look_in_log("the log", &spy.text);
    look_in_log("the log in JSON", &spy.json);
    look("an event that is text", buf_slice(&spy.words), false);
    look("the wire", buf_slice(&spy.wire), true);
    buf_free(&spy.words);
    buf_free(&spy.wire);
    card_free(&f);
}

/* ---- downloads ---- */

/* The keys that the SM-DP+ made in its last download. */
static void session_secrets(void)
{
    struct test_key otpk;
    struct smdpp_bsp bsp;
    BUF_LOCAL eid = {0};
    uint8_t z[32];
    put_hex(&eid, EID);
    ck_assert(test_key_public(&otpk, TEST_P256, buf_slice(&f.dp->session.otpk_euicc)));
    ck_assert(f.dp->kept_otsk.has_private && test_agree(&f.dp->kept_otsk, &otpk, z));
    smdpp_bsp_derive(&bsp, SLICE(z), slice_text("smdp-host"), buf_slice(&eid));
    secret("the shared secret", NOWHERE, SLICE(z));
    secret("S-ENC", NOWHERE, SLICE(bsp.enc));
    secret("S-MAC", NOWHERE, SLICE(bsp.mac));
    secret("the first MAC chaining value", NOWHERE, SLICE(bsp.mcv));
    secret("the one-time key of the SM-DP+", NOWHERE, slice_of(f.dp->kept_otsk.private_key, 32));
}

static void download_with_ppk(void)
{
    const struct wanted w = {.iccid = ICCID_4, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    wanted_metadata(&w, &metadata);
    wanted_package(&w, &package);
    f.dp->profile =
        (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package), .use_ppk = true};
    for (uint8_t i = 0; i < 16; i++) {
        f.dp->profile.ppk_enc[i] = (uint8_t)(0xd1 + 3 * i);
        f.dp->profile.ppk_mac[i] = (uint8_t)(0x17 + 5 * i);
        f.dp->profile.ppk_mcv[i] = (uint8_t)(0x2b + 7 * i);
    }
    secret("PPK-ENC", NOWHERE, SLICE(f.dp->profile.ppk_enc));
    secret("PPK-MAC", NOWHERE, SLICE(f.dp->profile.ppk_mac));
    secret("the chaining value with the PPK", NOWHERE, SLICE(f.dp->profile.ppk_mcv));
    ck_assert_msg(lpa_start(&f.lpa), "%s", f.lpa.error);
    ck_assert_msg(lpa_download(&f.lpa, f.dp, NULL, &result), "%s", result.error);
    f.dp->profile = (struct smdpp_profile){0};
    session_secrets();
}

/* What profiles/operational.profile says. */
static void profile_secrets(void)
{
    secret_hex("K", NOWHERE, K_1);
    secret_hex("OPc", NOWHERE, OPC_1);
    secret_hex("PIN1", ON_THE_WIRE, PIN1_VALUE);
    secret_hex("PIN2", ON_THE_WIRE, PIN2_VALUE);
    secret_hex("ADM1", ON_THE_WIRE, ADM1_VALUE);
    /* not PUK1, 12345678: these digits are in the EID */
    secret_hex("PUK2", ON_THE_WIRE, "3837363534333231");
    secret_hex("KIc of version 1", NOWHERE, "101112131415161718191A1B1C1D1E1F");
    secret_hex("KID of version 1", NOWHERE, "202122232425262728292A2B2C2D2E2F");
    secret_hex("DEK of version 1", NOWHERE, "303132333435363738393A3B3C3D3E3F");
    secret_hex("KIc of version 2", NOWHERE, "404142434445464748494A4B4C4D4E4F");
    secret_hex("SCP02 ENC", NOWHERE, "100102030405060708090A0B0C0D0E0F");
    secret_hex("SCP03 ENC", NOWHERE, "000102030405060708090A0B0C0D0E0F");
}

START_TEST(test_downloads)
{
    card_new(&f, NULL, NULL);
    observe();
    profile_secrets();
    twins_install(&f, FIRST);
    session_secrets();
    download_with_ppk();
    ck_assert_uint_gt(spy.drawn, 1);
    look_everywhere();
}
END_TEST

/* ---- a telephone ---- */

/* In every way that a terminal may put it, right, wrong and where it is not understood. */
static void pins(void)
{
    static const char *const commands[] = {
        VERIFY_PIN1,
        VERIFY_PIN2,
        VERIFY_ADM1,
        "A020000108" PIN1_VALUE,       /* the class of GSM: refused */
        "8020000108" PIN1_VALUE,       /* and another wrong one */
        "0020000108" PIN1_VALUE "00",  /* with Le */
        "00200001 000008" PIN1_VALUE,  /* with a length of 3 bytes */
        "00200001 07" PIN1_VALUE,      /* a wrong length */
        "0021000108" PIN1_VALUE,       /* an instruction that there is not */
        "0220000108" PIN1_VALUE,       /* on a channel that is closed */
        "0020000108 34333231FFFFFFFF", /* wrong */
        "0028000108" PIN1_VALUE,       /* enabled */
        "0024000110" PIN1_VALUE "34333232FFFFFFFF",
        "0024000110"
        "34333232FFFFFFFF" PIN1_VALUE,
        "0026000108" PIN1_VALUE, /* disabled */
        "002C000110 3132333435363738" PIN1_VALUE,
        "002C008110 3837363534333231" PIN2_VALUE,
        "002C000110 3837363534333232" PIN1_VALUE, /* a wrong PUK */
    };
    secret_hex("a wrong PIN", ON_THE_WIRE, "34333231FFFFFFFF");
    secret_hex("a new PIN", ON_THE_WIRE, "34333232FFFFFFFF");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        BUF_LOCAL command = {0};
        BUF_LOCAL answer = {0};
        put_hex(&command, commands[i]);
        domain_send(&f, buf_slice(&command), &answer);
    }
    apdu(&f, VERIFY_PIN1, "9000");
    apdu(&f, VERIFY_ADM1, "9000");
}

static void vector_secrets(const struct auc_vector *v)
{
    secret("RES", ON_THE_WIRE, slice_of(v->res, v->res_size));
    secret("CK", ON_THE_WIRE, slice_of(v->ck, v->ck_size));
    secret("IK", ON_THE_WIRE, slice_of(v->ik, v->ik_size));
    secret("Kc", ON_THE_WIRE, SLICE(v->kc));
    secret("AK", NOWHERE, SLICE(v->ak));
}

/* A telephone keeps the keys in the files that are for it, and reads them again when it is switched on. */
static void keep_keys(const struct auc_vector *v)
{
    static const char *const files[] = {"7FFF6F08", "7FFF6F09", "7FFF5F3B4F20", "7FFF5F3B4F52", "7FFF5FC04F05"};
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        BUF_LOCAL update = {0};
        BUF_LOCAL sw = {0};
        char select[64];
        (void)snprintf(select, sizeof select, "00A4080C%02zX%s", strlen(files[i]) / 2, files[i]);
        apdu(&f, select, "9000");
        put_hex(&update, "00D6000008");
        buf_append(&update, SLICE(v->kc));
        domain_send(&f, buf_slice(&update), &sw);
        assert_hex(buf_slice(&sw), "9000", files[i]);
        buf_reset(&sw);
        buf_reset(&update);
        put_hex(&update, "00B0000008");
        domain_send(&f, buf_slice(&update), &sw);
        ck_assert(sw.n == 10 && memcmp(sw.p, v->kc, 8) == 0);
    }
    /* by short identifier, as telephones do: EF.Keys is 08 */
    apdu(&f, SELECT_USIM, "9000");
    put_hex(&command, "00D6880021 07");
    buf_append(&command, slice_of(v->ck, 16));
    buf_append(&command, slice_of(v->ik, 16));
    domain_send(&f, buf_slice(&command), &answer);
    assert_hex(buf_slice(&answer), "9000", "EF.Keys");
    buf_reset(&answer);
    buf_reset(&command);
    put_hex(&command, "00B0880021");
    domain_send(&f, buf_slice(&command), &answer);
    ck_assert(answer.n == 35 && memcmp(answer.p + 1, v->ck, 16) == 0);
}

START_TEST(test_telephone)
{
    struct auc_subscriber s;
    struct auc_vector v;
    BUF_LOCAL answer = {0};
    twins_card(&f, NULL);
    observe();
    profile_secrets();
    apdu(&f, SELECT_USIM, "9000");
    pins();
    aka_subscriber(&s);
    aka_vector(&s, aka_sqn(100, 1), "8000", &v);
    aka_authenticate(&f, &v, &answer);
    ck_assert(answer.n > 30 && answer.p[0] == 0xdb);
    vector_secrets(&v);
    keep_keys(&v);
    buf_reset(&answer);
    aka_authenticate(&f, &v, &answer); /* a second time: AUTS */
    ck_assert(answer.n > 10 && answer.p[0] == 0xdc);
    apdu(&f, "0088008011 10" RAND_1 "00", "04" SRES_1 "08" KC_1 "9000");
    secret_hex("Kc of GSM", ON_THE_WIRE, KC_1);
    look_everywhere();
}
END_TEST

/* ECIES with an ephemeral key, profile A. */
START_TEST(test_identity)
{
    static const struct aka_profile p = {.file = "tuak.der"};
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    aka_card(&f, NULL, &p);
    observe();
    apdu(&f, SELECT_USIM, "9000");
    put_hex(&command, "8078000100");
    size_t drawn = spy.drawn;
    domain_send(&f, buf_slice(&command), &answer);
    ck_assert(answer.n > 40 && answer.p[0] == 0xa1);
    ck_assert_uint_gt(spy.drawn, drawn);
    look_everywhere();
}
END_TEST

/* ---- servers ---- */

/* A session of the protocol of this key version, with PUT KEY in it. */
static void channel(uint8_t kvn)
{
    struct gp_host h;
    struct gp_host new = {.size = 16};
    BUF_LOCAL plain = {0};
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    BUF_LOCAL data = {0};
    apdu(&f, SELECT_MNO, MNO_FCI "9000");
    domain_host(&h, kvn);
    domain_open(&f, &h, kvn < 0x30 ? 0x03 : 0x33);
    secret("the static ENC", NOWHERE, slice_of(h.enc, h.size));
    secret("the static MAC", NOWHERE, slice_of(h.mac, h.size));
    secret("the static DEK", NOWHERE, slice_of(h.dek, h.size));
    secret("S-ENC of the channel", NOWHERE, slice_of(h.s_enc, 16));
    secret("S-MAC of the channel", NOWHERE, slice_of(h.s_mac, 16));
    if (kvn >= 0x30) secret("S-RMAC of the channel", NOWHERE, slice_of(h.s_rmac, 16));
    for (uint8_t i = 0; i < 16; i++) {
        new.enc[i] = (uint8_t)(0xa5 + 11 * i + kvn);
        new.mac[i] = (uint8_t)(0x1d + 13 * i + kvn);
        new.dek[i] = (uint8_t)(0x4f + 17 * i + kvn);
    }
    secret("a new ENC", NOWHERE, slice_of(new.enc, 16));
    secret("a new MAC", NOWHERE, slice_of(new.mac, 16));
    secret("a new DEK", NOWHERE, slice_of(new.dek, 16));
    put_hex(&plain, "80D8008100");
    buf_byte(&plain, (uint8_t)(kvn + 9));
    gp_host_key_field(&h, kvn < 0x30 ? 0x80 : 0x88, slice_of(new.enc, 16), &plain);
    gp_host_key_field(&h, kvn < 0x30 ? 0x80 : 0x88, slice_of(new.mac, 16), &plain);
    gp_host_key_field(&h, kvn < 0x30 ? 0x80 : 0x88, slice_of(new.dek, 16), &plain);
    plain.p[4] = (uint8_t)(plain.n - 5);
    buf_byte(&plain, 0);
    gp_host_wrap(&h, buf_slice(&plain), &command);
    domain_send(&f, buf_slice(&command), &answer);
    ck_assert_msg(gp_host_unwrap(&h, buf_slice(&answer), &data), "%s", h.error);
    ck_assert(answer.p[answer.n - 2] == 0x90);
}

START_TEST(test_secure_channels)
{
    domain_card(&f, NULL);
    observe();
    channel(0x20);
    channel(0x30);
    look_everywhere();
}
END_TEST

/* Ciphered packets: a script that reads, and one with a key inside. */
START_TEST(test_over_the_air)
{
    struct ota o;
    ota_begin(&f, NULL);
    observe();
    apdu(&f, TERMINAL_PROFILE, "9000");
    ota_server(&o, TAR_DOMAIN, "1619", SET_AES);
    secret("KIc", NOWHERE, slice_of(o.cipher.bytes, o.cipher.n));
    secret("KID", NOWHERE, slice_of(o.checksum.bytes, o.checksum.n));
    secret_hex("a key in a script", NOWHERE, "8899AABBCCDDEEFF0011223344556677");
    ota_run(&f, &o, "80E29000(42108899AABBCCDDEEFF0011223344556677)", 0, "019000");
    o.counter++;
    ota_run(&f, &o, "80CA004200", 0, "019000 42108899AABBCCDDEEFF0011223344556677");
    look_everywhere();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log_secrets");
    TCase *tests = tcase_create("log_secrets");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, test_downloads);
    tcase_add_test(tests, test_telephone);
    tcase_add_test(tests, test_identity);
    tcase_add_test(tests, test_secure_channels);
    tcase_add_test(tests, test_over_the_air);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}

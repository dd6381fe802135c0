/* Secure channels as computation: sessions recorded from real cards (the published known answers of pySim's
 * test_globalplatform.py) and what must not be accepted. GP Card 2.3 E, Amendment D. */
#include "crypto/scp.h"
#include "unit_bytes.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- SCP03 ---- */

/* Keys: 00 to 0F (and again from 00), 10 to 1F, 20 to 2F. The card's challenge is computed from its sequence counter
 * and the AID of the ISD-R. */
static const struct {
    size_t size;
    const char *initialize_update, *answer, *external_authenticate;
    const char *get_eid, *eid; /* STORE DATA of BF3E035C015A, and the answer before 9000 */
    const char *then[4];       /* 80F22002, 80CA006600, 80F220020A4F0212345C054F9F70C5, 80F28002024F0000 */
} scp03[] = {
    {16,
     "8050300008b13e5f938fc108c400",
     "000000000000000000003003703eb51047495b249f66c484c1d2ef1948000002",
     "84821100107d5f5826a993ebc89eea24957fa0b3ce",
     "84e291000ebf3e035c015a558d036518a2829700",
     "bf3e125a1089882119900000000000000000000005971be68992dbbdfa",
     {"84f220020863a63f8959827fb2", "84ca006608a0c6a4a74166f7ce00", "84f22002124f0212345c054f9f70c52249b50272656536",
      "84f280020a4f00e91443f6dce6b8ed00"}},
    {16,
     "80503000088e1552d0513c60f300",
     "0000000000000000000030037030760cd2c47c1dd395065fe5ead8a9d7000001",
     "8482030010fd4721a14d9b07003c451d2f8ae6bb21",
     "84e2910018ca9c00f6713d79bc8baa642bdff51c3f6a4082d3bd9ad26c00",
     "bf3e125a1089882119900000000000000000000005",
     {"84f2200208c9811b11f1264cf1", "84ca006608e10ab60b3054798800",
      "84f22002184e2908bdb48b2315a55482e9e936ca122d6ecfae7d17416e",
      "84f28002180dd10a6b6193e5340b9e77d32d5a179cd710ac2773aefb2800"}},
    {16,
     "8050300008fdf38259a1e0de4400",
     "000000000000000000003003703b1aca81e821f219081cdc01c26b372d000003",
     "84823300108c36f96bcc00724a4e13ad591d7da3f0",
     "84e2910018267a85dfe4a98fca6fb0527e0dfecce4914e40401433c87f00",
     "f3ba2b1013aa6224f5e1c138d71805c569e5439b47576260b75fc021b25097cb2e68f8a0144975b9",
     {"84f2200208ac6a59024bed84cc", "84ca006608409912ad8fb7aed000",
      "84f22002185f3dafc3ac14c381536a488bf44e06d056df9d74dbd21e5a",
      "84f280021865165105be3373347d0424d4400af2ac393f569ec779389e00"}},
    {24,
     "80503100087396430b768b085b00",
     "000000000000000000003103708cfc23522ffdbf1e5df5542cac8fd866000003",
     "84821100102145ed30b146f5db252fb7e624cec244",
     "84e291000ebf3e035c015aff42cf801d14394400",
     "bf3e125a1089882119900000000000000000000005162fbd33e04940a9",
     {"84f22002084584e4f6784811ee", "84ca006608937776ebe190fa3000", "84f22002124f0212345c054f9f70c59a52bddf3040368c",
      "84f280020a4f009804b11411f7393d00"}},
    {24,
     "805031000869c65da8202bf19f00",
     "00000000000000000000310370b570a67be38446717729d6dd3d2ec5b1000001",
     "848203001065df4f1a356a887905466516d9e5b7c1",
     "84e2910018d2c6fb477c5d4afe4fd4d21f17eff10d3578ec1774a12a2d00",
     "bf3e125a1089882119900000000000000000000005",
     {"84f2200208964e188f0b1bb697", "84ca006608f0820035a41d3e1800",
      "84f220021806b076ed452cd1fa84f77f5c08a146aa77a9286757dea791",
      "84f2800218d06527e39222dce091fabdb8e9b898417a67a6852d3577db00"}},
    {24,
     "80503100089b3f2eef0e8c937400",
     "00000000000000000000310370f6bb305a15bae1a68f79fb08212fbed7000002",
     "84823300109100bc22d58b45b86a26365ce39ff3cf",
     "84e29100188f7f946c84f70d17994bc6e8791251bb1bb1bf02cf8de58900",
     "c05176c1b6f72aae50c32cbee63b0e95998928fd4dfb2be9f27ffde8c8476f5909b4805cc4039599",
     {"84f2200208d5d97754b6b3d2ba", "84ca006608516c82b8e30adbeb00",
      "84f2200218cc247f4761e6944277a4e0d6e32e44025b1e31537e2fc668",
      "84f2800218ba22b63d509bef5d093b43e5eaed03ed23144ab2d9cb51de00"}},
    {32,
     "805032000811666d57866c6f5400",
     "0000000000000000000032037053ea8847efa7674e41498a4d66cf0dee000003",
     "84821100102f2ad190eff2fafc4908996d1cebd310",
     "84e291000ebf3e035c015af4b680372542b59d00",
     "bf3e125a10898821199000000000000000000000058012dd7f01f1c4c1",
     {"84f2200208d618b7da68d5fe52", "84ca0066088f3e055db23ad5e500", "84f22002124f0212345c054f9f70c5b6e15cc42404915e",
      "84f280020a4f00aa124aa74afe7f7500"}},
    {32,
     "8050320008c6066990fc426e1d00",
     "000000000000000000003203708682cd81bbd8919f2de3f2664581f118000001",
     "848203001077c493b632edadaf865a1e64acc07ce9",
     "84e29100183ddaa60594963befaada3525b492ede23c2ab2c1ce3afe4400",
     "bf3e125a1089882119900000000000000000000005",
     {"84f2200208480ddc8e419da38d", "84ca0066083e9d6a6c0b2d732000",
      "84f22002183ebfef2da8b04af2a85f491f299b76973df76ff08a4031be",
      "84f2800218783fff80990f5585b1055010ea95094a26e4a8f1ef4b18e100"}},
    {32,
     "805032000897b2055fe58599fd00",
     "00000000000000000000320370a8439a22cedf045fa9f1903b2834f26e000002",
     "8482330010508a0fd959d2e547c6b33154a6be2057",
     "84e29100187a5ef717eaf1e135ae92fe54429d0e465decda65f5fe5aea00",
     "ea90dbfa648a67c5eb6abc57f8530b97d0cd5647c5e8732016b55203b078dd2ace7f8bc5d1c1cd99",
     {"84f2200208bcc5c17275545d93", "84ca00660804806aba9d543bb600",
      "84f2200218717222491556ec81a45f49ce48be33320024801a1c4cb0e0",
      "84f2800218561f105bccd3a1642904b251ccc1228beb80a82370a8637000"}},
};

static const char *const plain_data[] = {"", "", "4f0212345c054f9f70c5", "4f00"};

static void make_keys(struct scp_keys *keys, size_t size)
{
    *keys = (struct scp_keys){.size = size};
    for (size_t i = 0; i < size; i++) {
        keys->enc[i] = (uint8_t)(i % 16);
        keys->mac[i] = (uint8_t)(0x10 + i % 16);
        keys->dek[i] = (uint8_t)(0x20 + i % 16);
    }
}

/* The MAC of a protected command, and its data if it is encrypted. */
static void assert_command(struct scp_session *s, const char *hex, bool encrypted, const char *plain)
{
    BYTES_LOCAL command = bytes_of(hex);
    uint8_t mac[SCP_MAC];
    bool valid;
    size_t lc = command.p[4];
    struct slice data = slice_of(command.p + 5, lc - SCP_MAC);
    const struct slice parts[] = {slice_of(command.p, 5), data};
    ck_assert_int_eq(scp_command_mac(s, parts, 2, mac), OK);
    ck_assert_msg(memcmp(mac, command.p + 5 + lc - SCP_MAC, SCP_MAC) == 0, "MAC of %s", hex);
    scp_next_command(s);
    if (!encrypted || data.n == 0) return;
    BUF_LOCAL out = {0};
    ck_assert_int_eq(scp_decrypt_command(s, data, &out, &valid), OK);
    ck_assert(valid);
    bytes_assert(buf_slice(&out), plain, hex);
}

static void open_scp03(size_t row, struct scp_session *s)
{
    struct scp_keys keys;
    uint8_t card[8];
    uint8_t host[8];
    uint8_t challenge[8];
    BYTES_LOCAL command = bytes_of(scp03[row].initialize_update);
    BYTES_LOCAL answer = bytes_of(scp03[row].answer);
    BYTES_LOCAL authenticate = bytes_of(scp03[row].external_authenticate);
    BYTES_LOCAL aid = bytes_of("A0000005591010FFFFFFFF8900000100");
    make_keys(&keys, scp03[row].size);
    /* key diversification data 10, KVN, 03, i, challenge 8, cryptogram 8, sequence counter 3 */
    ck_assert_uint_eq(answer.n, 32);
    ck_assert_int_eq(scp03_card_challenge(&keys, answer.p[31], bytes_slice(&aid), challenge), OK);
    ck_assert_msg(memcmp(challenge, answer.p + 13, 8) == 0, "challenge of row %zu", row);
    ck_assert_int_eq(scp03_open(&keys, command.p + 5, answer.p + 13, s), OK);
    ck_assert_int_eq(scp_cryptograms(s, command.p + 5, answer.p + 13, card, host), OK);
    ck_assert_msg(memcmp(card, answer.p + 21, 8) == 0, "card cryptogram of row %zu", row);
    ck_assert_msg(memcmp(host, authenticate.p + 5, 8) == 0, "host cryptogram of row %zu", row);
    uint8_t mac[SCP_MAC];
    const struct slice whole = slice_of(authenticate.p, 13);
    ck_assert_int_eq(scp_command_mac(s, &whole, 1, mac), OK);
    ck_assert(memcmp(mac, authenticate.p + 13, SCP_MAC) == 0);
}

START_TEST(test_scp03)
{
    static const char eid[] = "bf3e125a1089882119900000000000000000000005";
    static const uint8_t sw[] = {0x90, 0x00};
    struct scp_session s;
    open_scp03((size_t)_i, &s);
    uint8_t level =
        (uint8_t)strtoul((char[]){scp03[_i].external_authenticate[4], scp03[_i].external_authenticate[5], 0}, NULL, 16);
    assert_command(&s, scp03[_i].get_eid, level & 0x02, "bf3e035c015a");
    BYTES_LOCAL answer = bytes_of(scp03[_i].eid);
    BYTES_LOCAL plain = bytes_of(eid);
    BUF_LOCAL made = {0};
    uint8_t mac[SCP_MAC];
    if (level & 0x20)
        ck_assert_int_eq(scp_encrypt_response(&s, bytes_slice(&plain), &made), OK);
    else
        buf_append(&made, bytes_slice(&plain));
    if (level & 0x10) {
        const struct slice parts[] = {buf_slice(&made), SLICE(sw)};
        ck_assert_int_eq(scp_response_mac(&s, parts, 2, mac), OK);
        buf_append(&made, SLICE(mac));
    }
    ck_assert(slice_equal(buf_slice(&made), bytes_slice(&answer)));
    for (size_t i = 0; i < 4; i++)
        assert_command(&s, scp03[_i].then[i], level & 0x02, plain_data[i]);
}
END_TEST

/* ---- SCP02 ---- */

START_TEST(test_scp02)
{
    static const char *const commands[] = {"84F220020814DB34FA4341DCA8", "84CA00660855ED7C5FF069512B00",
                                           "84F22002124F0212345C054F9F70C58FC1B380C4228AF8",
                                           "84F280020A4F003B95F09317DE6A4E00"};
    BYTES_LOCAL enc = bytes_of("100102030405060708090a0b0c0d0e0f");
    BYTES_LOCAL mac = bytes_of("101102030405060708090a0b0c0d0e0f");
    BYTES_LOCAL dek = bytes_of("102102030405060708090a0b0c0d0e0f");
    BYTES_LOCAL host = bytes_of("40A62C37FA6304F8");
    BYTES_LOCAL card = bytes_of("00016B4524ABEE7C");
    struct scp_keys keys = {.size = 16};
    struct scp_session s;
    uint8_t card_cryptogram[8];
    uint8_t host_cryptogram[8];
    memcpy(keys.enc, enc.p, 16);
    memcpy(keys.mac, mac.p, 16);
    memcpy(keys.dek, dek.p, 16);
    ck_assert_int_eq(scp02_open(&keys, 1, &s), OK);
    bytes_assert(slice_of(s.enc, 16), "1ba074b31f72a6c44fe8f5d9afe4da2f", "S-ENC");
    bytes_assert(slice_of(s.mac, 16), "29a69328e60494982632039ddd47a2f1", "C-MAC");
    bytes_assert(slice_of(s.dek, 16), "511db767812597722109c867f9d7257a", "DEK");
    ck_assert_int_eq(scp_cryptograms(&s, host.p, card.p, card_cryptogram, host_cryptogram), OK);
    bytes_assert(SLICE(card_cryptogram), "F32EA3838BC148F3", "card");
    bytes_assert(SLICE(host_cryptogram), "BA6961667737C5BC", "host");
    assert_command(&s, "8482010010BA6961667737C5BCEBECE14C7D6A4376", false, "");
    for (size_t i = 0; i < COUNT(commands); i++)
        assert_command(&s, commands[i], false, "");
    /* other key sizes are not SCP02 */
    keys.size = 24;
    ck_assert_int_eq(scp02_open(&keys, 1, &s), ERR_DATA);
}
END_TEST

/* Data under the session key with 3DES in CBC and a zero IV:
 * xxd -r -p | openssl enc -des-ede-cbc -K 1ba074b31f72a6c44fe8f5d9afe4da2f -iv 0 -nopad | xxd -p */
START_TEST(test_decrypt)
{
    static const struct {
        const char *cipher, *plain; /* plain NULL: no padding in it */
    } rows[] = {
        {"49e07a819f369f3c", "4f00"},
        {"69046e8f508b6175", ""},
        {"4ad1ecbf758f0327275dcd1c6c42ce0f", "1122334455667788"},
        {"7308b226be2f07fa", NULL},
        {"4196e1d89dbd9a2f", NULL},
        {"d86e6a56e448843a", NULL},
        {"49e07a819f369f3caa376614fdf943fa", NULL},
        {"00112233445566", NULL},
        {"", NULL},

    };
    struct scp_session s = {.protocol = 2, .size = 16};
    BYTES_LOCAL enc = bytes_of("1ba074b31f72a6c44fe8f5d9afe4da2f");
    memcpy(s.enc, enc.p, 16);
    for (size_t i = 0; i < COUNT(rows); i++) {
        BYTES_LOCAL cipher = bytes_of(rows[i].cipher);
        BUF_LOCAL out = {0};
        bool valid;
        buf_byte(&out, 0xaa);
        ck_assert_int_eq(scp_decrypt_command(&s, bytes_slice(&cipher), &out, &valid), OK);
        ck_assert_msg(valid == (rows[i].plain != NULL), "%s", rows[i].cipher);
        bytes_assert(slice_skip(buf_slice(&out), 1), valid ? rows[i].plain : "", rows[i].cipher);
    }
}
END_TEST

/* ---- keys ---- */

START_TEST(test_keys)
{
    static const struct {
        bool aes;
        const char *key, *check_value;
    } rows[] = {
        {true, "000102030405060708090a0b0c0d0e0f", "C35280"},
        {true, "101112131415161718191a1b1c1d1e1f", "013808"},
        {true, "202122232425262728292a2b2c2d2e2f", "840DE5"},
        {false, "404142434445464748494a4b4c4d4e4f", "8BAF47"}, /* the default key of many test cards */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t value[3];
        BYTES_LOCAL key = bytes_of(rows[i].key);
        ck_assert_int_eq(scp_key_check_value(rows[i].aes, bytes_slice(&key), value), OK);
        bytes_assert(SLICE(value), rows[i].check_value, rows[i].key);
    }
    uint8_t out[32];
    BYTES_LOCAL dek = bytes_of("202122232425262728292a2b2c2d2e2f");
    BYTES_LOCAL short_in = bytes_of("00112233");
    ck_assert_int_eq(scp_decrypt_key(true, bytes_slice(&dek), bytes_slice(&short_in), out), ERR_DATA);
    ck_assert_int_eq(scp_decrypt_key(false, bytes_slice(&dek), bytes_slice(&short_in), out), ERR_DATA);
    ck_assert_int_eq(scp_decrypt_key(true, bytes_slice(&short_in), bytes_slice(&dek), out), ERR_DATA);
    BYTES_LOCAL aes = bytes_of("85a8a05c4ac54091e38f3f031e398504");
    ck_assert_int_eq(scp_decrypt_key(true, bytes_slice(&dek), bytes_slice(&aes), out), OK);
    bytes_assert(slice_of(out, 16), "00112233445566778899aabbccddeeff", "AES-CBC");
    BYTES_LOCAL des = bytes_of("a78c82b865aa0152342524606bc9f234");
    ck_assert_int_eq(scp_decrypt_key(false, bytes_slice(&dek), bytes_slice(&des), out), OK);
    bytes_assert(slice_of(out, 16), "00112233445566778899aabbccddeeff", "3DES-ECB");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scp");
    TCase *t = tcase_create("scp");
    tcase_add_loop_test(t, test_scp03, 0, (int)COUNT(scp03));
    tcase_add_test(t, test_scp02);
    tcase_add_test(t, test_decrypt);
    tcase_add_test(t, test_keys);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

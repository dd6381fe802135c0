/* Secured packets against what others made: command packets and the answers of real cards as recorded in the tests of
 * osmocom's pySim (tests/unittests/test_ota.py), the examples of TS 102 225 annex B, and the openssl command line. */
#define _DEFAULT_SOURCE
#include "domain/secured_packet.h"
#include "unit_bytes.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- algorithms ---- */

/* Expected: of 00010203040506070809, with the keys 000102.. of 16, 24 and 32 bytes:
 *   CMAC: openssl mac -cipher AES-128-CBC -macopt hexkey:KEY CMAC
 *   ciphers: openssl enc -aes-128-cbc | -des-ede-cbc | -des-ede3-cbc -K KEY -iv 00.. -nopad, with 6 bytes 00 appended;
 *   the checksum of triple DES is the last block of that. */
static const struct {
    enum scp80_algorithm algorithm;
    size_t key_n;
    const char *cipher, *checksum;
} algorithms[] = {
    {SCP80_AES, 16, "3c8117626c7cac4bd915cca962ff78c4", "cdd3973146d89db8d6f9d0b08107ffa6"},
    {SCP80_AES, 24, "f395c14235f73fe088d3bda0e4474d76", "e8eddedb529a84d56be81bd50ecf5e91"},
    {SCP80_AES, 32, "0204bcd65b4e24416ed25b8336319cc6", "f9cd5738ef0ddb31c5b7ca9df2203b67"},
    {SCP80_TRIPLE_DES, 16, "df0b6c9c31cd0ce48c3405e73ca32686", "8c3405e73ca32686"},
    {SCP80_TRIPLE_DES, 24, "58ed248f77f6b19e2ce3e1f30eabad3f", "2ce3e1f30eabad3f"},
};

START_TEST(test_algorithms)
{
    uint8_t key[32];
    uint8_t out[16];
    uint8_t mac[SCP80_BLOCK_MAX];
    size_t n;
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    enum scp80_algorithm algorithm = algorithms[_i].algorithm;
    struct slice k = slice_of(key, algorithms[_i].key_n);
    BYTES_LOCAL message = bytes_of("00010203040506070809000000000000");
    BYTES_LOCAL cipher = bytes_of(algorithms[_i].cipher);
    BYTES_LOCAL checksum = bytes_of(algorithms[_i].checksum);
    ck_assert_int_eq(scp80_encrypt(algorithm, k, bytes_slice(&message), out), OK);
    ck_assert_mem_eq(out, cipher.p, 16);
    ck_assert_int_eq(scp80_decrypt(algorithm, k, bytes_slice(&cipher), out), OK);
    ck_assert_mem_eq(out, message.p, 16);
    /* in parts that lie across the blocks */
    const struct slice parts[] = {slice_of(message.p, 3), {NULL, 0}, slice_of(message.p + 3, 7)};
    ck_assert_int_eq(scp80_checksum(algorithm, k, parts, COUNT(parts), mac, &n), OK);
    ck_assert_uint_eq(n, checksum.n);
    ck_assert_mem_eq(mac, checksum.p, n);
    ck_assert_int_eq(scp80_encrypt(algorithm, k, slice_of(message.p, 15), out), ERR_DATA);
    ck_assert_int_eq(scp80_encrypt(algorithm, slice_of(key, 17), bytes_slice(&message), out), ERR_DATA);
    ck_assert_int_eq(scp80_checksum(algorithm, slice_of(key, 8), parts, 1, mac, &n), ERR_DATA);
}
END_TEST

START_TEST(test_redundancy)
{
    static const uint8_t message[] = {1, 2, 3, 4, 5};
    const struct slice parts[] = {slice_of(message, 2), slice_of(message + 2, 3)};
    ck_assert_uint_eq(scp80_crc16(parts, 2), 0x22ec); /* TS 102 225 annex B */
    ck_assert_uint_eq(scp80_crc32(parts, 2), 0x470b99f4);
    ck_assert(!scp80_key_fits(SCP80_TRIPLE_DES, 32) && scp80_key_fits(SCP80_AES, 32));
}
END_TEST

/* ---- recorded packets ---- */

struct world {
    struct model m;
    struct isdp isdp;
};

static void put_key(const struct isdp *isdp, uint8_t number, uint8_t version, uint8_t identifier, uint8_t type,
                    const char *hex)
{
    BYTES_LOCAL data = bytes_of(hex);
    struct domain_key key = {.version = version, .identifier = identifier, .n = 1};
    key.components[0].type = type;
    key.components[0].mac_length = 8;
    key.components[0].data = bytes_slice(&data);
    ck_assert_int_eq(domain_key_put(isdp, number, &key), OK);
}

static void world_new(struct world *w)
{
    static const struct euicc_env env = {0};
    static const uint8_t aid[] = {0xa0, 0, 0, 1, 0x51, 0, 0, 0}, tars[] = {0xb0, 0, 0x11, 0xb0, 0, 0}, full[] = {0};
    char why[256];
    memset(w, 0, sizeof *w);
    ck_assert(personality_parse(&w->m.personality, "", why));
    ck_assert_int_eq(store_new(&w->m.store, &env, NULL), OK);
    isdp_over(w->m.store, &w->isdp);
    struct domain d = {.is_mno = true, .life_cycle = DOMAIN_PERSONALIZED, .aid = SLICE(aid)};
    ck_assert_int_eq(domain_add(&w->isdp, &d), OK);
    struct remote_files r = {.aid = SLICE(tars), .domain = SLICE(aid), .tars = SLICE(tars), .access = SLICE(full)};
    ck_assert_int_eq(remote_files_add(&w->isdp, &r), OK);
    put_key(&w->isdp, d.number, 2, 1, KEY_TYPE_AES, "200102030405060708090a0b0c0d0e0f");
    put_key(&w->isdp, d.number, 2, 2, KEY_TYPE_AES, "201102030405060708090a0b0c0d0e0f");
    put_key(&w->isdp, d.number, 3, 1, KEY_TYPE_DES, "300102030405060708090a0b0c0d0e0f");
    put_key(&w->isdp, d.number, 3, 2, KEY_TYPE_DES, "301102030405060708090a0b0c0d0e0f");
}

static void world_other_keys(struct world *w)
{
    struct domain d;
    bool found;
    ck_assert_int_eq(domain_mno(&w->isdp, &d, &found), OK);
    put_key(&w->isdp, d.number, 3, 1, KEY_TYPE_DES, "C21DD66ACAC13CB3BC8B331B24AFB57B");
    put_key(&w->isdp, d.number, 3, 2, KEY_TYPE_DES, "12110C78E678C25408233076AA033615");
}

static void world_free(struct world *w)
{
    personality_free(&w->m.personality);
    store_free(w->m.store);
}

static const struct {
    const char *what;
    bool other_keys;
    const char *command, *text, *data, *answer;
} recorded[] = {
    {"triple DES, all protected", false, "00201506193535b00011ae733256918d050b87c94fbfe12e4dc402f262c41cf67f2f",
     "00a40004023f00", "016132", "027100001c12b000118bb989492c632529326a2f4681feb37c825bc9021c9f6d0b"},
    {"triple DES, answer with a checksum", false,
     "00201506093535b00011c49ac91ab8159ba5b83a54fb6385e0a5e31694f8b215fafc", "00a40004023f00", "016132",
     "027100001612b0001100000000000000b5bcd6353a421fae016132"},
    {"triple DES, answer in clear", false, "00201506013535b000113190be334900f52b025f3f7eddfe868e96ebf310023b7769",
     "00a40004023f00", "016132", "027100000e0ab0001100000000000000016132"},
    {"AES", false, "00281506192222b00011e87cceebb2d93083011ce294f93fc4d8de80da1abae8c37ca3e72ec4432e5058",
     "00a40004023f00", "016132", "027100002412b00011ebc6b497e2cad7aedf36ace0e3a29b38853f0fe9ccde81913be5702b73abce1f"},
    /* pySim's encode_cmd leaves out CPL where nothing is ciphered; it is put in front here */
    {"signed only", true, "001d1502193535b00000000000000000072ea17bdb72060e00a40000023f00", "00a40000023f00", NULL,
     NULL},
    {"nothing", true, "00150d00193535b0000000000000000000a40000023f00", "00a40000023f00", NULL, NULL},
    {"ciphered only", true, "00180d04193535b00000e3ec80a849b554421276af3883927c20", "00a40000023f00", NULL, NULL},
};

START_TEST(test_recorded)
{
    struct world w;
    SECURED_PACKET_LOCAL p = {0};
    BUF_LOCAL answer = {0};
    BYTES_LOCAL command = bytes_of(recorded[_i].command);
    BYTES_LOCAL text = bytes_of(recorded[_i].text);
    world_new(&w);
    if (recorded[_i].other_keys) world_other_keys(&w);
    ck_assert_int_eq(secured_packet_open(&w.m, &w.isdp, bytes_slice(&command), &p), OK);
    ck_assert_msg(p.status == PACKET_OK, "%s: status %02X: %s, came %s", recorded[_i].what, (unsigned)p.status,
                  w.m.reason.expected, w.m.reason.came);
    ck_assert(slice_equal(buf_slice(&p.text), bytes_slice(&text)));
    if (recorded[_i].answer) {
        BYTES_LOCAL data = bytes_of(recorded[_i].data);
        BYTES_LOCAL wanted = bytes_of(recorded[_i].answer);
        ck_assert(secured_packet_wants_answer(&w.m, &p));
        ck_assert_int_eq(secured_packet_answer(&p, bytes_slice(&data), &answer), OK);
        char came[200];
        ck_assert_msg(slice_equal(buf_slice(&answer), bytes_slice(&wanted)), "%s: %s", recorded[_i].what,
                      hex_short(buf_slice(&answer), came, sizeof came));
    }
    world_free(&w);
}
END_TEST

/* Two more answers of a real card, with keys of its own. */
START_TEST(test_recorded_answers)
{
    static const struct {
        uint8_t spi2;
        const char *answer;
    } rows[] = {{0x19, "027100001c12b000119660ebdb81be189b5e4389e9e7ab2bc0954f963ad869ed7c"},
                {0x09, "027100001612b000110000000000000055f47118381175fb01612f"}};
    static const uint8_t data[] = {0x01, 0x61, 0x2f};
    struct secured_packet p = {.has_header = true, .keys_loaded = true, .tar = {0xb0, 0, 0x11}};
    BUF_LOCAL answer = {0};
    BYTES_LOCAL cipher = bytes_of("C21DD66ACAC13CB3BC8B331B24AFB57B");
    BYTES_LOCAL checksum = bytes_of("12110C78E678C25408233076AA033615");
    BYTES_LOCAL wanted = bytes_of(rows[_i].answer);
    p.spi[0] = 0x06;
    p.spi[1] = rows[_i].spi2;
    p.cipher = (struct packet_key){.algorithm = SCP80_TRIPLE_DES, .n = 16, .mac_length = 8};
    p.checksum = p.cipher;
    memcpy(p.cipher.bytes, cipher.p, 16);
    memcpy(p.checksum.bytes, checksum.p, 16);
    ck_assert_int_eq(secured_packet_answer(&p, SLICE(data), &answer), OK);
    ck_assert(slice_equal(buf_slice(&answer), bytes_slice(&wanted)));
}
END_TEST

/* The room for data is exact: so much fits, one byte more does not. */
START_TEST(test_room)
{
    struct secured_packet p = {.keys_loaded = true};
    p.spi[1] = (uint8_t)(_i & 0x1f);
    p.cipher = (struct packet_key){.algorithm = _i & 0x20 ? SCP80_AES : SCP80_TRIPLE_DES, .n = 16, .mac_length = 8};
    p.checksum = p.cipher;
    uint8_t data[140] = {0};
    if ((p.spi[1] & SPI_ANSWER_CHECK) == SPI_ANSWER_CHECK) return; /* digital signature */
    for (size_t size = 0; size <= 140; size++) {
        size_t room = secured_packet_room(&p, size);
        BUF_LOCAL fits = {0};
        BUF_LOCAL too_long = {0};
        ck_assert_int_eq(secured_packet_answer(&p, slice_of(data, room), &fits), OK);
        ck_assert_int_eq(secured_packet_answer(&p, slice_of(data, room + 1), &too_long), OK);
        ck_assert(room == 0 || fits.n <= size);
        ck_assert_uint_gt(too_long.n, size);
    }
}
END_TEST

/* No command packet, cut or with any one byte changed, is read beyond its end or opened as another text. */
START_TEST(test_hostile)
{
    struct world w;
    BYTES_LOCAL whole = bytes_of(recorded[3].command);
    BYTES_LOCAL text = bytes_of(recorded[3].text);
    world_new(&w);
    for (size_t n = 0; n < whole.n; n++) {
        SECURED_PACKET_LOCAL p = {0};
        BYTES_LOCAL cut = bytes_copy(slice_of(whole.p, n));
        if (n > 1) cut.p[1] = (uint8_t)(n - 2);
        ck_assert_int_eq(secured_packet_open(&w.m, &w.isdp, bytes_slice(&cut), &p), OK);
        ck_assert_uint_ne(p.status, PACKET_OK);
    }
    for (size_t n = 0; n < whole.n; n++) {
        for (unsigned change = 1; change < 256; change++) {
            SECURED_PACKET_LOCAL p = {0};
            BYTES_LOCAL other = bytes_copy(bytes_slice(&whole));
            other.p[n] ^= (uint8_t)change;
            ck_assert_int_eq(secured_packet_open(&w.m, &w.isdp, bytes_slice(&other), &p), OK);
            /* without the bits for check and ciphering the target's level, here none, decides */
            if (n == 3) continue;
            ck_assert_msg(p.status != PACKET_OK, "byte %zu ^ %02X", n, change);
        }
    }
    ck_assert_uint_eq(text.n, 7);
    world_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("secured packets");
    TCase *t = tcase_create("packets");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_algorithms, 0, COUNT(algorithms));
    tcase_add_test(t, test_redundancy);
    tcase_add_loop_test(t, test_recorded, 0, COUNT(recorded));
    tcase_add_loop_test(t, test_recorded_answers, 0, 2);
    tcase_add_loop_test(t, test_room, 0, 64);
    tcase_add_test(t, test_hostile);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

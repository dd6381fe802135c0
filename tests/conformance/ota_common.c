/* The card and the server of the tests of over-the-air management; see ota_common.h. */
#include "ota_common.h"

#include <stdio.h>

#define HEADER(id) "A0(8000 8101" id ")"
#define ADM_ONLY "8B032F0603"
#define READ_ALWAYS "8B032F060A"

/* genericFileManagement: 7F70 and its files. Access rules are those of EF.ARR of the package that these stand behind.
 */
#define FILES                                                                                                          \
    "A1(" HEADER("20") "A1(30(8000 62(82027821 83027F70 8A0105 8B032F060E C602010A)"                                   \
                       "62(82024121 83026F01 8A0105 " ADM_ONLY "80010A 8800) 810A00000000000000000000"                 \
                       "62(820442210004 83026F02 8A0105 " READ_ALWAYS "80010C 8800) 810C010101010202020203030303"      \
                       "62(820446210003 83026F03 8A0105 8B032F0607 800106 8800) 8106000005000000"                      \
                       "62(82024121 83026F04 8A0105 " READ_ALWAYS "800200C8 8800 A503C101A5)"                          \
                       "62(82024121 83026F05 8A0105 8B032F060C 800104 8800) 8104CAFECAFE)))"

#define KEY_AES(set, kid, data, mac) KEY(set, kid, "88", data, mac)
#define KEY(set, kid, type, data, mac)                                                                                 \
    "30(950138 8201" kid " 8301" set " 30(30(8001" type " 86(" data ") 8701" mac ")))"
#define KIC_16 "101112131415161718191A1B1C1D1E1F"
#define KID_16 "202122232425262728292A2B2C2D2E2F"
#define KIC_24 KIC_16 "3031323334353637"
#define KID_24 KID_16 "4041424344454647"
#define KIC_32 KIC_24 "38393A3B3C3D3E3F"
#define KID_32 KID_24 "48494A4B4C4D4E4F"
#define DEK_16 "505152535455565758595A5B5C5D5E5F"
#define KEY_WORN(kid, data) "30(950138 8201" kid " 830105 8505FFFFFFFFFE 30(30(800188 86(" data ") 870108)))"

#define KEYS                                                                                                           \
    KEY_AES("01", "01", KIC_16, "08")                                                                                  \
    KEY_AES("01", "02", KID_16, "08")                                                                                  \
    KEY_AES("01", "03", DEK_16, "08")                                                                                  \
    KEY("02", "01", "80", KIC_16, "08")                                                                                \
    KEY("02", "02", "80", KID_16, "08")                                                                                \
    KEY_AES("03", "01", KIC_32, "04")                                                                                  \
    KEY_AES("03", "02", KID_32, "04")                                                                                  \
    KEY("04", "01", "80", KIC_24, "08")                                                                                \
    KEY("04", "02", "80", KID_24, "08")                                                                                \
    KEY_WORN("01", KIC_16)                                                                                             \
    KEY_WORN("02", KID_16)                                                                                             \
    KEY_AES("06", "01", KIC_16, "08")                                                                                  \
    KEY_AES("07", "01", KIC_24, "08")                                                                                  \
    KEY_AES("07", "02", KID_24, "08")

#define CODE "4F07A0000001515350 4F08A000000151535041"
#define TOOLKIT(level, tars) "EA(80(010000000002 01" level "(" tars ")))"
#define OPERATOR                                                                                                       \
    "A6(" HEADER("21") "A1(" CODE "4F08" MNO_SD                                                                        \
                       " 820382DC00 83010F C904 81028000" TOOLKIT("12", TAR_DOMAIN "000000") ") A2(" KEYS "))"
#define SUPPLEMENTARY                                                                                                  \
    "A6(" HEADER("22") "A1(" CODE "4F10" OTHER_SD " 8203808000 83010F C904 81028000" TOOLKIT(                          \
        "00", TAR_OTHER) ") A2(" KEY_AES("01", "01", KIC_16, "08") KEY_AES("01", "02", KID_16, "08") "))"

#define USIM_AID "A0000000871002FFFFFFFF8900000100"
#define REMOTE_FILES(id, aid, tar, level, access, rest)                                                                \
    "A7(" HEADER(id) "4F0BA00000000900050000" aid "00 A0(0403" tar ") 8101" level " 0401" access " 0401" access rest ")"
#define REMOTE                                                                                                         \
    REMOTE_FILES("23", "01", TAR_OPEN, "00", "00", "")                                                                 \
    REMOTE_FILES("24", "02", TAR_USIM, "16", "FF", "30(8010" USIM_AID "810100 820100)")                                \
    REMOTE_FILES("25", "03", TAR_RULES, "12", "02", "")                                                                \
    REMOTE_FILES("26", "04", TAR_NO_ACCESS, "00", "FF", "")

/* ---- profiles ---- */

static void install_with(struct fixture *f, const char *iccid, const char *elements)
{
    const struct wanted w = {
        .iccid = iccid, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL, .ppr = RULE_PPR2, .owner = OWNER_00101};
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    BUF_LOCAL end = {0};
    wanted_metadata(&w, &metadata);
    wanted_package(&w, &package);
    put_hex(&end, "AA07A0058000810105"); /* PE-End of the package */
    ck_assert(package.n > end.n && memcmp(package.p + package.n - end.n, end.p, end.n) == 0);
    buf_truncate(&package, package.n - end.n);
    put_hex(&package, elements);
    put_hex(&package, "AA07A005800081017F");
    f->dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    bool installed = lpa_download(&f->lpa, f->dp, NULL, &result);
    struct euicc_reason r;
    euicc_last_reason(f->card, &r);
    ck_assert_msg(installed, "%s: %s: expected %s, came %s", result.error, r.said ? r.clause : "", r.expected, r.came);
    f->dp->profile = (struct smdpp_profile){0};
}

void ota_begin(struct fixture *f, const char *lines)
{
    card_new(f, lines, NULL);
    install_with(f, ICCID_1, FILES OPERATOR SUPPLEMENTARY REMOTE);
    install_with(f, ICCID_2, OPERATOR REMOTE_FILES("23", "01", TAR_DISABLED, "00", "00", ""));
    es10(f, "BF3111A00C5A0A" ICCID_1 "810100", "BF3103800100");
    apdu(f, TERMINAL_PROFILE, "9000");
}

/* ---- server ---- */

static void take_key(struct ota_key *key, bool aes, const char *hex, size_t mac_length)
{
    BUF_LOCAL b = {0};
    put_hex(&b, hex);
    ck_assert_uint_le(b.n, sizeof key->bytes);
    *key = (struct ota_key){.aes = aes, .n = b.n, .mac_length = mac_length};
    memcpy(key->bytes, b.p, b.n);
}

void ota_server(struct ota *o, const char *tar, const char *spi, unsigned set)
{
    static const struct {
        bool aes;
        uint8_t coding; /* low half of KIc and KID */
        const char *kic, *kid;
        size_t mac_length;
    } sets[] = {
        {true, 2, KIC_16, KID_16, 8}, /* 0: none has this version */
        {true, 2, KIC_16, KID_16, 8},  {false, 5, KIC_16, KID_16, 8}, {true, 2, KIC_32, KID_32, 4},
        {false, 9, KIC_24, KID_24, 8}, {true, 2, KIC_16, KID_16, 8},  {true, 2, KIC_16, KID_16, 8},
        {true, 2, KIC_24, KID_24, 8},
    };
    BUF_LOCAL bytes = {0};
    put_hex(&bytes, tar);
    put_hex(&bytes, spi);
    ck_assert_uint_eq(bytes.n, 5);
    ck_assert_uint_lt(set, sizeof sets / sizeof sets[0]);
    *o = (struct ota){.counter = 1};
    memcpy(o->tar, bytes.p, 3);
    memcpy(o->spi, bytes.p + 3, 2);
    o->kic = o->kid = (uint8_t)(set << 4 | sets[set].coding);
    take_key(&o->cipher, sets[set].aes, sets[set].kic, sets[set].mac_length);
    take_key(&o->checksum, sets[set].aes, sets[set].kid, sets[set].mac_length);
}

static void transmit(struct fixture *f, struct slice apdu, struct buf *answer)
{
    struct lpa_reader reader;
    ck_assert(lpa_reader_card(&reader, f->card));
    ck_assert_msg(reader.transmit(reader.ctx, apdu, answer), "no answer");
    ck_assert_uint_ge(answer->n, 2);
    unsigned sw = (unsigned)answer->p[answer->n - 2] << 8 | answer->p[answer->n - 1];
    ck_assert_msg(sw == 0x9000, "ENVELOPE: %04X", sw);
    buf_truncate(answer, answer->n - 2);
}

void ota_transmit(struct fixture *f, const struct ota *o, const char *script, struct buf *answer)
{
    BUF_LOCAL text = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL envelope = {0};
    put_hex(&text, script);
    ck_assert(ota_packet(o, buf_slice(&text), &packet));
    ota_put_envelope(buf_slice(&packet), &envelope);
    transmit(f, buf_slice(&envelope), answer);
}

void ota_run(struct fixture *f, const struct ota *o, const char *script, unsigned status, const char *data)
{
    struct ota_answer opened;
    BUF_LOCAL answer = {0};
    ota_transmit(f, o, script, &answer);
    const char *why = ota_open(o, buf_slice(&answer), true, &opened);
    ck_assert_msg(!why, "%s: %s", script, why);
    ck_assert_msg(opened.status == status, "%s: status %02X", script, opened.status);
    ck_assert_mem_eq(opened.tar, o->tar, 3);
    for (unsigned i = 0; i < 5; i++)
        ck_assert_uint_eq(opened.counter[i], o->counter >> (32 - 8 * i) & 0xff);
    assert_hex(buf_slice(&opened.data), data, script);
    ota_answer_free(&opened);
}

void ota_reason(const struct fixture *f, const char *function, const char *clause, const char *expected,
                const char *came)
{
    struct euicc_reason r;
    euicc_last_reason(f->card, &r);
    if (!function) {
        ck_assert_msg(!r.said, "a reason: %s (%s): expected %s, came %s", r.function, r.clause, r.expected, r.came);
        return;
    }
    ck_assert_msg(r.said && strcmp(r.function, function) == 0 && strcmp(r.clause, clause) == 0 &&
                      strstr(r.expected, expected) && strstr(r.came, came),
                  "%s (%s): expected %s, came %s", r.said ? r.function : "none", r.clause, r.expected, r.came);
}

void ota_file_holds(struct fixture *f, const char *fid, const char *record, const char *content)
{
    struct ota o;
    BUF_LOCAL bytes = {0};
    char script[80];
    char data[600];
    put_hex(&bytes, content);
    (void)snprintf(script, sizeof script, "00A4080C047F70%s 00%s%s%02X", fid, record ? "B2" : "B0",
                   record ? record : "0000", (unsigned)bytes.n);
    (void)snprintf(data, sizeof data, "029000%s", content);
    ota_server(&o, TAR_OPEN, "0001", 0);
    ota_run(f, &o, script, 0, data);
}

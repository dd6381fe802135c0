/* The seeds of what a terminal and an OTA server send to an enabled profile: scripts of the operational, the test and
 * the TUAK package with right PINs, vectors, secure channels and secured packets. Called by make_corpus.c. */
#include "make_corpus.h"

#include "auc.h"
#include "gp_host.h"
#include "ota.h"

enum { SCRIPT_APDU, SCRIPT_RESET = 2, SCRIPT_CLONE = 5 };

/* A script under way on a card of its own, so that answers can be used. */
struct session {
    struct fuzz_card card;
    enum fuzz_kind kind;
    enum fuzz_state state;
    struct buf script;
    struct fuzz_answer answer;
};

static void begin(struct session *s, enum fuzz_kind kind, enum fuzz_state state)
{
    *s = (struct session){.kind = kind, .state = state};
    fuzz_begin(&s->card, kind, state);
}

static void end(struct session *s, const char *name)
{
    char header[16];
    (void)snprintf(header, sizeof header, "%02X%02X000002", (unsigned)s->kind, (unsigned)s->state);
    corpus_write("apdu_script", name, header, buf_slice(&s->script));
    fuzz_answer_free(&s->answer);
    buf_free(&s->script);
    fuzz_end(&s->card);
}

/* Whether this is answered with success: a script that recorded refusals only would be of little use. */
static bool send(struct session *s, struct slice command)
{
    fuzz_put_record(&s->script, SCRIPT_APDU, command);
    fuzz_apdu(&s->card, command, &s->answer);
    return s->answer.sw >> 8 == 0x90 || s->answer.sw >> 8 == 0x91 || s->answer.sw >> 8 == 0x61;
}

static bool send_hex(struct session *s, const char *digits)
{
    BUF_LOCAL command = {0};
    fuzz_put_hex(&command, digits);
    return send(s, buf_slice(&command));
}

static const struct {
    const char *name;
    enum fuzz_kind kind;
    enum fuzz_state state;
    const char *commands[32]; /* "!" in front: it has to succeed */
} scripts[] = {
    {"uicc-start",
     FUZZ_OPERATIONAL,
     FUZZ_STARTED,
     {"!00A40004023F0000", "!00A40004022FE200", "!00B000000A", "!00A40004022F0000", "!00B2010426",
      "!00A4040407A000000087100200", "!00A40004026F0700", "!00B0000009", "!00A40804047FFF6F3800", "!00B0000011",
      "!00B0830004", "0020000100", "002C000100", "!0070000001", "!01A4040407A000000087100400", "!01B0820040",
      "!80F2000000", "!00A40804067F105F3A4F5800", "!00A20104 01 FF 00"}},
    {"uicc-write",
     FUZZ_OPERATIONAL,
     FUZZ_VERIFIED,
     {"!00A4080C067F105F3A4F58",
      "!00DC01041E 41444EFFFFFFFFFFFFFFFFFFFFFFFFFF 06812143F5FFFFFFFFFFFFFFFFFF",
      "!00B2010400",
      "!00A4040C07A0000000871002",
      "!00A4000C026F07",
      "!00D6000009080910100000000010",
      "!00A4000C026F7B",
      "!00D600000300F110",
      "!0004000000",
      "00B0000003",
      "!0044000000",
      "!00A4000C023F00",
      "!00E00000(62(82024121 83026F11 8A0105 8B032F0601 800110))",
      "!00D600000401020304",
      "!00B0000010",
      "80D40000(62(83026F11 800120))",
      "!00E00000(62(82027821 83025F11 8A0105 8B032F060E C606900180830101))",
      "!00E00000(62(82044221000A 83026F12 8A0105 8B032F0601 800132 880108))",
      "!00DC01040A 00010203040506070809",
      "!00A4000C023F00",
      "!00E4000002 5F11",
      "00E80000026F11"}},
    {"uicc-pins",
     FUZZ_TEST,
     FUZZ_STARTED,
     {"0020000100", "002000010831313131FFFFFFFF", "!002000010830303030FFFFFFFF",
      "!002400011030303030FFFFFFFF31323334FFFFFFFF", "!002600010831323334FFFFFFFF", "!002800010831323334FFFFFFFF",
      "!002C000110313233343536373830303030FFFFFFFF", "!0020000A083838383838383838", "!00A4040C07A0000000871002",
      "!002000810839393939FFFFFFFF", "002600810839393939FFFFFFFF"}},
    {"uicc-objects",
     FUZZ_TEST,
     FUZZ_PLAYGROUND,
     {"!00A4000C026F04",
      "!80CB008001 5C 00",
      "!80CB008001 80 00",
      "!80DB008004 84020102",
      "80DB008006 85820100 AABB",
      "!80CB008001 84 00",
      "80CB008001 81 02",
      "!80CB000000",
      "!80DB008001 84",
      "!00A4000C026F03",
      "!8032000003 000001 00",
      "!00DC0003 03 FFFFFF",
      "8032000003 000001 00",
      "!00B2000203",
      "!00A4000C026F02",
      "!00A20104 05 6669727374 00",
      "00A20106 04 0405 7365 00",
      "00DC0102 10 000102030405060708090A0B0C0D0E0F",
      "!00A4000C026F01",
      "!00D6000002ABCD",
      "00A4000C027FD0"}},
    {"uicc-domain",
     FUZZ_OPERATIONAL,
     FUZZ_IN_DOMAIN,
     {"!80CA006600", "!80CA00E000", "!80F28002024F0000", "!80F24002024F0000", "!80E2900005 4203111111", "!80CA004200",
      "!80E4000006 D00101 D20102", "!80E4000012 4F10A0000000090005FFFFFFFF89B0001000",
      "80F0408F10A0000000090005FFFFFFFF89B0001100", "80E6200012 0000 08A000000151000000 000000", "!00A40004023F0000"}},
    {"uicc-suspend", FUZZ_OPERATIONAL, FUZZ_VERIFIED, {"8076000004 00100410 0A", "8076010008 0000000000000000"}},
    {"uicc-identity",
     FUZZ_TUAK,
     FUZZ_VERIFIED,
     {"!8078000100", "8078000200", "!0084000008", "!00A40804067FFF5FD04F0100", "00B0000000", "00D600000401020304"}},
    {"uicc-none",
     FUZZ_OPERATIONAL,
     FUZZ_NO_PROFILE,
     {"!00A40004023F0000", "00A40004022FE200", "00A4040407A000000087100200", "!00A40004022F0000", "00B2010400",
      "80F2000000", "0088008111 10 23553CBE9637A89D218AE64DAE47BF35 00", "0020000100"}},
};

static void fixed_scripts(void)
{
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        static struct session s;
        begin(&s, scripts[i].kind, scripts[i].state);
        for (size_t k = 0; k < 32 && scripts[i].commands[k]; k++) {
            const char *digits = scripts[i].commands[k];
            bool wanted = *digits == '!';
            bool good = send_hex(&s, digits + wanted);
            FUZZ_CHECK(good || !wanted, "%s: %s gives %04X", scripts[i].name, digits, s.answer.sw);
        }
        end(&s, scripts[i].name);
    }
}

static void subscriber(enum fuzz_kind kind, struct auc_subscriber *out)
{
    BUF_LOCAL k = {0};
    BUF_LOCAL opc = {0};
    if (kind == FUZZ_OPERATIONAL) {
        fuzz_put_hex(&k, "465B5CE8B199B49FAA5F0A2EE238A6BC");
        fuzz_put_hex(&opc, "CD63CB71954A9F4E48A5994E37A02BAF");
        auc_milenage(out, k.p, opc.p);
    } else if (kind == FUZZ_TEST) {
        fuzz_put_hex(&k, "000102030405060708090A0B0C0D0E0F");
        auc_test(out, k.p, 16);
    } else {
        fuzz_put_hex(&k, "ABABABABABABABABABABABABABABABAB");
        fuzz_put_hex(&opc, "BD04D9530E87513C5D837AC2AD954623A8E2330C115305A73EB45D1F40CCCBFF");
        auc_tuak(out, buf_slice(&k), opc.p, 1);
        out->res_size = 4;
    }
}

static void authentications(void)
{
    static const char *const names[] = {"uicc-milenage", "uicc-test-algorithm", "uicc-tuak"};
    static const uint8_t amf[2] = {0x80, 0};
    uint8_t rand[16] = {0x23, 0x55, 0x3c};
    for (unsigned kind = FUZZ_OPERATIONAL; kind < FUZZ_ALL_KINDS; kind++) {
        static struct session s;
        struct auc_subscriber who;
        subscriber((enum fuzz_kind)kind, &who);
        begin(&s, (enum fuzz_kind)kind, FUZZ_VERIFIED);
        for (uint8_t i = 1; i < 4; i++) {
            struct auc_vector v;
            BUF_LOCAL data = {0};
            BUF_LOCAL command = {0};
            const uint8_t sqn[6] = {0, 0, 0, 0, i == 3 ? 0 : i, 0x21}; /* the last one is old */
            FUZZ_CHECK(auc_vector(&who, rand, sqn, amf, &v), "a vector");
            auc_put_command(&v, &data);
            fuzz_put_hex(&command, "00880081");
            buf_byte(&command, (uint8_t)data.n);
            buf_append(&command, buf_slice(&data));
            buf_byte(&command, 0);
            FUZZ_CHECK(send(&s, buf_slice(&command)), "AUTHENTICATE: %04X", s.answer.sw);
        }
        (void)send_hex(&s, "0088008011 10 23553CBE9637A89D218AE64DAE47BF35 00");
        end(&s, names[kind - FUZZ_OPERATIONAL]);
    }
}

/* Secured commands in a session with each protocol. */
static void secure_channels(void)
{
    static const char *const plain[] = {"80CA006600", "80E2900005 4203111111", "80F24002024F0000"};
    static const uint8_t levels[] = {0x33, 0x03};
    for (unsigned i = 0; i < 2; i++) {
        static struct session s;
        struct gp_host h;
        BUF_LOCAL command = {0};
        fuzz_gp_host(&h, i ? 2 : 3);
        begin(&s, FUZZ_OPERATIONAL, FUZZ_STARTED);
        (void)send_hex(&s, "00A4040C08A000000151000000");
        gp_host_initialize(&h, &command);
        FUZZ_CHECK(send(&s, buf_slice(&command)), "INITIALIZE UPDATE %04X", s.answer.sw);
        FUZZ_CHECK(gp_host_initialized(&h, buf_slice(&s.answer.data)), "%s", h.error);
        buf_reset(&command);
        gp_host_authenticate(&h, levels[i], &command);
        FUZZ_CHECK(send(&s, buf_slice(&command)), "EXTERNAL AUTHENTICATE %04X", s.answer.sw);
        for (size_t k = 0; k < 3; k++) {
            BUF_LOCAL text = {0};
            fuzz_put_hex(&text, plain[k]);
            buf_reset(&command);
            gp_host_wrap(&h, buf_slice(&text), &command);
            FUZZ_CHECK(send(&s, buf_slice(&command)), "%s %04X", plain[k], s.answer.sw);
        }
        end(&s, i ? "uicc-scp02" : "uicc-scp03");
    }
}

static void packets(void)
{
    static const struct {
        const char *name;
        uint8_t kind;
        const char *parameters, *script;
    } rows[] = {
        {"files", 0, "00 12 01 01 01", "00A40000022FE2 00B000000A"},
        {"usim", 0, "01 16 19 01 01", "00A40000026F07 00D6000009080910100000000010 00B0000009"},
        {"des", 0, "00 16 19 02 01", "00A40000022F00 00B2010426"},
        {"domain", 0, "02 16 19 01 01", "80F24002024F00 00C0000000"},
        {"store", 0, "02 16 19 01 01",
         "80E62000(0000 10A0000005591010FFFFFFFF8900001000 000000) 80E29000(BF2A(91056E65773031))"},
        {"key", 0, "02 1E 19 01 01",
         "80D80081(09 881110931B24CEB4E3202A9150A3AAAB16089403D7D0E4 881110B6065FF737A277F0C00A439AF0271AB803DCC3AC) "
         "80CA00E000"},
        {"expanded", 0, "00 12 19 01 01", "AA(22(00A40000022FE2)22(00B000000A)22(0020000A083838383838383838))"},
        {"create", 0, "00 12 19 01 01",
         "00E00000(62(82024121 83026F11 8A0105 8B032F0601 800110)) 00D600000401020304 00E40000026F11"},
        {"parts", 1, "00 12 19 01 11", "00A40000022FE2 00B000000A 00A40000022F00 00B2010426"},
        {"crc", 0, "03 01 05 01 01", "80CA006600"},
        {"spoilt", 0, "00 12 19 01 11", "00A40000022FE2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        BUF_LOCAL content = {0};
        BUF_LOCAL records = {0};
        fuzz_put_hex(&content, rows[i].parameters);
        fuzz_put_hex(&content, rows[i].script);
        fuzz_put_record(&records, rows[i].kind, buf_slice(&content));
        fuzz_put_record(&records, rows[i].kind, buf_slice(&content));
        corpus_write("scp80", rows[i].name, "02000000", buf_slice(&records));
    }
}

void corpus_uicc(void)
{
    fixed_scripts();
    authentications();
    secure_channels();
    packets();
}

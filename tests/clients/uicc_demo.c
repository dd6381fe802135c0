/* uicc_demo: a telephone over libpcsclite with its home network inside (tests/lib/auc), which knows one subscriber:
 * finds the USIM of the enabled profile, authenticates (3GPP TS 31.102 7.1, TS 33.102 6.3), presents a PIN. Each run is
 * one visit to the card: power on, one function, power off. The network's counter and the last vector are kept in a
 * file, so that a later run can replay it. tools/demo runs it. Exit status 0: as it must be, 1: not, 2: wrong usage. */
#define _POSIX_C_SOURCE 200809L
#include "auc.h"
#include "lpa.h"
#include "metadata.h"

#include "base/hex.h"
#include "base/tlv.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#define AMF_SIZE 2
#define SEQUENCE_STEP 32 /* SEQ + 1, the same IND (TS 33.102 C.3.2) */

struct demo {
    struct lpa lpa;
    struct auc_subscriber subscriber;
    const char *imsi;  /* that the network knows */
    const char *state; /* file: sequence number, RAND, AUTN */
    uint64_t sequence; /* the highest that the network used */
    uint8_t rand[16];
    uint8_t autn[16];
    char *const *arguments;
    int argument_count;
};

/* ---- the card ---- */

static int failed(const char *what)
{
    fprintf(stderr, "uicc_demo: %s\n", what);
    return 1;
}

/* A command, with its GET RESPONSE. False if the card is silent. */
static bool command(struct demo *demo, struct slice capdu, struct buf *data, uint16_t *sw)
{
    buf_reset(data);
    if (lpa_command(&demo->lpa, capdu, data, sw)) return true;
    (void)failed(demo->lpa.error);
    return false;
}

/* The same from digits; true only with this status word. */
static bool send(struct demo *demo, const char *digits, struct buf *data, uint16_t expected)
{
    BUF_LOCAL capdu = {0};
    uint16_t sw;
    if (!hex_decode(slice_text(digits), &capdu) || !command(demo, buf_slice(&capdu), data, &sw)) return false;
    if (sw == expected) return true;
    fprintf(stderr, "uicc_demo: %s: %04x, expected %04x\n", digits, sw, expected);
    return false;
}

static void digits_of(struct slice swapped, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < 2 * swapped.n; i++) {
        unsigned digit = i % 2 ? swapped.p[i / 2] >> 4 : swapped.p[i / 2] & 15u;
        if (digit < 10) out[n++] = (char)('0' + digit);
    }
    out[n] = 0;
}

/* EF.DIR, record 1: 61 {4F AID, 50 label}; the application is selected. */
static bool select_first_application(struct demo *demo, bool say)
{
    BUF_LOCAL data = {0};
    BUF_LOCAL select = {0};
    struct tlv entry;
    struct tlv aid;
    struct tlv label;
    uint16_t sw;
    if (!send(demo, "00A40804022F00", &data, 0x9000) || !send(demo, "00B2010400", &data, 0x9000)) return false;
    struct slice record = buf_slice(&data);
    if (tlv_read_lax(&record, &entry) != TLV_OK || entry.tag != 0x61 || !tlv_find(entry.value, 0x4f, &aid)) {
        (void)failed("EF.DIR names no application");
        return false;
    }
    const uint8_t head[] = {0x00, 0xa4, 0x04, 0x04, (uint8_t)aid.value.n};
    buf_append(&select, SLICE(head));
    buf_append(&select, aid.value);
    char text[2 * 16 + 1];
    if (say && tlv_find(entry.value, 0x50, &label))
        printf("application: %.*s %s\n", (int)label.value.n, (const char *)label.value.p,
               hex_short(aid.value, text, sizeof text));
    BUF_LOCAL fcp = {0};
    return command(demo, buf_slice(&select), &fcp, &sw) && sw == 0x9000 && fcp.n > 2 && fcp.p[0] == 0x62;
}

/* The IMSI of the selected USIM must be the one that the network knows. */
static bool identify(struct demo *demo)
{
    BUF_LOCAL data = {0};
    char imsi[17];
    if (!send(demo, "00A40804047FFF6F07", &data, 0x9000) || !send(demo, "00B0000009", &data, 0x9000)) return false;
    if (data.n != 9 || data.p[0] == 0 || data.p[0] > 8) return failed("EF.IMSI is damaged") == 0;
    digits_of(slice_of(data.p + 1, data.p[0]), imsi);
    memmove(imsi, imsi + 1, strlen(imsi)); /* the first nibble says even or odd (TS 31.102 4.2.2) */
    printf("imsi: %s\n", imsi);
    if (strcmp(imsi, demo->imsi) == 0) return true;
    return failed("the network does not know this IMSI") == 0;
}

/* ---- the network ---- */

static void sequence_bytes(uint64_t sequence, uint8_t out[6])
{
    for (size_t i = 6; i-- > 0; sequence >>= 8)
        out[i] = (uint8_t)sequence;
}

static uint64_t sequence_of(const uint8_t bytes[6])
{
    uint64_t sequence = 0;
    for (size_t i = 0; i < 6; i++)
        sequence = sequence << 8 | bytes[i];
    return sequence;
}

static bool state_read(struct demo *demo)
{
    char sequence[17];
    char rand[33];
    char autn[33];
    BUF_LOCAL bytes = {0};
    FILE *file = demo->state ? fopen(demo->state, "r") : NULL;
    if (!file) return true; /* a subscriber who was never here */
    int n = fscanf(file, "%16s %32s %32s", sequence, rand, autn);
    (void)fclose(file);
    if (n != 3 || !hex_decode(slice_text(rand), &bytes) || !hex_decode(slice_text(autn), &bytes) || bytes.n != 32)
        return failed("the network's file is damaged") == 0;
    demo->sequence = strtoull(sequence, NULL, 16);
    memcpy(demo->rand, bytes.p, 16);
    memcpy(demo->autn, bytes.p + 16, 16);
    return true;
}

static bool state_write(const struct demo *demo)
{
    char rand[33];
    char autn[33];
    hex_encode(SLICE(demo->rand), rand);
    hex_encode(SLICE(demo->autn), autn);
    FILE *file = fopen(demo->state, "w");
    if (!file) return failed("the network's file cannot be written") == 0;
    bool good = fprintf(file, "%012llx %s %s\n", (unsigned long long)demo->sequence, rand, autn) > 0;
    return fclose(file) == 0 && good;
}

/* AUTHENTICATE, P2 81 (3G) or 80 (GSM); the card's answer. */
static bool authenticate(struct demo *demo, uint8_t p2, struct slice data, struct buf *answer, uint16_t *sw)
{
    const uint8_t head[] = {0x00, 0x88, 0x00, p2, (uint8_t)data.n};
    BUF_LOCAL capdu = {0};
    buf_append(&capdu, SLICE(head));
    buf_append(&capdu, data);
    return command(demo, buf_slice(&capdu), answer, sw);
}

/* A vector with a new RAND for this sequence number. */
static bool make_vector(const struct demo *demo, uint64_t sequence, struct auc_vector *v)
{
    static const uint8_t amf[AMF_SIZE] = {0x80, 0x00};
    uint8_t rand[16];
    uint8_t bytes[6];
    sequence_bytes(sequence, bytes);
    return getrandom(rand, sizeof rand, 0) == (ssize_t)sizeof rand &&
           auc_vector(&demo->subscriber, rand, bytes, amf, v);
}

/* Sends the next vector; all that comes back must be what the network computed. */
static int authenticate_next(struct demo *demo)
{
    struct auc_vector v;
    BUF_LOCAL data = {0};
    BUF_LOCAL answer = {0};
    BUF_LOCAL expected = {0};
    char text[200];
    uint16_t sw;
    uint64_t sequence = demo->sequence + SEQUENCE_STEP;
    if (!make_vector(demo, sequence, &v)) return failed("no vector");
    auc_put_command(&v, &data);
    auc_put_answer(&v, true, &expected);
    if (!authenticate(demo, 0x81, buf_slice(&data), &answer, &sw)) return 1;
    if (sw != 0x9000 || !slice_equal(buf_slice(&answer), buf_slice(&expected))) {
        fprintf(stderr, "uicc_demo: %04x %s\n", sw, hex_short(buf_slice(&answer), text, sizeof text));
        return 1;
    }
    demo->sequence = sequence;
    memcpy(demo->rand, v.rand, 16);
    memcpy(demo->autn, v.autn, 16);
    printf("authenticated: SQN %012llx; RES, CK, IK and Kc are the network's\n", (unsigned long long)sequence);
    /* the same RAND in a GSM context: 04 SRES 08 Kc */
    const uint8_t gsm[] = {16,         v.rand[0],  v.rand[1],  v.rand[2],  v.rand[3], v.rand[4],
                           v.rand[5],  v.rand[6],  v.rand[7],  v.rand[8],  v.rand[9], v.rand[10],
                           v.rand[11], v.rand[12], v.rand[13], v.rand[14], v.rand[15]};
    if (!authenticate(demo, 0x80, SLICE(gsm), &answer, &sw)) return 1;
    if (sw != 0x9000 || answer.n != 14 || answer.p[0] != 4 || answer.p[5] != 8 ||
        memcmp(answer.p + 1, v.sres, 4) != 0 || memcmp(answer.p + 6, v.kc, 8) != 0)
        return failed("SRES or Kc in the GSM context is not the network's");
    printf("GSM context: SRES and Kc are the network's\n");
    return state_write(demo) ? 0 : 1;
}

/* The answer must be a synchronisation failure with AUTS under a right MAC; the sequence number that it tells. */
static int read_auts(struct demo *demo, const uint8_t rand[16], struct slice answer, uint16_t sw, uint64_t *sqn_ms)
{
    uint8_t bytes[6];
    char text[200];
    if (sw == 0x9000 && answer.n == 16 && answer.p[0] == 0xdc && answer.p[1] == 14 &&
        auc_open_auts(&demo->subscriber, rand, slice_skip(answer, 2), bytes)) {
        *sqn_ms = sequence_of(bytes);
        return 0;
    }
    fprintf(stderr, "uicc_demo: no AUTS: %04x %s\n", sw, hex_short(answer, text, sizeof text));
    return 1;
}

/* ---- functions ---- */

static int command_identity(struct demo *demo)
{
    BUF_LOCAL data = {0};
    char iccid[21];
    if (!send(demo, "00A40004023F00", &data, 0x9000) || !send(demo, "00A40804022FE2", &data, 0x9000) ||
        !send(demo, "00B000000A", &data, 0x9000))
        return 1;
    metadata_iccid_digits(buf_slice(&data), iccid);
    printf("iccid: %s\n", iccid);
    return select_first_application(demo, true) && identify(demo) ? 0 : 1;
}

static int command_authenticate(struct demo *demo)
{
    return select_first_application(demo, false) && identify(demo) ? authenticate_next(demo) : 1;
}

/* What was accepted once is never accepted again, whatever happened to the card in between. */
static int command_replay(struct demo *demo)
{
    BUF_LOCAL data = {0};
    BUF_LOCAL answer = {0};
    uint64_t sqn_ms;
    uint16_t sw;
    if (!select_first_application(demo, false)) return 1;
    buf_byte(&data, 16);
    buf_append(&data, SLICE(demo->rand));
    buf_byte(&data, 16);
    buf_append(&data, SLICE(demo->autn));
    if (!authenticate(demo, 0x81, buf_slice(&data), &answer, &sw) ||
        read_auts(demo, demo->rand, buf_slice(&answer), sw, &sqn_ms) != 0)
        return 1;
    printf("replay: refused, AUTS tells SQN %012llx\n", (unsigned long long)sqn_ms);
    return sqn_ms == demo->sequence ? 0 : failed("that is not the last one");
}

/* A network that lost its counter starts at 0, is told by AUTS where the card is, and goes on from there. */
static int command_resynchronise(struct demo *demo)
{
    struct auc_vector v;
    BUF_LOCAL data = {0};
    BUF_LOCAL answer = {0};
    uint64_t sqn_ms;
    uint16_t sw;
    if (!select_first_application(demo, false)) return 1;
    if (!make_vector(demo, 0, &v)) return failed("no vector");
    auc_put_command(&v, &data);
    if (!authenticate(demo, 0x81, buf_slice(&data), &answer, &sw) ||
        read_auts(demo, v.rand, buf_slice(&answer), sw, &sqn_ms) != 0)
        return 1;
    printf("resynchronised: from SQN 000000000000 to %012llx\n", (unsigned long long)sqn_ms);
    demo->sequence = sqn_ms;
    return authenticate_next(demo);
}

/* REFERENCE [VALUE]: how many tries a PIN has left, after presenting the value if there is one. */
static int command_pin(struct demo *demo)
{
    BUF_LOCAL capdu = {0};
    BUF_LOCAL data = {0};
    uint8_t value[8];
    uint16_t sw = 0;
    const char *reference = demo->argument_count > 0 ? demo->arguments[0] : "";
    const char *pin = demo->argument_count > 1 ? demo->arguments[1] : NULL;
    if (strlen(reference) != 2 || (pin && strlen(pin) > sizeof value)) return failed("expected REFERENCE [VALUE]");
    if (!select_first_application(demo, false)) return 1;
    memset(value, 0xff, sizeof value);
    if (!hex_decode(slice_text("002000"), &capdu) || !hex_decode(slice_text(reference), &capdu))
        return failed("the reference is not hex");
    buf_byte(&capdu, pin ? 8 : 0);
    if (pin) {
        memcpy(value, pin, strlen(pin));
        buf_append(&capdu, SLICE(value));
    }
    if (!command(demo, buf_slice(&capdu), &data, &sw)) return 1;
    if (sw == 0x9000)
        printf("pin %s: right\n", reference);
    else if (sw >> 4 == 0x63c)
        printf("pin %s: %s%d tries left\n", reference, pin ? "wrong, " : "", sw & 15);
    else
        printf("pin %s: refused %04x\n", reference, sw);
    return 0;
}

static const struct {
    const char *name, *usage;
    int (*run)(struct demo *demo);
} commands[] = {
    {"identity", "", command_identity},
    {"authenticate", "", command_authenticate},
    {"replay", "", command_replay},
    {"resynchronise", "", command_resynchronise},
    {"pin", "REFERENCE [VALUE]", command_pin},
};

static int usage(FILE *to)
{
    fprintf(to, "usage: uicc_demo [--reader NAME] --imsi DIGITS --key HEX --opc HEX --state FILE COMMAND\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(to, "  %s %s\n", commands[i].name, commands[i].usage);
    return to == stdout ? 0 : 2;
}

static int run(struct demo *demo, const char *reader_name, int (*function)(struct demo *))
{
    struct lpa_reader reader = {0};
    static const struct lpa_options options = {.get_response_iso = true};
    if (!state_read(demo)) return 1;
    if (!lpa_reader_pcsc(&reader, reader_name)) {
        fprintf(stderr, "uicc_demo: no card in a reader named \"%s\"; does pcscd run, and softeuicc?\n", reader_name);
        return 1;
    }
    lpa_init(&demo->lpa, &reader, &options);
    int status = reader.power(reader.ctx, true, &demo->lpa.atr) ? function(demo) : failed("no ATR");
    if (!reader.power(reader.ctx, false, &demo->lpa.atr) && status == 0) status = failed("the card cannot be left");
    lpa_free(&demo->lpa);
    return status;
}

static bool read_key(const char *digits, uint8_t out[16])
{
    BUF_LOCAL bytes = {0};
    if (!digits || !hex_decode(slice_text(digits), &bytes) || bytes.n != 16) return false;
    memcpy(out, bytes.p, 16);
    return true;
}

int main(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"reader", required_argument, NULL, 'r'},
        {"imsi", required_argument, NULL, 'i'},
        {"key", required_argument, NULL, 'k'},
        {"opc", required_argument, NULL, 'o'},
        {"state", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct demo demo = {0};
    const char *given[128] = {['r'] = "Virtual PCD 00 00"};
    uint8_t k[16];
    uint8_t opc[16];
    for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
        if (option == 'h') return usage(stdout);
        if (option == '?') return usage(stderr);
        given[option] = optarg;
    }
    demo.imsi = given['i'];
    demo.state = given['s'];
    if (optind >= argc || !demo.imsi || !demo.state || !read_key(given['k'], k) || !read_key(given['o'], opc))
        return usage(stderr);
    auc_milenage(&demo.subscriber, k, opc);
    demo.arguments = argv + optind + 1;
    demo.argument_count = argc - optind - 1;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[optind], commands[i].name) == 0) return run(&demo, given['r'], commands[i].run);
    return usage(stderr);
}

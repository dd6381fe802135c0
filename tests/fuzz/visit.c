/* A terminal on a profile whose package was made by the fuzzer: every file is described, selected by its path, read,
 * written and searched, every PIN presented, every application asked to authenticate. Beside the oracles of card.c:
 * what is listed can be selected, and its FCP is one well-formed template. Called by saip.c. */
#include "bench.h"
#include "installed.h"

static void send(struct fuzz_card *c, const char *digits, struct fuzz_answer *a)
{
    BUF_LOCAL capdu = {0};
    fuzz_put_hex(&capdu, digits);
    fuzz_apdu(c, buf_slice(&capdu), a);
}

static bool selected(uint16_t sw)
{
    return sw == 0x9000 || sw == 0x6283 || sw == 0x6285 || sw >> 8 == 0x91;
}

/* The path without slashes and the MF; an ADF at its front by its AID, then 7FFF. */
static bool select_file(struct fuzz_card *c, const struct euicc_file_description *f, const char *adf_path,
                        const char *adf_aid, struct fuzz_answer *a)
{
    char path[EUICC_PATH_SIZE] = "";
    char command[96];
    size_t n = 0;
    for (const char *at = f->path + 4; *at; at++)
        if (*at != '/') path[n++] = *at;
    path[n] = 0;
    if (*adf_aid && strncmp(f->path, adf_path, strlen(adf_path)) == 0) {
        (void)snprintf(command, sizeof command, "00A40404(%s)00", adf_aid);
        send(c, command, a);
        if (n == 4) return selected(a->sw);
        FUZZ_CHECK(selected(a->sw), "%s: its application: %04X", f->path, a->sw);
        memcpy(path, "7FFF", 4);
    }
    (void)snprintf(command, sizeof command, n ? "00A40804(%s)00" : "00A40004023F0000", path);
    send(c, command, a);
    return selected(a->sw);
}

static void use_file(struct fuzz_card *c, const struct euicc_file_description *f)
{
    static const char *const commands[] = {
        "00B0000000",       "00D6000001A5",        "00B0000001",     "00B2010400",          "00A2010401FF00",
        "00A2010603040000", "8032000003000001 00", "80CB0080015C00", "80DB008004 80020102", "80CB00800180 00",
        "80DB008001 80",    "0004000000",          "0044000000",     "00B2000200",          "00B2000300"};
    FUZZ_ANSWER_LOCAL a = {0};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        send(c, commands[i], &a);
    if (f->sfi == 0) return;
    char command[16];
    (void)snprintf(command, sizeof command, "00B0%02X0000", 0x80 | (f->sfi & 0x1f));
    send(c, command, &a);
}

static void use_directory(struct fuzz_card *c, const struct euicc_file_description *f)
{
    char command[96];
    FUZZ_ANSWER_LOCAL a = {0};
    send(c, "80F2000000", &a);
    for (size_t i = 0; i < f->pin_count; i++) {
        (void)snprintf(command, sizeof command, "002000%02X00", f->pins[i].reference);
        send(c, command, &a);
        (void)snprintf(command, sizeof command, "002000%02X083030303030303030", f->pins[i].reference);
        send(c, command, &a);
        (void)snprintf(command, sizeof command, "002C00%02X1031313131313131313030303030303030", f->pins[i].reference);
        send(c, command, &a);
    }
    if (!*f->aid) return;
    send(c, "0088008122 10 23553CBE9637A89D218AE64DAE47BF35 10 AA689C64835000000102030405060708 00", &a);
    send(c, "0088008011 10 23553CBE9637A89D218AE64DAE47BF35 00", &a);
    send(c, "8078000100", &a);
}

/* Templates of more than 256 bytes come in pieces. */
static void check_template(struct fuzz_card *c, struct fuzz_answer *a, const char *path)
{
    struct tlv fcp;
    while (a->sw >> 8 == 0x61) {
        const uint8_t get_response[] = {0x00, 0xc0, 0x00, 0x00, (uint8_t)a->sw};
        FUZZ_ANSWER_LOCAL more = {0};
        fuzz_apdu(c, SLICE(get_response), &more);
        buf_append(&a->data, buf_slice(&more.data));
        a->sw = more.sw;
    }
    struct slice in = buf_slice(&a->data);
    FUZZ_CHECK(tlv_read(&in, &fcp) == TLV_OK && fcp.tag == 0x62 && in.n == 0, "%s: FCP of %zu bytes", path, a->data.n);
    for (in = fcp.value; in.n;)
        FUZZ_CHECK(tlv_read(&in, &fcp) == TLV_OK, "%s: the FCP ends in other bytes", path);
}

static void visit_files(struct fuzz_card *c)
{
    static struct euicc_file_description f;
    char last[EUICC_PATH_SIZE];
    char adf_path[EUICC_PATH_SIZE + 1] = "";
    char adf_aid[33] = "";
    for (const char *after = NULL; euicc_describe_file(c->card, 0, after, &f) == EUICC_OK; after = last) {
        FUZZ_ANSWER_LOCAL a = {0};
        memcpy(last, f.path, sizeof last);
        if (strlen(f.path) == 9) { /* below the MF: the file identifier of an ADF, or not */
            memcpy(adf_path, f.path, sizeof f.path);
            memcpy(adf_aid, f.aid, sizeof adf_aid);
        }
        bool found = select_file(c, &f, adf_path, adf_aid, &a) || a.sw >> 8 == 0x61;
        FUZZ_CHECK(found, "%s is listed, SELECT gives %04X", f.path, a.sw);
        check_template(c, &a, f.path);
        struct euicc_file_description copy = f;
        if (f.is_directory)
            use_directory(c, &copy);
        else
            use_file(c, &copy);
    }
}

void fuzz_visit(const struct isdp *contents)
{
    struct fuzz_card c;
    struct euicc_application_description a;
    fuzz_prepare(&c, FUZZ_OPERATIONAL);
    c.card = fuzz_card_with(contents, &c.env);
    for (size_t i = 0; euicc_describe_application(c.card, 0, i, &a) == EUICC_OK; i++) {
        char command[96];
        FUZZ_ANSWER_LOCAL answer = {0};
        (void)snprintf(command, sizeof command, "00A40400(%s)00", a.aid);
        send(&c, command, &answer);
        send(&c, "80CA00E000", &answer);
        send(&c, "8050300008010203040506070800", &answer);
    }
    visit_files(&c);
    fuzz_invariants(&c);
    fuzz_end(&c);
}

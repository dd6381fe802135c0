/* See domain_common.h. */
#include "domain_common.h"

#include "base/hex.h"

#define KEY(kvn, kid, type, data) "30(9501 18 8201" kid "8301" kvn "30(30(8001" type "86(" data "))))"
#define SET(kvn, type, enc, mac, dek) KEY(kvn, "01", type, enc) KEY(kvn, "02", type, mac) KEY(kvn, "03", type, dek)
#define ENC "000102030405060708090A0B0C0D0E0F"
#define MAC "101112131415161718191A1B1C1D1E1F"
#define DEK "202122232425262728292A2B2C2D2E2F"

static const char elements[] =
    "A6(A0(8000 810140)"
    "   A1(4F(A0000001515350) 4F(A000000151535041) 4F(" MNO_SD ") 820382DC00 83010F C90D810280008201F08301F08701F0"
    "      EA(80(010000000002010206B20100000000)))"
    "   A2(" SET("01", "80", ENC, MAC, DEK) SET("20", "80", "100102030405060708090A0B0C0D0E0F",
                                                "101102030405060708090A0B0C0D0E0F", "102102030405060708090A0B0C0D0E0F")
        KEY("21", "01", "80", ENC) KEY("21", "02", "80", MAC) SET("30", "88", ENC, MAC, DEK)
            SET("31", "88", ENC "0001020304050607", MAC "1011121314151617", DEK "2021222324252627") SET(
                "32", "88", ENC ENC, MAC MAC,
                DEK DEK) ")"
                         "   A3(04(0070(6612 7310060A2A864886FC6B0402020306020102 42038900AA 45080102030405060708))))"
                         "A6(A0(8000 810141) A1(4F(A0000001515350) 4F(A000000151535041) 4F(" SSD_1
                         ") 820380C000 83010F C900)"
                         "   A2(" SET("30", "88", MAC, ENC,
                                      DEK) ")"
                                           "   A3(04(00CF 0A 000102030405060708FF)))"
                                           "A6(A0(8000 810142) A1(4F(A0000001515350) 4F(A000000151535041) 4F(" SSD_2
                                           ") 4F(" SSD_1 ") 820180 C900))"
                                           "A7(A0(8000 810143) 4F(" RFM_1 ") A0(0403B00000) 810102 040100 040100)"
                                           "AA(A0(8000 810144))";

void domain_profile(struct fixture *f, const char *iccid)
{
    const struct wanted w = {.iccid = iccid, .profile_class = OPERATIONAL};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    wanted_metadata(&w, &metadata);
    wanted_package(&w, &package);
    ck_assert(package.n > 9 && package.p[package.n - 9] == 0xaa); /* PE-End */
    buf_truncate(&package, package.n - 9);
    put_hex(&package, elements);
    f->dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    ck_assert_msg(lpa_download(&f->lpa, f->dp, NULL, &result), "%s", result.error);
    f->dp->profile = (struct smdpp_profile){0};
}

void domain_card(struct fixture *f, const char *personality)
{
    card_new(f, personality, NULL);
    domain_profile(f, ICCID_1);
    es10(f, "BF31(A0(5A(" ICCID_1 ")) 810100)", "BF31(800100)");
    apdu(f, SELECT_MNO, MNO_FCI "9000");
}

void domain_host(struct gp_host *h, uint8_t kvn)
{
    bool scp02 = kvn < 0x30;
    *h = (struct gp_host){.protocol = scp02 ? 2 : 3, .kvn = kvn, .size = kvn > 0x30 ? 16 + 8 * (kvn - 0x30u) : 16};
    for (size_t i = 0; i < h->size; i++) {
        h->enc[i] = (uint8_t)(i % 16);
        h->mac[i] = (uint8_t)(0x10 + i % 16);
        h->dek[i] = (uint8_t)(0x20 + i % 16);
    }
    for (uint8_t i = 0; i < 8; i++)
        h->challenge[i] = (uint8_t)(0xc0 + i);
    if (!scp02) return;
    /* 10 01 02 .., 10 11 02 .., 10 21 02 .. */
    uint8_t *const keys[] = {h->enc, h->mac, h->dek};
    for (size_t k = 0; k < 3; k++)
        for (uint8_t i = 0; i < 16; i++)
            keys[k][i] = i == 0 ? 0x10 : i == 1 ? (uint8_t)(k * 16 + 1) : i;
}

void domain_send(struct fixture *f, struct slice command, struct buf *answer)
{
    uint8_t bytes[300];
    size_t n;
    ck_assert_int_eq(euicc_transmit(f->card, command.p, command.n, bytes, sizeof bytes, &n), EUICC_OK);
    buf_append(answer, slice_of(bytes, n));
}

void domain_refused(struct fixture *f, const char *request, const char *sw)
{
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    struct euicc_reason r;
    put_hex(&command, request);
    domain_send(f, buf_slice(&command), &answer);
    assert_hex(buf_slice(&answer), sw, request);
    euicc_last_reason(f->card, &r);
    ck_assert_msg(r.said, "%s: refused without a reason", request);
}

static void assert_fine(const struct fixture *f, struct buf *answer, const char *what)
{
    char text[400] = "";
    struct euicc_reason r;
    euicc_last_reason(f->card, &r);
    hex_short(buf_slice(answer), text, sizeof text);
    ck_assert_msg(answer->n >= 2 && answer->p[answer->n - 2] == 0x90 && answer->p[answer->n - 1] == 0, "%s: %s (%s %s)",
                  what, text, r.said ? r.expected : "", r.said ? r.came : "");
    buf_truncate(answer, answer->n - 2);
}

void domain_initialize(struct fixture *f, struct gp_host *h)
{
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    gp_host_initialize(h, &command);
    domain_send(f, buf_slice(&command), &answer);
    assert_fine(f, &answer, "INITIALIZE UPDATE");
    ck_assert_msg(gp_host_initialized(h, buf_slice(&answer)), "%s", h->error);
}

void domain_open(struct fixture *f, struct gp_host *h, uint8_t level)
{
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    domain_initialize(f, h);
    gp_host_authenticate(h, level, &command);
    domain_send(f, buf_slice(&command), &answer);
    assert_fine(f, &answer, "EXTERNAL AUTHENTICATE");
    ck_assert_uint_eq(answer.n, 0);
}

static void assert_row_reason(const struct fixture *f, const struct row *row)
{
    struct euicc_reason r;
    euicc_last_reason(f->card, &r);
    ck_assert_msg(r.said == (row->function != NULL), "%s: %s", row->what, r.said ? r.came : "no reason");
    if (!r.said) return;
    long offset = r.offset == (size_t)-1 ? NO_OFFSET : (long)r.offset;
    bool good = strcmp(r.function, row->function) == 0 && strcmp(r.clause, row->clause) == 0 &&
                strstr(r.expected, row->expected) && strstr(r.came, row->came) && offset == row->offset;
    ck_assert_msg(good, "%s: the reason is %s (%s) at %ld: expected \"%s\", came \"%s\"", row->what, r.function,
                  r.clause, offset, r.expected, r.came);
}

void domain_row(struct fixture *f, struct gp_host *h, const struct row *row)
{
    BUF_LOCAL plain = {0};
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    BUF_LOCAL data = {0};
    put_hex(&plain, row->request);
    gp_host_wrap(h, buf_slice(&plain), &command);
    domain_send(f, buf_slice(&command), &answer);
    ck_assert_msg(gp_host_unwrap(h, buf_slice(&answer), &data), "%s: %s", row->what, h->error);
    buf_append(&data, slice_of(answer.p + answer.n - 2, 2));
    assert_hex(buf_slice(&data), row->answer, row->what);
    assert_row_reason(f, row);
}

void domain_rows(struct fixture *f, struct gp_host *h, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        domain_row(f, h, &rows[i]);
}

/* Authentication vectors; see auc.h. The permutation of TUAK is in auc_tuak.c, the home network in auc_suci.c. */
#include "auc.h"

#include "auc_internal.h"
#include "primitives.h"

#include <openssl/evp.h>

void auc_milenage(struct auc_subscriber *s, const uint8_t k[16], const uint8_t opc[16])
{
    *s = (struct auc_subscriber){.algorithm = AUC_MILENAGE,
                                 .k_size = 16,
                                 .r = {64, 0, 32, 64, 96},
                                 .mac_size = 8,
                                 .res_size = 8,
                                 .ck_size = 16,
                                 .ik_size = 16};
    memcpy(s->k, k, 16);
    memcpy(s->opc, opc, 16);
    s->c[1][15] = 1;
    s->c[2][15] = 2;
    s->c[3][15] = 4;
    s->c[4][15] = 8;
}

void auc_tuak(struct auc_subscriber *s, struct slice k, const uint8_t topc[32], unsigned iterations)
{
    *s = (struct auc_subscriber){.algorithm = AUC_TUAK,
                                 .k_size = k.n,
                                 .iterations = iterations,
                                 .mac_size = 8,
                                 .res_size = 8,
                                 .ck_size = 16,
                                 .ik_size = 16};
    memcpy(s->k, k.p, k.n);
    memcpy(s->opc, topc, 32);
}

void auc_test(struct auc_subscriber *s, const uint8_t k[16], size_t res_size)
{
    *s = (struct auc_subscriber){
        .algorithm = AUC_TEST, .k_size = 16, .mac_size = 8, .res_size = res_size, .ck_size = 16, .ik_size = 16};
    memcpy(s->k, k, 16);
}

bool auc_milenage_opc(const uint8_t k[16], const uint8_t op[16], uint8_t opc[16])
{
    if (!test_aes_block(k, op, opc)) return false;
    for (int i = 0; i < 16; i++)
        opc[i] ^= op[i];
    return true;
}

/* ---- Milenage, bit by bit ---- */

static bool bit_of(const uint8_t *p, unsigned bit)
{
    return p[bit / 8] >> (7 - bit % 8) & 1;
}

/* OUTi = E(TEMP' ^ rot(x ^ OPc, r) ^ c) ^ OPc; TEMP' is TEMP for OUT1, nothing else; then x is TEMP. */
static bool milenage_out(const struct auc_subscriber *s, unsigned i, const uint8_t x[16], const uint8_t *temp,
                         uint8_t out[16])
{
    uint8_t in[16] = {0};
    uint8_t mixed[16];
    for (int j = 0; j < 16; j++)
        mixed[j] = x[j] ^ s->opc[j];
    for (unsigned bit = 0; bit < 128; bit++)
        if (bit_of(mixed, (bit + s->r[i - 1]) % 128)) in[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    for (int j = 0; j < 16; j++)
        in[j] ^= s->c[i - 1][j] ^ (temp ? temp[j] : 0);
    if (!test_aes_block(s->k, in, out)) return false;
    for (int j = 0; j < 16; j++)
        out[j] ^= s->opc[j];
    return true;
}

static bool milenage_temp(const struct auc_subscriber *s, const uint8_t rand[16], uint8_t temp[16])
{
    uint8_t in[16];
    for (int j = 0; j < 16; j++)
        in[j] = rand[j] ^ s->opc[j];
    return test_aes_block(s->k, in, temp);
}

static bool milenage_f1(const struct auc_subscriber *s, const uint8_t rand[16], const uint8_t sqn[6],
                        const uint8_t amf[2], bool star, uint8_t *mac)
{
    uint8_t temp[16];
    uint8_t out[16];
    const uint8_t in[16] = {sqn[0], sqn[1], sqn[2], sqn[3], sqn[4], sqn[5], amf[0], amf[1],
                            sqn[0], sqn[1], sqn[2], sqn[3], sqn[4], sqn[5], amf[0], amf[1]};
    if (!milenage_temp(s, rand, temp) || !milenage_out(s, 1, in, temp, out)) return false;
    memcpy(mac, star ? out + 8 : out, 8);
    return true;
}

static bool milenage_f2345(const struct auc_subscriber *s, struct auc_vector *v)
{
    uint8_t temp[16];
    uint8_t out[16];
    if (!milenage_temp(s, v->rand, temp) || !milenage_out(s, 2, temp, NULL, out)) return false;
    memcpy(v->res, out + 8, 8);
    memcpy(v->ak, out, 6);
    return milenage_out(s, 3, temp, NULL, v->ck) && milenage_out(s, 4, temp, NULL, v->ik);
}

/* ---- the test algorithm ---- */

static void test_f2345(const struct auc_subscriber *s, struct auc_vector *v)
{
    uint8_t x[16];
    for (int i = 0; i < 16; i++)
        x[i] = s->k[i] ^ v->rand[i];
    memcpy(v->res, x, s->res_size);
    memcpy(v->ck, x + 1, 15);
    v->ck[15] = x[0];
    memcpy(v->ik, x + 2, 14);
    v->ik[14] = x[0];
    v->ik[15] = x[1];
    memcpy(v->ak, x + 3, 6);
}

static void test_f1(const struct auc_subscriber *s, const uint8_t rand[16], const uint8_t sqn[6], const uint8_t amf[2],
                    uint8_t *mac)
{
    const uint8_t cdout[8] = {sqn[0], sqn[1], sqn[2], sqn[3], sqn[4], sqn[5], amf[0], amf[1]};
    for (int i = 0; i < 8; i++)
        mac[i] = (uint8_t)(cdout[i] ^ s->k[i] ^ rand[i]);
}

/* ---- all ---- */

static bool mac_of(const struct auc_subscriber *s, const uint8_t rand[16], const uint8_t sqn[6], const uint8_t amf[2],
                   bool star, uint8_t *mac)
{
    if (s->algorithm == AUC_MILENAGE) return milenage_f1(s, rand, sqn, amf, star, mac);
    if (s->algorithm == AUC_TUAK) {
        auc_tuak_f1(s, rand, sqn, amf, star, mac);
        return true;
    }
    test_f1(s, rand, sqn, amf, mac);
    return true;
}

static size_t sent_mac(const struct auc_subscriber *s)
{
    return s->whole_mac ? s->mac_size : 8;
}

bool auc_vector(const struct auc_subscriber *s, const uint8_t rand[16], const uint8_t sqn[6], const uint8_t amf[2],
                struct auc_vector *out)
{
    *out = (struct auc_vector){.res_size = s->res_size, .ck_size = s->ck_size, .ik_size = s->ik_size};
    memcpy(out->rand, rand, 16);
    if (s->algorithm == AUC_MILENAGE && !milenage_f2345(s, out)) return false;
    if (s->algorithm == AUC_TUAK) auc_tuak_f2345(s, out);
    if (s->algorithm == AUC_TEST) test_f2345(s, out);
    if (!mac_of(s, rand, sqn, amf, false, out->mac)) return false;
    for (int i = 0; i < 6; i++)
        out->autn[i] = (uint8_t)(sqn[i] ^ (s->no_ak ? 0 : out->ak[i]));
    memcpy(out->autn + 6, amf, 2);
    memcpy(out->autn + 8, out->mac, sent_mac(s));
    out->autn_size = 8 + sent_mac(s);
    for (size_t i = 0; i < out->res_size; i++)
        out->sres[i % 4] ^= out->res[i];
    for (size_t i = 0; i < out->ck_size; i++)
        out->kc[i % 8] ^= out->ck[i];
    for (size_t i = 0; i < out->ik_size; i++)
        out->kc[i % 8] ^= out->ik[i];
    return true;
}

bool auc_resynchronisation(const struct auc_subscriber *s, const uint8_t rand[16], const uint8_t sqn_ms[6],
                           uint8_t mac_s[32], uint8_t ak_star[6])
{
    static const uint8_t amf[2] = {0, 0};
    uint8_t temp[16];
    uint8_t out[16];
    if (s->algorithm == AUC_TUAK) auc_tuak_f5_star(s, rand, ak_star);
    if (s->algorithm == AUC_MILENAGE) {
        if (!milenage_temp(s, rand, temp) || !milenage_out(s, 5, temp, NULL, out)) return false;
        memcpy(ak_star, out, 6);
    }
    for (int i = 0; s->algorithm == AUC_TEST && i < 6; i++)
        ak_star[i] = s->k[i + 3] ^ rand[i + 3];
    return mac_of(s, rand, sqn_ms, amf, true, mac_s);
}

bool auc_open_auts(const struct auc_subscriber *s, const uint8_t rand[16], struct slice auts, uint8_t sqn_ms[6])
{
    uint8_t mac[32] = {0};
    uint8_t ak[6] = {0};
    if (auts.n != 6 + sent_mac(s) || !auc_resynchronisation(s, rand, auts.p, mac, ak)) return false;
    for (int i = 0; i < 6; i++)
        sqn_ms[i] = (uint8_t)(auts.p[i] ^ (s->no_ak ? 0 : ak[i]));
    return auc_resynchronisation(s, rand, sqn_ms, mac, ak) && memcmp(mac, auts.p + 6, auts.n - 6) == 0;
}

static void put_short(struct buf *out, const uint8_t *p, size_t n)
{
    buf_byte(out, (uint8_t)n);
    buf_append(out, slice_of(p, n));
}

void auc_put_command(const struct auc_vector *v, struct buf *out)
{
    put_short(out, v->rand, 16);
    put_short(out, v->autn, v->autn_size);
}

void auc_put_answer(const struct auc_vector *v, bool with_kc, struct buf *out)
{
    buf_byte(out, 0xdb);
    put_short(out, v->res, v->res_size);
    put_short(out, v->ck, v->ck_size);
    put_short(out, v->ik, v->ik_size);
    if (with_kc) put_short(out, v->kc, 8);
}

static void out_block(uint8_t *block, const uint8_t temp[16], const uint8_t opc[16], unsigned bytes, uint8_t c)
{
    for (unsigned i = 0; i < 16; i++)
        block[i] = temp[(i + bytes) % 16] ^ opc[(i + bytes) % 16];
    block[15] ^= c;
}

bool auc_milenage_bare(const uint8_t k[16], const uint8_t opc[16], const uint8_t rand[16], const uint8_t sqn[6],
                       const uint8_t amf[2], uint8_t out[56])
{
    EVP_CIPHER_CTX *aes = EVP_CIPHER_CTX_new();
    uint8_t temp[16];
    uint8_t in1[16];
    uint8_t blocks[64];
    int n = 0;
    for (int i = 0; i < 16; i++)
        temp[i] = rand[i] ^ opc[i];
    bool good = aes && EVP_EncryptInit_ex2(aes, EVP_aes_128_ecb(), k, NULL, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(aes, 0) == 1 && EVP_EncryptUpdate(aes, temp, &n, temp, 16) == 1;
    for (unsigned i = 0; i < 16; i++)
        in1[i] = i % 8 < 6 ? sqn[i % 8] : amf[i % 8 - 6];
    out_block(blocks, in1, opc, 8, 0);
    for (int i = 0; i < 16; i++)
        blocks[i] ^= temp[i];
    out_block(blocks + 16, temp, opc, 0, 1);
    out_block(blocks + 32, temp, opc, 4, 2);
    out_block(blocks + 48, temp, opc, 8, 4);
    good = good && EVP_EncryptUpdate(aes, blocks, &n, blocks, 64) == 1;
    for (int i = 0; i < 64; i++)
        blocks[i] ^= opc[i % 16];
    memcpy(out, blocks, 8);            /* f1 */
    memcpy(out + 8, blocks + 24, 8);   /* f2 */
    memcpy(out + 16, blocks + 32, 32); /* f3, f4 */
    memcpy(out + 48, blocks + 16, 6);  /* f5 */
    memset(out + 54, 0, 2);
    EVP_CIPHER_CTX_free(aes);
    return good;
}

/* See aka_common.h. */
#include "aka_common.h"

#include "base/hex.h"

#include <stdio.h>

static void read_file(const char *name, struct buf *out)
{
    char path[512];
    uint8_t piece[4096];
    (void)snprintf(path, sizeof path, "%s/%s", TEST_PROFILES_DIR, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s cannot be read", path);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(out, slice_of(piece, n));
    (void)fclose(file);
}

static void replace(struct buf *b, const char *from, const char *to)
{
    BUF_LOCAL old = {0};
    BUF_LOCAL new = {0};
    put_hex(&old, from);
    put_hex(&new, to);
    ck_assert_uint_eq(old.n, new.n);
    ck_assert_ptr_nonnull(b->p);
    for (size_t i = 0; i + old.n <= b->n; i++) {
        if (memcmp(b->p + i, old.p, old.n) != 0) continue;
        memcpy(b->p + i, new.p, new.n);
        return;
    }
    ck_abort_msg("%s is not in the package", from);
}

/* The element with its PEHeader kept and other content behind it; nothing for an empty content. */
static void put_aka(struct buf *out, const struct tlv *element, const char *content)
{
    struct slice in = element->value;
    struct tlv header;
    ck_assert(tlv_next(&in, &header));
    if (content[0] == 0) return;
    size_t mark = tlv_open(out, 0xa4);
    buf_append(out, header.whole);
    put_hex(out, content);
    tlv_close(out, mark);
}

static void make_package(const struct aka_profile *p, const char *iccid, struct buf *out)
{
    BUF_LOCAL file = {0};
    struct tlv element;
    char reading[21];
    read_file(p->file ? p->file : "tiny.der", &file);
    for (size_t i = 0; i < 4 && p->replace[i].from; i++)
        replace(&file, p->replace[i].from, p->replace[i].to);
    if (!p->file) {
        for (size_t i = 0; i < 20; i++)
            reading[i] = iccid[i ^ 1];
        reading[20] = 0;
        replace(&file, "98001010000000000082", iccid);
        replace(&file, "89000101000000000028", reading);
    }
    for (struct slice in = buf_slice(&file); tlv_next(&in, &element);) {
        if (element.tag == 0xaa && p->before_end) put_hex(out, p->before_end);
        if (element.tag == p->drop) continue;
        if (element.tag == 0xa4 && p->aka)
            put_aka(out, &element, p->aka);
        else
            buf_append(out, element.whole);
    }
}

void aka_install(struct fixture *f, const char *iccid, const struct aka_profile *p)
{
    const struct wanted w = {.iccid = iccid, .profile_class = OPERATIONAL};
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    wanted_metadata(&w, &metadata);
    make_package(p, iccid, &package);
    f->dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    ck_assert_msg(lpa_download(&f->lpa, f->dp, NULL, &result), "installation: %s", result.error);
    f->dp->profile = (struct smdpp_profile){0};
}

void aka_enable(struct fixture *f, const char *iccid)
{
    char request[64];
    (void)snprintf(request, sizeof request, "BF31(A0(5A(%s))8101FF)", iccid);
    es10(f, request, "BF3103800100");
    ck_assert_int_eq(euicc_reset(f->card, NULL), EUICC_OK);
}

/* ICCIDs of the packages that are taken as they are. */
static const char *iccid_of(const struct aka_profile *p)
{
    if (!p->file) return ICCID_1;
    return strcmp(p->file, "tuak.der") == 0 ? "98001010000000000063" : "98001010000000000044";
}

void aka_card(struct fixture *f, const char *personality, const struct aka_profile *p)
{
    card_new(f, personality, NULL);
    aka_install(f, iccid_of(p), p);
    aka_enable(f, iccid_of(p));
}

/* ---- authentications ---- */

static void bytes(const char *hex, uint8_t *out, size_t n)
{
    BUF_LOCAL b = {0};
    put_hex(&b, hex);
    ck_assert_uint_eq(b.n, n);
    memcpy(out, b.p, n);
}

void aka_subscriber(struct auc_subscriber *s)
{
    uint8_t k[16];
    uint8_t opc[16];
    bytes(K_1, k, 16);
    bytes(OPC_1, opc, 16);
    auc_milenage(s, k, opc);
}

void aka_sqn_bytes(uint64_t sqn, uint8_t out[6])
{
    for (size_t i = 6; i-- > 0; sqn >>= 8)
        out[i] = (uint8_t)sqn;
}

void aka_vector(const struct auc_subscriber *s, uint64_t sqn, const char *amf, struct auc_vector *v)
{
    uint8_t rand[16];
    uint8_t sqn_bytes[6];
    uint8_t amf_bytes[2];
    bytes(RAND_1, rand, 16);
    bytes(amf, amf_bytes, 2);
    aka_sqn_bytes(sqn, sqn_bytes);
    ck_assert(auc_vector(s, rand, sqn_bytes, amf_bytes, v));
}

void aka_authenticate(struct fixture *f, const struct auc_vector *v, struct buf *answer)
{
    struct lpa_reader reader;
    BUF_LOCAL command = {0};
    BUF_LOCAL data = {0};
    auc_put_command(v, &data);
    put_hex(&command, "00880081");
    buf_byte(&command, (uint8_t)data.n);
    buf_append(&command, buf_slice(&data));
    buf_byte(&command, 0);
    ck_assert(lpa_reader_card(&reader, f->card));
    ck_assert(reader.transmit(reader.ctx, buf_slice(&command), answer));
}

void aka_accepted(struct fixture *f, const struct auc_subscriber *s, uint64_t sqn, bool with_kc)
{
    struct auc_vector v;
    struct euicc_reason r;
    BUF_LOCAL answer = {0};
    BUF_LOCAL wanted = {0};
    char came[300];
    aka_vector(s, sqn, "8000", &v);
    aka_authenticate(f, &v, &answer);
    auc_put_answer(&v, with_kc, &wanted);
    put_hex(&wanted, "9000");
    euicc_last_reason(f->card, &r);
    ck_assert_msg(slice_equal(buf_slice(&answer), buf_slice(&wanted)), "SQN %llX: %s: %s", (unsigned long long)sqn,
                  hex_short(buf_slice(&answer), came, sizeof came), r.said ? r.expected : "");
}

void aka_stale(struct fixture *f, const struct auc_subscriber *s, uint64_t sqn, uint64_t sqn_ms)
{
    struct auc_vector v;
    uint8_t said[6];
    uint8_t wanted[6];
    BUF_LOCAL answer = {0};
    char came[300];
    aka_vector(s, sqn, "8000", &v);
    aka_authenticate(f, &v, &answer);
    ck_assert_msg(answer.n > 4 && answer.p[0] == 0xdc && answer.p[1] == answer.n - 4 && answer.p[answer.n - 2] == 0x90,
                  "SQN %llX: %s", (unsigned long long)sqn, hex_short(buf_slice(&answer), came, sizeof came));
    ck_assert(auc_open_auts(s, v.rand, slice_of(answer.p + 2, answer.n - 4), said));
    aka_sqn_bytes(sqn_ms, wanted);
    ck_assert_mem_eq(said, wanted, 6);
}

/* Seeds from the known answers of tests/kat: requests of real eIMs and LPAs and of public tests, as they are, and the
 * certificates of a real card. Their signatures are of other cards' sessions; what they bring is the DER of others.
 * Called by make_corpus.c. */
#include "make_corpus.h"

static void request(const char *name, const char *header, struct slice bytes)
{
    struct slice in = bytes;
    struct tlv t;
    if (tlv_read(&in, &t) == TLV_OK && t.tag >= 0xbf00 && t.tag <= 0xbfff) corpus_write("es10", name, header, bytes);
    corpus_write("tlv", name, "", bytes);
}

/* Requests and answers alike: a function that gets its own answer is asked something too. */
static void packages(void)
{
    struct kat *known = kat_open("sgp32.txt");
    FUZZ_CHECK(known, "sgp32.txt");
    for (size_t i = 0; i < kat_count(known, "id"); i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "id.%zu", i);
        const char *name = kat_text(known, id);
        request(name, i & 1 ? "020002000000" : "010002000000", kat_slicef(known, "%s.hex", name));
    }
    kat_free(known);
}

/* euiccCertificate and eumCertificate of an AuthenticateServerResponse (SGP.22 5.7.13). */
static void certificates(struct slice response)
{
    struct tlv outer;
    struct tlv ok;
    struct tlv t;
    unsigned n = 0;
    FUZZ_CHECK(tlv_read(&response, &outer) == TLV_OK && tlv_find(outer.value, 0xa0, &ok), "no response that is good");
    for (struct slice in = ok.value; tlv_read(&in, &t) == TLV_OK; n++)
        if (t.tag == 0x30 && n) corpus_write("certificate", n == 2 ? "real-euicc" : "real-eum", "", t.whole);
}

static void session(const char *file, const char *prefix)
{
    struct kat *known = kat_open(file);
    BUF_LOCAL script = {0};
    FUZZ_CHECK(known, "%s", file);
    for (size_t i = 0; i < kat_count(known, "messages"); i++) {
        struct slice asked = kat_slicef(known, "messages.%zu.req", i);
        struct slice in = asked;
        struct tlv t;
        char name[64];
        fuzz_put_record(&script, 1, asked);
        (void)snprintf(name, sizeof name, "%s-%zu", prefix, i);
        if (tlv_read(&in, &t) != TLV_OK || t.tag < 0xbf00) continue;
        request(name, "000002000000", asked);
        if (t.tag == 0xbf38) certificates(kat_slicef(known, "messages.%zu.rsp", i));
    }
    corpus_write("apdu_script", prefix, "0000000002", buf_slice(&script));
    kat_free(known);
}

void corpus_known(void)
{
    packages();
    session("real-session.txt", "real-session");
}

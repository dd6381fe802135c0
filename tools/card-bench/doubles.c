/* The other side for cases in C: LPA and SM-DP+ of tests/lib on the card of the bench, with the keys of the SGP.26 test
 * PKI that are built in. See bench.h. */
#define _GNU_SOURCE
#include "bench.h"

#include "bench_iot.h"

#include "material.h"

#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>

struct slice bench_material(const char *name)
{
    for (size_t i = 0; material[i].name; i++)
        if (strcmp(material[i].name, name) == 0) return slice_of(material[i].bytes, material[i].n);
    return (struct slice){0};
}

bool bench_key(const char *name, enum test_curve curve, struct test_key *key)
{
    char file[64];
    BUF_LOCAL raw = {0};
    (void)snprintf(file, sizeof file, "%s.key.hex", name);
    return hex_decode(bench_material(file), &raw) && raw.n == 32 && test_key_private(key, curve, buf_slice(&raw));
}

/* ---- a reader for doubles ---- */

static bool reader_transmit(void *ctx, struct slice command, struct buf *answer)
{
    struct bench *b = ctx;
    if (!bench_exchange(b, command)) return false;
    buf_reset(answer);
    buf_append(answer, buf_slice(&b->answer));
    return buf_err(answer) == OK;
}

static bool give_atr(const struct bench *b, struct buf *atr)
{
    buf_reset(atr);
    buf_append(atr, buf_slice(&b->atr));
    return buf_err(atr) == OK;
}

static bool reader_power(void *ctx, bool on, struct buf *atr)
{
    return bench_power(ctx, on) && (!on || give_atr(ctx, atr));
}

static bool reader_reset(void *ctx, struct buf *atr)
{
    return bench_reset(ctx) && give_atr(ctx, atr);
}

static void reader_close(void *ctx)
{
    (void)ctx;
}

void bench_reader(struct bench *b, struct lpa_reader *reader)
{
    *reader = (struct lpa_reader){
        .ctx = b, .transmit = reader_transmit, .power = reader_power, .reset = reader_reset, .close = reader_close};
}

struct lpa *bench_lpa(struct bench *b)
{
    const struct lpa_options options = {.channel = -1};
    struct lpa_reader reader;
    if (b->has_lpa) return bench_goes_on(b) ? &b->lpa : NULL;
    bench_reader(b, &reader);
    ipa_init(&b->ipa, &reader, &options, bench_iot_version(b));
    b->ipa.switching = IPA_SWITCH_RESET;
    b->has_lpa = true;
    enum section section = b->section;
    b->section = SECTION_GIVEN; /* how the ISD-R is reached is not the point of a case that has an LPA */
    bool open = lpa_open(&b->lpa);
    b->section = section;
    if (open) return &b->lpa;
    (void)bench_verdict(b, VERDICT_ERROR, "the ISD-R cannot be reached: %s", b->lpa.error);
    return NULL;
}

/* ---- the SM-DP+ ---- */

bool bench_anchors(struct bench *b, enum test_curve curve, struct pki_anchor anchors[2])
{
    for (size_t i = 0; i < 2; i++) {
        bool brainpool = (curve == TEST_BP256) != (i == 1);
        struct pki_certificate ci;
        const char *why;
        if (!pki_read(bench_material(brainpool ? "ci-brainpool.der" : "ci-nist.der"), &ci, &why))
            return bench_verdict(b, VERDICT_ERROR, "the CIs of the test PKI do not read: %s", why);
        anchors[i].key = ci.key;
        test_key_identifier(&ci.key, anchors[i].id);
    }
    return true;
}

struct smdpp *bench_smdpp(struct bench *b, enum test_curve curve, int number)
{
    const char *names[] = {"nist", "brainpool"};
    const char *name = names[curve == TEST_BP256];
    const char *server = number == 2 ? "dp2" : "dp";
    struct smdpp_config config = {0};
    char files[4][40];
    if (b->smdpp) return b->smdpp;
    (void)snprintf(files[0], sizeof files[0], "%sauth-%s", server, name);
    (void)snprintf(files[1], sizeof files[1], "%spb-%s", server, name);
    (void)snprintf(files[2], sizeof files[2], "%sauth-%s.der", server, name);
    (void)snprintf(files[3], sizeof files[3], "%spb-%s.der", server, name);
    config.auth_certificate = bench_material(files[2]);
    config.pb_certificate = bench_material(files[3]);
    config.seed = slice_of(&b->options->seed, sizeof b->options->seed);
    bool good = bench_key(files[0], curve, &config.auth_key) && bench_key(files[1], curve, &config.pb_key) &&
                bench_anchors(b, curve, config.anchors);
    config.anchor_count = 2;
    b->smdpp = good ? smdpp_new(&config) : NULL;
    if (!b->smdpp) (void)bench_verdict(b, VERDICT_ERROR, "the SM-DP+ of the bench cannot be made");
    return b->smdpp;
}

/* What the files of the SM-DP+ double share; see smdpp.h. */
#ifndef SOFTEUICC_TESTS_SMDPP_INTERNAL_H
#define SOFTEUICC_TESTS_SMDPP_INTERNAL_H

#include "base/tlv.h"
#include "smdpp.h"

/* Records why and gives false. */
bool smdpp_fail(struct smdpp *dp, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* 32 bytes that follow from the seed; others with each call. */
void smdpp_draw(struct smdpp *dp, uint8_t out[32]);
void smdpp_keep(struct buf *b, struct slice s);

static inline struct slice smdpp_or(struct slice spoiled, struct slice right)
{
    return spoiled.n ? spoiled : right;
}

/* Takes the next TLV off *in, which must have this tag. */
bool smdpp_take(struct smdpp *dp, struct slice *in, uint32_t tag, const char *name, struct tlv *out);
/* *in must be used up. */
bool smdpp_end(struct smdpp *dp, struct slice in, const char *name);
/* Appends 5F37 with the signature over `input`, or with `instead` if that is not empty. */
bool smdpp_put_signature(struct buf *b, const struct test_key *key, struct slice input, struct slice instead);
/* The protected sections and BF23 of a package (smdpp_bpp.c). */
bool smdpp_build_body(struct smdpp *dp, const struct test_key *otsk, const struct test_key *otpk, struct buf *body);

/* The card's BF38 and BF21 against the session, strictly (smdpp_check.c); they fill in what the session keeps. */
bool smdpp_check_authenticate(struct smdpp *dp, struct slice response);
bool smdpp_check_prepare(struct smdpp *dp, struct slice response);

static inline const struct test_key *smdpp_pb_key(const struct smdpp *dp)
{
    return dp->spoil.pb_key ? dp->spoil.pb_key : &dp->config.pb_key;
}

#endif

/* What the fuzz targets share: oracles, scripts of records, and mutators that know TLVs; bench.h has the cards. Every
 * target is one file with LLVMFuzzerTestOneInput, for libFuzzer and AFL++; main_replay.c makes an ordinary program of
 * it.
 *
 * A finding is an abort with a line on stderr. Nothing here depends on the clock or on chance: the same input gives the
 * same commands, answers and randomness. */
#ifndef SOFTEUICC_TESTS_FUZZ_H
#define SOFTEUICC_TESTS_FUZZ_H

#include "base/tlv.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- what libFuzzer calls ---- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t cap, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t an, const uint8_t *b, size_t bn, uint8_t *out, size_t cap,
                                 unsigned seed);
/* libFuzzer's own mutator; main_replay.c has a small one of its own. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t cap);

/* An oracle: ends the program with a line that says what does not hold. */
#define FUZZ_CHECK(holds, ...) ((holds) ? (void)0 : fuzz_fail(#holds, __FILE__, __LINE__, __VA_ARGS__))
_Noreturn void fuzz_fail(const char *what, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* xorshift; the state must not be 0. */
uint32_t fuzz_random(uint64_t *state);
/* Appends what the digits spell; blanks are skipped, "(..)" is a DER length and its content. */
void fuzz_put_hex(struct buf *b, const char *digits);
/* Reads a whole file of the source tree (path from its top). */
void fuzz_read_source(const char *path, struct buf *out);

#define FUZZ_ICCID_1 "980010100000000001F1"
#define FUZZ_ICCID_2 "980010100000000002F1"

/* ---- script.c: records ---- */

/* An input that is a list: kind, 2 bytes of length, content. A length past the end means: to the end. */
struct fuzz_record {
    uint8_t kind;
    struct slice content;
};
bool fuzz_next_record(struct slice *in, struct fuzz_record *out);
void fuzz_put_record(struct buf *b, uint8_t kind, struct slice content);

/* ---- mutator.c ---- */

struct fuzz_choice {
    uint32_t tag;
    const char *values[24]; /* in digits */
};

/* What a mutator may put in. */
struct fuzz_words {
    const uint32_t *tags;
    size_t tag_count;
    const char *const *values; /* contents in digits */
    size_t value_count;
    const char *const *objects; /* whole TLVs in digits; ended by NULL */
    /* Contents that fit a tag, so that a change may well be accepted; ended by tag 0. NULL: none are known. */
    const struct fuzz_choice *choices;
    /* Records of the first kinds (a bit each) are one C-APDU, those of the second `script_at` bytes and commands one
     * after the other. */
    uint32_t command_kinds, script_kinds;
    size_t script_at;
    const char *const *commands; /* in digits; ended by NULL */
};
extern const struct fuzz_words fuzz_es10_words, fuzz_package_words, fuzz_saip_words, fuzz_certificate_words;

/* ---- mutator_commands.c ---- */

extern const char *const fuzz_uicc_commands[];
void fuzz_put_command(uint64_t *random, const struct fuzz_words *words, struct buf *out);
void fuzz_mutate_command(struct slice in, uint64_t *random, const struct fuzz_words *words, struct buf *out);
void fuzz_mutate_script(struct slice in, uint64_t *random, const struct fuzz_words *words, struct buf *out);

/* Changes TLVs behind the first `header` bytes: drops, doubles, retags, wraps, trades, inserts, changes contents, with
 * the lengths around them put right (mostly). Now and then only libFuzzer's own mutation. */
size_t fuzz_mutate_tlv(uint8_t *data, size_t n, size_t cap, uint64_t *random, size_t header,
                       const struct fuzz_words *words);
/* The same for records; TLVs inside those whose bit is in tlv_kinds. */
size_t fuzz_mutate_records(uint8_t *data, size_t n, size_t cap, uint64_t *random, size_t header, uint8_t kinds,
                           uint32_t tlv_kinds, const struct fuzz_words *words);
/* The TLVs of `in`, changed in one to three places. False: there is none. */
bool fuzz_mutate_objects(struct slice in, uint64_t *random, const struct fuzz_words *words, struct buf *out);
/* Part of b into a. */
size_t fuzz_cross(struct slice a, struct slice b, uint8_t *out, size_t cap, uint64_t *random, size_t header);

/* Defines both of libFuzzer's hooks for a target whose input is `header` bytes and TLVs. */
#define FUZZ_TLV_MUTATOR(header, words)                                                                                \
    size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t cap, unsigned seed)                                 \
    {                                                                                                                  \
        uint64_t random = 0x9e3779b97f4a7c15u ^ ((uint64_t)seed + 1) << 17;                                            \
        return fuzz_mutate_tlv(data, n, cap, &random, header, words);                                                  \
    }                                                                                                                  \
    FUZZ_CROSS_OVER(header)
#define FUZZ_RECORDS_MUTATOR(header, kinds, tlv_kinds, words)                                                          \
    size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t cap, unsigned seed)                                 \
    {                                                                                                                  \
        uint64_t random = 0x9e3779b97f4a7c15u ^ ((uint64_t)seed + 1) << 17;                                            \
        return fuzz_mutate_records(data, n, cap, &random, header, kinds, tlv_kinds, words);                            \
    }                                                                                                                  \
    FUZZ_CROSS_OVER(header)
#define FUZZ_CROSS_OVER(header)                                                                                        \
    size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t an, const uint8_t *b, size_t bn, uint8_t *out,           \
                                     size_t cap, unsigned seed)                                                        \
    {                                                                                                                  \
        uint64_t random = 0x9e3779b97f4a7c15u ^ ((uint64_t)seed + 1) << 17;                                            \
        return fuzz_cross(slice_of(a, an), slice_of(b, bn), out, cap, &random, header);                                \
    }

#endif

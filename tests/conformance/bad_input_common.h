/* What the tests of bad input share: samples of every request with the card as it was just before, commands to a card
 * with checks that hold for any answer whatever came in, and a card that has to work afterwards. */
#ifndef SOFTEUICC_TESTS_BAD_INPUT_COMMON_H
#define SOFTEUICC_TESTS_BAD_INPUT_COMMON_H

#include "common.h"

/* One request, and the card before it; both owned. */
struct sample {
    char name[32];
    struct buf request; /* the whole content of a STORE DATA chain */
    euicc *before;
};

#define SAMPLES_MAX 96

struct samples {
    struct fixture f;
    euicc_random *random; /* of all copies */
    struct sample list[SAMPLES_MAX];
    size_t n;
};

/* Walks an LPA through every ES10 function and two downloads; each request becomes a sample. The card in `f` then has
 * two profiles, the first enabled, and notifications. */
void samples_make(struct samples *s);
void samples_free(struct samples *s);

/* A copy of `card`, in memory, with the random source of the samples. */
euicc *copy_card(const struct samples *s, const euicc *card);

/* The last command's outcome. `data` without the status word, all pieces of it. */
struct answer {
    struct buf data;
    uint16_t sw;
    bool said; /* a reason was given */
};
void answer_free(struct answer *answer);
#define ANSWER_LOCAL __attribute__((cleanup(answer_free))) struct answer

/* One APDU (an exact-size copy on the heap). Checked: an answer with a status word that exists; a whole reason if and
 * only if the status word refuses, its offset inside the data. `what` names the case in messages. */
void send_apdu(euicc *card, struct slice capdu, struct answer *out, const char *what);
/* A request through STORE DATA on channel 0. Checked besides: the answer is DER with the tag of the request (BF37 for
 * segments), a reason if and only if the status word or the code in it refuses. */
void send_request(euicc *card, struct slice request, struct answer *out, const char *what);
/* SELECT ISD-R and GetEID work and give this card's EID. */
void assert_usable(euicc *card, const char *what);
/* A whole good download works on it, then the profile goes again. */
void assert_downloads(struct samples *s, euicc *card, const char *what);

/* A number from a fixed seed (xorshift). */
uint32_t next_random(uint64_t *state);

#endif

/* A right card is asked, and rules get its answers to see as if they stood before it: those that fire there would make
 * a wrong card of it, until then they are not to be felt. See wrong_rules.h; called by wrong_main.c. */
#include "wrong_rules.h"

#include "mutate/mutate.h"

#include <string.h>

#define FILES_MAX 64

/* One file of rules, before a card that gives the answer that was given. */
struct watcher {
    struct mutate *rules;
    bool *seen;
    bool asked;
};

static struct {
    struct watcher list[FILES_MAX];
    size_t n;
    const uint8_t *answer;
    size_t answer_n;
    int result;
} watch;

static void fires(void *ctx, const char *line)
{
    (void)line;
    *((struct watcher *)ctx)->seen = true;
}

/* Rules that ask for more than what was asked (GET RESPONSE for the rest) are about to fire. */
static int replay(void *ctx, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn)
{
    struct watcher *w = ctx;
    (void)capdu;
    (void)n;
    if (w->asked) *w->seen = true;
    if (w->asked || watch.answer_n > cap) return EUICC_SHORT_BUFFER;
    w->asked = true;
    if (watch.result != EUICC_OK) return watch.result;
    memcpy(rapdu, watch.answer, watch.answer_n);
    *rn = watch.answer_n;
    return EUICC_OK;
}

/* "card:" rules ask for a signature when they fire. */
static int signs(void *ctx, struct euicc_bytes was, const uint8_t signature[64], struct euicc_bytes becomes,
                 uint8_t out[64])
{
    (void)was;
    (void)signature;
    (void)becomes;
    (void)out;
    *((struct watcher *)ctx)->seen = true;
    return EUICC_BAD_ARGUMENT;
}

bool wrong_rules_begin(const struct slice *files, size_t n, bool *seen)
{
    struct euicc_diagnostic why;
    for (size_t i = 0; i < n; i++) {
        struct watcher *w = &watch.list[i];
        if (i == FILES_MAX) return false;
        *w = (struct watcher){.seen = &seen[i]};
        watch.n = i + 1;
        if (mutate_new(&w->rules, files[i], 1, &why) != EUICC_OK) return false;
        const struct mutate_card card = {.ctx = w, .transmit = replay, .sign_again = signs};
        mutate_begin(w->rules, &card, fires, w);
    }
    return true;
}

void wrong_rules_end(void)
{
    for (size_t i = 0; i < watch.n; i++)
        mutate_free(watch.list[i].rules);
    watch.n = 0;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
int __real_euicc_transmit(euicc *card, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn);
int __wrap_euicc_transmit(euicc *card, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn);
int __wrap_euicc_transmit(euicc *card, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn)
{
    static uint8_t turned[65538];
    size_t turned_n;
    unsigned delay;
    watch.result = __real_euicc_transmit(card, capdu, n, rapdu, cap, rn);
    watch.answer = rapdu;
    watch.answer_n = watch.result == EUICC_OK ? *rn : 0;
    for (size_t i = 0; i < watch.n; i++) {
        struct watcher *w = &watch.list[i];
        w->asked = false;
        if (!*w->seen) (void)mutate_transmit(w->rules, slice_of(capdu, n), turned, sizeof turned, &turned_n, &delay);
    }
    return watch.result;
}

static int see_atr(int result, bool cold, const struct euicc_atr *atr)
{
    for (size_t i = 0; result == EUICC_OK && i < watch.n; i++) {
        struct euicc_atr turned = *atr;
        mutate_power(watch.list[i].rules, cold, &turned);
    }
    return result;
}

int __real_euicc_power_on(euicc *card, struct euicc_atr *atr);
int __wrap_euicc_power_on(euicc *card, struct euicc_atr *atr);
int __wrap_euicc_power_on(euicc *card, struct euicc_atr *atr)
{
    return see_atr(__real_euicc_power_on(card, atr), true, atr);
}

int __real_euicc_reset(euicc *card, struct euicc_atr *atr);
int __wrap_euicc_reset(euicc *card, struct euicc_atr *atr);
int __wrap_euicc_reset(euicc *card, struct euicc_atr *atr)
{
    return see_atr(__real_euicc_reset(card, atr), false, atr);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

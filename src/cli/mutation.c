/* run --mutate RULES; see mutation.h and src/mutate. Called by run.c. */
#define _GNU_SOURCE
#include "cli/mutation.h"

#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { RULES_BYTES_MAX = 1 << 20 };

static bool read_file(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error = fd < 0 ? errno : read_all(fd, RULES_BYTES_MAX, out);
    if (fd >= 0) close(fd);
    if (error == 0 && out->n > RULES_BYTES_MAX) error = EFBIG;
    if (error) complain("--mutate %s: %s", path, strerror(error));
    return error == 0;
}

/* A seed that is not given comes from the operating system; small enough to be typed again. */
static bool draw_seed(uint64_t *seed)
{
    euicc_random *random = NULL;
    uint8_t bytes[4];
    bool ok = euicc_random_new(&random, false, 0) == EUICC_OK;
    if (ok) ok = euicc_random_bytes(random, bytes, sizeof bytes) == EUICC_OK;
    if (ok) *seed = (uint64_t)bytes[0] << 24 | (uint64_t)bytes[1] << 16 | (uint64_t)bytes[2] << 8 | bytes[3];
    if (!ok) complain("--mutate: no random numbers for a seed");
    euicc_random_free(random);
    return ok;
}

bool mutation_open(struct mutation *mutation, const struct options *options)
{
    struct euicc_diagnostic why = {0};
    BUF_LOCAL text = {0};
    if (!options->mutate) return true;
    mutation->path = options->mutate;
    mutation->seed = options->mutate_seed;
    if (!(options->given & OPTION_MUTATE_SEED) && !draw_seed(&mutation->seed)) return false;
    if (!read_file(options->mutate, &text)) return false;
    if (mutate_new(&mutation->rules, buf_slice(&text), mutation->seed, &why) == EUICC_OK) return true;
    complain("--mutate %s: %s", options->mutate, why.text);
    return false;
}

/* ---- the filter ---- */

static int filter_transmit(void *ctx, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn,
                           unsigned *delay_ms)
{
    return mutate_transmit(ctx, slice_of(capdu, n), rapdu, cap, rn, delay_ms);
}

static void filter_power(void *ctx, bool cold, struct euicc_atr *atr)
{
    mutate_power(ctx, cold, atr);
}

static void filter_atr(void *ctx, struct euicc_atr *atr)
{
    mutate_atr(ctx, atr);
}

static void say(void *ctx, const char *line)
{
    char text[512];
    (void)snprintf(text, sizeof text, "mutate: %s", line);
    log_note(ctx, text);
}

void mutation_begin(struct mutation *mutation, euicc *card, struct log *log)
{
    const struct mutate_card behind = mutate_card_of(card);
    char text[512];
    mutate_begin(mutation->rules, &behind, log ? say : NULL, log);
    mutation->filter = (struct transport_filter){mutation->rules, filter_transmit, filter_power, filter_atr};
    (void)snprintf(text, sizeof text, "mutate: %zu rules of %s; the same again: --mutate-seed %llu",
                   mutate_count(mutation->rules), mutation->path, (unsigned long long)mutation->seed);
    if (log) log_note(log, text);
}

const struct transport_filter *mutation_filter(struct mutation *mutation)
{
    return mutation->rules ? &mutation->filter : NULL;
}

void mutation_close(struct mutation *mutation)
{
    mutate_free(mutation->rules);
    mutation->rules = NULL;
}

/* The card of softeuicc-eim: a card file in this process, a PC/SC reader, or a card that softeuicc run --listen serves.
 */
#define _GNU_SOURCE
#include "tool.h"

#include "base/hex.h"
#include "transport/address.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- --verbose ---- */

static void show_hex(char direction, struct slice bytes)
{
    char *text = malloc(2 * bytes.n + 1);
    if (!text) return;
    hex_encode(bytes, text);
    fprintf(stderr, "    %c %s\n", direction, text);
    free(text);
}

static void trace_apdu(void *ctx, struct slice capdu, struct slice rapdu)
{
    (void)ctx;
    show_hex('>', capdu);
    show_hex('<', rapdu);
}

/* ---- a card file in this process ---- */

static int env_random(void *ctx, uint8_t *out, size_t n)
{
    return euicc_random_bytes(((struct card *)ctx)->random, out, n);
}

static int64_t env_now(void *ctx)
{
    (void)ctx;
    return (int64_t)time(NULL);
}

static int env_load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    return euicc_file_load(((struct card *)ctx)->file, put, put_ctx);
}

static int env_commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    return euicc_file_commit(((struct card *)ctx)->file, changes, n);
}

/* Keeps why the card said no. */
static void env_trace(void *ctx, enum euicc_event event, const uint8_t *data, size_t n)
{
    struct card *card = ctx;
    if (event != EUICC_EVENT_REASON) return;
    buf_reset(&card->reason);
    text_safe(&card->reason, slice_of(data, n));
}

static bool open_file(struct card *card, const char *path, struct lpa_reader *reader)
{
    struct euicc_diagnostic why = {0};
    int result = euicc_file_open(&card->file, path, NULL, EUICC_FILE_OPEN, &why);
    if (result != EUICC_OK) {
        card->file = NULL;
        const char *hint = "";
        if (access(path, F_OK) != 0) hint = "; softeuicc create --personality iot makes a card";
        if (result == EUICC_LOCKED) hint = "; reach it through what uses it, with --reader NAME or --connect HOST:PORT";
        return problem("%s%s", why.text[0] ? why.text : euicc_result_text(result), hint);
    }
    const struct euicc_env env = {
        .ctx = card, .random = env_random, .now = env_now, .load = env_load, .commit = env_commit, .trace = env_trace};
    result = euicc_random_new(&card->random, false, 0);
    if (result == EUICC_OK) result = euicc_create(&card->euicc, NULL, &env, &why);
    if (result != EUICC_OK) {
        card->euicc = NULL;
        return problem("%s: %s", path, why.text[0] ? why.text : euicc_result_text(result));
    }
    return lpa_reader_card(reader, card->euicc);
}

/* ---- a card elsewhere ---- */

static bool open_pcsc(const char *name, struct lpa_reader *reader)
{
#ifdef EIM_WITH_PCSC
    return lpa_reader_pcsc(reader, name) ||
           problem("--reader %s: no such reader; does pcscd run, and softeuicc?", name);
#else
    (void)reader;
    return problem("--reader %s: this program was built without libpcsclite", name);
#endif
}

static void say_address(void *ctx, enum transport_message kind, const char *text)
{
    (void)ctx;
    (void)kind;
    problem("--connect %s", text);
}

static bool open_connection(const char *address, struct lpa_reader *reader)
{
    const struct transport transport = {.stop = -1, .say = say_address};
    struct addrinfo *list = NULL;
    int cause = 0;
    int fd = -1;
    if (!address_resolve(&transport, address, false, &list)) return false;
    for (const struct addrinfo *at = list; at && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
        if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) == 0) break;
        cause = errno;
        if (fd >= 0) (void)close(fd);
        fd = -1;
    }
    freeaddrinfo(list);
    if (fd < 0) return problem("--connect %s: %s; does softeuicc run --listen %s?", address, strerror(cause), address);
    return lpa_reader_fd(reader, fd) || problem("--connect %s: %s", address, strerror(errno));
}

/* ---- all three ---- */

bool card_problem(const struct card *card, const char *what)
{
    const struct lpa *lpa = &card->ipa.lpa;
    if (card->reason.n)
        return problem("%s: %s; the card says: %.*s", what, lpa->error, (int)card->reason.n,
                       (const char *)card->reason.p);
    const char *hint = lpa->sw == 0x6985 ? "; a switch may wait for a reset of the card (--reset)" : "";
    if (lpa->sw == 0x6a88 || lpa->sw == 0x6d00) hint = "; is it an IoT eUICC (softeuicc create --personality iot)?";
    return problem("%s: %s%s", what, lpa->error, hint);
}

bool card_open(struct card *card, const struct options *o, enum sgp32_version version)
{
    /* A terminal that knows REFRESH says so: byte 3 bit 8 (ETSI TS 102 223 5.2). */
    static const uint8_t refreshing_terminal[] = {0x01, 0x00, 0x80};
    const struct lpa_options options = {
        .channel = -1, .block_size = 200, .terminal_profile = SLICE(refreshing_terminal)};
    struct lpa_reader reader = {0};
    *card = (struct card){.options = o};
    if (o->connect  ? !open_connection(o->connect, &reader)
        : o->reader ? !open_pcsc(o->reader, &reader)
                    : !open_file(card, o->card, &reader))
        return false;
    ipa_init(&card->ipa, &reader, &options, version);
    card->ipa.switching = o->reset ? IPA_SWITCH_RESET : IPA_SWITCH_REFRESH;
    card->open = true;
    if (o->verbose) card->ipa.lpa.trace = trace_apdu;
    if (!lpa_open(&card->ipa.lpa)) return card_problem(card, "opening the card");
    if (!ipa_get_eid(&card->ipa, card->eid)) return card_problem(card, "GetEID");
    return true;
}

void card_close(struct card *card)
{
    if (card->open) {
        /* What could be wrong with closing changes nothing that was done. */
        (void)lpa_close(&card->ipa.lpa);
        ipa_free(&card->ipa);
    }
    euicc_destroy(card->euicc);
    euicc_file_close(card->file);
    euicc_random_free(card->random);
    buf_free(&card->reason);
    *card = (struct card){0};
}

/* The card of softeuicc-install: a card file in this process, a PC/SC reader, or a card that softeuicc run --listen
 * serves. Called by main.c. */
#define _GNU_SOURCE
#include "install.h"

#include "base/hex.h"
#include "base/tlv.h"
#include "transport/address.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- what is shown with --verbose ---- */

static void show_hex(const struct report *report, char direction, struct slice bytes)
{
    BUF_LOCAL text = {0};
    uint8_t *p = buf_extend(&text, 2 * bytes.n + 1);
    if (!p || !report->steps) return;
    hex_encode(bytes, (char *)p);
    fprintf(report->steps, "    %c %s\n", direction, (const char *)p);
}

static void trace_apdu(void *ctx, struct slice capdu, struct slice rapdu)
{
    show_hex(ctx, '>', capdu);
    show_hex(ctx, '<', rapdu);
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

/* Keeps why the card said no, which the next command would make it forget. */
static void env_trace(void *ctx, enum euicc_event event, const uint8_t *data, size_t n)
{
    struct report *report = ((struct card *)ctx)->report;
    struct slice bytes = slice_of(data, n);
    if (event == EUICC_EVENT_REASON) {
        buf_reset(&report->reason);
        text_safe(&report->reason, bytes);
    }
    if (!report->options->verbose || !report->steps) return;
    if (event == EUICC_EVENT_COMMAND || event == EUICC_EVENT_RESPONSE) {
        show_hex(report, event == EUICC_EVENT_COMMAND ? '>' : '<', bytes);
        return;
    }
    /* The others are texts, but for decoded data that a log may show. */
    if (event != EUICC_EVENT_FUNCTION && event != EUICC_EVENT_DETAIL && event != EUICC_EVENT_RESULT &&
        event != EUICC_EVENT_REASON && event != EUICC_EVENT_COMMIT)
        return;
    BUF_LOCAL text = {0};
    text_safe(&text, bytes);
    fprintf(report->steps, "      %s%.*s\n", event == EUICC_EVENT_COMMIT ? "stored " : "", (int)text.n,
            text.n ? (const char *)text.p : "");
}

static bool choose_path(struct card *card, const struct options *o)
{
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    int n = -1;
    if (o->card) {
        n = snprintf(card->path, sizeof card->path, "%s", o->card);
    } else if (data && data[0] == '/') {
        n = snprintf(card->path, sizeof card->path, "%s/softeuicc/card.db", data);
    } else if (home && home[0] == '/') {
        n = snprintf(card->path, sizeof card->path, "%s/.local/share/softeuicc/card.db", home);
    } else {
        return report_failure(card->report,
                              "neither XDG_DATA_HOME nor HOME is set, expected --card FILE, --reader NAME or "
                              "--connect HOST:PORT");
    }
    return (n > 0 && n < (int)sizeof card->path) ||
           report_failure(card->report, "the name of the card file is too long");
}

static bool open_file(struct card *card, const struct options *o, struct lpa_reader *reader)
{
    struct euicc_diagnostic why = {0};
    if (!choose_path(card, o)) return false;
    int result = euicc_file_open(&card->file, card->path, NULL, EUICC_FILE_OPEN, &why);
    if (result != EUICC_OK) {
        card->file = NULL;
        const char *hint = "";
        if (access(card->path, F_OK) != 0) hint = "; softeuicc create makes a card";
        if (result == EUICC_LOCKED)
            hint = "; reach the card through what uses it, with --reader NAME or --connect HOST:PORT";
        return why.text[0] ? report_failure(card->report, "%s%s", why.text, hint)
                           : report_failure(card->report, "%s: %s%s", card->path, euicc_result_text(result), hint);
    }
    struct euicc_env env = {
        .ctx = card, .random = env_random, .now = env_now, .load = env_load, .commit = env_commit, .trace = env_trace};
    result = euicc_random_new(&card->random, false, 0);
    if (result != EUICC_OK) return report_failure(card->report, "no random numbers: %s", euicc_result_text(result));
    result = euicc_create(&card->euicc, NULL, &env, &why);
    if (result != EUICC_OK) {
        const char *cause = why.text[0] ? why.text : euicc_file_error(card->file);
        card->euicc = NULL;
        return report_failure(card->report, "%s: %s", card->path, cause[0] ? cause : euicc_result_text(result));
    }
    return lpa_reader_card(reader, card->euicc);
}

/* ---- a card elsewhere ---- */

static bool open_pcsc(struct card *card, const char *name, struct lpa_reader *reader)
{
#ifdef INSTALL_WITH_PCSC
    return lpa_reader_pcsc(reader, name) ||
           report_failure(card->report, "--reader %s: no such reader; does pcscd run, and softeuicc?", name);
#else
    (void)reader;
    return report_failure(card->report, "--reader %s: this program was built without libpcsclite", name);
#endif
}

static void say_address(void *ctx, enum transport_message kind, const char *text)
{
    (void)kind;
    (void)report_failure(ctx, "--connect %s", text);
}

static bool open_connection(struct card *card, const char *address, struct lpa_reader *reader)
{
    const struct transport transport = {.stop = -1, .say = say_address, .ctx = card->report};
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
    if (fd < 0)
        return report_failure(card->report, "--connect %s: %s; does softeuicc run --listen %s?", address,
                              strerror(cause), address);
    return lpa_reader_fd(reader, fd) || report_failure(card->report, "--connect %s: %s", address, strerror(errno));
}

/* ---- both ---- */

static bool show_card(struct card *card)
{
    struct lpa *lpa = &card->lpa;
    struct tlv info;
    struct tlv svn;
    uint32_t applications;
    uint32_t free_memory;
    if (!lpa_get_eid(lpa, card->report->eid)) return report_failure(card->report, "GetEID: %s", lpa->error);
    if (!lpa_get_euicc_info2(lpa) || !lpa_read_free_memory(lpa, &applications, &free_memory))
        return report_failure(card->report, "GetEUICCInfo2: %s", lpa->error);
    struct slice in = buf_slice(&lpa->response);
    if (!tlv_next(&in, &info) || !tlv_find(info.value, 0x82, &svn) || svn.value.n != 3)
        return report_failure(card->report, "GetEUICCInfo2: no svn");
    report_step(card->report, "card", "EID %s, SGP.22 v%u.%u.%u, %u bytes free", card->report->eid, svn.value.p[0],
                svn.value.p[1], svn.value.p[2], free_memory);
    return true;
}

bool card_open(struct card *card, const struct options *o, struct report *report)
{
    /* A terminal that knows REFRESH says so: byte 3 bit 8 (ETSI TS 102 223 5.2). */
    static const uint8_t refreshing_terminal[] = {0x01, 0x00, 0x80};
    const struct lpa_options options = {
        .channel = -1, .block_size = o->block, .terminal_profile = SLICE(refreshing_terminal)};
    struct lpa_reader reader = {0};
    card->report = report;
    report->stage = "opening the card";
    if (o->connect  ? !open_connection(card, o->connect, &reader)
        : o->reader ? !open_pcsc(card, o->reader, &reader)
                    : !open_file(card, o, &reader))
        return false;
    lpa_init(&card->lpa, &reader, &options);
    card->open = true;
    if (o->verbose && !card->euicc) {
        card->lpa.trace = trace_apdu;
        card->lpa.trace_ctx = report;
    }
    if (!lpa_open(&card->lpa))
        return report_failure(report, "%s%s", card->lpa.error, o->reader ? "; is a card in the reader?" : "");
    return show_card(card);
}

bool card_close(struct card *card)
{
    bool ok = true;
    if (card->open) {
        /* After a failure there is nothing to say about a card that does not close either. */
        bool sound = card->report->error[0] == 0;
        if (!lpa_close(&card->lpa) && sound) ok = report_failure(card->report, "closing the card: %s", card->lpa.error);
        lpa_free(&card->lpa);
    }
    euicc_destroy(card->euicc);
    euicc_file_close(card->file);
    euicc_random_free(card->random);
    *card = (struct card){0};
    return ok;
}

/* The live log of `softeuicc run`; see log.h. A command is printed with one write when its answer is there. Unless
 * verbose, what only carries bytes stays silent: STORE DATA blocks before the last one and the segments of a bound
 * profile package are counted on the line that ends them, GET RESPONSE is left out. Called by run.c. */
#define _GNU_SOURCE
#include "cli/log.h"

#include "base/hex.h"
#include "cli/decode.h"
#include "cli/fs_names.h"
#include "cli/text.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
    INS_STORE_DATA = 0xe2,
    INS_GET_RESPONSE = 0xc0,
    INS_AUTHENTICATE = 0x88,
    P1_LAST_BLOCK = 0x80,
    TAG_SYNCHRONISATION_FAILURE = 0xdc
};

static const char bound_profile_package[] = "ES10b.LoadBoundProfilePackage";

void log_begin(struct log *log, int fd, bool verbose, bool json)
{
    *log = (struct log){.fd = fd, .verbose = verbose, .json = json, .stop = -1, .second = -1};
}

/* ---- pieces of a line ---- */

static void put_time(struct log *log)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != log->second) {
        struct tm tm = {0};
        const struct tm *got = log->json ? gmtime_r(&now.tv_sec, &tm) : localtime_r(&now.tv_sec, &tm);
        if (!got || !strftime(log->clock, sizeof log->clock, log->json ? "%Y-%m-%dT%H:%M:%S" : "%H:%M:%S", &tm)) {
            log->clock[0] = 0;
        }
        log->second = now.tv_sec;
    }
    text_format(&log->line, "%s.%03ld%s", log->clock, now.tv_nsec / 1000000, log->json ? "Z" : "");
}

/* Starts a line; in JSON the object stays open in *j. */
static void begin_line(struct log *log, struct json *j)
{
    buf_reset(&log->line);
    *j = (struct json){.out = &log->line};
    if (log->json) {
        json_open(j, NULL, '{');
        buf_append(&log->line, slice_text("\"time\":\""));
        put_time(log);
        buf_byte(&log->line, '"');
        j->comma = true;
    } else {
        put_time(log);
        buf_byte(&log->line, ' ');
    }
}

/* The log may be a pipe whose reader sleeps. The card waits for it, but not longer than until it is told to end. */
static void write_line(const struct log *log, struct slice line)
{
    while (line.n > 0) {
        struct pollfd fds[2] = {{.fd = log->fd, .events = POLLOUT}, {.fd = log->stop, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 && errno == EINTR) continue;
        if (!fds[0].revents) return;
        /* A pipe that has room has room for PIPE_BUF bytes. */
        ssize_t n = write(log->fd, line.p, line.n < PIPE_BUF ? line.n : PIPE_BUF);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return; /* nobody to tell; the card goes on */
        line = slice_skip(line, (size_t)n);
    }
}

static void end_line(struct log *log, struct json *j)
{
    if (log->json) json_close(j, '}');
    buf_byte(&log->line, '\n');
    if (buf_err(&log->line) == OK) write_line(log, buf_slice(&log->line));
}

static void copy_text(char *out, size_t size, struct slice text)
{
    (void)snprintf(out, size, "%.*s", (int)(text.n < size ? text.n : size), (const char *)text.p);
}

static void append_hex(struct buf *b, struct slice bytes)
{
    uint8_t *p = buf_extend(b, 2 * bytes.n + 1);
    if (!p) return;
    hex_encode(bytes, (char *)p);
    buf_truncate(b, b->n - 1);
}

/* TS 102 221 10.1.1: 4 basic channels in CLA 0x, 8x, Ax, the others from 4 on with bit 7 set. */
static unsigned channel_of(const struct log_command *command)
{
    uint8_t cla = command->head[0];
    return cla & 0x40 ? 4 + (cla & 0x0fU) : cla & 3U;
}

/* Command data as its length field says it; Lc may be of the extended form. */
static size_t data_bytes(const struct log_command *command)
{
    if (command->n <= 5) return 0;
    if (command->head[4] || command->n < 7) return command->head[4];
    return (size_t)command->head[5] << 8 | command->head[6];
}

/* ---- chains ---- */

static void forget_chain(struct log *log)
{
    log->complete = log->unnamed = (struct log_tally){0};
    log->chain_function[0] = 0;
}

static void put_tally(struct log *log, struct json *j, struct log_tally tally)
{
    if (tally.blocks <= 1) return;
    if (log->json) {
        json_number(j, "blocks", tally.blocks);
        json_number(j, "bytes", tally.bytes);
    } else {
        text_format(&log->line, " (%u blocks, %zu bytes)", tally.blocks, tally.bytes);
    }
}

static void put_function(struct log *log, struct json *j, unsigned channel, const char *function)
{
    if (log->json) {
        json_number(j, "channel", channel);
        json_string(j, "function", function);
    } else {
        text_format(&log->line, "ch%u ", channel);
        text_safe(&log->line, slice_text(function));
    }
}

static void print_unfinished(struct log *log, const char *function, struct log_tally tally)
{
    if (tally.blocks == 0) return;
    struct json j;
    begin_line(log, &j);
    put_function(log, &j, log->chain_channel, function);
    put_tally(log, &j, tally);
    if (log->json) {
        json_string(&j, "result", "unfinished");
    } else {
        buf_append(&log->line, slice_text(" -> unfinished"));
    }
    end_line(log, &j);
}

/* Prints a chain that something else interrupted. */
static void flush_chain(struct log *log)
{
    print_unfinished(log, log->chain_function, log->complete);
    print_unfinished(log, "STORE DATA", log->unnamed);
    forget_chain(log);
}

static void count(struct log_tally *tally, struct log_tally more)
{
    tally->blocks += more.blocks;
    tally->bytes += more.bytes;
}

/* True if the command only carries bytes; it is counted and not printed. */
static bool fold(struct log *log, struct slice response, unsigned sw)
{
    struct log_command *c = &log->command;
    if (log->verbose || c->reason.n > 0 || c->n < 4) return false;
    uint8_t ins = c->head[1];
    if (ins == INS_GET_RESPONSE) return sw == 0x9000 || sw >> 8 == 0x61;
    if (ins != INS_STORE_DATA || sw != 0x9000 || response.n != 2) return false;
    bool last = c->head[2] & P1_LAST_BLOCK;
    if (last && strcmp(c->function, bound_profile_package) != 0) return false;
    unsigned channel = channel_of(c);
    if (log->chain_channel != channel) flush_chain(log);
    log->chain_channel = channel;
    count(&log->unnamed, (struct log_tally){1, data_bytes(c)});
    if (last) {
        memcpy(log->chain_function, c->function, sizeof log->chain_function);
        count(&log->complete, log->unnamed);
        log->unnamed = (struct log_tally){0};
    }
    return true;
}

/* Before a command is printed: the blocks that it ends, itself included. */
static struct log_tally end_chain(struct log *log)
{
    const struct log_command *c = &log->command;
    struct log_tally tally = {1, data_bytes(c)};
    if (log->complete.blocks + log->unnamed.blocks == 0) return tally;
    if (channel_of(c) != log->chain_channel) return tally;
    if (c->head[1] != INS_STORE_DATA) {
        flush_chain(log);
        return tally;
    }
    if (log->complete.blocks && strcmp(log->chain_function, c->function) != 0) {
        print_unfinished(log, log->chain_function, log->complete);
    } else {
        count(&tally, log->complete);
    }
    count(&tally, log->unnamed);
    forget_chain(log);
    return tally;
}

/* ---- one command ---- */

static const char *words_for(const struct log_command *command, unsigned sw)
{
    if (command->result[0]) return command->result;
    switch (sw >> 8) {
    case 0x90:
    case 0x61:
        return "ok";
    case 0x91:
        return "ok, proactive command waiting";
    case 0x6c:
        return "wrong Le";
    case 0x62:
    case 0x63: /* nothing found, tries left: what was asked is answered */
        return command->reason.n > 0 ? "refused" : "warning";
    default:
        return "refused";
    }
}

/* The reason without the function that the line names already. */
static struct slice reason_words(const struct log_command *command)
{
    struct slice reason = buf_slice(&command->reason);
    struct slice function = slice_text(command->function);
    if (function.n && slice_starts_with(reason, function) && reason.n > function.n && reason.p[function.n] == ' ') {
        return slice_skip(reason, function.n + 1);
    }
    return reason;
}

static void put_answer_text(struct log *log, const char *words, unsigned sw, bool answered)
{
    const struct log_command *c = &log->command;
    buf_append(&log->line, slice_text(" -> "));
    text_safe(&log->line, slice_text(words));
    if (answered) text_format(&log->line, " %04X", sw);
    if (c->reason.n == 0) return;
    buf_append(&log->line, slice_text(" because "));
    text_safe(&log->line, reason_words(c));
}

static void put_answer_json(struct json *j, const struct log_command *c, const char *words, unsigned sw, bool answered)
{
    char digits[8];
    json_string(j, "result", words);
    (void)snprintf(digits, sizeof digits, "%04X", sw);
    if (answered) json_string(j, "sw", digits);
    if (c->reason.n > 0) json_text(j, "reason", reason_words(c));
}

/* The request as far as it is whole: a segment of a bound profile package is a part of one. */
static enum decode_what kind_of_request(const struct log_command *c)
{
    return strcmp(c->function, bound_profile_package) == 0 ? DECODE_SEGMENT : DECODE_REQUEST;
}

/* ---- what is not for a log: PINs, the keys that AUTHENTICATE gives, files in which a telephone keeps them ---- */

static void hide(struct buf *hex, size_t from, size_t bytes)
{
    if (hex->n >= 2 * (from + bytes)) memset(hex->p + 2 * from, '.', 2 * bytes);
}

/* VERIFY, CHANGE, DISABLE, ENABLE and UNBLOCK PIN: all behind Lc. In any class, also the A0 of GSM, and as the odd
 * instruction: what the card refuses is still the PIN. */
static void hide_pins(struct log_command *c)
{
    static const uint8_t commands[] = {0x20, 0x24, 0x26, 0x28, 0x2c};
    if (c->n > 5 && memchr(commands, c->head[1] & 0xfe, sizeof commands)) hide(&c->hex, 5, c->n - 5);
}

/* Reading, searching, updating or increasing a file with keys: data both ways. */
static bool uses_key_file(const struct log_command *c)
{
    static const uint8_t commands[] = {0xb0, 0xb2, 0xa2, 0xd6, 0xdc};
    return c->key_file && memchr(commands, c->head[1] & 0xfe, sizeof commands);
}

/* RES, CK, IK and Kc, also where GET RESPONSE fetches them; a synchronisation failure (DC) holds no key. */
static void hide_answer(struct log *log, struct slice response, struct buf *hex)
{
    const struct log_command *c = &log->command;
    uint32_t channel = 1u << channel_of(c);
    bool authenticates = c->head[1] == INS_AUTHENTICATE && !(c->head[0] & 0x80);
    bool fetches = c->head[1] == INS_GET_RESPONSE && log->keys_wait & channel;
    bool reads = uses_key_file(c);
    bool more = response.n >= 2 && response.p[response.n - 2] == 0x61;
    if ((authenticates || fetches) && response.n > 3 && (fetches || response.p[0] != TAG_SYNCHRONISATION_FAILURE))
        hide(hex, 1, response.n - 3);
    if (reads && response.n > 2) hide(hex, 0, response.n - 2);
    log->keys_wait &= ~channel;
    if ((authenticates || fetches || reads) && more) log->keys_wait |= channel;
}

static void hide_secrets(struct log *log, struct slice response, struct buf *answer)
{
    struct log_command *c = &log->command;
    if (log->secrets) return;
    hide_pins(c);
    if (uses_key_file(c) && c->n > 5) hide(&c->hex, 5, c->n - 5);
    hide_answer(log, response, answer);
}

static void put_verbose_text(struct log *log, struct slice response)
{
    const struct log_command *c = &log->command;
    buf_append(&log->line, slice_text("\n    > "));
    buf_append(&log->line, buf_slice(&c->hex));
    decode_text(&log->line, 6, kind_of_request(c), buf_slice(&c->request_data));
    for (size_t at = 0; at < c->details.n;) {
        struct slice detail = slice_text((const char *)c->details.p + at);
        at += detail.n + 1;
        buf_append(&log->line, slice_text("\n      "));
        text_safe(&log->line, detail);
    }
    buf_append(&log->line, slice_text("\n    < "));
    buf_append(&log->line, response);
    decode_text(&log->line, 6, DECODE_RESPONSE, buf_slice(&c->response_data));
}

static void put_verbose_json(struct json *j, const struct log_command *c, struct slice response)
{
    json_text(j, "command", buf_slice(&c->hex));
    if (c->request_data.n) decode_json(j, "request_data", kind_of_request(c), buf_slice(&c->request_data));
    json_text(j, "response", response);
    if (c->response_data.n) decode_json(j, "response_data", DECODE_RESPONSE, buf_slice(&c->response_data));
    json_open(j, "details", '[');
    for (size_t at = 0; at < c->details.n;) {
        struct slice detail = slice_text((const char *)c->details.p + at);
        at += detail.n + 1;
        json_text(j, NULL, detail);
    }
    json_close(j, ']');
}

/* response.n is 0 if the card gave no answer. */
static void print_command(struct log *log, struct slice response)
{
    struct log_command *c = &log->command;
    if (!c->open) return;
    c->open = false;
    bool answered = response.n >= 2;
    unsigned sw = answered ? (unsigned)response.p[response.n - 2] << 8 | response.p[response.n - 1] : 0;
    if (answered && fold(log, response, sw)) return;
    struct log_tally tally = end_chain(log);
    struct json j;
    begin_line(log, &j);
    char unknown[16];
    (void)snprintf(unknown, sizeof unknown, "INS %02X", c->head[1]);
    put_function(log, &j, channel_of(c), c->function[0] ? c->function : unknown);
    put_tally(log, &j, tally);
    const char *words = answered ? words_for(c, sw) : "no answer";
    if (log->json) {
        put_answer_json(&j, c, words, sw, answered);
    } else {
        put_answer_text(log, words, sw, answered);
    }
    if (log->verbose) {
        BUF_LOCAL hex = {0};
        append_hex(&hex, response);
        hide_secrets(log, response, &hex);
        if (log->json) put_verbose_json(&j, c, buf_slice(&hex));
        if (!log->json) put_verbose_text(log, buf_slice(&hex));
    }
    end_line(log, &j);
}

static void begin_command(struct log *log, struct slice apdu)
{
    print_command(log, (struct slice){0}); /* one that was never answered */
    struct log_command *c = &log->command;
    c->open = true;
    c->key_file = false;
    c->n = apdu.n;
    memset(c->head, 0, sizeof c->head);
    memcpy(c->head, apdu.p, apdu.n < sizeof c->head ? apdu.n : sizeof c->head);
    c->function[0] = c->result[0] = 0;
    buf_reset(&c->reason);
    if (!log->verbose) return;
    buf_reset(&c->hex);
    buf_reset(&c->details);
    buf_reset(&c->request_data);
    buf_reset(&c->response_data);
    append_hex(&c->hex, apdu);
}

static void add_detail(struct log *log, const char *before, struct slice text)
{
    if (!log->verbose) return;
    struct buf *details = &log->command.details;
    size_t start = details->n;
    buf_append(details, slice_text(before));
    buf_append(details, text);
    buf_byte(details, 0);
    if (buf_err(details) != OK) buf_truncate(details, start); /* never without its NUL */
}

/* Files that hold keys for the air interface (TS 31.102 4.2.3, 4.2.4, 4.2.92, 4.4.3, 4.4.11). */
static bool holds_keys(struct slice words)
{
    static const char *const names[] = {"/EF.KEYS",   "/EF.KEYSPS",     "/EF.KC",          "/EF.KCGPRS",
                                        "/EF.EPSNSC", "/EF.5GS3GPPNSC", "/EF.5GSN3GPPNSC", "/EF.5GAUTHKEYS"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t n = strlen(names[i]);
        if (words.n > n && memcmp(words.p + words.n - n, names[i], n) == 0) return true;
    }
    return false;
}

/* A detail "file MF/...": what the command works on, with the names of well-known files. */
static void add_file(struct log *log, struct slice text)
{
    BUF_LOCAL words = {0};
    struct slice mark = slice_text("file ");
    if (!log->verbose || !slice_starts_with(text, slice_text("file MF"))) {
        add_detail(log, "", text);
        return;
    }
    fs_path_words(&words, slice_skip(text, mark.n));
    log->command.key_file = holds_keys(buf_slice(&words));
    add_detail(log, "file ", buf_slice(&words));
}

/* Decoded when the line is printed: the function that tells how comes after the request. */
static void keep_data(struct log *log, struct buf *data, struct slice object)
{
    if (!log->verbose) return;
    buf_reset(data);
    buf_append(data, object);
}

void log_note(struct log *log, const char *text)
{
    struct json j;
    print_command(log, (struct slice){0});
    flush_chain(log);
    begin_line(log, &j);
    if (log->json) {
        json_string(&j, "note", text);
    } else {
        text_safe(&log->line, slice_text(text));
    }
    end_line(log, &j);
}

void log_event(void *ctx, enum euicc_event event, const uint8_t *data, size_t n)
{
    struct log *log = ctx;
    struct slice text = slice_of(data, n);
    char note[64];
    switch (event) {
    case EUICC_EVENT_POWER:
        copy_text(note, sizeof note, text);
        log_note(log, note);
        break;
    case EUICC_EVENT_COMMAND:
        begin_command(log, text);
        break;
    case EUICC_EVENT_FUNCTION:
        copy_text(log->command.function, sizeof log->command.function, text);
        break;
    case EUICC_EVENT_DETAIL:
        add_file(log, text);
        break;
    case EUICC_EVENT_RESULT:
        copy_text(log->command.result, sizeof log->command.result, text);
        break;
    case EUICC_EVENT_REASON:
        buf_reset(&log->command.reason);
        buf_append(&log->command.reason, text);
        break;
    case EUICC_EVENT_RESPONSE:
        print_command(log, text);
        break;
    case EUICC_EVENT_REQUEST_DATA:
        keep_data(log, &log->command.request_data, text);
        break;
    case EUICC_EVENT_RESPONSE_DATA:
        keep_data(log, &log->command.response_data, text);
        break;
    case EUICC_EVENT_COMMIT:
        add_detail(log, "stored ", text);
        break;
    }
}

void log_end(struct log *log)
{
    print_command(log, (struct slice){0});
    flush_chain(log);
    buf_free(&log->line);
    buf_free(&log->command.reason);
    buf_free(&log->command.hex);
    buf_free(&log->command.details);
    buf_free(&log->command.request_data);
    buf_free(&log->command.response_data);
}

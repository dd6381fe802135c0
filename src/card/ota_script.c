/* Scripts of remote management: command strings in the compact and in the expanded format (ETSI TS 102 226 5.2), run
 * through the card's own command table. Called by card/ota.c. */
#include "card/ota.h"

#define CLAUSE "TS 102 226 5.2"
#define COMMAND_HEADER 5 /* CLA INS P1 P2 P3 */
#define COMPACT_HEAD 3   /* number of commands, status word */
#define SW_MORE_DATA 0x62f1

#define TAG_SCRIPT 0xaa
#define TAG_COMMAND 0x22
#define TAG_ANSWERS 0xab
#define TAG_ANSWER 0x23
#define TAG_EXECUTED 0x80
#define TAG_BAD_FORMAT 0x90
enum bad_format { FORMAT_GOOD = 0, FORMAT_UNKNOWN_TAG = 1, FORMAT_WRONG_LENGTH = 2, FORMAT_NO_LENGTH = 3 };

static void script_free(struct script *s)
{
    uicc_context_free(&s->context);
    domain_session_free(&s->session);
    buf_free(&s->isdp_data.bytes);
    buf_free(&s->waiting);
    buf_free(&s->data);
}

static void set_access(struct uicc_domain *out, struct slice bytes)
{
    *out = (struct uicc_domain){.remote = true};
    out->access_n = (uint8_t)(bytes.n < sizeof out->access ? bytes.n : sizeof out->access);
    if (out->access_n) memcpy(out->access, bytes.p, out->access_n);
}

/* Where the script starts, and as whom (TS 102 226 8.3): the ADF of adfRFMAccess, else the MF. */
static enum err begin(struct script *s, const struct secured_packet *packet)
{
    const struct remote_files *files = &packet->target.files;
    struct profile_application adf;
    bool found;
    s->is_files = packet->target.is_files;
    s->is_mno = packet->target.domain.is_mno;
    domain_session_over_the_air(&s->session, packet->target.domain.number, packet->key_version);
    if (!s->is_files) return OK;
    set_access(&s->access, files->access);
    set_access(&s->admin_access, files->admin_access);
    set_access(&s->adf_access, files->adf_access);
    set_access(&s->adf_admin_access, files->adf_admin_access);
    if (files->adf.n == 0) return OK;
    TRY(application_find(&s->isdp, files->adf, &adf, &found));
    if (!found || adf.kind != PROFILE_ADF) return OK;
    s->adf = adf.fid;
    s->context.adf = adf.fid;
    s->context.directory = (struct path){.n = 1, .fid = {adf.fid}};
    return OK;
}

/* Whether the script goes on: errors end it, warnings only if the card says so. */
static bool goes_on(const struct script *s)
{
    switch (s->sw >> 8) {
    case 0x90:
    case 0x91:
    case 0x61:
        return true;
    case 0x62:
    case 0x63:
        return !s->card->model.personality.ota_stop_at_warning;
    default:
        return false;
    }
}

/* ---- compact format: C-APDUs one after the other, each of five bytes and data ---- */

/* Whether P3 is the length of what comes back: only GET RESPONSE and the commands of case 2 (TS 102 226 5.2.1.1). */
static bool p3_is_le(const uint8_t *header)
{
    switch (header[1]) {
    case 0xb0: /* READ BINARY */
    case 0xb2: /* READ RECORD */
    case 0xc0: /* GET RESPONSE */
    case 0xca: /* GET DATA */
        return true;
    case 0xcb: /* RETRIEVE DATA: the first block brings the tag */
        return (header[2 + 1] & 0xc0) != 0x80;
    default:
        return false;
    }
}

/* Takes one command off the front; false: the string ends in the middle of it. */
static bool next_compact(struct slice *in, struct apdu *a)
{
    if (in->n < COMMAND_HEADER) return false;
    const uint8_t *h = in->p;
    *a = (struct apdu){.cla = h[0], .ins = h[1], .p1 = h[2], .p2 = h[3]};
    *in = slice_skip(*in, COMMAND_HEADER);
    if (p3_is_le(h)) {
        a->has_le = true;
        a->le = h[4] ? h[4] : 256;
        return true;
    }
    if (in->n < h[4]) return false;
    a->data = slice_of(in->p, h[4]);
    *in = slice_skip(*in, h[4]);
    return true;
}

static enum err run_compact(struct script *s, struct slice in)
{
    while (in.n) {
        struct apdu a;
        if (!next_compact(&in, &a)) {
            s->executed++;
            s->sw = status_word(ERR_LENGTH);
            buf_reset(&s->data);
            return reason_say(&s->card->model.reason, OK, CLAUSE ".1", REASON_NO_OFFSET, "whole commands in the script",
                              "%zu bytes at its end", in.n);
        }
        TRY(script_command(s, &a));
        if (!goes_on(s)) return OK;
    }
    return OK;
}

/* Number of commands, last status word, last data. Data that does not fit is cut, and 62F1 says so. */
static enum err answer_compact(const struct script *s, size_t room, struct buf *out)
{
    uint16_t sw = s->executed ? s->sw : 0x9000;
    size_t n = s->data.n;
    if (room < COMPACT_HEAD) return OK;
    if (n > room - COMPACT_HEAD) {
        n = room - COMPACT_HEAD;
        sw = SW_MORE_DATA;
    }
    buf_byte(out, (uint8_t)(s->executed < 255 ? s->executed : 255));
    buf_byte(out, (uint8_t)(sw >> 8));
    buf_byte(out, (uint8_t)sw);
    buf_append(out, slice_of(s->data.p, n));
    return buf_err(out);
}

/* ---- expanded format: AA {22 C-APDU ..}, answered by AB {80 number, 23 R-APDU ..} ---- */

static enum bad_format next_expanded(struct slice *in, struct slice *command)
{
    struct tlv t;
    uint8_t tag = in->p[0];
    enum tlv_status status = tlv_read_lax(in, &t);
    if (tag != TAG_COMMAND) return FORMAT_UNKNOWN_TAG;
    if (status == TLV_TRUNCATED && in->n == 1) return FORMAT_NO_LENGTH;
    if (status != TLV_OK) return FORMAT_WRONG_LENGTH;
    *command = t.value;
    return FORMAT_GOOD;
}

/* R-APDU of the last command; false if it does not fit any more. */
static bool put_answer(const struct script *s, size_t room, struct buf *answers)
{
    const uint8_t sw[] = {(uint8_t)(s->sw >> 8), (uint8_t)s->sw};
    size_t mark = answers->n;
    BUF_LOCAL whole = {0};
    buf_append(&whole, buf_slice(&s->data));
    buf_append(&whole, SLICE(sw));
    tlv_put(answers, TAG_ANSWER, buf_slice(&whole));
    answers->failed = answers->failed || whole.failed;
    if (answers->n <= room) return true;
    buf_truncate(answers, mark);
    const uint8_t cut[] = {SW_MORE_DATA >> 8, SW_MORE_DATA & 0xff};
    if (mark + 4 <= room) tlv_put(answers, TAG_ANSWER, SLICE(cut));
    return false;
}

static enum err parse_expanded(struct script *s, struct slice command, struct apdu *a)
{
    if (apdu_parse(command, true, a) == OK) return OK;
    s->executed++;
    s->sw = status_word(ERR_LENGTH);
    buf_reset(&s->data);
    return reason_say(&s->card->model.reason, ERR_LENGTH, CLAUSE ".2", REASON_NO_OFFSET, "a command APDU in 22",
                      "%zu other bytes", command.n);
}

/* The answer of each command of case 2 or 4, and of the last command whatever its case. */
static enum err run_expanded(struct script *s, struct slice in, size_t room, struct buf *answers, enum bad_format *bad)
{
    bool fits = true;
    bool ended = false;
    while (in.n && !ended) {
        struct slice command;
        struct apdu a;
        const uint8_t tag = in.p[0];
        *bad = next_expanded(&in, &command);
        if (*bad != FORMAT_GOOD)
            return reason_say(&s->card->model.reason, OK, CLAUSE ".2", REASON_NO_OFFSET, "C-APDUs in tag 22", "%02X",
                              tag);
        ended = parse_expanded(s, command, &a) != OK;
        if (!ended) TRY(script_command(s, &a));
        ended = ended || !goes_on(s);
        if (fits && (a.has_le || ended || in.n == 0)) fits = put_answer(s, room, answers);
    }
    return buf_err(answers);
}

static enum err expanded(struct script *s, struct slice script, size_t room, struct buf *out)
{
    BUF_LOCAL answers = {0};
    enum bad_format bad = FORMAT_GOOD;
    struct tlv t;
    size_t head = 3 + 4 + 3; /* AB with its length, 80, 90 */
    size_t n = script.n;
    bool whole = tlv_read_lax(&script, &t) == TLV_OK && script.n == 0;
    if (!whole) {
        bad = FORMAT_WRONG_LENGTH;
        reason_record(&s->card->model.reason, CLAUSE ".2", REASON_NO_OFFSET, "one script in tag AA", "%zu other bytes",
                      n);
    } else {
        TRY(run_expanded(s, t.value, room > head ? room - head : 0, &answers, &bad));
    }
    const uint8_t executed[] = {(uint8_t)(s->executed >> 8), (uint8_t)s->executed};
    if (room < head) return OK;
    size_t mark = tlv_open(out, TAG_ANSWERS);
    tlv_put(out, TAG_EXECUTED, s->executed > 255 ? SLICE(executed) : slice_of(executed + 1, 1));
    buf_append(out, buf_slice(&answers));
    if (bad != FORMAT_GOOD) tlv_put_u8(out, TAG_BAD_FORMAT, (uint8_t)bad);
    tlv_close(out, mark);
    return buf_err(out);
}

/* ---- both ---- */

static enum err run(struct script *s, const struct secured_packet *packet, size_t room, struct buf *out)
{
    struct slice text = buf_slice(&packet->text);
    TRY(begin(s, packet));
    if (text.n && text.p[0] == TAG_SCRIPT) return expanded(s, text, room, out);
    TRY(run_compact(s, text));
    return answer_compact(s, room, out);
}

enum err ota_script(euicc *card, const struct isdp *isdp, const struct secured_packet *packet, size_t room,
                    struct buf *out)
{
    __attribute__((cleanup(script_free))) struct script s = {.card = card, .isdp = *isdp};
    uint8_t verified[sizeof card->model.verified_pins];
    /* PINs that the script presents count for it alone, and those of the terminal not for the script. */
    memcpy(verified, card->model.verified_pins, sizeof verified);
    memset(card->model.verified_pins, 0, sizeof card->model.verified_pins);
    enum err e = run(&s, packet, room, out);
    memcpy(card->model.verified_pins, verified, sizeof verified);
    return e;
}

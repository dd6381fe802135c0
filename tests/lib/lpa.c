/* The LPA double's APDU level (SGP.22 5.7.1, 5.7.2; TS 102 221 7.3.1, 11.1); see lpa.h. */
#include "lpa_internal.h"

#include <stdarg.h>
#include <stdio.h>

static const uint8_t isdr_aid[] = {0xa0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xff,
                                   0xff, 0xff, 0xff, 0x89, 0x00, 0x00, 0x01, 0x00};

bool lpa_fail(struct lpa *lpa, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(lpa->error, sizeof lpa->error, format, args);
    va_end(args);
    return false;
}

void lpa_init(struct lpa *lpa, const struct lpa_reader *reader, const struct lpa_options *options)
{
    *lpa = (struct lpa){.reader = *reader};
    if (options) lpa->options = *options;
}

void lpa_free(struct lpa *lpa)
{
    if (lpa->reader.close) lpa->reader.close(lpa->reader.ctx);
    buf_free(&lpa->atr);
    buf_free(&lpa->fci);
    buf_free(&lpa->response);
    *lpa = (struct lpa){0};
}

uint8_t lpa_class(const struct lpa *lpa, uint8_t base)
{
    if (lpa->channel < 4) return (uint8_t)(base | lpa->channel);
    return (uint8_t)(base | 0x40 | (lpa->channel - 4));
}

bool lpa_exchange(struct lpa *lpa, struct slice capdu, struct buf *data, uint16_t *sw)
{
    BUF_LOCAL rapdu = {0};
    lpa->apdus++;
    *sw = 0;
    buf_reset(data);
    if (!lpa->reader.transmit(lpa->reader.ctx, capdu, &rapdu)) return lpa_fail(lpa, "no answer from the card");
    if (lpa->trace) lpa->trace(lpa->trace_ctx, capdu, buf_slice(&rapdu));
    if (rapdu.n < 2) return lpa_fail(lpa, "answer of %zu bytes", rapdu.n);
    *sw = (uint16_t)(rapdu.p[rapdu.n - 2] << 8 | rapdu.p[rapdu.n - 1]);
    buf_append(data, slice_of(rapdu.p, rapdu.n - 2));
    return buf_err(data) == OK || lpa_fail(lpa, "no memory");
}

/* Le of a case 2 or case 4 command replaced or added. */
static void with_le(struct slice capdu, uint8_t le, struct buf *out)
{
    buf_append(out, capdu);
    bool has_le = capdu.n == 5 || (capdu.n > 5 && capdu.n == 6u + capdu.p[4]);
    if (has_le)
        out->p[out->n - 1] = le;
    else
        buf_byte(out, le);
}

static bool get_response(struct lpa *lpa, uint8_t class, uint8_t le, struct buf *piece, uint16_t *sw)
{
    const uint8_t capdu[] = {class, 0xc0, 0x00, 0x00, le};
    if (!lpa_exchange(lpa, SLICE(capdu), piece, sw)) return false;
    if (*sw >> 8 == 0x6c) return lpa_fail(lpa, "GET RESPONSE with the announced length got %04X", *sw);
    size_t announced = le ? le : 256;
    bool ok = *sw >> 8 == 0x61 || *sw == 0x9000 || *sw >> 8 == 0x91;
    if (ok && (piece->n > announced || (le && piece->n != announced)))
        return lpa_fail(lpa, "GET RESPONSE gave %zu bytes, announced were %zu", piece->n, announced);
    return true;
}

bool lpa_command(struct lpa *lpa, struct slice capdu, struct buf *data, uint16_t *sw)
{
    uint8_t class = capdu.n ? capdu.p[0] : 0;
    if (!lpa_exchange(lpa, capdu, data, sw)) return false;
    if (*sw >> 8 == 0x6c) {
        BUF_LOCAL again = {0};
        with_le(capdu, (uint8_t)*sw, &again);
        if (!lpa_exchange(lpa, buf_slice(&again), data, sw)) return false;
    }
    if (lpa->options.get_response_iso) class = (uint8_t)(class & 0x7f);
    while (*sw >> 8 == 0x61) {
        BUF_LOCAL piece = {0};
        if (!get_response(lpa, class, (uint8_t)*sw, &piece, sw)) return false;
        if (*sw >> 8 == 0x61 && piece.n == 0) return lpa_fail(lpa, "GET RESPONSE gave nothing but %04X", *sw);
        buf_append(data, buf_slice(&piece));
        if (data->n > 65536) return lpa_fail(lpa, "more than 65536 bytes by GET RESPONSE, and no end");
    }
    lpa->proactive = 0;
    if (*sw >> 8 == 0x91) {
        lpa->proactive = (uint8_t)*sw;
        *sw = 0x9000;
    }
    return buf_err(data) == OK || lpa_fail(lpa, "no memory");
}

bool lpa_store_data(struct lpa *lpa, struct slice request, struct buf *response, uint16_t *sw)
{
    size_t size = lpa->options.block_size ? lpa->options.block_size : 255;
    if (request.n > 256 * size) return lpa_fail(lpa, "%zu bytes need more than 256 blocks (SGP.22 5.7.2)", request.n);
    for (size_t number = 0;; number++) {
        size_t n = request.n < size ? request.n : size;
        bool last = n == request.n;
        const uint8_t head[] = {lpa_class(lpa, 0x80), 0xe2, last ? 0x91 : 0x11, (uint8_t)number, (uint8_t)n};
        BUF_LOCAL capdu = {0};
        buf_append(&capdu, SLICE(head));
        buf_append(&capdu, slice_of(request.p, n));
        if (lpa->options.with_le) buf_byte(&capdu, 0);
        if (!lpa_command(lpa, buf_slice(&capdu), response, sw)) return false;
        if (last || *sw != 0x9000) return true;
        if (response->n) return lpa_fail(lpa, "block %zu of more got data (SGP.22 5.7.2)", number);
        request = slice_skip(request, n);
    }
}

bool lpa_select(struct lpa *lpa, struct slice aid, struct buf *data, uint16_t *sw)
{
    const uint8_t head[] = {lpa_class(lpa, 0x00), 0xa4, 0x04, 0x00, (uint8_t)aid.n};
    BUF_LOCAL capdu = {0};
    buf_append(&capdu, SLICE(head));
    buf_append(&capdu, aid);
    if (lpa->options.with_le) buf_byte(&capdu, 0);
    return lpa_command(lpa, buf_slice(&capdu), data, sw);
}

bool lpa_manage_channel_open(struct lpa *lpa, int wanted)
{
    BUF_LOCAL data = {0};
    uint16_t sw;
    lpa->channel = 0;
    lpa->channel_open = false;
    if (wanted == 0) return true;
    const uint8_t any[] = {0x00, 0x70, 0x00, 0x00, 0x01};
    const uint8_t one[] = {0x00, 0x70, 0x00, (uint8_t)wanted, 0x00};
    if (!lpa_command(lpa, wanted < 0 ? SLICE(any) : SLICE(one), &data, &sw)) return false;
    if (sw != 0x9000) return lpa_fail(lpa, "MANAGE CHANNEL open: %04X", sw);
    if (wanted < 0 && (data.n != 1 || data.p[0] == 0 || data.p[0] > 19))
        return lpa_fail(lpa, "MANAGE CHANNEL open gave no channel number");
    lpa->channel = wanted < 0 ? data.p[0] : (uint8_t)wanted;
    lpa->channel_open = true;
    return true;
}

bool lpa_manage_channel_close(struct lpa *lpa)
{
    BUF_LOCAL data = {0};
    uint16_t sw;
    if (!lpa->channel_open) return true;
    const uint8_t capdu[] = {0x00, 0x70, 0x80, lpa->channel, 0x00};
    lpa->channel = 0;
    lpa->channel_open = false;
    if (!lpa_command(lpa, slice_of(capdu, 4), &data, &sw)) return false;
    return sw == 0x9000 || lpa_fail(lpa, "MANAGE CHANNEL close: %04X", sw);
}

/* TERMINAL CAPABILITY as lpac sends it: power 01.., extended channels, interfaces, eUICC: LUId, LPDd, LDSd. */
static bool announce(struct lpa *lpa)
{
    static const uint8_t capability[] = {0x80, 0xaa, 0x00, 0x00, 0x0a, 0xa9, 0x08, 0x81,
                                         0x00, 0x82, 0x01, 0x01, 0x83, 0x01, 0x07};
    BUF_LOCAL data = {0};
    uint16_t sw;
    if (!lpa->options.no_terminal_capability) {
        if (!lpa_command(lpa, SLICE(capability), &data, &sw)) return false;
        if (sw != 0x9000) return lpa_fail(lpa, "TERMINAL CAPABILITY: %04X", sw);
    }
    struct slice profile = lpa->options.terminal_profile;
    if (profile.n == 0) return true;
    const uint8_t head[] = {0x80, 0x10, 0x00, 0x00, (uint8_t)profile.n};
    BUF_LOCAL capdu = {0};
    buf_append(&capdu, SLICE(head));
    buf_append(&capdu, profile);
    if (!lpa_command(lpa, buf_slice(&capdu), &data, &sw)) return false;
    return sw == 0x9000 || lpa_fail(lpa, "TERMINAL PROFILE: %04X", sw);
}

bool lpa_start(struct lpa *lpa)
{
    uint16_t sw;
    lpa->channel = 0;
    lpa->channel_open = false;
    if (!announce(lpa) || !lpa_manage_channel_open(lpa, lpa->options.channel)) return false;
    if (!lpa_select(lpa, SLICE(isdr_aid), &lpa->fci, &sw)) return false;
    return sw == 0x9000 || lpa_fail(lpa, "SELECT ISD-R: %04X", sw);
}

bool lpa_open(struct lpa *lpa)
{
    if (!lpa->reader.power(lpa->reader.ctx, true, &lpa->atr)) return lpa_fail(lpa, "no ATR");
    return lpa_start(lpa);
}

bool lpa_close(struct lpa *lpa)
{
    bool closed = lpa_manage_channel_close(lpa);
    return lpa->reader.power(lpa->reader.ctx, false, &lpa->atr) && closed;
}

bool lpa_reset(struct lpa *lpa)
{
    if (!lpa->reader.reset(lpa->reader.ctx, &lpa->atr)) return lpa_fail(lpa, "no ATR after reset");
    return lpa_start(lpa);
}

bool lpa_fetch(struct lpa *lpa, struct buf *command)
{
    const uint8_t capdu[] = {0x80, 0x12, 0x00, 0x00, lpa->proactive};
    uint16_t sw;
    if (lpa->proactive == 0) return lpa_fail(lpa, "no proactive command was announced");
    size_t announced = lpa->proactive;
    if (!lpa_command(lpa, SLICE(capdu), command, &sw)) return false;
    if (sw != 0x9000) return lpa_fail(lpa, "FETCH: %04X", sw);
    return command->n == announced || lpa_fail(lpa, "FETCH gave %zu bytes of %zu", command->n, announced);
}

/* The command details TLV (81, comprehension bit set or not) of a proactive command D0. */
static bool command_details(struct slice command, struct tlv *details)
{
    struct tlv whole;
    if (!tlv_next(&command, &whole) || whole.tag != 0xd0 || command.n) return false;
    struct slice in = whole.value;
    return tlv_next(&in, details) && (details->tag == 0x81 || details->tag == 0x01) && details->value.n == 3;
}

bool lpa_terminal_response(struct lpa *lpa, struct slice command, uint8_t result)
{
    struct tlv details;
    uint16_t sw;
    if (!command_details(command, &details)) return lpa_fail(lpa, "proactive command without details");
    const uint8_t tail[] = {0x82, 0x02, 0x82, 0x81, 0x83, 0x01, result};
    const uint8_t head[] = {0x80, 0x14, 0x00, 0x00, (uint8_t)(details.whole.n + sizeof tail)};
    BUF_LOCAL capdu = {0};
    BUF_LOCAL data = {0};
    buf_append(&capdu, SLICE(head));
    buf_append(&capdu, details.whole);
    buf_append(&capdu, SLICE(tail));
    if (!lpa_command(lpa, buf_slice(&capdu), &data, &sw)) return false;
    return sw == 0x9000 || lpa_fail(lpa, "TERMINAL RESPONSE: %04X", sw);
}

int lpa_handle_refresh(struct lpa *lpa, uint8_t result)
{
    BUF_LOCAL command = {0};
    struct tlv details;
    if (!lpa_fetch(lpa, &command)) return -1;
    if (!command_details(buf_slice(&command), &details) || details.value.p[1] != 0x01) {
        lpa_fail(lpa, "the proactive command is not REFRESH");
        return -1;
    }
    int qualifier = details.value.p[2];
    if (!lpa_terminal_response(lpa, buf_slice(&command), result)) return -1;
    if (result == 0 && qualifier == 4 && !lpa_reset(lpa)) return -1;
    return qualifier;
}

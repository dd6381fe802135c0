/* ENVELOPE (SMS-PP DOWNLOAD): short message, secured packet, script, proof of receipt (3GPP TS 31.111 7.1.1, TS 31.115
 * 4). The counter of the packet and all that the script did are one commit, that of the ENVELOPE; only the tries of
 * PINs that it presents are stored before. */
#include "card/ota.h"

#include "base/hex.h"

static enum err run_packet(euicc *card, const struct isdp *isdp, struct secured_packet *packet, struct answer *answer)
{
    BUF_LOCAL data = {0};
    struct model *m = &card->model;
    char tar[7];
    hex_encode(SLICE(packet->tar), tar);
    model_trace(m, EUICC_EVENT_DETAIL, "secured packet for TAR %s, SPI %02X%02X: status %02X", tar, packet->spi[0],
                packet->spi[1], (unsigned)packet->status);
    bool answers = secured_packet_wants_answer(m, packet);
    size_t room = secured_packet_room(packet, m->personality.ota_por_max);
    if (packet->status == PACKET_OK) TRY(ota_script(card, isdp, packet, room, &data));
    if (!answers) return OK;
    return secured_packet_answer(packet, buf_slice(&data), &answer->data);
}

enum err ota_envelope(euicc *card, struct slice envelope, struct answer *answer)
{
    SECURED_PACKET_LOCAL packet = {0};
    BUF_LOCAL bytes = {0};
    struct model *m = &card->model;
    struct isdp isdp;
    struct sms sms;
    bool whole;
    bool is_command_packet;
    TRY(sms_read(envelope, &sms, &m->reason));
    if (!sms.has_concatenation && !sms.is_command_packet) {
        model_trace(m, EUICC_EVENT_DETAIL, "a short message without a secured packet");
        return OK;
    }
    TRY(sms_assemble(&card->sms, &sms, m->personality.ota_segments_max, &whole, &is_command_packet, &bytes,
                     &m->reason));
    if (!whole || !is_command_packet) return OK;
    TRY(isdp_enabled(m, &isdp));
    TRY(secured_packet_open(m, &isdp, buf_slice(&bytes), &packet));
    return run_packet(card, &isdp, &packet, answer);
}

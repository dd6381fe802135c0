/* The proactive UICC towards the terminal (ETSI TS 102 221 11.2, TS 102 223 6, 7): TERMINAL CAPABILITY,
 * TERMINAL PROFILE, FETCH, TERMINAL RESPONSE, ENVELOPE. */
#include "card/ota.h"

#include "base/tlv.h"

static bool profile_bit(struct slice profile, size_t byte, unsigned bit)
{
    return byte <= profile.n && (profile.p[byte - 1] >> (bit - 1) & 1);
}

/* A9 {80 power, 81 channels, 82 interfaces, 83 eUICC}; unknown tags and further bytes are ignored. */
enum err command_terminal_capability(euicc *card, const struct apdu *a, struct answer *answer)
{
    struct slice in = a->data;
    struct tlv template;
    struct tlv t;
    (void)answer;
    if (tlv_read_lax(&in, &template) != TLV_OK || template.tag != 0xa9 || in.n)
        return reason_say(&card->model.reason, ERR_DATA, "TS 102 221 11.1.19", 0, "a template A9", "other bytes");
    card->model.terminal.capability_received = true;
    card->model.terminal.euicc = 0;
    while (template.value.n) {
        if (tlv_read_lax(&template.value, &t) != TLV_OK)
            return reason_say(&card->model.reason, ERR_DATA, "TS 102 221 11.1.19", 2, "data objects in A9",
                              "other bytes");
        if (t.tag == 0x83 && t.value.n) card->model.terminal.euicc = t.value.p[0];
    }
    return OK;
}

enum err command_terminal_profile(euicc *card, const struct apdu *a, struct answer *answer)
{
    struct cat *cat = &card->model.cat;
    (void)answer;
    if (a->data.n == 0)
        return reason_say(&card->model.reason, ERR_LENGTH, "TS 102 221 11.2.1", REASON_NO_OFFSET, "a profile",
                          "no data");
    /* Either bit announces REFRESH; the second one that of the eUICC profile state change (TS 102 223 5.2). */
    bool state_change = profile_bit(a->data, 34, 6);
    *cat = (struct cat){.profile_received = true,
                        .can_refresh = profile_bit(a->data, 3, 8) || state_change,
                        .can_refresh_profile_state = state_change};
    /* A switch that was waiting for an earlier terminal session is offered again. */
    if (switch_is_pending(&card->model) && cat->can_refresh) cat_queue_refresh(&card->model);
    return OK;
}

enum err command_fetch(euicc *card, const struct apdu *a, struct answer *answer)
{
    struct cat *cat = &card->model.cat;
    if (cat->state != PROACTIVE_WAITING)
        return reason_say(&card->model.reason, nothing_waits(&card->model), "TS 102 221 11.2.3", REASON_NO_OFFSET,
                          "a proactive command that waits", "none");
    if (!a->has_le || a->le != cat->command_size) {
        answer->right_le = cat->command_size;
        return OK;
    }
    buf_append(&answer->data, slice_of(cat->command, cat->command_size));
    cat->state = PROACTIVE_FETCHED;
    return buf_err(&answer->data);
}

/* The general result of a TERMINAL RESPONSE: comprehension TLV 03 or 83. */
static bool general_result(struct slice in, uint8_t *result)
{
    struct tlv t;
    while (in.n) {
        if (tlv_read_lax(&in, &t) != TLV_OK) return false;
        if ((t.tag & 0x7f) != 0x03) continue;
        if (t.value.n == 0) return false;
        *result = t.value.p[0];
        return true;
    }
    return false;
}

enum err command_terminal_response(euicc *card, const struct apdu *a, struct answer *answer)
{
    struct cat *cat = &card->model.cat;
    uint8_t result = 0;
    (void)answer;
    if (cat->state != PROACTIVE_FETCHED)
        return reason_say(&card->model.reason, ERR_CONDITIONS, "TS 102 221 11.2.4", REASON_NO_OFFSET,
                          "a proactive command that was fetched", "none");
    if (!general_result(a->data, &result))
        return reason_say(&card->model.reason, ERR_DATA, "TS 102 223 6.8", 0, "a general result 83", "none");
    cat->state = PROACTIVE_IDLE;
    bool success = result < 0x20; /* 0x and 1x: performed; 2x temporary, 3x permanent problem */
    bool temporary = result >= 0x20 && result < 0x30;
    model_trace(&card->model, EUICC_EVENT_RESULT, "REFRESH %s (general result %02X)", success ? "done" : "failed",
                result);
    if (temporary && card->model.personality.refresh_keep_on_temporary_failure) return OK;
    return switch_finish(&card->model, success);
}

/* D1 brings secured packets. No application of this card listens to events; a terminal may send them all the same. */
enum err command_envelope(euicc *card, const struct apdu *a, struct answer *answer)
{
    struct slice in = a->data;
    struct tlv t;
    if (!card->model.cat.profile_received)
        return reason_say(&card->model.reason, ERR_CONDITIONS, "TS 102 221 11.2.2", REASON_NO_OFFSET,
                          "a TERMINAL PROFILE before", "none");
    if (tlv_read_lax(&in, &t) != TLV_OK || in.n)
        return reason_say(&card->model.reason, ERR_DATA, "TS 102 221 11.2.2", 0, "one BER-TLV", "other bytes");
    if (t.tag == 0xd1) return ota_envelope(card, t.value, answer);
    return OK;
}

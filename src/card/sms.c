/* Short messages and their concatenation; see sms.h. */
#include "card/sms.h"

#include "base/tlv.h"

#define CLAUSE_ENVELOPE "TS 31.111 7.1.1.2"
#define CLAUSE_SMS "TS 23.040 9.2.2.1"
#define CLAUSE_HEADER "TS 23.040 9.2.3.24"

#define ELEMENT_CONCATENATION 0x00
#define ELEMENT_CONCATENATION_WIDE 0x08
#define ELEMENT_COMMAND_PACKET 0x70

static void take_element(uint8_t identifier, struct slice value, struct sms *out)
{
    if (identifier == ELEMENT_COMMAND_PACKET) out->is_command_packet = true;
    bool narrow = identifier == ELEMENT_CONCATENATION && value.n == 3;
    bool wide = identifier == ELEMENT_CONCATENATION_WIDE && value.n == 4;
    if (!narrow && !wide) return;
    out->has_concatenation = true;
    out->wide = wide;
    out->reference = wide ? (uint16_t)(value.p[0] << 8 | value.p[1]) : value.p[0];
    out->total = value.p[value.n - 2];
    out->number = value.p[value.n - 1];
}

/* UDHL and elements, if the message has a header (TS 23.040 9.2.3.24). */
static bool take_user_data_header(struct slice *in, struct sms *out)
{
    struct slice length = {0};
    struct slice header;
    struct slice head;
    struct slice value;
    if (!slice_take(in, 1, &length) || !slice_take(in, length.p[0], &header)) return false;
    while (header.n) {
        if (!slice_take(&header, 2, &head) || !slice_take(&header, head.p[1], &value)) return false;
        take_element(head.p[0], value, out);
    }
    return true;
}

/* SMS-DELIVER: first octet, TP-OA, TP-PID, TP-DCS, TP-SCTS(7), TP-UDL, TP-UD in 8-bit data. */
static enum err read_deliver(struct slice in, struct sms *out, struct reason *reason)
{
    struct slice first = {0};
    struct slice length = {0};
    struct slice fixed = {0};
    struct slice whole = in;
    if (!slice_take(&in, 1, &first) || (first.p[0] & 0x03) != 0)
        return reason_say(reason, ERR_DATA, CLAUSE_SMS, REASON_NO_OFFSET, "an SMS-DELIVER", "another message");
    if (!slice_take(&in, 2, &length))
        return reason_say(reason, ERR_DATA, CLAUSE_SMS, REASON_NO_OFFSET, "an originating address", "no more bytes");
    size_t digits = (length.p[0] + 1u) / 2;
    if (digits + 2 > SMS_ADDRESS_MAX || in.n < digits)
        return reason_say(reason, ERR_DATA, CLAUSE_SMS, REASON_NO_OFFSET, "an address of at most 20 digits", "%u",
                          length.p[0]);
    out->originator = slice_of(whole.p + 1, digits + 2);
    in = slice_skip(in, digits);
    if (!slice_take(&in, 10, &fixed) || fixed.p[9] != in.n)
        return reason_say(reason, ERR_DATA, CLAUSE_SMS, REASON_NO_OFFSET, "TP-UDL of the user data's length",
                          "%u, but %zu bytes", fixed.n ? fixed.p[9] : 0u, in.n);
    out->text = in;
    if (!(first.p[0] & 0x40)) return OK;
    if (!take_user_data_header(&in, out))
        return reason_say(reason, ERR_DATA, CLAUSE_HEADER, REASON_NO_OFFSET, "elements that fill the header",
                          "other bytes");
    out->text = in;
    return OK;
}

enum err sms_read(struct slice envelope, struct sms *out, struct reason *reason)
{
    struct tlv t;
    struct slice message = {0};
    bool found = false;
    *out = (struct sms){0};
    while (envelope.n) {
        if (tlv_read_lax(&envelope, &t) != TLV_OK)
            return reason_say(reason, ERR_DATA, CLAUSE_ENVELOPE, REASON_NO_OFFSET, "data objects in D1", "other bytes");
        if ((t.tag & 0x7f) != 0x0b) continue; /* 0B or 8B: SMS TPDU; device identities and address tell nothing new */
        message = t.value;
        found = true;
    }
    if (!found) return reason_say(reason, ERR_DATA, CLAUSE_ENVELOPE, REASON_NO_OFFSET, "an SMS TPDU (8B)", "none");
    return read_deliver(message, out, reason);
}

void sms_forget(struct sms_assembly *a)
{
    buf_free(&a->parts);
    *a = (struct sms_assembly){0};
}

enum err sms_copy(const struct sms_assembly *from, struct sms_assembly *to)
{
    *to = *from;
    to->parts = (struct buf){0};
    buf_append(&to->parts, buf_slice(&from->parts));
    return buf_err(&to->parts);
}

static bool same_message(const struct sms_assembly *a, const struct sms *sms)
{
    return a->open && a->wide == sms->wide && a->reference == sms->reference && a->total == sms->total &&
           slice_equal(slice_of(a->originator, a->originator_n), sms->originator);
}

static void begin(struct sms_assembly *a, const struct sms *sms)
{
    sms_forget(a);
    a->open = true;
    a->wide = sms->wide;
    a->reference = sms->reference;
    a->total = sms->total;
    a->originator_n = (uint8_t)sms->originator.n;
    memcpy(a->originator, sms->originator.p, sms->originator.n);
}

static bool came(const struct sms_assembly *a, unsigned number)
{
    return a->came[number / 8] >> number % 8 & 1;
}

/* The texts in the order of their numbers. */
static enum err join(const struct sms_assembly *a, struct buf *packet)
{
    for (unsigned number = 1; number <= a->total; number++) {
        struct slice in = buf_slice(&a->parts);
        struct slice head;
        struct slice text;
        while (slice_take(&in, 2, &head) && slice_take(&in, head.p[1], &text))
            if (head.p[0] == number) buf_append(packet, text);
    }
    return buf_err(packet);
}

enum err sms_assemble(struct sms_assembly *a, const struct sms *sms, size_t parts_max, bool *whole,
                      bool *is_command_packet, struct buf *packet, struct reason *reason)
{
    *is_command_packet = sms->is_command_packet;
    *whole = !sms->has_concatenation;
    if (*whole) {
        buf_append(packet, sms->text);
        return buf_err(packet);
    }
    if (sms->number == 0 || sms->number > sms->total)
        return reason_say(reason, ERR_DATA, CLAUSE_HEADER, REASON_NO_OFFSET, "the number of a part", "%u of %u",
                          sms->number, sms->total);
    if (sms->total > parts_max)
        return reason_say(reason, ERR_DATA, CLAUSE_HEADER, REASON_NO_OFFSET, "no more parts than the card takes",
                          "%u, it takes %zu", sms->total, parts_max);
    if (!same_message(a, sms)) begin(a, sms);
    if (came(a, sms->number)) return OK; /* sent again */
    buf_byte(&a->parts, sms->number);
    buf_byte(&a->parts, (uint8_t)sms->text.n);
    buf_append(&a->parts, sms->text);
    enum err e = buf_err(&a->parts);
    if (e != OK) {
        sms_forget(a);
        return e;
    }
    a->came[sms->number / 8] |= (uint8_t)(1u << sms->number % 8);
    if (sms->number == 1) a->is_command_packet = sms->is_command_packet;
    for (unsigned number = 1; number <= a->total; number++)
        if (!came(a, number)) return OK;
    *whole = true;
    *is_command_packet = a->is_command_packet;
    e = join(a, packet);
    sms_forget(a);
    return e;
}

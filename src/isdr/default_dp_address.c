/* The default SM-DP+ address in SGP.32 (5.9.25, 2.11.1.1.3): as PSMO and as a local function. */
#include "isdr/iot.h"

#define ADDRESS_MAX 255

static enum err set(struct model *m, struct slice address, bool *good)
{
    size_t characters;
    *good = address.n <= ADDRESS_MAX && utf8_length(address, &characters);
    if (!*good) {
        (void)reason_say(&m->reason, OK, "SGP.32 5.9.25", REASON_NO_OFFSET, "an address in UTF-8 of at most 255 bytes",
                         "%zu bytes", address.n);
        return OK;
    }
    return address.n ? store_put(m->store, "card/default-dp", address) : store_delete(m->store, "card/default-dp");
}

/* BF65 {80 result}, also inside a package result. */
enum err psmo_set_default_dp_address(struct package *p, const struct tlv *operation, struct buf *result, bool *failed)
{
    struct tlv t;
    struct slice in = operation->value;
    bool good;
    if (!tlv_next(&in, &t) || (t.tag != 0x80 && !(t.tag == 0x0c && p->model->personality.lenient_encodings)))
        return ERR_DATA;
    TRY(package_extensions(in));
    TRY(set(p->model, t.value, &good));
    *failed = !good;
    return es_result(p->model, result, 0xbf65, good ? 0 : 127, good ? "ok" : "undefinedError");
}

enum err es10b_set_default_dp_address(struct model *m, struct slice request, struct buf *response)
{
    struct slice address;
    bool present;
    bool good;
    TRY(iot_member(m, request, 0x80, 0x0c, "SGP.32 5.9.25", &address, &present));
    if (!present) return reason_say(&m->reason, ERR_DATA, "SGP.32 5.9.25", 0, "defaultDpAddress 80", "nothing");
    TRY(set(m, address, &good));
    return es_result(m, response, 0xbf65, good ? 0 : 127, good ? "ok" : "undefinedError");
}

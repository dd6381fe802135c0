/* PIN and PUK records; see pin.h. Keys `pin/<number>` and `puk/<reference>`, two hexadecimal digits each. */
#define _DEFAULT_SOURCE
#include "model/pin.h"

#define PIN_RECORD 15 /* reference, attributes, enabled, replacement, maximum, left, puk, value */
#define PUK_RECORD 10 /* maximum, left, value */

static void name_of(const char *kind, uint8_t n, char out[8])
{
    (void)isdp_number(stpcpy(out, kind), n, 2);
}

static enum err read_pin(const struct isdp *isdp, uint8_t pin_number, struct pin *out)
{
    char name[8];
    struct slice v;
    name_of("pin", pin_number, name);
    if (!isdp_get(isdp, name, &v) || v.n != PIN_RECORD) return ERR_CORRUPT;
    *out = (struct pin){.number = pin_number,
                        .reference = v.p[0],
                        .attributes = v.p[1],
                        .enabled = v.p[2],
                        .replacement = v.p[3],
                        .maximum = v.p[4],
                        .left = v.p[5],
                        .puk = v.p[6]};
    memcpy(out->value, v.p + 7, PIN_SIZE);
    return OK;
}

enum err pin_find(const struct isdp *isdp, const struct path *directory, uint8_t reference, struct pin *out,
                  bool *found)
{
    struct path at = *directory;
    struct file f;
    *found = false;
    for (;;) {
        bool there;
        TRY(file_get(isdp, &at, &f, &there));
        for (size_t i = 0; there && i + 2 <= f.pins.n; i += 2) {
            if (f.pins.p[i] != reference) continue;
            *found = true;
            return read_pin(isdp, f.pins.p[i + 1], out);
        }
        if (at.n == 0) return OK;
        at = path_parent(&at);
    }
}

enum err pin_put(const struct isdp *isdp, const struct pin *pin)
{
    char name[8];
    uint8_t v[PIN_RECORD] = {pin->reference, pin->attributes, pin->enabled, pin->replacement,
                             pin->maximum,   pin->left,       pin->puk};
    memcpy(v + 7, pin->value, PIN_SIZE);
    name_of("pin", pin->number, name);
    enum err e = isdp_put(isdp, name, SLICE(v));
    explicit_bzero(v, sizeof v);
    return e;
}

enum err pin_put_now(const struct isdp *isdp, const struct pin *pin)
{
    char name[8];
    TRY(pin_put(isdp, pin));
    name_of("pin", pin->number, name);
    return isdp_commit(isdp, name);
}

uint8_t pin_next_number(const struct isdp *isdp)
{
    char name[8];
    struct slice taken;
    for (unsigned n = 1; n <= 255; n++) {
        name_of("pin", (uint8_t)n, name);
        if (!isdp_get(isdp, name, &taken)) return (uint8_t)n;
    }
    return 0;
}

enum err puk_get(const struct isdp *isdp, uint8_t reference, struct puk *out, bool *found)
{
    char name[8];
    struct slice v;
    name_of("puk", reference, name);
    *found = isdp_get(isdp, name, &v);
    if (!*found) return OK;
    if (v.n != PUK_RECORD) return ERR_CORRUPT;
    *out = (struct puk){.reference = reference, .maximum = v.p[0], .left = v.p[1]};
    memcpy(out->value, v.p + 2, PIN_SIZE);
    return OK;
}

enum err puk_put(const struct isdp *isdp, const struct puk *puk)
{
    char name[8];
    uint8_t v[PUK_RECORD] = {puk->maximum, puk->left};
    memcpy(v + 2, puk->value, PIN_SIZE);
    name_of("puk", puk->reference, name);
    enum err e = isdp_put(isdp, name, SLICE(v));
    explicit_bzero(v, sizeof v);
    return e;
}

enum err puk_put_now(const struct isdp *isdp, const struct puk *puk)
{
    char name[8];
    TRY(puk_put(isdp, puk));
    name_of("puk", puk->reference, name);
    return isdp_commit(isdp, name);
}

bool pin_is_verified(const struct model *m, const struct pin *pin)
{
    return m->verified_pins[pin->number / 8] >> (pin->number % 8) & 1;
}

void pin_set_verified(struct model *m, const struct pin *pin, bool verified)
{
    uint8_t bit = (uint8_t)(1u << (pin->number % 8));
    uint8_t *byte = &m->verified_pins[pin->number / 8];
    *byte = (uint8_t)(verified ? *byte | bit : *byte & ~bit);
}

void pin_forget_verified(struct model *m)
{
    memset(m->verified_pins, 0, sizeof m->verified_pins);
}

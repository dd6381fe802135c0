/* VERIFY PIN (ETSI TS 102 221 11.1.9), CHANGE PIN (11.1.10), DISABLE PIN (11.1.11), ENABLE PIN (11.1.12), UNBLOCK PIN
 * (11.1.13); key references are 9.5.1. Called by src/card.
 *
 * A retry counter goes down in the storage before the value is compared, so that pulling the card out between the two
 * gains nothing. A PIN that was presented counts for all logical channels. */
#define _DEFAULT_SOURCE
#include <stdio.h>

#include "uicc/uicc.h"

#define FIRST_DIGIT 0x30
#define LAST_DIGIT 0x39
#define DIGITS_MIN 4

/* One command on one PIN. */
struct presentation {
    const char *clause;
    struct isdp isdp;
    struct pin pin;
    struct puk puk; /* UNBLOCK PIN */
    char name[UICC_PIN_NAME_SIZE];
};

static void forget(struct presentation *p)
{
    explicit_bzero(p, sizeof *p);
}
#define PRESENTATION_LOCAL __attribute__((cleanup(forget))) struct presentation

static enum err find(struct model *m, const struct uicc_context *c, uint8_t reference, struct presentation *p)
{
    bool found = false;
    enum err unknown = m->personality.unknown_pin == UNKNOWN_PIN_6A86 ? ERR_PARAMETERS : ERR_REFERENCE;
    TRY(isdp_enabled(m, &p->isdp));
    if (p->isdp.store) TRY(pin_find(&p->isdp, &c->directory, reference, &p->pin, &found));
    uicc_pin_name(reference, p->name);
    if (found) return OK;
    return reason_say(&m->reason, unknown, p->clause, REASON_NO_OFFSET,
                      "the key reference of a PIN of the enabled profile", "%02X", reference);
}

static enum err check_p1(struct model *m, const struct uicc_command *a, const char *clause)
{
    if (a->p1 == 0) return OK;
    return reason_say(&m->reason, ERR_PARAMETERS, clause, REASON_NO_OFFSET, "P1 00", "%02X", a->p1);
}

static enum err check_length(struct model *m, const struct uicc_command *a, const char *clause, size_t n, bool or_none)
{
    char expected[48];
    if (a->data.n == n || (or_none && a->data.n == 0)) return OK;
    (void)snprintf(expected, sizeof expected, "%zu bytes%s", n, or_none ? " or none" : "");
    return reason_say(&m->reason, ERR_LENGTH, clause, REASON_NO_OFFSET, expected, "%zu bytes", a->data.n);
}

static enum err blocked(struct model *m, const struct presentation *p, const char *kind)
{
    return reason_say(&m->reason, ERR_PIN_BLOCKED, p->clause, REASON_NO_OFFSET, "tries that are left",
                      "%s of %s is blocked", kind, p->name);
}

/* Without a value: how many tries are left, whether or not the PIN is enabled. */
static enum err answer_tries(struct model *m, const struct presentation *p, const char *kind, uint8_t left,
                             struct uicc_answer *answer)
{
    if (left == 0) return blocked(m, p, kind);
    answer->tries = left;
    return WARN_TRIES;
}

static enum err wrong(struct model *m, const struct presentation *p, const char *kind, uint8_t left,
                      struct uicc_answer *answer)
{
    char expected[48];
    (void)snprintf(expected, sizeof expected, "the %s of %s", kind, p->name);
    answer->tries = left;
    return reason_say(&m->reason, WARN_TRIES, p->clause, 0, expected, "another one, %u tries left", left);
}

/* OK: it was the right one and the counter is full again, not stored yet. */
static enum err present(struct model *m, struct presentation *p, const uint8_t value[PIN_SIZE],
                        struct uicc_answer *answer)
{
    if (p->pin.left == 0) return blocked(m, p, "value");
    p->pin.left--;
    TRY(pin_put_now(&p->isdp, &p->pin));
    if (!crypto_equal(p->pin.value, value, PIN_SIZE)) {
        /* A blocked PIN can never fulfil an access condition (TS 102 221 9.5.1). */
        if (p->pin.left == 0) pin_set_verified(m, &p->pin, false);
        return wrong(m, p, "value", p->pin.left, answer);
    }
    p->pin.left = p->pin.maximum;
    return OK;
}

/* The new state; the PIN was presented. */
static enum err finish(struct model *m, struct presentation *p)
{
    TRY(pin_put(&p->isdp, &p->pin));
    pin_set_verified(m, &p->pin, true);
    return OK;
}

/* A PIN is 4 to 8 digits and FF behind them (9.5.1); an ADM may be any 8 bytes. */
static enum err check_new_value(struct model *m, const struct presentation *p, const uint8_t value[PIN_SIZE])
{
    size_t n = 0;
    size_t end;
    if (!m->personality.check_new_pin || pin_reference_is_adm(p->pin.reference)) return OK;
    while (n < PIN_SIZE && value[n] >= FIRST_DIGIT && value[n] <= LAST_DIGIT)
        n++;
    for (end = n; end < PIN_SIZE && value[end] == 0xff; end++)
        continue;
    if (n >= DIGITS_MIN && end == PIN_SIZE) return OK;
    return reason_say(&m->reason, ERR_DATA, p->clause, PIN_SIZE, "4 to 8 digits padded with FF as the new PIN",
                      "%zu digits and other bytes", n);
}

static enum err check_attribute(struct model *m, const struct presentation *p, uint8_t attribute, const char *what)
{
    if (p->pin.attributes & attribute) return OK;
    return reason_say(&m->reason, ERR_CONDITIONS, p->clause, REASON_NO_OFFSET, what, "%s: its attributes forbid it",
                      p->name);
}

static enum err check_enabled(struct model *m, const struct presentation *p)
{
    if (p->pin.enabled) return OK;
    return reason_say(&m->reason,
                      m->personality.disabled_pin == DISABLED_PIN_6985 ? ERR_CONDITIONS : ERR_PIN_NOT_USABLE, p->clause,
                      REASON_NO_OFFSET, "an enabled PIN", "%s is disabled", p->name);
}

enum err uicc_verify_pin(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                         struct uicc_answer *answer)
{
    PRESENTATION_LOCAL p = {.clause = "TS 102 221 11.1.9"};
    TRY(check_p1(m, a, p.clause));
    TRY(check_length(m, a, p.clause, PIN_SIZE, true));
    TRY(find(m, c, a->p2, &p));
    if (a->data.n == 0) return answer_tries(m, &p, "value", p.pin.left, answer);
    TRY(check_enabled(m, &p));
    TRY(present(m, &p, a->data.p, answer));
    return finish(m, &p);
}

enum err uicc_change_pin(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                         struct uicc_answer *answer)
{
    PRESENTATION_LOCAL p = {.clause = "TS 102 221 11.1.10"};
    TRY(check_p1(m, a, p.clause));
    TRY(check_length(m, a, p.clause, 2 * (size_t)PIN_SIZE, false));
    TRY(find(m, c, a->p2, &p));
    TRY(check_enabled(m, &p));
    TRY(check_attribute(m, &p, PIN_CAN_CHANGE, "a PIN that can be changed"));
    if (p.pin.left) TRY(check_new_value(m, &p, a->data.p + PIN_SIZE));
    TRY(present(m, &p, a->data.p, answer));
    memcpy(p.pin.value, a->data.p + PIN_SIZE, PIN_SIZE);
    return finish(m, &p);
}

/* P1 80 and a key reference: the global PIN that stands in for this one from now on (11.1.11). */
static enum err check_replacement(struct model *m, const struct uicc_context *c, const struct presentation *p,
                                  uint8_t reference)
{
    __attribute__((cleanup(forget))) struct presentation other = {.clause = p->clause};
    if (reference == 0 || pin_reference_is_adm(reference) || reference == p->pin.reference)
        return reason_say(&m->reason, ERR_PARAMETERS, p->clause, REASON_NO_OFFSET,
                          "another global PIN as the replacement", "%02X", reference);
    TRY(find(m, c, reference, &other));
    if (other.pin.enabled) return OK;
    return reason_say(&m->reason, ERR_CONDITIONS, p->clause, REASON_NO_OFFSET, "an enabled PIN as the replacement",
                      "%s is disabled", other.name);
}

enum err uicc_disable_pin(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                          struct uicc_answer *answer)
{
    PRESENTATION_LOCAL p = {.clause = "TS 102 221 11.1.11"};
    uint8_t replacement = a->p1 & 0x1f;
    if (a->p1 != 0 && (a->p1 & 0xe0) != 0x80)
        return reason_say(&m->reason, ERR_PARAMETERS, p.clause, REASON_NO_OFFSET,
                          "P1 00, or 80 and the key reference of a global PIN", "%02X", a->p1);
    TRY(check_length(m, a, p.clause, PIN_SIZE, false));
    TRY(find(m, c, a->p2, &p));
    TRY(check_attribute(m, &p, PIN_CAN_DISABLE, "a PIN that can be disabled"));
    if (!p.pin.enabled)
        return reason_say(&m->reason, ERR_CONDITIONS, p.clause, REASON_NO_OFFSET, "an enabled PIN",
                          "%s is disabled already", p.name);
    if (a->p1) TRY(check_replacement(m, c, &p, replacement));
    TRY(present(m, &p, a->data.p, answer));
    p.pin.enabled = false;
    p.pin.replacement = replacement;
    return finish(m, &p);
}

enum err uicc_enable_pin(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                         struct uicc_answer *answer)
{
    PRESENTATION_LOCAL p = {.clause = "TS 102 221 11.1.12"};
    TRY(check_p1(m, a, p.clause));
    TRY(check_length(m, a, p.clause, PIN_SIZE, false));
    TRY(find(m, c, a->p2, &p));
    TRY(check_attribute(m, &p, PIN_CAN_DISABLE, "a PIN that can be enabled"));
    if (p.pin.enabled)
        return reason_say(&m->reason, ERR_CONDITIONS, p.clause, REASON_NO_OFFSET, "a disabled PIN",
                          "%s is enabled already", p.name);
    TRY(present(m, &p, a->data.p, answer));
    p.pin.enabled = true;
    p.pin.replacement = 0;
    return finish(m, &p);
}

static enum err find_puk(struct model *m, struct presentation *p)
{
    bool found = false;
    if (p->pin.puk) TRY(puk_get(&p->isdp, p->pin.puk, &p->puk, &found));
    if (found) return OK;
    return reason_say(&m->reason, ERR_REFERENCE, p->clause, REASON_NO_OFFSET, "a PIN that has an unblocking PIN",
                      "%s has none", p->name);
}

enum err uicc_unblock_pin(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                          struct uicc_answer *answer)
{
    PRESENTATION_LOCAL p = {.clause = "TS 102 221 11.1.13"};
    TRY(check_p1(m, a, p.clause));
    TRY(check_length(m, a, p.clause, 2 * (size_t)PIN_SIZE, true));
    TRY(find(m, c, a->p2, &p));
    TRY(find_puk(m, &p));
    if (a->data.n == 0 || p.puk.left == 0) return answer_tries(m, &p, "unblocking PIN", p.puk.left, answer);
    TRY(check_new_value(m, &p, a->data.p + PIN_SIZE));
    p.puk.left--;
    TRY(puk_put_now(&p.isdp, &p.puk));
    if (!crypto_equal(p.puk.value, a->data.p, PIN_SIZE)) return wrong(m, &p, "unblocking PIN", p.puk.left, answer);
    p.puk.left = p.puk.maximum;
    TRY(puk_put(&p.isdp, &p.puk));
    memcpy(p.pin.value, a->data.p + PIN_SIZE, PIN_SIZE);
    p.pin.left = p.pin.maximum;
    p.pin.enabled = true;
    p.pin.replacement = 0;
    return finish(m, &p);
}

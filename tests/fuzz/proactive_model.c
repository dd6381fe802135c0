/* A terminal's view of the proactive session, against which every answer is held; see proactive.h. */
#include "proactive.h"

#define INS_TERMINAL_PROFILE 0x10
#define INS_FETCH 0x12
#define INS_TERMINAL_RESPONSE 0x14
#define INS_ENVELOPE 0xc2
#define TYPE_REFRESH 0x01

static void enabled_profile(const struct fuzz_card *c, char iccid[21])
{
    static struct euicc_profile_description p;
    iccid[0] = 0;
    for (size_t i = 0; euicc_describe_profile(c->card, i, &p) == EUICC_OK; i++)
        if (strcmp(p.state, "enabled") == 0) memcpy(iccid, p.iccid, 21);
}

void terminal_begin(struct terminal *t, enum fuzz_kind kind, enum fuzz_state state)
{
    *t = (struct terminal){.session = SESSION_IDLE};
    t->eim = fuzz_bench(kind)->eim;
    fuzz_begin(&t->card, kind, state);
    /* those cards were started by a terminal that offers everything */
    t->profile_sent = t->refresh_offered = kind >= FUZZ_KINDS;
    enabled_profile(&t->card, t->enabled);
}

static void forget(struct terminal *t)
{
    t->session = SESSION_IDLE;
    t->profile_sent = t->refresh_offered = false;
    t->switches = t->card.switches;
    enabled_profile(&t->card, t->enabled);
}

void terminal_power(struct terminal *t, bool reset)
{
    if (!reset) euicc_power_off(t->card.card);
    fuzz_power(&t->card, reset);
    forget(t);
}

/* BER-TLV D0 of comprehension TLVs, command details and device identities first (TS 102 223 6.6, 9.4); this card has
 * REFRESH with the modes that an eUICC uses (6.4.7). */
static void check_command(struct slice command)
{
    struct tlv whole;
    struct tlv t;
    FUZZ_CHECK(tlv_read(&command, &whole) == TLV_OK && whole.tag == 0xd0 && command.n == 0, "not one D0");
    struct slice in = whole.value;
    FUZZ_CHECK(tlv_read(&in, &t) == TLV_OK && t.tag == 0x81 && t.value.n == 3, "no command details");
    FUZZ_CHECK(t.value.p[0] >= 1 && t.value.p[0] < 0xff, "command number %02X", t.value.p[0]);
    FUZZ_CHECK(t.value.p[1] == TYPE_REFRESH && t.value.p[2] <= 9, "command %02X %02X", t.value.p[1], t.value.p[2]);
    FUZZ_CHECK(tlv_read(&in, &t) == TLV_OK && t.tag == 0x82 && t.value.n == 2 && t.value.p[0] == 0x81 &&
                   t.value.p[1] == 0x82,
               "device identities are not UICC to terminal");
    while (in.n)
        FUZZ_CHECK(tlv_read(&in, &t) == TLV_OK, "half an object in a proactive command");
}

/* What FETCH would give, from a copy of the card; and that another length is put right, and changes nothing. */
static void peek(const struct terminal *t, size_t size, uint8_t out[255])
{
    static const struct euicc_env nothing = {0};
    const uint8_t wrong[] = {0x80, INS_FETCH, 0, 0, (uint8_t)(size + 1)};
    const uint8_t right[] = {0x80, INS_FETCH, 0, 0, (uint8_t)size};
    uint8_t rapdu[258];
    size_t n = 0;
    euicc *copy;
    FUZZ_CHECK(euicc_clone(t->card.card, &nothing, &copy) == EUICC_OK, "clone");
    FUZZ_CHECK(euicc_transmit(copy, wrong, sizeof wrong, rapdu, sizeof rapdu, &n) == EUICC_OK && n == 2 &&
                   rapdu[0] == 0x6c && rapdu[1] == size,
               "FETCH of %zu bytes gives %02X%02X, not 6C%02zX", size + 1, rapdu[0], rapdu[1], size);
    FUZZ_CHECK(euicc_transmit(copy, right, sizeof right, rapdu, sizeof rapdu, &n) == EUICC_OK && n == size + 2 &&
                   rapdu[size] == 0x90,
               "91%02zX, but FETCH gives %zu bytes", size, n);
    memcpy(out, rapdu, size);
    euicc_destroy(copy);
}

/* A command waits since, or still. */
static void announced(struct terminal *t, size_t size, bool fresh)
{
    uint8_t now[255];
    FUZZ_CHECK(t->refresh_offered, "91%02zX for a terminal without REFRESH", size);
    FUZZ_CHECK(t->session != SESSION_FETCHED || fresh, "91%02zX while another one is with the terminal", size);
    FUZZ_CHECK(size > 0, "9100");
    peek(t, size, now);
    check_command(slice_of(now, size));
    if (t->session == SESSION_WAITING && !fresh)
        FUZZ_CHECK(size == t->size && memcmp(now, t->command, size) == 0,
                   "the command that waits changed before it was fetched");
    t->session = SESSION_WAITING;
    t->size = size;
    memcpy(t->command, now, size);
}

/* Data of a command, as the card takes it: Lc in one byte or three. */
static struct slice data_of(struct slice capdu)
{
    if (capdu.n < 6) return slice_of(NULL, 0);
    size_t at = capdu.p[4] == 0 && capdu.n > 7 ? 7 : 5;
    size_t n = at == 7 ? (size_t)capdu.p[5] << 8 | capdu.p[6] : capdu.p[4];
    if (n > capdu.n - at) n = capdu.n - at;
    return slice_of(capdu.p + at, n);
}

/* TS 102 223 5.2: byte 3 bit 8 REFRESH, byte 34 bit 6 that of the eUICC profile state change. */
static void take_profile(struct terminal *t, struct slice profile)
{
    t->profile_sent = true;
    t->refresh_offered = (profile.n >= 3 && profile.p[2] & 0x80) || (profile.n >= 34 && profile.p[33] & 0x20);
    t->session = SESSION_IDLE;
}

static bool says_yes(struct slice response)
{
    struct tlv t;
    while (tlv_read_lax(&response, &t) == TLV_OK)
        if ((t.tag & 0x7f) == 3 && t.value.n) return t.value.p[0] < 0x20;
    return false;
}

static void check_switch(struct terminal *t, enum session before, bool answered)
{
    char now[21];
    enabled_profile(&t->card, now);
    if (before != SESSION_IDLE && !answered)
        FUZZ_CHECK(strcmp(now, t->enabled) == 0, "\"%s\" instead of \"%s\" before the REFRESH was done", now,
                   t->enabled);
    memcpy(t->enabled, now, sizeof now);
    if (before != SESSION_IDLE && !answered)
        FUZZ_CHECK(t->card.switches == t->switches, "a switch begins while a command is with the terminal");
    t->switches = t->card.switches;
}

static bool success(uint16_t sw)
{
    return sw == 0x9000 || sw >> 8 == 0x91;
}

static void observe(struct terminal *t, uint16_t sw, bool fresh)
{
    if (sw >> 8 == 0x91)
        announced(t, sw & 0xff, fresh);
    else if (sw == 0x9000)
        FUZZ_CHECK(t->session != SESSION_WAITING, "success does not announce the command that waits");
}

void terminal_apdu(struct terminal *t, struct slice capdu)
{
    FUZZ_ANSWER_LOCAL a = {0};
    enum session before = t->session;
    uint8_t ins = capdu.n > 1 ? capdu.p[1] : 0;
    fuzz_apdu(&t->card, capdu, &a);
    if (!a.alive) {
        forget(t);
        return;
    }
    bool good = success(a.sw);
    if (ins == INS_TERMINAL_PROFILE && good) take_profile(t, data_of(capdu));
    if (ins == INS_ENVELOPE && good) FUZZ_CHECK(t->profile_sent, "ENVELOPE before TERMINAL PROFILE");
    if (ins == INS_FETCH && good) {
        FUZZ_CHECK(before == SESSION_WAITING && a.sw == 0x9000, "FETCH of nothing gives %04X", a.sw);
        FUZZ_CHECK(a.data.n == t->size && memcmp(a.data.p, t->command, t->size) == 0, "FETCH gives another command");
        t->session = SESSION_FETCHED;
    }
    if (ins == INS_FETCH && before == SESSION_WAITING && a.sw >> 8 == 0x6c)
        FUZZ_CHECK((a.sw & 0xff) == t->size, "FETCH gives %04X for %zu bytes", a.sw, t->size);
    if (ins == INS_TERMINAL_RESPONSE && good) {
        FUZZ_CHECK(before == SESSION_FETCHED, "TERMINAL RESPONSE to nothing");
        t->session = SESSION_IDLE;
    }
    check_switch(t, before, ins == INS_TERMINAL_RESPONSE && good && says_yes(data_of(capdu)));
    observe(t, a.sw, ins == INS_TERMINAL_PROFILE);
}

void terminal_request(struct terminal *t, struct slice request)
{
    FUZZ_ANSWER_LOCAL a = {0};
    enum session before = t->session;
    fuzz_request(&t->card, request, &a);
    if (!a.alive) {
        forget(t);
        return;
    }
    check_switch(t, before, false);
    observe(t, a.sw, false);
}

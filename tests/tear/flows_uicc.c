/* The flows of a terminal on the enabled profile (profiles/tiny.profile): tries of a code, files that are written, made
 * and deleted, authentication. ETSI TS 102 221, TS 102 222, TS 31.102; see bench.h. */
#define _DEFAULT_SOURCE
#include "auc.h"
#include "flows.h"

#include <stdio.h>

#define LOCATION "3F00/7FD0/6F7E"
#define NEW_FILE "3F00/7FD0/6F99"
#define SELECT_USIM "00A4040C10A0000000871002FFFFFFFF8900000100"
#define SELECT_MF "00A4000C023F00"
#define ADM1 0x0a

static bool in_usim_with_adm1(struct bench *b)
{
    return flow_say(b, SELECT_USIM, 0x9000) && flow_say(b, "0020000A083838383838383838", 0x9000);
}

/* ---- looking ---- */

/* Tries that are left of ADM1. */
static unsigned tries(const struct bench *b, unsigned *of)
{
    struct euicc_file_description f;
    bool found = flow_find_file(b, "3F00", &f);
    ck_assert(found);
    for (size_t i = 0; i < f.pin_count; i++) {
        if (f.pins[i].reference != ADM1) continue;
        *of = f.pins[i].of;
        return f.pins[i].left;
    }
    ck_abort_msg("there is no ADM1");
}

/* ---- steps ---- */

/* One step a lost try: a cut may lose one that was not answered, and never gives one back. */
static bool is_wrong(struct bench *b)
{
    unsigned of;
    return tries(b, &of) + (unsigned)b->at->argument <= of;
}

static bool present_wrong(struct bench *b)
{
    unsigned of;
    unsigned left = tries(b, &of) - 1;
    bool went = flow_say(b, SELECT_MF, 0x9000) && flow_say(b, "0020000A083131313131313131", (uint16_t)(0x63c0 | left));
    unsigned now = tries(b, &of);
    bench_check(b, now == left || (!went && now == left + 1), "%u tries, expected %u", now, left);
    return went;
}

/* The argument is what EF.LOCI is filled with. */
static bool is_written(struct bench *b)
{
    struct euicc_file_description f;
    if (!flow_find_file(b, LOCATION, &f)) return false;
    size_t same = 0;
    for (size_t i = 0; i < f.content_size; i++)
        same += f.content[i] == b->at->argument;
    bench_check(b, same == 0 || same == f.content_size, "%zu of %zu bytes of EF.LOCI are new", same, f.content_size);
    return same == f.content_size;
}

static bool write_location(struct bench *b)
{
    char digits[64] = "00D600000B";
    for (size_t i = 0; i < 11; i++)
        (void)snprintf(digits + 10 + 2 * i, 3, "%02X", (unsigned)b->at->argument);
    return flow_say(b, SELECT_USIM, 0x9000) && flow_say(b, "00A4000C026F7E", 0x9000) && flow_say(b, digits, 0x9000);
}

static bool is_created(struct bench *b)
{
    struct euicc_file_description f;
    return flow_find_file(b, NEW_FILE, &f);
}

static bool is_gone(struct bench *b)
{
    return !is_created(b);
}

static bool create_file(struct bench *b)
{
    return in_usim_with_adm1(b) &&
           flow_say(b, "00E00000(62(82024121 83026F99 8A0105 8B036F0605 80020008 8800))", 0x9000);
}

static bool delete_file(struct bench *b)
{
    return in_usim_with_adm1(b) && flow_say(b, "00E40000026F99", 0x9000);
}

/* Sequence number `argument` was used. */
static bool is_authenticated(struct bench *b)
{
    for (size_t i = 0; i < b->stored.n; i++) {
        const struct stored *s = &b->stored.items[i];
        if (strncmp(s->key, "isdp/", 5) == 0 && strstr(s->key, "/sqn/") && s->n > 6)
            return s->value[5] == b->at->argument;
    }
    return false;
}

static bool authenticate(struct bench *b)
{
    static const uint8_t k[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    static const uint8_t opc[16] = {15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    static const uint8_t amf[2] = {0x80, 0};
    static const uint8_t rand[16] = {0x23};
    const uint8_t sqn[6] = {0, 0, 0, 0, 0, (uint8_t)b->at->argument};
    struct auc_subscriber subscriber;
    struct auc_vector v;
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    if (!flow_say(b, SELECT_USIM, 0x9000)) return false;
    auc_milenage(&subscriber, k, opc);
    ck_assert(auc_vector(&subscriber, rand, sqn, amf, &v));
    put_hex(&command, "0088008122");
    auc_put_command(&v, &command);
    buf_byte(&command, 0);
    ck_assert_uint_eq(command.n, 5 + 0x22 + 1);
    if (!flow_transmit(b, buf_slice(&command), "AUTHENTICATE", &answer)) return false;
    bench_check(b, answer.n > 2 && answer.p[0] == 0xdb, "AUTHENTICATE with SQN %d is not accepted", b->at->argument);
    /* who repeats it learns nothing: the number is used up */
    if (!flow_transmit(b, buf_slice(&command), "AUTHENTICATE", &answer)) return false;
    bench_check(b, answer.n > 2 && answer.p[0] == 0xdc, "SQN %d is accepted twice", b->at->argument);
    return true;
}

/* ---- flows ---- */

static void enabled(struct bench *b)
{
    profile_prepare(b, 1, NULL);
    profile_prepare_enabled(b, 1);
}

#define WRONG(n)                                                                                                       \
    {                                                                                                                  \
        "wrong code", is_wrong, present_wrong, n                                                                       \
    }
#define WRITE(n)                                                                                                       \
    {                                                                                                                  \
        "UPDATE BINARY", is_written, write_location, n                                                                 \
    }
#define AUTHENTICATE(n)                                                                                                \
    {                                                                                                                  \
        "AUTHENTICATE", is_authenticated, authenticate, n                                                              \
    }

static const struct flow codes = {.name = "codes", .prepare = enabled, .steps = {WRONG(1), WRONG(2), WRONG(3)}};
static const struct flow files = {.name = "files",
                                  .prepare = enabled,
                                  .steps = {WRITE(0x11),
                                            WRITE(0x22),
                                            {"CREATE FILE", is_created, create_file, 0},
                                            WRITE(0x33),
                                            {"DELETE FILE", is_gone, delete_file, 0}}};
static const struct flow authentication = {.name = "authentication",
                                           .prepare = enabled,
                                           .steps = {AUTHENTICATE(0x20), AUTHENTICATE(0x40), AUTHENTICATE(0x60)}};

const struct flow *const uicc_flows[] = {&codes, &files, &authentication, NULL};

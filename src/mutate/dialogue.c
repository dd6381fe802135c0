/* What the terminal says, as far as rules name it: command, channel, selected application, and the request that STORE
 * DATA blocks make up (SGP.22 5.7.2). Called by mutate.c. */
#include "mutate/internal.h"

enum { P1_LAST_BLOCK = 0x80, P1_BY_NAME = 4 };

/* TS 102 221 10.1.1: channels 0 to 3 in CLA 0X, 8X, AX, the others from 4 on with bit 7 set. */
static uint8_t channel_of(uint8_t cla)
{
    return (uint8_t)(cla & 0x40 ? 4 + (cla & 0x0f) : cla & 3);
}

/* Lc or Le of one byte or, behind a 00, of two. */
static void read_lengths(struct slice capdu, struct command *out)
{
    struct slice in = slice_skip(capdu, 4);
    bool extended = in.n >= 3 && in.p[0] == 0;
    bool only_le = in.n == 1 || (extended && in.n == 3);
    out->le = 256;
    if (in.n && !only_le) {
        size_t lc = extended ? (size_t)in.p[1] << 8 | in.p[2] : in.p[0];
        in = slice_skip(in, extended ? 3 : 1);
        if (lc > in.n) lc = in.n;
        out->data = slice_of(in.p, lc);
        in = slice_skip(in, lc);
    }
    if (in.n == 1 && in.p[0]) out->le = in.p[0];
    if (in.n >= 2) {
        out->le = (size_t)in.p[in.n - 2] << 8 | in.p[in.n - 1];
        if (out->le == 0) out->le = 65536;
    }
}

static void take_block(struct command *c)
{
    struct chain *chain = c->chain;
    uint32_t tag = 0;
    size_t length = 0;
    size_t head = 0;
    c->first = c->p2 == 0;
    c->last = c->p1 & P1_LAST_BLOCK;
    if (c->first) buf_reset(&chain->bytes);
    if (chain->bytes.n + c->data.n <= ANSWER_MAX) buf_append(&chain->bytes, c->data);
    chain->tag = tlv_head(buf_slice(&chain->bytes), &tag, &length, &head) == TLV_OK ? tag : 0;
}

bool command_read(struct mutate *m, struct slice capdu, struct command *out)
{
    *out = (struct command){.le = 256};
    if (capdu.n < 4) return false;
    out->channel = channel_of(capdu.p[0]);
    out->ins = capdu.p[1];
    out->p1 = capdu.p[2];
    out->p2 = capdu.p[3];
    out->chain = &m->chains[out->channel % CHANNELS];
    read_lengths(capdu, out);
    if (out->ins == INS_STORE_DATA) take_block(out);
    return true;
}

void command_done(struct command *c, uint16_t sw)
{
    bool well = sw == 0x9000 || sw >> 8 == 0x61 || sw >> 8 == 0x91 || sw >> 8 == 0x62;
    if (!well || !c->chain) return;
    if (c->ins == INS_SELECT && c->p1 == P1_BY_NAME) {
        c->chain->aid_n = c->data.n < sizeof c->chain->aid ? c->data.n : sizeof c->chain->aid;
        if (c->chain->aid_n) memcpy(c->chain->aid, c->data.p, c->chain->aid_n);
    }
}

static bool is_function_tag(uint32_t tag)
{
    for (const struct named_function *f = named_functions; f->name; f++)
        if (f->tag == tag) return true;
    return false;
}

bool command_is(const struct command *c, const struct what *what, bool early)
{
    bool whole = c->ins == INS_STORE_DATA && c->last;
    switch (what->kind) {
    case WHAT_ANY:
        return true;
    case WHAT_FUNCTION:
        if (early) return c->ins == INS_STORE_DATA && c->first && !c->last && c->chain->tag == what->tag;
        return whole && c->chain->tag == what->tag;
    case WHAT_LOADING: /* whatever is no request: segments begin anywhere in the package */
        return whole && !is_function_tag(c->chain->tag);
    case WHAT_COMMAND:
        return c->ins == what->ins;
    case WHAT_NONE:
    case WHAT_POWER_ON:
    case WHAT_RESET:
        break;
    }
    return false;
}

const char *command_name(const struct command *c)
{
    if (c->ins == INS_STORE_DATA && c->chain->tag) {
        for (const struct named_function *f = named_functions; f->name; f++)
            if (f->tag == c->chain->tag) return f->name;
        return load_bound_profile_package;
    }
    for (const struct named_command *n = named_commands; n->name; n++)
        if (n->ins == c->ins) return n->name;
    return "a command";
}

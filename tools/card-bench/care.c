/* What is not sent to a foreign card; see care.h. */
#include "care.h"

#include "bench.h"

#include <stdio.h>

/* Functions that take something from the card or add to it for good. */
static const struct {
    uint32_t tag;
    const char *name;
} functions[] = {
    {0xbf30, "RemoveNotificationFromList"},
    {0xbf33, "DeleteProfile"},
    {0xbf34, "eUICCMemoryReset"},
    {0xbf35, "LoadCRL"},
    {0xbf36, "LoadBoundProfilePackage"},
    {0xbf51, "LoadEuiccPackage"},
    {0xbf57, "AddInitialEim"},
    {0xbf58, "ProfileRollback"},
    {0xbf64, "eUICCMemoryReset"},
};

static const struct {
    uint8_t ins;
    bool only_with_data; /* without data a PIN command only asks for the tries, CREATE FILE only whether it is there */
    const char *name;
} commands[] = {
    {0x20, true, "VERIFY PIN"},    {0x24, true, "CHANGE PIN"},
    {0x26, true, "DISABLE PIN"},   {0x28, true, "ENABLE PIN"},
    {0x2c, true, "UNBLOCK PIN"},   {0xd4, false, "RESIZE FILE"},
    {0xd8, false, "PUT KEY"},      {0xe0, true, "CREATE FILE"},
    {0xe4, false, "DELETE"},       {0xe6, false, "INSTALL or TERMINATE DF"},
    {0xe8, false, "TERMINATE EF"}, {0xfe, false, "TERMINATE CARD USAGE"},
};

static const char *function_of(const struct request_begin *request)
{
    uint32_t tag = (uint32_t)request->bytes[0] << 8 | request->bytes[1];
    if (request->n < sizeof request->bytes) return NULL;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (functions[i].tag == tag) return functions[i].name;
    return NULL;
}

/* Classes with bit 7 are those of the channels 4 to 19 (TS 102 221 10.1.1). */
static unsigned channel_of(uint8_t class)
{
    return class & 0x40 ? 4 + (class & 0x0f) : class & 0x03;
}

/* The request on this channel as far as it has come, with this block: the tag is all that is looked at. */
static const char *store_data(struct bench *b, struct slice command)
{
    struct request_begin *request = &b->requests[channel_of(command.p[0])];
    if (command.p[3] == 0) request->n = 0;
    if (command.n < 6) return NULL;
    for (size_t i = 5; i < command.n && request->n < sizeof request->bytes; i++)
        request->bytes[request->n++] = command.p[i];
    return function_of(request);
}

/* VERIFY PIN with what the user gave for just this PIN; that it is right needs.c has seen. */
static bool is_given(const struct bench *b, struct slice command)
{
    struct slice value = command.p[3] == 0x01 ? b->options->pin : b->options->adm;
    if (command.p[1] != 0x20 || (command.p[3] != 0x01 && command.p[3] != 0x0a)) return false;
    return value.n && command.n == 5 + value.n && memcmp(command.p + 5, value.p, value.n) == 0;
}

bool care_allows(struct bench *b, struct slice command, char *why, size_t size)
{
    const char *name = NULL;
    if (b->target->builtin || b->options->allow_destructive || command.n < 4 || is_given(b, command)) return true;
    if (command.p[1] == 0xe2 && command.p[0] & 0x80) name = store_data(b, command);
    for (size_t i = 0; !name && i < sizeof commands / sizeof *commands; i++) {
        if (commands[i].ins != command.p[1] || (commands[i].only_with_data && command.n <= 5)) continue;
        name = commands[i].name;
    }
    if (!name) return true;
    (void)snprintf(why, size, "%s changes this card for good; --allow-destructive allows it", name);
    return false;
}

/* See card_rows.h. */
#include "card_rows.h"

#include "card/card.h"
#include "isdr/iot.h"
#include "isdr/isdr.h"
#include "saip/internal.h"

const char *card_function(size_t index)
{
    const struct es_function *row = es_function_at(index);
    return row ? row->name : NULL;
}

const char *card_command(size_t index)
{
    const struct command *row = command_at(index);
    return row ? row->name : NULL;
}

const char *card_profile_operation(size_t index)
{
    const struct package_operation *row = psmo_at(index);
    return row ? row->name : NULL;
}

const char *card_eim_operation(size_t index)
{
    const struct package_operation *row = eco_at(index);
    return row ? row->name : NULL;
}

/* The card finds elements by tag: of one byte or two. */
const char *card_profile_element(size_t index)
{
    for (uint32_t tag = 0xa0; tag <= 0xbfff; tag++) {
        size_t at;
        const struct element_row *row = element_find(tag, &at);
        if (row && index-- == 0) return row->name;
    }
    return NULL;
}

/* Looking data objects up in the tables; see names.h. */
#include "names/names.h"

const char *names_of(const struct decode_name *table, uint32_t value)
{
    for (; table->name; table++)
        if (table->value == value) return table->name;
    return NULL;
}

/* Members come in the order of the table, and one tag may stand for two of them (30 in AuthenticateServerRequest), so
 * the search goes on behind the last match. A tag that is not universal names its member wherever it stands. */
const struct decode_field *names_find(const struct decode_field *table, size_t *next, uint32_t tag, bool any_order)
{
    uint32_t first = tag;
    while (first > 0xff)
        first >>= 8;
    for (size_t i = *next; table[i].name; i++) {
        if (table[i].tag != tag) continue;
        *next = i + 1;
        return &table[i];
    }
    if (!any_order && !(first & 0xc0)) return NULL;
    for (size_t i = 0; i < *next; i++)
        if (table[i].tag == tag) return &table[i];
    return NULL;
}

/* The last names of `chain` are those of the path. */
static bool ends_with(const struct decode_field *const *chain, size_t n, const struct slice *parts, size_t count)
{
    if (count == 0 || count > n) return false;
    for (size_t i = 0; i < count; i++)
        if (!slice_equal(slice_text(chain[n - count + i]->name), parts[i])) return false;
    return true;
}

static const struct decode_field *find_path(const struct decode_field *table, const struct decode_field **chain,
                                            size_t depth, const struct slice *parts, size_t count)
{
    for (; table && table->name && depth < NAMES_DEPTH_MAX; table++) {
        chain[depth] = table;
        if (ends_with(chain, depth + 1, parts, count)) return table;
        const struct decode_field *found = find_path(table->members, chain, depth + 1, parts, count);
        if (found) return found;
    }
    return NULL;
}

const struct decode_field *names_find_path(const struct decode_field *table, const struct slice *parts, size_t n)
{
    const struct decode_field *chain[NAMES_DEPTH_MAX];
    return find_path(table, chain, 0, parts, n);
}

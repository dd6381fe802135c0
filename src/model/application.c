/* The applications of a profile; see application.h. Value of `app/<nn>`: kind, naa, fid (2), AID. */
#include "model/application.h"

#define NAME_SIZE (sizeof "app/00")

static void name_of(unsigned number, char out[NAME_SIZE])
{
    memcpy(out, "app", 3);
    (void)isdp_number(out + 3, number, 2);
}

enum naa_kind naa_kind_of_aid(struct slice aid)
{
    static const struct {
        uint8_t start[7];
        enum naa_kind kind;
    } rows[] = {
        {{0xa0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02}, NAA_USIM},
        {{0xa0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x04}, NAA_ISIM},
        {{0xa0, 0x00, 0x00, 0x03, 0x43, 0x10, 0x02}, NAA_CSIM},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (slice_starts_with(aid, SLICE(rows[i].start))) return rows[i].kind;
    return NAA_OTHER;
}

const char *naa_name(enum naa_kind kind)
{
    static const char *const names[] = {"application", "USIM", "ISIM", "CSIM"};
    return kind <= NAA_CSIM ? names[kind] : names[NAA_OTHER];
}

static enum err decode(const struct isdp_item *item, unsigned index, struct profile_application *out)
{
    struct slice v = item->value;
    if (v.n < 4) return ERR_CORRUPT;
    *out = (struct profile_application){.number = index,
                                        .kind = (enum profile_application_kind)v.p[0],
                                        .naa = (enum naa_kind)v.p[1],
                                        .fid = (uint16_t)(v.p[2] << 8 | v.p[3]),
                                        .aid = slice_skip(v, 4)};
    return OK;
}

enum err application_at(const struct isdp *isdp, size_t index, struct profile_application *out, bool *found)
{
    char name[NAME_SIZE];
    struct isdp_item item = {0};
    *found = false;
    if (index > 255) return OK;
    name_of((unsigned)index, name);
    *found = isdp_get(isdp, name, &item.value);
    return *found ? decode(&item, (unsigned)index, out) : OK;
}

enum err application_find(const struct isdp *isdp, struct slice aid, struct profile_application *out, bool *found)
{
    for (size_t i = 0;; i++) {
        TRY(application_at(isdp, i, out, found));
        if (!*found || slice_equal(out->aid, aid)) return OK;
    }
}

enum err application_add(const struct isdp *isdp, const struct profile_application *a)
{
    char name[NAME_SIZE];
    struct profile_application other;
    bool found = true;
    size_t n = 0;
    BUF_LOCAL b = {0};
    while (found) {
        TRY(application_at(isdp, n, &other, &found));
        if (found) n++;
    }
    if (n > 255) return ERR_NO_SPACE;
    buf_byte(&b, (uint8_t)a->kind);
    buf_byte(&b, (uint8_t)a->naa);
    buf_byte(&b, (uint8_t)(a->fid >> 8));
    buf_byte(&b, (uint8_t)a->fid);
    buf_append(&b, a->aid);
    TRY(buf_err(&b));
    name_of((unsigned)n, name);
    return isdp_put(isdp, name, buf_slice(&b));
}

enum err application_remove(const struct isdp *isdp, struct slice aid)
{
    char name[NAME_SIZE];
    char next_name[NAME_SIZE];
    struct profile_application a;
    struct slice value;
    bool found;
    TRY(application_find(isdp, aid, &a, &found));
    if (!found) return OK;
    for (unsigned i = a.number;; i++) {
        name_of(i, name);
        name_of(i + 1, next_name);
        if (i == 255 || !isdp_get(isdp, next_name, &value)) return isdp_delete(isdp, name);
        TRY(isdp_put(isdp, name, value));
    }
}

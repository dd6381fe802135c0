/* Cuts a Bound Profile Package into segments (SGP.22 2.5.5); see lpa.h. A spoiled package is cut as far as it can be
 * read. */
#include "lpa_internal.h"

#include <stdlib.h>

static bool add(struct lpa_segments *s, const uint8_t *from, const uint8_t *to)
{
    if (from == to) return true;
    struct slice *more = realloc(s->list, (s->n + 1) * sizeof *more);
    if (!more) return false;
    s->list = more;
    s->list[s->n++] = slice_of(from, (size_t)(to - from));
    return true;
}

/* A0 to A3: what stands together with the header, then the members one by one. */
static bool add_section(struct lpa_segments *s, const struct tlv *section, enum lpa_segmentation how)
{
    const uint8_t *start = section->whole.p;
    struct slice in = section->value;
    struct tlv item;
    bool encrypted_commands = section->tag == 0xa0 || section->tag == 0xa2;
    if (encrypted_commands && how == LPA_SEGMENT_LPAC) return add(s, start, start + section->whole.n);
    if (encrypted_commands && tlv_next(&in, &item)) {
        if (!add(s, start, in.n ? in.p : start + section->whole.n)) return false;
    } else if (!add(s, start, section->value.p)) {
        return false;
    }
    while (tlv_next(&in, &item))
        if (!add(s, item.whole.p, item.whole.p + item.whole.n)) return false;
    return in.n == 0 || add(s, in.p, in.p + in.n);
}

static bool cut_by_structure(struct lpa_segments *s, struct slice bpp, enum lpa_segmentation how)
{
    struct slice rest = bpp;
    struct tlv whole;
    struct tlv member;
    if (!tlv_next(&rest, &whole) || rest.n) return add(s, bpp.p, bpp.p + bpp.n);
    struct slice in = whole.value;
    const uint8_t *start = bpp.p;
    if (tlv_next(&in, &member) && member.tag == 0xbf23) {
        if (!add(s, start, member.whole.p + member.whole.n)) return false;
    } else {
        if (!add(s, start, whole.value.p)) return false;
        in = whole.value;
    }
    while (tlv_next(&in, &member)) {
        bool section = member.tag >= 0xa0 && member.tag <= 0xa3;
        if (section ? !add_section(s, &member, how) : !add(s, member.whole.p, member.whole.p + member.whole.n))
            return false;
    }
    return in.n == 0 || add(s, in.p, in.p + in.n);
}

bool lpa_segments_make(struct lpa_segments *out, struct slice bpp, enum lpa_segmentation how, size_t cut)
{
    *out = (struct lpa_segments){0};
    if (how == LPA_SEGMENT_LPAC || how == LPA_SEGMENT_EACH) return cut_by_structure(out, bpp, how);
    size_t size = how == LPA_SEGMENT_CUT && cut ? cut : bpp.n;
    while (bpp.n) {
        size_t n = bpp.n < size ? bpp.n : size;
        if (!add(out, bpp.p, bpp.p + n)) return false;
        bpp = slice_skip(bpp, n);
    }
    return true;
}

void lpa_segments_free(struct lpa_segments *segments)
{
    free(segments->list);
    *segments = (struct lpa_segments){0};
}

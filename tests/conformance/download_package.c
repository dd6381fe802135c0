/* Profile packages and metadata with chosen flaws; see download_common.h. The packages are made of profiles/tiny.der,
 * so that each is right but for its one flaw (SAIP 8; SGP.22 5.5.3). */
#include "download_common.h"

void package_load(struct buf *package, const char *file)
{
    char path[512];
    const char *folder = getenv("TEST_PROFILES_DIR");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : TEST_PROFILES_DIR, file);
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "cannot open %s", path);
    uint8_t bytes[4096];
    size_t n;
    while ((n = fread(bytes, 1, sizeof bytes, f)) > 0)
        buf_append(package, slice_of(bytes, n));
    fclose(f);
    ck_assert(buf_err(package) == OK && package->n > 0);
}

void package_replace(struct buf *package, const char *from, const char *to)
{
    BUF_LOCAL old = {0};
    BUF_LOCAL new = {0};
    size_t found = 0;
    (void)hex(&old, from);
    (void)hex(&new, to);
    ck_assert_uint_eq(old.n, new.n);
    for (size_t i = 0; i + old.n <= package->n; i++) {
        if (memcmp(package->p + i, old.p, old.n) != 0) continue;
        memcpy(package->p + i, new.p, new.n);
        found++;
    }
    ck_assert_msg(found > 0, "the package has no %s", from);
}

size_t package_position(const struct buf *package, const char *digits)
{
    BUF_LOCAL bytes = {0};
    if (!digits) return package->n;
    (void)hex(&bytes, digits);
    for (size_t i = 0; i + bytes.n <= package->n; i++)
        if (memcmp(package->p + i, bytes.p, bytes.n) == 0) return i;
    ck_abort_msg("the package has no %s", digits);
    return 0;
}

/* Copies the package; before (or instead of) the first element with this tag comes `element`. */
static void rewrite(struct buf *package, uint32_t tag, struct slice element, bool keep)
{
    struct tlv t;
    bool done = false;
    BUF_LOCAL copy = {0};
    for (struct slice in = buf_slice(package); tlv_next(&in, &t);) {
        if (t.tag == tag && !done) {
            buf_append(&copy, element);
            done = true;
            if (!keep) continue;
        }
        buf_append(&copy, t.whole);
    }
    ck_assert_msg(done, "the package has no element %X", (unsigned)tag);
    buf_reset(package);
    buf_append(package, buf_slice(&copy));
    ck_assert(buf_err(package) == OK);
}

void package_insert(struct buf *package, uint32_t before, struct slice element)
{
    rewrite(package, before, element, true);
}

void package_drop(struct buf *package, uint32_t tag)
{
    rewrite(package, tag, slice_of(NULL, 0), false);
}

static void put_file(struct buf *b, uint32_t tag, const char *content)
{
    BUF_LOCAL bytes = {0};
    if (!content) return;
    size_t mark = tlv_open(b, tag);
    tlv_put(b, 0x83, hex(&bytes, content));
    tlv_close(b, mark);
}

void package_put_gids(struct buf *element, const char *gid1, const char *gid2)
{
    BUF_LOCAL bytes = {0};
    size_t mark = tlv_open(element, 0xb4);
    buf_append(element, hex(&bytes, "a0058000810106 810667810f010205"));
    put_file(element, 0xa5, gid1);
    put_file(element, 0xa6, gid2);
    tlv_close(element, mark);
}

static void put_member(struct buf *b, const char *digits, const char *usual)
{
    BUF_LOCAL bytes = {0};
    buf_append(b, hex(&bytes, digits ? digits : usual));
}

void metadata_make(struct buf *metadata, const struct metadata_parts *parts)
{
    static const struct metadata_parts none = {0};
    const struct metadata_parts *p = parts ? parts : &none;
    BUF_LOCAL iccid = {0};
    size_t mark = tlv_open(metadata, 0xbf25);
    if (!p->iccid || p->iccid[0]) tlv_put(metadata, 0x5a, hex(&iccid, p->iccid ? p->iccid : TINY_ICCID));
    put_member(metadata, p->service_provider, "9103 535031");
    put_member(metadata, p->name, "9204 74696e79");
    put_member(metadata, p->icon, "");
    put_member(metadata, p->profile_class, "950102");
    put_member(metadata, p->notifications, "");
    put_member(metadata, p->owner, "");
    put_member(metadata, p->rules, "");
    put_member(metadata, p->rest, "");
    tlv_close(metadata, mark);
    ck_assert(buf_err(metadata) == OK);
}

const char *metadata_filled(struct buf *digits, const char *tag, size_t n, uint8_t fill)
{
    BUF_LOCAL bytes = {0};
    BUF_LOCAL tag_bytes = {0};
    BUF_LOCAL value = {0};
    uint32_t number = 0;
    struct slice t = hex(&tag_bytes, tag);
    for (size_t i = 0; i < t.n; i++)
        number = number << 8 | t.p[i];
    for (size_t i = 0; i < n; i++)
        buf_byte(&value, fill);
    tlv_put(&bytes, number, buf_slice(&value));
    buf_reset(digits);
    uint8_t *out = buf_extend(digits, 2 * bytes.n + 1);
    ck_assert(out != NULL && buf_err(&bytes) == OK);
    hex_encode(buf_slice(&bytes), (char *)out);
    return (const char *)out;
}

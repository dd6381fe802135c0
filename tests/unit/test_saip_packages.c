/* Whole packages of other makers, those of the folder that SOFTEUICC_PACKAGES names (files that end in .der); without
 * it the test is skipped. Each is installed as it streams in; facts that are known of the test profiles of GSMA TS.48
 * are asserted. */
#define _GNU_SOURCE
#include "saip/internal.h"
#include "unit_bytes.h"

#include <dirent.h>
#include <stdio.h>

#define SKIPPED 77

#define MUST(condition, what)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            (void)fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, what, #condition);                            \
            exit(EXIT_FAILURE);                                                                                        \
        }                                                                                                              \
    } while (0)

static struct bytes read_file(const char *folder, const char *name)
{
    char path[1024];
    struct bytes out = {.p = malloc(1 << 20)};
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    MUST(f, path);
    out.n = fread(out.p, 1, 1 << 20, f);
    MUST(feof(f), path);
    (void)fclose(f);
    return out;
}

/* What is in an installation: files of each kind, their number and bytes below each directory of the MF. */
struct census {
    unsigned kinds[FILE_BER_TLV + 1];
    unsigned links;
    size_t bytes; /* of EFs, as they are said in the package */
};

static struct census count(const struct isdp *isdp, uint16_t below)
{
    struct census c = {0};
    struct file f;
    for (struct isdp_item i = isdp_first(isdp, "fs/"); i.name; i = isdp_after(isdp, "fs/", &i)) {
        MUST(file_of_item(isdp, &i, &f) == OK, i.name);
        if (below && (f.path.n == 0 || f.path.fid[0] != below)) continue;
        c.links += f.is_link;
        if (f.is_link) continue;
        c.kinds[f.kind]++;
        c.bytes += file_is_directory(&f) ? 0 : f.size;
    }
    return c;
}

static unsigned elementary(const struct census *c)
{
    return c->kinds[FILE_TRANSPARENT] + c->kinds[FILE_LINEAR_FIXED] + c->kinds[FILE_CYCLIC] + c->kinds[FILE_BER_TLV] +
           c->links;
}

struct outcome {
    enum err e;
    struct saip_install *install;
    struct reason reason;
};

static void run(struct outcome *o, const char *name, struct slice package, const char *personality)
{
    struct personality p;
    char why[256];
    size_t taken;
    *o = (struct outcome){0};
    reason_begin(&o->reason, "installation");
    MUST(personality_parse(&p, personality, why), why);
    MUST(saip_install_new(&o->install, &p, 1 << 20) == OK, name);
    o->e = saip_install_feed(o->install, package, &taken, &o->reason);
    if (o->e == OK) o->e = saip_install_end(o->install, slice_skip(package, taken), &o->reason);
    personality_free(&p);
}

static void show(const char *name, const struct outcome *o)
{
    char text[600];
    struct census c = count(&o->install->isdp, 0);
    (void)printf("%s: %s%s; DF %u ADF %u transparent %u linear %u cyclic %u BER-TLV %u links %u, %zu bytes, cost %zu\n",
                 name, o->e == OK ? "installed" : "refused, ",
                 o->e == OK ? "" : reason_text(&o->reason, text, sizeof text), c.kinds[FILE_DF], c.kinds[FILE_ADF],
                 c.kinds[FILE_TRANSPARENT], c.kinds[FILE_LINEAR_FIXED], c.kinds[FILE_CYCLIC], c.kinds[FILE_BER_TLV],
                 c.links, c.bytes, saip_install_cost(o->install));
}

/* ---- the test profiles of TS.48 ---- */

static void file_at(const struct isdp *isdp, const char *path, struct file *f)
{
    struct path p;
    bool found;
    BUF_LOCAL bytes = {0};
    MUST(hex_decode(slice_text(path), &bytes) && path_read(buf_slice(&bytes), &p), path);
    MUST(file_get(isdp, &p, f, &found) == OK && found, path);
}

static void has_content(struct slice body, const char *hex, const char *what)
{
    BUF_LOCAL bytes = {0};
    MUST(hex_decode(slice_text(hex), &bytes), what);
    char came[200];
    hex_encode(slice_of(body.p, body.n < 99 ? body.n : 99), came);
    if (!slice_starts_with(body, buf_slice(&bytes))) (void)fprintf(stderr, "%s: %s, not %s\n", what, came, hex);
    MUST(slice_starts_with(body, buf_slice(&bytes)), what);
}

/* What a card with this profile answered to SELECT: descriptor, access rule, size and short identifier; and contents
 * that all versions have. */
static void check_files(const struct isdp *isdp, bool version_7)
{
    struct file f;
    file_at(isdp, "7FD06F07", &f);
    MUST(f.descriptor == 0x41 && f.arr == 0x6f06 && f.arr_record == 10 && f.size == 9 && f.sfi == 7, "EF.IMSI");
    if (version_7) has_content(f.body, "08 0910101032547698", "EF.IMSI");
    file_at(isdp, "7FD06FB7", &f);
    MUST(f.descriptor == 0x42 && f.arr_record == 8 && f.record_length == 14 && f.records == 2 && f.sfi == 1, "EF.ECC");
    file_at(isdp, "", &f);
    MUST(f.descriptor == 0x78 && f.arr == 0x2f06 && f.arr_record == 1, "MF");
    has_content(f.pin_status, version_7 ? "010A0B" : "010A", "MF");
    file_at(isdp, "7FD0", &f);
    MUST(f.descriptor == 0x78 && f.arr == 0x2f06 && f.arr_record == 1 && f.kind == FILE_ADF, "ADF.USIM");
    has_content(f.pin_status, version_7 ? "81010A0B" : "81010A", "ADF.USIM");
    has_content(f.aid, "A0000000871002FF49FF0589", "ADF.USIM");
    file_at(isdp, "2FE2", &f);
    if (version_7) has_content(f.body, "98001032547698103214", "EF.ICCID");
    /* content, offset 11, and the next content begins the second record */
    file_at(isdp, "2F00", &f);
    MUST(f.record_length == 33, "EF.DIR");
    has_content(f.body, "61144F0CA0000000871002FF49FF058950045553494D FFFFFFFFFFFFFFFFFFFFFF 61", "EF.DIR");
    /* 00 and FF in every record */
    file_at(isdp, "7FD06F3C", &f);
    MUST(f.record_length == 176, "EF.SMS");
    for (size_t i = 0; i < f.records; i++)
        has_content(slice_skip(f.body, i * 176), "00FFFF", "EF.SMS");
}

/* The profile of July 2025: nodes, and EFs and bytes below each root. */
static void check_version_7(const struct isdp *isdp, bool ber_tlv)
{
    static const struct {
        uint16_t fid;
        unsigned files, files_without;
        size_t bytes, bytes_without;
    } roots[] = {{0x7f10, 30, 29, 4452, 3428},  {0x7f66, 5, 5, 72, 72},       {0x7f26, 1, 1, 100, 100},
                 {0x7fd0, 96, 94, 10295, 8247}, {0x7fc0, 64, 64, 3207, 3207}, {0x7fb0, 10, 9, 2126, 1102}};
    struct census c = count(isdp, 0);
    MUST(c.kinds[FILE_MF] == 1 && c.kinds[FILE_DF] == 14 && c.kinds[FILE_ADF] == 3, "directories");
    MUST(c.kinds[FILE_TRANSPARENT] == 136 && c.kinds[FILE_LINEAR_FIXED] == 65 && c.kinds[FILE_CYCLIC] == 7, "EFs");
    MUST(c.kinds[FILE_BER_TLV] == (ber_tlv ? 4 : 0) && c.links == 29, "BER-TLV files and links");
    MUST(c.bytes == (ber_tlv ? 22335 : 18239), "bytes");
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        c = count(isdp, roots[i].fid);
        MUST(elementary(&c) == (ber_tlv ? roots[i].files : roots[i].files_without), "files of a root");
        MUST(c.bytes == (ber_tlv ? roots[i].bytes : roots[i].bytes_without), "bytes of a root");
    }
}

static void check_test_profile(const char *name, struct slice package)
{
    struct outcome o;
    struct census c;
    bool first_version = !strncmp(name, "TS48v1", 6) || !strncmp(name, "TS48V1", 6);
    /* with the files of GBA, as the profile has them */
    run(&o, name, package, "package_leave_out_services = no");
    if (first_version) { /* its header requires javacard */
        MUST(o.e == ERR_DATA && saip_install_status(o.install) == PE_RUNTIME_NOT_SUPPORTED, name);
        saip_install_free(o.install);
        /* and nothing in it needs it */
        run(&o, name, package,
            "package_leave_out_services = no\nuicc_capability = usim isim csim milenage usimTestAlgorithm berTlv "
            "dfLink "
            "javacard");
    }
    MUST(o.e == OK, name);
    c = count(&o.install->isdp, 0);
    MUST(c.links == 29 && c.kinds[FILE_MF] == 1 && c.kinds[FILE_ADF] == 3, name);
    bool ber_tlv = package.n == 12385 || package.n == 12037;
    bool version_7 = ber_tlv || package.n == 12261 || package.n == 11913;
    check_files(&o.install->isdp, version_7);
    if (version_7) check_version_7(&o.install->isdp, ber_tlv);
    saip_install_free(o.install);
}

static void install_file(const char *folder, const char *name)
{
    struct outcome o;
    static const char title[] = "GSMA Generic eUICC Test Profile";
    BYTES_LOCAL package = read_file(folder, name);
    bool of_ts48 = memmem(package.p, package.n, title, sizeof title - 1) || !strncmp(name, "TS48", 4);
    run(&o, name, bytes_slice(&package), "");
    show(name, &o);
    if (!of_ts48) MUST(o.e == OK, name);
    saip_install_free(o.install);
    if (of_ts48) check_test_profile(name, bytes_slice(&package));
}

int main(void)
{
    const char *folder = getenv("SOFTEUICC_PACKAGES");
    struct dirent *entry;
    if (!folder) {
        puts("skipped: SOFTEUICC_PACKAGES names no folder of packages of other makers");
        return SKIPPED;
    }
    DIR *dir = opendir(folder);
    MUST(dir, folder);
    while ((entry = readdir(dir)) != NULL) {
        size_t n = strlen(entry->d_name);
        if (n > 4 && strcmp(entry->d_name + n - 4, ".der") == 0) install_file(folder, entry->d_name);
    }
    (void)closedir(dir);
    return 0;
}

/* See server.h. Called by download.c, package.c and pcsc_download.c. */
#include "server.h"
#include "bench.h"
#include "metadata.h"

#include "base/tlv.h"

#include <stdio.h>

void server_init(struct server *server, struct slice package)
{
    struct smdpp_config config;
    *server = (struct server){.keys = kat_open("sgp26.txt")};
    if (!server->keys || !smdpp_config_sgp26(&config, server->keys, TEST_P256, 1))
        bench_die("the SGP.26 test keys cannot be read");
    config.seed = slice_text("bench");
    server->dp = smdpp_new(&config);
    buf_append(&server->package, package);
    if (!server->dp || buf_err(&server->package) != OK) bench_die("no SM-DP+");
}

/* EF.ICCID holds the header's ICCID with swapped digits: every place of `old` in the package becomes `new`. */
static void replace_iccid(struct buf *package, const uint8_t old[10], const uint8_t new[10])
{
    for (size_t i = 0; i + 10 <= package->n; i++) {
        if (memcmp(package->p + i, old, 10) == 0) memcpy(package->p + i, new, 10);
    }
}

void server_offer(struct server *server, unsigned number)
{
    struct slice in_package;
    char digits[21];
    uint8_t old[10];
    snprintf(digits, sizeof digits, "8900000000000%06u", number);
    if (!metadata_iccid_bytes(digits, server->iccid) ||
        !metadata_package_iccid(buf_slice(&server->package), &in_package))
        bench_die("the package has no header with an ICCID");
    metadata_iccid_swap(in_package, old);
    replace_iccid(&server->package, old, server->iccid);
    metadata_iccid_swap(SLICE(server->iccid), server->package.p + (in_package.p - server->package.p));
    buf_reset(&server->metadata);
    metadata_plain(SLICE(server->iccid), "bench", "testsmdpplus1.example.com", &server->metadata);
    server->dp->profile =
        (struct smdpp_profile){.metadata = buf_slice(&server->metadata), .upp = buf_slice(&server->package)};
}

void server_free(struct server *server)
{
    smdpp_free(server->dp);
    kat_free(server->keys);
    buf_free(&server->package);
    buf_free(&server->metadata);
}

void server_clean_up(struct lpa *lpa, struct slice iccid)
{
    struct lpa_notifications all;
    uint32_t numbers[LPA_LIST_MAX];
    BUF_LOCAL id = {0};
    tlv_put(&id, 0x5a, iccid);
    if (lpa_delete_profile(lpa, buf_slice(&id)) != 0) bench_die("DeleteProfile: %s", lpa->error);
    if (!lpa_list_notification(lpa, -1, &all)) bench_die("ListNotification: %s", lpa->error);
    size_t n = all.n;
    for (size_t i = 0; i < n; i++)
        numbers[i] = all.list[i].sequence_number;
    for (size_t i = 0; i < n; i++) {
        if (lpa_remove_notification(lpa, numbers[i]) != 0) bench_die("RemoveNotification: %s", lpa->error);
    }
}

void server_real_package(struct buf *package)
{
    struct kat *session = kat_open("real-session.txt");
    if (!session || !kat_get(session, "ppk.upp", package)) bench_die("tests/kat/real-session.txt has no package");
    kat_free(session);
}

void bench_read_file(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    if (!file) bench_die("%s cannot be read", path);
    uint8_t piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(out, slice_of(piece, n));
    fclose(file);
}

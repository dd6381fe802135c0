/* The whole LPA run over PC/SC, as a user waits for it: the reader is opened, the card powered, a 12 KB package
 * downloaded from the test SM-DP+ in this process (whose work is in the figure), and the card powered off. Usage:
 * pcsc_download READER PORT SOFTEUICC CARD_FILE. Figure: lpa_download_ms. */
#include "bench.h"
#include "pcsc_wait.h"
#include "server.h"

#include <stdio.h>

enum { DOWNLOADS = 11 };

static double one_download(struct server *server, const char *reader_name, unsigned number)
{
    struct lpa_options options = {.channel = -1, .block_size = 120};
    struct lpa_reader reader = {0};
    struct lpa lpa;
    LPA_DOWNLOAD_LOCAL result = {0};
    server_offer(server, number);
    if (!lpa_reader_pcsc(&reader, reader_name)) bench_die("no card in reader \"%s\"", reader_name);
    lpa_init(&lpa, &reader, &options);
    double began = bench_now_us();
    if (!lpa_open(&lpa)) bench_die("opening the card: %s", lpa.error);
    if (!lpa_download(&lpa, server->dp, NULL, &result))
        bench_die("download: stage %d: %s", (int)result.stage, result.error);
    if (!lpa_close(&lpa)) bench_die("closing the card: %s", lpa.error);
    double took = bench_now_us() - began;
    if (!lpa_open(&lpa)) bench_die("opening the card again: %s", lpa.error);
    server_clean_up(&lpa, SLICE(server->iccid));
    lpa_close(&lpa);
    lpa_free(&lpa);
    return took / 1e3;
}

int main(int argc, char **argv)
{
    if (argc != 5) bench_die("usage: pcsc_download READER PORT SOFTEUICC CARD_FILE");
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%s", argv[2]);
    const char *card_argv[] = {argv[3], "run", "--quiet", "--card", argv[4], "--vpcd", address, NULL};
    double samples[DOWNLOADS];
    struct server server;
    BUF_LOCAL package = {0};
    server_real_package(&package);
    server_init(&server, buf_slice(&package));
    SCARDCONTEXT context;
    pcsc_must(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), "pcscd");
    pcsc_wait_for_card(context, argv[1], false);
    pid_t card = bench_spawn(card_argv);
    pcsc_wait_for_card(context, argv[1], true);
    for (unsigned i = 0; i < DOWNLOADS; i++)
        samples[i] = one_download(&server, argv[1], i);
    SCardReleaseContext(context);
    bench_end(card);
    server_free(&server);
    bench_figure("lpa_download_ms", bench_median(samples, DOWNLOADS), "ms");
}

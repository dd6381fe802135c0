/* GetEID over PC/SC on one reader, with the card and with the null card in turns, so that the ratio comes from one run.
 * pcscd with vpcd has to run and the reader has to be empty.
 * Usage: pcsc_client READER PORT NULL_CARD SOFTEUICC CARD_FILE (PORT: where the reader's vpcd waits).
 * Figures: pcsc_get_eid_us, pcsc_null_card_us, pcsc_vs_null_card. */
#define _GNU_SOURCE
#include "bench.h"
#include "pcsc_wait.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <winscard.h>

enum { ROUNDS = 6, PER_ROUND = 2000, WARM_UP = 200 };

static void transmit(SCARDHANDLE card, const uint8_t *command, size_t n, const char *what)
{
    uint8_t answer[264];
    DWORD length = sizeof answer;
    pcsc_must(SCardTransmit(card, SCARD_PCI_T0, command, (DWORD)n, NULL, answer, &length), what);
    if (length < 2 || answer[length - 2] != 0x90)
        bench_die("%s: answered %02x%02x", what, length < 2 ? 0 : answer[length - 2],
                  length < 2 ? 0 : answer[length - 1]);
}

/* Puts the card process argv into the reader, times PER_ROUND commands into out, and takes it out again. */
static void round_of(SCARDCONTEXT context, const char *reader, const char *const argv[], double *out)
{
    pcsc_wait_for_card(context, reader, false);
    pid_t child = bench_spawn(argv);
    pcsc_wait_for_card(context, reader, true);
    SCARDHANDLE card;
    DWORD protocol;
    pcsc_must(SCardConnect(context, reader, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0, &card, &protocol), "connect");
    transmit(card, bench_select_isdr, sizeof bench_select_isdr, "SELECT ISD-R");
    for (size_t i = 0; i < WARM_UP; i++)
        transmit(card, bench_get_eid, sizeof bench_get_eid, "GetEID");
    for (size_t i = 0; i < PER_ROUND; i++) {
        double began = bench_now_us();
        transmit(card, bench_get_eid, sizeof bench_get_eid, "GetEID");
        out[i] = bench_now_us() - began;
    }
    SCardDisconnect(card, SCARD_UNPOWER_CARD);
    bench_end(child);
}

int main(int argc, char **argv)
{
    if (argc != 6) bench_die("usage: pcsc_client READER PORT NULL_CARD SOFTEUICC CARD_FILE");
    const char *reader = argv[1];
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%s", argv[2]);
    const char *null_argv[] = {argv[3], argv[2], NULL};
    const char *card_argv[] = {argv[4], "run", "--quiet", "--card", argv[5], "--vpcd", address, NULL};
    SCARDCONTEXT context;
    pcsc_must(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), "pcscd");

    double *card_us = bench_memory(sizeof(double) * ROUNDS * PER_ROUND);
    double *null_us = bench_memory(sizeof(double) * ROUNDS * PER_ROUND);
    for (size_t i = 0; i < ROUNDS; i++) {
        round_of(context, reader, null_argv, null_us + i * PER_ROUND);
        round_of(context, reader, card_argv, card_us + i * PER_ROUND);
    }
    SCardReleaseContext(context);
    double card_p50 = bench_median(card_us, (size_t)ROUNDS * PER_ROUND);
    double null_p50 = bench_median(null_us, (size_t)ROUNDS * PER_ROUND);
    bench_figure("pcsc_get_eid_us", card_p50, "us");
    bench_figure("pcsc_null_card_us", null_p50, "us");
    bench_figure("pcsc_vs_null_card", card_p50 / null_p50, "ratio");
}

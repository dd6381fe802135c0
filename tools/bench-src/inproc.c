/* The card in process, through the public API only. Usage: inproc FOLDER (a folder on a real disk, for the card file).
 * Figures: apdu_per_s, durable_commit_us, heap_per_card_kb. */
#include "bench.h"
#include "euicc.h"
#include "outside.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 9, PER_ROUND = 50000, COMMITS = 2000, CARDS = 1000 };

static uint8_t answer[65538];

static void must(int result, const char *what)
{
    if (result != EUICC_OK) bench_die("%s: %s", what, euicc_result_text(result));
}

static void transmit(euicc *card, const uint8_t *command, size_t n, const char *what)
{
    size_t length;
    must(euicc_transmit(card, command, n, answer, sizeof answer, &length), what);
    if (length < 2 || answer[length - 2] != 0x90)
        bench_die("%s: answered %02x%02x", what, answer[length - 2], answer[length - 1]);
}

static euicc *new_card(struct outside *outside)
{
    euicc *card;
    struct euicc_env env = {.ctx = outside, .random = outside_random};
    if (outside->file) {
        env.load = outside_load;
        env.commit = outside_commit;
    }
    struct euicc_config config = {0};
    struct euicc_diagnostic why = {0};
    struct euicc_atr atr;
    int result = euicc_create(&card, &config, &env, &why);
    if (result != EUICC_OK) bench_die("euicc_create: %s: %s", euicc_result_text(result), why.text);
    must(euicc_power_on(card, &atr), "power on");
    transmit(card, bench_select_isdr, sizeof bench_select_isdr, "SELECT ISD-R");
    return card;
}

static void apdus_per_second(struct outside *memory)
{
    double rates[ROUNDS];
    euicc *card = new_card(memory);
    for (size_t i = 0; i < ROUNDS; i++) {
        double began = bench_now_us();
        for (size_t j = 0; j < PER_ROUND; j++)
            transmit(card, bench_get_eid, sizeof bench_get_eid, "GetEID");
        rates[i] = PER_ROUND / (bench_now_us() - began) * 1e6;
    }
    euicc_destroy(card);
    bench_figure("apdu_per_s", bench_median(rates, ROUNDS), "1/s");
}

/* SetDefaultDpAddress (SGP.22 5.7.4) with another address each time: one function, one durable commit. */
static void durable_commits(const struct outside *memory, const char *folder)
{
    static double samples[COMMITS];
    uint8_t command[] = {0x80, 0xe2, 0x91, 0x00, 0x11, 0xbf, 0x3f, 0x0e, 0x80, 0x0c, 's', 'm',
                         'd',  'p',  '.',  'e',  'x',  'a',  'm',  'p',  'l',  '0',  0x00};
    char path[4096];
    struct euicc_diagnostic why = {0};
    struct outside durable = *memory;
    snprintf(path, sizeof path, "%s/bench-%ld.card", folder, (long)getpid());
    if (euicc_file_open(&durable.file, path, NULL, EUICC_FILE_CREATE, &why) != EUICC_OK) bench_die("%s", why.text);
    euicc *card = new_card(&durable);
    for (size_t i = 0; i < COMMITS; i++) {
        command[sizeof command - 2] = (uint8_t)('0' + i % 10);
        double began = bench_now_us();
        transmit(card, command, sizeof command, "SetDefaultDpAddress");
        samples[i] = bench_now_us() - began;
    }
    euicc_destroy(card);
    euicc_file_close(durable.file);
    static const char *const parts[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char part[4200];
        snprintf(part, sizeof part, "%s%s", path, parts[i]);
        unlink(part);
    }
    bench_figure("durable_commit_us", bench_median(samples, COMMITS), "us");
}

/* Cards that are on, each with its own EID, keys and certificates. What they share is allocated by the first one, which
 * is not counted. */
static void heap_per_card(struct outside *memory)
{
    euicc **cards = bench_memory(sizeof(euicc *) * CARDS);
    euicc *first = new_card(memory);
    struct mallinfo2 before = mallinfo2();
    for (size_t i = 0; i < CARDS; i++)
        cards[i] = new_card(memory);
    struct mallinfo2 after = mallinfo2();
    for (size_t i = 0; i < CARDS; i++)
        euicc_destroy(cards[i]);
    euicc_destroy(first);
    free(cards);
    double grown = (double)(after.uordblks + after.hblkhd) - (double)(before.uordblks + before.hblkhd);
    bench_figure("heap_per_card_kb", grown / CARDS / 1024, "KiB");
}

int main(int argc, char **argv)
{
    if (argc != 2) bench_die("usage: inproc FOLDER");
    struct outside memory = {0};
    must(euicc_random_new(&memory.random, true, 1), "random source");
    heap_per_card(&memory);
    apdus_per_second(&memory);
    durable_commits(&memory, argv[1]);
    euicc_random_free(memory.random);
}

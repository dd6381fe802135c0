/* The card on standard input and output: one answer a line, however the lines arrive. Answers are compared with those
 * of a twin card that is asked directly. */
#define _GNU_SOURCE
#include "base/hex.h"
#include "euicc.h"
#include "transport/transport.h"

#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char select_isdr[] = "00A4040010A0000005591010FFFFFFFF8900000100";
static const char no_instruction[] = "80FF000000";

enum { ANSWERS = 1 << 20, LINES = 6 };

struct rig {
    euicc_random *random[2];
    euicc *card;
    euicc *twin;
    int stop[2];
    struct transport transport;
    char problems[4096];
};

static void say(void *ctx, enum transport_message kind, const char *text)
{
    struct rig *rig = ctx;
    size_t n = strlen(rig->problems);
    if (kind == TRANSPORT_PROBLEM) (void)snprintf(rig->problems + n, sizeof rig->problems - n, "%s\n", text);
}

static euicc *make_card(euicc_random **random)
{
    euicc *card = NULL;
    ck_assert_int_eq(euicc_random_new(random, true, 7), EUICC_OK);
    struct euicc_env env = {.ctx = *random, .random = euicc_random_bytes};
    struct euicc_config config = {.eid = "89049032123451234512345678901235"};
    struct euicc_diagnostic why = {0};
    int result = euicc_create(&card, &config, &env, &why);
    ck_assert_msg(result == EUICC_OK, "%s", why.text);
    return card;
}

static struct rig *rig_new(void)
{
    struct rig *rig = calloc(1, sizeof *rig);
    struct euicc_atr atr;
    ck_assert_ptr_nonnull(rig);
    rig->card = make_card(&rig->random[0]);
    rig->twin = make_card(&rig->random[1]);
    ck_assert_int_eq(euicc_power_on(rig->twin, &atr), EUICC_OK);
    ck_assert_int_eq(pipe(rig->stop), 0);
    rig->transport = (struct transport){.card = rig->card, .stop = rig->stop[0], .say = say, .ctx = rig};
    return rig;
}

static void rig_free(struct rig *rig)
{
    euicc_destroy(rig->card);
    euicc_destroy(rig->twin);
    euicc_random_free(rig->random[0]);
    euicc_random_free(rig->random[1]);
    close(rig->stop[0]);
    close(rig->stop[1]);
    free(rig);
}

struct writer {
    const char *input;
    size_t piece;
    int fd;
};

static void *write_pieces(void *ctx)
{
    const struct writer *w = ctx;
    for (size_t at = 0, n = strlen(w->input); at < n;) {
        ssize_t now = write(w->fd, w->input + at, n - at < w->piece ? n - at : w->piece);
        if (now <= 0) break;
        at += (size_t)now;
        if (w->piece < 64) (void)sched_yield();
    }
    close(w->fd);
    return NULL;
}

/* Gives `input` to the transport in pieces of `piece` bytes and returns all that it answers; free() it. */
static char *run_lines(struct rig *rig, const char *input, size_t piece)
{
    int in[2];
    pthread_t thread;
    ck_assert_int_eq(pipe(in), 0);
    FILE *out = tmpfile();
    ck_assert_ptr_nonnull(out);
    struct writer writer = {.input = input, .piece = piece, .fd = in[1]};
    ck_assert_int_eq(pthread_create(&thread, NULL, write_pieces, &writer), 0);
    ck_assert(transport_stdio(&rig->transport, in[0], fileno(out)));
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    close(in[0]);
    char *text = calloc(1, ANSWERS);
    ck_assert_ptr_nonnull(text);
    rewind(out);
    ck_assert_uint_lt(fread(text, 1, ANSWERS - 1, out), ANSWERS - 1);
    (void)fclose(out);
    return text;
}

/* The twin's answer as a line. */
static void twin_line(struct rig *rig, const char *hex, char *out, size_t size)
{
    static uint8_t response[65538];
    struct buf apdu = {0};
    size_t n = 0;
    ck_assert(hex_decode(slice_text(hex), &apdu));
    ck_assert_int_eq(euicc_transmit(rig->twin, apdu.p, apdu.n, response, sizeof response, &n), EUICC_OK);
    buf_free(&apdu);
    ck_assert_uint_lt(2 * n + 2, size);
    hex_encode(slice_of(response, n), out);
    (void)snprintf(out + 2 * n, size - 2 * n, "\n");
}

START_TEST(lines)
{
    struct rig *rig = rig_new();
    char selected[1200];
    char unknown[1200];
    char atr_line[80];
    struct euicc_atr atr;
    ck_assert_int_eq(euicc_describe_atr(rig->twin, &atr), EUICC_OK);
    hex_encode(slice_of(atr.bytes, atr.n), atr_line);
    (void)snprintf(atr_line + 2 * atr.n, 4, "\n");
    twin_line(rig, select_isdr, selected, sizeof selected);
    twin_line(rig, no_instruction, unknown, sizeof unknown);
    const struct {
        const char *input;
        const char *output[LINES];
    } cases[] = {
        {"", {""}},
        {"\n\n  \n# 00A4\n   # x\r\n", {""}},
        {"00A4040010A0000005591010FFFFFFFF8900000100\n", {selected}},
        {"00A4040010A0000005591010FFFFFFFF8900000100", {selected}}, /* no line end */
        {" 00 a4 04 00 10  A0000005591010FFFFFFFF8900000100\t\r\n80FF000000\n", {selected, unknown}},
        {"atr\nreset\nON\n80ff000000", {atr_line, atr_line, atr_line, unknown}},
        {"off\n80FF000000\natr\non\n80FF000000\n", {"off\n", "mute\n", atr_line, atr_line, unknown}},
        {"#\n8\n80FG\nonn\n80FF000000\n",
         {"error: line 2: expected pairs of hex digits, or on, off, reset or atr\n",
          "error: line 3: expected pairs of hex digits, or on, off, reset or atr\n",
          "error: line 4: expected pairs of hex digits, or on, off, reset or atr\n", unknown}},
    };
    const size_t pieces[] = {1, 7, 100000};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char want[8192] = "";
        for (size_t k = 0, n = 0; k < LINES && cases[i].output[k]; k++) {
            n += (size_t)snprintf(want + n, sizeof want - n, "%s", cases[i].output[k]);
            ck_assert_uint_lt(n, sizeof want);
        }
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
            char *got = run_lines(rig, cases[i].input, pieces[p]);
            ck_assert_msg(strcmp(got, want) == 0, "case %zu: got %s, expected %s", i, got, want);
            free(got);
        }
    }
    rig_free(rig);
}
END_TEST

START_TEST(too_long_line)
{
    struct rig *rig = rig_new();
    size_t n = (1 << 20) + 1;
    char *input = malloc(n + 16);
    ck_assert_ptr_nonnull(input);
    memset(input, '0', n);
    (void)snprintf(input + n, 16, "\n80FF000000\n");
    char unknown[1200];
    char want[1400];
    twin_line(rig, no_instruction, unknown, sizeof unknown);
    (void)snprintf(want, sizeof want, "error: line 1: longer than 1048576 bytes\n%s", unknown);
    char *got = run_lines(rig, input, 4096);
    ck_assert_str_eq(got, want);
    ck_assert_ptr_nonnull(strstr(rig->problems, "line 1: longer"));
    free(got);
    free(input);
    rig_free(rig);
}
END_TEST

START_TEST(stops_in_the_middle_of_a_line)
{
    struct rig *rig = rig_new();
    int in[2];
    ck_assert_int_eq(pipe(in), 0);
    ck_assert_int_eq(write(in[1], "80FF", 4), 4);
    ck_assert_int_eq(write(rig->stop[1], "x", 1), 1);
    ck_assert(transport_stdio(&rig->transport, in[0], STDOUT_FILENO)); /* returns although in[1] is open */
    close(in[0]);
    close(in[1]);
    rig_free(rig);
}
END_TEST

START_TEST(nobody_reads_the_answers)
{
    struct rig *rig = rig_new();
    int in[2];
    int out[2];
    ck_assert(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    ck_assert_int_eq(pipe(in), 0);
    ck_assert_int_eq(pipe(out), 0);
    close(out[0]);
    ck_assert_int_eq(write(in[1], "80FF000000\n", 11), 11);
    ck_assert(!transport_stdio(&rig->transport, in[0], out[1]));
    ck_assert_ptr_nonnull(strstr(rig->problems, "cannot write an answer"));
    close(out[1]);
    close(in[0]);
    close(in[1]);
    rig_free(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lines");
    TCase *tcase = tcase_create("lines");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, lines);
    tcase_add_test(tcase, too_long_line);
    tcase_add_test(tcase, stops_in_the_middle_of_a_line);
    tcase_add_test(tcase, nobody_reads_the_answers);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

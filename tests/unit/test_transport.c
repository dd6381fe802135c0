/* The socket transports against a peer of our own: framing as Debian's vpcd does it, drops, stops. Answers are
 * compared with those of a twin card that is asked directly. Timing: vpcd's two-segment writes must not meet a delayed
 * acknowledgement. */
#define _GNU_SOURCE
#include "base/hex.h"
#include "euicc.h"
#include "transport/transport.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 10000, FRAME = 65535 };

/* SELECT ISD-R, GET RESPONSE without data to get, an unknown instruction */
static const char *const apdus[] = {"00A4040010A0000005591010FFFFFFFF8900000100", "00C0000010", "80FF000000"};
enum { APDUS = sizeof apdus / sizeof *apdus };

/* ---- the card and its twin ---- */

struct rig {
    euicc_random *random;
    euicc *card;
    euicc_random *twin_random;
    euicc *twin;
    int stop[2];
    struct transport transport;
    pthread_t thread;
    char address[64];
    bool allow_remote;
    bool ok; /* what the transport returned */
    pthread_mutex_t lock;
    char said[65536]; /* lines, '!' before problems */
};

static void say(void *ctx, enum transport_message kind, const char *text)
{
    struct rig *rig = ctx;
    pthread_mutex_lock(&rig->lock);
    size_t n = strlen(rig->said);
    (void)snprintf(rig->said + n, sizeof rig->said - n, "%s%s\n", kind == TRANSPORT_PROBLEM ? "!" : "", text);
    pthread_mutex_unlock(&rig->lock);
}

static bool was_said(struct rig *rig, const char *text)
{
    pthread_mutex_lock(&rig->lock);
    bool found = strstr(rig->said, text) != NULL;
    pthread_mutex_unlock(&rig->lock);
    return found;
}

static void wait_said(struct rig *rig, const char *text)
{
    for (int i = 0; i < WAIT_MS && !was_said(rig, text); i++)
        (void)poll(NULL, 0, 1);
    ck_assert_msg(was_said(rig, text), "never said: %s", text);
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
    ck_assert_ptr_nonnull(rig);
    rig->card = make_card(&rig->random);
    rig->twin = make_card(&rig->twin_random);
    struct euicc_atr atr;
    ck_assert_int_eq(euicc_power_on(rig->twin, &atr), EUICC_OK);
    ck_assert_int_eq(pipe(rig->stop), 0);
    pthread_mutex_init(&rig->lock, NULL);
    rig->transport = (struct transport){.card = rig->card, .stop = rig->stop[0], .say = say, .ctx = rig};
    return rig;
}

static void rig_free(struct rig *rig)
{
    euicc_destroy(rig->card);
    euicc_destroy(rig->twin);
    euicc_random_free(rig->random);
    euicc_random_free(rig->twin_random);
    close(rig->stop[0]);
    close(rig->stop[1]);
    pthread_mutex_destroy(&rig->lock);
    free(rig);
}

static void stop(struct rig *rig)
{
    struct timespec limit;
    ck_assert_int_eq(write(rig->stop[1], "x", 1), 1);
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += WAIT_MS / 1000;
    ck_assert_int_eq(pthread_timedjoin_np(rig->thread, NULL, &limit), 0);
    ck_assert(rig->ok);
}

/* ---- the peer ---- */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int open_port(unsigned *number)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)*number)};
    socklen_t n = sizeof address;
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(fd, 4), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    *number = ntohs(address.sin_port);
    return fd;
}

static bool readable(int fd, int milliseconds)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, milliseconds) > 0;
}

static int accept_card(int port)
{
    ck_assert_msg(readable(port, WAIT_MS), "the card does not connect");
    int fd = accept(port, NULL, NULL);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static int connect_client(unsigned number)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)number)};
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* False: the other side closed. */
static bool receive(int fd, uint8_t *out, size_t n)
{
    for (size_t got = 0; got < n;) {
        ck_assert_msg(readable(fd, WAIT_MS), "no answer");
        ssize_t now = recv(fd, out + got, n - got, 0);
        if (now <= 0) return false;
        got += (size_t)now;
    }
    return true;
}

static void send_all(int fd, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        ck_assert_int_gt(sent, 0);
        p += sent;
        n -= (size_t)sent;
    }
}

/* As vpcd does: length and payload in two segments, Nagle on. */
static void send_frame(int fd, const uint8_t *p, size_t n)
{
    const uint8_t length[2] = {(uint8_t)(n >> 8), (uint8_t)n};
    send_all(fd, length, 2);
    send_all(fd, p, n);
}

static void send_control(int fd, uint8_t control)
{
    send_frame(fd, &control, 1);
}

static bool receive_frame(int fd, uint8_t *out, size_t *n)
{
    uint8_t length[2];
    if (!receive(fd, length, 2)) return false;
    *n = (size_t)length[0] << 8 | length[1];
    return receive(fd, out, *n);
}

static size_t bytes_of(const char *hex, uint8_t *out)
{
    struct buf b = {0};
    ck_assert(hex_decode(slice_text(hex), &b));
    memcpy(out, b.p, b.n);
    size_t n = b.n;
    buf_free(&b);
    return n;
}

static void expect_twin(struct rig *rig, int fd, const uint8_t *apdu, size_t n)
{
    static uint8_t got[FRAME];
    static uint8_t want[FRAME + 3];
    size_t got_n = 0;
    size_t want_n = 0;
    ck_assert(receive_frame(fd, got, &got_n));
    ck_assert_int_eq(euicc_transmit(rig->twin, apdu, n, want, sizeof want, &want_n), EUICC_OK);
    ck_assert_uint_ge(want_n, 2);
    ck_assert_uint_eq(got_n, want_n);
    ck_assert_mem_eq(got, want, want_n);
}

static void exchange(struct rig *rig, int fd, const char *hex)
{
    uint8_t apdu[300];
    size_t n = bytes_of(hex, apdu);
    send_frame(fd, apdu, n);
    expect_twin(rig, fd, apdu, n);
}

/* ---- vpcd ---- */

static void *vpcd_thread(void *ctx)
{
    struct rig *rig = ctx;
    rig->ok = transport_vpcd(&rig->transport, rig->address);
    return NULL;
}

static void start_vpcd(struct rig *rig, unsigned port)
{
    (void)snprintf(rig->address, sizeof rig->address, "127.0.0.1:%u", port);
    ck_assert_int_eq(pthread_create(&rig->thread, NULL, vpcd_thread, rig), 0);
}

START_TEST(two_segments_cost_no_delayed_acknowledgement)
{
    struct rig *rig = rig_new();
    unsigned number = 0;
    int port = open_port(&number);
    start_vpcd(rig, number);
    int fd = accept_card(port);
    send_control(fd, 1);
    exchange(rig, fd, apdus[0]);
    double start = seconds();
    for (int i = 0; i < 100; i++)
        exchange(rig, fd, apdus[i % APDUS]);
    double took = seconds() - start;
    /* 4.4 s at least with delayed acknowledgements; a few milliseconds without. */
    ck_assert_msg(took < 0.9, "100 exchanges took %.3f s", took);
    stop(rig);
    close(fd);
    close(port);
    rig_free(rig);
}
END_TEST

START_TEST(controls)
{
    struct rig *rig = rig_new();
    unsigned number = 0;
    int port = open_port(&number);
    struct euicc_atr atr;
    uint8_t got[FRAME];
    size_t n = 0;
    ck_assert_int_eq(euicc_describe_atr(rig->twin, &atr), EUICC_OK);
    start_vpcd(rig, number);
    int fd = accept_card(port);
    /* The ATR is the only control that is answered; pcscd asks for it also while the card is off. */
    const uint8_t sequence[] = {4, 1, 4, 2, 4, 0, 4, 7, 4};
    for (size_t i = 0; i < sizeof sequence; i++) {
        send_control(fd, sequence[i]);
        if (sequence[i] != 4) continue;
        ck_assert(receive_frame(fd, got, &n));
        ck_assert_uint_eq(n, atr.n);
        ck_assert_mem_eq(got, atr.bytes, n);
    }
    ck_assert(was_said(rig, "!control byte 7"));
    send_frame(fd, got, 0); /* an empty frame asks for nothing */
    send_control(fd, 1);
    exchange(rig, fd, apdus[0]);
    ck_assert(!readable(fd, 20));
    stop(rig);
    close(fd);
    close(port);
    rig_free(rig);
}
END_TEST

START_TEST(comes_back_after_a_drop)
{
    struct rig *rig = rig_new();
    unsigned number = 0;
    int port = open_port(&number);
    uint8_t byte;
    uint8_t apdu[300];
    start_vpcd(rig, number);
    int fd = accept_card(port);
    send_control(fd, 1);
    exchange(rig, fd, apdus[0]);
    close(fd);
    fd = accept_card(port);
    /* The drop took the power away: an APDU now gets no answer, and the card leaves the reader instead. */
    send_frame(fd, apdu, bytes_of(apdus[0], apdu));
    ck_assert(!receive(fd, &byte, 1));
    ck_assert(was_said(rig, "!the card does not answer"));
    close(fd);
    fd = accept_card(port);
    send_control(fd, 1);
    struct euicc_atr atr;
    ck_assert_int_eq(euicc_power_on(rig->twin, &atr), EUICC_OK);
    for (size_t i = 0; i < APDUS; i++)
        exchange(rig, fd, apdus[i]);
    stop(rig);
    close(fd);
    close(port);
    rig_free(rig);
}
END_TEST

/* pcscd looks for the card every 400 ms. One that is back sooner after a failed command was never away for pcscd, and
 * the reader stays unusable. */
START_TEST(stays_away_long_enough_to_be_missed)
{
    struct rig *rig = rig_new();
    unsigned number = 0;
    int port = open_port(&number);
    start_vpcd(rig, number);
    int fd = accept_card(port); /* at once: nobody had the card before */
    send_control(fd, 1);
    exchange(rig, fd, apdus[0]);
    close(fd);
    ck_assert_msg(!readable(port, 500), "the card came back before pcscd can miss it");
    fd = accept_card(port);
    stop(rig);
    close(fd);
    close(port);
    rig_free(rig);
}
END_TEST

/* The same for a process that follows one that was killed with the card on the reader. */
START_TEST(a_card_that_was_in_use_waits)
{
    struct rig *rig = rig_new();
    rig->transport.was_in_use = true;
    unsigned number = 0;
    int port = open_port(&number);
    start_vpcd(rig, number);
    ck_assert_msg(!readable(port, 500), "the card is there before pcscd can miss the one before it");
    int fd = accept_card(port);
    send_control(fd, 1);
    exchange(rig, fd, apdus[0]);
    stop(rig);
    close(fd);
    close(port);
    rig_free(rig);
}
END_TEST

START_TEST(stops_while_it_stays_away)
{
    struct rig *rig = rig_new();
    rig->transport.was_in_use = true;
    unsigned number = 0;
    int port = open_port(&number);
    start_vpcd(rig, number);
    double start = seconds();
    stop(rig);
    ck_assert(seconds() - start < 0.5);
    close(port);
    rig_free(rig);
}
END_TEST

START_TEST(frames_in_pieces_and_in_heaps)
{
    struct rig *rig = rig_new();
    unsigned number = 0;
    int port = open_port(&number);
    start_vpcd(rig, number);
    int fd = accept_card(port);
    int on = 1;
    ck_assert_int_eq(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
    send_control(fd, 1);
    uint8_t frame[302] = {0};
    size_t n = bytes_of(apdus[0], frame + 2);
    frame[1] = (uint8_t)n;
    for (size_t i = 0; i < n + 2; i++) {
        send_all(fd, frame + i, 1);
        (void)poll(NULL, 0, 1);
    }
    expect_twin(rig, fd, frame + 2, n);
    /* Far more than the card's buffer holds, without waiting for answers in between. */
    enum { HEAP = 3000 };
    uint8_t *heap = calloc(HEAP, sizeof frame);
    ck_assert_ptr_nonnull(heap);
    for (size_t i = 0; i < HEAP; i++)
        memcpy(heap + i * (n + 2), frame, n + 2);
    send_all(fd, heap, HEAP * (n + 2));
    for (size_t i = 0; i < HEAP; i++)
        expect_twin(rig, fd, frame + 2, n);
    free(heap);
    stop(rig);
    close(fd);
    close(port);
    rig_free(rig);
}
END_TEST

START_TEST(longest_frame_and_half_a_frame)
{
    struct rig *rig = rig_new();
    unsigned number = 0;
    int port = open_port(&number);
    start_vpcd(rig, number);
    int fd = accept_card(port);
    send_control(fd, 1);
    uint8_t *long_apdu = calloc(1, FRAME);
    ck_assert_ptr_nonnull(long_apdu);
    /* STORE DATA with extended length, exactly filled */
    const uint8_t head[] = {0x80, 0xe2, 0x91, 0x00, 0x00, (FRAME - 7) >> 8, (FRAME - 7) & 255};
    memcpy(long_apdu, head, sizeof head);
    for (int i = 0; i < 3; i++) {
        send_frame(fd, long_apdu, FRAME);
        expect_twin(rig, fd, long_apdu, FRAME);
    }
    const uint8_t length[2] = {0xff, 0xff};
    send_all(fd, length, 2);
    send_all(fd, long_apdu, 1000);
    close(fd);
    fd = accept_card(port);
    send_control(fd, 1);
    struct euicc_atr atr;
    ck_assert_int_eq(euicc_power_on(rig->twin, &atr), EUICC_OK);
    exchange(rig, fd, apdus[0]); /* nothing is left of the half frame */
    send_all(fd, length, 1);     /* and it stops in the middle of one */
    stop(rig);
    free(long_apdu);
    close(fd);
    close(port);
    rig_free(rig);
}
END_TEST

START_TEST(waits_for_vpcd)
{
    struct rig *rig = rig_new();
    unsigned number = 0;
    int port = open_port(&number);
    close(port);
    start_vpcd(rig, number);
    wait_said(rig, "waiting for vpcd");
    (void)poll(NULL, 0, 150); /* several attempts */
    port = open_port(&number);
    int fd = accept_card(port);
    send_control(fd, 1);
    exchange(rig, fd, apdus[0]);
    stop(rig);
    ck_assert_msg(!strstr(strstr(rig->said, "waiting for vpcd") + 1, "waiting for vpcd"), "said again: %s", rig->said);
    close(fd);
    close(port);
    rig_free(rig);
}
END_TEST

START_TEST(stops_while_waiting)
{
    struct rig *rig = rig_new();
    unsigned number = 0;
    close(open_port(&number));
    start_vpcd(rig, number);
    wait_said(rig, "waiting for vpcd");
    double start = seconds();
    stop(rig);
    ck_assert(seconds() - start < 2);
    rig_free(rig);
}
END_TEST

/* ---- listen ---- */

static void *listen_thread(void *ctx)
{
    struct rig *rig = ctx;
    rig->ok = transport_listen(&rig->transport, rig->address, rig->allow_remote);
    return NULL;
}

static unsigned start_listen(struct rig *rig, const char *address)
{
    (void)snprintf(rig->address, sizeof rig->address, "%s", address);
    ck_assert_int_eq(pthread_create(&rig->thread, NULL, listen_thread, rig), 0);
    wait_said(rig, "listening on ");
    const char *colon = strchr(strstr(rig->said, "listening on "), ':');
    ck_assert_ptr_nonnull(colon);
    return (unsigned)strtoul(colon + 1, NULL, 10);
}

START_TEST(listens_for_one_client_at_a_time)
{
    struct rig *rig = rig_new();
    unsigned number = start_listen(rig, "127.0.0.1:0");
    uint8_t got[FRAME];
    uint8_t apdu[300];
    size_t n = bytes_of(apdus[0], apdu);
    int first = connect_client(number);
    exchange(rig, first, apdus[0]); /* on without being asked */
    int second = connect_client(number);
    send_frame(second, apdu, n);
    ck_assert(!readable(second, 100));
    send_control(first, 0);
    send_frame(first, apdu, n);
    size_t got_n = 99;
    ck_assert(receive_frame(first, got, &got_n));
    ck_assert_uint_eq(got_n, 0); /* off: an empty frame */
    send_control(first, 1);
    struct euicc_atr atr;
    ck_assert_int_eq(euicc_power_on(rig->twin, &atr), EUICC_OK);
    exchange(rig, first, apdus[0]);
    close(first);
    ck_assert_int_eq(euicc_power_on(rig->twin, &atr), EUICC_OK);
    expect_twin(rig, second, apdu, n);
    stop(rig);
    close(second);
    rig_free(rig);
}
END_TEST

START_TEST(listen_addresses)
{
    struct rig *rig = rig_new();
    unsigned number = 0;
    int taken = open_port(&number);
    char in_use[64];
    (void)snprintf(in_use, sizeof in_use, "127.0.0.1:%u", number);
    const struct {
        const char *address;
        const char *said;
    } cases[] = {
        {in_use, "in use"},          {"0.0.0.0:0", "--allow-remote"},   {"[::]:0", "--allow-remote"},
        {"127.0.0.1:", "HOST:PORT"}, {"127.0.0.1:70000", "HOST:PORT"},  {"127.0.0.1:12x", "HOST:PORT"},
        {"", "HOST:PORT"},           {"127.0.0.1:123456", "HOST:PORT"}, {"300.1.1.1:80", "HOST:PORT"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rig->said[0] = 0;
        ck_assert_msg(!transport_listen(&rig->transport, cases[i].address, false), "took %s", cases[i].address);
        ck_assert_msg(rig->said[0] == '!' && strstr(rig->said, cases[i].said), "%s: %s", cases[i].address, rig->said);
    }
    close(taken);
    /* A port alone means loopback, and a remote address is taken when it is wanted. */
    rig->said[0] = 0;
    (void)start_listen(rig, "0");
    ck_assert(was_said(rig, "listening on 127.0.0.1:"));
    stop(rig);
    char byte;
    ck_assert_int_eq(read(rig->stop[0], &byte, 1), 1);
    rig->said[0] = 0;
    rig->allow_remote = true;
    number = start_listen(rig, "0.0.0.0:0");
    wait_said(rig, "!warning: 0.0.0.0:");
    int fd = connect_client(number);
    exchange(rig, fd, apdus[0]);
    stop(rig);
    close(fd);
    rig_free(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transport");
    TCase *tcase = tcase_create("transport");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, two_segments_cost_no_delayed_acknowledgement);
    tcase_add_test(tcase, controls);
    tcase_add_test(tcase, comes_back_after_a_drop);
    tcase_add_test(tcase, frames_in_pieces_and_in_heaps);
    tcase_add_test(tcase, longest_frame_and_half_a_frame);
    tcase_add_test(tcase, stays_away_long_enough_to_be_missed);
    tcase_add_test(tcase, a_card_that_was_in_use_waits);
    tcase_add_test(tcase, stops_while_it_stays_away);
    tcase_add_test(tcase, waits_for_vpcd);
    tcase_add_test(tcase, stops_while_waiting);
    tcase_add_test(tcase, listens_for_one_client_at_a_time);
    tcase_add_test(tcase, listen_addresses);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

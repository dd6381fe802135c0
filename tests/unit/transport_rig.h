/* What the tests of the socket transports share: a card behind a transport in a thread, its twin that is asked
 * directly, and the peer's side of the socket. */
#ifndef SOFTEUICC_TESTS_TRANSPORT_RIG_H
#define SOFTEUICC_TESTS_TRANSPORT_RIG_H

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

/* WAIT_MS: only a hang takes so long. */
enum { WAIT_MS = 60000, FRAME = 65535 };

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

static inline void say(void *ctx, enum transport_message kind, const char *text)
{
    struct rig *rig = ctx;
    pthread_mutex_lock(&rig->lock);
    size_t n = strlen(rig->said);
    (void)snprintf(rig->said + n, sizeof rig->said - n, "%s%s\n", kind == TRANSPORT_PROBLEM ? "!" : "", text);
    pthread_mutex_unlock(&rig->lock);
}

static inline bool was_said(struct rig *rig, const char *text)
{
    pthread_mutex_lock(&rig->lock);
    bool found = strstr(rig->said, text) != NULL;
    pthread_mutex_unlock(&rig->lock);
    return found;
}

static inline void wait_said(struct rig *rig, const char *text)
{
    for (int i = 0; i < WAIT_MS && !was_said(rig, text); i++)
        (void)poll(NULL, 0, 1);
    ck_assert_msg(was_said(rig, text), "never said: %s", text);
}

static inline euicc *make_card(euicc_random **random)
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

static inline struct rig *rig_new(void)
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

static inline void rig_free(struct rig *rig)
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

static inline void stop(struct rig *rig)
{
    struct timespec limit;
    ck_assert_int_eq(write(rig->stop[1], "x", 1), 1);
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += WAIT_MS / 1000;
    ck_assert_int_eq(pthread_timedjoin_np(rig->thread, NULL, &limit), 0);
    ck_assert(rig->ok);
}

/* ---- the peer ---- */

static inline double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A port that is nobody's as long as the socket is there: who connects is refused until listen(). */
static inline int bind_port(unsigned *number)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    *number = ntohs(address.sin_port);
    return fd;
}

static inline int open_port(unsigned *number)
{
    int fd = bind_port(number);
    ck_assert_int_eq(listen(fd, 4), 0);
    return fd;
}

static inline bool readable(int fd, int milliseconds)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, milliseconds) > 0;
}

static inline int accept_card(int port)
{
    ck_assert_msg(readable(port, WAIT_MS), "the card does not connect");
    int fd = accept(port, NULL, NULL);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static inline int connect_client(unsigned number)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)number)};
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* False: the other side closed. */
static inline bool receive(int fd, uint8_t *out, size_t n)
{
    for (size_t got = 0; got < n;) {
        ck_assert_msg(readable(fd, WAIT_MS), "no answer");
        ssize_t now = recv(fd, out + got, n - got, 0);
        if (now <= 0) return false;
        got += (size_t)now;
    }
    return true;
}

static inline void send_all(int fd, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        ck_assert_int_gt(sent, 0);
        p += sent;
        n -= (size_t)sent;
    }
}

/* As vpcd does: length and payload in two segments, Nagle on. */
static inline void send_frame(int fd, const uint8_t *p, size_t n)
{
    const uint8_t length[2] = {(uint8_t)(n >> 8), (uint8_t)n};
    send_all(fd, length, 2);
    send_all(fd, p, n);
}

static inline void send_control(int fd, uint8_t control)
{
    send_frame(fd, &control, 1);
}

static inline bool receive_frame(int fd, uint8_t *out, size_t *n)
{
    uint8_t length[2];
    if (!receive(fd, length, 2)) return false;
    *n = (size_t)length[0] << 8 | length[1];
    return receive(fd, out, *n);
}

static inline size_t bytes_of(const char *hex, uint8_t *out)
{
    struct buf b = {0};
    ck_assert(hex_decode(slice_text(hex), &b));
    memcpy(out, b.p, b.n);
    size_t n = b.n;
    buf_free(&b);
    return n;
}

static inline void expect_twin(struct rig *rig, int fd, const uint8_t *apdu, size_t n)
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

static inline void exchange(struct rig *rig, int fd, const char *hex)
{
    uint8_t apdu[300];
    size_t n = bytes_of(hex, apdu);
    send_frame(fd, apdu, n);
    expect_twin(rig, fd, apdu, n);
}

/* The exit status of a program with these tests. */
static inline int run_tests(const char *name, const TTest *const tests[], size_t n)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, 300);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif

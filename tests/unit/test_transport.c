/* The vpcd transport against a peer of our own: framing as Debian's vpcd does it, drops, stops. Answers are compared
 * with those of a twin card that is asked directly. Timing: vpcd's two-segment writes must not meet a delayed
 * acknowledgement. test_listen.c has the transport that waits for clients. */
#define _GNU_SOURCE
#include "transport_rig.h"

enum {
    ROUNDS = 50,
    EXCHANGES = 4,
    WARM_UP = 50, /* the kernel acknowledges at once at the beginning of a connection */
    STOPS = 20,
};

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

/* How long the fastest of some rounds of exchanges takes: a machine that is busy delays some, a delayed acknowledgement
 * all of them. */
static double fastest_round(struct rig *rig, int fd)
{
    double fastest = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double start = seconds();
        for (int i = 0; i < EXCHANGES; i++)
            exchange(rig, fd, apdus[i % APDUS]);
        double took = seconds() - start;
        if (took < fastest) fastest = took;
    }
    return fastest;
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
    for (int i = 0; i < WARM_UP; i++)
        exchange(rig, fd, apdus[i % APDUS]);
    /* 40 ms each with delayed acknowledgements, less than one without. */
    double fastest = fastest_round(rig, fd);
    ck_assert_msg(fastest < EXCHANGES * 0.02, "%d exchanges took %.3f s at least", EXCHANGES, fastest);
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
 * the reader stays unusable. (Being late only lengthens what is measured here.) */
START_TEST(stays_away_long_enough_to_be_missed)
{
    struct rig *rig = rig_new();
    unsigned number = 0;
    int port = open_port(&number);
    start_vpcd(rig, number);
    int fd = accept_card(port); /* at once: nobody had the card before */
    send_control(fd, 1);
    exchange(rig, fd, apdus[0]);
    double start = seconds();
    close(fd);
    fd = accept_card(port);
    double away = seconds() - start;
    ck_assert_msg(away > 0.5, "the card came back after %.3f s, before pcscd can miss it", away);
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
    double start = seconds();
    start_vpcd(rig, number);
    int fd = accept_card(port);
    double away = seconds() - start;
    ck_assert_msg(away > 0.5, "the card is there after %.3f s, before pcscd can miss the one before it", away);
    send_control(fd, 1);
    exchange(rig, fd, apdus[0]);
    stop(rig);
    close(fd);
    close(port);
    rig_free(rig);
}
END_TEST

/* Told to end while it stays away, it ends without having come back. It may come back before it is told, on a busy
 * machine: then once more. */
START_TEST(stops_while_it_stays_away)
{
    bool came_back = true;
    for (int i = 0; came_back && i < STOPS; i++) {
        struct rig *rig = rig_new();
        rig->transport.was_in_use = true;
        unsigned number = 0;
        int port = open_port(&number);
        start_vpcd(rig, number);
        stop(rig);
        came_back = readable(port, 0);
        close(port);
        rig_free(rig);
    }
    ck_assert_msg(!came_back, "it stays away first, and then looks whether it has to end");
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
    int port = bind_port(&number);
    start_vpcd(rig, number);
    wait_said(rig, "waiting for vpcd");
    (void)poll(NULL, 0, 150); /* several attempts */
    ck_assert_int_eq(listen(port, 4), 0);
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
    int port = bind_port(&number);
    start_vpcd(rig, number);
    wait_said(rig, "waiting for vpcd");
    stop(rig);
    close(port);
    rig_free(rig);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {two_segments_cost_no_delayed_acknowledgement,
                                  controls,
                                  comes_back_after_a_drop,
                                  frames_in_pieces_and_in_heaps,
                                  longest_frame_and_half_a_frame,
                                  stays_away_long_enough_to_be_missed,
                                  a_card_that_was_in_use_waits,
                                  stops_while_it_stays_away,
                                  waits_for_vpcd,
                                  stops_while_waiting};
    return run_tests("transport", tests, sizeof tests / sizeof tests[0]);
}

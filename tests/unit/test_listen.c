/* The transport that listens for clients (--listen): one at a time, addresses that are taken and refused. */
#define _GNU_SOURCE
#include "transport_rig.h"

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
    const TTest *const tests[] = {listens_for_one_client_at_a_time, listen_addresses};
    return run_tests("listen", tests, sizeof tests / sizeof tests[0]);
}

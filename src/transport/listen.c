/* The card behind a TCP port of its own: vpcd's frames (frame.h) with the card as server, for test benches that want no
 * pcscd. One client at a time, the next ones wait. The card is powered on when a client connects and off when it
 * leaves; the controls work as for vpcd. An empty frame answers an APDU that the card leaves unanswered (it is off).
 * Called by src/cli. */
#define _GNU_SOURCE
#include "transport/address.h"
#include "transport/card.h"
#include "transport/frame.h"
#include "transport/say.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Clients in line. Where the line is full the kernel drops the connection's first packet, which comes again only after
 * a second: a burst of connections that go away at once must not cost the next client that. */
enum { WAITING_MAX = 128 };

static int open_port(const struct transport *transport, const char *name, const struct addrinfo *address,
                     bool allow_remote)
{
    if (!allow_remote && !address_is_loopback(address->ai_addr)) {
        say(transport, TRANSPORT_PROBLEM,
            "%s: not a loopback address; whoever reaches the port commands the card, so this needs --allow-remote",
            name);
        return -1;
    }
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, WAITING_MAX) == 0) {
        return fd;
    }
    if (errno == EADDRINUSE) {
        say(transport, TRANSPORT_PROBLEM, "%s: the port is in use by another program, expected a free one", name);
    } else {
        say(transport, TRANSPORT_PROBLEM, "%s: cannot listen there: %s", name, strerror(errno));
    }
    if (fd >= 0) close(fd);
    return -1;
}

/* A client whose machine is gone without a word (unplugged, suspended) must not keep the card from the others for ever:
 * after half a minute without a sign of it the connection ends. Where this cannot be set, it just waits. */
static void notice_dead_peer(int client)
{
    const struct {
        int level, name, value;
    } options[] = {{SOL_SOCKET, SO_KEEPALIVE, 1},
                   {IPPROTO_TCP, TCP_KEEPIDLE, 15},
                   {IPPROTO_TCP, TCP_KEEPINTVL, 5},
                   {IPPROTO_TCP, TCP_KEEPCNT, 3}};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        (void)setsockopt(client, options[i].level, options[i].name, &options[i].value, sizeof options[i].value);
}

static enum frame_status serve_client(const struct transport *transport, struct frame_socket *s, int client,
                                      const char *who)
{
    struct euicc_atr atr;
    int result = card_power_on(transport, &atr);
    if (result != EUICC_OK) {
        say(transport, TRANSPORT_PROBLEM, "the card does not start: %s", euicc_result_text(result));
        return FRAME_CLOSED;
    }
    say(transport, TRANSPORT_NOTE, "%s connected", who);
    frame_begin(s, client, transport->stop);
    unsigned long frames = 0;
    enum frame_status status = frame_serve(transport, s, true, &frames);
    euicc_power_off(transport->card);
    if (status != FRAME_STOP) say(transport, TRANSPORT_NOTE, "%s left", who);
    return status;
}

/* Client after client until it is time to end. */
static void serve_for_ever(const struct transport *transport, int port, struct frame_socket *s)
{
    while (frame_wait(port, POLLIN, transport->stop, -1) != FRAME_STOP) {
        struct sockaddr_storage address = {0};
        socklen_t n = sizeof address;
        int client = accept4(port, (struct sockaddr *)&address, &n, SOCK_CLOEXEC);
        if (client < 0) {
            /* Out of descriptors or memory: give it time instead of a busy loop. */
            if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
                say(transport, TRANSPORT_PROBLEM, "cannot accept a client: %s", strerror(errno));
                if (frame_wait(-1, 0, transport->stop, 1000) == FRAME_STOP) return;
            }
            continue;
        }
        notice_dead_peer(client);
        char who[160];
        address_text((const struct sockaddr *)&address, n, who, sizeof who);
        enum frame_status status = serve_client(transport, s, client, who);
        close(client);
        if (status == FRAME_STOP) return;
    }
}

static bool listen_with(const struct transport *transport, const char *name, int port)
{
    struct frame_socket *s = malloc(sizeof *s);
    if (!s) {
        say(transport, TRANSPORT_PROBLEM, "no memory");
        return false;
    }
    struct sockaddr_storage address = {0};
    socklen_t n = sizeof address;
    char where[160];
    (void)snprintf(where, sizeof where, "%s", name);
    if (getsockname(port, (struct sockaddr *)&address, &n) == 0) {
        address_text((const struct sockaddr *)&address, n, where, sizeof where);
    }
    say(transport, TRANSPORT_NOTE, "listening on %s", where);
    if (!address_is_loopback((const struct sockaddr *)&address))
        say(transport, TRANSPORT_PROBLEM, "warning: %s is open to other machines; whoever reaches it commands the card",
            where);
    serve_for_ever(transport, port, s);
    free(s);
    return true;
}

bool transport_listen(const struct transport *transport, const char *address, bool allow_remote)
{
    struct addrinfo *addresses;
    if (!address_resolve(transport, address, true, &addresses)) return false;
    int port = open_port(transport, address, addresses, allow_remote);
    freeaddrinfo(addresses);
    if (port < 0) return false;
    bool ok = listen_with(transport, address, port);
    close(port);
    return ok;
}

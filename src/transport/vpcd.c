/* The card on a virtual PC/SC reader: a client of vpcd (vsmartcard), the driver inside pcscd. vpcd listens, the card
 * connects; frames and controls are in frame.h. vpcd drops the connection when pcscd restarts and after a command
 * longer than 65535 bytes, so the card comes back by itself. Called by src/cli. */
#define _GNU_SOURCE
#include "transport/address.h"
#include "transport/frame.h"
#include "transport/say.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RETRY_FIRST_MS = 20, RETRY_LAST_MS = 500, CONNECT_MS = 5000 };

/* pcscd looks every 400 ms whether a card is there. A card that went in the middle of a command and is back before the
 * next look was never away for pcscd, which then answers "no card" to every client until it really goes: so stay away
 * for longer than one look. */
enum { AWAY_MS = 700 };

/* vpcd's port lies in the range of ephemeral ports. Trying again and again on a port where nobody listens sooner or
 * later connects the socket to itself, which would then keep pcscd from ever taking the port. */
static bool is_connected_to_itself(int fd)
{
    struct sockaddr_storage here = {0};
    struct sockaddr_storage there = {0};
    socklen_t here_n = sizeof here;
    socklen_t there_n = sizeof there;
    if (getsockname(fd, (struct sockaddr *)&here, &here_n) || getpeername(fd, (struct sockaddr *)&there, &there_n)) {
        return false;
    }
    return here_n == there_n && memcmp(&here, &there, here_n) == 0;
}

/* Connects to one address within CONNECT_MS. Returns the socket, or -1 with *error set. */
static int connect_one(const struct addrinfo *address, int stop, int *error)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        *error = errno;
        return -1;
    }
    *error = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    if (*error == EINPROGRESS) {
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        if (frame_wait(fd, POLLOUT, stop, CONNECT_MS) == FRAME_STOP) {
            *error = EINTR;
        } else if (poll(&ready, 1, 0) <= 0) {
            *error = ETIMEDOUT;
        } else {
            socklen_t n = sizeof *error;
            if (getsockopt(fd, SOL_SOCKET, SO_ERROR, error, &n) < 0) *error = errno;
        }
    }
    if (*error == 0 && is_connected_to_itself(fd)) *error = ECONNREFUSED;
    if (*error == 0) return fd;
    close(fd);
    return -1;
}

static int connect_any(const struct addrinfo *addresses, int stop, int *error)
{
    for (const struct addrinfo *a = addresses; a; a = a->ai_next) {
        int fd = connect_one(a, stop, error);
        if (fd >= 0) return fd;
    }
    return -1;
}

static int grown(int wait)
{
    return wait * 2 > RETRY_LAST_MS ? RETRY_LAST_MS : wait * 2;
}

/* Connects and serves, over and over, until it is time to end. */
static void serve_for_ever(const struct transport *transport, const char *name, const struct addrinfo *addresses,
                           struct frame_socket *s)
{
    int wait = RETRY_FIRST_MS;
    bool waiting_said = false;
    bool dropped_said = false;
    if (transport->was_in_use && frame_wait(-1, 0, transport->stop, AWAY_MS) == FRAME_STOP) return;
    do {
        int error = 0;
        int fd = connect_any(addresses, transport->stop, &error);
        if (fd < 0) {
            if (!waiting_said && error != EINTR) {
                say(transport, TRANSPORT_NOTE, "waiting for vpcd at %s (%s); is pcscd running with vpcd installed?",
                    name, strerror(error));
            }
            waiting_said = true;
            wait = grown(wait);
            continue;
        }
        if (waiting_said || !dropped_said) say(transport, TRANSPORT_NOTE, "connected to vpcd at %s", name);
        frame_begin(s, fd, transport->stop);
        unsigned long frames = 0;
        enum frame_status status = frame_serve(transport, s, false, &frames);
        close(fd);
        euicc_power_off(transport->card);
        if (status == FRAME_STOP) return;
        /* A peer that drops every connection before it said anything is tried ever more slowly, and in silence. */
        if (frames > 0 || !dropped_said)
            say(transport, TRANSPORT_NOTE, "vpcd dropped the connection, connecting again");
        dropped_said = frames == 0;
        waiting_said = false;
        wait = frames > 0 ? AWAY_MS : grown(wait);
    } while (frame_wait(-1, 0, transport->stop, wait) != FRAME_STOP);
}

bool transport_vpcd(const struct transport *transport, const char *address)
{
    struct addrinfo *addresses;
    if (!address_resolve(transport, address, false, &addresses)) return false;
    struct frame_socket *s = malloc(sizeof *s);
    if (s) {
        serve_for_ever(transport, address, addresses, s);
    } else {
        say(transport, TRANSPORT_PROBLEM, "no memory");
    }
    freeaddrinfo(addresses);
    bool ok = s != NULL;
    free(s);
    return ok;
}

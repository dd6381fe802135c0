/* "HOST:PORT" as written on a command line; see address.h. */
#define _GNU_SOURCE
#include "transport/address.h"

#include "transport/say.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* Splits "HOST:PORT", "[HOST]:PORT" or "PORT"; host needs room for the whole text. */
static bool split(const char *text, char *host, size_t size, const char **port)
{
    const char *colon = strrchr(text, ':');
    *port = colon ? colon + 1 : text;
    size_t n = colon ? (size_t)(colon - text) : 0;
    const char *start = text;
    if (n >= 2 && start[0] == '[' && start[n - 1] == ']') {
        start++;
        n -= 2;
    }
    if (n >= size) return false;
    if (n == 0) {
        (void)snprintf(host, size, "127.0.0.1");
    } else {
        memcpy(host, start, n);
        host[n] = 0;
    }
    size_t digits = strspn(*port, "0123456789");
    if (digits == 0 || digits > 5 || (*port)[digits]) return false;
    unsigned number = 0;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + (unsigned)((*port)[i] - '0');
    return number <= 65535;
}

bool address_resolve(const struct transport *transport, const char *text, bool to_listen, struct addrinfo **out)
{
    char host[256];
    const char *port;
    if (!split(text, host, sizeof host, &port)) {
        say(transport, TRANSPORT_PROBLEM, "%s: not an address, expected HOST:PORT with a port up to 65535", text);
        return false;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | (to_listen ? AI_PASSIVE : 0)};
    int error = getaddrinfo(host, port, &hints, out);
    if (error == 0) return true;
    say(transport, TRANSPORT_PROBLEM, "%s: %s, expected HOST:PORT", text, gai_strerror(error));
    return false;
}

bool address_is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return ntohl(in.sin_addr.s_addr) >> 24 == 127;
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
    }
    return false;
}

void address_text(const struct sockaddr *address, socklen_t n, char *out, size_t size)
{
    char host[128];
    char port[16];
    if (getnameinfo(address, n, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        (void)snprintf(out, size, "an unknown address");
        return;
    }
    (void)snprintf(out, size, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}

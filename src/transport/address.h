/* "HOST:PORT" as written on a command line. Used by vpcd.c and listen.c. */
#ifndef SOFTEUICC_TRANSPORT_ADDRESS_H
#define SOFTEUICC_TRANSPORT_ADDRESS_H

#include "transport/transport.h"

#include <netdb.h>

/* Resolves `text`: "HOST:PORT", "[IPv6]:PORT" or "PORT" (then 127.0.0.1). False: it is none of these or has no
 * address; said. freeaddrinfo(*out). */
bool address_resolve(const struct transport *transport, const char *text, bool to_listen, struct addrinfo **out);
/* 127.0.0.0/8 or ::1. */
bool address_is_loopback(const struct sockaddr *address);
/* Writes "HOST:PORT" in numbers. */
void address_text(const struct sockaddr *address, socklen_t n, char *out, size_t size);

#endif

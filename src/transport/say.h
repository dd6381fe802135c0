/* One line for people from a transport. */
#ifndef SOFTEUICC_TRANSPORT_SAY_H
#define SOFTEUICC_TRANSPORT_SAY_H

#include "transport/transport.h"

void say(const struct transport *transport, enum transport_message kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

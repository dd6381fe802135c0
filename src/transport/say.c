/* One line for people from a transport; see say.h. */
#include "transport/say.h"

#include <stdarg.h>
#include <stdio.h>

void say(const struct transport *transport, enum transport_message kind, const char *format, ...)
{
    if (!transport->say) return;
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    transport->say(transport->ctx, kind, text);
}

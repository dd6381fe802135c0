/* See pcsc_wait.h. */
#include "pcsc_wait.h"
#include "bench.h"

enum { WAIT_S = 10 };

void pcsc_must(LONG result, const char *what)
{
    if (result != SCARD_S_SUCCESS) bench_die("%s: %s", what, pcsc_stringify_error(result));
}

void pcsc_wait_for_card(SCARDCONTEXT context, const char *reader, bool present)
{
    SCARD_READERSTATE state = {.szReader = reader, .dwCurrentState = SCARD_STATE_UNAWARE};
    DWORD wanted = present ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY;
    double until = bench_now_us() + WAIT_S * 1e6;
    while (bench_now_us() < until) {
        LONG result = SCardGetStatusChange(context, 100, &state, 1);
        if (result != SCARD_S_SUCCESS && result != (LONG)SCARD_E_TIMEOUT) pcsc_must(result, reader);
        if (state.dwEventState & SCARD_STATE_UNKNOWN) bench_die("there is no reader \"%s\"", reader);
        if (state.dwEventState & wanted) return;
        state.dwCurrentState = state.dwEventState;
    }
    bench_die("reader \"%s\": waited %d s for it to be %s", reader, WAIT_S, present ? "filled" : "empty");
}

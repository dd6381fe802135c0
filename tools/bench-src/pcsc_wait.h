/* What the bench programs over PC/SC share. Called by pcsc_client.c and pcsc_download.c. */
#ifndef SOFTEUICC_TOOLS_BENCH_PCSC_WAIT_H
#define SOFTEUICC_TOOLS_BENCH_PCSC_WAIT_H

#include <stdbool.h>
#include <winscard.h>

/* Ends the program with a message unless the call succeeded. */
void pcsc_must(LONG result, const char *what);
/* Waits until a card is in the reader, or none; ends the program if that takes more than 10 s. */
void pcsc_wait_for_card(SCARDCONTEXT context, const char *reader, bool present);

#endif

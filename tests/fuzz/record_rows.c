/* Linked into the conformance tests by record-rows: writes down what they send to their cards, a file a process (each
 * case is one) in the folder that RECORD_ROWS names: a line of digits a command, "P" for power or reset. Called where
 * the probe of power cuts stands in front of the card (tests/tear/probe/wrap.c). */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void record_command(const uint8_t *capdu, size_t n);
void record_power(void);

static FILE *open_record(void)
{
    const char *folder = getenv("RECORD_ROWS");
    char path[1024];
    if (!folder) return NULL;
    (void)snprintf(path, sizeof path, "%s/%ld", folder, (long)getpid());
    return fopen(path, "a");
}

void record_command(const uint8_t *capdu, size_t n)
{
    FILE *record = open_record();
    if (!record) return;
    for (size_t i = 0; i < n; i++)
        fprintf(record, "%02X", capdu[i]);
    fputc('\n', record);
    (void)fclose(record);
}

void record_power(void)
{
    FILE *record = open_record();
    if (!record) return;
    fputs("P\n", record);
    (void)fclose(record);
}

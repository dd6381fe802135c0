/* See ipa_state.h. */
#include "ipa_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void file_name(const char *folder, const char *name, const char *ending, char out[512])
{
    snprintf(out, 512, "%s/%s.%s", folder, name, ending);
}

static bool write_whole(struct eim *eim, const char *path, struct slice content)
{
    FILE *file = fopen(path, "wb");
    bool ok = file && fwrite(content.p, 1, content.n, file) == content.n;
    if (file && fclose(file) != 0) ok = false;
    return ok || eim_fail(eim, "%s: %s", path, strerror(errno));
}

bool ipa_state_open(struct eim *eim, const char *folder, const char *name, enum sgp32_version version)
{
    char path[512];
    char fqdn[256];
    snprintf(fqdn, sizeof fqdn, "%s.example.com", name);
    const struct eim_config config = {
        .id = name, .fqdn = fqdn, .seed = slice_text("an eIM of the demo"), .version = version, .initial_counter = 1};
    if (!eim_init(eim, &config)) return false;
    file_name(folder, name, "eim", path);
    FILE *file = fopen(path, "r");
    if (!file) return true;
    char line[200] = "";
    char *at = fgets(line, sizeof line, file);
    fclose(file);
    int64_t values[4];
    static const char *const names[] = {"token ", " counter ", " result ", " drawn "};
    for (size_t i = 0; i < 4; i++) {
        if (!at || strncmp(at, names[i], strlen(names[i])) != 0)
            return eim_fail(eim, "%s: expected token, counter, result and drawn", path);
        values[i] = strtoll(at + strlen(names[i]), &at, 10);
    }
    eim->token = values[0];
    eim->counter = (uint32_t)values[1];
    eim->sequence_number = values[2];
    eim->drawn = (uint32_t)values[3];
    return true;
}

void ipa_state_begin(struct eim *eim)
{
    eim->token = EIM_NO_TOKEN;
    eim->counter = eim->initial_counter;
    eim->sequence_number = -1;
}

bool ipa_state_save(struct eim *eim, const char *folder)
{
    char path[512];
    char text[160];
    file_name(folder, eim->id, "eim", path);
    int n = snprintf(text, sizeof text, "token %" PRId64 " counter %" PRIu32 " result %" PRId64 " drawn %" PRIu32 "\n",
                     eim->token, eim->counter, eim->sequence_number, eim->drawn);
    return write_whole(eim, path, slice_of(text, (size_t)n));
}

bool ipa_state_save_package(struct eim *eim, const char *folder, struct slice request)
{
    char path[512];
    file_name(folder, eim->id, "package", path);
    return write_whole(eim, path, request);
}

bool ipa_state_package(struct eim *eim, const char *folder, struct buf *out)
{
    char path[512];
    file_name(folder, eim->id, "package", path);
    FILE *file = fopen(path, "rb");
    if (!file) return eim_fail(eim, "%s: %s", path, strerror(errno));
    uint8_t piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(out, slice_of(piece, n));
    bool ok = !ferror(file) && buf_err(out) == OK;
    fclose(file);
    return ok || eim_fail(eim, "%s: cannot be read", path);
}

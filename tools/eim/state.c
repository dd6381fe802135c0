/* The folder of an eIM: eim.conf (who it is), eim.key (its private key), cards/EID (counter, token, sequence number and
 * key of each card), packages/TRANSACTION.der (what was signed). All text but the packages: `name = value` a line. */
#define _GNU_SOURCE
#include "tool.h"

#include "base/hex.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static bool path_of(const char *directory, const char *name, char out[STATE_PATH_MAX])
{
    int n = snprintf(out, STATE_PATH_MAX, "%s/%s", directory, name);
    return (n > 0 && n < STATE_PATH_MAX) || problem("%s: the name is too long", directory);
}

/* ---- `name = value` ---- */

struct line {
    char name[32];
    char value[300];
};

/* Takes one line off *text. False at the end, or with *bad if it is not `name = value`. */
static bool next_line(struct slice *text, struct line *out, bool *bad)
{
    while (text->n) {
        size_t n = 0;
        while (n < text->n && text->p[n] != '\n')
            n++;
        char copy[400];
        *bad = n >= sizeof copy;
        if (*bad) return false;
        memcpy(copy, text->p, n);
        copy[n] = 0;
        *text = slice_skip(*text, n < text->n ? n + 1 : n);
        if (copy[0] == '#' || copy[strspn(copy, " \t\r")] == 0) continue;
        *bad = sscanf(copy, " %31[a-z0-9_] = %299[^\r\n]", out->name, out->value) != 2;
        if (*bad) {
            out->value[0] = 0;
            *bad = sscanf(copy, " %31[a-z0-9_] =", out->name) != 1;
        }
        return !*bad;
    }
    return false;
}

static const char *const curves[] = {[TEST_P256] = "nist", [TEST_BP256] = "brainpool"};

static bool read_curve(const char *text, enum test_curve *out)
{
    for (int i = TEST_P256; i <= TEST_BP256; i++) {
        if (strcmp(text, curves[i]) != 0) continue;
        *out = (enum test_curve)i;
        return true;
    }
    return false;
}

static void put_hex(struct buf *b, struct slice s)
{
    uint8_t *p = buf_extend(b, 2 * s.n + 1);
    if (!p) return;
    hex_encode(s, (char *)p);
    buf_truncate(b, b->n - 1);
}

/* ---- making one ---- */

static bool make_folder(const char *path)
{
    if (mkdir(path, 0700) == 0) return true;
    return problem("%s: %s", path, strerror(errno));
}

static bool choose_key(const struct options *o, enum test_curve curve, struct buf *key)
{
    struct test_key made;
    uint8_t drawn[32];
    if (o->key) {
        if (hex_decode(slice_text(o->key), key) && key->n == 32 && test_key_private(&made, curve, buf_slice(key)))
            return true;
        return problem("--key: expected 64 hexadecimal digits, a private key of the curve");
    }
    if (getrandom(drawn, sizeof drawn, 0) != (ssize_t)sizeof drawn) return problem("no random numbers");
    bool ok = test_key_derive(&made, curve, SLICE(drawn), "softeuicc-eim");
    if (ok) buf_append(key, slice_of(made.private_key, made.n));
    explicit_bzero(drawn, sizeof drawn);
    explicit_bzero(&made, sizeof made);
    return ok || problem("no key could be made");
}

static bool write_configuration(const struct options *o, const char *directory, const char *id, int64_t counter)
{
    char path[STATE_PATH_MAX];
    BUF_LOCAL text = {0};
    bool is_fqdn = strchr(id, '.') && id[strspn(id, "0123456789.")];
    const char *fqdn = o->fqdn ? o->fqdn : is_fqdn ? id : "";
    text_format(&text, "# An eIM of softeuicc-eim. Its private key is in eim.key.\n");
    text_format(&text, "id = %s\nfqdn = %s\nid_type = %s\ncurve = %s\ncertificate = %s\n", id, fqdn,
                o->id_type ? o->id_type : "", o->curve ? o->curve : "nist", o->certificate ? "yes" : "no");
    text_format(&text, "ask_token = %s\nrelease = %s\ninitial_counter = %lld\n", o->ask_token ? "yes" : "no",
                o->version ? o->version : "1.2", (long long)counter);
    return path_of(directory, "eim.conf", path) && file_save(path, buf_slice(&text), 0600);
}

bool state_create(const struct options *o, const char *directory)
{
    static const char *const types[] = {"oid", "fqdn", "proprietary"};
    char path[STATE_PATH_MAX];
    enum test_curve curve = TEST_P256;
    enum sgp32_version version;
    int64_t counter = 1;
    BUF_LOCAL key = {0};
    BUF_LOCAL digits = {0};
    const char *id = o->id ? o->id : "eim.example.com";
    bool type_ok = !o->id_type;
    for (size_t i = 0; o->id_type && i < 3; i++)
        type_ok = type_ok || strcmp(o->id_type, types[i]) == 0;
    if (!type_ok) return problem("--id-type %s: expected oid, fqdn or proprietary", o->id_type);
    if (o->curve && !read_curve(o->curve, &curve)) return problem("--curve %s: expected nist or brainpool", o->curve);
    if (o->version && (!sgp32_version_read(o->version, &version) || version == SGP32_1_3))
        return problem("--release %s: expected 1.0, 1.1 or 1.2", o->version);
    if (o->counter && !options_number("counter", o->counter, 0, EIM_COUNTER_MAX, &counter)) return false;
    if (strlen(id) > EIM_ID_MAX || strpbrk(id, "\r\n")) return problem("--id: expected 1 to 128 bytes in one line");
    if (o->fqdn && (strlen(o->fqdn) > 255 || strpbrk(o->fqdn, "\r\n"))) return problem("--fqdn: expected one line");
    if (!choose_key(o, curve, &key)) return false;
    if (!make_folder(directory) || !path_of(directory, "cards", path) || !make_folder(path) ||
        !path_of(directory, "packages", path) || !make_folder(path))
        return false;
    put_hex(&digits, buf_slice(&key));
    buf_byte(&digits, '\n');
    return path_of(directory, "eim.key", path) && file_save(path, buf_slice(&digits), 0600) &&
           write_configuration(o, directory, id, counter);
}

/* ---- reading it ---- */

struct read_state {
    char id[EIM_ID_MAX + 1];
    char fqdn[256];
    struct eim_config config;
    bool ask_token;
};

static bool take_configuration(const struct line *l, struct read_state *out)
{
    static const char *const types[] = {"", "oid", "fqdn", "proprietary"};
    bool yes = strcmp(l->value, "yes") == 0;
    if (strcmp(l->name, "id") == 0) return snprintf(out->id, sizeof out->id, "%s", l->value) < (int)sizeof out->id;
    if (strcmp(l->name, "fqdn") == 0)
        return snprintf(out->fqdn, sizeof out->fqdn, "%s", l->value) < (int)sizeof out->fqdn;
    if (strcmp(l->name, "curve") == 0) return read_curve(l->value, &out->config.curve);
    if (strcmp(l->name, "release") == 0) return sgp32_version_read(l->value, &out->config.version);
    if (strcmp(l->name, "id_type") == 0) {
        for (int i = 0; i < 4; i++) {
            if (strcmp(l->value, types[i]) != 0) continue;
            out->config.id_type = i;
            return true;
        }
        return false;
    }
    if (strcmp(l->name, "initial_counter") == 0) {
        int64_t number;
        if (!options_number("counter", l->value, 0, EIM_COUNTER_MAX, &number)) return false;
        out->config.initial_counter = (uint32_t)number;
        return true;
    }
    if (!yes && strcmp(l->value, "no") != 0) return false;
    if (strcmp(l->name, "certificate") == 0) out->config.certificate = yes;
    if (strcmp(l->name, "ask_token") == 0) out->ask_token = yes;
    return strcmp(l->name, "certificate") == 0 || strcmp(l->name, "ask_token") == 0;
}

static bool read_configuration(const char *path, struct read_state *out)
{
    BUF_LOCAL text = {0};
    struct line line;
    bool bad = false;
    *out = (struct read_state){.config = {.initial_counter = 1, .version = SGP32_1_2}};
    if (!file_read(path, &text)) return false;
    struct slice in = buf_slice(&text);
    while (next_line(&in, &line, &bad))
        if (!take_configuration(&line, out))
            return problem("%s: %s = %s is not understood", path, line.name, line.value);
    if (bad) return problem("%s: expected lines of the form name = value", path);
    return *out->id || problem("%s: no id", path);
}

bool state_open(struct state *state, const char *directory)
{
    char path[STATE_PATH_MAX];
    BUF_LOCAL digits = {0};
    BUF_LOCAL key = {0};
    struct read_state read;
    *state = (struct state){0};
    if (snprintf(state->directory, sizeof state->directory, "%s", directory) >= (int)sizeof state->directory)
        return problem("%s: the name is too long", directory);
    if (!path_of(directory, "eim.conf", path)) return false;
    if (access(path, F_OK) != 0)
        return problem("%s: no eIM is here (no eim.conf); softeuicc-eim init %s makes one", directory, directory);
    if (!read_configuration(path, &read) || !path_of(directory, "eim.key", path) || !file_read(path, &digits))
        return false;
    while (digits.n && digits.p[digits.n - 1] <= ' ')
        buf_truncate(&digits, digits.n - 1);
    if (!hex_decode(buf_slice(&digits), &key) || key.n != 32)
        return problem("%s: expected a private key of 64 hexadecimal digits", path);
    read.config.id = read.id;
    read.config.fqdn = *read.fqdn ? read.fqdn : NULL;
    read.config.private_key = buf_slice(&key);
    read.config.seed = buf_slice(&key);
    state->ask_token = read.ask_token;
    return eim_init(&state->eim, &read.config) || problem("%s: %s", directory, state->eim.error);
}

void state_close(struct state *state)
{
    eim_free(&state->eim);
}

/* ---- one card ---- */

static bool card_path(const struct state *state, char out[STATE_PATH_MAX])
{
    char name[64];
    snprintf(name, sizeof name, "cards/%s", state->card);
    return path_of(state->directory, name, out);
}

static bool take_card(struct state *state, const struct line *l, enum test_curve *curve)
{
    BUF_LOCAL point = {0};
    struct test_key key;
    int64_t number = -1;
    if (strcmp(l->name, "card_curve") == 0) return read_curve(l->value, curve);
    if (strcmp(l->name, "card_key") == 0) {
        if (!hex_decode(slice_text(l->value), &point) || !test_key_public(&key, *curve, buf_slice(&point)))
            return false;
        eim_know_key(&state->eim, &key);
        return true;
    }
    if (!options_number(l->name, l->value, -1, INT64_MAX, &number)) return false;
    if (strcmp(l->name, "counter") == 0) state->eim.counter = (uint32_t)number;
    if (strcmp(l->name, "token") == 0) state->eim.token = number;
    if (strcmp(l->name, "sequence_number") == 0) state->eim.sequence_number = number;
    return true;
}

bool state_load_card(struct state *state, const char *eid)
{
    char path[STATE_PATH_MAX];
    BUF_LOCAL text = {0};
    struct line line;
    bool bad = false;
    enum test_curve curve = TEST_P256;
    if (!eim_set_eid(&state->eim, eid)) return problem("%s", state->eim.error);
    memcpy(state->card, eid, sizeof state->card);
    state->eim.counter = state->eim.initial_counter;
    state->eim.token = EIM_NO_TOKEN;
    state->eim.sequence_number = -1;
    state->eim.knows_key = false;
    if (!card_path(state, path)) return false;
    if (access(path, F_OK) != 0) return true;
    if (!file_read(path, &text)) return false;
    struct slice in = buf_slice(&text);
    while (next_line(&in, &line, &bad))
        if (!take_card(state, &line, &curve))
            return problem("%s: %s = %s is not understood", path, line.name, line.value);
    return !bad || problem("%s: expected lines of the form name = value", path);
}

bool state_save_card(const struct state *state)
{
    char path[STATE_PATH_MAX];
    BUF_LOCAL text = {0};
    const struct eim *eim = &state->eim;
    text_format(&text, "counter = %u\ntoken = %lld\nsequence_number = %lld\n", (unsigned)eim->counter,
                (long long)eim->token, (long long)eim->sequence_number);
    if (eim->knows_key) {
        text_format(&text, "card_curve = %s\ncard_key = ", curves[eim->card_key.curve]);
        put_hex(&text, test_key_point(&eim->card_key));
        buf_byte(&text, '\n');
    }
    return card_path(state, path) && file_save(path, buf_slice(&text), 0600);
}

/* ---- packages ---- */

static bool package_path(const struct state *state, struct slice id, char out[STATE_PATH_MAX])
{
    BUF_LOCAL name = {0};
    text_format(&name, "packages/");
    put_hex(&name, id);
    text_format(&name, ".der");
    buf_byte(&name, 0);
    return buf_err(&name) == OK && path_of(state->directory, (const char *)name.p, out);
}

bool state_keep_package(const struct state *state, const struct eim_package *package)
{
    char path[STATE_PATH_MAX];
    /* Without an identifier, or with one that is no TransactionId, no result can be matched. */
    if (package->transaction_id.n < 1 || package->transaction_id.n > 16) return true;
    return package_path(state, buf_slice(&package->transaction_id), path) &&
           file_save(path, buf_slice(&package->request), 0600);
}

bool state_find_package(const struct state *state, struct slice id, struct buf *request)
{
    char path[STATE_PATH_MAX];
    return id.n && id.n <= 16 && package_path(state, id, path) && access(path, F_OK) == 0 && file_read(path, request);
}

bool state_loader(void *ctx, const char *name, struct buf *out, char *why, size_t size)
{
    struct state *state = ctx;
    BUF_LOCAL key = {0};
    struct eim_configuration configuration;
    if (strcmp(name, "self") == 0) {
        snprintf(why, size, "this eIM cannot be described");
        return eim_describe(&state->eim, false, &key, &configuration) && eim_configuration_data(out, &configuration);
    }
    snprintf(why, size, "it cannot be read");
    return file_or_hex(name, out);
}

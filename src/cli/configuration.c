/* What a new card is made from; see configuration.h. Called by session.c. */
#define _GNU_SOURCE
#include "cli/configuration.h"

#include "base/hex.h"
#include "base/tlv.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { FILE_MAX = 65536, KEY_BYTES = 32, TAG_SEQUENCE = 0x30 };

/* Appends a whole file. Returns 0 or an errno. */
static int read_file(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno;
    int error = read_all(fd, FILE_MAX, out);
    close(fd);
    return error;
}

/* ---- personality ---- */

static void complain_personality(const char *name, int error)
{
    BUF_LOCAL names = {0};
    const char *known;
    for (size_t i = 0; (known = euicc_personality_name(i)); i++)
        text_format(&names, "%s%s", i ? ", " : "", known);
    buf_byte(&names, 0);
    complain("--personality %s: %s, expected a file or one of: %s", name, strerror(error),
             names.failed ? "" : (const char *)names.p);
}

static bool read_personality(struct configuration *c, const struct options *o)
{
    if (!o->personality && !o->memory_size) return true;
    const char *name = o->personality ? o->personality : "default";
    const char *text = euicc_personality_text(name);
    if (text) {
        buf_append(&c->personality, slice_text(text));
    } else {
        int error = read_file(name, &c->personality);
        if (error) {
            complain_personality(name, error);
            return false;
        }
        if (c->personality.n && memchr(c->personality.p, 0, c->personality.n)) {
            complain("--personality %s: holds a zero byte, expected text", name);
            return false;
        }
    }
    if (o->memory_size) text_format(&c->personality, "\nmemory_size = %s\n", o->memory_size);
    buf_byte(&c->personality, 0);
    if (buf_err(&c->personality) == OK) {
        c->config.personality = (const char *)c->personality.p;
        return true;
    }
    complain("no memory");
    return false;
}

/* ---- PKI; the file names are those of certs/README.md ---- */

static const char *const curve_names[CONFIGURATION_CURVES] = {"nist", "brainpool"};

enum file_kind { FILE_CERTIFICATE, FILE_KEY };
enum found { FOUND, MISSING, WRONG };

static enum found wrong(const char *path, const char *what)
{
    complain("%s: %s", path, what);
    return WRONG;
}

static enum found read_pki_file(const char *path, enum file_kind kind, struct buf *out)
{
    BUF_LOCAL raw = {0};
    int error = read_file(path, &raw);
    if (error == ENOENT) return MISSING;
    if (error) return wrong(path, strerror(error));
    if (kind == FILE_KEY) {
        if (!hex_decode(buf_slice(&raw), out) || out->n != KEY_BYTES) {
            return wrong(path, "not a private key, expected 64 hex digits");
        }
        return FOUND;
    }
    struct slice rest = buf_slice(&raw);
    struct tlv certificate;
    if (tlv_read(&rest, &certificate) != TLV_OK || certificate.tag != TAG_SEQUENCE || rest.n) {
        return wrong(path, "not a certificate, expected one DER SEQUENCE");
    }
    buf_append(out, buf_slice(&raw));
    return buf_err(out) == OK ? FOUND : wrong(path, "no memory");
}

static struct euicc_bytes bytes_of(const struct buf *b)
{
    return (struct euicc_bytes){b->p, b->n};
}

/* The files of one curve. `missing` gets the path of the first one that is not there, "" if all are. */
static bool read_curve(struct configuration *c, const char *directory, size_t curve, bool *any, char *missing,
                       size_t size)
{
    const struct {
        const char *role;
        const char *ending;
        enum file_kind kind;
        struct buf *out;
    } files[] = {
        {"ci", "der", FILE_CERTIFICATE, &c->ci[curve]},
        {"eum", "der", FILE_CERTIFICATE, &c->eum[curve]},
        {"eum", "key.hex", FILE_KEY, &c->key[curve]},
    };
    missing[0] = 0;
    *any = false;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        BUF_LOCAL path = {0};
        text_format(&path, "%s/%s-%s.%s", directory, files[i].role, curve_names[curve], files[i].ending);
        buf_byte(&path, 0);
        if (buf_err(&path) != OK) return false;
        enum found found = read_pki_file((const char *)path.p, files[i].kind, files[i].out);
        if (found == WRONG) return false;
        if (found == FOUND) *any = true;
        if (found == MISSING && !missing[0]) (void)snprintf(missing, size, "%s", (const char *)path.p);
    }
    return true;
}

static bool read_pki(struct configuration *c, const char *directory)
{
    char first_missing[512] = "";
    for (size_t curve = 0; curve < CONFIGURATION_CURVES; curve++) {
        char missing[512];
        bool any;
        if (!read_curve(c, directory, curve, &any, missing, sizeof missing)) return false;
        if (!missing[0]) {
            size_t i = c->config.issuer_count++;
            c->issuers[i] = (struct euicc_issuer){.ci_certificate = bytes_of(&c->ci[curve]),
                                                  .eum_certificate = bytes_of(&c->eum[curve]),
                                                  .eum_key = bytes_of(&c->key[curve])};
            c->curves[i] = curve_names[curve];
            continue;
        }
        if (any) complain("%s: missing, so %s is left out", missing, curve_names[curve]);
        if (!first_missing[0] || any) memcpy(first_missing, missing, sizeof missing);
    }
    if (c->config.issuer_count == 0) {
        complain("%s: missing, expected ci-, eum- (.der) and eum- (.key.hex) of nist or brainpool", first_missing);
        return false;
    }
    c->config.issuers = c->issuers;
    return true;
}

/* ---- the whole ---- */

bool configuration_read(struct configuration *c, const struct options *options)
{
    *c = (struct configuration){.config.eid = options->eid};
    return read_personality(c, options) && (!options->pki || read_pki(c, options->pki));
}

void configuration_free(struct configuration *c)
{
    buf_free(&c->personality);
    for (size_t i = 0; i < CONFIGURATION_CURVES; i++) {
        buf_free(&c->ci[i]);
        buf_free(&c->eum[i]);
        buf_free(&c->key[i]);
    }
    *c = (struct configuration){0};
}

/* True if a card in memory can be made of this alone. */
static bool works_alone(const struct euicc_config *config, const struct euicc_env *env, struct euicc_diagnostic *why)
{
    struct euicc_env memory = {.ctx = env->ctx, .random = env->random, .now = env->now};
    euicc *card = NULL;
    int result = euicc_create(&card, config, &memory, why);
    euicc_destroy(card);
    return result == EUICC_OK;
}

void configuration_blame(const struct configuration *c, const struct options *options, const struct euicc_env *env,
                         const struct euicc_diagnostic *why)
{
    struct euicc_diagnostic alone = {0};
    struct euicc_config personality = {.personality = c->config.personality};
    if (c->config.personality && !works_alone(&personality, env, &alone)) {
        complain("--personality %s%s: %s", options->personality ? options->personality : "default",
                 options->memory_size ? " with --memory-size" : "", alone.text);
        return;
    }
    for (size_t i = 0; i < c->config.issuer_count; i++) {
        struct euicc_config issuer = {.issuers = &c->issuers[i], .issuer_count = 1};
        if (works_alone(&issuer, env, &alone)) continue;
        complain("--pki %s: ci-%s.der, eum-%s.der and eum-%s.key.hex: %s", options->pki, c->curves[i], c->curves[i],
                 c->curves[i], alone.text);
        return;
    }
    if (options->eid) {
        complain("--eid %s: %s", options->eid, why->text);
    } else {
        complain("cannot make a card: %s", why->text);
    }
}

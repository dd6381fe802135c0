/* Who the SM-DP+ of softeuicc-install is: CERT.DPauth and CERT.DPpb with their keys, of the SGP.26 test PKI that is
 * built in or of a folder made by certs/make-pki (certs/README.md has its layout). Called by main.c. */
#define _GNU_SOURCE
#include "install.h"

#include "builtin_server.h"

#include "base/hex.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

static const struct {
    const char *name;
    const char *text;
    enum test_curve curve;
} curves[] = {{"nist", "P-256", TEST_P256}, {"brainpool", "brainpoolP256r1", TEST_BP256}};

enum { CURVES = sizeof curves / sizeof *curves };

static bool has_file(const char *folder, const char *name)
{
    char path[4096];
    if (!folder) return true;
    return snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path && access(path, F_OK) == 0;
}

/* One file of the PKI; `label` becomes its name for messages. */
static bool read_file(const char *folder, const char *name, char *label, size_t size, struct buf *out)
{
    for (const struct builtin_server_row *row = builtin_server; !folder && row->name; row++) {
        if (strcmp(row->name, name) == 0) buf_append(out, slice_of(row->bytes, row->n));
    }
    snprintf(label, size, "%s/%s", folder ? folder : "built in", name);
    FILE *file = folder ? fopen(label, "rb") : NULL;
    if (folder && !file) return problem("--pki %s: %s: %s", folder, label, strerror(errno));
    uint8_t piece[4096];
    for (size_t n; file && out->n < 65536 && (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(out, slice_of(piece, n));
    if (file) fclose(file);
    return (out->n > 0 && buf_err(out) == OK) || problem("%s: is empty", label);
}

static bool read_certificate(const char *folder, const char *who, const char *curve, struct buf *out,
                             struct pki_certificate *certificate)
{
    char name[64];
    char label[4096];
    const char *why = "";
    snprintf(name, sizeof name, "%s-%s.der", who, curve);
    return read_file(folder, name, label, sizeof label, out) &&
           (pki_read(buf_slice(out), certificate, &why) || problem("%s: not such a certificate: %s", label, why));
}

static bool read_key(const char *folder, const char *who, size_t curve, const struct pki_certificate *certificate,
                     struct test_key *key)
{
    char name[64];
    char label[4096];
    BUF_LOCAL text = {0};
    BUF_LOCAL raw = {0};
    snprintf(name, sizeof name, "%s-%s.key.hex", who, curves[curve].name);
    if (!read_file(folder, name, label, sizeof label, &text)) return false;
    while (text.n > 0 && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
        buf_truncate(&text, text.n - 1);
    if (!hex_decode(buf_slice(&text), &raw) || raw.n != 32 ||
        !test_key_private(key, curves[curve].curve, buf_slice(&raw)))
        return problem("%s: expected 64 hexadecimal digits, a private key on %s", label, curves[curve].text);
    return slice_equal(test_key_point(key), test_key_point(&certificate->key)) ||
           problem("%s: is not the key of the certificate %s-%s.der", label, who, curves[curve].name);
}

/* CERT.DPauth or CERT.DPpb with its key. */
static bool read_identity(const char *folder, const char *who, int role, size_t curve, struct buf *der,
                          struct test_key *key)
{
    struct pki_certificate certificate;
    if (!read_certificate(folder, who, curves[curve].name, der, &certificate) ||
        !read_key(folder, who, curve, &certificate, key))
        return false;
    return certificate.role == role ||
           problem("%s-%s.der: not the certificate of such a server", who, curves[curve].name);
}

static bool read_anchor(const char *folder, size_t curve, struct smdpp_config *config)
{
    struct pki_certificate ci;
    BUF_LOCAL der = {0};
    if (!read_certificate(folder, "ci", curves[curve].name, &der, &ci)) return false;
    struct pki_anchor *anchor = &config->anchors[config->anchor_count++];
    anchor->key = ci.key;
    test_key_identifier(&ci.key, anchor->id);
    return true;
}

static bool choose_curve(const struct options *o, size_t *curve)
{
    for (*curve = 0; *curve < CURVES; ++*curve) {
        char name[64];
        snprintf(name, sizeof name, "dpauth-%s.der", curves[*curve].name);
        if (o->curve ? strcmp(o->curve, curves[*curve].name) == 0 : has_file(o->pki, name)) return true;
    }
    return problem(
        "--pki %s: expected a folder with dpauth-nist.der or dpauth-brainpool.der, as certs/make-pki makes it", o->pki);
}

bool server_open(struct server *server, const struct options *o)
{
    struct smdpp_config config = {0};
    size_t curve;
    if (!choose_curve(o, &curve)) return false;
    server->curve = curves[curve].text;
    if (getrandom(server->seed, sizeof server->seed, 0) != (ssize_t)sizeof server->seed ||
        getrandom(server->keys, sizeof server->keys, 0) != (ssize_t)sizeof server->keys)
        return problem("no random numbers: %s", strerror(errno));
    bool ok = read_identity(o->pki, "dpauth", PKI_DP_AUTH, curve, &server->auth_certificate, &config.auth_key) &&
              read_identity(o->pki, "dppb", PKI_DP_PB, curve, &server->pb_certificate, &config.pb_key) &&
              read_anchor(o->pki, curve, &config);
    /* The card may sign under the other root (SGP.22 5.6.1). */
    for (size_t i = 0; ok && i < CURVES; i++) {
        char name[64];
        snprintf(name, sizeof name, "ci-%s.der", curves[i].name);
        if (i != curve && has_file(o->pki, name)) ok = read_anchor(o->pki, i, &config);
    }
    config.auth_certificate = buf_slice(&server->auth_certificate);
    config.pb_certificate = buf_slice(&server->pb_certificate);
    config.seed = SLICE(server->seed);
    if (ok) server->dp = smdpp_new(&config);
    explicit_bzero(&config, sizeof config);
    return ok && (server->dp || problem("no memory for the SM-DP+"));
}

void server_close(struct server *server)
{
    smdpp_free(server->dp);
    buf_free(&server->auth_certificate);
    buf_free(&server->pb_certificate);
    explicit_bzero(server, sizeof *server);
}

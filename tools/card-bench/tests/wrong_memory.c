/* See wrong_memory.h; called instead of the functions of src/crypto/ec.c and tests/lib/test_key.c. */
#include "wrong_memory.h"

#include "primitives.h"

enum { PLACES = 2048 };

/* One process, one table: what comes to a place that is taken takes it. */
static struct remembered {
    uint8_t question[32];
    size_t n;
    uint8_t answer[sizeof(struct test_key)];
} memory[PLACES];

static struct remembered *place_of(const uint8_t question[32])
{
    return &memory[(question[0] | question[1] << 8) % PLACES];
}

/* The question is which function, and what it is given. */
static void ask(char function, const struct slice *given, size_t n, uint8_t question[32])
{
    BUF_LOCAL all = {0};
    buf_byte(&all, (uint8_t)function);
    for (size_t i = 0; i < n; i++) {
        buf_append(&all, slice_of(&given[i].n, sizeof given[i].n));
        buf_append(&all, given[i]);
    }
    test_sha256(buf_slice(&all), question);
}

static bool recall(const uint8_t question[32], void *answer, size_t n)
{
    const struct remembered *r = place_of(question);
    if (r->n != n || memcmp(r->question, question, 32) != 0) return false;
    memcpy(answer, r->answer, n);
    return true;
}

static void keep(const uint8_t question[32], const void *answer, size_t n)
{
    struct remembered *r = place_of(question);
    memcpy(r->question, question, 32);
    memcpy(r->answer, answer, n);
    r->n = n;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */

/* ---- the card ---- */

enum err __real_ecdsa_verify(enum curve curve, struct slice point, const struct slice *parts, size_t n,
                             struct slice signature, bool *valid);
enum err remember_ecdsa_verify(enum curve curve, struct slice point, const struct slice *parts, size_t n,
                               struct slice signature, bool *valid)
{
    uint8_t question[32];
    BUF_LOCAL message = {0};
    for (size_t i = 0; i < n; i++)
        buf_append(&message, parts[i]);
    const struct slice given[] = {slice_of(&curve, sizeof curve), point, buf_slice(&message), signature};
    ask('v', given, 4, question);
    if (recall(question, valid, sizeof *valid)) return OK;
    TRY(__real_ecdsa_verify(curve, point, parts, n, signature, valid));
    keep(question, valid, sizeof *valid);
    return OK;
}

enum err __real_ecka(enum curve curve, const uint8_t sk[EC_SCALAR_SIZE], struct slice point, uint8_t z[32]);
enum err __wrap_ecka(enum curve curve, const uint8_t sk[EC_SCALAR_SIZE], struct slice point, uint8_t z[32]);
enum err __wrap_ecka(enum curve curve, const uint8_t sk[EC_SCALAR_SIZE], struct slice point, uint8_t z[32])
{
    uint8_t question[32];
    const struct slice given[] = {slice_of(&curve, sizeof curve), slice_of(sk, EC_SCALAR_SIZE), point};
    ask('k', given, 3, question);
    if (recall(question, z, 32)) return OK;
    TRY(__real_ecka(curve, sk, point, z));
    keep(question, z, 32);
    return OK;
}

/* ---- the doubles ---- */

bool __real_test_key_private(struct test_key *key, enum test_curve curve, struct slice d);
bool __wrap_test_key_private(struct test_key *key, enum test_curve curve, struct slice d);
bool __wrap_test_key_private(struct test_key *key, enum test_curve curve, struct slice d)
{
    uint8_t question[32];
    const struct slice given[] = {slice_of(&curve, sizeof curve), d};
    ask('p', given, 2, question);
    if (recall(question, key, sizeof *key)) return true;
    if (!__real_test_key_private(key, curve, d)) return false;
    keep(question, key, sizeof *key);
    return true;
}

bool __real_test_key_public(struct test_key *key, enum test_curve curve, struct slice point);
bool __wrap_test_key_public(struct test_key *key, enum test_curve curve, struct slice point);
bool __wrap_test_key_public(struct test_key *key, enum test_curve curve, struct slice point)
{
    uint8_t question[32];
    const struct slice given[] = {slice_of(&curve, sizeof curve), point};
    ask('q', given, 2, question);
    if (recall(question, key, sizeof *key)) return true;
    if (!__real_test_key_public(key, curve, point)) return false;
    keep(question, key, sizeof *key);
    return true;
}

bool __real_test_key_derive(struct test_key *key, enum test_curve curve, struct slice seed, const char *label);
bool __wrap_test_key_derive(struct test_key *key, enum test_curve curve, struct slice seed, const char *label);
bool __wrap_test_key_derive(struct test_key *key, enum test_curve curve, struct slice seed, const char *label)
{
    uint8_t question[32];
    const struct slice given[] = {slice_of(&curve, sizeof curve), seed, slice_text(label)};
    ask('d', given, 3, question);
    if (recall(question, key, sizeof *key)) return true;
    if (!__real_test_key_derive(key, curve, seed, label)) return false;
    keep(question, key, sizeof *key);
    return true;
}

bool __real_test_sign(const struct test_key *key, struct slice message, struct buf *signature);
bool __wrap_test_sign(const struct test_key *key, struct slice message, struct buf *signature);
bool __wrap_test_sign(const struct test_key *key, struct slice message, struct buf *signature)
{
    uint8_t question[32];
    uint8_t known[2 * TEST_KEY_MAX];
    size_t n = 2 * key->n;
    size_t before = signature->n;
    const struct slice given[] = {slice_of(&key->curve, sizeof key->curve), slice_of(key->private_key, key->n),
                                  message};
    if (!key->has_private) return false;
    ask('s', given, 3, question);
    if (recall(question, known, n)) {
        buf_append(signature, slice_of(known, n));
        return buf_err(signature) == OK;
    }
    if (!__real_test_sign(key, message, signature)) return false;
    keep(question, signature->p + before, n);
    return true;
}

bool __real_test_verify(const struct test_key *key, struct slice message, struct slice signature);
bool __wrap_test_verify(const struct test_key *key, struct slice message, struct slice signature);
bool __wrap_test_verify(const struct test_key *key, struct slice message, struct slice signature)
{
    uint8_t question[32];
    bool valid;
    const struct slice given[] = {slice_of(&key->curve, sizeof key->curve), slice_of(key->point, key->point_n), message,
                                  signature};
    ask('w', given, 4, question);
    if (recall(question, &valid, sizeof valid)) return valid;
    valid = __real_test_verify(key, message, signature);
    keep(question, &valid, sizeof valid);
    return valid;
}

bool __real_test_agree(const struct test_key *mine, const struct test_key *other, uint8_t z[32]);
bool __wrap_test_agree(const struct test_key *mine, const struct test_key *other, uint8_t z[32]);
bool __wrap_test_agree(const struct test_key *mine, const struct test_key *other, uint8_t z[32])
{
    uint8_t question[32];
    const struct slice given[] = {slice_of(&mine->curve, sizeof mine->curve), slice_of(mine->private_key, mine->n),
                                  slice_of(&other->curve, sizeof other->curve), slice_of(other->point, other->point_n)};
    if (!mine->has_private) return false;
    ask('a', given, 4, question);
    if (recall(question, z, 32)) return true;
    if (!__real_test_agree(mine, other, z)) return false;
    keep(question, z, 32);
    return true;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

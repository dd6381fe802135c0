/* Cards that are wrong with files, PINs, authentication, channels and secured packets; see wrong_cards.h. */
#include "wrong_seams.h"

#include "domain/secured_packet.h"
#include "model/naa.h"
#include "uicc/naa.h"

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */

/* ---- PINs ---- */

enum err __real_pin_put_now(const struct isdp *isdp, const struct pin *pin);
enum err __wrap_pin_put_now(const struct isdp *isdp, const struct pin *pin);
enum err __wrap_pin_put_now(const struct isdp *isdp, const struct pin *pin)
{
    return wrong_is("pin-tries-not-counted") ? OK : __real_pin_put_now(isdp, pin);
}

enum err __real_pin_put(const struct isdp *isdp, const struct pin *pin);
enum err __wrap_pin_put(const struct isdp *isdp, const struct pin *pin);
enum err __wrap_pin_put(const struct isdp *isdp, const struct pin *pin)
{
    if (wrong_in("uicc_verify_pin") && wrong_is("pin-tries-not-restored")) return OK;
    if (wrong_in("uicc_change_pin") && wrong_is("pin-change-only-says-so")) return OK;
    return __real_pin_put(isdp, pin);
}

/* ---- files ---- */

enum err __real_uicc_allowed(struct model *m, const struct isdp *isdp, const struct uicc_context *c,
                             const struct file *f, uint8_t mode, uint8_t ins);
enum err __wrap_uicc_allowed(struct model *m, const struct isdp *isdp, const struct uicc_context *c,
                             const struct file *f, uint8_t mode, uint8_t ins);
enum err __wrap_uicc_allowed(struct model *m, const struct isdp *isdp, const struct uicc_context *c,
                             const struct file *f, uint8_t mode, uint8_t ins)
{
    enum err e = __real_uicc_allowed(m, isdp, c, f, mode, ins);
    return e == ERR_SECURITY && wrong_is("access-rule-ignored") ? OK : e;
}

enum err __real_file_write(const struct isdp *isdp, struct file *f, size_t offset, struct slice bytes);
enum err __wrap_file_write(const struct isdp *isdp, struct file *f, size_t offset, struct slice bytes);
enum err __wrap_file_write(const struct isdp *isdp, struct file *f, size_t offset, struct slice bytes)
{
    return wrong_is("update-not-stored") ? OK : __real_file_write(isdp, f, offset, bytes);
}

/* ---- authentication ---- */

enum err __real_naa_sequence_put(const struct isdp *isdp, uint16_t adf, const struct naa_sequence *sequence);
enum err __wrap_naa_sequence_put(const struct isdp *isdp, uint16_t adf, const struct naa_sequence *sequence);
enum err __wrap_naa_sequence_put(const struct isdp *isdp, uint16_t adf, const struct naa_sequence *sequence)
{
    return wrong_is("sequence-number-of-network-not-stored") ? OK : __real_naa_sequence_put(isdp, adf, sequence);
}

const char *__real_naa_sequence_refuses(const struct naa *naa, const struct naa_sequence *sequence, uint64_t sqn);
const char *__wrap_naa_sequence_refuses(const struct naa *naa, const struct naa_sequence *sequence, uint64_t sqn);
const char *__wrap_naa_sequence_refuses(const struct naa *naa, const struct naa_sequence *sequence, uint64_t sqn)
{
    const char *rule = __real_naa_sequence_refuses(naa, sequence, sqn);
    return rule && wrong_is("authentication-replayed") ? NULL : rule;
}

enum err __real_aka_resynchronisation_key(const struct aka_key *key, const uint8_t random[AKA_RAND_SIZE],
                                          uint8_t ak[AKA_SQN_SIZE]);
enum err __wrap_aka_resynchronisation_key(const struct aka_key *key, const uint8_t random[AKA_RAND_SIZE],
                                          uint8_t ak[AKA_SQN_SIZE]);
enum err __wrap_aka_resynchronisation_key(const struct aka_key *key, const uint8_t random[AKA_RAND_SIZE],
                                          uint8_t ak[AKA_SQN_SIZE])
{
    TRY(__real_aka_resynchronisation_key(key, random, ak));
    if (wrong_is("resynchronisation-in-clear")) memset(ak, 0, AKA_SQN_SIZE);
    return OK;
}

enum err __real_uicc_need_pin(struct model *m, const struct isdp *isdp, const struct uicc_application *a,
                              const char *clause);
enum err __wrap_uicc_need_pin(struct model *m, const struct isdp *isdp, const struct uicc_application *a,
                              const char *clause);
enum err __wrap_uicc_need_pin(struct model *m, const struct isdp *isdp, const struct uicc_application *a,
                              const char *clause)
{
    enum err e = __real_uicc_need_pin(m, isdp, a, clause);
    return e == ERR_SECURITY && wrong_is("authentication-without-pin") ? OK : e;
}

/* ---- channels, secured packets ---- */

enum err __real_apdu_parse_class(struct apdu *a);
enum err __wrap_apdu_parse_class(struct apdu *a);
enum err __wrap_apdu_parse_class(struct apdu *a)
{
    TRY(__real_apdu_parse_class(a));
    /* what is selected on one is selected on all */
    if (a->channel && a->ins != 0x70 && wrong_is("channels-are-one")) a->channel = 0;
    return OK;
}

enum err __real_secured_packet_open(struct model *m, const struct isdp *isdp, struct slice in,
                                    struct secured_packet *p);
enum err __wrap_secured_packet_open(struct model *m, const struct isdp *isdp, struct slice in,
                                    struct secured_packet *p);
enum err __wrap_secured_packet_open(struct model *m, const struct isdp *isdp, struct slice in, struct secured_packet *p)
{
    const struct wrong_place before = wrong_enter("secured_packet_open", m);
    enum err e = __real_secured_packet_open(m, isdp, in, p);
    wrong_leave(before);
    return e;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* What the SGP.32 functions of src/isdr share: eIM configuration, eUICC packages, results. */
#ifndef SOFTEUICC_ISDR_IOT_H
#define SOFTEUICC_ISDR_IOT_H

#include "isdr/internal.h"

/* ---- simple requests: one or two members, with the forms of known sloppy senders ---- */

/* {80 refreshFlag}; also 01 if lenient. In SGP.32 v1.0 BF5A has none: true. ERR_DATA with a reason. */
MUST_USE enum err iot_refresh_flag(struct model *m, struct slice request, const char *clause, bool *refresh);
/* The one member of a request with this tag (or the other one if lenient). *present false: it is absent. */
MUST_USE enum err iot_member(struct model *m, struct slice request, uint32_t tag, uint32_t lenient_tag,
                             const char *clause, struct slice *value, bool *present);
/* DER INTEGER content: false if it is empty; otherwise *in_range says whether it is 0 to max. */
bool iot_integer(struct slice value, uint32_t max, uint32_t *out, bool *in_range);
/* A profile switch may start: nothing else waits for the terminal (catBusy). */
bool iot_cat_free(struct model *m, const char *clause);
/* Forgets the rollback authorisation. */
MUST_USE enum err iot_drop_rollback(struct model *m);
/* True if an Emergency Profile is the enabled one. */
MUST_USE enum err iot_emergency_enabled(const struct model *m, bool *enabled);

/* ---- eIM configuration (SGP.32 2.11.1.1.1; eim_configuration.c) ---- */
struct eim_configuration {
    struct slice id;
    bool has_counter, counter_in_range;
    uint32_t counter;
    bool has_token, token_requested; /* token_requested: associationToken -1 */
    bool has_key;                    /* eimPublicKeyData is there */
    enum curve curve;                /* CURVE_UNKNOWN: not decodable or not supported */
    enum err fault;                  /* not OK: the key could not be looked at, for want of memory */
    uint8_t point[EC_POINT_SIZE];
    bool has_ci;
    struct slice ci_pk_id;
    size_t members;       /* beside eimId */
    struct tlv parts[16]; /* as they came, in order */
    size_t part_count;
};
enum eim_result {
    EIM_OK = 0,
    EIM_INSUFFICIENT_MEMORY = 1,
    EIM_EXISTS = 2,
    EIM_CI_UNKNOWN = 3,
    EIM_INVALID_TOKEN = 5,
    EIM_COUNTER_RANGE = 6,
    EIM_COMMAND_ERROR = 7
};
/* content: the members. False if they are not TLVs in the order of the module. */
bool eim_configuration_parse(const struct model *m, struct slice content, struct eim_configuration *out);
/* addEim (3.5.1.1) and each entry of AddInitialEim. *token valid if *has_token. */
MUST_USE enum err eim_configuration_add(struct model *m, const struct eim_configuration *c, enum eim_result *result,
                                        bool *has_token, uint32_t *token);
enum eim_update_result {
    UPDATE_OK = 0,
    UPDATE_NOT_FOUND = 1,
    UPDATE_CI_UNKNOWN = 3,
    UPDATE_COUNTER_RANGE = 6,
    UPDATE_COMMAND_ERROR = 7
};
/* The key in c is another one than the eIM has. */
bool eim_configuration_brings_new_key(const struct eim_configuration *c, const struct eim *e);
/* updateEim (3.5.1.2). */
MUST_USE enum err eim_configuration_update(struct model *m, const struct eim_configuration *c,
                                           enum eim_update_result *result);
const char *eim_result_name(enum eim_result result);

/* ---- eUICC packages (SGP.32 2.11, 3.3.1, 5.9.1) ---- */

/* A package while it is carried out. */
struct package {
    struct model *model;
    struct slice eim_id, transaction_id;
    bool has_transaction_id;
    uint32_t counter;
    /* what signs the result: as it was when the package came (the eIM may change or delete itself) */
    struct buf token; /* 84 L token */
    size_t root;
    /* profile changes are only marked until the list is done (3.4.1) */
    bool enable_seen, disable_seen, changed;
    bool marked;     /* a switch is marked */
    bool has_target; /* to this profile; else to none */
    uint8_t target[AID_SIZE];
    bool rollback; /* authorised by this package */
    bool has_previous;
    uint8_t previous[AID_SIZE];        /* enabled before */
    bool own_key_and_counter_replaced; /* by an updateEim of the package's own eIM */
    struct buf results;
};

/* One row an operation of a psmoList or an ecoList. run appends one EuiccResultData; *failed: it is an error, the list
 * stops. ERR_DATA: the operation is unknown or damaged. */
struct package_operation {
    uint32_t tag;
    const char *name;
    enum sgp32 since;
    enum err (*run)(struct package *p, const struct tlv *operation, struct buf *result, bool *failed);
};
const struct package_operation *psmo_at(size_t index);
const struct package_operation *eco_at(size_t index);

#define OPERATION(name) enum err name(struct package *p, const struct tlv *operation, struct buf *result, bool *failed)
OPERATION(psmo_enable);
OPERATION(psmo_disable);
OPERATION(psmo_delete);
OPERATION(psmo_list_profile_info);
OPERATION(psmo_get_rat);
OPERATION(psmo_configure_immediate_enable);
OPERATION(psmo_set_fallback_attribute);
OPERATION(psmo_unset_fallback_attribute);
OPERATION(psmo_set_default_dp_address);
OPERATION(eco_add_eim);
OPERATION(eco_delete_eim);
OPERATION(eco_update_eim);
OPERATION(eco_list_eim);

/* Appends TAG code and tells the log; failed is set for codes other than the successes. */
MUST_USE enum err package_result_code(struct package *p, struct buf *result, uint32_t tag, uint32_t code,
                                      const char *name, bool *failed);
/* The same for a code that came with a later version: undefinedError(127) before it. */
MUST_USE enum err package_result_since(struct package *p, struct buf *result, uint32_t tag, uint32_t code,
                                       const char *name, enum sgp32 since, bool *failed);
/* {5A iccid} of ten bytes, and perhaps a NULL flag. ERR_DATA if damaged. */
MUST_USE enum err package_iccid(struct package *p, const struct tlv *operation, struct slice *iccid,
                                bool *rollback_flag);
/* ERR_DATA unless `rest` is a run of data objects: the extensions of a later version (EXTENSIBILITY IMPLIED). */
MUST_USE enum err package_extensions(struct slice rest);
/* The profile with this ICCID, unless an operation of this package deleted it. */
MUST_USE enum err package_find(const struct package *p, struct slice iccid, struct profile *out, bool *found);
/* The profile that will be enabled once the marked changes are carried out. */
MUST_USE enum err package_effective(const struct package *p, struct profile *out, bool *found);

/* BF51 {A0 {30 data, 5F37}}: signed over data and the token; stored under its number. */
MUST_USE enum err package_result_sign(struct model *m, struct slice eim_id, struct slice counter_tlv,
                                      struct slice transaction_tlv, struct slice results, struct slice token,
                                      size_t root, uint32_t *sequence, struct buf *out);
/* Keeps what ProfileRollback needs (3.10). */
MUST_USE enum err rollback_authorise(const struct package *p, uint32_t sequence);

/* The state behind configureImmediateEnable (3.6). */
struct immediate_enable {
    bool enabled;
    struct slice oid, address;
};
void immediate_enable_get(const struct model *m, struct immediate_enable *out);
/* members: [80 00] [81 oid] [82 address]. False if malformed. */
MUST_USE enum err immediate_enable_set(struct model *m, struct slice members, bool *good);

#endif

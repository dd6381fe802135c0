/* What the files of src/domain share: one command at work. */
#ifndef SOFTEUICC_DOMAIN_INTERNAL_H
#define SOFTEUICC_DOMAIN_INTERNAL_H

#include "domain/domain.h"

#include "crypto/crypto.h"
#include "model/application.h"

#include "base/tlv.h"

struct domain_work {
    struct model *m;
    struct domain_session *s;
    struct isdp isdp;
    struct domain self; /* the security domain that carries it out */
    const struct domain_command *a;
    struct buf *out;
};

typedef enum err domain_run(struct domain_work *w);
domain_run domain_get_data;              /* information.c */
domain_run domain_get_status;            /* registry.c */
domain_run domain_set_status;            /* registry.c */
domain_run domain_install;               /* content.c */
domain_run domain_load;                  /* content.c */
domain_run domain_delete_object;         /* content.c */
domain_run domain_put_key;               /* put_key.c */
domain_run domain_store_data;            /* store_data.c */
domain_run domain_initialize_update;     /* secure_channel.c */
domain_run domain_external_authenticate; /* secure_channel.c */

/* Privileges (GP 6.6.1), numbered from b8 of the first byte. */
enum domain_privilege {
    PRIVILEGE_SECURITY_DOMAIN = 0,
    PRIVILEGE_AUTHORIZED_MANAGEMENT = 9,
    PRIVILEGE_GLOBAL_DELETE = 11,
    PRIVILEGE_GLOBAL_LOCK = 12,
    PRIVILEGE_GLOBAL_REGISTRY = 13,
};
bool domain_has_privilege(const struct domain *d, enum domain_privilege privilege);
/* True if d belongs to this domain: directly, or it is that domain. */
bool domain_owns(const struct domain *owner, const struct domain *d);

/* Content of the data object with this tag among those that personalisation left (data group 0070); and replacing it,
 * `whole` with tag and length. */
bool domain_object(const struct isdp *isdp, uint8_t number, uint32_t tag, struct tlv *out);
MUST_USE enum err domain_put_object(const struct isdp *isdp, uint8_t number, const struct tlv *object);

/* The key set of a version for a secure channel: KID 01, 02 and 03, all of this type and of one size. *found false: it
 * is not there or not whole. */
MUST_USE enum err domain_key_set(const struct isdp *isdp, uint8_t number, uint8_t version, uint8_t type,
                                 struct scp_keys *out, bool *found);

/* ERR_NO_SPACE if what was just written is more than the card's memory for profiles. */
MUST_USE enum err domain_check_memory(struct domain_work *w, const char *clause, const char *expected);

#endif

/* What the elements of security domains, remote file management and applications share: reading ordered members
 * (several of them share a tag, so they are known by their place), instances, and AIDs. SAIP 8.6 to 8.8. */
#ifndef SOFTEUICC_SAIP_APPLICATIONS_H
#define SOFTEUICC_SAIP_APPLICATIONS_H

#include "model/domain.h"
#include "saip/internal.h"

/* The members of a SEQUENCE that are still to be read. */
struct members {
    struct slice in;
    struct tlv next;
    bool more;
};
struct members members_of(struct slice content);
/* Takes the next member if it has this tag. */
bool member_take(struct members *m, uint32_t tag, struct tlv *out);
/* Where the next member is, or the end. */
const uint8_t *member_place(const struct members *m);
/* Takes a member that must be there; else invalid-request-format. */
MUST_USE enum err member_need(struct saip_install *install, const struct element *e, struct members *m, uint32_t tag,
                              const char *name, struct tlv *out, struct reason *reason);
/* Everything was taken. `known`: one-byte tags of this SEQUENCE: one of them here is misplaced
 * (invalid-request-format), any other is from a later version: invalid-parameter, which only counts if the element is
 * mandated (SAIP 7.3). */
MUST_USE enum err members_end(struct saip_install *install, const struct element *e, struct members *m,
                              struct slice known, struct reason *reason);
/* bad-values unless least <= value.n <= most. */
MUST_USE enum err member_size(struct saip_install *install, const struct element *e, const struct tlv *member,
                              const char *name, size_t least, size_t most, struct reason *reason);

/* ApplicationInstance as a record. *has_process_data: there is data for an application that would run. */
MUST_USE enum err instance_read(struct saip_install *install, const struct element *e, struct slice content,
                                struct domain *out, bool *has_process_data, struct reason *reason);
/* bad-values if an AID is not 5 to 16 bytes, belongs to the eUICC itself or was given in this package already. */
MUST_USE enum err aid_is_free(struct saip_install *install, const struct element *e, struct slice aid,
                              struct reason *reason);
/* The security domain that something is to belong to; invalid-parameter, which aborts in any case, if it is not there
 * or, with `personalized`, not in that state (SAIP 8.7.3). */
MUST_USE enum err domain_for(struct saip_install *install, const struct element *e, struct slice aid, bool personalized,
                             struct domain *out, struct reason *reason);

#endif

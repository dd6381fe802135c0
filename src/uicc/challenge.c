/* GET CHALLENGE (ETSI TS 102 221 11.1.18). Called by src/card. */
#include "uicc/uicc.h"

#define CLAUSE "TS 102 221 11.1.18"

enum err uicc_get_challenge(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                            struct uicc_answer *answer)
{
    (void)c;
    if (a->data.n)
        return reason_say(&m->reason, ERR_LENGTH, CLAUSE, REASON_NO_OFFSET, "no command data", "%zu bytes", a->data.n);
    if (!a->has_le) return reason_say(&m->reason, ERR_LENGTH, CLAUSE, REASON_NO_OFFSET, "Le", "none");
    uint8_t *out = buf_extend(answer->data, a->le);
    return out ? crypto_random(out, a->le) : ERR_MEMORY;
}

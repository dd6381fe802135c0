/* domain: the security domains of the enabled profile. GlobalPlatform Card 2.3 with Amendment D and the UICC
 * configuration: selection, data, registry, keys, secure channels SCP02 and SCP03. Called by src/card for a channel on
 * which one is selected, and for scripts that came over the air (TS 102 226 8.2). */
#ifndef SOFTEUICC_DOMAIN_DOMAIN_H
#define SOFTEUICC_DOMAIN_DOMAIN_H

#include "crypto/scp.h"
#include "model/domain.h"

/* Security level of a secure channel (GP 10.6): what the commands and responses on it carry. */
#define LEVEL_COMMAND_MAC 0x01
#define LEVEL_COMMAND_ENCRYPTED 0x02
#define LEVEL_RESPONSE_MAC 0x10
#define LEVEL_RESPONSE_ENCRYPTED 0x20

enum domain_session_state {
    DOMAIN_NO_SESSION,
    DOMAIN_INITIALIZED,   /* INITIALIZE UPDATE done */
    DOMAIN_AUTHENTICATED, /* EXTERNAL AUTHENTICATE done */
    DOMAIN_OVER_THE_AIR,  /* a script that came in a secured packet under a key of the domain */
};

/* A security domain at work, on a logical channel or in a script. Zeroed: none is selected. Volatile. */
struct domain_session {
    bool selected;
    uint8_t number; /* of the domain in the enabled profile */
    enum domain_session_state state;
    uint8_t level;
    uint8_t key_version;
    uint32_t sequence; /* of this secure channel */
    struct scp_session scp;
    uint8_t host_cryptogram[SCP_MAC];
    bool has_target; /* INSTALL [for personalization] named another domain */
    uint8_t target;
    struct buf data; /* blocks of STORE DATA */
    unsigned next_block;
    uint8_t registry_kind;  /* P1 of a GET STATUS that had more to say, 0: none */
    unsigned registry_next; /* where it goes on */
};
/* Ends the secure channel; the domain stays selected. */
void domain_session_close(struct domain_session *s);
/* Nothing is selected any more. */
void domain_session_free(struct domain_session *s);
MUST_USE enum err domain_session_copy(const struct domain_session *from, struct domain_session *to);
/* A script under the key version of this domain that protected its packet. */
void domain_session_over_the_air(struct domain_session *s, uint8_t number, uint8_t key_version);

struct domain_command {
    uint8_t cla, ins, p1, p2;
    struct slice data;
    bool secured; /* the class says secure messaging */
};

/* Selects a security domain of the enabled profile on a channel; its FCI is appended with `with_data`. ERR_CONDITIONS
 * for an inert applet, ERR_FILE_NOT_FOUND for one that is not there or LOCKED. */
MUST_USE enum err domain_select(struct model *m, struct domain_session *s, struct slice aid, bool with_data,
                                struct buf *out);
/* 6F {84 AID, A5 {73 {..}, 9F65}} (GP 11.9.3.1). */
MUST_USE enum err domain_fci(const struct isdp *isdp, const struct domain *d, struct buf *out);

/* One command, its data in clear. OK, WARN_MORE_STATUS or an ERR_*, after which nothing that it changed may stay. */
MUST_USE enum err domain_execute(struct model *m, struct domain_session *s, const struct domain_command *a,
                                 struct buf *out);

/* ---- secure messaging (SCP02 E.4.4 to E.4.6, SCP03 6.2.4 to 6.2.7) ---- */

/* Checks and removes what protects a command: *plain is its data in clear, a->secured becomes false. Commands that the
 * session does not protect pass. ERR_SECURITY, ERR_SM_OBJECT, ERR_SECURE_MESSAGING: the session is closed. */
MUST_USE enum err domain_unwrap(struct model *m, struct domain_session *s, struct domain_command *a, bool extended,
                                struct buf *plain);
/* Protects the data of a response with this status word, if the session's level says so. */
MUST_USE enum err domain_wrap(const struct domain_session *s, uint16_t status_word, struct buf *data);

#endif

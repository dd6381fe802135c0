/* ES10b.GetEUICCChallenge (SGP.22 5.7.7): opens an RSP session and drops any other, with what it had loaded. */
#include "isdr/internal.h"

enum err es10b_get_euicc_challenge(struct model *m, struct slice request, struct buf *response)
{
    uint8_t challenge[16];
    TRY(asn1_empty_request(request, "GetEuiccChallengeRequest", "SGP.22 5.7.7", &m->reason));
    TRY(crypto_random(challenge, sizeof challenge));
    session_drop(&m->session);
    memcpy(m->session.challenge, challenge, sizeof challenge);
    m->session.state = SESSION_CHALLENGE;
    size_t mark = tlv_open(response, 0xbf2e);
    tlv_put(response, 0x80, SLICE(challenge));
    tlv_close(response, mark);
    return buf_err(response);
}

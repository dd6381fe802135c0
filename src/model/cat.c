/* The proactive UICC's state: which command waits for the terminal; see model.h. ETSI TS 102 223 6.4.7 (REFRESH),
 * SGP.22 3.2.1 and 5.7.16. Read by src/card, which speaks to the terminal. */
#include "model/model.h"

#define REFRESH_UICC_RESET 0x04
#define REFRESH_EUICC_PROFILE_STATE_CHANGE 0x09

void cat_queue_refresh(struct model *m)
{
    uint8_t qualifier = m->cat.can_refresh_profile_state ? REFRESH_EUICC_PROFILE_STATE_CHANGE : REFRESH_UICC_RESET;
    /* command details 81 {number 01, type REFRESH 01, qualifier}, device identities 82 {UICC, terminal} */
    const uint8_t command[] = {0xd0, 0x09, 0x81, 0x03, 0x01, 0x01, qualifier, 0x82, 0x02, 0x81, 0x82};
    memcpy(m->cat.command, command, sizeof command);
    m->cat.command_size = sizeof command;
    m->cat.state = PROACTIVE_WAITING;
}

bool cat_is_busy(const struct model *m)
{
    return m->cat.state != PROACTIVE_IDLE;
}

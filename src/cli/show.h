/* What a card holds, for people and as JSON. Used by the commands that print state. */
#ifndef SOFTEUICC_CLI_SHOW_H
#define SOFTEUICC_CLI_SHOW_H

#include "cli/session.h"
#include "cli/text.h"

/* Each appends to `out`; false: the card could not be described; said. The JSON forms add members to the open object.
 */
bool show_card(const struct session *s, struct buf *out);
bool show_profiles(const struct session *s, struct buf *out);
bool show_notifications(const struct session *s, struct buf *out);
bool show_eims(const struct session *s, struct buf *out);
bool show_card_json(const struct session *s, struct json *j);
bool show_profiles_json(const struct session *s, struct json *j);
bool show_notifications_json(const struct session *s, struct json *j);
bool show_eims_json(const struct session *s, struct json *j);
/* One eIM: what follows its eimId on its line; its members. */
void show_eim(const struct euicc_eim_description *eim, struct buf *out);
void show_eim_json(const struct euicc_eim_description *eim, struct json *j);

/* Writes to standard output; false: it could not be written; said. */
bool show_print(struct buf *out);

#endif

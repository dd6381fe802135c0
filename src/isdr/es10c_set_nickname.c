/* ES10c.SetNickname (SGP.22 5.7.21): in any state of the profile; an empty one erases. */
#include "isdr/internal.h"

#define NICKNAME_CHARACTERS 64

enum err es10c_set_nickname(struct model *m, struct slice request, struct buf *response)
{
    struct set_nickname_request r;
    struct profile p;
    bool found;
    size_t characters;
    TRY(asn1_set_nickname_request(request, &r, &m->reason));
    const struct profile_identifier id = {.by_aid = false, .value = r.iccid};
    TRY(profile_find(m, &id, &p, &found));
    if (!found) {
        SAY_WHY(m, "5.7.21", "the ICCID of an installed profile", "another one");
        return es_result(m, response, 0xbf29, 1, "iccidNotFound");
    }
    if (!utf8_length(r.nickname, &characters) || characters > NICKNAME_CHARACTERS) {
        SAY_WHY(m, "5.7.21", "a nickname of at most 64 characters of UTF-8", "another one of %zu bytes", r.nickname.n);
        return es_result(m, response, 0xbf29, 127, "undefinedError");
    }
    p.has_nickname = r.nickname.n > 0;
    p.nickname = r.nickname;
    TRY(profile_put(m, &p));
    return es_result(m, response, 0xbf29, 0, "ok");
}

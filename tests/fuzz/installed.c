/* A card that has these contents as its enabled profile, without a download; see installed.h. */
#include "installed.h"

#include "card/card.h"
#include "model/isdp.h"

static const uint8_t aid[AID_SIZE] = {0xa0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xff,
                                      0xff, 0xff, 0xff, 0x89, 0x00, 0x00, 0x10, 0x00};

static int draw(void *ctx, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)fuzz_random(ctx);
    return EUICC_OK;
}

static euicc *blank(void)
{
    static uint64_t random = 0x1f2e3d4cu;
    static euicc *card;
    static const struct euicc_config config = {.eid = "89049032123451234512345678901235", .personality = ""};
    static const struct euicc_env chance = {.ctx = &random, .random = draw};
    struct euicc_diagnostic why;
    if (!card) FUZZ_CHECK(euicc_create(&card, &config, &chance, &why) == EUICC_OK, "%s", why.text);
    return card;
}

static void copy_contents(const struct isdp *from, const struct isdp *to)
{
    for (struct isdp_item i = isdp_first(from, ""); i.name; i = isdp_after(from, "", &i))
        FUZZ_CHECK(isdp_put(to, i.name, i.value) == OK, "%s", i.name);
}

euicc *fuzz_card_with(const struct isdp *contents, const struct euicc_env *env)
{
    euicc *card;
    struct isdp isdp;
    struct profile p = {.iccid = {0x98}, .profile_class = 2};
    BUF_LOCAL metadata = {0};
    memcpy(p.aid, aid, sizeof aid);
    FUZZ_CHECK(euicc_clone(blank(), env, &card) == EUICC_OK, "clone");
    fuzz_put_hex(&metadata, "BF25(5A(" FUZZ_ICCID_1 ")910166920170950102)");
    FUZZ_CHECK(profile_put(&card->model, &p) == OK, "profile");
    FUZZ_CHECK(profile_put_part(&card->model, aid, "meta", buf_slice(&metadata)) == OK, "metadata");
    isdp_of(&card->model, aid, &isdp);
    copy_contents(contents, &isdp);
    FUZZ_CHECK(store_put(card->model.store, "card/enabled", SLICE(aid)) == OK, "enabled");
    FUZZ_CHECK(store_commit(card->model.store, NULL) == OK, "commit");
    FUZZ_CHECK(euicc_power_on(card, NULL) == EUICC_OK, "power on");
    return card;
}

/* What the card tells its environment while it works; nothing is formatted when nobody listens. */
#include "card/card.h"

#include <stdio.h>

void trace_bytes(const euicc *card, enum euicc_event event, const uint8_t *p, size_t n)
{
    if (card->model.env.trace) card->model.env.trace(card->model.env.ctx, event, p, n);
}

void trace_reason(const euicc *card)
{
    char text[512];
    if (!card->model.env.trace || !card->model.reason.said) return;
    (void)reason_text(&card->model.reason, text, sizeof text);
    trace_bytes(card, EUICC_EVENT_REASON, (const uint8_t *)text, strlen(text));
}

/* "MF/ADF.USIM/6F07": the ADFs by their applications, all else by identifier. */
void trace_file(const euicc *card, const struct uicc_context *c)
{
    struct path path = c->directory;
    struct isdp isdp;
    struct path adf = {.n = 1, .fid = {path.fid[0]}};
    struct file f;
    bool found = false;
    char text[64] = "file MF";
    if (!card->model.env.trace || (c->ef && !path_push(&path, c->ef))) return;
    if (path.n && (isdp_enabled(&card->model, &isdp) != OK || file_get(&isdp, &adf, &f, &found) != OK)) return;
    for (size_t i = 0; i < path.n; i++) {
        size_t at = strlen(text);
        enum naa_kind naa = i == 0 && found && f.kind == FILE_ADF ? naa_kind_of_aid(f.aid) : NAA_OTHER;
        if (naa != NAA_OTHER)
            (void)snprintf(text + at, sizeof text - at, "/ADF.%s", naa_name(naa));
        else
            (void)snprintf(text + at, sizeof text - at, "/%04X", path.fid[i]);
    }
    model_trace(&card->model, EUICC_EVENT_DETAIL, "%s", text);
}

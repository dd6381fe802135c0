/* What the card tells its environment while it works; nothing is formatted when nobody listens. */
#include "card/card.h"

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

/* ES10b.LoadCRL (SGP.22 v2.5 5.7.12). A card without support does not know the function. */
#include "isdr/internal.h"

enum err es10b_load_crl(struct model *m, struct slice request, struct buf *response)
{
    static const char *const names[] = {"ok",
                                        "invalidSignature",
                                        "invalidCRLFormat",
                                        "notEnoughMemorySpace",
                                        "verificationKeyNotFound",
                                        "fresherCrlAlreadyLoaded",
                                        "baseCrlMissing"};
    static const char *const expected[] = {"",
                                           "a CRL signed by its CI",
                                           "a CRL v2 with cRLNumber and authority key identifier",
                                           "at most 64 KB of lists",
                                           "the key identifier of a known CI",
                                           "a cRLNumber not below the loaded one",
                                           "the base CRL loaded before"};
    struct load_crl_request r;
    enum crl_result result = CRL_INVALID_FORMAT;
    BUF_LOCAL missing = {0};
    if (!m->personality.crl_support)
        return reason_say(&m->reason, ERR_REFERENCE, "SGP.22 5.7.12", 0, "a function of this card",
                          "LoadCRL, which crl_support switches off");
    TRY(asn1_load_crl_request(request, &r, &m->reason));
    TRY(crl_load(m, &r, &result, &missing));
    size_t outer = tlv_open(response, 0xbf35);
    if (result == CRL_OK) {
        size_t ok = tlv_open(response, 0xa0);
        if (missing.n) tlv_put(response, 0xa0, buf_slice(&missing));
        tlv_close(response, ok);
    } else {
        tlv_put_unsigned(response, 0x81, result);
        SAY_WHY(m, "5.7.12", expected[result], "another list");
    }
    tlv_close(response, outer);
    model_trace(m, EUICC_EVENT_RESULT, "%s(%d)", names[result], (int)result);
    return buf_err(response);
}

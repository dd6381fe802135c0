/* See on_copies.h. */
#include "on_copies.h"

#include "seams.h"

#include <string.h>

bool transmit_on_copies(void *ctx, struct slice capdu, struct buf *rapdu)
{
    const struct fixture *f = ctx;
    struct lpa_reader reader;
    ck_assert(lpa_reader_card(&reader, f->card));
    euicc *before;
    static uint8_t out[65538];
    size_t n = 0;
    const struct euicc_env env = {.ctx = f->random, .random = euicc_random_bytes};
    ck_assert_int_eq(euicc_clone(f->card, &env, &before), EUICC_OK);
    if (!reader.transmit(f->card, capdu, rapdu)) return false;
    bool fired = true;
    for (size_t at = 1; fired; at++) {
        euicc *copy;
        ck_assert_int_eq(euicc_clone(before, &env, &copy), EUICC_OK);
        seam_set(SEAM_ALLOCATION, at);
        seam_arm(true);
        int result = euicc_transmit(copy, capdu.p, capdu.n, out, sizeof out, &n);
        seam_arm(false);
        fired = seam_fired();
        bool refused = n == 2 && out[0] == 0x6f;
        ck_assert_msg(result != EUICC_OK || refused || n == rapdu->n, "allocation %zu: %zu bytes, not %zu", at, n,
                      rapdu->n);
        ck_assert_msg(result != EUICC_OK || refused || memcmp(out + n - 2, rapdu->p + n - 2, 2) == 0,
                      "allocation %zu: %02X%02X", at, out[n - 2], out[n - 1]);
        euicc_destroy(copy);
    }
    euicc_destroy(before);
    return true;
}

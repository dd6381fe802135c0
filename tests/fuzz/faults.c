/* What an input makes fail: the n-th call for random bytes, the n-th commit (the storage refuses, or the power goes),
 * the n-th allocation (of the card and of OpenSSL, by the seam of tests/tear/seams), while the card is at work on a
 * command. */
#include "bench.h"
#include "seams.h"

void fuzz_arm(struct fuzz_card *c, bool on)
{
    seam_arm(on && c->allocation_fail_at);
    if (!c->allocation_fail_at || c->allocation_failed || !seam_fired()) return;
    c->allocation_failed = true;
    c->failed = true;
}

void fuzz_set_fault(struct fuzz_card *c, const uint8_t p[FUZZ_FAULT_SIZE])
{
    unsigned n = (unsigned)p[1] << 8 | p[2];
    switch (p[0] % FUZZ_FAULTS) {
    case FUZZ_FAULT_RANDOM:
        c->random_fail_at = n;
        break;
    case FUZZ_FAULT_POWER:
        c->commit_failure = EUICC_POWER_LOST;
        c->commit_fail_at = n;
        break;
    case FUZZ_FAULT_COMMIT:
        c->commit_fail_at = n;
        break;
    case FUZZ_FAULT_ALLOCATION:
        c->allocation_fail_at = n;
        seam_set(SEAM_ALLOCATION, n);
        break;
    default:
        break;
    }
}

void fuzz_no_more_faults(struct fuzz_card *c)
{
    c->random_fail_at = c->commit_fail_at = c->allocation_fail_at = 0;
}

bool fuzz_fault_repeats(const uint8_t p[FUZZ_FAULT_SIZE])
{
    return p[0] % FUZZ_FAULTS != FUZZ_FAULT_ALLOCATION;
}

/* Seams: where a fault is injected into a running card. The n-th allocation, the n-th call of the random source, the
 * n-th call of libcrypto fails; counted and failed only while armed, so that tests may allocate and sign in between.
 * Used by test_fault.c (flows), test_fault_life.c (making, copying, opening cards), probe/fault.c (every command of
 * every conformance program) and tests/fuzz/faults.c (inputs that make memory fail).
 *
 * Programs that link this get the linker's --wrap for malloc and what else allocates for its caller, and for each
 * function in crypto_calls.h; and OpenSSL allocates through the same seam.
 */
#ifndef SOFTEUICC_TESTS_TEAR_SEAMS_H
#define SOFTEUICC_TESTS_TEAR_SEAMS_H

#include <stdbool.h>
#include <stddef.h>

enum seam { SEAM_ALLOCATION, SEAM_RANDOM, SEAM_CRYPTO };
#define SEAM_COUNT 3
/* "allocation", "random", "crypto": as in the environment that replays. */
extern const char *const seam_names[SEAM_COUNT];

/* Counting begins anew; the n-th call at this seam of this thread will fail, n = 0: none. Not armed yet. */
void seam_set(enum seam seam, size_t n);
void seam_arm(bool on);
/* Since seam_set(). */
size_t seam_calls(enum seam seam);
bool seam_fired(void);
/* What failed, for messages: the function of libcrypto; "" if nothing did. */
const char *seam_failed_call(void);

/* A call at a seam: true if it is to fail. For the seams themselves, and for random sources of tests. */
bool seam_call(enum seam seam, const char *name);

/* True under AddressSanitizer: everything is slower there. */
bool seam_sanitized(void);
/* Under LeakSanitizer, true if memory is lost by now; it prints where it came from. Slow. */
bool seam_leaks(void);

#endif

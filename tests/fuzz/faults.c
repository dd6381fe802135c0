/* What an input makes fail: the n-th call for random bytes, the n-th commit (the storage refuses, or the power goes),
 * the n-th allocation. malloc, calloc and realloc of the fuzz programs stand in front of the C library's or the
 * sanitizer's, so that those of OpenSSL fail too; only while the card is at work on a command. */
#define _GNU_SOURCE
#include "bench.h"

#include <link.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#if SANITIZED
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#endif
void *REAL(malloc)(size_t n);
void *REAL(calloc)(size_t n, size_t size);
void *REAL(realloc)(void *old, size_t n);

static struct fuzz_card *armed;

/* libtasn1 4.19 does not look whether its own allocations worked (asn1_create_element follows a NULL pointer), so those
 * that it makes are left out, and with them those that the C library makes for it (strdup). */
static struct {
    uintptr_t from, to;
} unchecked[8];
static size_t unchecked_n;

static int note_library(struct dl_phdr_info *info, size_t size, void *ctx)
{
    (void)size;
    (void)ctx;
    if (!strstr(info->dlpi_name, "libtasn1") && !strstr(info->dlpi_name, "libc.so")) return 0;
    for (size_t i = 0; i < info->dlpi_phnum && unchecked_n < sizeof unchecked / sizeof unchecked[0]; i++) {
        if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X)) continue;
        unchecked[unchecked_n].from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        unchecked[unchecked_n].to = unchecked[unchecked_n].from + info->dlpi_phdr[i].p_memsz;
        unchecked_n++;
    }
    return 0;
}

static bool fails(const void *caller)
{
    if (!armed) return false;
    for (size_t i = 0; i < unchecked_n; i++)
        if ((uintptr_t)caller >= unchecked[i].from && (uintptr_t)caller < unchecked[i].to) return false;
    if (++armed->allocations != armed->allocation_fail_at) return false;
    armed->failed = true;
    return true;
}

void *malloc(size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : REAL(malloc)(n);
}

void *calloc(size_t n, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : REAL(calloc)(n, size);
}

void *realloc(void *old, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : REAL(realloc)(old, n);
}

void fuzz_arm(struct fuzz_card *c, bool on)
{
    armed = on && c->allocation_fail_at > c->allocations ? c : NULL;
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
        if (unchecked_n == 0) (void)dl_iterate_phdr(note_library, NULL);
        c->allocation_fail_at = n;
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

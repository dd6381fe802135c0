/* The seams' counters, and the seam of allocations: the linker puts these in front of malloc, calloc, realloc, strdup
 * and so on of the linked objects (--wrap), and OpenSSL is told to allocate by them; see seams.h. What shared libraries
 * allocate for themselves stays as it is. That is right for libtasn1 4.19, which does not look whether its own
 * allocations worked (asn1_create_element follows a NULL pointer): nothing that stands above it could make up for that.
 */
#define _GNU_SOURCE
#include "seams.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

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
#include <sanitizer/lsan_interface.h>
#endif

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t n);
void *__wrap_realloc(void *old, size_t n);
char *__wrap_strdup(const char *text);
char *__real_realpath(const char *path, char *resolved);
char *__wrap_realpath(const char *path, char *resolved);
int __wrap_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap___asprintf_chk(char **out, int flag, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

const char *const seam_names[SEAM_COUNT] = {"allocation", "random", "crypto"};

/* Of a thread: some tests have cards at work in several at once. */
static _Thread_local struct {
    bool armed;
    bool fired;
    enum seam seam;
    size_t at;
    size_t count[SEAM_COUNT];
    const char *failed;
} state;

void seam_set(enum seam seam, size_t n)
{
    memset(&state, 0, sizeof state);
    state.seam = seam;
    state.at = n;
}

void seam_arm(bool on)
{
    state.armed = on;
}

size_t seam_calls(enum seam seam)
{
    return state.count[seam];
}

bool seam_fired(void)
{
    return state.fired;
}

const char *seam_failed_call(void)
{
    return state.failed ? state.failed : "";
}

bool seam_call(enum seam seam, const char *name)
{
    if (!state.armed) return false;
    if (++state.count[seam] != state.at || state.seam != seam) return false;
    state.fired = true;
    state.failed = name;
    return true;
}

bool seam_sanitized(void)
{
    return SANITIZED;
}

bool seam_leaks(void)
{
#if SANITIZED
    return __lsan_do_recoverable_leak_check() != 0;
#else
    return false;
#endif
}

/* ---- allocations ---- */

void *__wrap_malloc(size_t n)
{
    return seam_call(SEAM_ALLOCATION, "malloc") ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return seam_call(SEAM_ALLOCATION, "calloc") ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t n)
{
    return seam_call(SEAM_ALLOCATION, "realloc") ? NULL : __real_realloc(old, n);
}

char *__wrap_strdup(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = seam_call(SEAM_ALLOCATION, "strdup") ? NULL : __real_malloc(n);
    if (copy) memcpy(copy, text, n);
    return copy;
}

char *__wrap_realpath(const char *path, char *resolved)
{
    if (!seam_call(SEAM_ALLOCATION, "realpath")) return __real_realpath(path, resolved);
    errno = ENOMEM;
    return NULL;
}

int __wrap_asprintf(char **out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = seam_call(SEAM_ALLOCATION, "asprintf") ? -1 : vasprintf(out, format, arguments);
    va_end(arguments);
    return n;
}

int __wrap___asprintf_chk(char **out, int flag, const char *format, ...)
{
    va_list arguments;
    (void)flag;
    va_start(arguments, format);
    int n = seam_call(SEAM_ALLOCATION, "asprintf") ? -1 : vasprintf(out, format, arguments);
    va_end(arguments);
    return n;
}

/* ---- those of OpenSSL ---- */

static void *crypto_malloc(size_t n, const char *file, int line)
{
    (void)file;
    (void)line;
    if (n == 0) return NULL;
    return seam_call(SEAM_ALLOCATION, "malloc of OpenSSL") ? NULL : __real_malloc(n);
}

static void crypto_free(void *p, const char *file, int line)
{
    (void)file;
    (void)line;
    free(p);
}

static void *crypto_realloc(void *old, size_t n, const char *file, int line)
{
    if (!old) return crypto_malloc(n, file, line);
    if (n == 0) {
        free(old);
        return NULL;
    }
    return seam_call(SEAM_ALLOCATION, "realloc of OpenSSL") ? NULL : __real_realloc(old, n);
}

/* Before anything of OpenSSL allocates: later it takes no other functions. */
__attribute__((constructor)) static void take_openssl(void)
{
    if (CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free) != 1) abort();
}

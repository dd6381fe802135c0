/* The seam of crypto calls (seams.h): the linker puts these in front of the functions of libcrypto that src/crypto
 * calls (--wrap). A function that is to fail is not called; it says so as OpenSSL's does, with an entry in the error
 * queue that names no missing memory. What it returns by a pointer is not set. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "seams.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

static bool fails(const char *name)
{
    if (!seam_call(SEAM_CRYPTO, name)) return false;
    seam_arm(false);
    ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
    seam_arm(true);
    return true;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
#define SAFE(name)
#define CALL(type, failing, name, parameters, arguments)                                                               \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        return fails(#name) ? failing : __real_##name arguments;                                                       \
    }
#include "crypto_calls.h"
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* The bare cryptography of one SGP.22 download, or of one eUICC package of SGP.32, in OpenSSL calls and nothing else:
 * what the card's time is held against. */
#ifndef SOFTEUICC_TOOLS_OPENSSL_OPS_H
#define SOFTEUICC_TOOLS_OPENSSL_OPS_H

#include <stddef.h>

struct openssl_ops;

/* package: bytes of profile package that are decrypted and authenticated, in segments of 1008 bytes. */
struct openssl_ops *openssl_ops_new(size_t package);
/* 5 verifications (two certificates, two server signatures, the session's key), 4 signatures, 1 new key, 1 key
 * agreement, all on P-256, then AES-128-CBC and AES-CMAC over the package. Contexts are used again, as by a careful
 * program. Returns microseconds. */
double openssl_ops_run(struct openssl_ops *ops);
/* 1 verification and 1 signature on P-256. Returns microseconds. */
double openssl_ops_verify_and_sign(struct openssl_ops *ops);
void openssl_ops_free(struct openssl_ops *ops);

#endif

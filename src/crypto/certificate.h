/* Between certificate.c and certificate_extensions.c; src outside this room sees crypto.h only. */
#ifndef SOFTEUICC_CRYPTO_CERTIFICATE_H
#define SOFTEUICC_CRYPTO_CERTIFICATE_H

#include "crypto/crypto.h"
#include "crypto/der.h"

/* Reads the Extensions of a TBSCertificate (RFC 5280 4.2) into *out; d walks through the value of [3]. */
bool certificate_read_extensions(struct der *d, struct certificate *out);

#endif

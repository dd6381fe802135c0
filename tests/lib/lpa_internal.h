/* What the files of the LPA double share; see lpa.h. */
#ifndef SOFTEUICC_TESTS_LPA_INTERNAL_H
#define SOFTEUICC_TESTS_LPA_INTERNAL_H

#include "base/tlv.h"
#include "lpa.h"

/* Records why and gives false. */
bool lpa_fail(struct lpa *lpa, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* BF2F{..} content to a notification; false if it is malformed. */
bool lpa_read_notification(struct slice content, struct lpa_notification *out);

#endif

/* How the tables of sgp32_*.c are written: one row a member, in the order of the ASN.1. */
#ifndef SOFTEUICC_TESTS_SGP32_TABLES_H
#define SOFTEUICC_TESTS_SGP32_TABLES_H

#include "sgp32.h"

#define OPT .optional = true
#define SINCE_1_1 .since = SGP32_1_1
#define SINCE_1_3 .since = SGP32_1_3
#define ONLY_1_0 .before = SGP32_1_1

/* Members that are made of others. */
#define SEQUENCE_OF_TYPE(tag_, name_, type_) .tag = (tag_), .name = (name_), .kind = SGP32_SEQUENCE, .type = &(type_)
#define CHOICE_OF_TYPE(tag_, name_, type_) .tag = (tag_), .name = (name_), .kind = SGP32_CHOICE, .type = &(type_)
#define LIST_OF_TYPE(tag_, name_, type_) .tag = (tag_), .name = (name_), .kind = SGP32_LIST, .type = &(type_)
#define INLINE_TYPE(name_, type_) .name = (name_), .kind = SGP32_INLINE, .type = &(type_)
/* Primitive ones; `low` to `high` bytes. */
#define TEXT(tag_, name_, low, high) .tag = (tag_), .name = (name_), .kind = SGP32_UTF8, .min = (low), .max = (high)
#define OCTETS(tag_, name_, low, high) .tag = (tag_), .name = (name_), .kind = SGP32_OCTETS, .min = (low), .max = (high)
#define NUMBER(tag_, name_) .tag = (tag_), .name = (name_), .kind = SGP32_INTEGER
#define CODE(tag_, name_, codes_) .tag = (tag_), .name = (name_), .kind = SGP32_CODE, .codes = (codes_)
#define BITS(tag_, name_, codes_) .tag = (tag_), .name = (name_), .kind = SGP32_BITS, .codes = (codes_)
#define OTHER(tag_, name_, kind_) .tag = (tag_), .name = (name_), .kind = SGP32_##kind_

#define TYPE(form_, name_, fields_)                                                                                    \
    {                                                                                                                  \
        .name = (name_), .form = SGP32_##form_, .fields = (fields_), .n = sizeof(fields_) / sizeof *(fields_)          \
    }

#define SIGNATURE(name_) OCTETS(0x5f37, name_, 64, 64)

#endif

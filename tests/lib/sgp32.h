/* sgp32: the data objects of SGP.32 ES10b and ESep as tables, and one strict walk over them. The eIM and IPA doubles
 * check every answer of a card with it, softeuicc-eim explains objects with it. Written from the specification, sharing
 * src/base with the card and nothing else.
 *
 * The module is AUTOMATIC TAGS and EXTENSIBILITY IMPLIED: members come in the order of the table, a trailing unknown
 * member of a SEQUENCE is legal. The walk reports such a member as SGP32_TOLERATED, everything else as SGP32_WRONG. */
#ifndef SOFTEUICC_TESTS_SGP32_H
#define SOFTEUICC_TESTS_SGP32_H

#include "base/tlv.h"

#include <stdio.h>

enum sgp32_version { SGP32_1_0, SGP32_1_1, SGP32_1_2, SGP32_1_3 };
/* "1.0" to "1.3"; false: none of them. */
bool sgp32_version_read(const char *text, enum sgp32_version *out);
const char *sgp32_version_text(enum sgp32_version version);

/* How the content of a member is read. */
enum sgp32_kind {
    SGP32_SEQUENCE, /* the members of `type` in order */
    SGP32_CHOICE,   /* one of the members of `type` */
    SGP32_LIST,     /* any number of them */
    SGP32_INLINE,   /* tag 0: one of the members of `type` stands here without a tag of its own */
    SGP32_UTF8,
    SGP32_OCTETS,
    SGP32_INTEGER,
    SGP32_CODE, /* INTEGER, one of `codes` */
    SGP32_BITS, /* named bits `codes` */
    SGP32_BOOLEAN,
    SGP32_NULL,
    SGP32_OID,
    SGP32_ICCID,
    SGP32_EID,
    SGP32_VERSION,
    SGP32_TAGS, /* content of a 5C */
    SGP32_ANY,
};

/* A value of an INTEGER or a bit of a BIT STRING. A list ends with name NULL. before 0: in all later releases too. */
struct sgp32_code {
    int value;
    const char *name;
    enum sgp32_version since;
    enum sgp32_version before;
};

struct sgp32_type;

struct sgp32_field {
    uint32_t tag;
    const char *name;
    enum sgp32_kind kind;
    bool optional;
    bool default_false; /* BOOLEAN DEFAULT FALSE: DER leaves FALSE out */
    enum sgp32_version since;
    enum sgp32_version before; /* 0: in all later releases too */
    size_t min;                /* bytes of content */
    size_t max;                /* 0: any */
    const struct sgp32_type *type;
    const struct sgp32_code *codes;
};

struct sgp32_type {
    const char *name;
    enum sgp32_kind form; /* SGP32_SEQUENCE, SGP32_CHOICE or SGP32_LIST */
    const struct sgp32_field *fields;
    size_t n;
};

/* One function of ES10b: request and response have the same tag. */
struct sgp32_function {
    uint32_t tag;
    const char *name;
    const char *clause;
    enum sgp32_version since;
    enum sgp32_version before;
    const struct sgp32_type *request;
    const struct sgp32_type *response;
};

/* sgp32_functions.c. NULL: no function has this tag. */
const struct sgp32_function *sgp32_function_of(uint32_t tag);
extern const struct sgp32_function sgp32_functions[];
extern const size_t sgp32_function_count;

/* Types that are read by themselves; sgp32_package.c and sgp32_types.c. */
extern const struct sgp32_type sgp32_eim_configuration; /* content of a 30, A8 or AA */
extern const struct sgp32_type sgp32_package_request;
extern const struct sgp32_type sgp32_package_result;
extern const struct sgp32_type sgp32_result_data; /* the elements of a result list */
extern const struct sgp32_type sgp32_profile_info_request;
extern const struct sgp32_type sgp32_profile_info_response;
extern const struct sgp32_type sgp32_rat;
extern const struct sgp32_type sgp32_info2;

enum sgp32_severity { SGP32_TOLERATED, SGP32_WRONG };

/* What a walk calls; members may be NULL. */
struct sgp32_visitor {
    void *ctx;
    /* Before the members of a constructed one. depth 0: the members of the type that the walk began with. */
    void (*field)(void *ctx, unsigned depth, const struct sgp32_field *field, const struct tlv *tlv);
    /* `offset` counts from the first byte of the walk. */
    void (*fault)(void *ctx, enum sgp32_severity severity, size_t offset, const char *text);
};

/* Walks `content`, which is of `type`. Gives how many faults there were, tolerated ones too. */
size_t sgp32_walk(const struct sgp32_type *type, struct slice content, enum sgp32_version version,
                  const struct sgp32_visitor *visitor);
/* True without any fault; otherwise the first one is in why. */
bool sgp32_strict(const struct sgp32_type *type, struct slice content, enum sgp32_version version, char *why,
                  size_t size);

bool sgp32_exists(enum sgp32_version since, enum sgp32_version before, enum sgp32_version version);
/* The name of a code in a release; NULL: it has no such code. */
const char *sgp32_code_name(const struct sgp32_code *codes, int64_t value, enum sgp32_version version);
/* The member of a CHOICE or LIST (also of an INLINE one in it) with this tag, in a release. NULL: none. */
const struct sgp32_field *sgp32_alternative(const struct sgp32_type *type, uint32_t tag, enum sgp32_version version);
/* A primitive value for people, appended. */
void sgp32_put_value(struct buf *out, const struct sgp32_field *field, struct slice value, enum sgp32_version version);

/* DER INTEGER content of up to 8 bytes, signed. False: empty, not minimal or longer. */
bool sgp32_integer(struct slice value, int64_t *out);
void sgp32_put_integer(struct buf *b, uint32_t tag, int64_t value);
/* printf into a buf. */
void sgp32_print(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

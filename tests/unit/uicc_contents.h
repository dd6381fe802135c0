/* A profile's contents made by hand, for the tests of src/uicc: directories, files, EF.ARRs, links and PINs. */
#ifndef SOFTEUICC_TESTS_UICC_CONTENTS_H
#define SOFTEUICC_TESTS_UICC_CONTENTS_H

#include "uicc/uicc.h"
#include "unit_bytes.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* "7FD0/6F07"; "" is the MF. */
static inline struct path path_of(const char *text)
{
    struct path path;
    char digits[64];
    size_t n = 0;
    for (; *text; text++)
        if (*text != '/') digits[n++] = *text;
    digits[n] = 0;
    BYTES_LOCAL bytes = bytes_of(digits);
    ck_assert(path_read(bytes_slice(&bytes), &path));
    return path;
}

/* pins: pairs of key reference and number, in hex; the references are its PIN status template, too. */
static inline void make_directory(const struct isdp *isdp, const char *path, uint16_t arr, uint8_t record,
                                  const char *pins)
{
    BYTES_LOCAL pairs = bytes_of(pins);
    uint8_t references[32];
    for (size_t i = 0; i < pairs.n / 2; i++)
        references[i] = pairs.p[2 * i];
    const struct file f = {.path = path_of(path),
                           .descriptor = 0x78,
                           .pin_status = slice_of(references, pairs.n / 2),
                           .life_cycle = FILE_ACTIVATED,
                           .arr = arr,
                           .arr_record = record,
                           .pins = bytes_slice(&pairs)};
    ck_assert_int_eq(file_create(isdp, &f), OK);
}

/* What a directory made before is selected by. */
static inline void make_application(const struct isdp *isdp, const char *path, struct slice aid)
{
    const struct path at = path_of(path);
    struct file f;
    bool found;
    ck_assert_int_eq(file_get(isdp, &at, &f, &found), OK);
    ck_assert(found);
    f.aid = aid;
    ck_assert_int_eq(file_put(isdp, &f), OK);
}

static inline void make_transparent(const struct isdp *isdp, const char *path, uint16_t arr, uint8_t record,
                                    const char *content)
{
    BYTES_LOCAL body = bytes_of(content);
    const struct file f = {.path = path_of(path),
                           .kind = FILE_TRANSPARENT,
                           .descriptor = 0x41,
                           .life_cycle = FILE_ACTIVATED,
                           .arr = arr,
                           .arr_record = record,
                           .size = (uint32_t)body.n,
                           .body = bytes_slice(&body)};
    ck_assert_int_eq(file_create(isdp, &f), OK);
}

/* Records in hex, each padded with FF to `length`. */
static inline void make_records(const struct isdp *isdp, const char *path, uint8_t descriptor, size_t length,
                                const char *const *records, size_t n)
{
    BUF_LOCAL body = {0};
    for (size_t i = 0; i < n; i++) {
        BYTES_LOCAL one = bytes_of(records[i]);
        ck_assert_uint_le(one.n, length);
        buf_append(&body, bytes_slice(&one));
        for (size_t k = one.n; k < length; k++)
            buf_byte(&body, 0xff);
    }
    const struct file f = {.path = path_of(path),
                           .kind = descriptor == 0x46 ? FILE_CYCLIC : FILE_LINEAR_FIXED,
                           .descriptor = descriptor,
                           .record_length = (uint16_t)length,
                           .records = (uint8_t)n,
                           .life_cycle = FILE_ACTIVATED,
                           .arr = 0x2f06,
                           .arr_record = 1,
                           .size = (uint32_t)body.n,
                           .body = buf_slice(&body)};
    ck_assert_int_eq(file_create(isdp, &f), OK);
}

static inline void make_link(const struct isdp *isdp, const char *path, const char *target, uint16_t arr,
                             uint8_t record)
{
    const struct file f = {.path = path_of(path),
                           .descriptor = 0x41,
                           .life_cycle = FILE_ACTIVATED,
                           .arr = arr,
                           .arr_record = record,
                           .is_link = true,
                           .target = path_of(target)};
    ck_assert_int_eq(file_create(isdp, &f), OK);
}

static inline void make_pin(const struct isdp *isdp, uint8_t number, uint8_t reference, bool enabled,
                            uint8_t replacement)
{
    const struct pin pin = {.number = number,
                            .reference = reference,
                            .attributes = PIN_CAN_CHANGE | PIN_CAN_DISABLE,
                            .enabled = enabled,
                            .replacement = replacement,
                            .maximum = 3,
                            .left = 3};
    ck_assert_int_eq(pin_put(isdp, &pin), OK);
}

static inline struct file file_at(const struct isdp *isdp, const char *path)
{
    const struct path at = path_of(path);
    struct file f;
    bool found;
    ck_assert_int_eq(file_get(isdp, &at, &f, &found), OK);
    ck_assert_msg(found, "%s is not there", path);
    return f;
}

#endif

/* A package with a file system to build on, and tables over it: what is refused where and why, and what a file's
 * record becomes. Included by the tests of templates' files and of generic file management. */
#ifndef SOFTEUICC_TESTS_SAIP_FILES_H
#define SOFTEUICC_TESTS_SAIP_FILES_H

#include "saip_package.h"

#include "saip/internal.h"

#include <stdio.h>

#define FILES_HEADER "A0{80{02} 81{03} 83{89000101000000000028} A5{} A6{}} "
/* 14 records: every operation always */
#define ARR "A1{82{42210005} 80{46} A5{C2{8001019000}}}"
#define FILES_MF "B0{A0{80{} 81{01}} 81{67810F010201} A2{A1{C6{}}} A6{" ARR "}} "
#define FILES_USIM_AID "A0000000871002FF"
#define FILES_USIM "B3{A0{80{} 81{02}} 81{67810F010204} A2{A1{83{7FD0} 84{" FILES_USIM_AID "} C6{}}} A4{" ARR "}} "
#define ELEMENT(tag, template, files) tag "{A0{80{} 81{50}} 81{67810F0102" template "} " files "} "
#define OPTIONAL_ELEMENT(tag, template, files) tag "{A0{81{50}} 81{67810F0102" template "} " files "} "
#define OPT_USIM(files) ELEMENT("B4", "05", files)
/* a second telecom directory: 7F10 with its own EF.ARR */
#define TELECOM(files) ELEMENT("B2", "03", "A2{A1{C6{}}} A3{" ARR "} " files)
#define GFM(commands) "A1{A0{80{} 81{50}} A1{30{" commands "}}} "
#define FILES_PERSONALITY "package_default_files = no"

struct refusal {
    const char *elements; /* ^ the place that the answer and the reason give */
    int status;
    int identification;
    const char *expected, *came;
    const char *personality; /* NULL: FILES_PERSONALITY */
};

struct installed {
    const char *elements;
    const char *path;     /* identifiers from the MF, hex */
    const char *record;   /* its record in notation: stored FCP, body; NULL: no such file */
    const char *warnings; /* PEStatus values before the ok */
    const char *personality;
};

static inline struct bytes files_package(const char *start, const char *elements, size_t *mark)
{
    static char text[40000];
    (void)snprintf(text, sizeof text, "%s%s%s", start, elements, END);
    return notation_bytes(text, mark);
}

static inline void assert_refusal(const char *start, const struct refusal *row)
{
    size_t mark;
    OUTCOME_LOCAL o;
    char wanted[200];
    char hex[20];
    BUF_LOCAL offset = {0};
    BYTES_LOCAL package = files_package(start, row->elements, &mark);
    ck_assert_msg(mark != NO_MARK, "%s: no place", row->elements);
    tlv_put_unsigned(&offset, 0x83, (uint32_t)place_in_element(bytes_slice(&package), mark, row->identification));
    hex_encode(buf_slice(&offset), hex);
    (void)snprintf(wanted, sizeof wanted, "30{A0{30{80{%02X} 81{%02X} %s}} 81{}}", (unsigned)row->status,
                   (unsigned)row->identification, hex);
    run(&o, bytes_slice(&package), row->personality ? row->personality : FILES_PERSONALITY, 0);
    ck_assert_msg(o.e == ERR_DATA && (int)o.status == row->status, "%s: status %d, %s, %s", row->elements,
                  (int)o.status, o.reason.expected, o.reason.came);
    ck_assert_msg(o.reason.offset == mark, "%s: at %zu, expected %zu (%s)", row->elements, o.reason.offset, mark,
                  o.reason.expected);
    ck_assert_msg(strstr(o.reason.expected, row->expected) && strstr(o.reason.came, row->came),
                  "%s: expected %s, came %s", row->elements, o.reason.expected, o.reason.came);
    assert_response(&o, wanted, row->elements);
}

static inline void assert_record(const struct isdp *isdp, const char *path, const char *record, const char *what)
{
    struct path p;
    struct slice value;
    char name[PATH_NAME_SIZE];
    char came[1000];
    BYTES_LOCAL bytes = bytes_of(path);
    ck_assert(path_read(bytes_slice(&bytes), &p));
    path_name(&p, name);
    bool found = isdp_get(isdp, name, &value);
    ck_assert_msg(found == (record != NULL), "%s: %s is %s", what, name, found ? "there" : "not there");
    if (!found) return;
    BYTES_LOCAL wanted = notation_bytes(record, NULL);
    ck_assert_msg(slice_equal(value, bytes_slice(&wanted)), "%s: %s: expected %s, came %s", what, name, record,
                  hex_short(value, came, sizeof came));
}

static inline void assert_installed(const char *start, const struct installed *row)
{
    OUTCOME_LOCAL o;
    char wanted[300];
    BYTES_LOCAL package = files_package(start, row->elements, NULL);
    run(&o, bytes_slice(&package), row->personality ? row->personality : FILES_PERSONALITY, 0);
    ck_assert_msg(o.e == OK, "%s: %s, %s at %zu", row->elements, o.reason.expected, o.reason.came, o.reason.offset);
    (void)snprintf(wanted, sizeof wanted, "30{A0{%s 30{80{00}}}}", row->warnings ? row->warnings : "");
    assert_response(&o, wanted, row->elements);
    assert_record(&o.install->isdp, row->path, row->record, row->elements);
}

#endif

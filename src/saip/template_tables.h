/* The file system templates of SAIP annex 9 as tables: one row a template, one row a file. Read by template.c, which
 * makes files of them, and by header.c, which asks whether a template is known: it is if a row here has its OID. */
#ifndef SOFTEUICC_SAIP_TEMPLATE_TABLES_H
#define SOFTEUICC_SAIP_TEMPLATE_TABLES_H

#include "model/file.h"

/* How the body looks before the package writes into it: of each record, or of a transparent EF. */
enum template_fill_mode {
    TEMPLATE_FILL,   /* the bytes, then the last one again and again */
    TEMPLATE_REPEAT, /* the bytes again and again */
    TEMPLATE_SUFFIX, /* FF, and the bytes at the end */
};
struct template_fill {
    uint8_t mode; /* enum template_fill_mode */
    uint8_t n;
    uint8_t bytes[31];
};

/* A file of which the package says the kind. */
#define TEMPLATE_ANY 0xff

/* flags */
#define REQUIRED 0x01 /* the content comes with the package: not made if the element does not list the file */
#define HIGH 0x02     /* high update activity (specialFileInformation 80) */
#define GBA_USIM 0x04 /* of no use without this service, and left out */
#define GBA_ISIM 0x08
#define MBMS 0x10

/* versions: bit n for version n + 1 of the template */
#define ALL 0xff
#define ONLY_1 0x01
#define UNTIL_2 0x03
#define UNTIL_3 0x07
#define FROM_2 0xfe
#define FROM_3 0xfc
#define FROM_4 0xf8

/* One file, in the order of the members of the profile element. The first MF, DF or ADF is the directory of the
 * template; an EF lies in the directory whose row is the last one above it. */
struct template_file {
    const char *name;   /* of the member; NULL ends the table */
    uint8_t member;     /* number of its context tag */
    uint8_t kind;       /* enum file_kind or TEMPLATE_ANY */
    uint16_t fid;       /* of several instances the first; 0: from the package */
    uint16_t length;    /* of the file or record; 0: from the package */
    uint8_t records;    /* 0: from the package */
    uint8_t arr_record; /* default access rule; 0: from the package */
    uint8_t sfi;        /* NO_SFI: none */
    uint8_t flags;
    uint8_t versions;
    const struct template_fill *fill; /* NULL: FF */
};

/* Where the directory of the template, or without one its files, lie. */
enum template_place { PLACE_ROOT, PLACE_USIM, PLACE_ISIM, PLACE_CSIM, PLACE_NAA };

struct template
{
    uint8_t number;   /* OID 2.23.143.1.2.number[.version] */
    uint8_t versions; /* how many there are */
    uint32_t element; /* tag of the profile element that uses it */
    bool by_default;  /* files that the element does not list are made with their defaults */
    enum template_place place;
    enum template_place makes; /* the network access application that its ADF is; PLACE_ROOT: none */
    uint8_t service;           /* bit of UICCCapability that the card needs; 0: none */
    uint8_t several;           /* bit that it needs for a second one; 0: none */
    const struct template_file *files;
};

/* oid: the content of the OBJECT IDENTIFIER. NULL if no table has it. */
const struct template *template_find(struct slice oid, uint8_t *version);

extern const struct template_file template_mf[], template_cd[], template_telecom[], template_phonebook[],
    template_usim[], template_opt_usim[], template_gsm_access[], template_df_5gs[], template_df_saip[],
    template_df_snpn[], template_df_5gprose[], template_isim[], template_opt_isim[], template_eap[], template_csim[],
    template_opt_csim[];

#endif

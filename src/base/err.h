/* Errors of the inner rooms: what could not be processed. Protocol answers such as profileNotInDisabledState are
 * successful responses and never appear here (design rule 6). Only src/card maps an err to a status word. */
#ifndef SOFTEUICC_BASE_ERR_H
#define SOFTEUICC_BASE_ERR_H

enum err {
    OK = 0,
    ERR_MEMORY,           /* an allocation failed */
    ERR_STORAGE,          /* the storage back end failed */
    ERR_POWER,            /* the storage back end reported a power cut */
    ERR_RANDOM,           /* the random source failed */
    ERR_CRYPTO,           /* the cryptographic library failed (not: a signature was wrong) */
    ERR_CORRUPT,          /* stored state does not decode */
    ERR_NEWER,            /* stored state was written by a newer version */
    ERR_DATA,             /* 6A80 incorrect data field */
    ERR_LENGTH,           /* 6700 wrong length */
    ERR_CONDITIONS,       /* 6985 conditions of use not satisfied */
    ERR_SECURITY,         /* 6982 security status not satisfied */
    ERR_REFERENCE,        /* 6A88 referenced data not found */
    ERR_PARAMETERS,       /* 6A86 incorrect P1 P2 */
    ERR_FILE_NOT_FOUND,   /* 6A82 file or application not found */
    ERR_RECORD_NOT_FOUND, /* 6A83 */
    ERR_NO_SPACE,         /* 6A84 not enough memory space */
    ERR_FILE_EXISTS,      /* 6A89 file identifier exists already */
    ERR_OFFSET,           /* 6B00 wrong parameters (offset outside the EF) */
    ERR_FILE_TYPE,        /* 6981 command incompatible with file structure */
    ERR_NO_CURRENT_EF,    /* 6986 command not allowed, no current EF */
    ERR_INSTRUCTION,      /* 6D00 instruction not supported */
    ERR_CLASS,            /* 6E00 class not supported */
    ERR_CHANNEL,          /* 6881 logical channel not supported or not open */
    ERR_SECURE_MESSAGING, /* 6882 secure messaging not supported */
    ERR_NO_CHANNEL,       /* 6A81 function not supported, no channel free */
    ERR_CHANNEL_CLOSED,   /* 6200 warning: the channel was closed already */
    ERR_PIN_BLOCKED,      /* 6983 authentication method blocked */
    ERR_PIN_NOT_USABLE,   /* 6984 reference data cannot be used (a disabled PIN) */
    ERR_CRYPTOGRAM,       /* 6300 authentication of the host failed (GP EXTERNAL AUTHENTICATE) */
    ERR_SM_OBJECT,        /* 6988 incorrect secure messaging data objects */
    ERR_MAXIMUM,          /* 9850 INCREASE cannot be performed, maximum value reached */
    ERR_AUTHENTICATION,   /* 9862 incorrect MAC */
    ERR_CONTEXT,          /* 9864 security context not supported */
    ERR_FUNCTION,         /* 6A81 function not supported */
    ERR_NO_DIAGNOSIS,     /* 6F00 no precise diagnosis; the card is well */
    /* Warnings: the command was carried out, what it changed stays and its data goes out. */
    WARN_END_OF_FILE, /* 6282 fewer bytes than asked for; SEARCH RECORD: no match */
    WARN_DEACTIVATED, /* 6283 the selected file is deactivated */
    WARN_TERMINATED,  /* 6285 the selected file is terminated */
    WARN_TRIES,       /* 63CX a PIN was wrong, or the retry counter was asked for: X tries are left */
    WARN_MORE_DATA,   /* 62F1 more data of a BER-TLV object follow */
    WARN_MORE_WANTED, /* 63F1 more data of a BER-TLV object expected */
    WARN_MORE_STATUS, /* 6310 GET STATUS: more data available */
};

#define MUST_USE __attribute__((warn_unused_result))

/* Returns from the calling function on any error. */
#define TRY(expr)                                                                                                      \
    do {                                                                                                               \
        enum err try_err_ = (expr);                                                                                    \
        if (try_err_ != OK) return try_err_;                                                                           \
    } while (0)

#endif

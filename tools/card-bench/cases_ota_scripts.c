/* Scripts of remote file and application management (ETSI TS 102 226): what an OTA server may do with files and the
 * operator's security domain, where a script ends, and that the terminal's own session is another one. All packets are
 * ciphered, with checksum and counter. */
#define _GNU_SOURCE
#include "ota_case.h"

#define FILES "ETSI TS 102 226 7; ETSI TS 102 226 5.2.1"
#define EXPANDED "ETSI TS 102 226 7; ETSI TS 102 226 5.2.2"
#define APPLICATIONS "ETSI TS 102 226 8; ETSI TS 102 226 5.2.1"

#define SELECT_PL "00A4000C022F05"
#define BY(to, ...)                                                                                                    \
    {                                                                                                                  \
        .tar = (to), .spi = "1619", .set = SET_AES, .status = "00", __VA_ARGS__                                        \
    }

/* One script for an application, and the data of its proof of receipt. */
#define SCRIPT(name, text, to, words, result, ...)                                                                     \
    OTA("Files/" name, text, FILES, .test = {BY(to, .script = words, .data = result)}, __VA_ARGS__)
#define DOMAIN_SCRIPT(name, text, words, result)                                                                       \
    OTA("Applications/" name, text, APPLICATIONS, .test = {BY(TAR_DOMAIN, .script = words, .data = result)})

/* ---- keys ---- */

/* PUT KEY of a new set, version 9, whose keys are encrypted under the third key of the set that is used; then a packet
 * by the new set, and one by the old. Each key field has what GP 11.8.2.3 asks for. */
static void run_put_key(struct bench *b)
{
    static const uint8_t dek[16] = {0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37,
                                    0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f};
    static const char put_key[] = "80D80081({fields}) 00C0000000";
    static const uint8_t zero[16] = {0};
    static const uint8_t one[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    BUF_LOCAL fields = {0};
    buf_byte(&fields, 9);
    for (uint8_t i = 0; i < 3; i++) {
        uint8_t key[16];
        uint8_t check[16];
        BUF_LOCAL encrypted = {0};
        memset(key, 0x60 + i, sizeof key);
        if (!test_aes_cbc(dek, zero, true, SLICE(key), &encrypted) || !test_aes_block(key, one, check)) {
            (void)bench_verdict(b, VERDICT_ERROR, "no key can be encrypted");
            return;
        }
        const uint8_t head[] = {0x88, 17, 16};
        buf_append(&fields, SLICE(head));
        buf_append(&fields, buf_slice(&encrypted));
        buf_byte(&fields, 3);
        buf_append(&fields, slice_of(check, 3));
    }
    if (buf_err(&fields) != OK || !variables_set(&b->variables, "fields", buf_slice(&fields))) {
        (void)bench_verdict(b, VERDICT_ERROR, "no memory");
        return;
    }
    static const struct ota_send put = BY(TAR_DOMAIN, .counter = 1, .script = put_key, .data = "02 9000 *");
    static const struct ota_send with_new = {.tar = TAR_MF,
                                             .spi = "1E19",
                                             .set = SET_NEW,
                                             .counter = 1,
                                             .status = "00",
                                             .script = SELECT_PL,
                                             .data = "01 9000"};
    static const struct ota_send with_old = BY(TAR_MF, .counter = 2, .script = SELECT_PL, .data = "01 9000");
    if (ota_begin(b) && ota_send(b, &put) && ota_send(b, &with_new)) (void)ota_send(b, &with_old);
}

const struct case_row cases_ota_scripts[] = {
    /* ---- files, compact format ---- */
    SCRIPT("01-read-binary", "READ BINARY", TAR_MF, "00A4000C022FE2 00B000000A", "02 9000 {enabled}", UNCHANGED),
    SCRIPT("02-read-binary-le-00", "READ BINARY with Le 00: the whole file", TAR_MF, "00A4000C022FE2 00B0000000",
           "02 9000 {enabled}", UNCHANGED),
    SCRIPT("03-update-binary", "UPDATE BINARY, and the file has it", TAR_MF, SELECT_PL "00D6000002 \"fr\"", "02 9000",
           WRITTEN),
    SCRIPT("04-update-and-read", "UPDATE BINARY and READ BINARY in one script", TAR_MF,
           SELECT_PL "00D6000002 \"fr\" 00B0000002", "03 9000 \"fr\"", WRITTEN),
    SCRIPT("05-read-record", "READ RECORD", TAR_MF, "00A4000C022F00 00B2010402", "02 9000 6118 | 01 6Cxx | 02 6Cxx",
           UNCHANGED),
    SCRIPT("06-read-whole-record", "READ RECORD with Le 00: the whole record", TAR_MF, "00A4000C022F00 00B2010400",
           "02 9000 61184F10A0000000871002FFFFFFFF8900000100*", UNCHANGED),
    SCRIPT("07-get-response", "GET RESPONSE gives the FCP of what was selected", TAR_MF, "00A40004022F05 00C0000000",
           "02 9000 62(8202412183022F05*)", UNCHANGED),
    SCRIPT("08-data-waits", "a script that ends with SELECT says that data waits", TAR_MF, "00A40004022F05", "01 61xx",
           UNCHANGED),
    SCRIPT("09-search-record", "SEARCH RECORD and GET RESPONSE: the number of the record", TAR_MF,
           "00A4000C022F00 00A2010404 \"ISIM\" 00C0000000", "03 9000 02", UNCHANGED),
    SCRIPT("10-adf", "an application for an ADF begins there", TAR_USIM, "00A4000C026F07 00B0000009",
           "02 9000 080910100000000010", UNCHANGED),
    SCRIPT("11-adf-path", "7FFF is the ADF of the application", TAR_USIM, "00A4080C047FFF6F07 00B0000009",
           "02 9000 080910100000000010", UNCHANGED),
    SCRIPT("12-last-answer", "the data of the last command alone comes back", TAR_MF,
           "00A4000C022FE2 00B000000A" SELECT_PL "00B0000002", "04 9000 \"en\"", UNCHANGED),
    SCRIPT("13-beyond-access-rules", "full access goes beyond the rules of the file: EF.IMSI is ADM's", TAR_USIM,
           "00A4000C026F07 00D6000009 080910100000000010", "02 9000", UNCHANGED),
    SCRIPT("14-create-file", "CREATE FILE, UPDATE BINARY and READ BINARY of the new file", TAR_MF,
           "00E00000(62(82024121 83026F10 8A0105 8B032F0603 80020004 8800)) 00A4000C026F10 00D6000002 CAFE "
           "00B0000002",
           "04 9000 CAFE", UNCHANGED),
    SCRIPT("15-delete-file", "DELETE FILE: the file that was created is gone", TAR_MF,
           "00E00000(62(82024121 83026F10 8A0105 8B032F0603 80020004 8800)) 00A4000C023F00 00E4000002 6F10 "
           "00A4000C026F10",
           "04 6A82", UNCHANGED),
    SCRIPT("16-deactivate", "DEACTIVATE FILE: SELECT then warns", TAR_MF, SELECT_PL "0004000000 00A4000C022F05",
           "03 6283", .command = "00A4000C022F05", .answer = "6283"),
    /* where a script ends */
    SCRIPT("20-not-found", "a file that there is not ends the script", TAR_MF,
           "00A4000C022F99 00A4000C022F05 00D6000002 \"fr\"", "01 6A82", UNCHANGED),
    SCRIPT("21-wrong-file", "UPDATE BINARY of a file with records ends the script", TAR_MF,
           "00A4000C022F00 00D6000002 0000 00A4000C022F05 00D6000002 \"fr\"", "02 6981", UNCHANGED),
    SCRIPT("22-done-before", "what was done before the error stays", TAR_MF,
           SELECT_PL "00D6000002 \"fr\" 00A4000C022F99 00A4000C022F05 00D6000002 \"de\"", "03 6A82", WRITTEN),
    SCRIPT("23-no-file", "READ BINARY without an EF", TAR_MF, "00B0000002", "01 6986", UNCHANGED),
    SCRIPT("24-past-the-end", "UPDATE BINARY past the end of the file changes nothing", TAR_MF,
           SELECT_PL "00D60FFF02 \"fr\"", "02 6xxx", UNCHANGED),
    SCRIPT("25-half-a-command", "half a command at the end of the script is an error", TAR_MF, SELECT_PL "00D600",
           "xx 6xxx", UNCHANGED),
    SCRIPT("26-data-cut", "a command whose data is cut is not done", TAR_MF, SELECT_PL "00D6000002 \"f\"", "xx 6xxx",
           UNCHANGED),
    SCRIPT("27-class", "a class of 2G is refused", TAR_MF, "A0A40000022F05", "01 6xxx", UNCHANGED),
    SCRIPT("28-channel", "a command for another channel is refused", TAR_MF, "01A4000C022F05", "01 6xxx", UNCHANGED),
    SCRIPT("29-instruction", "an unknown instruction is refused", TAR_MF, "00FF000000", "01 6D00 | 01 6Exx", UNCHANGED),
    SCRIPT("30-manage-channel", "MANAGE CHANNEL is no command of remote file management", TAR_MF, "0070000001",
           "01 6xxx", UNCHANGED),
    SCRIPT("31-authenticate", "AUTHENTICATE is no command of remote file management", TAR_USIM,
           "0088008122 1023553cbe9637a89d218ae64dae47bf35 1055f328b43577b9b94a9ffac354dfafb3", "01 6xxx", UNCHANGED),
    SCRIPT("32-store-data", "STORE DATA is no command of remote file management", TAR_MF, "80E2910003BF2D00", "01 6xxx",
           UNCHANGED),
    SCRIPT("33-envelope", "ENVELOPE is no command of a script", TAR_MF, "80C2000002D300", "01 6xxx", UNCHANGED),
    SCRIPT("34-nothing-waits", "GET RESPONSE where nothing waits", TAR_MF, "00C0000001", "01 6xxx", UNCHANGED),
    OTA("Files/35-durable", "what a script wrote is there after power off", FILES,
        .given = {BY(TAR_MF, .script = SELECT_PL "00D6000002 \"fr\" 00B0000002", .data = "03 9000 \"fr\"")},
        .power_cycle = true, .test = {BY(TAR_MF, .script = SELECT_PL "00B0000002", .data = "02 9000 \"fr\"")}, WRITTEN),
    OTA("Files/36-each-script", "each script begins where its application does, not where the one before ended", FILES,
        .given = {BY(TAR_MF, .script = SELECT_PL)}, .test = {BY(TAR_MF, .script = "00B0000002", .data = "01 6986")},
        UNCHANGED),
    /* ---- expanded format ---- */
    OTA("Expanded/01-one", "one command", EXPANDED,
        .test = {BY(TAR_MF, .script = "AA(22(" SELECT_PL "))", .data = "AB(800101 23(9000))")}, UNCHANGED),
    OTA("Expanded/02-answers", "each command that answers with data has its response", EXPANDED,
        .test = {BY(TAR_MF, .script = "AA(22(00A4000C022FE2)22(00B000000A)22(" SELECT_PL ")22(00B0000002))",
                    .data = "AB(800104 23({enabled}9000)23(\"en\"9000))")},
        UNCHANGED),
    OTA("Expanded/03-update", "UPDATE BINARY, and the file has it", EXPANDED,
        .test = {BY(TAR_MF, .script = "AA(22(" SELECT_PL ")22(00D6000002\"fr\"))", .data = "AB(800102 23(9000))")},
        WRITTEN),
    OTA("Expanded/04-error", "an error ends the script", EXPANDED,
        .test = {BY(TAR_MF, .script = "AA(22(00A4000C022F99)22(" SELECT_PL ")22(00D6000002\"fr\"))",
                    .data = "AB(800101 23(6A82))")},
        UNCHANGED),
    OTA("Expanded/05-unknown-tag", "an unknown tag in the script: bad format", EXPANDED,
        .test = {BY(TAR_MF, .script = "AA(22(" SELECT_PL ")41(00))", .data = "AB(*90(*))")}, UNCHANGED),
    OTA("Expanded/06-length", "a command that is longer than the script: bad format", EXPANDED,
        .test = {BY(TAR_MF, .script = "AA(220900A4000C022F)", .data = "AB(*90(*))")}, UNCHANGED),
    OTA("Expanded/07-short-command", "a command without parameters: wrong length", EXPANDED,
        .test = {BY(TAR_MF, .script = "AA(22(00A4)22(" SELECT_PL "))", .data = "AB(800101 23(6xxx)) | AB(*90(*))")},
        UNCHANGED),
    /* ---- the security domain ---- */
    DOMAIN_SCRIPT("01-key-information", "GET DATA: the key sets with their versions", "80CA00E000",
                  "01 9000 E0(*C0040101xx10*)"),
    DOMAIN_SCRIPT("02-get-status", "GET STATUS of the operator's domain itself", "80F28002(4F00) 00C0000000",
                  "02 9000 E3(4F(A000000151000000)*) | 02 9000 E3(4F(*)*)*"),
    DOMAIN_SCRIPT("03-store-data", "STORE DATA personalises the domain: GET DATA gives it",
                  "80E29000(42(313233)) 80CA004200", "02 9000 42(313233)"),
    DOMAIN_SCRIPT("04-store-data-blocks", "STORE DATA in two blocks", "80E21000(4203) 80E29001(313233) 80CA004200",
                  "03 9000 42(313233)"),
    DOMAIN_SCRIPT("05-unknown-data", "GET DATA of what is not there: 6A88", "80CA123400", "01 6A88"),
    DOMAIN_SCRIPT("06-delete-unknown", "DELETE of an application that there is not: 6A88", "80E40000(4F(A000000099))",
                  "01 6A88"),
    DOMAIN_SCRIPT("07-key-in-clear", "PUT KEY with a key check value of another key is refused",
                  "80D80081(09 881110606162636465666768696A6B6C6D6E6F03D7D0E4)", "01 6xxx"),
    DOMAIN_SCRIPT("08-load-without-install", "LOAD without INSTALL [for load] is refused", "80E88000(C400)", "01 6xxx"),
    DOMAIN_SCRIPT("09-unknown-instruction", "an unknown instruction is refused", "80FE000000", "01 6D00 | 01 6Exx"),
    DOMAIN_SCRIPT("10-file-command", "SELECT by file identifier is no command of a security domain", "00A40000023F00",
                  "01 6xxx"),
    OTA("Applications/12-nothing-behind-error", "what was done before the error stays, nothing behind it is done",
        APPLICATIONS,
        .given = {BY(TAR_DOMAIN, .script = "80E29000(42(616263)) 80CA123400 80E29000(42(646566))", .data = "02 6A88")},
        .test = {BY(TAR_DOMAIN, .script = "80CA004200", .data = "01 9000 42(616263)")}),
    OTA("Applications/13-durable", "what STORE DATA wrote is there after power off", APPLICATIONS,
        .given = {BY(TAR_DOMAIN, .script = "80E29000(42(616263))", .data = "01 9000")}, .power_cycle = true,
        .test = {BY(TAR_DOMAIN, .script = "80CA004200", .data = "01 9000 42(616263)")}),
    {.id = "OTA.Applications/14-put-key",
     .family = "OTA",
     .title = "PUT KEY of a new set: its keys open packets with a counter of their own, the old ones go on",
     .clauses = APPLICATIONS "; GlobalPlatform Card 2.3 11.8",
     .applies = "isdr and consumer",
     .state = "ota",
     .destructive = true,
     .run = run_put_key},
    {.id = NULL},
};

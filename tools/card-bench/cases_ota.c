/* Secured packets (ETSI TS 102 225; 3GPP TS 31.115, TS 31.111 7.1.1, TS 23.040 9.2.3.24): each protection in both
 * directions, each check of the card violated alone, counters, the proof of receipt, and the short messages that bring
 * a packet. The script writes EF.PL, which a terminal can always read: what was refused has changed nothing. */
#define _GNU_SOURCE
#include "ota_case.h"

#define CLAUSES "ETSI TS 102 225 5.1; 3GPP TS 31.115 4"
#define RECEIPT "ETSI TS 102 225 5.2; 3GPP TS 31.115 4"
#define MESSAGE "3GPP TS 23.040 9.2.3.24; 3GPP TS 31.115 4; 3GPP TS 31.111 7.1.1"

/* SELECT EF.PL, UPDATE BINARY "fr" */
#define WRITE .script = "00A4000C022F05 00D6000002 \"fr\""
#define DONE .data = "02 9000"

/* A packet that is taken. */
#define TAKEN(name, text, ...)                                                                                         \
    OTA("Packet/" name, text, CLAUSES, .test = {{.tar = TAR_MF, WRITE, DONE, .status = "00", __VA_ARGS__}}, WRITTEN)
/* Packets whose scripts have other lengths, with all protection. */
#define CIPHERED(keys, ...)                                                                                            \
    {                                                                                                                  \
        .tar = TAR_MF, .spi = "1619", .set = (keys), .status = "00", __VA_ARGS__                                       \
    }
#define PADDED(name, text, keys)                                                                                       \
    OTA("Packet/" name, text, CLAUSES,                                                                                 \
        .test = {CIPHERED(keys, .script = "00A4000C022F05", .data = "01 9000"),                                        \
                 CIPHERED(keys, .script = "00A4000C022F05 00B0000001", .data = "02 9000 \"e\""),                       \
                 CIPHERED(keys, .script = "00A4000C022FE2 00B000000A", .data = "02 9000 {enabled}"),                   \
                 CIPHERED(keys, WRITE, DONE)},                                                                         \
        WRITTEN)
/* One that is not: the counter was 4 before, and a packet with 5 that has to be one higher is taken after it. */
#define COUNTER_4                                                                                                      \
    {                                                                                                                  \
        .tar = TAR_MF, .spi = "1201", .set = SET_AES, .counter = 4                                                     \
    }
#define COUNTER_4_DES                                                                                                  \
    {                                                                                                                  \
        .tar = TAR_MF, .spi = "1201", .set = SET_DES, .counter = 4                                                     \
    }
#define COUNTER_5                                                                                                      \
    {                                                                                                                  \
        .tar = TAR_MF, .spi = "1A01", .set = SET_AES, .counter = 5, .status = "00"                                     \
    }
#define COUNTER_5_DES                                                                                                  \
    {                                                                                                                  \
        .tar = TAR_MF, .spi = "1A01", .set = SET_DES, .counter = 5, .status = "00"                                     \
    }
#define REFUSED(name, text, to, number, ...)                                                                           \
    OTA("Packet/" name, text, CLAUSES, .given = {COUNTER_4, COUNTER_4_DES},                                            \
        .test = {{.tar = (to), .counter = (number), WRITE, __VA_ARGS__}, COUNTER_5, COUNTER_5_DES}, UNCHANGED)
/* A card need not tell who cannot prove to be its server what was wrong, and may have no keys for the answer. */
#define ANY_RECEIPT .or_none = true, .or_clear = true

const struct case_row cases_ota[] = {
    TAKEN("01-checksum-aes", "AES checksum and counter, proof of receipt in clear", .spi = "1201", .set = SET_AES),
    TAKEN("02-checksum-des", "triple DES checksum and counter, proof of receipt in clear", .spi = "1201",
          .set = SET_DES),
    TAKEN("03-receipt-checksum-aes", "proof of receipt with an AES checksum", .spi = "1209", .set = SET_AES),
    TAKEN("04-receipt-checksum-des", "proof of receipt with a triple DES checksum", .spi = "1209", .set = SET_DES),
    TAKEN("05-receipt-ciphered-aes", "proof of receipt ciphered with AES", .spi = "1211", .set = SET_AES),
    TAKEN("06-receipt-ciphered-des", "proof of receipt ciphered with triple DES", .spi = "1211", .set = SET_DES),
    TAKEN("07-all-aes", "checksum, ciphering and counter with AES, in both directions", .spi = "1619", .set = SET_AES),
    TAKEN("08-all-des", "checksum, ciphering and counter with triple DES, in both directions", .spi = "1619",
          .set = SET_DES),
    TAKEN("09-one-higher", "a counter that must be one higher, and is", .spi = "1E19", .set = SET_AES),
    TAKEN("10-implicit-algorithm", "KIc and KID that leave the algorithm to the key", .spi = "1619", .set = SET_AES,
          .kic = 0x10, .kid = 0x10),
    PADDED("11-padding-aes", "scripts of several lengths are padded to AES blocks and back", SET_AES),
    PADDED("12-padding-des", "scripts of several lengths are padded to blocks of 8 bytes and back", SET_DES),
    OTA("Packet/13-usim", "an application that demands ciphering takes a packet that has it", CLAUSES,
        .test = {{.tar = TAR_USIM,
                  .spi = "1619",
                  .set = SET_AES,
                  .status = "00",
                  .script = "00A4000C026F07 00B0000009",
                  .data = "02 9000 080910100000000010"}},
        UNCHANGED),

    REFUSED("20-unknown-tar", "an unknown TAR: status 09, if an answer comes", "B0FFFF", 5, .spi = "1619",
            .set = SET_AES, .status = "09", ANY_RECEIPT),
    REFUSED("21-unknown-tar-clear", "an unknown TAR without any security: status 09, if an answer comes", "B0FFFF", 5,
            .spi = "0001", .set = SET_AES, .status = "09", ANY_RECEIPT),
    REFUSED("22-no-checksum", "ciphering without a checksum where one is demanded: status 0A", TAR_MF, 5, .spi = "1401",
            .set = SET_AES, .status = "0A", ANY_RECEIPT),
    REFUSED("23-no-counter", "no counter where one is demanded: status 0A", TAR_MF, 5, .spi = "0601", .set = SET_AES,
            .status = "0A", ANY_RECEIPT),
    REFUSED("24-counter-not-checked", "a counter that need not rise, where it has to: status 0A", TAR_MF, 5,
            .spi = "0E01", .set = SET_AES, .status = "0A", ANY_RECEIPT),
    REFUSED("25-no-security", "no security where some is demanded: status 0A", TAR_MF, 5, .spi = "0001", .set = SET_AES,
            .status = "0A", ANY_RECEIPT),
    REFUSED("26-redundancy-check", "a redundancy check where a checksum is demanded: status 0A", TAR_MF, 5,
            .spi = "1101", .set = SET_AES, .kid = 0x11, .status = "0A | 06", ANY_RECEIPT),
    REFUSED("27-not-ciphered", "no ciphering where it is demanded: status 0A", TAR_USIM, 5, .spi = "1209",
            .set = SET_AES, .status = "0A", ANY_RECEIPT),
    REFUSED("28-no-key-set", "a key set that there is not: status 06, if an answer comes", TAR_MF, 5, .spi = "1601",
            .set = SET_AES, .kic = 0x92, .kid = 0x92, .status = "06", ANY_RECEIPT),
    REFUSED("29-key-set-0", "key version 0: status 06, if an answer comes", TAR_MF, 5, .spi = "1201", .set = SET_AES,
            .kic = 0x02, .kid = 0x02, .status = "06 | 0A", ANY_RECEIPT),
    REFUSED("30-other-algorithm", "an algorithm that is not that of the key: status 06 or 01", TAR_MF, 5, .spi = "1201",
            .set = SET_AES, .kid = 0x15, .status = "06 | 01", ANY_RECEIPT),
    REFUSED("31-checksum-aes", "a wrong AES checksum: status 01", TAR_MF, 5, .spi = "1619", .set = SET_AES,
            .fault = OTA_WRONG_CHECK, .status = "01", ANY_RECEIPT),
    REFUSED("32-checksum-des", "a wrong triple DES checksum: status 01", TAR_MF, 5, .spi = "1619", .set = SET_DES,
            .fault = OTA_WRONG_CHECK, .status = "01", ANY_RECEIPT),
    REFUSED("33-text-aes", "a script changed under its AES checksum: status 01", TAR_MF, 5, .spi = "1209",
            .set = SET_AES, .fault = OTA_WRONG_TEXT, .status = "01", ANY_RECEIPT),
    REFUSED("34-text-des", "a script changed under its triple DES checksum: status 01", TAR_MF, 5, .spi = "1209",
            .set = SET_DES, .fault = OTA_WRONG_TEXT, .status = "01", ANY_RECEIPT),
    REFUSED("35-cipher-cut", "ciphered bytes that are no whole blocks: refused", TAR_MF, 5, .spi = "1619",
            .set = SET_AES, .fault = OTA_SHORT_CIPHER, .status = "05 | 06 | 01", ANY_RECEIPT),
    REFUSED("36-padding-counter", "a padding counter of more than a block: refused", TAR_MF, 5, .spi = "1619",
            .set = SET_AES, .fault = OTA_PADDING_COUNTER, .status = "05 | 06 | 01", ANY_RECEIPT),
    REFUSED("37-packet-length", "CPL of another length: refused", TAR_MF, 5, .spi = "1201", .set = SET_AES,
            .fault = OTA_WRONG_CPL, .status = "06 | 01 | 05", ANY_RECEIPT),
    REFUSED("38-header-length", "CHL that does not fit the SPI: refused", TAR_MF, 5, .spi = "1201", .set = SET_AES,
            .fault = OTA_WRONG_CHL, .status = "06 | 01 | 05", ANY_RECEIPT),
    REFUSED("39-header-cut", "a packet that ends behind its TAR: refused", TAR_MF, 5, .spi = "1201", .set = SET_AES,
            .fault = OTA_CUT_HEADER, .status = "06 | 01 | 05 | 0A", ANY_RECEIPT),
    REFUSED("40-signature", "an SPI with a digital signature: refused", TAR_MF, 5, .spi = "1301", .set = SET_AES,
            .status = "06 | 0A | 01", ANY_RECEIPT),
    REFUSED("41-counter-same-aes", "the counter that was there already (AES): status 02", TAR_MF, 4, .spi = "1619",
            .set = SET_AES, .status = "02"),
    REFUSED("42-counter-same-des", "the counter that was there already (triple DES): status 02", TAR_MF, 4,
            .spi = "1619", .set = SET_DES, .status = "02"),
    REFUSED("43-counter-lower", "a lower counter: status 02", TAR_MF, 3, .spi = "1619", .set = SET_AES, .status = "02"),
    REFUSED("44-counter-same-one-higher", "the same counter where it must be one higher: status 02", TAR_MF, 4,
            .spi = "1E19", .set = SET_AES, .status = "02"),
    REFUSED("45-counter-two-higher", "a counter two higher where it must be one higher: status 03", TAR_MF, 6,
            .spi = "1E19", .set = SET_AES, .status = "03"),

    OTA("Packet/50-counter-gap", "a counter may rise by more than one", CLAUSES, .given = {COUNTER_4},
        .test = {{.tar = TAR_MF, .spi = "1619", .set = SET_AES, .counter = 0x1000000, WRITE, DONE, .status = "00"}},
        WRITTEN),
    OTA("Packet/51-counter-durable", "the counter is there after power off: status 02 for the same one", CLAUSES,
        .given = {COUNTER_4}, .power_cycle = true,
        .test = {{.tar = TAR_MF, .spi = "1619", .set = SET_AES, .counter = 4, WRITE, .status = "02"}}, UNCHANGED),
    OTA("Packet/52-counter-of-set", "each key set has its own counter", CLAUSES, .given = {COUNTER_4},
        .test = {{.tar = TAR_MF, .spi = "1E19", .set = SET_DES, .counter = 1, WRITE, DONE, .status = "00"}}, WRITTEN),
    OTA("Packet/53-counter-blocked", "a counter at its maximum takes no packet any more: status 04 or 02", CLAUSES,
        .given = {{.tar = TAR_MF, .spi = "1201", .set = SET_AES, .counter = 0xffffffffff}},
        .test = {{.tar = TAR_MF, .spi = "1619", .set = SET_AES, .counter = 0xffffffffff, WRITE, .status = "04 | 02"}},
        UNCHANGED),
    OTA("Packet/54-replay", "the same packet a second time: status 02", CLAUSES,
        .given = {{.tar = TAR_MF, .spi = "1219", .set = SET_AES, .counter = 9, .script = "00A4000C022F05"}},
        .test =
            {{.tar = TAR_MF, .spi = "1219", .set = SET_AES, .counter = 9, .script = "00A4000C022F05", .status = "02"}},
        UNCHANGED),

    OTA("Receipt/01-none", "no proof of receipt is wanted: none comes, and the script is done", RECEIPT,
        .test = {{.tar = TAR_MF, .spi = "1200", .set = SET_AES, WRITE, .status = ""}}, WRITTEN),
    OTA("Receipt/02-on-error", "a proof of receipt on error only: none comes for what is right", RECEIPT,
        .test = {{.tar = TAR_MF, .spi = "1202", .set = SET_AES, WRITE, .status = ""}}, WRITTEN),
    OTA("Receipt/03-error", "a proof of receipt on error only: it comes for a counter that does not rise", RECEIPT,
        .given = {COUNTER_4},
        .test = {{.tar = TAR_MF, .spi = "120A", .set = SET_AES, .counter = 4, WRITE, .status = "02"}}, UNCHANGED),
    OTA("Receipt/04-none-on-error", "no proof of receipt is wanted: none comes for an error either", RECEIPT,
        .given = {COUNTER_4},
        .test = {{.tar = TAR_MF, .spi = "1208", .set = SET_AES, .counter = 4, WRITE, .status = ""}}, UNCHANGED),
    OTA("Receipt/05-no-data-on-error", "a proof of receipt of an error has no data", RECEIPT, .given = {COUNTER_4},
        .test = {{.tar = TAR_MF, .spi = "1219", .set = SET_AES, .counter = 4, WRITE, .status = "02", .data = ""}},
        UNCHANGED),

    OTA("Message/01-two-parts", "a packet in two messages", MESSAGE,
        .test = {{.tar = TAR_MF, .spi = "1619", .set = SET_AES, .parts = OTA_TWO, WRITE, DONE, .status = "00"}},
        WRITTEN),
    OTA("Message/02-wide-reference", "a packet in two messages with a reference of 16 bits", MESSAGE,
        .test = {{.tar = TAR_MF, .spi = "1619", .set = SET_AES, .parts = OTA_TWO_WIDE, WRITE, DONE, .status = "00"}},
        WRITTEN),
    OTA("Message/03-reversed", "a packet in two messages, the second first", MESSAGE,
        .test = {{.tar = TAR_MF, .spi = "1619", .set = SET_AES, .parts = OTA_REVERSED, WRITE, DONE, .status = "00"}},
        WRITTEN),
    OTA("Message/04-part-missing", "a packet of which one message is missing is not done", MESSAGE,
        .test = {{.tar = TAR_MF, .spi = "1619", .set = SET_AES, .parts = OTA_FIRST_ONLY, WRITE, .status = "00"}},
        UNCHANGED),
    OTA("Message/05-after-missing", "a packet after one that stayed without its second message", MESSAGE,
        .given = {{.tar = TAR_MF, .spi = "1619", .set = SET_AES, .parts = OTA_FIRST_ONLY, .script = "00A4000C022F05"}},
        .test = {{.tar = TAR_MF, .spi = "1619", .set = SET_AES, WRITE, DONE, .status = "00"}}, WRITTEN),
    OTA("Message/06-lost-with-reset", "a message that came before power off is not the first of a later one", MESSAGE,
        .given = {{.tar = TAR_MF, .spi = "1619", .set = SET_AES, .parts = OTA_FIRST_ONLY, .script = "00A4000C022F05"}},
        .power_cycle = true,
        .test = {{.tar = TAR_MF, .spi = "1619", .set = SET_AES, .parts = OTA_TWO, WRITE, DONE, .status = "00"}},
        WRITTEN),
    {.id = NULL},
};

/* Profile packages as they stream in (TCA "Interoperable Format", SAIP): header, order, identifications, unknown
 * elements, the end, and what is answered (EUICCResponse). SAIP 7.3, 8.1, 8.2, 8.10.
 */
#include "saip_package.h"

#include "saip/internal.h"

#include <stdio.h>

/* No ISIM on this card: such an element is skipped if it is not mandated. */
#define NO_ISIM "uicc_capability = usim usimTestAlgorithm"
#define SKIPPED_ISIM PE_OPTIONAL("B5", "50", ISIM_MEMBERS) " "

/* ---- refused ---- */

enum { NONE = -1 };

/* ^ is the place that the answer and the reason give; identification of the failing element, NONE: not given. */
struct refused {
    const char *package;
    int status, identification;
    const char *expected, *came;
    const char *personality;
};
static const struct refused refused[] = {
    /* ProfileHeader first and once */
    {"^" MF, 5, NONE, "ProfileHeader first and once", "another element", NULL},
    {"^" END, 5, NONE, "ProfileHeader first and once", "another element", NULL},
    {HEADER " ^" HEADER, 5, NONE, "ProfileHeader first and once", "a second one", NULL},
    {HEADER " " MF " ^" HEADER, 5, NONE, "ProfileHeader first and once", "a second one", NULL},
    /* its members */
    {"^A0{81{03} " HEADER_ICCID " A5{} A6{}}", 5, NONE, "major-version", "none", NULL},
    {"^A0{80{02} " HEADER_ICCID " A5{} A6{}}", 5, NONE, "minor-version", "none", NULL},
    {"^A0{80{02} 81{03} A5{} A6{}}", 5, NONE, "iccid of 10 bytes", "none", NULL},
    {"^A0{80{02} 81{03} 83{890001} A5{} A6{}}", 5, NONE, "iccid of 10 bytes", "another size", NULL},
    {"^A0{80{02} 81{03} " HEADER_ICCID " A6{}}", 5, NONE, "eUICC-Mandatory-services", "none", NULL},
    {"^A0{80{02} 81{03} " HEADER_ICCID " A5{}}", 5, NONE, "eUICC-Mandatory-GFSTEList", "none", NULL},
    {"^A0{80{0002} 81{03} " HEADER_ICCID " A5{} A6{}}", 5, NONE, "major-version", "none", NULL},
    {"A0{80{02} 81{03} A5{} ^" HEADER_ICCID " A6{}}", 5, NONE, "members of ProfileHeader in order", "misplaced", NULL},
    {"A0{80{02} 81{03} ^80{02} " HEADER_ICCID " A5{} A6{}}", 5, NONE, "members of ProfileHeader in order", "", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{^8181} A6{}}", 5, NONE, "profile element in DER", "", NULL},
    /* versions */
    {"A0{^80{01} 81{03} " HEADER_ICCID " A5{} A6{}}", 31, NONE, "major-version 2 or 3", "another one", NULL},
    {"A0{^80{04} 81{03} " HEADER_ICCID " A5{} A6{}}", 31, NONE, "major-version 2 or 3", "another one", NULL},
    /* services: the capability of the card says which */
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{^8B{}} A6{}}", 7, NONE, "UICCCapability", "mandatory service [11]", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{^8C{}} A6{}}", 7, NONE, "UICCCapability", "mandatory service [12]", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{81{} ^86{}} A6{}}", 10, NONE, "UICCCapability", "service [6]", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{^9E{}} A6{}}", 10, NONE, "UICCCapability", "service [30]", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{^9F1F{}} A6{}}", 10, NONE, "UICCCapability", "mandatory service", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{^81{}} A6{}}", 10, NONE, "UICCCapability", "service [1]",
     "uicc_capability = isim"},
    /* templates */
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{} A6{^06{67810F010200}}}", 9, NONE, "known file system templates", "another",
     NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{} A6{06{67810F010201} ^06{67810F010213}}}", 9, NONE, "templates", "", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{} A6{^06{67810F010211}}}", 9, NONE, "templates", "", NULL}, /* IoT */
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{} A6{^06{67810F010212}}}", 9, NONE, "templates", "", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{} A6{^06{67810F01020103}}}", 9, NONE, "templates", "another", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{} A6{^06{67810F010204 0203}}}", 9, NONE, "templates", "another", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{} A6{^06{67810F0102}}}", 9, NONE, "templates", "another", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{} A6{^06{883701}}}", 9, NONE, "templates", "another", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{} A6{^04{67810F010201}}}", 5, NONE, "a list of template OIDs", "", NULL},
    /* applications that must be there, IoT */
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{} A6{} ^A8{30{80{A000000001} 81{0100}}}}", 8, NONE,
     "no eUICC-Mandatory-AIDs", "some", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{} A6{} ^A9{}}", 10, NONE, "no iotOptions", "some", NULL},
    /* the first failure of several counts (SAIP 8.2.1) */
    {"A0{^80{01} 81{03} " HEADER_ICCID " A5{8B{}} A6{06{883701}}}", 31, NONE, "major-version", "", NULL},
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{^8B{}} A6{06{883701}}}", 7, NONE, "UICCCapability", "", NULL},
    /* PEHeader */
    {HEADER " ^B0{}", 5, NONE, "a PEHeader", "", NULL},
    {HEADER " ^B0{81{67810F010201}}", 5, NONE, "a PEHeader", "", NULL},
    {HEADER " ^B0{A0{80{}}}", 5, NONE, "a PEHeader", "", NULL},
    {HEADER " ^B0{A0{80{} 81{}}}", 5, NONE, "a PEHeader", "", NULL},
    {HEADER " ^" PE("B0", "0002", ""), 5, NONE, "a PEHeader", "", NULL},
    {HEADER " ^" PE("B0", "008000", ""), 5, NONE, "a PEHeader", "", NULL}, /* not a UInt15 */
    {HEADER " " MF " ^" PE("B2", "02", ""), 5, 2, "each identification once", "one again", NULL},
    {HEADER " " MF " " USIM " ^" PE("AA", "03", ""), 5, 3, "each identification once", "one again", NULL},
    /* framing */
    {HEADER " ^B080 A0{81{02}} 0000", 5, NONE, "a profile element in DER", "", NULL},
    {HEADER " ^3F10 00", 5, NONE, "a profile element in DER", "", NULL},
    {HEADER " B0{A0{81{02}} ^81}", 5, NONE, "a profile element in DER", "", NULL},
    {HEADER " B0{A0{81{02}} A4{83{98} ^83}}", 5, NONE, "a profile element in DER", "", NULL},
    {HEADER " B0{A0{81{02}} ^A4 80 83{98} 0000}", 5, NONE, "a profile element in DER", "", NULL},
    {"^", 5, NONE, "PE-End at the end of the package", "no PE-End", NULL},
    {HEADER " ^", 5, NONE, "PE-End at the end of the package", "no PE-End", NULL},
    {HEADER " " MF " " USIM " ^", 5, NONE, "PE-End at the end of the package", "no PE-End", NULL},
    {HEADER " " MF " ^B3", 5, NONE, "PE-End at the end of the package", "no PE-End", NULL},
    /* the end is last and once, nothing behind it */
    {PACKAGE("") " ^" PE("AA", "50", ""), 5, NONE, "PE-End as the last element", "another one", NULL},
    {PACKAGE("") " ^" PE("B2", "50", ""), 5, NONE, "PE-End as the last element", "another one", NULL},
    {PACKAGE("") " ^00", 5, NONE, "PE-End at the end of the package", "bytes after it", NULL},
    {PACKAGE("") " ^0000", 5, NONE, "PE-End as the last element", "another one", NULL},
    {PACKAGE("") " ^AF80", 5, NONE, "a profile element in DER", "", NULL},
    /* unknown elements that are mandated */
    {HEADER " " MF " ^" PE("AB", "50", ""), 1, 0x50, "elements that this card knows", "unknown one that is mandated",
     NULL},
    {HEADER " " MF " ^" PE("AF", "50", ""), 1, 0x50, "elements that this card knows", "unknown one", NULL},
    {HEADER " " MF " ^" PE("BF22", "50", ""), 1, 0x50, "elements that this card knows", "unknown one", NULL},
    {HEADER " " MF " ^" PE("30", "50", ""), 1, 0x50, "elements that this card knows", "unknown one", NULL},
    /* once */
    {HEADER " " MF " ^" PE("B0", "50", ""), 5, 0x50, "this element at most once", "a second one", NULL},
    {HEADER " " MF " " PE("A3", "50", PUK_CODES) " ^" PE("A3", "51", PUK_CODES), 5, 0x51, "at most once",
     "a second one", NULL},
    /* not before what it builds on */
    {HEADER " ^" PE("A3", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " ^" PE("A2", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " ^" PE("B1", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " ^" PE("B2", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " ^" PE("B3", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " ^" PE("B5", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " ^" PE("B9", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " ^" PE("B4", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " " USIM " ^" PE("B6", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " ^" PE("B7", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " ^" PE("B8", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " " USIM " ^" PE("BA", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " ^" PE("BB", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " ^" PE("BC", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " ^" PE("BD", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " ^" PE("BE", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " ^" PE("BF1F", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " ^" PE("BF21", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " ^" PE("A7", "50", ""), 5, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " ^" PE("A8", "50", ""), 5, 0x50, "builds on", "none", NULL},
    /* no network access application before its keys */
    {HEADER " " MF " ^" PE("A4", "50", "A1{A1{80{01} 82{00*16}}}"), 3, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " ^" PE("A5", "50", ""), 3, 0x50, "builds on", "none", NULL},
    {HEADER " " MF " " USIM " A4{^A0{80{} 81{50}}}", 5, 0x50, "algoConfiguration", "", NULL},
    {HEADER " " MF " " USIM " "
            "A4{A0{80{} 81{50}} A1{^A1{80{01} 81{01}}}}",
     5, 0x50, "a key", "", NULL},
    {HEADER " " MF " " USIM " "
            "A4{A0{80{} 81{50}} A1{^A1{82{00*16}}}}",
     5, 0x50, "algorithmID", "", NULL},
    /* files that are none */
    {HEADER " " PE("B0", "02", "81{67810F010201} A2{A1{C6{}}} A4{^82{}}"), 3, 2, "fillFileOffset", "", NULL},
    {HEADER " " PE("B0", "02", "^A2{A1{C6{}}}"), 5, 2, "templateID", "none", NULL},
};

/* What belongs to an element that was skipped does not come to another one. */
static const struct {
    struct refused row;
    const char *warnings;
} refused_later[] = {
    {{HEADER " " MF " " USIM " " SKIPPED_ISIM "^" PE("A4", "51", KEYS("03", "01*16", "")), 3, 0x51,
      "a network access application before", "none", NO_ISIM},
     "30{80{0A} 81{50}}"},
    {{HEADER " " MF " " USIM " " SKIPPED_ISIM "^" PE("A5", "51", "81{01*8}"), 3, 0x51,
      "a network access application before", "none", NO_ISIM},
     "30{80{0A} 81{50}}"},
    {{HEADER " " MF " " USIM " " SKIPPED_ISIM "^" PE("B6", "51", "81{67810F010209}"), 3, 0x51, "builds on",
      "one that was skipped", NO_ISIM},
     "30{80{0A} 81{50}}"},
    {{HEADER " " MF " " USIM " " PE_OPTIONAL("B3", "50", USIM_MEMBERS) " ^" PE("B8", "51", "81{67810F010207}"), 3, 0x51,
      "application of the template before", "none", NULL},
     "30{80{03} 81{50}}"},
    {{HEADER " " MF " " PE_OPTIONAL("BF20", "50", "81{67810F010211}") " ^" PE("BF21", "51", ""), 3, 0x51, "builds on",
      "one that was skipped", NULL},
     "30{80{09} 81{50}}"},
};

static void assert_refused(const struct refused *row, const char *warnings)
{
    static const size_t steps[] = {0, 1, 7};
    char wanted[200];
    char identification[32] = "";
    size_t mark;
    const char *text = row->package;
    BYTES_LOCAL package = notation_bytes(text, &mark);
    size_t place = place_in_element(bytes_slice(&package), mark, row->identification);
    if (row->identification >= 0)
        (void)snprintf(identification, sizeof identification, "81{%02X}", (unsigned)row->identification);
    (void)snprintf(wanted, sizeof wanted, "30{A0{%s 30{80{%02X} %s 83{%0*zX}}} 81{}}", warnings, (unsigned)row->status,
                   identification, place < 128 ? 2 : 4, place);
    for (size_t i = 0; i < COUNT(steps); i++) {
        OUTCOME_LOCAL o;
        run(&o, bytes_slice(&package), row->personality, steps[i]);
        ck_assert_msg(o.e == ERR_DATA && o.status == (enum pe_status)row->status, "%s: status %d", text, (int)o.status);
        assert_response(&o, wanted, text);
        ck_assert_msg(o.reason.said && o.reason.offset == mark, "%s: offset %zu", text, o.reason.offset);
        ck_assert_msg(strstr(o.reason.expected, row->expected) && strstr(o.reason.came, row->came),
                      "%s: expected %s, came %s", text, o.reason.expected, o.reason.came);
        ck_assert_ptr_nonnull(strstr(o.reason.clause, "5.5.5"));
    }
}

START_TEST(test_refused)
{
    assert_refused(&refused[_i], "");
}
END_TEST

/* The same failure with the offset counted from the beginning of the package: a choice of the personality. */
START_TEST(test_offset_in_package)
{
    size_t mark;
    BYTES_LOCAL package = notation_bytes(HEADER " " MF " " PE("B2", "50", "^82{}") " " END, &mark);
    static const char *const personalities[] = {"pe_status_offset = element", "pe_status_offset = package"};
    for (size_t i = 0; i < COUNT(personalities); i++) {
        OUTCOME_LOCAL o;
        char wanted[100];
        run(&o, bytes_slice(&package), personalities[i], 0);
        /* B2 len A0 05 80 00 81 01 50 */
        (void)snprintf(wanted, sizeof wanted, "30{A0{30{80{05} 81{50} 83{%02zX}}} 81{}}", i ? mark : 9);
        assert_response(&o, wanted, personalities[i]);
        ck_assert_uint_eq(o.reason.offset, mark);
    }
    ck_assert(mark > 9 && mark < 128);
}
END_TEST

START_TEST(test_refused_later)
{
    assert_refused(&refused_later[_i].row, refused_later[_i].warnings);
}
END_TEST

/* ---- accepted ---- */

static const struct {
    const char *package;
    const char *warnings; /* PEStatus values before the ok */
    const char *personality;
} accepted[] = {
    {PACKAGE(""), "", NULL},
    {"A0{80{03} 81{00FF} " HEADER_ICCID " A5{} A6{}} " END, "", NULL},           /* SAIP 3; no element at all between */
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{} A6{} 8A{} BF22{}} " END, "", NULL}, /* unknown members */
    {"A0{80{02} 81{03} " HEADER_ICCID " 84{00} A5{} A6{} 87{A0} A8{}} " END, "", NULL},
    /* every service that a card with everything has */
    {"A0{80{02} 81{03} " HEADER_ICCID " A5{80{} 81{} 82{} 83{} 84{} 85{} 86{} 87{} 88{} 89{} 8A{} 8B{} 8C{} 8D{} 8E{} "
     "8F{} 90{} 91{} 92{} 93{} 94{} 95{} "
     "96{} 97{} 98{} 99{} 9A{} 9B{} 9C{} 9D{}} A6{} A9{80{00*7}}} " END,
     "",
     "uicc_capability = contactless usim isim csim milenage cave tuak128 tuak256 usimTestAlgorithm gbaUsim "
     "gbaIsim "
     "mbms "
     "eap javacard multos multipleUsim multipleIsim multipleCsim berTlv dfLink catTp getIdentity profileA "
     "profileB "
     "suciCalculator dns scp11ac scp11cAuth s16 eaka iotMinimal"},
    /* the templates of SAIP 9 with their versions up to 3.3.1 */
    {"A0{80{02} 81{03} " HEADER_ICCID
     " A5{} A6{06{67810F010201} 06{67810F010202} 06{67810F010203} 06{67810F01020302} 06{67810F010204} "
     "06{67810F01020402} 06{67810F010205} 06{67810F01020502} 06{67810F01020503} 06{67810F010206} "
     "06{67810F010207} "
     "06{67810F010208} 06{67810F010209} 06{67810F01020902} 06{67810F01020A} 06{67810F01020A02} "
     "06{67810F01020B} "
     "06{67810F01020B02} 06{67810F01020C} 06{67810F01020D} 06{67810F01020D02} 06{67810F01020D03} "
     "06{67810F01020D04} "
     "06{67810F01020E} 06{67810F01020F} 06{67810F010210}}} " END,
     "", NULL},
    /* unknown elements that are not mandated: a warning each, in order */
    {PACKAGE(PE_OPTIONAL("AB", "50", "")), "30{80{01} 81{50}}", NULL},
    {PACKAGE(PE_OPTIONAL("BF22", "50", "04{FF}") " " PE_OPTIONAL("AC", "51", "")),
     "30{80{01} 81{50}} 30{80{01} 81{51}}", NULL},
    {PACKAGE("AB{}"), "30{80{01}}", NULL}, /* PE-Dummy */
    {PACKAGE("AC{04{FF}}"), "30{80{01}}", NULL},
    /* identifications in any order, each once */
    {HEADER " " PE("B0", "7FFE", MF_MEMBERS) " " PE("B3", "00", USIM_MEMBERS) " " END, "", NULL},
    {PACKAGE(PE("B4", "1000", "81{67810F010205}") " " PE("B7", "0FFF", "81{67810F010206} A2{A1{C6{}}}")), "", NULL},
    /* several files' elements, several NAAs; the file system may come from generic file management */
    {HEADER
     " " PE("A1", "10",
            "A1{30{62{82{7821} 83{3F00} 8B{2F060E} C6{}} 62{82{42210002} 83{2F06} 8B{2F060A} "
            "80{1C}}}}") " " PE("B3", "11", USIM_MEMBERS) " " PE("A4", "12",
                                                                 KEYS("03", "01*16",
                                                                      "")) " " PE("B5", "13",
                                                                                  ISIM_MEMBERS) " " PE("A4", "14",
                                                                                                       "A1{A0{80{"
                                                                                                       "00} "
                                                                                                       "81"
                                                                                                       "{" USIM_AID
                                                                                                       "}}}") " " END,
     "", NULL},
    {PACKAGE(PE("A2", "10", LOCAL_PIN) " " PE("B5", "12", ISIM_MEMBERS) " " PE("A2", "11", LOCAL_PIN) " " PE(
         "B6", "13",
         "81{67810F010209}") " " PE("A4", "14",
                                    KEYS("03", "01*16",
                                         "")) " " PE("B9", "15",
                                                     CSIM_MEMBERS) " " PE("BA", "16",
                                                                          "81{67810F01020B}") " " PE("A5", "17",
                                                                                                     "81{01*"
                                                                                                     "8}")),
     "", NULL},
    /* no applications of a runtime, nothing of an issuer: a warning each, if nobody insists */
    {PACKAGE(PE("A6", "10", MNO_SD) " " PE("A7", "11", REMOTE_FILES("A0000005591001")) " " PE(
         "A7", "12", REMOTE_FILES("A0000005591002")) " " PE_OPTIONAL("A8", "13",
                                                                     "A2{}") " " PE_OPTIONAL("A9", "14",
                                                                                             "81{883701} 82{}")),
     "30{80{07} 81{13}} 30{80{01} 81{14}}", NULL},
    /* skipped, and with it what belongs to it */
    {PACKAGE(
         SKIPPED_ISIM PE_OPTIONAL("B6", "51", "81{67810F010209}") " " PE_OPTIONAL("A4", "52", KEYS("03", "01*16", ""))),
     "30{80{0A} 81{50}} 30{80{03} 81{51}} 30{80{03} 81{52}}", NO_ISIM},
    {PACKAGE(PE_OPTIONAL("BF20", "50", "81{67810F010211}") " " PE_OPTIONAL("BF21", "51", "81{67810F010212}")),
     "30{80{09} 81{50}} 30{80{03} 81{51}}", NULL},
};

START_TEST(test_accepted)
{
    static const size_t steps[] = {0, 1, 5};
    char wanted[300];
    BYTES_LOCAL package = notation_bytes(accepted[_i].package, NULL);
    (void)snprintf(wanted, sizeof wanted, "30{A0{%s 30{80{00}}}}", accepted[_i].warnings);
    for (size_t i = 0; i < COUNT(steps); i++) {
        OUTCOME_LOCAL o;
        run(&o, bytes_slice(&package), accepted[_i].personality, steps[i]);
        ck_assert_msg(o.e == OK && !o.reason.said, "%s: %s, %s", accepted[_i].package, o.reason.expected,
                      o.reason.came);
        assert_response(&o, wanted, accepted[_i].package);
    }
}
END_TEST

/* Each mandatory service asks for the capability of its name: of a card that has only that one the header is taken, of
 * a card that has all others it is not (SAIP 8.2.1, SGP.22 4.3: the two lists are numbered differently). */
START_TEST(test_services)
{
    static const char *const names[] = {
        "contactless",    "usim",         "isim",         "csim",         "milenage", "tuak128",
        "cave",           "gbaUsim",      "gbaIsim",      "mbms",         "eap",      "javacard",
        "multos",         "multipleUsim", "multipleIsim", "multipleCsim", "tuak256",  "usimTestAlgorithm",
        "berTlv",         "dfLink",       "catTp",        "getIdentity",  "profileA", "profileB",
        "suciCalculator", "dns",          "scp11ac",      "scp11cAuth",   "s16",      "eaka",
    };
    const size_t wanted = (size_t)_i;
    char only[64];
    char others[400];
    int n = snprintf(others, sizeof others, "uicc_capability =");
    char text[400];
    ck_assert_uint_eq(COUNT(names), 30);
    (void)snprintf(only, sizeof only, "uicc_capability = %s", names[wanted]);
    for (size_t i = 0; i < COUNT(names); i++)
        if (i != wanted) n += snprintf(others + n, sizeof others - (size_t)n, " %s", names[i]);
    ck_assert_int_lt(n, (int)sizeof others);
    (void)snprintf(text, sizeof text, "A0{80{02} 81{03} " HEADER_ICCID " A5{%02zX{}} A6{}} " MF " " END, 0x80 + wanted);
    BYTES_LOCAL package = notation_bytes(text, NULL);
    OUTCOME_LOCAL good;
    OUTCOME_LOCAL bad;
    run(&good, bytes_slice(&package), only, 0);
    ck_assert_msg(good.e == OK, "%s: %s, %s", names[wanted], good.reason.expected, good.reason.came);
    run(&bad, bytes_slice(&package), others, 0);
    bool runtime = wanted == 11 || wanted == 12;
    ck_assert_msg(bad.e == ERR_DATA && bad.status == (runtime ? PE_RUNTIME_NOT_SUPPORTED : PE_FEATURE_NOT_SUPPORTED),
                  "%s: status %d", names[wanted], (int)bad.status);
}
END_TEST

/* A USIM keeps its key when an ISIM, and what was to be the ISIM's key, are skipped. */
START_TEST(test_key_of_skipped)
{
    struct naa naa;
    bool found;
    OUTCOME_LOCAL o;
    BYTES_LOCAL package =
        notation_bytes(PACKAGE(PE("A4", "4F", KEYS("03", "AA*16", "")) " " SKIPPED_ISIM PE_OPTIONAL(
                           "A4", "52", KEYS("03", "BB*16", "")) " " PE_OPTIONAL("A5", "53", "81{01*8}")),
                       NULL);
    run(&o, bytes_slice(&package), NO_ISIM, 0);
    ck_assert_int_eq(o.e, OK);
    assert_response(&o, "30{A0{30{80{0A} 81{50}} 30{80{03} 81{52}} 30{80{03} 81{53}} 30{80{00}}}}", "");
    ck_assert_int_eq(naa_get(&o.install->isdp, 0x7fd0, &naa, &found), OK);
    ck_assert(found && naa.key.key[0] == 0xaa && naa.key.key[15] == 0xaa);
    ck_assert_uint_eq(store_count(o.install->store, "naa/"), 1);
    ck_assert_uint_eq(store_count(o.install->store, "cdma/"), 0);
}
END_TEST

/* The encodings of SAIP 8.10, byte for byte: ok only, and a warning with ok. */
START_TEST(test_response_bytes)
{
    OUTCOME_LOCAL plain;
    BYTES_LOCAL package = notation_bytes(PACKAGE(""), NULL);
    run(&plain, bytes_slice(&package), NULL, 0);
    bytes_assert(bytes_slice(&plain.response), "3007A0053003800100", "ok only");
    OUTCOME_LOCAL warned;
    BYTES_LOCAL with = notation_bytes(PACKAGE(PE_OPTIONAL("AB", "0C", "")), NULL);
    run(&warned, bytes_slice(&with), NULL, 0);
    bytes_assert(bytes_slice(&warned.response), "300FA00D300680010181010C3003800100", "warning PE 12 + ok");
    /* template error: like the vector, with the offset of this package and no identification (it is the header's) */
    OUTCOME_LOCAL template;
    BYTES_LOCAL unknown = notation_bytes("A0{80{02} 81{03} " HEADER_ICCID " A5{} A6{06{883701}}}", NULL);
    run(&template, bytes_slice(&unknown), NULL, 0);
    bytes_assert(bytes_slice(&template.response), "300CA0083006800109830118 8100", "template error, offset 24");
    /* a warning stays before the failure */
    OUTCOME_LOCAL both;
    BYTES_LOCAL late = notation_bytes(PACKAGE(PE_OPTIONAL("AB", "0C", "")) " 00", NULL);
    run(&both, bytes_slice(&late), NULL, 0);
    ck_assert_int_eq(both.status, PE_INVALID_REQUEST_FORMAT);
    bytes_assert(slice_of(both.response.p, 12), "3015A0113006 80010181010C", "warning before the failure");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saip");
    TCase *tcase = tcase_create("saip");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_refused, 0, COUNT(refused));
    tcase_add_test(tcase, test_offset_in_package);
    tcase_add_loop_test(tcase, test_refused_later, 0, COUNT(refused_later));
    tcase_add_loop_test(tcase, test_accepted, 0, COUNT(accepted));
    tcase_add_test(tcase, test_response_bytes);
    tcase_add_loop_test(tcase, test_services, 0, 30);
    tcase_add_test(tcase, test_key_of_skipped);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* securityDomain, rfm, application and nonStandard in a profile package: what the records become, and every check by
 * itself with PEStatus, place and reason. SAIP 8.6 to 8.8, 8.10. */
#include "model/domain.h"
#include "notation.h"
#include "saip/internal.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define HEADER "A0{80{02} 81{03} 83{89000101000000000028} A5{} A6{}}"
#define PE(tag, identification, rest) tag "{A0{80{} 81{" identification "}} " rest "}"
#define PE_OPTIONAL(tag, identification, rest) tag "{A0{81{" identification "}} " rest "}"
#define END PE("AA", "7FFF", "")

#define MNO_AID "A000000151000000"
#define SSD_AID "A0000005591010FFFFFFFF8910000001"
#define C9 "C9{810280008201F08301F08701F0}"
#define TOOLKIT "EA{80{010000000002010206B20100000000}}"
#define INSTANCE(aid, rest) "A1{4F{A0000001515350} 4F{A000000151535041} 4F{" aid "} " rest "}"
#define KEY(kvn, kid, rest) "30{95{38} 82{" kid "} 83{" kvn "} " rest "}"
#define AES_KEY "30{30{80{88} 86{00112233445566778899AABBCCDDEEFF}}}"
#define MNO_WITH(rest) PE("A6", "10", INSTANCE(MNO_AID, "82{82DC00} 83{0F} " C9 " " TOOLKIT) " " rest)
#define MNO MNO_WITH("")
#define RFM_AID "A00000055910100001"
#define RFM_REST "81{12} 04{00} 04{00}"

struct fixture {
    struct saip_install *install;
    struct reason reason;
    enum err e;
};

static void fixture_free(struct fixture *f)
{
    saip_install_free(f->install);
}
#define FIXTURE_LOCAL __attribute__((cleanup(fixture_free))) struct fixture

static void run(struct fixture *f, struct slice package, const char *personality)
{
    struct personality p;
    char why[256];
    size_t taken;
    *f = (struct fixture){0};
    ck_assert_msg(personality_parse(&p, personality, why), "%s", why);
    ck_assert_int_eq(saip_install_new(&f->install, &p, 1000000), OK);
    personality_free(&p);
    f->e = saip_install_feed(f->install, package, &taken, &f->reason);
    if (f->e == OK) f->e = saip_install_end(f->install, slice_skip(package, taken), &f->reason);
}

static void assert_response(const struct fixture *f, const char *notation, const char *what)
{
    BUF_LOCAL response = {0};
    char came[600];
    BYTES_LOCAL wanted = notation_bytes(notation, NULL);
    saip_install_response(f->install, &response);
    ck_assert_msg(slice_equal(buf_slice(&response), bytes_slice(&wanted)), "%s: expected %s, came %s", what, notation,
                  hex_short(buf_slice(&response), came, sizeof came));
}

/* ---- refused ---- */

enum { NONE = -1 };

/* ^ is the place that the answer and the reason give. */
static const struct {
    const char *package;
    int status, identification;
    const char *expected, *came;
    const char *personality;
} refused[] = {
    /* securityDomain: its form */
    {PE("A6", "10", "^"), 5, 0x10, "instance", "the end", NULL},
    {PE("A6", "10", "A1{^82{80}}"), 5, 0x10, "applicationLoadPackageAID", "tag 82", NULL},
    {PE("A6", "10", "A1{4F{A0000001515350} ^82{80}}"), 5, 0x10, "classAID", "tag 82", NULL},
    {PE("A6", "10", "A1{4F{A0000001515350} 4F{A000000151535041} ^82{80}}"), 5, 0x10, "instanceAID", "tag 82", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "^" C9)), 5, 0x10, "applicationPrivileges", "tag C9", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} ^EA{}")), 5, 0x10, "applicationSpecificParametersC9", "tag EA", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} C9{} ^83{0F}")), 5, 0x10, "members in their order", "tag 83", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} C9{} EA{} ^EF{}")), 5, 0x10, "members in their order", "tag EF", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} C9{}") " A3{} ^A2{}"), 5, 0x10, "members in their order", "tag A2", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} C9{}") " ^A6{}"), 6, 0x10, "members that this card knows", "tag A6",
     NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} C9{} ^9F70{01}")), 6, 0x10, "members that this card knows", "tag 9F70",
     NULL},
    /* its values */
    {PE("A6", "10", "A1{4F{A0000001515350} 4F{A000000151535041} 4F{^A0000001} 82{80} C9{}}"), 3, 0x10,
     "an AID of 5 to 16 bytes", "another length", NULL},
    {PE("A6", "10", INSTANCE("^A0000005591010FFFFFFFF8900000100", "82{80} C9{}")), 3, 0x10, "an AID of the profile",
     "one of the eUICC", NULL},
    {PE("A6", "10", INSTANCE("^A0000005591010FFFFFFFF8900001000", "82{80} C9{}")), 3, 0x10, "an AID of the profile",
     "one of the eUICC", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "^82{} C9{}")), 3, 0x10, "applicationPrivileges of 1 to 3 bytes", "0", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "^82{8000} C9{}")), 3, 0x10, "1 or 3 bytes", "2", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "^82{80000000} C9{}")), 3, 0x10, "1 to 3 bytes", "4", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{^02DC00} C9{}")), 3, 0x10, "the privilege Security Domain", "none", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} ^83{} C9{}")), 3, 0x10, "lifeCycleState of 1 to 1", "0", NULL},
    {"^" PE("A6", "10", INSTANCE(MNO_AID, "82{80} 83{01} C9{}")), 3, 0x10, "life cycle state of a security domain",
     "01", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} C9{} EA{^80{0100000000020102 06B2010000}}")), 3, 0x10,
     "toolkit parameters", "other bytes", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} C9{} EA{^80{01000000000201020400000000}}")), 3, 0x10,
     "toolkit parameters", "other bytes", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} C9{} EA{^80{010000}}")), 3, 0x10, "toolkit parameters", "", NULL},
    /* the MNO-SD and what only it has */
    {PE("A6", "10", INSTANCE(MNO_AID, "4F{^A000000152000000} 82{80} C9{}")), 3, 0x10,
     "an MNO-SD that is not extradited", "extraditeSecurityDomainAID", NULL},
    {MNO " " PE("A6", "11", INSTANCE(SSD_AID, "82{80} C9{}") " ^A4{D9{00}}"), 3, 0x11, "in the MNO-SD only",
     "another security domain", NULL},
    {MNO " " PE("A6", "11", INSTANCE(SSD_AID, "82{80} C9{}") " ^A5{80{01}}"), 3, 0x11, "in the MNO-SD only",
     "another security domain", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} C9{}") " ^A5{80{01}}"), 10, 0x10, "the service cat-tp", "", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} C9{}") " A4{^04{01}}"), 10, 0x10, "the service contactless", "", NULL},
    /* AIDs once; where a domain belongs */
    {MNO " " PE("A6", "11", INSTANCE("^" MNO_AID, "82{80} C9{}")), 3, 0x11, "each AID once", "one again", NULL},
    {MNO " " PE("A6", "11", INSTANCE(SSD_AID, "4F{^A000000152000000} 82{80} C9{}")), 6, 0x11,
     "a security domain that is PERSONALIZED", "none with this AID", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} 83{07} C9{}")) " ^" PE("A6", "11", INSTANCE(SSD_AID, "82{80} C9{}")), 6,
     0x11, "that is PERSONALIZED", "another state", NULL},
    /* that aborts even if the element is not mandated */
    {MNO " " PE_OPTIONAL("A6", "11", INSTANCE(SSD_AID, "4F{^A000000152000000} 82{80} C9{}")), 6, 0x11,
     "that is PERSONALIZED", "none with this AID", NULL},
    /* keys */
    {MNO_WITH("A2{30{^82{01} 83{01} " AES_KEY "}}"), 5, 0x10, "keyUsageQualifier", "tag 82", NULL},
    {MNO_WITH("A2{30{^95{} 82{01} 83{01} " AES_KEY "}}"), 3, 0x10, "keyUsageQualifier of 1 to 2", "0", NULL},
    {MNO_WITH("A2{30{^95{380000} 82{01} 83{01} " AES_KEY "}}"), 3, 0x10, "keyUsageQualifier of 1 to 2", "3", NULL},
    {MNO_WITH("A2{30{95{38} ^96{0000} 82{01} 83{01} " AES_KEY "}}"), 3, 0x10, "keyAccess of 1 to 1", "2", NULL},
    {MNO_WITH("A2{30{95{38} ^83{01} " AES_KEY "}}"), 5, 0x10, "keyIdentifier", "tag 83", NULL},
    {MNO_WITH("A2{30{95{38} 82{01} ^" AES_KEY "}}"), 5, 0x10, "keyVersionNumber", "tag 30", NULL},
    {MNO_WITH("A2{30{95{38} ^82{0001} 83{01} " AES_KEY "}}"), 3, 0x10, "keyIdentifier of 1 to 1", "2", NULL},
    {MNO_WITH("A2{30{95{38} 82{01} ^83{} " AES_KEY "}}"), 3, 0x10, "keyVersionNumber of 1 to 1", "0", NULL},
    {MNO_WITH("A2{30{95{38} 82{01} ^83{00} " AES_KEY "}}"), 3, 0x10, "keyVersionNumber 1 to 255", "0", NULL},
    {MNO_WITH("A2{30{95{38} 82{01} 83{01} ^85{000000000001} " AES_KEY "}}"), 3, 0x10, "keyCounterValue of 1 to 5", "6",
     NULL},
    {MNO_WITH("A2{30{95{38} 82{01} 83{01^}}}"), 5, 0x10, "keyComponents", "the end", NULL},
    {MNO_WITH("A2{" KEY("01", "01", "^30{}") "}"), 3, 0x10, "keyComponents", "none", NULL},
    {MNO_WITH("A2{" KEY("01", "01", "30{30{^86{00}}}") "}"), 5, 0x10, "keyType", "tag 86", NULL},
    {MNO_WITH("A2{" KEY("01", "01", "30{30{80{88^}}}") "}"), 5, 0x10, "keyData", "the end", NULL},
    {MNO_WITH("A2{" KEY("01", "01", "30{30{80{88} ^86{00*15}}}") "}"), 3, 0x10, "as long as its keyType", "15", NULL},
    {MNO_WITH("A2{" KEY("01", "01", "30{30{80{88} ^86{00*40}}}") "}"), 3, 0x10, "as long as its keyType", "40", NULL},
    {MNO_WITH("A2{" KEY("01", "01", "30{30{80{88} ^86{00*17}}}") "}"), 3, 0x10, "as long as its keyType", "17", NULL},
    {MNO_WITH("A2{" KEY("01", "01", "30{30{80{80} ^86{00*20}}}") "}"), 3, 0x10, "as long as its keyType", "20", NULL},
    {MNO_WITH("A2{" KEY("01", "01", "30{30{80{80} ^86{00*8}}}") "}"), 3, 0x10, "as long as its keyType", "8", NULL},
    {MNO_WITH("A2{" KEY("01", "01", "30{30{80{85} ^86{}}}") "}"), 3, 0x10, "as long as its keyType", "0", NULL},
    {MNO_WITH("A2{" KEY("01", "01", "30{30{^80{A0} 86{00*64}}}") "}"), 10, 0x10, "a keyType that this card knows", "A0",
     NULL},
    {MNO_WITH("A2{" KEY("01", "01", "30{30{80{88} 86{00*16} ^87{0100}}}") "}"), 3, 0x10, "macLength up to 255", "more",
     NULL},
    {MNO_WITH("A2{" KEY("01", "01", "30{30{80{88} 86{00*16}} 30{^80{88} 86{00*16}}}") "}"), 3, 0x10,
     "each keyType once in a key", "one again", NULL},
    {MNO_WITH("A2{" KEY("01", "01", AES_KEY) " ^" KEY("01", "01", AES_KEY) "}"), 3, 0x10,
     "each keyIdentifier once with a keyVersionNumber", "one again", NULL},
    /* personalisation data */
    {MNO_WITH("A3{^04{0070}}"), 3, 0x10, "one data group", "other bytes", NULL},
    {MNO_WITH("A3{^04{007002FF}}"), 3, 0x10, "one data group", "other bytes", NULL},
    {MNO_WITH("A3{^04{007001FF00}}"), 3, 0x10, "one data group", "other bytes", NULL},
    {MNO_WITH("A3{^04{0070FF0002AA}}"), 3, 0x10, "one data group", "other bytes", NULL},
    /* rfm */
    {MNO " " PE("A7", "20", "^81{12}"), 5, 0x20, "instanceAID", "tag 81", NULL},
    {MNO " " PE("A7", "20", "4F{^" MNO_AID "} " RFM_REST), 3, 0x20, "each AID once", "one again", NULL},
    {MNO " " PE("A7", "20", "4F{" RFM_AID "} 4F{^A000000152} " RFM_REST), 6, 0x20, "a security domain that is",
     "none with this AID", NULL},
    {MNO " " PE("A7", "20", "4F{" RFM_AID "} A0{^04{B000}} " RFM_REST), 3, 0x20, "a TAR of 3 to 3", "2", NULL},
    {MNO " ^" PE("A7", "20", "4F{" RFM_AID "} A0{04{B00000} 04{B00000}} " RFM_REST), 3, 0x20, "each TAR once",
     "one again", NULL},
    {MNO " ^" PE("A7", "20", "4F{" RFM_AID "} A0{04{B20100}} " RFM_REST), 3, 0x20, "each TAR once", "one again", NULL},
    {MNO " " PE("A7", "20", "4F{" RFM_AID "} ^04{00} 04{00}"), 5, 0x20, "minimumSecurityLevel", "tag 4", NULL},
    {MNO " " PE("A7", "20", "4F{" RFM_AID "} ^81{} 04{00} 04{00}"), 3, 0x20, "minimumSecurityLevel of 1 to 1", "0",
     NULL},
    {MNO " " PE("A7", "20", "4F{" RFM_AID "} 81{12} 04{00^}"), 5, 0x20, "uiccAdminAccessDomain", "the end", NULL},
    {MNO " " PE("A7", "20", "4F{" RFM_AID "} 81{12} ^04{} 04{00}"), 3, 0x20, "uiccAccessDomain of 1 to 16", "0", NULL},
    {MNO " " PE("A7", "20", "4F{" RFM_AID "} " RFM_REST " 30{80{A0000000871002} 81{00^}}"), 5, 0x20,
     "adfAdminAccessDomain", "the end", NULL},
    {MNO " " PE("A7", "20", "4F{" RFM_AID "} " RFM_REST " 30{80{A0000000871002} 81{00} 82{00}}") " ^" END, 3, 0x7fff,
     "an ADF with the adfAID", "none", NULL},
    {MNO " " PE("A7", "20", "4F{" RFM_AID "} " RFM_REST " 30{80{" MNO_AID "} 81{00} 82{00}}") " ^" END, 3, 0x7fff,
     "an ADF with the adfAID", "none", NULL},
    /* applications: no runtime */
    {MNO " ^" PE("A8", "30", ""), 3, 0x30, "a loadBlock or an instanceList", "neither", NULL},
    {MNO " ^" PE("A8", "30", "A1{4F{D07002CA44} C4{01}}"), 7, 0x30, "an application runtime", "none", NULL},
    {MNO " ^" PE("A8", "30", "A2{30{4F{D07002CA44} 4F{D07002CA4401} 4F{D07002CA4402} 82{00} C9{}}}"), 7, 0x30,
     "an application runtime", "none", NULL},
    {MNO " " PE("A8", "30", "A1{4F{D07002CA44} C1{01}^}"), 5, 0x30, "loadBlockObject", "the end", NULL},
    {MNO " " PE("A8", "30", "A2{30{4F{D07002CA44} 4F{D07002CA4401} 4F{D07002CA4402} 4F{^A000000152} 82{00} C9{}}}"), 6,
     0x30, "that is PERSONALIZED", "none with this AID", NULL},
    {PE("A6", "10", INSTANCE(MNO_AID, "82{80} 83{07} C9{}")) " ^" PE(
         "A8", "30", "A2{30{4F{D07002CA44} 4F{D07002CA4401} 4F{D07002CA4402} 82{00} C9{}}}"),
     6, 0x30, "that is PERSONALIZED", "another state", NULL},
    /* nonStandard */
    {"^" PE("A9", "40", "81{2B060104} 82{01}"), 1, 0x40, "an issuer that this card knows", "mandated", NULL},
    {PE("A9", "40", "^82{01}"), 5, 0x40, "issuerID", "tag 82", NULL},
};

START_TEST(test_refused)
{
    char text[1400];
    char wanted[160];
    size_t mark;
    (void)snprintf(text, sizeof text, "%s %s", HEADER, refused[_i].package);
    BYTES_LOCAL package = notation_bytes(text, &mark);
    BUF_LOCAL number = {0};
    tlv_put_unsigned(&number, 0x83,
                     (uint32_t)place_in_element(bytes_slice(&package), mark, refused[_i].identification));
    char offset[16];
    hex_encode(buf_slice(&number), offset);
    (void)snprintf(wanted, sizeof wanted, "30{A0{30{80{%02X} 81{%0*X} %s}} 81{}}", (unsigned)refused[_i].status,
                   refused[_i].identification > 255 ? 4 : 2, (unsigned)refused[_i].identification, offset);
    FIXTURE_LOCAL f;
    run(&f, bytes_slice(&package), refused[_i].personality);
    ck_assert_msg(f.e == ERR_DATA, "%s: not refused", text);
    ck_assert_msg(strstr(f.reason.expected, refused[_i].expected) && strstr(f.reason.came, refused[_i].came),
                  "%s: expected %s, came %s", text, f.reason.expected, f.reason.came);
    ck_assert_msg(f.reason.offset == mark, "%s: offset %zu, not %zu", text, f.reason.offset, mark);
    assert_response(&f, wanted, text);
}
END_TEST

/* ---- skipped with a warning ---- */

static const struct {
    const char *package, *response;
    size_t domains; /* what is left of it */
} skipped[] = {
    {PE_OPTIONAL("A6", "10", INSTANCE(MNO_AID, "^82{02DC00} C9{}")), "30{A0{30{80{03} 81{10}} 30{80{00}}}}", 0},
    {PE_OPTIONAL("A6", "10", INSTANCE(MNO_AID, "82{80} C9{}") " 9F70{01}"), "30{A0{30{80{06} 81{10}} 30{80{00}}}}", 1},
    {MNO
     " " PE_OPTIONAL("A6", "11", INSTANCE(SSD_AID, "82{80} C9{}") " A2{" KEY("01", "01", "30{30{80{A0} 86{00}}}") "}"),
     "30{A0{30{80{0A} 81{11}} 30{80{00}}}}", 1},
    {MNO " " PE_OPTIONAL("A8", "30", "A1{4F{D07002CA44} C4{01}}"), "30{A0{30{80{07} 81{30}} 30{80{00}}}}", 1},
    {PE_OPTIONAL("A9", "40", "81{2B060104} 82{01}"), "30{A0{30{80{01} 81{40}} 30{80{00}}}}", 0},
};

static size_t domains_of(const struct isdp *isdp)
{
    struct domain d;
    bool found;
    size_t n = 0;
    for (unsigned next = 0;; n++) {
        ck_assert_int_eq(domain_next(isdp, &next, &d, &found), OK);
        if (!found) return n;
    }
}

START_TEST(test_skipped)
{
    char text[800];
    (void)snprintf(text, sizeof text, "%s %s %s", HEADER, skipped[_i].package, END);
    BYTES_LOCAL package = notation_bytes(text, NULL);
    FIXTURE_LOCAL f;
    run(&f, bytes_slice(&package), NULL);
    ck_assert_msg(f.e == OK, "%s: %s", text, f.reason.came);
    assert_response(&f, skipped[_i].response, text);
    ck_assert_uint_eq(domains_of(&f.install->isdp), skipped[_i].domains);
}
END_TEST

/* ---- what the records become ---- */

static struct domain get_domain(const struct isdp *isdp, const char *aid)
{
    struct domain d;
    bool found;
    BYTES_LOCAL bytes = bytes_of(aid);
    ck_assert_int_eq(domain_find(isdp, bytes_slice(&bytes), &d, &found), OK);
    ck_assert_msg(found, "%s", aid);
    return d;
}

/* The domains of a test profile with everything that they may have. */
static const char everything[] = HEADER " " PE(
    "A6", "10",
    INSTANCE(
        MNO_AID,
        "82{82DC00} 83{0F} " C9 " EF{C7{0100}} " TOOLKIT
        " B0{5F20{0102}}") " A2{30{95{38} 96{01} 82{01} 83{02} 85{0102030405} " AES_KEY "}"
                           "    30{95{1802} 82{02} 83{02} 30{30{80{80} 86{11*24} "
                           "87{04}} 30{80{88} 86{22*32}}}}"
                           "    30{95{48} 82{03} 83{01} 30{30{80{80} 86{33*16}}}}}"
                           " A3{04{0070 04 6602AABB} 04{00CF FF0003 112233} 04{0070 03 420199}} "
                           "A4{D9{00}}") " " PE("A6", "11",
                                                INSTANCE(
                                                    SSD_AID,
                                                    "4F{" MNO_AID
                                                    "} 82{80} C9{}")) " " PE("A7", "20",
                                                                             "4F"
                                                                             "{" RFM_AID "} "
                                                                             "A0{04{"
                                                                             "B00000} "
                                                                             "04{"
                                                                             "B00010}} "
                                                                             "81{16} "
                                                                             "04{00} "
                                                                             "04{FF}") " " PE("A7", "21",
                                                                                              "4F{"
                                                                                              "A0000005591010000102"
                                                                                              "030405B00011} "
                                                                                              "4F{" SSD_AID
                                                                                              "} 81{02} 04{01} "
                                                                                              "04{00}") " " PE("A7",
                                                                                                               "22",
                                                                                                               "4F{"
                                                                                                               "A00"
                                                                                                               "000"
                                                                                                               "055"
                                                                                                               "9} "
                                                                                                               "81{"
                                                                                                               "02}"
                                                                                                               " 04"
                                                                                                               "{00"
                                                                                                               "} "
                                                                                                               "04{"
                                                                                                               "00"
                                                                                                               "}") " " END;

START_TEST(test_domains)
{
    BYTES_LOCAL package = notation_bytes(everything, NULL);
    FIXTURE_LOCAL f;
    run(&f, bytes_slice(&package), NULL);
    ck_assert_msg(f.e == OK, "%s, %s", f.reason.expected, f.reason.came);
    const struct isdp *isdp = &f.install->isdp;
    struct domain d = get_domain(isdp, MNO_AID);
    ck_assert(d.is_mno && !d.is_applet && d.life_cycle == DOMAIN_PERSONALIZED && d.parent.n == 0);
    bytes_assert(d.package, "A0000001515350", "package");
    bytes_assert(d.module, "A000000151535041", "module");
    bytes_assert(d.privileges, "82DC00", "privileges");
    bytes_assert(d.parameters, "810280008201F08301F08701F0", "C9");
    bytes_assert(d.system_parameters, "C7020100", "EF");
    bytes_assert(d.toolkit, "010000000002010206B20100000000", "toolkit");
    bytes_assert(d.provider, "0102", "provider");
    bytes_assert(d.open_personalisation, "D90100", "openPersoData");
    struct slice data;
    ck_assert(domain_data(isdp, d.number, 0x0070, &data));
    bytes_assert(data, "6602AABB420199", "0070, of two items");
    ck_assert(domain_data(isdp, d.number, 0x00cf, &data));
    bytes_assert(data, "112233", "00CF");
    ck_assert(!domain_data(isdp, d.number, 0x0071, &data));
    d = get_domain(isdp, SSD_AID);
    ck_assert(!d.is_mno && d.life_cycle == DOMAIN_SELECTABLE && d.number == 1);
    bytes_assert(d.parent, MNO_AID, "parent");
    ck_assert_int_eq(domain_put_sequence(isdp, 0, 0x30, 7), OK);
    ck_assert_int_eq(domain_delete(isdp, 0), OK);
    ck_assert_uint_eq(store_count(f.install->store, "sdsequence/"), 0);
    ck_assert(!domain_data(isdp, 0, 0x0070, &data));
    ck_assert_uint_eq(store_count(f.install->store, "sdkey/"), 0);
    ck_assert_uint_eq(store_count(f.install->store, "sdcount/"), 0);
    ck_assert_uint_eq(domains_of(isdp), 1);
}
END_TEST

START_TEST(test_keys)
{
    BYTES_LOCAL package = notation_bytes(everything, NULL);
    FIXTURE_LOCAL f;
    run(&f, bytes_slice(&package), NULL);
    const struct isdp *isdp = &f.install->isdp;
    struct domain_key key;
    struct slice data;
    uint64_t counter;
    bool found;
    ck_assert_int_eq(domain_key_get(isdp, 0, 2, 1, &key, &found), OK);
    ck_assert(found && key.usage_n == 1 && key.usage[0] == 0x38 && key.access == 1 && key.n == 1);
    ck_assert(key.components[0].mac_length == 8 && domain_key_component(&key, KEY_TYPE_AES, &data));
    bytes_assert(data, "00112233445566778899AABBCCDDEEFF", "key data");
    ck_assert(!domain_key_component(&key, KEY_TYPE_DES, &data));
    ck_assert_int_eq(domain_key_counter(isdp, 0, 2, 1, &counter), OK);
    ck_assert_uint_eq(counter, 0x0102030405);
    ck_assert_int_eq(domain_key_get(isdp, 0, 2, 2, &key, &found), OK);
    ck_assert(found && key.usage_n == 2 && key.access == 0 && key.n == 2 && key.components[0].mac_length == 4);
    ck_assert_int_eq(domain_key_counter(isdp, 0, 2, 2, &counter), OK);
    ck_assert_uint_eq(counter, 0);
    ck_assert_int_eq(domain_key_get(isdp, 1, 2, 2, &key, &found), OK);
    ck_assert(!found);
    static const unsigned order[] = {0x0103, 0x0201, 0x0202};
    unsigned next = 0;
    for (size_t i = 0; i < COUNT(order); i++) {
        ck_assert_int_eq(domain_key_next(isdp, 0, &next, &key, &found), OK);
        ck_assert(found && (unsigned)(key.version << 8 | key.identifier) == order[i]);
    }
    ck_assert_int_eq(domain_key_next(isdp, 0, &next, &key, &found), OK);
    ck_assert(!found);
    ck_assert_int_eq(domain_key_put_counter(isdp, 0, 2, 1, KEY_COUNTER_MAX), OK);
    ck_assert_int_eq(domain_key_counter(isdp, 0, 2, 1, &counter), OK);
    ck_assert_uint_eq(counter, KEY_COUNTER_MAX);
    ck_assert_int_eq(domain_key_delete(isdp, 0, 2, 1), OK);
    ck_assert_int_eq(domain_key_counter(isdp, 0, 2, 1, &counter), OK);
    ck_assert_uint_eq(counter, 0);
}
END_TEST

START_TEST(test_targets)
{
    static const struct {
        uint8_t tar[3];
        bool found, is_files;
        uint8_t level;
        const char *aid, *domain;
    } rows[] = {
        {{0xb0, 0x00, 0x00}, true, true, 0x16, RFM_AID, MNO_AID},
        {{0xb0, 0x00, 0x10}, true, true, 0x16, RFM_AID, MNO_AID},
        /* no tarList: bytes 13 to 15 of the AID */
        {{0x05, 0xb0, 0x00}, true, true, 0x02, "A0000005591010000102030405B00011", SSD_AID},
        {{0xb2, 0x01, 0x00}, true, false, 0x02, NULL, MNO_AID},
        {{0x00, 0x00, 0x00}, true, false, 0x02, NULL, MNO_AID},
        {{0xb0, 0x00, 0x11}, false, false, 0, NULL, NULL},
    };
    BYTES_LOCAL package = notation_bytes(everything, NULL);
    FIXTURE_LOCAL f;
    run(&f, bytes_slice(&package), NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct target t;
        bool found;
        ck_assert_int_eq(target_find(&f.install->isdp, rows[i].tar, &t, &found), OK);
        ck_assert_msg(found == rows[i].found, "row %zu", i);
        if (!found) continue;
        ck_assert(t.is_files == rows[i].is_files && t.minimum_security_level == rows[i].level);
        bytes_assert(t.domain.aid, rows[i].domain, "domain");
        if (rows[i].is_files) bytes_assert(t.files.aid, rows[i].aid, "files");
    }
    struct profile_application a;
    bool found;
    ck_assert_int_eq(application_at(&f.install->isdp, 0, &a, &found), OK);
    ck_assert(found && a.kind == PROFILE_SECURITY_DOMAIN);
    ck_assert_int_eq(application_at(&f.install->isdp, 2, &a, &found), OK);
    ck_assert(found && a.kind == PROFILE_REMOTE_FILES);
    bytes_assert(a.aid, RFM_AID, "application");
}
END_TEST

/* inert_applets: kept in the registry, personalised by nobody. */
START_TEST(test_inert)
{
    BYTES_LOCAL package = notation_bytes(
        HEADER " " MNO " " PE("A8", "30",
                              "A1{4F{D07002CA44} C4{0102030405}} "
                              "A2{30{4F{D07002CA44} 4F{D07002CA4401} 4F{D07002CA4402} 82{00} 83{03} C9{}}"
                              "   30{4F{D07002CA44} 4F{D07002CA4401} 4F{D07002CA4403} 82{00} C9{01} "
                              "30{04{80E2000000}}}}") " " END,
        NULL);
    FIXTURE_LOCAL f;
    run(&f, bytes_slice(&package), "inert_applets = yes");
    ck_assert_msg(f.e == OK, "%s, %s", f.reason.expected, f.reason.came);
    assert_response(&f, "30{A0{30{80{07} 81{30}} 30{80{00}}}}", "processData");
    struct domain d = get_domain(&f.install->isdp, "D07002CA4402");
    ck_assert(d.is_applet && d.life_cycle == DOMAIN_SELECTABLE);
    bytes_assert(d.parent, MNO_AID, "parent");
    struct slice aid;
    struct slice block;
    unsigned next = 0;
    bool found;
    ck_assert_int_eq(load_file_next(&f.install->isdp, &next, &aid, &block, &found), OK);
    ck_assert(found);
    bytes_assert(aid, "D07002CA44", "load file");
    bytes_assert(block, "0102030405", "load block");
    ck_assert_int_eq(load_file_next(&f.install->isdp, &next, &aid, &block, &found), OK);
    ck_assert(!found);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saip domain");
    TCase *t = tcase_create("domain");
    tcase_add_loop_test(t, test_refused, 0, (int)COUNT(refused));
    tcase_add_loop_test(t, test_skipped, 0, (int)COUNT(skipped));
    tcase_add_test(t, test_domains);
    tcase_add_test(t, test_keys);
    tcase_add_test(t, test_targets);
    tcase_add_test(t, test_inert);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

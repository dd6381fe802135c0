/* What each profile element brings to the card (SAIP 8, 9; SGP.22 5.5.5): a package with it is installed and enabled,
 * and after a power on the terminal finds what it is about; elements that a card need not know are refused whole. What
 * is wrong inside an element is in cases_element.c. */
#define _GNU_SOURCE
#include "bench_iot.h"
#include "download.h"
#include "metadata.h"
#include "profile_life.h"

#include "base/hex.h"

#define COMMANDS_MAX 3

/* In download.more. */
struct element_case {
    struct {
        const char *command; /* digits */
        const char *status;  /* of the answer; "9000" */
        const char *data;    /* digits that its data has somewhere; NULL: any */
    } commands[COMMANDS_MAX];
};

/* By the LPA; an eUICC that is none for consumers is told by an eIM (SGP.32 2.11.1.1.1). */
static bool enable(struct rig *r, const struct lpa_download_result *result)
{
    BUF_LOCAL id = {0};
    char digits[21];
    metadata_iccid_digits(result->result.iccid, digits);
    if (facts_iot_only(r->b->facts)) return state_iot_enable(r->b, digits);
    tlv_put(&id, 0x5a, result->result.iccid);
    int code = lpa_enable_profile(r->lpa, buf_slice(&id), false);
    if (code != 0) return bench_verdict(r->b, VERDICT_ERROR, "EnableProfile gave %d: %s", code, r->lpa->error);
    int state = life_state(r->b, digits);
    return state == 1 || bench_verdict(r->b, VERDICT_ERROR, "after EnableProfile it is %s", life_state_word(state));
}

/* One command on the basic channel, and what has to be in the answer. */
static bool look(struct bench *b, const char *digits, const char *status, const char *data)
{
    BUF_LOCAL wanted = {0};
    char came[2 * 256 + 1];
    if (!put_digits(&wanted, data)) return bench_verdict(b, VERDICT_ERROR, "the case has no digits");
    if (!bench_send(b, digits) || !bench_expect_status(b, NULL, status)) return false;
    struct slice answer = bench_data(b);
    struct slice shown = slice_of(answer.p, answer.n < 256 ? answer.n : 256);
    hex_encode(shown, came);
    bool found = !wanted.n || memmem(answer.p, answer.n, wanted.p, wanted.n) != NULL;
    return bench_expect(b, found, b->row->clauses, data ? data : "data", "%s", came);
}

static void run_element(struct bench *b)
{
    const struct download *d = b->row->argument;
    const struct element_case *element = d->more;
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, d)) return;
    (void)lpa_download(r.lpa, r.dp, &d->options, &result);
    if (!rig_expect_installed(&r, &result) || !enable(&r, &result) || !bench_power(b, true)) return;
    for (size_t i = 0; i < COMMANDS_MAX && element->commands[i].command; i++)
        if (!look(b, element->commands[i].command, element->commands[i].status, element->commands[i].data)) return;
}

/* ---- the table ---- */

#define CLAUSES(element) "PE " element "; SGP.22 5.5.5; SAIP "
#define LOOKS(...)                                                                                                     \
    .more = &(const struct element_case)                                                                               \
    {                                                                                                                  \
        .commands = { __VA_ARGS__ }                                                                                    \
    }
#define ROW(name, text, element, clause, on, runner, ...)                                                              \
    {                                                                                                                  \
        .id = "Profile.Elements/" name, .family = "ES8+", .title = text, .clauses = CLAUSES(element) clause,           \
        .applies = LOADS_P256 on, .state = "empty", .needs = NEED_SGP26, .destructive = true, .run = runner,           \
        .argument = &(const struct download){__VA_ARGS__},                                                             \
    }
/* As it is in profiles/. */
#define OPERATIONAL .package = "operational", .metadata = {.iccid = "98001010000000000001"}
/* profiles/tiny with one element more, behind those of its USIM. */
#define TINY_WITH(digits) .edits = {{0xaa, NULL, digits}}
/* A template that the package leaves as it is: its directory and no more, PEHeader with identification 96. */
#define TEMPLATE(tag, number) tag "17 A00580008101 60 810667810F0102" number "A206 A104 C602 010A"
#define SELECT_USIM                                                                                                    \
    {                                                                                                                  \
        "00A4040407A000000087100200", "9000", NULL                                                                     \
    }
/* A file below the current directory, and one below the MF: the FCP has its identifier. */
#define SELECT(file)                                                                                                   \
    {                                                                                                                  \
        "00A4000402" file "00", "9000", "8302" file                                                                    \
    }
#define SELECT_PATH(path, file)                                                                                        \
    {                                                                                                                  \
        "00A40804" path file "00", "9000", "8302" file                                                                 \
    }

#define SELECT_CSIM                                                                                                    \
    {                                                                                                                  \
        "00A4040407A000000343100200", "9000", "8407A0000003431002"                                                     \
    }
/* A CSIM without the EFs of its template, whose content each package has to bring. */
#define CSIM "B929 A00580008101 61 810667810F01020A A218 A116 83027FC0 8407A0000003431002 8B032F0601 C602 010A"

const struct case_row cases_profile_element[] = {
    ROW("01-mf", "PE-MF brings the MF and its EFs, EF.ICCID with the content of the package", "mf", "9.2", "",
        run_element, LOOKS(SELECT_PATH("02", "2FE2"), {"00B000000A", "9000", TINY_ICCID}, SELECT_PATH("02", "2F05"))),
    ROW("02-pin-codes", "PE-PINCodes brings PIN1 with its tries", "pinCodes", "8.4.3", "", run_element,
        LOOKS({"0020000100", "63C3", NULL})),
    ROW("03-puk-codes", "PE-PUKCodes brings the PUK with its tries", "pukCodes", "8.4.2", " and isim", run_element,
        OPERATIONAL, LOOKS({"002C000100", "63CA", NULL})),
    ROW("04-usim", "PE-USIM brings an ADF that is selected by its AID, with the mandatory EFs", "usim", "9.5.1", "",
        run_element, LOOKS(SELECT_USIM, SELECT("6F07"), SELECT("6F7E"))),
    ROW("05-opt-usim", "PE-OPT-USIM brings the EFs that it names", "opt-usim", "9.5.2", " and isim", run_element,
        OPERATIONAL, LOOKS(SELECT_USIM, SELECT("6F05"), SELECT("6FC5"))),
    ROW("06-opt-usim-absent", "without PE-OPT-USIM there are no optional EFs", "opt-usim", "9.5.2", "", run_element,
        LOOKS(SELECT_USIM, {"00A40004026F0500", "6A82", NULL})),
    ROW("07-isim", "PE-ISIM brings an ADF with the mandatory EFs", "isim", "9.6.1", " and isim", run_element,
        OPERATIONAL, LOOKS({"00A4040407A000000087100400", "9000", "A0000000871004"}, SELECT("6F02"), SELECT("6F07"))),
    ROW("08-opt-isim", "PE-OPT-ISIM brings EF.P-CSCF", "opt-isim", "9.6.2", " and isim", run_element, OPERATIONAL,
        LOOKS({"00A4040407A000000087100400", "9000", NULL}, SELECT("6F09"))),
    ROW("10-telecom", "PE-TELECOM brings DF.TELECOM below the MF", "telecom", "9.4", "", run_element,
        TINY_WITH(TEMPLATE("B2", "03")), LOOKS(SELECT_PATH("02", "7F10"))),
    ROW("11-cd", "PE-CD brings DF.CD below the MF", "cd", "9.3", "", run_element, TINY_WITH(TEMPLATE("B1", "02")),
        LOOKS(SELECT_PATH("02", "7F11"))),
    ROW("12-phonebook", "PE-PHONEBOOK brings DF.PHONEBOOK below the USIM", "phonebook", "9.5.3", "", run_element,
        TINY_WITH(TEMPLATE("B7", "06")), LOOKS(SELECT_USIM, SELECT("5F3A"))),
    ROW("13-gsm-access", "PE-GSM-ACCESS brings DF.GSM-ACCESS below the USIM", "gsm-access", "9.5.4", "", run_element,
        TINY_WITH(TEMPLATE("B8", "07")), LOOKS(SELECT_USIM, SELECT("5F3B"))),
    ROW("14-df-5gs", "PE-DF-5GS brings DF.5GS below the USIM", "df-5gs", "9.5.11", "", run_element,
        TINY_WITH(TEMPLATE("BC", "0D")), LOOKS(SELECT_USIM, SELECT("5FC0"))),
    ROW("15-df-saip", "PE-DF-SAIP brings DF.SAIP below the USIM", "df-saip", "9.5.12", "", run_element,
        TINY_WITH(TEMPLATE("BD", "0E")), LOOKS(SELECT_USIM, SELECT("5FD0"))),
    ROW("16-df-snpn", "PE-DF-SNPN brings DF.SNPN below the USIM", "df-snpn", "9.5.13", "", run_element,
        TINY_WITH(TEMPLATE("BE", "0F")), LOOKS(SELECT_USIM, SELECT("5FE0"))),
    ROW("17-df-5gprose", "PE-DF-5GPROSE brings DF.5G_ProSe below the USIM", "df-5gprose", "9.5.14", "", run_element,
        TINY_WITH(TEMPLATE("BF1F", "10")), LOOKS(SELECT_USIM, SELECT("5FF0"))),
    ROW("18-eap", "PE-EAP brings a directory with the identifier that the package gives", "eap", "9.8", " and eap",
        run_element, TINY_WITH("BB1B A00580008101 60 810667810F01020C A20A A108 83025F44 C602 010A"),
        LOOKS(SELECT_USIM, SELECT("5F44"))),
    ROW("19-csim", "PE-CSIM brings an ADF that is selected by its AID", "csim", "9.7.1", " and csim", run_element,
        TINY_WITH(CSIM), LOOKS(SELECT_CSIM)),
    ROW("21-opt-csim", "PE-OPT-CSIM brings the EFs that it names", "opt-csim", "9.7.2", " and csim", run_element,
        TINY_WITH(CSIM "BA1B A00580008101 62 810667810F01020B A20A A105 8B032F0601 8301 FF"),
        LOOKS(SELECT_CSIM, SELECT("6F2E"))),
    ROW("22-cdma", "a package with PE-CDMAParameter for its CSIM is installed", "cdmaParameter", "8.5", " and csim",
        run_element, TINY_WITH(CSIM "A511 A00580008101 63 8108 0102030405060708"), LOOKS(SELECT_CSIM)),
    ROW("20-generic-files", "PE-GenericFileManagement brings a file with its content", "genericFileManagement", "8.3.5",
        "", run_element,
        TINY_WITH("A125 A00580008101 60 A11C 301A 6213 82024121 83022F77 8B032F060A 80020003 8800 8103 C0FFEE"),
        LOOKS(SELECT_PATH("02", "2F77"), {"00B0000003", "9000", "C0FFEE"})),
    ROW("30-iot", "a card without IoT Minimal refuses a mandated PE-IoT", "iot", "8.10", " and not iot-minimal",
        run_refused, TINY_WITH("BF200F A00580008101 60 810667810F010211"), .outcomes = LIST(OUT(ELEMENTS, ELEMENT)),
        .statuses = {9, 1, 10, 5}),
    ROW("31-opt-iot", "a card without IoT Minimal refuses a mandated PE-OPT-IoT", "opt-iot", "8.10",
        " and not iot-minimal", run_refused, TINY_WITH("BF210F A00580008101 60 810667810F010212"),
        .outcomes = LIST(OUT(ELEMENTS, ELEMENT)), .statuses = {9, 1, 10, 5}),
    {0},
};

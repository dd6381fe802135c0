/* Security domains at the card: selection, GET DATA, the registry and its life cycles, content management, STORE DATA.
 * GP Card 2.3 9, 11; UICC configuration. */
#include "card/card.h"
#include "domain_common.h"

#include <stdio.h>

static struct fixture f;

static void setup(void)
{
    domain_card(&f, NULL);
}

static void teardown(void)
{
    card_free(&f);
}

/* ---- selection ---- */

#define NO_AID                                                                                                         \
    "6A82", "SELECT", "TS 102 221 11.1.1", "the AID of the ISD-R, the ECASD or an application", "another AID", 0
#define SSD_1_FCI "6F188410" SSD_1 "A5049F6501FF"
#define SSD_2_FCI "6F188410" SSD_2 "A5049F6501FF"

START_TEST(test_select)
{
    static const struct row rows[] = {
        {"P2 04", "00A4040408" MNO_SD "00", MNO_FCI "9000", FINE},
        {"truncated", "00A4040005 A000000151 00", MNO_FCI "9000", FINE},
        {"its AID by STATUS is GET STATUS", "80F2000100", "6982", "GET STATUS", "GP 11.4", "an open secure channel",
         "none", NO_OFFSET},
        {"supplementary", "00A4040010" SSD_1 "00", SSD_1_FCI "9000", FINE},
        {"first of two", "00A404000F A00000055910100000000000000000 00", SSD_1_FCI "9000", FINE},
        {"next", "00A404020F A00000055910100000000000000000 00", SSD_2_FCI "9000", FINE},
        {"no more", "00A404020F A00000055910100000000000000000 00", NO_AID},
        {"previous", "00A404030F A00000055910100000000000000000 00", SSD_1_FCI "9000", FINE},
        {"remote file management", "00A4040009" RFM_1 "00", NO_AID},
        {"an ISD-P", "00A4040010" AID_1 "00", NO_AID},
        {"the selection stays", "80CA004200", "6A88", "GET DATA", "GP 11.3.3.1", "a data object", "0042", NO_OFFSET},
        {"its session ends", "00A4044410" SSD_1 "00", "9000", FINE},
        {"and GET DATA with it", "80CA004200", "6D00", "GET DATA", "GP 11.3", "a security domain", "the MF", NO_OFFSET},
        {"files are not there", "00A4040C08" MNO_SD, "9000", FINE},
        {"as on the ISD-R", "00B0000000", "6D00", "READ BINARY", "TS 102 221 10.1.2", "a file command", "one inside",
         NO_OFFSET},
        {"but can be selected", "00A4000C022FE2", "9000", FINE},
        {"and read", "00B000000A", "980010100000000001F1 9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* Domains of a profile that is not enabled do not exist, and a switch ends all sessions. */
START_TEST(test_switch)
{
    struct gp_host h;
    apdu(&f, "00A4040C10" ISDR, "9000");
    domain_profile(&f, ICCID_2);
    apdu(&f, "0070000100", "9000");
    apdu(&f, "01A4040C08" MNO_SD, "9000");
    apdu(&f, "0070000200", "9000");
    apdu(&f, "02A4040C08" MNO_SD, "9000");
    domain_host(&h, 0x30);
    h.channel = 1;
    domain_open(&f, &h, 0x00);
    const struct row put = {"of the first", "80E2900005 4203111111", "9000", FINE};
    domain_row(&f, &h, &put);
    es10(&f, "BF31(A0(5A(" ICCID_2 ")) 810100)", "BF31(800100)");
    domain_refused(&f, "81CA004200", "6881");
    domain_refused(&f, "82CA004200", "6881");
    apdu(&f, SELECT_MNO, MNO_FCI "9000");
    apdu(&f, "80CA004200", "42038900AA9000");
    apdu(&f, "00A4040C10" ISDR, "9000");
    es10(&f, "BF32(A0(5A(" ICCID_2 ")) 810100)", "BF32(800100)");
    domain_refused(&f, SELECT_MNO, "6A82");
    es10(&f, "BF31(A0(5A(" ICCID_1 ")) 810100)", "BF31(800100)");
    apdu(&f, SELECT_MNO, MNO_FCI "9000");
    apdu(&f, "80CA004200", "42031111119000");
}
END_TEST

START_TEST(test_inert)
{
    static const struct row rows[] = {
        {"6985", "00A4040005 D07002CA44 00", "6985", "SELECT", "GP 11.9.3", "that this card can run", "inert", 0},
    };
    struct isdp isdp;
    struct domain d = {.is_applet = true, .life_cycle = DOMAIN_SELECTABLE, .aid = slice_of("\xd0\x70\x02\xca\x44", 5)};
    const struct profile_application a = {.kind = PROFILE_APPLET, .aid = d.aid};
    ck_assert_int_eq(isdp_enabled(&f.card->model, &isdp), OK);
    ck_assert_int_eq(domain_add(&isdp, &d), OK);
    ck_assert_int_eq(application_add(&isdp, &a), OK);
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* ---- GET DATA ---- */

START_TEST(test_get_data)
{
    static const struct row rows[] = {
        {"0066", "80CA006600", "66127310060A2A864886FC6B0402020306020102 9000", FINE},
        {"class 00", "00CA006600", "66127310060A2A864886FC6B0402020306020102 9000", FINE},
        {"0042", "80CA004200", "42038900AA 9000", FINE},
        {"0045", "80CA004500", "45080102030405060708 9000", FINE},
        {"00C1", "80CA00C100", "C1020000 9000", FINE},
        {"00E0", "80CA00E000",
         "E066 C00401018010 C00402018010 C00403018010 C00401208010 C00402208010 C00403208010 C00401218010 C00402218010"
         "C00401308810 C00402308810 C00403308810 C00401318818 C00402318818 C00403318818 C00401328820"
         "C00402328820 C00403328820 9000",
         FINE},
        {"FF40 is of the ARA-M", "80CAFF4000", "6A88", "GET DATA", "GP 11.3.3.1", "a data object", "FF40", NO_OFFSET},
        {"9F7F", "80CA9F7F00", "6A88", "GET DATA", "GP 11.3.3.1", "a data object", "9F7F", NO_OFFSET},
        {"no data groups", "80CA007000", "6A88", "GET DATA", "GP 11.3.3.1", "a data object", "0070", NO_OFFSET},
        {"00CF", "80CA00CF00", "6A88", "GET DATA", "GP 11.3.3.1", "a data object", "00CF", NO_OFFSET},
        {"SSD_1", "00A4040C10" SSD_1, "9000", FINE},
        {"00CF", "80CA00CF00", "CF0A000102030405060708FF 9000", FINE},
        {"00C1 without SCP02", "80CA00C100", "6A88", "GET DATA", "GP 11.3.3.1", "a data object", "00C1", NO_OFFSET},
        {"00E0", "80CA00E000", "E012 C00401308810 C00402308810 C00403308810 9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* FF21: what the card says of its memory anyway. */
START_TEST(test_resources)
{
    char wanted[80];
    apdu(&f, "00A4040C10" ISDR, "9000");
    uint32_t memory = free_memory(&f);
    apdu(&f, "00A4040C08" MNO_SD, "9000");
    (void)snprintf(wanted, sizeof wanted, "FF211081020004 8204%08X 830400004000 9000", memory);
    apdu(&f, "80CAFF2100", wanted);
}
END_TEST

/* ---- the registry ---- */

#define ENTRY_MNO "E3(4F08" MNO_SD "9F70010FC50382DC00C407A0000001515350)"
#define ENTRY_SSD_1 "E3(4F10" SSD_1 "9F70010FC50380C000C407A0000001515350CC08" MNO_SD ")"
#define ENTRY_SSD_2(state) "E3(4F10" SSD_2 "9F7001" state "C50180C407A0000001515350CC10" SSD_1 ")"
#define ENTRY_RFM "E3(4F09" RFM_1 "9F700107C503000000CC08" MNO_SD ")"

START_TEST(test_get_status)
{
    static const struct row rows[] = {
        {"itself", "80F28002024F0000", ENTRY_MNO "9000", FINE},
        {"applications", "80F24002024F0000", ENTRY_SSD_1 ENTRY_SSD_2("07") ENTRY_RFM "9000", FINE},
        {"by AID", "80F24002(4F10" SSD_2 ")00", ENTRY_SSD_2("07") "9000", FINE},
        {"by part of one", "80F2400208 4F06A00000055910 00", ENTRY_SSD_1 ENTRY_SSD_2("07") ENTRY_RFM "9000", FINE},
        {"some tags", "80F2400207 4F00 5C034F9F7000",
         "E3(4F10" SSD_1 "9F70010F) E3(4F10" SSD_2 "9F700107) E3(4F09" RFM_1 "9F700107) 9000", FINE},
        {"none", "80F2400207 4F05A00000015200", "6A88", "GET STATUS", "GP 11.4.3.2", "an entry", "none", NO_OFFSET},
        {"no load files", "80F22002024F0000", "6A88", "GET STATUS", "GP 11.4.3.2", "an entry", "none", NO_OFFSET},
        {"P1", "80F20102024F0000", "6A86", "GET STATUS", "GP 11.4.2.1", "P1 80", "01", NO_OFFSET},
        {"P2 00, without tags", "80F28000024F0000", "6A86", "GET STATUS", "GP 11.4.2.1", "P2 02", "80 00", NO_OFFSET},
        {"next of nothing", "80F24003024F0000", "6985", "GET STATUS", "GP 11.4.2.2", "that had more to say", "none",
         NO_OFFSET},
        {"no criterion", "80F24002025C0000", "6A80", "GET STATUS", "GP 11.4.2.3", "4F with an AID", "other", 0},
        {"something behind", "80F24002044F00C50000", "6A80", "GET STATUS", "GP 11.4.2.3", "a tag list", "other", 2},
    };
    struct gp_host h;
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x33);
    domain_rows(&f, &h, ROWS(rows));
    /* a supplementary domain sees itself and its own; SSD_1 has no privilege for more */
    apdu(&f, "00A4040C10" SSD_1, "9000");
    domain_host(&h, 0x30);
    memcpy(h.enc, h.mac, 16);
    for (uint8_t i = 0; i < 16; i++)
        h.mac[i] = i;
    domain_open(&f, &h, 0x11);
    static const struct row own[] = {
        {"itself", "80F28002024F0000", ENTRY_SSD_1 "9000", FINE},
        {"what belongs to it", "80F24002024F0000", ENTRY_SSD_2("07") "9000", FINE},
    };
    domain_rows(&f, &h, ROWS(own));
}
END_TEST

/* More than fits into one answer: 6310, and P2 03 goes on. */
START_TEST(test_get_status_long)
{
    struct isdp isdp;
    struct gp_host h;
    uint8_t aid[16] = {0xd0, 0x01};
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x00);
    ck_assert_int_eq(isdp_enabled(&f.card->model, &isdp), OK);
    for (uint8_t i = 0; i < 25; i++) {
        aid[15] = i;
        struct domain d = {.life_cycle = 7, .aid = SLICE(aid), .privileges = slice_of("\x80", 1)};
        ck_assert_int_eq(domain_add(&isdp, &d), OK);
    }
    size_t seen = 0;
    for (uint8_t p2 = 0x02;; p2 = 0x03) {
        const uint8_t command[] = {0x80, 0xf2, 0x40, p2, 0x04, 0x4f, 0x02, 0xd0, 0x01, 0x00};
        BUF_LOCAL answer = {0};
        struct tlv t;
        domain_send(&f, SLICE(command), &answer);
        ck_assert_uint_le(answer.n, 226);
        struct slice in = slice_of(answer.p, answer.n - 2);
        while (tlv_next(&in, &t)) {
            ck_assert(t.tag == 0xe3 && t.value.p[2 + 15] == seen);
            seen++;
        }
        bool more = answer.p[answer.n - 2] == 0x63 && answer.p[answer.n - 1] == 0x10;
        ck_assert(more || (answer.p[answer.n - 2] == 0x90 && answer.p[answer.n - 1] == 0x00));
        if (!more) break;
    }
    ck_assert_uint_eq(seen, 25);
    apdu(&f, "80CA004200", "42038900AA9000");
    domain_refused(&f, "80F24003044F02D00100", "6985"); /* nothing is left to say */
}
END_TEST

START_TEST(test_set_status)
{
    static const struct row rows[] = {
        {"SSD_2 becomes PERSONALIZED", "80F0400F10" SSD_2, "9000", FINE},
        {"it is", "80F24002(4F10" SSD_2 ")00", ENTRY_SSD_2("0F") "9000", FINE},
        {"never back", "80F0400710" SSD_2, "6985", "SET STATUS", "GP 11.10.2.2", "a transition", "from 0F to 07",
         NO_OFFSET},
        {"no state", "80F0400110" SSD_2, "6985", "SET STATUS", "GP 11.10.2.2", "a transition", "from 0F to 01",
         NO_OFFSET},
        {"locked", "80F0408010" SSD_2, "9000", FINE},
        {"it is", "80F24002(4F10" SSD_2 ")00", ENTRY_SSD_2("8F") "9000", FINE},
        {"not selectable: on another channel", "0070000100", "9000", FINE},
        {"there", "01A4040C10" SSD_2, "6A82", "SELECT", "GP 11.9.3", "a security domain", "LOCKED", 0},
        {"unlocked", "80F0400F10" SSD_2, "9000", FINE},
        {"selectable", "01A4040C10" SSD_2, "9000", FINE},
        {"an unknown one", "80F0408005 A000000152", "6A88", "SET STATUS", "GP 11.10.2.3", "the AID of an application",
         "unknown", 0},
        {"remote file management has no life cycle", "80F0408009" RFM_1, "6A88", "SET STATUS", "GP 11.10.2.3",
         "the AID of an application", "unknown", 0},
        {"P1", "80F0200710" SSD_2, "6A86", "SET STATUS", "GP 11.10.2.1", "P1 80, 40 or 60", "20", NO_OFFSET},
        {"it does not lock itself", "80F0807F00", "6985", "SET STATUS", "GP 11.10.2.2", "a transition", "7F",
         NO_OFFSET},
        {"nor so", "80F0808F00", "6985", "SET STATUS", "GP 11.10.2.2", "can still be reached", "8F", NO_OFFSET},
        {"nor by its AID", "80F0408F08" MNO_SD, "6985", "SET STATUS", "GP 11.10.2.2", "can still be reached", "8F",
         NO_OFFSET},
        {"SSD_1 and all that belongs to it", "80F0608010" SSD_1, "9000", FINE},
        {"both", "80F2400207 4F00 5C034F9F7000",
         "E3(4F10" SSD_1 "9F70018F) E3(4F10" SSD_2 "9F70018F) E3(4F09" RFM_1 "9F700107) 9000", FINE},
        {"but not the MNO-SD", "80F28002(4F00 5C039F70C5)00", "E3(9F70010FC50382DC00) 9000", FINE},
        {"and back", "80F0600F10" SSD_1, "9000", FINE},
        {"a tree of one", "80F0608010" SSD_2, "9000", FINE},
        {"is no more than that", "80F2400207 4F00 5C034F9F7000",
         "E3(4F10" SSD_1 "9F70010F) E3(4F10" SSD_2 "9F70018F) E3(4F09" RFM_1 "9F700107) 9000", FINE},
        {"and back", "80F0600F10" SSD_2, "9000", FINE},
        {"both", "80F2400207 4F00 5C034F9F7000",
         "E3(4F10" SSD_1 "9F70010F) E3(4F10" SSD_2 "9F70010F) E3(4F09" RFM_1 "9F700107) 9000", FINE},
    };
    struct gp_host h;
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x00);
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* ---- content management ---- */

#define NO_RUNTIME "6A81", "INSTALL", "GP 11.5.2.1", "no application runtime"

START_TEST(test_install)
{
    static const struct row rows[] = {
        {"for load", "80E6020000", NO_RUNTIME, "02", NO_OFFSET},
        {"for install", "80E6040000", NO_RUNTIME, "04", NO_OFFSET},
        {"for make selectable", "80E6080000", NO_RUNTIME, "08", NO_OFFSET},
        {"for install and make selectable", "80E60C0000", NO_RUNTIME, "0C", NO_OFFSET},
        {"for registry update", "80E6400000", NO_RUNTIME, "40", NO_OFFSET},
        {"P2", "80E6200100", "6A86", "INSTALL", "GP 11.5.2.2", "P2 00", "01", NO_OFFSET},
        {"LOAD", "80E8800001 C4", "6985", "LOAD", "GP 11.6", "INSTALL [for load] before", "none", NO_OFFSET},
        {"personalization: form", "80E6200003 000005", "6A80", "INSTALL", "GP 11.5.2.3", "00, 00, AID", "other", 2},
        {"something behind", "80E6200007 00000000000000", "6A80", "INSTALL", "GP 11.5.2.3", "00, 00, AID", "other", 6},
        {"unknown", "80E620000B 000005A000000152000000", "6A88", "INSTALL", "GP 9.4", "of this domain", "unknown",
         NO_OFFSET},
        {"of another domain", "80E62000(0000 10" SSD_2 "000000)", "6A88", "INSTALL", "GP 9.4", "of this domain",
         "another domain", NO_OFFSET},
        {"SSD_1", "80E62000(0000 10" SSD_1 "000000)00", "00 9000", FINE},
        {"data goes there", "80E2900005 4203222222", "9000", FINE},
        {"not here", "80CA004200", "42038900AA 9000", FINE},
        {"extradition: SSD_1 to SSD_2", "80E61000(10" SSD_2 "00 10" SSD_1 "000000)", "6985", "INSTALL", "GP 9.4.1",
         "a PERSONALIZED security domain", "another", NO_OFFSET},
        {"the MNO-SD", "80E61000(10" SSD_1 "00 08" MNO_SD "000000)", "6985", "INSTALL", "GP 9.4.1",
         "a PERSONALIZED security domain", "another", NO_OFFSET},
        {"to nobody", "80E61000(05A000000152 00 10" SSD_1 "000000)", "6A88", "INSTALL", "GP 9.4.1",
         "the AID of a security domain", "another", 1},
        {"of somebody else's", "80E61000(08" MNO_SD "00 10" SSD_2 "000000)", "6A88", "INSTALL", "GP 9.4",
         "of this domain", "another domain", NO_OFFSET},
    };
    struct gp_host h;
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x00);
    apdu_rows(&f, ROWS(rows));
    apdu(&f, "00A4040C10" SSD_1, "9000");
    apdu(&f, "80CA004200", "42032222229000");
}
END_TEST

/* SSD_1 has no Authorized Management: it personalises what is its own, and can neither give it away nor delete it. */
START_TEST(test_without_privilege)
{
    static const struct row rows[] = {
        {"personalization", "80E62000(0000 10" SSD_2 "000000)00", "00 9000", FINE},
        {"the MNO-SD is not its own", "80E62000(0000 08" MNO_SD "000000)00", "6A88", "INSTALL", "GP 9.4",
         "of this domain", "another domain", NO_OFFSET},
    };
    static const struct row management[] = {
        {"extradition", "80E61000(08" MNO_SD "00 10" SSD_2 "000000)", "6985", "INSTALL", "GP 9.1.3",
         "Authorized Management", "without", NO_OFFSET},
        {"deletion", "80E40000(4F10" SSD_2 ")", "6985", "DELETE", "GP 9.1.3", "Authorized Management", "without",
         NO_OFFSET},
        {"locking others", "80F0408008" MNO_SD, "6A88", "SET STATUS", "GP 11.10.2.3", "of this domain",
         "another domain", 0},
    };
    struct isdp isdp;
    struct domain d;
    bool found;
    struct gp_host h;
    BUF_LOCAL aid = {0};
    domain_host(&h, 0x30);
    memcpy(h.enc, h.mac, 16);
    for (uint8_t i = 0; i < 16; i++)
        h.mac[i] = i;
    apdu(&f, "00A4040C10" SSD_1, "9000");
    domain_open(&f, &h, 0x00);
    apdu_rows(&f, ROWS(rows));
    ck_assert_int_eq(isdp_enabled(&f.card->model, &isdp), OK);
    put_hex(&aid, SSD_1);
    ck_assert_int_eq(domain_find(&isdp, buf_slice(&aid), &d, &found), OK);
    d.privileges = slice_of("\x80\x00\x00", 3);
    ck_assert_int_eq(domain_put(&isdp, &d), OK);
    ck_assert_int_eq(store_commit(f.card->model.store, NULL), OK);
    apdu_rows(&f, ROWS(management));
}
END_TEST

START_TEST(test_delete)
{
    static const struct row rows[] = {
        {"P1", "80E40100(4F10" SSD_2 ")", "6A86", "DELETE", "GP 11.2.2", "P1 00", "01", NO_OFFSET},
        {"P2", "80E40001(4F10" SSD_2 ")", "6A86", "DELETE", "GP 11.2.2", "P2 00 or 80", "01", NO_OFFSET},
        {"no object", "80E4000002 8000", "6A80", "DELETE", "GP 11.2.2.3", "4F with an AID", "other", 0},
        {"two", "80E4000006 4F00 4F00 D000", "6A80", "DELETE", "GP 11.2.2.3", "4F with an AID", "other", 0},
        {"unknown", "80E4000007 4F05A000000152", "6A88", "DELETE", "GP 11.2.3.2", "of this domain", "another", 0},
        {"itself", "80E40000(4F08" MNO_SD ")", "6985", "DELETE", "GP 9.5.2", "neither the MNO-SD", "it", NO_OFFSET},
        {"with applications", "80E40000(4F10" SSD_1 ")", "6985", "DELETE", "GP 9.5.2", "to which nothing belongs",
         "applications", NO_OFFSET},
        {"SSD_2", "80E40000(4F10" SSD_2 ")00", "00 9000", FINE},
        {"now SSD_1", "80E40080(4F10" SSD_1 ")00", "00 9000", FINE},
        {"and the files", "80E40000(4F09" RFM_1 ")00", "00 9000", FINE},
        {"nothing is left", "80F24002024F0000", "6A88", "GET STATUS", "GP 11.4.3.2", "an entry", "none", NO_OFFSET},
        {"on another channel", "0070000100", "9000", FINE},
        {"not there", "01A4040C10" SSD_1, "6A82", "SELECT", "TS 102 221 11.1.1", "the AID of the ISD-R", "another", 0},
    };
    struct gp_host h;
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x00);
    apdu_rows(&f, ROWS(rows));
    ck_assert_uint_eq(stored_count(&f, "isdp/"
                                       "a0000005591010ffffffff8900001000"
                                       "/rfm/"),
                      0);
    /* what is left is still right, after a power cut too */
    card_cut(&f);
    apdu(&f, SELECT_MNO, MNO_FCI "9000");
}
END_TEST

/* A channel whose domain is deleted from another one. */
START_TEST(test_deleted_elsewhere)
{
    static const struct row gone = {"gone",      "01CA004200",    "6985",    "GET DATA",
                                    "GP 11.9.3", "that is there", "deleted", NO_OFFSET};
    struct gp_host h;
    apdu(&f, "0070000100", "9000");
    apdu(&f, "01A4040C10" SSD_2, "9000");
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x00);
    apdu(&f, "80E4000012 4F10" SSD_2 "00", "009000");
    apdu_row(&f, &gone);
}
END_TEST

/* ---- STORE DATA ---- */

START_TEST(test_store_data)
{
    static const struct row rows[] = {
        {"a data group", "80E288000D 00CF0A AABBCCDDEEFF00112233", "9000", FINE},
        {"read", "80CA00CF00", "CF0AAABBCCDDEEFF00112233 9000", FINE},
        {"objects in two blocks", "80E2100005 4502AABB42", "9000", FINE},
        {"not yet", "80CA004500", "45080102030405060708 9000", FINE},
        {"a command between ends that", "80E2900102 01CC", "6A86", "STORE DATA", "GP 11.11.2.2",
         "the next block number", "1, not 0", NO_OFFSET},
        {"again", "80E2100005 4502AABB42", "9000", FINE},
        {"and the second", "80E2900102 01CC", "9000", FINE},
        {"both", "80CA004500", "4502AABB 9000", FINE},
        {"both", "80CA004200", "4201CC 9000", FINE},
        {"what was there too", "80CA006600", "66127310060A2A864886FC6B0402020306020102 9000", FINE},
        {"new tag", "80E2900006 5F5003414243", "9000", FINE},
        {"read", "80CA5F5000", "5F5003414243 9000", FINE},
        {"no group", "80E2880002 00CF", "6A80", "STORE DATA", "GP 11.11.2.3", "a data group", "other", 0},
        {"the second is none", "80E2880006 00CF01110070", "6A80", "STORE DATA", "GP 11.11.2.3", "a data group", "other",
         4},
        {"the first was not stored either", "80CA00CF00", "CF0AAABBCCDDEEFF00112233 9000", FINE},
        {"no object", "80E2900002 4205", "6A80", "STORE DATA", "GP 11.11.2.3", "a data object", "other", 0},
        {"no format", "80E2800005 4203010203", "6A86", "STORE DATA", "GP 11.11.2.1", "data groups or in data objects",
         "80", NO_OFFSET},
        {"encrypted", "80E2E80005 4203010203", "6A86", "STORE DATA", "GP 11.11.2.1", "data in clear", "E8", NO_OFFSET},
        {"block 1 first", "80E2900105 4203010203", "6A86", "STORE DATA", "GP 11.11.2.2", "the next block number",
         "1, not 0", NO_OFFSET},
    };
    struct gp_host h;
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x00);
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* Everything that changes something wants a session. */
START_TEST(test_without_session)
{
    static const struct row rows[] = {
        {"GET STATUS", "80F28002024F0000", "6982", "GET STATUS", "GP 11.4", "an open secure channel", "none",
         NO_OFFSET},
        {"SET STATUS", "80F0800F00", "6982", "SET STATUS", "GP 11.10", "an open secure channel", "none", NO_OFFSET},
        {"INSTALL", "80E6200000", "6982", "INSTALL", "GP 11.5", "an open secure channel", "none", NO_OFFSET},
        {"LOAD", "80E8000000", "6982", "LOAD", "GP 11.6", "an open secure channel", "none", NO_OFFSET},
        {"DELETE", "80E4000000", "6982", "DELETE", "GP 11.2", "an open secure channel", "none", NO_OFFSET},
        {"PUT KEY", "80D8000100", "6982", "PUT KEY", "GP 11.8", "an open secure channel", "none", NO_OFFSET},
        {"STORE DATA", "80E2900000", "6982", "STORE DATA", "GP 11.11", "an open secure channel", "none", NO_OFFSET},
        {"EXTERNAL AUTHENTICATE", "8482010010 00112233445566778899AABBCCDDEEFF", "6985", "EXTERNAL AUTHENTICATE",
         "GP E.5.2", "INITIALIZE UPDATE right before", "another", NO_OFFSET},
        {"secure messaging", "84CA006608 0102030405060708", "6882", "GET DATA", "GP 10.5", "outside a session", "84",
         0},
        {"the forms of ISO 7816-4", "8CCA006608 0102030405060708", "6882", "command", "TS 102 221 10.1.1",
         "without secure messaging", "8C", 0},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("domain_select");
    TCase *t = tcase_create("select");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_select);
    tcase_add_test(t, test_switch);
    tcase_add_test(t, test_inert);
    tcase_add_test(t, test_get_data);
    tcase_add_test(t, test_resources);
    tcase_add_test(t, test_get_status);
    tcase_add_test(t, test_get_status_long);
    tcase_add_test(t, test_set_status);
    tcase_add_test(t, test_install);
    tcase_add_test(t, test_without_privilege);
    tcase_add_test(t, test_delete);
    tcase_add_test(t, test_deleted_elsewhere);
    tcase_add_test(t, test_store_data);
    tcase_add_test(t, test_without_session);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}

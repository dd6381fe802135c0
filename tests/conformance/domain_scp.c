/* Secure channels at the card: SCP02 and SCP03 with every level and key length, known answers, and everything that has
 * to be refused. GP Card 2.3 10, E; Amendment D 7. */
#include "card/card.h"
#include "domain_common.h"

#include <stdio.h>

static struct fixture f;

static void teardown(void)
{
    card_free(&f);
}

#define INITIALIZE(kvn) "8050" kvn "0008 C0C1C2C3C4C5C6C7 00"

/* ---- known answers ---- */

/* SCP02 of the published known answers: keys, both challenges and sequence 0001; their card says KVN 70 where this one
 * says 20, which enters nothing. The first session uses sequence 0000 up. */
START_TEST(test_scp02_known)
{
    static const struct row rows[] = {
        {"INITIALIZE UPDATE", "8050200008 40A62C37FA6304F8 00",
         "00000000000000000000 2002 0001 6B4524ABEE7C F32EA3838BC148F3 9000", FINE},
        {"EXTERNAL AUTHENTICATE", "8482010010 BA6961667737C5BC EBECE14C7D6A4376", "9000", FINE},
        {"case 1: no data", "84F2200208 14DB34FA4341DCA8", "6A80", "GET STATUS", "GP 11.4.2.3", "4F with an AID",
         "other bytes", 0},
        {"case 2: card data", "84CA006608 55ED7C5FF069512B 00", "66127310060A2A864886FC6B0402020306020102 9000", FINE},
        {"case 3: its tag list ends early", "84F2200212 4F0212345C054F9F70C5 8FC1B380C4228AF8", "6A80", "GET STATUS",
         "GP 11.4.2.3", "a tag list", "other bytes", 4},
        {"case 4: the domain itself", "84F280020A 4F00 3B95F09317DE6A4E 00",
         "E3(4F08" MNO_SD " 9F70010F C50382DC00 C407A0000001515350) 9000", FINE},
    };
    struct gp_host h;
    domain_card(&f, "scp02_option = 15");
    domain_host(&h, 0x20);
    domain_open(&f, &h, 0x01);
    ck_assert_uint_eq(h.sequence, 0);
    put_hex(&f.random_first, "6B4524ABEE7C");
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* SCP03 with i = 60 and the challenge of a published session (level 11), which its card had computed. */
START_TEST(test_scp03_known)
{
    static const struct row rows[] = {
        {"INITIALIZE UPDATE", "8050300008 B13E5F938FC108C4 00",
         "00000000000000000000 300360 3EB51047495B249F 66C484C1D2EF1948 9000", FINE},
        {"EXTERNAL AUTHENTICATE", "8482110010 7D5F5826A993EBC8 9EEA24957FA0B3CE", "9000", FINE},
    };
    domain_card(&f, "scp03_option = 60");
    put_hex(&f.random_first, "3EB51047495B249F");
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* ---- levels, key lengths, channels ---- */

#define CARD_DATA "66127310060A2A864886FC6B0402020306020102"

static const struct {
    uint8_t kvn;
    uint8_t level;
    unsigned channel;
    const char *personality;
} sessions[] = {
    {0x20, 0x00, 0, NULL},
    {0x20, 0x01, 0, NULL},
    {0x20, 0x03, 0, NULL},
    {0x20, 0x03, 0, "scp02_option = 15"},
    {0x20, 0x03, 3, NULL},
    {0x20, 0x01, 19, NULL},
    {0x30, 0x00, 0, NULL},
    {0x30, 0x01, 0, NULL},
    {0x30, 0x03, 0, NULL},
    {0x30, 0x11, 0, NULL},
    {0x30, 0x13, 0, NULL},
    {0x30, 0x33, 0, NULL},
    {0x30, 0x33, 0, "scp03_option = 60"},
    {0x30, 0x33, 2, NULL},
    {0x30, 0x33, 12, NULL},
    {0x31, 0x11, 0, NULL},
    {0x31, 0x33, 0, NULL},
    {0x32, 0x11, 0, NULL},
    {0x32, 0x33, 0, NULL},
};

START_TEST(test_session)
{
    static const struct row rows[] = {
        {"data", "80CA006600", CARD_DATA "9000", FINE},
        {"store", "80E2900009 42079900BB0102030400", "9000", FINE},
        {"and read it", "80CA004200", "42079900BB01020304 9000", FINE},
        {"nothing of that tag", "80CA00FF00", "6A88", "GET DATA", "GP 11.3.3.1", "a data object", "00FF", NO_OFFSET},
        {"the session goes on", "80F28002024F0000", "E3(4F08" MNO_SD " 9F70010F C50382DC00 C407A0000001515350) 9000",
         FINE},
        {"no instruction of a domain", "80FA000000", "6D00", "command", "TS 102 221 10.1.2", "an instruction", "FA", 1},
        {"and on", "80CA004500", "45080102030405060708 9000", FINE},
    };
    char text[64];
    struct gp_host h;
    domain_card(&f, sessions[_i].personality);
    domain_host(&h, sessions[_i].kvn);
    h.channel = sessions[_i].channel;
    if (h.channel) {
        (void)snprintf(text, sizeof text, "007000%02X", h.channel);
        apdu(&f, text, "9000");
        (void)snprintf(text, sizeof text, "%02XA4040C08" MNO_SD, h.channel < 4 ? h.channel : 0x40 + h.channel - 4);
        apdu(&f, text, "9000");
    }
    domain_open(&f, &h, sessions[_i].level);
    domain_rows(&f, &h, ROWS(rows));
}
END_TEST

/* The computed challenge of SCP03 counts: with INITIALIZE UPDATE, or with a session that succeeds; and it survives. */
START_TEST(test_sequence)
{
    struct gp_host h;
    uint32_t wanted[] = {1, 2, 3};
    bool success = _i == 1;
    domain_card(&f, success ? "scp03_sequence = success" : NULL);
    domain_host(&h, 0x30);
    for (size_t i = 0; i < 3; i++) {
        domain_initialize(&f, &h);
        ck_assert_uint_eq(h.sequence, success ? 1 : wanted[i]);
    }
    card_power_cycle(&f);
    apdu(&f, SELECT_MNO, MNO_FCI "9000");
    domain_open(&f, &h, 0x01);
    ck_assert_uint_eq(h.sequence, success ? 1 : 4);
    domain_initialize(&f, &h);
    ck_assert_uint_eq(h.sequence, success ? 2 : 5);
    /* another key version has a counter of its own; SCP02 counts sessions that succeed */
    domain_host(&h, 0x32);
    domain_initialize(&f, &h);
    ck_assert_uint_eq(h.sequence, 1);
    domain_host(&h, 0x20);
    domain_initialize(&f, &h);
    domain_open(&f, &h, 0x01);
    ck_assert_uint_eq(h.sequence, 0);
    domain_refused(&f, "80CA00C100", "6982");
    domain_initialize(&f, &h);
    ck_assert_uint_eq(h.sequence, 1);
    apdu(&f, "80CA00C100", "C10200019000");
}
END_TEST

/* A counter that has reached its maximum opens no channel any more (SCP02 E.1.2.5, SCP03 6.2.2.1). */
START_TEST(test_sequence_used_up)
{
    static const struct row rows[] = {
        {"SCP02", "8050200008C0C1C2C3C4C5C6C700", "6985", "INITIALIZE UPDATE", "GP E.1.2.5",
         "a sequence counter below its maximum", "FFFF", NO_OFFSET},
        {"SCP03", "8050300008C0C1C2C3C4C5C6C700", "6985", "INITIALIZE UPDATE", "GP E.1.2.5",
         "a sequence counter below its maximum", "FFFFFF", NO_OFFSET},
    };
    struct isdp isdp;
    struct domain mno;
    struct gp_host h;
    bool found;
    domain_card(&f, NULL);
    struct model *m = &f.card->model;
    ck_assert_int_eq(isdp_enabled(m, &isdp), OK);
    ck_assert_int_eq(domain_mno(&isdp, &mno, &found), OK);
    uint8_t number = mno.number;
    ck_assert_int_eq(domain_put_sequence(&isdp, number, 0x20, 0xfffe), OK);
    ck_assert_int_eq(domain_put_sequence(&isdp, number, 0x30, 0xfffffe), OK);
    ck_assert_int_eq(store_commit(m->store, NULL), OK);
    domain_host(&h, 0x20);
    domain_open(&f, &h, 0x01);
    ck_assert_uint_eq(h.sequence, 0xfffe);
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x01);
    ck_assert_uint_eq(h.sequence, 0xffffff);
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_first_version)
{
    struct gp_host h;
    domain_card(&f, NULL);
    domain_host(&h, 0x30);
    h.kvn = 0x00; /* the first that there is */
    domain_open(&f, &h, 0x33);
    /* key diversification data of a domain that has some */
    BUF_LOCAL answer = {0};
    BUF_LOCAL command = {0};
    apdu(&f, "00A4040C10" SSD_1, "9000");
    gp_host_initialize(&h, &command);
    domain_send(&f, buf_slice(&command), &answer);
    assert_hex(slice_of(answer.p, 13), "000102030405060708FF 300370", "diversification data");
    /* its keys are others */
    ck_assert(!gp_host_initialized(&h, slice_of(answer.p, answer.n - 2)));
}
END_TEST

/* ---- refused ---- */

START_TEST(test_initialize_refused)
{
    static const struct row rows[] = {
        {"an unknown version", INITIALIZE("33"), "6A88", "INITIALIZE UPDATE", "GP E.5.1.6", "the version of a key set",
         "33", NO_OFFSET},
        {"keys for secured packets", INITIALIZE("01"), "6A88", "INITIALIZE UPDATE", "GP E.5.1.6",
         "the version of a key set", "01", NO_OFFSET},
        {"a set that is not whole", INITIALIZE("21"), "6A88", "INITIALIZE UPDATE", "GP E.5.1.6",
         "the version of a key set", "21", NO_OFFSET},
        {"P2", "8050300108 C0C1C2C3C4C5C6C7 00", "6A86", "INITIALIZE UPDATE", "GP E.5.1.4", "P2 00", "01", NO_OFFSET},
        {"seven bytes", "8050300007 C0C1C2C3C4C5C6 00", "6700", "INITIALIZE UPDATE", "GP E.5.1.5",
         "a host challenge of 8 bytes", "7", NO_OFFSET},
        {"no keys at all: SSD_2", "00A4040C10" SSD_2, "9000", FINE},
        {"there", INITIALIZE("00"), "6985", "INITIALIZE UPDATE", "GP E.5.1.6", "a key set for secure channels", "none",
         NO_OFFSET},
        {"the MF has no keys", "00A4000C023F00", "9000", FINE},
        {"there", INITIALIZE("30"), "6D00", "INITIALIZE UPDATE", "GP 11.1", "a security domain of the profile", "none",
         NO_OFFSET},
        {"nor EXTERNAL AUTHENTICATE", "8082010000", "6D00", "EXTERNAL AUTHENTICATE", "GP 11.1",
         "a security domain of the profile", "none", NO_OFFSET},
        {"nor secure messaging", "8482010010 00112233445566778899AABBCCDDEEFF", "6882", "command", "TS 102 221 10.1.1",
         "without secure messaging", "84", 0},
    };
    domain_card(&f, NULL);
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* EXTERNAL AUTHENTICATE with one thing wrong: refused, and the session is gone. */
static const struct {
    const char *what;
    uint8_t kvn;
    size_t byte; /* of the command that gets another value */
    uint8_t exclusive_or;
    size_t size; /* of the command, 0: whole */
    const char *sw, *clause, *expected;
    long offset;
} spoilt[] = {
    {"cryptogram, SCP02", 0x20, 5, 0x01, 0, "6300", "GP E.5.2.6", "the host cryptogram", 0},
    {"cryptogram, SCP03", 0x30, 12, 0x80, 0, "6300", "GP E.5.2.6", "the host cryptogram", 0},
    {"MAC, SCP02", 0x20, 13, 0x01, 0, "6982", "GP E.5.2.6", "the right C-MAC", 8},
    {"MAC, SCP03", 0x30, 20, 0x80, 0, "6982", "GP E.5.2.6", "the right C-MAC", 8},
    {"another level than the MAC covers", 0x30, 2, 0x02, 0, "6982", "GP E.5.2.6", "the right C-MAC", 8},
    {"no such level", 0x30, 2, 0x03, 0, "6A86", "GP E.5.2.3", "a security level", NO_OFFSET},
    {"R-MAC in SCP02", 0x20, 2, 0x10, 0, "6A86", "GP E.5.2.3", "a security level", NO_OFFSET},
    {"P2", 0x30, 3, 0x01, 0, "6A86", "GP E.5.2.3", "P2 00", NO_OFFSET},
    {"class 80", 0x30, 0, 0x04, 0, "6982", "GP E.5.2", "class 84", 0},
    {"no MAC", 0x30, 4, 0x18, 13, "6700", "GP E.5.2.5", "16 bytes", NO_OFFSET},
};

START_TEST(test_authenticate_refused)
{
    struct gp_host h;
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    struct euicc_reason r;
    domain_card(&f, NULL);
    domain_host(&h, spoilt[_i].kvn);
    domain_initialize(&f, &h);
    gp_host_authenticate(&h, 0x01, &command);
    BUF_LOCAL right = {0};
    buf_append(&right, buf_slice(&command));
    command.p[spoilt[_i].byte] ^= spoilt[_i].exclusive_or;
    if (spoilt[_i].size) buf_truncate(&command, spoilt[_i].size);
    domain_send(&f, buf_slice(&command), &answer);
    assert_hex(buf_slice(&answer), spoilt[_i].sw, spoilt[_i].what);
    euicc_last_reason(f.card, &r);
    ck_assert_msg(r.said && strcmp(r.clause, spoilt[_i].clause) == 0 && strstr(r.expected, spoilt[_i].expected),
                  "%s: %s: %s", spoilt[_i].what, r.clause, r.expected);
    ck_assert_int_eq(r.offset == (size_t)-1 ? NO_OFFSET : (long)r.offset, spoilt[_i].offset);
    /* the right one comes too late */
    buf_reset(&answer);
    domain_send(&f, buf_slice(&right), &answer);
    assert_hex(buf_slice(&answer), "6985", "after it");
}
END_TEST

/* One command of an open session with one thing wrong: refused, and the session is closed. */
static const struct {
    const char *what;
    uint8_t kvn, level;
    const char *plain;
    size_t from_end; /* of the command without Le: the byte that gets another value; 0: none */
    const char *instead, *sw, *expected;
} damaged[] = {
    {"MAC, SCP02", 0x20, 0x01, "80CA0066", 1, NULL, "6982", "the right C-MAC"},
    {"MAC, SCP03", 0x30, 0x01, "80CA0066", 8, NULL, "6982", "the right C-MAC"},
    {"data under a MAC", 0x30, 0x01, "80E2900003 420111", 9, NULL, "6982", "the right C-MAC"},
    {"encrypted data, SCP03", 0x30, 0x03, "80E2900003 420111", 9, NULL, "6982", "the right C-MAC"},
    {"encrypted data, SCP02: the padding", 0x20, 0x03, "80E2900003 420111", 9, NULL, "6988", "with their padding"},
    {"without protection, SCP02", 0x20, 0x01, "", 0, "80CA006600", "6982", "a C-MAC on every command"},
    {"without protection, SCP03", 0x30, 0x33, "", 0, "80CA006600", "6982", "a C-MAC on every command"},
    {"too short for a MAC", 0x30, 0x01, "", 0, "84CA006607 01020304050607", "6988", "a MAC of 8 bytes"},
    {"no data at all", 0x30, 0x01, "", 0, "84CA006600", "6988", "a MAC of 8 bytes"},
    {"protection that was not agreed", 0x30, 0x00, "", 0, "84CA006608 0102030405060708", "6882",
     "without secure messaging"},
};

START_TEST(test_damaged)
{
    struct gp_host h;
    BUF_LOCAL plain = {0};
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    struct euicc_reason r;
    domain_card(&f, NULL);
    domain_host(&h, damaged[_i].kvn);
    domain_open(&f, &h, damaged[_i].level);
    if (damaged[_i].instead) {
        put_hex(&command, damaged[_i].instead);
    } else {
        put_hex(&plain, damaged[_i].plain);
        gp_host_wrap(&h, buf_slice(&plain), &command);
        command.p[command.n - damaged[_i].from_end] ^= 0x01;
    }
    domain_send(&f, buf_slice(&command), &answer);
    assert_hex(buf_slice(&answer), damaged[_i].sw, damaged[_i].what);
    euicc_last_reason(f.card, &r);
    ck_assert_msg(r.said && strcmp(r.clause, "GP 10.5") == 0 && strstr(r.expected, damaged[_i].expected), "%s: %s: %s",
                  damaged[_i].what, r.clause, r.expected);
    /* what needs a session has none, and nothing was stored */
    domain_refused(&f, "80F28002024F0000", "6982");
    apdu(&f, "80CA004200", "42038900AA9000");
}
END_TEST

/* A command that was right once is not right again, nor one that was left out. */
START_TEST(test_replay)
{
    struct gp_host h;
    BUF_LOCAL plain = {0};
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    domain_card(&f, NULL);
    domain_host(&h, _i & 1 ? 0x20 : 0x30);
    domain_open(&f, &h, 0x03);
    put_hex(&plain, "80CA006600");
    gp_host_wrap(&h, buf_slice(&plain), &command);
    if (_i & 2) { /* the next one first */
        buf_reset(&command);
        gp_host_wrap(&h, buf_slice(&plain), &command);
    } else {
        domain_send(&f, buf_slice(&command), &answer);
        assert_hex(buf_slice(&answer), CARD_DATA "9000", "first");
    }
    buf_reset(&answer);
    domain_send(&f, buf_slice(&command), &answer);
    assert_hex(buf_slice(&answer), "6982", "again");
}
END_TEST

/* What ends a session: reset, another application, closing the channel; a session is of one channel only. */
START_TEST(test_ends)
{
    static const struct row over[] = {
        {"no session", "80F28002024F0000", "6982", "GET STATUS", "GP 11.4", "an open secure channel", "none",
         NO_OFFSET},
    };
    struct gp_host h;
    domain_card(&f, NULL);
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x00);
    apdu(&f, "0070000100", "9000");
    apdu(&f, "01A4040C08" MNO_SD, "9000");
    domain_refused(&f, "81F28002024F0000", "6982"); /* that is of channel 0 */
    apdu(&f, "0070800100", "9000");
    const struct row still = {"still", "80F28002024F0000",
                              "E3(4F08" MNO_SD " 9F70010F C50382DC00 C407A0000001515350) 9000", FINE};
    apdu_row(&f, &still);
    apdu(&f, "00A4040C08" MNO_SD, "9000"); /* even itself */
    apdu_rows(&f, ROWS(over));
    domain_open(&f, &h, 0x00);
    apdu(&f, "00A4000C023F00", "9000");
    apdu(&f, "00A4040C08" MNO_SD, "9000");
    apdu_rows(&f, ROWS(over));
    domain_open(&f, &h, 0x00);
    card_power_cycle(&f);
    apdu(&f, SELECT_MNO, MNO_FCI "9000");
    apdu_rows(&f, ROWS(over));
    domain_open(&f, &h, 0x00);
    domain_initialize(&f, &h); /* a new one begins */
    apdu_rows(&f, ROWS(over));
    /* a SELECT that fails changes nothing */
    domain_open(&f, &h, 0x00);
    domain_refused(&f, "00A4040C06A00000099901", "6A82");
    apdu_row(&f, &still);
}
END_TEST

/* What the terminal tells the card meanwhile carries no MAC and disturbs nothing. */
START_TEST(test_terminal)
{
    static const struct row row = {"goes on", "80CA006600", CARD_DATA "9000", FINE};
    domain_card(&f, NULL);
    struct gp_host h;
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x33);
    apdu(&f, "80AA000002A900", "9000");
    apdu(&f, "8010000003FFFFFF", "9000");
    domain_refused(&f, "8012000000", "6985");
    apdu(&f, "80C2000004 D6021901", "9000");
    apdu(&f, "0070000001", "019000");
    domain_row(&f, &h, &row);
}
END_TEST

/* GET RESPONSE belongs to the transport: it has no MAC, and hosts send it in any class, also in that of the command
 * whose answer waits. The session goes on. */
static const struct {
    uint8_t kvn, level, cla;
} fetched[] = {
    {0x20, 0x01, 0x00}, {0x20, 0x01, 0x80}, {0x20, 0x01, 0x84}, {0x20, 0x03, 0x84},
    {0x30, 0x01, 0x04}, {0x30, 0x03, 0x84}, {0x30, 0x33, 0x84}, {0x30, 0x33, 0x00},
};

START_TEST(test_get_response)
{
    static const struct row row = {"goes on", "80CA006600", CARD_DATA "9000", FINE};
    struct gp_host h;
    BUF_LOCAL plain = {0};
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    BUF_LOCAL data = {0};
    domain_card(&f, NULL);
    domain_host(&h, fetched[_i].kvn);
    domain_open(&f, &h, fetched[_i].level);
    put_hex(&plain, "80CA006600");
    gp_host_wrap(&h, buf_slice(&plain), &command);
    domain_send(&f, slice_of(command.p, command.n - 1), &answer); /* as T=0 does: without Le */
    ck_assert_uint_eq(answer.n, 2);
    ck_assert_uint_eq(answer.p[0], 0x61);
    const uint8_t get[] = {fetched[_i].cla, 0xc0, 0x00, 0x00, answer.p[1]};
    buf_reset(&answer);
    domain_send(&f, SLICE(get), &answer);
    ck_assert_msg(gp_host_unwrap(&h, buf_slice(&answer), &data), "%s", h.error);
    assert_hex(buf_slice(&data), CARD_DATA, "data");
    domain_row(&f, &h, &row);
}
END_TEST

/* A channel that is opened from one with a domain has the domain, not the session. A copy of the card has both. */
START_TEST(test_copies)
{
    struct gp_host h;
    struct gp_host other;
    domain_card(&f, NULL);
    apdu(&f, "0070000100", "9000");
    apdu(&f, "01A4040C08" MNO_SD, "9000");
    domain_host(&h, 0x31);
    h.channel = 1;
    domain_open(&f, &h, 0x33);
    apdu(&f, "0170000200", "9000");
    apdu(&f, "82CA006600", CARD_DATA "9000");
    domain_refused(&f, "82F28002024F0000", "6982");
    other = h;
    const struct row row = {"goes on", "80CA006600", CARD_DATA "9000", FINE};
    struct euicc_env env = {0};
    euicc *copy;
    euicc *original = f.card;
    ck_assert_int_eq(euicc_clone(f.card, &env, &copy), EUICC_OK);
    domain_row(&f, &h, &row);
    f.card = copy;
    domain_row(&f, &other, &row);
    f.card = original;
    domain_row(&f, &h, &row);
    euicc_destroy(copy);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("domain_scp");
    TCase *t = tcase_create("scp");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_scp02_known);
    tcase_add_test(t, test_scp03_known);
    tcase_add_loop_test(t, test_session, 0, (int)(sizeof sessions / sizeof sessions[0]));
    tcase_add_loop_test(t, test_sequence, 0, 2);
    tcase_add_test(t, test_sequence_used_up);
    tcase_add_test(t, test_first_version);
    tcase_add_test(t, test_initialize_refused);
    tcase_add_loop_test(t, test_authenticate_refused, 0, (int)(sizeof spoilt / sizeof spoilt[0]));
    tcase_add_loop_test(t, test_damaged, 0, (int)(sizeof damaged / sizeof damaged[0]));
    tcase_add_loop_test(t, test_replay, 0, 4);
    tcase_add_test(t, test_ends);
    tcase_add_test(t, test_terminal);
    tcase_add_loop_test(t, test_get_response, 0, (int)(sizeof fetched / sizeof fetched[0]));
    tcase_add_test(t, test_copies);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}

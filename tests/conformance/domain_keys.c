/* PUT KEY and DELETE of keys: new key sets work in secure channels, old ones no longer, and each field that is wrong is
 * refused with nothing changed. GP Card 2.3 11.2, 11.8; Amendment D 7.2. */
#include "card/card.h"
#include "domain_common.h"

#include <stdio.h>

static struct fixture f;
static struct gp_host h;

static void setup(void)
{
    domain_card(&f, NULL);
}

static void teardown(void)
{
    card_free(&f);
}

/* Three new keys, all bytes of each the same. */
static void new_host(struct gp_host *host, uint8_t kvn, size_t size)
{
    *host = (struct gp_host){.protocol = kvn < 0x30 ? 2 : 3, .kvn = kvn, .size = size};
    for (size_t i = 0; i < size; i++) {
        host->enc[i] = (uint8_t)(0xa0 + i % 8);
        host->mac[i] = (uint8_t)(0xb0 + i % 8);
        host->dek[i] = (uint8_t)(0xc0 + i % 8);
    }
    /* one half of a 3DES key differs from the other */
    host->enc[size - 1] ^= 0x10;
    host->mac[size - 1] ^= 0x10;
    host->dek[size - 1] ^= 0x10;
}

/* PUT KEY of that set in the session of h. */
static void put_set(const struct gp_host *keys, uint8_t old, struct buf *command)
{
    const uint8_t type = keys->protocol == 2 ? 0x80 : 0x88;
    const uint8_t head[] = {0x80, 0xd8, old, 0x81, 0x00, keys->kvn};
    buf_append(command, SLICE(head));
    gp_host_key_field(&h, type, slice_of(keys->enc, keys->size), command);
    gp_host_key_field(&h, type, slice_of(keys->mac, keys->size), command);
    gp_host_key_field(&h, type, slice_of(keys->dek, keys->size), command);
    command->p[4] = (uint8_t)(command->n - 5);
    buf_byte(command, 0x00);
}

static void send_protected(struct buf *plain, struct buf *data, uint16_t sw)
{
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    gp_host_wrap(&h, buf_slice(plain), &command);
    domain_send(&f, buf_slice(&command), &answer);
    ck_assert_msg(gp_host_unwrap(&h, buf_slice(&answer), data), "%s", h.error);
    ck_assert_uint_eq((unsigned)(answer.p[answer.n - 2] << 8 | answer.p[answer.n - 1]), sw);
}

/* From a session of one protocol keys for either, of every length. */
static const struct {
    uint8_t session, level, kvn;
    size_t size;
    uint8_t old; /* KVN that is replaced, 0: none */
    bool bare;   /* key fields without the key's length: both forms are in use */
} sets[] = {
    {0x20, 0x01, 0x22, 16, 0x00, false}, {0x20, 0x03, 0x20, 16, 0x20, false}, {0x20, 0x01, 0x23, 16, 0x20, false},
    {0x20, 0x01, 0x33, 16, 0x00, false}, {0x30, 0x33, 0x33, 16, 0x00, false}, {0x30, 0x01, 0x33, 24, 0x00, false},
    {0x30, 0x11, 0x33, 32, 0x00, false}, {0x31, 0x33, 0x30, 16, 0x30, false}, {0x32, 0x03, 0x3f, 32, 0x32, false},
    {0x32, 0x01, 0x2f, 16, 0x00, false}, {0x30, 0x33, 0x33, 16, 0x00, true},  {0x32, 0x03, 0x3f, 32, 0x32, true},
    {0x20, 0x01, 0x33, 16, 0x00, true},  {0x30, 0x01, 0x33, 24, 0x00, true},
};

START_TEST(test_put)
{
    struct gp_host keys;
    BUF_LOCAL command = {0};
    BUF_LOCAL data = {0};
    domain_host(&h, sets[_i].session);
    h.bare_keys = sets[_i].bare;
    domain_open(&f, &h, sets[_i].level);
    new_host(&keys, sets[_i].kvn, sets[_i].size);
    put_set(&keys, sets[_i].old, &command);
    send_protected(&command, &data, 0x9000);
    /* the version and three check values */
    ck_assert(data.n == 10 && data.p[0] == sets[_i].kvn);
    card_power_cycle(&f);
    apdu(&f, SELECT_MNO, MNO_FCI "9000");
    domain_open(&f, &keys, 0x01);
    /* a new set counts from the beginning */
    ck_assert_uint_eq(keys.sequence, keys.protocol == 2 ? 0 : 1);
    if (sets[_i].old && sets[_i].old != sets[_i].kvn) {
        char request[40];
        (void)snprintf(request, sizeof request, "8050%02X0008C0C1C2C3C4C5C6C700", sets[_i].old);
        domain_refused(&f, request, "6A88");
        (void)snprintf(request, sizeof request, "/sdsequence/00/%02X", sets[_i].old);
        for (size_t i = 0; i < f.stored.n; i++)
            ck_assert_msg(!strstr(f.stored.items[i].key, request), "%s is left of the keys that are gone",
                          f.stored.items[i].key);
    }
}
END_TEST

/* One key, and what the key information says of it. */
START_TEST(test_put_one)
{
    static const struct row information = {"00E0", "80CA00E000", "E012 C00401308810 C00402308820 C00403308810 9000",
                                           FINE};
    static const uint8_t key[32] = {1, 2, 3};
    const uint8_t head[] = {0x80, 0xd8, 0x30, 0x02, 0x00, 0x30};
    BUF_LOCAL command = {0};
    BUF_LOCAL data = {0};
    apdu(&f, "00A4040C10" SSD_1, "9000");
    domain_host(&h, 0x30);
    uint8_t enc[16];
    memcpy(enc, h.enc, 16);
    memcpy(h.enc, h.mac, 16);
    memcpy(h.mac, enc, 16);
    domain_open(&f, &h, 0x33);
    buf_append(&command, SLICE(head));
    gp_host_key_field(&h, 0x88, SLICE(key), &command);
    command.p[4] = (uint8_t)(command.n - 5);
    buf_byte(&command, 0x00);
    send_protected(&command, &data, 0x9000);
    domain_row(&f, &h, &information);
    /* keys of two sizes are no set */
    domain_refused(&f, "8050300008C0C1C2C3C4C5C6C700", "6A88");
}
END_TEST

/* ---- refused ---- */

/* A right PUT KEY of one AES key with one byte changed, or other bytes instead. */
static const struct {
    const char *what;
    uint8_t p1, p2;
    size_t byte; /* of the data, and what it is changed by; 0 0: the data as it is */
    uint8_t exclusive_or;
    size_t cut; /* bytes less at the end */
    const char *sw, *clause, *expected, *came;
    long offset;
} wrong[] = {
    {"key check value", 0x00, 0x01, 21, 0x01, 0, "6A80", "GP 11.8.2.3", "the key check value", "another", 21},
    {"encrypted key", 0x00, 0x01, 5, 0x01, 0, "6A80", "GP 11.8.2.3", "the key check value", "another", 21},
    {"length of the key", 0x00, 0x01, 3, 0x08, 0, "6A80", "GP 11.8.2.3", "a key of its type's size", "another", 1},
    {"key type", 0x00, 0x01, 1, 0x01, 0, "6A80", "GP 11.8.2.3", "key type 80 or 88", "another", 1},
    {"new version 00", 0x00, 0x01, 0, 0x33, 0, "6A80", "GP 11.8.2.3", "a new key version", "other", 0},
    {"new version 80 up", 0x00, 0x01, 0, 0x80, 0, "6A80", "GP 11.8.2.3", "a new key version", "other", 0},
    {"a version in use", 0x00, 0x01, 0, 0x03, 0, "6A80", "GP 11.8.2.1", "that is not in use", "30", 0},
    {"no key to replace", 0x34, 0x01, 0, 0, 0, "6A88", "GP 11.8.2.1", "a key to replace", "KVN 34", NO_OFFSET},
    {"no such identifier", 0x30, 0x04, 0, 0, 0, "6A88", "GP 11.8.2.1", "a key to replace", "KID 04", NO_OFFSET},
    {"P1", 0x80, 0x01, 0, 0, 0, "6A86", "GP 11.8.2", "P1 00 to 7F", "80", NO_OFFSET},
    {"P2", 0x00, 0x00, 0, 0, 0, "6A86", "GP 11.8.2", "P2 with a key identifier", "00", NO_OFFSET},
    {"P2 says more", 0x00, 0x81, 0, 0, 0, "6A80", "GP 11.8.2.3", "as many keys as P2", "another", 1},
    {"no check value", 0x00, 0x01, 0, 0, 4, "6A80", "GP 11.8.2.3", "a key check value", "other", 1},
    {"cut", 0x00, 0x01, 0, 0, 1, "6A80", "GP 11.8.2.3", "a key check value", "other", 1},
    {"only a version", 0x00, 0x01, 0, 0, 23, "6A80", "GP 11.8.2.3", "and keys", "other", 0},
};

START_TEST(test_wrong)
{
    static const uint8_t key[16] = {1, 2, 3};
    BUF_LOCAL command = {0};
    BUF_LOCAL before = {0};
    BUF_LOCAL after = {0};
    struct slice ask = slice_of("\x80\xca\x00\xe0\x00", 5);
    struct euicc_reason r;
    char sw[5];
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x00);
    domain_send(&f, ask, &before);
    const uint8_t head[] = {0x80, 0xd8, wrong[_i].p1, wrong[_i].p2, 0x00, 0x33};
    buf_append(&command, SLICE(head));
    gp_host_key_field(&h, 0x88, SLICE(key), &command);
    ck_assert_uint_eq(command.n, 29);
    command.p[5 + wrong[_i].byte] ^= wrong[_i].exclusive_or;
    buf_truncate(&command, command.n - wrong[_i].cut);
    command.p[4] = (uint8_t)(command.n - 5);
    BUF_LOCAL answer = {0};
    domain_send(&f, buf_slice(&command), &answer);
    ck_assert_uint_eq(answer.n, 2);
    (void)snprintf(sw, sizeof sw, "%02X%02X", answer.p[0], answer.p[1]);
    ck_assert_msg(strcmp(sw, wrong[_i].sw) == 0, "%s: %s", wrong[_i].what, sw);
    euicc_last_reason(f.card, &r);
    long offset = r.offset == (size_t)-1 ? NO_OFFSET : (long)r.offset;
    ck_assert_msg(strcmp(r.function, "PUT KEY") == 0 && strcmp(r.clause, wrong[_i].clause) == 0 &&
                      strstr(r.expected, wrong[_i].expected) && strstr(r.came, wrong[_i].came) &&
                      offset == wrong[_i].offset,
                  "%s: %s at %ld: expected \"%s\", came \"%s\"", wrong[_i].what, r.clause, offset, r.expected, r.came);
    domain_send(&f, ask, &after);
    ck_assert(slice_equal(buf_slice(&before), buf_slice(&after)));
}
END_TEST

/* Of several keys the last is wrong: the first ones are as they were. */
START_TEST(test_all_or_nothing)
{
    struct gp_host keys;
    BUF_LOCAL command = {0};
    BUF_LOCAL data = {0};
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x01);
    new_host(&keys, 0x30, 16);
    put_set(&keys, 0x30, &command);
    command.p[command.n - 2] ^= 0x01; /* of the last check value */
    send_protected(&command, &data, 0x6a80);
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x01);
}
END_TEST

/* A key costs memory of the card like everything in a profile. */
START_TEST(test_memory)
{
    struct gp_host keys;
    BUF_LOCAL command = {0};
    BUF_LOCAL data = {0};
    struct euicc_reason r;
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x01);
    struct model *m = &f.card->model;
    uint32_t whole = m->personality.memory_size;
    m->personality.memory_size = (uint32_t)store_charged(m->store) + 40;
    new_host(&keys, 0x33, 16);
    put_set(&keys, 0x00, &command);
    send_protected(&command, &data, 0x6a84);
    euicc_last_reason(f.card, &r);
    ck_assert_str_eq(r.clause, "GP 11.8");
    ck_assert_msg(strstr(r.expected, "memory for the keys") && strstr(r.came, "bytes too little"), "%s, %s", r.expected,
                  r.came);
    m->personality.memory_size = whole;
    domain_refused(&f, "8050330008C0C1C2C3C4C5C6C700", "6A88"); /* none of them is there */
}
END_TEST

/* ---- DELETE ---- */

START_TEST(test_delete)
{
    static const struct row rows[] = {
        {"no such key", "80E4000006 D00105 D20130", "6A88", "DELETE", "GP 11.2.3.2", "a key of this domain", "none", 0},
        {"no identifier", "80E4000004 D000 D200", "6A80", "DELETE", "GP 11.2.2.3", "D0 and D2", "other", 0},
        {"something behind", "80E4000008 D00101 D20130 8000", "6A80", "DELETE", "GP 11.2.2.3", "D0 and D2", "other", 0},
        {"one key", "80E4000006 D00102 D20121 00", "009000", FINE},
        {"a version", "80E4000003 D20131 00", "009000", FINE},
        {"an identifier of all", "80E4000003 D00103 00", "009000", FINE},
        {"what is left", "80CA00E000",
         "E036 C00401018010 C00402018010 C00401208010 C00402208010 C00401218010 C00401308810 C00402308810 C00401328820"
         "C00402328820 9000",
         FINE},
    };
    domain_host(&h, 0x30);
    domain_open(&f, &h, 0x13);
    domain_rows(&f, &h, ROWS(rows));
    domain_refused(&f, "8050300008C0C1C2C3C4C5C6C700", "6A88"); /* no longer a set */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("domain_keys");
    TCase *t = tcase_create("keys");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_put, 0, (int)(sizeof sets / sizeof sets[0]));
    tcase_add_test(t, test_put_one);
    tcase_add_loop_test(t, test_wrong, 0, (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(t, test_all_or_nothing);
    tcase_add_test(t, test_memory);
    tcase_add_test(t, test_delete);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}

/* See uicc_common.h. */
#include "uicc_common.h"

#define PIN1 "A406830101950108"
#define ADM1 "A40683010A950108"
#define USER_RULE "800101" PIN1 "80011A" ADM1
#define NO_RULE "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"

/* Ten records of 24 bytes. */
static const char rules[] = "80015F" ADM1 "FFFFFFFFFFFFFFFFFFFFFFFFFF"           /* 1 */
                            "8001039000 8401329000 FFFFFFFFFFFFFFFFFFFFFFFFFFFF" /* 2 */
                            "8001019000 FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"  /* 3 */
                            "800103" PIN1 "FFFFFFFFFFFFFFFFFFFFFFFFFF"           /* 4 */
    NO_RULE                                                                      /* 5 */
        USER_RULE "FFFF" NO_RULE USER_RULE "FFFF" NO_RULE USER_RULE "FFFF";      /* 6, 8, 10 */

static const char directory[] = "61184F0C" USIM "5008 5553494D20202020 FFFFFFFFFFFFFF"
                                "61144F0C" ISIM "5004 4953494D FFFFFFFFFFFFFFFFFFFFFF";

static const struct uicc_file contents[] = {
    {"", FILE_MF, 0, 1, .content = "010A0B", .pins = "01010A020B03"},
    {"2F06", FILE_LINEAR_FIXED, 6, RULE_READ, 24, .content = rules},
    {"2F00", FILE_LINEAR_FIXED, 0x1e, RULE_ADM, 33, .content = directory, .size = 132},
    {"2F05", FILE_TRANSPARENT, 5, RULE_ALWAYS, .content = "656EFFFF"},
    {"2FE2", FILE_TRANSPARENT, 2, RULE_READ, .content = "98001032547698103214"},
    {"7F10", FILE_DF, 0, 1, .content = "01810A0B", .pins = "8104"},
    {"7F106F06", FILE_LINEAR_FIXED, 0, RULE_READ, 24, .content = rules},
    {"7F106F3C", FILE_LINEAR_FIXED, 0, RULE_PIN1, 176, .content = "00", .size = 1760},
    {"7F105F3A", FILE_DF, 0, 1, .content = "010A"},
    {"7F105F3A4F30", FILE_LINEAR_FIXED, 4, RULE_PIN1, 16, .content = "A806C0034F3A01FFFFFFFFFFFFFFFFFF", .size = 32},
    {"7FB0", FILE_ADF, 0, 1, .content = "01810A0B", .aid = ISIM, .pins = "8105"},
    {"7FB06F06", FILE_LINEAR_FIXED, 6, RULE_READ, 24, .content = rules},
    {"7FB06F07", FILE_TRANSPARENT, 7, RULE_ALWAYS, .content = "0102"},
    {"7FD0", FILE_ADF, 0, 1, .content = "01810A0B", .aid = USIM, .pins = "8106"},
    {"7FD06F06", FILE_LINEAR_FIXED, 0x17, RULE_READ, 24, .content = rules},
    {"7FD06F07", FILE_TRANSPARENT, 7, RULE_ADM, .content = "080910101032547698"},
    {"7FD06FB7", FILE_LINEAR_FIXED, 1, 8, 14, .content = "11F2FFFFFFFFFFFFFFFFFFFFFFFF", .size = 28},
    {"7FD05F3B", FILE_DF, 0, 1, .content = "01810A0B"},
    {"7FD05F3B4F20", FILE_TRANSPARENT, 1, RULE_PIN1, .content = "FFFFFFFFFFFFFFFF07", .special = FILE_HIGH_UPDATE},
    {"7FD1", FILE_ADF, 0, 1, .content = "01", .aid = USIM_2},
};

static struct slice bytes_of(struct buf *b, const char *digits)
{
    buf_reset(b);
    if (digits) put_hex(b, digits);
    return buf_slice(b);
}

void uicc_isdp(struct fixture *f, const char *aid, struct isdp *out)
{
    BUF_LOCAL bytes = {0};
    isdp_of(&f->card->model, bytes_of(&bytes, aid).p, out);
}

static uint8_t descriptor_of(enum file_kind kind)
{
    static const uint8_t descriptors[] = {
        [FILE_MF] = 0x78,     [FILE_DF] = 0x78,           [FILE_ADF] = 0x78,    [FILE_TRANSPARENT] = 0x41,
        [FILE_CYCLIC] = 0x46, [FILE_LINEAR_FIXED] = 0x42, [FILE_BER_TLV] = 0x79};
    return descriptors[kind];
}

static void put_application(const struct isdp *isdp, const struct file *f)
{
    const struct profile_application a = {
        .kind = PROFILE_ADF, .naa = naa_kind_of_aid(f->aid), .fid = path_fid(&f->path), .aid = f->aid};
    ck_assert_int_eq(application_add(isdp, &a), OK);
}

static void put_one(const struct isdp *isdp, const struct uicc_file *row)
{
    BUF_LOCAL path = {0};
    BUF_LOCAL content = {0};
    BUF_LOCAL aid = {0};
    BUF_LOCAL pins = {0};
    BUF_LOCAL target = {0};
    struct file f = {.kind = row->kind, .descriptor = descriptor_of(row->kind), .sfi = row->sfi};
    ck_assert(path_read(bytes_of(&path, row->path), &f.path));
    ck_assert(path_read(bytes_of(&target, row->target), &f.target));
    f.is_link = row->target;
    f.body = bytes_of(&content, row->content);
    f.life_cycle = row->life_cycle ? row->life_cycle : FILE_ACTIVATED;
    f.arr = f.path.n < 2 ? 0x2f06 : 0x6f06;
    f.arr_record = row->rule;
    f.special = row->special;
    f.details = row->kind == FILE_BER_TLV;
    f.maximum_size = row->maximum_size;
    f.aid = bytes_of(&aid, row->aid);
    f.pins = bytes_of(&pins, row->pins);
    if (file_is_directory(&f)) {
        f.pin_status = f.body;
        f.body = (struct slice){0};
    } else if (row->kind != FILE_BER_TLV) {
        while (content.n < row->size)
            buf_byte(&content, 0xff);
        f.body = buf_slice(&content);
    }
    f.size = row->kind == FILE_BER_TLV ? row->size : (uint32_t)f.body.n;
    f.record_length = row->record_length;
    if (row->record_length) f.records = (uint8_t)(f.size / row->record_length);
    ck_assert_int_eq(file_create(isdp, &f), OK);
    if (row->kind == FILE_ADF) put_application(isdp, &f);
}

static void commit(struct fixture *f)
{
    ck_assert_int_eq(store_commit(f->card->model.store, NULL), OK);
}

void uicc_put(struct fixture *f, const char *aid, const struct uicc_file *files, size_t n)
{
    struct isdp isdp;
    uicc_isdp(f, aid, &isdp);
    for (size_t i = 0; i < n; i++)
        put_one(&isdp, &files[i]);
    commit(f);
}

void uicc_put_pin(struct fixture *f, const char *aid, uint8_t number, uint8_t reference, bool enabled,
                  const char *value)
{
    struct isdp isdp;
    BUF_LOCAL bytes = {0};
    struct pin pin = {.number = number,
                      .reference = reference,
                      .attributes = PIN_CAN_CHANGE | PIN_CAN_DISABLE,
                      .enabled = enabled,
                      .maximum = 3,
                      .left = 3};
    uicc_isdp(f, aid, &isdp);
    memcpy(pin.value, bytes_of(&bytes, value).p, PIN_SIZE);
    ck_assert_int_eq(pin_put(&isdp, &pin), OK);
    commit(f);
}

void uicc_enable(struct fixture *f, const char *aid)
{
    BUF_LOCAL bytes = {0};
    ck_assert_int_eq(store_put(f->card->model.store, "card/enabled", bytes_of(&bytes, aid)), OK);
    commit(f);
}

void uicc_card(struct fixture *f, const char *personality)
{
    static const struct {
        uint8_t number, reference;
        bool enabled;
        const char *value;
    } pins[] = {{1, 0x01, false, "30303030FFFFFFFF"}, {2, 0x0a, true, "3535353535353535"},
                {3, 0x0b, true, "3636363636363636"},  {4, 0x81, true, "39393939FFFFFFFF"},
                {5, 0x81, true, "39393939FFFFFFFF"},  {6, 0x81, true, "39393939FFFFFFFF"}};
    card_make(f, personality);
    uicc_put(f, AID_1, ROWS(contents));
    for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++)
        uicc_put_pin(f, AID_1, pins[i].number, pins[i].reference, pins[i].enabled, pins[i].value);
    uicc_enable(f, AID_1);
    ck_assert_int_eq(euicc_power_on(f->card, NULL), EUICC_OK);
}

void uicc_assert_fcp(struct fixture *f, const char *request, const char *recorded)
{
    static const uint8_t tag[] = {0x83, 0x04};
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    struct lpa_reader reader;
    struct euicc_description d;
    put_hex(&command, request);
    ck_assert(lpa_reader_card(&reader, f->card));
    ck_assert(reader.transmit(reader.ctx, buf_slice(&command), &answer));
    ck_assert_int_eq(euicc_describe(f->card, &d), EUICC_OK);
    for (size_t i = 0; i + 6 <= answer.n; i++) {
        if (memcmp(answer.p + i, tag, 2) != 0) continue;
        uint32_t came = (uint32_t)answer.p[i + 2] << 24 | (uint32_t)answer.p[i + 3] << 16 |
                        (uint32_t)answer.p[i + 4] << 8 | answer.p[i + 5];
        ck_assert_uint_eq(came, d.memory_free);
        memcpy(answer.p + i + 2, "\x00\x03\xa7\x38", 4);
        assert_hex(buf_slice(&answer), recorded, request);
        return;
    }
    ck_abort_msg("%s: no free memory in the FCP", request);
}

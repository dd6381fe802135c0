/* See uicc_twins.h. */
#include "uicc_twins.h"

#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>

static const struct aka_profile first = {.file = "operational.der"};
static const struct aka_profile second = {
    .file = "operational.der",
    .replace = {{"98001010000000000001", SECOND}, {"89000101000000000010", "89000101000000000011"}},
};
static const struct aka_profile small_one = {0};

void twins_install(struct fixture *f, const char *iccid)
{
    const bool is_first = strcmp(iccid, FIRST) == 0;
    ck_assert_msg(lpa_start(&f->lpa), "%s", f->lpa.error);
    aka_install(f, iccid, strcmp(iccid, SMALL) == 0 ? &small_one : is_first ? &first : &second);
}

void twins_card(struct fixture *f, const char *personality)
{
    card_new(f, personality, NULL);
    twins_install(f, FIRST);
    twins_install(f, SECOND);
    twins_enable(f, FIRST);
    card_reset(f);
}

static void change(struct fixture *f, const char *tag, const char *iccid)
{
    char request[64];
    char answer[16];
    ck_assert_msg(lpa_start(&f->lpa), "%s", f->lpa.error);
    (void)snprintf(request, sizeof request, "%s(A0(5A(%s))810100)", tag, iccid);
    (void)snprintf(answer, sizeof answer, "%s03800100", tag);
    es10(f, request, answer);
}

void twins_enable(struct fixture *f, const char *iccid)
{
    change(f, "BF31", iccid);
}

void twins_disable(struct fixture *f, const char *iccid)
{
    change(f, "BF32", iccid);
}

static void change_refresh(struct fixture *f, const char *tag, const char *iccid, const char *answer)
{
    char request[80];
    apdu(f, "00A4040C10" ISDR, "9000");
    (void)snprintf(request, sizeof request, "80E2910014%s11A00C5A0A%s8101FF00", tag, iccid);
    apdu(f, request, answer);
}

void twins_enable_refresh(struct fixture *f, const char *iccid, const char *answer)
{
    change_refresh(f, "BF31", iccid, answer);
}

void twins_disable_refresh(struct fixture *f, const char *iccid, const char *answer)
{
    change_refresh(f, "BF32", iccid, answer);
}

/* ---- what can be seen ---- */

static const char *const applications[] = {USIM_AID, ISIM_AID, MNO_SD, "A0000000090005FFFFFFFF89B0001000",
                                           AID_1,    AID_2,    AID_3};
static const char *const of_card[] = {"2F00",         "2F05",         "2F06",        "2F08",     "2FE2",
                                      "7F10",         "7F106F06",     "7F106FE5",    "7F105F3A", "7F105F3A4F30",
                                      "7F105F3A4F58", "7F105F3A4F38", "7F105F3A4F22"};
static const char *const of_usim[] = {
    "6F05", "6F06", "6F07", "6F08", "6F09", "6F31", "6F38", "6F3B", "6F3C",     "6F40", "6F42",     "6F43",    "6F46",
    "6F56", "6F5B", "6F5C", "6F60", "6F61", "6F62", "6F73", "6F78", "6F7B",     "6F7E", "6FAD",     "6FB7",    "6FC4",
    "6FC5", "6FC6", "6FCD", "6FD9", "6FDB", "6FE3", "6FE4", "5F3B", "5F3B4F20", "5FC0", "5FC04F01", "5FC04F05"};
static const char *const of_isim[] = {"6F02", "6F03", "6F04", "6F06", "6F07", "6F09", "6FAD"};

/* One command; the answer becomes a line. Gives the status word, 9000 also for 91xx. */
static unsigned look(struct fixture *f, const char *request, struct buf *out)
{
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    struct lpa_reader reader;
    put_hex(&command, request);
    ck_assert(lpa_reader_card(&reader, f->card));
    ck_assert_msg(reader.transmit(reader.ctx, buf_slice(&command), &answer), "%s: no answer", request);
    ck_assert_uint_ge(answer.n, 2);
    buf_append(out, slice_text(request));
    buf_append(out, slice_text(": "));
    char *digits = malloc(2 * answer.n + 1);
    ck_assert_ptr_nonnull(digits);
    hex_encode(buf_slice(&answer), digits);
    buf_append(out, slice_text(digits));
    buf_byte(out, '\n');
    free(digits);
    if (answer.p[answer.n - 2] == 0x91) return 0x9000;
    return (unsigned)answer.p[answer.n - 2] << 8 | answer.p[answer.n - 1];
}

static void look_into(struct fixture *f, const char *start, const char *path, struct buf *out)
{
    char request[64];
    size_t n = (strlen(start) + strlen(path)) / 2;
    (void)snprintf(request, sizeof request, "00A40804%02zX%s%s00", n, start, path);
    if (look(f, request, out) != 0x9000) return;
    if (look(f, "00B0000000", out) != 0x6981) return;
    for (unsigned i = 1; i < 255; i++) {
        (void)snprintf(request, sizeof request, "00B2%02X0400", i);
        if (look(f, request, out) != 0x9000) return;
    }
}

void twins_tree(struct fixture *f, struct buf *out)
{
    char request[64];
    buf_reset(out);
    (void)look(f, "00A4000C023F00", out);
    for (size_t i = 0; i < sizeof of_card / sizeof *of_card; i++)
        look_into(f, "", of_card[i], out);
    for (size_t i = 0; i < sizeof applications / sizeof *applications; i++) {
        (void)snprintf(request, sizeof request, "00A4040C%02zX%s", strlen(applications[i]) / 2, applications[i]);
        (void)look(f, request, out);
    }
    if (look(f, "00A4040C10" ISIM_AID, out) == 0x9000)
        for (size_t i = 0; i < sizeof of_isim / sizeof *of_isim; i++)
            look_into(f, "7FFF", of_isim[i], out);
    if (look(f, "00A4040C10" USIM_AID, out) == 0x9000)
        for (size_t i = 0; i < sizeof of_usim / sizeof *of_usim; i++)
            look_into(f, "7FFF", of_usim[i], out);
    (void)look(f, "0020000100", out);
    (void)look(f, "002C000100", out);
    (void)look(f, "0020008100", out);
    (void)look(f, "0020000A00", out);
    buf_byte(out, 0);
    ck_assert_int_eq(buf_err(out), OK);
}

void twins_assert_same(const struct buf *came, const struct buf *expected, const char *what)
{
    const char *a = (const char *)came->p;
    const char *b = (const char *)expected->p;
    while (*a && *b) {
        size_t n = strcspn(a, "\n");
        size_t m = strcspn(b, "\n");
        ck_assert_msg(n == m && memcmp(a, b, n) == 0, "%s: %.*s, expected %.*s", what, (int)n, a, (int)m, b);
        a += n + 1;
        b += m + 1;
    }
    ck_assert_msg(*a == 0 && *b == 0, "%s: one tree is longer", what);
}

void twins_assert_iccid(struct fixture *f, const char *iccid)
{
    char answer[32];
    (void)snprintf(answer, sizeof answer, "%s9000", iccid);
    apdu(f, "00A4080C022FE2", "9000");
    apdu(f, "00B000000A", answer);
}

uint64_t twins_stored(const struct fixture *f, const char *prefix)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < f->stored.n; i++) {
        const struct stored *s = &f->stored.items[i];
        uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a of name and value */
        if (strncmp(s->key, prefix, strlen(prefix)) != 0) continue;
        for (const char *k = s->key; *k; k++)
            hash = (hash ^ (uint8_t)*k) * 0x100000001b3u;
        for (size_t k = 0; k < s->n; k++)
            hash = (hash ^ s->value[k]) * 0x100000001b3u;
        sum += hash; /* whatever the order */
    }
    return sum;
}

/* An eIM with the published SGP.26 key and the card of the known answers, for test_eim.c and test_eim_check.c. */
#ifndef SOFTEUICC_TESTS_EIM_HELPERS_H
#define SOFTEUICC_TESTS_EIM_HELPERS_H

#include "eim.h"
#include "kat.h"

#include "base/hex.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define TEST_EID "89049032123451234512345678901235"

static struct kat *kat;
static struct eim eim;
static struct test_key card_key; /* SK.EUICC of SGP.26: stands for a card that signs */

static const uint8_t transaction_id[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static inline struct slice entry(const char *id)
{
    return kat_slicef(kat, "%s.hex", id);
}

/* testeim1 as the composed known answers have it. */
static inline void eim_helpers_start(void)
{
    kat = kat_open("sgp32.txt");
    ck_assert_ptr_nonnull(kat);
    const struct eim_config config = {.id = kat_text(kat, "constants.eimId"),
                                      .curve = TEST_P256,
                                      .private_key = kat_slice(kat, "constants.eim_sk_nist"),
                                      .seed = slice_text("an eIM for tests"),
                                      .version = SGP32_1_2,
                                      .initial_counter = 1};
    ck_assert_msg(eim_init(&eim, &config), "%s", eim.error);
    ck_assert(eim_set_eid(&eim, TEST_EID));
    ck_assert(test_key_private(&card_key, TEST_P256, kat_slice(kat, "constants.euicc_sk_nist")));
    eim_know_key(&eim, &card_key);
}

static inline void eim_helpers_end(void)
{
    eim_free(&eim);
    kat_free(kat);
}

/* Signs the operations of a text, with the transaction identifier of the known answers. */
static inline void sign_text(const char *text, struct eim_order *order, eim_loader load, struct eim_package *out)
{
    EIM_SCRIPT_LOCAL script = {0};
    ck_assert_msg(eim_script_read(&script, text, load, NULL), "%s: %s", text, script.error);
    order->ops = script.ops;
    order->n = script.n;
    if (!order->transaction_id.p) order->transaction_id = SLICE(transaction_id);
    bool ok = eim_sign(&eim, order, out);
    order->ops = NULL;
    order->n = 0;
    ck_assert_msg(ok, "%s: %s", text, eim.error);
}

/* The content of the list of a package: its operations. */
static inline struct slice list_of(struct slice request)
{
    struct tlv whole;
    struct tlv part;
    struct tlv list;
    ck_assert(tlv_next(&request, &whole) && tlv_find(whole.value, 0x30, &part));
    ck_assert(tlv_find(part.value, 0xa0, &list) || tlv_find(part.value, 0xa1, &list));
    return list.value;
}

static inline void assert_bytes(struct slice came, struct slice expected, const char *what)
{
    char *text = malloc(2 * came.n + 1);
    ck_assert_ptr_nonnull(text);
    hex_encode(came, text);
    ck_assert_msg(slice_equal(came, expected), "%s: came %s", what, text);
    free(text);
}

static inline void hex_bytes(const char *hex, struct buf *out)
{
    buf_reset(out);
    ck_assert_msg(hex_decode(slice_text(hex), out), "not hex: %s", hex);
}

#endif

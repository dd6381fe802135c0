/* The decoders of requests (SGP.22 v2.5 5.5, 5.7): what each reads out of a golden message, and one
 * violation a row: members missing, repeated, misplaced, too long, malformed, unknown ones. */
#include "asn1/messages.h"
#include "notation.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- golden messages, one macro a part so that rows can change one of them ---- */

#define TID "80{0102030405060708}"
#define SIGNED1 "30{" TID " 81{11*16} 83{'testsmdpplus1.example.com'} 84{22*16}}"
#define SIGNATURE "5F37{33*64}"
#define CI "04{44*20}"
#define CERTIFICATE "30{020101}"
#define TAC "80{35290611}"
#define CTX "A0{80{'ABC-1'} A1{" TAC " A1{}}}"
#define AUTHENTICATE(signed1, signature, ci, certificate, ctx)                                                         \
    "BF38{" signed1 " " signature " " ci " " certificate " " ctx "}"
#define AUTH_SIGNED1(members) AUTHENTICATE("30{" members "}", SIGNATURE, CI, CERTIFICATE, CTX)
#define AUTH_CTX(ctx) AUTHENTICATE(SIGNED1, SIGNATURE, CI, CERTIFICATE, ctx)
#define OTPK "5F49{04 55*64}"
#define HASH_CC "04{66*32}"
#define SIGNED2 "30{" TID " 01{FF} " OTPK "}"
#define PREPARE(rest) "BF21{" rest "}"
#define CRL "A0{" CERTIFICATE " 30{06{2A03}} 03{00 77*70}}"
#define ICCID "5A{98001010000000000010}"
#define AID "4F{A0000005591010FFFFFFFF8900001000}"
#define CRT "A6{80{88} 81{10} 84{'smdp-host'}}"
#define CHANNEL(rest) "BF23{" rest "}"
#define NAMES "91{'provider'} 92{'name'}"
#define METADATA(rest) "BF25{" ICCID " " NAMES " " rest "}"
#define NOTIFY_ITEM "30{80{0780} 81{'a.example.com'}}"

union request {
    struct authenticate_server_request authenticate;
    struct prepare_download_request prepare;
    struct cancel_session_request cancel;
    struct notification_criteria criteria;
    struct load_crl_request crl;
    struct profile_info_list_request info;
    struct profile_switch_request change;
    struct profile_identifier identifier;
    struct memory_reset_request reset;
    struct get_euicc_data_request data;
    struct set_nickname_request nickname;
    struct set_default_dp_address_request address;
    struct lpae_activation_request activation;
    struct initialise_secure_channel_request channel;
    struct configure_isdp_request configure;
    struct store_metadata_request metadata;
    struct replace_session_keys_request keys;
};

enum decoder {
    AUTHENTICATE_SERVER,
    PREPARE_DOWNLOAD,
    CANCEL_SESSION,
    LIST_NOTIFICATION,
    RETRIEVE_NOTIFICATIONS,
    NOTIFICATION_SENT,
    LOAD_CRL,
    PROFILE_INFO_LIST,
    ENABLE_PROFILE,
    DISABLE_PROFILE,
    DELETE_PROFILE,
    MEMORY_RESET,
    GET_EUICC_DATA,
    SET_NICKNAME,
    SET_DEFAULT_DP_ADDRESS,
    LPAE_ACTIVATION,
    GET_CHALLENGE,
    INITIALISE_SECURE_CHANNEL,
    CONFIGURE_ISDP,
    STORE_METADATA,
    REPLACE_SESSION_KEYS,
    DECODERS
};

static void assert_same(struct slice a, struct slice b)
{
    ck_assert(slice_equal(a, b) && (a.n == 0 || a.p == b.p));
}

/* What was accepted is read again without the checks, with the same outcome. */
static void assert_read_again(struct slice der, const struct store_metadata_request *r)
{
    struct store_metadata_request again;
    ck_assert_int_eq(asn1_stored_metadata(der, &again), OK);
    assert_same(r->iccid, again.iccid);
    assert_same(r->service_provider_name, again.service_provider_name);
    assert_same(r->profile_name, again.profile_name);
    assert_same(r->icon_type, again.icon_type);
    assert_same(r->icon, again.icon);
    ck_assert(r->has_class == again.has_class && r->profile_class == again.profile_class);
    ck_assert(r->has_notification_configuration == again.has_notification_configuration);
    assert_same(r->notification_configuration, again.notification_configuration);
    ck_assert(r->has_owner == again.has_owner && r->has_gid1 == again.has_gid1 && r->has_gid2 == again.has_gid2);
    assert_same(r->owner, again.owner);
    assert_same(r->owner_mcc_mnc, again.owner_mcc_mnc);
    assert_same(r->owner_gid1, again.owner_gid1);
    assert_same(r->owner_gid2, again.owner_gid2);
    ck_assert(r->has_ppr == again.has_ppr && r->ppr == again.ppr);
    assert_same(r->service_specific_data, again.service_specific_data);
    ck_assert(r->ecall_indication == again.ecall_indication && r->fallback_allowed == again.fallback_allowed);
}

static enum err decode_metadata(struct slice der, struct store_metadata_request *out, struct reason *reason)
{
    enum err e = asn1_store_metadata_request(der, out, reason);
    if (e == OK) assert_read_again(der, out);
    return e;
}

static enum err decode(enum decoder decoder, struct slice der, union request *out, struct reason *reason)
{
    switch (decoder) {
    case AUTHENTICATE_SERVER:
        return asn1_authenticate_server_request(der, &out->authenticate, reason);
    case PREPARE_DOWNLOAD:
        return asn1_prepare_download_request(der, &out->prepare, reason);
    case CANCEL_SESSION:
        return asn1_cancel_session_request(der, &out->cancel, reason);
    case LIST_NOTIFICATION:
        return asn1_list_notification_request(der, &out->criteria, reason);
    case RETRIEVE_NOTIFICATIONS:
        return asn1_retrieve_notifications_list_request(der, &out->criteria, reason);
    case NOTIFICATION_SENT:
        return asn1_notification_sent_request(der, &out->criteria, reason);
    case LOAD_CRL:
        return asn1_load_crl_request(der, &out->crl, reason);
    case PROFILE_INFO_LIST:
        return asn1_profile_info_list_request(der, &out->info, reason);
    case ENABLE_PROFILE:
        return asn1_enable_profile_request(der, &out->change, reason);
    case DISABLE_PROFILE:
        return asn1_disable_profile_request(der, &out->change, reason);
    case DELETE_PROFILE:
        return asn1_delete_profile_request(der, &out->identifier, reason);
    case MEMORY_RESET:
        return asn1_memory_reset_request(der, &out->reset, reason);
    case GET_EUICC_DATA:
        return asn1_get_euicc_data_request(der, &out->data, reason);
    case SET_NICKNAME:
        return asn1_set_nickname_request(der, &out->nickname, reason);
    case SET_DEFAULT_DP_ADDRESS:
        return asn1_set_default_dp_address_request(der, &out->address, reason);
    case LPAE_ACTIVATION:
        return asn1_lpae_activation_request(der, &out->activation, reason);
    case GET_CHALLENGE:
        return asn1_empty_request(der, "GetEuiccChallengeRequest", "SGP.22 5.7.7", reason);
    case INITIALISE_SECURE_CHANNEL:
        return asn1_initialise_secure_channel_request(der, &out->channel, reason);
    case CONFIGURE_ISDP:
        return asn1_configure_isdp_request(der, &out->configure, reason);
    case STORE_METADATA:
        return decode_metadata(der, &out->metadata, reason);
    case REPLACE_SESSION_KEYS:
        return asn1_replace_session_keys_request(der, &out->keys, reason);
    case DECODERS:
        break;
    }
    ck_abort_msg("no decoder %d", (int)decoder);
    return ERR_DATA;
}

/* The place of a slice in the message, by which it must lie in the caller's bytes. */
static void assert_part(const struct bytes *der, struct slice part, const char *notation)
{
    BYTES_LOCAL wanted = notation_bytes(notation, NULL);
    ck_assert_msg(slice_equal(part, bytes_slice(&wanted)), "%s", notation);
    if (part.n) ck_assert(part.p >= der->p && part.p + part.n <= der->p + der->n);
}

static struct bytes accepted(enum decoder decoder, const char *message, union request *out)
{
    struct reason reason;
    char text[512];
    struct bytes der = notation_bytes(message, NULL);
    reason_clear(&reason);
    enum err e = decode(decoder, bytes_slice(&der), out, &reason);
    ck_assert_msg(e == OK && !reason.said, "%s: %s", message, reason_text(&reason, text, sizeof text));
    return der;
}

START_TEST(test_read_authenticate_server)
{
    union request r;
    BYTES_LOCAL der = accepted(AUTHENTICATE_SERVER, AUTH_CTX(CTX), &r);
    assert_part(&der, r.authenticate.server_signed1, SIGNED1);
    assert_part(&der, r.authenticate.transaction_id, "0102030405060708");
    assert_part(&der, r.authenticate.euicc_challenge, "11*16");
    assert_part(&der, r.authenticate.server_address, "'testsmdpplus1.example.com'");
    assert_part(&der, r.authenticate.server_challenge, "22*16");
    assert_part(&der, r.authenticate.server_signature1, "33*64");
    assert_part(&der, r.authenticate.ci_pk_id, "44*20");
    assert_part(&der, r.authenticate.server_certificate, CERTIFICATE);
    assert_part(&der, r.authenticate.ctx_params1, CTX);
    assert_part(&der, r.authenticate.matching_id, "'ABC-1'");
}
END_TEST

START_TEST(test_read_prepare_download)
{
    union request r;
    BYTES_LOCAL der = accepted(PREPARE_DOWNLOAD, PREPARE(SIGNED2 " " SIGNATURE " " HASH_CC " " CERTIFICATE), &r);
    assert_part(&der, r.prepare.smdp_signed2, SIGNED2);
    assert_part(&der, r.prepare.transaction_id, "0102030405060708");
    ck_assert(r.prepare.cc_required && r.prepare.has_euicc_otpk && r.prepare.has_hash_cc);
    assert_part(&der, r.prepare.euicc_otpk, "04 55*64");
    assert_part(&der, r.prepare.hash_cc, "66*32");
    assert_part(&der, r.prepare.smdp_signature2, "33*64");
    assert_part(&der, r.prepare.smdp_certificate, CERTIFICATE);
    BYTES_LOCAL least = accepted(PREPARE_DOWNLOAD, PREPARE("30{" TID " 01{00}} " SIGNATURE " " CERTIFICATE), &r);
    ck_assert(!r.prepare.cc_required && !r.prepare.has_euicc_otpk && !r.prepare.has_hash_cc);
    /* BOOLEAN true is any value but zero */
    BYTES_LOCAL one = accepted(PREPARE_DOWNLOAD, PREPARE("30{" TID " 01{01}} " SIGNATURE " " CERTIFICATE), &r);
    ck_assert(r.prepare.cc_required);
}
END_TEST

START_TEST(test_read_notifications)
{
    union request r;
    BYTES_LOCAL a = accepted(LIST_NOTIFICATION, "BF28{}", &r);
    ck_assert(!r.criteria.by_event && !r.criteria.by_sequence_number);
    BYTES_LOCAL b = accepted(LIST_NOTIFICATION, "BF28{81{0640}}", &r);
    ck_assert(r.criteria.by_event && r.criteria.events == 2);
    BYTES_LOCAL c = accepted(RETRIEVE_NOTIFICATIONS, "BF2B{}", &r);
    ck_assert(!r.criteria.by_event && !r.criteria.by_sequence_number);
    BYTES_LOCAL d = accepted(RETRIEVE_NOTIFICATIONS, "BF2B{A0{80{0080}}}", &r);
    ck_assert(r.criteria.by_sequence_number && r.criteria.sequence_number == 128);
    BYTES_LOCAL e = accepted(RETRIEVE_NOTIFICATIONS, "BF2B{A0{81{04F0}}}", &r);
    ck_assert(r.criteria.by_event && r.criteria.events == 15);
    BYTES_LOCAL f = accepted(NOTIFICATION_SENT, "BF30{80{00FFFFFFFF}}", &r);
    ck_assert(r.criteria.by_sequence_number && r.criteria.sequence_number == 0xffffffff);
}
END_TEST

START_TEST(test_read_es10c)
{
    union request r;
    BYTES_LOCAL a = accepted(PROFILE_INFO_LIST, "BF2D{}", &r);
    ck_assert(!r.info.has_identifier && !r.info.has_class && !r.info.has_tag_list);
    BYTES_LOCAL b = accepted(PROFILE_INFO_LIST, "BF2D{A0{" AID "} 5C{5A9F70BF22}}", &r);
    ck_assert(r.info.has_identifier && r.info.identifier.by_aid && !r.info.has_class && r.info.has_tag_list);
    assert_part(&b, r.info.identifier.value, "A0000005591010FFFFFFFF8900001000");
    assert_part(&b, r.info.tag_list, "5A9F70BF22");
    BYTES_LOCAL c = accepted(PROFILE_INFO_LIST, "BF2D{A0{95{02}} 5C{}}", &r);
    ck_assert(!r.info.has_identifier && r.info.has_class && r.info.profile_class == 2 && r.info.has_tag_list);
    BYTES_LOCAL d = accepted(ENABLE_PROFILE, "BF31{A0{" ICCID "} 81{FF}}", &r);
    ck_assert(!r.change.identifier.by_aid && r.change.refresh);
    assert_part(&d, r.change.identifier.value, "98001010000000000010");
    BYTES_LOCAL e = accepted(DISABLE_PROFILE, "BF32{A0{" AID "} 81{00}}", &r);
    ck_assert(r.change.identifier.by_aid && !r.change.refresh);
    BYTES_LOCAL f = accepted(DELETE_PROFILE, "BF33{5A{980010}}", &r); /* 9 bytes come too */
    ck_assert(!r.identifier.by_aid && r.identifier.value.n == 3);
    BYTES_LOCAL g = accepted(MEMORY_RESET, "BF34{82{05E0}}", &r);
    ck_assert_uint_eq(r.reset.options, 7);
    BYTES_LOCAL h = accepted(GET_EUICC_DATA, "BF3E{5C{5A}}", &r);
    assert_part(&h, r.data.tag_list, "5A");
    BYTES_LOCAL i = accepted(SET_NICKNAME, "BF29{" ICCID " 90{}}", &r);
    ck_assert_uint_eq(r.nickname.nickname.n, 0);
    assert_part(&i, r.nickname.iccid, "98001010000000000010");
    BYTES_LOCAL j = accepted(SET_DEFAULT_DP_ADDRESS, "BF3F{80{'smdp.example.com'}}", &r);
    assert_part(&j, r.address.address, "'smdp.example.com'");
    BYTES_LOCAL k = accepted(LPAE_ACTIVATION, "BF42{80{06C0}}", &r);
    ck_assert_uint_eq(r.activation.options, 3);
    BYTES_LOCAL l = accepted(CANCEL_SESSION, "BF41{" TID " 81{7F}}", &r);
    ck_assert_uint_eq(r.cancel.reason, 127);
    assert_part(&l, r.cancel.transaction_id, "0102030405060708");
    BYTES_LOCAL m = accepted(LOAD_CRL, "BF35{" CRL "}", &r);
    assert_part(&m, r.crl.tbs, CERTIFICATE);
    assert_part(&m, r.crl.algorithm, "30{06{2A03}}");
    assert_part(&m, r.crl.signature, "77*70");
}
END_TEST

START_TEST(test_read_es8)
{
    union request r;
    BYTES_LOCAL a = accepted(INITIALISE_SECURE_CHANNEL, CHANNEL("82{01} " TID " " CRT " " OTPK " " SIGNATURE), &r);
    ck_assert(r.channel.remote_operation == 1 && r.channel.key_type == 0x88 && r.channel.key_length == 0x10);
    assert_part(&a, r.channel.transaction_id, "0102030405060708");
    assert_part(&a, r.channel.host_id, "'smdp-host'");
    assert_part(&a, r.channel.smdp_otpk, "04 55*64");
    assert_part(&a, r.channel.smdp_sign, "33*64");
    assert_part(&a, r.channel.signed_part, "82{01} " TID " " CRT " " OTPK);
    BYTES_LOCAL b = accepted(CONFIGURE_ISDP, "BF24{}", &r);
    ck_assert(!r.configure.has_dp_proprietary_data);
    BYTES_LOCAL c = accepted(CONFIGURE_ISDP, "BF24{B8{80{88370A} 85{00*119}}}", &r); /* 128 bytes in all */
    ck_assert(r.configure.has_dp_proprietary_data);
    ck_assert_uint_eq(r.configure.dp_proprietary_data.n, 128);
    BYTES_LOCAL d = accepted(REPLACE_SESSION_KEYS, "BF26{80{01*16} 81{02*16} 82{03*16}}", &r);
    assert_part(&d, r.keys.mcv, "01*16");
    assert_part(&d, r.keys.enc, "02*16");
    assert_part(&d, r.keys.mac, "03*16");
}
END_TEST

START_TEST(test_read_metadata)
{
    union request r;
    BYTES_LOCAL least = accepted(STORE_METADATA, METADATA(""), &r);
    ck_assert(!r.metadata.has_class && r.metadata.profile_class == PROFILE_CLASS_OPERATIONAL && !r.metadata.has_owner);
    ck_assert(!r.metadata.has_ppr && !r.metadata.has_notification_configuration && !r.metadata.icon.n);
    BYTES_LOCAL all =
        accepted(STORE_METADATA,
                 METADATA("93{01} 94{89*1024} 95{00} B6{" NOTIFY_ITEM "} B7{80{00F110} 81{AB} 82{}} 99{0560} "
                          "BF22{30{80{88370A} A1{}}} BF23{30{80{88370A} A1{}}}"),
                 &r);
    assert_part(&all, r.metadata.iccid, "98001010000000000010");
    assert_part(&all, r.metadata.service_provider_name, "'provider'");
    assert_part(&all, r.metadata.profile_name, "'name'");
    assert_part(&all, r.metadata.icon_type, "93{01}");
    assert_part(&all, r.metadata.icon, "94{89*1024}");
    ck_assert(r.metadata.has_class && r.metadata.profile_class == PROFILE_CLASS_TEST);
    assert_part(&all, r.metadata.notification_configuration, NOTIFY_ITEM);
    assert_part(&all, r.metadata.owner, "B7{80{00F110} 81{AB} 82{}}");
    assert_part(&all, r.metadata.owner_mcc_mnc, "00F110");
    ck_assert(r.metadata.has_gid1 && r.metadata.has_gid2 && r.metadata.owner_gid2.n == 0);
    assert_part(&all, r.metadata.owner_gid1, "AB");
    ck_assert(r.metadata.has_ppr && r.metadata.ppr == 6);
    assert_part(&all, r.metadata.service_specific_data, "BF22{30{80{88370A} A1{}}}");
}
END_TEST

/* Kept metadata that is none any more; each with one thing wrong. */
static const char *const spoiled[] = {
    "",
    "BF26{" ICCID " 91{'p'} 92{}}",
    "BF25{" ICCID " 91{'p'} 92{}} 00",
    "BF25{91{'p'} 92{}}",
    "BF25{5A{980010} 91{'p'} 92{}}",
    "BF25{" ICCID " 91}",
    "BF25{" ICCID " 91{'p'} 92{} 95{}}",
    "BF25{" ICCID " 91{'p'} 92{} B7{81{AB}}}",
    "BF25{" ICCID " 91{'p'} 92{} B7{80{00F1}}}",
    "BF25{" ICCID " 91{'p'} 92{} 99{}}",
};

START_TEST(test_spoiled_metadata)
{
    struct store_metadata_request r;
    BYTES_LOCAL der = notation_bytes(spoiled[_i], NULL);
    ck_assert_int_eq(asn1_stored_metadata(bytes_slice(&der), &r), ERR_CORRUPT);
}
END_TEST

/* Accepted beside the golden ones: limits that just hold, and up to three unknown members wherever a type may grow. */
static const struct {
    enum decoder decoder;
    const char *message;
} good[] = {
    {AUTHENTICATE_SERVER, AUTH_SIGNED1("80{01} 81{11*16} 83{'a'} 84{22*16}")}, /* the shortest */
    {AUTHENTICATE_SERVER, AUTH_SIGNED1("80{01*16} 81{11*16} 83{} 84{22*16}")},
    {AUTHENTICATE_SERVER, AUTH_SIGNED1("80{01} 81{11*16} 83{'a'} 84{22*16} A5{} 86{01} BF7F{}")},
    {AUTHENTICATE_SERVER, AUTH_CTX("A0{A1{" TAC " A1{}}}")},
    {AUTHENTICATE_SERVER, AUTH_CTX("A0{A1{" TAC " A1{80{050000} 85{080000} 8B{01} 8C{02} 8D{03}} 82{12*8}}}")},
    {AUTHENTICATE_SERVER, AUTH_CTX("A0{80{} A1{" TAC " A1{} A3{30{}} 84{} 85{}} 82{01} A3{} A4{}}")},
    {AUTHENTICATE_SERVER, AUTHENTICATE(SIGNED1, SIGNATURE, "04{}", CERTIFICATE, CTX)},
    {AUTHENTICATE_SERVER, AUTHENTICATE(SIGNED1, "5F37{}", CI, CERTIFICATE, CTX " A1{} A2{} BF7F{}")},
    {PREPARE_DOWNLOAD, PREPARE("30{" TID " 01{00} 05{00} 85{} 86{}} " SIGNATURE " " CERTIFICATE " 85{} 86{} 87{}")},
    {CANCEL_SESSION, "BF41{" TID " 81{00} 82{} 83{} 84{}}"},
    {LIST_NOTIFICATION, "BF28{82{} 83{} 84{}}"},
    {LIST_NOTIFICATION, "BF28{81{0080}}"}, /* trailing zero bits */
    {RETRIEVE_NOTIFICATIONS, "BF2B{A0{80{00}} 8A{} 8B{} 8C{}}"},
    {NOTIFICATION_SENT, "BF30{80{01} 81{} 82{} 83{}}"},
    {LOAD_CRL, "BF35{" CRL " A1{} A2{} 83{}}"},
    {PROFILE_INFO_LIST, "BF2D{5C{} 5D{5A} 85{} 86{}}"},
    {PROFILE_INFO_LIST, "BF2D{A0{95{00FFFFFFFF}}}"},
    {ENABLE_PROFILE, "BF31{A0{" ICCID "} 81{01} 82{01} 83{} 84{}}"},
    {DISABLE_PROFILE, "BF32{A0{" ICCID "} 81{00} 82{01} 83{} 84{}}"},
    {MEMORY_RESET, "BF34{82{00} 83{} 84{} 85{}}"},
    {GET_EUICC_DATA, "BF3E{5C{5A} 81{} 82{} 83{}}"},
    {SET_NICKNAME, "BF29{5A{} 90{'n'} 91{} 92{} 93{}}"},
    {SET_DEFAULT_DP_ADDRESS, "BF3F{80{} 81{44*20} 82{} 83{}}"},
    {LPAE_ACTIVATION, "BF42{80{00} 81{} 82{} 83{}}"},
    {GET_CHALLENGE, "BF2E{}"},
    {GET_CHALLENGE, "BF2E{80{} 81{} 82{}}"},
    {INITIALISE_SECURE_CHANNEL, CHANNEL("82{7F} 80{01} A6{80{80} 81{20} 84{} 85{} 86{} 87{}} 5F49{} 5F37{}")},
    {CONFIGURE_ISDP, "BF24{B8{80{88370A} 81{} 82{} 83{}} 81{} 82{} 83{}}"},
    {STORE_METADATA, METADATA("BA{} 9B{} BC{}")},
    {STORE_METADATA, METADATA("9F7B{FF} 9F67{01}")},
    {STORE_METADATA, METADATA("9F7B{00} 9F67{00}")},
    {STORE_METADATA, METADATA("B6{} B7{80{00F110} 83{} 84{} 85{}}")},
    {STORE_METADATA, METADATA("B6{30{80{0780} 81{'a'} 82{}}}")},
    {STORE_METADATA, "BF25{" ICCID " 91{'p'} 92{}}"},
};

START_TEST(test_accepted)
{
    union request r;
    BYTES_LOCAL der = accepted(good[_i].decoder, good[_i].message, &r);
}
END_TEST

/* One violation each. ^ is the place of the reason; expected and came must be in its words. */
static const struct {
    enum decoder decoder;
    const char *message;
    const char *clause, *expected, *came;
} refused[] = {
#include "asn1_refusals.h"
};

START_TEST(test_refused)
{
    struct reason reason;
    char text[512];
    union request r;
    size_t mark;
    const char *message = refused[_i].message;
    BYTES_LOCAL der = notation_bytes(message, &mark);
    reason_clear(&reason);
    enum err e = decode(refused[_i].decoder, bytes_slice(&der), &r, &reason);
    (void)reason_text(&reason, text, sizeof text);
    ck_assert_msg(e == ERR_DATA && reason.said, "%s: accepted", message);
    ck_assert_msg(reason.offset == mark, "%s: not byte %zu: %s", message, mark, text);
    ck_assert_msg(strcmp(reason.clause, refused[_i].clause) == 0, "%s: %s", message, text);
    ck_assert_msg(strstr(reason.expected, refused[_i].expected) != NULL, "%s: %s", message, text);
    ck_assert_msg(strstr(reason.came, refused[_i].came) != NULL, "%s: %s", message, text);
}
END_TEST

/* Every golden message cut at every byte (lengths as they were, and also lengths that fit): refused at byte 0 or later,
 * never read past its end. */
START_TEST(test_cut)
{
    static const struct {
        enum decoder decoder;
        const char *message;
    } whole[] = {
        {AUTHENTICATE_SERVER, AUTH_CTX(CTX)},
        {PREPARE_DOWNLOAD, PREPARE(SIGNED2 " " SIGNATURE " " HASH_CC " " CERTIFICATE)},
        {LOAD_CRL, "BF35{" CRL "}"},
        {PROFILE_INFO_LIST, "BF2D{A0{" AID "} 5C{5A9F70BF22}}"},
        {ENABLE_PROFILE, "BF31{A0{" ICCID "} 81{FF}}"},
        {DELETE_PROFILE, "BF33{" ICCID "}"},
        {INITIALISE_SECURE_CHANNEL, CHANNEL("82{01} " TID " " CRT " " OTPK " " SIGNATURE)},
        {STORE_METADATA, METADATA("93{01} 94{89*20} 95{00} B6{" NOTIFY_ITEM "} B7{80{00F110} 81{AB} 82{}} 99{0560}")},
    };
    BYTES_LOCAL der = notation_bytes(whole[_i].message, NULL);
    union request r;
    struct reason reason;
    for (size_t n = 0; n < der.n; n++) {
        BYTES_LOCAL cut = bytes_copy(slice_of(der.p, n));
        reason_clear(&reason);
        ck_assert_msg(decode(whole[_i].decoder, bytes_slice(&cut), &r, &reason) == ERR_DATA, "%s cut to %zu",
                      whole[_i].message, n);
        ck_assert(reason.said && reason.offset <= n);
    }
    for (size_t bit = 0; bit < der.n * 8; bit++) {
        BYTES_LOCAL flipped = bytes_copy(bytes_slice(&der));
        flipped.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        reason_clear(&reason);
        enum err e = decode(whole[_i].decoder, bytes_slice(&flipped), &r, &reason);
        ck_assert_msg(e == OK ? !reason.said : e == ERR_DATA && reason.said && reason.offset <= der.n,
                      "%s with bit %zu: %d", whole[_i].message, bit, (int)e);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("asn1 requests");
    TCase *tcase = tcase_create("requests");
    tcase_add_test(tcase, test_read_authenticate_server);
    tcase_add_test(tcase, test_read_prepare_download);
    tcase_add_test(tcase, test_read_notifications);
    tcase_add_test(tcase, test_read_es10c);
    tcase_add_test(tcase, test_read_es8);
    tcase_add_test(tcase, test_read_metadata);
    tcase_add_loop_test(tcase, test_spoiled_metadata, 0, COUNT(spoiled));
    tcase_add_loop_test(tcase, test_accepted, 0, COUNT(good));
    tcase_add_loop_test(tcase, test_refused, 0, COUNT(refused));
    tcase_add_loop_test(tcase, test_cut, 0, 8);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ES10b.GetEUICCInfo (SGP.22 5.7.8, 4.3): EUICCInfo1 and EUICCInfo2. */
#include "isdr/internal.h"

/* rspCapability (SGP.22 4.3) */
#define ADDITIONAL_PROFILE (1u << 0)
#define CRL_SUPPORT (1u << 1)
#define TEST_PROFILE_SUPPORT (1u << 3)
#define DEVICE_INFO_EXTENSIBILITY (1u << 4)
#define SERVICE_SPECIFIC_DATA (1u << 5)

/* Less free memory than this takes no profile at all: a header, an end and their records. */
#define SMALLEST_PROFILE 512

static void put_ci_lists(const struct model *m, struct buf *out)
{
    size_t verify = tlv_open(out, 0xa9);
    for (size_t i = 0; i < m->identity.root_count; i++)
        tlv_put(out, 0x04, SLICE(m->identity.roots[i].ci_pk_id));
    tlv_close(out, verify);
    size_t sign = tlv_open(out, 0xaa);
    for (size_t i = 0; i < m->identity.root_count; i++)
        if (m->identity.roots[i].signs) tlv_put(out, 0x04, SLICE(m->identity.roots[i].ci_pk_id));
    tlv_close(out, sign);
}

enum err es10b_get_euicc_info1(struct model *m, struct slice request, struct buf *response)
{
    TRY(asn1_empty_request(request, "GetEuiccInfo1Request", "SGP.22 5.7.8", &m->reason));
    size_t mark = tlv_open(response, 0xbf20);
    tlv_put(response, 0x82, SLICE(m->personality.sgp22_version));
    put_ci_lists(m, response);
    tlv_close(response, mark);
    return buf_err(response);
}

/* Big endian, as few bytes as hold it, at least one. */
static void put_size(struct buf *out, uint32_t tag, size_t value)
{
    uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
    size_t skip = 0;
    while (skip < 3 && bytes[skip] == 0)
        skip++;
    tlv_put(out, tag, slice_of(bytes + skip, sizeof bytes - skip));
}

static uint32_t rsp_capability(const struct model *m, size_t profiles, size_t free_memory)
{
    uint32_t bits = DEVICE_INFO_EXTENSIBILITY | SERVICE_SPECIFIC_DATA;
    bool below_max = !m->personality.profiles_max || profiles < m->personality.profiles_max;
    if (below_max && free_memory >= SMALLEST_PROFILE) bits |= ADDITIONAL_PROFILE;
    if (m->personality.crl_support) bits |= CRL_SUPPORT;
    if (m->personality.test_profiles) bits |= TEST_PROFILE_SUPPORT;
    return bits;
}

/* ipaMode and iotSpecificInfo {versions, ecallSupported, fallbackSupported} (SGP.32 5.9.2). */
static void put_iot_info(const struct personality *p, struct buf *out)
{
    const uint8_t version[] = {1, (uint8_t)(p->sgp32 - SGP32_1_0), p->sgp32 == SGP32_1_0};
    tlv_put_u8(out, 0x90, p->ipa_mode == IPA_MODE_IPAE);
    size_t iot = tlv_open(out, 0xb4);
    size_t versions = tlv_open(out, 0xa0);
    tlv_put(out, 0x04, SLICE(version));
    tlv_close(out, versions);
    if (p->sgp32 >= SGP32_1_1 && p->emergency) tlv_put(out, 0x81, (struct slice){0});
    if (p->sgp32 >= SGP32_1_1 && p->fallback) tlv_put(out, 0x82, (struct slice){0});
    tlv_close(out, iot);
}

void euicc_info2(const struct model *m, struct buf *out)
{
    const struct personality *p = &m->personality;
    size_t profiles = profile_count(m);
    size_t free_memory = profile_memory_free(m);
    size_t info = tlv_open(out, 0xbf22);
    tlv_put(out, 0x81, SLICE(p->profile_package_version));
    tlv_put(out, 0x82, SLICE(p->sgp22_version));
    tlv_put(out, 0x83, SLICE(p->firmware_version));
    size_t resource = tlv_open(out, 0x84); /* ETSI TS 102 226: applications, non-volatile and volatile memory left */
    put_size(out, 0x81, profiles);
    put_size(out, 0x82, free_memory);
    put_size(out, 0x83, p->volatile_memory_size);
    tlv_close(out, resource);
    tlv_put_bits(out, 0x85, p->uicc_capability);
    tlv_put(out, 0x86, SLICE(p->ts102241_version));
    tlv_put(out, 0x87, SLICE(p->globalplatform_version));
    tlv_put_bits(out, 0x88, rsp_capability(m, profiles, free_memory));
    put_ci_lists(m, out);
    tlv_put_unsigned(out, 0x8b, p->euicc_category);
    if (p->forbidden_ppr) tlv_put_bits(out, 0x99, p->forbidden_ppr);
    tlv_put(out, 0x04, SLICE(p->protection_profile_version));
    tlv_put(out, 0x0c, slice_text(p->sas_accreditation_number));
    if (p->platform_label[0] && p->discovery_base_url[0]) {
        size_t certification = tlv_open(out, 0xac);
        tlv_put(out, 0x80, slice_text(p->platform_label));
        tlv_put(out, 0x81, slice_text(p->discovery_base_url));
        tlv_close(out, certification);
    }
    if (p->sgp32 != SGP32_NONE && p->iot_info_in_euicc_info2) put_iot_info(p, out);
    tlv_close(out, info);
}

enum err es10b_get_euicc_info2(struct model *m, struct slice request, struct buf *response)
{
    TRY(asn1_empty_request(request, "GetEuiccInfo2Request", "SGP.22 5.7.8", &m->reason));
    euicc_info2(m, response);
    return buf_err(response);
}

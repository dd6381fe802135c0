/* The readable source of profile packages and back (tools/saip). Input: 0 source, 1 DER, then it.
 * Oracles: a refusal has a place inside and words; DER that can be written as a source gives the same DER again, and a
 * source that is taken gives DER that has a source with the same DER. */
#include "fuzz.h"

#include "package.h"
#include "source.h"

static void count(void *context, const struct problem *problem)
{
    ++*(size_t *)context;
    FUZZ_CHECK(*problem->text && strlen(problem->text) < sizeof problem->text, "a problem without a word");
}

static void check_der(struct slice der)
{
    struct problem why;
    size_t reported = 0;
    BUF_LOCAL source = {0};
    BUF_LOCAL again = {0};
    BUF_LOCAL text = {0};
    size_t problems = package_check(der, count, &reported);
    FUZZ_CHECK(problems == reported, "%zu problems, %zu reported", problems, reported);
    (void)package_describe(der, reported & 1, (struct slice){0}, &text, &why);
    if (!source_decode(der, &source, &why)) {
        FUZZ_CHECK(why.place <= der.n && *why.text, "refused without a word at %zu", why.place);
        return;
    }
    FUZZ_CHECK(source_encode(buf_slice(&source), &again, &why), "its own source is refused, line %zu: %s", why.place,
               why.text);
    FUZZ_CHECK(slice_equal(buf_slice(&again), der), "other DER came back: %zu bytes, %zu before", again.n, der.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct problem why;
    BUF_LOCAL der = {0};
    if (n == 0) return 0;
    struct slice in = slice_of(data + 1, n - 1);
    if (data[0] & 1) {
        check_der(in);
    } else if (source_encode(in, &der, &why)) {
        check_der(buf_slice(&der));
    } else {
        FUZZ_CHECK(*why.text && strlen(why.text) < sizeof why.text, "refused without a word");
    }
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t cap, unsigned seed)
{
    uint64_t random = 0x9e3779b97f4a7c15u ^ ((uint64_t)seed + 1) << 17;
    if (n > 1 && data[0] & 1) return fuzz_mutate_tlv(data, n, cap, &random, 1, &fuzz_saip_words);
    return LLVMFuzzerMutate(data, n, cap);
}

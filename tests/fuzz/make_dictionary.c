/* Prints the dictionary of all targets (for -dict of libFuzzer and -x of AFL++): the tags, instructions and operations
 * of the card's own tables, and what the mutators put in. Fails if the mutators (mutator_words.c, mutator_commands.c)
 * do not know a row of a table: a new function, command, operation or profile element needs its word there. The build
 * makes softeuicc.dict with it, and it is a test. */
#include "card/card.h"
#include "fuzz.h"
#include "isdr/iot.h"
#include "saip/internal.h"

#define ENTRY_MAX 64 /* of libFuzzer; AFL++ takes 128 */

static bool complete = true;

/* The mutators ask for it; nothing is mutated here. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t cap)
{
    (void)data;
    (void)cap;
    return n;
}

static void put_entry(struct slice bytes)
{
    if (bytes.n == 0 || bytes.n > ENTRY_MAX) return;
    putchar('"');
    for (size_t i = 0; i < bytes.n; i++)
        printf("\\x%02X", bytes.p[i]);
    puts("\"");
}

static void put_digits(const char *digits)
{
    BUF_LOCAL bytes = {0};
    fuzz_put_hex(&bytes, digits);
    put_entry(buf_slice(&bytes));
}

static void put_words(const char *title, const struct fuzz_words *words)
{
    printf("\n# %s\n", title);
    for (size_t i = 0; i < words->tag_count; i++) {
        BUF_LOCAL tag = {0};
        tlv_put(&tag, words->tags[i], slice_of(NULL, 0));
        put_entry(slice_of(tag.p, tag.n - 1)); /* without the length */
    }
    for (size_t i = 0; i < words->value_count; i++)
        put_digits(words->values[i]);
    for (size_t i = 0; words->objects[i]; i++)
        put_digits(words->objects[i]);
}

static void need(bool known, const char *what, const char *name)
{
    if (known) return;
    fprintf(stderr, "the mutators do not know the %s %s\n", what, name);
    complete = false;
}

static bool has_tag(const struct fuzz_words *words, uint32_t tag)
{
    for (size_t i = 0; i < words->tag_count; i++)
        if (words->tags[i] == tag) return true;
    return false;
}

/* A whole object to begin with, so that it can be put where it was not. */
static bool has_object(const struct fuzz_words *words, uint32_t tag)
{
    for (size_t i = 0; words->objects[i]; i++) {
        struct tlv t;
        BUF_LOCAL bytes = {0};
        fuzz_put_hex(&bytes, words->objects[i]);
        struct slice in = buf_slice(&bytes);
        if (tlv_read_lax(&in, &t) == TLV_OK && t.tag == tag) return true;
    }
    return false;
}

static void put_functions(void)
{
    const struct es_function *f;
    puts("\n# functions of the ISD-R, empty");
    for (size_t i = 0; (f = es_function_at(i)) != NULL; i++) {
        BUF_LOCAL request = {0};
        tlv_put(&request, f->tag, slice_of(NULL, 0));
        put_entry(buf_slice(&request));
        need(has_tag(&fuzz_es10_words, f->tag), "function", f->name);
    }
}

static void put_operations(void)
{
    const struct package_operation *o;
    puts("\n# operations of eUICC packages");
    for (size_t i = 0; (o = psmo_at(i)) != NULL; i++)
        need(has_object(&fuzz_package_words, o->tag), "PSMO", o->name);
    for (size_t i = 0; (o = eco_at(i)) != NULL; i++)
        need(has_object(&fuzz_package_words, o->tag), "eCO", o->name);
}

static bool has_command(uint8_t ins)
{
    for (size_t i = 0; fuzz_uicc_commands[i]; i++) {
        BUF_LOCAL bytes = {0};
        fuzz_put_hex(&bytes, fuzz_uicc_commands[i]);
        if (bytes.n > 1 && bytes.p[1] == ins) return true;
    }
    return false;
}

static void put_commands(void)
{
    const struct command *c;
    puts("\n# commands");
    for (size_t i = 0; (c = command_at(i)) != NULL; i++) {
        const uint8_t head[] = {c->interindustry ? 0x00 : 0x80, c->ins, 0, 0};
        put_entry(SLICE(head));
        need(has_command(c->ins), "command", c->name);
    }
    for (size_t i = 0; fuzz_uicc_commands[i]; i++)
        put_digits(fuzz_uicc_commands[i]);
}

static void check_elements(void)
{
    size_t index;
    for (uint32_t tag = 0xa0; tag <= 0xbe; tag++) {
        const struct element_row *row = element_find(tag, &index);
        if (row) need(has_tag(&fuzz_saip_words, tag), "profile element", row->name);
    }
}

int main(void)
{
    puts("# made by tests/fuzz/make_dictionary.c");
    put_functions();
    put_operations();
    put_commands();
    check_elements();
    put_words("requests", &fuzz_es10_words);
    put_words("packages", &fuzz_package_words);
    put_words("profile elements", &fuzz_saip_words);
    put_words("certificates", &fuzz_certificate_words);
    return complete && fflush(stdout) == 0 ? 0 : 1;
}

/* ipa_demo: the test IPA as a program of its own over libpcsclite, with the test eIM and the test SM-DP+ inside. Each
 * run is one visit to the card: power on, one thing done, power off. What the eIM has to remember lies in a folder.
 * tools/demo runs it. Exit status 0: done (with --expect: refused just so), 1: not, 2: wrong usage. */
#define _POSIX_C_SOURCE 200809L
#include "ipa.h"
#include "ipa_state.h"
#include "metadata.h"

#include "base/hex.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

struct demo {
    struct ipa ipa;
    struct eim eim;
    struct smdpp *dp;
    struct smdpp_config dp_config;
    uint8_t seed[16];
    const char *folder;
    const char *name;
    const char *profile;
    const char *metadata;
    const char *activation_code;
    const char *expected; /* name of the refusal; NULL: success */
    enum sgp32_version version;
    bool refresh;
    bool leave;
    char *const *arguments;
    int argument_count;
};

/* Says what failed; gives the exit status. */
static int failed(const struct demo *demo, const char *what)
{
    fprintf(stderr, "ipa_demo: %s: %s (status word %04x)\n", what, demo->ipa.lpa.error, demo->ipa.lpa.sw);
    return 1;
}

static int eim_failed(const struct demo *demo, const char *what)
{
    fprintf(stderr, "ipa_demo: %s: %s\n", what, demo->eim.error);
    return 1;
}

static void print_refreshes(const struct demo *demo)
{
    if (demo->ipa.refreshes) printf("refresh: %u, answered with success, card reset\n", demo->ipa.refreshes);
}

/* Prints the result code of a local function and gives the exit status. */
static int concluded(struct demo *demo, const char *what, int code)
{
    if (code < 0) return failed(demo, what);
    if (code == 0) {
        printf("%s: ok\n", what);
    } else {
        printf("%s: refused %d\n", what, code);
    }
    if (code == 0 && !ipa_settle(&demo->ipa)) return failed(demo, "REFRESH");
    print_refreshes(demo);
    int expected = demo->expected ? (int)strtol(demo->expected, NULL, 10) : 0;
    return code == expected ? 0 : 1;
}

/* The card's certificates (GetCerts), so that the eIM can check what the card signs. */
static bool know_card(struct demo *demo)
{
    struct ipa *ipa = &demo->ipa;
    IPA_CERTIFICATES_LOCAL certificates = {0};
    char eid[33];
    if (!ipa_get_eid(ipa, eid) || ipa_get_certs(ipa, (struct slice){0}, &certificates) != 0) {
        failed(demo, "EID and certificates");
        return false;
    }
    if (eim_set_eid(&demo->eim, eid) &&
        eim_know_card(&demo->eim, buf_slice(&certificates.euicc), buf_slice(&certificates.eum), demo->dp_config.anchors,
                      demo->dp_config.anchor_count))
        return true;
    eim_failed(demo, "the card's certificates");
    return false;
}

static int command_associate(struct demo *demo)
{
    struct eim *eims[] = {&demo->eim};
    ipa_state_begin(&demo->eim);
    if (!ipa_associate(&demo->ipa, eims, 1, true, demo->dp_config.anchors, demo->dp_config.anchor_count))
        return failed(demo, "AddInitialEim");
    printf("associated: eIM %s, counter %" PRIu32 ", token %" PRId64 "\n", demo->eim.id, demo->eim.counter,
           demo->eim.token);
    printf("certificates: chain to the CI ok\n");
    return 0;
}

/* ---- packages ---- */

/* The EimConfigurationData of another eIM of the folder, asking for a token: what "add-eim NAME" takes. */
static bool load_eim(void *ctx, const char *name, struct buf *out, char *why, size_t size)
{
    const struct demo *demo = ctx;
    EIM_LOCAL other = {0};
    BUF_LOCAL key = {0};
    struct eim_configuration configuration;
    if (ipa_state_open(&other, demo->folder, name, demo->version) && eim_describe(&other, true, &key, &configuration) &&
        eim_configuration_data(out, &configuration))
        return true;
    snprintf(why, size, "%s", other.error);
    return false;
}

/* The eIM that "add-eim NAME" added learns its token. */
static bool hand_over(struct demo *demo, const char *name, const struct eim_result *result)
{
    EIM_LOCAL other = {0};
    for (size_t i = 0; i < result->n; i++) {
        if (result->data[i].tag != 0xa8 || result->data[i].token == EIM_NO_TOKEN) continue;
        if (!ipa_state_open(&other, demo->folder, name, demo->version)) return eim_fail(&demo->eim, "%s", other.error);
        ipa_state_begin(&other);
        other.token = result->data[i].token;
        printf("eIM %s has token %" PRId64 "\n", other.id, other.token);
        return ipa_state_save(&other, demo->folder) || eim_fail(&demo->eim, "%s", other.error);
    }
    return true;
}

/* Prints a checked result; the exit status says whether it is what was expected. */
static int print_result(const struct demo *demo, const struct eim_result *result)
{
    BUF_LOCAL text = {0};
    const char *refusal = result->error >= 0 ? result->error_name : NULL;
    eim_print_result(&text, result);
    fwrite(text.p, 1, text.n, stdout);
    if (result->kind == EIM_RESULT_SIGNED) printf("signature of the card: ok\n");
    if (result->kind == EIM_RESULT_ERROR_UNSIGNED) refusal = "unsigned";
    for (size_t i = 0; i < result->n; i++)
        if (result->data[i].stops) refusal = result->data[i].code_name;
    if (demo->expected) return refusal && strcmp(refusal, demo->expected) == 0 ? 0 : 1;
    return refusal ? 1 : 0;
}

static int deliver(struct demo *demo, const struct eim_package *package)
{
    BUF_LOCAL kept = {0};
    struct eim_result result;
    bool ok = ipa_deliver(&demo->ipa, &demo->eim, package, demo->leave, &kept, &result);
    if (!ok) return failed(demo, "package");
    int status = print_result(demo, &result);
    print_refreshes(demo);
    if (result.kind == EIM_RESULT_SIGNED)
        printf(demo->leave ? "result: stays on the card\n"
                           : "result: retrieved by number and in the list, the same; removed\n");
    const char *name = demo->argument_count > 1 ? demo->arguments[1] : NULL;
    return !name || hand_over(demo, name, &result) ? status : eim_failed(demo, "hand-over");
}

static int command_package(struct demo *demo)
{
    EIM_SCRIPT_LOCAL script = {0};
    EIM_PACKAGE_LOCAL package = {0};
    if (demo->argument_count < 1 || !eim_script_read(&script, demo->arguments[0], load_eim, demo)) {
        fprintf(stderr, "ipa_demo: package: %s\n", demo->argument_count ? script.error : "expected operations");
        return 2;
    }
    const struct eim_order order = {.ops = script.ops, .n = script.n};
    if (!know_card(demo)) return 1;
    if (!eim_sign(&demo->eim, &order, &package) ||
        !ipa_state_save_package(&demo->eim, demo->folder, buf_slice(&package.request)))
        return eim_failed(demo, "package");
    printf("package: %zu bytes, counter %" PRIu32 "\n", package.request.n, demo->eim.counter);
    return deliver(demo, &package);
}

/* The last package once more, byte by byte. */
static int command_again(struct demo *demo)
{
    BUF_LOCAL request = {0};
    EIM_PACKAGE_LOCAL package = {0};
    if (!know_card(demo)) return 1;
    if (!ipa_state_package(&demo->eim, demo->folder, &request) ||
        !eim_read_package(&demo->eim, buf_slice(&request), &package))
        return eim_failed(demo, "the last package");
    return deliver(demo, &package);
}

static int command_rollback(struct demo *demo)
{
    BUF_LOCAL request = {0};
    EIM_PACKAGE_LOCAL granting = {0};
    if (!know_card(demo)) return 1;
    if (!ipa_state_package(&demo->eim, demo->folder, &request) ||
        !eim_read_package(&demo->eim, buf_slice(&request), &granting))
        return eim_failed(demo, "the last package");
    int code = ipa_roll_back(&demo->ipa, &demo->eim, &granting, demo->refresh);
    if (code < 0) return failed(demo, "ProfileRollback");
    printf(code ? "rollback: refused %d\n" : "rollback: ok, its result is signed, retrieved and removed\n", code);
    print_refreshes(demo);
    return code == (demo->expected ? (int)strtol(demo->expected, NULL, 10) : 0) ? 0 : 1;
}

/* Results that wait since an earlier visit: checked and removed. */
static int command_results(struct demo *demo)
{
    struct ipa *ipa = &demo->ipa;
    struct ipa_pending pending;
    struct eim_result result;
    char why[200];
    if (!know_card(demo)) return 1;
    if (!ipa_retrieve(ipa, IPA_SEARCH_RESULTS, 0, &pending)) return failed(demo, "RetrieveNotificationsList");
    int64_t numbers[IPA_LIST_MAX];
    size_t n = pending.result_count;
    for (size_t i = 0; i < n; i++) {
        if (!eim_result_read(pending.results[i], demo->version, &result, why, sizeof why)) {
            fprintf(stderr, "ipa_demo: stored result %zu: %s\n", i, why);
            return 1;
        }
        if (!eim_result_is_signed(&result, &demo->eim.card_key, demo->eim.token)) {
            fprintf(stderr, "ipa_demo: stored result %zu is not signed by the card for this eIM\n", i);
            return 1;
        }
        print_result(demo, &result);
        numbers[i] = result.sequence_number;
    }
    for (size_t i = 0; i < n; i++)
        if (ipa_remove(ipa, (uint32_t)numbers[i]) != 0) return failed(demo, "RemoveNotificationFromList");
    printf("results: %zu delivered and removed\n", n);
    return 0;
}

/* ---- downloads ---- */

/* "1$ADDRESS$MATCHING-ID" (SGP.22 4.1); both parts may be changed in place. */
static bool read_activation_code(char *code, char **address, char **matching_id)
{
    if (strncmp(code, "1$", 2) != 0) return false;
    *address = code + 2;
    *matching_id = strchr(*address, '$');
    if (!*matching_id) return false;
    *(*matching_id)++ = 0;
    (*matching_id)[strcspn(*matching_id, "$")] = 0;
    return **address != 0;
}

static bool read_file(const char *path, struct buf *content)
{
    FILE *file = path ? fopen(path, "rb") : NULL;
    if (!file) return false;
    uint8_t piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(content, slice_of(piece, n));
    bool ok = !ferror(file) && buf_err(content) == OK;
    fclose(file);
    return ok;
}

static bool transfer(struct demo *demo, bool indirect, const char *address, const char *matching_id,
                     struct lpa_download_result *result)
{
    struct ipa_relay relay = {.eim = &demo->eim, .dp = demo->dp};
    const struct lpa_download_options options = {.address = address, .matching_id = matching_id};
    if (!indirect) return ipa_download(&demo->ipa, demo->dp, &options, false, NULL, result);
    if (!ipa_download_indirect(&demo->ipa, &relay, address, matching_id, result)) return false;
    printf("relayed: %u messages through eIM %s, for EID %s\n", relay.messages, demo->eim.id, relay.eid);
    return true;
}

static int download(struct demo *demo, bool indirect)
{
    BUF_LOCAL package = {0};
    BUF_LOCAL metadata = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    char code[256];
    char error[512];
    char *address;
    char *matching_id;
    snprintf(code, sizeof code, "%s", demo->activation_code ? demo->activation_code : "");
    if (!read_activation_code(code, &address, &matching_id)) {
        fprintf(stderr, "ipa_demo: --activation-code: expected 1$ADDRESS$MATCHING-ID\n");
        return 2;
    }
    if (!read_file(demo->profile, &package) || !demo->metadata ||
        !metadata_read(demo->metadata, &metadata, error, sizeof error)) {
        fprintf(stderr, "ipa_demo: expected --profile DER and --metadata FILE that can be read\n");
        return 2;
    }
    if (!know_card(demo)) return 1;
    demo->dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    if (!transfer(demo, indirect, address, matching_id, &result)) {
        fprintf(stderr, "ipa_demo: download: stage %d, %s\n", (int)result.stage, result.error);
        return 1;
    }
    char digits[21];
    char aid[33];
    metadata_iccid_digits(result.result.iccid, digits);
    hex_encode(SLICE(result.result.isdp_aid), aid);
    printf("installed: iccid %s aid %s, from %s with matching id %s\n", digits, aid, address, matching_id);
    return 0;
}

static int command_download(struct demo *demo)
{
    return download(demo, false);
}

static int command_indirect(struct demo *demo)
{
    return download(demo, true);
}

/* ---- what the card tells, and the functions of the IPA ---- */

static int command_heartbeat(struct demo *demo)
{
    struct ipa_status status;
    struct ipa_eims eims;
    if (!know_card(demo)) return 1;
    if (!ipa_heartbeat(&demo->ipa, &demo->eim, &status)) return failed(demo, "heartbeat");
    printf("eid: %s\nfree memory: %" PRIu32 "\n", status.eid, status.info2.free_memory);
    for (size_t i = 0; i < status.info2.version_count; i++)
        printf("sgp.32 version: %u.%u.%u\n", status.info2.versions[i][0], status.info2.versions[i][1],
               status.info2.versions[i][2]);
    printf("notifications: %zu\npackage results: %zu\nprofiles: %zu\nenabled: %s\n", status.notifications,
           status.results, status.profiles, status.enabled_iccid[0] ? status.enabled_iccid : "none");
    if (!ipa_get_eim_configuration_data(&demo->ipa, NULL, &eims)) return failed(demo, "GetEimConfigurationData");
    for (size_t i = 0; i < eims.n; i++)
        printf("eim: %.*s\n", (int)eims.ids[i].n, (const char *)eims.ids[i].p);
    return 0;
}

static int command_fallback(struct demo *demo)
{
    return concluded(demo, "fallback", ipa_execute_fallback(&demo->ipa, demo->refresh));
}

static int command_return(struct demo *demo)
{
    return concluded(demo, "return", ipa_return_from_fallback(&demo->ipa, demo->refresh));
}

static int command_process(struct demo *demo)
{
    int n = ipa_process_notifications(&demo->ipa, demo->dp);
    if (n < 0) return failed(demo, "notifications");
    printf("notifications: %d checked by the SM-DP+ and removed\n", n);
    return 0;
}

static int command_reset(struct demo *demo)
{
    struct ipa_reset_result result;
    int status = concluded(demo, "reset",
                           ipa_memory_reset(&demo->ipa,
                                            IPA_RESET_OPERATIONAL | IPA_RESET_FIELD_TEST | IPA_RESET_ADDRESS |
                                                IPA_RESET_EIM | IPA_RESET_IMMEDIATE,
                                            &result));
    if (status == 0) printf("reset of the eIMs: %d\n", result.eim);
    return status;
}

static const struct {
    const char *name;
    const char *usage;
    int (*run)(struct demo *demo);
} commands[] = {
    {"associate", "", command_associate},
    {"package", "OPERATIONS [NAME of the eIM that add-eim adds] [--leave]", command_package},
    {"again", "the last package once more", command_again},
    {"rollback", "", command_rollback},
    {"results", "", command_results},
    {"download", "--activation-code 1$ADDRESS$ID --profile DER --metadata FILE", command_download},
    {"indirect", "likewise, through the eIM", command_indirect},
    {"heartbeat", "", command_heartbeat},
    {"fallback", "", command_fallback},
    {"return", "", command_return},
    {"process", "", command_process},
    {"reset", "", command_reset},
};

static int usage(FILE *to)
{
    fprintf(to, "usage: ipa_demo --state FOLDER [--eim NAME] [--reader NAME] [--version 1.2] [--refresh]\n"
                "                [--expect REFUSAL] COMMAND\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(to, "  %s %s\n", commands[i].name, commands[i].usage);
    return to == stdout ? 0 : 2;
}

static int visit(struct demo *demo, const char *reader_name, int (*command)(struct demo *))
{
    struct lpa_reader reader = {0};
    struct lpa_options options = {.channel = -1, .block_size = 120};
    /* A terminal that wants a REFRESH says so first: byte 3 bit 8 (TS 102 223 5.2). */
    static const uint8_t refreshing_terminal[] = {0x01, 0x00, 0x80};
    if (demo->refresh) options.terminal_profile = SLICE(refreshing_terminal);
    if (!lpa_reader_pcsc(&reader, reader_name)) {
        fprintf(stderr, "ipa_demo: no card in a reader named \"%s\"; does pcscd run, and softeuicc?\n", reader_name);
        return 1;
    }
    ipa_init(&demo->ipa, &reader, &options, demo->version);
    int status = lpa_open(&demo->ipa.lpa) ? command(demo) : failed(demo, "opening the card");
    if (!lpa_close(&demo->ipa.lpa) && status == 0) status = failed(demo, "closing the card");
    ipa_free(&demo->ipa);
    /* Also after a failure: a counter that went out must not be used again. */
    return ipa_state_save(&demo->eim, demo->folder) || status ? status : eim_failed(demo, "state");
}

static int run(struct demo *demo, const char *reader_name, int (*command)(struct demo *))
{
    struct kat *keys = kat_open("sgp26.txt");
    int status = 1;
    if (!keys || getrandom(demo->seed, sizeof demo->seed, 0) != (ssize_t)sizeof demo->seed ||
        !smdpp_config_sgp26(&demo->dp_config, keys, TEST_P256, 1)) {
        fprintf(stderr, "ipa_demo: the SGP.26 test keys (tests/kat/sgp26.txt) cannot be read\n");
    } else if (!ipa_state_open(&demo->eim, demo->folder, demo->name, demo->version)) {
        status = eim_failed(demo, "state");
    } else {
        demo->dp_config.seed = SLICE(demo->seed);
        demo->dp = smdpp_new(&demo->dp_config);
        if (demo->dp) status = visit(demo, reader_name, command);
        if (demo->dp) smdpp_free(demo->dp);
    }
    eim_free(&demo->eim);
    kat_free(keys);
    return status;
}

static bool read_option(struct demo *demo, int option, const char **reader_name)
{
    const char **texts[] = {
        ['r'] = reader_name,     ['s'] = &demo->folder,          ['i'] = &demo->name,    ['p'] = &demo->profile,
        ['m'] = &demo->metadata, ['a'] = &demo->activation_code, ['e'] = &demo->expected};
    if (option == 'v') return sgp32_version_read(optarg, &demo->version);
    if (option == 'f') demo->refresh = true;
    if (option == 'l') demo->leave = true;
    if (option == 'f' || option == 'l') return true;
    if (option <= 0 || (size_t)option >= sizeof texts / sizeof *texts || !texts[option]) return false;
    *texts[option] = optarg;
    return true;
}

int main(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"reader", required_argument, NULL, 'r'},   {"state", required_argument, NULL, 's'},
        {"eim", required_argument, NULL, 'i'},      {"profile", required_argument, NULL, 'p'},
        {"metadata", required_argument, NULL, 'm'}, {"activation-code", required_argument, NULL, 'a'},
        {"expect", required_argument, NULL, 'e'},   {"version", required_argument, NULL, 'v'},
        {"refresh", no_argument, NULL, 'f'},        {"leave", no_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0},
    };
    struct demo demo = {.name = "eim-one", .version = SGP32_1_2};
    const char *reader_name = "Virtual PCD 00 00";
    for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
        if (option == 'h') return usage(stdout);
        if (!read_option(&demo, option, &reader_name)) return usage(stderr);
    }
    if (optind >= argc || !demo.folder) return usage(stderr);
    demo.arguments = argv + optind + 1;
    demo.argument_count = argc - optind - 1;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[optind], commands[i].name) == 0) return run(&demo, reader_name, commands[i].run);
    }
    return usage(stderr);
}

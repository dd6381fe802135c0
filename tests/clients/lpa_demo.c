/* lpa_demo: the test LPA as a program of its own over libpcsclite, with the test SM-DP+ inside. Each run is one visit
 * to the card: power on, one function, power off, as real LPAs do. tools/demo runs it; people may, to install a profile
 * without an SM-DP+. Exit status 0: done (with --expect-error: refused just so), 1: not, 2: wrong usage. */
#define _POSIX_C_SOURCE 200809L
#include "lpa.h"
#include "metadata.h"

#include "base/hex.h"
#include "base/tlv.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

struct demo {
    struct lpa lpa;
    struct smdpp *dp;
    uint8_t seed[16];
    const char *profile;
    const char *metadata;
    bool session_keys;
    bool refresh;
    int expected_error; /* -1: success is expected */
    char *const *arguments;
    int argument_count;
};

static const char *const events[] = {"install", "enable", "disable", "delete"};
static const char *const classes[] = {"test", "provisioning", "operational"};

/* Says what failed; gives the exit status. */
static int failed(const struct demo *demo, const char *what)
{
    fprintf(stderr, "lpa_demo: %s: %s (status word %04x)\n", what, demo->lpa.error, demo->lpa.sw);
    return 1;
}

/* Prints a function's result code and gives the exit status. */
static int concluded(const struct demo *demo, const char *what, int code)
{
    if (code < 0) return failed(demo, what);
    if (code == 0) {
        printf("%s: ok\n", what);
    } else {
        printf("%s: refused %d\n", what, code);
    }
    int expected = demo->expected_error < 0 ? 0 : demo->expected_error;
    return code == expected ? 0 : 1;
}

static bool read_file(const char *path, struct buf *content)
{
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    uint8_t piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(content, slice_of(piece, n));
    bool ok = !ferror(file) && !buf_err(content);
    fclose(file);
    return ok;
}

/* Appends 5A with the ICCID that the digits of the first argument spell. */
static bool iccid_argument(const struct demo *demo, struct buf *id)
{
    uint8_t iccid[10];
    if (demo->argument_count < 1 || !metadata_iccid_bytes(demo->arguments[0], iccid)) {
        fprintf(stderr, "lpa_demo: expected an ICCID of 18 to 20 digits\n");
        return false;
    }
    tlv_put(id, 0x5a, SLICE(iccid));
    return true;
}

/* After a successful state change: what the card asks for in its 91xx. */
static bool refreshed(struct demo *demo)
{
    if (demo->lpa.proactive == 0) return true;
    int qualifier = lpa_handle_refresh(&demo->lpa, 0x00);
    if (qualifier < 0) return false;
    printf("refresh: qualifier %02x, answered with success, card reset\n", (unsigned)qualifier);
    return true;
}

static int command_eid(struct demo *demo)
{
    char eid[33];
    if (!lpa_get_eid(&demo->lpa, eid)) return failed(demo, "GetEID");
    printf("eid: %s\n", eid);
    return 0;
}

static int command_info(struct demo *demo)
{
    struct lpa *lpa = &demo->lpa;
    struct lpa_addresses addresses;
    struct tlv info;
    struct tlv field;
    uint32_t applications;
    uint32_t free_memory;
    if (!lpa_get_euicc_configured_addresses(lpa, &addresses)) return failed(demo, "GetEuiccConfiguredAddresses");
    printf("default_dp: %.*s\n", (int)addresses.default_dp.n, (const char *)addresses.default_dp.p);
    printf("root_ds: %.*s\n", (int)addresses.root_ds.n, (const char *)addresses.root_ds.p);
    if (!lpa_get_euicc_info1(lpa)) return failed(demo, "GetEUICCInfo1");
    if (!lpa_get_euicc_info2(lpa)) return failed(demo, "GetEUICCInfo2");
    if (!tlv_find(buf_slice(&lpa->response), 0xbf22, &info) || !tlv_find(info.value, 0x82, &field) ||
        field.value.n != 3)
        return failed(demo, "svn of EUICCInfo2");
    printf("svn: %u.%u.%u\n", field.value.p[0], field.value.p[1], field.value.p[2]);
    if (!lpa_read_free_memory(lpa, &applications, &free_memory)) return failed(demo, "extCardResource");
    printf("applications: %u\nfree_memory: %u\n", applications, free_memory);
    return 0;
}

/* The result of an installation must come back from the card just as it was given. */
static bool result_is_kept(struct demo *demo, const struct lpa_download_result *result)
{
    struct lpa_notifications kept;
    if (!lpa_retrieve_notifications(&demo->lpa, result->result.sequence_number, -1, &kept)) return false;
    return kept.n == 1 && slice_equal(kept.list[0].whole, buf_slice(&result->pir));
}

static int download_failed(const struct demo *demo, const struct lpa_download_result *result)
{
    if (result->stage == LPA_STAGE_RESULT && result->pir.n && !result->result.success) {
        printf("refused: command %d reason %d\n", result->result.command, result->result.reason);
        return demo->expected_error >= 0 && result->result.reason == demo->expected_error ? 0 : 1;
    }
    fprintf(stderr, "lpa_demo: download: stage %d, %s (card error %d, status word %04x)\n", (int)result->stage,
            result->error, result->card_error, result->sw);
    return 1;
}

static int command_download(struct demo *demo)
{
    BUF_LOCAL package = {0};
    BUF_LOCAL metadata = {0};
    struct slice iccid;
    char error[512];
    if (!demo->profile || !read_file(demo->profile, &package)) {
        fprintf(stderr, "lpa_demo: --profile %s: expected a DER package that can be read\n",
                demo->profile ? demo->profile : "(none)");
        return 2;
    }
    if (!metadata_package_iccid(buf_slice(&package), &iccid)) {
        fprintf(stderr, "lpa_demo: %s: expected a profile package that begins with a header\n", demo->profile);
        return 1;
    }
    if (!demo->metadata) {
        uint8_t swapped[10];
        metadata_iccid_swap(iccid, swapped);
        metadata_plain(SLICE(swapped), "a profile", "testsmdpplus1.example.com", &metadata);
    } else if (!metadata_read(demo->metadata, &metadata, error, sizeof error)) {
        fprintf(stderr, "lpa_demo: %s\n", error);
        return 1;
    }
    demo->dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    demo->dp->profile.use_ppk = !demo->session_keys;
    memcpy(demo->dp->profile.ppk_enc, demo->seed, 16);
    for (size_t i = 0; i < 16; i++) {
        demo->dp->profile.ppk_mac[i] = (uint8_t)(demo->seed[i] ^ 0x5a);
        demo->dp->profile.ppk_mcv[i] = (uint8_t)(demo->seed[i] ^ 0xa5);
    }

    LPA_DOWNLOAD_LOCAL result = {0};
    struct timespec from;
    struct timespec to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    if (!lpa_download(&demo->lpa, demo->dp, NULL, &result)) return download_failed(demo, &result);
    clock_gettime(CLOCK_MONOTONIC, &to);
    char digits[21];
    char aid[33];
    metadata_iccid_digits(result.result.iccid, digits);
    hex_encode(SLICE(result.result.isdp_aid), aid);
    printf("installed: iccid %s aid %s\n", digits, aid);
    printf("package: %zu bytes in %zu segments, %s, %ld ms\n", package.n, result.segments,
           demo->session_keys ? "session keys" : "profile protection keys",
           (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000);
    printf("pir: signature ok\n");
    if (!result_is_kept(demo, &result)) return failed(demo, "the kept ProfileInstallationResult is another one");
    printf("pir: kept as notification %u, byte-identical\n", result.result.sequence_number);
    return demo->expected_error < 0 ? 0 : 1;
}

static int command_list(struct demo *demo)
{
    struct lpa_profiles profiles;
    if (!lpa_get_profiles_info(&demo->lpa, (struct slice){0}, (struct slice){0}, &profiles))
        return failed(demo, "GetProfilesInfo");
    printf("profiles: %zu\n", profiles.n);
    for (size_t i = 0; i < profiles.n; i++) {
        const struct lpa_profile *p = &profiles.list[i];
        char digits[21];
        metadata_iccid_digits(p->iccid, digits);
        printf("profile %s %s %s \"%.*s\" \"%.*s\" \"%.*s\"\n", digits, p->state == 1 ? "enabled" : "disabled",
               p->profile_class >= 0 && p->profile_class < 3 ? classes[p->profile_class] : "?", (int)p->nickname.n,
               (const char *)p->nickname.p, (int)p->service_provider.n, (const char *)p->service_provider.p,
               (int)p->name.n, (const char *)p->name.p);
    }
    return 0;
}

static int change_state(struct demo *demo, const char *what, int (*change)(struct lpa *, struct slice, bool))
{
    BUF_LOCAL id = {0};
    if (!iccid_argument(demo, &id)) return 2;
    int status = concluded(demo, what, change(&demo->lpa, buf_slice(&id), demo->refresh));
    return refreshed(demo) ? status : failed(demo, "REFRESH");
}

static int command_enable(struct demo *demo)
{
    return change_state(demo, "enable", lpa_enable_profile);
}

static int command_disable(struct demo *demo)
{
    return change_state(demo, "disable", lpa_disable_profile);
}

static int command_delete(struct demo *demo)
{
    BUF_LOCAL id = {0};
    if (!iccid_argument(demo, &id)) return 2;
    return concluded(demo, "delete", lpa_delete_profile(&demo->lpa, buf_slice(&id)));
}

static int command_nickname(struct demo *demo)
{
    BUF_LOCAL id = {0};
    if (!iccid_argument(demo, &id)) return 2;
    const char *name = demo->argument_count > 1 ? demo->arguments[1] : "";
    return concluded(demo, "nickname", lpa_set_nickname(&demo->lpa, slice_skip(buf_slice(&id), 2), slice_text(name)));
}

static const char *event_name(int event)
{
    return event >= 0 && event < 4 ? events[event] : "?";
}

static int command_notifications(struct demo *demo)
{
    struct lpa_notifications all;
    if (!lpa_retrieve_notifications(&demo->lpa, -1, -1, &all)) return failed(demo, "RetrieveNotificationsList");
    for (size_t i = 0; i < all.n; i++) {
        const struct lpa_notification *n = &all.list[i];
        char digits[21];
        char text[65];
        uint8_t digest[32];
        metadata_iccid_digits(n->iccid, digits);
        test_sha256(n->whole, digest);
        hex_encode(SLICE(digest), text);
        printf("notification %u %s %.*s %s %zu bytes, SHA-256 %s\n", n->sequence_number, event_name(n->event),
               (int)n->address.n, (const char *)n->address.p, digits, n->whole.n, text);
    }
    return 0;
}

/* Has one notification checked as its SM-DP+ would and removes it. */
static bool process_one(struct demo *demo, uint32_t number)
{
    struct lpa_notifications one;
    struct smdpp_notification checked;
    if (!lpa_retrieve_notifications(&demo->lpa, number, -1, &one) || one.n != 1) return false;
    int event = one.list[0].event;
    const char *verdict = "result of an installation, checked when it came";
    if (!one.list[0].is_result) {
        if (!smdpp_check_notification(demo->dp, one.list[0].whole, &checked)) {
            fprintf(stderr, "lpa_demo: notification %u is wrong: %s\n", number, demo->dp->error);
            return false;
        }
        verdict = "signature ok";
    }
    if (lpa_remove_notification(&demo->lpa, number) != 0) return false;
    printf("processed %u %s: %s, removed\n", number, event_name(event), verdict);
    return true;
}

static int command_process(struct demo *demo)
{
    struct lpa_notifications all;
    uint32_t numbers[LPA_LIST_MAX];
    if (!lpa_list_notification(&demo->lpa, -1, &all)) return failed(demo, "ListNotification");
    size_t n = all.n;
    for (size_t i = 0; i < n; i++)
        numbers[i] = all.list[i].sequence_number;
    for (size_t i = 0; i < n; i++) {
        if (!process_one(demo, numbers[i])) return failed(demo, "notification");
    }
    printf("notifications: %zu processed\n", n);
    return 0;
}

static int command_reset(struct demo *demo)
{
    /* operational, field-loaded test profiles, default SM-DP+ address */
    int status = concluded(demo, "reset", lpa_memory_reset(&demo->lpa, 7));
    return refreshed(demo) ? status : failed(demo, "REFRESH");
}

static const struct {
    const char *name;
    const char *usage;
    int (*run)(struct demo *demo);
} commands[] = {
    {"eid", "", command_eid},
    {"info", "", command_info},
    {"download", "--profile DER [--metadata FILE] [--session-keys]", command_download},
    {"list", "", command_list},
    {"enable", "ICCID [--refresh]", command_enable},
    {"disable", "ICCID [--refresh]", command_disable},
    {"delete", "ICCID", command_delete},
    {"nickname", "ICCID TEXT", command_nickname},
    {"notifications", "", command_notifications},
    {"process", "", command_process},
    {"reset", "", command_reset},
};

static int usage(FILE *to)
{
    fprintf(to, "usage: lpa_demo [--reader NAME] [--expect-error CODE] COMMAND\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(to, "  %s %s\n", commands[i].name, commands[i].usage);
    return to == stdout ? 0 : 2;
}

static int run(struct demo *demo, const char *reader_name, int (*command)(struct demo *))
{
    struct lpa_reader reader = {0};
    struct lpa_options options = {.channel = -1, .block_size = 120};
    /* A terminal that wants a REFRESH says so first: byte 3 bit 8 (TS 102 223 5.2). */
    static const uint8_t refreshing_terminal[] = {0x01, 0x00, 0x80};
    if (demo->refresh) options.terminal_profile = SLICE(refreshing_terminal);
    struct smdpp_config config;
    struct kat *keys = kat_open("sgp26.txt");
    if (!keys || getrandom(demo->seed, sizeof demo->seed, 0) != (ssize_t)sizeof demo->seed ||
        !smdpp_config_sgp26(&config, keys, TEST_P256, 1)) {
        fprintf(stderr, "lpa_demo: the SGP.26 test keys (tests/kat/sgp26.txt) cannot be read\n");
        kat_free(keys);
        return 1;
    }
    config.seed = SLICE(demo->seed);
    demo->dp = smdpp_new(&config);
    int status = 1;
    if (demo->dp && !lpa_reader_pcsc(&reader, reader_name)) {
        fprintf(stderr, "lpa_demo: no card in a reader named \"%s\"; does pcscd run, and softeuicc?\n", reader_name);
    } else if (demo->dp) {
        lpa_init(&demo->lpa, &reader, &options);
        status = lpa_open(&demo->lpa) ? command(demo) : failed(demo, "opening the card");
        if (!lpa_close(&demo->lpa) && status == 0) status = failed(demo, "closing the card");
        lpa_free(&demo->lpa);
    }
    if (demo->dp) smdpp_free(demo->dp);
    kat_free(keys);
    return status;
}

int main(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"reader", required_argument, NULL, 'r'},   {"profile", required_argument, NULL, 'p'},
        {"metadata", required_argument, NULL, 'm'}, {"expect-error", required_argument, NULL, 'e'},
        {"session-keys", no_argument, NULL, 's'},   {"refresh", no_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0},
    };
    struct demo demo = {.expected_error = -1};
    const char *reader_name = "Virtual PCD 00 00";
    for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
        switch (option) {
        case 'r':
            reader_name = optarg;
            break;
        case 'p':
            demo.profile = optarg;
            break;
        case 'm':
            demo.metadata = optarg;
            break;
        case 'e':
            demo.expected_error = (int)strtol(optarg, NULL, 10);
            break;
        case 's':
            demo.session_keys = true;
            break;
        case 'f':
            demo.refresh = true;
            break;
        case 'h':
            return usage(stdout);
        default:
            return usage(stderr);
        }
    }
    if (optind >= argc) return usage(stderr);
    demo.arguments = argv + optind + 1;
    demo.argument_count = argc - optind - 1;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[optind], commands[i].name) == 0) return run(&demo, reader_name, commands[i].run);
    }
    return usage(stderr);
}

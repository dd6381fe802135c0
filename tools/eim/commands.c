/* softeuicc-eim init, association, sign, show: what needs no card; see tool.h. */
#define _GNU_SOURCE
#include "tool.h"

#include "base/hex.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

int command_init(const struct options *o)
{
    struct state state;
    REPORT_LOCAL report;
    report_start(&report, o);
    if (!state_create(o, o->argument[0])) return EXIT_REFUSED;
    bool ok = state_open(&state, o->argument[0]);
    if (ok) {
        report_fact(&report, "eimId", "%s", state.eim.id);
        if (*state.eim.fqdn) report_fact(&report, "eimFqdn", "%s", state.eim.fqdn);
        report_fact(&report, "key", "%s%s, %s/eim.key", state.eim.key.curve == TEST_P256 ? "P-256" : "brainpoolP256r1",
                    state.eim.certificate.n ? " in a certificate" : "", o->argument[0]);
        report_fact(&report, "next", "softeuicc-eim association %s --initial", o->argument[0]);
    }
    state_close(&state);
    return ok ? report_end(&report) : EXIT_REFUSED;
}

int command_association(const struct options *o)
{
    struct state state;
    struct eim_configuration configuration;
    BUF_LOCAL key = {0};
    BUF_LOCAL object = {0};
    bool ok = state_open(&state, o->argument[0]);
    if (ok && !eim_describe(&state.eim, state.ask_token && !o->no_token, &key, &configuration))
        ok = problem("%s", state.eim.error);
    if (ok)
        ok = o->initial ? eim_add_initial_request(&object, &configuration, 1)
                        : eim_configuration_data(&object, &configuration);
    int status = ok ? EXIT_DONE : EXIT_REFUSED;
    if (ok && o->json) {
        REPORT_LOCAL report;
        const struct knowledge nothing = {0};
        report_start(&report, o);
        char *digits = malloc(2 * object.n + 1);
        if (digits) {
            hex_encode(buf_slice(&object), digits);
            json_string(&report.json, "hex", digits);
        }
        free(digits);
        explain_object(&report, buf_slice(&object), state.eim.version, DIRECTION_REQUEST, &nothing);
        ok = !o->output || output_object(o, buf_slice(&object));
        status = ok ? report_end(&report) : EXIT_REFUSED;
    } else if (ok) {
        status = output_object(o, buf_slice(&object)) ? EXIT_DONE : EXIT_REFUSED;
    }
    state_close(&state);
    return status;
}

/* --counter, --token, --transaction, --spoil and --release of sign and send. */
bool order_from_options(const struct options *o, struct state *state, struct order_parts *parts,
                        struct eim_order *order)
{
    const char *wrong = NULL;
    if (o->version && (!sgp32_version_read(o->version, &state->eim.version) || state->eim.version == SGP32_1_3))
        return problem("--release %s: expected 1.0, 1.1 or 1.2", o->version);
    if (o->counter) {
        if (!options_number("counter", o->counter, INT64_MIN, INT64_MAX, &order->counter)) return false;
        order->has_counter = true;
    }
    if (o->token) {
        state->eim.token = EIM_NO_TOKEN;
        if (strcmp(o->token, "none") != 0 && !options_number("token", o->token, 0, INT64_MAX, &state->eim.token))
            return false;
    }
    parts->other_key.curve = state->eim.key.curve;
    if (o->spoil && !eim_spoil_read(o->spoil, &parts->other_key, &order->spoil, &wrong))
        return problem("--spoil %s: no such mistake; see softeuicc-eim --help", wrong);
    if (o->transaction && strcmp(o->transaction, "none") == 0) {
        order->no_transaction_id = true;
        return true;
    }
    if (o->transaction) {
        if (!hex_decode(slice_text(o->transaction), &parts->transaction_id) || parts->transaction_id.n == 0)
            return problem("--transaction %s: expected hexadecimal digits, or none", o->transaction);
    } else {
        uint8_t *drawn = buf_extend(&parts->transaction_id, 16);
        if (!drawn || getrandom(drawn, 16, 0) != 16) return problem("no random numbers");
    }
    order->transaction_id = buf_slice(&parts->transaction_id);
    return true;
}

bool sign_for_card(const struct options *o, struct state *state, const char *operations, struct eim_package *package)
{
    EIM_SCRIPT_LOCAL script = {0};
    struct order_parts parts = {0};
    struct eim_order order = {0};
    bool ok = eim_script_read(&script, operations, state_loader, state) || problem("%s", script.error);
    order.ops = script.ops;
    order.n = script.n;
    ok = ok && order_from_options(o, state, &parts, &order);
    ok = ok && (eim_sign(&state->eim, &order, package) || problem("%s", state->eim.error));
    buf_free(&parts.transaction_id);
    /* The counter is used up before anything leaves: a package that was lost must not lend its number to another. */
    return ok && state_save_card(state) && state_keep_package(state, package);
}

int command_sign(const struct options *o)
{
    struct state state;
    EIM_PACKAGE_LOCAL package = {0};
    REPORT_LOCAL report;
    report_start(&report, o);
    bool ok = state_open(&state, o->argument[0]) && state_load_card(&state, o->eid) &&
              sign_for_card(o, &state, o->argument[1], &package);
    int status = ok ? EXIT_DONE : EXIT_REFUSED;
    if (ok && o->json) {
        const struct knowledge knowledge = {.state = &state};
        char *digits = malloc(2 * package.request.n + 1);
        if (digits) {
            hex_encode(buf_slice(&package.request), digits);
            json_string(&report.json, "hex", digits);
        }
        free(digits);
        report_fact(&report, "eid", "%s", state.card);
        if (o->spoil) report_fact(&report, "spoiled", "%s", o->spoil);
        bool right =
            explain_object(&report, buf_slice(&package.request), state.eim.version, DIRECTION_REQUEST, &knowledge);
        /* What was spoiled on purpose is no failure of this command. */
        if (o->spoil && !right) report.wrong = false;
        ok = !o->output || output_object(o, buf_slice(&package.request));
        status = ok ? report_end(&report) : EXIT_REFUSED;
    } else if (ok) {
        status = output_object(o, buf_slice(&package.request)) ? EXIT_DONE : EXIT_REFUSED;
    }
    state_close(&state);
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in DIR/cards, sorted; *n of them. free() each and the list. */
static char **list_cards(const char *directory, size_t *n)
{
    char path[STATE_PATH_MAX];
    char **list = NULL;
    *n = 0;
    if (snprintf(path, sizeof path, "%s/cards", directory) >= (int)sizeof path) return NULL;
    DIR *folder = opendir(path);
    if (!folder) return NULL;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        if (strlen(entry->d_name) != 32) continue;
        char **more = realloc(list, (*n + 1) * sizeof *more);
        char *name = strdup(entry->d_name);
        if (more) list = more;
        if (more && name)
            list[(*n)++] = name;
        else
            free(name);
    }
    closedir(folder);
    if (list) qsort(list, *n, sizeof *list, by_name);
    return list;
}

static bool show_card(struct report *report, struct state *state, const char *eid)
{
    if (!state_load_card(state, eid)) return false;
    const struct eim *eim = &state->eim;
    report_line(report, "card %s: last counterValue %u, associationToken %lld%s, last seqNumber %lld, %s", eid,
                (unsigned)eim->counter, (long long)(eim->token < 0 ? 0 : eim->token), eim->token < 0 ? " (none)" : "",
                (long long)eim->sequence_number, eim->knows_key ? "key known" : "key not known");
    json_open(&report->json, NULL, '{');
    json_string(&report->json, "eid", eid);
    json_number(&report->json, "counter", eim->counter);
    if (eim->token >= 0) json_number(&report->json, "token", (unsigned long long)eim->token);
    if (eim->sequence_number >= 0)
        json_number(&report->json, "sequence_number", (unsigned long long)eim->sequence_number);
    json_bool(&report->json, "key_known", eim->knows_key);
    json_close(&report->json, '}');
    return true;
}

int command_show(const struct options *o)
{
    struct state state;
    REPORT_LOCAL report;
    size_t n = 0;
    report_start(&report, o);
    bool ok = state_open(&state, o->argument[0]);
    if (ok) {
        report_fact(&report, "eimId", "%s", state.eim.id);
        report_fact(&report, "eimFqdn", "%s", state.eim.fqdn);
        report_fact(&report, "curve", "%s", state.eim.key.curve == TEST_P256 ? "P-256" : "brainpoolP256r1");
        report_fact(&report, "form", "%s", state.eim.certificate.n ? "certificate" : "public key");
        report_fact(&report, "release", "%s", sgp32_version_text(state.eim.version));
        report_number(&report, "initial_counter", state.eim.initial_counter);
        char **cards = list_cards(o->argument[0], &n);
        json_open(&report.json, "cards", '[');
        for (size_t i = 0; i < n; i++) {
            ok = show_card(&report, &state, cards[i]) && ok;
            free(cards[i]);
        }
        json_close(&report.json, ']');
        free(cards);
    }
    state_close(&state);
    return ok ? report_end(&report) : EXIT_REFUSED;
}

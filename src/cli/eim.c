/* softeuicc eim: the eIMs of a card file (SGP.32 3.5), looked at and changed by its owner. Called through the table in
 * main.c. */
#define _GNU_SOURCE
#include "base/hex.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_MAX = 65536 };

static int list(const struct options *o)
{
    struct session s = {0};
    BUF_LOCAL out = {0};
    struct json j = {.out = &out};
    bool ok = session_open(&s, o, SESSION_READ_ONLY);
    if (ok && o->given & OPTION_JSON) {
        json_open(&j, NULL, '{');
        ok = show_eims_json(&s, &j);
        json_close(&j, '}');
        buf_byte(&out, '\n');
    } else if (ok) {
        ok = show_eims(&s, &out);
        if (ok && out.n == 0) text_format(&out, "eIMs            none: a consumer card, which speaks no SGP.32\n");
    }
    ok = ok && show_print(&out);
    session_close(&s);
    return ok ? EXIT_SUCCESS : EXIT_FAILED;
}

/* ---- changes ---- */

/* "added" or "removed" and the eIM. */
static bool print_change(const struct options *o, const char *what, const struct euicc_eim_description *eim)
{
    BUF_LOCAL out = {0};
    struct json j = {.out = &out};
    if (o->given & OPTION_QUIET) return true;
    if (o->given & OPTION_JSON) {
        json_open(&j, NULL, '{');
        json_open(&j, what, '{');
        show_eim_json(eim, &j);
        json_close(&j, '}');
        json_close(&j, '}');
        buf_byte(&out, '\n');
    } else {
        text_format(&out, "%-16s", what);
        show_eim(eim, &out);
    }
    return show_print(&out);
}

/* Says why the library refused; the file of the card has an error of its own if writing it failed. */
static void complain_change(const struct session *s, const char *name, const char *verb, int result, const char *why)
{
    const char *storage = euicc_file_error(s->file);
    complain("%s: not %s: %s", name, verb, why[0] ? why : euicc_result_text(result));
    if (storage[0]) complain("%s", storage);
}

/* DER, or hex digits with blanks between them. `text` is what the file holds. */
static void decode_hex_file(struct buf *text)
{
    BUF_LOCAL der = {0};
    if (!hex_decode(buf_slice(text), &der) || der.n == 0) return;
    buf_reset(text);
    buf_append(text, buf_slice(&der));
}

static bool read_configuration(const char *name, struct buf *out)
{
    bool standard_input = strcmp(name, "-") == 0;
    int fd = standard_input ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
    int error = fd < 0 ? errno : read_all(fd, FILE_MAX, out);
    if (fd >= 0 && !standard_input) close(fd);
    if (error == 0) decode_hex_file(out);
    if (error == 0 && buf_err(out) == OK) return true;
    complain("%s: %s, expected a file with EimConfigurationData in DER or hex", name, strerror(error ? error : ENOMEM));
    return false;
}

/* The one that was associated last: eIMs are described in the order of association. */
static bool describe_last(const struct session *s, struct euicc_eim_description *out)
{
    struct euicc_description d;
    return euicc_describe(s->card, &d) == EUICC_OK && d.eim_count > 0 &&
           euicc_describe_eim(s->card, d.eim_count - 1, out) == EUICC_OK;
}

static bool find_eim(const struct session *s, const char *id, struct euicc_eim_description *out)
{
    for (size_t i = 0; euicc_describe_eim(s->card, i, out) == EUICC_OK; i++) {
        if (strcmp(out->id, id) == 0) return true;
    }
    return false;
}

static int add(const struct options *o)
{
    struct session s = {0};
    struct euicc_eim_description eim;
    struct euicc_diagnostic why = {0};
    BUF_LOCAL configuration = {0};
    const char *name = o->arguments[1];
    bool ok = read_configuration(name, &configuration) && session_open(&s, o, SESSION_CHANGE);
    if (ok) {
        int result = euicc_eim_add(s.card, configuration.p, configuration.n, &why);
        ok = result == EUICC_OK;
        if (!ok) complain_change(&s, name, "added", result, why.text);
    }
    ok = ok && describe_last(&s, &eim) && print_change(o, "added", &eim);
    session_close(&s);
    return ok ? EXIT_SUCCESS : EXIT_FAILED;
}

static int take_away(const struct options *o)
{
    struct session s = {0};
    struct euicc_eim_description eim;
    const char *id = o->arguments[1];
    bool ok = session_open(&s, o, SESSION_CHANGE);
    if (ok && !find_eim(&s, id, &eim)) {
        complain("%s: no eIM of this card has this eimId, expected one that softeuicc eim list prints", id);
        ok = false;
    }
    if (ok) {
        int result = euicc_eim_remove(s.card, id);
        ok = result == EUICC_OK;
        if (!ok) complain_change(&s, id, "removed", result, "");
    }
    ok = ok && print_change(o, "removed", &eim);
    session_close(&s);
    return ok ? EXIT_SUCCESS : EXIT_FAILED;
}

int command_eim(const struct options *o)
{
    const char *verb = o->argument_count > 0 ? o->arguments[0] : "list";
    if (strcmp(verb, "list") == 0 && o->argument_count <= 1) return list(o);
    if (strcmp(verb, "add") == 0 && o->argument_count == 2) return add(o);
    if (strcmp(verb, "remove") == 0 && o->argument_count == 2) return take_away(o);
    complain("eim %s: expected list, add FILE or remove ID", verb);
    return EXIT_USAGE;
}

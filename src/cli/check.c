/* softeuicc check: whether a card file is whole. Called through main.c. */
#include "cli/options.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/text.h"

#include <stdlib.h>

static void report_json(const struct session *s, const struct euicc_file_report *r, struct buf *out)
{
    struct json j = {.out = out};
    json_open(&j, NULL, '{');
    json_string(&j, "card_file", s->path);
    json_bool(&j, "good", true);
    json_number(&j, "version", r->version);
    json_number(&j, "cards", r->cards);
    json_number(&j, "keys", r->keys);
    json_number(&j, "bytes", r->bytes);
    json_close(&j, '}');
}

static void report_text(const struct session *s, const struct euicc_file_report *r, struct buf *out)
{
    text_format(out, "%s: good, %zu card%s, %zu keys, %llu bytes", s->path, r->cards, r->cards == 1 ? "" : "s", r->keys,
                (unsigned long long)r->bytes);
    if (r->version == 1) {
        text_format(out, "; a file of version 1 has no digests, changed values are not found until a command that "
                         "changes the card adds them");
    }
}

int command_check(const struct options *o)
{
    struct session s = {0};
    BUF_LOCAL out = {0};
    struct euicc_file_report report;
    /* Opening finds most of what can be wrong, and says it. */
    bool ok = session_open(&s, o, SESSION_READ_ONLY);
    if (ok && euicc_file_check(s.file, &report) != EUICC_OK) {
        complain("%s", euicc_file_error(s.file));
        ok = false;
    }
    if (ok) {
        if (o->given & OPTION_JSON) {
            report_json(&s, &report, &out);
        } else {
            report_text(&s, &report, &out);
        }
        buf_byte(&out, '\n');
        ok = show_print(&out);
    }
    session_close(&s);
    return ok ? EXIT_SUCCESS : EXIT_FAILED;
}

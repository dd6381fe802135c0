/* The commands that make, show or change a card and end: create, info, profiles, notifications, reset, personalities.
 * Called through the table in main.c. */
#define _GNU_SOURCE
#include "cli/options.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/text.h"

#include <stdlib.h>

enum part { PART_CARD = 1, PART_PROFILES = 2, PART_NOTIFICATIONS = 4, PART_EIMS = 8 };

static bool print_json(const struct session *s, unsigned parts)
{
    BUF_LOCAL out = {0};
    struct json j = {.out = &out};
    json_open(&j, NULL, '{');
    if ((parts & PART_CARD) && !show_card_json(s, &j)) return false;
    if ((parts & PART_PROFILES) && !show_profiles_json(s, &j)) return false;
    if ((parts & PART_EIMS) && !show_eims_json(s, &j)) return false;
    if ((parts & PART_NOTIFICATIONS) && !show_notifications_json(s, &j)) return false;
    json_close(&j, '}');
    buf_byte(&out, '\n');
    return show_print(&out);
}

static bool print_text(const struct session *s, unsigned parts)
{
    BUF_LOCAL out = {0};
    if ((parts & PART_CARD) && !show_card(s, &out)) return false;
    if ((parts & PART_PROFILES) && !show_profiles(s, &out)) return false;
    if ((parts & PART_EIMS) && !show_eims(s, &out)) return false;
    if ((parts & PART_NOTIFICATIONS) && !show_notifications(s, &out)) return false;
    return show_print(&out);
}

/* Opens the card, changes it if `change` is given, prints the parts. */
static int open_and_print(const struct options *o, enum session_mode mode, bool (*change)(struct session *),
                          unsigned parts)
{
    struct session s = {0};
    bool ok = session_open(&s, o, mode) && (!change || change(&s));
    if (ok && !(o->given & OPTION_QUIET)) ok = o->given & OPTION_JSON ? print_json(&s, parts) : print_text(&s, parts);
    session_close(&s);
    return ok ? EXIT_SUCCESS : EXIT_FAILED;
}

int command_create(const struct options *o)
{
    return open_and_print(o, SESSION_CREATE, NULL, PART_CARD);
}

int command_info(const struct options *o)
{
    return open_and_print(o, SESSION_READ_ONLY, NULL, PART_CARD | PART_PROFILES | PART_EIMS | PART_NOTIFICATIONS);
}

int command_profiles(const struct options *o)
{
    return open_and_print(o, SESSION_READ_ONLY, NULL, PART_PROFILES);
}

int command_notifications(const struct options *o)
{
    return open_and_print(o, SESSION_READ_ONLY, NULL, PART_NOTIFICATIONS);
}

static bool factory_reset(struct session *s)
{
    int result = euicc_factory_reset(s->card);
    if (result == EUICC_OK) return true;
    const char *storage = euicc_file_error(s->file);
    complain("%s: not reset: %s", s->path, euicc_result_text(result));
    if (storage[0]) complain("%s", storage);
    return false;
}

int command_reset(const struct options *o)
{
    if (!(o->given & OPTION_YES)) {
        complain("reset: deletes all profiles, notifications and eIMs of the card, expected --yes");
        return EXIT_USAGE;
    }
    return open_and_print(o, SESSION_CHANGE, factory_reset, PART_CARD | PART_PROFILES | PART_EIMS | PART_NOTIFICATIONS);
}

/* ---- personalities ---- */

static int list_personalities(bool as_json)
{
    BUF_LOCAL out = {0};
    struct json j = {.out = &out};
    const char *name;
    if (as_json) json_open(&j, NULL, '[');
    for (size_t i = 0; (name = euicc_personality_name(i)); i++) {
        if (as_json) {
            json_string(&j, NULL, name);
        } else {
            text_format(&out, "%s\n", name);
        }
    }
    if (as_json) {
        json_close(&j, ']');
        buf_byte(&out, '\n');
    }
    return show_print(&out) ? EXIT_SUCCESS : EXIT_FAILED;
}

static int show_personality(const char *name, bool as_json)
{
    const char *text = euicc_personality_text(name);
    if (!text) {
        complain("%s: no such personality, expected one that softeuicc personalities lists", name);
        return EXIT_FAILED;
    }
    BUF_LOCAL out = {0};
    if (as_json) {
        struct json j = {.out = &out};
        json_open(&j, NULL, '{');
        json_string(&j, "name", name);
        json_string(&j, "text", text);
        json_close(&j, '}');
        buf_byte(&out, '\n');
    } else {
        buf_append(&out, slice_text(text));
    }
    return show_print(&out) ? EXIT_SUCCESS : EXIT_FAILED;
}

int command_personalities(const struct options *o)
{
    bool as_json = o->given & OPTION_JSON;
    const char *verb = o->argument_count > 0 ? o->arguments[0] : "list";
    if (strcmp(verb, "list") == 0 && o->argument_count <= 1) return list_personalities(as_json);
    if (strcmp(verb, "show") == 0 && o->argument_count == 2) return show_personality(o->arguments[1], as_json);
    complain("personalities %s: expected list, or show NAME", verb);
    return EXIT_USAGE;
}

/* Security domains at work: sessions, selection and the table of their commands; see domain.h. */
#define _DEFAULT_SOURCE
#include "domain/internal.h"

/* ---- sessions ---- */

void domain_session_close(struct domain_session *s)
{
    bool selected = s->selected;
    uint8_t number = s->number;
    buf_free(&s->data);
    explicit_bzero(s, sizeof *s);
    s->selected = selected;
    s->number = number;
}

void domain_session_free(struct domain_session *s)
{
    domain_session_close(s);
    *s = (struct domain_session){0};
}

enum err domain_session_copy(const struct domain_session *from, struct domain_session *to)
{
    *to = *from;
    to->data = (struct buf){0};
    buf_append(&to->data, buf_slice(&from->data));
    return buf_err(&to->data);
}

void domain_session_over_the_air(struct domain_session *s, uint8_t number, uint8_t key_version)
{
    domain_session_free(s);
    s->selected = true;
    s->number = number;
    s->state = DOMAIN_OVER_THE_AIR;
    s->key_version = key_version;
}

/* ---- selection (GP 11.9) ---- */

enum err domain_select(struct model *m, struct domain_session *s, struct slice aid, bool with_data, struct buf *out)
{
    struct isdp isdp;
    struct domain d;
    bool found;
    TRY(isdp_enabled(m, &isdp));
    TRY(domain_find(&isdp, aid, &d, &found));
    if (!found || d.life_cycle & DOMAIN_LOCKED)
        return reason_say(&m->reason, ERR_FILE_NOT_FOUND, "GP 11.9.3", 0, "a security domain of the enabled profile",
                          "%s", found ? "one that is LOCKED" : "none");
    if (d.is_applet)
        return reason_say(&m->reason, ERR_CONDITIONS, "GP 11.9.3", 0, "an application that this card can run",
                          "an inert one");
    if (with_data) TRY(domain_fci(&isdp, &d, out));
    domain_session_free(s);
    s->selected = true;
    s->number = d.number;
    return OK;
}

static enum err load_self(struct model *m, const struct domain_session *s, struct isdp *isdp, struct domain *self)
{
    bool found;
    TRY(isdp_enabled(m, isdp));
    TRY(domain_get(isdp, s->number, self, &found));
    if (found && s->selected) return OK;
    return reason_say(&m->reason, ERR_CONDITIONS, "GP 11.9.3", REASON_NO_OFFSET, "a security domain that is there",
                      "one that was deleted");
}

/* ---- small things ---- */

bool domain_has_privilege(const struct domain *d, enum domain_privilege privilege)
{
    size_t byte = (size_t)privilege / 8;
    return byte < d->privileges.n && d->privileges.p[byte] & 0x80 >> privilege % 8;
}

bool domain_owns(const struct domain *owner, const struct domain *d)
{
    return owner->number == d->number || slice_equal(owner->aid, d->parent);
}

enum err domain_check_memory(struct domain_work *w, const char *clause, const char *expected)
{
    size_t missing = profile_memory_missing(w->m);
    if (missing == 0) return OK;
    return reason_say(&w->m->reason, ERR_NO_SPACE, clause, REASON_NO_OFFSET, expected, "%zu bytes too little", missing);
}

/* ---- commands ---- */

static const struct {
    uint8_t ins;
    bool authenticated; /* only after mutual authentication */
    const char *clause;
    domain_run *run;
} commands[] = {
    {0xca, false, "GP 11.3", domain_get_data},
    {0x50, false, "GP E.5.1", domain_initialize_update},
    {0x82, false, "GP E.5.2", domain_external_authenticate},
    {0xf2, true, "GP 11.4", domain_get_status},
    {0xf0, true, "GP 11.10", domain_set_status},
    {0xe6, true, "GP 11.5", domain_install},
    {0xe8, true, "GP 11.6", domain_load},
    {0xe4, true, "GP 11.2", domain_delete_object},
    {0xd8, true, "GP 11.8", domain_put_key},
    {0xe2, true, "GP 11.11", domain_store_data},
};
#define COMMANDS (sizeof commands / sizeof commands[0])

static size_t find_command(uint8_t ins)
{
    size_t i = 0;
    while (i < COMMANDS && commands[i].ins != ins)
        i++;
    return i;
}

enum err domain_execute(struct model *m, struct domain_session *s, const struct domain_command *a, struct buf *out)
{
    struct domain_work w = {.m = m, .s = s, .a = a, .out = out};
    size_t i = find_command(a->ins);
    if (i == COMMANDS)
        return reason_say(&m->reason, ERR_INSTRUCTION, "GP 11.1", REASON_NO_OFFSET, "a command of a security domain",
                          "%02X", a->ins);
    TRY(load_self(m, s, &w.isdp, &w.self));
    if (commands[i].authenticated && s->state != DOMAIN_AUTHENTICATED && s->state != DOMAIN_OVER_THE_AIR)
        return reason_say(&m->reason, ERR_SECURITY, commands[i].clause, REASON_NO_OFFSET, "an open secure channel",
                          "none");
    /* What belongs to a sequence of commands ends with the first other one. */
    if (a->ins != 0xe2) {
        buf_free(&s->data);
        s->next_block = 0;
    }
    if (a->ins != 0xf2) s->registry_kind = 0;
    TRY(commands[i].run(&w));
    return buf_err(out);
}

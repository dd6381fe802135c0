/* What a card holds, for people and as JSON; see show.h. Never shows keys: it knows only what euicc_describe tells. */
#define _GNU_SOURCE
#include "cli/show.h"

#include "base/hex.h"

#include <errno.h>
#include <unistd.h>

bool show_print(struct buf *out)
{
    if (buf_err(out) != OK) {
        complain("no memory");
        return false;
    }
    if (write_all(STDOUT_FILENO, buf_slice(out))) return true;
    complain("standard output: %s", strerror(errno));
    return false;
}

static bool described(int result)
{
    if (result == EUICC_OK) return true;
    complain("the card cannot be described: %s", euicc_result_text(result));
    return false;
}

static void line(struct buf *out, const char *name, const char *value)
{
    text_format(out, "%-16s", name);
    text_safe(out, slice_text(value));
    buf_byte(out, '\n');
}

static void quoted(struct buf *out, const char *before, const char *text)
{
    if (!text[0]) return;
    text_format(out, "%s\"", before);
    text_safe(out, slice_text(text));
    buf_byte(out, '"');
}

static const char *card_place(const struct session *s)
{
    return s->file ? s->path : "in memory only";
}

/* ---- for people ---- */

bool show_card(const struct session *s, struct buf *out)
{
    struct euicc_description d;
    struct euicc_atr atr;
    if (!described(euicc_describe(s->card, &d)) || !described(euicc_describe_atr(s->card, &atr))) return false;
    char hex[2 * sizeof atr.bytes + 1];
    hex_encode(slice_of(atr.bytes, atr.n), hex);
    line(out, "EID", d.eid);
    text_format(out, "%-16s", "card");
    text_safe(out, slice_text(card_place(s)));
    text_format(out, "%s\n", s->is_new ? " (new)" : "");
    line(out, "personality", d.personality);
    line(out, "SGP.22 version", d.sgp22_version);
    line(out, "SGP.32 version", d.sgp32_version[0] ? d.sgp32_version : "none");
    line(out, "ATR", hex);
    text_format(out, "%-16s%zu of %zu bytes free\n", "memory", d.memory_free, d.memory_total);
    line(out, "default SM-DP+", d.default_smdp_address[0] ? d.default_smdp_address : "none");
    for (size_t i = 0; i < d.ci_count; i++) {
        struct euicc_ci_description ci;
        if (!described(euicc_describe_ci(s->card, i, &ci))) return false;
        text_format(out, "%-16s%s %s%s\n", i ? "" : "trusts", ci.ci_pk_id, ci.curve,
                    ci.signs ? "" : " (verifies only)");
    }
    return true;
}

bool show_profiles(const struct session *s, struct buf *out)
{
    struct euicc_description d;
    if (!described(euicc_describe(s->card, &d))) return false;
    text_format(out, "%-16s%zu\n", "profiles", d.profile_count);
    for (size_t i = 0; i < d.profile_count; i++) {
        struct euicc_profile_description p;
        if (!described(euicc_describe_profile(s->card, i, &p))) return false;
        text_format(out, "  %-20s %-8s %-12s", p.iccid, p.state, p.profile_class);
        quoted(out, " ", p.name);
        quoted(out, " by ", p.service_provider);
        quoted(out, ", called ", p.nickname);
        text_format(out, ", %zu bytes, %s\n", p.size, p.isdp_aid);
    }
    return true;
}

bool show_notifications(const struct session *s, struct buf *out)
{
    struct euicc_description d;
    if (!described(euicc_describe(s->card, &d))) return false;
    text_format(out, "%-16s%zu\n", "notifications", d.notification_count);
    for (size_t i = 0; i < d.notification_count; i++) {
        struct euicc_notification_description n;
        if (!described(euicc_describe_notification(s->card, i, &n))) return false;
        text_format(out, "  %-6lu %-8s ", (unsigned long)n.sequence_number, n.event);
        text_safe(out, slice_text(n.address));
        text_format(out, "%s%s%s\n", n.iccid[0] ? " for " : "", n.iccid,
                    n.is_installation_result ? " (installation result)" : "");
    }
    return true;
}

void show_eim(const struct euicc_eim_description *eim, struct buf *out)
{
    text_safe(out, slice_text(eim->id));
    if (eim->fqdn[0]) text_format(out, " at ");
    text_safe(out, slice_text(eim->fqdn));
    text_format(out, ", counter %lu, ", (unsigned long)eim->counter);
    if (eim->has_token) {
        text_format(out, "token %lu, ", (unsigned long)eim->token);
    } else {
        text_format(out, "no token, ");
    }
    text_format(out, "key %s\n", eim->curve);
}

bool show_eims(const struct session *s, struct buf *out)
{
    struct euicc_description d;
    if (!described(euicc_describe(s->card, &d))) return false;
    if (!d.sgp32_version[0]) return true; /* a consumer card has none */
    text_format(out, "%-16s%zu\n", "eIMs", d.eim_count);
    for (size_t i = 0; i < d.eim_count; i++) {
        struct euicc_eim_description eim;
        if (!described(euicc_describe_eim(s->card, i, &eim))) return false;
        text_format(out, "  ");
        show_eim(&eim, out);
    }
    text_format(out, "%-16s%zu\n", "package results", d.package_result_count);
    return true;
}

/* ---- JSON ---- */

bool show_card_json(const struct session *s, struct json *j)
{
    struct euicc_description d;
    struct euicc_atr atr;
    if (!described(euicc_describe(s->card, &d)) || !described(euicc_describe_atr(s->card, &atr))) return false;
    char hex[2 * sizeof atr.bytes + 1];
    hex_encode(slice_of(atr.bytes, atr.n), hex);
    json_string(j, "eid", d.eid);
    if (s->file) json_string(j, "card", s->path);
    json_bool(j, "new", s->is_new);
    json_string(j, "personality", d.personality);
    json_string(j, "sgp22Version", d.sgp22_version);
    json_string(j, "sgp32Version", d.sgp32_version);
    json_string(j, "atr", hex);
    json_number(j, "memoryTotal", d.memory_total);
    json_number(j, "memoryFree", d.memory_free);
    json_string(j, "defaultSmdpAddress", d.default_smdp_address);
    json_open(j, "ci", '[');
    for (size_t i = 0; i < d.ci_count; i++) {
        struct euicc_ci_description ci;
        if (!described(euicc_describe_ci(s->card, i, &ci))) return false;
        json_open(j, NULL, '{');
        json_string(j, "ciPkId", ci.ci_pk_id);
        json_string(j, "curve", ci.curve);
        json_bool(j, "signs", ci.signs);
        json_close(j, '}');
    }
    json_close(j, ']');
    return true;
}

bool show_profiles_json(const struct session *s, struct json *j)
{
    struct euicc_description d;
    if (!described(euicc_describe(s->card, &d))) return false;
    json_open(j, "profiles", '[');
    for (size_t i = 0; i < d.profile_count; i++) {
        struct euicc_profile_description p;
        if (!described(euicc_describe_profile(s->card, i, &p))) return false;
        json_open(j, NULL, '{');
        json_string(j, "iccid", p.iccid);
        json_string(j, "isdpAid", p.isdp_aid);
        json_string(j, "state", p.state);
        json_string(j, "class", p.profile_class);
        json_string(j, "name", p.name);
        json_string(j, "serviceProvider", p.service_provider);
        json_string(j, "nickname", p.nickname);
        json_number(j, "size", p.size);
        json_close(j, '}');
    }
    json_close(j, ']');
    return true;
}

bool show_notifications_json(const struct session *s, struct json *j)
{
    struct euicc_description d;
    if (!described(euicc_describe(s->card, &d))) return false;
    json_open(j, "notifications", '[');
    for (size_t i = 0; i < d.notification_count; i++) {
        struct euicc_notification_description n;
        if (!described(euicc_describe_notification(s->card, i, &n))) return false;
        json_open(j, NULL, '{');
        json_number(j, "sequenceNumber", n.sequence_number);
        json_string(j, "event", n.event);
        json_string(j, "address", n.address);
        if (n.iccid[0]) json_string(j, "iccid", n.iccid);
        json_bool(j, "installationResult", n.is_installation_result);
        json_close(j, '}');
    }
    json_close(j, ']');
    return true;
}

void show_eim_json(const struct euicc_eim_description *eim, struct json *j)
{
    json_string(j, "eimId", eim->id);
    if (eim->fqdn[0]) json_string(j, "eimFqdn", eim->fqdn);
    json_number(j, "counterValue", eim->counter);
    if (eim->has_token) json_number(j, "associationToken", eim->token);
    json_string(j, "curve", eim->curve);
}

bool show_eims_json(const struct session *s, struct json *j)
{
    struct euicc_description d;
    if (!described(euicc_describe(s->card, &d))) return false;
    json_open(j, "eims", '[');
    for (size_t i = 0; i < d.eim_count; i++) {
        struct euicc_eim_description eim;
        if (!described(euicc_describe_eim(s->card, i, &eim))) return false;
        json_open(j, NULL, '{');
        show_eim_json(&eim, j);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_number(j, "packageResults", d.package_result_count);
    return true;
}

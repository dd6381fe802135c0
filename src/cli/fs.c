/* softeuicc fs: the files, PINs and applications of a profile in a card file, for people and as JSON. Called through
 * the table in main.c. It knows only what euicc_describe_file() and its like tell, so no PIN and no key is ever shown.
 */
#define _GNU_SOURCE
#include "cli/fs_names.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/hex.h"

enum {
    LEVELS = 8,
    NAME_SIZE = 32,
    SHORT_BYTES = 32,  /* of a value, unless --verbose */
    SHORT_RECORDS = 4, /* of a file */
    REPEATED = 5,      /* equal bytes that are written as one */
};

/* What is to be printed, and where in the tree the last file was. */
struct tree {
    const struct session *session;
    size_t profile; /* index for euicc_describe_file() */
    struct euicc_profile_description description;
    const char *wanted;                /* path or name; NULL: everything */
    char wanted_path[EUICC_PATH_SIZE]; /* the path of the wanted directory that we are below; "": not in one */
    char names[LEVELS][NAME_SIZE];     /* of the directories above the file, by level */
    bool whole;                        /* contents are not shortened */
    size_t files;
};

/* ---- which profile, which file ---- */

static bool is_digits(const char *text, const char *digits, size_t least, size_t most)
{
    size_t n = strlen(text);
    return n >= least && n <= most && strspn(text, digits) == n;
}

static bool is_profile(const char *text)
{
    return is_digits(text, "0123456789", 18, 20) || is_digits(text, "0123456789abcdefABCDEF", 32, 32);
}

/* By ICCID or ISD-P AID; NULL: the enabled one. */
static bool find_profile(struct tree *t, const char *wanted)
{
    struct euicc_profile_description *p = &t->description;
    for (t->profile = 0; euicc_describe_profile(t->session->card, t->profile, p) == EUICC_OK; t->profile++) {
        if (wanted ? strcmp(p->iccid, wanted) == 0 || strcasecmp(p->isdp_aid, wanted) == 0
                   : strcmp(p->state, "enabled") == 0)
            return true;
    }
    if (wanted)
        complain("%s: no profile of this card has this ICCID or AID, expected one that softeuicc profiles prints",
                 wanted);
    else
        complain("no profile is enabled, expected the ICCID or the AID of one");
    return false;
}

static unsigned level_of(const char *path)
{
    unsigned n = 0;
    for (; *path; path++)
        if (*path == '/') n++;
    return n;
}

static uint16_t fid_of(const char *path)
{
    return (uint16_t)strtoul(path + strlen(path) - 4, NULL, 16);
}

/* Of a file in a phone book, by the EF.PBR (4F30) beside it. */
static const char *name_in_phonebook(const struct tree *t, const char *path)
{
    struct euicc_file_description pbr;
    char before[EUICC_PATH_SIZE];
    size_t directory = strlen(path) - 4;
    (void)snprintf(before, sizeof before, "%.*s4F2F", (int)directory, path);
    if (euicc_describe_file(t->session->card, t->profile, before, &pbr) != EUICC_OK) return "";
    if (strncmp(pbr.path, path, directory) != 0 || strcmp(pbr.path + directory, "4F30") != 0) return "";
    return fs_phonebook_name(slice_of(pbr.content, pbr.content_size), pbr.record_length, fid_of(path));
}

/* The name of a file, and the name by which the files in it are looked up. */
static const char *name_file(struct tree *t, const struct euicc_file_description *f)
{
    static const struct {
        const char *aid;
        const char *name;
    } kinds[] = {{"a0000000871002", "ADF.USIM"}, {"a0000000871004", "ADF.ISIM"}, {"a0000003431002", "ADF.CSIM"}};
    unsigned level = level_of(f->path);
    if (level >= LEVELS) return "";
    const char *name = level == 0 ? "MF" : fs_name(t->names[level - 1], fid_of(f->path));
    if (!*name && strcmp(t->names[level - 1], "DF.PHONEBOOK") == 0) name = name_in_phonebook(t, f->path);
    if (f->aid[0]) name = "ADF";
    for (size_t i = 0; f->aid[0] && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strncasecmp(f->aid, kinds[i].aid, 14) == 0) name = kinds[i].name;
    (void)snprintf(t->names[level], NAME_SIZE, "%s", name);
    return name;
}

/* "3F00/7FD0/6F07", "7FD0/6F07", "7FFF/6F07" (the ADF that was installed first), "EF.IMSI" or "imsi". */
static bool is_named(const struct tree *t, const struct euicc_file_description *f, const char *name)
{
    const char *path = f->path;
    const char *dot = strchr(name, '.');
    if (name[0] && (strcasecmp(t->wanted, name) == 0 || (dot && strcasecmp(t->wanted, dot + 1) == 0))) return true;
    if (strcasecmp(t->wanted, path) == 0) return true;
    return strlen(path) > 5 && strcasecmp(t->wanted, path + 5) == 0;
}

static bool is_wanted(struct tree *t, const struct euicc_file_description *f, const char *name)
{
    size_t n = strlen(t->wanted_path);
    if (!t->wanted) return true;
    if (n && strncmp(f->path, t->wanted_path, n) == 0 && f->path[n] == '/') return true;
    t->wanted_path[0] = 0;
    if (!is_named(t, f, name)) return false;
    (void)snprintf(t->wanted_path, sizeof t->wanted_path, "%s", f->path);
    return true;
}

/* Puts the path of the first network access application in place of 7FFF in front. */
static const char *resolve(const struct tree *t, const char *wanted, char out[EUICC_PATH_SIZE])
{
    struct euicc_application_description a;
    if (strncasecmp(wanted, "3F00/", 5) == 0) wanted += 5;
    if (strncasecmp(wanted, "7FFF", 4) != 0 || (wanted[4] && wanted[4] != '/')) return wanted;
    for (size_t i = 0; euicc_describe_application(t->session->card, t->profile, i, &a) == EUICC_OK; i++) {
        if (!a.path[0]) continue;
        (void)snprintf(out, EUICC_PATH_SIZE, "%.24s%.12s", a.path, wanted + 4);
        return out;
    }
    return wanted;
}

/* ---- for people ---- */

static bool all_same(struct slice bytes)
{
    for (size_t i = 1; i < bytes.n; i++)
        if (bytes.p[i] != bytes.p[0]) return false;
    return bytes.n > 0;
}

static void put_hex(struct buf *out, struct slice bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        text_format(out, "%02X", bytes.p[i]);
}

/* The end as "FF*16", as in the sources of profile packages; of what is long the front and "..". */
static void put_value(const struct tree *t, struct buf *out, struct slice bytes)
{
    size_t same = bytes.n > 0;
    while (same < bytes.n && bytes.p[bytes.n - same - 1] == bytes.p[bytes.n - 1])
        same++;
    if (t->whole || same < REPEATED) same = 0;
    size_t front = bytes.n - same;
    if (!t->whole && front > SHORT_BYTES) {
        put_hex(out, slice_of(bytes.p, SHORT_BYTES));
        text_format(out, "..");
        return;
    }
    put_hex(out, slice_of(bytes.p, front));
    if (same) text_format(out, "%s%02X*%zu", front ? " " : "", bytes.p[front], same);
}

static bool is_operation(const char *text, size_t *n)
{
    static const char *const names[] = {"read",       "update",   "append",    "delete child", "create EF", "create DF",
                                        "deactivate", "activate", "terminate", "delete",       "increase",  "resize"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        *n = strlen(names[i]);
        if (strncmp(text, names[i], *n) == 0 && text[*n] == ' ') return true;
    }
    return false;
}

/* "read PIN1, update ADM1, delete ADM1" as "read PIN1; update, delete ADM1": neighbours with one condition together. */
static void put_access(struct buf *out, const char *access)
{
    while (*access) {
        size_t n = strcspn(access, ",");
        const char *next = access[n] ? access + n + 2 : access + n;
        size_t operation;
        size_t following;
        if (is_operation(access, &operation) && is_operation(next, &following)) {
            size_t condition = n - operation;
            bool same = strncmp(access + operation, next + following, condition) == 0 &&
                        (next[following + condition] == ',' || next[following + condition] == 0);
            text_format(out, "%.*s%s", (int)(same ? operation : n), access, same ? ", " : "; ");
        } else {
            text_format(out, "%.*s%s", (int)n, access, *next ? "; " : "");
        }
        access = next;
    }
}

static void put_indent(struct buf *out, unsigned level)
{
    text_format(out, "%*s", (int)(4 * level + 4), "");
}

static void put_records(const struct tree *t, const struct euicc_file_description *f, struct buf *out, unsigned level)
{
    size_t left_out = 0;
    size_t said = 0;
    for (size_t i = 0; i < f->records && (i + 1) * f->record_length <= f->content_size; i++) {
        struct slice record = slice_of(f->content + i * f->record_length, f->record_length);
        if (!t->whole && (said == SHORT_RECORDS || (all_same(record) && record.p[0] == 0xff))) {
            left_out++;
            continue;
        }
        put_indent(out, level);
        text_format(out, "%zu: ", i + 1);
        put_value(t, out, record);
        buf_byte(out, '\n');
        said++;
    }
    if (left_out == 0) return;
    put_indent(out, level);
    text_format(out, said ? "and %zu more\n" : "%zu, empty\n", left_out);
}

static void put_pins(const struct euicc_file_description *f, struct buf *out, unsigned level)
{
    for (size_t i = 0; i < f->pin_count; i++) {
        const struct euicc_pin_description *p = &f->pins[i];
        put_indent(out, level);
        text_format(out, "%s (%02X) %s, %u of %u tries", p->name, p->reference, p->enabled ? "enabled" : "disabled",
                    p->left, p->of);
        if (p->has_unblocking) text_format(out, ", PUK %u of %u", p->puk_left, p->puk_of);
        buf_byte(out, '\n');
    }
}

static void put_file(const struct tree *t, const struct euicc_file_description *f, const char *name, struct buf *out)
{
    unsigned level = level_of(f->path);
    text_format(out, "%*s%04X %-*s %s", (int)(4 * level), "", fid_of(f->path), 20, name, f->type);
    if (f->aid[0]) text_format(out, " %s", f->aid);
    if (f->record_length)
        text_format(out, " %zux%zu", f->records, f->record_length);
    else if (!f->is_directory)
        text_format(out, " %zu", f->size);
    if (f->sfi) text_format(out, ", SFI %02X", f->sfi);
    if (strcmp(f->state, "activated") != 0) text_format(out, ", %s", f->state);
    if (f->link[0]) text_format(out, ", link to %s", f->link);
    text_format(out, "; ");
    put_access(out, f->access);
    text_format(out, " (%s)\n", f->rule);
    put_pins(f, out, level);
    if (f->record_length) {
        put_records(t, f, out, level);
    } else if (f->content_size) {
        put_indent(out, level);
        put_value(t, out, slice_of(f->content, f->content_size));
        buf_byte(out, '\n');
    }
}

static void put_application(const struct euicc_application_description *a, struct buf *out)
{
    text_format(out, "  %-16s %s", a->kind, a->aid);
    if (a->path[0]) text_format(out, " at %s", a->path);
    if (a->algorithm[0]) text_format(out, ", %s", a->algorithm);
    if (a->state[0]) text_format(out, ", %s", a->state);
    if (a->keys[0]) text_format(out, ", keys %s", a->keys);
    if (a->tars[0]) text_format(out, ", TAR %s", a->tars);
    buf_byte(out, '\n');
}

/* ---- JSON ---- */

static void json_hex(struct json *j, const char *key, const uint8_t *bytes, size_t n)
{
    BUF_LOCAL hex = {0};
    put_hex(&hex, slice_of(bytes, n));
    json_text(j, key, buf_slice(&hex));
}

static void json_pins(const struct euicc_file_description *f, struct json *j)
{
    json_open(j, "pins", '[');
    for (size_t i = 0; i < f->pin_count; i++) {
        const struct euicc_pin_description *p = &f->pins[i];
        json_open(j, NULL, '{');
        json_string(j, "name", p->name);
        json_number(j, "reference", p->reference);
        json_number(j, "number", p->number);
        json_bool(j, "enabled", p->enabled);
        json_number(j, "triesLeft", p->left);
        json_number(j, "tries", p->of);
        if (p->has_unblocking) json_number(j, "pukTriesLeft", p->puk_left);
        if (p->has_unblocking) json_number(j, "pukTries", p->puk_of);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_file(const struct euicc_file_description *f, const char *name, struct json *j)
{
    json_open(j, NULL, '{');
    json_string(j, "path", f->path);
    if (name[0]) json_string(j, "name", name);
    json_string(j, "type", f->type);
    if (f->aid[0]) json_string(j, "aid", f->aid);
    if (!f->is_directory) json_number(j, "size", f->size);
    if (f->record_length) json_number(j, "recordLength", f->record_length);
    if (f->record_length) json_number(j, "records", f->records);
    if (f->sfi) json_number(j, "sfi", f->sfi);
    json_string(j, "state", f->state);
    if (f->link[0]) json_string(j, "link", f->link);
    json_string(j, "rule", f->rule);
    json_string(j, "access", f->access);
    if (f->is_directory)
        json_pins(f, j);
    else
        json_hex(j, "content", f->content, f->content_size);
    json_close(j, '}');
}

static void json_application(const struct euicc_application_description *a, struct json *j)
{
    json_open(j, NULL, '{');
    json_string(j, "kind", a->kind);
    json_string(j, "aid", a->aid);
    if (a->path[0]) json_string(j, "path", a->path);
    if (a->algorithm[0]) json_string(j, "algorithm", a->algorithm);
    if (a->state[0]) json_string(j, "state", a->state);
    if (a->keys[0]) json_string(j, "keys", a->keys);
    if (a->tars[0]) json_string(j, "tars", a->tars);
    json_close(j, '}');
}

/* ---- the whole ---- */

static bool print_applications(const struct tree *t, struct buf *out, struct json *j)
{
    struct euicc_application_description a;
    int result;
    if (j) json_open(j, "applications", '[');
    for (size_t i = 0; (result = euicc_describe_application(t->session->card, t->profile, i, &a)) == EUICC_OK; i++) {
        if (j)
            json_application(&a, j);
        else
            put_application(&a, out);
    }
    if (j) json_close(j, ']');
    if (result == EUICC_BAD_ARGUMENT) return true; /* past the end */
    complain("the applications cannot be described: %s", euicc_result_text(result));
    return false;
}

static bool print_files(struct tree *t, struct buf *out, struct json *j)
{
    struct euicc_file_description f = {0};
    char last[EUICC_PATH_SIZE] = "";
    int result;
    if (j) json_open(j, "files", '[');
    while ((result = euicc_describe_file(t->session->card, t->profile, last[0] ? last : NULL, &f)) == EUICC_OK) {
        (void)snprintf(last, sizeof last, "%s", f.path);
        const char *name = name_file(t, &f);
        if (!is_wanted(t, &f, name)) continue;
        t->files++;
        if (j)
            json_file(&f, name, j);
        else
            put_file(t, &f, name, out);
    }
    if (j) json_close(j, ']');
    if (result == EUICC_BAD_ARGUMENT) return true;
    complain("the files cannot be described: %s", euicc_result_text(result));
    return false;
}

static bool print_tree(struct tree *t, const char *asked, bool as_json)
{
    BUF_LOCAL out = {0};
    struct json json = {.out = &out};
    struct json *j = as_json ? &json : NULL;
    const struct euicc_profile_description *p = &t->description;
    if (j) {
        json_open(j, NULL, '{');
        json_string(j, "iccid", p->iccid);
        json_string(j, "isdpAid", p->isdp_aid);
        json_string(j, "state", p->state);
    } else {
        text_format(&out, "profile %s, %s, %s\n", p->iccid, p->state, p->isdp_aid);
    }
    if (!t->wanted && !print_applications(t, &out, j)) return false;
    if (!print_files(t, &out, j)) return false;
    if (j) json_close(j, '}');
    if (j) buf_byte(&out, '\n');
    if (t->wanted && t->files == 0) {
        complain("%s: the profile has no such file, expected a path such as 7FFF/6F07 or a name such as EF.IMSI",
                 asked);
        return false;
    }
    return show_print(&out);
}

int command_fs(const struct options *o)
{
    struct session s = {0};
    struct tree t = {.session = &s, .whole = o->given & OPTION_VERBOSE};
    char path[EUICC_PATH_SIZE];
    bool has_profile = o->argument_count > 0 && is_profile(o->arguments[0]);
    if (o->argument_count > 1 && !has_profile) {
        complain("fs %s: expected the ICCID or the AID of a profile before the path", o->arguments[0]);
        return EXIT_USAGE;
    }
    bool ok = session_open(&s, o, SESSION_READ_ONLY) && find_profile(&t, has_profile ? o->arguments[0] : NULL);
    const char *asked = o->argument_count > has_profile ? o->arguments[has_profile] : NULL;
    if (ok && asked) t.wanted = resolve(&t, asked, path);
    ok = ok && print_tree(&t, asked, o->given & OPTION_JSON);
    session_close(&s);
    return ok ? EXIT_SUCCESS : EXIT_FAILED;
}

/* Opens or makes the card that the options name; see session.h. Called by every command that has a card. */
#define _GNU_SOURCE
#include "cli/session.h"

#include "cli/configuration.h"
#include "cli/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- what the card sees of the world (struct euicc_env); ctx is the session ---- */

static int env_random(void *ctx, uint8_t *out, size_t n)
{
    const struct session *s = ctx;
    return euicc_random_bytes(s->random, out, n);
}

static int64_t env_now(void *ctx)
{
    (void)ctx;
    return (int64_t)time(NULL);
}

static int remember_key(void *ctx, const char *key, const uint8_t *value, size_t n)
{
    (void)value;
    (void)n;
    struct buf *keys = ctx;
    buf_append(keys, slice_of(key, strlen(key) + 1));
    return buf_err(keys) == OK ? EUICC_OK : EUICC_NO_MEMORY;
}

static int env_load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    struct session *s = ctx;
    /* To be replaced: the card is to find an empty file. */
    if (s->replace) return euicc_file_load(s->file, remember_key, &s->old_keys);
    return euicc_file_load(s->file, put, put_ctx);
}

static bool is_changed(const char *key, const struct euicc_change *changes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(changes[i].key, key) == 0) return true;
    }
    return false;
}

/* The first commit of a card that replaces another: the old keys go and the new ones come in one transaction. */
static int commit_replacing(struct session *s, const struct euicc_change *changes, size_t n)
{
    size_t old = 0;
    for (size_t i = 0; i < s->old_keys.n; i++)
        old += s->old_keys.p[i] == 0;
    struct euicc_change *all = calloc(n + old + 1, sizeof *all);
    if (!all) return EUICC_NO_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < s->old_keys.n; i += strlen((const char *)s->old_keys.p + i) + 1) {
        const char *key = (const char *)s->old_keys.p + i;
        if (!is_changed(key, changes, n)) all[count++].key = key;
    }
    for (size_t i = 0; i < n; i++)
        all[count++] = changes[i];
    int result = euicc_file_commit(s->file, all, count);
    free(all);
    if (result == EUICC_OK) s->replace = false;
    return result;
}

static int env_commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    struct session *s = ctx;
    return s->replace ? commit_replacing(s, changes, n) : euicc_file_commit(s->file, changes, n);
}

static void env_trace(void *ctx, enum euicc_event event, const uint8_t *data, size_t n)
{
    struct session *s = ctx;
    s->trace(s->trace_ctx, event, data, n);
}

/* ---- the card file ---- */

/* Makes the folders above `path`, for the user only. */
static bool make_folders(const char *path)
{
    char folder[sizeof((struct session *)0)->path];
    (void)snprintf(folder, sizeof folder, "%s", path);
    for (char *p = strchr(folder + 1, '/'); p; p = strchr(p + 1, '/')) {
        *p = 0;
        if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
            complain("%s: cannot make this folder for the card file: %s", folder, strerror(errno));
            return false;
        }
        *p = '/';
    }
    return true;
}

/* The path from --card, or the default in the user's data folder (XDG Base Directory Specification). */
static bool choose_path(struct session *s, const struct options *o, enum session_mode mode)
{
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    int n;
    if (o->card) {
        n = snprintf(s->path, sizeof s->path, "%s", o->card);
    } else if (data && data[0] == '/') {
        n = snprintf(s->path, sizeof s->path, "%s/softeuicc/card.db", data);
    } else if (home && home[0] == '/') {
        n = snprintf(s->path, sizeof s->path, "%s/.local/share/softeuicc/card.db", home);
    } else {
        complain("no place for the card file: neither XDG_DATA_HOME nor HOME is set, expected --card FILE");
        return false;
    }
    if (n <= 0 || (size_t)n >= sizeof s->path) {
        complain("--card: expected a file name of 1 to %zu bytes", sizeof s->path - 1);
        return false;
    }
    bool may_make = mode == SESSION_RUN || mode == SESSION_CREATE;
    return o->card || !may_make || make_folders(s->path);
}

/* The last user of a card file removes the lock beside it (store/card_lock.h): one that is there is in use, which the
 * opening will tell, or was left behind. */
static bool lock_is_left(const char *path)
{
    char *file = realpath(path, NULL);
    if (!file) return false;
    char name[sizeof((struct session *)0)->path + 8];
    int n = snprintf(name, sizeof name, "%s-lock", file);
    free(file);
    return n > 0 && (size_t)n < sizeof name && access(name, F_OK) == 0;
}

static bool open_file(struct session *s, const struct options *o, enum session_mode mode, bool *made)
{
    static const enum euicc_file_mode modes[] = {[SESSION_RUN] = EUICC_FILE_OPEN_OR_CREATE,
                                                 [SESSION_CREATE] = EUICC_FILE_CREATE,
                                                 [SESSION_CHANGE] = EUICC_FILE_OPEN,
                                                 [SESSION_READ_ONLY] = EUICC_FILE_READ_ONLY};
    s->replace = mode == SESSION_CREATE && (o->given & OPTION_FORCE);
    enum euicc_file_mode file_mode = s->replace ? EUICC_FILE_OPEN_OR_CREATE : modes[mode];
    *made = access(s->path, F_OK) != 0;
    s->was_in_use = !*made && lock_is_left(s->path);
    struct euicc_diagnostic why = {0};
    int result = euicc_file_open(&s->file, s->path, NULL, file_mode, &why);
    if (result == EUICC_OK) return true;
    s->file = NULL;
    *made = false;
    const char *hint = "";
    if (mode == SESSION_CREATE && result == EUICC_EXISTS) hint = "; --force replaces it";
    if (mode > SESSION_CREATE && *s->path && access(s->path, F_OK) != 0) hint = "; softeuicc create makes a card";
    if (why.text[0]) {
        complain("%s%s", why.text, hint);
    } else {
        complain("%s: %s%s", s->path, euicc_result_text(result), hint);
    }
    return false;
}

/* ---- the card ---- */

static void complain_create(const struct session *s, int result, const struct euicc_diagnostic *why)
{
    const char *name = s->file ? s->path : "the card in memory";
    const char *storage = s->file ? euicc_file_error(s->file) : "";
    if (storage[0]) {
        complain("%s", storage); /* names the file, and says more than the card knows of it */
    } else {
        complain("%s: %s", name, why->text[0] ? why->text : euicc_result_text(result));
    }
    if (result == EUICC_NO_CARD) complain("%s: holds no card; softeuicc create makes one", name);
}

static bool make_card(struct session *s, const struct options *o)
{
    struct configuration configuration;
    struct euicc_diagnostic why = {0};
    bool ok = configuration_read(&configuration, o);
    if (ok) {
        int result = euicc_create(&s->card, &configuration.config, &s->env, &why);
        ok = result == EUICC_OK;
        if (result == EUICC_BAD_ARGUMENT) {
            configuration_blame(&configuration, o, &s->env, &why);
        } else if (!ok) {
            complain_create(s, result, &why);
        }
    }
    if (!ok) s->card = NULL;
    configuration_free(&configuration);
    s->is_new = ok;
    return ok;
}

static bool open_card(struct session *s, const struct options *o, enum session_mode mode)
{
    if (!s->file || mode == SESSION_CREATE) return make_card(s, o);
    struct euicc_diagnostic why = {0};
    int result = euicc_create(&s->card, NULL, &s->env, &why);
    if (result == EUICC_OK) {
        if (!(o->given & OPTIONS_NEW_CARD)) return true;
        complain("%s: holds a card already; --personality, --eid, --pki and --memory-size are for a new one", s->path);
        return false;
    }
    s->card = NULL;
    if (result == EUICC_NO_CARD && mode == SESSION_RUN) return make_card(s, o);
    complain_create(s, result, &why);
    return false;
}

/* Leaves nothing of a file that was made in vain. Still locked, so nobody else uses it; the file itself goes last, for
 * SQLite would apply a journal that it finds beside a new file of the same name. */
static void remove_file(const struct session *s)
{
    static const char *const endings[] = {"-shm", "-wal", ""};
    char name[sizeof s->path + 8];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        (void)snprintf(name, sizeof name, "%s%s", s->path, endings[i]);
        (void)unlink(name);
    }
}

bool session_open(struct session *s, const struct options *options, enum session_mode mode)
{
    bool seeded = options->given & OPTION_SEED;
    bool made = false;
    s->env = (struct euicc_env){.ctx = s, .random = env_random};
    /* A seeded run has no clock either, so that it can be repeated. */
    if (!seeded) s->env.now = env_now;
    if (s->trace) s->env.trace = env_trace;
    int result = euicc_random_new(&s->random, seeded, options->seed);
    if (result != EUICC_OK) {
        s->random = NULL;
        complain("no random numbers: %s", euicc_result_text(result));
        return false;
    }
    if (!(options->given & OPTION_MEMORY)) {
        if (!choose_path(s, options, mode) || !open_file(s, options, mode, &made)) return false;
        s->env.load = env_load;
        /* Who only looks at a card of an earlier version sees it brought up to date, in memory. */
        if (mode != SESSION_READ_ONLY) s->env.commit = env_commit;
    }
    if (open_card(s, options, mode)) return true;
    if (made) remove_file(s);
    return false;
}

void session_close(struct session *s)
{
    euicc_destroy(s->card);
    euicc_file_close(s->file);
    euicc_random_free(s->random);
    buf_free(&s->old_keys);
    s->card = NULL;
    s->file = NULL;
    s->random = NULL;
}

/* A card in a PC/SC reader; see target.h. SCardTransmit waits as long as card and reader like, and nothing can end it.
 * So a thread of its own talks to the reader; who does not hear from it in time leaves it alone, for good. libpcsclite
 * takes its tables down when the process ends: no thread may be in it then. */
#define _GNU_SOURCE
#include "target.h"

#include <stdio.h>

#ifndef BENCH_WITH_PCSC
bool target_open_pcsc(struct target *t, const char *name, struct euicc_diagnostic *why)
{
    (void)t;
    (void)snprintf(why->text, sizeof why->text, "reader %s: this program was built without PC/SC", name);
    return false;
}
#else

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <winscard.h>

enum job { JOB_NONE, JOB_ON, JOB_OFF, JOB_RESET, JOB_TRANSMIT, JOB_END };

/* Shared by the bench and the thread; the last of them frees it. */
struct reader {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum job job;
    bool done;
    bool left; /* the bench waits no longer */
    enum target_result result;
    struct buf command;
    struct buf answer;
    SCARDCONTEXT context;
    SCARDHANDLE card;
    bool connected;
    char name[MAX_READERNAME];
};

/* Threads that may be inside of libpcsclite. */
static atomic_uint threads;

static void reader_free(struct reader *r)
{
    if (r->connected) (void)SCardDisconnect(r->card, SCARD_UNPOWER_CARD);
    (void)SCardReleaseContext(r->context);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->changed);
    buf_free(&r->command);
    buf_free(&r->answer);
    free(r);
}

/* ---- in the thread ---- */

static enum target_result result_of(LONG status)
{
    if (status == SCARD_S_SUCCESS) return TARGET_OK;
    if (status == SCARD_W_UNRESPONSIVE_CARD || status == SCARD_E_TIMEOUT || status == SCARD_E_NOT_TRANSACTED)
        return TARGET_SILENT;
    if (status == SCARD_E_SHARING_VIOLATION) return TARGET_BUSY;
    if (status == SCARD_E_NO_MEMORY) return TARGET_BROKEN;
    return TARGET_GONE;
}

static enum target_result read_atr(struct reader *r)
{
    BYTE bytes[MAX_ATR_SIZE];
    DWORD n = sizeof bytes;
    enum target_result result = result_of(SCardStatus(r->card, NULL, NULL, NULL, NULL, bytes, &n));
    buf_reset(&r->answer);
    if (result == TARGET_OK) buf_append(&r->answer, slice_of(bytes, n));
    if (result == TARGET_OK && n < 2) return TARGET_NONSENSE;
    return r->answer.failed ? TARGET_BROKEN : result;
}

static enum target_result switch_off(struct reader *r)
{
    if (r->connected) (void)SCardDisconnect(r->card, SCARD_UNPOWER_CARD);
    r->connected = false;
    return TARGET_OK;
}

static enum target_result switch_on(struct reader *r)
{
    DWORD protocol = 0;
    (void)switch_off(r);
    /* T=0 first, as modems do. The handle of a process that just ended may stand for a moment. */
    LONG status = SCARD_E_SHARING_VIOLATION;
    for (int tries = 0; tries < 40 && status == SCARD_E_SHARING_VIOLATION; tries++) {
        if (tries) (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        status = SCardConnect(r->context, r->name, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0, &r->card, &protocol);
    }
    if (status == SCARD_E_PROTO_MISMATCH)
        status = SCardConnect(r->context, r->name, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T1, &r->card, &protocol);
    r->connected = status == SCARD_S_SUCCESS;
    return r->connected ? read_atr(r) : result_of(status);
}

static enum target_result warm_reset(struct reader *r)
{
    DWORD protocol = 0;
    if (!r->connected) return TARGET_GONE;
    enum target_result result = result_of(SCardReconnect(
        r->card, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, SCARD_RESET_CARD, &protocol));
    return result == TARGET_OK ? read_atr(r) : result;
}

static enum target_result exchange(struct reader *r)
{
    DWORD n = 65544;
    DWORD protocol = 0;
    DWORD atr_n = 0;
    buf_reset(&r->answer);
    uint8_t *out = buf_extend(&r->answer, n);
    if (!out) return TARGET_BROKEN;
    buf_truncate(&r->answer, 0);
    if (!r->connected) return TARGET_GONE;
    (void)SCardStatus(r->card, NULL, NULL, NULL, &protocol, NULL, &atr_n);
    const SCARD_IO_REQUEST *how = protocol == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0;
    enum target_result result = result_of(SCardTransmit(r->card, how, r->command.p, r->command.n, NULL, out, &n));
    if (result == TARGET_OK && n < 2) return TARGET_NONSENSE;
    if (result == TARGET_OK) r->answer.n = n;
    return result;
}

static enum target_result work(struct reader *r, enum job job)
{
    switch (job) {
    case JOB_ON:
        return switch_on(r);
    case JOB_OFF:
        return switch_off(r);
    case JOB_RESET:
        return warm_reset(r);
    case JOB_TRANSMIT:
        return exchange(r);
    case JOB_NONE:
    case JOB_END:
        break;
    }
    return TARGET_OK;
}

static void *reader_thread(void *argument)
{
    struct reader *r = argument;
    sigset_t all;
    /* whoever ends the bench means the bench, not a wait inside of libpcsclite */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, NULL);
    pthread_mutex_lock(&r->lock);
    while (!r->left) {
        if (r->job == JOB_NONE) {
            pthread_cond_wait(&r->changed, &r->lock);
            continue;
        }
        enum job job = r->job;
        pthread_mutex_unlock(&r->lock);
        enum target_result result = work(r, job);
        pthread_mutex_lock(&r->lock);
        r->result = result;
        r->job = JOB_NONE;
        r->done = true;
        pthread_cond_broadcast(&r->changed);
    }
    pthread_mutex_unlock(&r->lock);
    reader_free(r);
    (void)atomic_fetch_sub(&threads, 1);
    return NULL;
}

/* ---- in the bench ---- */

static struct timespec after_milliseconds(unsigned milliseconds)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    return until;
}

/* The thread lets the card go and frees the reader: now, or after `milliseconds` when the card lets the thread go. */
static void leave(struct target *t, unsigned milliseconds)
{
    struct reader *r = t->ctx;
    const struct timespec until = after_milliseconds(milliseconds);
    if (!r) return;
    const pthread_t thread = r->thread;
    t->ctx = NULL;
    pthread_mutex_lock(&r->lock);
    r->left = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    if (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) != 0) (void)pthread_detach(thread);
}

static void pcsc_close(struct target *t)
{
    leave(t, t->timeout_ms);
}

/* A thread that still waits for its card is not to wake up in a libpcsclite that is gone. */
static void end_without_threads(int status, void *unused)
{
    (void)unused;
    if (atomic_load(&threads) == 0) return;
    (void)fflush(NULL);
    _exit(status);
}

static enum target_result ask(struct target *t, enum job job, struct slice command, struct buf *answer)
{
    struct reader *r = t->ctx;
    const struct timespec until = after_milliseconds(t->timeout_ms);
    int waited = 0;
    if (!r) return TARGET_GONE;
    pthread_mutex_lock(&r->lock);
    buf_reset(&r->command);
    buf_append(&r->command, command);
    r->done = false;
    r->job = job;
    pthread_cond_broadcast(&r->changed);
    while (!r->done && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&r->changed, &r->lock, &until);
    enum target_result result = r->done ? r->result : TARGET_SILENT;
    if (r->done && answer) {
        buf_reset(answer);
        buf_append(answer, buf_slice(&r->answer));
        if (answer->failed) result = TARGET_BROKEN;
    }
    bool done = r->done;
    pthread_mutex_unlock(&r->lock);
    if (!done) leave(t, 0);
    return result;
}

static bool reader_start(struct target *t, const char *name, struct euicc_diagnostic *why);

static enum target_result pcsc_power(struct target *t, bool on, struct buf *atr)
{
    struct euicc_diagnostic why = {""};
    /* after a wait that was in vain: a new thread, in case that reader and card have come to their senses */
    if (!t->ctx && (!on || !reader_start(t, t->name + strlen("reader "), &why))) return TARGET_GONE;
    return ask(t, on ? JOB_ON : JOB_OFF, (struct slice){0}, on ? atr : NULL);
}

static enum target_result pcsc_reset(struct target *t, struct buf *atr)
{
    return ask(t, JOB_RESET, (struct slice){0}, atr);
}

static enum target_result pcsc_transmit(struct target *t, struct slice command, struct buf *answer)
{
    return ask(t, JOB_TRANSMIT, command, answer);
}

/* The reader list is a run of NUL-terminated names with an empty one at its end. */
static bool find_reader(struct reader *r, const char *name)
{
    char names[4096];
    DWORD n = sizeof names;
    if (SCardListReaders(r->context, NULL, names, &n) != SCARD_S_SUCCESS) return false;
    for (const char *at = names; *at; at += strlen(at) + 1) {
        if (!strstr(at, name) || strlen(at) >= sizeof r->name) continue;
        memcpy(r->name, at, strlen(at) + 1);
        return true;
    }
    return false;
}

static bool reader_start(struct target *t, const char *name, struct euicc_diagnostic *why)
{
    pthread_condattr_t monotonic;
    static bool registered;
    struct reader *r = calloc(1, sizeof *r);
    (void)snprintf(why->text, sizeof why->text, "no memory");
    if (!r) return false;
    LONG status = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &r->context);
    if (status != SCARD_S_SUCCESS || !find_reader(r, name)) {
        (void)snprintf(why->text, sizeof why->text, "reader %s: %s", name,
                       status != SCARD_S_SUCCESS ? pcsc_stringify_error(status) : "no reader has this in its name");
        if (status == SCARD_S_SUCCESS) (void)SCardReleaseContext(r->context);
        free(r);
        return false;
    }
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&r->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&r->lock, NULL);
    (void)snprintf(t->name, sizeof t->name, "reader %s", r->name);
    if (!registered) registered = on_exit(end_without_threads, NULL) == 0;
    (void)atomic_fetch_add(&threads, 1);
    if (!registered || pthread_create(&r->thread, NULL, reader_thread, r) != 0) {
        (void)atomic_fetch_sub(&threads, 1);
        reader_free(r);
        return false;
    }
    why->text[0] = 0;
    t->ctx = r;
    return true;
}

bool target_open_pcsc(struct target *t, const char *name, struct euicc_diagnostic *why)
{
    t->power = pcsc_power;
    t->reset = pcsc_reset;
    t->transmit = pcsc_transmit;
    t->close = pcsc_close;
    if (!t->timeout_ms) t->timeout_ms = TARGET_TIMEOUT_MS;
    return reader_start(t, name, why);
}
#endif

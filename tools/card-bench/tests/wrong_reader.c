/* Cards that stop answering, are pulled, or talk nonsense from some moment of each case on: whatever a case or a double
 * does then, its verdict is an error, and never a failure of the card. See wrong_cards.h; called by wrong_main.c. */
#include "wrong_reader.h"

#include <stdio.h>
#include <stdlib.h>

/* The reader of this program: the functions of the card in it, how often they were called in the case, from which call
 * on there is no answer (0: never) and why. */
static struct {
    struct target card;
    size_t calls, last;
    enum target_result result;
    size_t judged; /* cases */
} reader;

static bool is_gone(void)
{
    reader.calls++;
    return reader.last && reader.calls >= reader.last;
}

static enum target_result reader_power(struct target *t, bool on, struct buf *atr)
{
    return is_gone() ? reader.result : reader.card.power(t, on, atr);
}

static enum target_result reader_reset(struct target *t, struct buf *atr)
{
    return is_gone() ? reader.result : reader.card.reset(t, atr);
}

static enum target_result reader_transmit(struct target *t, struct slice command, struct buf *answer)
{
    return is_gone() ? reader.result : reader.card.transmit(t, command, answer);
}

static enum verdict run_until(struct run *r, size_t index, size_t last, enum target_result result)
{
    free(r->results[index].reason);
    r->results[index] = (struct result){0};
    reader.calls = 0;
    reader.last = last;
    reader.result = result;
    run_case(r, index);
    return r->results[index].verdict;
}

static bool is_judged(struct run *r, size_t index)
{
    static const enum target_result results[] = {TARGET_SILENT, TARGET_GONE, TARGET_NONSENSE};
    bool good = true;
    enum verdict right = run_until(r, index, 0, TARGET_OK);
    size_t calls = reader.calls;
    if (right == VERDICT_SKIP) return true;
    if (calls == 0) {
        (void)printf("%s: sends nothing\n", r->rows[index]->id);
        return false;
    }
    reader.judged++;
    /* at the first call, in the middle, at the last one */
    const size_t last[] = {1, 1 + calls / 2, calls};
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        enum verdict verdict = run_until(r, index, last[(index + i) % 3], results[i]);
        if (verdict == VERDICT_ERROR) continue;
        (void)printf("%s: %s from call %zu of %zu on: %s %s\n", r->rows[index]->id, target_result_text(results[i]),
                     last[(index + i) % 3], calls, verdict_words[verdict],
                     r->results[index].reason ? r->results[index].reason : "");
        good = false;
    }
    return good;
}

bool wrong_reader_run(struct run *r)
{
    bool good = true;
    reader.card = r->target;
    r->target.power = reader_power;
    r->target.reset = reader_reset;
    r->target.transmit = reader_transmit;
    for (size_t i = 0; i < r->row_n; i++)
        if (!is_judged(r, i)) good = false;
    r->target = reader.card;
    (void)printf("%zu of %zu cases on cards that go away in the middle\n", reader.judged, r->row_n);
    return good && reader.judged && fflush(stdout) == 0;
}

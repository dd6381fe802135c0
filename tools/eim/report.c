/* What softeuicc-eim prints: lines for people, or with --json one object. */
#define _GNU_SOURCE
#include "tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void report_start(struct report *r, const struct options *options)
{
    *r = (struct report){.options = options};
    r->json.out = &r->bytes;
    json_open(&r->json, NULL, '{');
}

void report_free(struct report *r)
{
    buf_free(&r->text);
    buf_free(&r->bytes);
}

void report_line(struct report *r, const char *format, ...)
{
    char line[1200];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    text_safe(&r->text, slice_text(line));
    buf_byte(&r->text, '\n');
}

static void leave_objects(struct report *r)
{
    if (r->in_objects) json_close(&r->json, ']');
    r->in_objects = false;
}

void report_fact(struct report *r, const char *key, const char *format, ...)
{
    char value[1000];
    va_list args;
    va_start(args, format);
    vsnprintf(value, sizeof value, format, args);
    va_end(args);
    report_line(r, "%s: %s", key, value);
    leave_objects(r);
    json_string(&r->json, key, value);
}

void report_number(struct report *r, const char *key, int64_t number)
{
    leave_objects(r);
    if (number < 0) {
        report_line(r, "%s: none", key);
        json_string(&r->json, key, "none");
        return;
    }
    report_line(r, "%s: %lld", key, (long long)number);
    json_number(&r->json, key, (unsigned long long)number);
}

void report_open_object(struct report *r)
{
    if (!r->in_objects) json_open(&r->json, "objects", '[');
    r->in_objects = true;
    json_open(&r->json, NULL, '{');
}

static void flush_checks(struct report *r)
{
    json_open(&r->json, "checks", '[');
    for (size_t i = 0; i < r->check_count; i++) {
        json_open(&r->json, NULL, '{');
        json_string(&r->json, "name", r->checks[i].name);
        json_bool(&r->json, "ok", r->checks[i].ok);
        json_string(&r->json, "text", r->checks[i].text);
        json_close(&r->json, '}');
    }
    json_close(&r->json, ']');
    r->check_count = 0;
}

void report_close_object(struct report *r)
{
    flush_checks(r);
    json_close(&r->json, '}');
}

bool report_check(struct report *r, const char *name, bool ok, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    report_line(r, "%s %s: %s", ok ? "right:" : "WRONG:", name, text);
    if (!ok) r->wrong = true;
    if (r->check_count == REPORT_CHECKS_MAX) return ok;
    snprintf(r->checks[r->check_count].name, sizeof r->checks[0].name, "%s", name);
    r->checks[r->check_count].ok = ok;
    snprintf(r->checks[r->check_count++].text, sizeof r->checks[0].text, "%s", text);
    return ok;
}

int report_end(struct report *r)
{
    leave_objects(r);
    flush_checks(r);
    json_bool(&r->json, "ok", !r->wrong);
    json_close(&r->json, '}');
    buf_byte(&r->bytes, '\n');
    const struct buf *out = r->options->json ? &r->bytes : &r->text;
    if (buf_err(out) != OK || !write_all(STDOUT_FILENO, buf_slice(out))) {
        problem("standard output: %s", strerror(errno));
        return EXIT_REFUSED;
    }
    return r->wrong ? EXIT_REFUSED : EXIT_DONE;
}

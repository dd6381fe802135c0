/* Profiles with policy rules and the eUICC that takes them or not: PPR1 and PPR2 in StoreMetadata against the Rules
 * Authorisation Table and forbiddenProfilePolicyRules (SGP.22 2.9, 5.5.3; SGP.23-1 4.2.5, 5.2.2). Which of both is
 * right on a foreign card follows from the table that it shows (GetRAT), so the bench reads and applies it. */
#define _GNU_SOURCE
#include "download.h"
#include "profiles.h"

#include "base/tlv.h"

#include <stdio.h>

#define CLAUSES "SGP.22 5.5.3; SGP.22 2.9.2; SGP.23-1 4.2.5; SGP.23-1 5.2.2"
/* PPR1 with no row for its owner, without owner, with a wildcard in it, or forbidden. */
#define CLAUSES_52 "SGP.22 negative 52; " CLAUSES
#define APPLIES "isdr and consumer"

enum { PPR1 = 1u << 1, PPR2 = 1u << 2, STORE_METADATA = 2, INSTALLATION = 5 };
enum { PPR_NOT_ALLOWED = 15, INCORRECT_METADATA = 1, METADATA_MISMATCH = 13 };

/* profiles/tiny: its IMSI is of the network 001/01. */
static const uint8_t own_network[] = {0x00, 0xf1, 0x10};

struct policy {
    uint32_t rules;
    const char *owner; /* hex: MCC and MNC as in the profileOwner; NULL: the metadata has no owner */
    const char *gid1;  /* hex; NULL: absent */
    const char *gid2;
    bool bad_owner; /* no owner, or one with a wildcard digit: incorrect in itself, too */
};

/* ---- the Rules Authorisation Table ---- */

/* Digit by digit; E in the table stands for any (SGP.22 2.9.2.1). */
static bool operator_matches(struct slice row, struct slice owner)
{
    if (row.n != 3 || owner.n != 3) return false;
    for (size_t i = 0; i < 3; i++) {
        if (row.p[i] >> 4 != 0xe && row.p[i] >> 4 != owner.p[i] >> 4) return false;
        if ((row.p[i] & 0xf) != 0xe && (row.p[i] & 0xf) != (owner.p[i] & 0xf)) return false;
    }
    return true;
}

/* Absent only matches absent, empty matches any, else they have to be the same. */
static bool gid_matches(struct slice operator_id, uint32_t tag, struct slice gid)
{
    struct tlv t;
    if (!tlv_find(operator_id, tag, &t)) return gid.n == 0;
    return t.value.n == 0 || slice_equal(t.value, gid);
}

static bool row_matches(struct slice row, uint32_t rule, const struct metadata *m)
{
    struct tlv rules;
    struct tlv operators;
    struct tlv one;
    struct tlv network;
    uint32_t bits;
    if (!tlv_find(row, 0x80, &rules) || !tlv_bits(rules.value, &bits) || !(bits & rule)) return false;
    if (!tlv_find(row, 0xa1, &operators)) return false;
    while (tlv_next(&operators.value, &one))
        if (tlv_find(one.value, 0x80, &network) && operator_matches(network.value, buf_slice(&m->owner)) &&
            gid_matches(one.value, 0x81, buf_slice(&m->gid1)) && gid_matches(one.value, 0x82, buf_slice(&m->gid2)))
            return true;
    return false;
}

/* Each rule of the profile needs a row of its own. */
static bool table_allows(struct slice table, const struct metadata *m)
{
    for (uint32_t rule = PPR1; rule <= PPR2; rule <<= 1) {
        struct slice rows = table;
        struct tlv row;
        bool found = false;
        if (!(m->rules & rule)) continue;
        while (!found && tlv_next(&rows, &row))
            found = row_matches(row.value, rule, m);
        if (!found) return false;
    }
    return true;
}

static bool is_yes(const struct bench *b, const char *fact)
{
    const char *value = facts_get(b->facts, fact);
    return value && strcmp(value, "yes") == 0;
}

/* GetRAT answers BF43{A0{rows}} (SGP.22 5.7.22). */
static bool is_allowed(struct bench *b, const struct policy *p, const struct metadata *m, bool *allowed)
{
    struct lpa *lpa = bench_lpa(b);
    struct tlv answer;
    struct tlv table;
    if (!lpa) return false;
    if (!lpa_get_rat(lpa)) return bench_verdict(b, VERDICT_ERROR, "GetRAT: %s", lpa->error);
    struct slice in = buf_slice(&lpa->response);
    if (!tlv_next(&in, &answer) || !tlv_find(answer.value, 0xa0, &table))
        return bench_verdict(b, VERDICT_ERROR, "GetRAT gave no table");
    bool forbidden =
        (m->rules & PPR1 && is_yes(b, "ppr1-forbidden")) || (m->rules & PPR2 && is_yes(b, "ppr2-forbidden"));
    *allowed = !m->rules || (!p->bad_owner && !forbidden && table_allows(table.value, m));
    return true;
}

/* ---- the cases ---- */

static bool make_metadata(struct bench *b, const struct policy *p, struct metadata *m)
{
    if (!profile_metadata(b, "tiny", NULL, m)) return false;
    m->rules = p->rules;
    return (put_digits(&m->owner, p->owner) && put_digits(&m->gid1, p->gid1) && put_digits(&m->gid2, p->gid2)) ||
           bench_verdict(b, VERDICT_ERROR, "no memory");
}

static const char *result_text(const struct lpa_download_result *result, bool done, char *out, size_t size)
{
    if (done)
        (void)snprintf(out, size, "installed");
    else
        (void)snprintf(out, size, "%s", result->error);
    return out;
}

static void judge(struct bench *b, const struct policy *p, const struct metadata *m, bool allowed,
                  const struct lpa_download_result *result, bool done)
{
    bool has_result = result->stage == LPA_STAGE_RESULT && !done;
    int command = has_result ? result->result.command : -1;
    int reason = has_result ? result->result.reason : -1;
    char came[300];
    if (!rig_reached_package(b, result)) return;
    (void)result_text(result, done, came, sizeof came);
    if (allowed && slice_equal(buf_slice(&m->owner), SLICE(own_network)) && !m->gid1.n && !m->gid2.n) {
        (void)bench_expect(b, done, CLAUSES, "the profile is installed", "%s", came);
    } else if (allowed) {
        /* the owner is none that fits the package: a card may see that when the files are there (SGP.22 2.5.6) */
        bool later = command == INSTALLATION && reason == METADATA_MISMATCH;
        (void)bench_expect(b, done || later, CLAUSES,
                           "the rules are taken: the profile is installed, or bppCommandId 5, errorReason 13", "%s",
                           came);
    } else if (p->bad_owner) {
        bool refused = command == STORE_METADATA && (reason == PPR_NOT_ALLOWED || reason == INCORRECT_METADATA);
        (void)bench_expect(b, refused, CLAUSES, "bppCommandId 2, errorReason 15 or 1", "%s", came);
    } else {
        (void)bench_expect(b, command == STORE_METADATA && reason == PPR_NOT_ALLOWED, CLAUSES,
                           "storeMetadata (2), pprNotAllowed (15)", "%s", came);
    }
}

/* What was refused is not there. */
static void look_for(struct bench *b, const struct metadata *m, bool done)
{
    struct lpa_profiles found;
    BUF_LOCAL search = {0};
    tlv_put(&search, 0x5a, SLICE(m->iccid));
    if (!bench_goes_on(b)) return;
    bool listed = lpa_get_profiles_info(&b->lpa, buf_slice(&search), (struct slice){0}, &found);
    (void)bench_expect(b, listed && (found.n == 1) == done, CLAUSES,
                       done ? "the profile in the list" : "no such profile in the list", "%s",
                       !listed   ? b->lpa.error
                       : found.n ? "it is there"
                                 : "it is not there");
}

static void run_policy(struct bench *b)
{
    const struct policy *p = b->row->argument;
    LPA_DOWNLOAD_LOCAL result = {0};
    METADATA_LOCAL m;
    bool allowed = false;
    metadata_begin(&m);
    if (!make_metadata(b, p, &m) || !is_allowed(b, p, &m, &allowed)) return;
    bool done = profile_download(b, "tiny", &m, &result);
    if (!bench_goes_on(b)) return;
    judge(b, p, &m, allowed, &result, done);
    look_for(b, &m, done);
}

/* A refusal ends that session and nothing else. */
static void run_after_refusal(struct bench *b)
{
    const struct policy *p = b->row->argument;
    LPA_DOWNLOAD_LOCAL result = {0};
    METADATA_LOCAL m;
    char came[300];
    bool allowed = false;
    metadata_begin(&m);
    if (!make_metadata(b, p, &m) || !is_allowed(b, p, &m, &allowed)) return;
    if (allowed) {
        (void)bench_verdict(b, VERDICT_SKIP, "this card's table allows what would have to be refused");
        return;
    }
    bool installed = profile_download(b, "tiny", &m, &result);
    if (!rig_reached_package(b, &result)) return;
    if (installed) {
        (void)bench_verdict(b, VERDICT_ERROR, "nothing was refused: the profile with the rule is installed");
        return;
    }
    m.rules = 0;
    buf_reset(&m.owner);
    buf_append(&m.owner, SLICE(own_network));
    bool done = profile_download(b, "tiny", &m, &result);
    if (!bench_goes_on(b)) return;
    (void)bench_expect(b, done, CLAUSES, "the same profile without rules is installed", "%s",
                       result_text(&result, done, came, sizeof came));
}

#define ROW(name, text, clause, of, runner, ...)                                                                       \
    {                                                                                                                  \
        .id = "ES8+.PolicyRules/" name, .family = "ES8+", .title = text, .clauses = clause, .applies = APPLIES,        \
        .state = of, .needs = NEED_SGP26, .destructive = true, .run = runner,                                          \
        .argument = &(const struct policy){__VA_ARGS__},                                                               \
    }
#define POLICY(name, text, of, ...) ROW(name, text, CLAUSES, of, run_policy, __VA_ARGS__)
#define POLICY_52(name, text, of, ...) ROW(name, text, CLAUSES_52, of, run_policy, __VA_ARGS__)
#define OWN "00F110"

const struct case_row cases_policy[] = {
    POLICY("01-ppr1", "PPR1 is taken if the table has a row for its owner, else pprNotAllowed", "empty", .rules = PPR1,
           .owner = OWN),
    POLICY("02-ppr2", "PPR2 is taken if the table has a row for its owner, else pprNotAllowed", "empty", .rules = PPR2,
           .owner = OWN),
    POLICY("03-both", "PPR1 and PPR2 are taken if the table has rows for both, else pprNotAllowed", "empty",
           .rules = PPR1 | PPR2, .owner = OWN),
    POLICY_52("04-ppr1-no-owner", "PPR1 without an owner is refused", "empty", .rules = PPR1, .bad_owner = true),
    POLICY("05-ppr2-no-owner", "PPR2 without an owner is refused", "empty", .rules = PPR2, .bad_owner = true),
    POLICY_52("06-wildcard-owner", "PPR1 with the owner EEEEEE is refused: only the table has wildcards", "empty",
              .rules = PPR1, .owner = "EEEEEE", .bad_owner = true),
    POLICY("07-wildcard-digit", "PPR2 with one digit E in the owner is refused", "empty", .rules = PPR2,
           .owner = "00FE10", .bad_owner = true),
    POLICY("08-no-rules-no-owner", "Without rules a profile needs no owner", "empty", .rules = 0),
    POLICY_52("10-no-rat-ppr1", "With an empty table PPR1 is refused: pprNotAllowed", "no-rat", .rules = PPR1,
              .owner = OWN),
    POLICY("11-no-rat-ppr2", "With an empty table PPR2 is refused: pprNotAllowed", "no-rat", .rules = PPR2,
           .owner = OWN),
    POLICY("12-no-rat-both", "With an empty table both rules together are refused: pprNotAllowed", "no-rat",
           .rules = PPR1 | PPR2, .owner = OWN),
    POLICY("13-no-rat-no-rules", "With an empty table a profile without rules is installed", "no-rat", .owner = OWN),
    ROW("14-no-rat-then-without", "After pprNotAllowed the same profile without rules is installed", CLAUSES_52,
        "no-rat", run_after_refusal, .rules = PPR1, .owner = OWN),
    POLICY_52("20-forbidden", "A rule among the forbidden ones is refused: pprNotAllowed", "ppr1-forbidden",
              .rules = PPR1, .owner = OWN),
    POLICY("21-forbidden-one-of-two", "One forbidden rule of two: pprNotAllowed", "ppr1-forbidden",
           .rules = PPR1 | PPR2, .owner = OWN),
    POLICY("22-not-forbidden", "The other rule is taken as the table says", "ppr1-forbidden", .rules = PPR2,
           .owner = OWN),
    POLICY("23-forbidden-no-rules", "A profile without rules is installed whatever is forbidden", "ppr1-forbidden",
           .owner = OWN),
    POLICY("30-operator", "The table has a row for this operator: PPR1 is taken", "rat-rows", .rules = PPR1,
           .owner = "62F210"),
    POLICY_52("31-other-mnc", "The table has rows for other networks of the country only: pprNotAllowed", "rat-rows",
              .rules = PPR1, .owner = "62F230"),
    POLICY("32-other-mcc", "The table has no row for this country: pprNotAllowed", "rat-rows", .rules = PPR2,
           .owner = "62F310"),
    POLICY("33-wildcard-row", "Wildcard digits in the table fit any MNC", "rat-rows", .rules = PPR2, .owner = "62F277"),
    POLICY("34-wildcard-row-gids", "An empty gid1 and gid2 in the table fit any", "rat-rows", .rules = PPR2,
           .owner = "62F277", .gid1 = "01", .gid2 = "0203"),
    POLICY_52("35-gid1-absent-in-row", "A row without gid1 does not fit an owner with one: pprNotAllowed", "rat-rows",
              .rules = PPR1, .owner = "62F210", .gid1 = "AB"),
    POLICY_52("36-gid2-absent-in-row", "A row without gid2 does not fit an owner with one: pprNotAllowed", "rat-rows",
              .rules = PPR1, .owner = "130062", .gid2 = "77"),
    POLICY("37-gid1-equal", "The same gid1 in row and owner: PPR1 is taken", "rat-rows", .rules = PPR1,
           .owner = "62F220", .gid1 = "ABCD"),
    POLICY_52("38-gid1-other", "Another gid1 than the row's: pprNotAllowed", "rat-rows", .rules = PPR1,
              .owner = "62F220", .gid1 = "ABCE"),
    POLICY_52("39-gid1-shorter", "A beginning of the row's gid1 is not the same: pprNotAllowed", "rat-rows",
              .rules = PPR1, .owner = "62F220", .gid1 = "AB"),
    POLICY_52("40-gid1-missing", "The row has a gid1, the owner none: pprNotAllowed", "rat-rows", .rules = PPR1,
              .owner = "62F220"),
    POLICY("41-gid2-any", "The same gid1 and any gid2: PPR1 is taken", "rat-rows", .rules = PPR1, .owner = "62F220",
           .gid1 = "ABCD", .gid2 = "01"),
    POLICY("42-mnc-3-digits", "An MNC of three digits in row and owner: PPR1 is taken", "rat-rows", .rules = PPR1,
           .owner = "130062"),
    POLICY_52("43-mnc-2-for-3", "26 is not the MNC 260: pprNotAllowed", "rat-rows", .rules = PPR1, .owner = "13F062"),
    POLICY("44-rules-in-two-rows", "Each of two rules may have its own row", "rat-rows", .rules = PPR1 | PPR2,
           .owner = "62F210"),
    POLICY("45-one-row-missing", "One of two rules has no row: pprNotAllowed", "rat-rows", .rules = PPR1 | PPR2,
           .owner = "62F230"),
    POLICY("46-other-rule", "The operator's row is for the other rule: pprNotAllowed", "rat-rows", .rules = PPR2,
           .owner = "130062"),
    POLICY("47-no-rules", "A profile without rules needs no row", "rat-rows", .owner = OWN),
    ROW("48-then-without",
        "After pprNotAllowed for an operator without a row the same profile without rules is installed", CLAUSES_52,
        "rat-rows", run_after_refusal, .rules = PPR1, .owner = OWN),
    {.id = NULL},
};

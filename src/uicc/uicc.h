/* uicc: what a terminal finds on an enabled profile: files, PINs, access rules, authentication. ETSI TS 102 221,
 * TS 102 222, 3GPP TS 31.102. Called by src/card, one function a command (INS); every function works on one logical
 * channel's context and leaves the mapping to status words to src/card. Without an enabled profile the files are those
 * of model/file_bare.c. */
#ifndef SOFTEUICC_UICC_UICC_H
#define SOFTEUICC_UICC_UICC_H

#include "model/application.h"
#include "model/file.h"
#include "model/pin.h"

/* Who works on the files: a terminal under the access rules, or a remote server under an access domain (TS 102 226
 * 8.2.1.3.2). */
struct uicc_domain {
    bool remote;
    uint8_t access[16]; /* UICC access domain as the package gave it */
    uint8_t access_n;
};

/* A BER-TLV object that is read or written block by block (TS 102 221 11.3). */
enum uicc_transfer_kind { TRANSFER_NONE, TRANSFER_RETRIEVE, TRANSFER_SET };
struct uicc_transfer {
    enum uicc_transfer_kind kind;
    struct buf bytes; /* RETRIEVE: the whole object; SET: what has come of it */
    size_t total;     /* bytes of the whole object */
    size_t at;        /* where the next block begins */
    size_t block;     /* where the last one began, for a retransmission */
};

/* What is selected on one channel; zeroed: the MF, no current EF, no application. */
struct uicc_context {
    struct path directory; /* the current directory */
    uint16_t ef;           /* identifier of the current EF in it, 0: none */
    uint8_t record;        /* record pointer, 0: none */
    uint16_t adf;          /* file identifier of the current ADF, what 7FFF means; 0: none */
    struct uicc_domain domain;
    struct uicc_transfer transfer;
};
void uicc_context_free(struct uicc_context *c);
MUST_USE enum err uicc_context_copy(const struct uicc_context *from, struct uicc_context *to);
/* For a channel that another one opens: its application and directory, no EF (TS 102 221 11.1.17). */
void uicc_context_inherit(const struct uicc_context *from, struct uicc_context *to);
/* Points a channel at a file or directory that was found: current directory, EF, record pointer; what was under way on
 * the EF before is forgotten. */
void uicc_context_enter(struct uicc_context *c, const struct file *f);
/* The session of the application with this ADF ends on its last channel: its local PINs count as not verified any more,
 * but for those that an ADF of `active` (n file identifiers: what is selected on the other channels) shares
 * (TS 102 221 9.5.1). */
MUST_USE enum err uicc_session_end(struct model *m, uint16_t adf, const uint16_t *active, size_t n);

struct uicc_command {
    uint8_t cla, ins, p1, p2;
    struct slice data;
    bool has_le;
    size_t le; /* 1 to 65536; 256 for Le 00 */
};
struct uicc_answer {
    struct buf *data;
    size_t right_le; /* not 0: Le was wrong, so many bytes are there (6Cxx) */
    uint8_t tries;   /* with WARN_TRIES */
};
typedef enum err uicc_run(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                          struct uicc_answer *answer);

/* How many of the n bytes that are there go out: what Le asks for; with more than there are answer->right_le is set and
 * 0 comes back. Without Le, and with 00, as many as a response carries. */
size_t uicc_fit(const struct uicc_command *a, size_t n, struct uicc_answer *answer);
/* The same for answers of one length, such as records: an Le that is less is wrong, too. */
size_t uicc_fit_whole(const struct uicc_command *a, size_t n, struct uicc_answer *answer);

/* ---- selection (TS 102 221 8.4, 11.1.1, 11.1.2) ---- */
uicc_run uicc_select; /* by file identifier or path: every P1 but 04 */
uicc_run uicc_status; /* P2 00, 01, 0C */
/* The file that a command names: P1 00 by identifier in the search order of 8.4.1 (no data: the MF), 01 child DF,
 * 03 parent, 08 path from the MF, 09 path from the current DF; 7FFF is the current ADF. The caller has checked P1 and
 * that the data are pairs of bytes. */
MUST_USE enum err uicc_find(const struct model *m, const struct isdp *isdp, const struct uicc_context *c, uint8_t p1,
                            struct slice data, struct file *out, bool *found);
/* Appends the FCP template (11.1.1.3). */
MUST_USE enum err uicc_fcp(const struct model *m, const struct isdp *isdp, const struct file *f, struct buf *out);
/* By AID: an ADF of the enabled profile. `with_data`: its FCP is appended. WARN_DEACTIVATED, WARN_TERMINATED. */
MUST_USE enum err uicc_select_application(struct model *m, struct uicc_context *c,
                                          const struct profile_application *application, bool with_data,
                                          struct buf *out);
/* The EF that a command works on: by SFI of the current directory (becomes the current EF), or, with SFI 0, the
 * current one. */
MUST_USE enum err uicc_target(struct model *m, const struct isdp *isdp, struct uicc_context *c, uint8_t sfi,
                              struct file *out);

/* The same, and the whole way to the body: the structure (bits 1 << enum file_kind), the life cycle, then the access
 * rule for `mode` or the instruction; see uicc_allowed(). `clause` is that of the command. */
MUST_USE enum err uicc_open(struct model *m, const struct isdp *isdp, struct uicc_context *c, uint8_t sfi,
                            unsigned structures, uint8_t mode, uint8_t ins, const char *clause, struct file *out);
/* ERR_CONDITIONS or as the personality says if a deactivated or terminated file may not be used. */
MUST_USE enum err uicc_usable(struct model *m, const struct file *f, const char *clause);

/* ---- access (9.2, 9.5) ---- */
/* Access mode bits of an EF and of a directory (9.2.4). */
#define ACCESS_READ 0x01
#define ACCESS_UPDATE 0x02
#define ACCESS_APPEND 0x04
#define ACCESS_DEACTIVATE 0x08
#define ACCESS_ACTIVATE 0x10
#define ACCESS_TERMINATE 0x20
#define ACCESS_DELETE_SELF 0x40
#define ACCESS_DELETE_CHILD 0x01
#define ACCESS_CREATE_EF 0x02
#define ACCESS_CREATE_DF 0x04
/* OK if the file's rule allows this kind of access, or the instruction by an AM_DO of its own; else ERR_SECURITY and
 * why. `mode` 0: only an AM_DO that names the instruction counts. */
MUST_USE enum err uicc_allowed(struct model *m, const struct isdp *isdp, const struct uicc_context *c,
                               const struct file *f, uint8_t mode, uint8_t ins);
/* True if a PIN of this directory counts as presented: verified, or disabled and no ADM, or replaced by one that is. */
MUST_USE enum err uicc_pin_satisfied(struct model *m, const struct isdp *isdp, const struct path *directory,
                                     uint8_t reference, bool *satisfied);

/* The file's access rule in words, "read PIN1, update ADM1, activate ADM1"; what is not named is never allowed. */
MUST_USE enum err uicc_access_words(const struct isdp *isdp, const struct file *f, char *out, size_t size);
/* A key reference in words: PIN1 (01), PIN2 (81), ADM1 to ADM10, "local PIN 82". */
#define UICC_PIN_NAME_SIZE 16
void uicc_pin_name(uint8_t reference, char out[UICC_PIN_NAME_SIZE]);

/* ---- files (11.1.3 to 11.1.8, 11.1.14, 11.1.15, 11.3) ---- */
uicc_run uicc_read_binary;
uicc_run uicc_update_binary;
uicc_run uicc_read_record;
uicc_run uicc_update_record;

/* ---- the other commands; the clause is in the first comment of their files ---- */
uicc_run uicc_search_record;
uicc_run uicc_increase;
uicc_run uicc_retrieve_data;
uicc_run uicc_set_data;
uicc_run uicc_verify_pin;
uicc_run uicc_change_pin;
uicc_run uicc_disable_pin;
uicc_run uicc_enable_pin;
uicc_run uicc_unblock_pin;
uicc_run uicc_deactivate_file;
uicc_run uicc_activate_file;
uicc_run uicc_create_file;
uicc_run uicc_delete_file;
uicc_run uicc_terminate_df;
uicc_run uicc_terminate_ef;
uicc_run uicc_terminate_card;
uicc_run uicc_resize_file;
uicc_run uicc_authenticate;
uicc_run uicc_get_challenge;
uicc_run uicc_get_identity;
uicc_run uicc_suspend;

/* At power on, before its commit: what SUSPEND UICC kept is there for the first command only. */
MUST_USE enum err uicc_power_on(struct model *m);
/* Before and after every command, whatever comes of it: one that is not SUSPEND UICC ends what could be resumed. The
 * second is behind the rollback of what was refused, so that this stays. */
void uicc_before_command(struct model *m, uint8_t ins);
MUST_USE enum err uicc_after_command(struct model *m, uint8_t ins);

#endif

/* lpa: a Local Profile Assistant for tests, demo and bench (SGP.22 v2.5 ES10a, ES10b, ES10c; ETSI TS 102 221 for the
 * APDUs). It stands for the device: written from the specification, sharing src/base with the card and nothing else.
 *
 * Functions that give bool: true if the card answered 9000 (or 91xx) with well-formed data of the right tag; the raw
 * answer stays in lpa->response and lpa->sw, what was wrong in lpa->error. Functions that give int: the result code of
 * the answer (0 ok), or -1 where the others give false. */
#ifndef SOFTEUICC_TESTS_LPA_H
#define SOFTEUICC_TESTS_LPA_H

#include "smdpp.h"

/* A connection to a card. Each function gives false if the card (or its reader) did not answer. */
struct lpa_reader {
    void *ctx;
    bool (*transmit)(void *ctx, struct slice capdu, struct buf *rapdu); /* replaces *rapdu */
    bool (*power)(void *ctx, bool on, struct buf *atr);                 /* replaces *atr when switching on */
    bool (*reset)(void *ctx, struct buf *atr);                          /* warm reset */
    void (*close)(void *ctx);                                           /* frees ctx */
};

struct euicc;
/* lpa_card.c: a card in this process, not owned. */
bool lpa_reader_card(struct lpa_reader *reader, struct euicc *card);
/* lpa_pcsc.c (needs libpcsclite): the first reader whose name contains `name`. */
bool lpa_reader_pcsc(struct lpa_reader *reader, const char *name);
/* lpa_socket.c: 2-byte length frames over TCP to 127.0.0.1:port; frames of one byte are controls (0 off, 1 on, 2 reset,
 * 4 ATR). */
bool lpa_reader_socket(struct lpa_reader *reader, uint16_t port);
/* The same on a TCP connection that is there; closes it in the end, at once if it gives false. */
bool lpa_reader_fd(struct lpa_reader *reader, int fd);

struct lpa_options {
    int channel;           /* 0: basic channel; above: open this one by number; -1: the card assigns one */
    size_t block_size;     /* bytes in each STORE DATA, 1 to 255; 0: 255 */
    bool with_le;          /* Le on STORE DATA (T=1 habit), otherwise answers come with 61xx */
    bool get_response_iso; /* GET RESPONSE with class 0X rather than 8X */
    bool no_terminal_capability;
    struct slice terminal_profile; /* sent as TERMINAL PROFILE; empty: none is sent */
};

struct lpa {
    struct lpa_reader reader;
    struct lpa_options options;
    uint8_t channel;
    bool channel_open;
    struct buf atr;
    struct buf fci;      /* the answer to SELECT ISD-R */
    struct buf response; /* of the last function */
    uint16_t sw;
    uint8_t proactive; /* xx of the last 91xx: a proactive command of that many bytes waits; 0: none */
    size_t apdus;      /* exchanged so far */
    void (*trace)(void *ctx, struct slice capdu, struct slice rapdu); /* may be NULL */
    void *trace_ctx;
    char error[256];
};

/* ---- lpa.c: APDUs ---- */

void lpa_init(struct lpa *lpa, const struct lpa_reader *reader, const struct lpa_options *options);
/* Closes the reader and frees what the lpa holds; does not switch the card off. */
void lpa_free(struct lpa *lpa);
/* Power on, TERMINAL CAPABILITY, TERMINAL PROFILE, MANAGE CHANNEL, SELECT ISD-R. */
bool lpa_open(struct lpa *lpa);
/* The same without power on: after a reset, or to select again. */
bool lpa_start(struct lpa *lpa);
/* Closes the channel and switches the card off. */
bool lpa_close(struct lpa *lpa);
/* Warm reset, then lpa_start. */
bool lpa_reset(struct lpa *lpa);
/* One command, one answer, nothing handled. */
bool lpa_exchange(struct lpa *lpa, struct slice capdu, struct buf *data, uint16_t *sw);
/* One command with its GET RESPONSEs (61xx), repeated with the right Le (6Cxx); 91xx is noted and given as 9000. */
bool lpa_command(struct lpa *lpa, struct slice capdu, struct buf *data, uint16_t *sw);
/* CLA for this lpa's channel: base 00 or 80. */
uint8_t lpa_class(const struct lpa *lpa, uint8_t base);
bool lpa_select(struct lpa *lpa, struct slice aid, struct buf *data, uint16_t *sw);
bool lpa_manage_channel_open(struct lpa *lpa, int wanted);
bool lpa_manage_channel_close(struct lpa *lpa);
/* STORE DATA chaining (5.7.2): sends the request in blocks; *response is the last block's data. Stops at the first
 * block whose answer is not 9000 and gives that status word. False only if the card is silent or breaks the protocol.
 */
bool lpa_store_data(struct lpa *lpa, struct slice request, struct buf *response, uint16_t *sw);
/* FETCH of what 91xx announced. */
bool lpa_fetch(struct lpa *lpa, struct buf *command);
/* TERMINAL RESPONSE to `command` with a general result (00 done, 20 terminal busy, ...). */
bool lpa_terminal_response(struct lpa *lpa, struct slice command, uint8_t result);
/* FETCH, check that it is a REFRESH for the UICC, TERMINAL RESPONSE; gives the qualifier (04, 09), -1 if something is
 * wrong. Afterwards, for result 00 and qualifier 04, the card is reset and the ISD-R selected again. */
int lpa_handle_refresh(struct lpa *lpa, uint8_t result);

/* ---- lpa_es10.c: the functions of ES10 ---- */

/* Any function: the whole request TLV. True if the answer has the tag of the request and is DER. */
bool lpa_call(struct lpa *lpa, struct slice request);

struct lpa_addresses {
    struct slice default_dp; /* p NULL: absent; into lpa->response */
    struct slice root_ds;
};
bool lpa_get_euicc_configured_addresses(struct lpa *lpa, struct lpa_addresses *out);
int lpa_set_default_dp_address(struct lpa *lpa, const char *address);

bool lpa_get_euicc_challenge(struct lpa *lpa, uint8_t challenge[16]);
bool lpa_get_euicc_info1(struct lpa *lpa);
bool lpa_get_euicc_info2(struct lpa *lpa);
/* `free_memory`: tag 82 of extCardResource in lpa->response after lpa_get_euicc_info2. */
bool lpa_read_free_memory(const struct lpa *lpa, uint32_t *applications, uint32_t *free_memory);
bool lpa_get_rat(struct lpa *lpa);
/* BF35 with the content of A0 as given; 0: loaded, else the code. */
int lpa_load_crl(struct lpa *lpa, struct slice content);
/* True also for an error response; read lpa->response, or let smdpp_authenticate_client do it. */
bool lpa_authenticate_server(struct lpa *lpa, const struct smdpp_answer *answer, struct slice ctx_params1);
bool lpa_prepare_download(struct lpa *lpa, const struct smdpp_answer *answer, struct slice hash_cc);
/* 0: cancelled and signed (lpa->response), else the code. */
int lpa_cancel_session(struct lpa *lpa, struct slice transaction_id, int reason);

#define LPA_LIST_MAX 256
struct lpa_notification {
    uint32_t sequence_number;
    int event; /* 0 install, 1 enable, 2 disable, 3 delete */
    struct slice address;
    struct slice iccid;
    struct slice whole; /* as retrieved: BF37 or 30; empty from lpa_list_notification */
    bool is_result;     /* a ProfileInstallationResult */
};
struct lpa_notifications {
    struct lpa_notification list[LPA_LIST_MAX]; /* into lpa->response */
    size_t n;
};
/* events: mask of 1 << event, -1: no filter. */
bool lpa_list_notification(struct lpa *lpa, int events, struct lpa_notifications *out);
/* By sequence number, or with sequence_number < 0 by events (-1: all). */
bool lpa_retrieve_notifications(struct lpa *lpa, int64_t sequence_number, int events, struct lpa_notifications *out);
int lpa_remove_notification(struct lpa *lpa, uint32_t sequence_number);

bool lpa_get_eid(struct lpa *lpa, char eid[33]);
struct lpa_profile {
    struct slice iccid;
    struct slice aid;
    int state;         /* 0 disabled, 1 enabled, -1 not given */
    int profile_class; /* 0 test, 1 provisioning, 2 operational, -1 not given */
    struct slice nickname;
    struct slice service_provider;
    struct slice name;
    struct slice icon;
    struct slice whole; /* the E3 */
};
struct lpa_profiles {
    struct lpa_profile list[LPA_LIST_MAX]; /* into lpa->response */
    size_t n;
    int error; /* code instead of a list; -1: a list came */
};
/* search: a whole 4F, 5A or 95 TLV, or empty; tags: content of 5C, or empty. */
bool lpa_get_profiles_info(struct lpa *lpa, struct slice search, struct slice tags, struct lpa_profiles *out);
/* id: a whole 4F or 5A TLV. */
int lpa_enable_profile(struct lpa *lpa, struct slice id, bool refresh);
int lpa_disable_profile(struct lpa *lpa, struct slice id, bool refresh);
int lpa_delete_profile(struct lpa *lpa, struct slice id);
/* bits: 1 operational, 2 field-loaded test, 4 default SM-DP+ address. */
int lpa_memory_reset(struct lpa *lpa, uint32_t bits);
int lpa_set_nickname(struct lpa *lpa, struct slice iccid, struct slice name);

/* ---- lpa_segment.c: cutting a Bound Profile Package (SGP.22 2.5.5) ---- */

enum lpa_segmentation {
    LPA_SEGMENT_LPAC,  /* BF36 header + BF23; A0 and A2 whole; headers of A1 and A3 alone; each 88 and 86 */
    LPA_SEGMENT_EACH,  /* the same, further 87 of A0 and A2 as segments of their own */
    LPA_SEGMENT_WHOLE, /* one segment */
    LPA_SEGMENT_CUT,   /* every `cut` bytes, wherever that is */
};
struct lpa_segments {
    struct slice *list; /* one behind the other in the package */
    size_t n;
};
bool lpa_segments_make(struct lpa_segments *out, struct slice bpp, enum lpa_segmentation how, size_t cut);
void lpa_segments_free(struct lpa_segments *segments);
#define LPA_SEGMENTS_LOCAL __attribute__((cleanup(lpa_segments_free))) struct lpa_segments

/* ---- lpa_download.c: a whole download (SGP.22 3.1.3) ---- */

enum lpa_stage {
    LPA_STAGE_CHALLENGE,    /* GetEUICCChallenge, GetEUICCInfo1 */
    LPA_STAGE_INITIATE,     /* the SM-DP+ refused InitiateAuthentication */
    LPA_STAGE_AUTHENTICATE, /* the card refused AuthenticateServer */
    LPA_STAGE_CLIENT,       /* the SM-DP+ refused the card's answer */
    LPA_STAGE_PREPARE,      /* the card refused PrepareDownload */
    LPA_STAGE_PACKAGE,      /* the SM-DP+ refused the card's answer */
    LPA_STAGE_LOAD,         /* a segment got a status word other than 9000, or no result came */
    LPA_STAGE_RESULT,       /* the result is wrong, or tells a failure */
    LPA_STAGE_DONE,
};

struct lpa_download_options {
    const char *address;           /* NULL: testsmdpplus1.example.com */
    const char *matching_id;       /* NULL: none */
    struct slice ctx_params1;      /* the whole A0 instead of one made from matching_id */
    const char *confirmation_code; /* what the user typed; NULL: no hashCc is sent */
    struct slice hash_cc;          /* instead of the hash of confirmation_code */
    enum lpa_segmentation segmentation;
    size_t cut;
    size_t segment_block_size;  /* block size for the segments only (a segment has at most 256 blocks); 0: as always */
    enum lpa_stage stop_before; /* AUTHENTICATE, PREPARE, LOAD: end there, session open; 0: go to the end */
    /* Called before each segment; may send other commands or change the segment; false: the download ends there. */
    bool (*before_segment)(void *ctx, struct lpa *lpa, size_t index, struct buf *segment);
    void *hook_ctx;
    bool keep_going; /* send the other segments after a status word that is not 9000 */
};

struct lpa_download_result {
    enum lpa_stage stage;
    uint16_t sw;
    int card_error;          /* code of an AuthenticateServer or PrepareDownload error response, -1: none */
    size_t segments;         /* sent */
    uint16_t segment_sw;     /* the first status word other than 9000 */
    size_t segment_failed;   /* its index */
    struct buf pir;          /* BF37; empty: none came */
    struct smdpp_pir result; /* of a PIR that checks; slices into pir */
    char error[256];
};
void lpa_download_result_free(struct lpa_download_result *result);
#define LPA_DOWNLOAD_LOCAL __attribute__((cleanup(lpa_download_result_free))) struct lpa_download_result

/* True if the profile is installed: the card's result tells success and the SM-DP+ accepts it. *result must be zero or
 * used before; options may be NULL. */
bool lpa_download(struct lpa *lpa, struct smdpp *dp, const struct lpa_download_options *options,
                  struct lpa_download_result *result);
/* Only the last part: sends a package and keeps the result. True if a BF37 came with the last segment that was sent. */
bool lpa_load_bound_profile_package(struct lpa *lpa, struct slice bpp, const struct lpa_download_options *options,
                                    struct lpa_download_result *result);
/* Retrieves all notifications, has them checked by dp (NULL: not), removes each. PIRs of older downloads are not
 * checked. Gives how many there were, -1 if anything was wrong (lpa->error). */
int lpa_process_notifications(struct lpa *lpa, struct smdpp *dp);

#endif

/* The readable form of a profile package and back. Written for people: names from schema.h, bytes as hexadecimal
 * digits,
 * "[tag]" for what has no name.
 *
 *     # a comment
 *     usim {
 *         header { mandated; identification 4 }
 *         templateID 2.23.143.1.2.4
 *         adf-usim { fileDescriptor { fileID 7FF0; dfName A0000000871002FF49FF0589; pinStatusTemplateDO 01810A } }
 *         ef-imsi { fillFileContent 080910101032547698 }
 *         [BF7E] { [81] 0102 }
 *     }
 *
 * A statement ends at the end of its line or at ";"; a "\" at the end of a line continues it. Bytes are groups of
 * digits and quoted texts, and "FF*16" repeats a group: "0000" FF*4. */
#ifndef SOFTEUICC_TOOLS_SAIP_SOURCE_H
#define SOFTEUICC_TOOLS_SAIP_SOURCE_H

#include "base/buf.h"
#include "schema.h"

#define SOURCE_DEPTH_MAX 24

/* What is wrong and where: a line of a source, or a byte of a package. */
struct problem {
    size_t place;
    char text[200];
};

/* Source to DER. False: *why says which line and what. */
bool source_encode(struct slice source, struct buf *der, struct problem *why);
/* DER to source; every DER package can be written, and source_encode gives the same bytes back. False: the bytes from
 * why->place on are not DER (or memory ran out). */
bool source_decode(struct slice der, struct buf *source, struct problem *why);

/* OBJECT IDENTIFIER content to "2.23.143.1.2.4" and back; false if it is not one (or has a number over 32 bits). */
bool oid_to_text(struct slice content, struct buf *text);
bool oid_from_text(struct slice text, struct buf *content);

#endif

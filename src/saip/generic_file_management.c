/* PE-GenericFileManagement (SAIP 8.3.5): files that no template has, one command after the other from the MF on. Called
 * by saip.c. */
#include "saip/file_builder.h"

struct work {
    struct file_builder builder;
    struct path current;
};

static void work_free(struct work *w)
{
    builder_free(&w->builder);
}

/* From the MF; an ADF by the identifier that its package gave it. */
static enum err take_file_path(struct work *w, const struct tlv *command)
{
    struct path path;
    bool found = false;
    const uint8_t *at = command->whole.p;
    if (!path_read(command->value, &path) || command->value.n > 8)
        return builder_bad(&w->builder, at, "filePath of at most 4 file identifiers", "other bytes");
    TRY(builder_select(&w->builder, &path, at, &found));
    if (!found) return builder_bad(&w->builder, at, "filePath of a file that is there", "another one");
    if (!file_is_directory(&w->builder.file) && !w->builder.install->select_files)
        return builder_bad(&w->builder, at, "filePath of a directory", "an EF");
    w->current = file_is_directory(&w->builder.file) ? path : path_parent(&path);
    return OK;
}

static enum err take_create(struct work *w, const struct tlv *command)
{
    struct fcp fcp = {.at = command->whole.p};
    struct file_builder *b = &w->builder;
    TRY(fcp_read(b->install, b->e, command->value, &fcp, b->reason));
    TRY(builder_begin(b, &w->current, NULL, &fcp));
    if (file_is_directory(&b->file)) w->current = b->file.path;
    return OK;
}

static enum err take_command(struct work *w, const struct tlv *command)
{
    switch (command->tag) {
    case 0x80:
        return take_file_path(w, command);
    case 0x62:
        return take_create(w, command);
    case 0x02:
        return builder_skip(&w->builder, command);
    case 0x81:
        return builder_fill(&w->builder, command);
    default:
        return saip_unknown(w->builder.install, w->builder.e, command->whole.p, w->builder.reason);
    }
}

enum err saip_take_generic_file_management(struct saip_install *install, const struct element *e, struct reason *reason)
{
    __attribute__((cleanup(work_free))) struct work w = {.builder = {.install = install, .e = e, .reason = reason}};
    struct tlv list;
    struct tlv block;
    struct tlv command;
    struct slice in = e->value;
    if (!tlv_next(&in, &list) || in.n == 0)
        return saip_abort(install, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "fileManagementCMD", "none");
    if (!tlv_next(&in, &list) || list.tag != 0xa1)
        return saip_abort(install, e, list.whole.p, PE_INVALID_REQUEST_FORMAT, reason, "fileManagementCMD", "none");
    if (in.n) TRY(saip_unknown(install, e, in.p, reason));
    while (tlv_next(&list.value, &block)) {
        if (block.tag != 0x30)
            return saip_abort(install, e, block.whole.p, PE_INVALID_REQUEST_FORMAT, reason, "FileManagement",
                              "another tag");
        while (tlv_next(&block.value, &command))
            TRY(take_command(&w, &command));
    }
    return builder_end(&w.builder);
}

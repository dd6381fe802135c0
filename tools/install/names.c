/* Numbers of SGP.22 v2.5 and of the eUICC Profile Package specification by name (src/names), for people who read a
 * refusal. Called by download.c and report.c. */
#include "install.h"
#include "names/names.h"

static const char *find(const struct decode_name *table, uint32_t number)
{
    const char *name = names_of(table, number);
    return name ? name : "unknown";
}

const char *name_of_authenticate_error(int code)
{
    return find(names_authenticate_errors, (uint32_t)code);
}

const char *name_of_download_error(int code)
{
    return find(names_download_errors, (uint32_t)code);
}

const char *name_of_command(int bpp_command_id)
{
    return find(names_bpp_commands, (uint32_t)bpp_command_id);
}

const char *name_of_reason(int error_reason)
{
    return find(names_bpp_errors, (uint32_t)error_reason);
}

const char *name_of_enable_result(int code)
{
    return find(names_enable_results, (uint32_t)code);
}

const char *name_of_element_status(uint32_t status)
{
    return find(names_pe_statuses, status);
}

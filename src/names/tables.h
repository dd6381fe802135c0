/* How the tables of data objects are written, and the parts that fields.c (SGP.22) and fields_iot.c (SGP.32) take
 * from each other. */
#ifndef SOFTEUICC_NAMES_TABLES_H
#define SOFTEUICC_NAMES_TABLES_H

#include "names/names.h"

#define ROW(tag, name, kind)                                                                                           \
    {                                                                                                                  \
        tag, name, kind, NULL, NULL                                                                                    \
    }
#define CODE(tag, name, names)                                                                                         \
    {                                                                                                                  \
        tag, name, DECODE_CODE, NULL, names                                                                            \
    }
#define BITS(tag, name, names)                                                                                         \
    {                                                                                                                  \
        tag, name, DECODE_BITS, NULL, names                                                                            \
    }
#define PARTS(tag, name, members)                                                                                      \
    {                                                                                                                  \
        tag, name, DECODE_SEQUENCE, members, NULL                                                                      \
    }
#define LIST(tag, name, members)                                                                                       \
    {                                                                                                                  \
        tag, name, DECODE_SEQUENCE_OF, members, NULL                                                                   \
    }
#define HOLDS(tag, name, members)                                                                                      \
    {                                                                                                                  \
        tag, name, DECODE_NESTED, members, NULL                                                                        \
    }
#define END                                                                                                            \
    {                                                                                                                  \
        0, NULL, DECODE_HEX, NULL, NULL                                                                                \
    }
#define END_NAME                                                                                                       \
    {                                                                                                                  \
        0, NULL                                                                                                        \
    }

typedef const struct decode_name names;
typedef const struct decode_field fields;

/* fields.c */
extern fields decode_authorisation_rules[];
extern fields decode_get_profiles_info[];
extern fields decode_get_profiles_info_answer[];

/* fields_iot.c */
extern fields decode_package[];
extern fields decode_package_result[];
extern fields decode_package_results[];
extern fields decode_iot_add_initial_eim[];
extern fields decode_iot_add_initial_eim_answer[];
extern fields decode_iot_configure_immediate[];
extern fields decode_iot_configure_immediate_answer[];
extern fields decode_iot_connectivity_answer[];
extern fields decode_iot_default_dp[];
extern fields decode_iot_default_dp_answer[];
extern fields decode_iot_disable_emergency_answer[];
extern fields decode_iot_enable_emergency_answer[];
extern fields decode_iot_execute_fallback_answer[];
extern fields decode_iot_get_certs[];
extern fields decode_iot_get_certs_answer[];
extern fields decode_iot_get_eim_configuration[];
extern fields decode_iot_get_eim_configuration_answer[];
extern fields decode_iot_immediate_enable_answer[];
extern fields decode_iot_memory_reset[];
extern fields decode_iot_memory_reset_answer[];
extern fields decode_iot_refresh_flag[];
extern fields decode_iot_return_fallback_answer[];
extern fields decode_iot_rollback_answer[];
extern fields decode_iot_specific_info[];

#endif

/* Stored EuiccPackageResults (SGP.32 2.11.2, 5.9.11, 5.9.12): `package-result/<seq>`, the bytes that were signed, until
 * RemoveNotificationFromList. They share the sequence numbers of the notifications. */
#include "model/model.h"

#include <stdio.h>

#define KEY_SIZE 32
#define PREFIX "package-result/"

static void result_key(uint32_t sequence, char key[KEY_SIZE])
{
    (void)snprintf(key, KEY_SIZE, PREFIX "%010u", sequence);
}

enum err package_result_store(struct model *m, uint32_t sequence, struct slice result)
{
    char key[KEY_SIZE];
    uint32_t max = m->personality.package_results_max ? m->personality.package_results_max : 1;
    while (store_count(m->store, PREFIX) >= max) {
        struct store_item oldest = store_first(m->store, PREFIX);
        (void)snprintf(key, sizeof key, "%s", oldest.key);
        model_trace(m, EUICC_EVENT_DETAIL, "package result store full: %s dropped", key);
        TRY(store_delete(m->store, key));
    }
    result_key(sequence, key);
    return store_put(m->store, key, result);
}

bool package_result_get(const struct model *m, uint32_t sequence, struct slice *result)
{
    char key[KEY_SIZE];
    result_key(sequence, key);
    return store_get(m->store, key, result);
}

enum err package_result_remove(struct model *m, uint32_t sequence, bool *found)
{
    char key[KEY_SIZE];
    struct slice ignored;
    result_key(sequence, key);
    *found = store_get(m->store, key, &ignored);
    return store_delete(m->store, key);
}

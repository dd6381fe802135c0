/* Numbers of SGP.22 v2.5 and of the eUICC Profile Package specification by name, for people who read a refusal. Called
 * by download.c and report.c. */
#include "install.h"

struct name {
    uint32_t number;
    const char *text;
};

static const char *find(const struct name *names, size_t n, uint32_t number)
{
    for (size_t i = 0; i < n; i++) {
        if (names[i].number == number) return names[i].text;
    }
    return "unknown";
}

#define FIND(names, number) find((names), sizeof(names) / sizeof *(names), (uint32_t)(number))

const char *name_of_authenticate_error(int code)
{
    static const struct name names[] = {
        {1, "invalidCertificate"}, {2, "invalidSignature"},       {3, "unsupportedCurve"}, {4, "noSessionContext"},
        {5, "invalidOid"},         {6, "euiccChallengeMismatch"}, {7, "ciPKUnknown"},      {127, "undefinedError"},
    };
    return FIND(names, code);
}

const char *name_of_download_error(int code)
{
    static const struct name names[] = {
        {1, "invalidCertificate"}, {2, "invalidSignature"},     {3, "unsupportedCurve"},
        {4, "noSessionContext"},   {5, "invalidTransactionId"}, {127, "undefinedError"},
    };
    return FIND(names, code);
}

const char *name_of_command(int bpp_command_id)
{
    static const struct name names[] = {
        {0, "initialiseSecureChannel"}, {1, "configureISDP"},      {2, "storeMetadata"},
        {3, "storeMetadata2"},          {4, "replaceSessionKeys"}, {5, "loadProfileElements"},
    };
    return FIND(names, bpp_command_id);
}

const char *name_of_reason(int error_reason)
{
    static const struct name names[] = {
        {1, "incorrectInputValues"},
        {2, "invalidSignature"},
        {3, "invalidTransactionId"},
        {4, "unsupportedCrtValues"},
        {5, "unsupportedRemoteOperationType"},
        {6, "unsupportedProfileClass"},
        {7, "scp03tStructureError"},
        {8, "scp03tSecurityError"},
        {9, "installFailedDueToIccidAlreadyExistsOnEuicc"},
        {10, "installFailedDueToInsufficientMemoryForProfile"},
        {11, "installFailedDueToInterruption"},
        {12, "installFailedDueToPEProcessingError"},
        {13, "installFailedDueToDataMismatch"},
        {14, "testProfileInstallFailedDueToInvalidNaaKey"},
        {15, "pprNotAllowed"},
        {127, "installFailedDueToUnknownError"},
    };
    return FIND(names, error_reason);
}

const char *name_of_enable_result(int code)
{
    static const struct name names[] = {
        {0, "ok"},
        {1, "iccidOrAidNotFound"},
        {2, "profileNotInDisabledState"},
        {3, "disallowedByPolicy"},
        {4, "wrongProfileReenabling"},
        {5, "catBusy"},
        {127, "undefinedError"},
    };
    return FIND(names, code);
}

const char *name_of_event(int event)
{
    static const struct name names[] = {{0, "install"}, {1, "enable"}, {2, "disable"}, {3, "delete"}};
    return FIND(names, event);
}

const char *name_of_element_status(uint32_t status)
{
    static const struct name names[] = {
        {0, "ok"},
        {1, "pe-not-supported"},
        {2, "memory-failure"},
        {3, "bad-values"},
        {4, "not-enough-memory"},
        {5, "invalid-request-format"},
        {6, "invalid-parameter"},
        {7, "runtime-not-supported"},
        {8, "lib-not-supported"},
        {9, "template-not-supported"},
        {10, "feature-not-supported"},
        {11, "pin-code-missing"},
        {31, "unsupported-profile-version"},
    };
    return FIND(names, status);
}

#!/bin/sh
# A package of profiles/ is exactly what its readable source encodes to, passes the check, and its metadata names the
# same ICCID. Called by meson (tools/saip/meson.build): test_profile_source.sh TOOL PATH_WITHOUT_SUFFIX
set -eu
tool=$1
profile=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$tool" encode "$profile.profile" -o "$scratch/made.der"
cmp "$scratch/made.der" "$profile.der" || {
    echo "$profile.der is not its source: run softeuicc-profile encode $profile.profile -o $profile.der" >&2
    exit 1
}
"$tool" check "$profile.der"

iccid=$(sed -n 's/^iccid = \([0-9]*\)$/\1/p' "$profile.metadata")
[ ${#iccid} -eq 20 ] || { echo "$profile.metadata: expected an iccid of 20 digits" >&2; exit 1; }
"$tool" info "$profile.der" | grep -q "^ICCID    $iccid\$" || { echo "$profile.metadata: another ICCID" >&2; exit 1; }
# EF.ICCID has the same digits with each pair swapped: the card compares it with the metadata (SGP.22 5.5.5).
swapped=$(echo "$iccid" | sed 's/\(.\)\(.\)/\2\1/g')
"$tool" decode "$profile.der" | grep -q "ef-iccid { fillFileContent $swapped }" ||
    { echo "$profile.profile: EF.ICCID is not $swapped" >&2; exit 1; }
# ITU-T E.118: the last digit makes the Luhn sum a multiple of 10.
echo "$iccid" | awk '{ for (i = length($0); i > 0; i--) { d = substr($0, i, 1)
    if ((length($0) - i) % 2) { d *= 2; if (d > 9) d -= 9 }; sum += d } exit sum % 10 != 0 }' ||
    { echo "$profile.metadata: the check digit of the ICCID is wrong" >&2; exit 1; }
for key in service_provider name class owner notify; do
    grep -q "^$key = ." "$profile.metadata" || { echo "$profile.metadata: expected a line $key = .." >&2; exit 1; }
done
icon=$(sed -n 's/^icon = \(.*\)$/\1/p' "$profile.metadata")
[ -z "$icon" ] || [ "$(wc -c <"$(dirname "$profile")/$icon")" -le 1024 ] ||
    { echo "$profile.metadata: expected an icon of at most 1024 bytes (SGP.22 2.4a.1.2)" >&2; exit 1; }

#!/bin/sh
# Tests certs/make-pki: each chain and each extension of what it makes, byte by byte where a card reads it (SGP.22
# 4.5.2, roles 2.23.146.1.2.1.x), and that wrong options make nothing.
# Called by meson (certs/meson.build): test_make_pki.sh MAKE_PKI SGP26_FOLDER. The same checks run over the SGP.26
# certificates first, so that a check that fails for real certificates is noticed here.
set -eu
make_pki=$1
sgp26=$2
scratch=$(mktemp -d)
mkdir "$scratch/kept"
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
failures=0

wrong() {
    echo "FAIL: $*" >&2
    failures=$((failures + 1))
}

expect() { # WHAT EXPECTED CAME
    [ "$2" = "$3" ] || wrong "$1: expected '$2', came '$3'"
}

# What OpenSSL says of a certificate, and its public key: asked once for each, however often they are read.
parsed() { # CERTIFICATE
    kept=$scratch/kept/$(printf %s "$1" | tr '/ ' __).parsed
    [ -f "$kept" ] || openssl asn1parse -inform DER -in "$1" >"$kept"
    cat "$kept"
}

# The value of the extension with this name as hexadecimal digits, with "critical " before it if it is; "" if absent.
extension() { # CERTIFICATE NAME
    parsed "$1" | awk -v name=":$2" '
        substr($0, length($0) - length(name) + 1) == name { found = 1; next }
        found && /BOOLEAN/ { critical = "critical "; next }
        found && /OCTET STRING/ { sub(/.*\[HEX DUMP\]:/, ""); print critical $0; exit }'
}

point() { # CERTIFICATE -> the file with its 65 bytes
    kept=$scratch/kept/$(printf %s "$1" | tr '/ ' __).point
    [ -f "$kept" ] || openssl x509 -inform DER -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER | tail -c 65 >"$kept"
    printf %s "$kept"
}

public_key() { # CERTIFICATE -> 04 X Y
    od -An -v -tx1 "$(point "$1")" | tr -d ' \n' | tr a-f A-F
}

# The subject key identifier is the SHA-1 of the uncompressed point.
key_identifier() { # CERTIFICATE
    sha1sum <"$(point "$1")" | cut -c1-40 | tr a-f A-F
}

# The signature over the bytes of the certificate itself: name constraints do not come into it. OpenSSL's own path
# validation refuses eUICC certificates because it compares the EIN with the whole EID.
signed_by() { # CERTIFICATE ISSUER
    openssl asn1parse -inform DER -in "$1" -strparse 4 -noout -out "$scratch/signed"
    offset=$(parsed "$1" | awk -F: '/d=1 .*BIT STRING/ { print $1 + 0 }')
    openssl asn1parse -inform DER -in "$1" -strparse "$offset" -noout -out "$scratch/signature"
    openssl x509 -inform DER -in "$2" -noout -pubkey >"$scratch/public"
    openssl dgst -sha256 -verify "$scratch/public" -signature "$scratch/signature" "$scratch/signed" >/dev/null
}

check_key() { # NAME: the private key belongs to the certificate
    key=$(cat "$1.key.hex")
    expect "$1.key.hex: length" 64 ${#key}
    case $key in *[!0-9a-f]*) wrong "$1.key.hex: not lower-case hexadecimal" ;; esac
    # ECPrivateKey without a public key: OpenSSL computes it.
    curve_oid=06082A8648CE3D030107
    der=3031020101
    case $1 in *brainpool) curve_oid=06092B2403030208010107 der=3032020101 ;; esac
    length=$(printf '%02x' $((${#curve_oid} / 2)))
    # not the shell's printf, which need not know \x
    env printf "$(printf '%s0420%sA0%s%s' "$der" "$key" "$length" "$curve_oid" | sed 's/../\\x&/g')" >"$scratch/key.der"
    expect "$1: public key" "$(public_key "$1.der")" \
        "$(openssl ec -inform DER -in "$scratch/key.der" -pubout -outform DER 2>/dev/null | tail -c 65 | od -An -v -tx1 |
            tr -d ' \n' | tr a-f A-F)"
}

check() { # NAME ISSUER POLICY KEY_USAGE RID
    expect "$1: version" 'Version: 3 (0x2)' "$(openssl x509 -inform DER -in "$1.der" -noout -text | sed -n 's/^ *\(Version.*\)/\1/p')"
    signed_by "$1.der" "$2.der" || wrong "$1: not signed by $2"
    expect "$1: policy" "$3" "$(extension "$1.der" 'X509v3 Certificate Policies')"
    expect "$1: key usage" "critical $4" "$(extension "$1.der" 'X509v3 Key Usage')"
    expect "$1: subject key identifier" "0414$(key_identifier "$1.der")" \
        "$(extension "$1.der" 'X509v3 Subject Key Identifier')"
    authority=30168014$(key_identifier "$2.der")
    [ "$1" != "$2" ] || authority=
    expect "$1: authority key identifier" "$authority" "$(extension "$1.der" 'X509v3 Authority Key Identifier')"
    expect "$1: subject alternative name" "$5" "$(extension "$1.der" 'X509v3 Subject Alternative Name')"
    crl=$(extension "$1.der" 'X509v3 CRL Distribution Points')
    case $1 in
    */euicc-*) expect "$1: CRL distribution points" '' "$crl" ;;
    *) case $crl in 30*) ;; *) wrong "$1: CRL distribution points: '$crl'" ;; esac ;;
    esac
    check_key "$1"
}

check_common() { # FOLDER CURVE: what SGP.26 and make-pki have in common
    ci=$1/ci-$2
    check "$ci" "$ci" 'critical 300B3009060767811201020100' 03020106 30058803883701
    check "$1/eum-$2" "$ci" 'critical 300B3009060767811201020102' 03020204 30058803883705
    check "$1/euicc-$2" "$1/eum-$2" 'critical 300B3009060767811201020101' 03020780 ''
    check "$1/dpauth-$2" "$ci" 'critical 300B3009060767811201020104' 03020780 3005880388370A
    check "$1/dppb-$2" "$ci" 'critical 300B3009060767811201020105' 03020780 3005880388370A
    expect "$ci: basic constraints" 'critical 30030101FF' "$(extension "$ci.der" 'X509v3 Basic Constraints')"
    expect "$1/eum-$2: basic constraints" 'critical 30060101FF020100' \
        "$(extension "$1/eum-$2.der" 'X509v3 Basic Constraints')"
    for name in euicc dpauth dppb; do
        expect "$name-$2: basic constraints" '' "$(extension "$1/$name-$2.der" 'X509v3 Basic Constraints')"
    done
    # SGP.22 4.5.2.1.0.2: an EUM certificate permits directory names with its organisation and its EIN.
    constraints=$(extension "$1/eum-$2.der" 'X509v3 Name Constraints')
    case $constraints in
    'critical 30'*'3111300F060355040513083839303439303332') ;;
    *) wrong "$1/eum-$2: name constraints: '$constraints'" ;;
    esac
    organisation=$(openssl x509 -inform DER -in "$1/eum-$2.der" -noout -subject -nameopt multiline | sed -n 's/.*organizationName *= //p')
    expect "$1/euicc-$2: organisation" "$organisation" \
        "$(openssl x509 -inform DER -in "$1/euicc-$2.der" -noout -subject -nameopt multiline | sed -n 's/.*organizationName *= //p')"
    case $constraints in
    *"$(printf %s "$organisation" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F)"*) ;;
    *) wrong "$1/eum-$2: name constraints without the organisation" ;;
    esac
    parsed "$1/euicc-$2.der" | grep -A1 ':serialNumber$' |
        grep -q 'PRINTABLESTRING *:89049032123451234512345678901235$' || wrong "$1/euicc-$2: the EID is not a PrintableString"
    parsed "$1/euicc-$2.der" | grep -q GENERALIZEDTIME || wrong "$1/euicc-$2: ends too early"
    for name in ci eum euicc dpauth dppb; do
        curve_name=prime256v1
        [ "$2" = nist ] || curve_name=brainpoolP256r1
        parsed "$1/$name-$2.der" | grep -q "OBJECT *:$curve_name\$" || wrong "$name-$2: curve"
    done
}

check_made() { # FOLDER CURVE: what only make-pki makes
    check "$1/dsauth-$2" "$1/ci-$2" 'critical 300B3009060767811201020107' 03020780 3005880388370F
    check "$1/dptls-$2" "$1/ci-$2" 300B3009060767811201020103 03020780 30108209736D64702E74657374880388370A
    expect "dptls-$2: extended key usage" 'critical 301406082B0601050507030106082B06010505070302' \
        "$(extension "$1/dptls-$2.der" 'X509v3 Extended Key Usage')"
    for name in eum dpauth dppb dptls dsauth; do
        openssl verify -x509_strict -CAfile "$1/ci-$2.pem" "$1/$name-$2.pem" >/dev/null || wrong "$name-$2: openssl verify"
    done
    openssl verify -check_ss_sig -CAfile "$1/ci-$2.pem" "$1/ci-$2.pem" >/dev/null || wrong "ci-$2: openssl verify"
    openssl verify -purpose sslserver -verify_hostname smdp.test -CAfile "$1/ci-$2.pem" "$1/dptls-$2.pem" >/dev/null ||
        wrong "dptls-$2: not good for a TLS server"
    openssl verify -CAfile "$1/ci-$2.pem" -untrusted "$1/eum-$2.pem" "$1/euicc-$2.pem" >"$scratch/verify" 2>&1 || true
    grep -q 'permitted subtree violation' "$scratch/verify" || wrong "euicc-$2: $(cat "$scratch/verify")"
    for name in ci eum euicc dpauth dppb dptls dsauth; do
        openssl pkey -in "$1/$name-$2.key.pem" -pubout -outform DER | tail -c 65 | od -An -v -tx1 | tr -d ' \n' |
            tr a-f A-F >"$scratch/pem"
        expect "$name-$2.key.pem" "$(public_key "$1/$name-$2.der")" "$(cat "$scratch/pem")"
        expect "$name-$2.key.pem: mode" '-rw-------' "$(stat -c %A "$1/$name-$2.key.pem")"
    done
}

refused() { # WHAT_THE_MESSAGE_SAYS ARGUMENT...
    message=$1
    shift
    if "$make_pki" "$@" >"$scratch/out" 2>&1; then
        wrong "make-pki $*: was not refused"
    fi
    grep -q -e "$message" "$scratch/out" || wrong "make-pki $*: said '$(cat "$scratch/out")', not '$message'"
}

eid=89049032123451234512345678901235
for curve in nist brainpool; do
    check_common "$sgp26" "$curve"
done

# A blank in the path, and a folder that exists and is empty.
pki="$scratch/a pki"
mkdir "$pki"
"$make_pki" "$pki" --eid $eid --host smdp.test >"$scratch/out" || wrong "make-pki: $(cat "$scratch/out")"
for curve in nist brainpool; do
    check_common "$pki" "$curve"
    check_made "$pki" "$curve"
done
expect 'number of files' 56 "$(find "$pki" -type f | wc -l | tr -d ' ')"

# It never overwrites, and a refusal leaves everything as it was.
before=$(cat "$pki"/* | openssl dgst -sha256 -r)
refused 'is not empty' "$pki"
expect 'folder after a refusal' "$before" "$(cat "$pki"/* | openssl dgst -sha256 -r)"

"$make_pki" "$scratch/one" --curves nist --ein 89033023 >/dev/null || wrong 'make-pki --curves nist'
expect 'number of files of one curve without eUICC' 24 "$(find "$scratch/one" -type f | wc -l | tr -d ' ')"
extension "$scratch/one/eum-nist.der" 'X509v3 Name Constraints' | grep -q 3839303333303233 || wrong '--ein is not in the EUM'
[ "$(cat "$scratch/one/ci-nist.key.hex")" != "$(cat "$pki/ci-nist.key.hex")" ] || wrong 'two runs made the same key'

refused 'usage: make-pki'
refused 'expected 8 digits' "$scratch/x" --ein 8904903
refused 'expected 32 digits' "$scratch/x" --eid 8904903212345123451234567890123
refused 'check digits are wrong' "$scratch/x" --eid 89049032123451234512345678901234
refused 'must begin with the EIN' "$scratch/x" --ein 89033023 --eid $eid
refused 'expected nist, brainpool' "$scratch/x" --curves p384
refused 'unknown option' "$scratch/x" --frobnicate
refused 'a value is missing' "$scratch/x" --eid
refused 'expected a number' "$scratch/x" --days 0
refused 'expected a DNS name' "$scratch/x" --host 'a/CN=b'
refused 'no such folder' "$scratch/missing/x"
[ ! -e "$scratch/x" ] || wrong 'a refusal made the folder'
expect 'folders left behind' '' "$(find "$scratch" -name '*make-pki*')"

[ $failures -eq 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo 'make-pki: all checks passed'

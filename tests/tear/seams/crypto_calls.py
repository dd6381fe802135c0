#!/usr/bin/env python3
"""The list of tests/tear/crypto_calls.h: as linker options, or compared with what src/crypto calls.

    crypto_calls.py --options crypto_calls.h
    crypto_calls.py --check crypto_calls.h NM LIBRARY

The second form reads the undefined symbols of the crypto_*.o members of the static library that libcrypto has to bring;
each must be in the list, and the list may have no more.
"""
import re
import subprocess
import sys

# What the C library, the compiler and a sanitizer bring; everything else that is not ours is libcrypto's.
FAMILIES = re.compile(
    r"(ASN1|AUTHORITY|BIO|BN|CERTIFICATEPOLICIES|CMAC|CONF|CRYPTO|DH|DSA|EC|ECDSA|ECDH|EC_\w+|ED25519|ENGINE|ERR|EVP|GENERAL|"
    r"HMAC|NAME|NCONF|OBJ|OPENSSL|OSSL|PEM|PKCS\d+|POLICY\w*|RAND|RSA|SHA\d*|X509|X509V3|d2i|i2d|o2i)_\w+|POLICYINFO_\w+")


def listed(path):
    """The names in the list: those that can fail, those that cannot."""
    calls, safe = [], []
    with open(path, encoding="utf-8") as source:
        for line in source:
            if match := re.match(r"CALL\(.*?, (?:NULL|0|-1|\(.*?, NULL\)), (\w+), \(", line):
                calls.append(match[1])
            elif line.startswith("CALL("):
                sys.exit(f"crypto_calls.h: not understood: {line}")
            elif match := re.match(r"SAFE\((\w+)\)", line):
                safe.append(match[1])
    return calls, safe


def asked_for(nm, library):
    """What the objects of src/crypto want from libcrypto."""
    out = subprocess.run([nm, "-A", "-u", library], check=True, capture_output=True, text=True).stdout
    names = set()
    for line in out.splitlines():
        where, _, name = line.strip().rpartition(" ")
        if re.search(r"crypto_\w+\.c\.o", where) and FAMILIES.fullmatch(name):
            names.add(name)
    return names


def main():
    """Does what the command line says."""
    calls, safe = listed(sys.argv[2])
    if sys.argv[1] == "--options":
        print("\n".join(f"-Wl,--wrap={name}" for name in calls))
        return
    wanted = asked_for(*sys.argv[3:5])
    missing = sorted(wanted - set(calls) - set(safe))
    needless = sorted((set(calls) | set(safe)) - wanted)
    if len(wanted) < 50:
        sys.exit(f"only {len(wanted)} calls of libcrypto were found: the objects of src/crypto are not where expected")
    if missing or needless:
        sys.exit(f"called, but not in tests/tear/crypto_calls.h: {missing}\nin it, but not called: {needless}")
    print(f"{len(calls)} calls can fail, {len(safe)} cannot")


main()

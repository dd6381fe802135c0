#!/bin/sh
# softeuicc fs: what it prints of the profiles of a card is what their packages say and what a terminal reads; PINs and keys
# are not in it. Called by meson (tools/install/meson.build): test_fs_command.sh SOFTEUICC_INSTALL SOFTEUICC PROFILES_FOLDER
set -eu
. "$(dirname "$0")/command.sh"
install=$(absolute "$1")
softeuicc=$(absolute "$2")
profiles=$(absolute "$3")
program=$softeuicc
enter_scratch

prints() { # PATTERN: the last command printed a line that is PATTERN
    grep -qxE -e "$1" out || wrong "printed '$(cat out)', no line is '$1'"
}

put() { # PACKAGE OPTION...
    "$install" "$profiles/$1.der" --card a.card >log 2>&1 || wrong "$1: $(cat log)"
}

exits 0 '' create --card a.card --eid 89049032123451234512345678901235 -q
exits 1 'no profile is enabled, expected the ICCID or the AID of one' fs --card a.card
put operational
put test
put tuak
put bootstrap
exits 1 'no profile is enabled' fs --card a.card
"$install" "$profiles/tiny.der" --card a.card --enable >log 2>&1 || wrong "tiny: $(cat log)"

# The enabled profile, another one by ICCID and by AID.
exits 0 '' fs --card a.card
prints 'profile 89000101000000000028, enabled, [0-9a-f]{32}'
prints '  USIM             a0000000871002ffffffff8900000100 at 3F00/7FD0, Milenage'
prints '3F00 MF                   MF; delete child, .*, delete ADM1 \(2F06/14\)'
prints '    PIN1 \(01\) disabled, 3 of 3 tries'
prints '    7FD0 ADF.USIM             ADF a0000000871002ffffffff8900000100; .*'
prints '        6F07 EF.IMSI              transparent 9, SFI 07; read PIN1; update, deactivate, activate, delete ADM1 \(6F06/2\)'
prints '            080910100000000020'
prints '        6F46 EF.SPN               transparent 17; read always; .*'
prints '            0074696E79 FF\*12'
prints '        6F3B EF.FDN               linear fixed 20x26; .*'
prints '            20, empty'
exits 0 '' fs --card a.card --verbose
prints '            0074696E79FFFFFFFFFFFFFFFFFFFFFFFF'
prints '            20: F{52}'
aid=$("$softeuicc" profiles --card a.card | sed -n 's/^  89000101000000000010 .* //p')
exits 0 '' fs "$aid" ADF.ISIM --card a.card
prints "profile 89000101000000000010, disabled, $aid"
prints '        6F02 EF.IMPI              transparent 64, SFI 02; .*'
! grep -qE 'EF.IMSI|DF.TELECOM' out || wrong 'one directory: more than it was printed'
exits 0 '' fs 89000101000000000010 --card a.card
prints '  security domain  a000000151000000, personalized, keys 01 AES, 02 DES, 20 DES, 30 AES, TAR B20100, 000000'
prints '  remote files     a0000000090005ffffffff89b0001100, TAR B00011'
prints '    PIN1 \(01\) disabled, 3 of 3 tries, PUK 10 of 10'

# One file by path, by 7FFF and by name; a link; each kind of file.
for wanted in 3F00/7FD0/6F07 7FD0/6F07 7FFF/6F07 3f00/7fff/6f07 EF.IMSI imsi; do
    exits 0 '' fs $wanted --card a.card
    prints '            080910100000000020'
    [ "$(wc -l <out)" -eq 3 ] || wrong "$wanted: printed '$(cat out)'"
done
exits 0 '' fs 89000101000000000044 7FFF/6F70 --card a.card
prints '        6F70                      transparent 64, link to 3F00/7F66/6F01; .*'
exits 0 '' fs 89000101000000000044 7F66 --card a.card
prints '        6F02                      linear fixed 8x16, SFI 02; .*'
prints '            2: 7365636F6E64 FF\*10'
prints '            and 5 more'
prints '        6F03                      cyclic 4x3, SFI 03; .*'
prints '        6F04                      BER-TLV 512; read, update, .*, increase always \(6F06/1\)'
prints '            8004010203048103414243'

# Mistakes.
exits 1 '7FFF/6F99: the profile has no such file' fs 7FFF/6F99 --card a.card
exits 1 '89000101000000000077: no profile of this card' fs 89000101000000000077 --card a.card
exits 2 'EF.IMSI: expected the ICCID or the AID of a profile before the path' fs EF.IMSI 7FD0 --card a.card
exits 2 'was not expected' fs 89000101000000000010 EF.IMSI EF.UST --card a.card

# While the card is in use: a terminal reads the same, and a wrong PIN is seen at once.
"$softeuicc" run --card a.card --stdio --quiet >answers <<'APDUS' || wrong 'run'
00A4040410A0000000871002FFFFFFFF890000010000
0020000A083131313131313131
00B0870009
00A40004026F4600
APDUS
sed -n 2p answers | grep -qi '^63C2$' || wrong "the wrong ADM1: $(cat answers)"
read_imsi=$(sed -n 3p answers | tr 'A-F' 'a-f')
[ "$read_imsi" = 0809101000000000209000 ] || wrong "the card reads $read_imsi"
exits 0 '' fs --card a.card
prints '    ADM1 \(0A\) enabled, 2 of 3 tries'
"$softeuicc" run --card a.card --listen 127.0.0.1:0 >log 2>&1 &
daemon=$!
tries=0
until grep -q 127.0.0.1 log || [ $tries -ge 600 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
exits 0 '' fs 7FFF/6F07 --card a.card
prints '            080910100000000020'
kill "$daemon"
wait "$daemon" 2>/dev/null || :
daemon=

# No PIN, PUK or key value appears, however it is asked for.
for iccid in 10 28 36 44 51; do
    for option in --verbose --json; do
        exits 0 '' fs 890001010000000000$iccid --card a.card $option
        for secret in 465B5CE8B199B49FAA5F0A2EE238A6BC CD63CB71954A9F4E48A5994E37A02BAF 0396EB317B6D1C36F19C1C84CD6FFD16 \
            ABABABABABABABABABABABABABABABAB 000102030405060708090A0B0C0D0E0F 202122232425262728292A2B2C2D2E2F \
            30303030FFFFFFFF 3132333435363738 3838383838383838; do
            ! grep -qi "$secret" out || wrong "$iccid $option: tells $secret"
        done
    done
done

for iccid in 10 36 44; do
    exits 0 '' fs 890001010000000000$iccid --card a.card --json
    mv out $iccid.json
done
python3 - 10.json 36.json 44.json <<'PYTHON' || wrong 'fs --json'
import json, sys
operational, tuak, test = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:])

def files(profile):
    return {f["path"]: f for f in profile["files"]}

for profile in (operational, tuak, test):
    paths = [f["path"] for f in profile["files"]]
    assert paths[0] == "3F00" and paths == sorted(paths) and len(set(paths)) == len(paths)
    for path, f in files(profile).items():
        parent = files(profile)[path.rpartition("/")[0]] if "/" in path else None
        assert parent is None or parent["type"] in ("MF", "DF", "ADF"), path
        assert f["access"] and f["state"] == "activated", f
        if f["type"] in ("MF", "DF", "ADF"):
            assert "content" not in f
        elif f["type"] != "BER-TLV":
            assert len(bytes.fromhex(f["content"])) == f["size"], f
        if "records" in f:
            assert f["records"] * f["recordLength"] == f["size"], f
assert operational["isdpAid"] != tuak["isdpAid"]
iccid = files(operational)["3F00/2FE2"]
assert iccid["name"] == "EF.ICCID" and iccid["content"] == "98001010000000000001"
assert iccid["access"] == "read always, update never, deactivate ADM1, activate ADM1, delete never", iccid
assert files(operational)["3F00/7FD0/6F38"]["content"] == "020A1C0C23360400400110040000000600"
pins = files(operational)["3F00/7FD0"]["pins"]
assert pins == files(operational)["3F00/7FB0"]["pins"], pins  # the ISIM shares them
assert pins[0]["name"] == "PIN2" and pins[0]["triesLeft"] == 3 and pins[0]["pukTries"] == 10
assert files(tuak)["3F00/7FD0/5FC0/4F0B"]["name"] == "EF.URSP"
assert files(tuak)["3F00/7FD0/5FD0/4F01"]["content"].startswith("A00401010202A14B80011B8120")
assert "3F00/7FD0/6F3B" not in files(tuak)  # doNotCreate
assert [a["algorithm"] for a in tuak["applications"]] == ["TUAK", "TUAK"]
link, target = files(test)["3F00/7FD0/6F70"], files(test)["3F00/7F66/6F01"]
assert link["link"] == target["path"] and link["content"] == target["content"]
assert files(test)["3F00"]["pins"][0]["enabled"] is True
# Every file of the USIM template and of the others has a name.
unnamed = [f["path"] for p in (operational, tuak) for f in p["files"] if "name" not in f]
assert not unnamed, unnamed
PYTHON

# A phone book's files are what its EF.PBR says (TS 31.102 4.4.2.1), not what their identifiers often mean.
"$softeuicc" create --card book.card >/dev/null
"$install" "$profiles/operational.der" --card book.card --enable >/dev/null
exits 0 '' fs 7F10/5F3A --card book.card
prints '            4F38 EF.EXT1              linear fixed .*'
prints '            4F58 EF.ADN               linear fixed .*'
"$softeuicc" run --card book.card --stdio --quiet >answers <<'APDUS' || wrong 'run'
0020000A083838383838383838
00A40804067F105F3A4F30
00DC010410A804C0024F38AA05CA034F5801FFFFFF
APDUS
exits 0 '' fs 7F10/5F3A --card book.card
prints '            4F38 EF.ADN               linear fixed .*'
prints '            4F58 EF.EMAIL             linear fixed .*'
exits 0 '' fs EF.ADN --card book.card
prints '            4F38 EF.ADN               linear fixed .*'
"$softeuicc" run --card book.card --stdio --quiet >answers <<'APDUS' || wrong 'run'
0020000A083838383838383838
00A40804067F105F3A4F30
00DC010410FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF
APDUS
exits 0 '' fs 7F10/5F3A --card book.card
prints '            4F38                      linear fixed .*'
prints '            4F22 EF.PSC               transparent .*'

# A card of version 1 has the package, not what it becomes, in a file of version 1, without digests: whoever only looks sees that too, and the file stays as it is.
"$softeuicc" create --card old.card >/dev/null
"$install" "$profiles/operational.der" --card old.card --enable >/dev/null
exits 0 '' fs --card old.card
mv out today
python3 - old.card "$profiles/operational.der" <<'PYTHON'
import sqlite3, sys
card = sqlite3.connect(sys.argv[1])
name, key = card.execute("SELECT card, key FROM store WHERE key LIKE 'isdp/%/meta'").fetchone()
card.executescript("""ALTER TABLE store RENAME TO newer; DROP TABLE total;
    CREATE TABLE IF NOT EXISTS store (card TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (card, key)) WITHOUT ROWID;
    INSERT INTO store SELECT card, key, value FROM newer; DROP TABLE newer; PRAGMA user_version = 1;""")
card.execute("DELETE FROM store WHERE key LIKE 'isdp/%' AND key <> ?", (key,))
package = open(sys.argv[2], "rb").read()
card.execute("INSERT INTO store VALUES (?, ?, ?)", (name, key.replace("/meta", "/package"), package))
card.execute("UPDATE store SET value = x'31' WHERE key = 'card/version'")
card.commit()
card.close()
PYTHON
before=$(cksum <old.card)
exits 0 '' fs --card old.card
cmp -s out today || wrong "a card of version 1: $(diff out today | head -5)"
exits 0 '' info --card old.card
prints 'profiles        1'
exits 0 '' profiles --card old.card
exits 0 '' notifications --card old.card
exits 0 '' check --card old.card
prints 'old.card: good, 1 card, [0-9]+ keys, [0-9]+ bytes; a file of version 1 has no digests, .*'
[ "$before" = "$(cksum <old.card)" ] || wrong 'looking at a card of version 1 changed its file'
"$softeuicc" run --card old.card --stdio --quiet </dev/null || wrong 'run on a card of version 1'
exits 0 '' check --card old.card
prints 'old.card: good, 1 card, [0-9]+ keys, [0-9]+ bytes'
exits 0 '' fs --card old.card
cmp -s out today || wrong "a card of version 1, brought up: $(diff out today | head -5)"

# A file that is whole, and one in which a value was changed.
exits 0 '' check --card a.card
prints 'a.card: good, 1 card, [0-9]+ keys, [0-9]+ bytes'
exits 0 '' check --card a.card --json
grep -qE '^\{"card_file":"a.card","good":true,"version":2,"cards":1,"keys":[0-9]+,"bytes":[0-9]+\}$' out || wrong "$(cat out)"
python3 -c "
import sqlite3
card = sqlite3.connect('a.card')
card.execute(\"UPDATE store SET value = x'00' WHERE key = 'card/eid'\").connection.commit()"
for command in check info 'reset --yes'; do
    exits 1 'a.card: is damaged: the value of card/eid does not match its digest' $command --card a.card
done

[ $failures -eq 0 ] || exit 1
echo 'softeuicc fs: all checks passed'

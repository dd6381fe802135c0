/* Files of templates in a profile package: each rule of SAIP 8.3.2, 8.3.3 and 9.1 with the record that it leads to, or
 * with PEStatus, place and reason of its violation. */
#include "saip_files.h"

#define START FILES_HEADER FILES_MF FILES_USIM
/* One EF of OPT-USIM: LI (member 2: T6, access rule 1, SFI 2), GID1 (5: T8, 2), ACM (4: C1x3, 7, high update), MSISDN
 * (7: L1x24, 2), EXT2 (12: L10x13, 00FF..), PLMNwAcT (15: T40, FFFFFF0000.., SFI 0A), IMSConfigData (BF51: B) */
#define LI(items) OPT_USIM("A2{" items "}")
#define GID1(items) OPT_USIM("A5{" items "}")
#define CYCLIC(items) OPT_USIM("A4{" items "}")
#define EXT2(items) OPT_USIM("AC{" items "}")
#define OBJECTS(items) ELEMENT("B4", "0502", "BF51{" items "}")
#define T(fid, rule, size, sfi, rest) "62{82{4121} 83{" fid "} 8A{05} 8B{6F06" rule "} 80{" size "} " sfi rest "} "
#define NO_WARNING NULL
#define NO_ADDITION NULL

/* ---- what files become ---- */

#define LEFT_OUT "package_default_files = no\npackage_leave_out_services = yes"

static const struct installed installed[] = {
    /* all from the template: geometry, fill, access rule, short identifier, special information */
    {LI(""), "7FD06F05", T("6F05", "01", "00000006", "88{02} ", "A5{}") "FF*6", NULL, NULL},
    {CYCLIC(""), "7FD06F39", "62{82{4621000301} 83{6F39} 8A{05} 8B{6F0607} 80{00000003} A5{C0{80}}} 00*3", NULL, NULL},
    {EXT2(""), "7FD06F4B",
     "62{82{4221000D0A} 83{6F4B} 8A{05} 8B{6F0608} 80{00000082} A5{}} "
     "00FFFFFFFFFFFFFFFFFFFFFFFF*10",
     NULL, NULL},
    /* each member of Fcp takes the place of the template's */
    {LI("A1{80{03}}"), "7FD06F05", T("6F05", "01", "00000003", "88{02} ", "A5{}") "FF*3", NULL, NULL},
    {LI("A1{80{0003}}"), "7FD06F05", T("6F05", "01", "00000003", "88{02} ", "A5{}") "FF*3", NULL, NULL},
    {LI("A1{83{6F99}}"), "7FD06F99", T("6F99", "01", "00000006", "88{02} ", "A5{}") "FF*6", NULL, NULL},
    {LI("A1{8B{0C}}"), "7FD06F05", T("6F05", "0C", "00000006", "88{02} ", "A5{}") "FF*6", NULL, NULL},
    {LI("A1{8B{2F0603}}"), "7FD06F05", "62{82{4121} 83{6F05} 8A{05} 8B{2F0603} 80{00000006} 88{02} A5{}} FF*6", NULL,
     NULL},
    {LI("A1{88{38}}"), "7FD06F05", T("6F05", "01", "00000006", "88{07} ", "A5{}") "FF*6", NULL, NULL},
    {LI("A1{88{}}"), "7FD06F05", T("6F05", "01", "00000006", "", "A5{}") "FF*6", NULL, NULL},
    {LI("A1{A5{C0{40}}}"), "7FD06F05", T("6F05", "01", "00000006", "88{02} ", "A5{C0{40}}") "FF*6", NULL, NULL},
    {CYCLIC("A1{A5{C0{00}}}"), "7FD06F39", "62{82{4621000301} 83{6F39} 8A{05} 8B{6F0607} 80{00000003} A5{}} 00*3", NULL,
     NULL},
    {LI("A1{8A{04}}"), "7FD06F05", "62{82{4121} 83{6F05} 8A{04} 8B{6F0601} 80{00000006} 88{02} A5{}} FF*6", NULL, NULL},
    {LI("A1{8A{06}}"), "7FD06F05", "62{82{4121} 83{6F05} 8A{04} 8B{6F0601} 80{00000006} 88{02} A5{}} FF*6", NULL, NULL},
    {LI("A1{8A{03}}"), "7FD06F05", "62{82{4121} 83{6F05} 8A{03} 8B{6F0601} 80{00000006} 88{02} A5{}} FF*6", NULL, NULL},
    {LI("A1{82{0121}}"), "7FD06F05", "62{82{0121} 83{6F05} 8A{05} 8B{6F0601} 80{00000006} 88{02} A5{}} FF*6", NULL,
     NULL},
    /* members in any order */
    {LI("A1{8B{0C} 80{02} 82{4121}}"), "7FD06F05", T("6F05", "0C", "00000002", "88{02} ", "A5{}") "FF*2", NULL, NULL},
    /* another kind of file than the template's: nothing of its geometry counts */
    {LI("A1{82{42210002} 80{04}}"), "7FD06F05",
     "62{82{4221000202} 83{6F05} 8A{05} 8B{6F0601} 80{00000004} 88{02} A5{}} FF*4", NULL, NULL},
    /* record lengths of one byte, and of none: the template's */
    {EXT2("A1{82{422102} 80{06}}"), "7FD06F4B",
     "62{82{4221000203} 83{6F4B} 8A{05} 8B{6F0608} 80{00000006} A5{}} 00FF*3", NULL, NULL},
    {EXT2("A1{82{4221} 80{1A}}"), "7FD06F4B",
     "62{82{4221000D02} 83{6F4B} 8A{05} 8B{6F0608} 80{0000001A} A5{}} 00FFFFFFFFFFFFFFFFFFFFFFFF*2", NULL, NULL},
    {EXT2("A1{82{42210004}}"), "7FD06F4B",
     "62{82{422100040A} 83{6F4B} 8A{05} 8B{6F0608} 80{00000028} A5{}} 00FFFFFF*10", NULL, NULL},
    /* fill patterns: the last byte again, or the whole again; per record; instead of the template's */
    {LI("A1{A5{C1{0102}}}"), "7FD06F05", T("6F05", "01", "00000006", "88{02} ", "A5{}") "010202020202", NULL, NULL},
    {LI("A1{A5{C2{0102030405}}}"), "7FD06F05", T("6F05", "01", "00000006", "88{02} ", "A5{}") "010203040501", NULL,
     NULL},
    {LI("A1{A5{C1{01020304050607}}}"), "7FD06F05", T("6F05", "01", "00000006", "88{02} ", "A5{}") "010203040506", NULL,
     NULL},
    {EXT2("A1{82{42210003} 80{06} A5{C1{AABB}}}"), "7FD06F4B",
     "62{82{4221000302} 83{6F4B} 8A{05} 8B{6F0608} 80{00000006} A5{}} AABBBB*2", NULL, NULL},
    {EXT2("A1{82{42210003} 80{06} A5{C2{AABB}}}"), "7FD06F4B",
     "62{82{4221000302} 83{6F4B} 8A{05} 8B{6F0608} 80{00000006} A5{}} AABBAA*2", NULL, NULL},
    /* content: linear across records, offsets from the last write */
    {GID1("83{0102}"), "7FD06F3E", T("6F3E", "02", "00000008", "", "A5{}") "0102 FF*6", NULL, NULL},
    {GID1("82{02} 83{0102} 82{01} 83{03}"), "7FD06F3E", T("6F3E", "02", "00000008", "", "A5{}") "FFFF0102FF03FFFF",
     NULL, NULL},
    {GID1("83{0102030405060708}"), "7FD06F3E", T("6F3E", "02", "00000008", "", "A5{}") "0102030405060708", NULL, NULL},
    {GID1("83{} 82{00} 83{01} 82{00FFFF}"), "7FD06F3E", T("6F3E", "02", "00000008", "", "A5{}") "01 FF*7", NULL, NULL},
    {EXT2("A1{82{42210004} 80{0C}} 83{A1A2} 82{02} 83{B1B2B3B4C1}"), "7FD06F4B",
     "62{82{4221000403} 83{6F4B} 8A{05} 8B{6F0608} 80{0000000C} A5{}} A1A2FFFF B1B2B3B4 C1FFFFFF", NULL, NULL},
    /* cyclic: the first that is written is record 1 */
    {CYCLIC("A1{82{46210002} 80{06}} 83{0A01 0A02}"), "7FD06F39",
     "62{82{4621000203} 83{6F39} 8A{05} 8B{6F0607} 80{00000006} A5{C0{80}}} 0A01 0A02 0000", NULL, NULL},
    /* several files in one member: the second needs its own identifier and has no short one by default */
    {LI("83{01} A1{83{6F99} 88{28}} 83{02}"), "7FD06F99", T("6F99", "01", "00000006", "88{05} ", "A5{}") "02 FF*5",
     NULL, NULL},
    {LI("A1{} 83{01} A1{83{6F99}} 83{02}"), "7FD06F99", T("6F99", "01", "00000006", "", "A5{}") "02 FF*5", NULL, NULL},
    {LI("A1{} 83{01} A1{83{6F99}} 83{02}"), "7FD06F05", T("6F05", "01", "00000006", "88{02} ", "A5{}") "01 FF*5", NULL,
     NULL},
    /* BER-TLV: a list of data objects in pieces; sizes in one member or the other */
    {OBJECTS("A1{80{10}} 83{8002} 83{AABB}"), "7FD06FF8",
     "62{82{7921} 83{6FF8} 8A{05} 8B{6F0602} 80{00000010} A5{84{01}}} 00000004 8002AABB 00*12", NULL, NULL},
    {OBJECTS("A1{A5{86{0400} 84{00}}}"), "7FD06FF8",
     "62{82{7921} 83{6FF8} 8A{05} 8B{6F0602} 80{00000000} A5{84{00} 86{00000400}}} 00000000 00*1024", NULL, NULL},
    {OBJECTS("A1{80{04} A5{86{06}}} 83{8004AABBCCDD}"), "7FD06FF8",
     "62{82{7921} 83{6FF8} 8A{05} 8B{6F0602} 80{00000004} A5{84{01} 86{00000006}}} 00000006 8004AABBCCDD", NULL, NULL},
    /* links: rule, short identifier and life cycle of their own, everything else the target's */
    {LI("83{31}") "B4{A0{80{} 81{51}} 81{67810F010205} A5{A1{8B{0C} 88{F0} 8A{04} C7{7FD06F05}}}} ", "7FD06F3E",
     "62{82{4121} 83{6F3E} 8A{04} 8B{6F060C} D2{7FD06F05} 88{1E}}", NULL, NULL},
    {"B4{A0{80{} 81{51}} 81{67810F010205} A5{A1{C7{7FD06F40}}} A7{}} ", "7FD06F3E",
     "62{82{4121} 83{6F3E} 8A{05} 8B{6F0602} D2{7FD06F40}}", NULL, NULL}, /* the target comes later */
    {"B4{A0{80{} 81{51}} 81{67810F010205} A2{} A5{A1{C7{3F007FD06F05}}}} ", "7FD06F3E",
     "62{82{4121} 83{6F3E} 8A{05} 8B{6F0602} D2{7FD06F05}}", NULL, NULL},
    /* a link to a link is one to its target */
    {"B4{A0{80{} 81{51}} 81{67810F010205} A2{} A5{A1{C7{7FD06F05}}} A6{A1{C7{7FD06F3E}}}} ", "7FD06F3F",
     "62{82{4121} 83{6F3F} 8A{05} 8B{6F0602} D2{7FD06F05}}", NULL, NULL},
    /* the target's kind is the link's, whatever the template says */
    {"B4{A0{80{} 81{51}} 81{67810F010205} A5{A1{C7{7FD06F40}}} A7{}} ", "7FD06F40",
     "62{82{4221001801} 83{6F40} 8A{05} 8B{6F0602} 80{00000018} A5{}} FF*24", NULL, NULL},
    {"B4{A0{80{} 81{51}} 81{67810F010205} A4{} A5{A1{C7{7FD06F39}}}} ", "7FD06F3E",
     "62{82{4621} 83{6F3E} 8A{05} 8B{6F0602} D2{7FD06F39}}", NULL, NULL},
    /* content of a link goes into the file that it is a link to */
    {"B4{A0{80{} 81{51}} 81{67810F010205} A2{} A5{A1{C7{7FD06F05}} 82{01} 83{AA}}} ", "7FD06F05",
     T("6F05", "01", "00000006", "88{02} ", "A5{}") "FFAAFFFFFFFF", NULL, NULL},
    /* an empty path is no link */
    {GID1("A1{C7{}} 83{01}"), "7FD06F3E", T("6F3E", "02", "00000008", "", "A5{}") "01 FF*7", NULL, NULL},
    /* linked directories */
    {TELECOM("AF{A1{C6{}}}") "B7{A0{80{} 81{51}} 81{67810F010206} A2{A1{C7{7F105F3A}}}} ", "7FD05F3A",
     "62{82{7821} 83{5F3A} 8A{05} 8B{6F060E} D2{7F105F3A}}", NULL, NULL},
    {"B2{A0{80{} 81{4F}} 81{67810F010203} A2{A1{C6{}}} A3{" ARR "} AF{A1{C6{}}}} "
     "B7{A0{80{} 81{50}} 81{67810F010206} A2{A1{C7{7F105F3A}}} A7{}} ",
     "7F105F3A4F22", "62{82{4121} 83{4F22} 8A{05} 8B{6F0605} 80{00000004} A5{}} 00*4", NULL, NULL},
    /* directories: the PIN status, an AID, access rules of the MF for what lies below it */
    {TELECOM(""), "7F10", "62{82{7821} 83{7F10} 8A{05} 8B{2F060E} C6{}}", NULL, NULL},
    {TELECOM("A9{A1{83{5F51} C6{}}}"), "7F105F51", "62{82{7821} 83{5F51} 8A{05} 8B{6F060E} C6{}}", NULL, NULL},
    {"", "7FD0", "62{82{7821} 83{7FD0} 8A{05} 8B{2F060E} 84{" FILES_USIM_AID "} C6{} D1{176F06}}", NULL, NULL},
    {"", "", "62{82{7821} 83{3F00} 8A{05} 8B{2F060E} C6{}}", NULL, NULL},
    /* what may not be there is left out, with one warning an element */
    {LI("A1{84{" FILES_USIM_AID "} C6{01}} 83{01}"), "7FD06F05",
     T("6F05", "01", "00000006", "88{02} ", "A5{}") "01 FF*5", "30{80{06} 81{50}}", NULL},
    {ELEMENT("B1", "02", "A2{A1{82{7821} 80{05} 88{08} A5{C0{80}} C6{}}}"), "7F11",
     "62{82{7821} 83{7F11} 8A{05} 8B{2F060E} C6{}}", "30{80{06} 81{50}}", NULL},
    /* unknown members of an element that is not mandated are left out */
    {OPTIONAL_ELEMENT("B4", "05", "A2{A1{99{01} A5{99{}}} 83{01} 84{}}"), "7FD06F05",
     T("6F05", "01", "00000006", "88{02} ", "A5{}") "01 FF*5", "30{80{06} 81{50}}", NULL},
    {OPTIONAL_ELEMENT("B4", "05", "A2{} BF7F{} 04{}"), "7FD06F05",
     T("6F05", "01", "00000006", "88{02} ", "A5{}") "FF*6", "30{80{06} 81{50}}", NULL},
    /* an element that is not mandated goes as a whole, and what it said about directories too */
    {OPTIONAL_ELEMENT("B4", "05", "A2{} A5{83{00*9}}"), "7FD06F05", NULL, "30{80{03} 81{50}}", NULL},
    {OPTIONAL_ELEMENT("B4", "0507", "A2{}"), "7FD06F05", NULL, "30{80{09} 81{50}}", NULL},
    {OPTIONAL_ELEMENT("BF20", "11", ""), "7FD06F05", NULL, "30{80{09} 81{50}}", NULL},
    {OPTIONAL_ELEMENT("B5", "08", "A2{A1{83{7FB0} 84{A0000000871004} C6{}}} A3{83{01}}"), "7FB0", NULL,
     "30{80{03} 81{50}}", NULL},
    /* the dangling rule of a file that is gone with its element does not count */
    {OPTIONAL_ELEMENT("B4", "05", "A2{A1{8B{630F01}}} A5{83{00*9}}"), "7FD06F05", NULL, "30{80{03} 81{50}}", NULL},
    /* services that the card lacks, if its personality leaves their files out */
    {OPT_USIM("A5{} BF37{A1{80{05}} 83{01}}"), "7FD06FD6", NULL, "30{80{0A} 81{50} 82{01}}", LEFT_OUT},
    {OPT_USIM("BF38{} BF39{}"), "7FD06FD7", NULL, "30{80{0A} 81{50} 82{02}}", LEFT_OUT},
    {OPT_USIM("BF37{} BF38{} BF3B{} BF3E{}"), "7FD06FD7", NULL,
     "30{80{0A} 81{50} 82{01}} 30{80{0A} 81{50} 82{02}} 30{80{0A} 81{50} 82{01}}", LEFT_OUT},
    {OPT_USIM("BF37{A1{80{05}} 83{01}}"), "7FD06FD6", T("6FD6", "05", "00000005", "", "A5{}") "01 FF*4", NULL,
     LEFT_OUT "\nuicc_capability = usim gbaUsim"},
    {OPT_USIM("BF37{A1{80{05}} 83{01}}"), "7FD06FD6", T("6FD6", "05", "00000005", "", "A5{}") "01 FF*4", NULL,
     "package_default_files = no\npackage_leave_out_services = no"},
    /* doNotCreate; it says nothing about the MF's files */
    {"B5{A0{80{} 81{50}} 81{67810F010208} A2{A1{83{7FB0} 84{A0000000871004} C6{}}} A7{80{}}} ", "7FB06FAD", NULL, NULL,
     "package_default_files = yes\npackage_rules_must_exist = no"},
    {OPT_USIM("A2{80{}}"), "7FD06F05", NULL, "30{80{06} 81{50}}", NULL},
    /* the files that the element does not list */
    {"B5{A0{80{} 81{50}} 81{67810F010208} A2{A1{83{7FB0} 84{A0000000871004} C6{}}} A8{" ARR "}} ", "7FB06FAD",
     "62{82{4121} 83{6FAD} 8A{05} 8B{6F060A} 80{00000003} 88{03} A5{}} 00*3", NULL, ""},
    {"B5{A0{80{} 81{50}} 81{67810F010208} A2{A1{83{7FB0} 84{A0000000871004} C6{}}} A8{" ARR "}} ", "7FB06FAD", NULL,
     NULL, "package_default_files = no"},
    {"B5{A0{80{} 81{50}} 81{67810F010208} A2{A1{83{7FB0} 84{A0000000871004} C6{}}} A8{" ARR "}} ", "7FB06F07", NULL,
     NULL, ""},                                     /* content required */
    {OPT_USIM("A5{}"), "7FD06F05", NULL, NULL, ""}, /* not created by default */
    {"", "2F05", "62{82{4121} 83{2F05} 8A{05} 8B{2F0601} 80{00000002} 88{05} A5{}} FFFF", NULL, ""},
    {"", "7FD06F46", NULL, NULL, ""},
    /* the card insists on access rules only if its personality does */
    {LI("A1{8B{630F01}}"), "7FD06F05", "62{82{4121} 83{6F05} 8A{05} 8B{630F01} 80{00000006} 88{02} A5{}} FF*6", NULL,
     "package_default_files = no\npackage_rules_must_exist = no"},
    /* the access rules of a directory above */
    {ELEMENT("B8", "07", "A2{A1{C6{}}} A6{}"), "7FD05F3B4F64",
     "62{82{4121} 83{4F64} 8A{05} 8B{6F0602} 80{00000001} A5{}} 00", NULL, NULL},
    /* several network access applications of a kind: later elements belong to the last */
    {"B3{A0{80{} 81{50}} 81{67810F010204} A2{A1{83{7FD1} 84{A0000000871002EE} C6{}}} A4{" ARR
     "}} B4{A0{80{} 81{51}} 81{67810F010205} A2{}} ",
     "7FD16F05", T("6F05", "01", "00000006", "88{02} ", "A5{}") "FF*6", NULL, NULL},
};

START_TEST(test_installed)
{
    assert_installed(START, &installed[_i]);
}
END_TEST

/* ---- what is refused ---- */

static const struct refusal refused[] = {
    /* templateID */
    {"B4{A0{80{} 81{50}} ^} ", 5, 0x50, "templateID", "none", NULL},
    {"B4{A0{80{} 81{50}} ^82{00}} ", 5, 0x50, "templateID", "none", NULL},
    {"B4{A0{80{} 81{50}} ^81{67810F010215}} ", 9, 0x50, "known file system templates", "another", NULL},
    {"B4{A0{80{} 81{50}} ^81{67810F01020504}} ", 9, 0x50, "known file system templates", "another", NULL},
    {"B4{A0{80{} 81{50}} ^81{67810F010204}} ", 3, 0x50, "a template of this element", "another element", NULL},
    {"BF20{A0{80{} 81{50}} ^81{67810F010211}} ", 9, 0x50, "known file system templates", "another", NULL},
    /* members in order */
    {OPT_USIM("A5{} ^A2{}"), 5, 0x50, "members of the element in order", "misplaced", NULL},
    {OPT_USIM("A5{} ^A5{}"), 5, 0x50, "members of the element in order", "misplaced", NULL},
    {OPT_USIM("A5{} ^BF58{}"), 6, 0x50, "members that this card knows", "unknown", NULL},
    {OPT_USIM("A5{} ^85{}"), 6, 0x50, "members that this card knows", "unknown", NULL},
    {LI("^84{}"), 6, 0x50, "members that this card knows", "unknown", NULL},
    {LI("A1{^99{}}"), 6, 0x50, "members that this card knows", "unknown", NULL},
    {LI("A1{A5{C0{80} ^99{}}}"), 6, 0x50, "members that this card knows", "unknown", NULL},
    /* Fcp */
    {LI("A1{80{06} ^80{06}}"), 3, 0x50, "each member of an Fcp once", "efFileSize", NULL},
    {LI("A1{^82{41}}"), 3, 0x50, "fileDescriptor of 2 to 4 bytes", "another size", NULL},
    {LI("A1{^82{4121000101}}"), 3, 0x50, "fileDescriptor of 2 to 4 bytes", "another size", NULL},
    {LI("A1{^82{0921}}"), 3, 0x50, "the descriptor of an EF", "ef-li", NULL},
    {LI("A1{^82{7821}}"), 3, 0x50, "the descriptor of an EF", "ef-li", NULL},
    {LI("A1{^83{6F0501}}"), 3, 0x50, "fileID of 2 to 2 bytes", "another size", NULL},
    {LI("A1{^83{3F00}}"), 3, 0x50, "file identifier that is not reserved", "one that is", NULL},
    {LI("A1{^83{3FFF}}"), 3, 0x50, "file identifier that is not reserved", "one that is", NULL},
    {LI("A1{^83{7FFF}}"), 3, 0x50, "file identifier that is not reserved", "one that is", NULL},
    {LI("A1{^83{FFFF}}"), 3, 0x50, "file identifier that is not reserved", "one that is", NULL},
    {TELECOM("A9{A1{^83{7FF3} C6{}}}"), 3, 0x50, "file identifier that is not reserved", "one that is", NULL},
    {LI("A1{^8A{00}}"), 3, 0x50, "lcsi", "another one", NULL},
    {LI("A1{^8A{0C}}"), 3, 0x50, "lcsi", "another one", NULL},
    {LI("A1{^8B{6F06}}"), 3, 0x50, "securityAttributesReferenced of 1 or 3 bytes", "2", NULL},
    {LI("A1{^8B{}}"), 3, 0x50, "securityAttributesReferenced of 1 to 3 bytes", "another size", NULL},
    {LI("A1{^88{0800}}"), 3, 0x50, "shortEFID of 0 to 1 bytes", "another size", NULL},
    {LI("A1{^88{09}}"), 3, 0x50, "shortEFID of 1 to 30", "another one", NULL},
    {LI("A1{^88{00}}"), 3, 0x50, "shortEFID of 1 to 30", "another one", NULL},
    {LI("A1{^88{F8}}"), 3, 0x50, "shortEFID of 1 to 30", "another one", NULL},
    {LI("A1{^88{B8}}"), 3, 0x50, "each short identifier of a directory once", "one again", NULL}, /* EF.ARR: 17 */
    {LI("A1{^C7{7F}}"), 3, 0x50, "linkPath of file identifiers", "other bytes", NULL},
    {LI("A1{^C7{7FD06F056F056F056F05}}"), 3, 0x50, "linkPath of 0 to 8 bytes", "another size", NULL},
    {LI("A1{A5{^C1{}}}"), 3, 0x50, "fillPattern of 1 to 200 bytes", "another size", NULL},
    {LI("A1{A5{^C2{00*201}}}"), 3, 0x50, "repeatPattern of 1 to 200 bytes", "another size", NULL},
    {LI("A1{A5{C1{00} ^C2{00}}}"), 3, 0x50, "one pattern", "fillPattern and repeatPattern", NULL},
    /* sizes */
    {OPT_USIM("BF35{^A1{}}"), 3, 0x50, "efFileSize", "none by default", NULL},
    {OPT_USIM("^BF35{}"), 3, 0x50, "efFileSize", "none by default", NULL},
    {OPT_USIM("BF32{^A1{82{42210004}}}"), 3, 0x50, "efFileSize and record length", "none by default", NULL},
    {OPT_USIM("BF32{^A1{80{04}}}"), 3, 0x50, "a record length", "none", NULL},
    {EXT2("A1{82{42210003} ^80{04}}"), 3, 0x50, "efFileSize of whole records", "another size", NULL},
    {EXT2("A1{82{42210003} ^80{00}}"), 3, 0x50, "1 to 254 records", "another number", NULL},
    {EXT2("A1{82{42210001} ^80{00FF}}"), 3, 0x50, "1 to 254 records", "another number", NULL},
    {EXT2("A1{^82{42210100} 80{0200}}"), 3, 0x50, "records of 1 to 255 bytes", "another length", NULL},
    {LI("A1{^80{010000}}"), 3, 0x50, "at most 65535 bytes", "more", NULL},
    {LI("A1{^80{7FFFFFFFFF}}"), 3, 0x50, "at most 65535 bytes", "more", NULL},
    {LI("A1{^80{}}"), 3, 0x50, "efFileSize of 1 to 5 bytes", "another size", NULL},
    {OBJECTS("^A1{}"), 3, 0x50, "efFileSize or maximumFileSize", "neither", NULL},
    {OBJECTS("A1{80{05} A5{^86{04}}}"), 3, 0x50, "maximumFileSize of at least efFileSize", "less", NULL},
    {OBJECTS("A1{^80{0100000000}}"), 3, 0x50, "sizes of 4 bytes", "more", NULL},
    /* content */
    {LI("83{010203} ^83{01020304}"), 3, 0x50, "content that fits", "more", NULL},
    {LI("82{05} ^83{0102}"), 3, 0x50, "content that fits", "more", NULL},
    {LI("82{00FFFF} 82{00FFFF} ^83{01}"), 3, 0x50, "content that fits", "more", NULL},
    {LI("^82{010000}"), 3, 0x50, "fillFileOffset of 0 to 65535", "another number", NULL},
    {LI("^82{FF}"), 3, 0x50, "fillFileOffset of 0 to 65535", "another number", NULL},
    {LI("^82{}"), 3, 0x50, "fillFileOffset of 0 to 65535", "another number", NULL},
    {OBJECTS("A1{80{04}} 83{8001AA} ^83{8100}"), 3, 0x50, "content that fits", "more", NULL},
    {OBJECTS("A1{80{14}} ^82{01}"), 3, 0x50, "no fillFileOffset in a BER-TLV file", "one", NULL},
    {OBJECTS("^A1{80{14}} 83{8005AA}"), 3, 0x50, "BER-TLV data objects", "other bytes", NULL},
    {OBJECTS("^A1{80{14}}"), 10, 0x50, "no BER-TLV files", "one", "package_default_files = no\nuicc_capability = usim"},
    /* doNotCreate */
    {LI("^80{} 83{01}"), 3, 0x50, "doNotCreate alone", "something else", NULL},
    {LI("^80{} 80{}"), 3, 0x50, "doNotCreate alone", "something else", NULL},
    /* directories */
    {ELEMENT("B1", "02", "^A2{}"), 3, 0x50, "pinStatusTemplateDO", "a file without it", NULL},
    {ELEMENT("B1", "02", "A2{^A1{8B{01}}}"), 3, 0x50, "pinStatusTemplateDO", "a file without it", NULL},
    {ELEMENT("B1", "02", "A2{A1{C6{}} ^A1{83{7F12} C6{}}}"), 3, 0x50, "one directory a member", "a second", NULL},
    {ELEMENT("B1", "02", "A2{A1{C6{}} ^83{01}}"), 3, 0x50, "an EF to write into", "none", NULL},
    {ELEMENT("B1", "02", "^A3{}"), 3, 0x50, "a directory for the file", "none", NULL},
    {ELEMENT("BC", "0D", "^A8{}"), 3, 0x50, "a directory for the file", "none", NULL},
    /* files that are there */
    {LI("A1{} ^A1{80{06}}"), 3, 0x50, "fileID", "none by default", NULL},
    {LI("A1{} A1{^83{6F05}}"), 3, 0x50, "a file that is not there yet", "fs/3F00/7FD0/6F05", NULL},
    {LI("") "B4{A0{80{} 81{51}} 81{67810F010205} ^A2{}} ", 3, 0x51, "a file that is not there yet", "7FD0/6F05", NULL},
    /* network access applications */
    {"^B3{A0{80{} 81{50}} 81{67810F010204}} ", 3, 0x50, "adf-usim", "does not list it", NULL},
    {"B3{A0{80{} 81{50}} 81{67810F010204} A2{^A1{84{A0000000871002EE} C6{}}}} ", 3, 0x50, "fileID", "without it", NULL},
    {"B3{A0{80{} 81{50}} 81{67810F010204} A2{^A1{83{7FD1} C6{}}}} ", 3, 0x50, "dfName", "without it", NULL},
    {"B3{A0{80{} 81{50}} 81{67810F010204} A2{^A1{83{7FD1} 84{A0000000871002EE}}}} ", 3, 0x50, "pinStatusTemplateDO",
     "without it", NULL},
    {"B3{A0{80{} 81{50}} 81{67810F010204} A2{A1{83{7FD1} ^84{A0000000} C6{}}}} ", 3, 0x50, "dfName of 5 to 16",
     "another size", NULL},
    {"B3{A0{80{} 81{50}} 81{67810F010204} A2{A1{83{7FD1} ^84{00*17} C6{}}}} ", 3, 0x50, "dfName of 5 to 16",
     "another size", NULL},
    {"B3{A0{80{} 81{50}} 81{67810F010204} A2{A1{83{7FD1} ^84{" FILES_USIM_AID "} C6{}}}} ", 3, 0x50, "each AID once",
     "one again", NULL},
    {"B3{A0{80{} 81{50}} 81{67810F010204} A2{A1{83{7FD1} ^84{A0000005591010FFFFFFFF8900000100} C6{}}}} ", 3, 0x50,
     "not the eUICC's own", "one that is", NULL},
    {"B3{A0{80{} 81{50}} 81{67810F010204} A2{A1{83{7FD1} ^84{A0000005591010FFFFFFFF8900000200} C6{}}}} ", 3, 0x50,
     "not the eUICC's own", "one that is", NULL},
    {"B3{A0{80{} 81{50}} 81{67810F010204} A2{A1{^83{7FD0} 84{A0000000871002EE} C6{}}}} ", 3, 0x50,
     "a file that is not there yet", "fs/3F00/7FD0", NULL},
    {"^B3{A0{80{} 81{50}} 81{67810F010204} A2{A1{83{7FD1} 84{A0000000871002EE} C6{}}}} ", 10, 0x50,
     "one network access application of a kind", "a second one", "package_default_files = no\nuicc_capability = usim"},
    {"^B5{A0{80{} 81{50}} 81{67810F010208} A2{A1{83{7FD1} 84{A0000000871004EE} C6{}}}} ", 10, 0x50,
     "template of the services of this card", "another one", "package_default_files = no\nuicc_capability = usim"},
    {"^BB{A0{80{} 81{50}} 81{67810F01020C} A2{A1{83{5FA0} C6{}}}} ", 10, 0x50, "template of the services of this card",
     "another one", NULL},
    {"A1{A0{80{} 81{4F}} A1{}} ^B6{A0{80{} 81{50}} 81{67810F010209}} ", 3, 0x50,
     "network access application of the template before it", "none", NULL},
    /* CSIM: there are no default access rules */
    {"B9{A0{80{} 81{50}} 81{67810F01020A} A2{^A1{83{7FC0} 84{A0000003431002} C6{}}}} ", 3, 0x50,
     "securityAttributesReferenced", "nor a default", NULL},
    {"B9{A0{80{} 81{4F}} 81{67810F01020A} A2{A1{83{7FC0} 84{A0000003431002} 8B{01} C6{}}}} "
     "BA{A0{80{} 81{50}} 81{67810F01020B} B4{^A1{80{05}}}} ",
     3, 0x50, "fileDescriptor", "ef-", NULL},
    {"B9{A0{80{} 81{4F}} 81{67810F01020A} A2{A1{83{7FC0} 84{A0000003431002} 8B{01} C6{}}}} "
     "BA{A0{80{} 81{50}} 81{67810F01020B} B4{^A1{82{4121} 80{05} 8B{01}}}} ",
     3, 0x50, "fileID", "none by default", NULL},
    /* links */
    {LI("A1{^C7{3F00}}"), 3, 0x50, "linkPath of file identifiers", "other bytes", NULL},
    {LI("A1{^C7{7FD0}}"), 3, 0x50, "a link to a file of its own kind", "another kind", NULL},
    {TELECOM("AF{A1{^C7{7FD0}}}"), 3, 0x50, "a link to a file of its own kind", "another kind", NULL},
    {TELECOM("AF{A1{^C7{7F106F06}}}"), 3, 0x50, "a link to a file of its own kind", "another kind", NULL},
    {TELECOM("AF{A1{^C7{7F10}}}"), 3, 0x50, "a link to another place", "to itself", NULL},
    {TELECOM("AF{A1{^C7{7FD05F3A}}}"), 10, 0x50, "dfLink", "one", "package_default_files = no\nuicc_capability = usim"},
    {GID1("A1{^C7{7FD06F99}}"), 3, 0x50, "a link to a file of the profile", "to none", NULL},
    {GID1("A1{^C7{7FD06F3E}}"), 3, 0x50, "a link to a file", "to a link", NULL}, /* itself */
    {"B4{A0{80{} 81{50}} 81{67810F010205} A2{A1{^C7{7FD06F3E}}} A5{A1{C7{7FD06F3F}}} A6{A1{C7{7FD06F05}}}} ", 3, 0x50,
     "a link to a file", "to a link", NULL},
    {"B4{A0{80{} 81{50}} 81{67810F010205} A2{} A5{A1{^C7{7FD06F3F}}} A6{A1{C7{7FD06F05}}}} ", 3, 0x50,
     "a link to a file", "to a link", NULL},
    {TELECOM("AF{A1{^C7{7FD05F3B}}} BF21{A1{C6{}}}"), 3, 0x50, "a link to a file of the profile", "to none", NULL},
    {"B4{A0{80{} 81{51}} 81{67810F010205} A5{A1{^C7{7FD05F3B}}}} " ELEMENT("B8", "07", "A2{A1{C6{}}}"), 3, 0x51,
     "a link to a file of its own kind", "another kind", NULL}, /* the target came later */
    {GID1("A1{C7{7FD06F99}} ^83{01}"), 3, 0x50, "an EF to write into", "none", NULL},
    /* access rules */
    {LI("A1{^8B{0F}}"), 3, 0x50, "a record of EF.ARR", "no such record", NULL},
    {LI("A1{^8B{00}}"), 3, 0x50, "a record of EF.ARR", "no such record", NULL},
    {LI("A1{^8B{630F01}}"), 3, 0x50, "an EF.ARR of the profile", "no such EF.ARR", NULL},
    {LI("A1{^8B{2F060F}}"), 3, 0x50, "a record of EF.ARR", "no such record", NULL},
    {ELEMENT("B1", "02", "A2{A1{C6{}}} A3{^A1{80{01}}}"), 3, 0x50, "an EF.ARR of the profile", "no such EF.ARR", NULL},
    {ELEMENT("B1", "02", "A2{A1{^8B{6F0601} C6{}}}"), 3, 0x50, "an EF.ARR of the profile", "no such EF.ARR", NULL},
};

START_TEST(test_refused)
{
    assert_refusal(START, &refused[_i]);
}
END_TEST

/* ---- what a package needs ---- */

/* Without an MF nothing can be made, and the files of the MF are not made without its EF.ARR. */
START_TEST(test_root)
{
    static const struct refusal rows[] = {
        {"^B0{A0{80{} 81{50}} 81{67810F010201}} ", 3, 0x50, "mf", "does not list it", NULL},
        {"B0{A0{80{} 81{50}} 81{67810F010201} A2{^A1{C6{}}}} ", 3, 0x50, "an EF.ARR of the profile", "", NULL},
        {"B0{A0{80{} 81{50}} 81{67810F010201} A2{A1{^83{3F01} C6{}}}} ", 3, 0x50, "fileID 3F00", "another", NULL},
        {"B0{A0{80{} 81{50}} 81{67810F010201} A2{80{}}} ", 3, 0x50, "pinStatusTemplateDO", "without it", NULL},
    };
    for (size_t i = 0; i + 1 < COUNT(rows); i++)
        assert_refusal(FILES_HEADER, &rows[i]);
    /* doNotCreate says nothing there: the MF is made, and lacks what it needs */
    OUTCOME_LOCAL o;
    BYTES_LOCAL package = files_package(FILES_HEADER, rows[3].elements, NULL);
    run(&o, bytes_slice(&package), FILES_PERSONALITY, 0);
    ck_assert(o.status == PE_BAD_VALUES && strstr(o.reason.expected, "pinStatusTemplateDO"));
}
END_TEST

/* EF.UST and EF.IST lose the services that the card does not have: 68 (GBA), 69 (MBMS), 124 and 125 (SUCI) of EF.UST,
 * 2 and 4 of EF.IST. */
START_TEST(test_service_tables)
{
    static const struct {
        const char *capability, *ust, *ist;
    } rows[] = {
        {"usim isim", "FF*8 E7 FF*6 E7 FF", "F5FF"},
        {"usim isim gbaUsim mbms gbaIsim getIdentity profileA", "FF*17", "FFFF"},
        {"usim isim gbaUsim gbaIsim getIdentity profileB", "FF*8 EF FF*8", "FFFF"},
        {"usim isim mbms profileA profileB", "FF*8 F7 FF*6 E7 FF", "F5FF"},
    };
    struct slice value;
    char personality[200];
    char record[200];
    OUTCOME_LOCAL o;
    BYTES_LOCAL package = files_package(
        FILES_HEADER FILES_MF,
        "B3{A0{80{} 81{02}} 81{67810F01020402} A2{A1{83{7FD0} 84{" FILES_USIM_AID "} C6{}}} A4{" ARR "} A8{}} "
        "B5{A0{80{} 81{50}} 81{67810F010208} A2{A1{83{7FB0} 84{A0000000871004} C6{}}} A6{A1{80{02}}} "
        "A8{" ARR "}} ",
        NULL);
    (void)snprintf(personality, sizeof personality, FILES_PERSONALITY "\nuicc_capability = %s", rows[_i].capability);
    run(&o, bytes_slice(&package), personality, 0);
    ck_assert_int_eq(o.e, OK);
    (void)snprintf(record, sizeof record, "%s%s", T("6F38", "02", "00000011", "88{04} ", "A5{}"), rows[_i].ust);
    assert_record(&o.install->isdp, "7FD06F38", record, rows[_i].capability);
    (void)snprintf(record, sizeof record, "%s%s", T("6F07", "02", "00000002", "88{07} ", "A5{}"), rows[_i].ist);
    assert_record(&o.install->isdp, "7FB06F07", record, rows[_i].capability);
    ck_assert(isdp_get(&o.install->isdp, "fs/3F00/7FD0", &value));
}
END_TEST

/* Applications in the order of the package, with what they are. */
START_TEST(test_applications)
{
    struct profile_application a;
    bool found;
    OUTCOME_LOCAL o;
    BYTES_LOCAL package =
        files_package(START,
                      "B5{A0{80{} 81{50}} 81{67810F010208} A2{A1{83{7FB0} 84{A000000099} C6{}}} A8{" ARR "}} "
                      "A1{A0{80{} 81{51}} A1{30{62{82{7821} 83{7FC0} 84{A0000003431002AA} 8B{01} C6{}}}}} "
                      "A1{A0{80{} 81{52}} A1{30{62{82{7821} 83{7FA0} 84{A0000000990102} 8B{01} C6{}}}}} ",
                      NULL);
    run(&o, bytes_slice(&package), FILES_PERSONALITY, 0);
    ck_assert_msg(o.e == OK, "%s", o.reason.expected);
    static const struct {
        const char *aid;
        uint16_t fid;
        enum naa_kind naa;
    } rows[] = {{FILES_USIM_AID, 0x7fd0, NAA_USIM},
                {"A000000099", 0x7fb0, NAA_ISIM}, /* by its template */
                {"A0000003431002AA", 0x7fc0, NAA_CSIM},
                {"A0000000990102", 0x7fa0, NAA_OTHER}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        ck_assert_int_eq(application_at(&o.install->isdp, i, &a, &found), OK);
        ck_assert(found && a.kind == PROFILE_ADF && a.naa == rows[i].naa && a.fid == rows[i].fid);
        bytes_assert(a.aid, rows[i].aid, "AID");
    }
    ck_assert_int_eq(application_at(&o.install->isdp, COUNT(rows), &a, &found), OK);
    ck_assert(!found);
    const struct saip_context *c = &o.install->context;
    ck_assert(c->usim == 0x7fd0 && c->isim == 0x7fb0 && c->csim == 0x7fc0 && c->naa == 0x7fa0);
}
END_TEST

/* The PIN context is the first directory of the last element that made any. */
START_TEST(test_pin_context)
{
    static const struct {
        const char *elements, *context;
    } rows[] = {
        {"", "7FD0"},
        {TELECOM("A9{A1{C6{}}}"), "7F10"},
        {TELECOM("") "B4{A0{80{} 81{51}} 81{67810F010205} A2{}} ", "7F10"}, /* no directory in it */
        {GFM("62{82{7821} 83{7F66} 8B{01} C6{}} 62{82{7821} 83{5F40} 8B{2F0601} C6{}}"), "7F66"},
        {GFM("80{7FD0} 62{82{4121} 83{6F99} 8B{01} 80{01}}"), "7FD0"},
        {OPTIONAL_ELEMENT("B2", "03", "A2{A1{C6{}}} A3{83{01}}"), "7FD0"}, /* taken back */
    };
    struct path wanted;
    OUTCOME_LOCAL o;
    BYTES_LOCAL bytes = bytes_of(rows[_i].context);
    BYTES_LOCAL package = files_package(START, rows[_i].elements, NULL);
    run(&o, bytes_slice(&package), FILES_PERSONALITY, 0);
    ck_assert_msg(o.e == OK, "%s", o.reason.expected);
    ck_assert(path_read(bytes_slice(&bytes), &wanted));
    ck_assert(o.install->context.has_pin_context && path_equal(&wanted, &o.install->context.pin_context));
}
END_TEST

/* ---- memory ---- */

/* A package installs with exactly what it costs, and with a byte less it does not: not-enough-memory at the file that
 * is too much. A size that no card has is refused before anything of that size is made. */
START_TEST(test_memory)
{
    size_t mark;
    OUTCOME_LOCAL enough;
    OUTCOME_LOCAL exact;
    BYTES_LOCAL package = files_package(START, OPT_USIM("BF35{A1{^80{4000}} 83{01}}"), &mark);
    run(&enough, bytes_slice(&package), FILES_PERSONALITY, 0);
    ck_assert_int_eq(enough.e, OK);
    run_with_memory(&exact, bytes_slice(&package), FILES_PERSONALITY, 0, enough.cost);
    ck_assert_int_eq(exact.e, OK);
    ck_assert_uint_eq(exact.cost, enough.cost);
    for (size_t memory = 0; memory < enough.cost; memory += memory < enough.cost - 70 ? 61 : 1) {
        OUTCOME_LOCAL o;
        run_with_memory(&o, bytes_slice(&package), FILES_PERSONALITY, 0, memory);
        ck_assert_msg(o.e == ERR_DATA && o.status == PE_NOT_ENOUGH_MEMORY, "%zu bytes: status %d", memory, o.status);
        ck_assert_ptr_nonnull(strstr(o.reason.expected, "memory for"));
        if (memory > enough.cost - 16384) ck_assert(o.reason.offset == mark || o.reason.offset == mark - 2);
    }
    OUTCOME_LOCAL huge;
    BYTES_LOCAL objects = files_package(START, OBJECTS("A1{^80{00FFFFFFFF}}"), &mark);
    run(&huge, bytes_slice(&objects), FILES_PERSONALITY, 0);
    ck_assert_int_eq(huge.status, PE_NOT_ENOUGH_MEMORY);
    ck_assert_uint_eq(huge.reason.offset, mark);
    OUTCOME_LOCAL maximum;
    BYTES_LOCAL limit = files_package(START, OBJECTS("A1{80{08} A5{^86{00FFFFFFFF}}}"), &mark);
    run(&maximum, bytes_slice(&limit), FILES_PERSONALITY, 0);
    ck_assert_int_eq(maximum.status, PE_NOT_ENOUGH_MEMORY);
    ck_assert_uint_eq(maximum.reason.offset, mark);
}
END_TEST

/* A BER-TLV file costs what its objects may take, whatever is in it: its maximum or, without one, its size. */
START_TEST(test_objects_cost)
{
    static const struct {
        const char *items;
        size_t more;
    } rows[] = {
        {"A1{80{0040}}", 0},
        {"A1{80{0040}} 83{8002AABB}", 0},
        {"A1{80{0050}} 83{8002AABB}", 16},
        {"A1{80{0040} A5{86{0040}}}", 6},
        {"A1{80{0040} A5{86{0400}}}", 6 + 0x3c0},
    };
    size_t least = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        OUTCOME_LOCAL o;
        char items[200];
        (void)snprintf(items, sizeof items, ELEMENT("B4", "0502", "BF51{%s}"), rows[i].items);
        BYTES_LOCAL package = files_package(START, items, NULL);
        run(&o, bytes_slice(&package), FILES_PERSONALITY, 0);
        ck_assert_int_eq(o.e, OK);
        if (i == 0) least = o.cost;
        ck_assert_msg(o.cost == least + rows[i].more, "%s: %zu", rows[i].items, o.cost - least);
    }
}
END_TEST

/* A copy of an installation goes on by itself, with the references that are still to be checked. */
START_TEST(test_copy)
{
    struct personality p;
    struct saip_install *one;
    struct reason reason = {0};
    char why[256];
    size_t taken;
    size_t mark;
    BYTES_LOCAL package = files_package(START, LI("A1{^8B{630F01}}"), &mark);
    size_t cut = package.n - 12; /* before PE-End */
    ck_assert(personality_parse(&p, FILES_PERSONALITY, why));
    ck_assert_int_eq(saip_install_new(&one, &p, MEMORY_OF_A_CARD), OK);
    ck_assert_int_eq(saip_install_feed(one, slice_of(package.p, cut), &taken, &reason), OK);
    struct saip_install *two = saip_install_copy(one);
    ck_assert_ptr_nonnull(two);
    saip_install_free(one);
    struct slice rest = slice_skip(bytes_slice(&package), taken);
    ck_assert_int_eq(saip_install_feed(two, rest, &taken, &reason), ERR_DATA);
    ck_assert_uint_eq(reason.offset, mark);
    saip_install_free(two);
    personality_free(&p);
}
END_TEST

/* Every byte of a package with something of everything changed: it installs or it is refused with a reason, and what
 * was built decodes. */
START_TEST(test_changed)
{
    static const uint8_t changes[] = {0x01, 0xff, 0x80, 0x20, 0x7e}; /* added */
    struct file f;
    unsigned refusals = 0;
    BYTES_LOCAL package = files_package(
        START,
        "B4{A0{80{} 81{50}} 81{67810F01020502} A2{83{01} 82{02} 83{02}} A5{A1{8B{0C} 88{F0} C7{7FD06F05}}} "
        "AC{A1{82{42210004} 80{0C} A5{C1{AABB}}} 83{01}} BF51{A1{80{10} A5{86{20}}} 83{8001AA}}} "
        "B2{A0{80{} 81{51}} 81{67810F010203} A2{A1{C6{}}} A3{" ARR "} AF{A1{C6{}}} B6{}} "
        "B7{A0{80{} 81{52}} 81{67810F010206} A2{A1{C7{7F105F3A}}}} "
        "A1{A0{80{} 81{53}} A1{30{80{7FD0} 62{82{7821} 83{5F40} 8B{01} C6{}} "
        "62{82{46210003} 83{4F01} 8B{6F0601} 80{09} A5{C2{0102}}} 81{05} 02{01} 81{06}} 30{80{2F06} 81{80}}}} ",
        NULL);
    for (size_t at = 0; at < package.n; at++) {
        for (size_t i = 0; i < COUNT(changes); i++) {
            OUTCOME_LOCAL o;
            BYTES_LOCAL changed = bytes_copy(bytes_slice(&package));
            changed.p[at] = (uint8_t)(changed.p[at] + changes[i]);
            run(&o, bytes_slice(&changed), FILES_PERSONALITY, 0);
            ck_assert_msg(o.e == OK || o.e == ERR_DATA, "byte %zu plus %02X: error %d", at, changes[i], (int)o.e);
            ck_assert(o.e == OK || (o.reason.said && o.reason.offset <= package.n && o.status != PE_OK));
            refusals += o.e != OK;
            const struct isdp *d = &o.install->isdp;
            for (struct isdp_item k = isdp_first(d, "fs/"); k.name; k = isdp_after(d, "fs/", &k))
                ck_assert_int_eq(file_of_item(d, &k, &f), OK);
        }
    }
    ck_assert_uint_gt(refusals, package.n);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saip-files");
    TCase *tcase = tcase_create("saip-files");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_installed, 0, COUNT(installed));
    tcase_add_loop_test(tcase, test_refused, 0, COUNT(refused));
    tcase_add_test(tcase, test_root);
    tcase_add_loop_test(tcase, test_service_tables, 0, 4);
    tcase_add_test(tcase, test_applications);
    tcase_add_loop_test(tcase, test_pin_context, 0, 6);
    tcase_add_test(tcase, test_memory);
    tcase_add_test(tcase, test_objects_cost);
    tcase_add_test(tcase, test_copy);
    tcase_add_test(tcase, test_changed);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

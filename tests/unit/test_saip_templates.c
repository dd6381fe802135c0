/* Every file of every file system template, against the notation of the tables below: each template is installed with
 * all its files listed, and an Fcp only of what the template leaves to the package; then each file is looked at: place,
 * kind, sizes, short identifier, access rule, special information and content (SAIP 9, annex A).
 *
 * A row: `member[@versions] name FID geometry aRULE sSFI =content flags`. T9: transparent of 9 bytes, L10x176: linear
 * fixed, 10 records of 176 bytes, C: cyclic, B: BER-TLV, ?: comes with the package. Content: F* all FF, 0* all 00, 00F*
 * 00 and then FF, FF~07 FF and 07 at the end, r.. again and again, else the bytes. h: high update activity. */
#include "saip_package.h"

#include "saip/internal.h"

#include <stdio.h>

#define PERSONALITY                                                                                                    \
    "package_default_files = no\npackage_rules_must_exist = no\npackage_leave_out_services = no\n"                     \
    "uicc_capability = usim isim csim eap berTlv gbaUsim gbaIsim mbms getIdentity profileA"
#define HEADER_TEMPLATES "A0{80{02} 81{03} 83{89000101000000000028} A5{} A6{}}"
#define ROOT "B0{A0{80{} 81{01}} 81{67810F010201} A2{A1{C6{}}}} "
#define USIM_ADF "B3{A0{80{} 81{02}} 81{67810F010204} A2{A1{83{7FD0} 84{A0000000871002} C6{}}}} "
#define ISIM_ADF "B5{A0{80{} 81{02}} 81{67810F010208} A2{A1{83{7FB0} 84{A0000000871004} C6{}}}} "
#define CSIM_ADF "B9{A0{80{} 81{02}} 81{67810F01020A} A2{A1{83{7FC0} 84{A0000003431002} 8B{0D} C6{}}}} "
#define NUMBER_OF_ROWS 354 /* of them 86 of OPT-USIM, 67 of OPT-CSIM, 46 of DF.TELECOM; four in two versions */

static const char mf_rows[] =
    "2 mf 3F00 MF a14 | 3 pl 2F05 T2 a1 s05 =F* | 4 iccid 2FE2 T10 a11 ! | 5 dir 2F00 L?x? a10 s1E ! | 6 arr 2F06 "
    "L?x? a10 ! | 7 umpc 2F08 T5 a10 s08 ";

static const char cd_rows[] = "2 DF 7F11 a14 | 3 launchpad 6F01 T? a2 ! | 4 icon 6F40..6F7F T? a2 ! ";

static const char telecom_rows[] =
    "2 DF 7F10 a14 | 3 arr 6F06 L?x? a10 ! | 4 rma 6F53 L?x? a3 ! | 5 sume 6F54 T22 a3 ! | 6 ice-dn 6FE0 L50x24 "
    "a9 =F* | 7 ice-ff 6FE1 L?x? a9 =F* | 8 psismsc 6FE5 L?x? a5 ! | 9 DF-graphics 5F50 a14 | 10 img 4F20 L?x? a2 "
    "=00F* | 11 iidf 4F40..4F7F T? a2 =F* | 12 ice-graphics 4F21 B? a9 | 13 launch-scws 4F01 T? a10 ! | 14 icon "
    "4F80..4FBF T? a10 ! | 15 DF-phonebook 5F3A a14 | 16 pbr 4F30 L?x? a2 ! | 17 ext1 4F38..3F L?x13 a5 =00F* | "
    "18 aas 4F40..47 L?x? a5 =F* | 19 gas 4F48..4F L?x? a5 =F* | 20 psc 4F22 T4 a5 =0* | 21 cc 4F23 T2 a5 =0* h | "
    "22 puid 4F24 T2 a5 =0* h | 23 iap 4F50..57 L?x? a5 =F* | 24 adn 4F58..5F L?x? a5 =F* | 25 pbc 4F60..67 L?x2 "
    "a5 =0* | 26 anr 4F68..6F L?x? a5 =F* | 27 puri 4F70..77 L?x? a5 ! | 28 email 4F78..7F L?x? a5 =F* | 29 sne "
    "4F80..87 L?x? a5 =F* | 30 uid 4F88..8F L?x2 a5 =0* | 31 grp 4F90..97 L?x? a5 =0* | 32 ccp1 4F98..9F L?x? a5 "
    "=F* | 33 DF-multimedia 5F3B a14 | 34 mml 4F47 B? a5 | 35 mmdf 4F48 B? a5 | 36 DF-mmss 5F3C a14 | 37 mlpl "
    "4F20 T? a2 s01 ! | 38 mspl 4F21 T? a2 s02 ! | 39 mmssmode 4F22 T1 a2 s03 ! | 40@2+ DF-mcs 5F3D a14 | 41@2+ "
    "mst 4F01 T? a2 s01 ! | 42@2+ mcs-config 4F02 B? a2 s02 ! | 43@2+ DF-v2x 5F3E a14 | 44@2+ vst 4F01 T? a2 s01 "
    "! | 45@2+ v2x-config 4F02 B? a2 s02 ! | 46@2+ v2xp-pc5 4F03 T? a2 ! | 47@2+ v2xp-Uu 4F04 T? a2 ! ";

static const char phonebook_rows[] =
    "2 DF 5F3A a14 | 3 pbr 4F30 L?x? a2 ! | 4 ext1 4F38..3F L?x13 a5 =00F* | 5 aas 4F40..47 L?x? a5 =F* | 6 gas "
    "4F48..4F L?x? a5 =F* | 7 psc 4F22 T4 a5 =0* | 8 cc 4F23 T2 a5 =0* h | 9 puid 4F24 T2 a5 =0* h | 10 iap "
    "4F50..57 L?x? a5 =F* | 11 adn 4F58..5F L?x? a5 =F* | 12 pbc 4F60..67 L?x2 a5 =0* | 13 anr 4F68..6F L?x? a5 "
    "=F* | 14 puri 4F70..77 L?x? a5 ! | 15 email 4F78..7F L?x? a5 =F* | 16 sne 4F80..87 L?x? a5 =F* | 17 uid "
    "4F88..8F L?x2 a5 =0* | 18 grp 4F90..97 L?x? a5 =0* | 19 ccp1 4F98..9F L?x? a5 =F* ";

static const char usim_rows[] =
    "2 ADF a14 | 3 imsi 6F07 T9 a2 s07 ! | 4 arr 6F06 L?x? a10 s17 ! | 5 keys 6F08 T33 a5 s08 =07F* h | 6 keysPS "
    "6F09 T33 a5 s09 =07F* h | 7 hpplmn 6F31 T1 a2 s12 =0A | 8@-1 ust 6F38 T14 a2 s04 ! | 8@2+ ust 6F38 T17 a2 "
    "s04 ! | 9 fdn 6F3B L20x26 a8 =F* | 10 sms 6F3C L10x176 a5 =00F* | 11 smsp 6F42 L1x38 a5 =F* | 12 smss 6F43 "
    "T2 a5 =F* | 13 spn 6F46 T17 a10 ! | 14 est 6F56 T1 a8 s05 ! | 15 start-hfn 6F5B T6 a5 s0F =F00000F00000 h | "
    "16 threshold 6F5C T3 a2 s10 =F* | 17 psloci 6F73 T14 a5 s0C =FFFFFFFFFFFFFFFFFFFF0000FF01 h | 18 acc 6F78 T2 "
    "a2 s06 ! | 19 fplmn 6F7B T12 a5 s0D =F* | 20 loci 6F7E T11 a5 s0B =FFFFFFFFFFFFFF0000FF01 h | 21 ad 6FAD T4 "
    "a10 s03 =00000002 | 22 ecc 6FB7 L1x4 a10 s01 ! | 23 netpar 6FC4 T128 a5 =F* h | 24 epsloci 6FE3 T18 a5 s1E "
    "=FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF000001 h | 25 epsnsc 6FE4 L1x80 a5 s18 =F* h ";

static const char opt_usim_rows[] =
    "2 li 6F05 T6 a1 s02 =F* | 3 acmax 6F37 T3 a5 =0* | 4 acm 6F39 C1x3 a7 =0* h | 5 gid1 6F3E T8 a2 ! | 6 gid2 "
    "6F3F T8 a2 ! | 7 msisdn 6F40 L1x24 a2 =F* | 8 puct 6F41 T5 a5 =FFFFFF0000 | 9 cbmi 6F45 T10 a5 =F* | 10 "
    "cbmid 6F48 T10 a2 s0E =F* | 11 sdn 6F49 L10x24 a2 =F* | 12 ext2 6F4B L10x13 a8 =00F* | 13 ext3 6F4C L10x13 "
    "a2 =00F* | 14 cbmir 6F50 T20 a5 =F* | 15 plmnwact 6F60 T40 a5 s0A =rFFFFFF0000 | 16 oplmnwact 6F61 T40 a2 "
    "s11 =rFFFFFF0000 | 17 hplmnwact 6F62 T5 a2 s13 =rFFFFFF0000 | 18 dck 6F2C T16 a5 =F* | 19 cnl 6F32 T30 a2 "
    "=F* | 20 smsr 6F47 L10x30 a5 =00F* | 21 bdn 6F4D L10x25 a8 =F* | 22 ext5 6F4E L10x13 a5 =00F* | 23 ccp2 6F4F "
    "L5x15 a5 s16 =F* | 24 ext4 6F55 L10x13 a8 =00F* | 25 acl 6F57 T101 a8 =00F* | 26 cmi 6F58 L10x11 a2 =F* | 27 "
    "ici 6F80 C20x38 a5 s14 =FF~0000000001FFFF h | 28 oci 6F81 C20x37 a5 s15 =FF~00000001FFFF h | 29 ict 6F82 "
    "C1x3 a7 =0* h | 30 oct 6F83 C1x3 a7 =0* h | 31 vgcs 6FB1 T20 a2 ! | 32 vgcss 6FB2 T7 a5 ! | 33 vbs 6FB3 T20 "
    "a2 ! | 34 vbss 6FB4 T7 a5 ! | 35 emlpp 6FB5 T2 a2 ! | 36 aaem 6FB6 T1 a5 =00 | 37 hiddenkey 6FC3 T4 a5 =F* | "
    "38 pnn 6FC5 L10x16 a10 s19 ! | 39 opl 6FC6 L5x8 a10 s1A ! | 40 mbdn 6FC7 L3x24 a5 ! | 41 ext6 6FC8 L10x13 a5 "
    "=00F* | 42 mbi 6FC9 L10x5 a5 ! | 43 mwis 6FCA L10x6 a5 =0* h | 44 cfis 6FCB L10x16 a5 =0100F* | 45 ext7 6FCC "
    "L10x13 a5 =00F* | 46 spdi 6FCD T17 a2 s1B ! | 47 mmsn 6FCE L10x6 a5 =000000F* | 48 ext8 6FCF L10x13 a5 =00F* "
    "| 49 mmsicp 6FD0 T100 a2 =F* | 50 mmsup 6FD1 L?x? a5 =F* | 51 mmsucp 6FD2 T100 a5 =F* | 52 nia 6FD3 L5x11 a2 "
    "=F* | 53 vgcsca 6FD4 T? a2 =0* | 54 vbsca 6FD5 T? a2 =0* | 55 gbabp 6FD6 T? a5 =F* | 56 msk 6FD7 L?x? a2 =F* "
    "h | 57 muk 6FD8 L?x? a2 =F* | 58 ehplmn 6FD9 T15 a2 s1D =F* | 59 gbanl 6FDA L?x? a2 =F* | 60 ehplmnpi 6FDB "
    "T1 a2 =00 | 61 lrplmnsi 6FDC T1 a2 =00 | 62 nafkca 6FDD L?x? a2 =F* | 63 spni 6FDE T? a10 =00F* | 64 pnni "
    "6FDF L?x? a10 =00F* | 65 ncp-ip 6FE2 L?x? a2 ! | 66 ufc 6FE6 T30 a10 "
    "=801E60C01E900080040000000000000000F0000000004000000000000080 | 67 nasconfig 6FE8 T18 a2 ! | 68 uicciari "
    "6FE7 L?x? a2 ! | 69 pws 6FEC T? a10 ! | 70 fdnuri 6FED L?x? a8 =F* | 71 bdnuri 6FEE L?x? a8 =F* | 72 sdnuri "
    "6FEF L?x? a2 =F* | 73 ial 6FF0 L?x? a3 =F* | 74 ips 6FF1 C?x4 a10 =F* h | 75 ipd 6FF2 L?x? a3 =F* h | 76@2+ "
    "epdgid 6FF3 T? a2 ! | 77@2+ epdgselection 6FF4 T? a2 ! | 78@2+ epdgidem 6FF5 T? a2 ! | 79@2+ epdgselectionem "
    "6FF6 T? a2 ! | 80@2+ frompreferred 6FF7 T1 a2 =00 | 81@2+ imsconfigdata 6FF8 B? a2 ! | 82@2+ 3gpppsdataoff "
    "6FF9 T4 a2 ! | 83@2+ 3gpppsdataoffservicelist 6FFA L?x? a2 ! | 84@2+ xcapconfigdata 6FFC B? a2 ! | 85@2+ "
    "earfcnlist 6FFD T? a10 ! | 86@2+ mudmidconfigdata 6FFE B? a2 ! | 87@3+ eaka 6F01 T1 a3 ! ";

static const char gsm_access_rows[] =
    "2 DF 5F3B a14 | 3 kc 4F20 T9 a5 s01 =FF~07 h | 4 kcgprs 4F52 T9 a5 s02 =FF~07 h | 5 cpbcch 4F63 T10 a5 =F* h "
    "| 6 invscan 4F64 T1 a2 =00 ";

static const char df_5gs_rows[] =
    "2 DF 5FC0 a14 | 3 5gs3gpploci 4F01 T20 a5 s01 =FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001 h | 4 5gsn3gpploci "
    "4F02 T20 a5 s02 =FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001 h | 5@-2 5gs3gppnsc 4F03 L1x57 a5 s03 =F* h | 5@3+ "
    "5gs3gppnsc 4F03 L2x62 a5 s03 =F* h | 6@-2 5gsn3gppnsc 4F04 L1x57 a5 s04 h | 6@3+ 5gsn3gppnsc 4F04 L2x62 a5 "
    "s04 h | 7 5gauthkeys 4F05 T110 a5 s05 ! h | 8 uac-aic 4F06 T4 a2 s06 ! | 9 suci-calc-info 4F07 T? a2 s07 =F* "
    "| 10 opl5g 4F08 L?x10 a10 s08 =F* | 11 supinai 4F09 T? a2 s09 ! | 12@-3 routing-indicator 4F0A T4 a2 s0A "
    "=F0FFFFFF | 12@4+ routing-indicator 4F0A T4 a2 s0A =F0FF0000 | 13@2+ ursp 4F0B B? a2 | 14@2+ tn3gppsnn 4F0C "
    "T1 a2 s0C =00 | 15@4+ cag 4F0D T2 a2 s0D ! | 16@4+ sor-cmci 4F0E T? a2 s0E ! | 17@4+ dri 4F0F T7 a2 s0F ! | "
    "18@4+ 5gsedrx 4F10 T2 a2 s10 ! | 19@4+ 5gnswo-conf 4F11 T1 a2 s11 ! | 20@4+ mchpplmn 4F15 T1 a2 s15 ! | "
    "21@4+ kausf-derivation 4F16 T1 a2 s16 ! ";

static const char df_snpn_rows[] = "2 DF 5FE0 a14 | 3 pws-snpn 4F01 T1 a10 ! ";

static const char df_saip_rows[] = "2 DF 5FD0 a14 | 3 suci-calc-info-usim 4F01 T? a3 =F* ";

static const char df_5gprose_rows[] =
    "2 DF 5FF0 a14 | 3 st 4F01 T1 a2 s01 ! | 4 dd 4F02 T26 a2 s02 ! | 5 dc 4F03 T12 a2 s03 ! | 6 u2nru 4F04 T32 "
    "a2 s04 ! | 7 ru 4F05 T29 a2 s05 ! | 8 uir 4F06 T32 a2 s06 ! ";

static const char isim_rows[] =
    "2 ADF a14 | 3 impi 6F02 T? a2 s02 ! | 4 impu 6F04 L1x? a2 s04 ! | 5 domain 6F03 T? a2 s05 ! | 6 ist 6F07 T14 "
    "a2 s07 ! | 7 ad 6FAD T3 a10 s03 =0* | 8 arr 6F06 L?x? a10 s06 ! ";

static const char opt_isim_rows[] =
    "2 pcscf 6F09 L1x? a2 ! | 3 sms 6F3C L10x176 a5 =00F* | 4 smsp 6F42 L1x38 a5 =F* | 5 smss 6F43 T2 a5 =F* | 6 "
    "smsr 6F47 L10x30 a5 =00F* | 7 gbabp 6FD5 T? a5 =F* | 8 gbanl 6FD7 L?x? a2 =F* | 9 nafkca 6FDD L?x? a2 =F* | "
    "10 uicciari 6FE7 L?x? a2 ! | 11@2+ frompreferred 6FF7 T1 a2 =00 | 12@2+ imsconfigdata 6FF8 B? a2 ! | 13@2+ "
    "xcapconfigdata 6FFC B? a2 ! | 14@2+ webrtcuri 6FFA L?x? a2 ! | 15@2+ mudmidconfigdata 6FFE B? a2 ! ";

static const char eap_rows[] =
    "2 DF a14 | 3 eapkeys 4F01 T? a2 ! h | 4 eapstatus 4F02 T1 a2 =00 h | 5 puid 4F03 T? a2 ! | 6 ps 4F04 T? a5 "
    "=F* h | 7 curid 4F20 T? a5 =F* h | 8 reid 4F21 T? a5 ! | 9 realm 4F22 T? a5 ! ";

static const char csim_rows[] =
    "2 ADF | 3 arr 6F06 L? s17 | 4 call-count 6F21 C10x2 | 5 imsi-m 6F22 T10 s04 | 6 imsi-t 6F23 T10 s05 | 7 tmsi "
    "6F24 T16 s06 | 8 ah 6F25 T2 | 9 aop 6F26 T1 | 10 aloc 6F27 T7 | 11 cdmahome 6F28 L? s0C | 12 znregi 6F29 L? "
    "| 13 snregi 6F2A T7 s0D | 14 distregi 6F2B T8 | 15 accolc 6F2C T1 s03 | 16 term 6F2D T1 | 17 acp 6F2F T7 | "
    "18 prl 6F30 T? s07 | 19 ruimid 6F31 T? | 20 csim-st 6F32 T? s02 | 21 spc 6F33 T3 | 22 otapaspc 6F34 T1 | 23 "
    "namlock 6F35 T1 | 24 ota 6F36 T17 | 25 sp 6F37 T1 | 26 esn-meid-me 6F38 T8 | 27 li 6F3A T? s0A | 28 usgind "
    "6F42 T1 | 29 ad 6F43 T3 s01 | 30 max-prl 6F45 T4 | 31 spcs 6F46 T1 | 32 mecrp 6F55 T3 | 33 home-tag 6F70 T? "
    "| 34 group-tag 6F71 T? | 35 specific-tag 6F72 T? | 36 call-prompt 6F73 T? ";

static const char opt_csim_rows[] =
    "2 ssci 6F2E T1 | 3 fdn 6F3B link | 4 sms 6F3C L? | 5 smsp 6F3D L? | 6 smss 6F3E T? | 7 ssfc 6F3F T? | 8 spn "
    "6F41 T35 s08 | 9 mdn 6F44 L? | 10 ecc 6F47 T? s09 | 11 me3gpdopc 6F48 T1 | 12 3gpdopm 6F49 T1 | 13 sipcap "
    "6F4A T4 | 14 mipcap 6F4B T5 | 15 sipupp 6F4C T? | 16 mipupp 6F4D T? | 17 sipsp 6F4E T1 | 18 mipsp 6F4F T? | "
    "19 sippapss 6F50 T? | 20 unknown | 21 unknown | 22 hrpdcap 6F56 T3 | 23 hrpdupp 6F57 T? | 24 csspr 6F58 T1 | "
    "25 atc 6F59 T1 | 26 eprl 6F5A T? s0E | 27 unknown | 28 unknown | 29 unknown | 30 bcsmsp 6F5E L? | 31 unknown "
    "| 32 unknown | 33 mmsn 6F65 L? | 34 ext8 6F66 | 35 mmsicp 6F67 | 36 mmsup 6F68 | 37 mmsucp 6F69 | 38 unknown "
    "| 39 3gcik 6F6B T32 s0B | 40 unknown | 41 gid1 6F6D | 42 gid2 6F6E | 43 unknown | 44 sf-euimid 6F74 T7 | 45 "
    "est 6F75 s0F | 46 hidden-key 6F76 | 47 unknown | 48 unknown | 49 sdn 6F79 | 50 ext2 6F7A | 51 ext3 6F7B | 52 "
    "ici 6F7C s10 | 53 oci 6F7D s11 | 54 ext5 6F7E | 55 ccp2 6F7F s12 | 56 unknown | 57 model 6F81 T126 | 58 "
    "unknown | 59 unknown | 60 unknown | 61 unknown | 62 unknown | 63 unknown | 64 unknown | 65 unknown | 66 "
    "unknown | 67 unknown | 68 unknown ";

static const struct {
    const char *oid;
    unsigned versions;
    const char *element;
    const char *directory; /* of the files, or of the template's directory: from the MF */
    const char *before;    /* elements */
    const char *rows;
} templates[] = {
    {"67810F010201", 1, "B0", "", "", mf_rows},
    {"67810F010202", 1, "B1", "", ROOT, cd_rows},
    {"67810F010203", 2, "B2", "", ROOT, telecom_rows},
    {"67810F010204", 2, "B3", "", ROOT, usim_rows},
    {"67810F010205", 3, "B4", "7FD0", ROOT USIM_ADF, opt_usim_rows},
    {"67810F010206", 1, "B7", "7FD0", ROOT USIM_ADF, phonebook_rows},
    {"67810F010207", 1, "B8", "7FD0", ROOT USIM_ADF, gsm_access_rows},
    {"67810F010208", 1, "B5", "", ROOT, isim_rows},
    {"67810F010209", 2, "B6", "7FB0", ROOT ISIM_ADF, opt_isim_rows},
    {"67810F01020A", 2, "B9", "", ROOT, csim_rows},
    {"67810F01020B", 2, "BA", "7FC0", ROOT CSIM_ADF, opt_csim_rows},
    {"67810F01020C", 1, "BB", "7FD0", ROOT USIM_ADF, eap_rows},
    {"67810F01020D", 4, "BC", "7FD0", ROOT USIM_ADF, df_5gs_rows},
    {"67810F01020E", 1, "BD", "7FD0", ROOT USIM_ADF, df_saip_rows},
    {"67810F01020F", 1, "BE", "7FD0", ROOT USIM_ADF, df_snpn_rows},
    {"67810F010210", 1, "BF1F", "7FD0", ROOT USIM_ADF, df_5gprose_rows},
};

/* ---- a row of the notation ---- */

struct row {
    unsigned member, from, until;
    char name[40];
    unsigned fid;
    bool has_fid;
    char kind; /* D, A, M, T, L, C, B; 0: the package says */
    unsigned records, length;
    unsigned rule, sfi;
    char content[100];
    bool high, required;
};

static unsigned geometry_number(const char *text)
{
    return *text == '?' || !*text ? 0 : (unsigned)strtoul(text, NULL, 10);
}

static void read_word(struct row *r, const char *word)
{
    const char *x = strchr(word, 'x');
    if (!strcmp(word, "!")) {
        r->required = true;
    } else if (!strcmp(word, "h")) {
        r->high = true;
    } else if (!strcmp(word, "MF")) {
        r->kind = 'M';
    } else if (*word == '=') {
        (void)snprintf(r->content, sizeof r->content, "%s", word + 1);
    } else if (*word == 'a') {
        r->rule = (unsigned)strtoul(word + 1, NULL, 10);
    } else if (*word == 's') {
        r->sfi = (unsigned)strtoul(word + 1, NULL, 16);
    } else if (*word == 'T' || *word == 'B') {
        r->kind = *word;
        r->length = geometry_number(word + 1);
    } else if (*word == 'L' || *word == 'C') {
        r->kind = *word;
        r->records = geometry_number(word + 1);
        r->length = x ? geometry_number(x + 1) : 0;
    } else if (strcmp(word, "link") != 0) {
        r->fid = (unsigned)strtoul(word, NULL, 16);
        r->has_fid = true;
    }
}

static bool next_row(const char **text, struct row *r)
{
    char word[100];
    int n = 0;
    char *end;
    *r = (struct row){.from = 1, .until = 9};
    r->member = (unsigned)strtoul(*text, &end, 10);
    if (end == *text) return false;
    *text = end;
    if (**text == '@') {
        bool until = (*text)[1] == '-';
        unsigned version = (unsigned)((*text)[until ? 2 : 1] - '0');
        *(until ? &r->until : &r->from) = version;
        *text += 3;
    }
    ck_assert_int_eq(sscanf(*text, " %39s%n", r->name, &n), 1);
    *text += n;
    if (!strncmp(r->name, "DF", 2)) r->kind = 'D';
    if (!strcmp(r->name, "ADF")) r->kind = 'A';
    while (sscanf(*text, " %99s%n", word, &n) == 1) {
        *text += n;
        if (!strcmp(word, "|")) break;
        read_word(r, word);
    }
    return true;
}

/* What the package has to say, and says in this test: 3 records of 4 bytes, 5 bytes, 16 bytes of BER-TLV. */
static void complete(struct row *r)
{
    if (!r->kind) r->kind = 'T';
    if (!r->has_fid && r->kind != 'A') r->fid = 0x6a00 + r->member;
    if (r->kind == 'D' && !r->has_fid) r->fid = 0x5f44;
    if (r->kind == 'A') r->fid = 0x7fe0;
    if (r->kind == 'T' && !r->length) r->length = 5;
    if (r->kind == 'B') r->length = 16;
    if (r->kind != 'L' && r->kind != 'C') return;
    if (!r->records) r->records = r->length == 0 || r->length == 4 ? 3 : 2;
    if (!r->length) r->length = 4;
}

static void put_fcp(struct buf *b, const struct row *row)
{
    struct row r = *row;
    complete(&r);
    uint8_t fid[] = {(uint8_t)(r.fid >> 8), (uint8_t)r.fid};
    uint8_t size[] = {(uint8_t)(r.length * (r.records ? r.records : 1) >> 8),
                      (uint8_t)(r.length * (r.records ? r.records : 1))};
    uint8_t descriptor[] = {r.kind == 'C' ? 0x46 : 0x42, 0x21, 0, (uint8_t)r.length};
    static const uint8_t transparent[] = {0x41, 0x21};
    static const uint8_t aid[] = {0xa0, 0, 0, 0, 0x87, 0x10, 0x77};
    static const uint8_t rule[] = {0x0d};
    if ((row->kind == 'L' || row->kind == 'C') && !row->length) tlv_put(b, 0x82, SLICE(descriptor));
    if (!row->kind) tlv_put(b, 0x82, SLICE(transparent));
    if (!row->has_fid) tlv_put(b, 0x83, SLICE(fid));
    if (r.kind == 'A') tlv_put(b, 0x84, SLICE(aid));
    if (!row->rule) tlv_put(b, 0x8b, SLICE(rule));
    bool records = row->kind == 'L' || row->kind == 'C';
    if (!strchr("DAM", r.kind) && (!row->length || (records && !row->records))) tlv_put(b, 0x80, SLICE(size));
    if (strchr("DAM", r.kind)) tlv_put(b, 0xc6, (struct slice){0});
}

/* The element with every file of the version. */
static void put_element(struct buf *b, const char *tag, struct slice oid, const char *rows, unsigned version)
{
    struct row r;
    size_t element = tlv_open(b, (uint32_t)strtoul(tag, NULL, 16));
    static const uint8_t header[] = {0xa0, 0x05, 0x80, 0x00, 0x81, 0x01, 0x7e};
    buf_append(b, SLICE(header));
    tlv_put(b, 0x81, oid);
    while (next_row(&rows, &r)) {
        if (version < r.from || version > r.until) continue;
        size_t file = tlv_open(b, r.member < 31 ? 0xa0 | r.member : 0xbf00 | r.member);
        BUF_LOCAL fcp = {0};
        put_fcp(&fcp, &r);
        if (fcp.n) tlv_put(b, 0xa1, buf_slice(&fcp));
        tlv_close(b, file);
    }
    tlv_close(b, element);
}

static void expected_unit(const struct row *r, uint8_t *out, size_t n)
{
    const char *c = r->content;
    const char *tilde = strchr(c, '~');
    BUF_LOCAL bytes = {0};
    memset(out, 0xff, n);
    if (!*c || !strcmp(c, "F*")) return;
    if (!strcmp(c, "0*")) {
        memset(out, 0, n);
        return;
    }
    if (tilde) c = tilde + 1;
    if (*c == 'r') c++;
    size_t digits = strlen(c);
    if (c[digits - 1] == '*') digits -= 2;
    ck_assert(hex_decode(slice_of(c, digits), &bytes));
    for (size_t i = 0; i < bytes.n && i < n; i++)
        out[(tilde ? n - bytes.n : 0) + i] = bytes.p[i];
    for (size_t i = bytes.n; r->content[0] == 'r' && i < n; i++)
        out[i] = out[i - bytes.n];
}

static void check_body(const struct row *r, const struct file *f, const char *what)
{
    uint8_t wanted[4200];
    ck_assert_uint_le(r->length, sizeof wanted);
    for (size_t i = 0; i < (r->records ? r->records : 1); i++) {
        expected_unit(r, wanted, r->length);
        ck_assert_msg(f->body.n >= (i + 1) * r->length, "%s: body of %zu", what, f->body.n);
        ck_assert_msg(!memcmp(f->body.p + i * r->length, wanted, r->length), "%s: content of record %zu", what, i);
    }
}

static void check_file(const struct isdp *isdp, struct path *directory, const struct path *base, const struct row *row)
{
    struct row r = *row;
    struct path path = r.kind == 'D' || r.kind == 'A' || r.kind == 'M' ? *base : *directory;
    struct file f;
    bool found;
    char what[100];
    static const char kinds[] = {
        [FILE_MF] = 'M',           [FILE_DF] = 'D',          [FILE_ADF] = 'A',    [FILE_CYCLIC] = 'C',
        [FILE_LINEAR_FIXED] = 'L', [FILE_TRANSPARENT] = 'T', [FILE_BER_TLV] = 'B'};
    complete(&r);
    (void)snprintf(what, sizeof what, "%u %s", r.member, r.name);
    if (r.kind != 'M') ck_assert(path_push(&path, (uint16_t)r.fid));
    ck_assert_int_eq(file_get(isdp, &path, &f, &found), OK);
    ck_assert_msg(found, "%s is not there", what);
    ck_assert_msg(kinds[f.kind] == r.kind, "%s: kind %c", what, kinds[f.kind]);
    ck_assert_msg(f.arr == (path.n <= 1 ? 0x2f06 : 0x6f06), "%s: EF.ARR %04X", what, f.arr);
    ck_assert_msg(f.arr_record == (r.rule ? r.rule : 13), "%s: rule %u", what, f.arr_record);
    ck_assert_msg(f.life_cycle == FILE_ACTIVATED && (f.descriptor & 0x40), "%s: life cycle, shareable", what);
    if (file_is_directory(&f)) {
        *directory = path;
        return;
    }
    ck_assert_msg(f.sfi == r.sfi, "%s: SFI %02X", what, f.sfi);
    ck_assert_msg(f.special == (r.high ? 0x80 : 0), "%s: special %02X", what, f.special);
    ck_assert_msg(f.size == r.length * (r.records ? r.records : 1), "%s: size %u", what, f.size);
    if (r.kind == 'L' || r.kind == 'C')
        ck_assert_msg(f.record_length == r.length && f.records == r.records, "%s: records", what);
    if (r.kind != 'B')
        check_body(&r, &f, what);
    else
        ck_assert_msg(f.body.n == 0 && f.details == 1, "%s: BER-TLV", what);
}

static void check_version(size_t t, unsigned version)
{
    struct row r;
    struct path base;
    OUTCOME_LOCAL o;
    BUF_LOCAL package = {0};
    BYTES_LOCAL start = notation_bytes(HEADER_TEMPLATES, NULL);
    BYTES_LOCAL end = notation_bytes(END, NULL);
    BYTES_LOCAL place = bytes_of(templates[t].directory);
    BUF_LOCAL oid = {0};
    const char *rows = templates[t].rows;
    buf_append(&package, bytes_slice(&start));
    if (*templates[t].before) {
        BYTES_LOCAL before = notation_bytes(templates[t].before, NULL);
        buf_append(&package, bytes_slice(&before));
    }
    ck_assert(hex_decode(slice_text(templates[t].oid), &oid));
    if (version > 1) buf_byte(&oid, (uint8_t)version);
    put_element(&package, templates[t].element, buf_slice(&oid), templates[t].rows, version);
    buf_append(&package, bytes_slice(&end));
    run(&o, buf_slice(&package), PERSONALITY, 0);
    ck_assert_msg(o.e == OK, "%s: %s, %s at %zu", templates[t].oid, o.reason.expected, o.reason.came, o.reason.offset);
    bytes_assert(bytes_slice(&o.response), "3007A0053003800100", templates[t].oid);
    ck_assert(path_read(bytes_slice(&place), &base));
    struct path directory = base;
    struct path top = base;
    bool first = true;
    while (next_row(&rows, &r)) {
        if (version < r.from || version > r.until) continue;
        check_file(&o.install->isdp, &directory, &top, &r);
        if (first) top = directory;
        first = false;
    }
}

START_TEST(test_template)
{
    for (unsigned version = 1; version <= templates[_i].versions; version++)
        check_version((size_t)_i, version);
}
END_TEST

/* How many rows there are: nothing of the notation was skipped by the reader above. */
START_TEST(test_number_of_rows)
{
    struct row r;
    unsigned n = 0;
    for (size_t t = 0; t < COUNT(templates); t++)
        for (const char *rows = templates[t].rows; next_row(&rows, &r);)
            n++;
    ck_assert_uint_eq(n, NUMBER_OF_ROWS);
}
END_TEST

/* A template's version has no file of a later one: the member is unknown then. */
START_TEST(test_member_of_later_version)
{
    static const struct {
        const char *before, *element;
    } rows[] = {
        {ROOT USIM_ADF, "B4{A0{80{} 81{7E}} 81{67810F010205} ^BF4C{}}"},
        {ROOT USIM_ADF, "B4{A0{80{} 81{7E}} 81{67810F01020502} ^BF57{}}"},
        {ROOT ISIM_ADF, "B6{A0{80{} 81{7E}} 81{67810F010209} ^AB{}}"},
        {ROOT USIM_ADF, "BC{A0{80{} 81{7E}} 81{67810F01020D} A2{A1{C6{}}} ^AD{}}"},
        {ROOT USIM_ADF, "BC{A0{80{} 81{7E}} 81{67810F01020D03} A2{A1{C6{}}} ^AF{}}"},
        {ROOT, "B2{A0{80{} 81{7E}} 81{67810F010203} A2{A1{C6{}}} ^BF28{}}"},
    };
    char text[2000];
    size_t mark;
    OUTCOME_LOCAL o;
    (void)snprintf(text, sizeof text, HEADER_TEMPLATES " %s %s " END, rows[_i].before, rows[_i].element);
    BYTES_LOCAL package = notation_bytes(text, &mark);
    run(&o, bytes_slice(&package), PERSONALITY, 0);
    ck_assert_int_eq(o.status, PE_INVALID_PARAMETER);
    ck_assert_uint_eq(o.reason.offset, mark);
    ck_assert_ptr_nonnull(strstr(o.reason.expected, "members that this card knows"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saip-templates");
    TCase *tcase = tcase_create("saip-templates");
    tcase_add_loop_test(tcase, test_template, 0, COUNT(templates));
    tcase_add_test(tcase, test_number_of_rows);
    tcase_add_loop_test(tcase, test_member_of_later_version, 0, 6);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

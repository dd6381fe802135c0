# softeuicc tuak: a USIM with TUAK, every file of the 5G system and the keys to hide the subscriber (SUCI), and an ISIM
# that shares the key of the USIM. Its templates are those of SAIP 3.x.
# What the numbers mean and the test keys: README.md.
# Encode: softeuicc-profile encode tuak.profile -o tuak.der

header {
    major-version 3
    minor-version 3
    profileType "softeuicc TUAK and 5G test profile"
    iccid 89000101000000000036
    eUICC-Mandatory-services { usim; isim; tuak128; ber-tlv; get-identity; profile-a-x25519; profile-b-p256 }
    eUICC-Mandatory-GFSTEList {
        template 2.23.143.1.2.1 # MF
        template 2.23.143.1.2.4.2 # ADF.USIM
        template 2.23.143.1.2.5.3 # more of the USIM
        template 2.23.143.1.2.7 # DF.GSM-ACCESS
        template 2.23.143.1.2.8 # ADF.ISIM
        template 2.23.143.1.2.13.4 # DF.5GS
        template 2.23.143.1.2.14 # DF.SAIP
    }
}

# The rules that the templates refer to by record number (SAIP 9.9), each in a record of 33 bytes. PIN1 is 01, PIN2 81,
# ADM1 0A.
define access-rules {
    fileDescriptor { fileDescriptor 42210021; efFileSize 01CE }
    # 1: read always, update PIN1, rest ADM1
    fillFileContent 800101 9000 800102 A406830101950108 800158 A40683010A950108
    fillFileOffset 6
    # 2: read PIN1, rest ADM1
    fillFileContent 800101 A406830101950108 80015A A40683010A950108
    fillFileOffset 11
    # 3: all ADM1
    fillFileContent 80015B A40683010A950108
    fillFileOffset 22
    # 4: read always, update and activate never, delete ADM1
    fillFileContent 800101 9000 80011A 9700 800140 A40683010A950108
    fillFileOffset 12
    # 5: read and update PIN1, rest ADM1
    fillFileContent 800103 A406830101950108 800158 A40683010A950108
    fillFileOffset 11
    # 6: read and activate PIN1, rest ADM1
    fillFileContent 800119 A406830101950108 800142 A40683010A950108
    fillFileOffset 11
    # 7: read, update and INCREASE PIN1, rest ADM1
    fillFileContent 800103 A406830101950108 840132 A406830101950108 800158 A40683010A950108
    # 8: read PIN1, update PIN2, rest ADM1
    fillFileContent 800101 A406830101950108 800102 A406830181950108 800158 A40683010A950108
    # 9: read always, update and activate PIN1, delete ADM1
    fillFileContent 800101 9000 80011A A406830101950108 800140 A40683010A950108
    fillFileOffset 6
    # 10: read always, rest ADM1
    fillFileContent 800101 9000 80015A A40683010A950108
    fillFileOffset 17
    # 11: read always, activate ADM1, update and delete never
    fillFileContent 800101 9000 800118 A40683010A950108 800142 9700
    fillFileOffset 12
    # 12: read PIN1, rest never
    fillFileContent 800101 A406830101950108 80015A 9700
    fillFileOffset 17
    # 13: read, update and activate PIN1, delete ADM1
    fillFileContent 80011B A406830101950108 800140 A40683010A950108
    fillFileOffset 11
    # 14: directories: create, activate and delete ADM1
    fillFileContent 80015F A40683010A950108
}

mf {
    header { mandated; identification 1 }
    templateID 2.23.143.1.2.1
    mf { fileDescriptor { pinStatusTemplateDO 010A } }
    ef-pl { fillFileContent "en" }
    ef-iccid { fillFileContent 98001010000000000063 }
    ef-dir {
        fileDescriptor { fileDescriptor 42210026; efFileSize 4C }
        fillFileContent 61184F10A0000000871002FFFFFFFF8900000100 5004 "TUAK" FF*12
        fillFileContent 61184F10A0000000871004FFFFFFFF8900000100 5004 "ISIM"
    }
    ef-arr { use access-rules }
    ef-umpc { fillFileContent 3C00020000 } # up to 60 mA, no time-out, SUSPEND UICC is there
}

pukCodes {
    header { mandated; identification 2 }
    pukCodes {
        pukConfiguration { keyReference pukAppl1; pukValue "12345678"; maxNumOfAttemps-retryNumLeft 170 }
        pukConfiguration { keyReference secondPUKAppl1; pukValue "87654321"; maxNumOfAttemps-retryNumLeft 170 }
    }
}

pinCodes {
    header { mandated; identification 3 }
    pinCodes {
        pinconfig {
            pinConfiguration {
                keyReference pinAppl1; pinValue "0000" FF*4; unblockingPINReference pukAppl1
                pinAttributes 6; maxNumOfAttemps-retryNumLeft 51
            }
            pinConfiguration {
                keyReference adm1; pinValue "88888888"; pinAttributes 3; maxNumOfAttemps-retryNumLeft 170
            }
        }
    }
}

usim {
    header { mandated; identification 4 }
    templateID 2.23.143.1.2.4.2
    adf-usim {
        fileDescriptor { fileID 7FD0; dfName A0000000871002FFFFFFFF8900000100; pinStatusTemplateDO 01810A }
    }
    # 00101001002086: 14 digits, so that the MSIN is the one of the SUCI examples in 3GPP TS 33.501 C.4
    ef-imsi { fillFileContent 0801101000012080F6 }
    ef-arr { use access-rules }
    ef-keys { }
    ef-keysps { }
    ef-hpplmn { }
    # 10 SMS, 12 SMSP, 17 GID1, 19 SPN, 20 PLMN list, 21 MSISDN, 27 GSM access, 33, 38 GSM security context, 42 43 PLMN
    # lists, 45 PNN, 46 OPL, 71 EHPLMN, 85 EPS, 122 123 5GS, 124 SUCI, 125 by the USIM, 126 UAC, 129 OPL5G, 132 URSP
    ef-ust { fillFileContent 000A1D0421360000400010000000003E09 }
    ef-fdn { doNotCreate }
    ef-sms { }
    ef-smsp { }
    ef-smss { }
    ef-spn { fillFileContent 00 "TUAK" }
    ef-est { fillFileContent 00 }
    ef-start-hfn { }
    ef-threshold { }
    ef-psloci { }
    ef-acc { fillFileContent 0008 }
    ef-fplmn { }
    ef-loci { }
    ef-ad { fillFileContent 00000002 }
    ef-ecc { fillFileContent 11F2FF00 }
    ef-netpar { }
    ef-epsloci { }
    ef-epsnsc { }
}

opt-usim {
    header { mandated; identification 5 }
    templateID 2.23.143.1.2.5.3
    ef-li { fillFileContent "en" }
    ef-gid1 { fileDescriptor { efFileSize 04 }; fillFileContent "SEUC" }
    ef-msisdn { fillFileContent FF*10 06 91 8812345003 FF*7 }
    ef-plmnwact { }
    ef-oplmnwact { fillFileContent 00F110C880 }
    ef-hplmnwact { fillFileContent 00F110C880 }
    ef-pnn { fillFileContent 430584D46A7009 } # "TUAK" in the GSM alphabet
    ef-opl { fillFileContent 00F1100000FFFE01 }
    ef-ehplmn { fillFileContent 00F110 }
}

pinCodes {
    header { mandated; identification 6 }
    pinCodes {
        pinconfig {
            pinConfiguration {
                keyReference secondPINAppl1; pinValue "9999" FF*4; unblockingPINReference secondPUKAppl1
                pinAttributes 3; maxNumOfAttemps-retryNumLeft 51
            }
        }
    }
}

# Test set 1 of 3GPP TS 35.233: MAC of 64 bits, RES of 32, CK and IK of 128, one iteration of Keccak; opc is TOPc.
akaParameter {
    header { mandated; identification 7 }
    algoConfiguration {
        algoParameter {
            algorithmID tuak
            algorithmOptions 00
            key ABABABABABABABABABABABABABABABAB
            opc BD04D9530E87513C5D837AC2AD954623A8E2330C115305A73EB45D1F40CCCBFF
            numberOfKeccak 1
        }
    }
    sqnOptions 0E # neither window is checked: the test sets come in any order
}

gsm-access {
    header { mandated; identification 8 }
    templateID 2.23.143.1.2.7
    df-gsm-access { fileDescriptor { pinStatusTemplateDO 01810A } }
    ef-kc { }
    ef-kcgprs { }
}

df-5gs {
    header { mandated; identification 9 }
    templateID 2.23.143.1.2.13.4
    df-5gs { fileDescriptor { pinStatusTemplateDO 01810A } }
    ef-5gs3gpploci { }
    ef-5gsn3gpploci { }
    ef-5gs3gppnsc { }
    ef-5gsn3gppnsc { }
    ef-5gauthkeys { fillFileContent FF*110 }
    ef-uac-aic { fillFileContent 00000000 }
    # no EF.SUCI_CALC_INFO: with service 125 only the USIM has the keys (TS 31.102 4.4.11.8)
    ef-opl5g {
        fileDescriptor { fileDescriptor 4221000A; efFileSize 0A }
        fillFileContent 00F110 000000 FFFFFE 01
    }
    ef-routing-indicator { fillFileContent F0FFFFFF } # 0
    ef-ursp {
        fileDescriptor { efFileSize 80 }
        fillFileContent 8005 00F110 0000 # 001/01 has no rules
    }
}

# Profile A with the first key (identifier 27), then profile B with the second (30): the keys of 3GPP TS 33.501 C.4. Its
# private keys are C53C22208B61860B06C62E5406A7B330C2B577AA5558981510D128247D38BD1D and
# F1AB1074477EBCC7F554EA1C5FC368B1616730155E0041AC447D6301975FECDA.
df-saip {
    header { mandated; identification 10 }
    templateID 2.23.143.1.2.14
    df-saip { fileDescriptor { pinStatusTemplateDO 01810A } }
    ef-suci-calc-info-usim {
        fileDescriptor { efFileSize 60 }
        fillFileContent A004 0101 0202 A14B \
            80011B 8120 5A8D38864820197C3394B92613B20B91633CBD897119273BF8E4A6F4EEC0A650 \
            80011E 8121 0272DA71976234CE833A6907425867B82E074D44EF907DFB4B3E21C1C2256EBCD1
    }
}

isim {
    header { mandated; identification 11 }
    templateID 2.23.143.1.2.8
    adf-isim {
        fileDescriptor { fileID 7FB0; dfName A0000000871004FFFFFFFF8900000100; pinStatusTemplateDO 01810A }
    }
    ef-impi {
        fileDescriptor { efFileSize 40 }
        fillFileContent 8030 "00101001002086@ims.mnc001.mcc001.3gppnetwork.org"
    }
    ef-impu {
        fileDescriptor { fileDescriptor 42210040; efFileSize 40 }
        fillFileContent 8034 "sip:00101001002086@ims.mnc001.mcc001.3gppnetwork.org"
    }
    ef-domain {
        fileDescriptor { efFileSize 30 }
        fillFileContent 8021 "ims.mnc001.mcc001.3gppnetwork.org"
    }
    ef-ist { fillFileContent 00*14 }
    ef-ad { }
    ef-arr { use access-rules }
}

pinCodes {
    header { mandated; identification 12 }
    pinCodes { filePath 7FD0 }
}

# Key, sequence numbers and all else are those of the USIM (mapping option 03).
akaParameter {
    header { mandated; identification 13 }
    algoConfiguration {
        mappingParameter { mappingOptions 03; mappingSource A0000000871002FFFFFFFF8900000100 }
    }
}

end { header { mandated; identification 14 } }

# softeuicc operational: a USIM and an ISIM with Milenage, GSM access, 5G files, one security domain with keys for every
# secure channel, and remote file management. A telephone finds every file that it asks for when it starts.
# What the numbers mean and the test keys: README.md.
# Encode: softeuicc-profile encode operational.profile -o operational.der

header {
    major-version 2
    minor-version 3
    profileType "softeuicc operational test profile"
    iccid 89000101000000000010
    eUICC-Mandatory-services { usim; isim; milenage }
    eUICC-Mandatory-GFSTEList {
        template 2.23.143.1.2.1 # MF
        template 2.23.143.1.2.3 # DF.TELECOM
        template 2.23.143.1.2.4 # ADF.USIM
        template 2.23.143.1.2.5 # more of the USIM
        template 2.23.143.1.2.7 # DF.GSM-ACCESS
        template 2.23.143.1.2.8 # ADF.ISIM
        template 2.23.143.1.2.9 # more of the ISIM
        template 2.23.143.1.2.13 # DF.5GS
    }
}

# ---- what every UICC has ----

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
    ef-iccid { fillFileContent 98001010000000000001 } # the digits of the header in pairs, each pair swapped
    ef-dir {
        fileDescriptor { fileDescriptor 42210026; efFileSize 72 } # three records, the last is free
        fillFileContent 61184F10A0000000871002FFFFFFFF8900000100 5004 "USIM" FF*12
        fillFileContent 61184F10A0000000871004FFFFFFFF8900000100 5004 "ISIM" FF*12
    }
    ef-arr { use access-rules }
    ef-umpc { fillFileContent 3C00000000 } # up to 60 mA, no time-out, nothing optional
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
            # Attributes 6: not asked for until it is enabled; may be changed, enabled and disabled.
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

telecom {
    header { mandated; identification 4 }
    templateID 2.23.143.1.2.3
    df-telecom { fileDescriptor { pinStatusTemplateDO 010A } }
    ef-arr { use access-rules }
    ef-psismsc { # where SMS over IP goes: service 91 of the USIM and 8 of the ISIM
        fileDescriptor { fileDescriptor 42210030; efFileSize 30 }
        fillFileContent 800F "tel:+8821430500"
    }
    df-phonebook { fileDescriptor { pinStatusTemplateDO 010A } }
    ef-pbr {
        fileDescriptor { fileDescriptor 42210010; efFileSize 10 }
        fillFileContent A804C0024F58 AA04C2024F38 # EF.ADN, extended by EF.EXT1
    }
    ef-ext1 { fileDescriptor { efFileSize 41 } } # 5 records of 13
    ef-psc { }
    ef-cc { }
    ef-puid { }
    ef-adn { fileDescriptor { fileDescriptor 4221001E; efFileSize 0258 } } # 20 names of 16 characters
}

# ---- the USIM ----

usim {
    header { mandated; identification 5 }
    templateID 2.23.143.1.2.4
    adf-usim {
        fileDescriptor { fileID 7FD0; dfName A0000000871002FFFFFFFF8900000100; pinStatusTemplateDO 01810A }
    }
    ef-imsi { fillFileContent 080910100000000010 } # 001010000000001
    ef-arr { use access-rules }
    ef-keys { }
    ef-keysps { }
    ef-hpplmn { }
    # 2 FDN, 10 SMS, 12 SMSP, 19 SPN, 20 PLMN list, 21 MSISDN, 27 GSM access, 28 data download by SMS, 33, 34 EF.EST,
    # 38 GSM security context, 42 43 PLMN lists, 45 PNN, 46 OPL, 51 SPDI, 71 EHPLMN, 73 its presentation, 85 EPS,
    # 91 SMS over IP, 122 123 5GS
    ef-ust {
        fileDescriptor { efFileSize 11 }
        fillFileContent 020A1C0C23360400400110040000000600
    }
    ef-fdn { }
    ef-sms { }
    ef-smsp { fillFileContent FF*10 FD FF*12 06 91 8812345000 FF*5 } # the service centre, +8821430500
    ef-smss { }
    ef-spn { fillFileContent 00 "softeuicc" }
    ef-est { fillFileContent 00 }
    ef-start-hfn { }
    ef-threshold { }
    ef-psloci { }
    ef-acc { fillFileContent 0002 }
    ef-fplmn { }
    ef-loci { }
    ef-ad { fillFileContent 00000002 } # a normal card, MNC of 2 digits
    ef-ecc { fillFileContent 11F2FF00 } # 112
    ef-netpar { }
    ef-epsloci { }
    ef-epsnsc { }
}

opt-usim {
    header { mandated; identification 6 }
    templateID 2.23.143.1.2.5
    ef-li { fillFileContent "en" }
    ef-msisdn { fillFileContent FF*10 06 91 8812345001 FF*7 }
    ef-plmnwact { }
    ef-oplmnwact { fillFileContent 00F110C880 } # 001/01: NR, E-UTRAN, UTRAN, GSM
    ef-hplmnwact { fillFileContent 00F110C880 }
    ef-pnn { fillFileContent 430981F3B7995EAEA7C763 } # "softeuicc" in the GSM alphabet
    ef-opl { fillFileContent 00F1100000FFFE01 } # everywhere in 001/01: record 1 of EF.PNN
    ef-spdi { fillFileContent A305800300F110 } # the name of EF.SPN is shown in 001/01
    ef-ehplmn { fillFileContent 00F110 }
    ef-ehplmnpi { } # no preference which name is shown
}

pinCodes {
    header { mandated; identification 7 }
    pinCodes {
        pinconfig {
            pinConfiguration {
                keyReference secondPINAppl1; pinValue "9999" FF*4; unblockingPINReference secondPUKAppl1
                pinAttributes 3; maxNumOfAttemps-retryNumLeft 51
            }
        }
    }
}

# Test set 1 of 3GPP TS 35.208. The sequence numbers start at 0 and both window checks are on.
akaParameter {
    header { mandated; identification 8 }
    algoConfiguration {
        algoParameter {
            algorithmID milenage
            algorithmOptions 01
            key 465B5CE8B199B49FAA5F0A2EE238A6BC
            opc CD63CB71954A9F4E48A5994E37A02BAF
        }
    }
    sqnOptions 02
}

gsm-access {
    header { mandated; identification 9 }
    templateID 2.23.143.1.2.7
    df-gsm-access { fileDescriptor { pinStatusTemplateDO 01810A } }
    ef-kc { }
    ef-kcgprs { }
}

df-5gs {
    header { mandated; identification 10 }
    templateID 2.23.143.1.2.13
    df-5gs { fileDescriptor { pinStatusTemplateDO 01810A } }
    ef-5gs3gpploci { }
    ef-5gsn3gpploci { }
    ef-5gs3gppnsc { }
    ef-5gsn3gppnsc { }
    ef-5gauthkeys { fillFileContent FF*110 }
    ef-routing-indicator { fillFileContent F0FFFFFF } # 0
}

# ---- the ISIM: the same subscriber in the IMS (TS 31.103, names of TS 23.003 13) ----

isim {
    header { mandated; identification 11 }
    templateID 2.23.143.1.2.8
    adf-isim {
        fileDescriptor { fileID 7FB0; dfName A0000000871004FFFFFFFF8900000100; pinStatusTemplateDO 01810A }
    }
    ef-impi {
        fileDescriptor { efFileSize 40 }
        fillFileContent 8031 "001010000000001@ims.mnc001.mcc001.3gppnetwork.org"
    }
    ef-impu {
        fileDescriptor { fileDescriptor 42210040; efFileSize 40 }
        fillFileContent 8035 "sip:001010000000001@ims.mnc001.mcc001.3gppnetwork.org"
    }
    ef-domain {
        fileDescriptor { efFileSize 30 }
        fillFileContent 8021 "ims.mnc001.mcc001.3gppnetwork.org"
    }
    ef-ist { fillFileContent 91 00*13 } # 1 5 P-CSCF, 8 SMS over IP
    ef-ad { }
    ef-arr { use access-rules }
}

opt-isim {
    header { mandated; identification 12 }
    templateID 2.23.143.1.2.9
    ef-pcscf {
        fileDescriptor { fileDescriptor 42210030; efFileSize 30 }
        fillFileContent 8028 00 "pcscf.ims.mnc001.mcc001.3gppnetwork.org" # 00: a name
    }
}

# PIN2 of the ISIM is that of the USIM.
pinCodes {
    header { mandated; identification 13 }
    pinCodes { filePath 7FD0 }
}

akaParameter {
    header { mandated; identification 14 }
    algoConfiguration {
        algoParameter {
            algorithmID milenage
            algorithmOptions 01
            key 465B5CE8B199B49FAA5F0A2EE238A6BC
            opc CD63CB71954A9F4E48A5994E37A02BAF
        }
    }
    sqnOptions 02
}

# ---- applications ----

# The security domain of the operator (MNO-SD). Its keys open SCP80 (secured packets in SMS), SCP02 and SCP03: those of
# SCP02 and SCP03 are the ones with which GlobalPlatform's protocols are usually shown.
securityDomain {
    header { mandated; identification 15 }
    instance {
        applicationLoadPackageAID A0000001515350
        classAID A000000151535041
        instanceAID A000000151000000
        applicationPrivileges 82DC00
        lifeCycleState 0F
        applicationSpecificParametersC9 81028000 81020255 81020370 8201F0 8301F0 8701F0
        applicationParameters {
            # priority 01, no timers, menu texts, menu entries or channels; minimum security level 16; TARs
            # B20100 and 000000
            uiccToolkitApplicationSpecificParametersField 01 00 00 00 00 02 0116 06 B20100 000000
        }
    }
    keyList {
        # version 1, SCP80: AES, ciphering (KIc 1), integrity (KID 1), data encryption
        keyObject {
            keyUsageQualifier 38; keyAccess 00; keyIdentifier 01; keyVersionNumber 01
            keyComponents { keyComponent { keyType 88; keyData 101112131415161718191A1B1C1D1E1F; macLength 8 } }
        }
        keyObject {
            keyUsageQualifier 34; keyAccess 00; keyIdentifier 02; keyVersionNumber 01
            keyComponents { keyComponent { keyType 88; keyData 202122232425262728292A2B2C2D2E2F; macLength 8 } }
        }
        keyObject {
            keyUsageQualifier C8; keyAccess 00; keyIdentifier 03; keyVersionNumber 01
            keyComponents { keyComponent { keyType 88; keyData 303132333435363738393A3B3C3D3E3F; macLength 8 } }
        }
        # version 2, SCP80: triple DES of two keys
        keyObject {
            keyUsageQualifier 38; keyAccess 00; keyIdentifier 01; keyVersionNumber 02
            keyComponents { keyComponent { keyType 80; keyData 404142434445464748494A4B4C4D4E4F; macLength 8 } }
        }
        keyObject {
            keyUsageQualifier 34; keyAccess 00; keyIdentifier 02; keyVersionNumber 02
            keyComponents { keyComponent { keyType 80; keyData 505152535455565758595A5B5C5D5E5F; macLength 8 } }
        }
        keyObject {
            keyUsageQualifier C8; keyAccess 00; keyIdentifier 03; keyVersionNumber 02
            keyComponents { keyComponent { keyType 80; keyData 606162636465666768696A6B6C6D6E6F; macLength 8 } }
        }
        # version 20 (hexadecimal), SCP02: triple DES
        keyObject {
            keyUsageQualifier 38; keyAccess 00; keyIdentifier 01; keyVersionNumber 20
            keyComponents { keyComponent { keyType 80; keyData 100102030405060708090A0B0C0D0E0F; macLength 8 } }
        }
        keyObject {
            keyUsageQualifier 34; keyAccess 00; keyIdentifier 02; keyVersionNumber 20
            keyComponents { keyComponent { keyType 80; keyData 101102030405060708090A0B0C0D0E0F; macLength 8 } }
        }
        keyObject {
            keyUsageQualifier C8; keyAccess 00; keyIdentifier 03; keyVersionNumber 20
            keyComponents { keyComponent { keyType 80; keyData 102102030405060708090A0B0C0D0E0F; macLength 8 } }
        }
        # version 30 (hexadecimal), SCP03: AES
        keyObject {
            keyUsageQualifier 38; keyAccess 00; keyIdentifier 01; keyVersionNumber 30
            keyComponents { keyComponent { keyType 88; keyData 000102030405060708090A0B0C0D0E0F; macLength 8 } }
        }
        keyObject {
            keyUsageQualifier 34; keyAccess 00; keyIdentifier 02; keyVersionNumber 30
            keyComponents { keyComponent { keyType 88; keyData 101112131415161718191A1B1C1D1E1F; macLength 8 } }
        }
        keyObject {
            keyUsageQualifier C8; keyAccess 00; keyIdentifier 03; keyVersionNumber 30
            keyComponents { keyComponent { keyType 88; keyData 202122232425262728292A2B2C2D2E2F; macLength 8 } }
        }
    }
    sdPersoData {
        # DGI 0070, card recognition data (GlobalPlatform H.2): version 2.3, SCP80, SCP02 of option 55, SCP03 of 70
        dgi 0070 4C 664A 7348 06072A864886FC6B01 600B06092A864886FC6B020203 630906072A864886FC6B03 \
            640B06092A864886FC6B048000 640B06092A864886FC6B040255 640B06092A864886FC6B040370
    }
}

# Files below the MF may be managed under TAR B00010 (with a cryptographic checksum), those of the USIM under B00011
# (ciphered too). The counter must rise.
rfm {
    header { mandated; identification 16 }
    instanceAID A0000000090005FFFFFFFF89B0001000
    tarList { tar B00010 }
    minimumSecurityLevel 12
    uiccAccessDomain 00
    uiccAdminAccessDomain 00
}

rfm {
    header { mandated; identification 17 }
    instanceAID A0000000090005FFFFFFFF89B0001100
    tarList { tar B00011 }
    minimumSecurityLevel 16
    uiccAccessDomain 00
    uiccAdminAccessDomain 00
    adfRFMAccess { adfAID A0000000871002FFFFFFFF8900000100; adfAccessDomain 00; adfAdminAccessDomain 00 }
}

end { header { mandated; identification 18 } }

# softeuicc operational: a USIM with Milenage, GSM access, 5G files, one security domain and remote file management.
# What the numbers mean and the test keys: README.md.
# Encode: softeuicc-profile encode operational.profile -o operational.der

header {
    major-version 2
    minor-version 3
    profileType "softeuicc operational test profile"
    iccid 89000101000000000010
    eUICC-Mandatory-services { usim; milenage }
    eUICC-Mandatory-GFSTEList {
        template 2.23.143.1.2.1 # MF
        template 2.23.143.1.2.3 # DF.TELECOM
        template 2.23.143.1.2.4 # ADF.USIM
        template 2.23.143.1.2.5 # more of the USIM
        template 2.23.143.1.2.7 # DF.GSM-ACCESS
        template 2.23.143.1.2.13 # DF.5GS
    }
}

# ---- what every UICC has ----

mf {
    header { mandated; identification 1 }
    templateID 2.23.143.1.2.1
    mf { fileDescriptor { pinStatusTemplateDO 010A } }
    ef-pl { fillFileContent "en" }
    ef-iccid { fillFileContent 98001010000000000001 } # the digits of the header in pairs, each pair swapped
    ef-dir {
        fileDescriptor { fileDescriptor 42210026; efFileSize 26 } # one record
        fillFileContent 61184F10A0000000871002FFFFFFFF8900000100 5004 "USIM"
    }
    # The rules that the templates refer to by record number (SAIP 9.9), each in a record of 33 bytes.
    ef-arr {
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
    ef-arr {
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
    ef-arr {
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
    ef-keys { }
    ef-keysps { }
    ef-hpplmn { }
    # 2 FDN, 10 SMS, 12 SMSP, 19 SPN, 20 21 PLMN lists, 27 GSM access, 33, 42 43 PLMN lists, 45 PNN, 46 OPL, 71 EHPLMN,
    # 85 EPS, 122 123 5GS
    ef-ust {
        fileDescriptor { efFileSize 11 }
        fillFileContent 020A1C0401360000400010000000000600
    }
    ef-fdn { }
    ef-sms { }
    ef-smsp { }
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
    ef-msisdn { fillFileContent FF*10 06 91 8812345001 FF*7 }
    ef-plmnwact { }
    ef-oplmnwact { fillFileContent 00F110C880 } # 001/01: NR, E-UTRAN, UTRAN, GSM
    ef-hplmnwact { fillFileContent 00F110C880 }
    ef-pnn { fillFileContent 430981F3B7995EAEA7C763 } # "softeuicc" in the GSM alphabet
    ef-opl { fillFileContent 00F1100000FFFE01 } # everywhere in 001/01: record 1 of EF.PNN
    ef-ehplmn { fillFileContent 00F110 }
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

# ---- applications ----

# The security domain of the operator: three AES keys for remote management by SMS (SCP80), version 1.
securityDomain {
    header { mandated; identification 11 }
    instance {
        applicationLoadPackageAID A0000001515350
        classAID A000000151535041
        instanceAID A000000151000000
        applicationPrivileges 82DC00
        lifeCycleState 0F
        applicationSpecificParametersC9 81028000 8201F0 8301F0 8701F0
        applicationParameters {
            # access domain 00, priority, timers, menu texts and entries 0, 2 channels, security level 16, TAR B20100
            uiccToolkitApplicationSpecificParametersField 0100 00 00 00 00 02 0116 03B20100
        }
    }
    keyList {
        keyObject { # ciphering
            keyUsageQualifier 38
            keyAccess 00
            keyIdentifier 01
            keyVersionNumber 01
            keyComponents { keyComponent { keyType 88; keyData 101112131415161718191A1B1C1D1E1F; macLength 8 } }
        }
        keyObject { # integrity
            keyUsageQualifier 34
            keyAccess 00
            keyIdentifier 02
            keyVersionNumber 01
            keyComponents { keyComponent { keyType 88; keyData 202122232425262728292A2B2C2D2E2F; macLength 8 } }
        }
        keyObject { # data encryption
            keyUsageQualifier C8
            keyAccess 00
            keyIdentifier 03
            keyVersionNumber 01
            keyComponents { keyComponent { keyType 88; keyData 303132333435363738393A3B3C3D3E3F; macLength 8 } }
        }
    }
}

# Files of the USIM may be managed under TAR B00011.
rfm {
    header { mandated; identification 12 }
    instanceAID A0000000090005FFFFFFFF89B0001100
    tarList { tar B00011 }
    minimumSecurityLevel 16
    uiccAccessDomain 00
    uiccAdminAccessDomain 00
    adfRFMAccess { adfAID A0000000871002FFFFFFFF8900000100; adfAccessDomain 00; adfAdminAccessDomain 00 }
}

end { header { mandated; identification 13 } }

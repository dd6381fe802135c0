# softeuicc test: a test profile for the XOR algorithm of 3GPP TS 34.108, with all that the other packages do not have:
# cyclic files, a phone book in the USIM, links, an enabled PIN.
# What the numbers mean and the test keys: README.md.
# Encode: softeuicc-profile encode test.profile -o test.der

header {
    major-version 2
    minor-version 3
    profileType "softeuicc test profile"
    iccid 89000101000000000044
    eUICC-Mandatory-services { usim; usim-test-algorithm; ber-tlv }
    eUICC-Mandatory-GFSTEList {
        template 2.23.143.1.2.1 # MF
        template 2.23.143.1.2.2 # DF.CD
        template 2.23.143.1.2.4 # ADF.USIM
        template 2.23.143.1.2.5 # more of the USIM
        template 2.23.143.1.2.6 # DF.PHONEBOOK of the USIM
        template 2.23.143.1.2.7 # DF.GSM-ACCESS
        template 2.23.143.1.2.13.2 # DF.5GS
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
    ef-iccid { fillFileContent 98001010000000000044 }
    ef-dir {
        fileDescriptor { fileDescriptor 42210026; efFileSize 26 }
        fillFileContent 61184F10A0000000871002FFFFFFFF8900000100 5004 "test"
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

# PIN1 is enabled: it is asked for.
pinCodes {
    header { mandated; identification 3 }
    pinCodes {
        pinconfig {
            pinConfiguration {
                keyReference pinAppl1; pinValue "0000" FF*4; unblockingPINReference pukAppl1
                pinAttributes 7; maxNumOfAttemps-retryNumLeft 51
            }
            pinConfiguration {
                keyReference adm1; pinValue "88888888"; pinAttributes 3; maxNumOfAttemps-retryNumLeft 170
            }
        }
    }
}

cd {
    header { identification 4 }
    templateID 2.23.143.1.2.2
    df-cd { fileDescriptor { pinStatusTemplateDO 010A } }
    ef-launchpad { # the rule of the MF: there is no EF.ARR here
        fileDescriptor { securityAttributesReferenced 2F0602; efFileSize 20 }
        fillFileContent "softeuicc"
    }
}

usim {
    header { mandated; identification 5 }
    templateID 2.23.143.1.2.4
    adf-usim {
        fileDescriptor { fileID 7FD0; dfName A0000000871002FFFFFFFF8900000100; pinStatusTemplateDO 01810A }
    }
    ef-imsi { fillFileContent 080910100000000040 } # 001010000000004
    ef-arr { use access-rules }
    ef-keys { }
    ef-keysps { }
    ef-hpplmn { }
    # 1 phone book, 2 FDN, 8 EF.OCI, 9 EF.ICI, 10 SMS, 12 SMSP, 13 AoC, 19 SPN, 27 GSM access, 33, 34 EF.EST, 38 GSM
    # security context, 85 EPS, 122 123 5GS, 132 URSP
    ef-ust {
        fileDescriptor { efFileSize 11 }
        fillFileContent 831B040423000000000010000000000608
    }
    ef-fdn { }
    ef-sms { }
    ef-smsp { }
    ef-smss { }
    ef-spn { fillFileContent 00 "test" }
    ef-est { fillFileContent 00 }
    ef-start-hfn { }
    ef-threshold { }
    ef-psloci { }
    ef-acc { fillFileContent 0010 }
    ef-fplmn { }
    ef-loci { }
    ef-ad { fillFileContent 80000002 } # for type approval
    ef-ecc { fillFileContent 11F2FF00 }
    ef-netpar { }
    ef-epsloci { }
    ef-epsnsc { }
}

opt-usim {
    header { mandated; identification 6 }
    templateID 2.23.143.1.2.5
    ef-li { fillFileContent "en" }
    ef-acmax { }
    ef-acm { }
    ef-puct { }
    ef-ici { }
    ef-oci { }
    ef-ict { }
    ef-oct { }
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

# RES of 128 bits. The test algorithm has no OPc and refuses no sequence number.
akaParameter {
    header { mandated; identification 8 }
    algoConfiguration {
        algoParameter {
            algorithmID usim-test-algorithm
            algorithmOptions 02
            key 000102030405060708090A0B0C0D0E0F
            opc 00*16
        }
    }
}

phonebook {
    header { mandated; identification 9 }
    templateID 2.23.143.1.2.6
    df-phonebook { fileDescriptor { pinStatusTemplateDO 01810A } }
    ef-pbr {
        fileDescriptor { fileDescriptor 42210010; efFileSize 10 }
        fillFileContent A804C0024F58 AA04C2024F38
    }
    ef-ext1 { fileDescriptor { efFileSize 1A } }
    ef-psc { }
    ef-cc { }
    ef-puid { }
    ef-adn { fileDescriptor { fileDescriptor 4221001E; efFileSize 012C } } # 10 names
}

gsm-access {
    header { mandated; identification 10 }
    templateID 2.23.143.1.2.7
    df-gsm-access { fileDescriptor { pinStatusTemplateDO 01810A } }
    ef-kc { }
    ef-kcgprs { }
}

df-5gs {
    header { mandated; identification 11 }
    templateID 2.23.143.1.2.13.2
    df-5gs { fileDescriptor { pinStatusTemplateDO 01810A } }
    ef-5gs3gpploci { }
    ef-5gsn3gpploci { }
    ef-5gs3gppnsc { }
    ef-5gsn3gppnsc { }
    ef-5gauthkeys { fillFileContent FF*110 }
    ef-ursp { fileDescriptor { efFileSize 80 } }
    ef-tn3gppsnn { }
}

# Files to play with, which everybody may read and update: transparent, linear fixed, cyclic and BER-TLV; and a link to
# the first of them from the USIM.
genericFileManagement {
    header { mandated; identification 12 }
    fileManagementCMD {
        fileManagement {
            createFCP { fileDescriptor 7821; fileID 7F66; securityAttributesReferenced 0E; pinStatusTemplateDO 010A }
            createFCP {
                fileDescriptor 42210021; fileID 6F06; securityAttributesReferenced 02; efFileSize 42; shortEFID
            }
            # 1: everything always; 2: read always, the rest never
            fillFileContent 80017F 9000 840132 9000 FF*23
            fillFileContent 800101 9000 80017E 9700
            createFCP {
                fileDescriptor 4121; fileID 6F01; securityAttributesReferenced 01; efFileSize 40; shortEFID 08
                proprietaryEFInfo { repeatPattern 0102030405 }
            }
            createFCP {
                fileDescriptor 42210010; fileID 6F02; securityAttributesReferenced 01; efFileSize 80; shortEFID 10
            }
            fillFileContent "first" FF*11 "second"
            fillFileOffset 10
            fillFileContent "third"
            createFCP {
                fileDescriptor 46210003; fileID 6F03; securityAttributesReferenced 01; efFileSize 0C; shortEFID 18
                proprietaryEFInfo { fillPattern 00 }
            }
            createFCP {
                fileDescriptor 7921; fileID 6F04; securityAttributesReferenced 01; efFileSize 0200; shortEFID
                proprietaryEFInfo { maximumFileSize 0400; fileDetails 01 }
            }
            fillFileContent 800401020304 8103414243
            filePath 7FD0
            createFCP {
                fileDescriptor 4121; fileID 6F70; securityAttributesReferenced 05; shortEFID
                linkPath 7F666F01
            }
        }
    }
}

end { header { mandated; identification 13 } }

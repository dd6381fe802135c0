# softeuicc bootstrap: what a thing in the IoT is shipped with: data only, to reach an eIM and to fall back to (SGP.32).
# What the numbers mean and the test keys: README.md.
# Encode: softeuicc-profile encode bootstrap.profile -o bootstrap.der

header {
    major-version 2
    minor-version 3
    profileType "softeuicc bootstrap test profile"
    iccid 89000101000000000051
    eUICC-Mandatory-services { usim; milenage }
    eUICC-Mandatory-GFSTEList {
        template 2.23.143.1.2.1 # MF
        template 2.23.143.1.2.4 # ADF.USIM
        template 2.23.143.1.2.5 # more of the USIM
        template 2.23.143.1.2.13 # DF.5GS
    }
    # For ES10b.GetConnectivityParameters: A1 is for HTTPS: bearer (35, the default one), access
    # point name (47).
    connectivityParameters A10F 350103 470A 09 "bootstrap"
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
    ef-iccid { fillFileContent 98001010000000000015 }
    ef-dir {
        fileDescriptor { fileDescriptor 42210026; efFileSize 26 }
        fillFileContent 61184F10A0000000871002FFFFFFFF8900000100 5004 "boot"
    }
    ef-arr { use access-rules }
    ef-umpc { fillFileContent 3C00000000 } # up to 60 mA, no time-out, nothing optional
}

pinCodes {
    header { mandated; identification 2 }
    pinCodes {
        pinconfig {
            pinConfiguration {
                keyReference pinAppl1; pinValue "0000" FF*4
                pinAttributes 6; maxNumOfAttemps-retryNumLeft 51
            }
            pinConfiguration {
                keyReference adm1; pinValue "88888888"; pinAttributes 3; maxNumOfAttemps-retryNumLeft 170
            }
        }
    }
}

usim {
    header { mandated; identification 3 }
    templateID 2.23.143.1.2.4
    adf-usim {
        fileDescriptor { fileID 7FD0; dfName A0000000871002FFFFFFFF8900000100; pinStatusTemplateDO 010A }
    }
    ef-imsi { fillFileContent 080910100000000050 } # 001010000000005
    ef-arr { use access-rules }
    ef-keys { }
    ef-keysps { }
    ef-hpplmn { }
    # 19 SPN, 20 PLMN list, 33, 38 GSM security context, 42 43 PLMN lists, 71 EHPLMN, 85 EPS,
    # 96 NAS configuration, 122 123 5GS
    ef-ust {
        fileDescriptor { efFileSize 11 }
        fillFileContent 00000C0021060000400010800000000600
    }
    ef-fdn { doNotCreate } # no calls, no short messages
    ef-sms { doNotCreate }
    ef-smsp { doNotCreate }
    ef-smss { doNotCreate }
    ef-spn { fillFileContent 00 "bootstrap" }
    ef-est { fileDescriptor { securityAttributesReferenced 02 }; fillFileContent 00 } # no PIN2 here
    ef-start-hfn { }
    ef-threshold { }
    ef-psloci { }
    ef-acc { fillFileContent 0020 }
    ef-fplmn { }
    ef-loci { }
    ef-ad { fillFileContent 00000002 }
    ef-ecc { fillFileContent 11F2FF00 }
    ef-netpar { }
    ef-epsloci { }
    ef-epsnsc { }
}

opt-usim {
    header { mandated; identification 4 }
    templateID 2.23.143.1.2.5
    ef-plmnwact { }
    ef-oplmnwact { fillFileContent 00F110C880 }
    ef-hplmnwact { fillFileContent 00F1104000 } # E-UTRAN only
    ef-ehplmn { fillFileContent 00F110 }
    # 80: signalling priority low; 84: extended access barring
    ef-nasconfig { fillFileContent 800101 840101 FF*12 }
}

akaParameter {
    header { mandated; identification 5 }
    algoConfiguration {
        algoParameter {
            algorithmID milenage
            algorithmOptions 01
            key 0396EB317B6D1C36F19C1C84CD6FFD16
            opc 53C15671C60A4B731C55B4A441C0BDE2
        }
    }
}

df-5gs {
    header { mandated; identification 6 }
    templateID 2.23.143.1.2.13
    df-5gs { fileDescriptor { pinStatusTemplateDO 010A } }
    ef-5gs3gpploci { }
    ef-5gsn3gpploci { }
    ef-5gs3gppnsc { }
    ef-5gsn3gppnsc { }
    ef-5gauthkeys { fillFileContent FF*110 }
    ef-routing-indicator { fillFileContent F0FFFFFF }
}

# The operator may correct the files by SMS: one security domain with AES keys.
securityDomain {
    header { mandated; identification 7 }
    instance {
        applicationLoadPackageAID A0000001515350
        classAID A000000151535041
        instanceAID A000000151000000
        applicationPrivileges 82DC00
        lifeCycleState 0F
        applicationSpecificParametersC9 81028000 8201F0 8301F0 8701F0
        applicationParameters {
            uiccToolkitApplicationSpecificParametersField 01 00 00 00 00 02 0116 06 B20100 000000
        }
    }
    keyList {
        keyObject {
            keyUsageQualifier 38; keyAccess 00; keyIdentifier 01; keyVersionNumber 01
            keyComponents { keyComponent { keyType 88; keyData 707172737475767778797A7B7C7D7E7F; macLength 8 } }
        }
        keyObject {
            keyUsageQualifier 34; keyAccess 00; keyIdentifier 02; keyVersionNumber 01
            keyComponents { keyComponent { keyType 88; keyData 808182838485868788898A8B8C8D8E8F; macLength 8 } }
        }
        keyObject {
            keyUsageQualifier C8; keyAccess 00; keyIdentifier 03; keyVersionNumber 01
            keyComponents { keyComponent { keyType 88; keyData 909192939495969798999A9B9C9D9E9F; macLength 8 } }
        }
    }
}

rfm {
    header { mandated; identification 8 }
    instanceAID A0000000090005FFFFFFFF89B0001100
    tarList { tar B00011 }
    minimumSecurityLevel 16
    uiccAccessDomain 00
    uiccAdminAccessDomain 00
    adfRFMAccess { adfAID A0000000871002FFFFFFFF8900000100; adfAccessDomain 00; adfAdminAccessDomain 00 }
}

end { header { mandated; identification 9 } }

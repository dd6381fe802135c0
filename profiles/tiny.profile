# softeuicc tiny: little more than a terminal needs to register: an MF, a USIM, a PIN and a key.
# What the numbers mean and the test keys: README.md.
# Encode: softeuicc-profile encode tiny.profile -o tiny.der

header {
    major-version 2
    minor-version 1
    profileType "softeuicc tiny test profile"
    iccid 89000101000000000028
    eUICC-Mandatory-services { usim; milenage }
    eUICC-Mandatory-GFSTEList { template 2.23.143.1.2.1; template 2.23.143.1.2.4 }
}

# The rules that the templates refer to by record number (SAIP 9.9), each in a record of 33 bytes. PIN1 is 01, PIN2 81
# (this package has none), ADM1 0A.
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
    ef-iccid { fillFileContent 98001010000000000082 }
    ef-dir {
        fileDescriptor { fileDescriptor 42210026; efFileSize 26 }
        fillFileContent 61184F10A0000000871002FFFFFFFF8900000100 5004 "tiny"
    }
    ef-arr { use access-rules }
    ef-umpc { fillFileContent 3C00000000 }
}

pinCodes {
    header { mandated; identification 2 }
    pinCodes {
        pinconfig {
            pinConfiguration { keyReference pinAppl1; pinValue "0000" FF*4; pinAttributes 6 }
            pinConfiguration { keyReference adm1; pinValue "88888888"; pinAttributes 3 }
        }
    }
}

usim {
    header { mandated; identification 3 }
    templateID 2.23.143.1.2.4
    adf-usim {
        fileDescriptor { fileID 7FD0; dfName A0000000871002FFFFFFFF8900000100; pinStatusTemplateDO 010A }
    }
    ef-imsi { fillFileContent 080910100000000020 } # 001010000000002
    ef-arr { use access-rules }
    ef-keys { }
    ef-keysps { }
    ef-hpplmn { }
    ef-ust { fillFileContent 0000040001000000000010000000 } # 19 SPN, 33, 85 EPS
    ef-fdn { fileDescriptor { securityAttributesReferenced 02 } } # no PIN2 here: updated by ADM1 only
    ef-sms { }
    ef-smsp { }
    ef-smss { }
    ef-spn { fillFileContent 00 "tiny" }
    ef-est { fileDescriptor { securityAttributesReferenced 02 }; fillFileContent 00 }
    ef-start-hfn { }
    ef-threshold { }
    ef-psloci { }
    ef-acc { fillFileContent 0004 }
    ef-fplmn { }
    ef-loci { }
    ef-ad { fillFileContent 00000002 }
    ef-ecc { fillFileContent 11F2FF00 }
    ef-netpar { }
    ef-epsloci { }
    ef-epsnsc { }
}

akaParameter {
    header { mandated; identification 4 }
    algoConfiguration {
        algoParameter {
            algorithmID milenage
            algorithmOptions 01
            key 000102030405060708090A0B0C0D0E0F
            opc 0F0E0D0C0B0A09080706050403020100
        }
    }
}

end { header { mandated; identification 5 } }

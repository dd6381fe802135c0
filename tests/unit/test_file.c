/* Files of a profile as records (src/model/file.c): every kind and member, links to files and to directories, short
 * identifiers, writing, deleting, and records that are none. TS 102 221 8; SAIP 8.3.3. */
#include "model/application.h"
#include "model/file.h"

#include "notation.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct fixture {
    struct store *store;
    struct isdp isdp;
};

static void fixture_free(struct fixture *f)
{
    store_free(f->store);
}
#define FIXTURE_LOCAL __attribute__((cleanup(fixture_free))) struct fixture

static bool charge(const char *key)
{
    return key[0] == 'f';
}

static struct path path_of(const char *hex)
{
    struct path p;
    BYTES_LOCAL bytes = bytes_of(hex);
    ck_assert(path_read(bytes_slice(&bytes), &p));
    return p;
}

static struct file directory_at(const char *path, enum file_kind kind)
{
    return (struct file){.path = path_of(path),
                         .kind = kind,
                         .descriptor = 0x78,
                         .life_cycle = FILE_ACTIVATED,
                         .arr = 0x2f06,
                         .arr_record = 1};
}

static struct file transparent_at(const char *path, struct slice body)
{
    return (struct file){.path = path_of(path),
                         .kind = FILE_TRANSPARENT,
                         .descriptor = 0x41,
                         .life_cycle = FILE_ACTIVATED,
                         .arr = 0x6f06,
                         .arr_record = 3,
                         .size = (uint32_t)body.n,
                         .body = body};
}

static struct file link_at(const char *path, const char *target, uint8_t descriptor)
{
    return (struct file){.path = path_of(path),
                         .descriptor = descriptor,
                         .life_cycle = FILE_DEACTIVATED,
                         .arr = 0x6f06,
                         .arr_record = 9,
                         .is_link = true,
                         .target = path_of(target)};
}

static void create(struct fixture *f, struct file file)
{
    ck_assert_int_eq(file_create(&f->isdp, &file), OK);
}

/* MF, 7F10, 7F10/6F3A "abcd" with SFI 4, ADF 7FD0. */
static void fixture_new(struct fixture *f)
{
    static const struct euicc_env nothing = {0};
    static const uint8_t aid[] = {0xa0, 0, 0, 0, 0x87, 0x10, 2};
    static const uint8_t pins[] = {0x01, 0x81};
    struct file adf = directory_at("7FD0", FILE_ADF);
    struct file ef = transparent_at("7F106F3A", slice_text("abcd"));
    adf.aid = SLICE(aid);
    adf.pin_status = SLICE(pins);
    ef.sfi = 4;
    ck_assert_int_eq(store_new(&f->store, &nothing, charge), OK);
    isdp_over(f->store, &f->isdp);
    create(f, directory_at("", FILE_MF));
    create(f, directory_at("7F10", FILE_DF));
    create(f, ef);
    create(f, adf);
}

static bool get(const struct fixture *f, const char *path, struct file *out)
{
    bool found;
    struct path p = path_of(path);
    ck_assert_int_eq(file_get(&f->isdp, &p, out, &found), OK);
    return found;
}

static void assert_body(const struct fixture *f, const char *path, const char *text)
{
    struct file file;
    ck_assert_msg(get(f, path, &file), "%s is not there", path);
    ck_assert_msg(slice_equal(file.body, slice_text(text)), "%s: body of %zu bytes", path, file.body.n);
}

/* ---- paths ---- */

START_TEST(test_paths)
{
    char name[PATH_NAME_SIZE];
    struct path p = path_of("7FD05F3A4F30");
    struct path up = path_parent(&p);
    struct path mf = {0};
    path_name(&p, name);
    ck_assert_str_eq(name, "fs/3F00/7FD0/5F3A/4F30");
    path_name(&mf, name);
    ck_assert_str_eq(name, "fs/3F00");
    ck_assert_uint_eq(path_fid(&p), 0x4f30);
    ck_assert_uint_eq(path_fid(&mf), MF_FID);
    ck_assert(path_is_below(&p, &up) && path_is_below(&p, &p) && path_is_below(&p, &mf) && !path_is_below(&up, &p));
    ck_assert(path_equal(&p, &p) && !path_equal(&p, &up));
    up = path_parent(&mf);
    ck_assert_uint_eq(up.n, 0);
    struct path with_root = path_of("3F007FD0");
    struct path without = path_of("7FD0");
    ck_assert(path_equal(&with_root, &without));
    while (path_push(&p, 0x5f00))
        ck_assert_uint_le(p.n, PATH_LEVELS);
    ck_assert_uint_eq(p.n, PATH_LEVELS);
    ck_assert(!path_read(slice_text("abc"), &p));
    ck_assert(!path_read(slice_text("aabbccddeeffgg"), &p)); /* 7 levels */
}
END_TEST

/* ---- what is stored is what comes back ---- */

START_TEST(test_members)
{
    FIXTURE_LOCAL f;
    struct file got;
    fixture_new(&f);
    struct file record = transparent_at("7F106F3B", slice_text("aabbcc"));
    record.kind = FILE_CYCLIC;
    record.descriptor = 0x46;
    record.record_length = 2;
    record.records = 3;
    record.sfi = 30;
    record.special = FILE_HIGH_UPDATE | FILE_USABLE_DEACTIVATED;
    record.life_cycle = FILE_INITIALISATION;
    create(&f, record);
    ck_assert(get(&f, "7F106F3B", &got));
    ck_assert(got.kind == FILE_CYCLIC && got.descriptor == 0x46 && got.record_length == 2 && got.records == 3);
    ck_assert(got.sfi == 30 && got.special == 0xc0 && got.life_cycle == FILE_INITIALISATION && got.size == 6);
    ck_assert(got.arr == 0x6f06 && got.arr_record == 3 && !got.is_link && path_equal(&got.real, &got.path));
    ck_assert(file_has_records(&got) && !file_is_directory(&got));
    struct file objects = transparent_at("7F106F3C", (struct slice){0});
    objects.kind = FILE_BER_TLV;
    objects.descriptor = 0x39; /* not shareable */
    objects.size = 100000;
    objects.maximum_size = 100002;
    objects.details = 1;
    objects.body = slice_text("\x80\x01\xaa");
    create(&f, objects);
    ck_assert(get(&f, "7F106F3C", &got));
    ck_assert(got.kind == FILE_BER_TLV && got.descriptor == 0x39 && got.size == 100000 && got.body.n == 3);
    ck_assert(got.maximum_size == 100002 && got.details == 1);
    ck_assert(get(&f, "7FD0", &got));
    ck_assert(got.kind == FILE_ADF && file_is_directory(&got));
    bytes_assert(got.aid, "A0000000871002", "AID");
    bytes_assert(got.pin_status, "0181", "PIN status");
    ck_assert(get(&f, "", &got) && got.kind == FILE_MF);
    ck_assert(get(&f, "7F10", &got) && got.kind == FILE_DF);
    ck_assert(!get(&f, "7F11", &got));
    ck_assert(!get(&f, "7F116F3A", &got));
    ck_assert(!get(&f, "7F106F3A6F3A", &got));
}
END_TEST

/* The bytes of a record: the tags of TS 102 221 11.1.1.4 and SAIP, and the body behind. */
START_TEST(test_bytes)
{
    FIXTURE_LOCAL f;
    struct slice value;
    fixture_new(&f);
    ck_assert(isdp_get(&f.isdp, "fs/3F00/7F10/6F3A", &value));
    bytes_assert(value, "621B820241218302 6F3A 8A0105 8B036F0603 800400000004 880104 A500 61626364", "EF");
    ck_assert(isdp_get(&f.isdp, "fs/3F00/7F10", &value));
    bytes_assert(value, "6217820278218302 7F10 8A0105 8B032F0601 C600 D103046F3A", "DF with a short identifier");
    create(&f, link_at("7FD06F3A", "7F106F3A", 0x41));
    ck_assert(isdp_get(&f.isdp, "fs/3F00/7FD0/6F3A", &value));
    bytes_assert(value, "6216820241218302 6F3A 8A0104 8B036F0609 D204 7F106F3A", "link");
}
END_TEST

/* ---- links ---- */

START_TEST(test_link)
{
    FIXTURE_LOCAL f;
    struct file got;
    struct file link = link_at("7FD06F3A", "7F106F3A", 0x41);
    fixture_new(&f);
    link.sfi = 7;
    create(&f, link);
    ck_assert(get(&f, "7FD06F3A", &got));
    ck_assert(got.is_link && got.kind == FILE_TRANSPARENT && got.size == 4);
    ck_assert(got.arr_record == 9 && got.sfi == 7 && got.life_cycle == FILE_DEACTIVATED); /* its own */
    ck_assert_uint_eq(got.real.fid[0], 0x7f10);
    ck_assert_int_eq(file_write(&f.isdp, &got, 1, slice_text("XY")), OK);
    assert_body(&f, "7F106F3A", "aXYd");
    assert_body(&f, "7FD06F3A", "aXYd");
    ck_assert(slice_equal(got.body, slice_text("aXYd"))); /* the struct stays usable */
    /* what the link is by itself changes alone */
    got.life_cycle = FILE_ACTIVATED;
    got.arr_record = 2;
    ck_assert_int_eq(file_put(&f.isdp, &got), OK);
    ck_assert(get(&f, "7FD06F3A", &got) && got.arr_record == 2 && got.life_cycle == FILE_ACTIVATED && got.sfi == 7);
    ck_assert(get(&f, "7F106F3A", &got) && got.arr_record == 3 && got.sfi == 4);
    /* the link goes, its target stays */
    ck_assert(get(&f, "7FD06F3A", &got));
    ck_assert_int_eq(file_delete(&f.isdp, &got), OK);
    ck_assert(!get(&f, "7FD06F3A", &got));
    assert_body(&f, "7F106F3A", "aXYd");
}
END_TEST

/* SAIP 8.3.3: what a link takes from its target, all of proprietaryEFInfo too. */
START_TEST(test_link_information)
{
    FIXTURE_LOCAL f;
    struct file got;
    fixture_new(&f);
    struct file objects = transparent_at("7F106F3C", (struct slice){0});
    objects.kind = FILE_BER_TLV;
    objects.descriptor = 0x79;
    objects.size = 8;
    objects.maximum_size = 16;
    objects.details = 3;
    objects.special = FILE_HIGH_UPDATE;
    create(&f, objects);
    create(&f, link_at("7FD06F3C", "7F106F3C", 0x41));
    ck_assert(get(&f, "7FD06F3C", &got));
    ck_assert(got.is_link && got.kind == FILE_BER_TLV && got.descriptor == 0x79 && got.size == 8);
    ck_assert(got.maximum_size == 16 && got.details == 3 && got.special == FILE_HIGH_UPDATE);
}
END_TEST

/* The list of applications when it is full, and the last of it taken away. */
START_TEST(test_applications)
{
    FIXTURE_LOCAL f;
    struct profile_application a = {.kind = PROFILE_ADF, .naa = NAA_USIM, .fid = 0x7fd0};
    bool found;
    uint8_t aid[6] = {0xa0, 0x00, 0x00, 0x00, 0x00, 0x00};
    fixture_new(&f);
    a.aid = SLICE(aid);
    for (unsigned i = 0; i < 256; i++) {
        aid[5] = (uint8_t)i;
        ck_assert_int_eq(application_add(&f.isdp, &a), OK);
    }
    ck_assert_int_eq(application_add(&f.isdp, &a), ERR_NO_SPACE);
    ck_assert(application_find(&f.isdp, SLICE(aid), &a, &found) == OK && found && a.number == 255);
    ck_assert_int_eq(application_remove(&f.isdp, SLICE(aid)), OK);
    ck_assert(application_find(&f.isdp, SLICE(aid), &a, &found) == OK && !found);
    aid[5] = 0;
    ck_assert_int_eq(application_remove(&f.isdp, SLICE(aid)), OK);
    ck_assert(application_at(&f.isdp, 0, &a, &found) == OK && found && a.aid.p[5] == 1);
    ck_assert(application_at(&f.isdp, 253, &a, &found) == OK && found && a.aid.p[5] == 254);
    ck_assert(application_at(&f.isdp, 254, &a, &found) == OK && !found);
}
END_TEST

START_TEST(test_link_to_nothing)
{
    FIXTURE_LOCAL f;
    struct file got;
    bool found;
    fixture_new(&f);
    create(&f, link_at("7FD06F3A", "7F106F3A", 0x41));
    ck_assert(get(&f, "7F106F3A", &got));
    ck_assert_int_eq(file_delete(&f.isdp, &got), OK);
    ck_assert(!get(&f, "7FD06F3A", &got));
    for (struct isdp_item i = isdp_first(&f.isdp, "fs/"); i.name; i = isdp_after(&f.isdp, "fs/", &i)) {
        ck_assert_int_eq(file_of_item(&f.isdp, &i, &got), OK);
        if (got.is_link) ck_assert(got.size == 0 && got.body.n == 0 && path_fid(&got.target) == 0x6f3a);
    }
    /* nor is a link to a link anything, nor a link to itself */
    create(&f, link_at("7F106F3A", "7FD06F3A", 0x41));
    struct path p = path_of("7F106F3A");
    ck_assert_int_eq(file_get(&f.isdp, &p, &got, &found), OK);
    ck_assert(!found);
    create(&f, link_at("7F106F3B", "7F106F3B", 0x41));
    ck_assert(!get(&f, "7F106F3B", &got));
}
END_TEST

/* 7FD0/5F3A is 7F10/5F3A: the files below are reached both ways. */
START_TEST(test_directory_link)
{
    FIXTURE_LOCAL f;
    struct file got;
    bool found;
    struct file ef = transparent_at("7F105F3A4F30", slice_text("book"));
    struct path alias = path_of("7FD05F3A");
    fixture_new(&f);
    create(&f, directory_at("7F105F3A", FILE_DF));
    ef.sfi = 2;
    create(&f, ef);
    create(&f, link_at("7FD05F3A", "7F105F3A", 0x78));
    ck_assert(get(&f, "7FD05F3A", &got) && got.is_link && got.kind == FILE_DF && got.arr_record == 9);
    ck_assert(get(&f, "7FD05F3A4F30", &got) && !got.is_link);
    ck_assert(path_equal(&got.real, &ef.path) && got.path.fid[0] == 0x7fd0);
    ck_assert_int_eq(file_write(&f.isdp, &got, 0, slice_text("B")), OK);
    assert_body(&f, "7F105F3A4F30", "Book");
    ck_assert_int_eq(file_by_sfi(&f.isdp, &alias, 2, &got, &found), OK);
    ck_assert(found && got.path.fid[0] == 0x7fd0 && got.real.fid[0] == 0x7f10);
    /* a file made below the link is in the directory, with its short identifier; the link stays what it was */
    struct file made = transparent_at("7FD05F3A4F31", slice_text("new"));
    made.sfi = 3;
    create(&f, made);
    assert_body(&f, "7F105F3A4F31", "new");
    assert_body(&f, "7FD05F3A4F31", "new");
    ck_assert_int_eq(file_by_sfi(&f.isdp, &alias, 3, &got, &found), OK);
    ck_assert(found && path_fid(&got.path) == 0x4f31);
    ck_assert(get(&f, "7F105F3A", &got) && got.arr_record == 1 && got.life_cycle == FILE_ACTIVATED);
    ck_assert(get(&f, "7FD05F3A", &got) && got.arr_record == 9 && got.life_cycle == FILE_DEACTIVATED);
    /* a link below the linked directory, deleted by its other name */
    create(&f, link_at("7F105F3A4F32", "7F106F3A", 0x41));
    ck_assert(get(&f, "7FD05F3A4F32", &got) && got.is_link && slice_equal(got.body, slice_text("abcd")));
    ck_assert_int_eq(file_delete(&f.isdp, &got), OK);
    ck_assert(!get(&f, "7F105F3A4F32", &got));
    assert_body(&f, "7F106F3A", "abcd");
    /* a file deleted by its other name, and its short identifier with it */
    ck_assert(get(&f, "7FD05F3A4F30", &got));
    ck_assert_int_eq(file_delete(&f.isdp, &got), OK);
    ck_assert(!get(&f, "7F105F3A4F30", &got));
    ck_assert_int_eq(file_by_sfi(&f.isdp, &alias, 2, &got, &found), OK);
    ck_assert(!found);
    /* the link alone */
    ck_assert(get(&f, "7FD05F3A", &got));
    ck_assert_int_eq(file_delete(&f.isdp, &got), OK);
    ck_assert(!get(&f, "7FD05F3A4F31", &got));
    assert_body(&f, "7F105F3A4F31", "new");
}
END_TEST

/* ---- short identifiers ---- */

START_TEST(test_short_ids)
{
    FIXTURE_LOCAL f;
    struct file got;
    bool found;
    struct path directory = path_of("7F10");
    struct path nowhere = path_of("7F99");
    struct file second = transparent_at("7F106F24", slice_text("zz"));
    fixture_new(&f);
    second.sfi = 4; /* taken: the first stays what it means */
    create(&f, second);
    ck_assert_int_eq(file_by_sfi(&f.isdp, &directory, 4, &got, &found), OK);
    ck_assert(found && path_fid(&got.path) == 0x6f3a);
    ck_assert_int_eq(file_by_sfi(&f.isdp, &directory, 5, &got, &found), OK);
    ck_assert(!found);
    ck_assert_int_eq(file_by_sfi(&f.isdp, &nowhere, 4, &got, &found), OK);
    ck_assert(!found);
    ck_assert(get(&f, "7F106F3A", &got));
    ck_assert_int_eq(file_delete(&f.isdp, &got), OK);
    ck_assert_int_eq(file_by_sfi(&f.isdp, &directory, 4, &got, &found), OK);
    ck_assert(!found);
    ck_assert(get(&f, "7F10", &got) && got.short_ids.n == 0);
}
END_TEST

/* Several files of one directory: its record changes when the folder is closed, and says the same as one by one. */
START_TEST(test_folder)
{
    FIXTURE_LOCAL f;
    FIXTURE_LOCAL one_by_one;
    BUF_LOCAL image = {0};
    BUF_LOCAL expected = {0};
    struct folder folder = {0};
    struct file got;
    bool found;
    struct path directory = path_of("7F66");
    fixture_new(&f);
    fixture_new(&one_by_one);
    create(&f, link_at("7F66", "7F10", 0x78));
    create(&one_by_one, link_at("7F66", "7F10", 0x78));
    ck_assert_int_eq(folder_open(&f.isdp, &directory, &folder, &found), OK);
    ck_assert(found && folder.is_open && folder_has_short_id(&folder, 4) && !folder_has_short_id(&folder, 5));
    for (uint8_t i = 0; i < 6; i++) {
        char path[] = "7F666F40";
        path[7] = (char)('0' + i);
        struct file ef = transparent_at(path, slice_text("abc"));
        ef.sfi = i < 4 ? (uint8_t)(4 + i) : NO_SFI; /* the first is taken */
        ck_assert_int_eq(folder_create(&f.isdp, &folder, &ef), OK);
        create(&one_by_one, ef);
    }
    ck_assert(folder_has_short_id(&folder, 5) && folder_has_short_id(&folder, 7) && !folder_has_short_id(&folder, 8));
    ck_assert(get(&f, "7F10", &got) && got.short_ids.n == 3);
    size_t charged = store_charged(f.store) + folder_growth(&folder);
    ck_assert_int_eq(folder_close(&f.isdp, &folder), OK);
    ck_assert_uint_eq(store_charged(f.store), charged);
    ck_assert_uint_eq(folder_growth(&folder), 0);
    ck_assert(!folder.is_open && get(&f, "7F10", &got) && got.short_ids.n == 12);
    ck_assert(get(&f, "7F106F45", &got));
    ck_assert_int_eq(store_commit(f.store, NULL), OK);
    ck_assert_int_eq(store_commit(one_by_one.store, NULL), OK);
    ck_assert_int_eq(store_snapshot(f.store, &image), OK);
    ck_assert_int_eq(store_snapshot(one_by_one.store, &expected), OK);
    ck_assert(slice_equal(buf_slice(&image), buf_slice(&expected)));
    /* closed is closed, and what is no directory does not open */
    struct file ef = transparent_at("7F106F50", slice_text("abc"));
    ck_assert_int_eq(folder_create(&f.isdp, &folder, &ef), ERR_CORRUPT);
    ck_assert_int_eq(folder_close(&f.isdp, &folder), OK);
    directory = path_of("7F106F3A");
    ck_assert_int_eq(folder_open(&f.isdp, &directory, &folder, &found), OK);
    ck_assert(!found && !folder.is_open);
    directory = path_of("7F99");
    ck_assert_int_eq(folder_open(&f.isdp, &directory, &folder, &found), OK);
    ck_assert(!found && !folder.is_open);
    folder_free(&folder);
}
END_TEST

/* ---- writing and deleting ---- */

START_TEST(test_write)
{
    FIXTURE_LOCAL f;
    struct file got;
    fixture_new(&f);
    ck_assert(get(&f, "7F106F3A", &got));
    ck_assert_int_eq(file_write(&f.isdp, &got, 4, (struct slice){0}), OK);
    ck_assert_int_eq(file_write(&f.isdp, &got, 3, slice_text("xy")), ERR_CORRUPT);
    ck_assert_int_eq(file_write(&f.isdp, &got, 5, (struct slice){0}), ERR_CORRUPT);
    assert_body(&f, "7F106F3A", "abcd");
    ck_assert_int_eq(file_write(&f.isdp, &got, 2, got.body.n ? slice_of(got.body.p, 2) : got.body), OK); /* itself */
    assert_body(&f, "7F106F3A", "abab");
    got.arr_record = 12;
    ck_assert_int_eq(file_put(&f.isdp, &got), OK); /* slices in the store */
    ck_assert(get(&f, "7F106F3A", &got) && got.arr_record == 12 && got.sfi == 4);
    assert_body(&f, "7F106F3A", "abab");
}
END_TEST

START_TEST(test_delete_directory)
{
    FIXTURE_LOCAL f;
    struct file got;
    fixture_new(&f);
    create(&f, directory_at("7F105F3A", FILE_DF));
    create(&f, transparent_at("7F105F3A4F30", slice_text("x")));
    create(&f, transparent_at("7FD06F07", slice_text("y")));
    size_t before = store_count(f.store, "");
    ck_assert(get(&f, "7F10", &got));
    ck_assert_int_eq(file_delete(&f.isdp, &got), OK);
    ck_assert_uint_eq(store_count(f.store, ""), before - 4);
    ck_assert(!get(&f, "7F105F3A4F30", &got));
    assert_body(&f, "7FD06F07", "y");
}
END_TEST

START_TEST(test_create_without_directory)
{
    FIXTURE_LOCAL f;
    fixture_new(&f);
    struct file ef = transparent_at("7F116F01", slice_text("x"));
    ck_assert_int_eq(file_create(&f.isdp, &ef), ERR_CORRUPT);
    ef = transparent_at("7F106F3A6F01", slice_text("x")); /* below an EF */
    ck_assert_int_eq(file_create(&f.isdp, &ef), ERR_CORRUPT);
}
END_TEST

/* ---- records that are none ---- */

START_TEST(test_corrupt)
{
    static const char *const records[] = {
        "",
        "61",
        "62{",
        "62 05 82{4121}",
        "63{82{4121} 80{00}}",
        "62{}",                                          /* no descriptor */
        "62{82{41}}",                                    /* its size */
        "62{82{412100}}",                                /* its size */
        "62{82{4521} 80{00}}",                           /* no kind of file */
        "62{82{4121} 80{02}} 61",                        /* fewer bytes than it says */
        "62{82{4121} 80{02}} 616161",                    /* more */
        "62{82{4221000203} 80{04}} 61616161",            /* 3 records of 2 are not 4 */
        "62{82{4121} 8B{0601} 80{00}}",                  /* access rule */
        "62{82{4121} D2{7F}}",                           /* target */
        "62{82{4121} D2{7F107F107F107F107F107F107F10}}", /* its depth */
        "62{82{4121} 80{00} 88}",                        /* not TLVs */
        "62{82{7921} 80{04}} 000000",                    /* how much of a BER-TLV file is used */
        "62{82{7921} 80{04}} 00000003 8000",             /* more than is there */
    };
    FIXTURE_LOCAL f;
    struct file got;
    bool found;
    struct path p = path_of("6F99");
    fixture_new(&f);
    const char *text = records[_i];
    bool raw = strchr(text, '{') && !strchr(text, '}');
    BYTES_LOCAL value = raw ? bytes_of("620A820241") : notation_bytes(text, NULL);
    ck_assert_int_eq(isdp_put(&f.isdp, "fs/3F00/6F99", bytes_slice(&value)), OK);
    ck_assert_msg(file_get(&f.isdp, &p, &got, &found) == ERR_CORRUPT, "%s was taken", text);
    for (struct isdp_item i = isdp_first(&f.isdp, "fs/3F00/6F99"); i.name; i = (struct isdp_item){0})
        ck_assert_int_eq(file_of_item(&f.isdp, &i, &got), ERR_CORRUPT);
}
END_TEST

START_TEST(test_corrupt_name)
{
    FIXTURE_LOCAL f;
    struct file got;
    fixture_new(&f);
    struct isdp_item too_deep = {.name = "fs/3F00/7F01/7F02/7F03/7F04/7F05/7F06/7F07"};
    struct isdp_item too_short = {.name = "fs/3F"};
    ck_assert_int_eq(file_of_item(&f.isdp, &too_deep, &got), ERR_CORRUPT);
    ck_assert_int_eq(file_of_item(&f.isdp, &too_short, &got), ERR_CORRUPT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("file");
    TCase *tcase = tcase_create("file");
    tcase_add_test(tcase, test_paths);
    tcase_add_test(tcase, test_members);
    tcase_add_test(tcase, test_bytes);
    tcase_add_test(tcase, test_link);
    tcase_add_test(tcase, test_link_information);
    tcase_add_test(tcase, test_applications);
    tcase_add_test(tcase, test_link_to_nothing);
    tcase_add_test(tcase, test_directory_link);
    tcase_add_test(tcase, test_short_ids);
    tcase_add_test(tcase, test_folder);
    tcase_add_test(tcase, test_write);
    tcase_add_test(tcase, test_delete_directory);
    tcase_add_test(tcase, test_create_without_directory);
    tcase_add_loop_test(tcase, test_corrupt, 0, 18);
    tcase_add_test(tcase, test_corrupt_name);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

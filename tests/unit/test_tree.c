/* The tree below the store (src/store/tree.h): balance, order, sharing. */
#include "store/tree.h"
#include "store_model.h"

/* Sizes are right, keys rise, and no side of a node has more than three times the weight of the other: what keeps the
 * depth at a small multiple of the logarithm. Returns the depth. */
static unsigned assert_balanced(const struct node *node, const char *above, const char *below)
{
    if (!node) return 0;
    size_t left = tree_size(node->left), right = tree_size(node->right);
    bool good = node->size == left + right + 1 && (!above || strcmp(above, node->entry->key) < 0) &&
                (!below || strcmp(node->entry->key, below) < 0) &&
                (left + right <= 1 || (left <= 3 * right && right <= 3 * left));
    /* Check writes to a file on each of its assertions, so there is one only where something is wrong. */
    if (!good) ck_abort_msg("node %s: size %u, left %zu, right %zu", node->entry->key, node->size, left, right);
    unsigned depth_left = assert_balanced(node->left, above, node->entry->key);
    unsigned depth_right = assert_balanced(node->right, node->entry->key, below);
    return 1 + (depth_left > depth_right ? depth_left : depth_right);
}

/* Rising, falling and random keys, then removals from one end, from the other and at random; a shared copy on the way
 * stays as it was, and no change needs more nodes than tree_reserve() took. */
START_TEST(the_tree_stays_balanced)
{
    struct node_pool pool = {0};
    struct node *root = NULL, *shared = NULL;
    uint32_t random = 77;
    char key[KEY_MAX];
    for (unsigned i = 0; i < 2000; i++) {
        unsigned number = _i == 0 ? i : _i == 1 ? 1999 - i : next(&random) % 2000;
        (void)snprintf(key, sizeof key, "%04u", number);
        pool_free(&pool);
        ck_assert_int_eq(tree_reserve(&pool, root, key), OK);
        root = tree_put(&pool, root, entry_new(key, SLICE("x"), false));
        if (i % 20 == 0) ck_assert_uint_le(assert_balanced(root, NULL, NULL), 20);
    }
    shared = tree_ref(root);
    size_t n = tree_size(root);
    ck_assert_uint_le(assert_balanced(root, NULL, NULL), 20);
    for (size_t i = n; i > 0; i--) {
        size_t place = _i == 0 ? 0 : _i == 1 ? i - 1 : next(&random) % i;
        (void)snprintf(key, sizeof key, "%s", tree_at(root, place)->key);
        pool_free(&pool);
        ck_assert_int_eq(tree_reserve(&pool, root, key), OK);
        root = tree_remove(&pool, root, key);
        ck_assert_ptr_null(tree_find(root, key));
        ck_assert_uint_eq(tree_size(root), i - 1);
        if (i % 20 == 0) (void)assert_balanced(root, NULL, NULL);
    }
    ck_assert_ptr_null(root);
    ck_assert_uint_eq(tree_size(shared), n);
    (void)assert_balanced(shared, NULL, NULL);
    tree_unref(shared);
    pool_free(&pool);
}
END_TEST

/* n entries with the numbers first, first + step and so on. */
static void make_entries(struct entry **entries, unsigned first, unsigned step, unsigned n)
{
    char key[KEY_MAX];
    for (unsigned i = 0; i < n; i++) {
        (void)snprintf(key, sizeof key, "%06u", first + i * step);
        entries[i] = entry_new(key, SLICE("x"), false);
    }
}

/* Many entries at once: few into many and the other way round, at both ends, in one place, among the others, in place
 * of some of them; the tree as it was before stays. */
START_TEST(many_entries_leave_the_tree_balanced)
{
    static const unsigned sizes[] = {0, 1, 2, 3, 7, 50, 270, 1999};
    static const unsigned steps[] = {1, 3, 50, 100};
    static struct entry *entries[1999];
    static struct entry *old[1999];
    const unsigned n = sizes[_i];
    for (size_t i = 1; i < 4 * COUNT(sizes); i++) {
        const unsigned more = sizes[i / 4];
        for (unsigned k = 0; k <= 10; k++) {
            struct node_pool pool = {0};
            struct node *root = NULL;
            size_t displaced = 0;
            const unsigned first = n * k / 10 * 100 + k % 2;
            make_entries(entries, 0, 100, n);
            ck_assert_int_eq(pool_fill(&pool, n), OK);
            struct node *before = tree_build(&pool, entries, n);
            make_entries(entries, first, steps[i % 4], more);
            memset(old, 0, sizeof(old));
            ck_assert_int_eq(tree_put_all(before, entries, more, old, &root), OK);
            ck_assert_uint_le(assert_balanced(root, NULL, NULL), 22);
            for (size_t j = 0; j < more; j++) {
                displaced += old[j] != NULL;
                if (old[j] != tree_find(before, entries[j]->key) || tree_find(root, entries[j]->key) != entries[j])
                    ck_abort_msg("%u into %u: entry %zu", more, n, j);
                entry_unref(entries[j]);
            }
            ck_assert_uint_eq(tree_size(root), n + more - displaced);
            tree_unref(root);
            ck_assert_uint_eq(tree_size(before), n);
            (void)assert_balanced(before, NULL, NULL);
            tree_unref(before);
        }
    }
}
END_TEST

int main(void)
{
    Suite *all = suite_create("tree");
    TCase *tree = tcase_create("tree");
    tcase_set_timeout(tree, 60);
    tcase_add_loop_test(tree, the_tree_stays_balanced, 0, 3);
    tcase_add_loop_test(tree, many_entries_leave_the_tree_balanced, 0, 8);
    suite_add_tcase(all, tree);
    return run_store_suite(all);
}

/* outbox_test.c -- mails live as rows until they are sent or given up */
#include "support.h"

#include "store/outbox.h"

#define FROM "Kvittens <kvittens@inkasso.example>"

static void receipt(struct store *store, const struct delivery *d, const char *verdict,
                    const char *to, int64_t deadline_us)
{
    struct outbox_mail m = {
        .kind = OUTBOX_RECEIPT,
        .delivery_row = d->row,
        .verdict = verdict,
        .recipient = to,
        .created_us = d->received_us,
        .next_us = d->received_us,
        .deadline_us = deadline_us,
    };
    assert_int_equal(outbox_add(store, &m, FROM, NULL, 0), SLUSS_OK);
}

static void alert(struct store *store, const char *topic, const char *to, int64_t at_us,
                  const char *dedup, int64_t quiet_us)
{
    struct outbox_mail m = {
        .kind = OUTBOX_ALERT,
        .verdict = topic,
        .recipient = to,
        .detail = "The inbox of heby/ekonomi is gone.",
        .created_us = at_us,
        .next_us = at_us,
    };
    assert_int_equal(outbox_add(store, &m, FROM, dedup, quiet_us), SLUSS_OK);
}

struct seen {
    struct store *store;
    unsigned n;
    char order[256];
    char message_id[16][128];
    struct outbox_mail last;
};

static int see(void *context, const struct outbox_mail *m)
{
    struct seen *seen = context;
    size_t at = strlen(seen->order);
    snprintf(seen->order + at, sizeof seen->order - at, "%lld ", (long long)m->row);
    if (seen->n < 16)
        snprintf(seen->message_id[seen->n], 128, "%s", m->message_id);
    seen->n++;
    seen->last = *m;
    if (seen->store) /* the sender records the outcome from here */
        assert_int_equal(outbox_sent(seen->store, m->row, T0, "250 queued"), SLUSS_OK);
    return 0;
}

static struct seen due(struct store *store, int64_t now_us, unsigned most)
{
    struct seen seen = {.n = 0};
    assert_int_equal(outbox_due(store, now_us, most, see, &seen), SLUSS_OK);
    return seen;
}

static void the_nearest_deadline_goes_first_and_alerts_last(void **state)
{
    struct place *place = *state;
    struct delivery d = accepted(place->store, "heby/ekonomi", "a.csv", T0, 1);
    struct delivery e = accepted(place->store, "heby/ekonomi", "b.csv", T0, 1);
    alert(place->store, "inbox", "drift@i.example", T0, NULL, 0);      /* 1 */
    receipt(place->store, &d, "accepted", "a@heby.example", 0);        /* 2: no deadline */
    receipt(place->store, &e, "accepted", "a@heby.example", T0 + DAY); /* 3 */
    receipt(place->store, &e, "released", "a@heby.example", T0 + 1);   /* 4 */
    receipt(place->store, &d, "held", "a@heby.example", T0 + DAY);     /* 5 */
    assert_string_equal(due(place->store, T0, 100).order, "4 3 5 2 1 ");
    assert_string_equal(due(place->store, T0, 2).order, "4 3 ");
    assert_string_equal(due(place->store, T0, 0).order, "");
    assert_string_equal(due(place->store, T0 - 1, 100).order, "");
}

static void message_ids_are_made_once_and_differ(void **state)
{
    struct place *place = *state;
    struct delivery d = accepted(place->store, "heby/ekonomi", "a.csv", T0, 1);
    receipt(place->store, &d, "held", "a@heby.example", 0);
    receipt(place->store, &d, "held", "b@heby.example", 0);
    receipt(place->store, &d, "released", "a@heby.example", 0);
    receipt(place->store, &d, "held", "a@heby.example", 0); /* said already */
    alert(place->store, "inbox", "drift@i.example", T0, NULL, 0);
    alert(place->store, "inbox", "drift@i.example", T0, NULL, 0);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    struct seen first = due(place->store, T0, 100);
    assert_int_equal(first.n, 5);
    char begin[64];
    snprintf(begin, sizeof begin, "<%s.held.", d.id);
    assert_memory_equal(first.message_id[0], begin, strlen(begin));
    assert_memory_equal(first.message_id[3], "<alert.", 7);
    for (unsigned i = 0; i < first.n; i++) {
        const char *domain = strchr(first.message_id[i], '@');
        assert_non_null(domain);
        assert_string_equal(domain, "@inkasso.example>");
        assert_null(strstr(first.message_id[i], "heby")); /* the recipient is not told in it */
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(first.message_id[i], first.message_id[k]);
    }
    assert_int_equal(outbox_retry(place->store, 1, T0, "451 later"), SLUSS_OK);
    store_close(&place->store);
    place_open(place);
    struct seen again = due(place->store, T0, 100);
    assert_int_equal(again.n, 5);
    for (unsigned i = 0; i < 5; i++)
        assert_string_equal(again.message_id[i], first.message_id[i]);
}

static void the_domain_is_that_of_the_sender(void **state)
{
    static const struct {
        const char *from, *domain;
    } cases[] = {
        {"a@b.example", "@b.example>"},
        {"\"x@y\" <a@b.example>", "@b.example>"},
        {"a@b.example\r\nBcc: c@d.example", "@d.example>"},
        {"a@", "@localhost>"},
        {"nobody", "@localhost>"},
        {NULL, "@localhost>"},
    };
    struct place *place = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outbox_mail m = {.kind = OUTBOX_ALERT, .verdict = "t", .recipient = "r@s.example"};
        assert_int_equal(outbox_add(place->store, &m, cases[i].from, NULL, 0), SLUSS_OK);
        struct outbox_filter last = {.after_row = (int64_t)i};
        struct seen seen = {.n = 0};
        assert_int_equal(outbox_list(place->store, &last, see, &seen), SLUSS_OK);
        assert_string_equal(strchr(seen.message_id[0], '@'), cases[i].domain);
    }
}

static void outcomes(void **state)
{
    struct place *place = *state;
    struct store *store = place->store;
    struct delivery d = accepted(store, "heby/ekonomi", "a.csv", T0, 1);
    receipt(store, &d, "accepted", "a@heby.example", T0 + DAY);
    receipt(store, &d, "accepted", "b@heby.example", T0 + 2 * DAY);
    int64_t next;
    struct outbox_counts counts;
    assert_int_equal(outbox_next_due(store, &next), SLUSS_OK);
    assert_int_equal(next, T0);

    assert_int_equal(outbox_wait(store, 1, T0 + MINUTE, "no relay"), SLUSS_OK);
    assert_string_equal(due(store, T0, 10).order, "2 ");
    assert_string_equal(due(store, T0 + MINUTE, 10).order, "1 2 "); /* it kept its place */
    assert_int_equal(outbox_retry(store, 1, T0 + MINUTE, "451 4.7.1 later"), SLUSS_OK);
    assert_string_equal(due(store, T0, 10).order, "2 ");
    assert_string_equal(due(store, T0 + MINUTE, 10).order, "2 1 "); /* the others come first */
    struct seen seen = due(store, T0 + MINUTE, 2);
    assert_int_equal(seen.last.attempts, 2);
    assert_int_equal(seen.last.state, OUTBOX_PENDING);

    assert_int_equal(outbox_failed(store, 2, T0, "550 no such user"), SLUSS_OK);
    assert_int_equal(outbox_count(store, &counts), SLUSS_OK);
    assert_int_equal(counts.pending, 1);
    assert_int_equal(counts.failed, 1);
    assert_int_equal(counts.nearest_deadline_us, T0 + DAY);

    assert_int_equal(outbox_sent(store, 1, T0 + MINUTE, "250 ok"), SLUSS_OK);
    assert_int_equal(outbox_sent(store, 1, T0 + MINUTE, "250 ok"), SLUSS_ECONFLICT);
    assert_int_equal(outbox_retry(store, 2, T0, "x"), SLUSS_ECONFLICT);
    assert_int_equal(outbox_failed(store, 3, T0, "x"), SLUSS_ENOTFOUND);
    assert_int_equal(outbox_next_due(store, &next), SLUSS_OK);
    assert_true(next == INT64_MAX);
    assert_int_equal(outbox_count(store, &counts), SLUSS_OK);
    assert_int_equal(counts.nearest_deadline_us, 0);

    struct outbox_filter all = {0};
    seen = (struct seen){.n = 0};
    assert_int_equal(outbox_list(store, &all, see, &seen), SLUSS_OK);
    assert_int_equal(seen.n, 2);
}

static void u29_a_repeated_file_gets_its_first_receipt(void **state)
{
    struct place *place = *state;
    struct delivery d = accepted(place->store, "heby/ekonomi", "a.csv", T0, 1);
    receipt(place->store, &d, "accepted", "a@heby.example", T0 + DAY);
    receipt(place->store, &d, "accepted", "b@heby.example", T0 + DAY);
    receipt(place->store, &d, "accepted", "c@heby.example", T0 + DAY);
    struct seen before = due(place->store, T0, 10);
    assert_int_equal(outbox_sent(place->store, 1, T0, "250 ok"), SLUSS_OK);
    assert_int_equal(outbox_failed(place->store, 2, T0, "550 no"), SLUSS_OK);
    assert_int_equal(outbox_retry(place->store, 3, T0 + 3 * DAY, "451"), SLUSS_OK);
    assert_int_equal(outbox_revive(place->store, d.row, T0 + DAY), 2);
    struct seen after = due(place->store, T0 + DAY, 10);
    assert_string_equal(after.order, "2 3 ");
    assert_string_equal(after.message_id[0], before.message_id[1]);
    assert_int_equal(outbox_revive(place->store, d.row + 1, T0), 0);
}

static void alerts_are_not_repeated_while_it_is_quiet(void **state)
{
    static const struct {
        const char *topic, *to, *dedup;
        int64_t at_us;
        unsigned rows; /* pending afterwards */
    } cases[] = {
        {"inbox", "a@i.example", "heby", T0, 1},
        {"inbox", "a@i.example", "heby", T0 + DAY, 1}, /* the first is still pending */
        {"inbox", "b@i.example", "heby", T0, 2},       /* one row a recipient */
        {"disk", "a@i.example", "heby", T0, 3},
        {"inbox", "a@i.example", "sala", T0, 4},
        {"inbox", "a@i.example", NULL, T0, 5},
        {"inbox", "a@i.example", NULL, T0, 6},
    };
    struct place *place = *state;
    struct outbox_counts counts;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        alert(place->store, cases[i].topic, cases[i].to, cases[i].at_us, cases[i].dedup,
              60 * MINUTE);
        assert_int_equal(outbox_count(place->store, &counts), SLUSS_OK);
        assert_int_equal(counts.pending, cases[i].rows);
    }
    assert_int_equal(outbox_sent(place->store, 1, T0, NULL), SLUSS_OK);
    alert(place->store, "inbox", "a@i.example", T0 + 59 * MINUTE, "heby", 60 * MINUTE);
    assert_int_equal(outbox_count(place->store, &counts), SLUSS_OK);
    assert_int_equal(counts.pending, 5);
    alert(place->store, "inbox", "a@i.example", T0 + 60 * MINUTE, "heby", 60 * MINUTE);
    assert_int_equal(outbox_count(place->store, &counts), SLUSS_OK);
    assert_int_equal(counts.pending, 6);
}

static void lists_and_visitors_that_write(void **state)
{
    struct place *place = *state;
    struct delivery d = accepted(place->store, "heby/ekonomi", "a.csv", T0, 1);
    for (int i = 0; i < 150; i++) {
        char to[64];
        snprintf(to, sizeof to, "r%d@heby.example", i);
        receipt(place->store, &d, "accepted", to, T0 + DAY);
        alert(place->store, "inbox", to, T0, NULL, 0);
    }
    static const struct {
        struct outbox_filter filter;
        unsigned n;
    } cases[] = {
        {{0}, 300},
        {{.limit = 200}, 200},
        {{.receipts_only = true}, 150},
        {{.pending_only = true, .receipts_only = true, .after_row = 100}, 100},
        {{.after_row = 299}, 1},
        {{.delivery_row = 1, .pending_only = true}, 150},
        {{.delivery_row = 2}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct seen seen = {.n = 0};
        assert_int_equal(outbox_list(place->store, &cases[i].filter, see, &seen), SLUSS_OK);
        assert_int_equal(seen.n, cases[i].n);
    }
    struct seen seen = {.store = place->store};
    assert_int_equal(outbox_due(place->store, T0, 1000, see, &seen), SLUSS_OK);
    assert_int_equal(seen.n, 300);
    assert_int_equal(due(place->store, T0, 1000).n, 0);
}

static void a_receipt_needs_its_delivery(void **state)
{
    struct place *place = *state;
    struct outbox_mail m = {.delivery_row = 17, .verdict = "held", .recipient = "a@b.example"};
    assert_int_equal(outbox_add(place->store, &m, FROM, NULL, 0), SLUSS_ENOTFOUND);
    m.recipient = NULL;
    assert_int_equal(outbox_add(place->store, &m, FROM, NULL, 0), SLUSS_EINVAL);
}

static void a_clock_set_back_makes_nothing_wait_longer(void **state)
{
    struct place *place = *state;
    struct delivery d = accepted(place->store, "heby/ekonomi", "a.csv", T0, 1);
    int64_t next;

    receipt(place->store, &d, "accepted", "a@heby.example", T0 + MINUTE);
    receipt(place->store, &d, "accepted", "b@heby.example", 0);
    assert_int_equal(outbox_retry(place->store, 1, T0 + MINUTE, "451"), SLUSS_OK);
    assert_int_equal(outbox_retry(place->store, 2, T0 + 2 * MINUTE, "451"), SLUSS_OK);
    assert_int_equal(outbox_clock_back(place->store, 3 * DAY), SLUSS_OK);
    assert_int_equal(outbox_next_due(place->store, &next), SLUSS_OK);
    assert_int_equal(next, T0 + MINUTE - 3 * DAY);
    struct outbox_counts counts;
    assert_int_equal(outbox_count(place->store, &counts), SLUSS_OK);
    assert_int_equal(counts.nearest_deadline_us, T0 + MINUTE - 3 * DAY);
    /* What has no deadline got none. */
    assert_int_equal(outbox_sent(place->store, 1, T0, "250"), SLUSS_OK);
    assert_int_equal(outbox_count(place->store, &counts), SLUSS_OK);
    assert_int_equal(counts.nearest_deadline_us, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_nearest_deadline_goes_first_and_alerts_last),
        STORE_TEST(a_clock_set_back_makes_nothing_wait_longer),
        STORE_TEST(message_ids_are_made_once_and_differ),
        STORE_TEST(the_domain_is_that_of_the_sender),
        STORE_TEST(outcomes),
        STORE_TEST(u29_a_repeated_file_gets_its_first_receipt),
        STORE_TEST(alerts_are_not_repeated_while_it_is_quiet),
        STORE_TEST(lists_and_visitors_that_write),
        STORE_TEST(a_receipt_needs_its_delivery),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "parsers/payments.h"

#include "model/error.h"
#include "parsers/record.h"

static int refuse(struct payments *all, const char *what, uint64_t record)
{
    all->refused = what;
    all->refused_at = record;
    return SLUSS_ESTOP;
}

static bool keep(struct payments *all, struct span *text)
{
    struct span given = *text;

    *text = arena_copy(all->arena, given);
    return text->p || !given.p;
}

/* A copy whose strings live in the arena. */
static struct payment *copy(struct payments *all, const struct item *item)
{
    struct payment *payment = arena_alloc(all->arena, sizeof(*payment));

    if (!payment)
        return NULL;
    payment->item = *item;
    return keep(all, &payment->item.number) && keep(all, &payment->item.reference) &&
                   keep(all, &payment->item.counterparty_id) &&
                   keep(all, &payment->item.counterparty_name) &&
                   keep(all, &payment->item.payee_account) && keep(all, &payment->item.issuer)
               ? payment
               : NULL;
}

static void append(struct payment **first, struct payment **last, struct payment *payment)
{
    if (*last)
        (*last)->next = payment;
    else
        *first = payment;
    *last = payment;
}

static void add(struct payments *all, struct payment *payment)
{
    append(&all->first, &all->last, payment);
    all->count++;
    payment->group = all->group;
    payment->fields = all->fields;
    all->fields = (struct payment_fields){NULL, NULL};
}

/* Instead of the entry, the payments that it sums up. */
static int add_inside(struct payments *all, const struct item *entry)
{
    struct payment *next = all->inside;
    int64_t sum = 0;

    for (const struct payment *p = next; p; p = p->next)
        if (strcmp(p->item.currency, entry->currency) != 0 ||
            money_add(sum, p->item.amount_minor, &sum) < 0)
            return refuse(all, "its payments have no amounts of their own in its currency",
                          entry->record);
    if (sum != entry->amount_minor)
        return refuse(all, "its payments do not add up to its amount", entry->record);
    while (next) {
        struct payment *payment = next;
        next = payment->next;
        payment->next = NULL;
        add(all, payment);
    }
    return 0;
}

static int on_item(void *context, const struct item *item)
{
    struct payments *all = context;
    bool several = all->inside && all->inside->next;
    struct payment *payment = several ? NULL : copy(all, item);
    int r = several ? add_inside(all, item) : payment ? 0 : SLUSS_ENOMEM;

    if (payment)
        add(all, payment);
    all->inside = all->inside_last = NULL;
    return r;
}

static int on_detail(void *context, const struct item *item)
{
    struct payments *all = context;
    struct payment *payment = copy(all, item);

    if (!payment)
        return SLUSS_ENOMEM;
    append(&all->inside, &all->inside_last, payment);
    return 0;
}

static struct payment_fields *place(struct payments *all, const struct particular *told)
{
    if (told->of == PARTICULAR_ITEM)
        return &all->fields;
    if (told->of == PARTICULAR_OPENS) {
        if (!all->group || all->group->closes.first ||
            all->group->opens.last->told.record != told->record)
            all->group = arena_alloc(all->arena, sizeof(*all->group));
        return all->group ? &all->group->opens : NULL;
    }
    if (!all->group)
        all->group = arena_alloc(all->arena, sizeof(*all->group));
    return all->group ? &all->group->closes : NULL;
}

static int on_particular(void *context, const struct particular *told)
{
    struct payments *all = context;
    struct payment_field *field = arena_alloc(all->arena, sizeof(*field));
    struct payment_fields *to = field ? place(all, told) : NULL;

    if (!to)
        return SLUSS_ENOMEM;
    all->any_fields = true;
    field->told = *told;
    field->told.text = arena_copy(all->arena, told->text);
    if (!field->told.text.p)
        return SLUSS_ENOMEM;
    if (told->of == PARTICULAR_CLOSES && told->field->kind == RECORD_DATE &&
        !date_present(all->group->day) && date_parse_compact(told->text, &all->group->day) < 0)
        all->group->day = DATE_NONE;
    if (to->last)
        to->last->next = field;
    else
        to->first = field;
    to->last = field;
    return 0;
}

void payments_sink(struct payments *payments, struct sink *sink)
{
    sink->context = payments;
    sink->item = on_item;
    sink->detail = on_detail;
    sink->particular = on_particular;
}

"""The books of a period, reckoned anew from the log of a simulated quarter.

Shares nothing with the daemon: reads the events that the simulation told, not the store, and
counts in its own way. `expected` gives the rows of `slussctl report ... --json`; `differences`
holds a report against them, field by field.
"""
import json
import statistics
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR = 3600 * 10**6
SITE = {"receipt": HOUR, "after": HOUR, "every": 2 * HOUR, "amount": 500000, "most": 4,
        "from_limit": False}
BUCKETS = [60, 300, 900, 1800, 3600, 3 * 3600, 5 * 3600, 7 * 3600]
STATES = ["checking", "held", "rejected", "accepted", "released", "queued", "delivered",
          "recalled"]


def period_days(name):
    """First day, and the first day behind."""
    if "Q" in name:
        year, month, months = int(name[:4]), 3 * int(name[5]) - 2, 3
    else:
        year, month, months = int(name[:4]), int(name[5:]), 1
    count = year * 12 + month - 1 + months
    return date(year, month, 1), date(count // 12, count % 12 + 1, 1)


def instant(day, zone):
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp()) * 10**6


def rfc3339(us):
    at = datetime(1970, 1, 1) + timedelta(microseconds=us)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{us // 1000 % 1000:03}Z"


def penalties(terms, arrived, at):
    """How often the penalty is due, straight from the agreement's words."""
    if at - arrived <= terms["receipt"]:
        return 0
    waited = at - arrived - (terms["receipt"] if terms["from_limit"] else 0)
    times, step = 0, terms["after"]
    while times < terms["most"] and (waited > step if times == 0 else waited >= step):
        times += 1
        step += terms["every"]
    return times


class Delivery:
    def __init__(self, event):
        self.id, self.unit, self.arrived = event["delivery"], event["unit"], event["at_us"]
        self.judged = self.answered = self.acked = self.recalled = self.queued = None
        self.verdict, self.answer = "none", None
        self.items = self.credits = self.recipients = 0
        self.sums, self.credit_sums, self.checks, self.mailed = {}, {}, set(), {}


def read(log, as_of):
    """Deliveries by id, with what was known at `as_of`."""
    found = {}
    with open(log, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            what, at = event["event"], event["at_us"]
            if what == "arrived":
                if at <= as_of:
                    found[event["delivery"]] = Delivery(event)
                continue
            d = found.get(event["delivery"])
            if d is None or (at > as_of and what != "queued"):
                continue
            if what == "judged":
                d.judged, d.verdict = at, event["verdict"]
                d.items, d.credits, d.sums = event["items"], event["credits"], event["sums"]
                d.credit_sums = event["credit_sums"]
                d.recipients, d.checks = event["recipients"], set(event["checks"]) - {""}
            elif what == "mailed" and event["verdict"] == d.verdict:
                d.mailed.setdefault(event["to"], at)
            elif what in ("released", "released-once", "rejected"):
                d.answered, d.answer = at, what
            elif what == "queued":
                d.queued = at
            elif what == "acked":
                d.acked = at
            elif what == "recalled":
                d.recalled = at
    return found


def state_at(d, at):
    if d.judged is None or d.judged > at:
        return "checking"
    if d.verdict == "rejected":
        return "rejected"
    if d.verdict == "held":
        if d.answered is None or d.answered > at:
            return "held"
        if d.answer == "rejected":
            return "rejected"
    if d.recalled is not None and d.recalled <= at:
        return "recalled"
    if d.acked is not None and d.acked <= at:
        return "delivered"
    if d.queued is not None and d.queued <= at:
        return "queued"
    return "released" if d.verdict == "held" else "accepted"


def receipt(d, terms, as_of):
    sent = d.recipients > 0 and len(d.mailed) == d.recipients
    at = max(d.mailed.values()) if sent else as_of
    return {"sent": at if sent else None, "took": at - d.arrived,
            "late": at - d.arrived > terms["receipt"], "penalties": penalties(terms, d.arrived, at),
            "minor": penalties(terms, d.arrived, at) * terms["amount"]}


def net(deliveries, which="sums"):
    sums = Counter()
    for d in deliveries:
        for currency, minor in getattr(d, which).items():
            sums[currency] += minor
    return dict(sums)


def measure(deliveries, fates):
    m = Counter()
    for d in deliveries:
        fate = fates[d.id]
        m["deliveries"] += 1
        m[{"none": "not_judged"}.get(d.verdict, d.verdict)] += 1
        m["receipts_" + ((("late" if fate["late"] else "in_time") if fate["sent"] is not None else
                          ("not_sent" if fate["late"] else "open")))] += 1
        m["penalties"] += fate["penalties"]
        m["penalty_minor"] += fate["minor"]
        if d.verdict == "held":
            m[{None: "still_held", "released": "released", "released-once": "released_once",
               "rejected": "rejected_by_person"}[d.answer]] += 1
        m["recalled"] += d.recalled is not None
        m["items"] += d.items
        m["credits"] += d.credits
    through = [d for d in deliveries if d.recalled is None and
               (d.verdict == "accepted" or d.answer in ("released", "released-once"))]
    done = [(d.answered if d.verdict == "held" else d.judged) for d in deliveries]
    spans = [at - d.arrived for d, at in zip(deliveries, done) if at is not None]
    row = {key: m[key] for key in (
        "deliveries", "accepted", "held", "rejected", "not_judged", "receipts_in_time",
        "receipts_late", "receipts_not_sent", "receipts_open", "penalties", "penalty_minor",
        "released", "released_once", "rejected_by_person", "still_held", "recalled", "items",
        "credits")}
    settled = m["receipts_in_time"] + m["receipts_late"] + m["receipts_not_sent"]
    row["in_time_percent"] = m["receipts_in_time"] * 10000 // settled / 100 if settled else None
    row["items_let_through"] = sum(d.items for d in through)
    for name, every, sums in (("sum_minor", "sums", net(deliveries)),
                              ("credits_minor", "credits_sums", net(deliveries, "credit_sums")),
                              ("let_through_minor", "let_through_sums", net(through))):
        row[name] = None if len(sums) > 1 else sum(sums.values())
        if len(sums) > 1:
            row[every] = sums
    row["handled"] = len(spans)
    row["handling_mean_s"] = sum(spans) // len(spans) // 10**6 if spans else None
    return row


def middle(values):
    return int(statistics.median(values) * 1) // 10**6 if values else 0


def wait_rows(deliveries, fates, as_of):
    """The slowest receipts, and the longest waits for a person; the longest first."""
    receipts = [dict(row="receipt", delivery=d.id, unit=d.unit, verdict=d.verdict,
                     took=fates[d.id]["took"], penalties=fates[d.id]["penalties"],
                     penalty_minor=fates[d.id]["minor"],
                     sent_at=rfc3339(fates[d.id]["sent"]) if fates[d.id]["sent"] else None)
                for d in deliveries if fates[d.id]["sent"] is not None or fates[d.id]["late"]]
    holds = [dict(row="hold", delivery=d.id, unit=d.unit, outcome=d.answer or "held",
                  took=(as_of if d.answered is None else d.answered) - d.judged)
             for d in deliveries if d.verdict == "held"]
    rows = []
    for found, most in ((receipts, 1000), (holds, 100)):
        found.sort(key=lambda r: (-r["took"], r["delivery"]))
        for r in found[:most]:
            r["took_s"] = r.pop("took") // 10**6
            rows.append(r)
    return rows


def check_rows(held):
    checks = defaultdict(Counter)
    for d in held:
        for name in d.checks or {"evidence"}:
            checks[name]["held"] += 1
            checks[name]["alone"] += len(d.checks) <= 1
            checks[name][{None: "still_held", "released": "released",
                          "released-once": "released_once",
                          "rejected": "rejected_by_person"}[d.answer]] += 1
    return [dict({"row": "check", "check": name},
                 **{k: c[k] for k in ("held", "alone", "released", "released_once",
                                      "rejected_by_person", "still_held")})
            for name, c in sorted(checks.items(), key=lambda x: (-x[1]["held"], x[0]))]


def day_rows(deliveries, fates, first, behind, zone):
    days = defaultdict(Counter)
    for d in deliveries:
        day = datetime.fromtimestamp(d.arrived // 10**6, ZoneInfo(zone)).date()
        days[day].update(deliveries=1, late=fates[d.id]["late"], held=d.verdict == "held")
    return [dict({"row": "day", "day": str(day)},
                 **{k: int(days[day][k]) for k in ("deliveries", "late", "held")})
            for day in (first + timedelta(n) for n in range((behind - first).days))]


def expected(log, period, as_of, zone="Europe/Stockholm", scope=None, terms=None):
    """The rows, in the order of the report; `terms`: of partners that have their own."""
    first, behind = period_days(period)
    begin, end = instant(first, zone), instant(behind, zone)
    chosen = [d for d in read(log, as_of).values() if begin <= d.arrived < end and
              (scope is None or d.unit == scope or d.unit.startswith(scope + "/"))]
    of = lambda d: dict(SITE, **(terms or {}).get(d.unit.split("/")[0], {}))  # noqa: E731
    fates = {d.id: receipt(d, of(d), as_of) for d in chosen}
    groups = {"partner": defaultdict(list), "unit": defaultdict(list)}
    for d in chosen:
        groups["partner"][d.unit.split("/")[0]].append(d)
        groups["unit"][d.unit].append(d)
    held = [d for d in chosen if d.verdict == "held"]
    took = [f["took"] for f in fates.values() if f["sent"] is not None]
    answers = [d.answered - d.judged for d in held if d.answered is not None]
    head = dict(measure(chosen, fates), row="report", period=period, scope=scope,
                **{"from": rfc3339(begin), "to": rfc3339(end), "as_of": rfc3339(as_of)})
    head.update(receipt_median_s=middle(took), answer_median_s=middle(answers),
                receipt_worst_s=max(took, default=0) // 10**6,
                receipt_p95_s=sorted(took)[-(-len(took) * 95 // 100) - 1] // 10**6 if took else 0,
                answer_worst_s=max(answers, default=0) // 10**6,
                still_held_longest_s=max((as_of - d.judged for d in held if d.answered is None),
                                         default=0) // 10**6)
    limits = [b * 10**6 for b in BUCKETS]
    head["receipts_within"] = [
        {"within_s": b, "receipts": sum(low < t <= high for t in took)}
        for b, low, high in zip(BUCKETS + [None], [-1] + limits, limits + [float("inf")])]
    rows = [head]
    for kind in ("partner", "unit"):
        rows += [dict(measure(of, fates), **{"row": kind, kind: key})
                 for key, of in sorted(groups[kind].items())]
    states = Counter(state_at(d, min(end - 1, as_of)) for d in chosen)
    rows += check_rows(held)
    rows += [{"row": "state", "state": s, "deliveries": states[s]} for s in STATES]
    rows += day_rows(chosen, fates, first, behind, zone)
    return rows + wait_rows(chosen, fates, as_of)


def micros(text):
    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ") - datetime(1970, 1, 1)
    return (at.days * 86400 + at.seconds) * 10**6 + at.microseconds


def differences(rows, log, period, **more):
    """What a report (the rows of --json) says otherwise than the log; [] when nothing."""
    # The report's instant is told in milliseconds; nothing happens within one here.
    wanted = expected(log, period, micros(rows[0]["as_of"]), **more)
    wrong = []
    if len(rows) != len(wanted):
        wrong.append(f"{len(rows)} rows, not {len(wanted)}")
    # What still waits is measured to the microsecond of the report, which is not told.
    loose = {"took_s", "still_held_longest_s"}
    for n, (row, want) in enumerate(zip(rows, wanted)):
        for key, value in want.items():
            same = row.get(key) == value or (key in loose and abs(row.get(key, -9) - value) <= 1)
            if not same:
                wrong.append(f"row {n} ({want['row']}): {key} is {row.get(key)!r}, not {value!r}")
    return wrong

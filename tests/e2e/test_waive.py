"""Waivers: a check that does not stop a unit's files, until a day and on somebody's word (U66)."""
from datetime import date, timedelta

import files
from daemon import slussctl


def waiver(check, until, by="Anna Berg, ekonomi"):
    return (f'    waive "{check}" {{\n      by = "{by}"\n      until = {until}\n'
            '      reason = "The next version mends it."\n    }')


def grant(site, unit, until):
    """The configuration with a waiver of wrong totals for the unit."""
    inside = unit.text()
    assert inside.endswith("\n  }")
    text = site.text()
    assert inside in text
    return text.replace(inside, inside[:-4] + "\n" + waiver("totals", until) + "\n  }")


def wrong_total():
    sample = files.case_csv(3)
    items, changed = b"items=3", b"items=4"
    assert items in sample.data
    return sample.with_data(sample.data.replace(items, changed))


def test_a_waived_check_lets_its_unit_pass_until_its_day_u66(site):
    waived, other = site.unit(), site.unit("teknik")
    today = date.today()
    site.start()
    site.write_config(grant(site, waived, today + timedelta(days=30)))
    assert site.reload() == "reloaded"
    site.drop(waived, "a.csv", wrong_total())
    site.drop(other, "b.csv", wrong_total())
    passed = site.wait_delivery("a.csv", "queued")
    site.wait_delivery("b.csv", "held")
    findings = {f["check"]: f for f in site.show(passed["delivery"])["findings"]}
    assert findings["totals"]["level"] == "warn"
    assert findings["waiver"]["evidence"]["by"] == "Anna Berg, ekonomi"
    assert findings["waiver"]["evidence"]["check"] == "totals"

    ended = today - timedelta(days=2)
    site.write_config(grant(site, waived, ended))
    assert site.reload() == "reloaded"
    site.drop(waived, "c.csv", wrong_total())
    site.wait_delivery("c.csv", "held")

    check = slussctl("config", "check", "--json", config=site.config)
    assert check.code == 0 and f"ended on {ended}" in check.row["warnings"][0], check
    row = slussctl("waive", "list", "--json", config=site.config).row
    assert row == {"unit": waived.key, "check": "totals", "by": "Anna Berg, ekonomi",
                   "until": str(ended), "active": False, "reason": "The next version mends it."}
    people = slussctl("waive", "list", config=site.config)
    assert "ended" in people.out and "Anna Berg" in people.out

"""An alert in words: what happened, and how often such alerts were right."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any

from tradeanalysis.monitoring.alert_rules import Rule
from tradeanalysis.names import country_name
from tradeanalysis.schema import CountryError
from tradeanalysis.texts import Amount, EconomyName, Text

# The share of imports below which they count as negligible (WTO Anti-Dumping Agreement, article 5.8).
NEGLIGIBLE = 0.03


def of_alert(rule: Rule, alert: Mapping[str, Any], also: Mapping[str, float], currency: str | None) -> Text:
    """What an alert says, with its record."""
    return Text("watch_alert", what=_what(rule, alert, also, currency), record=_record(rule, alert))


@functools.lru_cache(maxsize=1024, typed=True)  # labels that are no economy are compared with all names
def named_partner(partner: Any) -> EconomyName | str:
    """An economy by its name in the language; a label that is none as it stands."""
    try:
        country_name(partner)
    except (CountryError, TypeError, ValueError):
        return str(partner)
    return str(partner) if str(partner).isdecimal() else EconomyName(partner)


def month_of(label: str) -> dict[str, int | str]:
    """The year and month of a label such as 2024-05, for a text."""
    year, month = label.split("-")
    return {"year": year, "month": int(month)}


def _what(rule: Rule, alert: Mapping[str, Any], also: Mapping[str, float], currency: str | None) -> Text:
    partner: EconomyName | str | Text = named_partner(alert["partner"])
    if isinstance(alert["product"], str):
        partner = Text("watch_goods", partner=partner, product=alert["product"])
    values = {"partner": partner, "months": rule.months, **month_of(alert["month"])}
    now, was, size = alert["now"], alert["was"], alert["size"]
    if rule.kind == "share_up":
        return Text("watch_share_up", **values, now=now, was=was)
    if rule.kind == "market_lost":
        nil = size > -rule.threshold
        amounts = {"now": Amount(now, currency or ""), "was": Amount(was, currency or "")}
        return Text(
            "watch_market_nil" if nil else "watch_market_lost", **values, **amounts, fall=-size, silent=int(rule.silent)
        )
    if rule.kind == "volume_up":
        return Text("watch_volume_up", **values, volume=also["volume"], fall=-also["unit_value"])
    if rule.kind == "import_share":
        changes = {"volume": also["volume"], "fall": -also["unit_value"]}
        key = "watch_import_share" if rule.threshold == NEGLIGIBLE else "watch_import_share_above"
        return Text(key, **values, **changes, now=now, threshold=rule.threshold)
    cap = now - size
    if math.isnan(also["year"]):
        return Text("watch_cap", **values, now=now, cap=cap)
    return Text("watch_cap_year", **values, now=now, cap=cap, so_far=also["year"])


def _record(rule: Rule, alert: Mapping[str, Any]) -> Text:
    """How often an alert like this one was followed by its event, and any market; or that it is not known."""
    precision = alert["precision"]
    if math.isnan(precision):
        return Text("watch_unknown" if alert["cases"] else "watch_unknown_none", alerts=alert["cases"])
    event = Text(f"watch_event_{rule.kind}", event=rule.event, points=100 * rule.event, ahead=rule.ahead)
    times = round(10 * precision)
    key = "watch_right_none" if times == 0 else "watch_right_all" if times == 10 else "watch_right"
    record = Text(key, times=times, event=event)
    if math.isnan(alert["chance"]):  # no market of this size has had a year before and a year after
        return Text("watch_against_none", record=record)
    return Text("watch_against", record=record, chance=alert["chance"])

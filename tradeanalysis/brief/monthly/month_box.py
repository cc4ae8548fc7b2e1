"""The box on top of the monthly page: the month in figures, and the one sentence that says what matters most."""

from __future__ import annotations

from tradeanalysis.brief.contents import Tiles
from tradeanalysis.brief.monthly.month_facts import RECENT, MonthFacts, Pair
from tradeanalysis.brief.monthly.since_last_page import NEW, Since
from tradeanalysis.brief.monthly.target_progress import BEHIND, TargetProgress
from tradeanalysis.brief.wording import signed_percent
from tradeanalysis.texts import Text, capital, label, money, month_name, number, percent, say
from tradeanalysis.texts.catalogues import in_sentence

# The months of a whole year, and the decimals of an index.
YEAR, DIGITS = 12, 3


def month_box(facts: MonthFacts, since: Since, progress: TargetProgress | None, lang: str) -> Tiles:
    """The box in a language."""
    items = (
        (
            capital(say("monthly_of_month", lang, month=month_name(facts.month, lang))),
            *_amount(facts.of_month, facts, lang),
        ),
        (
            say(f"monthly_so_far{_so_far(facts)}", lang, **_counts(facts)),
            *_amount(facts.so_far, facts, lang),
        ),
        _largest(facts, lang),
        _index_so_far(facts, lang),
        _index_of_year(facts, lang),
        _alerts(facts, since, lang),
    )
    return Tiles(headline(facts, since, progress, lang), items, say("monthly_box", lang))


def headline(facts: MonthFacts, since: Since, progress: TargetProgress | None, lang: str) -> str:
    """What matters most: a new alert, a year behind its target, an alert that goes on, a fall, or the trade."""
    new = [text for text, state in zip(alert_texts(facts), since.states, strict=True) if state == NEW]
    if new:
        return say(
            "monthly_lead_first" if since.before is None else "monthly_lead_new",
            lang,
            sentence=with_record(new[0], lang),
        )
    if progress is not None and progress.all["course"] == BEHIND:
        parts = {name: percent(float(progress.all[name]), lang) for name in ("done", "usual")}
        gap = "_gap" if facts.lacking else ""
        return say(f"monthly_lead_behind{gap}", lang, month=month_name(facts.month, lang), **_counts(facts), **parts)
    if texts := alert_texts(facts):
        return say("monthly_lead_old", lang, sentence=with_record(texts[0], lang))
    if facts.examined and (falls := facts.falls):
        return say("monthly_lead_fall", lang, months=RECENT, fall=fall_of(*falls[0], facts, lang))
    name, share = facts.largest
    pair = facts.so_far
    words = {
        "flow": say(facts.flow, lang),
        "period": say(f"monthly_period{_so_far(facts)}", lang, **_counts(facts)),
        "share": percent(share.now, lang),
    }
    words |= {"largest": in_sentence(name, lang), "growth": percent(abs(pair.growth), lang)}
    words["value"] = money(pair.now, lang, facts.currency)
    way = "unwatched" if not facts.examined else "quiet_alone" if pair.growth != pair.growth else _way(pair.growth)
    return capital(say(f"monthly_lead_{way}", lang, **words))


def _way(growth: float) -> str:
    if float(f"{100 * growth:.1f}") == 0:
        return "quiet_even"
    return "quiet_up" if growth > 0 else "quiet_down"


def alert_texts(facts: MonthFacts) -> list[Text]:
    """The sentences of the alerts, the worst first."""
    return [] if facts.watch is None else list(facts.watch.sentences)


def short(text: Text, lang: str) -> str:
    """What an alert says, without how often such alerts were right."""
    what = text.values.get("what")
    said = (what if isinstance(what, Text) else text).say(lang)
    return said if said.endswith(".") else f"{said}."


def with_record(text: Text, lang: str) -> str:
    """What an alert says, and how often such alerts were right, beside any market of its size."""
    record = text.values.get("record")
    return f"{short(text, lang)} {capital(record.say(lang))}." if isinstance(record, Text) else short(text, lang)


def fall_of(name: str, pair: Pair, facts: MonthFacts, lang: str) -> str:
    """By how much a market fell, from what to what."""
    amounts = {"before": money(pair.before, lang, facts.currency), "now": money(pair.now, lang, facts.currency)}
    return say("monthly_fall", lang, partner=in_sentence(name, lang), fall=percent(-pair.growth, lang, 0), **amounts)


def _so_far(facts: MonthFacts) -> str:
    """How the year so far is spoken of: one month, several, the whole year, or months of which some lack."""
    return "_gap" if facts.lacking else {1: "_one", YEAR: "_year"}.get(facts.count, "")


def _counts(facts: MonthFacts) -> dict[str, int]:
    """The months of the year so far, and how many of them are there."""
    return {"count": facts.count, "year": facts.year, "there": facts.count - facts.lacking}


def _amount(pair: Pair, facts: MonthFacts, lang: str) -> tuple[str, str]:
    """An amount, and the same of a year before beside it."""
    value = money(pair.now, lang, facts.currency)
    if pair.growth != pair.growth:
        return value, say("monthly_without_before", lang)
    before = money(pair.before, lang, facts.currency)
    return value, say("monthly_beside", lang, change=signed_percent(pair.growth, lang), before=before)


def _largest(facts: MonthFacts, lang: str) -> tuple[str, str, str]:
    """The largest market of twelve months, its share, and how that has changed."""
    name, share = facts.largest
    value = say("monthly_largest_value", lang, name=label(name, lang), share=percent(share.now, lang))
    points = number(100 * abs(share.now - share.before), lang, 1)
    if share.before != share.before:
        beside = say("monthly_largest_alone", lang)
    elif float(f"{100 * (share.now - share.before):.1f}") == 0:
        beside = say("monthly_largest_even", lang)
    else:
        beside = say(f"monthly_largest_{'up' if share.now > share.before else 'down'}", lang, points=points)
    return say(f"monthly_largest_{facts.flow}", lang), value, beside


def _index_so_far(facts: MonthFacts, lang: str) -> tuple[str, str, str]:
    """The index of the year so far, and of the same months of the year before."""
    pair = facts.index_so_far
    beside = say("monthly_index_beside", lang, before=number(pair.before, lang, DIGITS))
    if pair.before != pair.before:
        beside = say("monthly_without_before", lang)
    return say(f"monthly_index_so_far{_so_far(facts)}", lang, **_counts(facts)), number(pair.now, lang, DIGITS), beside


def _index_of_year(facts: MonthFacts, lang: str) -> tuple[str, str, str]:
    """The estimate of the whole year's index, with its band."""
    if facts.count == YEAR:
        now, before = (number(facts.index_of(year), lang, DIGITS) for year in (facts.year, facts.year - 1))
        return say("monthly_index_whole", lang, year=facts.year), now, say("monthly_index_last", lang, before=before)
    head, found = say("monthly_index_year", lang, year=facts.year), facts.nowcast
    if found is None:
        return head, "–", say("monthly_index_none", lang)
    estimate = number(float(found.estimate), lang, DIGITS)
    if found.low != found.low:
        return head, estimate, say("monthly_index_no_band", lang)
    band = band_of(float(found.low), float(found.high), lang)
    return head, estimate, say("monthly_index_band", lang, **band, confidence=percent(facts.confidence, lang, 0))


def band_of(low: float, high: float, lang: str) -> dict[str, str]:
    """The ends of a band, written as the sentence of an estimate writes them."""
    return {"low": number(low, lang, DIGITS), "high": number(high, lang, DIGITS)}


def _alerts(facts: MonthFacts, since: Since, lang: str) -> tuple[str, str, str]:
    """How many alerts there are, how many are new since which page, and since when the others go on."""
    head = say("monthly_alerts", lang)
    if not facts.examined:
        return head, "–", say("monthly_alerts_refused", lang)
    count, new = len(since.states), since.states.count(NEW)
    if since.before is None:
        return head, number(count, lang), say("monthly_alerts_first", lang)
    if not count:
        return head, number(count, lang), say("monthly_alerts_none", lang)
    beside = say("monthly_alerts_new", lang, new=new, month=month_name(since.before.month, lang))
    if old := [month for month, one in zip(facts.alerts["since"], since.states, strict=True) if one != NEW]:
        key = "monthly_alerts_old" if len(old) == 1 else "monthly_alerts_old_several"
        beside += say(key, lang, old=len(old), since=month_name(min(map(str, old)), lang))
    return head, number(count, lang), beside

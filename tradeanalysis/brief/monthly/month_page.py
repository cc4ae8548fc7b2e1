"""What stands on the monthly page, in its order and in one language."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import figures, monitoring
from tradeanalysis.brief.about_data import cited
from tradeanalysis.brief.contents import Block, Contents, Figure, Heading, Points, Sentences, ShownTable, Terms
from tradeanalysis.brief.drawings import Picture
from tradeanalysis.brief.monthly.month_box import DIGITS, alert_texts, band_of, month_box, short
from tradeanalysis.brief.monthly.month_facts import YEAR, MonthFacts
from tradeanalysis.brief.monthly.month_notes import falling, left_out, month_notes
from tradeanalysis.brief.monthly.page_history import Alert, History
from tradeanalysis.brief.monthly.since_last_page import NEW, Since
from tradeanalysis.brief.monthly.target_progress import TargetProgress
from tradeanalysis.brief.wording import columns_unit
from tradeanalysis.schema import PARTNER, PERIOD
from tradeanalysis.texts import (
    amount,
    capital,
    catalogue,
    label,
    money,
    month_name,
    number,
    percent,
    say,
    series,
    unit_name,
)
from tradeanalysis.texts.catalogues import in_sentence

# What is printed of alerts and revised months; and the months of the figure.
ALERTS, REVISED, DRAWN, SHOWN = 3, 3, 6, 48


def month_contents(
    facts: MonthFacts,
    since: Since,
    progress: TargetProgress | None,
    history: History,
    *,
    source: str | None,
    lang: str,
) -> Contents:
    """The page of a month."""
    named = source or cited(facts.certificate, lang) or ""
    blocks: list[Block] = [month_box(facts, since, progress, lang)]
    blocks += [Sentences(one, loud=True) for one in (*left_out(facts, lang), *falling(facts, lang))]
    blocks += _alerts(facts, since, lang)
    blocks.append(Figure(facts.flow, "courses", Picture(f"{facts.flow}-courses", _courses(facts, lang))))
    blocks += [] if progress is None else _progress(facts, progress, lang)
    if since.before is not None:
        blocks += _since(facts, since, lang)
    elif history.path is not None and history.refused is None:
        blocks.append(Sentences(say("monthly_since_first", lang), quiet=True))
    blocks += [Heading(say("monthly_notes_head", lang)), Points(tuple(month_notes(facts, history, lang)))]
    return Contents(
        lang,
        capital(
            say(
                f"monthly_title_{facts.flow}",
                lang,
                reporter=in_sentence(facts.reporter, lang),
                month=month_name(facts.month, lang),
            )
        ),
        say("monthly_subtitle_of" if named else "monthly_subtitle", lang, source=named),
        tuple(blocks),
        (),
        compact=True,
    )


def _alerts(facts: MonthFacts, since: Since, lang: str) -> list[Block]:
    """The alerts with their records, the worst first."""
    texts = alert_texts(facts)
    if not texts:
        return []
    rows = facts.alerts.to_dict("records")
    pairs = []
    for text, row, state in list(zip(texts, rows, since.states, strict=True))[:ALERTS]:
        said = short(text, lang)
        if since.before is not None:
            started = month_name(str(row["since"]), lang)
            said = say(
                "monthly_alert_new" if state == NEW else "monthly_alert_goes_on", lang, sentence=said, since=started
            )
        pairs.append((capital(said), _record(row, lang)))
    blocks: list[Block] = [Heading(say("monthly_alerts_head", lang)), Terms(tuple(pairs))]
    if len(texts) > ALERTS:
        rest = dict.fromkeys(label(str(row[PARTNER]), lang) for row in rows[ALERTS:])
        more = say("monthly_alert_more", lang, count=len(texts) - ALERTS, partners=series(list(rest), lang))
        blocks.append(Sentences(more, quiet=True))
    return blocks


def _record(row: dict[Any, Any], lang: str) -> str:
    """How often alerts like this one were right, beside any market; what the rule caught, how late, and what not."""
    names = ("precision", "chance", "recall", "delay", "false_alarms")
    precision, chance, recall, delay, false_alarms = (float(row[name]) for name in names)
    if precision != precision:
        count = int(row["cases"])
        return say("monthly_record_few" if count else "monthly_record_none", lang, count=number(count, lang))
    against = "monthly_against" if chance == chance else "monthly_against_none"
    caught = "monthly_caught_no_case" if recall != recall else "monthly_caught" if recall > 0 else "monthly_caught_none"
    return say(
        "monthly_record",
        lang,
        precision=percent(precision, lang, 0),
        against=say(against, lang, chance=percent(chance, lang, 0)),
        caught=say(caught, lang, recall=percent(recall, lang, 0), delay=number(delay, lang, 1)),
        false_alarms=number(false_alarms, lang, 1),
    )


def courses_of(facts: MonthFacts) -> pd.DataFrame:
    """The shares of the largest markets by month, with alerts of the month and breaks of level."""
    shares = facts.shares.iloc[-SHOWN:]
    warned = list(dict.fromkeys(facts.alerts[PARTNER]))
    largest = list(shares.iloc[-1].nlargest(DRAWN).index)
    # A market with an alert is drawn, in place of the smallest of the largest.
    others = [one for one in warned if one in shares and one not in largest][:ALERTS]
    largest = largest[: DRAWN - len(others)] + others
    table = (
        shares[largest].melt(ignore_index=False, var_name=PARTNER, value_name="share").rename_axis(PERIOD).reset_index()
    )
    table["alert"] = table[PARTNER].isin(warned) & (table[PERIOD] == facts.month)
    breaks = {(name, month) for name in largest for month in _breaks(facts, str(name))}
    table["break"] = [pair in breaks for pair in zip(table[PARTNER], table[PERIOD], strict=True)]
    return table


def _courses(facts: MonthFacts, lang: str) -> Any:
    """The figure of these courses."""
    caption = figures.Caption(reporter=facts.reporter, flow=facts.flow, year="", source="")
    return partial(figures.share_courses, courses_of(facts), top=DRAWN, lang=lang, caption=caption)


def _breaks(facts: MonthFacts, name: str) -> list[str]:
    """The months from which on a market's share of each month's trade has another level."""
    with np.errstate(invalid="ignore", divide="ignore"):
        course = facts.months.values[:, facts.months.partners.get_loc(name)] / facts.totals
    series_of_shares = pd.Series(course, facts.months.months.astype(str)).dropna()
    if len(series_of_shares) < 2 * YEAR or len(series_of_shares) < len(course):
        return []
    return [str(one)[:7] for one in monitoring.breaks(series_of_shares).dates]


def _progress(facts: MonthFacts, found: TargetProgress, lang: str) -> list[Block]:
    """Progress towards the targets: a sentence on all trade, and the largest targets by market."""
    every, course = found.all, found.all["course"]
    all_of = say(
        "monthly_progress_all" if found.of_all else "monthly_progress_some",
        lang,
        month=month_name(facts.month, lang),
        sold=money(every["sold"], lang, facts.currency),
        target=money(every["target"], lang, facts.currency),
        done=percent(every["done"], lang),
        usual=percent(every["usual"], lang),
    )
    blocks: list[Block] = [Heading(say("monthly_progress_head", lang, year=facts.year))]
    blocks.append(Sentences(f"{all_of} {say(f'monthly_progress_{course}', lang)}"))
    if found.other_base:
        amounts = {"plan": found.base, "table": found.base_of_table}
        written = {name: money(x, lang, facts.currency) for name, x in amounts.items()}
        blocks.append(
            Sentences(say("monthly_other_base", lang, **written, year=facts.year - 1, target=facts.year), loud=True)
        )
    unit, size = columns_unit(found.table["target"], facts.currency)
    heads = [f"monthly_column_{one}" for one in (f"market_{facts.flow}", "sold", "target", "done", "usual", "course")]
    rows = [(label(str(name), lang), *_progress_cells(row, size, lang)) for name, row in found.table.iterrows()]
    if found.rest is not None:
        rows.append((say("monthly_progress_rest", lang), *_progress_cells(found.rest, size, lang)))
    rows.append((say("monthly_progress_total", lang), *_progress_cells(every, size, lang)))
    named = tuple(say(head, lang, unit=unit_name(unit, lang)) for head in heads)
    title = say("monthly_progress_table", lang)
    blocks.append(ShownTable(title, named, tuple(rows), summed=True, key="monthly progress"))
    note = {0: "monthly_progress_even", 1: "monthly_progress_note_one"}.get(found.years, "monthly_progress_note")
    blocks.append(Sentences(say(note, lang, years=found.years), quiet=True))
    return blocks


def _progress_cells(row: Any, size: float, lang: str) -> tuple[str, ...]:
    return (
        amount(row["sold"], size, lang),
        amount(row["target"], size, lang),
        percent(row["done"], lang),
        percent(row["usual"], lang),
        say(f"monthly_course_{row['course']}", lang),
    )


def _since(facts: MonthFacts, since: Since, lang: str) -> list[Block]:
    """What has changed since the page before."""
    assert since.before is not None
    new = since.states.count(NEW)
    counts = {"new": new, "old": len(since.states) - new, "ended": len(since.ended)}
    lines = [say("monthly_since_alerts", lang, **counts)]
    if since.ended:
        ended = series([_ended(one, lang) for one in since.ended], lang)
        lines[0] += " " + say("monthly_since_ended", lang, alerts=ended)
    lines += _estimate_before(facts, since, lang)
    lines += _revisions(facts, since, lang)
    head = say("monthly_since_head", lang, month=month_name(since.before.month, lang))
    return [Heading(head), Points(tuple(lines))]


def _ended(alert: Alert, lang: str) -> str:
    """An alert that is over: the market, and by which rule."""
    rule, partner, _ = alert
    key = f"monthly_rule_{rule}"
    return say(
        "monthly_ended_one", lang, partner=label(partner, lang), rule=say(key, lang) if key in catalogue(lang) else rule
    )


def _estimate_before(facts: MonthFacts, since: Since, lang: str) -> list[str]:
    """Whether the estimate of the page before holds: against the new one of the same year, or the year that is over."""
    before = {} if since.before is None else since.before.nowcast
    if not before:
        return []
    year, over = int(before["year"]), int(before["year"]) < facts.year or facts.count == YEAR
    now = facts.index_of(year) if over else float(facts.nowcast.estimate) if facts.nowcast is not None else float("nan")
    if now != now:
        return []
    verdict = "monthly_within_band" if before["low"] <= now <= before["high"] else "monthly_outside_band"
    words = {"year": year, "now": number(now, lang, DIGITS), "before": number(before["estimate"], lang, DIGITS)}
    words |= band_of(before["low"], before["high"], lang) | {"verdict": say(verdict, lang)}
    return [say("monthly_since_year" if over else "monthly_since_band", lang, **words)]


def _revisions(facts: MonthFacts, since: Since, lang: str) -> list[str]:
    """The earlier months whose figures are others now, the newest first."""
    if since.before is None or not since.before.values:
        return [say("monthly_revisions_unknown", lang)]
    if since.revisions.empty:
        return [say("monthly_revisions_none", lang)]
    lines = []
    months = sorted(set(map(str, since.revisions[PERIOD])), reverse=True)
    for month in months[:REVISED]:
        rows = since.revisions[since.revisions[PERIOD].astype(str) == month]
        change = float(rows["change"].sum())
        most = str(rows[PARTNER].iloc[int(rows["change"].abs().to_numpy().argmax())])
        before = float(sum(since.before.values[month].values()))
        words = {"month": month_name(month, lang), "partner": in_sentence(most, lang)}
        words |= {"after": money(before + change, lang, facts.currency)}
        words["change"] = money(abs(change), lang, facts.currency)
        way = "within" if abs(change) < 1e-9 * before else "up" if change > 0 else "down"
        lines.append(capital(say(f"monthly_revision_{way}", lang, **words)))
    if len(months) > REVISED:
        lines.append(say("monthly_revisions_more", lang, count=len(months) - REVISED))
    return lines

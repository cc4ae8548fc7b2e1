"""The brief: a page for people who read, with the figures of one economy among all, in English and Vietnamese."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tradeanalysis import figures, names, texts
from tradeanalysis.dependency.baskets import basket
from tradeanalysis.dependency.bilateral import partners
from tradeanalysis.figures.canvas import figure_bytes
from tradeanalysis.gate.catalogue import RULES
from tradeanalysis.measures.concentration import convert, hhi, top_share
from tradeanalysis.measures.diversity import effective_partners
from tradeanalysis.measures.formula import measure
from tradeanalysis.measures.inequality import gini, lorenz
from tradeanalysis.output import write_file
from tradeanalysis.schema import EXPORT, FLOWS, PARTNER, REPORTER, TradeDataError

INDICES = (hhi, effective_partners, top_share(1), top_share(3), top_share(5), gini)


@dataclass(frozen=True)
class Side:
    """One flow of the economy: its partners, and the indices of all economies in which it stands."""

    flow: str
    reporter: str
    year: int
    partners: pd.DataFrame
    economies: pd.DataFrame

    @property
    def own(self) -> pd.Series[Any]:
        """The economy's row among all."""
        return self.economies[self.economies[REPORTER] == self.reporter].iloc[0]

    @property
    def value(self) -> float:
        """The value of the flow, with what is allocated to no partner."""
        listed = float(self.partners["value"].sum())
        return listed / (1 - self.unallocated) if listed else 0.0

    @property
    def unallocated(self) -> float:
        """The share that is allocated to no partner."""
        return float(self.partners.attrs.get("unallocated", 0.0))


def side(table: pd.DataFrame, *, reporter: str, flow: str) -> Side:
    """What the brief tells of one flow, from a reconciled table of the exports of all economies in one year."""
    # In a reconciled table the imports of an economy are the exports of the others to it.
    own, other = (REPORTER, PARTNER) if flow == EXPORT else (PARTNER, REPORTER)
    economies = measure(table, *INDICES, by=own, over=other).rename(columns={own: REPORTER})
    economies["rank"] = economies["hhi"].rank(ascending=False, method="min").astype(int)
    years = table["year"].unique()
    if len(years) != 1:
        raise TradeDataError(f"a brief is about one year, and the table holds {len(years)}: filter it")
    return Side(flow, reporter, int(years[0]), partners(table, reporter=reporter, flow=flow), economies)


def unrecorded(table: pd.DataFrame, reporter: str, *, at_least: float = 0.002) -> list[str]:
    """Economies with which the table holds no trade in either direction, the largest first.

    In a reconciled table that is most often a gap: neither of the two had reported. Nothing is told where even the
    largest of them has less than ``at_least`` of world trade: tiny economies often do not trade with each other.
    """
    size = table.groupby(REPORTER)["value"].sum().add(table.groupby(PARTNER)["value"].sum(), fill_value=0)
    traded = table[table["value"] > 0]
    met = set(traded.loc[traded[REPORTER] == reporter, PARTNER]) | set(
        traded.loc[traded[PARTNER] == reporter, REPORTER]
    )
    absent = size[~size.index.isin(met | {reporter})].sort_values(ascending=False) / size.sum()
    return list(absent.index) if (absent >= at_least).any() else []


def write_brief(
    table: pd.DataFrame,
    reporter: str | int,
    *,
    out: str | Path = "figures",
    langs: Iterable[str] = texts.LANGUAGES,
    told: Callable[[str], object] = lambda line: None,
) -> list[Path]:
    """Write the brief on one economy: figures as PNG and SVG, and one self-contained page per language.

    Parameters
    ----------
    table
        The exports of all economies in one year, such as ``ta.example("world_2023")``.
    reporter
        The economy, by code or by name.
    out
        The folder; what an earlier run wrote there is replaced.
    langs
        The languages, ``"en"`` and ``"vi"``.
    told
        Is told every file as it is written.

    Returns
    -------
    The paths of the pages, then of the figures.

    Raises
    ------
    TradeDataError
        The economy is unknown or not in the table, or the table holds several years.

    Examples
    --------
    >>> import tempfile
    >>> import tradeanalysis as ta
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = ta.write_brief(ta.example("world_2023"), "Thailand", out=folder, langs=["en"])
    >>> [path.name for path in written[:2]]
    ['brief_THA_en.html', 'THA_export_ranking_en.png']
    """
    langs = list(langs)
    for lang in langs:
        texts.catalogue(lang)  # an unknown language is told before anything is written
    code = names.country(reporter).iso3
    if code not in set(table[REPORTER]) | set(table[PARTNER]):
        raise TradeDataError(f"{names.country_name(code)} ({code}) is not in the table")
    sides = [side(table, reporter=code, flow=flow) for flow in FLOWS]
    certificate = table.attrs.get("certificate", {})
    gaps = unrecorded(table, code)
    pages, pictures = [], []
    for lang in langs:
        about = {"lang": lang, "source": certificate.get("source"), "note": _gap_note(gaps, lang)}
        drawn = {one.flow: draw(one, table, **about) for one in sides if one.value > 0}
        for flow, axes in drawn.items():
            for name, ax in axes.items():
                for format in ("png", "svg"):
                    path = Path(out) / f"{code}_{flow}_{name}_{lang}.{format}"
                    pictures.append(write_file(path, figure_bytes(ax, format)))
                    told(str(path))
        path = Path(out) / f"brief_{code}_{lang}.html"
        pages.append(write_file(path, page(sides, drawn, certificate, gaps, lang=lang)))
        told(str(path))
    return [*pages, *pictures]


def draw(one: Side, table: pd.DataFrame, **words: Any) -> dict[str, Any]:
    """The three figures of a flow."""
    about = {"flow": one.flow, "year": one.year, **words}
    values = basket(table, reporter=one.reporter, flow=one.flow)
    return {
        "ranking": figures.ranking(one.partners, reporter=one.reporter, **about),
        "lorenz": figures.lorenz(lorenz(values), gini=float(one.own["gini"]), reporter=one.reporter, **about),
        "position": figures.position(one.economies, reporter=one.reporter, **about),
    }


def _gap_note(gaps: list[str], lang: str) -> str:
    """The line under a figure that names the largest economies of which nothing is recorded."""
    return texts.say("figure_gap", lang, gaps=len(gaps), partners=_named(gaps, lang, most=3)) if gaps else ""


def _named(economies: list[str], lang: str, *, most: int) -> str:
    return texts.series([texts.label(economy, lang, sentence=True) for economy in economies[:most]], lang)


def page(
    sides: list[Side],
    drawn: dict[str, dict[str, Any]],
    certificate: dict[str, Any],
    gaps: list[str],
    *,
    lang: str,
) -> str:
    """The page as one HTML document that needs nothing else."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("tradeanalysis", "."), autoescape=True, undefined=jinja2.StrictUndefined
    )
    reporter = sides[0].reporter
    words = {
        **texts.party("reporter", reporter, lang),
        "count": len(sides[0].economies),
        "year": sides[0].year,
    }
    return environment.get_template("brief.html").render(
        lang=lang,
        say=lambda key, **values: texts.say(key, lang, **{**words, **values}),
        title=texts.capital(texts.say("brief_title", lang, **words)),
        sentences=[texts.capital(sentence) for sentence in _sentences(sides, lang, words)],
        caution=texts.say("brief_caution", lang, **words, gaps=len(gaps), partners=_named(gaps, lang, most=8))
        if gaps
        else "",
        indices=_index_rows(sides, lang, words),
        sections=[_section(one, drawn.get(one.flow, {}), lang, words) for one in sides if one.value > 0],
        notes=_notes(sides, certificate, lang, words),
        source=_about_data(certificate, lang),
        other=next(other for other in texts.LANGUAGES if other != lang),
        code=reporter,
    )


def _sentences(sides: list[Side], lang: str, words: dict[str, Any]) -> list[str]:
    """What matters first, each with the number that backs it."""
    told = [
        texts.say(
            f"brief_sentence_{one.flow}",
            lang,
            **words,
            **_largest(one, lang),
            value=texts.money(one.value, lang),
            effective=texts.number(one.own["effective_partners"], lang, 1),
            rank=texts.number(one.own["rank"], lang),
        )
        for one in sides
        if one.value > 0
    ]
    exports = sides[0].partners
    if len(exports) and exports["reverse_share"].notna().iloc[0]:
        # Uneven where the market is at least twice as large to us as we are to it.
        uneven = exports["share"].iloc[0] > 2 * exports["reverse_share"].iloc[0]
        key = "brief_sentence_mutual_export" if uneven else "brief_sentence_mutual_balanced"
        told.append(texts.say(key, lang, **words, **_largest(sides[0], lang)))
    return told


def _largest(one: Side, lang: str) -> dict[str, str]:
    first = one.partners.iloc[0]
    return {
        **texts.party("partner", first["partner"], lang),
        "share": texts.percent(first["share"], lang),
        "reverse": texts.percent(first["reverse_share"], lang),
    }


def _index_rows(sides: list[Side], lang: str, words: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """A row per index, a column per flow."""

    def row(key: str, write: Callable[[Side], str]) -> tuple[str, list[str]]:
        return texts.say(f"brief_{key}", lang, **words), [write(one) if one.value > 0 else "–" for one in sides]

    def share(column: str) -> Callable[[Side], str]:
        return lambda one: texts.percent(one.own[column], lang)

    return [
        row("total", lambda one: texts.money(one.value, lang)),
        row("n_row", lambda one: texts.number(one.own["n"], lang)),
        row("hhi", lambda one: texts.number(one.own["hhi"], lang, 4)),
        row("points", lambda one: texts.number(convert(one.own["hhi"], to="points"), lang)),
        row("effective", lambda one: texts.number(one.own["effective_partners"], lang, 1)),
        row("rank", lambda one: texts.number(one.own["rank"], lang)),
        row("top1", share("top_share_1")),
        row("top3", share("top_share_3")),
        row("top5", share("top_share_5")),
        row("gini", lambda one: texts.number(one.own["gini"], lang, 3)),
    ]


def _section(one: Side, axes: dict[str, Any], lang: str, words: dict[str, Any]) -> dict[str, Any]:
    """The part of the page on one flow."""
    top, rest = one.partners.head(10), one.partners.iloc[10:]
    rows = [
        (
            texts.label(row["partner"], lang),
            texts.money(row["value"], lang),
            *(texts.percent(row[share], lang) for share in ("share", "cumulative_share", "reverse_share")),
        )
        for row in top.to_dict("records")
    ]
    if len(rest):
        other = texts.say("brief_other", lang, count=len(rest))
        rows.append((other, texts.money(rest["value"].sum(), lang), texts.percent(rest["share"].sum(), lang), "", ""))
    if one.unallocated:
        value, share = texts.money(one.unallocated * one.value, lang), texts.percent(one.unallocated, lang)
        rows.append((texts.capital(texts.say("ranking_unallocated", lang)), value, share, "", ""))
    rows.append((texts.say("brief_all", lang), texts.money(one.value, lang), texts.percent(1.0, lang), "", ""))
    return {
        "flow": one.flow,
        "rows": rows,
        "largest": texts.capital(texts.say(f"brief_largest_{one.flow}", lang, **words, **_largest(one, lang))),
        "figures": [
            {
                "alt": ax.figure.tradeanalysis_alt,
                "data": "data:image/svg+xml;base64," + base64.b64encode(figure_bytes(ax, "svg")).decode(),
            }
            for ax in axes.values()
        ],
    }


def _about_data(certificate: dict[str, Any], lang: str) -> list[str]:
    """Where the figures come from, what was left out of them, and what the gate found."""
    if "sha256" not in certificate:
        return [texts.say("brief_source", lang, **certificate)] if certificate else []
    told = [
        texts.say(
            "brief_file",
            lang,
            source=certificate["source"],
            layout=certificate["layout"],
            read=texts.number(certificate["rows_read"], lang),
            sha256=certificate["sha256"][:16],
        )
    ]
    if dropped := certificate["dropped"]:
        rows, value = (sum(one[key] for one in dropped) for key in ("rows", "value"))
        told.append(texts.say("brief_dropped", lang, rows=texts.number(rows, lang), value=texts.money(value, lang)))
    if found := sorted({one["id"] for one in certificate["issues"]}):
        words = [f"{RULES[id].in_words(lang)} ({id})" for id in found]
        told.append(texts.say("brief_issues", lang, found=texts.series(words, lang)))
    return told


def _notes(sides: list[Side], certificate: dict[str, Any], lang: str, words: dict[str, Any]) -> list[str]:
    """How to read the page, and what is known of this economy's figures."""
    notes = [texts.say(f"brief_how_{key}", lang) for key in ("hhi", "thresholds", "gini")]
    notes += [
        texts.say(
            "brief_how_unallocated", lang, flow=texts.say(one.flow, lang), share=texts.percent(one.unallocated, lang)
        )
        for one in sides
        if one.unallocated
    ]
    if certificate.get("reconciled"):
        notes.append(texts.say("brief_how_mirror", lang))
        exports = sides[0]
        if exports.reporter == "VNM" and exports.year == 2023:
            china = exports.partners.set_index("partner")["share"].get("CHN", float("nan"))
            notes.append(texts.say("brief_note_VNM", lang, n=len(exports.partners), china=texts.percent(china, lang)))
    return notes

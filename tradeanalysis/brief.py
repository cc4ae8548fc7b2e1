"""The brief: a page for people who read, with the figures of one economy among all, in English and Vietnamese."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tradeanalysis import figures, names, texts
from tradeanalysis.dependency.benchmarks import excess
from tradeanalysis.dependency.bilateral import partners
from tradeanalysis.dependency.screens import EXPORT_DEPENDENCY, concentration, export_dependency
from tradeanalysis.figures.canvas import figure_bytes
from tradeanalysis.gate.catalogue import RULES
from tradeanalysis.gate.findings import listing
from tradeanalysis.measures.concentration import convert, hhi, top_share
from tradeanalysis.measures.diversity import effective_partners
from tradeanalysis.measures.formula import measure
from tradeanalysis.measures.inequality import gini, lorenz
from tradeanalysis.output import slug, write_excel, write_file
from tradeanalysis.schema import (
    EXPORT,
    FLOW,
    FLOWS,
    PARTNER,
    PRODUCT,
    REPORTER,
    VALUE,
    YEAR,
    CountryError,
    TradeDataError,
    TradeDataWarning,
)
from tradeanalysis.sums import among, remainders

GLOSSARY = ("hhi", "effective", "gini", "share", "asymmetry", "mirror", "unallocated", "threshold")
INDICES = (hhi, effective_partners, top_share(1), top_share(3), top_share(5), gini)


# Where an economy stands among fewer than so many others says nothing.
RANKED = 10
SENTENCES = 3
# An index over fewer years is no trend.
YEARS = 3


@dataclass(frozen=True)
class Side:
    """One flow of the economy: its partners, the indices of all economies of the table, and what else there is.

    ``history`` holds the index of every year, ``products`` the screen by product where the table has products.
    """

    flow: str
    reporter: str
    year: int
    partners: pd.DataFrame
    economies: pd.DataFrame
    history: pd.DataFrame
    products: pd.DataFrame | None = None
    shares: pd.DataFrame | None = None
    benchmark: float | None = None

    @property
    def own(self) -> pd.Series[Any]:
        """The economy's row among all."""
        return self.economies[self.economies[REPORTER] == self.reporter].iloc[0]

    @property
    def ranked(self) -> bool:
        """Whether there are enough economies to stand among."""
        return len(self.economies) >= RANKED

    @property
    def value(self) -> float:
        """The value of the flow, with what is allocated to no partner."""
        listed = float(self.partners["value"].sum())
        return listed / (1 - self.unallocated) if listed else 0.0

    @property
    def unallocated(self) -> float:
        """The share that is allocated to no partner."""
        return float(self.partners.attrs.get("unallocated", 0.0))


def side(table: pd.DataFrame, *, reporter: str, flow: str, year: int) -> Side | None:
    """What the brief tells of one flow; nothing where the table does not hold it."""
    held = set(table[FLOW])
    own, other, rows = REPORTER, PARTNER, table[table[FLOW] == flow]
    if flow not in held and table.attrs.get("certificate", {}).get("reconciled"):
        # In a reconciled table the imports of an economy are the exports of the others to it.
        own, other, rows = PARTNER, REPORTER, table
    mine = rows[rows[own] == reporter]
    then = rows[rows[YEAR] == year]
    if mine[mine[YEAR] == year].empty:
        return None
    economies = measure(then, *INDICES, by=own, over=other).rename(columns={own: REPORTER})
    economies["rank"] = economies["hhi"].rank(ascending=False, method="min").astype("Int64")
    listed = partners(table, reporter=reporter, flow=flow, year=year)
    history = measure(mine, hhi, by=YEAR, over=other)
    products, parts = _by_product(mine, flow, year) if PRODUCT in mine and own == REPORTER else (None, None)
    benchmark = None
    if len(economies) >= RANKED and len(listed) and listed["share"].sum() > 0:
        found = excess(table, reporter=reporter, flow=flow, year=year).table.set_index(PARTNER)["benchmark_share"]
        benchmark = float(found.get(listed[PARTNER].iloc[0], float("nan")))
    return Side(flow, reporter, year, listed, economies, history, products, parts, benchmark)


def _by_product(rows: pd.DataFrame, flow: str, year: int) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """The screen by product of the year, the largest value first; and the share of each partner in each product."""
    now = rows[rows[YEAR] == year]
    if now[PRODUCT].nunique() < 2:
        return None, None
    of_product = concentration(now, [PRODUCT])
    if flow == EXPORT:  # how long, and how much would have to move
        screen = export_dependency(rows)
        screen = screen[screen[YEAR] == year][[PRODUCT, "years_flagged", "to_unflag"]]
        of_product = of_product.merge(screen, on=PRODUCT, how="left")
    of_product = pd.DataFrame(of_product).sort_values(VALUE, ascending=False, kind="stable", ignore_index=True)
    parts = now[~among(pd.Index(now[PARTNER]), remainders(PARTNER))].merge(
        of_product[[PRODUCT, "hhi", "known"]], on=PRODUCT
    )
    return of_product, parts.assign(share=parts[VALUE] / parts["known"])


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
    flow: str | None = None,
    year: int | None = None,
    out: str | Path = "figures",
    langs: Iterable[str] = texts.LANGUAGES,
    told: Callable[[str], object] = lambda line: None,
) -> list[Path]:
    """Write the brief on one economy: figures as PNG and SVG, one self-contained page and one workbook per language.

    Parameters
    ----------
    table
        A trade table: a reconciled one of the exports of all economies, such as ``ta.example("world_2023")``, or one of
        the economy's or province's own trade, as ``ta.read`` gives it.
    reporter
        The economy: a code, or a name in English or Vietnamese. A province by its name, where the table is its own.
    flow
        ``"export"`` or ``"import"``; both where not given. What a table without flows holds.
    year
        The year; may be left out where the table holds one. The other years are drawn as a trend.
    out
        The folder to write to.
    langs
        The languages of the pages and figures.
    told
        Called with the path of each file when it is written.

    Returns
    -------
    The paths of the files, the pages first.

    Raises
    ------
    TradeDataError
        The economy is not in the table; the year or the flow is not told; a file cannot be written.
    CountryError
        The economy is unknown.

    Examples
    --------
    >>> import tempfile
    >>> import tradeanalysis as ta
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = ta.write_brief(ta.example("world_2023"), "Thailand", out=folder, langs=["en"])
    >>> [path.name for path in written[:2]]
    ['brief_THA_en.html', 'brief_THA_en.xlsx']
    """
    langs = list(langs)
    for lang in langs:
        texts.catalogue(lang)  # an unknown language is told before anything is written
    table, code, year = _completed(table, reporter, flow, year)
    wanted = FLOWS if flow is None else (flow,)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "TA-119", TradeDataWarning)  # the page tells what is allocated to nobody
        sides = [one for one in (side(table, reporter=code, flow=each, year=year) for each in wanted) if one]
    if not sides:
        raise TradeDataError(f"{texts.label(code, 'en')} ({code}) has no such trade in the table")
    certificate = table.attrs.get("certificate", {})
    gaps = unrecorded(table, code) if certificate.get("reconciled") else []
    name = slug(code)
    pages, pictures = [], []
    for lang in langs:
        about = {"lang": lang, "source": certificate.get("source"), "note": _gap_note(gaps, lang)}
        drawn = {one.flow: draw(one, **about) for one in sides}
        for each, axes in drawn.items():
            for figure, ax in axes.items():
                for format in ("png", "svg"):
                    path = Path(out) / f"{name}_{each}_{figure}_{lang}.{format}"
                    pictures.append(write_file(path, figure_bytes(ax, format)))
                    told(str(path))
        path = Path(out) / f"brief_{name}_{lang}.html"
        pages.append(write_file(path, page(sides, drawn, certificate, gaps, lang=lang)))
        told(str(path))
        book = Path(out) / f"brief_{name}_{lang}.xlsx"
        pages.append(
            write_excel(tables_of(sides, lang), book, overwrite=True, certificate=certificate, formats=_formats(lang))
        )
        told(str(book))
    return [*pages, *pictures]


def _completed(
    table: pd.DataFrame, reporter: str | int, flow: str | None, year: int | None
) -> tuple[pd.DataFrame, str, int]:
    """The table with what it does not say itself, the label of the economy in it, and the year."""
    attrs = dict(table.attrs)
    own = REPORTER not in table
    try:
        code = names.country(reporter).iso3
    except CountryError:
        if not own and str(reporter) not in set(table[REPORTER]):
            raise
        code = str(reporter)
    if own:
        table = table.assign(**{REPORTER: code})
    elif str(reporter) in set(table[REPORTER]):
        code = str(reporter)
    elif code not in set(table[REPORTER]) | set(table[PARTNER]):
        raise TradeDataError(f"{texts.label(code, 'en')} ({code}) is not in the table")
    if FLOW not in table:
        if flow is None:
            raise TradeDataError("the table does not say whether it holds exports or imports: say flow=")
        table = table.assign(**{FLOW: flow})
    years = [] if YEAR not in table else sorted(int(one) for one in table[YEAR].unique())
    if year is None:
        if len(years) != 1:
            raise TradeDataError(
                f"a brief is about one year, and the table {f'holds {listing(years)}' if years else 'names none'}: "
                "say year="
            )
        year = years[0]
    elif not years:
        table = table.assign(**{YEAR: year})
    elif year not in years:
        raise TradeDataError(f"year={year} is not in the table, which holds {listing(years)}")
    table.attrs = attrs
    return table, code, year


def draw(one: Side, **words: Any) -> dict[str, Any]:
    """The figures of a flow."""
    about = {"flow": one.flow, "reporter": one.reporter, **words}
    dated = about | {"year": one.year}
    values = one.partners.set_index(PARTNER)[VALUE]
    drawn = {"ranking": figures.ranking(one.partners, **dated)}
    if len(one.history) >= YEARS:
        drawn["trend"] = figures.trend(one.history, **about)
    if one.products is not None and one.shares is not None:
        drawn["heatmap"] = figures.heatmap(one.shares, **dated)
    if len(values) > 1:
        drawn["lorenz"] = figures.lorenz(lorenz(values), gini=float(one.own["gini"]), **dated)
    if one.ranked:
        drawn["position"] = figures.position(one.economies, **dated)
    return drawn


def tables_of(sides: list[Side], lang: str) -> dict[str, pd.DataFrame]:
    """The tables of the brief as a workbook takes them: headings in the language, and numbers that are numbers."""
    tables = {}
    for one in sides:
        ranked = one.partners.assign(partner=[texts.label(str(each), lang) for each in one.partners[PARTNER]])
        heads = {
            "partner": f"brief_partner_{one.flow}",
            "value": "brief_value_usd",
            "share": "brief_share",
            "cumulative_share": "brief_cumulative",
            "reverse_share": f"brief_reverse_{one.flow}",
        }
        told = ranked[list(heads)].rename(columns={key: texts.say(text, lang) for key, text in heads.items()})
        tables[texts.say(f"{one.flow}_head", lang)] = told
        if one.products is not None:
            largest = [texts.label(str(each), lang) for each in one.products["largest_partner"]]
            named = one.products.assign(largest_partner=largest)
            columns = {key: texts.say(text, lang) for key, text in _PRODUCT_HEADS.items() if key in named}
            sheet = texts.say(f"brief_products_sheet_{one.flow}", lang)
            tables[sheet] = named[list(columns)].rename(columns=columns)
    return tables


def _formats(lang: str) -> dict[str, str]:
    """How a workbook shows the numbers under each heading."""
    shares = ("brief_share", "brief_cumulative", "brief_reverse_export", "brief_reverse_import")
    shown = dict.fromkeys(shares, "0.0%") | dict.fromkeys(("brief_value_usd", "brief_to_unflag"), "#,##0")
    return {texts.say(key, lang): code for key, code in (shown | {"brief_index_short": "0.00"}).items()}


_PRODUCT_HEADS = {
    "product": "brief_product",
    "value": "brief_value_usd",
    "largest_partner": "brief_largest",
    "largest_share": "brief_share",
    "hhi": "brief_index_short",
    "years_flagged": "brief_years_flagged",
    "to_unflag": "brief_to_unflag",
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
    ranked = sides[0].ranked
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
        subtitle=texts.say("brief_subtitle" if ranked else "brief_subtitle_alone", lang, **words),
        heads=[f"{one.flow}_head" for one in sides],
        sections=[_section(one, drawn.get(one.flow, {}), lang, words) for one in sides if one.value > 0],
        glossary=[(texts.say(f"term_{key}", lang), texts.say(f"term_{key}_is", lang)) for key in GLOSSARY],
        notes=_notes(sides, certificate, lang, words),
        source=_about_data(certificate, lang),
        other=next(other for other in texts.LANGUAGES if other != lang),
        name=slug(reporter),
    )


def _sentences(sides: list[Side], lang: str, words: dict[str, Any]) -> list[str]:
    """The three that matter first, each with the number that backs it."""
    told = [
        texts.say(
            f"brief_sentence_{one.flow}" if one.ranked else f"brief_sentence_{one.flow}_alone",
            lang,
            **words,
            **_largest(one, lang),
            value=texts.money(one.value, lang),
            effective=texts.number(one.own["effective_partners"], lang, 1),
            rank=texts.number(one.own["rank"], lang) if one.ranked else "",
        )
        for one in sides
        if one.value > 0
    ]
    told += [_flagged(one, lang) for one in sides if one.products is not None]
    told += [_moved(one, lang, words) for one in sides if len(one.history) > 1]
    exports = sides[0].partners
    if sides[0].flow == EXPORT and len(exports) and exports["reverse_share"].notna().iloc[0]:
        # Uneven where the market is at least twice as large to us as we are to it.
        uneven = exports["share"].iloc[0] > 2 * exports["reverse_share"].iloc[0]
        key = "brief_sentence_mutual_export" if uneven else "brief_sentence_mutual_balanced"
        told.append(texts.say(key, lang, **words, **_largest(sides[0], lang)))
    if not sides[0].ranked:
        told += [
            texts.say(
                f"brief_sentence_top3_{one.flow}", lang, **words, share=texts.percent(one.own["top_share_3"], lang)
            )
            for one in sides
        ]
    return told[:SENTENCES]


def _moved(one: Side, lang: str, words: dict[str, Any]) -> str:
    """The index of the first and the last year."""
    ends = one.history.dropna(subset=["hhi"]).sort_values(YEAR).iloc[[0, -1]]
    first, last = (texts.number(x, lang, 3) for x in ends["hhi"])
    went = "even" if first == last else "up" if ends["hhi"].iloc[1] > ends["hhi"].iloc[0] else "down"
    start, end = ends[YEAR]
    told = texts.say(
        f"trend_{went}_{one.flow}", lang, **{**words, "first": first, "last": last, "start": start, "end": end}
    )
    return told + "."


def _flagged(one: Side, lang: str) -> str:
    """How many products hang on few partners, and the largest of them."""
    assert one.products is not None
    many = one.products[one.products["hhi"] > EXPORT_DEPENDENCY["edi1"]]
    counts = {"flagged": len(many), "products": len(one.products)}
    if many.empty:
        return texts.say(f"brief_sentence_products_none_{one.flow}", lang, **counts)
    first = many.iloc[0]
    return texts.say(
        f"brief_sentence_products_{one.flow}",
        lang,
        **counts,
        product=first[PRODUCT],
        share=texts.percent(first["largest_share"], lang),
        partner=texts.label(str(first["largest_partner"]), lang, sentence=True),
    )


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
        *([row("rank", lambda one: texts.number(one.own["rank"], lang))] if sides[0].ranked else []),
        row("top1", share("top_share_1")),
        row("top3", share("top_share_3")),
        row("top5", share("top_share_5")),
        row("gini", lambda one: texts.number(one.own["gini"], lang, 3)),
    ]


def _section(one: Side, axes: dict[str, Any], lang: str, words: dict[str, Any]) -> dict[str, Any]:
    """The part of the page on one flow."""
    top, rest = one.partners.head(10), one.partners.iloc[10:]
    both_ways = one.partners["reverse_share"].notna().any()
    shown = ("share", "cumulative_share", "reverse_share") if both_ways else ("share", "cumulative_share")
    blank = [""] * (len(shown) - 1)
    rows = [
        (
            texts.label(row["partner"], lang),
            texts.money(row["value"], lang),
            *(texts.percent(row[share], lang) for share in shown),
        )
        for row in top.to_dict("records")
    ]
    if len(rest):
        other = texts.say("brief_other", lang, count=len(rest))
        rows.append((other, texts.money(rest["value"].sum(), lang), texts.percent(rest["share"].sum(), lang), *blank))
    if one.unallocated:
        value, share = texts.money(one.unallocated * one.value, lang), texts.percent(one.unallocated, lang)
        rows.append((texts.capital(texts.say("ranking_unallocated", lang)), value, share, *blank))
    rows.append((texts.say("brief_all", lang), texts.money(one.value, lang), texts.percent(1.0, lang), *blank))
    largest = _largest(one, lang)
    sentences = [texts.say(f"brief_largest_{one.flow}", lang, **words, **largest)] if both_ways else []
    if one.benchmark is not None and one.benchmark == one.benchmark:
        expected = texts.percent(one.benchmark, lang)
        sentences.append(texts.say("brief_benchmark", lang, **words, **largest, expected=expected))
    heads = [f"brief_partner_{one.flow}", "brief_value", "brief_share", "brief_cumulative"]
    return {
        "flow": one.flow,
        "rows": rows,
        "heads": [*heads, f"brief_reverse_{one.flow}"] if both_ways else heads,
        "largest": " ".join(texts.capital(sentence) for sentence in sentences),
        "products": _product_rows(one, lang),
        "figures": [
            {
                "alt": ax.figure.tradeanalysis_alt,
                "data": "data:image/svg+xml;base64," + base64.b64encode(figure_bytes(ax, "svg")).decode(),
            }
            for ax in axes.values()
        ],
    }


def _product_rows(one: Side, lang: str) -> list[tuple[str, ...]]:
    """The fifteen largest products: their largest partner, and whether they hang on few."""
    if one.products is None:
        return []
    rows: list[tuple[str, ...]] = []
    for row in one.products.head(15).to_dict("records"):
        flagged = row["hhi"] > EXPORT_DEPENDENCY["edi1"]
        years = row.get("years_flagged")
        told = texts.say("brief_flagged", lang) if flagged else "–"
        if flagged and years is not None and years == years and years > 1:
            told = texts.say("brief_flagged_years", lang, years=int(years))
        move = row.get("to_unflag", float("nan"))
        rows.append(
            (
                str(row[PRODUCT]),
                texts.money(row[VALUE], lang),
                f"{texts.label(str(row['largest_partner']), lang)} {texts.percent(row['largest_share'], lang)}",
                texts.number(row["hhi"], lang, 2),
                told,
                texts.money(move, lang) if move == move else "–",
            )
        )
    return rows


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

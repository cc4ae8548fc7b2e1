"""The products of a flow and how concentrated each is, in a table and in a sentence: of all trade in the product."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tradeanalysis.brief.contents import Block, Heading, Sentences, ShownTable
from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.brief.product_concentration import HIGH, LOW, partly
from tradeanalysis.brief.table_keys import table_key
from tradeanalysis.brief.wording import columns_unit, heading
from tradeanalysis.schema import PRODUCT, VALUE
from tradeanalysis.texts import amount, joined, label, number, outwards, percent, say, unit_name

# Products of the table of the page.
SHOWN = 15


def of_products(one: FlowFacts, lang: str) -> list[Block]:
    """The table of the largest products, and their parts in the index."""
    if one.products is None:
        return []
    title, note = say(f"brief_products_{one.flow}", lang), [say("brief_products_note", lang)]
    if partly(one.products):
        note.append(say("brief_products_note_partly", lang))
    heads, *rows = _rows(one, one.products, lang)
    shown = ShownTable(title, heads, tuple(rows), key=table_key(one.flow, "products"))
    blocks: list[Block] = [Heading(title, 2), shown]
    blocks.append(Sentences(joined(note), quiet=True))
    if one.account is not None:
        base = [say("brief_account_base", lang, share=percent(1 - one.unallocated, lang))] * one.partly
        blocks.append(Sentences(joined([one.account.sentence(lang), *base])))
    return blocks


def few_partners(one: FlowFacts, products: pd.DataFrame, lang: str) -> str:
    """How many products have few partners, the largest of them, and of how many it cannot be decided."""
    many, undecided = products[products["few"].fillna(False)], int(products["few"].isna().sum())
    counts = {"flagged": len(many), "products": len(products)}
    unsure = [say("brief_products_undecided", lang, undecided=undecided)] * bool(undecided)
    if many.empty:
        kind = "unsure" if undecided else "none"
        return joined([say(f"brief_sentence_products_{kind}_{one.flow}", lang, **counts), *unsure])
    first = many.iloc[0]
    sentence = say(
        f"brief_sentence_products_{one.flow}",
        lang,
        **counts,
        product=first[PRODUCT],
        share=percent(first["largest_share"], lang),
        partner=label(str(first["largest_partner"]), lang, sentence=True),
    )
    return joined([sentence, *unsure])


def _rows(one: FlowFacts, products: pd.DataFrame, lang: str) -> list[tuple[str, ...]]:
    """The largest products, below the heads."""
    top = products.head(SHOWN)
    moves = top["to_unflag"] if "to_unflag" in top else top[VALUE] * float("nan")
    unit, size = columns_unit(pd.concat([top[VALUE], moves.dropna()]), one.currency)
    in_part = partly(top)
    # Where no product has few partners, or may have, two columns would be empty; where all is detailed, one.
    cells: dict[str, list[str]] = {
        "brief_product": [str(name) for name in top[PRODUCT]],
        "brief_value": [amount(value, size, lang) for value in top[VALUE]],
        **({"brief_product_detailed": [percent(share, lang) for share in top["detailed"]]} if in_part else {}),
        "brief_largest": [_largest(row, lang) for row in top.to_dict("records")],
        "brief_index_short": [_index(row, lang) for row in top.to_dict("records")],
    }
    if not top["few"].eq(False).fillna(False).all():
        years = top["years_flagged"] if "years_flagged" in top else [1] * len(top)
        cells["brief_flag"] = [said_few(few, lang, int(n)) for few, n in zip(top["few"], years, strict=True)]
    if moves.notna().any():
        rows = zip(moves, top["detailed"], strict=True)
        cells["brief_to_unflag"] = [_to_move(move, share, size, lang) for move, share in rows]
    heads = tuple(heading(key, one.reporter, lang, unit=unit_name(unit, lang)) for key in cells)
    return [heads, *zip(*cells.values(), strict=True)]


def _largest(row: dict[Any, Any], lang: str) -> str:
    """The largest partner, with its share of all trade in the product."""
    if not row["detailed"]:
        return "–"
    return joined([label(str(row["largest_partner"]), lang), percent(row["largest_share"], lang)])


def _index(row: dict[Any, Any], lang: str) -> str:
    """The index; or its two ends, where a part of the product is not detailed by partner."""
    if row["detailed"] == 1:
        return number(row[LOW], lang, 2)
    return joined(outwards(row[LOW], row[HIGH], lang, 2), "–")


def said_few(few: Any, lang: str, years: int = 1) -> str:
    """Whether a product has few partners, and for how many years, or that it cannot be decided."""
    if pd.isna(few):
        return say("brief_flag_undecided", lang)
    if not few:
        return "–"
    return say("brief_flagged_years", lang, years=years) if years > 1 else say("brief_flagged", lang)


def _to_move(move: float, detailed: float, size: float, lang: str) -> str:
    """How much would have to move: at least so much, where a part of the product is not detailed."""
    shown = amount(move, size, lang)
    return shown if detailed == 1 or move != move else say("brief_at_least", lang, value=shown)

"""What one economy could sell: every product by partner, with the flow, its potential by two scores, and the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.parameters import need_labels, need_numbers
from tradeanalysis.prospects import terms
from tradeanalysis.prospects.projections import projected
from tradeanalysis.prospects.scoring import epi as static_epi
from tradeanalysis.prospects.scoring import full_epi
from tradeanalysis.prospects.sellers import Seller, seller_of
from tradeanalysis.prospects.trade_flows import Flows, Years, flows_of, reports_in
from tradeanalysis.results import annotated
from tradeanalysis.schema import PARTNER, PRODUCT, VALUE, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.baskets import label_of
from tradeanalysis.texts import Text


def potential(
    table: Any,
    *,
    reporter: str | int,
    years: Years = None,
    flow: str | None = None,
    own: Any = None,
    growth: pd.DataFrame | None = None,
    tariffs: pd.DataFrame | None = None,
    elasticity: float = 1.0,
    value: str = VALUE,
) -> pd.DataFrame:
    r"""Potential of an exporter in every market and product: what it sells, and what size and ease of trade suggest.

    .. math:: EPI_{ijk} = \frac{v_{ik} v_{jk}}{v_k} \cdot \frac{v_{ij}}{\sum_k v_{ik} v_{jk} / v_k}, \qquad
              G_{ijk} = a_{ik} e_{ij} b_{jk}

    with v the trade of exporter i, importer j and product k, e the ease of trade by distance and ties of the gravity
    model (``ta.dependency.gravity``), and a, b the factors that keep what every exporter sells and every market buys of
    the product. The result is a pandas table.

    Parameters
    ----------
    table
        A trade table of the world with products, of pandas, Polars, PyArrow, DuckDB or PySpark: of exporters' reports,
        or of importers' (``flow="import"``, the exporter is the partner).
    reporter
        The exporter: a name or code. A province by its name, with ``own``.
    years
        A year, or the first and last year of a window, of which the mean a year is taken, over the years that were
        reported: a year in which a reporter has no row at all counts as not reported. May be left out where the table
        has one year.
    flow
        Whose reports; may be left out where the table has one flow.
    own
        What a province sells, in the unit of ``table``: a Series or dict by product, or the exports of its own trade
        table with products, of the same years or of one. Its potential has its own supply, and the ease of trade of
        its economy. More of a product than its economy sells is refused.
    growth
        ``economy, gdp, population``: by what factor each is expected to grow (1.10 is 10% more). The result then has
        ITC's full potential too.
    tariffs
        ``importer, product, rate`` and, for rates of one exporter, ``exporter`` (missing in rows for all others); a
        rate is a share (0.05). Without them no tariff counts.
    elasticity
        That of imports to income per head, in the full potential.
    value
        The column of values.

    Returns
    -------
    ``product, partner, now, epi, gravity, room`` in the unit of the table, a row for every product that the exporter
    sells somewhere and every other economy that buys it, whether the two trade or not, in the order of the table's
    labels. From 0. ``epi`` adds up over products to what the exporter sells the market (where that is something), and
    not over markets to what it sells of the product; ``gravity`` adds up to both what the exporter sells of the product
    and, over exporters, what the market buys of it. ``room`` is ``gravity`` less ``now``, and 0 where more is sold than
    gravity suggests; where the table has no gravity, it is of ``epi``, and the notes say so. It is missing with
    ``now``, as of a province whose sales are known by product alone. With ``growth`` the last
    column is ``epi_full``: ITC's potential with the expected growth of markets and supply, tariffs, the exporter's
    balance in the product, and how usual its distance is to the market; missing where one of these is.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The exporter sells nothing that is named, a choice is needed between years or flows, a value is faulty, or
        product codes are of several levels.

    Notes
    -----
    Potential is a benchmark and no ceiling: within three years a quarter of flows of fish passed it. Where an exporter
    sells a market nothing yet, ``epi`` is 0 whatever the market. ``gravity`` is missing for economies without known
    distances; their trade is in no margin. Products whose margins the fit cannot bring together are in the notes under
    "not adding up". What is not allocated to a partner or product is left out, and so are an
    economy's rows with itself.

    References
    ----------
    Decreux, Y., Spies, J. (2016). Export potential assessments. International Trade Centre, Geneva.
    Deming, W. E., Stephan, F. F. (1940). On a least squares adjustment of a sampled frequency table when the expected
    marginal totals are known. The Annals of Mathematical Statistics 11, 427-444.
    https://doi.org/10.1214/aoms/1177731829

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [("AUT", "BEL", "1", 40), ("AUT", "CHE", "1", 10), ("BEL", "AUT", "1", 20), ("BEL", "CHE", "1", 30),
    ...         ("CHE", "AUT", "1", 5), ("CHE", "BEL", "1", 15), ("AUT", "BEL", "2", 10), ("BEL", "AUT", "2", 8),
    ...         ("BEL", "CHE", "2", 2), ("CHE", "BEL", "2", 25)]
    >>> trade = pd.DataFrame(rows, columns=["reporter", "partner", "product", "value"])
    >>> found = ta.prospects.potential(trade, reporter="Austria")
    >>> found[["product", "partner", "now", "epi"]].round(2).values.tolist()
    [['1', 'BEL', 40.0, 37.33], ['1', 'CHE', 10.0, 9.74], ['2', 'BEL', 10.0, 12.67], ['2', 'CHE', 0.0, 0.26]]
    """
    need_labels(reporter=reporter, flow=flow)
    need_numbers(elasticity=elasticity)
    flows = flows_of(table, years, value, flow)
    if years is None and len(flows.yearly.years) > 1:
        label_of(list(flows.yearly.years), "year", None)
    if growth is not None:
        flows = projected(flows, growth, tariffs, elasticity)
    elif tariffs is not None:
        raise TradeDataError(Text("projections_no_growth"))
    seller = seller_of(flows, reporter, own)
    cells = cells_of(flows, seller)
    product, partner = flows.products[cells.k], flows.importers[cells.j]
    found = {PRODUCT: product, PARTNER: partner, "now": cells.now, "epi": cells.epi, "gravity": cells.gravity}
    found["room"] = cells.room
    if growth is not None:
        found["epi_full"] = full_epi.of(flows, seller.exporter)[cells.k, cells.j] * seller.share[cells.k]
    result = pd.DataFrame(found, copy=False)
    return annotated(result, flows.yearly.attrs, method="potential", **notes_of(flows, seller, cells))


@dataclass(frozen=True, eq=False)
class Potential:
    """Cells of one seller, by the numbers of product and importer, with the scores of each."""

    k: npt.NDArray[np.intp]
    j: npt.NDArray[np.intp]
    now: Array
    epi: Array
    gravity: Array
    room: Array


def cells_of(flows: Flows, seller: Seller) -> Potential:
    """Every product that is sold somewhere by every market that buys it, zero flows among them."""
    could = flows.v_jk.T > 0
    could[(seller.supply == 0) | (seller.share == 0)] = False
    if len(own := np.flatnonzero(flows.importers == flows.exporters[seller.exporter])):
        could[:, own] = False
    cell = np.flatnonzero(could)
    k, j = np.divmod(cell, len(flows.importers))
    epi = static_epi.of(flows, seller.exporter).ravel()[cell]
    now = seller.now.ravel()[cell]
    gravity = np.full(len(cell), np.nan)
    if not terms.why_no_gravity(flows):
        gravity = terms.gravity(flows, seller.exporter).ravel()[cell]
    if seller.province:
        epi, gravity = epi * seller.share[k], gravity * seller.share[k]
    aim = epi if terms.why_no_gravity(flows) else gravity
    return Potential(k, j, now, epi, gravity, np.maximum(aim - now, 0.0))


def notes_of(flows: Flows, seller: Seller, cells: Potential) -> dict[str, Any]:
    """What is known of a potential: whose, of which years, what adds up, and what is left out."""
    why = terms.why_no_gravity(flows)
    above = int((cells.now > (cells.epi if why else cells.gravity)).sum())
    left = {key: f"{share:.2%}" for key, share in flows.yearly.left_out.items()}
    sells = float(seller.supply.sum())
    reports = reports_in(flows.yearly, flows.window)
    said: dict[str, Any] = {
        "reporter": seller.label,
        "year": _span(flows.window),
        "n": Text("potential_n", products=len(np.unique(cells.k)), markets=len(np.unique(cells.j)), cells=len(cells.k)),
        "convention": Text("potential_convention"),
        "margins": Text("potential_margins", epi=float(cells.epi.sum()) / sells, gravity=_share(cells.gravity, sells))
        if not why
        else Text("potential_margin_epi", epi=float(cells.epi.sum()) / sells),
        "room": Text("potential_room_epi" if why else "potential_room", above=above)
        if seller.knows_now
        else Text("potential_room_unknown"),
        "no gravity": why,
        "not adding up": terms.not_adding_up(flows),
        "left out": left,
        "reports of some years": reports["some"],
        "no reports in the window": reports["none"],
    }
    if seller.province:
        economy = str(flows.exporters[seller.exporter])
        said["province"] = Text("potential_province", economy=economy)
        said["years of own sales"] = _span(seller.years)
        said["not in the table"] = list(seller.absent)
    return said


def _span(window: tuple[int, int] | None) -> str:
    return "" if window is None else "-".join(str(one) for one in dict.fromkeys(window))


def _share(part: Array, whole: float) -> float:
    return float(np.nansum(part)) / whole

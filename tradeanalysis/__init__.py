"""How much an economy leans on one market."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from tradeanalysis.dependency.bilateral import asymmetry, bloc_shares, exposure, intensity, partners
from tradeanalysis.dependency.structure import (
    complementarity,
    diversification,
    finger_kreinin,
    penetration,
    rca,
    symmetric_rca,
)
from tradeanalysis.dependency.thresholds import classify, regimes
from tradeanalysis.gate.catalogue import rules
from tradeanalysis.measures.concentration import (
    convert,
    dominance,
    dual,
    hhi,
    hhi_normalised,
    hhi_unctad,
    stenbacka,
    top_share,
)
from tradeanalysis.measures.diversity import (
    effective_partners,
    entropy,
    evenness,
    hannah_kay,
    hill,
    pielou,
    similarity_hill,
)
from tradeanalysis.measures.formula import Measure
from tradeanalysis.measures.inequality import (
    TheilMargins,
    atkinson,
    generalised_entropy,
    gini,
    gini_corrected,
    lorenz,
    theil,
    theil_margins,
)
from tradeanalysis.names import bloc, blocs, countries, country, country_name
from tradeanalysis.output.writers import write_csv, write_excel, write_file
from tradeanalysis.schema import (
    AggregateRowError,
    CountryError,
    InfeasiblePlan,
    SchemaError,
    TradeDataError,
    TradeDataWarning,
    UnitError,
)
from tradeanalysis.tables.baskets import basket
from tradeanalysis.tables.group_measures import measure

if TYPE_CHECKING:
    from tradeanalysis import figures
    from tradeanalysis.brief.documents import write_brief
    from tradeanalysis.brief.targets import write_plan
    from tradeanalysis.changes.by_bloc import Decomposition, decompose
    from tradeanalysis.changes.contributions import change
    from tradeanalysis.changes.growth import ConstantMarketShare, constant_market_share, margins
    from tradeanalysis.changes.products_by_markets import Account, account
    from tradeanalysis.dependency.benchmarks import Excess, excess
    from tradeanalysis.dependency.gravity_model import Gravity, gravity
    from tradeanalysis.dependency.screens import eu_cdi, export_dependency, geodep
    from tradeanalysis.gate.report import Audit, audit
    from tradeanalysis.planner.ceilings import limits
    from tradeanalysis.planner.frontiers import frontier
    from tradeanalysis.planner.plans import Plan, plan
    from tradeanalysis.planner.promotion import promote
    from tradeanalysis.planner.rules_of_thumb import growth_of_others, years_to_cap
    from tradeanalysis.planner.several_years import plan_path
    from tradeanalysis.sources.reader import certificate, example, examples, ingest, read
    from tradeanalysis.stress.contingencies import contingency, worst
    from tradeanalysis.stress.diversion import divert, price_under_tariff
    from tradeanalysis.stress.past_collapses import collapses
    from tradeanalysis.stress.risk import DemandRisk, demand_covariance, demand_risk
    from tradeanalysis.stress.similarities import diversity_profile, similarity
    from tradeanalysis.uncertainty.bounds import Interval, interval
    from tradeanalysis.uncertainty.inference import Chance, Confidence, confidence, probability, ranks
    from tradeanalysis.uncertainty.mirrors import mirror, reliability
    from tradeanalysis.uncertainty.sampling import Draws, draws, moving_blocks

__all__ = [
    "Account",
    "AggregateRowError",
    "Audit",
    "Chance",
    "Confidence",
    "ConstantMarketShare",
    "CountryError",
    "Decomposition",
    "DemandRisk",
    "Draws",
    "Excess",
    "Gravity",
    "InfeasiblePlan",
    "Interval",
    "Measure",
    "Plan",
    "SchemaError",
    "TheilMargins",
    "TradeDataError",
    "TradeDataWarning",
    "UnitError",
    "account",
    "asymmetry",
    "atkinson",
    "audit",
    "basket",
    "bloc",
    "bloc_shares",
    "blocs",
    "certificate",
    "change",
    "classify",
    "collapses",
    "complementarity",
    "confidence",
    "constant_market_share",
    "contingency",
    "convert",
    "countries",
    "country",
    "country_name",
    "decompose",
    "demand_covariance",
    "demand_risk",
    "diversification",
    "diversity_profile",
    "divert",
    "dominance",
    "draws",
    "dual",
    "effective_partners",
    "entropy",
    "eu_cdi",
    "evenness",
    "example",
    "examples",
    "excess",
    "export_dependency",
    "exposure",
    "figures",
    "finger_kreinin",
    "frontier",
    "generalised_entropy",
    "geodep",
    "gini",
    "gini_corrected",
    "gravity",
    "growth_of_others",
    "hannah_kay",
    "hhi",
    "hhi_normalised",
    "hhi_unctad",
    "hill",
    "ingest",
    "intensity",
    "interval",
    "limits",
    "lorenz",
    "margins",
    "measure",
    "mirror",
    "moving_blocks",
    "partners",
    "penetration",
    "pielou",
    "plan",
    "plan_path",
    "price_under_tariff",
    "probability",
    "promote",
    "ranks",
    "rca",
    "read",
    "regimes",
    "reliability",
    "rules",
    "similarity",
    "similarity_hill",
    "stenbacka",
    "symmetric_rca",
    "theil",
    "theil_margins",
    "top_share",
    "worst",
    "write_brief",
    "write_csv",
    "write_excel",
    "write_file",
    "write_plan",
    "years_to_cap",
]
__version__ = "0.1.0"

# What many who import the library never use is loaded when it is first asked for.
_LATER = {
    "figures": "tradeanalysis.figures",
    "write_brief": "tradeanalysis.brief",
    "write_plan": "tradeanalysis.brief.targets",
    "change": "tradeanalysis.changes.contributions",
    **dict.fromkeys(("Decomposition", "decompose"), "tradeanalysis.changes.by_bloc"),
    **dict.fromkeys(("ConstantMarketShare", "constant_market_share", "margins"), "tradeanalysis.changes.growth"),
    **dict.fromkeys(("Account", "account"), "tradeanalysis.changes.products_by_markets"),
    **dict.fromkeys(("Excess", "excess"), "tradeanalysis.dependency.benchmarks"),
    **dict.fromkeys(("Gravity", "gravity"), "tradeanalysis.dependency.gravity_model"),
    **dict.fromkeys(("eu_cdi", "export_dependency", "geodep"), "tradeanalysis.dependency.screens"),
    **dict.fromkeys(("Audit", "audit"), "tradeanalysis.gate.report"),
    **dict.fromkeys(("contingency", "worst"), "tradeanalysis.stress.contingencies"),
    **dict.fromkeys(("divert", "price_under_tariff"), "tradeanalysis.stress.diversion"),
    "collapses": "tradeanalysis.stress.past_collapses",
    **dict.fromkeys(("diversity_profile", "similarity"), "tradeanalysis.stress.similarities"),
    **dict.fromkeys(("DemandRisk", "demand_covariance", "demand_risk"), "tradeanalysis.stress.risk"),
    "limits": "tradeanalysis.planner.ceilings",
    "frontier": "tradeanalysis.planner.frontiers",
    "plan_path": "tradeanalysis.planner.several_years",
    **dict.fromkeys(("Plan", "plan"), "tradeanalysis.planner.plans"),
    "promote": "tradeanalysis.planner.promotion",
    **dict.fromkeys(("growth_of_others", "years_to_cap"), "tradeanalysis.planner.rules_of_thumb"),
    **dict.fromkeys(("certificate", "example", "examples", "ingest", "read"), "tradeanalysis.sources"),
    **dict.fromkeys(
        ("Chance", "Confidence", "confidence", "probability", "ranks"), "tradeanalysis.uncertainty.inference"
    ),
    **dict.fromkeys(("mirror", "reliability"), "tradeanalysis.uncertainty.mirrors"),
    **dict.fromkeys(("Draws", "draws", "moving_blocks"), "tradeanalysis.uncertainty.sampling"),
    **dict.fromkeys(("Interval", "interval"), "tradeanalysis.uncertainty.bounds"),
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'tradeanalysis' has no attribute {name!r}")
    module = importlib.import_module(_LATER[name])
    value = module if _LATER[name].endswith(f".{name}") else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__

"""Stress tests: markets that close, prices that change, demand that moves together.

``collapses``           past collapses of large markets, and the sales elsewhere after them
``contingency``         what is lost if a market closes
``demand_covariance``   how markets' demand moves together
``demand_risk``         the risk of the demand of several markets together
``DemandRisk``          the result of ``demand_risk``
``diversity_profile``   the effective number of markets by order, with their similarity
``divert``              where sales go when prices change
``price_under_tariff``  the seller's price under a tariff
``similarity``          the similarity of every two markets
``similarity_hills``    the effective number of markets with their similarity, of every group of a table
``worst``               the k markets that lose most if they close together
"""

from tradeanalysis.stress.contingencies import contingency, worst
from tradeanalysis.stress.diversion import divert, price_under_tariff
from tradeanalysis.stress.group_similarities import similarity_hills
from tradeanalysis.stress.past_collapses import collapses
from tradeanalysis.stress.risk import DemandRisk, demand_covariance, demand_risk
from tradeanalysis.stress.similarities import diversity_profile, similarity

__all__ = [
    "DemandRisk",
    "collapses",
    "contingency",
    "demand_covariance",
    "demand_risk",
    "diversity_profile",
    "divert",
    "price_under_tariff",
    "similarity",
    "similarity_hills",
    "worst",
]

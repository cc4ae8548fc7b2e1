"""What if: a market that closes, prices that fall, demand that moves together.

``collapses``           past collapses of large markets, and what followed
``contingency``         what is lost if a market closes
``demand_covariance``   how markets' demand moves together
``demand_risk``         the risk of a basket of markets
``DemandRisk``          the result of ``demand_risk``
``diversity_profile``   how many markets there are if alike ones count as fewer
``divert``              where sales go when prices move
``price_under_tariff``  what a tariff does to the price
``similarity``          how alike markets are
``worst``               the worst k markets to lose
"""

from tradeanalysis.stress.contingencies import contingency, worst
from tradeanalysis.stress.diversion import divert, price_under_tariff
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
    "worst",
]

"""Who depends on whom: partners both ways, the structure of trade, screens by product, and what is beyond the usual.

``asymmetry``                who depends on whom, for every pair
``bloc_shares``              shares of trade blocs
``classify``                 the class of a value under a named regime
``complementarity``          one's supply beside another's demand
``complementarity_indices``  complementarity of every two economies of a table
``diversification``          the distance of a structure from another
``diversification_indices``  the distance of every two structures of a table
``eu_cdi``                   the European Commission's screen of imports by product
``Excess``                   the result of ``excess``
``excess``                   dependence beyond a benchmark: the world's shape, peers or gravity
``excesses``                 the same for every economy at once
``export_dependency``        a screen of exports by product
``exposure``                 what each partner takes and gives, both flows
``finger_kreinin``           the overlap of two structures
``finger_kreinin_indices``   the overlap of every two structures of a table
``geodep``                   CEPII's screen of imports by product
``Gravity``                  the result of ``gravity``
``gravity``                  the trade that size, distance and ties would bring
``intensity``                trade intensity and revealed preference, for every pair
``partners``                 the partners of an economy, their shares both ways
``penetration``              in how many markets a product is sold that buy it
``rca``                      revealed comparative advantage
``regimes``                  the thresholds by regime, and what they were made for
``risk_exposure``            the mean risk score of the partners, with bounds for those without a score
``RiskExposure``             the result of ``risk_exposure``
``symmetric_rca``            RCA between -1 and 1
"""

from tradeanalysis.dependency.benchmarks import Excess, excess
from tradeanalysis.dependency.bilateral import bloc_shares, exposure, partners
from tradeanalysis.dependency.comparative_advantage import rca, symmetric_rca
from tradeanalysis.dependency.gravity_model import Gravity, gravity
from tradeanalysis.dependency.group_excess import excesses
from tradeanalysis.dependency.risk_weights import RiskExposure, risk_exposure
from tradeanalysis.dependency.screens import eu_cdi, export_dependency, geodep
from tradeanalysis.dependency.structure import (
    complementarity,
    complementarity_indices,
    diversification,
    diversification_indices,
    finger_kreinin,
    finger_kreinin_indices,
    penetration,
)
from tradeanalysis.dependency.thresholds import classify, regimes
from tradeanalysis.dependency.trade_pairs import asymmetry, intensity

__all__ = [
    "Excess",
    "Gravity",
    "RiskExposure",
    "asymmetry",
    "bloc_shares",
    "classify",
    "complementarity",
    "complementarity_indices",
    "diversification",
    "diversification_indices",
    "eu_cdi",
    "excess",
    "excesses",
    "export_dependency",
    "exposure",
    "finger_kreinin",
    "finger_kreinin_indices",
    "geodep",
    "gravity",
    "intensity",
    "partners",
    "penetration",
    "rca",
    "regimes",
    "risk_exposure",
    "symmetric_rca",
]

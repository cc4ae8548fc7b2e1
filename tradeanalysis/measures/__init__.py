"""Indices: formulas over declared sums, and a few functions that are more than one formula.

``atkinson``             Atkinson's index with aversion e
``convert``              an HHI in other conventions
``dominance``            the HHI of the shares in the HHI
``dual``                 the share of partners that might as well be absent
``effective_partners``   1/HHI
``entropy``              Shannon's entropy
``evenness``             exp(entropy) over n
``generalised_entropy``  generalised entropy of order a
``gini``                 Gini coefficient
``gini_corrected``       Gini coefficient from 0 to 1 whatever n
``hannah_kay``           effective number of order a
``hhi``                  Herfindahl-Hirschman index
``hhi_normalised``       HHI from 0 to 1 whatever n
``hhi_unctad``           UNCTAD's concentration index
``hill``                 Hill number of order q
``lorenz``               the Lorenz curve
``Measure``              an index of one's own
``pielou``               entropy over its largest value
``registry``             every index with its range
``similarity_hill``      diversity among partners that resemble each other
``stenbacka``            the share above which the largest is dominant
``theil``                Theil's index
``theil_margins``        Theil's index within and between traded and untraded partners
``TheilMargins``         the result of ``theil_margins``
``top_share``            the share of the k largest
"""

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
from tradeanalysis.measures.indices import registry
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

__all__ = [
    "Measure",
    "TheilMargins",
    "atkinson",
    "convert",
    "dominance",
    "dual",
    "effective_partners",
    "entropy",
    "evenness",
    "generalised_entropy",
    "gini",
    "gini_corrected",
    "hannah_kay",
    "hhi",
    "hhi_normalised",
    "hhi_unctad",
    "hill",
    "lorenz",
    "pielou",
    "registry",
    "similarity_hill",
    "stenbacka",
    "theil",
    "theil_margins",
    "top_share",
]

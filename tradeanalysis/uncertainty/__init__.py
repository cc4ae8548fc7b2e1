"""How sure: what a measure can be, given what is known of the values.

``Chance``         the result of ``probability``
``Confidence``     the result of ``confidence``
``confidence``     an index with its confidence interval
``confidences``    the confidence interval of every group of a table
``Draws``          the result of ``draws``
``draws``          values as they could be, given their errors
``Interval``       the result of ``interval``
``interval``       the lowest and highest value of an index
``intervals``      the interval of every group of a table
``mirror``         the two reports of each flow
``moving_blocks``  years as they could be, from months
``probabilities``  the probability of every group that its index is above a level
``probability``    the probability that an index is above another
``ranks``          how sure a ranking is
``reliability``    how reliable each reporter is
"""

from tradeanalysis.uncertainty.bounds import Interval, interval
from tradeanalysis.uncertainty.group_bounds import intervals
from tradeanalysis.uncertainty.group_draws import confidences, probabilities
from tradeanalysis.uncertainty.inference import Chance, Confidence, confidence, probability, ranks
from tradeanalysis.uncertainty.mirrors import mirror, reliability
from tradeanalysis.uncertainty.sampling import Draws, draws, moving_blocks

__all__ = [
    "Chance",
    "Confidence",
    "Draws",
    "Interval",
    "confidence",
    "confidences",
    "draws",
    "interval",
    "intervals",
    "mirror",
    "moving_blocks",
    "probabilities",
    "probability",
    "ranks",
    "reliability",
]

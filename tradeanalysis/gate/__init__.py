"""What keeps wrong numbers out: rules, findings, and the audit of a table.

``Audit``  the result of ``audit``
``audit``  all faults of a table at once
``rules``  every rule: what it catches, how severe it is
"""

from tradeanalysis.gate.catalogue import rules
from tradeanalysis.gate.report import Audit, audit

__all__ = ["Audit", "audit", "rules"]

"""What keeps wrong numbers out: rules, findings, and the audit of a table.

``Audit``    what ``ta.audit`` finds in a table
``Finding``  one fault: where it is, what it touches, and the ways out
``Fix``      one way out: an argument of ``ta.read``
``rules``    every rule: what it catches, how severe it is
"""

from tradeanalysis.gate.catalogue import rules
from tradeanalysis.gate.findings import Finding, Fix
from tradeanalysis.gate.report import Audit

__all__ = ["Audit", "Finding", "Fix", "rules"]

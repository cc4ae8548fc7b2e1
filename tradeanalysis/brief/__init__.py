"""Brief and plan as documents for people who read, not code: pages, workbooks and figures in both languages."""

from tradeanalysis.brief.beside_tables import tables_beside
from tradeanalysis.brief.documents import write_brief
from tradeanalysis.brief.monthly.monthly_report import MonthlyReport, write_monthly_report
from tradeanalysis.brief.targets import write_plan

__all__ = ["MonthlyReport", "tables_beside", "write_brief", "write_monthly_report", "write_plan"]

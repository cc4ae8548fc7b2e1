"""Plans: targets by market for a growth of the total with no market above a cap, and what such plans can reach.

``frontier``          all that can be reached: growth against cap, concentration, cost and risk
``growth_of_others``  how much the other markets must grow to bring one below a cap
``limits``            how much each market can take, from its history
``Plan``              the result of ``plan``
``plan``              a target for every market
``plan_path``         targets for several years
``plans``             a plan for every group of a table, or what comes nearest
``promote``           how to divide a promotion budget
``years_to_cap``      in how many years a market's share falls to a cap
"""

from tradeanalysis.planner.ceilings import limits
from tradeanalysis.planner.frontiers import frontier
from tradeanalysis.planner.group_plans import plans
from tradeanalysis.planner.one_plan import Plan, plan
from tradeanalysis.planner.promotion import promote
from tradeanalysis.planner.rules_of_thumb import growth_of_others, years_to_cap
from tradeanalysis.planner.several_years import plan_path

__all__ = ["Plan", "frontier", "growth_of_others", "limits", "plan", "plan_path", "plans", "promote", "years_to_cap"]

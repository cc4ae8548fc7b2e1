"""What to do: a plan for growth with no market above a cap, what can be reached at all, and what it takes.

``frontier``          what can be reached at all
``growth_of_others``  what the others must grow by
``limits``            how much each market can take
``Plan``              the result of ``plan``
``plan``              a target for every market
``plan_path``         a plan over several years
``promote``           where to spend a promotion budget
``years_to_cap``      how long it takes
"""

from tradeanalysis.planner.ceilings import limits
from tradeanalysis.planner.frontiers import frontier
from tradeanalysis.planner.plans import Plan, plan
from tradeanalysis.planner.promotion import promote
from tradeanalysis.planner.rules_of_thumb import growth_of_others, years_to_cap
from tradeanalysis.planner.several_years import plan_path

__all__ = ["Plan", "frontier", "growth_of_others", "limits", "plan", "plan_path", "promote", "years_to_cap"]

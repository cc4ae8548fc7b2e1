"""Services of trade statistics: which calls answer a query, how they are sent and stored, and what came back.

``calls`` says what a call and a service are; a module for each service plans calls and reads answers, and touches no
net; ``transport`` sends one call; ``stored`` keeps raw answers; ``downloads`` joins them, ``fetching`` is ``ta.fetch``.
"""

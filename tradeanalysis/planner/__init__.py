"""What to do: a plan for growth with no market above a cap, what can be reached at all, and what it takes."""

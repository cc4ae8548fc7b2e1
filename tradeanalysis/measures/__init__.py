"""Indices: formulas over declared sums, and a few functions that are more than one formula."""

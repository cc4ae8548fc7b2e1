"""How sure an index is."""

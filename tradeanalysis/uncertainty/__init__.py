"""How sure: what a measure can be, given what is known of the values."""

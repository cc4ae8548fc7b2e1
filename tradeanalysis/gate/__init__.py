"""What lets no wrong number through: rules, what was found by them, and the audit of a table."""

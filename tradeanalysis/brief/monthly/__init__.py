"""The monthly page of one economy: box, alerts, courses of shares, progress towards targets, changes, notes."""

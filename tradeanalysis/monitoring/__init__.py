"""What each month's figures say: the year's index before its end, alerts with their record, breaks, seasons."""

__all__: list[str] = []

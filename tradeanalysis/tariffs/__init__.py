"""Tariffs with their dates: what of a basket is exposed on a day, by which act, and which preferences were used."""

__all__: list[str] = []

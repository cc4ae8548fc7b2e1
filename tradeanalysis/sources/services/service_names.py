"""Which service a word names, and what was meant where it names none, or no economy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tradeanalysis import names
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sources.services.known_services import NOT_FETCHED, SERVICES
from tradeanalysis.texts import EconomyName, Text

# What services are also known as.
ALSO = {"dots": "imf", "imts": "imf", "comext": "eurostat", "cepii": "baci", "tradestats": "wits"}
ALSO |= {"un": "comtrade", "uncomtrade": "comtrade", "worldbank": "wdi", "wb": "wdi"}
# A word and an economy, as in "comtrade:VNM": no drive of Windows, no address, no file with its kind.
_WORDS = re.compile(r"([A-Za-z]\w+):([^/\\]+)", re.DOTALL)
# So alike is a word of five letters to another that lacks one of them.
_LIKE = 0.7


def address_of(path: str) -> tuple[str, str] | None:
    """The service and the economy of ``"comtrade:VNM"``; none where the words are of another form.

    Raises
    ------
    TradeDataError
        They are of that form, and there is no such service.
    """
    found = _WORDS.fullmatch(path)
    if found is None or Path(path).suffix:
        return None
    if found[1].lower() not in (*SERVICES, *NOT_FETCHED):
        raise no_service(found[1])
    return found[1].lower(), found[2]


def no_service(word: object) -> TradeDataError:
    """That there is no such service, and which is meant or which there are.

    Examples
    --------
    >>> print(no_service("comtrad"))
    there is no service 'comtrad'; did you mean comtrade?
    """
    from difflib import get_close_matches

    plain = re.sub(r"[^a-z]", "", str(word).lower())
    near = [ALSO[plain]] if plain in ALSO else get_close_matches(plain, SERVICES, n=1, cutoff=_LIKE)
    if near:
        return TradeDataError(Text("service_slip", service=repr(word), near=near[0]))
    return TradeDataError(Text("service_unknown", service=repr(word), there=[*SERVICES]))


def no_economy(argument: str, wrong: Sequence[object]) -> TradeDataError:
    """That these are no economies, and which is meant where one is a slip of the pen."""
    slip = names.slip(str(wrong[0])) if len(wrong) == 1 else None
    given = [*map(repr, wrong)]
    if slip is not None:
        return TradeDataError(
            Text("economy_slip", argument=argument, given=given, economy=EconomyName(slip), code=slip)
        )
    return TradeDataError(Text("economy_unknown", argument=argument, given=given))

"""Keys of services: where they are looked for, what one looks like, and how a text is kept free of them."""

from __future__ import annotations

import logging
import os
import re

from tradeanalysis.schema import TradeDataError
from tradeanalysis.sources.services.calls import Service
from tradeanalysis.texts import Text

log = logging.getLogger(__name__)

# What stands where a key would.
HIDDEN = "[key]"
# Longer or with other characters it is something else that was pasted, and a header could not carry it.
_PATTERN = re.compile(r"[0-9A-Za-z-]{8,128}")


class Key(str):
    """A key, which is not shown where a variable is: in a debugger, or in a traceback with its variables."""

    def __repr__(self) -> str:
        return HIDDEN


def hidden(key: str | None) -> Key | None:
    """What was given as a key, before it is known to be one."""
    return None if key is None else Key(key)


def key_of(service: Service, given: str | None) -> Key | None:
    """The key of a service: the one given, or else of the environment, or else of the keyring of the system.

    Raises
    ------
    TradeDataError
        It is not made of 8 to 128 letters, digits and hyphens, or the service takes none; it is not in the message.
    """
    if given and not service.key_variables:
        raise TradeDataError(Text("key_not_needed", service=service.title))
    if given:
        return valid_key("key=", given)
    for variable in service.key_variables:
        if value := Key(os.environ.get(variable, "").strip()):
            return valid_key(variable, value)
    stored = hidden(_of_keyring(service)) if service.key_variables else None
    return valid_key("keyring", stored) if stored else None


def valid_key(where: str, value: str) -> Key:
    """The key, if it is one: what it comes from is named where it is not, and never what it is."""
    if not _PATTERN.fullmatch(value):
        raise TradeDataError(Text("key_malformed", where=where))
    return Key(value)


def redacted(text: str, key: str | None) -> str:
    """The text without the key, in whatever case a service repeats it.

    Examples
    --------
    >>> redacted("Access denied for TEST-12345.", "test-12345")
    'Access denied for [key].'
    """
    return re.sub(re.escape(key), HIDDEN, text, flags=re.IGNORECASE) if key else text


def without_key(content: bytes, key: str | None) -> bytes:
    """The same of bytes."""
    return re.sub(re.escape(key.encode()), HIDDEN.encode(), content, flags=re.IGNORECASE) if key else content


def _of_keyring(service: Service) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        found: str | None = keyring.get_password("tradeanalysis", service.name)
    except KeyringError as error:
        log.info("%s: no key is taken from the keyring (%s)", service.name, type(error).__name__)
        return None
    return found

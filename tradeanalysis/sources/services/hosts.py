"""To which address a call goes: the hosts of its service only, or this machine, and where the key may go with it."""

from __future__ import annotations

import os
import re

from tradeanalysis.schema import DownloadError, TradeDataError
from tradeanalysis.sources.services.calls import Call, Service
from tradeanalysis.texts import Text

# A base, and nothing that could be read as another host: no user, no backslash, no query.
_BASE = re.compile(r"(https?)://([\w.-]+|\[::1\])(?::(\d+))?((?:/[\w./~-]*)?)", re.ASCII)
_LOCAL = re.compile(r"127\.\d+\.\d+\.\d+|localhost|\[::1\]", re.ASCII)


def base_of(service: Service) -> str:
    """Where a service is called: its base, or the one that ``TRADEANALYSIS_BASE_<NAME>`` names.

    Raises
    ------
    TradeDataError
        The variable names neither a host of the service by https nor this machine: it could lead the key elsewhere.
    """
    variable = "TRADEANALYSIS_BASE_" + re.sub(r"\W", "_", service.name).upper()
    base = os.environ.get(variable, "").strip().rstrip("/") or service.base.rstrip("/")
    found = _BASE.fullmatch(base)
    local = found is not None and _LOCAL.fullmatch(found[2]) is not None
    if found is None or not (local or (found[1] == "https" and found[3] is None and found[2] in _hosts(service))):
        raise TradeDataError(Text("base_not_allowed", variable=variable, hosts=sorted(_hosts(service))))
    return base


def is_local(base: str) -> bool:
    """Whether a base is on this machine."""
    return _LOCAL.fullmatch(_host(base)) is not None


def url_of(service: Service, call: Call) -> str:
    """The whole address of a call, without the key.

    Raises
    ------
    DownloadError
        It names a host that is none of the service's.
    """
    base, address = base_of(service), call.address
    if call.path.startswith("/"):
        return base + address
    if not address.startswith("https://") or _host(address) not in _hosts(service):
        raise DownloadError(
            Text("host_not_allowed", service=service.title, address=call.path[:100], hosts=sorted(_hosts(service))),
            service=service.name,
        )
    # Under a base on this machine every host of the service is this machine.
    return base + "/" + address.split("/", 3)[-1] if is_local(base) else address


def may_have_key(service: Service, call: Call) -> bool:
    """Whether a call goes to the one host for which the key is meant, or to this machine in its place."""
    host = _host(base_of(service) if call.path.startswith("/") else call.path)
    return host == _host(service.base) or _LOCAL.fullmatch(host) is not None


def _hosts(service: Service) -> set[str]:
    return {_host(service.base), *service.hosts}


def _host(url: str) -> str:
    """All that stands between the slashes but the number of a port of this machine: a user or a port make no host."""
    found = re.match(r"https?://([^/?#]*)", url)
    host = found[1].lower() if found else ""
    local = re.sub(r":\d+$", "", host)
    return local if _LOCAL.fullmatch(local) else host

"""Files of office programs as packages of parts: the same parts give the same bytes."""

from __future__ import annotations

import io
import re
import zipfile

# The earliest that a zip can say.
EARLIEST = (1980, 1, 1, 0, 0, 0)
# When a workbook says that it was made and saved.
_SAVED = re.compile(rb"(<dcterms:(?:created|modified)[^<>]*>)[^<]*")


def with_fixed_dates(package: bytes) -> bytes:
    """A .docx or .xlsx file whose parts do not say when they were made, saved or packed.

    Examples
    --------
    >>> import io, zipfile
    >>> buffer = io.BytesIO()
    >>> with zipfile.ZipFile(buffer, "w") as parts:
    ...     parts.writestr("word/document.xml", "<w/>")
    >>> zipfile.ZipFile(io.BytesIO(with_fixed_dates(buffer.getvalue()))).infolist()[0].date_time
    (1980, 1, 1, 0, 0, 0)
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as given, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in given.namelist():
            part = zipfile.ZipInfo(name, EARLIEST)
            part.create_system = 0  # the same on every system
            content = given.read(name)
            if name == "docProps/core.xml" and "xl/workbook.xml" in given.namelist():
                content = _SAVED.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            fixed.writestr(part, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()

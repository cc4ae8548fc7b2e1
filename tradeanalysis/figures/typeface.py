"""The typeface of pages and pictures: Noto Sans, Latin and Vietnamese, from ``data/fonts``.

Its figures are all of one width, so that columns of numbers stand below each other also where no table of features is
read, and its accents were drawn for Vietnamese. Where the files are missing, and for signs that it lacks, there is
DejaVu Sans, which ships with matplotlib.
"""

from __future__ import annotations

import base64
import threading
from pathlib import Path

from tradeanalysis.schema import DATA

FONTS = DATA / "fonts"
# The name under which data/derive_fonts.py keeps it: of its own, so that no other version on a system is taken for it.
FAMILY = "Noto Sans Trade"
FALLBACK = "DejaVu Sans"
STYLES = {"regular": 400, "bold": 700}

_one_at_a_time = threading.Lock()


def families(folder: Path = FONTS) -> list[str]:
    """The typefaces in which a picture looks for a letter, the first first."""
    return [FAMILY, FALLBACK] if all((folder / f"{style}.ttf").is_file() for style in STYLES) else [FALLBACK]


def register() -> None:
    """Enter the typeface into matplotlib's list of fonts, once; none of its settings change."""
    from matplotlib.font_manager import fontManager

    if FAMILY not in families():
        return
    with _one_at_a_time:
        if not any(font.name == FAMILY for font in fontManager.ttflist):
            for style in STYLES:
                fontManager.addfont(FONTS / f"{style}.ttf")


def font_faces() -> str:
    """The rules of CSS that carry the typeface within a page; none where the files are missing."""
    there = [(FONTS / f"{style}.woff2", weight) for style, weight in STYLES.items()]
    return "\n".join(
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; '
        f'src: url(data:font/woff2;base64,{base64.b64encode(file.read_bytes()).decode()}) format("woff2"); }}'
        for file, weight in there
        if file.is_file()
    )

"""Derive the typeface of pages and pictures: ``python data/derive_fonts.py PACKAGE`` writes data/fonts/.

PACKAGE is the unpacked folder of the npm package @expo-google-fonts/noto-sans, version 0.4.2, which holds the
release of Noto Sans whole. Needs fonttools and brotli, which nothing else here does. What is kept are the Latin and
Vietnamese letters, their marks and the signs of our texts, with kerning and the places of marks. The family has a name
of its own, so that a Noto Sans of the reader's system, in another version, does not take its place.
"""

import shutil
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Noto Sans Trade"
# The weight of the release, its file, and what it is in our family; a semi-bold title is quieter than a bold one.
WEIGHTS = (
    ("Regular", 400, "400Regular/NotoSans_400Regular.ttf"),
    ("Bold", 700, "600SemiBold/NotoSans_600SemiBold.ttf"),
)
# Latin with its extension, Vietnamese, combining marks, punctuation, the dong and the euro, arrows and mathematics.
KEPT = [
    *((0x20, 0x7E), (0xA0, 0x17F), (0x1A0, 0x1A1), (0x1AF, 0x1B0), (0x218, 0x21B), (0x1EA0, 0x1EF9)),
    *((0x300, 0x304), (0x306, 0x30C), (0x31B, 0x31B), (0x323, 0x323), (0x326, 0x328)),
    *((0x2010, 0x2027), (0x2030, 0x2033), (0x2039, 0x203A), (0x20AB, 0x20AC), (0x2190, 0x2193), (0x2212, 0x2265)),
]


def derived(release: Path, style: str, weight: int) -> TTFont:
    """The letters that are kept of one weight, under the name of our family."""
    options = Options(hinting=False, layout_features=["kern", "mark", "mkmk", "ccmp"], name_IDs=[0, 1, 2, 4, 5, 6, 13])
    font = TTFont(release, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for low, high in KEPT for code in range(low, high + 1)])
    subsetter.subset(font)
    names = {1: FAMILY, 2: style, 4: f"{FAMILY} {style}", 6: f"{FAMILY.replace(' ', '')}-{style}"}
    for number, words in names.items():
        font["name"].setName(words, number, 3, 1, 0x409)
    bold = weight == 700
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsSelection = font["OS/2"].fsSelection & ~0x61 | (0x20 if bold else 0x40)
    font["head"].macStyle = int(bold)
    if "STAT" in font:
        del font["STAT"]  # the axes of the whole family
    return font


def main(package: Path) -> None:
    """Both weights, for matplotlib as TTF and for pages as WOFF2, and the licence."""
    FONTS.mkdir(exist_ok=True)
    for style, weight, file in WEIGHTS:
        font = derived(package / file, style, weight)
        font.save(FONTS / f"{style.lower()}.ttf")
        font.flavor = "woff2"
        font.save(FONTS / f"{style.lower()}.woff2")
    shutil.copyfile(package / "LICENSE_FONT", FONTS / "OFL.txt")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

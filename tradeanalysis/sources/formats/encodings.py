"""From bytes to text: the encoding, how sure it is, and the encodings that cannot be guessed."""

from __future__ import annotations

import re
import unicodedata

from tradeanalysis.gate.findings import Finding, fault, finding
from tradeanalysis.texts import Text

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
# In windows-1258 these bytes are tones that follow their vowel, elsewhere letters that rarely follow one; and a word
# may begin with the byte of the d with a stroke, elsewhere the Icelandic eth, which begins none.
_VIETNAMESE = re.compile(
    rb"(?<![A-Za-z])[\xd0\xf0][a-z\xe0-\xff]|[aeiouyAEIOUY\xe2\xe3\xea\xf4\xf5\xfd\xc2\xc3\xca\xd4\xd5\xdd][\xcc\xd2\xde\xec\xf2]"
)
_WORD = re.compile(r"[^\W\d_]+")
# What stands between blanks and delimiters; a blank that is not of ASCII is part of it.
_PIECE = re.compile(r"[^\t-\r\x1c-\x20,;|\"]+")
_SUSPECT = re.compile("[ÃÂÄÅÆáâ].")
# Fonts of before Unicode: capitals with accents, or signs, inside a word (TCVN3), or a vowel after its vowel (VNI).
_TCVN3 = re.compile(r"[A-Za-z][ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞ¸µ¶¹][a-zà-ÿ]|§[a-zà-ÿµ¸¶¹]|[a-zà-ÿ][µ¸¶][ a-z\n;,\t]")
_VNI = re.compile(r"[aeouyAEOUY][äøûåö][a-z]|[aA][ùï][a-z]\b|ieä|uoá[cn]|uoâ|öô")
# Letters that only Vietnamese has; and how many broken words a file of another language may have.
_STACKED, FEW = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]"), 4


def decode(content: bytes, name: str) -> tuple[str, list[str], list[Finding]]:
    """The text of a file, notes on its encoding, and what was found.

    Raises
    ------
    TradeDataError
        The text is in a Vietnamese font encoding (TCVN3, VNI), or was decoded wrongly before it was saved.
    """
    text, notes, findings = _text(content, name)
    if "\x00" in text:
        lines = [i for i, line in enumerate(text.splitlines(), 1) if "\x00" in line]
        findings.append(finding("TA-141", "nul_bytes", count=len(lines), lines=lines))
        text = text.replace("\x00", "")
    if not text.isascii():
        _refuse_fonts(text[:200_000], name)
        findings += _twice_encoded(text, name)
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes, findings


def _text(content: bytes, name: str) -> tuple[str, list[str], list[Finding]]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return (
                    content.decode(encoding),
                    [] if encoding == "utf-8-sig" else [Text("text_in", encoding=encoding.upper())],
                    [],
                )
            except UnicodeDecodeError:
                raise fault("TA-131", "text_damaged", name=name, encoding=encoding.upper()) from None
    head = content[:4000]
    for encoding, zeros, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if len(head) >= 8 and zeros.count(0) > 0.6 * len(zeros) and not others.count(0):
            return content.decode(encoding, "replace"), [Text("text_in", encoding=encoding.upper())], []
    try:
        return content.decode("utf-8"), [], []
    except UnicodeDecodeError:
        pass
    vietnamese = _VIETNAMESE.search(content) is not None
    encoding = "windows-1258" if vietnamese else "windows-1252"
    text = content.decode("cp1258" if vietnamese else "cp1252", "replace")
    if "\ufffd" in text:  # latin-1 gives every byte a letter
        encoding, text = "latin-1", content.decode("latin-1")
    text = unicodedata.normalize("NFC", text)
    words = _beyond_ascii(_WORD, text)
    return text, [], [finding("TA-127", "encoding_guessed", name=name, encoding=encoding, words=words, labels=words)]


def _refuse_fonts(text: str, name: str) -> None:
    words = _beyond_ascii(_WORD, text)
    for font, pattern in (("TCVN3 (ABC)", _TCVN3), ("VNI", _VNI)):
        found = [word for word in _beyond_ascii(_PIECE, text) if pattern.search(f"{word} ")]
        if len(found) >= 2 and 3 * len(found) >= len(words):
            raise fault("TA-143", "old_font", name=name, font=font, words=found, labels=found)


def _twice_encoded(text: str, name: str) -> list[Finding]:
    """Words of UTF-8 that were read as windows-1252 and saved: "Viá»‡t"."""
    suspects = {word for word in re.findall(r"[^\s,;|\"]+", text) if _SUSPECT.search(word)}
    broken = sorted(word for word in suspects if _repaired(word) != word)
    if not broken:
        return []
    pairs = [Text("word_for", word=word, right=_repaired(word)) for word in broken]
    if len(broken) > FEW or any(_STACKED.search(_repaired(word)) for word in broken):
        raise fault("TA-143", "encoded_twice", name=name, pairs=pairs, labels=broken)
    return [finding("TA-127", "few_encoded_twice", name=name, pairs=pairs, labels=broken)]


def _beyond_ascii(pattern: re.Pattern[str], text: str) -> list[str]:
    """The different pieces of a text that hold a letter or sign beyond ASCII, each pass in proportion to its length."""
    return list(dict.fromkeys(piece for piece in pattern.findall(text) if not piece.isascii()))


def _repaired(word: str) -> str:
    try:
        return b"".join(_byte(char) for char in word).decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return word


def _byte(char: str) -> bytes:
    """The byte that a character was read from; windows-1252 leaves five of them as they are."""
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")

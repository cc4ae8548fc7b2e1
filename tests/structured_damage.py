"""Accidents of structure: declared sizes, positions, repeats and encodings, within the parts of a packed file."""

import gzip
import io
import random
import re
import struct
import zipfile
import zlib

import pandas as pd

import tradeanalysis as ta

NUMBERS = [
    "0",
    "-1",
    "1",
    "2",
    "65536",
    "1048576",
    "16384",
    "2147483647",
    "4294967295",
    "99999999999",
    "1e9",
    "NaN",
    "",
]
PLACES = ["A1", "XFD1048576", "ZZZZ9", "A0", "B4294967297", "a1", "1A", "AA100000"]
ENCODINGS = ["utf-16", "utf-8-sig", "cp1258", "utf-32", "latin-1", "utf-7", "utf-16-be"]
ENTITY = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
TABLE = "urn:oasis:names:tc:opendocument:xmlns:"


def made_files() -> dict[str, bytes]:
    """Files of the formats that the folder of real files lacks: OpenDocument, Feather, Stata, Parquet, a workbook."""
    table = ta.example("world_2023").head(60)
    plain = pd.DataFrame({name: list(table[name]) for name in table})
    made = {}
    for name, write in {
        "made.feather": lambda into: plain.to_feather(into),
        "made.parquet": lambda into: plain.to_parquet(into),
        "made.dta": lambda into: plain.to_stata(into, write_index=False),
        "made.xlsx": lambda into: plain.to_excel(into, index=False),
    }.items():
        write(into := io.BytesIO())
        made[name] = into.getvalue()
    made["made.csv.gz"] = gzip.compress(plain.to_csv(index=False).encode())
    rows = [list(plain), *plain.astype(str).to_numpy().tolist()]
    made["made.ods"] = open_document(rows)
    return made


def open_document(rows: list[list[str]]) -> bytes:
    """A workbook of OpenDocument of these texts, numbers where they are numbers, with the end that offices write."""
    names = " ".join(f'xmlns:{one}="{TABLE}{one}:1.0"' for one in ("office", "table", "text"))
    lines = ""
    for row in rows:
        cells = ""
        for cell in row:
            number = re.fullmatch(r"\d+(\.\d+)?", cell)
            value = f'office:value-type="float" office:value="{cell}"' if number else 'office:value-type="string"'
            cells += f"<table:table-cell {value}><text:p>{cell}</text:p></table:table-cell>"
        cells += '<table:table-cell table:number-columns-repeated="16300"/>'
        lines += f"<table:table-row>{cells}</table:table-row>"
    lines += '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    body = f'<office:body><office:spreadsheet><table:table table:name="a">{lines}</table:table>'
    content = f"<?xml version='1.0'?><office:document-content {names}>{body}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(into := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{TABLE}manifest:1.0"/>')
        archive.writestr("content.xml", content + "</office:document-content>")
    return into.getvalue()


def restructured(content: bytes, at: random.Random) -> bytes:
    """The bytes of a file after an accident of its structure."""
    if content[:2] == b"PK":
        try:
            return _repacked(content, at)
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
            return content
    if content[:2] == b"\x1f\x8b":
        try:
            inner = gzip.decompress(content)
        except (OSError, EOFError, ValueError, zlib.error):
            return content
        return gzip.compress(restructured(inner, at))
    if content[:4] in (b"PAR1", b"ARRO", b"FEA1", b"\xd0\xcf\x11\xe0") or content[:11] == b"<stata_dta>":
        return _numbers_within(content, at)
    return _text(content, at)


def _repacked(content: bytes, at: random.Random) -> bytes:
    """A zip with one part damaged, left out, or twice."""
    with zipfile.ZipFile(io.BytesIO(content)) as given:
        parts = {one.filename: given.read(one) for one in given.infolist()[:200]}
    name = at.choice([one for one in parts if one.endswith((".xml", ".bin", ".rels"))] or list(parts))
    what = at.randrange(8)
    with zipfile.ZipFile(into := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as packed:
        for one, part in parts.items():
            if one != name or what > 1:
                packed.writestr(one, _marked_up(part, at) if one == name else part)
            elif what == 1:
                packed.writestr(one.upper(), part)
    damaged = bytearray(into.getvalue())
    if at.random() < 0.1 and len(damaged) > 30:  # the sizes of the first part
        struct.pack_into("<I", damaged, at.choice([18, 22]), at.choice([0, 1 << 31, 0xFFFFFFFF, 7]))
    return bytes(damaged)


def _marked_up(part: bytes, at: random.Random) -> bytes:
    """XML with a number, a place, an element or its encoding changed."""
    text = part.decode("utf-8", "replace")
    what = at.randrange(9)
    if what < 3 and (found := list(re.finditer(r'="([0-9.-]+)"', text))):
        one = at.choice(found)
        return (text[: one.start(1)] + at.choice(NUMBERS) + text[one.end(1) :]).encode()
    if what == 3 and (found := list(re.finditer(r' r(?:ef)?="([A-Z0-9:]+)"', text))):
        one = at.choice(found)
        return (text[: one.start(1)] + at.choice(PLACES) + text[one.end(1) :]).encode()
    if what == 4 and (found := list(re.finditer(r"<([\w:]+)[^<>]*>", text))):
        one = at.choice(found)
        end = text.find(f"</{one[1]}>", one.end())
        piece = text[one.start() : end + len(one[1]) + 3 if end > 0 else one.end()][:2000]
        return (text[: one.start()] + piece * at.choice([0, 2, 50, 500]) + text[one.start() + len(piece) :]).encode()
    if what == 5:
        return text.encode(at.choice(ENCODINGS), "replace")
    if what == 6 and "?>" in text:
        return text.replace("?>", "?>" + ENTITY, 1).replace(">", ">&c;", at.randrange(4)).encode()
    if what == 7 and (found := list(re.finditer(r">([^<>]+)<", text))):
        one = at.choice(found)
        return (
            text[: one.start(1)] + at.choice(["A" * 40_000, "=1+1", "-", "\u202e", *NUMBERS]) + text[one.end(1) :]
        ).encode()
    repeats = 'table:number-columns-repeated="' if "table:table-cell" in text else 'spans="'
    return text.replace("cell ", f'cell {repeats}{at.choice(NUMBERS)}" ', at.randint(1, 3)).encode()


def _numbers_within(content: bytes, at: random.Random) -> bytes:
    """A binary file with numbers overwritten, most often where it describes itself: near its start or its end."""
    damaged = bytearray(content)
    for _ in range(at.randint(1, 4)):
        span = min(len(damaged) - 8, at.choice([100, 600, 2000, len(damaged)]))
        if span <= 0:
            return content
        i = at.randrange(span) if at.random() < 0.5 else len(damaged) - 8 - at.randrange(span)
        form = at.choice(["<B", "<H", "<I", "<Q"])
        size = 8 * struct.calcsize(form)
        struct.pack_into(form, damaged, i, at.choice([0, 1, 2**size - 1, 2 ** (size - 1), 127, at.randrange(2**size)]))
    return bytes(damaged)


def _text(content: bytes, at: random.Random) -> bytes:
    """A text in another encoding, with a number, a delimiter or a run of one character grown."""
    text = content.decode("utf-8", "replace")
    what = at.randrange(5)
    if what == 0:
        return text.encode(at.choice(ENCODINGS), "replace")
    if what == 1 and (found := list(re.finditer(r"\d[\d.,]*", text[:50_000]))):
        one = at.choice(found)
        return (
            text[: one.start()] + at.choice([*NUMBERS, "9" * 5000, "1e308", "1_000", "٣٤"]) + text[one.end() :]
        ).encode()
    i = at.randrange(len(text) + 1)
    run = at.choice(["a", " ", ",", "(", "[", "0", '"', "<", "ước ", "\u00a0", "\u200b", "Ã", "{", "\n"])
    if what == 2:
        return (text[:i] + run * at.choice([10, 1000, 20_000]) + text[i:]).encode("utf-8", "replace")
    if what == 3:
        words = ["Ã¡Viá»‡t", "Vi\u00d6t", "é" + run * 5000, "\ufeff", "\x00", "[[level=2]]", "{x}"]
        return (text[:i] + at.choice(words) + text[i:]).encode("utf-8", "replace")
    return content.replace(b"\n", at.choice([b"\r", b"\r\n", b"\x00\n", b"\xe2\x80\xa8", b"\n\n"]))

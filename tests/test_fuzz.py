"""Whatever stands in a file, only our own error comes out; longer runs are in fuzz.py."""

import gzip
import io
import zipfile

import pytest
from conftest import cases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parsers import PARSERS, WORDS

text = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=12)), max_size=12)
joined = st.sampled_from(["\x1f", ",", ";", "\n", "\t", ",\n"]).flatmap(lambda mark: text.map(mark.join))
content = st.one_of(
    joined.map(lambda words: words.encode("utf-8", "surrogatepass")),
    joined.map(lambda words: words.encode("utf-16", "replace")),
    joined.map(lambda words: words.encode("cp1258", "replace")),
    st.binary(max_size=200),
)


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=cases(60), suppress_health_check=[HealthCheck.too_slow])
@given(data=content)
def test_only_our_own_error_comes_out(name, data):
    PARSERS[name](data)


def packed(data: bytes) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("xl/workbook.xml", data)
        archive.writestr("table.csv", data)
    return into.getvalue()


@settings(max_examples=cases(40), suppress_health_check=[HealthCheck.too_slow])
@given(data=content, wrap=st.sampled_from([gzip.compress, packed, lambda d: b"PAR1" + d, lambda d: b"<table>" + d]))
def test_damaged_wrappings_are_told(data, wrap):
    for suffix in range(8):
        PARSERS["files"](bytes([suffix]) + wrap(data))

"""Coverage-guided fuzzing of one parser, for long runs: ``python tests/fuzz.py numbers -max_total_time=600``.

Needs ``pip install atheris``, on Linux. Any exception but our own is a defect, and the input that made it is kept.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tradeanalysis"]):
    sys.path.insert(0, str(Path(__file__).parent))
    from parsers import PARSERS, WORDS

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in PARSERS:
        sys.exit(f"usage: python tests/fuzz.py {'|'.join(PARSERS)} [options of libFuzzer]")
    parser = PARSERS[sys.argv.pop(1)]
    with tempfile.TemporaryDirectory() as seeds:
        for i, word in enumerate(WORDS):
            Path(seeds, str(i)).write_bytes(f"\x00{word}\x1f{WORDS[i - 1]}".encode())
        atheris.Setup([*sys.argv, seeds], parser)
        atheris.Fuzz()

"""Frames: those that other programs wrote to files, and those that the caller holds."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.extras import need
from tradeanalysis.gate.findings import Fix, fault
from tradeanalysis.gate.frames import refuse_halves
from tradeanalysis.sources.formats.named import readable
from tradeanalysis.sources.formats.sheets import without_notes
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.sources.raw import MAX_RATIO, Raw, foreign_errors
from tradeanalysis.texts import Text

# Cells that hold several.
SEVERAL = (list, dict, set, tuple, np.ndarray)
# What a file of few bytes may take in memory.
MAX_UNFOLDED = 500e6


def stata(path: Path, sha256: str, options: ReadOptions) -> Raw:
    """A file of Stata, its labels of values as texts."""
    with foreign_errors(path.name, "kind_stata"):
        try:
            cells = pd.read_stata(readable(path), convert_categoricals=True, convert_dates=True)
        except ValueError as error:
            if "not unique" not in str(error):  # labels of values that stand for several numbers
                raise
            cells = pd.read_stata(readable(path), convert_categoricals=False)
    return _raw(cells, path.name, sha256, options)


def feather(path: Path, sha256: str, options: ReadOptions) -> Raw:
    """A file of Feather, or of Arrow."""
    need(Text("files_of", format="Feather"), "pyarrow")
    with foreign_errors(path.name, "kind_feather"):
        from pyarrow.feather import read_table

        # A reader that believes damaged offsets of texts reads beyond its memory.
        read_table(readable(path), memory_map=False).validate(full=True)
        cells = pd.read_feather(readable(path))
    refuse_lists(cells)
    return _raw(cells, path.name, sha256, options)


def check_rows(path: Path) -> None:
    """Refuse a Parquet file of few bytes that unfolds to many: a run of equal values is as long as it says."""
    from pyarrow import parquet

    with parquet.ParquetFile(readable(path)) as file:
        rows, columns = file.metadata.num_rows, file.metadata.num_columns
    memory, size = 8.0 * rows * columns, path.stat().st_size
    if memory > MAX_UNFOLDED and memory > MAX_RATIO * size:
        raise fault("TA-130", "rows_declared", file=path.name, rows=rows, size=size / 1e3, memory=memory / 1e9)


def of_frame(frame: pd.DataFrame, options: ReadOptions) -> Raw:
    """A frame of the caller's, which is not changed."""
    if isinstance(frame.columns, pd.MultiIndex):
        frame = frame.copy(deep=False)
        frame.columns = pd.Index([" ".join(str(one) for one in names if str(one).strip()) for names in frame.columns])
    refuse_lists(frame)
    return _raw(frame, "dataframe", _fingerprint(frame), options)


def check_texts(frame: pd.DataFrame) -> None:
    """Raise for texts that are not UTF-8, which Arrow takes as they stand in a file."""
    for i, kind in enumerate(frame.dtypes):
        texts = frame.iloc[:, i].cat.categories if isinstance(kind, pd.CategoricalDtype) else frame.iloc[:, i]
        if isinstance(texts.dtype, pd.StringDtype) and hasattr(texts.array, "__arrow_array__"):
            texts.array.__arrow_array__().validate(full=True)


def refuse_lists(frame: pd.DataFrame) -> None:
    """Refuse columns whose cells are not one text or number each."""
    for i, name in enumerate(frame.columns):
        column = frame.iloc[:, i]
        lists = column.dtype == object and column.map(lambda cell: isinstance(cell, SEVERAL)).any()
        if lists or column.dtype.kind == "c":
            raise fault("TA-110", "cells_of_no_table", column=repr(str(name)), labels=[name])
        if column.dtype == object:
            refuse_halves(column.unique(), str(name))


def _raw(frame: pd.DataFrame, name: str, sha256: str, options: ReadOptions) -> Raw:
    """Cells of a frame under row numbers; what was an index with a name is a column."""
    for argument in ("sheet", "header_rows", "delimiter"):
        if getattr(options, argument) is not None:
            away = Fix(argument, None, Text("reads_as_table"), safe=True)
            raise fault("TA-110", "argument_of_text", argument=argument, name=name, fixes=[away])
    cells = frame.copy(deep=False)
    index = [one for one in cells.index.names if one is not None and one not in cells.columns]
    cells = cells.reset_index(index).reset_index(drop=True)
    for column in [i for i, kind in enumerate(cells.dtypes) if isinstance(kind, pd.CategoricalDtype)]:
        cells.isetitem(column, cells.iloc[:, column].astype(object).to_numpy())
    if any(str(one).strip()[:4].isdecimal() for one in cells.columns):  # years may stand side by side
        cells.columns = pd.Index([str(one) for one in cells.columns])
        sheet = without_notes(cells, where="row", notes=[])
        return Raw(sheet.cells, name, sha256, sheet.notes, "row", [], sheet.units)
    return Raw(cells, name, sha256)


def _fingerprint(frame: pd.DataFrame) -> str:
    """A hash of what a frame holds."""
    digest = hashlib.sha256("\x00".join(map(str, frame.columns)).encode())
    for column in (frame.iloc[:, i] for i in range(frame.shape[1])):
        plain: Any = column.astype(str) if column.dtype == object else column
        digest.update(pd.util.hash_pandas_object(plain, index=False).to_numpy().tobytes())
    return digest.hexdigest()

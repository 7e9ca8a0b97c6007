"""The user's own data from a table in a .csv file: every column a feature, the named one the labels.

Columns hold numbers. The labels may be words, which are numbered in alphabetical order. The table is read row by row.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnlint.confirm.requests import DataError
from cnnlint.confirm.seeding import kept

ENDING = ".csv"


def parts(path: str) -> tuple[str, str | None]:
    """File and column of the labels in "table.csv:column"; no column where none is named."""
    file, colon, column = path.rpartition(":")
    return (file, column) if colon and file.lower().endswith(ENDING) else (path, None)


def is_table(path: str) -> bool:
    """Whether a path is one of a table."""
    return parts(path)[0].lower().endswith(ENDING)


def read_table(path: str, most: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[Any], int]:
    """Features (rows, columns), labels, and the number of rows in the file, of which at most so many are kept.

    Raises:
        DataError: there is no such file or column, or something else than numbers in it.
    """
    file, column = parts(path)
    name = os.path.basename(file)
    if not os.path.isfile(file):
        raise DataError(f"{file}: there is no such file")
    try:
        head = next(_rows(file), None)
        if head is None:
            raise DataError(f"{name} is empty")
        if column is None or head.count(column) != 1:
            told = "say which column holds the labels" if column is None else f"{name} has no single column `{column}`"
            columns = ", ".join(head[:12]) + (", …" if len(head) > 12 else "")
            raise DataError(f"{told}: {name}:COLUMN, one of {columns}")
        total = sum(1 for _ in _rows(file)) - 1
        features, labels = _values(file, name, head, head.index(column), set(kept(total, most).tolist()))
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{name} is not a table of comma-separated values in UTF-8: {error}") from None
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror or error}") from None
    return features, labels, total


def _rows(file: str) -> Iterator[list[str]]:
    """The rows that are not empty, the first of which names the columns."""
    with open(file, encoding="utf-8-sig", newline="") as opened:
        for row in csv.reader(opened):
            if row:
                yield [cell.strip() for cell in row]


def _values(
    file: str, name: str, head: list[str], target: int, kept: set[int]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[Any]]:
    rows = _rows(file)
    next(rows)
    features, labels = [], []
    for place, row in enumerate(rows):
        if len(row) != len(head):
            raise DataError(f"row {place + 1} of {name} has {len(row)} values, and there are {len(head)} columns")
        numbers = []
        for index, cell in enumerate(row):
            if index != target:
                numbers.append(_number(cell, f"column `{head[index]}` of {name}", place + 1))
        if place in kept:
            features.append(numbers)
            labels.append(row[target])
    told = f"column `{head[target]}` of {name}"
    if "" in labels:
        raise DataError(f"{told} has gaps: fill them or leave those rows out")
    return np.array(features, dtype=np.float32), _labels(labels)


def _number(cell: str, where: str, row: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        what = f"`{cell[:40]}`" if cell else "nothing"
        raise DataError(
            f"{where} holds {what} in row {row}, and numbers are wanted: write it as your program feeds it"
        ) from None
    if not np.isfinite(np.float32(value)):
        raise DataError(f"{where} has a value that is not finite in row {row}")
    return value


def _labels(cells: list[str]) -> npt.NDArray[Any]:
    """Labels as numbers: as they are, or by the place of each word among all of them in order."""
    try:
        values = np.array([float(cell) for cell in cells])
    except ValueError:
        return np.unique(cells, return_inverse=True)[1].astype(np.int64)
    whole = bool(np.isfinite(values).all() and (values == np.rint(values)).all())
    return values.astype(np.int64) if whole else values.astype(np.float32)

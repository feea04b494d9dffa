"""The rows of an Excel workbook's first sheet, as texts. Pure.

Whoever brings it may have it from anywhere: nothing is unpacked before it is known how much there
is, and no part may declare entities, which no workbook needs.
"""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

UNPACKED_BYTES_MOST = 8 * 1024 * 1024
PARTS_MOST = 200
COLUMNS_MOST = 50
DECLARATIONS = ("<!DOCTYPE", "<!ENTITY")
ENCODINGS = ("ascii", "utf-16-le", "utf-16-be")


class BadWorkbook(Exception):
    """Not a workbook of Excel 2007 or later, or one that is made to do harm."""


class HugeWorkbook(Exception):
    """Unpacked it would be larger than any list of staff."""


def rows_in_excel(data: bytes, rows_most: int) -> list[list[str]]:
    """At most one row more than `rows_most`. Raises BadWorkbook, HugeWorkbook."""
    # Few bring a list, and every start of the app would wait for its reader.
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    look_inside(data)
    try:
        workbook = load_workbook(BytesIO(data), read_only=True, data_only=True)
        (sheet, *_) = workbook.worksheets
        cells = sheet.iter_rows(max_row=rows_most + 1, max_col=COLUMNS_MOST, values_only=True)
        return [[text_of(cell) for cell in row] for row in cells]
    except Exception as error:  # whatever the reader says of a stranger's bytes, they are no list
        raise BadWorkbook from error


def look_inside(data: bytes) -> None:
    try:
        with ZipFile(BytesIO(data)) as packed:
            parts = packed.infolist()
            if len(parts) > PARTS_MOST:
                raise HugeWorkbook
            if sum(part.file_size for part in parts) > UNPACKED_BYTES_MOST:
                raise HugeWorkbook
            if any(declaration in packed.read(part) for part in parts for declaration in refused()):
                raise BadWorkbook
    except (BadZipFile, OSError, RuntimeError, ValueError, NotImplementedError) as error:
        raise BadWorkbook from error


def refused() -> Iterator[bytes]:
    """What a part may not say, in any encoding that XML is read in here."""
    for encoding in ENCODINGS:
        yield from (declaration.encode(encoding) for declaration in DECLARATIONS)


def text_of(cell: Any) -> str:
    """As Excel shows it: a number that is whole has no point, however it is kept."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else str(cell)

"""Whether every quotation mark of a whole file is where a well-formed table has one.

In such a table the marks open and close in turn, a doubled one counting as a close and an open. So every even one (from
0) follows a delimiter, a line break or a mark, and every odd one is followed by one of these. One stray mark breaks
this, and is enough to swallow rows; the check is a comparison of bytes in numpy, far cheaper than parsing.
"""

from pathlib import Path

import numpy as np

from workspace.reading.dialect import Dialect
from workspace.reading.encoding import Encoding

_BLOCK = 4 << 20


def has_stray_quotes(path: Path, encoding: Encoding, dialect: Dialect) -> bool:
    """Only for dialects with a quote and no escape, in encodings in which ASCII characters are single bytes."""
    if dialect.quote is None or dialect.escape is not None or dialect.delimiter is None:
        return False
    if encoding.name.startswith(("utf-16", "utf-32")) or len(dialect.delimiter) > 1 or dialect.padded:
        return False
    quote = ord(dialect.quote)
    beside = np.zeros(256, dtype=bool)
    beside[[ord(dialect.delimiter), 10, 13, quote]] = True
    seen = 0
    last = 10
    with path.open("rb") as file:
        file.seek(encoding.bom)
        block = file.read(_BLOCK)
        while block:
            following = file.read(_BLOCK)
            data = np.frombuffer(bytes([last]) + block + (following[:1] or b"\n"), dtype=np.uint8)
            places = np.flatnonzero(data[1:-1] == quote) + 1
            opening, closing = places[seen % 2 :: 2], places[1 - seen % 2 :: 2]
            if not (beside[data[opening - 1]].all() and beside[data[closing + 1]].all()):
                return True
            seen += len(places)
            last, block = block[-1], following
    return seen % 2 == 1

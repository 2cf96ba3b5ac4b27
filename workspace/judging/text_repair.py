"""Finding texts that a cleaning function would change, quickly: RE2 sorts out the many that it would not."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workspace.judging import mail, markup, mojibake
from workspace.judging.types import RowNumbers


@dataclass(frozen=True)
class TextRepair:
    """``clean`` changes no text in which RE2 does not find ``maybe``; None: any text may change."""

    clean: Callable[[str], str]
    maybe: str | None = None

    def changed(self, texts: pa.Array) -> tuple[RowNumbers, list[str]]:
        """Which strings of an array change, and what they become."""
        places = np.arange(len(texts))
        if self.maybe is not None:
            hits = pc.fill_null(pc.match_substring_regex(texts, self.maybe), False)
            places = np.flatnonzero(hits.to_numpy(zero_copy_only=False))
        old = texts.take(pa.array(places)).to_pylist()
        new = [None if text is None else self.clean(text) for text in old]
        pairs = [(place, b) for place, a, b in zip(places.tolist(), old, new, strict=True) if b is not None and a != b]
        return np.array([place for place, _ in pairs], dtype=np.int64), [text for _, text in pairs]


HTML = TextRepair(markup.strip_html, markup.MAYBE)
QUOTED_MAIL = TextRepair(mail.strip_quoted, mail.QUOTED)
SIGNATURES = TextRepair(mail.strip_signature, mail.SIGNED)
MOJIBAKE = TextRepair(mojibake.repair, mojibake.MAYBE)

"""Which text files annotation tools wrote, and who reads them. A format is one module and one line here."""

from collections.abc import Callable

from workspace.reading.annotations.brat import is_ann, open_brat
from workspace.reading.annotations.conll import is_conll, open_conll
from workspace.reading.annotations.conllu import is_conllu, open_conllu
from workspace.reading.annotations.fasttext import is_fasttext, open_fasttext
from workspace.reading.annotations.iob_lines import is_iob_lines, open_iob_lines
from workspace.reading.annotations.webanno import is_webanno, open_webanno
from workspace.reading.source import Reader

READERS: dict[str, Reader] = {
    "webanno": open_webanno,
    "conllu": open_conllu,
    "conll": open_conll,
    "iob": open_iob_lines,
    "fasttext": open_fasttext,
    "brat": open_brat,
}
_KNOWN: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("webanno", lambda text, suffix: is_webanno(text)),
    ("brat", lambda text, suffix: suffix == ".ann" and is_ann(text)),
    ("conllu", lambda text, suffix: is_conllu(text)),
    ("iob", is_iob_lines),
    ("conll", is_conll),
    ("fasttext", lambda text, suffix: is_fasttext(text)),
)


def annotation_kind(text: str, suffix: str) -> str | None:
    """The format of a text file by its beginning (the last line may be cut), None where no annotation tool wrote it."""
    return next((kind for kind, fits in _KNOWN if fits(text, suffix)), None)

"""CoNLL: one word a line with its tag in one of the columns, sentences apart by blank lines.

The tags name things, or, where no column does, parts of speech.

Two to many columns, blanks or tabs, tags in IOB1, IOB2, BIOES or BILOU, the number of the word or the tag in front
(GermEval 2014, MIT), ``-DOCSTART-`` lines, comments, a line of column names. Given back is IOB2.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from workspace.dataset import DataProblem
from workspace.reading.annotations.lines import lines_of, sample_lines
from workspace.reading.annotations.table import Row, opened_rows
from workspace.reading.annotations.tags import TAG, Scheme, looks_tagged, scheme_note, to_iob2
from workspace.reading.annotations.word_rows import names_sentences
from workspace.reading.reports import odd_lines
from workspace.reading.source import Opened, Source

SUFFIXES = (".conll", ".conll03", ".conll2002", ".conll2003", ".iob", ".iob1", ".iob2", ".bio", ".bioes", ".bilou")
_BLANKS = re.compile(r"[ \t]+")
_CHUNK = re.compile(r"O|[BIESLU]-[A-Z]{1,6}")
_MARK = re.compile(r"[^\w\s]{1,3}|-[LR][RCS]B-|NONE")
# Universal Dependencies v2, Penn Treebank (Marcus et al. 1993), STTS (Schiller et al. 1999), EAGLES' main classes.
_PARTS_OF_SPEECH = frozenset(
    "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X CONJ PRT "
    "CC CD DT EX FW IN JJ JJR JJS LS MD NN NNS NNP NNPS PDT POS PRP PRP$ RB RBR RBS RP TO UH VB VBD VBG VBN VBP VBZ "
    "WDT WP WP$ WRB HYPH AFX ADD GW NFP XX "
    "ADJA ADJD APPR APPRART APPO APZR ART CARD FM ITJ KOUI KOUS KON KOKOM NE PDS PDAT PIS PIAT PIDAT PPER PPOSS PPOSAT "
    "PRELS PRELAT PRF PWS PWAT PWAV PAV PROAV PTKZU PTKNEG PTKVZ PTKANT PTKA TRUNC VVFIN VVIMP VVINF VVIZU VVPP VAFIN "
    "VAIMP VAINF VAPP VMFIN VMINF VMPP XY $, $. $(".split()
)
_POS = re.compile(r"[^a-z\d]+")
_EMPTY = frozenset({"_", "-", "-X-", "O", ""})
_LEAST_LINES = 5


@dataclass(frozen=True)
class Layout:
    """Which column holds what; ``others`` are further columns with the names that they get."""

    width: int
    word: int
    tag: int
    others: dict[int, str]
    header: bool
    parts: bool = False
    """Whether the tags are parts of speech."""


def is_conll(text: str, suffix: str = "") -> bool:
    """Whether a sample reads as words with tags: at least one tag that begins or goes on, hardly any other.

    A table that numbers the sentences in a column is for :mod:`workspace.reading.annotations.word_rows`.
    """
    lines = sample_lines(text)
    if "\t" in lines[0] and names_sentences(lines[0].split("\t")):
        return False
    return layout_of(lines, sure=suffix in SUFFIXES) is not None


def open_conll(source: Source) -> Opened:
    """A CoNLL file as one row a sentence: its words, their tags and what other columns say about them."""
    with source.encoding.open(source.path) as file:
        layout = layout_of(sample_lines(file.read(1 << 18)), sure=True)
    assert layout is not None, "detect_format looked at the same lines"
    seen = _Seen()
    for row in _sentences(lines_of(source, 0, 0.3), layout, seen):
        seen.scheme.see(row["tags"])
        seen.sentences += 1
    scheme = seen.scheme.name

    def rows() -> Iterator[Row]:
        for row in _sentences(lines_of(source, 0.3, 1), layout, _Seen()):
            if not layout.parts:
                row["tags"] = to_iob2(row["tags"], scheme)
            yield row

    def problems() -> list[DataProblem]:
        odd = [odd_lines(seen.odd, seen.examples)] if seen.odd else []
        return odd + ([] if layout.parts else scheme_note(scheme, seen.sentences))

    return opened_rows(source, "conll", rows, problems)


def layout_of(lines: Iterable[str], *, sure: bool) -> Layout | None:
    """The columns of a file, judged on its first lines; ``sure`` where its name says that it is CoNLL."""
    lines = list(lines)
    rows = [fields for line in lines if (fields := _fields(line)) is not None]
    rows = [fields for fields in rows if not fields[0].startswith("#") or any(map(TAG.fullmatch, fields[1:]))]
    widths = Counter(len(fields) for fields in rows if len(fields) > 1)
    if not widths:
        return None
    width = widths.most_common(1)[0][0]
    full = [fields for fields in rows if len(fields) == width]
    words = [fields for fields in rows if not (fields[0].startswith("#") and len(fields) != width)]
    least = 1 if sure else _LEAST_LINES
    if len(full) < least or (not sure and len(full) < 0.95 * len(words)):
        return None
    header = len(full) > 1 and not any(TAG.fullmatch(cell) for cell in full[0])
    columns = list(zip(*full[1 if header else 0 :], strict=True))
    tagged = [index for index, column in enumerate(columns) if looks_tagged(column, 0.9 if sure else 0.98)]
    if not tagged and sure:
        tagged = [index for index, column in enumerate(columns) if set(column) == {"O"}]
    if not tagged:
        return _with_parts_of_speech(lines, full, width, sure=sure)
    word, tag = _word_and_tag(columns, tagged)
    return Layout(width, word, tag, _others(columns, word, tag), header)


def _with_parts_of_speech(lines: Sequence[str], full: list[list[str]], width: int, *, sure: bool) -> Layout | None:
    """Words with nothing but parts of speech, sentences apart by blank lines."""
    gaps = sum(1 for above, line in pairwise(lines) if above.strip() and not line.strip())
    if not gaps or len(full) < 2 * gaps:
        return None
    header = not any(_is_part(cell) for cell in full[0])
    columns = list(zip(*full[1 if header else 0 :], strict=True))
    least = 0.9 if sure else 0.98
    fitting = [i for i, column in enumerate(columns) if sum(map(_is_part, column)) >= least * len(column)]
    named = [i for i in fitting if len(set(columns[i])) > 2 and any(cell.isalpha() for cell in columns[i])]
    words = [i for i in range(width) if i not in fitting and not all(cell.isdigit() for cell in columns[i])]
    if not named or not words:
        return None
    word, tag = words[0], named[0]
    return Layout(width, word, tag, _others(columns, word, tag), header, parts=True)


def _is_part(cell: str) -> bool:
    return cell in _PARTS_OF_SPEECH or _MARK.fullmatch(cell) is not None


def _word_and_tag(columns: list[tuple[str, ...]], tagged: list[int]) -> tuple[int, int]:
    counted = len(columns) > 2 and all(cell.isascii() and cell.isdigit() for cell in columns[0])
    if counted and 1 not in tagged:
        # GermEval: outer names in the third column, names inside names in the fourth.
        filled = [sum(1 for cell in columns[index] if cell != "O") for index in tagged]
        return 1, tagged[filled.index(max(filled))]
    if tagged == [0]:
        return 1, 0
    return 0, tagged[-1]


def _others(columns: list[tuple[str, ...]], word: int, tag: int) -> dict[int, str]:
    names: dict[int, str] = {}
    for index, column in enumerate(columns):
        if index in (word, tag) or all(cell in _EMPTY for cell in column):
            continue
        if index < word and all(cell.isdigit() for cell in column):
            continue
        name = f"column {index + 1}"
        if all(_CHUNK.fullmatch(cell) for cell in column):
            name = "chunk_tags"
        elif sum(1 for cell in column if _POS.fullmatch(cell)) >= 0.95 * len(column):
            name = "pos_tags"
        names[index] = name if name not in names.values() else f"column {index + 1}"
    return names


@dataclass
class _Seen:
    """What a pass over the file met."""

    scheme: Scheme = field(default_factory=Scheme)
    sentences: int = 0
    odd: int = 0
    examples: list[str] = field(default_factory=list)


def _fields(line: str) -> list[str] | None:
    """The columns of a line; tabs win over blanks, since a word may hold a blank. None for a line without words."""
    if not line.strip() or line.startswith("-DOCSTART-"):
        return None
    line = line.rstrip(" \t")
    return line.split("\t") if "\t" in line else _BLANKS.split(line.lstrip(" "))


def _is_comment(fields: list[str], layout: Layout) -> bool:
    """A line that begins with # and does not look like a word with its tag (the word # itself does)."""
    if not fields[0].startswith("#"):
        return False
    return len(fields) != layout.width or not TAG.fullmatch(fields[layout.tag])


def _sentences(lines: Iterable[str], layout: Layout, seen: _Seen) -> Iterator[dict[str, list[str]]]:
    names = ["tokens", "tags", *layout.others.values()]
    row: dict[str, list[str]] = {name: [] for name in names}
    comments: list[str] = []
    header = layout.header
    for number, line in enumerate(lines, start=1):
        fields = _fields(line)
        if fields is None:
            if row["tokens"]:
                yield row | ({"comments": comments} if comments else {})
                row, comments = {name: [] for name in names}, []
            continue
        if header or _is_comment(fields, layout):
            comments += [] if header else [line]
            header = False
            continue
        _add(row, fields, layout, seen, f"Line {number}: {line.strip()[:150]}")
    if row["tokens"]:
        yield row | ({"comments": comments} if comments else {})


def _add(row: dict[str, list[str]], fields: list[str], layout: Layout, seen: _Seen, shown: str) -> None:
    """One word; a line with more or fewer columns than the others has its tag at the same end as they have."""
    whole = len(fields) == layout.width
    last = layout.tag == layout.width - 1
    place = layout.tag if whole or not last else len(fields) - 1
    tag = fields[place] if place < len(fields) and len(fields) > 1 else ""
    if not tag:
        seen.odd += 1
        seen.examples += [shown] if len(seen.examples) < 3 else []
    row["tokens"].append(fields[layout.word if layout.word < len(fields) else 0])
    row["tags"].append(tag or "O")
    for index, name in layout.others.items():
        row[name].append(fields[index] if whole else "_")

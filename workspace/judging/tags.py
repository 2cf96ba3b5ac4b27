"""Tags of words (NER): sequences that say nothing sensible, such as the inside of a name that never began.

Schemes: IOB1 (Ramshaw, Marcus 1995; ``B-`` only between names that touch), BIO (IOB2), and those that mark the last
word and single words as well, as BIOES or BILOU.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Scheme:
    """``last`` and ``single`` are empty in BIO; ``loose``: a name may begin with ``I-`` (IOB1)."""

    last: str = ""
    single: str = ""
    loose: bool = False


def scheme_of(rows: Iterable[Sequence[str] | None]) -> Scheme | None:
    """The scheme that most names follow; None where tags have no prefixes, so that any sequence is right."""
    prefixes: Counter[str] = Counter()
    loose = begun = 0
    for tags in rows:
        for before, tag in pairwise(["O", *(tags or ())]):
            prefix, kind = _split(tag)
            prefixes[prefix] += 1
            begins = prefix == "I" and (before == "O" or _split(before)[1] != kind)
            loose += begins
            begun += prefix == "B"
    if not prefixes["B"] + prefixes["I"]:
        return None
    last = next((x for x in "EL" if prefixes[x]), "")
    single = next((x for x in "SU" if prefixes[x]), "")
    if last or single:
        return Scheme(last or ("E" if single == "S" else "L"), single or ("S" if last == "E" else "U"))
    return Scheme(loose=loose > begun)


def _split(tag: str) -> tuple[str, str]:
    """``B-PER`` as ``("B", "PER")``; a tag without prefix has an empty one."""
    if len(tag) > 2 and tag[0] in "BIESLU" and tag[1] in "-_":
        return tag[0], tag[2:]
    return "", tag


def repair_tags(tags: Sequence[str], words: int, scheme: Scheme) -> list[str]:
    """The tags as the scheme wants them, one for each of ``words`` words. Right sequences stay as they are."""
    tags = [*tags[:words], *["O"] * (words - len(tags))]
    if scheme.loose:
        return tags
    names: list[list[int]] = []
    for at, tag in enumerate(tags):
        prefix, kind = _split(tag)
        if not prefix:
            continue
        follows = bool(names) and names[-1][-1] == at - 1 and _split(tags[at - 1])[1] == kind
        ended = at > 0 and scheme.last != "" and _split(tags[at - 1])[0] in (scheme.last, scheme.single)
        if prefix in ("I", scheme.last) and follows and not ended:
            names[-1].append(at)
        else:
            names.append([at])
    for name in names:
        for at in name:
            tags[at] = _prefix(at, name, scheme) + tags[at][1:]
    return tags


def _prefix(at: int, name: list[int], scheme: Scheme) -> str:
    if scheme.single and len(name) == 1:
        return scheme.single
    if at == name[0]:
        return "B"
    return scheme.last if scheme.last and at == name[-1] else "I"

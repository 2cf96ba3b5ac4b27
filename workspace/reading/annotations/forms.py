"""Which annotation tool wrote a JSON file, and its records as rows. A tool is one module and one line in ``FORMS``."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from workspace.dataset import DataProblem

Row = Mapping[str, Any]


class Form(Protocol):
    """How one tool writes. All records are shown to ``see`` before ``rows`` is asked, perhaps several times."""

    format: str

    def see(self, record: Any) -> None:
        """Take one record into account, for what only the whole file tells (one label each, or several)."""

    def rows(self, records: Iterator[Any]) -> Iterator[Row]:
        """The records as rows of a table."""

    def problems(self) -> list[DataProblem]:
        """What there is to tell about the file."""


class Categories:
    """Whether the records of a file have one category each, or some of them several."""

    def __init__(self) -> None:
        self._most = 0
        self._any = False

    def see(self, labels: Sequence[str] | None) -> None:
        """Take the categories of one record into account; None where it has not been judged."""
        if labels is not None:
            self._any = True
            self._most = max(self._most, len(set(labels)))

    def column(self, labels: Sequence[str] | None) -> dict[str, Any]:
        """``label``, or the list ``labels`` where a record of the file has more than one; nothing without any."""
        if not self._any:
            return {}
        if self._most > 1:
            return {"labels": None if labels is None else list(dict.fromkeys(labels))}
        return {"label": labels[0] if labels else None}


def majority(votes: Sequence[Sequence[Any]]) -> tuple[list[Any], bool]:
    """What more than half of the annotators said, each given as what they said; and whether all said the same.

    Nothing was said by more than half: what the most said, the earlier one first.
    """
    counts = Counter(item for vote in votes for item in dict.fromkeys(vote))
    agreed = all(set(vote) == set(votes[0]) for vote in votes)
    return [item for item, count in counts.items() if 2 * count > len(votes)], agreed


def disagreements(count: int, annotated: int) -> list[DataProblem]:
    """What to tell where several people worked on a file and did not say the same."""
    if not count:
        return []
    rows = "1 row" if count == 1 else f"{count:,} rows"
    return [
        DataProblem(
            code="ANNOTATORS_DISAGREE",
            severity="info",
            count=count,
            message=f"{annotated:,} rows were annotated by more than one person, who differ in {rows}. I took what "
            "most of them said; what each said is in the column “annotations”.",
        )
    ]


Recogniser = Callable[[Sequence[Any]], Form | None]


def recognise(records: Sequence[Any]) -> Form | None:
    """The form of a file whose first records are given; None where no annotation tool wrote it."""
    from workspace.reading.annotations.chat_turns import recognise_chat
    from workspace.reading.annotations.doccano import recognise_doccano
    from workspace.reading.annotations.label_studio import recognise_label_studio
    from workspace.reading.annotations.prodigy import recognise_prodigy
    from workspace.reading.annotations.spacy import recognise_spacy

    recognisers: list[Recogniser] = [recognise_prodigy, recognise_label_studio, recognise_spacy, recognise_doccano]
    recognisers.append(recognise_chat)
    return next((form for known in recognisers if (form := known(records)) is not None), None)


def most(records: Sequence[Any], fits: Callable[[Any], bool], least: float = 0.9) -> bool:
    """Whether nearly all records fit, at least one."""
    return bool(records) and sum(map(fits, records)) >= least * len(records)

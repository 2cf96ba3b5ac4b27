"""Which rows are learned from, which choose among models, and which only judge at the end.

Test rows are put aside before anything is fitted or chosen: those of a file of their own, those that a column of the
file decides (:mod:`training_worker.divisions`), else some drawn by chance. Rows whose text is the same but for case,
punctuation or spacing, and those that nearly repeat another one, always land on one side, so that no test text was seen
in training.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from training_worker.data import LabelledRows, groups_of, same_text_key, source_key
from training_worker.divisions import Division, Sides, divide, group_folds, group_numbers
from workspace.errors import InputError
from workspace.judging.near_duplicates import near_duplicates_of

Indices = NDArray[np.int64]
MAX_LABELS = 1000
ENOUGH_VALID_ROWS = 300
CROSS_VALIDATION_FOLDS = 5
MOST_COMPARED = 100_000
"""Rows among which near copies are looked for: half a second for 10,000."""
MOST_ALIKE = 0.3
"""Share of near copies from which on they are a pattern."""


@dataclass(frozen=True)
class Split:
    """``learn`` are all rows that are not test rows; ``folds`` say which of them are learned from and which
    judge (pairs of positions in ``learn``). With few rows there are several folds: cross-validation."""

    learn: LabelledRows
    test: LabelledRows
    labels: list[str]
    folds: list[tuple[Indices, Indices]]
    notes: list[str] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)

    @property
    def classes(self) -> Indices:
        """The label of each row of ``learn`` as a position in ``labels``."""
        number = {label: i for i, label in enumerate(self.labels)}
        return np.array([number[label] for label in self.learn.labels], dtype=np.int64)

    @property
    def strata(self) -> Indices:
        """What each row of ``learn`` is divided by, as numbers; the classes where a text has one label."""
        return np.unique(np.array(self.learn.labels), return_inverse=True)[1].astype(np.int64)

    def part(self, kept: Indices) -> "Split":
        """With the learning rows at these positions only (in order); the folds keep their sides."""
        if len(kept) == len(self.learn):
            return self
        sides = [[np.searchsorted(kept, np.intersect1d(kept, side)) for side in fold] for fold in self.folds]
        folds = [(train, valid) for train, valid in sides if len(train) and len(valid)]
        return replace(self, learn=self.learn.take(kept.tolist()), folds=folds)

    @property
    def judged(self) -> tuple[Indices, NDArray[np.bool_]]:
        """The validation rows of all folds, and whether each one's label could be learned in its fold."""
        classes = self.strata
        rows = [valid for _, valid in self.folds]
        known = [np.isin(classes[valid], classes[train]) for train, valid in self.folds]
        if not rows:
            return np.zeros(0, np.int64), np.zeros(0, np.bool_)
        return np.concatenate(rows), np.concatenate(known)

    @property
    def rows(self) -> dict[str, int]:
        """Rows of train, valid and test, as they are told to people."""
        train, valid = self.folds[0] if self.folds else (np.arange(len(self.learn)), np.array([]))
        return {"train": len(train), "valid": len(valid), "test": len(self.test)}


def split_rows(
    rows: LabelledRows,
    test: LabelledRows | None,
    *,
    test_fraction: float,
    valid_fraction: float,
    seed: int,
    check: Callable[[LabelledRows], None] | None = None,
    labels: Callable[[LabelledRows], list[str]] | None = None,
    by: Division | None = None,
) -> Split:
    """Divides the rows; the same seed gives the same division. ``by`` names a column that stands beside them.

    ``check`` raises where nothing can be learned from rows, ``labels`` says what can be answered; without them they
    are those of texts with one label each.

    Raises:
        InputError: ``EMPTY_DATASET``, ``ONE_CLASS``, ``TOO_MANY_LABELS``, ``RARE_CLASS_SPLIT``, ``NO_TEST_ROWS``,
            ``NO_TRAINING_ROWS``, ``ONE_GROUP`` or ``NO_TIMES``.
    """
    check, labels = check or check_labels, labels or labels_of
    everything, rows = rows, _written(rows)
    test = _written(test) if test is not None else None
    check(rows)
    notes = list(rows.notes)
    rng = np.random.default_rng(seed)
    dropped = dict(rows.dropped)
    valid: Indices | None = None
    if by is not None:
        sides = divide(rows, by, test_fraction, valid_fraction, rng)
        learn, test, valid = _apart(rows, sides, dropped, notes)
        check(learn)
    elif test is None:
        learn, test = _put_aside(replace(rows, groups=_alike(rows)), test_fraction, rng)
    else:
        if not len(test):
            raise InputError(
                "NO_TEST_ROWS",
                "The test file has no row with both a text and a label.",
                "Check that its columns have the same names as those of the training file.",
            )
        new = _unlike(rows, test)
        learn = rows.take(new.tolist())
        _tell_seen(len(rows) - len(learn), dropped, notes)
        check(learn)
    counts = Counter(learn.labels)
    single = [label for label, count in counts.items() if count == 1]
    if single:
        notes.append(f"{len(single)} labels have a single row to learn from: {', '.join(sorted(single)[:5])}.")
    unknown = set(test.labels) - set(counts)
    if unknown:
        notes.append(f"{len(unknown)} labels stand in the test rows only and cannot be learned.")
    folds = _folds_of(learn, valid, by, valid_fraction, rng)
    split = Split(learn, test, labels(learn), folds, notes, dropped)
    return _with_augmented(split, everything.take(everything.made)) if everything.made else split


def _alike(rows: LabelledRows) -> list[int]:
    """For each row the number of its group: texts that are the same but for case, punctuation and spacing, and, with
    the same label, those that differ by a typing error or a word of little weight.

    Where texts follow a pattern, most are nearly alike, and dividing them by groups would leave nothing to judge with:
    then only the former are grouped.
    """
    exact = list(groups_of(rows.texts))
    if len(rows) > MOST_COMPARED:
        return exact
    near = near_duplicates_of(rows.texts, rows.labels)
    if len(near.rows) > MOST_ALIKE * len(rows):
        return exact
    group = np.array(exact, dtype=np.int64)
    pairs = (np.ones(len(near.rows)), (group[near.rows], group[near.like]))
    together = connected_components(coo_array(pairs, shape=(len(rows), len(rows))), directed=False)[1]
    return [int(number) for number in together[group]]


def _written(rows: LabelledRows) -> LabelledRows:
    """Without the rows that augmentation made: what is judged, and what is divided, are rows that somebody wrote."""
    if not rows.made:
        return rows
    return rows.take([i for i, source in enumerate(rows.sources) if not source])


def _with_augmented(split: Split, made: LabelledRows) -> Split:
    """Adds each augmented row where the text it was made from is learned from, and nowhere else.

    One whose text is that of a judging row, but for case and signs, is left out there.
    """
    learn = split.learn
    key_of = [source_key(text) for text in learn.texts]
    keys, exam = set(key_of), {same_text_key(text) for text in split.test.texts}
    known = set(learn.labels)
    kept = made.take(
        [
            i
            for i, (source, label) in enumerate(zip(made.sources, made.labels, strict=True))
            if source in keys and label in known and same_text_key(made.texts[i]) not in exam
        ]
    )
    folds = []
    for train, valid in split.folds:
        learned, judged = {key_of[i] for i in train}, {key_of[i] for i in valid}
        more = [
            len(learn) + i
            for i, source in enumerate(kept.sources)
            if source in learned and source_key(kept.texts[i]) not in judged
        ]
        folds.append((np.concatenate([train, np.array(more, dtype=np.int64)]), valid))
    together = LabelledRows(
        learn.texts + kept.texts,
        learn.labels + kept.labels,
        learn.dropped,
        [""] * len(learn) + kept.sources,
        learn.targets + kept.targets,
    )
    notes = [*split.notes, f"{len(kept)} rows made by augmentation are learned from; none is in the exam."]
    dropped = split.dropped | ({"made_from_exam_rows": len(made) - len(kept)} if len(made) > len(kept) else {})
    return replace(split, learn=together, folds=folds, notes=notes, dropped=dropped)


def labels_of(rows: LabelledRows) -> list[str]:
    """The different labels, in order."""
    return sorted(set(rows.labels))


def check_labels(rows: LabelledRows) -> None:
    """Raises InputError (``EMPTY_DATASET``, ``ONE_CLASS``, ``TOO_MANY_LABELS``)."""
    counts = Counter(rows.labels)
    if not rows.labels:
        raise InputError(
            "EMPTY_DATASET",
            "No row has both a text and a label.",
            "Choose other columns, or fill in the labels of some rows.",
        )
    if len(counts) == 1:
        raise InputError(
            "ONE_CLASS",
            f"Every row has the same label ({next(iter(counts))}), so there is nothing to tell apart.",
            "Add rows with at least one other label, or choose another column as the label.",
        )
    if len(counts) > MAX_LABELS:
        raise InputError(
            "TOO_MANY_LABELS",
            f"The label column has {len(counts):,} different values; at most {MAX_LABELS:,} can be learned.",
            "Is this the right column? If so, merge rare labels into one such as Other.",
        )


def _put_aside(rows: LabelledRows, fraction: float, rng: np.random.Generator) -> tuple[LabelledRows, LabelledRows]:
    if max(Counter(rows.labels).values()) < 2:
        raise InputError(
            "RARE_CLASS_SPLIT",
            "Every label has only one row, so no row can be kept aside to test the model.",
            "Add rows until each label has at least 2, better 20; or give a separate test file.",
        )
    aside = stratified(rows, fraction, rng, at_least_one=True)
    if not len(aside) or len(aside) == len(rows):
        raise InputError(
            "RARE_CLASS_SPLIT",
            f"{len(rows)} rows with so few different texts are too few to learn from and to test with.",
            "Add rows until each label has at least 2 different texts, better 20.",
        )
    mask = np.zeros(len(rows), dtype=bool)
    mask[aside] = True
    return rows.take(np.flatnonzero(~mask).tolist()), rows.take(np.flatnonzero(mask).tolist())


def _unlike(rows: LabelledRows, test: LabelledRows) -> Indices:
    """Positions of the rows that neither repeat a test row nor nearly do, whatever their labels are: the labels of test
    rows have no say in what is learned."""
    texts = rows.texts + test.texts
    group = _alike(LabelledRows(texts, [""] * len(texts)))
    seen = set(group[len(rows) :])
    return np.array([i for i in range(len(rows)) if group[i] not in seen], dtype=np.int64)


def _tell_seen(count: int, dropped: dict[str, int], notes: list[str]) -> None:
    if count:
        dropped["also_in_test"] = count
        notes.append(f"{count:,} rows repeat a row of the exam, word for word or nearly, and were not learned from.")


def _apart(
    rows: LabelledRows, sides: Sides, dropped: dict[str, int], notes: list[str]
) -> tuple[LabelledRows, LabelledRows, Indices]:
    """The rows to learn from, those of the exam, and which of the former choose among models.

    The exam stays as it is: what repeats one of its rows is not learned from, and what repeats a row that chooses is
    learned from only at the end.
    """
    test = rows.take(sides.test.tolist())
    both = np.sort(np.concatenate([sides.learn, sides.valid]))
    before = rows.take(both.tolist())
    new = _unlike(before, test)
    learn = before.take(new.tolist())
    learn = replace(learn, groups=_alike(learn))
    notes += sides.notes
    dropped |= sides.dropped
    _tell_seen(len(before) - len(learn), dropped, notes)
    return learn, test, np.flatnonzero(np.isin(both[new], sides.valid))


def _folds_of(
    learn: LabelledRows, valid: Indices | None, by: Division | None, fraction: float, rng: np.random.Generator
) -> list[tuple[Indices, Indices]]:
    """The rows that choose as the division has them; where it says nothing of them, by chance."""
    everything = np.arange(len(learn))
    labels = np.array(learn.labels)
    if by is not None and by.way == "group":
        groups = group_numbers(learn.columns[by.column])
        some = group_folds(learn.labels, groups, max(2, round(1 / fraction)), rng)
        enough = len(some[0]) >= ENOUGH_VALID_ROWS
        parts = some[:1] if enough else group_folds(learn.labels, groups, CROSS_VALIDATION_FOLDS, rng)
        folds = [(np.setdiff1d(everything, part), part) for part in parts]
    elif valid is not None and len(valid):
        judging = {learn.groups[i] for i in valid.tolist()}
        train = np.array([i for i in everything if learn.groups[i] not in judging], dtype=np.int64)
        folds = [(train, valid)]
    else:
        return _folds(learn, fraction, rng)
    # A fold can choose only where, of several labels, at least two are left to learn from.
    least = min(2, len(set(learn.labels)))
    usable = [(train, judged) for train, judged in folds if len(train) and len(set(labels[train])) >= least]
    return usable or _folds(learn, fraction, rng)


def _folds(learn: LabelledRows, fraction: float, rng: np.random.Generator) -> list[tuple[Indices, Indices]]:
    everything = np.arange(len(learn))
    valid = stratified(learn, fraction, rng, at_least_one=False)
    if len(valid) >= ENOUGH_VALID_ROWS:
        return [(np.setdiff1d(everything, valid), valid)]
    return _cross_validation(learn, rng)


def _cross_validation(learn: LabelledRows, rng: np.random.Generator) -> list[tuple[Indices, Indices]]:
    """Each group of equal texts goes to one fold; each label is spread evenly over the folds."""
    fold_of = np.zeros(len(learn), dtype=np.int64)
    position = 0
    for members in _groups_by_label(learn, rng).values():
        for group in members:
            fold_of[group] = position % CROSS_VALIDATION_FOLDS
            position += 1
    folds = [(np.flatnonzero(fold_of != k), np.flatnonzero(fold_of == k)) for k in range(CROSS_VALIDATION_FOLDS)]
    labels = np.array(learn.labels)
    # A fold can judge only where there are rows and, of several labels, at least two are left to learn from.
    least = min(2, len(set(labels)))
    return [(train, valid) for train, valid in folds if len(valid) and len(set(labels[train])) >= least]


def _groups_by_label(rows: LabelledRows, rng: np.random.Generator) -> dict[str, list[list[int]]]:
    """For each label its groups of rows that stay together in random order; a group has its first row's label."""
    groups: dict[int, list[int]] = {}
    for index, number in enumerate(rows.groups or groups_of(rows.texts)):
        groups.setdefault(number, []).append(index)
    by_label: dict[str, list[list[int]]] = {}
    for members in groups.values():
        by_label.setdefault(rows.labels[members[0]], []).append(members)
    return {label: [found[i] for i in rng.permutation(len(found))] for label, found in sorted(by_label.items())}


def stratified(rows: LabelledRows, fraction: float, rng: np.random.Generator, *, at_least_one: bool) -> Indices:
    """Positions of about ``fraction`` of the rows, each label in its share, groups of equal texts kept whole.

    A label keeps at least one group out of the choice. With ``at_least_one``, labels of three groups or more
    give at least one. What rounding leaves is handed out by the largest remainder.
    """
    by_label = _groups_by_label(rows, rng)
    quota = {label: fraction * len(groups) for label, groups in by_label.items()}
    take = {label: min(int(quota[label]), len(groups) - 1) for label, groups in by_label.items()}
    if at_least_one:
        take = {label: max(n, 1) if len(by_label[label]) >= 3 else n for label, n in take.items()}
    missing = round(sum(quota.values())) - sum(take.values())
    if at_least_one and not any(take.values()):
        missing = max(missing, 1)
    for label in sorted(by_label, key=lambda name: take[name] - quota[name]):
        if missing <= 0:
            break
        if take[label] < len(by_label[label]) - 1:
            take[label] += 1
            missing -= 1
    chosen = [index for label, groups in by_label.items() for group in groups[: take[label]] for index in group]
    return np.array(sorted(chosen), dtype=np.int64)


def sample(rows: Sequence[int], classes: Indices, count: int, seed: int) -> Indices:
    """At most ``count`` of ``rows``, each class in its share but at least one row of each, in order."""
    positions = np.asarray(rows, dtype=np.int64)
    if len(positions) <= count:
        return positions
    rng = np.random.default_rng(seed)
    order = positions[rng.permutation(len(positions))]
    rank = np.zeros(len(order), dtype=np.float64)
    for label in np.unique(classes[order]):
        members = np.flatnonzero(classes[order] == label)
        rank[members] = np.arange(len(members)) / len(members)
    return np.sort(order[np.argsort(rank, kind="stable")[: max(count, len(np.unique(classes[order])))]])

"""Changing the categories of a labelling: which ones there are afterwards, and where their answers go."""

from collections.abc import Mapping, Sequence

from tools.labelling_start import with_names
from tools.quoting import plain, unquote
from workspace.errors import InputError
from workspace.labelling import LabelClass

Moved = dict[str, str | None]
"""Key of a category that goes -> the one that gets its answers; None: they are asked again."""


def changed_classes(
    classes: Sequence[LabelClass],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
    merge: Sequence[str] = (),
    into: str | None = None,
) -> tuple[list[LabelClass], Moved]:
    """The categories after all changes, in this order: renamed, merged, removed, added.

    A category that is renamed to the name of another one is merged into it.

    Raises:
        InputError: CATEGORY_UNKNOWN with every name that is not there; NO_CHANGE.
    """
    wanted = [*(rename or {}), *merge, *remove]
    unknown = [name for name in wanted if find_class(classes, name) is None]
    if unknown:
        there = ", ".join(f"“{plain(c.name, 40)}”" for c in classes[:12])
        names = " and ".join(f"“{plain(unquote(name), 40)}”" for name in unknown)
        raise InputError("CATEGORY_UNKNOWN", f"There is no category {names}.", f"There are: {there or 'none yet'}.")
    found, moved = list(classes), Moved()
    for old, new in (rename or {}).items():
        found = _renamed(found, old, new, moved)
    if len(merge) > 1 or (merge and into):
        found = _merged(found, merge, into, moved)
    gone = {c.key for name in remove if (c := find_class(found, name))}
    moved |= dict.fromkeys(gone)
    found = with_names([c for c in found if c.key not in gone], add)
    if found == list(classes):
        raise InputError("NO_CHANGE", "The categories are like this already.", "Say what should be different.")
    return found, moved


def find_class(classes: Sequence[LabelClass], name: str) -> LabelClass | None:
    """By key or name, no matter the case."""
    folded = plain(unquote(name), 80).casefold().strip()
    named = next((c for c in classes if folded == c.name.casefold()), None)
    return named or next((c for c in classes if folded == c.key), None)


def _renamed(classes: list[LabelClass], old: str, new: str, moved: Moved) -> list[LabelClass]:
    one = find_class(classes, old)
    name = plain(unquote(new), 80).strip()
    if one is None or not name:
        raise InputError("CATEGORY_NAMELESS", "A category needs a name.", "Say the new name.")
    other = next((c for c in classes if c.name.casefold() == name.casefold() and c.key != one.key), None)
    if other is not None:
        moved[one.key] = other.key
        return [c for c in classes if c.key != one.key]
    return [c.model_copy(update={"name": name}) if c.key == one.key else c for c in classes]


def _merged(classes: list[LabelClass], names: Sequence[str], into: str | None, moved: Moved) -> list[LabelClass]:
    members = [c for name in names if (c := find_class(classes, name))]
    target = (find_class(classes, into) if into else None) or members[0]
    gone = [c.key for c in members if c.key != target.key]
    moved |= dict.fromkeys(gone, target.key)
    left = [c for c in classes if c.key not in gone]
    name = plain(unquote(into), 80).strip() if into else target.name
    return [c.model_copy(update={"name": name}) if c.key == target.key else c for c in left]

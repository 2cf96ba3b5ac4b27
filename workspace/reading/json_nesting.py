"""Records as programs hand them out: entries in pages, and objects inside objects as columns ``a.b``."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_MOST_FIELDS = 40
_DEEPEST = 6
_NAMING = ("name", "label", "title", "tag")
_PLACES = frozenset({"start", "end", "offset", "offsets", "begin", "length", "points", "text"})
_LONGEST_NAME = 80
_PAGE_FIELDS = frozenset(
    "page pages page_no pagenumber page_number per_page perpage pagesize page_size size count total totalcount "
    "total_count totalpages total_pages total_results next nextpage next_page nextpagetoken next_page_token "
    "next_cursor previous previous_page prev prev_page cursor end_cursor offset limit start has_more hasmore has_next "
    "links _links meta metadata paging pagination pageinfo page_info info status success ok code message object took "
    "@odata.context @odata.nextlink @odata.count self first last".split()
)


def page_key(values: Sequence[Any]) -> str | None:
    """The key below which each value keeps its entries, where every one is a page of a list; else None.

    A page has one list of objects, and beside it nothing but what pages are told by: their number, how many there are,
    where the next one is.
    """
    keys = set()
    for value in values:
        lists = [key for key, item in value.items() if _are_objects(item)] if isinstance(value, dict) else []
        rest = {key.lower() for key in value if key not in lists} if lists else set()
        if len(lists) != 1 or not rest or not rest <= _PAGE_FIELDS:
            return None
        keys.add(lists[0])
    return keys.pop() if len(keys) == 1 else None


def _are_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def entries(values: Iterable[Any], key: str) -> Iterator[Any]:
    """The entries of all pages; what is no page is kept as it is."""
    for value in values:
        inside = value.get(key) if isinstance(value, dict) else None
        if isinstance(inside, list):
            yield from inside
        else:
            yield value


def nested_paths(records: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The objects inside the records whose fields become columns: those that have about the same fields each time.

    Objects with ever new keys (a score by a person's name) are kept as they are.
    """
    seen: Counter[str] = Counter()
    fields: dict[str, Counter[str]] = {}
    taken: set[str] = set()
    for record in records:
        taken.update(key for key in record if "." in key)
        for path, value in _objects(record, "", 0):
            seen[path] += 1
            fields.setdefault(path, Counter()).update(value.keys())
    steady = {
        path
        for path, keys in fields.items()
        if len(keys) <= _MOST_FIELDS
        and keys.total() >= 0.5 * len(keys) * seen[path]
        and not any(f"{path}.{key}" in taken for key in keys)
    }
    return frozenset(path for path in steady if all(_above(path, n) in steady for n in range(1, path.count(".") + 1)))


def _above(path: str, count: int) -> str:
    return path.rsplit(".", count)[0]


def _objects(record: Mapping[str, Any], above: str, depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, value in record.items():
        if isinstance(value, dict) and value and "." not in key:
            yield above + key, value
            if depth < _DEEPEST:
                yield from _objects(value, f"{above}{key}.", depth + 1)


def named_lists(records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The lists of objects that stand for their names (labels of issues, tags of cards), and the field of the name.

    Places in a text have names as well, and where they are: those are left as they are.
    """
    seen: dict[str, list[dict[str, Any]]] = {}
    other: set[str] = set()
    for record in records:
        for key, value in record.items():
            if isinstance(value, list) and all(isinstance(item, dict) for item in value):
                seen.setdefault(key, []).extend(value)
            elif value is not None:
                other.add(key)
    found = {}
    for key, items in seen.items():
        field = next((name for name in _NAMING if items and all(_is_plain(item.get(name)) for item in items)), None)
        if key in other or field is None or any(_PLACES & item.keys() for item in items):
            continue
        if len(items) >= 2 * len({item[field] for item in items}):
            found[key] = field
    return found


def _is_plain(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME


def with_names(record: Mapping[str, Any], named: Mapping[str, str]) -> Mapping[str, Any]:
    """The record with the names of such lists in columns of their own, called ``labels.name``."""
    if not named:
        return record
    lists = {key: record.get(key) for key in named}
    names = {
        f"{key}.{field}": [item.get(field) for item in items if isinstance(item, dict)]
        for (key, field), items in zip(named.items(), lists.values(), strict=True)
        if isinstance(items, list)
    }
    return {**record, **names}


def flat(record: Mapping[str, Any], paths: frozenset[str]) -> Mapping[str, Any]:
    """The record with the fields of its objects beside its own, called ``outer.inner``."""
    return dict(_fields(record, "", paths)) if paths else record


def _fields(record: Mapping[str, Any], above: str, paths: frozenset[str]) -> Iterator[tuple[str, Any]]:
    for key, value in record.items():
        path = above + key
        if path not in paths or not (isinstance(value, dict) or value is None):
            yield path, value
        elif value:
            yield from _fields(value, f"{path}.", paths)

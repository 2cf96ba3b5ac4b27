"""Answers that are probably the same one, written differently."""

from collections import defaultdict
from collections.abc import Mapping


def variant_groups(counts: Mapping[str, int]) -> list[list[str]]:
    """Labels that differ only in capital letters and blanks, the most frequent spelling first in each group."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for label in counts:
        groups[" ".join(label.casefold().split())].append(label)
    several = [sorted(group, key=lambda x: (-counts[x], x)) for group in groups.values() if len(group) > 1]
    return sorted(several, key=lambda group: -sum(counts[label] for label in group[1:]))

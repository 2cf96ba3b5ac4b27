"""Numbers as people say them."""

from collections.abc import Sequence


def of_100(value: float) -> str:
    """A share as ``93 of 100``; one digit more where it would read as all or nothing and is not."""
    percent = 100 * value
    if round(percent) in (0, 100) and 0 < value < 1:
        return f"{min(max(round(percent, 1), 0.1), 99.9):g} of 100"
    return f"{round(percent)} of 100"


def right_of(accuracy: float, rows: int) -> str:
    """How much of an exam was right: ``93 of 100 unseen texts right``, ``all 299 unseen texts right``."""
    return f"all {rows:,} unseen texts right" if accuracy == 1 else f"{of_100(accuracy)} unseen texts right"


def duration(seconds: float) -> str:
    """``40 seconds``, ``3 minutes``, ``2 hours``; rounded as one would say it."""
    if seconds < 1.5:
        return "1 second"
    if seconds < 20:
        return f"{round(seconds)} seconds"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} seconds"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    hours = round(seconds / 3600, 1)
    return f"{hours:g} hours"


def duration_range(low: float, high: float) -> str:
    """``20 to 60 seconds``, ``3 to 5 minutes``; one number where both would read alike."""
    first, last = duration(low), duration(high)
    if first == last:
        return last
    if first.split()[1] == last.split()[1]:
        return f"{first.split()[0]} to {last}"
    return f"{first} to {last}"


def memory(megabytes: float) -> str:
    """``500 MB`` or ``1.5 GB``."""
    return f"{megabytes / 1000:.1f} GB".replace(".0 ", " ") if megabytes >= 1000 else f"{round(megabytes)} MB"


def count(number: int, one: str, many: str = "") -> str:
    """``1 row``, ``1,500 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """``a, b and c``; what is beyond ``most`` is counted."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def how_sure(confidence: float) -> str:
    """A share between 0 and 1 as people say it."""
    if confidence >= 0.8:
        return "I am quite sure of this."
    return "This is likely, but not sure." if confidence >= 0.45 else "This is only a guess."

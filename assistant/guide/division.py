"""By which column a message wants rows to be divided into those to learn from and the exam."""

import re
from collections.abc import Sequence

from assistant.guide.slots import column_alone, words
from workspace.splits import named_like_split


def division_in(text: str, columns: Sequence[str]) -> dict[str, str]:
    """``split_column``, ``group_column`` or ``time_column`` with the column; an empty name means by chance.

    Empty where the message does not speak of dividing, or names no column that is there.
    """
    said = words()["division"]

    def speaks(of: str) -> bool:
        return bool(re.search(said[of], text, re.IGNORECASE))

    if not speaks("dividing"):
        return {}
    if speaks("chance"):
        return {"split_column": ""}
    # "split" is a word for what is to be done before it is the name of a column.
    called = [c for c in columns if not named_like_split(c) or re.search(said["column"] + re.escape(c), text, re.I)]
    name = column_alone(text, called)
    timely = [column for column in columns if re.search(said["time_name"], column, re.IGNORECASE)]
    if speaks("time") and (name or len(timely) == 1):
        return {"time_column": name or timely[0]}
    if not name:
        return {}
    if speaks("parts") or (named_like_split(name) and not speaks("group")):
        return {"split_column": name}
    return {"time_column" if name in timely and not speaks("group") else "group_column": name}

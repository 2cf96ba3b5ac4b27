"""Files that the readers were not built from, each with the facts that were written down before it was read."""

from tests.workspace.reading.unseen.exports import exports
from tests.workspace.reading.unseen.labels import labels
from tests.workspace.reading.unseen.made import Made
from tests.workspace.reading.unseen.tables import tables
from tests.workspace.reading.unseen.workbooks import workbooks

__all__ = ["FILES", "Made"]

FILES: tuple[Made, ...] = (*tables(), *labels(), *workbooks(), *exports())

"""Files to Arrow tables: one reader per format, then a profile of what was read."""

from workspace.reading.intake import (
    clean_name,
    ingest,
    inspect_file,
    keep_original,
    original_key,
    preview,
    profile_table,
    read,
)
from workspace.reading.source import Limits

__all__ = [
    "Limits",
    "clean_name",
    "ingest",
    "inspect_file",
    "keep_original",
    "original_key",
    "preview",
    "profile_table",
    "read",
]

"""Tables as files for people and for annotation tools."""

from workspace.writing.registry import WRITERS, Written, format_for, write_table
from workspace.writing.whole import whole_or_nothing

__all__ = ["WRITERS", "Written", "format_for", "whole_or_nothing", "write_table"]

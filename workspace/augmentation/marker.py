"""The mark of rows that were made."""

MARKER = "mtw_augmented_from"
"""Column of an augmented table: which text a row was made from (a hash); empty in rows that people wrote.

A training leaves a row out of its exam and of every choice, and learns from it only where it learns from that text.
"""

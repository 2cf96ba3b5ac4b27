"""What annotation tools write, read into one form.

Marked places: a ``text`` column and a ``spans`` column of JSON objects with ``start``, ``end`` and ``label``. Words
with tags: the list columns ``tokens`` and ``tags`` (IOB2). Categories: ``label``, or the list column ``labels``.
"""

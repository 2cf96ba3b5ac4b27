"""Files to Arrow tables: one reader per format, then a profile of what was read."""

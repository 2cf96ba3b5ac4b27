"""Repairs of tables: each takes a table and makes another one; nothing is changed in place."""

"""Texts of the built-in guide."""

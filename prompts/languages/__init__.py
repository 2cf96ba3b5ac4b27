"""The wizard's own words in other languages."""

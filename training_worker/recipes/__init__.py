"""One YAML (what can be set) and one trainer module per recipe."""

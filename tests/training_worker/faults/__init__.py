"""Faults that are really made: in the data, the base model, the settings, or the machine of a real small training."""

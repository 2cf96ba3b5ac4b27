"""How sure a counted share is."""

import math

Z = 1.959964
"""Of the standard normal distribution: 95 % lie between -Z and Z."""


def wilson(hits: float, rows: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927), good for few rows too; no rows tell nothing."""
    if not rows:
        return 0.0, 1.0
    share = hits / rows
    centre = (share + Z * Z / (2 * rows)) / (1 + Z * Z / rows)
    half = Z * math.sqrt(share * (1 - share) / rows + Z * Z / (4 * rows * rows)) / (1 + Z * Z / rows)
    return max(0.0, centre - half), min(1.0, centre + half)

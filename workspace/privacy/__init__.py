"""Personal data in texts: finding it, and hiding it. Importing this loads no recogniser; the first text does."""

from workspace.privacy.kinds import KINDS, Found, Kind
from workspace.privacy.scan import (
    PersonalScan,
    count_personal,
    hide,
    masked,
    personal_problem,
    scan_personal,
    scan_sample,
    shade,
)

__all__ = [
    "KINDS",
    "Found",
    "Kind",
    "PersonalScan",
    "count_personal",
    "hide",
    "masked",
    "personal_problem",
    "scan_personal",
    "scan_sample",
    "shade",
]

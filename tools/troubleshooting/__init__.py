"""What goes wrong with data, settings and systems, and what to do: one YAML a cause, and what finds the cause."""

from tools.troubleshooting.diagnosis import UNKNOWN, Diagnosis, Known, diagnose
from tools.troubleshooting.entry import Fix, TroubleshootingEntry, load_entries
from tools.troubleshooting.symptoms import Symptoms, symptom_finder

__all__ = [
    "UNKNOWN",
    "Diagnosis",
    "Fix",
    "Known",
    "Symptoms",
    "TroubleshootingEntry",
    "diagnose",
    "load_entries",
    "symptom_finder",
]

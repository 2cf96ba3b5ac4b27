"""Small real data sets that come with the wizard. Origins and licences are in SOURCE.md."""

import difflib
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from workspace.dataset import TaskKind
from workspace.errors import NotFound

_FOLDER = Path(__file__).parent


class Sample(BaseModel):
    """One data set of ``samples.yaml``; ``words`` are what somebody may call it."""

    model_config = ConfigDict(extra="forbid")

    name: str
    file: str
    title: str
    summary: str
    goal: str
    task: TaskKind
    words: list[str]
    licence: str
    by: str

    @property
    def path(self) -> Path:
        return _FOLDER / self.file


@cache
def load_samples() -> dict[str, Sample]:
    """Every sample by its name; the first one is the usual one."""
    raw = yaml.safe_load((_FOLDER / "samples.yaml").read_text("utf-8"))
    return {sample.name: sample for sample in map(Sample.model_validate, raw)}


def find_sample(wanted: str | None) -> Sample:
    """The sample that is meant by a name or by words such as "bank questions". Raises NotFound."""
    samples = load_samples()
    if not wanted or not wanted.strip():
        return next(iter(samples.values()))
    asked = wanted.casefold().replace("_", " ").strip()
    for sample in samples.values():
        if asked in (sample.name.replace("_", " "), sample.title.casefold(), sample.file.replace("_", " ")):
            return sample
    words = {w.strip(".,!?") for w in asked.split()}
    hits = {s.name: sum(any(w in {word, word + "s"} for w in words) for word in s.words) for s in samples.values()}
    best = max(hits, key=lambda name: hits[name])
    if hits[best]:
        return samples[best]
    near = difflib.get_close_matches(asked.replace(" ", "_"), samples, n=1, cutoff=0.6)
    if near:
        return samples[near[0]]
    raise NotFound("SAMPLE_NOT_FOUND", "There is no such sample.", f"There are: {', '.join(samples)}.")

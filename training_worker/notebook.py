"""The commands of the terminal as functions for programs and notebooks. Importing this loads nothing that trains."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from training_worker.kinds.base import Predictor
    from workspace.model import Evaluation, Prediction
    from workspace.plan import SettingValue
    from workspace.text_parts import TextParts

Names = str | Sequence[str]
Task = Literal["auto", "classification", "multilabel", "ner", "generation"]


@dataclass(frozen=True)
class Model:
    """A trained model, loaded and ready. ``report`` is what ``mtw train --json`` prints; empty for one that was loaded.

    Not for several threads at a time.
    """

    folder: Path
    predictor: "Predictor" = field(repr=False)
    report: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def metrics(self) -> dict[str, float]:
        """How good it is on rows that it had not seen: accuracy, macro_f1, ..."""
        return dict(self.predictor.meta.get("metrics", {}))

    @property
    def labels(self) -> list[str]:
        """What it can answer."""
        return list(self.predictor.labels)

    def predict(self, texts: "str | Iterable[TextParts]") -> "list[Prediction]":
        """One prediction for each text (or for the one), in order: ``label``, ``score``, ``scores``, ``sure``, ...

        A text may be in parts, as a tuple or a dict by column, where the model learned from several columns.
        """
        from workspace.text_parts import whole_text

        given = [texts] if isinstance(texts, str) else texts
        return self.predictor.predict([whole_text(text, self.predictor.meta["text"]) for text in given])

    def evaluate(self, data: Any, *, text: Names = (), label: str | None = None) -> "Evaluation":
        """Scores it on labelled rows: a file, or a pandas table. Raises InputError."""
        return evaluate(self, data, text=text, label=label)

    def save(self, folder: str | Path) -> Path:
        """Copies its files into a folder. Raises InputError where other files lie there."""
        from training_worker.local_training import copy_model

        copy_model(self.folder, Path(folder))
        return Path(folder)


def train(
    data: Any,
    *,
    text: Names = (),
    label: Names | None = None,
    test: Any = None,
    task: Task = "auto",
    recipe: str | None = None,
    base: str | None = None,
    budget: int | None = None,
    settings: "Mapping[str, SettingValue] | None" = None,
    seed: int | None = None,
    out: str | Path | None = None,
) -> Model:
    """Plans, trains, judges and saves, as ``mtw train`` does; what is not said is found out from the data.

    ``data`` and ``test``: a file, or a pandas table. ``label``: a column; several are a yes-or-no column each.
    ``budget``: seconds to spend.

    Raises:
        InputError: the data or the wishes cannot be used; all faults of a plan at once.
        TrainingFailed: it ended without a model.
    """
    from training_worker.artifacts import model_folder
    from training_worker.local_training import TrainCall, train_here
    from training_worker.prediction import load_predictor
    from workspace.dataset import TaskKind
    from workspace.home import LOCAL_OWNER
    from workspace.planning import PlanWishes
    from workspace.settings import load_settings
    from workspace.storage import Storage

    columns = _listed(label) if label else []
    wishes = PlanWishes(
        task=None if task == "auto" else TaskKind(task),
        text=_listed(text) or None,
        label=columns[0] if len(columns) == 1 else None,
        label_columns=columns if len(columns) > 1 else None,
        recipe=recipe,
        base=base,
        budget_seconds=budget,
        seed=seed,
        settings=dict(settings) if settings else None,
    )
    with tempfile.TemporaryDirectory(prefix="mtw-") as scratch:
        files = [None if given is None else _file(given, Path(scratch), name) for name, given in _named(data, test)]
        call = TrainCall(
            file=files[0], test=files[1], sheet=None, wishes=wishes, resume=None, out=Path(out) if out else None
        )
        result = train_here(call)
    here = load_settings()
    folder = result.out or model_folder(here, Storage.of(here, LOCAL_OWNER), result.model)
    return Model(folder, load_predictor(folder), result.as_json())


def load(model: str | Path) -> Model:
    """A model by its id, or by the folder that a training or an export wrote. Raises NotFound and InputError."""
    from training_worker.prediction import load_predictor
    from training_worker.use_model import open_folder
    from workspace.settings import load_settings

    folder, _ = open_folder(load_settings(), str(model))
    return Model(folder, load_predictor(folder))


def predict(model: str | Path | Model, texts: "str | Iterable[TextParts]") -> "list[Prediction]":
    """What a model says about texts. For more than one call, :func:`load` it once."""
    return (model if isinstance(model, Model) else load(model)).predict(texts)


def evaluate(model: str | Path | Model, data: Any, *, text: Names = (), label: str | None = None) -> "Evaluation":
    """Scores a model on labelled rows: a file, or a pandas table. Raises NotFound and InputError."""
    from training_worker.use_model import evaluate_file

    folder = model.folder if isinstance(model, Model) else model
    with tempfile.TemporaryDirectory(prefix="mtw-") as scratch:
        return evaluate_file(str(folder), _file(data, Path(scratch), "rows"), _listed(text), label)


def _listed(names: Names) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _named(data: Any, test: Any) -> list[tuple[str, Any]]:
    return [("data", data), ("test", test)]


def _file(data: Any, scratch: Path, name: str) -> Path:
    """A file as it is; a table (whatever has ``to_parquet``, such as a pandas one) as a Parquet file."""
    if isinstance(data, (str, Path)):
        return Path(data).expanduser()
    file = scratch / f"{name}.parquet"
    data.to_parquet(file)
    return file

"""``mtw export``: a saved model in the form in which somebody wants to take it away."""

from pathlib import Path
from typing import Annotated

import typer

from training_worker.commands import Json, Model
from workspace.errors import InputError
from workspace.model import ModelForm


def export(
    model: Model,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder, or for zip a file such as model.zip.")],
    form: Annotated[
        ModelForm,
        typer.Option("--format", help="transformers, onnx, onnx-int8 (a quarter of the size), or zip."),
    ] = "zip",
    json: Json = False,
) -> None:
    """Write a saved model as a folder or file that runs without this program.

    ONNX is compared with the model on its own test rows; what the 8 bits cost is told.
    """
    from training_worker.data import LabelledRows
    from training_worker.exporting import export_model, test_rows_of
    from training_worker.printing import note, print_json
    from training_worker.progress_bar import ProgressBar
    from training_worker.use_model import open_folder
    from workspace.home import LOCAL_OWNER, Workspace
    from workspace.plan import TrainingPlan
    from workspace.queue import LocalQueue
    from workspace.run import Progressed
    from workspace.settings import load_settings

    if out.exists():
        raise InputError("OUT_NOT_USABLE", f"{out} is there already.", "Name a new folder or file.")
    if not out.absolute().parent.is_dir():
        raise InputError("OUT_NOT_USABLE", f"There is no folder {out.parent}.", "Make it first, or name another one.")
    settings = load_settings()
    folder, meta = open_folder(settings, model)
    workspace = Workspace(LOCAL_OWNER, settings, LocalQueue(settings))
    plan = TrainingPlan.model_validate(meta["plan"])

    def test() -> LabelledRows | None:
        return test_rows_of(workspace.storage, workspace.datasets, plan)

    with ProgressBar() as bar:

        def tell(message: str, fraction: float) -> None:
            bar.show(Progressed(stage="save", message=message, fraction=fraction))

        done = export_model(
            folder,
            form,
            out,
            test,
            tell,
        )
    if json:
        print_json(done.as_json())
    else:
        note(f"{done.sentence} It is in {out}.")

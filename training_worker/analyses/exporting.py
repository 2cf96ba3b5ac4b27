"""A trained model written as ONNX beside the chat: converted, compared on its test rows, packed and stored."""

import shutil
from functools import partial

from training_worker.analyses import AnalysisInput, AnalysisResult
from training_worker.artifacts import model_folder
from training_worker.exporting import FORMS, export_model, test_rows_of
from training_worker.interruptible import run_interruptible
from training_worker.prediction import read_meta
from workspace.database import engine_for
from workspace.errors import InputError
from workspace.packing import pack_folder
from workspace.plan import TrainingPlan
from workspace.repositories import Models
from workspace.run import Progressed


def export(given: AnalysisInput) -> AnalysisResult:
    """The analysis ``export``; ``args`` are ``model_id``, ``form`` and ``key`` (where the zip file goes in storage).

    Raises:
        InputError: the model has no such form.
        NotFound: the model was deleted meanwhile.
        Stop: it was asked to end.
    """
    owned = given.owned
    assert owned is not None
    wanted, key = str(given.job.args["form"]), str(given.job.args["key"])
    form = next((known for known in FORMS if known == wanted), None)
    if form is None:
        raise InputError("FORM_UNKNOWN", f"There is no form {wanted}.", f"There are: {', '.join(FORMS)}.")
    model = Models(engine_for(owned.settings.database), owned.owner_id).get(str(given.job.args["model_id"]))

    def tell(message: str, fraction: float) -> None:
        given.report.progress(Progressed(stage="save", message=message, fraction=0.9 * fraction))

    folder = model_folder(owned.settings, owned.storage, model)
    plan = TrainingPlan.model_validate(read_meta(folder)["plan"])
    out, packed = given.work / "onnx", given.work / "onnx.zip"
    shutil.rmtree(out, ignore_errors=True)
    test = partial(test_rows_of, owned.storage, owned.datasets, plan)
    done = run_interruptible(given.report, lambda: export_model(folder, form, out, test, tell))
    tell("Packing it", 1.0)
    run_interruptible(given.report, lambda: pack_folder(out, packed, key.rpartition("/")[2].removesuffix(".zip")))
    owned.storage.put_file(packed, key)
    return AnalysisResult(data={"model_id": model.id, "form": form, "sentence": done.sentence})

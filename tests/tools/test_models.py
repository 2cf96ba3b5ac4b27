"""Trying a model and taking it away."""

import io
import zipfile
from collections.abc import Callable

import pytest

from tests.fakes import FakeQueue
from tests.tools.conftest import Call
from tools.asking import call_of
from tools.cards import DownloadCard, PredictionCard
from tools.context import ToolContext
from tools.exporting import export_key
from tools.models import open_export
from tools.prediction_view import prediction_view
from workspace.errors import InputError, NotFound, Unavailable
from workspace.events import Asked
from workspace.home import Workspace
from workspace.model import Prediction
from workspace.run import Run

Trained = Callable[..., Run]


def answer(text: str) -> Prediction:
    return Prediction(text=text, label="Orders", score=0.91, scores={"Billing": 0.05, "Orders": 0.91, "Returns": 0.04})


def test_a_text_is_asked_about_in_the_owners_name(
    call: Call, trained: Trained, queue: FakeQueue, context: ToolContext
) -> None:
    run = trained()
    queue.answer = answer
    output = call("try_model", texts="Where is my parcel?")
    assert run.outcome is not None
    assert queue.asked == [(context.owner_id, run.outcome.model_id, ["Where is my parcel?"])]
    assert output.cards[0].title == "“Orders”, very likely (0.91)"
    view = PredictionCard.of(output.cards[0].data).predictions[0]
    assert [s.label for s in view.scores] == ["Orders", "Billing", "Returns"]
    assert output.data["predictions"][0]["text"] == "«Where is my parcel?»"  # type: ignore[index,call-overload]


def test_several_texts_at_once_up_to_a_limit(call: Call, trained: Trained, queue: FakeQueue) -> None:
    trained()
    queue.answer = answer
    assert call("try_model", texts=["one", "", "two"]).cards[0].title == "2 texts sorted"
    with pytest.raises(InputError) as caught:
        call("try_model", texts=["x" * 30_000, *["y"] * 25])
    assert "26 texts" in caught.value.message
    assert "20,000 characters" in caught.value.message


@pytest.mark.parametrize("texts", [None, "", "  \n", []])
def test_without_a_text_it_asks_for_one(call: Call, trained: Trained, texts: object) -> None:
    trained()
    output = call("try_model", texts=texts)
    assert output.ask is not None
    assert output.ask.ask == "text"


def test_a_text_of_the_exam_is_a_press_away(call: Call, trained: Trained, queue: FakeQueue) -> None:
    trained(unseen=["Where is it?", "Bill me later"])
    queue.answer = answer
    pressed: Asked | None = call("try_model").ask
    for text, more in (("Where is it?", True), ("Bill me later", False)):
        assert pressed is not None
        tool, arguments = call_of(next(o.id for o in pressed.options if "from the exam" in o.label))
        pressed = call(tool, **arguments).ask
        assert queue.asked[-1][2] == [text]
        assert pressed is not None
        assert any("from the exam" in o.label for o in pressed.options) == more


def test_without_a_model_or_a_worker_it_says_so(call: Call, trained: Trained) -> None:
    with pytest.raises(NotFound) as caught:
        call("try_model", texts="hello")
    assert caught.value.code == "NO_MODEL"
    trained()
    with pytest.raises(Unavailable):
        call("try_model", texts="hello")


@pytest.mark.parametrize(
    ("scores", "sure", "says"),
    [
        ({"a": 0.99, "b": 0.01}, True, "almost certainly (0.99)"),
        ({"a": 0.9999, "b": 0.0001}, True, "almost certainly (over 0.99)"),
        ({"a": 0.65, "b": 0.35}, True, "probably (0.65)"),
        ({"a": 0.55, "b": 0.45}, False, "Not sure: “a” (0.55) or “b” (0.45)"),
        ({"a": 0.45, "b": 0.1, "c": 0.1, "d": 0.35 / 4}, True, "probably (0.45)"),
        ({"a": 0.3, "b": 0.1}, False, "Not sure"),
        ({"a": 0.2}, False, "Not sure: perhaps “a”"),
    ],
)
def test_how_sure_it_is_in_words(scores: dict[str, float], sure: bool, says: str) -> None:
    view = prediction_view(Prediction(text="t", label="a", score=scores["a"], scores=scores))
    assert view.sure is sure
    assert says in view.sentence


def test_only_the_five_best_labels_are_shown() -> None:
    scores = {f"label {i}": (10 - i) / 55 for i in range(10)}
    view = prediction_view(Prediction(text="t", label="label 0", score=scores["label 0"], scores=scores))
    assert [s.label for s in view.scores] == [f"label {i}" for i in range(5)]


def test_the_export_is_a_zip_with_every_file_and_how_to_load_it(
    call: Call, trained: Trained, context: ToolContext
) -> None:
    trained()
    card = DownloadCard.of(call("export_model").cards[0].data)
    export = open_export(context, card.model_id)
    packed = b"".join(export.chunks)
    assert len(packed) == export.bytes == card.bytes
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["mails/README.md", "mails/model.skops", "mails/mtw.json"]
        assert archive.read("mails/model.skops") == b"\x00weights" * 999
    assert card.url == f"/api/v1/models/{card.model_id}/download"
    assert 'skops.io.load("model.skops")' in card.snippet
    assert card.path is not None
    assert card.path.endswith(f"/exports/{card.model_id}.zip")


def test_packing_happens_once_and_always_gives_the_same_bytes(
    call: Call, trained: Trained, context: ToolContext
) -> None:
    run = trained()
    assert run.outcome is not None
    key = export_key(context.workspace, run.outcome.model_id)
    first = b"".join(open_export(context, run.outcome.model_id).chunks)
    context.workspace.storage.delete(key)
    assert b"".join(open_export(context, run.outcome.model_id).chunks) == first
    with context.workspace.storage.write(key) as out:
        out.write(b"kept")
    assert b"".join(open_export(context, run.outcome.model_id).chunks) == b"kept"


@pytest.mark.parametrize(
    ("name", "stem"),
    [("../../etc/passwd", "etc-passwd"), ("Übersicht Q3 (2).xlsx", "ubersicht-q3-2-xlsx"), ("💥", "model")],
)
def test_the_file_name_is_safe_everywhere(
    call: Call, trained: Trained, context: ToolContext, name: str, stem: str
) -> None:
    run = trained()
    model = context.workspace.models.of_run(run.id)
    assert model is not None
    context.workspace.models.add(model.model_copy(update={"name": name}))
    assert call("export_model").data["file_name"] == f"«{stem}.zip»"


def test_a_model_whose_files_are_gone_says_so(call: Call, trained: Trained, context: ToolContext) -> None:
    run = trained()
    assert run.outcome is not None
    context.workspace.storage.delete(context.workspace.storage.key("models", run.outcome.model_id))
    with pytest.raises(NotFound, match="no longer there"):
        call("export_model")


def test_a_model_is_found_by_its_name_its_run_or_its_id(call: Call, trained: Trained) -> None:
    run = trained()
    assert run.outcome is not None
    for wanted in ("MAILS", run.id, run.outcome.model_id, "«mails»"):
        assert call("export_model", model_id=wanted).data["model_id"] == run.outcome.model_id
    with pytest.raises(NotFound, match="Did you mean “mails”"):
        call("export_model", model_id="mial")


def test_another_owner_cannot_try_or_fetch_it(
    call: Call, trained: Trained, queue: FakeQueue, workspace_of: Callable[[str], Workspace]
) -> None:
    run = trained()
    assert run.outcome is not None
    stranger = ToolContext(workspace_of("usr_b"))
    for name in ("try_model", "export_model"):
        with pytest.raises(NotFound):
            call(name, stranger, model_id=run.outcome.model_id)
        with pytest.raises(NotFound):
            call(name, stranger)
    with pytest.raises(NotFound):
        open_export(stranger, run.outcome.model_id)
    assert queue.asked == []


def test_another_form_is_made_by_a_worker_once_and_then_downloaded(
    call: Call, trained: Trained, context: ToolContext, queue: FakeQueue
) -> None:
    run = trained()
    model = context.workspace.models.of_run(run.id)
    assert model is not None
    with pytest.raises(InputError) as caught:
        call("export_model", form="onnx-int8")
    assert caught.value.code == "NO_ONNX"
    context.workspace.models.add(model.model_copy(update={"base": "all-MiniLM-L6-v2"}))
    first = DownloadCard.of(call("export_model", form="onnx-int8").cards[0].data)
    assert first.checking is not None
    assert queue.submitted[-1] == first.checking.run_id
    again = DownloadCard.of(call("export_model", form="onnx-int8").cards[0].data)
    assert again.checking is not None
    assert queue.submitted.count(first.checking.run_id) == 1
    with pytest.raises(NotFound, match="not written in this form"):
        open_export(context, model.id, "onnx-int8")
    key = export_key(context.workspace, model.id, "onnx-int8")
    with context.workspace.storage.write(key) as out, zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x/predict.py", "pass")
    assert b"".join(open_export(context, model.id, "onnx-int8").chunks)[:2] == b"PK"
    assert open_export(context, model.id, "onnx-int8").files == ["predict.py"]
    assert any("form=onnx-int8" in o.id for o in call("export_model").ask.options)  # type: ignore[union-attr]


def test_a_model_of_two_columns_asks_for_both(call: Call, trained: Trained, context: ToolContext) -> None:
    run = trained()
    model = context.workspace.models.of_run(run.id)
    assert model is not None
    plan = run.plan.model_copy(update={"text": ("question", "answer")})
    pair, _ = context.workspace.runs.create(context.workspace.plans.add(plan))
    context.workspace.models.add(model.model_copy(update={"run_id": pair.id}))
    asked = call("try_model", model_id=model.id).ask
    assert asked is not None
    assert "“question” and “answer” together" in asked.text

"""Real trainings with a base model: the packaged starter, and tiny models of other kinds made here."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    pipeline,
)

from tests.training_worker.samples import banking, plan, sms, table
from training_worker import text_classifier, tuning_loop
from training_worker.prediction import load_predictor
from training_worker.recipes import finetune
from training_worker.reporter import CancelAsked, ListReporter
from training_worker.starter import starter_folder
from training_worker.training import Trained, train
from workspace.errors import TrainingFailed

pytestmark = pytest.mark.slow
QUESTIONS = ["My card has not come yet", "what was the exchange rate you used", "ok"]
QUICK = {"epochs": 2, "batch_size": 16, "checkpoint_seconds": 1}


def _train(tmp_path: Path, recipe: str, report: ListReporter | None = None, **changes: object) -> Trained:
    rows = table(tmp_path / "rows.parquet", *banking(per_label=10))
    return train(plan(recipe, **changes), rows, None, tmp_path / "work", report or ListReporter(), "Questions")


def _tiny_bert(folder: Path) -> Path:
    """The starter's kind and tokenizer, two small layers of random weights: the same code in a tenth of the time."""
    torch.manual_seed(0)
    config = BertConfig(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2)
    BertModel(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(str(starter_folder())).save_pretrained(folder)
    return folder


def _tiny_distilbert(folder: Path) -> Path:
    """A DistilBERT of two small layers with the starter's tokenizer: another architecture, random weights."""
    torch.manual_seed(0)
    config = DistilBertConfig(vocab_size=30522, dim=32, hidden_dim=64, n_layers=2, n_heads=2)
    DistilBertModel(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(str(starter_folder())).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return _train(tmp_path_factory.mktemp("embed"), "embed")


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return _train(tmp_path_factory.mktemp("finetune"), "finetune", settings=QUICK)


@pytest.mark.parametrize("kind", ["embedded", "tuned"])
def test_ten_rows_a_label_are_enough(kind: str, request: pytest.FixtureRequest) -> None:
    trained: Trained = request.getfixturevalue(kind)
    assert trained.outcome.base == "all-MiniLM-L6-v2"
    assert trained.outcome.evaluation.metrics["accuracy"] > 0.75


@pytest.mark.parametrize("kind", ["embedded", "tuned"])
def test_plain_transformers_gives_the_same_calibrated_answers(kind: str, request: pytest.FixtureRequest) -> None:
    """Mean pooling and head are inside the one model; nobody needs our code to use it."""
    trained: Trained = request.getfixturevalue(kind)
    ours = load_predictor(trained.folder).predict(QUESTIONS)
    plain = pipeline("text-classification", model=str(trained.folder), top_k=None, device="cpu")
    for prediction, answers in zip(ours, plain(QUESTIONS), strict=True):
        scores = {a["label"]: a["score"] for a in answers}
        assert scores == pytest.approx(prediction.scores, abs=0.02 if _bfloat16() else 1e-3)
    model = AutoModelForSequenceClassification.from_pretrained(trained.folder)
    assert list(model.config.id2label.values()) == trained.labels
    assert {p.suffix for p in trained.folder.iterdir()} == {".json", ".md", ".safetensors", ".py", ".txt"}


def _bfloat16() -> bool:
    from training_worker.embedding import fast_bfloat16

    return fast_bfloat16()


def test_the_exported_head_is_the_one_that_was_chosen_by(embedded: Trained) -> None:
    """The added layer must reproduce mean pooling: training rows are answered as the head alone answers them."""
    texts, labels = banking(per_label=10)
    right = np.mean(
        [p.label == label for p, label in zip(load_predictor(embedded.folder).predict(texts), labels, strict=True)]
    )
    assert right > 0.9


def test_finetuning_changes_the_encoder_and_tells_its_curves(tmp_path: Path) -> None:
    report = ListReporter()
    base = str(_tiny_bert(tmp_path / "tiny"))
    trained = _train(tmp_path, "finetune", report, base=base, settings={**QUICK, "epochs": 1})
    names = {m.name for m in report.metrics}
    assert names == {"train_loss", "valid_macro_f1", "valid_loss"}
    assert any("pass 1, step 1" in p.message for p in report.progressed)
    assert trained.outcome.tried[0].note


def test_finetuning_ends_with_the_same_bits_after_interruptions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checkpoint after every step, stop in the middle twice, go on: loss by loss the same training."""
    monkeypatch.setattr(finetune.Learning, "_affordable_steps", lambda self, lanes: 6)
    monkeypatch.setattr(tuning_loop, "LOG_STEPS", 1, raising=True)
    monkeypatch.setattr(tuning_loop, "checkpoint_due", lambda seconds, every: True)
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    base = str(_tiny_bert(tmp_path / "tiny"))
    whole_report = ListReporter()
    whole = _train(tmp_path / "whole", "finetune", whole_report, base=base, settings=QUICK)
    seen: dict[int, float] = {}
    for stop_at in (2, 4, None):
        report = _StopAtStep(stop_at)
        try:
            parts = _train(tmp_path / "parts", "finetune", report, base=base, settings=QUICK)
        except CancelAsked:
            assert stop_at is not None
        seen |= {m.step: m.value for m in report.metrics if m.name == "train_loss"}
    assert seen == {m.step: m.value for m in whole_report.metrics if m.name == "train_loss"}
    texts = banking(per_label=3)[0]
    assert np.array_equal(
        load_predictor(whole.folder).probabilities(texts), load_predictor(parts.folder).probabilities(texts)
    )


class _StopAtStep(ListReporter):
    """Asks to stop when the training loss of a step was told."""

    def __init__(self, step: int | None) -> None:
        super().__init__()
        self.step = step

    def check(self) -> None:
        if self.step is not None and any(m.name == "train_loss" and m.step >= self.step for m in self.metrics):
            raise CancelAsked


def test_embedding_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from training_worker import length_batches, reading_texts

    monkeypatch.setattr(reading_texts, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(length_batches, "BATCH_ROWS", 16)
    (tmp_path / "whole").mkdir()
    base = str(_tiny_bert(tmp_path / "tiny"))
    whole = _train(tmp_path / "whole", "embed", base=base)
    with pytest.raises(CancelAsked):
        _train(tmp_path, "embed", _StopAfterCheckpoints(3), base=base)
    read_before = len(list(tmp_path.glob("work/vectors-*.npy")))
    again = _train(tmp_path, "embed", base=base)
    assert read_before == 1
    texts = banking(per_label=3)[0]
    assert np.array_equal(
        load_predictor(whole.folder).probabilities(texts), load_predictor(again.folder).probabilities(texts)
    )


class _StopAfterCheckpoints(ListReporter):
    def __init__(self, checkpoints: int) -> None:
        super().__init__()
        self.most = checkpoints

    def check(self) -> None:
        if self.checkpoints >= self.most:
            raise CancelAsked


@pytest.mark.parametrize("recipe", ["embed", "finetune"])
def test_other_kinds_of_encoders_can_be_the_base(recipe: str, tmp_path: Path) -> None:
    base = _tiny_distilbert(tmp_path / "tiny")
    # Weights at random know nothing yet: the words must be learned too, for longer and in larger steps.
    learning = {"epochs": 8, "batch_size": 16, "learning_rate": 3e-3, "head_learning_rate": 3e-3, "patience": 8}
    settings = {**learning, "freeze_word_embeddings": False} if recipe == "finetune" else {}
    rows = table(tmp_path / "rows.parquet", *sms())
    trained = train(plan(recipe, base=str(base), settings=settings), rows, None, tmp_path / "work", ListReporter(), "x")
    evaluation = trained.outcome.evaluation
    assert evaluation.metrics["macro_f1"] > evaluation.baseline["macro_f1"] + 0.1
    found = load_predictor(trained.folder).predict(["Free prize, call now", "see you at home"])
    assert all(sum(p.scores.values()) == pytest.approx(1, abs=1e-4) for p in found)
    if recipe == "finetune":
        plain = AutoModelForSequenceClassification.from_pretrained(trained.folder)
        assert plain.config.id2label == {0: "ham", 1: "spam"}


def test_a_learning_rate_that_breaks_the_training_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        return self._head.weight.sum() * torch.full((len(inputs["input_ids"]), 12), float("nan"))  # type: ignore[attr-defined]

    monkeypatch.setattr(text_classifier.StarterClassifier, "logits", broken)
    with pytest.raises(TrainingFailed) as error:
        _train(tmp_path, "finetune", base=str(_tiny_bert(tmp_path / "tiny")), settings=QUICK)
    assert error.value.code == "LR_TOO_HIGH"


def test_the_onnx_starter_gives_the_vectors_of_the_model(tmp_path: Path) -> None:
    import onnxruntime
    from tokenizers import Tokenizer

    from training_worker.embedding import load_encoder
    from training_worker.starter import resolve_base
    from training_worker.starter_export import export_onnx

    folder = export_onnx(tmp_path / "onnx")
    assert {p.name for p in folder.iterdir()} == {"model.onnx", "model.weights", "tokenizer.json"}
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding()
    tokens = tokenizer.encode_batch(QUESTIONS)
    ids = np.array([t.ids for t in tokens], dtype=np.int64)
    mask = np.array([t.attention_mask for t in tokens], dtype=np.int64)
    found = session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
    encoder = load_encoder(resolve_base("all-MiniLM-L6-v2"))
    with torch.no_grad():
        hidden = encoder.model(input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask)).last_hidden_state.numpy()
    mean = (hidden * mask[..., None]).sum(1) / mask.sum(1)[:, None]
    assert found == pytest.approx(mean / np.linalg.norm(mean, axis=1, keepdims=True), abs=1e-4)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-4)

"""augment_dataset: nothing is added before it was measured and the person wants it; no gain is told as no gain."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.fakes import FakeQueue
from tests.tools.conftest import Call, mails
from tools.asking import call_of
from tools.cards import AugmentationCard
from tools.context import ToolContext
from tools.registry import ToolOutput
from workspace.augmentation import MARKER, mentions_in, source_key
from workspace.dataset import Dataset
from workspace.errors import InputError, NotFound, Unavailable
from workspace.reading import ingest
from workspace.run import Analysed
from workspace.run_log import RunLog
from workspace.versions import changes_key

Load = Callable[..., Dataset]


@pytest.fixture
def rare(load: Load) -> Dataset:
    """60 mails of two teams and ten of a third."""
    return load([*mails(30, ("Billing", "Orders")), *mails(10, ("Returns",))])


def card_of(output: ToolOutput) -> AugmentationCard:
    return AugmentationCard.of(dict(next(c for c in output.cards if c.kind == "augmentation").data))


def measure(context: ToolContext, dataset: Dataset, folder: Path, low: float, high: float) -> None:
    """Ends the waiting analysis as a worker does, with twenty rows and a gain between ``low`` and ``high``."""
    workspace = context.workspace
    (analysis,) = workspace.analyses.list(dataset_id=dataset.id)
    with workspace.storage.as_file(dataset.table_key) as file:
        table = pq.read_table(file)
    old = [row for row in table.to_pylist() if row["team"] == "Returns"]
    new = [{"body": f"{r['body']} pleese", "team": "Returns", MARKER: source_key(r["body"])} for r in old * 2]
    schema = table.schema.append(pa.field(MARKER, pa.string()))
    rows = pa.Table.from_pylist([*table.to_pylist(), *new], schema=schema)
    pq.write_table(rows, folder / "new.parquet")
    key = workspace.storage.key("datasets", dataset.id, f"{analysis.id}.parquet")
    workspace.storage.put_file(folder / "new.parquet", key)
    gain = (low + high) / 2
    label = {"label": "Returns", "rows": 8, "before": 0.6, "after": 0.6 + gain, "low": low, "high": high}
    result: dict[str, Any] = {
        "before": 0.6,
        "after": 0.6 + gain,
        "gain": gain,
        "low": low,
        "high": high,
        "seeds": 5,
        "rows_judged": 56,
        "labels": [label],
        "rows_added": 20,
        "refused": 1,
        "added": {"Returns": 20},
        "methods": {"typo": 20},
        "table_key": key,
        "dataset_id": dataset.id,
    }
    log = RunLog(workspace.engine)
    lease = log.claim(analysis.id, "worker-1", seconds=60, max_attempts=3)
    assert lease is not None
    log.append(lease, Analysed(result=result))


def test_it_starts_a_measuring_and_adds_nothing(
    call: Call, context: ToolContext, rare: Dataset, queue: FakeQueue
) -> None:
    output = call("augment_dataset", labels="Returns", methods=["typo", "drop"])
    (analysis,) = context.workspace.analyses.list(dataset_id=rare.id)
    card = card_of(output)

    assert queue.submitted == [analysis.id]
    assert analysis.job.args == {"labels": ["Returns"], "methods": ["typo", "drop"]}
    assert (card.state, card.checking and card.checking.run_id) == ("measuring", analysis.id)
    assert output.data["status"] == "running"
    assert len(context.workspace.datasets.list()) == 1
    call("augment_dataset", labels=["Returns"], methods="typo,drop")
    assert queue.submitted == [analysis.id], "the same question is asked once"


def test_a_gain_is_shown_with_rows_and_offered(call: Call, context: ToolContext, rare: Dataset, tmp_path: Path) -> None:
    call("augment_dataset")
    measure(context, rare, tmp_path, 0.02, 0.08)
    output = call("augment_dataset")
    card = card_of(output)

    assert output.cards[0].title == "20 new rows lift the rare labels from 60 to 65 of 100"
    assert (card.verdict, card.state, output.data["verdict"]) == ("helps", "measured", "helps")
    assert "between +2.0 and +8.0" in card.sentence
    assert len(card.samples) == 6
    assert all(sample.text == f"{sample.made_from} pleese" for sample in card.samples)
    assert output.ask is not None
    assert [(o.label, o.style) for o in output.ask.options] == [
        ("Add the 20 rows", "primary"),
        ("Leave them out", "plain"),
    ]
    assert call_of(output.ask.options[0].id) == ("augment_dataset", {"dataset_id": rare.id, "use": "true"})


@pytest.mark.parametrize(
    ("low", "high", "verdict", "words"),
    [(-0.01, 0.03, "unclear", "bring no gain"), (-0.06, -0.01, "harms", "worse")],
)
def test_where_there_is_no_gain_leaving_them_out_is_advised(
    call: Call,
    context: ToolContext,
    rare: Dataset,
    tmp_path: Path,
    low: float,
    high: float,
    verdict: str,
    words: str,
) -> None:
    call("augment_dataset")
    measure(context, rare, tmp_path, low, high)
    output = call("augment_dataset")

    assert output.data["verdict"] == verdict
    assert words in output.cards[0].title
    assert output.ask is not None
    assert (output.ask.options[0].label, output.ask.options[0].style) == ("Leave them out", "primary")


def test_rows_are_added_as_a_version_that_can_be_undone(
    call: Call, context: ToolContext, rare: Dataset, tmp_path: Path
) -> None:
    call("augment_dataset")
    measure(context, rare, tmp_path, 0.02, 0.08)
    output = call("augment_dataset", use=True)
    new = context.workspace.datasets.get(str(output.data["dataset_id"]))

    assert (new.rows, new.version, new.parent_id) == (90, 2, rare.id)
    assert new.step is not None
    assert (new.step.kind, new.step.rows_added, new.step.title) == ("augment", 20, "20 rows made for 1 rare label")
    assert (new.profile.task.text, new.profile.task.label) == (["body"], "team")
    assert "NEAR_DUPLICATES" not in {problem.code for problem in new.profile.problems}
    with context.workspace.storage.as_file(changes_key(context.workspace, new)) as changes:
        lines = pq.read_table(changes).to_pylist()
    assert {(line["kind"], line["row"]) for line in lines} == {("added", -1)}
    assert len(lines) == 20
    undone = call("clean_dataset", dataset_id=new.id, undo=True)
    assert undone.data["dataset_id"] == rare.id


def test_what_cannot_be_done_is_said(call: Call, load: Load, rare: Dataset) -> None:
    with pytest.raises(NotFound) as nothing:
        call("augment_dataset", use=True)
    with pytest.raises(InputError) as method:
        call("augment_dataset", methods="magic")
    with pytest.raises(Unavailable) as model:
        call("augment_dataset", paraphrase=True)
    few = load(mails(3), name="few.csv")
    with pytest.raises(InputError) as small:
        call("augment_dataset", dataset_id=few.id)

    codes = [caught.value.code for caught in (nothing, method, model, small)]
    assert codes == ["NOTHING_MEASURED", "METHOD_UNKNOWN", "NO_CHAT_MODEL", "AUGMENTATION_IMPOSSIBLE"]


def test_paraphrases_come_from_the_port_with_personal_data_hidden(call: Call, context: ToolContext, load: Load) -> None:
    rows = [*mails(30, ("Billing", "Orders")), *[(f"return {i} to anna@gmail.com please", "Returns") for i in range(9)]]
    dataset = load(rows)
    seen: list[str] = []

    def port(texts: Sequence[str]) -> list[str]:
        seen.extend(texts)
        return [f"kindly take number {i} back for [EMAIL]" if i else text for i, text in enumerate(texts)]

    with_model = ToolContext(context.workspace, context.conversation_id, port)
    call("augment_dataset", with_model, paraphrase=True)
    (analysis,) = context.workspace.analyses.list(dataset_id=dataset.id)

    assert seen == [f"return {i} to [EMAIL] please" for i in range(9)]
    pairs = analysis.job.args["paraphrases"]
    assert isinstance(pairs, list)
    assert len(pairs) == 8, "one came back as it was sent"
    assert pairs[0] == [source_key(rows[61][0]), "kindly take number 1 back for [EMAIL]"]
    assert "anna" not in analysis.model_dump_json()


def test_names_are_exchanged_where_names_are_marked(call: Call, context: ToolContext, tmp_path: Path) -> None:
    names = [("Ada", "Rome"), ("Grace", "Paris"), ("Li Wei", "Oslo"), ("Bo", "New York")] * 5
    lines = []
    for i, (person, place) in enumerate(names):
        for word, tag in _tagged(person, "PER") + [("met", "O"), (f"us{i}", "O"), ("in", "O")] + _tagged(place, "LOC"):
            lines.append(f"{word} {tag}")
        lines.append("")
    path = tmp_path / "names.conll"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    dataset = ingest(context.workspace, path, "names.conll", context.conversation_id)
    shown = call("augment_dataset")

    assert shown.data["verdict"] is None
    assert "not measured" in shown.cards[0].title
    assert shown.ask is not None
    assert (shown.ask.options[0].label, shown.ask.options[0].style) == ("Leave them out", "primary")
    new = context.workspace.datasets.get(str(call("augment_dataset", use=True).data["dataset_id"]))
    assert new.rows == 40
    with context.workspace.storage.as_file(new.table_key) as table:
        made = [row for row in pq.read_table(table).to_pylist() if row[MARKER]]
    words, tags = dataset.profile.task.text[0], dataset.profile.task.label
    known = {"PER": {p for p, _ in names}, "LOC": {p for _, p in names}}
    for row in made:
        assert len(row[words]) == len(row[tags])
        for mention in mentions_in(row[tags]):
            assert " ".join(row[words][mention.start : mention.end]) in known[mention.label]


def _tagged(name: str, kind: str) -> list[tuple[str, str]]:
    first, *others = name.split()
    return [(first, f"B-{kind}"), *((word, f"I-{kind}") for word in others)]

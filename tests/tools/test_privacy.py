"""redact_dataset: what was found is shown without values; what was hidden is in no later version, card or list."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.tools.conftest import Call
from tools import redacting
from tools.asking import call_of
from tools.cards import PrivacyCard
from tools.context import ToolContext
from tools.registry import ToolOutput, all_tools
from workspace.dataset import Dataset
from workspace.errors import Conflict, InputError
from workspace.privacy import count_personal, tagger
from workspace.versions import changes_key, lineage

SECRETS = ["anna.keller@gmail.com", "4111 1111 1111 1111", "DE89370400440532013000", "+49 170 1234567"]
Load = Callable[..., Dataset]


@pytest.fixture
def personal(load: Load) -> Dataset:
    """60 mails, four of which hold something personal; the senders' addresses in a column of their own."""
    rows = [(f"Please help with item {i}, I wait.", "Billing" if i % 2 else "Orders", "") for i in range(60)]
    for i, secret in enumerate(SECRETS):
        rows[i] = (f"It is {secret}, thank you", rows[i][1], f"user{i}@web.de")
    return load(rows, ("body", "team", "sender"))


def table_of(context: ToolContext, dataset_id: str) -> str:
    with context.workspace.storage.as_file(context.workspace.datasets.get(dataset_id).table_key) as table:
        return str(pq.read_table(table).to_pylist())


def card_of(output: ToolOutput) -> PrivacyCard:
    return PrivacyCard.of(dict(next(card for card in output.cards if card.kind == "privacy").data))


def said(output: ToolOutput) -> str:
    return output.model_dump_json()


def test_first_it_shows_what_there_is_without_a_single_value(call: Call, personal: Dataset) -> None:
    output = call("redact_dataset", dataset_id=personal.id)
    card = card_of(output)

    assert output.cards[0].title == "4 rows hold personal data"
    assert {k.code: k.rows for k in card.kinds} == {"email": 4, "phone": 1, "iban": 1, "card": 1}
    assert [(c.name, c.rows, c.used) for c in card.columns] == [("sender", 4, False), ("body", 1, True)]
    assert output.data["kinds"] == {"email": 4, "phone": 1, "iban": 1, "card": 1}
    assert not [s for s in [*SECRETS, "user1@web.de"] if s in said(output)]
    assert output.ask is not None
    assert [o.label for o in output.ask.options] == ["Hide all", "Use stand-ins", "Leave it"]
    assert card.button is not None
    assert call_of(card.button.id) == ("redact_dataset", {"dataset_id": personal.id})


def test_one_press_hides_all_in_a_new_version_that_can_be_undone(
    call: Call, context: ToolContext, personal: Dataset
) -> None:
    output = call("redact_dataset", dataset_id=personal.id, everything="mask")
    new = context.workspace.datasets.get(str(output.data["dataset_id"]))

    assert (new.parent_id, new.version, new.step and new.step.kind) == (personal.id, 2, "redact")
    assert output.cards[0].title == "8 values hidden in 4 rows"
    with context.workspace.storage.as_file(new.table_key) as table:
        assert count_personal(table, ["body", "team", "sender"]) == {}
    with context.workspace.storage.as_file(changes_key(context.workspace, new)) as changes:
        assert pq.read_table(changes).num_rows == 8
        assert not [s for s in SECRETS if s in str(pq.read_table(changes).to_pylist())]
    assert not [s for s in SECRETS if s in said(output) + new.model_dump_json()]
    undone = call("clean_dataset", dataset_id=new.id, undo=True)
    assert undone.data["dataset_id"] == personal.id


def test_choices_by_kind_and_a_column_left_out(call: Call, context: ToolContext, personal: Dataset) -> None:
    output = call(
        "redact_dataset", dataset_id=personal.id, kinds={"card": "keep", "email": "pseudonym"}, drop_columns=["sender"]
    )
    text = table_of(context, str(output.data["dataset_id"]))

    assert "4111 1111 1111 1111" in text
    assert "@mail.invalid" in text
    assert "[IBAN]" in text
    assert "sender" not in text
    card = card_of(output)
    assert card.dropped == ["sender"]
    assert {(k.code, k.treatment) for k in card.kinds} == {
        ("card", "keep"),
        ("email", "pseudonym"),
        ("iban", "mask"),
        ("phone", "mask"),
    }


def test_only_a_column_is_left_out_where_only_that_was_asked_for(
    call: Call, context: ToolContext, personal: Dataset
) -> None:
    output = call("redact_dataset", drop_columns="Sender")

    assert output.cards[0].title == "1 column left out"
    assert SECRETS[0] in table_of(context, str(output.data["dataset_id"]))


def test_stand_ins_are_the_same_in_the_next_version(call: Call, context: ToolContext, load: Load) -> None:
    dataset = load([("write to a@gmail.com", "x"), ("or to a@gmail.com or b@gmail.com", "y")] * 20)
    first = call("redact_dataset", dataset_id=dataset.id, everything="pseudonym")
    one = table_of(context, str(first.data["dataset_id"]))
    call("clean_dataset", dataset_id=str(first.data["dataset_id"]), undo=True)
    again = call("redact_dataset", dataset_id=dataset.id, everything="pseudonym")

    assert table_of(context, str(again.data["dataset_id"])) == one
    assert len({word for word in one.replace("'", " ").split() if word.endswith("@mail.invalid")}) == 2


def test_all_faults_are_told_at_once(call: Call, personal: Dataset) -> None:
    with pytest.raises(InputError) as caught:
        call("redact_dataset", kinds={"shoe": "mask", "email": "burn"}, drop_columns=["nope"])

    assert caught.value.code == "BAD_REDACTION"
    for fault in ("“shoe”", "“burn”", "“nope”"):
        assert fault in caught.value.message


def test_data_without_anything_personal(call: Call, load: Load) -> None:
    load([(f"Please help with item {i}", "x" if i % 2 else "y") for i in range(20)])
    output = call("redact_dataset")

    assert output.cards[0].title == "No personal data found"
    assert output.data["kinds"] == {}
    nothing = call("redact_dataset", everything="mask")
    assert nothing.data["note"] == "There was nothing to hide."


def test_no_other_tool_tells_a_value(call: Call, personal: Dataset, tmp_path: Path) -> None:
    outputs = [call("inspect_dataset"), call("list_datasets"), call("clean_dataset", preview=True)]

    assert not [s for s in [*SECRETS, "user1@web.de"] for output in outputs if s in said(output)]
    assert "a•••@g•••.com" in said(outputs[0])


def test_a_long_table_is_hidden_beside_the_conversation_and_can_be_stopped(
    call: Call, context: ToolContext, personal: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redacting, "LONGEST", 0.0)
    output = call("redact_dataset", dataset_id=personal.id, everything="mask")
    (analysis,) = context.workspace.analyses.list(dataset_id=personal.id)
    card = card_of(output)

    assert output.data["status"] == "running"
    assert card.checking is not None
    assert (card.checking.run_id, card.checking.status) == (analysis.id, "queued")
    assert call("redact_dataset", dataset_id=personal.id, everything="mask").data["status"] == "running"
    assert len(context.workspace.analyses.list(dataset_id=personal.id)) == 1
    assert call_of(card.buttons[0].id) == ("redact_dataset", {"dataset_id": personal.id, "stop": "true"})
    call("redact_dataset", dataset_id=personal.id, stop=True)
    assert context.workspace.analyses.get(analysis.id).cancel_requested
    assert len(context.workspace.datasets.list(family_id=personal.family_id)) == 1


def test_the_original_is_forgotten_and_what_was_done_is_not(
    call: Call, context: ToolContext, personal: Dataset
) -> None:
    hidden = call("redact_dataset", dataset_id=personal.id, everything="mask")
    new_id = str(hidden.data["dataset_id"])
    assert call_of(card_of(hidden).buttons[1].id) == ("delete_dataset", {"dataset_id": new_id, "keep_current": "true"})
    tool = all_tools()["delete_dataset"]
    assert tool.describe is not None
    request = tool.describe(context, tool.validate({"dataset_id": new_id, "keep_current": "true"}))
    assert "every version but the current one, version 2" in request.text

    output = call("delete_dataset", dataset_id=new_id, keep_current=True)
    workspace = context.workspace
    new, old = workspace.datasets.get(new_id), workspace.datasets.get(personal.id)

    assert output.data["versions_forgotten"] == 1
    assert workspace.storage.list(workspace.storage.key("datasets", personal.id)) == []
    assert (old.forgotten, old.source_key, new.forgotten, new.source_key) == (True, "", False, "")
    assert [c.examples for c in old.profile.columns] == [[], [], []]
    assert [step.step.kind for step in lineage(workspace, new) if step.step] == ["redact"]
    (record,) = workspace.datasets.deletions()
    assert (record.kind, record.subject_id, record.facts["versions"]) == ("original", personal.family_id, 1)
    with pytest.raises(Conflict) as caught:
        call("clean_dataset", dataset_id=new_id, undo=True)
    assert caught.value.code == "ORIGINAL_FORGOTTEN"
    assert call("inspect_dataset", dataset_id=personal.id).data["dataset_id"] == new_id
    assert "[CARD]" in table_of(context, new_id)
    with pytest.raises(Conflict):
        call("delete_dataset", dataset_id=new_id, keep_current=True)
    call("delete_dataset", dataset_id=new_id)
    assert workspace.datasets.list(undone=True) == []


def test_an_upload_alone_has_nothing_to_forget(call: Call, personal: Dataset) -> None:
    with pytest.raises(Conflict) as caught:
        call("delete_dataset", dataset_id=personal.id, keep_current=True)

    assert caught.value.code == "ONLY_VERSION"


def test_examples_are_kept_with_their_middle_hidden(context: ToolContext, personal: Dataset) -> None:
    stored = context.workspace.datasets.get(personal.id).model_dump_json()

    assert not [secret for secret in [*SECRETS, "user1@web.de"] if secret in stored]
    assert "•••" in stored


@pytest.mark.skipif(not tagger.available(), reason=f"needs the model of names: {tagger.INSTALL}")
def test_names_are_looked_for_by_the_model_and_hidden(call: Call, context: ToolContext, load: Load) -> None:
    dataset = load([(f"{i} parcels for Maria Lindqvist are lost", "x" if i % 2 else "y") for i in range(20)])
    shown = call("redact_dataset", dataset_id=dataset.id)

    assert shown.data["kinds"] == {"name": 20}
    assert "A model looked for names and addresses" in card_of(shown).note
    assert "Lindqvist" not in said(shown)
    hidden = call("redact_dataset", dataset_id=dataset.id, everything="mask")
    assert "Lindqvist" not in table_of(context, str(hidden.data["dataset_id"]))

"""Plans: what is proposed, what is refused and why, what changes."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.tools.conftest import Call, mails, real_texts
from tools import estimates
from tools.base_models import choose_base, where_is
from tools.cards import PlanCard
from tools.context import ToolContext
from tools.estimates import estimate, recipes_of
from workspace.dataset import Dataset
from workspace.errors import InputError, NotFound
from workspace.plan import TrainingPlan
from workspace.settings import Settings, load_settings

Load = Callable[..., Dataset]


def card_of(output: object) -> PlanCard:
    return PlanCard.of(output.cards[0].data)  # type: ignore[attr-defined]


def test_a_plan_says_in_plain_words_what_will_happen(call: Call, load: Load) -> None:
    load([*mails(30), ("no answer here, just a text that is long enough", "")])
    output = call("propose_plan")
    card = card_of(output)
    assert card.sentences[0].startswith("I keep 18 rows aside as the exam")
    assert "the other 72" in card.sentences[1]
    assert dict(card.facts)["Rows left out, as they have no answer"] == "1"
    assert 0 < card.estimated_seconds_low <= card.estimated_seconds_high
    assert yaml.safe_load(card.yaml)["label"] == "team"
    assert {s.name for s in card.settings} >= {"recipe", "budget_seconds", "seed", "metric"}
    assert all(s.help for s in card.settings)


def test_the_proposal_carries_the_approval_of_exactly_this_plan(call: Call, load: Load, context: ToolContext) -> None:
    load(mails())
    output = call("propose_plan")
    assert output.ask is not None
    approval = output.ask.approval
    assert approval is not None
    stored = context.workspace.plans.get(str(output.data["plan_id"]))
    assert (approval.tool, approval.args) == ("launch_training", {"plan_id": stored.id})
    assert approval.fingerprint == stored.plan.hash == output.data["hash"]
    assert [(o.id, o.label) for o in output.ask.options[:2]] == [("start", "Start"), ("change", "Change something")]
    assert approval.accept == "start"


def test_the_same_proposal_made_twice_is_one_until_it_was_started(call: Call, load: Load) -> None:
    load(mails())
    first = call("propose_plan").data["plan_id"]
    assert call("propose_plan").data["plan_id"] == first
    call("launch_training")
    assert call("propose_plan").data["plan_id"] != first


@pytest.mark.parametrize(
    ("rows", "header", "code", "says"),
    [
        ([(f"a text that is long enough, number {i}", "same") for i in range(30)], ("t", "l"), "ONE_CLASS", "answer"),
        ([(text,) for text in real_texts(30)], ("body",), "ONE_COLUMN", "second column"),
        (mails(1), ("t", "l"), None, "Add rows"),
        ([], ("text", "label"), "NO_ROWS", "row"),
    ],
)
def test_data_that_cannot_be_learned_from_is_refused_with_what_to_do(
    call: Call, load: Load, rows: list[tuple[str, ...]], header: tuple[str, ...], code: str | None, says: str
) -> None:
    load(rows, header)
    with pytest.raises(InputError) as caught:
        call("propose_plan", label=header[-1] if len(header) > 1 and rows else None)
    assert code is None or caught.value.code == code
    assert says in str(caught.value)


def test_all_reasons_are_told_at_once(call: Call, load: Load) -> None:
    load([(f"a text that is long enough, number {i}", "same") for i in range(5)], ("text", "label"))
    with pytest.raises(InputError) as caught:
        call("propose_plan", label="label", recipe="magic", base="../secret")
    for reason in ("same answer", "5 rows with an answer", "no recipe 'magic'", "“../secret” is no name"):
        assert reason in caught.value.message


def test_a_change_makes_a_new_plan_and_says_what_is_different(call: Call, load: Load, context: ToolContext) -> None:
    load(mails())
    first = str(call("propose_plan").data["plan_id"])
    output = call("revise_plan", changes={"budget": "45", "Seed": 7, "C": 0.5})
    card = card_of(output)
    assert {c.field: (c.before, c.after) for c in card.changes} == {
        "budget_seconds": ("120", "45"),
        "seed": ("42", "7"),
        "settings.C": ("default", "0.5"),
    }
    stored = context.workspace.plans.get(card.plan_id)
    assert stored.parent_id == first
    assert stored.plan.settings == {"C": 0.5}
    assert output.ask is not None
    assert output.ask.approval is not None
    assert output.ask.approval.fingerprint == stored.plan.hash
    assert context.workspace.plans.get(first).plan.seed == 42


def test_a_setting_can_be_set_back(call: Call, load: Load, context: ToolContext) -> None:
    load(mails())
    call("propose_plan", budget_seconds=600)
    call("revise_plan", changes={"budget_seconds": None})
    assert context.conversation_id
    latest = context.workspace.plans.latest(context.conversation_id)
    assert latest is not None
    assert latest.plan.budget_seconds == context.workspace.settings.default_budget_seconds


def test_faults_of_a_change_are_told_at_once_with_what_is_near(call: Call, load: Load) -> None:
    load(mails())
    call("propose_plan")
    with pytest.raises(InputError) as caught:
        call("revise_plan", changes={"max_feature": 10, "C": 99999, "seed": "x", "recipe": "auto", "label": "taem"})
    for fault in ("Did you mean max_features?", "C must be at most", "seed must be a whole", "Did you mean “team”?"):
        assert fault in caught.value.message


def test_a_changed_answer_column_is_checked_like_a_first_one(call: Call, load: Load) -> None:
    rows = [(text, team, "same", f"own {i}") for i, (text, team) in enumerate(mails(20))]
    load(rows, ("body", "team", "constant", "number"))
    call("propose_plan", label="team")
    for column, code in (("constant", "ONE_CLASS"), ("number", "RARE_CLASS")):
        with pytest.raises(InputError) as caught:
            call("revise_plan", changes={"label": column})
        assert caught.value.code.startswith(code)


def test_more_answers_than_can_be_learned_are_refused_before_training(call: Call, load: Load) -> None:
    load([(f"a question about article {i} and nothing else", f"team {i // 2}") for i in range(2_400)])
    with pytest.raises(InputError) as caught:
        call("propose_plan", label="team", text="body")
    assert caught.value.code == "TOO_MANY_LABELS"
    assert "1,200 different answers" in caught.value.message


def test_a_plan_that_was_run_is_proposed_anew_when_nothing_changes(call: Call, load: Load) -> None:
    load(mails())
    first = call("propose_plan").data["plan_id"]
    call("launch_training")
    assert call("revise_plan", changes={"seed": 42}).data["plan_id"] != first


def test_a_form_that_was_sent_back_untouched_changes_nothing(call: Call, load: Load) -> None:
    load(mails())
    first = call("propose_plan").data["plan_id"]
    asked = call("revise_plan").ask
    assert asked is not None
    assert asked.ask == "form"
    values = {field.name: field.value for field in asked.fields}
    output = call("revise_plan", changes=values)
    assert output.data["plan_id"] == first
    assert "Nothing is different" in str(output.data["note"])
    changed = call("revise_plan", changes=values | {"recipe": "linear"})
    assert [c.field for c in card_of(changed).changes] == ["recipe"]


def test_without_a_plan_there_is_nothing_to_change_or_start(call: Call) -> None:
    for name, arguments in (("revise_plan", {"changes": {"seed": 1}}), ("launch_training", {})):
        with pytest.raises(NotFound) as caught:
            call(name, **arguments)
        assert caught.value.code == "NO_PLAN"


def test_a_plan_whose_data_is_gone_says_so(call: Call, load: Load) -> None:
    load(mails())
    call("propose_plan")
    call("delete_dataset")
    for name, arguments in (("revise_plan", {"changes": {"seed": 1}}), ("launch_training", {})):
        with pytest.raises(NotFound) as caught:
            call(name, **arguments)
        assert caught.value.code == "DATASET_GONE"


def test_estimates_grow_with_the_rows_and_stay_within_the_budget() -> None:
    plan = TrainingPlan.model_validate(
        {"dataset_id": "ds_1", "task": "classification", "text": ["t"], "label": "l", "budget_seconds": 60}
    )
    spans = [estimate(plan, rows, 80) for rows in (100, 2_000, 50_000)]
    assert [s.high for s in spans] == sorted(s.high for s in spans)
    assert all(0 < s.low <= s.high <= 60 * 1.2 for s in spans)
    linear = plan.model_copy(update={"recipe": "linear"})
    alone = [estimate(linear, rows, 80).memory_mb for rows in (100, 2_000, 20_000)]
    assert 500 < alone[0] < alone[1] < alone[2] < spans[0].memory_mb
    assert spans[0].memory_notes == []
    tight = estimate(plan.model_copy(update={"budget_seconds": 5}), 200_000, 400)
    assert [p.fits for p in tight.recipes] == [True] + [False] * (len(recipes_of(plan)) - 1)


def test_a_plan_that_needs_more_memory_than_is_free_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = TrainingPlan.model_validate(
        {"dataset_id": "ds_1", "task": "classification", "text": ["t"], "label": "l", "recipe": "finetune"}
    )
    monkeypatch.setattr(estimates, "memory_free_mb", lambda: 700)
    told = estimate(plan, 1_000, 80).memory_notes
    assert len(told) == 1
    assert "“Fine-tuning” needs about" in told[0]
    assert "700 MB are free" in told[0]


def test_base_models_are_names_never_paths(settings: Settings) -> None:
    for path in ("../../etc", "/etc", "a/b/c", "~/x", "a/..", ".hidden", "C:\\x", "a b"):
        assert choose_base(path, settings).fault, path


def test_base_models_are_found_where_they_are(settings: Settings, tmp_path: Path, monkeypatch: object) -> None:
    assert where_is("all-MiniLM-L6-v2", settings) == "packaged"
    assert choose_base("deberta-v3-small", settings).name == "microsoft/deberta-v3-small"
    assert "286 MB" in choose_base("deberta-v3-small", settings).warning
    folder = tmp_path / "models" / "multilingual-e5-small"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    local = load_settings(home=settings.home, models_dir=tmp_path / "models", hf_hub_offline=True)
    found = choose_base("intfloat/multilingual-e5-small", local)
    assert (found.name, found.where, found.fault) == ("multilingual-e5-small", "models folder", "")
    refused = choose_base("microsoft/deberta-v3-small", local)
    assert "Here are: all-MiniLM-L6-v2, SmolLM2-135M-Instruct, multilingual-e5-small" in refused.fault


def test_the_list_of_base_models_says_where_each_one_is(call: Call) -> None:
    output = call("list_base_models")
    rows = output.cards[0].data["models"]
    assert isinstance(rows, list)
    assert rows[0]["where"] == "packaged"  # type: ignore[index,call-overload]
    assert len(call("list_base_models", only_here=True).cards[0].data["models"]) == 2  # type: ignore[arg-type]

"""What real people said and the guide once stumbled over, each as a small conversation with the real tools."""

from pathlib import Path
from typing import Any

import pytest

from assistant.followup import Followup
from tests.assistant.talking import Talker, calls, errors, failures, finish_run, of, words
from tests.fakes import FakeQueue
from tests.workspace.reading.hub import hub_of_our_own
from workspace.events import CardShown, ToolCalled
from workspace.model import Prediction
from workspace.recipe import load_recipes
from workspace.run import Failure


def args_of(happened: list[Any], place: int = 0) -> dict[str, Any]:
    return of(happened, ToolCalled)[place].args


def labels(talker: Talker) -> list[str]:
    return [option.label for option in talker.asked.options]


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """A table with two columns that could be the answer."""
    lines = ["Body,Type,Fine type"]
    for n in range(60):
        kind = ("billing", "delivery")[n % 2]
        lines.append(f"please help me with my {kind} it is number {n},{kind},{kind} {n % 4}")
    path = tmp_path / "wide.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture
def planned(talker: Talker, wide: Path) -> Talker:
    talker.upload(wide)
    talker.say("make a plan")
    return talker


@pytest.fixture
def trained(planned: Talker, queue: FakeQueue) -> Talker:
    planned.say("go")
    finish_run(planned.workspace, planned.workspace.runs.list()[0].id)
    look(planned)
    queue.answer = lambda text: Prediction(text=text, label="bill", score=0.9, scores={"bill": 0.9, "parcel": 0.1})
    return planned


def look(talker: Talker) -> None:
    talker.run(Followup(talker.workspace.settings, lambda _: talker.workspace).look)
    talker.run(talker.conversation.refresh)


# the data


def test_the_other_column(talker: Talker, wide: Path) -> None:
    talker.upload(wide)
    assert args_of(talker.say("no, the other column"))["label"] == "Fine type"
    assert args_of(talker.say("no, the other column"))["label"] == "Type"
    assert args_of(talker.say("the answer is in Fine type"))["label"] == "Fine type"
    assert "use already" in words(talker.say("use Fine type"))


def test_the_other_column_where_there_are_several(talker: Talker, tmp_path: Path) -> None:
    rows = [
        f"please help me with number {n},{'ab'[n % 2]},{'xyz'[n % 3]},{'low high'.split()[n % 2]}" for n in range(60)
    ]
    path = tmp_path / "many.csv"
    path.write_text("\n".join(["text,team,zone,urgency", *rows]), "utf-8")
    talker.upload(path)
    happened = talker.say("no, the other column")
    assert calls(happened) == []
    assert set(labels(talker)) <= {"team", "zone", "urgency"}
    assert len(labels(talker)) == 2
    pressed = talker.press(labels(talker)[1])
    assert calls(pressed) == ["inspect_dataset"]


def test_the_other_column_where_there_is_none(talker: Talker, mails: Path) -> None:
    talker.upload(mails)
    assert "only two columns" in words(talker.say("no, the other column"))
    assert args_of(talker.press(labels(talker)[0]))["label"] == "message"


def test_a_column_that_is_not_there_is_answered_with_those_that_are(talker: Talker, wide: Path) -> None:
    talker.upload(wide)
    happened = talker.say("use the column Subject")
    assert [f["code"] for f in failures(happened)] == ["MISSING_COLUMN"]
    assert "Fine type" in words(happened)
    assert "Fine type" in labels(talker)


def test_words_beside_a_file_count(talker: Talker, wide: Path) -> None:
    happened = talker.upload(wide, say="sort these by Fine type")
    assert args_of(happened, 1)["label"] == "Fine type"
    happened = talker.upload(wide, say="train this for 20 seconds")
    assert calls(happened) == ["inspect_dataset", "propose_plan"]
    assert args_of(happened, 1) == {"budget_seconds": 20}
    assert talker.asked.approval is not None
    assert talker.workspace.runs.list() == []


def test_a_goal_with_the_data_at_hand_leads_on(talker: Talker, wide: Path) -> None:
    talker.upload(wide)
    happened = talker.say("I want to sort our support mails by team")
    assert calls(happened) == []
    assert "Make a plan" in labels(talker)


def test_why(talker: Talker, wide: Path, tmp_path: Path) -> None:
    assert "learns from examples" in words(talker.say("why?"))
    talker.upload(wide)
    assert "“Body”" in words(talker.say("why?"))
    talker.say("make a plan")
    assert "rows aside" in words(talker.say("why"))
    one = tmp_path / "one.csv"
    one.write_text("text,label\n" + "".join(f"some text of number {n},same\n" for n in range(30)), "utf-8")
    talker.upload(one)
    for said in ("why", "go ahead", "what next"):
        assert "same answer" in words(talker.say(said))


def test_the_wrong_file_and_the_other_one(talker: Talker, wide: Path, mails: Path) -> None:
    talker.upload(mails)
    talker.upload(wide)
    talker.say("I uploaded the wrong file")
    assert "Delete this file" in labels(talker)
    assert calls(talker.say("use my other file")) == ["list_datasets"]
    assert labels(talker)[0] == "Use mails (64 rows)"
    happened = talker.press(labels(talker)[0])
    assert "mails" in words(happened)
    assert calls(happened) == ["inspect_dataset"]


def test_start_over_starts_no_training(planned: Talker) -> None:
    happened = planned.say("start over")
    assert calls(happened) == []
    assert planned.asked.ask == "file"
    assert calls(planned.say("delete it")) == []
    approval = planned.asked.approval
    assert approval is not None
    assert approval.tool == "delete_dataset"


def test_no_model_to_try_yet(planned: Talker) -> None:
    for said in ("try this: my card has not arrived", "can I try it"):
        assert "no trained model yet" in words(planned.say(said))


# the plan


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        (
            "use the finetune recipe with lr 3e-5, 2 epochs, seed 7",
            {"recipe": "finetune", "learning_rate": 3e-5, "epochs": 2, "seed": 7},
        ),
        ("recipe embed budget 60", {"recipe": "embed", "budget_seconds": 60}),
        ("set C=10", {"C": 10}),
        ("test split 30%", {"test_fraction": 0.3}),
        ("only 30 seconds please", {"budget_seconds": 30}),
        ("nur 30 Sekunden bitte", {"budget_seconds": 30}),
        ("use Fine type", {"label": "Fine type"}),
        ("no, the other column", {"label": "Fine type"}),
    ],
)  # fmt: skip
def test_wishes_of_a_plan(planned: Talker, said: str, changes: dict[str, Any]) -> None:
    happened = planned.say(said)
    assert failures(happened) == []
    assert args_of(happened) == {"changes": changes}


def test_faster_until_it_is_as_fast_as_it_gets_and_slower_again(planned: Talker) -> None:
    for _ in range(8):
        happened = planned.say("can you do it faster")
        if not calls(happened):
            break
    assert "as quick as it gets" in words(happened)
    happened = planned.say("and more accurate")
    assert args_of(happened)["changes"]["budget_seconds"] >= 300
    assert "5 minutes" in words(happened)
    assert "nothing" in words(planned.say("more accurate please"))


def test_changes_are_said_in_words(planned: Talker) -> None:
    said = words(planned.say("90 seconds, only word statistics, keep 30% for testing"))
    assert "Time limit from 2 minutes to **90 seconds**" in said
    assert "from the best of several to **Word statistics**" in said
    assert "from 20 of 100 to **30 of 100**" in said


def test_stop_at_a_plan_starts_nothing_and_says_so(planned: Talker) -> None:
    happened = planned.say("stop it")
    assert calls(happened) == []
    assert "not started anything" in words(happened)
    assert "Start" in labels(planned)


def test_how_long_this_plan_takes(planned: Talker) -> None:
    assert "This plan takes about" in words(planned.say("how long will it take"))


# the training


def test_talk_while_it_runs(planned: Talker) -> None:
    planned.say("looks good, go")
    for said in ("how is it going?", "how long still?", "how long will it take", "wie lange noch?"):
        assert calls(planned.say(said)) == ["run_status"]
    assert "goes on without you" in words(planned.say("can I close the window?"))
    assert calls(planned.say("what does accuracy mean")) == ["explain_concept"]
    assert calls(planned.say("please stop it now")) == ["cancel_run"]


def test_after_a_failure_one_press_starts_it_again(planned: Talker) -> None:
    planned.say("go")
    run = planned.workspace.runs.list()[0]
    finish_run(
        planned.workspace, run.id, Failure(code="OUT_OF_MEMORY", message="Too little memory.", next_step="Fewer rows.")
    )
    look(planned)
    assert errors(planned.stored) == ["OUT_OF_MEMORY"]
    assert "No training is running" in words(planned.say("stop the training"))
    assert "without a result" in words(planned.say("what next"))
    assert "Too little memory. Fewer rows." in words(planned.say("why did it fail?"))
    assert labels(planned)[0] == "Do that and start again"
    assert calls(planned.press("Do that and start again")) == ["apply_fix"]
    assert [run.status.value for run in planned.workspace.runs.list()] == ["queued", "failed"]


def test_data_that_went_away_meanwhile_is_not_offered_again(planned: Talker) -> None:
    planned.say("go")
    run = planned.workspace.runs.list()[0]
    failure = Failure(code="DATASET_GONE", message="The data is gone.", next_step="Upload it again.")
    finish_run(planned.workspace, run.id, failure)
    planned.workspace.datasets.delete(run.plan.dataset_id)
    look(planned)
    assert "Upload a file" in labels(planned)
    assert "Its data is gone" in words(planned.stored)


# the model


@pytest.mark.parametrize(
    ("said", "tool"),
    [
        ("which ones did it get wrong", "show_mistakes"),
        ("is that good?", "explain_results"),
        ("how do I use this model", "export_model"),
        ("give it to my developer", "export_model"),
        ("export", "export_model"),
        ("show me my trainings", "list_runs"),
        ("what models are there", "list_base_models"),
        ("train again with more time", "revise_plan"),
        ("make it 5 minutes", "revise_plan"),
        ("use the column Fine type", "revise_plan"),
        ("what does accuracy mean", "explain_concept"),
    ],
)
def test_a_wish_while_trying_is_no_text_to_try(trained: Talker, said: str, tool: str) -> None:
    trained.say("try: where is my bill")
    assert calls(trained.say(said)) == [tool]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("try this: You have won a prize", "You have won a prize"),
        ("what would it say to 'see you at the cinema'", "see you at the cinema"),
        ("classify I was charged twice", "I was charged twice"),
        ("Can you check this one: my parcel", "my parcel"),
        ("probiere: mein Paket fehlt", "mein Paket fehlt"),
        ("try this\nmy parcel is late", "my parcel is late"),
    ],
)
def test_texts_in_any_wording(trained: Talker, said: str, text: str) -> None:
    assert args_of(trained.say(said)) == {"texts": [text]}


@pytest.mark.parametrize(
    "text",
    ["How many people live in Tokyo?", "what does it cost to fly to Rome", "please refund my order", "is it my bill?"],
)
def test_texts_that_sound_like_talk_are_still_texts(trained: Talker, text: str) -> None:
    trained.say("try: where is my bill")
    assert args_of(trained.say(text)) == {"texts": [text]}


def test_a_new_file_after_a_model_comes_first(trained: Talker, mails: Path) -> None:
    trained.upload(mails)
    trained.say("thanks")
    assert labels(trained)[0] == "Make a plan"
    assert calls(trained.say("show me the mistakes")) == ["show_mistakes"]


# without the starter model


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("hi", "Hello."),
        ("HELP", "past examples"),
        ("where am I?", "at the beginning"),
        ("what next", "at the beginning"),
        ("why", "examples"),
        ("is my data sent anywhere", "stay on the computer"),
        ("do I need to know programming?", "nothing has to be programmed"),
        ("muss ich programmieren können?", "nichts programmiert"),
        ("c'est gratuit ?", "ne coûte rien"),
        ("¿qué puedes hacer?", "tabla con ejemplos"),
        ("hwo long will it take", "one to five minutes"),
    ],
)
def test_by_words_alone_the_usual_questions_are_answered(talker: Talker, said: str, part: str) -> None:
    assert part in words(talker.say(said))


@pytest.mark.parametrize(
    ("goal", "sorting"),
    [
        ("wir bekommen jeden Tag 300 Mails und ich leite sie von Hand weiter", "*Sortieren*"),
        ("je veux trier nos courriels par service", "*tri*"),
        ("quiero clasificar correos por departamento", "*clasificar*"),
    ],
)
def test_goals_in_other_languages(talker: Talker, goal: str, sorting: str) -> None:
    happened = talker.say(goal)
    assert calls(happened) == ["recommend_task"]
    assert sorting in words(happened)


def test_no_id_and_no_code_reaches_a_person(trained: Talker) -> None:
    for said in (
        "use the column Subject",
        "word ngrams 99",
        "list my datasets",
        "where am I",
        "seed 7",
        "delete my data",
    ):
        trained.say(said)
    for text in [words(trained.stored), *(e.text for e in of(trained.stored, type(trained.asked)))]:
        for mark in ("ds_", "run_", "mdl_", "plan_0", "MISSING_COLUMN", "None", "«", "{"):
            assert mark not in text


@pytest.mark.parametrize("name", ["hf://ada/mails", "https://huggingface.co/datasets/ada/mails"])
def test_the_name_of_a_data_set_of_the_hub_fetches_it(
    talker: Talker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setattr(talker.workspace.settings, "hf_hub_offline", False)
    with hub_of_our_own(monkeypatch, tmp_path / "cache"):
        happened = talker.say(f"please take {name}.")
    assert calls(happened) == ["load_sample"]
    assert [(d.name, d.rows) for d in talker.workspace.datasets.list()] == [("mails", 60)]


def test_the_hub_is_never_asked_where_that_is_switched_off(talker: Talker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talker.workspace.settings, "hf_hub_offline", True)
    happened = talker.say("take hf://ada/mails")
    assert "HUB_OFFLINE" in str(failures(happened))
    assert talker.workspace.datasets.list() == []


@pytest.mark.parametrize(
    ("said", "recipe", "wanted"),
    [
        (
            "set lr 3e-5, freeze the embeddings, 8 epochs",
            "finetune",
            {"learning_rate": 3e-5, "freeze_word_embeddings": True, "epochs": 8},
        ),
        (
            "lr=5e-5 bs=16 wd=0.05 warm-up 0.06 max length 128",
            "finetune",
            {"learning_rate": 5e-5, "batch_size": 16, "weight_decay": 0.05, "warmup": 0.06, "max_tokens": 128},
        ),
        (
            "freeze the first 3 layers, label smoothing 0.1, no weight decay",
            "finetune",
            {"frozen_layers": 3, "label_smoothing": 0.1, "weight_decay": 0},
        ),
        ("word n-grams of 3, C=10", "linear", {"word_ngrams": 3, "C": 10}),
        ("balanced class weights", "auto", {"class_weight": "balanced"}),
        ("lernrate 2e-5, 5 epochen, batch 32", "finetune", {"learning_rate": 2e-5, "epochs": 5, "batch_size": 32}),
    ],
)
def test_the_plan_holds_exactly_what_was_said(planned: Talker, said: str, recipe: str, wanted: dict[str, Any]) -> None:
    assert not failures(planned.say(said))
    stored = planned.workspace.plans.latest(planned.conversation.id)
    assert stored is not None
    held = dict(stored.plan.settings)
    if recipe in load_recipes():
        # What is usual anyway need not stand in the plan.
        knobs = load_recipes()[recipe].settings
        held = {name: knobs[name].default for name in wanted} | held
    assert (stored.plan.recipe, held) == (recipe, wanted)


def test_what_cannot_be_set_is_refused_with_all_reasons_at_once(planned: Talker) -> None:
    (failure,) = failures(planned.say("dropout 3, 500 epochs, learning rate 3"))
    for reason in ("dropout", "epochs must be at most 100", "learning_rate must be at most 0.01"):
        assert reason in failure["message"]


def test_a_plan_can_be_pasted_back_as_yaml(planned: Talker) -> None:
    card = next(e.card for e in reversed(planned.stored) if isinstance(e, CardShown) and e.card.kind == "plan")
    body = str(card.data["yaml"])
    assert "Nothing is different" in words(planned.say(f"```yaml\n{body}```"))
    changed = body.replace("seed: 42", "seed: 7").replace(
        "settings: {}", "settings:\n  learning_rate: 3e-5\n  epochs: 8"
    )
    assert changed != body
    happened = planned.say(f"take this:\n```yaml\n{changed}```")
    assert calls(happened) == ["revise_plan"]
    stored = planned.workspace.plans.latest(planned.conversation.id)
    assert stored is not None
    assert (stored.plan.seed, stored.plan.settings) == (7, {"learning_rate": 3e-5, "epochs": 8})


def test_all_faults_of_a_pasted_plan_are_told_at_once(planned: Talker) -> None:
    (failure,) = failures(planned.say("recipe: finetune\nseed: many\nsettings:\n  epochs: 500\n  colour: red\n"))
    for fault in ("seed must be a whole number", "epochs must be at most 100", "colour"):
        assert fault in failure["message"]

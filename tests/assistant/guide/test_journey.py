"""The guide's way through a conversation, with the real tools."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage

from assistant.followup import Followup
from assistant.guide.journey import Journey
from assistant.guide.model import GuideModel
from assistant.history import messages_of
from assistant.toolbelt import registry
from tests.assistant.talking import Talker, calls, errors, failures, finish_run, of, words, write_csv
from tests.assistant.test_history import events
from tests.fakes import FakeQueue
from tools.asking import call_of
from workspace.events import Answered, Asked, ConversationEvent, Option, ToolCalled, ToolReturned
from workspace.model import Prediction


@pytest.fixture
def trained(talker: Talker, mails: Path, queue: FakeQueue) -> Talker:
    """A conversation whose model is trained."""
    talker.upload(mails)
    talker.say("yes")
    talker.say("start")
    finish_run(talker.workspace, talker.workspace.runs.list()[0].id)
    followup = Followup(talker.workspace.settings, lambda _: talker.workspace)
    talker.run(followup.look)
    queue.answer = lambda text: Prediction(
        text=text, label="billing", score=0.9, scores={"billing": 0.9, "delivery": 0.1}
    )
    return talker


def test_it_begins_with_a_question(talker: Talker) -> None:
    talker.say("hi")
    assert [o.label for o in talker.asked.options] == [
        "Sort messages",
        "Find names in text",
        "Write text",
        "Show me with sample data",
    ]


@pytest.mark.parametrize("goal", ["Sort messages", "Find names in text", "Write text"])
def test_every_goal_leads_to_the_file_that_it_needs(talker: Talker, goal: str) -> None:
    talker.say("hi")
    assert "What I need" in words(talker.press(goal))
    assert any(o.id.startswith(("load_sample", "upload")) for o in talker.asked.options)


def test_by_buttons_alone(talker: Talker, queue: FakeQueue) -> None:
    talker.say("hi")
    talker.press("Show me with sample data")
    assert "1,500 rows" in words(talker.stored)
    talker.press("No, plan as it is")
    talker.press("Start")
    assert len(queue.submitted) == 1
    assert talker.conversation.stage == "train"


def test_what_is_said_before_there_is_a_plan_stands_in_it(talker: Talker, mails: Path) -> None:
    talker.upload(mails)
    happened = talker.say("make a plan, optimise macro F1, keep 30 % for the test, at most 2 minutes")
    assert calls(happened) == ["propose_plan"]
    data = of(happened, ToolReturned)[0].data
    assert isinstance(data, dict)
    plan = talker.workspace.plans.get(str(data["plan_id"])).plan
    assert (plan.metric, plan.test_fraction, plan.budget_seconds) == ("macro_f1", 0.3, 120)


def test_by_words_alone(talker: Talker, mails: Path, queue: FakeQueue) -> None:
    assert calls(talker.say("each mail should go to the right team")) == ["recommend_task"]
    assert calls(talker.upload(mails)) == ["inspect_dataset"]
    assert calls(talker.say("use team as the text and message as the answer")) == ["inspect_dataset"]
    assert calls(talker.say("no, use message as the text and team as the answer")) == ["inspect_dataset"]
    assert calls(talker.say("make a plan")) == ["propose_plan"]
    happened = talker.say("in 5 minutes, seed 7, only word statistics")
    assert of(happened, ToolCalled)[0].args == {"changes": {"budget_seconds": 300, "seed": 7, "recipe": "linear"}}
    assert calls(talker.say("go")) == ["launch_training"]
    plan = talker.workspace.runs.list()[0].plan
    assert (plan.text, plan.label, plan.budget_seconds, plan.seed) == (("message",), "team", 300, 7)
    assert calls(talker.say("how long does it still take")) == ["run_status"]
    assert calls(talker.say("stop")) == ["cancel_run"]


def test_after_the_training(trained: Talker) -> None:
    trained.run(trained.conversation.refresh)
    assert calls(trained.press("Try it")) == ["try_model"]
    assert trained.asked.ask == "text"
    happened = trained.say("I was charged twice for the same order")
    assert of(happened, ToolCalled)[0].args == {"texts": ["I was charged twice for the same order"]}
    assert "I would say **billing**" in words(happened)
    assert calls(trained.say("and one more text, please")) == ["try_model"]
    assert calls(trained.say("show me the mistakes")) == ["show_mistakes"]
    assert calls(trained.say("how good is it")) == ["explain_results"]
    assert calls(trained.say("what have I trained so far")) == ["list_runs"]


def test_words_are_explained_at_any_time(talker: Talker, mails: Path) -> None:
    for question in ("what is F1?", "explain overfitting", "was bedeutet accuracy?"):
        assert calls(talker.say(question)) == ["explain_concept"]
    talker.upload(mails)
    assert calls(talker.say("what does recall mean")) == ["explain_concept"]


@pytest.mark.parametrize("answer", ["2", "option 2", "the second one", "second", "Show me with an example"])
def test_an_answer_by_its_number_or_its_words(talker: Talker, answer: str) -> None:
    talker.say("I want to sort mails by team")
    assert [o.label for o in talker.asked.options][1] == "Show me with an example"
    assert calls(talker.say(answer)) == ["load_sample"]


def test_when_unsure_it_says_so_and_offers_three_ways(talker: Talker, mails: Path) -> None:
    talker.upload(mails)
    happened = talker.say("blue potato")
    assert "not sure what you mean" in words(happened)
    assert calls(happened) == []
    assert len(talker.asked.options) == 3


@pytest.mark.parametrize(
    "said", ["tell me a joke", "what is the weather like", "thank you", "who are you", "is this free"]
)
def test_small_talk_calls_nothing(talker: Talker, said: str) -> None:
    happened = talker.say(said)
    assert calls(happened) == []
    assert words(happened)


def test_what_is_missing_is_said_with_the_way_there(talker: Talker) -> None:
    for said in (
        "show me the mistakes",
        "download the model",
        "make a plan",
        "stop the training",
        "start the training",
    ):
        happened = talker.say(said)
        assert failures(happened) == []
        assert words(happened)
        assert of(happened, Asked)


def test_a_wrong_wish_is_explained_and_the_plan_stays(talker: Talker, mails: Path) -> None:
    talker.upload(mails)
    talker.say("yes")
    happened = talker.say("word ngrams 99")
    assert failures(happened)[0]["code"] == "SETTING_INVALID"
    assert "word" in words(happened)
    assert any(o.id.startswith("launch_training") for o in talker.asked.options)


@pytest.mark.parametrize(
    "content",
    [
        "message\nonly one column\nsecond row\n",
        "message,team\n" + "a text to read here,same\n" * 30,
        "message,team\n" + "".join(f"text number {n} to read,label{n}\n" for n in range(30)),
        "number,other\n1,2\n3,4\n",
    ],
    ids=["one column", "one class", "one row per class", "no text"],
)
def test_data_that_cannot_be_trained_is_explained(talker: Talker, tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content)
    talker.upload(path)
    happened = talker.say("make a plan")
    assert words(happened)
    assert talker.workspace.plans.latest(talker.conversation.id) is None
    assert of(happened, Asked)


def test_after_a_bad_file_a_good_one(talker: Talker, tmp_path: Path, mails: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert len(errors(talker.upload(empty))) == 1
    assert calls(talker.upload(mails)) == ["inspect_dataset"]


def test_every_button_does_something(trained: Talker) -> None:
    """No option that was ever shown leads nowhere."""
    shown = {option.id: option for event in of(trained.stored, Asked) for option in event.options}
    for said in ("help", "blue potato", "change", "list my datasets", "what is F1?"):
        shown |= {option.id: option for option in of(trained.say(said), Asked)[-1].options}
    for option in shown.values():
        name = call_of(option.id)[0]
        assert name in registry() or name in ("start", "change", "upload", "yes", "no") or name.startswith("guide:")


def test_changing_the_plan_by_the_form(talker: Talker, mails: Path) -> None:
    talker.upload(mails)
    talker.say("yes")
    happened = talker.press("Change something")
    assert of(happened, Answered)[0].value == "change"
    assert talker.asked.ask == "form"


def test_the_same_conversation_gets_the_same_answer(talker: Talker, mails: Path) -> None:
    talker.upload(mails)
    talker.say("what is my data like")
    messages = messages_of(talker.stored)
    guide = GuideModel()
    for end in range(len(messages) + 1):
        first, second = guide.invoke(messages[:end]), guide.invoke(messages[:end])
        assert (first.text, first.tool_calls, first.additional_kwargs) == (
            second.text,
            second.tool_calls,
            second.additional_kwargs,
        )


def test_streamed_and_whole_answers_are_the_same(talker: Talker, mails: Path) -> None:
    talker.upload(mails)
    messages = messages_of(talker.stored)
    guide = GuideModel()
    for last in ("make a plan", "what does it cost", "blue potato"):
        whole = guide.invoke([*messages, HumanMessage(last)])
        pieces = list(guide.stream([*messages, HumanMessage(last)]))
        added = pieces[0]
        for piece in pieces[1:]:
            added = added + piece
        assert isinstance(added, AIMessage)
        assert (added.text, added.tool_calls) == (whole.text, whole.tool_calls)
        assert added.additional_kwargs == whole.additional_kwargs


@given(events, st.text(max_size=60))
def test_no_history_and_no_words_make_it_stumble(past: list[ConversationEvent], said: str) -> None:
    past = [e for e in past if e.kind != "tool_returned"]
    GuideModel().invoke([*messages_of(past), HumanMessage(said)])
    GuideModel().invoke(messages_of(past))


def test_where_a_conversation_stands(trained: Talker) -> None:
    journey = Journey.of(messages_of(trained.stored))
    assert journey.model_id
    assert journey.run_status == "succeeded"
    assert not journey.running
    assert journey.columns == ["message", "team"]
    assert json.dumps(journey.dataset_name)


def test_a_press_without_a_question_is_harmless(talker: Talker) -> None:
    asked = Asked(ask_id="ask_x", ask="choice", text="?", options=[Option(id="guide:help", label="Help")])
    talker.workspace.transcripts.append(talker.conversation.id, [asked])
    talker.run(talker.conversation.refresh)
    assert "past examples" in words(talker.press("Help"))


def test_more_rows_than_one_screen(talker: Talker, tmp_path: Path) -> None:
    rows = [(f"text about topic {n % 25}", f"topic {n % 25}") for n in range(100)]
    happened = talker.upload(write_csv(tmp_path / "many.csv", rows, times=4))
    assert "25 groups" in words(happened)

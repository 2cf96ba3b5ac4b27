"""What a person wants of a model, and whether it is reached."""

import pytest

from workspace.dataset import TaskKind
from workspace.errors import NotFound
from workspace.home import Workspace
from workspace.intervals import wilson
from workspace.model import ClassScore, Evaluation
from workspace.plan import TrainingPlan
from workspace.planning import plan_changes
from workspace.success import MistakeLimit, SuccessCriteria, judged, meant_label

MISSED = MistakeLimit(kind="missed", label="urgent", at_most=0.05)
LABELS = ["Billing", "Urgent mails", "Refund not given", "Refund"]


def evaluation(recall: float, support: int, precision: float = 0.8) -> Evaluation:
    score = ClassScore(label="Urgent", precision=precision, recall=recall, f1=0.8, support=support)
    return Evaluation(rows=support * 4, metrics={}, per_class=[score])


@pytest.mark.parametrize(
    ("recall", "support", "met"),
    [(0.99, 1000, "yes"), (0.97, 100, "likely"), (0.93, 100, "unlikely"), (0.8, 100, "no")],
)
def test_a_limit_on_missed_texts_is_judged_with_its_interval(recall: float, support: int, met: str) -> None:
    (found,) = judged([MISSED], evaluation(recall, support))
    assert (found.mistakes, found.of) == (round((1 - recall) * support), support)
    assert found.share == pytest.approx(1 - recall)
    assert found.interval == wilson(found.mistakes, support)
    assert found.met == met
    assert found.limit.label == "Urgent"


def test_false_alarms_are_counted_among_the_texts_that_got_the_label() -> None:
    (found,) = judged(
        [MistakeLimit(kind="false_alarms", label="Urgent", at_most=0.1)], evaluation(0.8, 100, precision=0.8)
    )
    assert (found.mistakes, found.of) == (20, 100)
    assert found.met == "no"


def test_a_label_that_does_not_stand_in_the_exam_is_not_judged() -> None:
    assert judged([MISSED.model_copy(update={"label": "spam"})], evaluation(0.9, 100)) == []
    assert judged([MISSED], evaluation(0.0, 0)) == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("billing", "Billing"),
        ("the urgent mails", "Urgent mails"),
        ("URGENT  MAILS", "Urgent mails"),
        ("biling", "Billing"),
        ("refund not given", "Refund not given"),
        ("weather", None),
    ],
)
def test_the_label_that_is_meant(said: str, meant: str | None) -> None:
    assert meant_label(said, LABELS) == meant


def test_a_new_limit_takes_the_place_of_the_old_one_on_the_same_mistakes() -> None:
    alarms = MistakeLimit(kind="false_alarms", label="urgent", at_most=0.2)
    tighter = MISSED.model_copy(update={"at_most": 0.01})
    criteria = SuccessCriteria().with_limit(MISSED).with_limit(alarms).with_limit(tighter)
    assert criteria.limits == (alarms, tighter)


def test_they_are_kept_for_the_conversation_and_deleted_with_it(workspace: Workspace) -> None:
    own = workspace.transcripts
    conversation = own.create("web").id
    assert own.criteria(conversation) == SuccessCriteria()
    wanted = SuccessCriteria(audience="developer", use="routing", limits=(MISSED,))
    for criteria in (SuccessCriteria(audience="business"), wanted):
        own.set_criteria(conversation, criteria)
    assert own.criteria(conversation) == wanted
    own.delete(conversation)
    assert own.criteria(conversation) == SuccessCriteria()
    with pytest.raises(NotFound):
        own.set_criteria(conversation, wanted)


def test_a_plan_without_limits_keeps_its_hash_and_one_with_them_says_so() -> None:
    plan = TrainingPlan(dataset_id="ds_1", task=TaskKind.CLASSIFICATION, text=("body",), label="team")
    limited = plan.model_copy(update={"limits": (MISSED,)})
    assert plan.hash == "d04956aa4a217120"
    assert limited.hash != plan.hash
    (change,) = plan_changes(plan, limited)
    assert (change.field, change.before, change.after) == ("limits", "none", "at most 5 of 100 “urgent” missed")

"""Sessions and answers: nothing is lost, nobody reads another's, and what follows from several people's answers."""

import pytest

from tests.workspace.conftest import WorkspaceOf
from workspace.dataset import TaskKind
from workspace.errors import NotFound
from workspace.home import Workspace
from workspace.ids import new_id
from workspace.labelling import (
    DECISION,
    LabelAnswer,
    LabelClass,
    LabelPool,
    LabelSession,
    LabelSpan,
    NextText,
    join,
    order_without_model,
)
from workspace.labelling_agreement import agreed, agreement


def a_session(workspace: Workspace, **changes: object) -> LabelSession:
    session = LabelSession(
        id=new_id("lab"),
        owner_id=workspace.owner_id,
        dataset_id="ds_1",
        text=["body"],
        target="label",
        task=TaskKind.CLASSIFICATION,
        classes=[LabelClass(key=f"c{i}", name=name, colour=i) for i, name in enumerate(("Billing", "Orders"), 1)],
        pool=LabelPool(key="usr_a/datasets/ds_1/pool.parquet", rows=10),
    ).model_copy(update=changes)
    workspace.labelling.add(session)
    return session


def said(row: int, *labels: str, person: str = "", state: str = "labelled") -> LabelAnswer:
    return LabelAnswer.model_validate({"row": row, "person": person, "state": state, "labels": labels})


def test_what_is_kept_comes_back(owner: WorkspaceOf) -> None:
    workspace = owner("usr_a")
    session = a_session(workspace)
    assert workspace.labelling.get(session.id) == session
    workspace.labelling.answer(session.id, said(4, "c1"))
    workspace.labelling.answer(session.id, said(2, state="unsure"))
    workspace.labelling.answer(session.id, said(4, "c2"))
    assert [(a.row, a.labels, a.state, a.seq) for a in workspace.labelling.answers(session.id)] == [
        (4, ["c2"], "labelled", 1),
        (2, [], "unsure", 2),
    ]


def test_of_two_queues_the_one_that_knows_more_answers_stays(owner: WorkspaceOf) -> None:
    workspace = owner("usr_a")
    session = a_session(workspace)
    workspace.labelling.set_queue(session.id, [NextText(row=7, scores={"c1": 0.5})], 10, None)
    workspace.labelling.set_queue(session.id, [NextText(row=1)], 5, None)
    assert [item.row for item in workspace.labelling.get(session.id).queue] == [7]
    workspace.labelling.set_hints(session.id, {3: ["c1"]})
    workspace.labelling.set_hints(session.id, {4: ["c2"]})
    assert workspace.labelling.get(session.id).hints == {"3": ["c1"], "4": ["c2"]}


def test_answers_follow_their_category(owner: WorkspaceOf) -> None:
    workspace = owner("usr_a")
    session = a_session(workspace)
    for answer in (said(1, "c1"), said(2, "c2"), said(3, state="skipped")):
        workspace.labelling.answer(session.id, answer)
    workspace.labelling.set_queue(session.id, [NextText(row=5)], 3, None)
    workspace.labelling.set_classes(session.id, session.classes[1:], {"c1": "c2"})
    assert [(a.row, a.labels) for a in workspace.labelling.answers(session.id)] == [(1, ["c2"]), (2, ["c2"]), (3, [])]
    assert workspace.labelling.get(session.id).queue == []
    workspace.labelling.set_classes(session.id, [], {"c2": None})
    assert [a.row for a in workspace.labelling.answers(session.id)] == [3]


def test_an_answer_without_labels_stays_when_categories_change(owner: WorkspaceOf) -> None:
    workspace = owner("usr_a")
    session = a_session(workspace, task=TaskKind.MULTILABEL)
    for answer in (said(1), said(2, "c1")):
        workspace.labelling.answer(session.id, answer)
    workspace.labelling.set_classes(session.id, session.classes[1:], {"c1": None})
    assert [(a.row, a.labels) for a in workspace.labelling.answers(session.id)] == [(1, [])]


def test_a_decision_counts_until_it_is_taken_back(owner: WorkspaceOf) -> None:
    workspace = owner("usr_a")
    session = a_session(workspace)
    for answer in (said(1, "c1"), said(1, "c2", person="Ana"), said(2, "c1"), said(2, "c1", person="Ana")):
        workspace.labelling.answer(session.id, answer)
    workspace.labelling.answer(session.id, said(1, "c2", person=DECISION, state="decided"))
    found, split = agreed(workspace.labelling.answers(session.id))
    assert ({row: a.labels for row, a in found.items()}, split) == ({1: ["c2"], 2: ["c1"]}, [])
    assert agreement(workspace.labelling.answers(session.id))[0].same == 0.5, "what people said stays as it was"
    workspace.labelling.take_back(session.id, 1)
    found, split = agreed(workspace.labelling.answers(session.id))
    assert ({row: a.labels for row, a in found.items()}, split) == ({2: ["c1"]}, [1])


def test_only_who_was_given_the_code_gets_in(owner: WorkspaceOf) -> None:
    host, guest = owner("usr_a"), owner("usr_b")
    session = a_session(host)
    with pytest.raises(NotFound):
        guest.labelling.get(session.id)
    assert guest.labelling.host_of(session.id) is None
    old = host.labelling.invite(session.id)
    code = host.labelling.invite(session.id)
    for wrong in (old, "AAAA-AAAA-AAAA", ""):
        with pytest.raises(NotFound):
            join(guest.engine, guest.owner_id, "Ana", wrong)
    assert join(guest.engine, guest.owner_id, "Ana", code.lower().replace("-", " ")) == ("usr_a", session.id)
    assert guest.labelling.host_of(session.id) == ("usr_a", "Ana")
    assert guest.labelling.joined() == [session.id]
    assert guest.labelling.list() == []


def test_deleting_the_data_takes_answers_and_guests_along(owner: WorkspaceOf) -> None:
    host, guest = owner("usr_a"), owner("usr_b")
    session, other = a_session(host), a_session(host, dataset_id="ds_2")
    host.labelling.answer(session.id, said(1, "c1"))
    host.labelling.answer(other.id, said(1, "c1"))
    join(guest.engine, "usr_b", "Ana", host.labelling.invite(session.id))
    assert host.labelling.delete_of(["ds_1", "ds_9"]) == 1
    assert host.labelling.list("ds_1") == []
    assert host.labelling.answers(session.id) == []
    assert guest.labelling.host_of(session.id) is None
    assert len(host.labelling.answers(other.id)) == 1


def test_the_answer_with_most_voices_counts_and_a_tie_stays_open() -> None:
    found, split = agreed(
        [
            said(1, "c1"),
            said(1, "c1", person="Ana"),
            said(2, "c1"),
            said(2, "c2", person="Ana"),
            said(3, "c1"),
            said(3, "c2", person="Ana"),
            said(3, "c2", person="Bo"),
            said(4, state="skipped"),
            said(5, "c1"),
            said(5, person="Ana", state="unsure"),
        ]
    )
    assert {row: answer.labels for row, answer in found.items()} == {1: ["c1"], 3: ["c2"], 5: ["c1"]}
    assert split == [2]


def test_kappa_is_what_the_textbook_says() -> None:
    # Cohen's own kind of table: 20 yes-yes, 15 no-no, 5 and 10 apart; 0.7 observed, 0.5 by chance.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    answers = [said(i, one) for i, (one, _) in enumerate(pairs)]
    answers += [said(i, other, person="Ana") for i, (_, other) in enumerate(pairs)]
    (pair,) = agreement(answers)
    assert (pair.rows, pair.same) == (50, 0.7)
    assert pair.kappa == pytest.approx(0.4)
    alike = [said(i, "y", person=person) for i in range(3) for person in ("", "Ana")]
    assert agreement(alike)[0].kappa is None
    assert agreement(alike, least=5) == []


def test_marked_words_are_compared_by_place_and_label() -> None:
    def marked(person: str, end: int) -> LabelAnswer:
        return LabelAnswer(row=1, person=person, spans=[LabelSpan(start=0, end=end, label="c1")])

    assert agreed([marked("", 5), marked("Ana", 5)])[1] == []
    assert agreed([marked("", 5), marked("Ana", 6)])[1] == [1]


def test_the_order_without_a_model_is_fair_and_always_the_same() -> None:
    rows = list(range(100))
    order = order_without_model("lab_1", rows)
    assert sorted(order) == rows
    assert order == order_without_model("lab_1", rows) != rows
    assert order != order_without_model("lab_2", rows)

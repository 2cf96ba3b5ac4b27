"""A model goes online: name, versions, a key that is shown once, going back, use and what has changed about it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes import FakeQueue
from tests.tools.conftest import Call, Worker, evaluation_of
from tools.cards import DeploymentCard
from tools.context import ToolContext
from tools.deployment_names import slug
from tools.registry import ApprovalRequest, ToolOutput, all_tools
from workspace.deployments import deployment_of_key
from workspace.errors import Conflict, InputError, NotFound
from workspace.home import Workspace
from workspace.model import Prediction
from workspace.run import Run

Trained = Callable[..., Run]


def card_of(output: ToolOutput) -> DeploymentCard:
    return DeploymentCard.of(output.cards[0].shown)


def describe(context: ToolContext, name: str, /, **arguments: Any) -> ApprovalRequest:
    tool = all_tools()[name]
    assert tool.describe is not None
    return tool.describe(context, tool.validate(arguments))


def again(context: ToolContext, call: Call, worker: Worker, labels: list[str] | None = None) -> Run:
    """A second training on the same data."""
    plan = context.workspace.plans.get(str(call("propose_plan", seed=7).data["plan_id"]))
    labels = labels or ["Billing", "Orders", "Returns"]
    return worker.train(plan, evaluation_of([[40, 0, 0], [1, 29, 0], [2, 7, 21]], labels), context.conversation_id)


def test_the_key_is_shown_once_and_kept_nowhere(call: Call, trained: Trained, context: ToolContext) -> None:
    run = trained()
    output = call("deploy_model")
    card = card_of(output)
    assert card.key is not None
    found = deployment_of_key(context.workspace.engine, card.key)
    assert found is not None
    assert run.outcome is not None
    assert (found.name, found.current.model_id) == ("mails", run.outcome.model_id)
    assert card.url == "http://127.0.0.1:8000/api/v1/models/mails/predict"
    assert all(card.url in snippet.code for snippet in card.snippets)
    compile(card.snippets[1].code, "snippet", "exec")
    assert card.key not in str(output.data)
    assert card.key not in output.cards[0].model_dump_json()
    assert card_of(call("show_deployments", name="mails")).key is None


def test_a_retrained_model_is_the_next_version_and_one_can_go_back(
    call: Call, trained: Trained, context: ToolContext, worker: Worker
) -> None:
    first = trained()
    key = card_of(call("deploy_model")).key
    second = again(context, call, worker)
    assert first.outcome is not None
    assert second.outcome is not None
    assert "next version of “mails”" in describe(context, "deploy_model").text
    card = card_of(call("deploy_model"))
    assert (card.key, [(v.version, v.live) for v in card.versions]) == (None, [(2, True), (1, False)])
    assert card_of(call("deploy_model")).versions == card.versions, "the same model is no new version"
    back = call("change_deployment", action="roll_back")
    assert (back.data["version"], back.data["model_id"]) == (1, first.outcome.model_id)
    with pytest.raises(Conflict, match="no version before"):
        describe(context, "change_deployment", action="roll_back")
    assert "version 2 of “mails”" in describe(context, "deploy_model", model_id=second.outcome.model_id).text
    assert call("deploy_model", model_id=second.outcome.model_id).data["version"] == 2
    assert call("change_deployment", action="promote", version=2).data["version"] == 2
    with pytest.raises(NotFound):
        describe(context, "change_deployment", action="promote", version=3)
    found = deployment_of_key(context.workspace.engine, str(key))
    assert found is not None
    assert found.current.model_id == second.outcome.model_id


def test_a_yes_counts_for_what_was_described_alone(call: Call, trained: Trained, context: ToolContext) -> None:
    trained()
    before = describe(context, "deploy_model")
    assert "http://127.0.0.1:8000/api/v1/models/mails/predict" in before.text
    assert describe(context, "deploy_model").fingerprint == before.fingerprint
    assert describe(context, "deploy_model", name="other").fingerprint != before.fingerprint
    call("deploy_model")
    assert describe(context, "deploy_model").fingerprint != before.fingerprint
    revoke = describe(context, "change_deployment", action="revoke_key")
    call("change_deployment", action="new_key")
    assert describe(context, "change_deployment", action="revoke_key").fingerprint != revoke.fingerprint


def test_other_answers_are_warned_of(call: Call, trained: Trained, context: ToolContext, worker: Worker) -> None:
    trained()
    call("deploy_model")
    again(context, call, worker, ["Billing", "Orders", "Complaints"])
    text = describe(context, "deploy_model").text
    assert "new: “Complaints”" in text or "new: Complaints" in text
    assert "no longer there: " in text
    assert "Returns" in text


def test_keys_are_made_and_revoked(call: Call, trained: Trained, context: ToolContext) -> None:
    trained()
    first = card_of(call("deploy_model")).key
    made = card_of(call("change_deployment", action="new_key"))
    assert made.key not in (None, first)
    assert len(made.keys) == 2
    assert "all 2 keys" in describe(context, "change_deployment", action="revoke_key").text
    revoked = call("change_deployment", action="revoke_key")
    assert revoked.cards[0].title == "“mails” is offline: it has no key that counts"
    assert [deployment_of_key(context.workspace.engine, str(key)) for key in (first, made.key)] == [None, None]
    with pytest.raises(Conflict, match="no such key"):
        describe(context, "change_deployment", action="revoke_key")
    assert card_of(call("deploy_model")).key, "online again with a new key"


def test_names_that_can_stand_in_an_address(call: Call, trained: Trained) -> None:
    assert [slug(n) for n in ("Übersicht Q3 (2)", "../../x", "💥", "A" * 99)] == ["ubersicht-q3-2", "x", "", "a" * 60]
    trained()
    for wrong in ("💥", "mdl_1"):
        with pytest.raises(InputError, match="cannot stand in an address"):
            call("deploy_model", name=wrong)
    assert call("deploy_model", name="Our Mails!").data["name"] == "«our-mails»"


def test_how_much_it_is_asked_and_what_has_changed(call: Call, trained: Trained, context: ToolContext) -> None:
    trained()
    call("deploy_model")
    online = context.workspace.deployments
    deployment = online.named("mails")
    usual = deployment.current.reference["chars"]
    assert 40 < usual < 120
    online.count(deployment.id, 1, requests=3, texts=60, chars=60 * round(usual), scores=[0.9] * 60)
    quiet = card_of(call("show_deployments"))
    assert (quiet.texts, quiet.usage[0].requests, quiet.drift) == (60, 3, "")
    online.count(deployment.id, 1, requests=9, texts=600, chars=600 * 900, scores=[0.4] * 600)
    card = card_of(call("show_deployments"))
    assert "less sure" in card.drift
    assert "much longer" in card.drift


def test_a_model_that_is_gone_is_told(call: Call, trained: Trained, context: ToolContext) -> None:
    with pytest.raises(NotFound, match="No model is online"):
        call("change_deployment", action="new_key")
    assert call("show_deployments").data["count"] == 0
    trained()
    context.workspace.deployments.add("old", "mdl_gone")
    assert "was deleted" in card_of(call("show_deployments", name="old")).drift
    with pytest.raises(NotFound, match="under the name “young”"):
        call("show_deployments", name="young")


def test_others_can_neither_see_nor_change_it(
    call: Call, trained: Trained, workspace_of: Callable[[str], Workspace]
) -> None:
    trained()
    call("deploy_model")
    stranger = ToolContext(workspace_of("usr_b"))
    assert call("show_deployments", stranger).data["count"] == 0
    with pytest.raises(NotFound):
        call("change_deployment", stranger, action="revoke_key", name="mails")


def test_a_model_that_goes_online_is_loaded_before_the_first_program_asks(
    call: Call, trained: Trained, queue: FakeQueue
) -> None:
    run = trained()
    assert run.outcome is not None
    assert call("deploy_model").data["answers"] is False
    queue.answer = lambda text: Prediction(text=text, label="Billing", score=1.0)
    assert call("deploy_model").data["answers"] is True
    assert [model for _, model, _ in queue.asked] == [run.outcome.model_id] * 2


def test_exchanging_the_key_leaves_the_new_one_alone(call: Call, trained: Trained, context: ToolContext) -> None:
    trained()
    old = card_of(call("deploy_model")).key
    call("change_deployment", action="new_key")
    assert "worthless" in describe(context, "change_deployment", action="rotate_key").text
    card = card_of(call("change_deployment", action="rotate_key"))
    assert card.key is not None
    assert len(card.keys) == 1
    assert deployment_of_key(context.workspace.engine, card.key) is not None
    assert old is not None
    assert deployment_of_key(context.workspace.engine, old) is None

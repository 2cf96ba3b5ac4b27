"""Putting a trained model online: programs ask it by a stable name and a key; versions, keys and use."""

import hashlib
from typing import Annotated, Literal

from pydantic import BaseModel, Field, JsonValue

from tools.asking import ask, button
from tools.context import ToolContext
from tools.deployment_names import LONGEST_NAME, find_deployment, place_of
from tools.deployment_view import address, deployment_card, deployment_title
from tools.drift import reference_of
from tools.finding import find_model
from tools.quoting import plain, quote
from tools.registry import ApprovalRequest, ToolOutput, tool
from tools.words import count, listed
from workspace.deployments import Deployment, Version
from workspace.errors import Conflict, InputError, NotFound, WizardError
from workspace.model import TrainedModel

Action = Literal["promote", "roll_back", "new_key", "rotate_key", "revoke_key"]
WARM_TEXT, WARM_SECONDS = "Hello", 30.0
"""What a model is asked when it goes online, so that it is loaded before the first program asks, and how long."""
_NAME = Field(description="name of the model that is online; leave out for the one of this conversation")


def _describe_deploy(context: ToolContext, arguments: BaseModel) -> ApprovalRequest:
    model = find_model(context, getattr(arguments, "model_id", None))
    name, there = place_of(context, model, getattr(arguments, "name", None))
    if there is None:
        text = (
            f"Put “{plain(model.name, 80)}” online as “{name}”? Programs that have its key can then ask it at "
            f"{address(context, name)}. Nobody else can, and you can take the key back at any time."
        )
    elif there.current.model_id == model.id:
        text = f"“{name}” is this model already. Go on, and you get a key if it has none."
    elif known := there.version_of(model.id):
        text = f"“{plain(model.name, 80)}” is version {known.version} of “{name}”. Let it answer from now on?"
    else:
        text = (
            f"Put “{plain(model.name, 80)}” online as the next version of “{name}”? It answers from then on, under the "
            f"same address and keys. Version {there.live} stays, and you can go back to it."
            f"{_other_labels(context, there, model)}"
        )
    state = f"{there.live} {len(there.versions)} {len(there.keys)}" if there else ""
    return ApprovalRequest(
        text=text,
        fingerprint=_fingerprint(model.id, name, state),
        accept_label="Put it online",
        decline_label="Not now",
    )


@tool(describe=_describe_deploy)
def deploy_model(
    context: ToolContext,
    model_id: Annotated[
        str | None, Field(description="id or name of a trained model; leave out for the newest of this conversation")
    ] = None,
    name: Annotated[
        str | None,
        Field(description="name that programs use; the name of a model that is online makes this its next version"),
    ] = None,
) -> ToolOutput:
    """Puts a trained model online, so that programs can ask it over HTTP with a key. It waits for the person's yes.

    Use it when somebody wants to use the model from a program, an API or a website. A model trained again on the same
    data becomes the next version under the same name.
    """
    model = find_model(context, model_id)
    name, there = place_of(context, model, name)
    online = context.workspace.deployments
    known = there.version_of(model.id) if there else None
    if there is None or known is None:
        there = online.add(name, model.id, reference_of(context.workspace, model))
    elif known.version != there.live:
        there = online.promote(there.id, known.version)
    key = None if there.keys else online.new_key(there.id)
    output = _shown(context, online.get(there.id), key)
    output.data["answers"] = _warm(context, model.id)
    return output


def _warm(context: ToolContext, model_id: str) -> bool:
    """Has the model loaded, so that the first request is as quick as any other; whether it answers."""
    try:
        context.workspace.queue.predict(context.owner_id, model_id, [WARM_TEXT], timeout=WARM_SECONDS)
    except WizardError:
        return False
    return True


@tool()
def show_deployments(
    context: ToolContext,
    name: Annotated[str | None, Field(description="name of one of them; leave out for all")] = None,
) -> ToolOutput:
    """Shows which models are online: address, versions, keys, how much they are used, whether the texts have changed.

    Use it when somebody asks what is online, how often it is asked, or how a program asks it.
    """
    if name:
        return _shown(context, find_deployment(context, name), None)
    found = context.workspace.deployments.list()
    cards = [deployment_card(context, deployment) for deployment in found[:5]]
    data: dict[str, JsonValue] = {
        "count": len(found),
        "online": [_facts(context, deployment) for deployment in found[:20]],
    }
    asked = None if found else ask("Nothing is online yet.", button("Put my model online", "deploy_model"))
    return ToolOutput(data=data, cards=[card.card(deployment_title(card)) for card in cards], ask=asked, stage="use")


def _describe_change(context: ToolContext, arguments: BaseModel) -> ApprovalRequest:
    deployment = find_deployment(context, getattr(arguments, "name", None))
    action: Action = getattr(arguments, "action", "promote")
    key_id: str | None = getattr(arguments, "key_id", None)
    name, label, target = deployment.name, "", 0
    match action:
        case "promote" | "roll_back":
            target = _target(deployment, action, getattr(arguments, "version", None)).version
            text = (
                f"Let version {target} of “{name}” answer from now on, in place of version {deployment.live}? Address "
                "and keys stay the same."
            )
            label = f"Use version {target}"
        case "new_key":
            text = (
                f"Make a new key for “{name}”? Whoever has it can ask the model. Keys that were made before go on "
                "counting."
            )
            label = "Make a key"
        case "rotate_key":
            text = (
                f"Make a new key for “{name}”, and all keys before it worthless? Programs get no answers until they "
                "have the new one."
            )
            label = "Exchange the key"
        case "revoke_key":
            keys = _revoked(deployment, key_id)
            what = "this key" if len(keys) == 1 else f"all {len(keys)} keys"
            text = (
                f"Make {what} of “{name}” worthless? Programs that use {'it' if len(keys) == 1 else 'them'} get no "
                "answers any more. This cannot be undone; a new key can be made at any time."
            )
            label = "Revoke it" if len(keys) == 1 else "Revoke them"
    state = " ".join([str(deployment.live), *(key.id for key in deployment.keys)])
    return ApprovalRequest(
        text=text,
        fingerprint=_fingerprint(deployment.id, action, str(target), key_id or "", state),
        accept_label=label,
        decline_label="Leave it",
    )


@tool(describe=_describe_change)
def change_deployment(
    context: ToolContext,
    action: Annotated[
        Action,
        Field(
            description="let another version answer, go back to the version before, make a key, "
            "exchange all keys for a new one (rotate_key), or revoke keys"
        ),
    ],
    name: Annotated[str | None, _NAME] = None,
    version: Annotated[int | None, Field(description="which version shall answer, for promote")] = None,
    key_id: Annotated[str | None, Field(description="id of the one key to revoke; leave out for all")] = None,
) -> ToolOutput:
    """Changes a model that is online: which version answers, a new key, or keys revoked. It waits for a yes."""
    deployment = find_deployment(context, name)
    online = context.workspace.deployments
    key = None
    match action:
        case "promote" | "roll_back":
            target = _target(deployment, action, version)
            online.promote(deployment.id, target.version)
            _warm(context, target.model_id)
        case "rotate_key":
            before = [one.id for one in deployment.keys]
            key = online.new_key(deployment.id)
            for old in before:
                online.revoke_keys(deployment.id, old)
        case "new_key":
            key = online.new_key(deployment.id)
        case "revoke_key":
            for old in _revoked(deployment, key_id):
                online.revoke_keys(deployment.id, old)
    output = _shown(context, online.get(deployment.id), key)
    output.data["done"] = action
    return output


def _other_labels(context: ToolContext, there: Deployment, model: TrainedModel) -> str:
    """A warning where programs would get answers that they do not know."""
    try:
        before = context.workspace.models.get(there.current.model_id)
    except NotFound:
        return ""
    if before.task != model.task:
        return " Mind: it does another task, so its answers look different. Programs must be able to read them."
    new = [plain(label, 40) for label in model.labels if label not in before.labels]
    gone = [plain(label, 40) for label in before.labels if label not in model.labels]
    parts = [f"new: {listed(new)}"] if new else []
    parts += [f"no longer there: {listed(gone)}"] if gone else []
    return f" Mind: its answers are not the same ones ({'; '.join(parts)})." if parts else ""


def _target(deployment: Deployment, action: Action, version: int | None) -> Version:
    if action == "promote" and version is None:
        raise InputError("VERSION_MISSING", "It is not said which version shall answer.", "Name its number.")
    if action == "promote" and version is not None:
        return deployment.version(version)
    before = [v for v in deployment.versions if v.version < deployment.live]
    if not before:
        raise Conflict(
            "NO_VERSION_BEFORE", f"“{deployment.name}” has no version before this one.", "Put another model online."
        )
    return before[-1]


def _revoked(deployment: Deployment, key_id: str | None) -> list[str]:
    """The ids of the keys that are meant. Raises Conflict where there is none."""
    keys = [key.id for key in deployment.keys if key_id in (None, key.id)]
    if not keys:
        raise Conflict("NO_KEY", f"“{deployment.name}” has no such key that counts.", "Make a new one if it is needed.")
    return keys


def _shown(context: ToolContext, deployment: Deployment, key: str | None) -> ToolOutput:
    card = deployment_card(context, deployment)
    once: dict[str, JsonValue] = {"key": key} if key else {}
    return ToolOutput(
        data=_facts(context, deployment) | {"key_shown": key is not None},
        cards=[card.card(deployment_title(card), once)],
        ask=ask(
            "What next?",
            button("Try it here", "try_model", model_id=deployment.current.model_id),
            button("Download it", "export_model", model_id=deployment.current.model_id),
        ),
        stage="use",
    )


def _facts(context: ToolContext, deployment: Deployment) -> dict[str, JsonValue]:
    """What a chat model gets to know: never a key."""
    return {
        "name": quote(deployment.name, LONGEST_NAME),
        "model_id": deployment.current.model_id,
        "url": address(context, deployment.name),
        "version": deployment.live,
        "versions": len(deployment.versions),
        "keys": count(len(deployment.keys), "key"),
    }


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

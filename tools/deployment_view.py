"""A model that is online, as people see it: address, versions, keys, use, and how a program asks."""

from datetime import timedelta

from tools.asking import button
from tools.cards import CodeView, DeployedVersionView, DeploymentCard, KeyView, UseView
from tools.context import ToolContext
from tools.drift import drift_note
from tools.quoting import plain
from tools.task_words import headline
from tools.words import count
from workspace.deployments import MAX_CHARS, MAX_TEXTS, DayOfUse, Deployment, Version
from workspace.errors import NotFound
from workspace.model import TrainedModel
from workspace.tables import now

_DAYS_SHOWN = 14
_DAYS_SUMMED = 30
_VERSIONS = 10
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - not bound here: what a server that listens everywhere is set to

_CURL = """curl {url} \\
  -H "Authorization: Bearer $MODEL_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{{"inputs": ["Where is my parcel?"]}}'
"""
_PYTHON = """import json
import os
import urllib.request

request = urllib.request.Request(
    "{url}",
    json.dumps({{"inputs": ["Where is my parcel?"]}}).encode(),
    {{"Authorization": "Bearer " + os.environ["MODEL_API_KEY"], "Content-Type": "application/json"}},
)
with urllib.request.urlopen(request) as response:
    for answer in json.load(response)["predictions"]:
        print(answer)
"""


def deployment_card(context: ToolContext, deployment: Deployment) -> DeploymentCard:
    """Everything but the key, which nobody can see again."""
    since = (now() - timedelta(days=_DAYS_SUMMED)).date().isoformat()
    days = context.workspace.deployments.usage(deployment.id, since)
    model = _model(context, deployment.current)
    of_live = [day for day in days if day.version == deployment.live]
    url = address(context, deployment.name)
    return DeploymentCard(
        deployment_id=deployment.id,
        name=deployment.name,
        url=url,
        versions=[_version(context, deployment, v) for v in reversed(deployment.versions[-_VERSIONS:])],
        hidden_versions=max(0, len(deployment.versions) - _VERSIONS),
        keys=[
            KeyView(
                hint=key.hint,
                created_at=key.created_at.isoformat(),
                button=button("Revoke", "change_deployment", name=deployment.name, action="revoke_key", key_id=key.id),
            )
            for key in deployment.keys
        ],
        usage=_by_day(days),
        texts=sum(day.texts for day in days),
        drift=drift_note(model, deployment.current.reference, of_live) if model else _GONE,
        limits=f"Up to {MAX_TEXTS:,} texts in a request, each of up to {MAX_CHARS:,} characters.",
        snippets=[
            CodeView(title="In a terminal (curl)", code=_CURL.format(url=url)),
            CodeView(title="In Python", code=_PYTHON.format(url=url)),
        ],
        buttons=[button("Make a new key", "change_deployment", name=deployment.name, action="new_key")],
    )


_GONE = "The model behind this name was deleted, so it cannot answer. Let another version answer, or put one online."


def address(context: ToolContext, name: str) -> str:
    """Where programs ask."""
    settings = context.workspace.settings
    host = "127.0.0.1" if settings.host in _EVERYWHERE else settings.host
    base = settings.public_url.rstrip("/") or f"http://{host}:{settings.port}"
    return f"{base}/api/v1/models/{name}/predict"


def deployment_title(card: DeploymentCard) -> str:
    """The finding: whether programs can ask it, and which version answers."""
    live = next((v.version for v in card.versions if v.live), None)
    version = f", version {live}" if live and len(card.versions) > 1 else ""
    if not card.keys:
        return f"“{card.name}” is offline: it has no key that counts"
    return f"“{card.name}” is online{version}: {count(card.texts, 'text')} in the last {_DAYS_SUMMED} days"


def _version(context: ToolContext, deployment: Deployment, version: Version) -> DeployedVersionView:
    model = _model(context, version)
    live = version.version == deployment.live
    promote = button(
        "Let this one answer",
        "change_deployment",
        name=deployment.name,
        action="promote",
        version=str(version.version),
    )
    return DeployedVersionView(
        version=version.version,
        model_id=version.model_id,
        model_name=plain(model.name, 80) if model else "deleted",
        created_at=version.created_at.isoformat(),
        live=live,
        score=headline(model.task, model.outcome.evaluation) if model else "",
        button=None if live or model is None else promote,
    )


def _model(context: ToolContext, version: Version) -> TrainedModel | None:
    try:
        return context.workspace.models.get(version.model_id)
    except NotFound:
        return None


def _by_day(days: list[DayOfUse]) -> list[UseView]:
    """The versions of one day together."""
    found: dict[str, UseView] = {}
    for day in days:
        view = found.setdefault(day.day, UseView(day=day.day, requests=0, texts=0))
        view.requests += day.requests
        view.texts += day.texts
    return list(found.values())[:_DAYS_SHOWN]

"""Under which name a model is online, or will be."""

import re
import unicodedata

from tools.context import ToolContext
from tools.finding import find_model
from tools.quoting import plain, unquote
from tools.words import listed
from workspace.deployments import Deployment
from workspace.errors import InputError, NotFound
from workspace.model import TrainedModel

LONGEST_NAME = 60


def find_deployment(context: ToolContext, wanted: str | None) -> Deployment:
    """By its name; else the one of this conversation's model, else the newest. Raises NotFound."""
    own = context.workspace.deployments
    found = own.list()
    if not found:
        raise NotFound("NOTHING_ONLINE", "No model is online yet.", "Put a trained model online first.")
    if wanted:
        name = unquote(wanted)
        named = next((d for d in found if name in (d.name, d.id) or slug(name) == d.name), None)
        if named is None:
            raise NotFound(
                "DEPLOYMENT_NOT_FOUND",
                f"Nothing is online under the name “{plain(name, 80)}”.",
                f"Online: {listed([d.name for d in found], 8)}.",
            )
        return named
    try:
        model = find_model(context, None)
    except NotFound:
        return found[0]
    return next((d for d in found if d.version_of(model.id)), found[0])


def slug(name: str) -> str:
    """What stands in an address: small letters, digits and hyphens."""
    flat = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", flat.lower()).strip("-")[:LONGEST_NAME].strip("-")


def place_of(context: ToolContext, model: TrainedModel, wanted: str | None) -> tuple[str, Deployment | None]:
    """The name to be online under, and what is there already.

    Without a name, a model of the same data that is online is meant, else a name that is free.
    """
    found = context.workspace.deployments.list()
    if wanted:
        name = slug(unquote(wanted))
        if not name or name.startswith("mdl-"):
            raise InputError(
                "NAME_UNUSABLE",
                f"“{plain(wanted, 80)}” cannot stand in an address.",
                "Choose a name of letters and digits.",
            )
        return name, next((d for d in found if d.name == name), None)
    there = next((d for d in found if d.version_of(model.id)), None) or _of_same_data(context, model, found)
    if there:
        return there.name, there
    stem, taken = slug(model.name) or "model", {d.name for d in found}
    free = (f"{stem}-{n}" if n > 1 else stem for n in range(1, len(taken) + 2))
    return next(name for name in free if name not in taken), None


def _of_same_data(context: ToolContext, model: TrainedModel, found: list[Deployment]) -> Deployment | None:
    family = _family(context, model.dataset_id)
    models = {known.id: known for known in context.workspace.models.list()} if family and found else {}
    for deployment in found:
        known = models.get(deployment.current.model_id)
        if known and known.task == model.task and _family(context, known.dataset_id) == family:
            return deployment
    return None


def _family(context: ToolContext, dataset_id: str) -> str:
    """The data set whose version it is; empty where it is gone."""
    try:
        return context.workspace.datasets.get(dataset_id).family_id
    except NotFound:
        return ""

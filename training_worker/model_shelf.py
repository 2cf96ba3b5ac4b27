"""The models used last, loaded and ready."""

from collections import OrderedDict
from typing import Any

from training_worker.artifacts import model_folder
from training_worker.failures import failure_of
from training_worker.prediction import Predictor, load_predictor
from workspace.database import engine_for
from workspace.errors import WizardError
from workspace.repositories import Models
from workspace.settings import Settings
from workspace.storage import Storage

MODELS_IN_MEMORY = 4


class ModelShelf:
    """Loads models when they are asked for and keeps the last few. Not for several threads at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loaded: OrderedDict[str, Predictor] = OrderedDict()

    def answer(self, owner_id: str, model_id: str, texts: list[str]) -> dict[str, Any]:
        """``{"predictions": [...]}``, or ``{"error": {...}}`` with code, message, next_step and the error's kind."""
        try:
            predictor = self._predictor(owner_id, model_id)
            return {"predictions": [p.model_dump(mode="json") for p in predictor.predict(texts)]}
        except WizardError as exc:
            return {"error": exc.as_dict() | {"kind": type(exc).__name__}}
        except Exception as exc:
            failure = failure_of(exc)
            return {"error": failure.model_dump(include={"code", "message", "next_step"}) | {"kind": "Unavailable"}}

    def _predictor(self, owner_id: str, model_id: str) -> Predictor:
        # Asked each time, so that a model that was deleted, or is somebody else's, is not answered from memory.
        model = Models(engine_for(self._settings.database), owner_id).get(model_id)
        if model_id in self._loaded:
            self._loaded.move_to_end(model_id)
            return self._loaded[model_id]
        folder = model_folder(self._settings, Storage.of(self._settings, owner_id), model)
        predictor = load_predictor(folder)
        self._loaded[model_id] = predictor
        while len(self._loaded) > MODELS_IN_MEMORY:
            self._loaded.popitem(last=False)
        return predictor

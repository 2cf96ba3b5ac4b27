"""How much memory and disk a training takes, foretold from the shape of its base model and of its texts.

Pure arithmetic; ``benchmarks/training/memory.py`` sets it beside what was measured. A process with the libraries of
training loaded, the base model, what each recipe keeps for every row, and for fine-tuning: gradients, the optimizer's
two numbers for each weight, and what is kept of each layer for the way back, for as many tokens as are computed at a
time. All figures are for 32-bit numbers, which are the largest that are used.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workspace.plan import SettingValue, TrainingPlan
from workspace.recipe import Recipe

MB = 1e6
LOADED_MB = 560
"""A process with torch, transformers and scikit-learn, before it does anything."""
KERNELS_MB = 200
"""What the matrix products load and keep once they are used."""
CHARS_PER_TOKEN = 3.5
"""Of English, low so that the estimate is rather too high."""
READ_TOKENS = 2048
"""Tokens that are read in one batch, without learning."""
PIECE_TOKENS = {"lora": 512}
USUAL_PIECE_TOKENS = 1024
MOST_LANES = 4
MOST_LAYERED_ROWS = 50_000
"""Up to so many rows the blend keeps six parts of each vector."""
MANY_CHARACTERS = 10_000_000
"""Of texts: where there are more, they are counted in single precision, and the counts are held once."""
STRING_BYTES = 60
MOST_HALVINGS = 8
CHECKPOINTS = 3
"""Times the trained weights that a checkpoint holds: themselves and the optimizer's two numbers."""


@dataclass(frozen=True)
class BaseShape:
    """A base model's shape. ``embeddings``: how many of the ``parameters`` are vectors of word pieces."""

    parameters: float
    embeddings: float
    hidden: int
    layers: int
    heads: int
    inner: int
    gated: bool = False

    @property
    def weights_mb(self) -> float:
        return 4 * self.parameters / MB


SHAPES = {
    "all-MiniLM-L6-v2": BaseShape(22.7e6, 11.9e6, 384, 6, 12, 1536),
    "SmolLM2-135M-Instruct": BaseShape(134.5e6, 28.3e6, 576, 30, 9, 1536, gated=True),
}
"""Of the packaged base models."""


def shape_of_config(config: dict[str, Any]) -> BaseShape:
    """The shape that a model's ``config.json`` tells; what it does not name is as in BERT-base."""
    hidden = int(config.get("hidden_size") or config.get("dim") or config.get("n_embd") or 768)
    layers = int(config.get("num_hidden_layers") or config.get("n_layers") or config.get("n_layer") or 12)
    heads = int(config.get("num_attention_heads") or config.get("n_heads") or config.get("n_head") or 12)
    inner = int(config.get("intermediate_size") or config.get("hidden_dim") or 4 * hidden)
    embeddings = float(hidden * int(config.get("vocab_size") or 30_000))
    gated = "hidden_act" in config and config["hidden_act"] in ("silu", "swiglu")
    body = layers * (4.0 * hidden**2 + (3 if gated else 2) * hidden * inner)
    return BaseShape(body + embeddings, embeddings, hidden, layers, heads, inner, gated)


def shape_of_size(parameters: float) -> BaseShape:
    """A usual shape for a model of which only the number of parameters is known."""
    usual = BaseShape(110e6, 23e6, 768, 12, 12, 3072)
    scale = max(parameters / usual.parameters, 0.1)
    return replace(
        usual,
        parameters=parameters,
        embeddings=usual.embeddings * scale,
        hidden=round(usual.hidden * scale**0.5),
        inner=round(usual.inner * scale**0.5),
    )


@dataclass(frozen=True)
class Texts:
    """What is learned from. ``labels``: how many different answers (1 where the answer is a text)."""

    rows: int
    mean_chars: float
    longest_chars: float
    labels: int


@dataclass(frozen=True)
class Need:
    """Megabytes at the peak in memory, and for a while on disk. ``pieces_mb``: the part that smaller pieces lessen."""

    memory_mb: float
    disk_mb: float
    pieces_mb: float = 0.0


def needed(
    recipe: Recipe, settings: dict[str, SettingValue], texts: Texts, shape: BaseShape, lanes: int, halvings: int = 0
) -> Need:
    """What one recipe takes. ``halvings``: how often the pieces of a batch were halved to save memory."""
    lanes = min(lanes, MOST_LANES) if halvings < 2 else 1
    kept = LOADED_MB + texts.rows * (STRING_BYTES + texts.mean_chars) * 4 / MB
    if recipe.name in ("linear", "ner_linear"):
        return _counting(recipe, settings, texts, kept)
    reading = _Reading(recipe, settings, texts, shape, lanes)
    if recipe.name == "embed":
        vectors = reading.vectors_mb(1)
        return Need(kept + reading.base_mb + reading.reading_mb + 2 * vectors, 2 * shape.weights_mb + vectors)
    if recipe.name == "blend":
        parts = 6 if texts.rows <= MOST_LAYERED_ROWS else 1
        words = _counting(recipe, settings, texts, 0.0)
        vectors = reading.vectors_mb(parts)
        memory = kept + words.memory_mb + reading.base_mb + reading.reading_mb + 4 * vectors
        return Need(memory, shape.weights_mb + vectors + words.disk_mb)
    return reading.tuning(kept, halvings)


@dataclass(frozen=True)
class _Reading:
    """A recipe with a base model."""

    recipe: Recipe
    settings: dict[str, SettingValue]
    texts: Texts
    shape: BaseShape
    lanes: int

    def setting(self, name: str, otherwise: float) -> float:
        knob = self.recipe.settings.get(name)
        return float(self.settings.get(name, knob.default if knob else otherwise))

    @property
    def mean_tokens(self) -> float:
        return min(self.texts.mean_chars / CHARS_PER_TOKEN + 2, self.setting("max_tokens", 256))

    @property
    def longest_tokens(self) -> float:
        return min(self.texts.longest_chars / CHARS_PER_TOKEN + 2, self.setting("max_tokens", 256))

    @property
    def base_mb(self) -> float:
        """The base model twice: as it is, and as the finished model is judged."""
        return KERNELS_MB + 2 * self.shape.weights_mb

    @property
    def reading_mb(self) -> float:
        """What is computed of a batch that is read."""
        tokens = min(READ_TOKENS, self.texts.rows * self.mean_tokens)
        each = 8 * self.shape.hidden + 3 * self.shape.inner + 3 * self.shape.heads * self.longest_tokens
        return self.lanes * tokens * each * 4 / MB

    def vectors_mb(self, parts: int) -> float:
        return self.texts.rows * self.shape.hidden * parts * 4 / MB

    def tuning(self, kept: float, halvings: int) -> Need:
        low_rank = self.recipe.name == "lora"
        frozen = self.shape.embeddings if self.setting("freeze_word_embeddings", 0) else 0.0
        trained = self.shape.parameters - frozen
        if low_rank:
            trained = self.shape.layers * 7 * 2 * self.setting("rank", 8) * self.shape.hidden
        trained_mb = 4 * trained / MB
        # Gradients of the step and of each lane, the optimizer's two numbers, and a copy while the best state is kept.
        steady = trained_mb * (1 + 2 + 1)
        copies = 0.0 if low_rank else self.shape.weights_mb
        vectors = self.vectors_mb(1) if self.recipe.name == "finetune" else 0.0
        pieces = self.lanes * (self.piece_tokens(halvings) * self.token_bytes / MB + trained_mb)
        # What reading leaves free, learning takes again.
        memory = kept + self.base_mb + copies + steady + vectors + max(pieces, self.reading_mb)
        disk = self.shape.weights_mb + trained_mb * (2 * CHECKPOINTS + 1) + vectors
        return Need(memory, disk, max(pieces - self.reading_mb, 0.0))

    def piece_tokens(self, halvings: int) -> float:
        """Tokens of the pieces in which a batch is computed, as the loop cuts it; never less than the longest text."""
        batch = min(self.setting("batch_size", 64), self.texts.rows) * self.mean_tokens
        most = max(1, PIECE_TOKENS.get(self.recipe.name, USUAL_PIECE_TOKENS) >> halvings)
        rounds = -(-batch // (most * self.lanes))
        return max(1.1 * batch / (rounds * self.lanes), self.longest_tokens)

    @property
    def token_bytes(self) -> float:
        """What is kept of a token in all layers until the way back."""
        shape = self.shape
        inner = (4 if shape.gated else 2) * shape.inner
        return 4 * shape.layers * (10 * shape.hidden + inner + shape.heads * self.longest_tokens)


def _counting(recipe: Recipe, settings: dict[str, SettingValue], texts: Texts, kept: float) -> Need:
    """Words and pieces of words, counted: each count is held in several matrices and once more by the classifier."""
    if recipe.name == "ner_linear":
        words = texts.rows * texts.mean_chars / 5
        return Need(kept + words * 4_000 / MB + 80, 20)
    pieces = int(settings.get("char_ngrams", 5))
    counts = texts.rows * texts.mean_chars * (0.35 + 0.7 * max(pieces - 1, 0) * (texts.mean_chars / 90) ** -0.15)
    distinct = min(texts.rows * texts.mean_chars * 0.25, 3e6)
    features = min(distinct, 2.0 * float(settings.get("max_features", 100_000)))
    weights = features * texts.labels * 4 / MB
    if texts.rows * texts.mean_chars > MANY_CHARACTERS:
        # The counts, and the half of the limit by which the words are chosen, as it is counted at first.
        sample = counts / texts.rows * MANY_CHARACTERS / 2 / texts.mean_chars
        return Need(kept + 40 + counts * 8 / MB + sample * 30 / MB + distinct * 130 / MB + 3 * weights, 2 * weights)
    return Need(kept + 40 + counts * 55 / MB + distinct * 130 / MB + 3 * weights, 2 * weights)


def settings_of(recipe: Recipe, plan: TrainingPlan) -> dict[str, SettingValue]:
    """The recipe's defaults with the plan's changes."""
    return {name: plan.settings.get(name, knob.default) for name, knob in recipe.settings.items()}


@dataclass(frozen=True)
class Fit:
    """How a recipe keeps within the memory there is: as it is (0 ``halvings``), in smaller pieces, or not at all."""

    need: Need
    halvings: int
    fits: bool


def fit_into(
    megabytes: float,
    recipe: Recipe,
    settings: dict[str, SettingValue],
    texts: Texts,
    shape: BaseShape,
    lanes: int,
    halvings: int = 0,
) -> Fit:
    """The largest pieces, beginning at ``halvings``, with which the recipe keeps within so many megabytes."""
    first = needed(recipe, settings, texts, shape, lanes, halvings)
    need = first
    for smaller in range(halvings, halvings + MOST_HALVINGS):
        need = needed(recipe, settings, texts, shape, lanes, smaller)
        if need.memory_mb <= megabytes:
            return Fit(need, smaller, True)
        if not need.pieces_mb:
            break
    return Fit(first, halvings, False)


def shape_of_folder(folder: Path) -> BaseShape | None:
    """The shape of the model in a folder; None where its ``config.json`` cannot be read."""
    try:
        return shape_of_config(json.loads((folder / "config.json").read_text("utf-8")))
    except (OSError, ValueError):
        return None

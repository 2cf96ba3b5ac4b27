"""A frozen encoder and a linear head as one model that plain transformers loads.

For BERT encoders the two become one ``BertForSequenceClassification``: transformers puts a classifier on the first
token's vector, we need it on the mean of all tokens. So one more layer is added whose weights are set, not learned:

* attention with zero query and key weights looks at all tokens alike, and with identity values gives their mean;
* the mean is scaled up so far that the residual (the first token) vanishes in the following layer norm, which
  centres the vector and gives it a fixed length, exactly the vector the head was trained on;
* the feed-forward part is zero, and the pooler's tanh is used only where it is a straight line.

``pipeline("text-classification")`` then gives the calibrated probabilities. Other encoders are saved as they are,
beside their head as a scikit-learn model.
"""

from pathlib import Path
from typing import Any

import numpy as np
import skops.io
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from transformers import BertForSequenceClassification

from training_worker.embedding import Encoder
from training_worker.multilabel.one_vs_rest import as_one_vs_rest

LOUD = 2.0**14  # residual becomes a 16,000th; still inside the range of float16
QUIET = 2.0**-10  # tanh(x) = x to one part in 100,000


def save_head_on_encoder(
    encoder: Encoder,
    weights: NDArray[np.float64],
    bias: NDArray[np.float64],
    labels: list[str],
    max_tokens: int,
    folder: Path,
    *,
    several: bool = False,
) -> dict[str, Any]:
    """Writes the model into ``folder``; gives the facts for ``mtw.json``. ``weights`` are labels by dimensions.

    ``several``: a text can have several labels, so each one's probability is that of its own score.
    """
    max_tokens = min(max_tokens, encoder.most_tokens)
    base = {"max_tokens": max_tokens, "base_licence": encoder.base.licence, "base_hub_id": encoder.base.hub_id}
    if encoder.model.config.model_type == "bert" and encoder.pooling == "mean":
        model = with_head(encoder.model, weights, bias, labels, several=several)
        model.save_pretrained(folder)
        save_tokenizer(encoder.tokenizer, folder, max_tokens)
        return {"format": "transformers", **base}
    return save_head_beside_encoder(encoder, weights, bias, labels, max_tokens, folder, several=several)


def save_head_beside_encoder(
    encoder: Encoder,
    weights: NDArray[np.float64],
    bias: NDArray[np.float64],
    labels: list[str],
    max_tokens: int,
    folder: Path,
    *,
    several: bool = False,
) -> dict[str, Any]:
    """The same in two parts, as needed for encoders and vectors that cannot be one model."""
    max_tokens = min(max_tokens, encoder.most_tokens)
    encoder.model.save_pretrained(folder / "encoder")
    save_tokenizer(encoder.tokenizer, folder / "encoder", max_tokens)
    head = as_one_vs_rest(weights, bias, labels) if several else _softmax(weights, bias, labels)
    skops.io.dump(head, folder / "head.skops")
    return {
        "format": "encoder",
        "pooling": encoder.pooling,
        "layers": list(encoder.depths),
        "max_tokens": max_tokens,
        "base_licence": encoder.base.licence,
        "base_hub_id": encoder.base.hub_id,
    }


def _softmax(weights: NDArray[np.float64], bias: NDArray[np.float64], labels: list[str]) -> LogisticRegression:
    head = LogisticRegression()
    head.classes_, head.coef_, head.intercept_ = np.array(labels), weights, bias
    if len(labels) == 2:
        head.coef_, head.intercept_ = weights[1:] - weights[:1], bias[1:] - bias[:1]
    head.n_features_in_, head.n_iter_ = weights.shape[1], np.array([1], dtype=np.int32)
    return head


def save_tokenizer(tokenizer: Any, folder: Path, max_tokens: int) -> None:
    """Saves it so that plain ``pipeline`` cuts texts where this model was trained to."""
    before = tokenizer.model_max_length
    tokenizer.model_max_length = max_tokens
    tokenizer.save_pretrained(folder)
    tokenizer.model_max_length = before


def problem_type(several: bool) -> str:
    """What transformers calls one label a text, or several; its pipeline takes softmax or sigmoid from it."""
    return "multi_label_classification" if several else "single_label_classification"


def with_head(
    encoder: Any,
    weights: NDArray[np.float64],
    bias: NDArray[np.float64],
    labels: list[str],
    *,
    several: bool = False,
) -> BertForSequenceClassification:
    """The encoder with a mean-pooling layer and the head, as a ``BertForSequenceClassification``."""
    config = encoder.config.__class__.from_dict(encoder.config.to_dict())
    config.num_hidden_layers += 1
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: i for i, label in enumerate(labels)}
    config.num_labels = len(labels)
    config.problem_type = problem_type(several)
    model = BertForSequenceClassification(config)
    missing, unexpected = model.bert.load_state_dict(
        {k: v for k, v in encoder.state_dict().items() if not k.startswith("pooler")}, strict=False
    )
    new = f"encoder.layer.{config.num_hidden_layers - 1}."
    assert not unexpected, unexpected
    assert all(name.startswith((new, "pooler.")) for name in missing), missing
    size = config.hidden_size
    bert: Any = model.bert
    layer = bert.encoder.layer[-1]
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            parameter.fill_(1.0 if name.endswith("LayerNorm.weight") else 0.0)
        layer.attention.self.value.weight.copy_(torch.eye(size))
        layer.attention.output.dense.weight.copy_(torch.eye(size) * LOUD)
        bert.pooler.dense.weight.copy_(torch.eye(size) * QUIET)
        bert.pooler.dense.bias.zero_()
        # The layer norm gives vectors of length sqrt(size), the head was trained on length 1.
        model.classifier.weight.copy_(torch.tensor(weights / (QUIET * np.sqrt(size))))
        model.classifier.bias.copy_(torch.tensor(bias))
    model.train(False)
    return model


def head_after_pooling(model: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Weights (labels by dimensions) and bias that ``with_head`` was given; None for a model that it did not make."""
    layers = getattr(getattr(model.base_model, "encoder", None), "layer", None)
    if not isinstance(model, BertForSequenceClassification) or layers is None:
        return None
    attention = layers[-1].attention
    zero = not (attention.self.query.weight.any() or attention.self.key.weight.any())
    if not zero or float(attention.output.dense.weight[0, 0].detach()) != LOUD:
        return None
    weights = model.classifier.weight.detach().double().numpy() * (QUIET * np.sqrt(model.config.hidden_size))
    return weights, model.classifier.bias.detach().double().numpy()

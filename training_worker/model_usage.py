"""How a saved model is used without this program: the code that its card shows, by the form of its files."""

from typing import Any

from workspace.dataset import TaskKind

_SKLEARN = """```python
import skops.io

model = skops.io.load("model.skops", trusted=[])  # only types that skops trusts by itself
print(model.predict(["some text"]), model.predict_proba(["some text"]))
```
Needs `pip install scikit-learn skops`."""

_TRANSFORMERS = """```python
from transformers import pipeline

model = pipeline("text-classification", model=".", top_k=None)
print(model("some text"))
```
Needs `pip install torch transformers`. The weights are in safetensors."""

_ENCODER = """```python
import skops.io, torch
from transformers import AutoModel, AutoTokenizer

tokenizer, encoder = AutoTokenizer.from_pretrained("encoder"), AutoModel.from_pretrained("encoder")
head = skops.io.load("head.skops", trusted=[])
tokens = tokenizer(["some text"], padding=True, truncation=True, return_tensors="pt")
hidden, mask = encoder(**tokens).last_hidden_state, tokens["attention_mask"].unsqueeze(-1)
vectors = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1))
print(head.predict(vectors.detach().numpy()))
```
Needs `pip install torch transformers scikit-learn skops`."""

_CRFSUITE = """```python
import pycrfsuite  # the features of each word are those of training_worker/ner/crf.py

model = pycrfsuite.Tagger()
model.open("model.crfsuite")
```
Needs `pip install python-crfsuite`. To find names in a text: `mtw predict FOLDER "some text" --json`."""

_TOKENS = """```python
from transformers import pipeline

model = pipeline("token-classification", model=".", aggregation_strategy="simple")
print(model("some text"))
```
Needs `pip install torch transformers`. The weights are in safetensors. `mtw predict FOLDER "some text" --json` \
decides word by word, reads long texts in windows and asks the word features (`model.crfsuite`) as well where they \
are there; its answers are the ones that were judged above."""

_CAUSAL = """```python
from transformers import pipeline

model = pipeline("text-generation", model=".")
print(model([{"role": "user", "content": "some text"}], return_full_text=False))
```
Needs `pip install torch transformers`. The weights are in safetensors, what was learned is already in them; \
`adapter/` holds it once more by itself, for the library peft and the base model."""

_ENSEMBLE = """```python
import skops.io, torch
from transformers import AutoModel, AutoTokenizer

texts = ["some text"]
words = skops.io.load("words/model.skops", trusted=[])
head = skops.io.load("meaning/head.skops", trusted=[])
tokenizer, encoder = (kind.from_pretrained("meaning/encoder") for kind in (AutoTokenizer, AutoModel))
tokens = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
with torch.no_grad():
    layers = encoder(**tokens, output_hidden_states=True).hidden_states
mask = tokens["attention_mask"].unsqueeze(-1)
parts = [{first}]
parts += [(layers[i] * mask).sum(1) / mask.sum(1) for i in {others}]
parts += [layers[i].masked_fill(mask == 0, -torch.inf).amax(1) for i in {largest}]
vectors = torch.cat([torch.nn.functional.normalize(part - part.mean(1, keepdim=True)) for part in parts], 1)
scores = {words} * words.predict_log_proba(texts) + {meaning} * head.predict_log_proba(vectors.numpy())
print(head.classes_[scores.argmax(1)], torch.tensor(scores).softmax(1))
```
Needs `pip install torch transformers scikit-learn skops`. The log-probabilities of both parts are added, weighted."""

_SEVERAL = """```
mtw predict . "some text" --json
```
The model has {count} parts, each in a folder of its own: {folders}. Their log-probabilities are added, each with the \
`weight` that `mtw.json` says, and the softmax of the sum is the answer. What `mtw predict` gives was judged above."""

_ONNX = """```python
from predict import predict

print(predict(["some text"]))
```
`predict.py` is a short program to begin with; `pip install -r requirements.txt` brings what it needs. The network is \
in ONNX{bits}. `mtw predict FOLDER` and `mtw evaluate FOLDER` read this folder, too."""

_THRESHOLDS = """ A text gets each label whose probability reaches the label's threshold: `thresholds` in \
`mtw.json`, chosen on rows that were not learned from."""

_FAVOURS = """ The label is the one whose probability, multiplied by its factor in `favours` of `mtw.json` where there \
is one, is the largest: these factors keep the mistakes that matter most within the limits that were asked for."""

_USAGE = {
    "sklearn": _SKLEARN,
    "transformers": _TRANSFORMERS,
    "encoder": _ENCODER,
    "crfsuite": _CRFSUITE,
    "token_classification": _TOKENS,
    "causal": _CAUSAL,
}


def usage_of(meta: dict[str, Any]) -> str:
    """A few lines of Markdown; ``meta`` is the model's ``mtw.json``."""
    favours = _FAVOURS if meta.get("favours") else ""
    if "onnx" in (member["format"] for member in meta.get("members", [meta])):
        return _ONNX.format(bits=", its weights in 8 bits" if meta["weights"] == "int8" else "")
    if meta["format"] != "ensemble":
        return _USAGE[meta["format"]] + (_THRESHOLDS if meta["task"] == TaskKind.MULTILABEL else "") + favours
    if [member["format"] for member in meta["members"]] != ["sklearn", "encoder"]:
        folders = ", ".join(f"`{member['folder']}`" for member in meta["members"])
        return _SEVERAL.format(count=len(meta["members"]), folders=folders) + favours
    words, meaning = meta["members"]
    depths = meaning["layers"]
    mean = "(layers[-1] * mask).sum(1) / mask.sum(1)"
    code = _ENSEMBLE.format(
        first="layers[-1][:, 0]" if meaning["pooling"] == "cls" else mean,
        others=depths[1:],
        largest=depths,
        words=round(words["weight"], 6),
        meaning=round(meaning["weight"], 6),
    )
    return code + favours

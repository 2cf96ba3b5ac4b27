"""The program that goes along with a model: ``predict.py``, twenty-odd lines that need no wizard and no pickle.

It is put together from the model's form: where its network and its words are, and how probabilities become answers.
``requirements.txt`` names what it imports, ``labels.json`` what it can answer.
"""

import importlib.metadata
import json
import re
from pathlib import Path
from typing import Any

from workspace.dataset import TaskKind

SCRIPT = "predict.py"
EXTRAS = (SCRIPT, "requirements.txt", "labels.json")
_PACKAGES = {
    "skops": ("scikit-learn", "skops"),
    "transformers": ("torch", "transformers"),
    "torch": ("torch", "transformers"),
    "onnxruntime": ("onnxruntime",),
    "tokenizers": ("tokenizers",),
    "pycrfsuite": ("python-crfsuite",),
    "numpy": ("numpy",),
}

_HEAD = '''"""{does} Try it: python predict.py "some text" "another text" """

import json
import sys
from pathlib import Path

{imports}

HERE = Path(__file__).resolve().parent
META = json.loads((HERE / "mtw.json").read_text("utf-8"))
'''

_WORDS = """
words = skops.io.load(HERE / "{folder}model.skops", trusted=[])  # only types that skops trusts by itself


def read_words(texts):
    return words.predict_proba(texts)
"""

_PIPELINE = """
model = pipeline("text-classification", model=str(HERE), top_k=None)


def read_meaning(texts):
    found = [{a["label"]: a["score"] for a in answers} for answers in model(texts, truncation=True)]
    return np.array([[row[label] for label in META["labels"]] for row in found])
"""

_ENCODER = """
tokenizer = AutoTokenizer.from_pretrained(HERE / "{folder}encoder")
encoder = AutoModel.from_pretrained(HERE / "{folder}encoder").eval()
head = skops.io.load(HERE / "{folder}head.skops", trusted=[])


def read_meaning(texts):
    tokens = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
    with torch.no_grad():
        layers = encoder(**tokens, output_hidden_states=True).hidden_states
    mask = tokens["attention_mask"].unsqueeze(-1)
    parts = [{first}]
    parts += [(layers[i] * mask).sum(1) / mask.sum(1) for i in {others}]
    parts += [layers[i].masked_fill(mask == 0, -torch.inf).amax(1) for i in {largest}]
    parts = [torch.nn.functional.normalize(part - part.mean(1, keepdim=True)) for part in parts]
    return head.predict_proba(torch.cat(parts, 1).numpy())
"""

_ONNX = """
tokenizer = Tokenizer.from_file(str(HERE / "{folder}tokenizer.json"))
tokenizer.enable_padding(pad_id={pad})
tokenizer.enable_truncation({max_tokens})
network = onnxruntime.InferenceSession(str(HERE / "{folder}model.onnx"))


def read_meaning(texts):
    read = tokenizer.encode_batch(list(texts))
    ids, mask = (np.array([getattr(r, name) for r in read]) for name in ("ids", "attention_mask"))
    scores = network.run(None, {{"input_ids": ids, "attention_mask": mask}})[0].astype(float)
    {probabilities}
"""
_SOFTMAX = """scores = np.exp(scores - scores.max(1, keepdims=True))
    return scores / scores.sum(1, keepdims=True)"""
_SIGMOID = "return 1 / (1 + np.exp(-scores))"

_TOGETHER = """

def probabilities(texts):
    \"\"\"The log-probabilities of all parts, added with their weights.\"\"\"
    parts = [
{parts}    ]
    logs = sum(weight * np.log(np.maximum(found, 1e-30)) for weight, found in parts)
    scores = np.exp(logs - logs.max(1, keepdims=True))
    return scores / scores.sum(1, keepdims=True)
"""

_FAVOURED = """
FACTORS = np.array([META["favours"].get(label, 1.0) for label in META["labels"]])  # some labels are said sooner


def favoured(found):
    return found * FACTORS / (found * FACTORS).sum(1, keepdims=True)
"""

_ONE_LABEL = """

def predict(texts):
    \"\"\"The likeliest label of each text, and how sure that is.\"\"\"
    return [max(zip(row, META["labels"]))[::-1] for row in {found}.tolist()]
"""

_SEVERAL_LABELS = """

def predict(texts):
    \"\"\"The labels of each text whose probability reaches their threshold.\"\"\"
    rows = [zip(META["labels"], row) for row in {found}.tolist()]
    return [[(label, p) for label, p in row if p >= META["thresholds"][label]] for row in rows]
"""

_TAGGER = """
model = pipeline("token-classification", model=str(HERE), aggregation_strategy="first")


def predict(texts):
    \"\"\"The names in each text: kind, words, begin and end. (mtw predict also reads long texts whole.)\"\"\"
    keys = ("entity_group", "word", "start", "end")
    return [[tuple(name[key] for key in keys) for name in names] for names in model(texts)]
"""

_ONNX_TAGGER = """
TAGS = ["O", *(f"{{side}}-{{label}}" for label in META["labels"] for side in "BI")]
tokenizer = Tokenizer.from_file(str(HERE / "tokenizer.json"))
tokenizer.enable_truncation({max_tokens})
network = onnxruntime.InferenceSession(str(HERE / "model.onnx"))


def predict(texts):
    \"\"\"The names in each text: kind and words. (mtw predict also reads long texts whole.)\"\"\"
    return [names_in(text, tokenizer.encode(text)) for text in texts]


def names_in(text, read):
    inputs = {{"input_ids": np.array([read.ids]), "attention_mask": np.array([read.attention_mask])}}
    tags = network.run(None, inputs)[0][0].argmax(1)
    names, word_before = [], None
    for tag, word, (start, end) in zip(tags, read.word_ids, read.offsets):
        if word is not None and word == word_before and names and names[-1][2] == start:
            names[-1] = (names[-1][0], names[-1][1], end)
        elif word is not None and word != word_before and TAGS[tag] != "O":
            side, label = TAGS[tag].split("-", 1)
            if side == "I" and names and names[-1][0] == label and not text[names[-1][2] : start].strip():
                names[-1] = (label, names[-1][1], end)
            else:
                names.append((label, start, end))
        word_before = word
    return [(label, text[start:end], start, end) for label, start, end in names]
"""

_WRITER = """
model = pipeline("text-generation", model=str(HERE))


def predict(texts):
    \"\"\"What the model answers to each text.\"\"\"
    asked = [[{"role": "user", "content": text}] for text in texts]
    return [found[0]["generated_text"] for found in model(asked, return_full_text=False, max_new_tokens=200)]
"""

_TAIL = """

if __name__ == "__main__":
    for text, answer in zip(sys.argv[1:], predict(sys.argv[1:])):
        print(text, "->", answer)
"""

_IMPORTS = {
    "sklearn": ("skops.io",),
    "transformers": ("numpy as np", "transformers:pipeline"),
    "encoder": ("skops.io", "torch", "transformers:AutoModel, AutoTokenizer"),
    "onnx": ("numpy as np", "onnxruntime", "tokenizers:Tokenizer"),
    "token_classification": ("transformers:pipeline",),
    "causal": ("transformers:pipeline",),
}


def write_example(meta: dict[str, Any], folder: Path) -> None:
    """Writes ``predict.py``, ``requirements.txt`` and ``labels.json``; ``meta`` is the model's ``mtw.json``.

    A model of CRFsuite alone gets no script: its features are a program of their own.
    """
    (folder / "labels.json").write_text(json.dumps(meta["labels"], ensure_ascii=False, indent=1) + "\n", "utf-8")
    code = script_of(meta)
    if code:
        (folder / SCRIPT).write_text(code, "utf-8")
    (folder / "requirements.txt").write_text("".join(f"{line}\n" for line in requirements_of(code)), "utf-8")


def script_of(meta: dict[str, Any]) -> str:
    """The program; empty where there is none."""
    members = meta.get("members", [meta])
    formats = [member["format"] for member in members]
    if formats == ["crfsuite"]:
        return ""
    parts = [_own_names(_part(meta, member), member) for member in members]
    wanted = {name for form in formats for name in _IMPORTS[form]} | ({"numpy as np"} if _numpy(meta) else set())
    if meta["task"] in (TaskKind.CLASSIFICATION, TaskKind.MULTILABEL):
        parts.append(_answers(meta, formats))
    head = _HEAD.format(does=_DOES[TaskKind(meta["task"])], imports="\n".join(sorted(map(_import, wanted), key=_order)))
    return head + "".join(parts) + _TAIL


_DOES = {
    TaskKind.CLASSIFICATION: "Sorts texts.",
    TaskKind.MULTILABEL: "Gives texts labels, several or none.",
    TaskKind.NER: "Finds names in texts.",
    TaskKind.GENERATION: "Answers texts.",
}


def _numpy(meta: dict[str, Any]) -> bool:
    return bool("members" in meta or meta.get("favours"))


def _import(name: str) -> str:
    module, _, names = name.partition(":")
    return f"from {module} import {names}" if names else f"import {module}"


def _order(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line


def _part(meta: dict[str, Any], member: dict[str, Any]) -> str:
    """How one network, or the words, are read."""
    folder = f"{member['folder']}/" if "folder" in member else ""
    several = meta["task"] == TaskKind.MULTILABEL
    match member["format"]:
        case "sklearn":
            return _WORDS.format(folder=folder)
        case "transformers":
            return _PIPELINE.replace("str(HERE)", f'str(HERE / "{folder}")') if folder else _PIPELINE
        case "token_classification":
            return _TAGGER
        case "causal":
            return _WRITER
        case "onnx" if meta["task"] == TaskKind.NER:
            return _ONNX_TAGGER.format(max_tokens=member["max_tokens"])
        case "onnx":
            probabilities = _SIGMOID if several else _SOFTMAX
            return _ONNX.format(
                folder=folder, pad=member["pad"], max_tokens=member["max_tokens"], probabilities=probabilities
            )
    depths = member.get("layers", [])
    mean = "(layers[-1] * mask).sum(1) / mask.sum(1)"
    return _ENCODER.format(
        folder=folder,
        first="layers[-1][:, 0]" if member["pooling"] == "cls" else mean,
        others=depths[1:],
        largest=depths,
    )


_NAMES = re.compile(r"(?<![\w/.\"])(tokenizer|encoder|network|head|model|words|read_words|read_meaning)\b(?!=)")
"""What a part calls its own; not where the same word is part of a file's name, or an argument's."""
_STEMS = {"words": "pipeline", "read_words": "read", "read_meaning": "read"}


def _own_names(code: str, member: dict[str, Any]) -> str:
    """The code of one of several parts: each calls what it opens after its folder."""
    if "folder" not in member:
        return code
    return _NAMES.sub(lambda found: f"{_STEMS.get(found[1], found[1])}_{member['folder']}", code)


def _answers(meta: dict[str, Any], formats: list[str]) -> str:
    """How probabilities become labels."""
    code, found = "", "read_words(texts)" if formats == ["sklearn"] else "read_meaning(texts)"
    if "members" in meta:
        parts = "".join(f"        ({m['weight']}, read_{m['folder']}(texts)),\n" for m in meta["members"])
        code, found = _TOGETHER.format(parts=parts), "probabilities(texts)"
    if meta.get("favours"):
        code, found = code + _FAVOURED, f"favoured({found})"
    answers = _SEVERAL_LABELS if meta["task"] == TaskKind.MULTILABEL else _ONE_LABEL
    return code + answers.format(found=found)


def requirements_of(code: str) -> list[str]:
    """The packages that the program imports, each of the version series with which the model was made."""
    modules = {line.split()[1].split(".")[0] for line in code.splitlines() if line.startswith(("import ", "from "))}
    names = {name for module in modules for name in _PACKAGES.get(module, ())}
    return [f"{name}~={_series(name)}" for name in sorted(names)]


def _series(name: str) -> str:
    """1.32.0 -> 1.32: later fixes of the same series are welcome."""
    return ".".join(importlib.metadata.version(name).split("+")[0].split(".")[:2])

"""Base models a few kilobytes small, whole and damaged, and a hub on this computer that refuses them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

REFUSALS = {
    "gated": (403, "GatedRepo", "Access to model faults/gated is restricted."),
    "wrong-token": (401, "", "Invalid credentials in Authorization header"),
    "missing": (404, "RepoNotFound", "Repository not found"),
}
"""By the repository's name: status, the hub's error code and message. Any other is answered by silence."""


def reader(folder: Path, *, kind: str = "bert", words: int = 0) -> Path:
    """Writes an encoder and its tokenizer; ``words`` are left out of the vocabulary of the weights."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, CamembertConfig, CamembertModel, PreTrainedTokenizerFast

    fast_tokenizer: Any = PreTrainedTokenizerFast
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    sample = ["please help me with my billing order return question number item it is about 0 1 2 3 4 5 6 7 8 9"]
    tokenizer.train_from_iterator(
        sample, trainers.WordPieceTrainer(vocab_size=200, special_tokens=special, show_progress=False)
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    fast: Any = fast_tokenizer(tokenizer_object=tokenizer, **names)
    size: dict[str, Any] = {
        "hidden_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "vocab_size": len(fast) - words,
    }
    if kind == "camembert":
        CamembertModel(CamembertConfig(**size, max_position_embeddings=258, pad_token_id=0)).save_pretrained(folder)
    else:
        BertModel(BertConfig(**size, max_position_embeddings=64)).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


def writer(folder: Path) -> Path:
    """A causal model without attention."""
    from transformers import AutoTokenizer, MambaConfig, MambaForCausalLM

    from tests.training_worker.generation.tiny import tiny_model

    tokens = AutoTokenizer.from_pretrained(tiny_model(folder))
    config = MambaConfig(vocab_size=len(tokens), hidden_size=32, state_size=4, num_hidden_layers=1)
    MambaForCausalLM(config).save_pretrained(folder)
    return folder


def pair(folder: Path) -> Path:
    """An encoder with a decoder, which cannot sort texts here."""
    from transformers import T5Config, T5Model

    reader(folder)
    config = T5Config(vocab_size=200, d_model=32, d_kv=16, d_ff=64, num_layers=1, num_heads=2)
    T5Model(config).save_pretrained(folder)
    return folder


def damaged(folder: Path) -> Path:
    """The weights are a pointer of git-lfs, as after a clone without it."""
    (reader(folder) / "model.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    return folder


def cut_off(folder: Path) -> Path:
    """The download broke off in the middle of the weights."""
    file = reader(folder) / "model.safetensors"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    return folder


def without_tokenizer(folder: Path) -> Path:
    for file in reader(folder).glob("*token*"):
        file.unlink()
    return folder


def pickled(folder: Path) -> Path:
    """Weights only in the form that can run code."""
    import torch

    torch.save({}, reader(folder) / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder


def of_tomorrow(folder: Path) -> Path:
    """An architecture that the installed transformers does not know."""
    config = reader(folder) / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"model_type": "bert2040"}))
    return folder


def without_padding(folder: Path) -> Path:
    """A tokenizer without a padding token."""
    config = reader(folder) / "tokenizer_config.json"
    body = {name: value for name, value in json.loads(config.read_text()).items() if "pad_token" not in name}
    config.write_text(json.dumps(body))
    return folder


class _Refusing(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        refusal = next((answer for name, answer in REFUSALS.items() if f"/{name}/" in self.path + "/"), None)
        if refusal is None:
            self.close_connection = True  # without a word
            return
        status, code, message = refusal
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("X-Error-Message", message)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def refusing_hub() -> Iterator[str]:
    """The address of a model hub that gives nothing to anybody."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()

"""The low-rank additions: their gradient, and that others read what is saved."""

from pathlib import Path

import pytest
import torch
from peft import PeftModel
from torch import nn
from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel
from transformers.pytorch_utils import Conv1D

from training_worker.generation.causal import Causal
from training_worker.generation.low_rank import LowRank, adapt, adapter_of, load_adapter
from workspace.errors import InputError

pytestmark = pytest.mark.usefixtures("float32")


@pytest.mark.parametrize("layer", [nn.Linear(6, 5), nn.Linear(6, 5, bias=False), Conv1D(5, 6)])
def test_product_and_gradient_are_those_of_the_formula(layer: nn.Module) -> None:
    layer.requires_grad_(False)
    part = LowRank(layer, 3, 2.0, torch.Generator().manual_seed(1))
    x = torch.randn(4, 7, 6, requires_grad=True)
    torch.testing.assert_close(part(x), layer(x))  # nothing is changed before it has learned
    with torch.no_grad():
        part.up.normal_()
    wanted = [x, part.down, part.up]
    expected = layer(x) + 2.0 * (x @ part.down.t()) @ part.up.t()
    found = part(x)
    torch.testing.assert_close(found, expected)
    weight = torch.randn_like(found)
    for mine, theirs in zip(
        torch.autograd.grad((found * weight).sum(), wanted),
        torch.autograd.grad((expected * weight).sum(), wanted),
        strict=True,
    ):
        torch.testing.assert_close(mine, theirs)


def _something_learned(layers: dict[str, LowRank]) -> None:
    torch.manual_seed(5)
    with torch.no_grad():
        for layer in layers.values():
            layer.up.normal_(std=0.1)


def test_peft_loads_the_adapter_and_the_merged_weights_say_the_same(
    tiny: Causal, tiny_folder: Path, tmp_path: Path
) -> None:
    ids = torch.tensor([[5, 9, 12, 40, 41]])
    before = tiny.model(ids).logits
    layers = adapt(tiny.model, 4, 8.0, attention_only=False, seed=1)
    assert len(layers) == 14  # seven in each of the two layers; the output layer does not learn
    _something_learned(layers)
    learned = tiny.model(ids).logits
    assert not torch.allclose(before, learned, atol=0.01)
    adapter_of(layers, 4, 8.0).save(tmp_path, "tiny")
    base = AutoModelForCausalLM.from_pretrained(tiny_folder)
    with torch.no_grad():
        peft = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny_folder), tmp_path)
        torch.testing.assert_close(peft(ids).logits, learned, atol=1e-5, rtol=1e-4)
        adapter = load_adapter(tmp_path)
        adapter.add_to(base)
        torch.testing.assert_close(base(ids).logits, learned, atol=1e-5, rtol=1e-4)
        adapter.add_to(base, -1.0)
        torch.testing.assert_close(base(ids).logits, before, atol=1e-5, rtol=1e-4)


def test_only_the_attention_learns_where_that_is_asked_for(tiny: Causal) -> None:
    layers = adapt(tiny.model, 2, 4.0, attention_only=True, seed=1)
    assert {path.rsplit(".", 1)[-1] for path in layers} == {"q_proj", "k_proj", "v_proj", "o_proj"}


def test_gpt2_whose_layers_lie_the_other_way_round(tmp_path: Path) -> None:
    torch.manual_seed(2)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=50, n_embd=16, n_layer=1, n_head=2, n_positions=32)).eval()
    model.save_pretrained(tmp_path / "base")
    layers = adapt(model, 2, 4.0, attention_only=False, seed=1)
    _something_learned(layers)
    ids = torch.tensor([[5, 9, 12, 40, 41]])
    learned = model(ids).logits.detach()
    adapter_of(layers, 2, 4.0).save(tmp_path / "adapter", "gpt2")
    base = GPT2LMHeadModel.from_pretrained(tmp_path / "base").eval()
    peft = PeftModel.from_pretrained(base, tmp_path / "adapter")
    torch.testing.assert_close(peft(ids).logits.detach(), learned, atol=1e-5, rtol=1e-4)


def test_a_model_without_linear_layers_is_refused() -> None:
    class Odd(nn.Module):
        def get_output_embeddings(self) -> None:
            return None

    with pytest.raises(InputError, match="no layers"):
        adapt(Odd(), 2, 4.0, attention_only=False, seed=1)

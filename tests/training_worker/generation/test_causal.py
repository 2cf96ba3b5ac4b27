"""Losses on answers, and which models are taken."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel

from tests.training_worker.generation.tiny import questions
from training_worker.embedding import pad
from training_worker.generation.causal import Causal, load_causal, sums_of_losses
from training_worker.starter import Base
from workspace.errors import InputError

pytestmark = pytest.mark.usefixtures("float32")


def _expected(causal: Causal, tokens: list[int], start: int) -> float:
    """The loss as transformers itself counts it: labels of -100 do not count."""
    ids = torch.tensor([tokens])
    labels = ids.clone()
    labels[0, :start] = -100
    with torch.no_grad():
        return float(causal.model(input_ids=ids, labels=labels).loss)


def test_only_the_answers_tokens_count_and_padding_changes_nothing(tiny: Causal) -> None:
    assert tiny.body is not None
    prompts, answers = questions(12)
    prompts[3] += " I ask because I would really like to know it, as you can imagine."
    encoded = tiny.form.encode(prompts, answers, 200)
    found = sums_of_losses(tiny, encoded.tokens, encoded.starts, lambda tokens: None)
    assert found[:, 1].tolist() == encoded.answer_lengths.tolist()
    for (total, count), tokens, start in zip(found, encoded.tokens, encoded.starts, strict=True):
        assert total / count == pytest.approx(_expected(tiny, tokens, int(start)), rel=1e-4)


def test_a_prompts_own_words_have_no_weight(tiny: Causal) -> None:
    """The gradient with respect to what is predicted inside the prompt is zero."""
    encoded = tiny.form.encode(["Is it red?"], ["Yes."], 200)
    inputs = pad(tiny.tokenizer, encoded.tokens)
    vectors = tiny.model.get_input_embeddings()(inputs["input_ids"]).requires_grad_()
    hidden = tiny.body(inputs_embeds=vectors, use_cache=False).last_hidden_state
    hidden.retain_grad()
    whole = replace(tiny, body=lambda input_ids, use_cache: type("Out", (), {"last_hidden_state": hidden}))
    whole.losses(inputs, encoded.starts.tolist(), [len(encoded.tokens[0])]).sum().backward()
    moved = hidden.grad[0].abs().sum(dim=1) > 0
    start = int(encoded.starts[0])
    assert moved.tolist() == [start - 1 <= at < len(moved) - 1 for at in range(len(moved))]


def test_gradients_agree_with_the_whole_logits(tiny: Causal) -> None:
    prompts, answers = questions(3)
    encoded = tiny.form.encode(prompts, answers, 200)
    inputs, lengths = pad(tiny.tokenizer, encoded.tokens), [len(t) for t in encoded.tokens]
    weight = tiny.model.model.layers[0].mlp.up_proj.weight.requires_grad_()
    found = []
    for causal in (tiny, replace(tiny, body=None)):
        losses = causal.losses(inputs, encoded.starts.tolist(), lengths)
        found.append((losses.detach(), torch.autograd.grad((losses * torch.arange(len(losses))).sum(), weight)[0]))
    torch.testing.assert_close(found[0], found[1], atol=1e-4, rtol=1e-3)


def test_a_model_that_only_reads_is_refused(tmp_path: Path) -> None:
    size = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    BertModel(BertConfig(vocab_size=20, **size)).save_pretrained(tmp_path)
    with pytest.raises(InputError) as caught:
        load_causal(Base("reader", str(tmp_path)))
    assert caught.value.code == "WRONG_TASK_HEAD"

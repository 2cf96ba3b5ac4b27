"""A causal model small enough for tests: random weights, a tokenizer that was trained on a few sentences."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

TEMPLATE = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|>\n' + m['content'] + '<|end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
COLOURS = ["red", "green", "blue", "yellow", "black", "white", "brown", "pink"]
THINGS = ["apple", "car", "house", "shoe", "dog", "bird", "boat", "lamp", "coat", "door"]


def questions(count: int) -> tuple[list[str], list[str]]:
    """Prompts and answers; the answer repeats words of the prompt in a fixed frame."""
    prompts, answers = [], []
    for number in range(count):
        colour, thing = COLOURS[number % len(COLOURS)], THINGS[(number // len(COLOURS)) % len(THINGS)]
        prompts.append(f"What colour is the {colour} {thing} number {number}?")
        answers.append(f"The {thing} is {colour}.")
    return prompts, answers


def tiny_model(folder: Path, *, template: str | None = TEMPLATE, heads: int = 2) -> Path:
    """Writes model and tokenizer into ``folder``."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|pad|>", "<|end|>", "<|user|>", "<|assistant|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    prompts, answers = questions(80)
    tokenizer.train_from_iterator(prompts + answers, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<|pad|>")
    fast.add_special_tokens({"additional_special_tokens": special[2:]})
    fast.chat_template = template
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(fast),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=heads,
        num_key_value_heads=1,
        max_position_embeddings=256,
        initializer_range=0.2,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=fast.eos_token_id,
        pad_token_id=fast.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder

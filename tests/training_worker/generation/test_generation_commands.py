"""``mtw train`` and ``mtw predict`` for writing, as processes of their own."""

import json
from pathlib import Path

import pytest

from tests.training_worker.generation.tiny import questions
from tests.training_worker.test_commands import mtw


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.long
def test_from_a_file_of_instructions_to_a_file_of_answers(tmp_path: Path, tiny_folder: Path) -> None:
    prompts, answers = questions(60)
    rows = [{"instruction": p, "input": "", "output": a} for p, a in zip(prompts, answers, strict=True)]
    data, out = tmp_path / "data.json", tmp_path / "model"
    data.write_text(json.dumps(rows), encoding="utf-8")
    call = ["--task", "generation", "--base", tiny_folder, "--set", "learning_rate=0.01", "--budget", "20"]
    done = mtw(tmp_path / "home", "train", data, *call, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["task"], said["recipe"], said["base"]) == ("generation", "lora", str(tiny_folder))
    assert said["metrics"]["perplexity"] < said["baseline"]["perplexity"]
    low, high = said["intervals"]["perplexity"]
    assert low <= said["metrics"]["perplexity"] <= high

    (tmp_path / "ask.csv").write_text(
        "instruction,input\nWhat colour is the red apple number 1?,\nAnd the dog?,black\n"
    )
    done = mtw(tmp_path / "home", "predict", out, "--file", tmp_path / "ask.csv", "--out", tmp_path / "a.jsonl")
    assert done.returncode == 0, done.stderr
    written = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()]
    assert [set(row) for row in written] == [{"instruction", "input", "output"}] * 2

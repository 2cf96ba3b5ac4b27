"""What a training needs is foretold; what does not fit is adapted beforehand, or refused with reasons."""

from pathlib import Path

import numpy as np
import pytest

from tests.training_worker.samples import plan
from training_worker import memory_fit
from training_worker.data import LabelledRows
from training_worker.memory_fit import fit_to_machine
from training_worker.split import Split
from training_worker.thrift import Thrift
from training_worker.training import thin
from workspace import machine
from workspace.errors import TrainingFailed
from workspace.memory_plan import SHAPES, Texts, needed, settings_of, shape_of_config
from workspace.recipe import load_recipes

STARTER = SHAPES["all-MiniLM-L6-v2"]


def rows(count: int, words: int) -> Split:
    texts = [f"text number {i} " + "word " * words for i in range(count)]
    labels = [str(i % 4) for i in range(count)]
    positions = np.arange(count)
    folds = [(positions[: count * 4 // 5], positions[count * 4 // 5 :])]
    return Split(LabelledRows(texts, labels), LabelledRows([], []), ["0", "1", "2", "3"], folds)


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Megabytes that the computer says are free; beside what this process holds."""
    megabytes = [100_000]
    monkeypatch.setattr(memory_fit, "memory_free_mb", lambda: megabytes[0])
    monkeypatch.setattr(memory_fit.psutil.Process, "memory_info", lambda self: type("Info", (), {"rss": 0}))
    return megabytes


def test_enough_memory_changes_nothing(free: list[int], tmp_path: Path) -> None:
    recipes = [load_recipes()[name] for name in ("linear", "embed", "finetune")]
    split = rows(1000, 20)
    kept = fit_to_machine(plan("auto"), split, recipes, tmp_path, thin)
    assert kept.recipes == recipes
    assert kept.split is split
    assert kept.notes == []
    assert Thrift.of(tmp_path).halvings == 0


def test_fine_tuning_that_does_not_fit_computes_in_smaller_pieces(free: list[int], tmp_path: Path) -> None:
    recipe, split = load_recipes()["finetune"], rows(1000, 200)
    texts = Texts(1000, 1020, 1020, 4)
    whole = needed(recipe, settings_of(recipe, plan("finetune")), texts, STARTER, memory_fit.processors())
    free[0] = int(whole.memory_mb - whole.pieces_mb / 3)
    kept = fit_to_machine(plan("finetune"), split, [recipe], tmp_path, thin)
    assert kept.recipes == [recipe]
    assert kept.split is split
    assert Thrift.of(tmp_path).halvings >= 1


def test_a_recipe_that_cannot_fit_is_left_out_and_said_so(free: list[int], tmp_path: Path) -> None:
    free[0] = 1000
    recipes = [load_recipes()[name] for name in ("linear", "finetune")]
    kept = fit_to_machine(plan("auto"), rows(500, 20), recipes, tmp_path, thin)
    assert [recipe.name for recipe in kept.recipes] == ["linear"]
    assert "Fine-tuning was left out: it needs about" in kept.notes[0]


def test_too_many_rows_for_memory_are_thinned_the_same_way_each_time(free: list[int], tmp_path: Path) -> None:
    free[0] = 900
    recipe = load_recipes()["linear"]
    kept = fit_to_machine(plan("linear"), rows(20_000, 20), [recipe], tmp_path, thin)
    assert 200 <= len(kept.split.learn) < 20_000
    assert "rows were learned from" in kept.notes[0]
    free[0] = 800
    again = fit_to_machine(plan("linear"), rows(20_000, 20), [recipe], tmp_path, thin)
    assert again.split.learn.texts == kept.split.learn.texts


def test_a_plan_that_cannot_fit_is_refused_with_figures(free: list[int], tmp_path: Path) -> None:
    free[0] = 300
    with pytest.raises(TrainingFailed, match=r"needs about [\d,]+ MB of memory, and 270 MB are free") as caught:
        fit_to_machine(plan("finetune"), rows(1000, 20), [load_recipes()["finetune"]], tmp_path, thin)
    assert caught.value.code == "CPU_OOM"


def test_a_disk_without_room_for_the_model_is_told_before_it_begins(
    free: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_fit, "disk_free_mb", lambda folder: 50)
    with pytest.raises(TrainingFailed, match="50 MB are free") as caught:
        fit_to_machine(plan("finetune"), rows(1000, 20), [load_recipes()["finetune"]], tmp_path, thin)
    assert caught.value.code == "DISK_FULL"


def test_the_limit_of_a_container_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = tmp_path / "cgroup" / "box"
    group.mkdir(parents=True)
    (tmp_path / "self").write_text("0::/box\n")
    (group / "memory.max").write_text(f"{700 << 20}\n")
    (group / "memory.current").write_text(f"{300 << 20}\n")
    (group / "memory.stat").write_text(f"anon 5\ninactive_file {100 << 20}\n")
    monkeypatch.setattr(machine, "_CGROUP", tmp_path / "self")
    monkeypatch.setattr(machine, "_ROOT", tmp_path / "cgroup")
    assert machine.memory_free_mb() == 500
    assert machine.memory_total_mb() == 700


def test_a_container_without_a_limit_has_the_computers_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = tmp_path / "cgroup" / "memory" / "box"
    group.mkdir(parents=True)
    (tmp_path / "self").write_text("5:memory:/box\n")
    (group / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    (group / "memory.usage_in_bytes").write_text("1000\n")
    monkeypatch.setattr(machine, "_CGROUP", tmp_path / "self")
    monkeypatch.setattr(machine, "_ROOT", tmp_path / "cgroup")
    assert machine.memory_free_mb() > 1000


def test_the_packaged_shape_is_the_one_its_config_tells() -> None:
    config = {
        "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536,
        "vocab_size": 30522, "hidden_act": "gelu",
    }  # fmt: skip
    told = shape_of_config(config)
    assert (told.hidden, told.layers, told.heads, told.inner) == (384, 6, 12, 1536)
    assert told.parameters == pytest.approx(STARTER.parameters, rel=0.05)


def test_longer_texts_and_more_rows_never_take_less() -> None:
    recipe = load_recipes()["finetune"]
    settings = settings_of(recipe, plan("finetune"))
    sizes = [needed(recipe, settings, Texts(rows, chars, chars, 4), STARTER, 2) for rows, chars in
             ((100, 50), (1000, 50), (1000, 500), (1000, 5000))]  # fmt: skip
    assert [need.memory_mb for need in sizes] == sorted(need.memory_mb for need in sizes)

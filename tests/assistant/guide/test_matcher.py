"""Nearness to known phrases: by words always, by meaning with the starter model as the worker exports it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from assistant.guide.matcher import SentenceMatcher, WordMatcher, intents, matcher
from assistant.guide.offers import _LABELS
from assistant.toolbelt import registry
from workspace.settings import Settings, load_settings
from workspace.starter import FILES, starter_onnx_folder

FRESH: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "phrases.yaml").read_text("utf-8"))
OWN_TALK = {
    "upload",
    "greeting",
    "thanks",
    "goodbye",
    "help",
    "where",
    "who",
    "privacy",
    "cost",
    "duration",
    "amount",
    "complaint",
    "elsewhere",
    "why",
    "code",
    "leave",
    "language",
    "restart",
    "odd_results",
    "wrong_file",
    "other_file",
    "other_column",
    "undo",
    "redo",
}


def test_every_intent_is_a_tool_or_an_answer_of_the_guide() -> None:
    assert set(intents()) == set(registry()) | OWN_TALK
    assert set(FRESH) <= set(intents())
    assert set(_LABELS) <= set(intents())


def test_no_phrase_stands_under_two_intents() -> None:
    phrases = [phrase.casefold() for group in intents().values() for phrase in group]
    assert len(phrases) == len(set(phrases))


def test_words_find_known_phrases_and_reject_strange_ones() -> None:
    words = WordMatcher()
    for intent, phrases in intents().items():
        for phrase in phrases:
            found = words.match(phrase)
            assert found.intent == intent
            assert found.sure
    assert words.match("show me mistakes please").intent == "show_mistakes"
    assert not words.match("qwertz asdf").sure
    assert not words.match("").sure


def test_without_the_model_or_with_a_broken_one_words_serve(tmp_path: Path) -> None:
    assert isinstance(matcher(None), WordMatcher)
    for name in FILES:
        (tmp_path / name).write_text("{}")
    assert isinstance(matcher(tmp_path), WordMatcher)


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter model as ``make install`` leaves it."""
    home = tmp_path_factory.mktemp("home")
    if found := starter_onnx_folder(load_settings(home=home)):
        return found
    environment = os.environ | {"MTW_HOME": str(home)}
    command = [sys.executable, "-m", "training_worker", "export-starter", "--home"]
    subprocess.run(command, env=environment, check=True, timeout=240)
    return home / "cache" / "starter-onnx"


@pytest.mark.slow
def test_meaning_finds_fresh_phrases(starter: Path, tmp_path: Path) -> None:
    found = matcher(starter, tmp_path)
    assert isinstance(found, SentenceMatcher)
    results = [(intent, found.match(phrase)) for intent, phrases in FRESH.items() for phrase in phrases]
    right = sum(match.intent == intent for intent, match in results)
    offered = sum(intent in match.likely for intent, match in results)
    wrong = [(intent, match) for intent, match in results if match.sure and match.intent != intent]
    assert right >= 0.75 * len(results), right / len(results)
    assert offered >= 0.88 * len(results), offered / len(results)
    assert len(wrong) <= 0.08 * len(results), wrong


@pytest.mark.slow
@pytest.mark.long
def test_what_was_learned_is_kept_and_read_again(starter: Path, tmp_path: Path) -> None:
    from tools.meaning import Encoder

    first = SentenceMatcher(Encoder(starter), tmp_path)
    kept = list(tmp_path.glob("*.npz"))
    assert len(kept) == 1
    again = SentenceMatcher(Encoder(starter), tmp_path)
    for phrase in ("how good is it", "will it rain"):
        assert first.match(phrase) == again.match(phrase)
    kept[0].write_bytes(b"damaged")
    assert SentenceMatcher(Encoder(starter), tmp_path).match("how good is it") == first.match("how good is it")


def test_the_folder_is_looked_for_in_both_places(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workspace.starter.sys.prefix", str(tmp_path / "prefix"))
    assert starter_onnx_folder(settings) is None
    for folder in (settings.home / "cache" / "starter-onnx", tmp_path / "prefix" / "share" / "mtw" / "starter-onnx"):
        folder.mkdir(parents=True)
        for name in FILES:
            before = starter_onnx_folder(settings)
            (folder / name).touch()
        assert starter_onnx_folder(settings) == folder != before

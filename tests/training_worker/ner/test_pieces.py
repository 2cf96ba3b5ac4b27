"""From texts to windows of tokens, with the starter model's tokenizer."""

import pytest
from transformers import AutoTokenizer

from training_worker.ner.pieces import UNLABELLED, pieces_of
from training_worker.starter import starter_folder
from workspace.labelling_words import words_of

pytestmark = pytest.mark.slow
TEXT = "Unbelievable: Karlheinz met O'Neill in Wanne-Eickel."


@pytest.fixture(scope="module")
def tokenizer() -> object:
    return AutoTokenizer.from_pretrained(str(starter_folder()))


@pytest.mark.parametrize("size", [256, 12, 7])
def test_each_word_has_its_first_token_once_however_small_the_windows(tokenizer: object, size: int) -> None:
    places = words_of(TEXT)
    pieces = pieces_of(tokenizer, ["", TEXT], [[], places], size)
    assert {piece.row for piece in pieces} == {1}
    assert all(len(piece.tokens) <= size and len(piece.tokens) == len(piece.words) for piece in pieces)
    belonging = [word for piece in pieces for word in piece.words if word >= 0]
    assert belonging == sorted(belonging)
    assert set(belonging) == set(range(len(places)))


def test_later_tokens_of_a_word_go_on_where_its_first_one_begins(tokenizer: object) -> None:
    places = words_of(TEXT)
    (piece,) = pieces_of(tokenizer, [TEXT], [places], 256)
    tags = [0] * len(places)
    tags[2], tags[4], tags[5], tags[6] = 1, 3, 4, 4  # Karlheinz; O ' Neill
    targets = piece.targets(tags)
    assert targets[0] == targets[-1] == UNLABELLED
    by_word = {word: [t for t, w in zip(targets, piece.words, strict=True) if w == word] for word in range(len(places))}
    assert by_word[2] == [1] + [2] * (len(by_word[2]) - 1)
    assert len(by_word[2]) > 1
    assert by_word[4] == [3]
    assert set(by_word[6]) == {4}
    assert set(by_word[0]) == {0}

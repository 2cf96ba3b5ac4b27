"""Real exports of annotation tools: format, rows, task, and what is marked."""

from pathlib import Path

import pytest

from tests.workspace.reading.annotations.rows import SAMPLES, marked, read_text
from workspace.errors import UnreadableFile
from workspace.reading import Limits, inspect_file

_FACTS = {
    "doccano_classification.csv": ("doccano", 3, "classification", ["text"], "label"),
    "doccano_classification.jsonl": ("doccano", 3, "classification", ["text"], "label"),
    "doccano_intent_and_slots.jsonl": ("doccano", 2, "classification", ["text"], "label"),
    "doccano_ner_labels.jsonl": ("doccano", 2, "ner", ["text"], "spans"),
    "doccano_ner_old_annotations.jsonl": ("doccano", 2, "ner", ["text"], "spans"),
    "doccano_es_ner.jsonl": ("doccano", 6, "ner", ["text"], "spans"),
    "prodigy_docs_issues_textcat.jsonl": ("prodigy", 12, "classification", ["text"], "label"),
    "prodigy_fashion_brands.jsonl": ("prodigy", 6, "ner", ["text"], "spans"),
    "spacy_cats.jsonl": ("spacy", 8, "classification", ["text"], "label"),
    "spacy_v2_training.json": ("spacy", 2, "ner", ["tokens"], "tags"),
    "spacy_v3_entities.json": ("spacy", 2, "ner", ["text"], "spans"),
    "ner_token_per_line.iob": ("conll", 2, "ner", ["tokens"], "tags"),
    "ner_sent_per_line.iob": ("iob", 2, "ner", ["tokens"], "tags"),
    "webanno_gum_interview.tsv": ("webanno", 7, "ner", ["text"], "spans"),
    "brat/060-relation_annotation.ann": ("brat", 1, "ner", ["text"], "spans"),
    "brat/080-event-annotation.txt": ("brat", 1, "ner", ["text"], "spans"),
    "brat/110-note_annotation.ann": ("brat", 1, "ner", ["text"], "spans"),
    "brat/999-complete.ann": ("brat", 1, "ner", ["text"], "spans"),
}


@pytest.mark.parametrize("name", _FACTS)
def test_facts_of_samples(name: str) -> None:
    profile = inspect_file(SAMPLES / name, Limits())
    found = (profile.format, profile.rows, str(profile.task.kind), profile.task.text, profile.task.label)
    assert found == _FACTS[name]
    assert profile.task.why.endswith(".")


def test_pictures_are_refused_politely() -> None:
    with pytest.raises(UnreadableFile) as caught:
        inspect_file(SAMPLES / "label_studio_json_min.json", Limits())
    assert caught.value.code == "NOT_ABOUT_TEXT"
    assert "texts" in caught.value.next_step


def test_the_label_of_label_studio_is_kept_to_the_letter(tmp_path: Path) -> None:
    sample = (SAMPLES / "label_studio_choices.json").read_text("utf-8")
    profile, rows = read_text(tmp_path, "a.json", sample)
    assert (profile.format, profile.rows, profile.task.label) == ("labelstudio", 1, "label")
    assert rows[0]["label"] == 'Yes " "" \n \t \t а б в \n'
    assert rows[0]["annotator"] == "test@heartex.com"
    assert rows[0]["title"] == "TAN BAI"


def test_nested_spans_of_webanno(tmp_path: Path) -> None:
    _, rows = read_text(tmp_path, "a.tsv", (SAMPLES / "webanno_gum_interview.tsv").read_text("utf-8"))
    assert ("organization", "the University of Helsinki") in marked(rows[4])
    assert ("place", "Helsinki") in marked(rows[4])
    assert ("time", "September 1 , 2015") in marked(rows[1])
    assert rows[0]["relations"][0]["values"]["type"] == "coref"


def test_old_doccano_is_what_its_users_agree_on(tmp_path: Path) -> None:
    _, rows = read_text(tmp_path, "a.jsonl", (SAMPLES / "doccano_ner_old_annotations.jsonl").read_text("utf-8"))
    assert marked(rows[0])[:2] == [("12", "JAPAN"), ("13", "CHINA")]
    assert len(rows[0]["spans"]) == 5
    assert len(rows[0]["annotations"]) == 10

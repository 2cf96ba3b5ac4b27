"""CoNLL-U: entities in the last column, else parts of speech; ranges and empty words are kept beside."""

from pathlib import Path

from tests.workspace.reading.annotations.rows import read_text

_HEAD = "# sent_id = 1\n# text = Vámonos a Roma\n"
_LINES = (
    "1-2\tVámonos\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n"
    "1\tVamos\tir\tVERB\t_\tMood=Imp\t0\troot\t_\t_\n"
    "2\tnos\tnosotros\tPRON\t_\t_\t1\tobj\t_\t_\n"
    "2.1\tir\tir\tVERB\t_\t_\t_\t_\t1:conj\t_\n"
    "3\ta\ta\tADP\t_\t_\t4\tcase\t_\t_\n"
    "4\tRoma\tRoma\tPROPN\t_\t_\t1\tobl\t_\t{misc}\n\n"
)


def test_parts_of_speech_where_no_entity_is_named(tmp_path: Path) -> None:
    profile, rows = read_text(tmp_path, "a.conllu", (_HEAD + _LINES.format(misc="_")) * 3)
    assert (profile.format, profile.rows, str(profile.task.kind)) == ("conllu", 3, "ner")
    assert rows[0]["tokens"] == ["Vamos", "nos", "a", "Roma"]
    assert rows[0]["tags"] == rows[0]["upos"] == ["VERB", "PRON", "ADP", "PROPN"]
    assert rows[0]["text"] == "Vámonos a Roma"
    assert rows[0]["comments"] == ["# sent_id = 1"]
    assert rows[0]["heads"] == ["0", "1", "4", "1"]
    assert '"1-2"' in rows[0]["unnumbered"]


def test_entities_of_the_last_column(tmp_path: Path) -> None:
    for misc in ("NER=B-LOC|SpaceAfter=No", "Gloss=x|NE=S-LOC", "ner=LOC"):
        profile, rows = read_text(tmp_path, "a.conllu", _LINES.format(misc=misc))
        assert rows[0]["tags"] == ["O", "O", "O", "B-LOC"]
        assert (profile.task.label, profile.task.text) == ("tags", ["tokens"])

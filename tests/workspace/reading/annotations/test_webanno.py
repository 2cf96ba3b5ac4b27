"""WebAnno TSV 3: stacked, nested, over words and within them, escaped, UTF-16; chains, slots and other layers kept."""

from pathlib import Path

from tests.workspace.reading.annotations.rows import marked, read_text

_NE = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n"
_POS = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue\n"


def _file(layers: str, *sentences: str) -> str:
    return f"#FORMAT=WebAnno TSV 3.3\n{layers}\n" + "".join(f"\n{sentence}" for sentence in sentences)


def test_stacked_and_over_several_words(tmp_path: Path) -> None:
    text = _file(
        _POS + _NE,
        "#Text=Ms. Haag runs\n1-1\t0-3\tMs.\tNNP\t*[1]|Q1[2]\tPER[1]|PERpart[2]\t\n"
        "1-2\t4-8\tHaag\tNNP\t*[1]\tPER[1]\t\n1-3\t9-13\truns\tVBZ\t_\t_\t\n",
        "#Sentence.id=s2\n#Text=So\n2-1\t14-16\tSo\tRB\t_\t_\t\n",
    )
    profile, rows = read_text(tmp_path, "a.tsv", text)
    assert (profile.format, profile.rows, profile.task.label) == ("webanno", 2, "spans")
    assert marked(rows[0]) == [("PER", "Ms. Haag"), ("PERpart", "Ms.")]
    assert rows[0]["spans"][1]["identifier"] == "Q1"
    assert [span["label"] for span in rows[0]["other_layers"][0]["spans"]] == ["NNP", "NNP", "VBZ"]
    assert rows[1]["comments"] == ["#Sentence.id=s2"]


def test_within_words_and_without_value(tmp_path: Path) -> None:
    text = _file(
        "#T_SP=webanno.custom.Span|\n",
        "#Text=plays on\n1-1\t0-5\tplays\t_\t\n1-1.1\t0-4\tplay\t*\t\n1-1.2\t4-5\ts\t*[3]\t\n1-2\t6-8\ton\t*[3]\t\n",
    )
    _, rows = read_text(tmp_path, "a.tsv", text)
    assert marked(rows[0]) == [("Span", "play"), ("Span", "s on")]


def test_emoji_escapes_and_line_breaks(tmp_path: Path) -> None:
    text = _file(
        "#T_SP=webanno.custom.Span|value\n",
        "#Text=A \N{GRINNING FACE} b\n#Text=c\\td\\\\\n1-1\t0-1\tA\t_\t\n1-2\t2-4\t\N{GRINNING FACE}\tx\\_y\\|z[1]\t\n"
        "1-3\t5-6\tb\tx\\_y\\|z[1]\t\n1-4\t7-8\tc\tend\t\n1-5\t9-10\td\t_\t\n1-6\t10-11\t\\\t_\t\n",
    )
    _, rows = read_text(tmp_path, "a.tsv", text)
    assert rows[0]["text"] == "A \N{GRINNING FACE} b\nc\td\\"
    assert marked(rows[0]) == [("x_y|z", "\N{GRINNING FACE} b"), ("end", "c")]


def test_chains_and_slots_are_kept(tmp_path: Path) -> None:
    text = _file(
        "#T_SP=webanno.custom.Frame|FE|ROLE_webanno.custom.Frame:Roles_webanno.custom.Link|webanno.custom.Lu\n"
        "#T_CH=webanno.custom.CoreferenceLink|referenceType|referenceRelation\n",
        "#Text=He shot himself\n1-1\t0-2\tHe\t_\t_\t_\tpr[1]\tcoref->1-1\t\n"
        "1-2\t3-7\tshot\tkill\tkiller;victim\t1-1;1-3[4]\t_\t_\t\n"
        "1-3\t8-15\thimself\t_\t_\t_\tpr[1]\tcoref->1-2\t\n",
    )
    _, rows = read_text(tmp_path, "a.tsv", text)
    assert marked(rows[0]) == [("kill", "shot")]
    assert rows[0]["spans"][0]["webanno.custom.Lu"] == "1-1;1-3[4]"
    assert [(link["start"], link["values"]["referenceRelation"]) for link in rows[0]["chains"]] == [
        (0, "coref->1-1"),
        (8, "coref->1-2"),
    ]
    assert rows[0]["chains"][1]["values"]["referenceType"] == "pr[1]"


def test_values_belong_to_their_number(tmp_path: Path) -> None:
    text = _file(
        "#T_SP=webanno.custom.Referent|entity|identity\n",
        "#Text=Ants of Rome\n1-1\t0-4\tAnts\tanimal[1]\t_\t\n1-2\t5-7\tof\tanimal[1]\t_\t\n"
        "1-3\t8-12\tRome\tanimal[1]|place[2]\tRome_city[2]\t\n",
    )
    _, rows = read_text(tmp_path, "a.tsv", text)
    assert marked(rows[0]) == [("animal", "Ants of Rome"), ("place", "Rome")]
    assert [span.get("identity") for span in rows[0]["spans"]] == [None, "Rome_city"]

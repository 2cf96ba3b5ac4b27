"""Names of persons: where people write them without a model, and anywhere with it."""

from pathlib import Path

import pytest

from workspace.errors import InputError
from workspace.privacy import scan_personal, tagger
from workspace.privacy.recognise import find_personal
from workspace.privacy.redact import Redaction, Redactor

needs_model = pytest.mark.skipif(not tagger.available(), reason=f"needs the model of names: {tagger.INSTALL}")


def names(text: str, *, deep: bool = False) -> list[str]:
    return [text[one.start : one.end] for one in find_personal(text, deep=deep) if one.kind == "name"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Dear Ms Keller,\nmy parcel is late.\nKind regards,\nAnna O'Brien", ["Keller", "Anna O'Brien"]),
        ("Hola Marta, gracias. Un saludo, José García López", ["Marta", "José García López"]),
        ("Sehr geehrte Frau Dr. Müller-Lüden, bitte helfen Sie", ["Müller-Lüden"]),
        ("hello, my name is Ahmed El Sayed and I wait", ["Ahmed El Sayed"]),
        ("Mr. Smith called. Smith said no.", ["Smith", "Smith"]),
        ("Bonjour Madame Dupont, merci", ["Dupont"]),
    ],
)
def test_names_are_found_where_people_write_them(text: str, found: list[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Dear Customer, thanks for your order.",
        "Hi Team, please help. Regards, Customer Service",
        "Thank you for the Card",
        "hello there",
        "Sehr geehrte Damen und Herren, ich warte",
        "This is Great. Hello World!",
    ],
)
def test_what_only_stands_in_such_a_place_is_nobody(text: str) -> None:
    assert names(text) == []


@needs_model
def test_the_model_sees_names_and_addresses_anywhere() -> None:
    text = "The parcel for Jürgen Schröder went to Józefa Piłsudskiego 12, 00-950 Warszawa again. I was in London."
    found = [(one.kind, text[one.start : one.end]) for one in find_personal(text, deep=True)]

    assert found == [("name", "Jürgen Schröder"), ("address", "Józefa Piłsudskiego 12, 00-950 Warszawa")]
    assert names("the refund for my order is still pending", deep=True) == []


@needs_model
def test_a_name_at_the_end_of_a_long_text_is_found() -> None:
    text = f"{'the refund for my order is still pending and nobody answers. ' * 40}I asked Maria Lindqvist about it."

    assert names(text, deep=True) == ["Maria Lindqvist"]


@needs_model
def test_what_stands_for_a_hidden_name_is_not_found_again() -> None:
    once = Redactor(Redaction(deep=True), None).text("Maria Lindqvist called about the refund", "")[0]

    assert once == "[NAME] called about the refund"
    assert names(once, deep=True) == []
    assert names("Person ABCD called about the refund", deep=True) == []


@needs_model
def test_a_scan_finds_what_only_the_model_sees_when_asked(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = tmp_path / "t.parquet"
    pq.write_table(pa.table({"text": ["Maria Lindqvist called", "nothing here"] * 5}), table)

    assert scan_personal(table, ["text"]).rows == {}
    assert scan_personal(table, ["text"], deep=True).rows == {"name": 5}
    assert scan_personal(table, ["text"], deep=True).examples == {"name": ["M•••"]}


def test_other_weights_than_the_known_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "onnx").mkdir()
    for name in tagger.SHA256:
        (tmp_path / name).write_bytes(b"something else")
    monkeypatch.setattr(tagger, "_folder", lambda: tmp_path)
    monkeypatch.setattr(tagger, "available", lambda: True)
    tagger._loaded.cache_clear()
    try:
        with pytest.raises(InputError) as caught:
            list(tagger.find_tagged("Maria called"))
    finally:
        tagger._loaded.cache_clear()

    assert caught.value.code == "WEIGHTS_CORRUPT"
    assert "--no-deps" in caught.value.next_step

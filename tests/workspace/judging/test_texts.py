"""What stands around the words of a text, and what is left when it is taken out."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.judging import boilerplate, lengths, mail
from workspace.judging.languages import language_of, languages_of, mixed
from workspace.judging.markup import strip_html
from workspace.judging.mojibake import repair
from workspace.judging.text_repair import HTML, MOJIBAKE, QUOTED_MAIL, SIGNATURES

_QUOTES = [
    "\n\nOn Mon, 5 Jan 2026 at 10:12, Support <help@bank.com> wrote:\n> Hello,\n> did it arrive?",
    "\n\n-----Original Message-----\nFrom: Support\nSent: Monday\nTo: Me\nSubject: Card\n\nHello, did it arrive?",
    "\n\nAm 05.01.2026 um 10:12 schrieb Support <help@bank.com>:\n> Hallo,\n> kam sie an?",
    "\n\nLe lun. 5 janv. 2026 à 10:12, Support <help@bank.com> a écrit :\n> Bonjour",
    "\n\nEl lun, 5 ene 2026 a las 10:12, Support (<help@bank.com>) escribió:\n> Hola",
    "\n\nVon: Support\nGesendet: Montag\nAn: Ich\nBetreff: Karte\n\nHallo",
    " On Mon, 5 Jan 2026 at 10:12, Support <help@bank.com> wrote: > Hello, did it arrive?",
]
_SIGNATURES = [
    "\n\nBest regards,\nJohn Smith\nSales Manager\nTel: +49 30 1234567",
    "\n-- \nJohn Smith",
    "\n\nMit freundlichen Grüßen\nJohn Smith",
    "\n\nSent from my iPhone",
    " Best regards, John Smith",
    "\n\nTot ziens allemaal,\nJan de Vries\nAmsterdam",
]


@pytest.mark.parametrize("quote", _QUOTES)
def test_quoted_mails_are_taken_out(quote: str) -> None:
    assert mail.strip_quoted(f"My card has not arrived.{quote}") == "My card has not arrived."
    places, texts = QUOTED_MAIL.changed(pa.array(["Fine.", None, f"My card has not arrived.{quote}"]))
    assert (places.tolist(), texts) == ([2], ["My card has not arrived."])


def test_an_answer_below_the_quoted_lines_stays_and_nothing_is_emptied() -> None:
    assert mail.strip_quoted("> Did it arrive?\n\nYes, thank you.") == "Yes, thank you."
    assert mail.strip_quoted("> Did it arrive?") == "> Did it arrive?"


@pytest.mark.parametrize(
    "text",
    ["On 5 Jan 2026 I wrote a letter: nobody answered.", "5 > 3 and 2 < 4", "I was from: Rome\nand wrote poems: many"],
)
def test_plain_sentences_are_no_quoted_mails(text: str) -> None:
    assert mail.strip_quoted(text) == text


@pytest.mark.parametrize("signature", _SIGNATURES)
def test_signatures_are_taken_out(signature: str) -> None:
    assert mail.strip_signature(f"My card has not arrived.{signature}") == "My card has not arrived."
    places, _ = SIGNATURES.changed(pa.array([f"My card has not arrived.{signature}", "Fine, thanks"]))
    assert places.tolist() == [0]


@pytest.mark.parametrize(
    "text", ["Give my regards to all of you and your family, we will see", "Best regards", "Dear all,\nhi"]
)
def test_words_that_only_look_like_a_signature_stay(text: str) -> None:
    assert mail.strip_signature(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<p>Hello <b>you</b></p><p>there &amp; here</p>", "Hello you\nthere & here"),
        ("x<br/>y", "x\ny"),
        ("<style>p {color: red}</style>real <!-- no --> text", "real text"),
        ("1 &amp;lt; 2", "1 < 2"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("a < b and <3 c > d", "a < b and <3 c > d"),
        ("<user> says <unk>", "<user> says <unk>"),
        ("AT&T; Tom & Jerry", "AT&T; Tom & Jerry"),
    ],
)
def test_html_becomes_what_a_browser_shows(text: str, shown: str) -> None:
    assert strip_html(text) == shown
    assert strip_html(shown) == shown
    assert len(HTML.changed(pa.array([text]))[0]) == (text != shown)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("cafÃ© crÃ¨me", "café crème"),
        ("a å£900 prize", "a £900 prize"),
        ("naïve café", "naïve café"),
        ("Âge d'or, Ñandú, smørrebrød på Åland", "Âge d'or, Ñandú, smørrebrød på Åland"),
    ],
)
def test_damaged_letters_are_repaired_and_others_left(text: str, meant: str) -> None:
    assert repair(text) == meant
    assert len(MOJIBAKE.changed(pa.array([text]))[0]) == (text != meant)


def test_sentences_of_many_texts_are_boilerplate() -> None:
    footer = "This mail is confidential and for you alone."
    texts = [f"Question number {n} is about something else.\n{footer}" for n in range(20)] + ["Short.", footer]
    assert boilerplate.find_boilerplate(texts) == [footer]
    strip = boilerplate.stripper([footer])
    assert strip(texts[3]) == "Question number 3 is about something else."
    assert strip(f"First. {footer} Last.") == "First. Last."
    # Nothing is emptied.
    assert strip(footer) == footer


def test_a_text_that_is_repeated_as_a_whole_is_no_boilerplate() -> None:
    assert boilerplate.find_boilerplate(["Where is my order, please?"] * 30) == []


def test_short_texts_and_place_holders() -> None:
    texts = ["ok", "n/a", "(none)", "?", "yes", "好的", "I", "", None, "no idea", "test", "tests"]
    assert lengths.too_short(pa.array(texts)).tolist() == [0, 1, 2, 3, 6, 10]
    assert lengths.too_short(pa.array(["yes", "okay"]), least=4).tolist() == [0]


def test_long_texts_by_script() -> None:
    assert lengths.too_long(pa.array(["word " * 200, "word " * 250, "слово " * 80, "字" * 200, None])).tolist() == [
        1,
        2,
    ]


def test_languages_of_longer_texts() -> None:
    german = "Meine Karte ist leider immer noch nicht angekommen, bitte helfen Sie mir."
    english = "My card has still not arrived, please could you help me with this problem."
    assert (language_of(german), language_of(english), language_of("ok")) == ("German", "English", None)
    counts = languages_of([german] * 30 + [english] * 10 + ["ok", None])
    assert mixed(counts) == [("German", 0.75), ("English", 0.25)]
    assert mixed(languages_of([english] * 50 + [german])) == []


_HOSTILE = [
    *(
        "On 1 ",
        "On 1 wrote ",
        "On 1 wrote: a ",
        "On 1 a@ ",
        "Am 1 ",
        "wrote: @ ",
        ">",
        "> ",
        "-",
        "-- Original Message ",
        "_",
    ),
    *("\n", "From: a\n", "From: \n \n", "From: a\n\nTo: b\n\n", "a,\n\n", "\nregards\n", "\n\nAa Bb,\nAa Bb", "\n- a"),
    *(
        ". Sent from my x ",
        "2024年1月1日 <",
        "\nThanks,",
        "Aa ",
        " \t",
        "*> From",
        "\n\n________________________________",
    ),
]


@pytest.mark.parametrize("piece", _HOSTILE)
def test_cleaning_mails_takes_no_longer_than_their_length_says(piece: str) -> None:
    """Backtracking would take hours here; what is repeated may come back shorter, but from the text's beginning."""
    text = f"My card.{piece * (60_000 // len(piece))} end"
    for strip in (mail.strip_quoted, mail.strip_signature):
        left = strip(text)
        assert left
        assert len(left) <= len(text)


_PIECES = st.sampled_from(
    [
        "On Mon, 5 Jan 2026 Anna <a@b.com> wrote:",
        "From: Anna",
        "To: me",
        "\n",
        "\n",
        "> hello",
        " ",
        "-----Original Message-----",
    ]
    + [
        "Best regards",
        "Anna Smith",
        "-- ",
        "My card has not arrived.",
        "Sent from my iPhone",
        "Thanks,",
        "写道：",
        "2026年1月5日",
    ]
)


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_what_is_left_of_a_mail_is_never_empty_nor_new(text: str) -> None:
    for strip in (mail.strip_quoted, mail.strip_signature):
        left = strip(text)
        assert bool(left.strip()) == bool(text.strip())
        rest = iter(text)
        assert all(letter in rest for letter in left if not letter.isspace())
    assert text.strip().startswith(mail.strip_signature(text).strip())

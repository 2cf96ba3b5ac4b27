"""Finding personal data in a text: kinds, places, what is not personal, and what is not loaded for it."""

import subprocess
import sys
from itertools import pairwise

import pytest

from workspace.privacy.recognise import find_personal


def found(text: str, hint: str = "") -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in find_personal(text, hint)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Write to anna.keller@gmail.com, please", "email", "anna.keller@gmail.com"),
        ("Meine Adresse ist max@münchen-post.de.", "email", "max@münchen-post.de"),
        ("my number is +49 170 1234567", "phone", "+49 170 1234567"),
        ("reach me at (415) 555-2671 after 5", "phone", "(415) 555-2671"),
        ("Rückruf unter 030/12345678 bitte", "phone", "030/12345678"),
        ("call 4155552671 now", "phone", "4155552671"),
        ("appelez le 01 42 68 53 00", "phone", "01 42 68 53 00"),
        ("IBAN DE89370400440532013000.", "iban", "DE89370400440532013000"),
        ("to GB29 NWBK 6016 1331 9268 19 please", "iban", "GB29 NWBK 6016 1331 9268 19"),
        ("card 4111 1111 1111 1111 exp 04/27", "card", "4111 1111 1111 1111"),
        ("amex 378282246310005", "card", "378282246310005"),
        ("Mastercard's second series: 2223 0031 2200 3222", "card", "2223 0031 2200 3222"),
        ("my maestro card 6759649826438453", "card", "6759649826438453"),
        ("my SSN is 536-22-8721", "national_id", "536-22-8721"),
        ("NINO AB123456C", "national_id", "AB123456C"),
        ("NHS number 943 476 5919", "national_id", "943 476 5919"),
        ("DNI 12345678Z", "national_id", "12345678Z"),
        ("NIE X1234567L", "national_id", "X1234567L"),
        ("codice fiscale RSSMRA85T10A562S", "national_id", "RSSMRA85T10A562S"),
        ("PESEL 44051401359", "national_id", "44051401359"),
        ("PAN ABCPE1234F", "national_id", "ABCPE1234F"),
        ("Aadhaar 2341 2341 2346", "national_id", "2341 2341 2346"),
        ("TFN 123 456 782", "national_id", "123 456 782"),
        ("NRIC S1234567D", "national_id", "S1234567D"),
        ("CPF 529.982.247-25", "national_id", "529.982.247-25"),
        ("numéro 1 84 12 76 451 089 46", "national_id", "1 84 12 76 451 089 46"),
        ("BSN 111222333", "national_id", "111222333"),
        ("AHV 756.9217.0769.85", "national_id", "756.9217.0769.85"),
        ("Steuer-ID 86095742719", "national_id", "86095742719"),
        ("from 192.168.1.77 today", "ip", "192.168.1.77"),
        ("from 2001:db8::ff00:42:8329 today", "ip", "2001:db8::ff00:42:8329"),
        ("Ich wohne Hauptstraße 12, 10115 Berlin.", "address", "Hauptstraße 12, 10115 Berlin"),
        ("J'habite 12 rue de la Paix, 75002 Paris.", "address", "12 rue de la Paix, 75002 Paris"),
        ("Vivo en la Calle Mayor 5, 28013 Madrid.", "address", "Calle Mayor 5, 28013 Madrid"),
        (
            "Send it to 4998 Stairstep Lane, Toronto, ON M3H 5T6",
            "address",
            "4998 Stairstep Lane, Toronto, ON M3H 5T6",
        ),
    ],
)
def test_each_kind_is_found_where_it_stands(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "I want to know why my payment is still pending",
        "Order 4155552671 of 2023-01-15 10:30 cost 1,234,567.89",
        "population 12 345 678, version 1.2.3, room 5",
        "card 4111 1111 1111 1112 fails Luhn",
        "IBAN DE89370400440532013001 has wrong check digits",
        "ticket 86095742719 has a tax number's check digit, but nobody says that it is one",
        "user@localhost and @mention are no addresses of people",
        "ISBN 978-3-16-148410-0, ref 20230115-0042",
        "The street was 5 miles long and the road closed",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_the_name_of_a_column_says_what_bare_digits_are() -> None:
    assert found("4155552671") == []
    assert found("4155552671", "mobile") == [("phone", "4155552671")]
    assert found("44051401359", "PESEL") == [("national_id", "44051401359")]


def test_values_far_apart_in_a_long_text_are_all_found() -> None:
    text = f"{'word ' * 200}anna@gmail.com {'word ' * 200}4111111111111111 {'word ' * 200}+49 170 1234567"

    assert [kind for kind, _ in found(text)] == ["email", "card", "phone"]


def test_no_value_is_found_twice() -> None:
    places = find_personal("tel +44 20 7946 0958, mail a@b.co.uk, IBAN GB29NWBK60161331926819, 192.168.0.1")

    assert all(a.end <= b.start for a, b in pairwise(places))
    assert [p.kind for p in places] == ["phone", "email", "iban", "ip"]


def test_neither_spacy_nor_torch_is_loaded_and_presidio_can_still_be_imported() -> None:
    code = (
        "import sys\n"
        "import workspace.privacy\n"
        "assert not {'stdnum', 'phonenumbers', 'pyap', 'tldextract', 'regex'} & set(sys.modules)\n"
        "from workspace.privacy.recognise import find_personal\n"
        "assert find_personal('mail a@gmail.com card 4111111111111111')\n"
        "assert not {'spacy', 'torch', 'transformers', 'thinc'} & set(sys.modules)\n"
        "assert not [name for name in sys.modules if name.startswith('presidio_analyzer')]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

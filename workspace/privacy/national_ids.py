"""Numbers that Presidio has no recogniser for: python-stdnum checks them, a shape finds the candidates."""

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from workspace.privacy.context import said_before, words


@dataclass(frozen=True)
class _Number:
    """``module`` of python-stdnum; ``sure``: written in this shape it is meant, also without a word that says so."""

    module: str
    shape: str
    said: str
    sure: bool = False


_NUMBERS = (
    _Number("ar.cuit", r"\d{2}-\d{8}-\d", "cuit cuil", sure=True),
    _Number("at.vnr", r"\d{4} ?\d{6}", "svnr|sv-nummer|sozialversicherungsnummer|versicherungsnummer|e-card"),
    _Number("be.nn", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", "rijksregisternummer", sure=True),
    _Number("be.nn", r"\d{11}", "rijksregisternummer|registre national|numéro national"),
    _Number("br.cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}", "cpf", sure=True),
    _Number("br.cpf", r"\d{11}", "cpf"),
    _Number("ch.ssn", r"756\.\d{4}\.\d{4}\.\d{2}", "ahv", sure=True),
    _Number("ch.ssn", r"756\d{10}", "ahv|avs|ahv-nummer|sozialversicherungsnummer"),
    _Number("cl.rut", r"\d{1,2}\.\d{3}\.\d{3}-[\dKk]", "rut", sure=True),
    _Number("cn.ric", r"\d{17}[\dXx]", "身份证", sure=True),
    _Number("cz.rc", r"\d{6}/\d{3,4}", "rodné číslo", sure=True),
    _Number("dk.cpr", r"\d{6}-?\d{4}", "cpr|cpr-nummer|cpr-nr|personnummer"),
    _Number("fr.nir", r"[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}", "sécurité sociale", sure=True),
    _Number("gr.amka", r"\d{11}", "amka|αμκα"),
    _Number("hr.oib", r"\d{11}", "oib"),
    _Number("ie.pps", r"\d{7}[A-W][A-IW]?", "pps|ppsn", sure=True),
    _Number("il.idnr", r"\d{9}", "teudat zehut|תעודת זהות|israeli id"),
    _Number("mx.curp", r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d", "curp", sure=True),
    _Number("nl.bsn", r"\d{9}|\d{4}[. ]\d{2}[. ]\d{3}", "bsn|burgerservicenummer|sofinummer"),
    _Number("no.fodselsnummer", r"\d{6} ?\d{5}", "fødselsnummer|personnummer|fnr"),
    _Number("pt.nif", r"\d{9}|\d{3} \d{3} \d{3}", "nif|contribuinte|número de contribuinte"),
    _Number("ro.cnp", r"[1-8]\d{12}", "cnp|cod numeric personal"),
)


@cache
def _compiled() -> tuple[tuple[_Number, re.Pattern[str], re.Pattern[str], Any], ...]:
    return tuple(
        (
            number,
            re.compile(rf"(?<![\w.\-/])(?:{number.shape})(?![\w\-/]|\.\d)"),
            words(tuple(number.said.split("|"))),
            importlib.import_module(f"stdnum.{number.module}"),
        )
        for number in _NUMBERS
    )


def number_words() -> list[re.Pattern[str]]:
    """For each number the words that say what it is."""
    return [said for _, _, said, _ in _compiled()]


def find_numbers(text: str, hint: str) -> Iterator[tuple[int, int, bool]]:
    """Start, end, and whether a word or the column's name says what it is."""
    for number, shape, said, module in _compiled():
        for match in shape.finditer(text):
            said_so = said_before(said, text, match.start(), hint)
            if (number.sure or said_so) and module.is_valid(match.group()):
                yield match.start(), match.end(), said_so


_CARD_OF_TODAY = re.compile(r"(?<![\w.\-/])(?:2[2-7]\d{2}(?:[ -]?\d{4}){3}|4\d{18})(?![\w\-/]|\.\d)")
"""Mastercard's second series and Visa's long numbers; Presidio knows the older ones."""
_CARD_IF_SAID = re.compile(r"(?<![\w.\-/])\d(?:[ -]?\d){11,18}(?![\w\-/]|\.\d)")
_CARD_SAID = words(
    tuple(
        "card|visa|mastercard|maestro|amex|jcb|discover|karte|kreditkarte|carte|tarjeta|carta|cartão|kaart".split("|")
    )
)


def find_cards(text: str, hint: str) -> Iterator[tuple[int, int, bool]]:
    """Payment cards of 12 to 19 digits: start, end, and whether a word says what it is. Luhn's check digit is right."""
    from stdnum import luhn

    for shape in (_CARD_OF_TODAY, _CARD_IF_SAID):
        for match in shape.finditer(text):
            said = said_before(_CARD_SAID, text, match.start(), hint)
            if (said or shape is _CARD_OF_TODAY) and luhn.is_valid(re.sub(r"[ -]", "", match.group())):
                yield match.start(), match.end(), said

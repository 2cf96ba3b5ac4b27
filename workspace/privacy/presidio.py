"""Presidio's recognisers, without the rest of Presidio.

``import presidio_analyzer`` loads spaCy, and with it torch and transformers where they are installed: 6 seconds and
420 MB on the machine this was written on, for regular expressions and check digits that need none of them. So the
recognisers' own modules are loaded behind two stand-ins for the packages above them (0.2 s, 15 MB). The stand-ins are
gone when the block ends; whoever imports Presidio afterwards gets all of it.
"""

import importlib
import importlib.util
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

_PACKAGE = "presidio_analyzer"
_PARTS = (
    ("analysis_explanation", "AnalysisExplanation"),
    ("recognizer_result", "RecognizerResult"),
    ("entity_recognizer", "EntityRecognizer"),
    ("local_recognizer", "LocalRecognizer"),
    ("pattern", "Pattern"),
    ("pattern_recognizer", "PatternRecognizer"),
)
"""What recognisers import from the package itself, in the order in which these parts need each other."""

_EVERYWHERE = ("credit_card:CreditCard", "iban:Iban", "ip:Ip")
_OF_COUNTRIES = (
    "us.us_ssn:UsSsn us.us_itin:UsItin us.us_passport:UsPassport "
    "uk.uk_nhs:Nhs uk.uk_nino:UkNino uk.uk_driving_licence:UkDrivingLicence uk.uk_passport:UkPassport "
    "spain.es_nif:EsNif spain.es_nie:EsNie spain.es_passport:EsPassport "
    "italy.it_fiscal_code:ItFiscalCode italy.it_identity_card:ItIdentityCard italy.it_passport:ItPassport "
    "germany.de_tax_id:DeTaxId germany.de_social_security:DeSocialSecurity germany.de_id_card:DeIdCard "
    "germany.de_passport:DePassport germany.de_health_insurance:DeHealthInsurance "
    "poland.pl_pesel:PlPesel finland.fi_personal_identity_code:FiPersonalIdentityCode "
    "sweden.se_personnummer:SePersonnummer turkey.tr_national_id:TrNationalId "
    "india.in_pan:InPan india.in_aadhaar:InAadhaar india.in_voter:InVoter india.in_passport:InPassport "
    "australia.au_tfn:AuTfn australia.au_abn:AuAbn australia.au_medicare:AuMedicare "
    "singapore.sg_fin:SgFin canada.ca_sin:CaSin korea.kr_rrn:KrRrn thai.th_tnin:ThTnin "
    "south_africa.za_id_number:ZaIdNumber nigeria.ng_nin:NgNin"
).split()
"""Identity, tax, insurance and passport numbers of persons; not companies, number plates or shipments."""

_KINDS = {"CREDIT_CARD": "card", "IBAN_CODE": "iban", "IP_ADDRESS": "ip"}
_loading = threading.Lock()


@cache
def recognisers() -> tuple[tuple[str, Any], ...]:
    """Pairs of a kind and a Presidio ``PatternRecognizer``, made once a process.

    They log what they could not validate, so their logger is shut: a log is no place for card numbers.
    """
    logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL + 1)
    with _loading, _light_package():
        made = [_recogniser(f"generic.{entry}") for entry in _EVERYWHERE]
        made += [_recogniser(f"country_specific.{entry}") for entry in _OF_COUNTRIES]
    return tuple((_KINDS.get(one.supported_entities[0], "national_id"), one) for one in made)


@cache
def email_recogniser() -> Any:
    """Presidio's e-mail pattern. Its own validation would ask the network for a list of suffixes; not used."""
    logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL + 1)
    with _loading, _light_package():
        return _recogniser("generic.email:Email")


def _recogniser(entry: str) -> Any:
    module, name = entry.split(":")
    loaded = importlib.import_module(f"{_PACKAGE}.predefined_recognizers.{module}_recognizer")
    return getattr(loaded, f"{name}Recognizer")()


@contextmanager
def _light_package() -> Iterator[None]:
    """Makes ``from presidio_analyzer import Pattern`` work without running the package's ``__init__``."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"No module named {_PACKAGE!r}", name=_PACKAGE)
    before = {name: module for name, module in sys.modules.items() if _ours(name)}
    for name in before:
        del sys.modules[name]
    folder = next(iter(spec.submodule_search_locations))
    try:
        root = _stand_in(_PACKAGE, folder)
        for below in ("predefined_recognizers", "predefined_recognizers.generic"):
            _stand_in(f"{_PACKAGE}.{below}", f"{folder}/{below.replace('.', '/')}")
        # Named in annotations only.
        _stand_in(f"{_PACKAGE}.nlp_engine", "").__dict__["NlpArtifacts"] = object
        for part, name in _PARTS:
            setattr(root, name, getattr(importlib.import_module(f"{_PACKAGE}.{part}"), name))
        yield
    finally:
        for name in [name for name in sys.modules if _ours(name)]:
            del sys.modules[name]
        sys.modules.update(before)


def _ours(name: str) -> bool:
    return name == _PACKAGE or name.startswith(f"{_PACKAGE}.")


def _stand_in(name: str, folder: str) -> ModuleType:
    module = ModuleType(name)
    module.__path__ = [folder]
    sys.modules[name] = module
    return module

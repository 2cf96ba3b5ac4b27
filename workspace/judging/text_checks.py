"""Checks of the texts themselves: what stands around the words, how long they are, in which language."""

from dataclasses import dataclass

from workspace.dataset import DataProblem, FixOffer, Severity
from workspace.judging import boilerplate, languages, lengths
from workspace.judging.sample import Texts
from workspace.judging.text_repair import HTML, MOJIBAKE, QUOTED_MAIL, SIGNATURES, TextRepair
from workspace.judging.wording import cells

_SHOWN = 100


@dataclass(frozen=True)
class _Check:
    code: str
    repair: TextRepair
    says: str
    fix: FixOffer
    severity: Severity = "warning"


_LETTERS = _Check(
    "MOJIBAKE",
    MOJIBAKE,
    "{have} letters that were damaged when they were saved, such as Ã© for é.",
    FixOffer(code="repair_encoding", label="Repair the letters"),
)

_REPAIRS = [
    _Check(
        "QUOTED_MAIL",
        QUOTED_MAIL,
        "{have} an older mail below the answer. The model would learn from words that somebody else wrote.",
        FixOffer(code="strip_quoted_mail", label="Keep only the new words"),
    ),
    _Check(
        "HTML_IN_TEXT",
        HTML,
        "{have} HTML codes such as <br> or &amp;. The model would take them for words.",
        FixOffer(code="strip_html", label="Remove the codes"),
    ),
    _Check(
        "SIGNATURES",
        SIGNATURES,
        "{have} a signature at the end. A model may learn who writes instead of what is written.",
        FixOffer(code="strip_signatures", label="Remove the signatures"),
    ),
    _LETTERS,
]


def find_text_problems(sample: Texts, *, written: bool = False) -> list[DataProblem]:
    """What a look at the texts tells, without the answers.

    Args:
        written: the texts are what a model is to write like, so that a signature or HTML may be just what is wanted.
    """
    if written:
        return [*_repair(sample, _LETTERS), *_languages(sample)]
    repaired = [problem for check in _REPAIRS for problem in _repair(sample, check)]
    return [*repaired, *_boilerplate(sample), *_short(sample), *_long(sample), *_languages(sample)]


def _have(sample: Texts, found: int) -> str:
    """``37 texts have``; ``About 3,100 texts have`` where it is an estimate."""
    count = sample.estimate(found)
    return f"{'' if sample.complete else 'About '}{cells(count)} {'has' if count == 1 else 'have'}"


def _shown(sample: Texts, places: list[int]) -> list[str]:
    return [str(sample.texts[place].as_py())[:_SHOWN] for place in places[:3]]


def _severity(sample: Texts, found: int, severity: Severity) -> Severity:
    return severity if found >= 0.01 * len(sample.texts) else "info"


def _repair(sample: Texts, check: _Check) -> list[DataProblem]:
    changed = [check.repair.changed(column)[0] for column in sample.columns]
    places = sorted({place for found in changed for place in found.tolist()})
    if not places:
        return []
    return [
        DataProblem(
            code=check.code,
            severity=_severity(sample, len(places), check.severity),
            count=sample.estimate(len(places)),
            message=check.says.format(have=_have(sample, len(places))) + sample.tail(),
            examples=_shown(sample, places),
            fix=check.fix,
        )
    ]


def _boilerplate(sample: Texts) -> list[DataProblem]:
    texts = [column.to_pylist() for column in sample.columns]
    lines = boilerplate.find_boilerplate(text for column in texts for text in column)
    strip = boilerplate.stripper(lines)
    rows = zip(*texts, strict=True) if lines else ()
    count = sum(any(text and strip(text) != text for text in row) for row in rows)
    if not count:
        return []
    what = "the same sentence" if len(lines) == 1 else f"{len(lines)} sentences that many share"
    return [
        DataProblem(
            code="BOILERPLATE",
            severity="warning",
            count=sample.estimate(count),
            message=f"{_have(sample, count)} {what} (a footer or a form). It says nothing about the answer."
            + sample.tail(),
            examples=[line[:_SHOWN] for line in lines[:3]],
            fix=FixOffer(code="strip_boilerplate", label="Remove it"),
        )
    ]


def _short(sample: Texts) -> list[DataProblem]:
    places = lengths.too_short(sample.texts).tolist()
    if not places:
        return []
    return [
        DataProblem(
            code="TEXT_TOO_SHORT",
            severity=_severity(sample, len(places), "warning"),
            count=sample.estimate(len(places)),
            message=f"{_have(sample, len(places))} fewer than {lengths.LEAST} letters or only hold a place, such as "
            "“n/a”. Hardly anything can be learnt from them." + sample.tail(),
            examples=_shown(sample, places),
            fix=FixOffer(code="drop_short_texts", label="Leave them out"),
        )
    ]


def _long(sample: Texts) -> list[DataProblem]:
    places = lengths.too_long(sample.texts).tolist()
    if not places:
        return []
    return [
        DataProblem(
            code="TEXT_TOO_LONG",
            severity="info",
            count=sample.estimate(len(places)),
            message=f"{_have(sample, len(places))} more than about 190 words ({lengths.MODEL_TOKENS} tokens). The "
            "starter model reads the beginning only; that is often enough." + sample.tail(),
            examples=_shown(sample, places),
        )
    ]


def _languages(sample: Texts) -> list[DataProblem]:
    shares = languages.mixed(languages.languages_of(sample.texts.to_pylist()))
    if not shares:
        return []
    (main, most), others = shares[0], shares[1:]
    listed = ", ".join(f"{name} {share:.0%}" for name, share in shares[:5])
    return [
        DataProblem(
            code="MIXED_LANGUAGES",
            severity="info",
            count=round(sum(share for _, share in others) * sample.total),
            message=f"The texts are in {len(shares)} languages ({listed}, judged by some of the longer texts). One "
            "model can learn them all, if each has enough rows; the starter model knows English best.",
            examples=[name for name, _ in shares[:3]],
            fix=FixOffer(code="keep_main_language", label=f"Keep only {main}") if most >= 0.5 else None,
        )
    ]

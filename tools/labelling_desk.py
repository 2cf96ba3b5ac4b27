"""One person at one labelling: what to show next, taking an answer, going back. Used by the tools and the web page."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, cast

from tools.cards import (
    GivenView,
    LabelClassView,
    LabelItemView,
    LabelView,
    SpanView,
    SuggestionView,
    TokenView,
)
from tools.labelling_refresh import is_refreshing, refresh_if_due
from tools.labelling_words import (
    agreement_sentence,
    estimate_view,
    hint_sentence,
    marks_sentence,
    suggestion_sentence,
    why_sentence,
)
from tools.quoting import plain
from workspace.dataset import TaskKind
from workspace.errors import InputError, NotFound
from workspace.home import Workspace
from workspace.labelling import (
    AnswerState,
    LabelAnswer,
    LabelSession,
    LabelSpan,
    NextText,
    order_without_model,
)
from workspace.labelling_agreement import agreed, agreement
from workspace.labelling_table import MOST_ROWS, PoolText, read_pool
from workspace.labelling_words import words_of

SHOWN_CHARS = 4_000
SHOWN_WORDS = 700
AGAIN_EVERY = 4
"""With several people every so many texts is one that somebody else has answered, so that agreement can be seen."""
_KEPT_POOLS = 4
_pools: OrderedDict[tuple[str, str], dict[int, PoolText]] = OrderedDict()
_lock = threading.Lock()
_Task = Literal["classification", "multilabel", "ner"]


@dataclass(frozen=True)
class Desk:
    """``workspace`` is that of the labelling's owner; ``person`` is the name that answers are kept under."""

    workspace: Workspace
    session_id: str
    person: str = ""

    @property
    def session(self) -> LabelSession:
        return self.workspace.labelling.get(self.session_id)


def desk_of(workspace: Workspace, session_id: str, person: str = "") -> Desk:
    """The desk of whoever is asking: at their own labelling, or at one they were let into.

    Raises NotFound for any other; the two are not told apart.
    """
    host = workspace.labelling.host_of(session_id)
    if host is None:
        workspace.labelling.get(session_id)
        return Desk(workspace, session_id, plain(person, 60))
    host_id, name = host
    desk = Desk(Workspace(host_id, workspace.settings, workspace.queue), session_id, name)
    _ = desk.session
    return desk


def view(desk: Desk, at: int | None = None) -> LabelView:
    """What to show now: the next text, or the row ``at`` with the answer that this person gave."""
    session = desk.session
    answers = desk.workspace.labelling.answers(session.id)
    pool = pool_of(desk.workspace, session)
    own = {a.row: a for a in answers if a.person == desk.person}
    refresh_if_due(desk.workspace, session, len(answers))
    if at is not None and at not in pool:
        raise NotFound("TEXT_NOT_FOUND", "This text is not among those to label.", "Go on with the next one.")
    item = None
    if session.classes:
        asked = _at(session, at) if at is not None else next_text(session, answers, desk.person, pool)
        item = _item(session, asked, pool[asked.row], own.get(asked.row)) if asked else None
    counts = Counter(key for a in answers if a.state == "labelled" for key in _keys(a))
    known = Counter(name for text in pool.values() for name in text.known or [])
    rows = {a.row for a in answers if a.state == "labelled"}
    people = {a.person for a in answers if a.state != "decided"}
    return LabelView(
        session_id=session.id,
        task=cast(_Task, session.task.value),
        target=plain(session.target, 80),
        person=desk.person,
        classes=[
            LabelClassView(key=c.key, name=plain(c.name, 80), colour=c.colour, count=counts[c.key] + known[c.name])
            for c in session.classes
        ],
        item=item,
        labelled=len(rows),
        skipped=sum(a.state == "skipped" for a in own.values()),
        unsure=sum(a.state == "unsure" for a in own.values()),
        known=session.pool.known,
        texts=session.pool.rows,
        # Where the pool is not full, what was left out of it only repeats a text that is asked about.
        hidden_texts=session.pool.open_rows - session.pool.rows if session.pool.rows >= MOST_ROWS else 0,
        can_go_back=any(row != at for row in own),
        preparing=is_refreshing(session.id),
        estimate=estimate_view(session, len(rows)),
        agreement=agreement_sentence(agreement(answers, least=5), desk.person),
        people=max(1, len(people | {desk.person})),
        undecided=len(agreed(answers)[1]),
    )


def _at(session: LabelSession, row: int) -> NextText:
    return next((item for item in session.queue if item.row == row), NextText(row=row, by="start"))


def answer(
    desk: Desk,
    row: int,
    state: AnswerState = "labelled",
    labels: Sequence[str] = (),
    spans: Sequence[SpanView] = (),
) -> None:
    """Stores what the person said about a row. Raises InputError that names every fault."""
    session = desk.session
    text = pool_of(desk.workspace, session).get(row)
    if text is None:
        raise NotFound("TEXT_NOT_FOUND", "This text is not among those to label.", "Go on with the next one.")
    marked = _marked(session, text.text, spans) if state == "labelled" else []
    if state == "labelled":
        _check(session, labels, spans)
    asked = next((item for item in session.queue if item.row == row), None)
    desk.workspace.labelling.answer(
        session.id,
        LabelAnswer(
            row=row,
            person=desk.person,
            state=state,
            labels=list(dict.fromkeys(labels)) if state == "labelled" else [],
            spans=marked,
            suggested=_suggested(session, asked) if asked else [],
            by=asked.by if asked else "",
        ),
    )


def before(desk: Desk, row: int | None) -> int:
    """The row that this person answered before ``row`` (or last). Raises NotFound where there is none."""
    own = [a for a in desk.workspace.labelling.answers(desk.session_id) if a.person == desk.person]
    rows = [a.row for a in own]
    rows = rows[: rows.index(row)] if row in rows else rows
    if not rows:
        raise NotFound("NOTHING_BEFORE", "This is the first text you were asked about.", "Go on with this one.")
    return rows[-1]


def next_text(
    session: LabelSession, answers: Sequence[LabelAnswer], person: str, pool: dict[int, PoolText]
) -> NextText | None:
    """The next row for this person; None where all have an answer.

    Two who label at once get different texts, but for every fourth, which the other has answered.
    """
    own = {a.row for a in answers if a.person == person}
    others = [a.row for a in answers if a.person != person and a.state == "labelled" and a.row not in own]
    taken = {a.row for a in answers if a.state == "labelled"} | own
    if others and len(own) % AGAIN_EVERY == 0:
        return NextText(row=others[0], by="again")
    people = sorted({a.person for a in answers if a.state != "decided"} | {person})
    if hinted := [row for row in map(int, session.hints) if row not in taken and row in pool]:
        return _at(session, hinted[0])
    waiting = [item for item in session.queue if item.row not in taken and item.row in pool]
    if waiting:
        place = people.index(person)
        return waiting[place] if place < len(waiting) else waiting[0]
    rest = [row for row in order_without_model(session.id, askable(pool)) if row not in taken]
    if rest:
        return NextText(row=rest[people.index(person) % len(rest)], by="start")
    return NextText(row=others[0], by="again") if others else None


def askable(pool: dict[int, PoolText]) -> list[int]:
    """The rows that have no label in the file."""
    return [text.row for text in pool.values() if text.known is None]


def pool_of(workspace: Workspace, session: LabelSession) -> dict[int, PoolText]:
    """The texts by row; the pools used last are kept in memory, as every answer needs them."""
    mark = (workspace.storage.url, session.pool.key)
    with _lock:
        if mark in _pools:
            _pools.move_to_end(mark)
            return _pools[mark]
    with workspace.storage.as_file(session.pool.key) as file:
        pool = {text.row: text for text in read_pool(file)}
    with _lock:
        _pools[mark] = pool
        while len(_pools) > _KEPT_POOLS:
            _pools.popitem(last=False)
    return pool


def forget_labelling(workspace: Workspace, dataset_ids: Sequence[str]) -> None:
    """Removes what was labelled of these versions, and their texts from memory; for data that is deleted."""
    with _lock:
        for dataset_id in dataset_ids:
            for session in workspace.labelling.list(dataset_id):
                _pools.pop((workspace.storage.url, session.pool.key), None)
    workspace.labelling.delete_of(dataset_ids)


def _item(session: LabelSession, asked: NextText, text: PoolText, given: LabelAnswer | None) -> LabelItemView:
    offsets, whole, cut = seen_of(session, text)
    return LabelItemView(
        row=text.row,
        text=whole,
        cut=cut,
        tokens=tokens_of(text.text, offsets),
        by=asked.by,
        why=why_sentence(asked.by) if given is None else "You answered this one before.",
        suggestion=_suggestion(session, asked, offsets) if given is None else None,
        given=GivenView(state=given.state, labels=given.labels, spans=span_views(given.spans, offsets))
        if given
        else None,
    )


def seen_of(session: LabelSession, text: PoolText) -> tuple[list[tuple[int, int]], str, bool]:
    """As much of a text as is shown: its words where words are marked, the text, and whether it goes on."""
    offsets = words_of(text.text)[:SHOWN_WORDS] if session.task is TaskKind.NER else []
    end = offsets[-1][1] if offsets else SHOWN_CHARS
    return offsets, lines_of(text.text[:end]), end < len(text.text.rstrip())


def lines_of(text: str) -> str:
    """For people: as :func:`tools.quoting.plain`, but with its line ends."""
    return "\n".join(plain(line, SHOWN_CHARS) for line in text.splitlines()).strip()


def tokens_of(text: str, offsets: Sequence[tuple[int, int]]) -> list[TokenView]:
    found, end = [], 0
    for start, stop in offsets:
        gap = text[end:start]
        found.append(TokenView(text=plain(text[start:stop]) or " ", before="\n" if "\n" in gap else " " if gap else ""))
        end = stop
    return found


def _suggestion(session: LabelSession, asked: NextText, offsets: Sequence[tuple[int, int]]) -> SuggestionView | None:
    if session.task is TaskKind.NER:
        hinted = session.hints.get(str(asked.row))
        places = [s for s in hinted or () if isinstance(s, LabelSpan)] if hinted is not None else asked.spans
        spans = span_views([s for s in places if session.named(s.label)], offsets)
        if hinted is not None:
            return SuggestionView(spans=spans, sentence=marks_sentence(len(spans)))
        return SuggestionView(spans=spans, sentence=suggestion_sentence(session, [], None)) if spans else None
    labels = _suggested(session, asked)
    if not labels:
        return None
    if str(asked.row) in session.hints:
        return SuggestionView(labels=labels, sentence=hint_sentence(session, labels))
    share = max(asked.scores[key] for key in labels)
    return SuggestionView(labels=labels, share=share, sentence=suggestion_sentence(session, labels, share))


def _suggested(session: LabelSession, asked: NextText) -> list[str]:
    """Keys of what the model would say: the likeliest one, or all that are likelier than not."""
    said = session.hints.get(str(asked.row), [])
    if hint := [key for key in said if isinstance(key, str) and session.named(key)]:
        return hint
    scores = {key: score for key, score in asked.scores.items() if session.named(key)}
    if not scores:
        return []
    if session.task is TaskKind.MULTILABEL:
        return sorted((key for key, score in scores.items() if score >= 0.5), key=lambda key: -scores[key])
    return [max(scores, key=lambda key: scores[key])]


def span_views(spans: Sequence[LabelSpan], offsets: Sequence[tuple[int, int]]) -> list[SpanView]:
    """Marked places by their words; a place that is cut off or lies between words is left out."""
    found = []
    for span in spans:
        inside = [i for i, (start, end) in enumerate(offsets) if start < span.end and end > span.start]
        if inside:
            found.append(SpanView(first=inside[0], last=inside[-1], key=span.label))
    return found


def _marked(session: LabelSession, text: str, spans: Sequence[SpanView]) -> list[LabelSpan]:
    if not spans:
        return []
    offsets = words_of(text)[:SHOWN_WORDS]
    ordered = sorted(spans, key=lambda span: span.first)
    bad = any(not 0 <= s.first <= s.last < len(offsets) or session.named(s.key) is None for s in ordered)
    if bad or any(a.last >= b.first for a, b in pairwise(ordered)):
        raise InputError(
            "SPANS_INVALID",
            "A marked place lies outside of the text, over another one, or has no known label.",
            "Mark the words again.",
        )
    return [LabelSpan(start=offsets[s.first][0], end=offsets[s.last][1], label=s.key) for s in ordered]


def _check(session: LabelSession, labels: Sequence[str], spans: Sequence[SpanView]) -> None:
    faults = [f"there is no category {plain(key, 40)}" for key in labels if session.named(key) is None]
    if session.task is TaskKind.CLASSIFICATION and len(labels) != 1:
        faults.append(f"exactly one category is needed, not {len(labels)}")
    if session.task is TaskKind.NER and labels:
        faults.append("mark words instead of naming a category for the whole text")
    if session.task is not TaskKind.NER and spans:
        faults.append("this labelling is about whole texts, not about words")
    if faults:
        raise InputError("ANSWER_INVALID", f"This answer cannot be kept: {'; '.join(faults)}.", "Answer again.")


def _keys(given: LabelAnswer) -> list[str]:
    return given.labels or list(dict.fromkeys(span.label for span in given.spans))

"""Cards about using a model: its answers, the model to take away, its address, terms explained."""

from assistant.surfaces.slack.blocks.page import Page, progress_bar
from assistant.surfaces.slack.blocks.result_cards import marked_text
from assistant.surfaces.slack.blocks.text import bold, code, escaped
from tools import cards
from tools.words import count


def prediction(page: Page, card: cards.PredictionCard) -> None:
    for one in card.predictions[:10]:
        page.say(f"> {marked_text(one.parts) if one.parts else escaped(' '.join(one.text.split()), 700)}")
        page.say(bold(one.sentence, 500) if one.sure else escaped(one.sentence, 500))
        if one.output is not None:
            page.code(one.output or "(It wrote nothing.)")
        page.points(f"{escaped(s.label, 100)}: {progress_bar(s.score, 10)} {s.score:.0%}" for s in one.scores[:5])
    page.actions([page.presses.open("Try another text", "try", card.model_id)])


def answers(page: Page, card: cards.AnswersCard) -> None:
    page.going_on(card.checking, "This was not finished, so there are no answers.")
    rows = [(said.label, f"{said.count:,}", f"{said.count / max(card.rows, 1):.0%}") for said in card.counts[:12]]
    page.table(["Answer", "Rows", "Share"], rows, numbers=(1, 2))
    if card.unsure:
        page.say(f"In {card.unsure:,} of {count(card.rows, 'row')} it is not sure: look at these yourself.")
    page.table(card.header, card.preview[:5])
    page.actions(page.links("All rows with their answers", card.url, "primary"))


def download(page: Page, card: cards.DownloadCard) -> None:
    page.going_on(card.checking, "The model could not be written in this form.")
    page.say(escaped(card.note))
    if card.checking:
        return
    page.say(f"{bold(card.file_name)}, {card.bytes / 1_000_000:,.1f} MB")
    page.note(f"In it: {escaped(', '.join(card.files), 500)}." if card.files else "")
    page.heading("How to use it in your own program")
    page.code(card.snippet)
    page.actions(page.links("Download", card.url, "primary"))


def deployment(page: Page, card: cards.DeploymentCard) -> None:
    if not card.keys:
        page.say(":warning: No key counts, so no program gets an answer.")
    page.say(f":warning: {escaped(card.drift)}" if card.drift else "")
    page.say(f"Programs ask at {code(card.url)}")
    for version in card.versions:
        live = " answers now" if version.live else ""
        page.say(
            f"Version {version.version}: {bold(version.model_name, 100)}{live}",
            escaped(version.score, 200),
            accessory=page.presses.press(version.button) if version.button else None,
        )
    page.note(f"{count(card.hidden_versions, 'older version')} not listed." if card.hidden_versions else "")
    usage = [(day.day, f"{day.requests:,}", f"{day.texts:,}") for day in card.usage[:7]]
    page.table(["Day", "Requests", "Texts"], usage, numbers=(1, 2))
    for key in card.keys[:10]:
        made = f"Key {code(key.hint, 60)}, made {escaped(key.created_at[:10], 10)}"
        page.say(made, accessory=page.presses.press(key.button) if key.button else None)
    page.heading("How a program asks it")
    page.note(f"Put the key into the environment variable MODEL_API_KEY. {escaped(card.limits, 500)}")
    for snippet in card.snippets[:1]:
        page.say(escaped(snippet.title, 200))
        page.code(snippet.code)
    page.actions(page.presses.presses(card.buttons))


def concept(page: Page, card: cards.ConceptCard) -> None:
    for paragraph in card.text.split("\n\n"):
        page.say(escaped(paragraph))
    page.say(f"*For example:* {escaped(card.example)}" if card.example else "")
    page.say(escaped(card.yours))
    page.note(escaped(f"See also: {', '.join(card.related)}", 500) if card.related else "")

"""Cards of results that differ by task: several labels, marked words, written text."""

from tools import cards
from workspace.events import Card

PARTS = [
    cards.TextPart(text="Ann Lee", label="person"),
    cards.TextPart(text=" flew to "),
    cards.TextPart(text="New York", label="place"),
    cards.TextPart(text=' <img src=x onerror="alert(1)">'),
]


def marked_mistakes() -> Card:
    return cards.MistakesCard(
        run_id="run_1",
        mistakes=[
            cards.MistakeView(
                text="Ann Lee flew to New York",
                expected="person: Ann Lee, place: New York",
                predicted="person: Ann Lee",
                score=0.9,
                expected_parts=PARTS,
                predicted_parts=[PARTS[0], cards.TextPart(text=" flew to New York")],
            )
        ],
        total=40,
        rows=300,
    ).card("40 mistakes among 300 unseen texts; the one it was surest about")


def marked_prediction() -> Card:
    view = cards.PredictionView(
        text="Ann Lee flew to New York", sure=True, sentence="2 places found: 1 person and 1 place", parts=PARTS
    )
    return cards.PredictionCard(model_id="mdl_1", model_name="trips", predictions=[view]).card(view.sentence)


def several_labels() -> Card:
    view = cards.PredictionView(
        text="The parcel is late and the box is wet",
        label="late",
        score=0.91,
        labels=["late", "damaged"],
        sure=True,
        sentence="“late” and “damaged”",
        scores=[cards.ScoreView(label="late", score=0.91), cards.ScoreView(label="damaged", score=0.72)],
    )
    return cards.PredictionCard(model_id="mdl_1", model_name="parcels", predictions=[view]).card(view.sentence)


def written() -> Card:
    view = cards.PredictionView(
        text="Thank them", sure=True, sentence="It writes:", output="Dear Ann,\n\nthank you.\n<script>alert(1)</script>"
    )
    return cards.PredictionCard(model_id="mdl_1", model_name="replies", predictions=[view]).card(view.sentence)


def samples() -> Card:
    return cards.SamplesCard(
        run_id="run_1",
        samples=[
            cards.SampleView(
                prompt="Where is my parcel?",
                reference="It left us on Monday.\nYou can follow it here.",
                before="Parcels are parcels are parcels",
                after="It left us on Tuesday <b>night</b>.",
            )
        ],
        rows=40,
    ).card("Its answers, before and after the training")


def answers() -> Card:
    return cards.AnswersCard(
        dataset_id="ds_1",
        dataset_name="new mails",
        model_id="mdl_1",
        model_name="mails",
        rows=1_200,
        counts=[cards.SaidCount(label="Billing", count=800), cards.SaidCount(label="Orders <b>", count=400)],
        unsure=37,
        header=["Body", "prediction", "score", "sure"],
        preview=[["Where is my parcel? <script>alert(1)</script>", "Orders <b>", "0.93", "yes"]],
        file_name="new mails-answers.csv",
        url="/api/v1/datasets/ds_1/answers/an_1",
    ).card("1,200 rows answered, 37 of them not surely")


ALL = (marked_mistakes, marked_prediction, several_labels, written, samples, answers)

"""Pictures of results, drawn on the server: light, readable without colours, with what is to be seen in words.

Drawing takes up to a second, most of it when the first picture loads the library.
"""

import io
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from assistant.surfaces.slack.blocks.page import Picture
from assistant.surfaces.slack.blocks.text import plain_words
from tools import cards
from workspace.dataset import CurvePoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _SOFT, _GRID = "#1d1c1d", "#5f5e60", "#dddddd"
_LINES = (("#1264a3", "-"), ("#b3541e", "--"), ("#2b7a4b", "-."), ("#7b3f9d", ":"))
_GOOD, _BAD = (0.169, 0.478, 0.294), (0.702, 0.329, 0.118)
_CLASSES = 12
_LABEL = 22
_drawing = threading.Lock()

_CURVES = {
    "train_loss": "error while learning",
    "loss": "error while learning",
    "valid_loss": "error on rows it does not learn from",
    "valid_macro_f1": "score on rows it does not learn from",
    "valid_accuracy": "right answers on rows it does not learn from",
}


def training_curves(card: cards.ProgressCard) -> Picture:
    """How error and score went while it learned, at most four lines."""
    titles = {tried.recipe: tried.title for tried in card.tried} | {card.recipe or "": card.recipe_title or ""}
    lines = [(name, points) for name, points in card.curves.items() if len(points) > 1][: len(_LINES)]

    def draw(axes: "Axes") -> None:
        for (name, points), (colour, dash) in zip(lines, _LINES, strict=False):
            recipe, _, metric = name.partition("/")
            words = f"{titles.get(recipe) or recipe}: {_CURVES.get(metric, metric.replace('_', ' '))}"
            steps, values = zip(*points, strict=True)
            axes.plot(steps, values, color=colour, linestyle=dash, linewidth=2, label=plain_words(words, 80))
        axes.set_xlabel("step")
        _legend(axes)

    seen = card.curve_sentence or "How the training went"
    return _picture("training.png", (8, 4), draw, title=seen, alt=f"Chart of the training. {seen}")


def learning_curve(
    measured: Sequence[CurvePoint], expected: Sequence[CurvePoint], metric: str, sentence: str
) -> Picture:
    """How good it gets with more rows: measured with its interval, and what is expected beyond."""
    name = metric.replace("_", " ") or "score"

    def draw(axes: "Axes") -> None:
        for points, (colour, dash), words in (
            (measured, _LINES[0], "measured"),
            ([*measured[-1:], *expected] if expected else [], _LINES[1], "expected with more rows"),
        ):
            if not points:
                continue
            rows = [point.rows for point in points]
            shares = [100 * point.score for point in points]
            low, high = [100 * point.low for point in points], [100 * point.high for point in points]
            axes.fill_between(rows, low, high, color=colour, alpha=0.15, linewidth=0)
            axes.plot(rows, shares, color=colour, linestyle=dash, marker="o", linewidth=2, label=words)
        axes.set_xlabel("rows to learn from")
        axes.set_ylabel(f"{name}, of 100")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        _legend(axes)

    figures = "; ".join(f"{point.rows:,} rows: {100 * point.score:.0f} of 100" for point in measured)
    return _picture("more-rows.png", (8, 4), draw, title=sentence, alt=f"{sentence} Measured: {figures}.")


def class_scores(card: cards.MetricsCard) -> Picture:
    """How many of each answer are found, and how often it is right to say it; the weakest first."""
    rows = card.per_class[:_CLASSES]

    def draw(axes: "Axes") -> None:
        drawn = _drawable([row.label for row in rows])
        for place, row in enumerate(rows):
            for offset, value, colour in ((-0.19, row.recall, _LINES[0][0]), (0.19, row.precision, "#9ecae9")):
                axes.barh(place + offset, 100 * value, height=0.36, color=colour)
                axes.text(100 * value + 1, place + offset, f"{100 * value:.0f}", va="center", fontsize=9, color=_INK)
        axes.set_yticks(range(len(rows)), drawn)
        axes.invert_yaxis()
        axes.set_xlim(0, 108)
        axes.set_xlabel("of 100")
        axes.grid(axis="y", visible=False)
        axes.bar(0, 0, color=_LINES[0][0], label="of those that there are, it finds (recall)")
        axes.bar(0, 0, color="#9ecae9", label="of those that it says, so many are right (precision)")
        _legend(axes)

    figures = "; ".join(f"{row.label}: finds {row.recall:.0%}, right {row.precision:.0%}" for row in rows)
    numbers = _numbered([row.label for row in rows])
    size = (8, 1.9 + 0.55 * len(rows))
    return _picture("answers.png", size, draw, card.headline, f"Bars, the weakest answer first. {figures}.{numbers}")


def confusion_matrix(card: cards.ConfusionCard) -> Picture:
    """Rows: what is right; columns: what was said. Shaded by the share of the row, the figure in each cell."""
    sums = [max(sum(row), 1) for row in card.matrix]
    many = len(card.labels)

    def draw(axes: "Axes") -> None:
        drawn = _drawable(card.labels)
        shades = [
            [_shade(_GOOD if r == c else _BAD, number / sums[r]) for c, number in enumerate(row)]
            for r, row in enumerate(card.matrix)
        ]
        axes.imshow(shades, aspect="auto")
        for r, row in enumerate(card.matrix):
            for c, number in enumerate(row):
                dark = number / sums[r] > 0.6
                if number or r == c:
                    axes.text(
                        c, r, f"{number:,}", ha="center", va="center", fontsize=11 if many <= 12 else 8,
                        color="white" if dark else _INK, fontweight="bold" if r == c else "normal",
                    )  # fmt: skip
        axes.set_xticks(range(many), drawn, rotation=40, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(many), drawn)
        axes.set_xticks([n - 0.5 for n in range(1, many)], minor=True)
        axes.set_yticks([n - 0.5 for n in range(1, many)], minor=True)
        axes.grid(visible=False)
        axes.grid(which="minor", color="white", linewidth=1.5)
        axes.tick_params(which="both", length=0)
        axes.set_ylabel("the right answer")
        axes.set_xlabel("the model said")

    mixed = sorted(
        (
            (number, card.labels[r], card.labels[c])
            for r, row in enumerate(card.matrix)
            for c, number in enumerate(row)
            if number and r != c
        ),
        reverse=True,
    )
    worst = "; ".join(f"{right} taken for {said}: {number:,}" for number, right, said in mixed[:8])
    alt = f"{card.sentence} Most often mixed up: {worst or 'nothing'}.{_numbered(card.labels)}"
    side = max(5.0, min(12.0, 2.6 + 0.62 * many))
    return _picture("confusion.png", (side + 1, side), draw, title=card.sentence, alt=alt)


def _picture(name: str, size: tuple[float, float], draw: Callable[["Axes"], None], title: str, alt: str) -> Picture:
    """PNG on white. Formulas are never read in texts: ``$`` in a label is a dollar."""
    with _drawing, _figure(size) as (figure, axes):
        draw(axes)
        axes.set_title(_lines(title, int(size[0] * 9)), loc="left", fontsize=12, color=_INK)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        file = io.BytesIO()
        figure.savefig(
            file,
            format="png",
            dpi=130,
            facecolor="white",
            bbox_inches="tight",
            pad_inches=0.15,
            metadata={"Software": None},
        )
    return Picture(name=name, png=file.getvalue(), alt=plain_words(alt, 2_000))


@contextmanager
def _figure(size: tuple[float, float]) -> Iterator[tuple[Any, "Axes"]]:
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    style: Any = {
        "text.parse_math": False,
        "font.family": ["DejaVu Sans"],
        "font.size": 11,
        "text.color": _INK,
        "axes.edgecolor": _SOFT,
        "axes.labelcolor": _SOFT,
        "xtick.color": _INK,
        "ytick.color": _INK,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": _GRID,
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        yield figure, figure.add_subplot()


def _legend(axes: "Axes") -> None:
    """Below the chart, where it hides no line."""
    axes.figure.legend(loc="outside lower left", frameon=False, ncols=1)


def _shade(colour: tuple[float, float, float], share: float) -> tuple[float, float, float]:
    """From nearly white to the full colour."""
    strength = 0.03 + 0.97 * share if share else 0.0
    red, green, blue = (1 - strength * (1 - part) for part in colour)
    return red, green, blue


def _lines(text: str, width: int) -> str:
    """Two lines at most."""
    import textwrap

    return "\n".join(textwrap.wrap(_without_missing(plain_words(text, 300)), width, max_lines=2, placeholder=" …"))


def _drawable(labels: Sequence[str]) -> list[str]:
    """Labels as they can be drawn: a number where the font lacks their letters; the alt text says which is which."""
    short = [plain_words(label, _LABEL) for label in labels]
    return [f"no. {n}" if _missing(label) else label for n, label in enumerate(short, start=1)]


def _numbered(labels: Sequence[str]) -> str:
    named = [f"no. {n} is {label}" for n, label in enumerate(labels, start=1) if _missing(plain_words(label, _LABEL))]
    return f" {', '.join(named)}." if named else ""


def _without_missing(text: str) -> str:
    return re.sub(r"\S+", lambda word: "…" if _missing(word.group()) else word.group(), text)


def _missing(text: str) -> bool:
    from matplotlib.font_manager import findfont, get_font

    font = get_font([findfont("DejaVu Sans")])
    return any(not font.get_char_index(ord(char)) for char in text if char != "\u2060")

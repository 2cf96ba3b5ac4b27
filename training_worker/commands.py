"""``mtw train``, ``mtw evaluate`` and ``mtw predict``: what they are called with. The work is done elsewhere.

JSON goes to standard output, all else to standard error. What is wrong is raised as a ``WizardError``, which the
command line prints. Imports are made when a command runs, so that ``--help`` is quick.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workspace.errors import InputError

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Model = Annotated[str, typer.Argument(metavar="MODEL", help="A model's id, or a folder made by mtw train --out.")]
Text = Annotated[list[str] | None, typer.Option("--text", metavar="COL", help="Column to read; may be given again.")]
Label = Annotated[str | None, typer.Option("--label", metavar="COL", help="Column with the answers.")]


class Task(StrEnum):
    AUTO = "auto"
    CLASSIFICATION = "classification"
    MULTILABEL = "multilabel"
    NER = "ner"
    GENERATION = "generation"


def train(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="CSV, TSV, XLSX, JSON, JSONL or Parquet.")] = None,
    task: Annotated[Task, typer.Option(help="What to learn.")] = Task.AUTO,
    text: Text = None,
    label: Annotated[
        list[str] | None,
        typer.Option(metavar="COL", help="Column with the answers; given again: a yes-or-no column for each label."),
    ] = None,
    test: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Rows to judge on; else some are put aside.")
    ] = None,
    split_column: Annotated[
        str | None,
        typer.Option(metavar="COL", help="Says of each row train, valid or test; '' to draw rows though there is one."),
    ] = None,
    group_column: Annotated[
        str | None, typer.Option(metavar="COL", help="Rows with the same value stay on one side.")
    ] = None,
    time_column: Annotated[str | None, typer.Option(metavar="COL", help="The latest rows judge.")] = None,
    answer_from: Annotated[
        float | None, typer.Option(metavar="P", help="Below this probability the model says 'not sure'.")
    ] = None,
    recipe: Annotated[str | None, typer.Option(metavar="R", help="How to learn; auto tries several.")] = None,
    base: Annotated[str | None, typer.Option(metavar="MODEL", help="Base model: name, hub id or folder.")] = None,
    budget: Annotated[int | None, typer.Option(metavar="SECONDS", help="Time to spend on training.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting of the recipe.")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Same seed, same result.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Copy the finished model here.")] = None,
    sheet: Annotated[str | None, typer.Option(metavar="S", help="Which sheet of a workbook.")] = None,
    resume: Annotated[str | None, typer.Option(metavar="RUN", help="Go on with a training that was stopped.")] = None,
    json: Json = False,
) -> None:
    """Plan, train, judge and save a model from one file."""
    from training_worker.local_training import TrainCall, train_here
    from training_worker.printing import print_json, show_trained
    from workspace.dataset import TaskKind
    from workspace.planning import PlanWishes, parse_settings

    if (file is None) == (resume is None):
        raise InputError("WRONG_CALL", "Name a file to learn from.", "Try: mtw train mails.csv")
    columns = label or []
    several = len(columns) > 1
    wishes = PlanWishes(
        task=None if task is Task.AUTO else TaskKind(task.value),
        text=text or None,
        label=columns[0] if columns and not several else None,
        label_columns=columns if several else None,
        split_column=split_column,
        group_column=group_column,
        time_column=time_column,
        answer_from=answer_from,
        recipe=recipe,
        base=base,
        budget_seconds=budget,
        seed=seed,
        settings=parse_settings(set_ or []),
    )
    result = train_here(TrainCall(file=file, test=test, sheet=sheet, wishes=wishes, resume=resume, out=out))
    if json:
        print_json(result.as_json())
    else:
        show_trained(result)


def evaluate(
    model: Model,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Rows with the right answers.")],
    text: Text = None,
    label: Label = None,
    json: Json = False,
) -> None:
    """Score a saved model on labelled rows."""
    from training_worker.printing import print_json, show_evaluation
    from training_worker.use_model import evaluate_file

    evaluation = evaluate_file(model, file, text or [], label)
    if json:
        print_json({"model": model} | evaluation.model_dump(mode="json"))
    else:
        show_evaluation(evaluation)


def predict(
    model: Model,
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="One text; its parts one by one where the model reads several columns."),
    ] = None,
    file: Annotated[Path | None, typer.Option(metavar="F", help="A file with a text in each row.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="F", help="Where the answers go: .csv, .jsonl, .parquet.")] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="With weights in 8 bits: quicker on a CPU, nearly the same answers.")
    ] = False,
    json: Json = False,
) -> None:
    """Let a saved model read one text, or every row of a file."""
    from training_worker.printing import note, print_json_lines, show_prediction
    from training_worker.use_model import predict_file, predict_text

    if bool(text) == (file is not None):
        raise InputError("WRONG_CALL", "Give one text, or a file with --file.", "Try: mtw predict MODEL 'some text'")
    if text:
        found = predict_text(model, text[0] if len(text) == 1 else text, fast=fast)
        if json:
            print_json_lines([found.as_json()])
        else:
            show_prediction(found)
        return
    assert file is not None
    if out is None and not json:
        raise InputError("WRONG_CALL", "Say where the answers go.", "Add --out answers.csv, or --json to print them.")
    answers = predict_file(model, file, out, fast=fast)
    if json:
        print_json_lines(p.as_json() for p in answers)
    else:
        count = sum(1 for _ in answers)
        note(f"{count:,} rows read, the answers are in {out}.")

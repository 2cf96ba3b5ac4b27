"""What a user owns, read and written as the pure types. Every repository is bound to one owner."""

import builtins
from contextlib import AbstractContextManager

from sqlalchemy import Engine, delete, desc, update
from sqlmodel import Session, col, select

from workspace.database import affected, owner_session
from workspace.dataset import Check, Dataset, DatasetProfile
from workspace.errors import Conflict, NotFound
from workspace.ids import new_id
from workspace.model import TrainedModel
from workspace.plan import StoredPlan, TrainingPlan
from workspace.run import RunStatus
from workspace.tables import (
    DatasetRow,
    DeletionRow,
    ModelRow,
    PlanRow,
    RunEventRow,
    RunRow,
)

_UNDER_WAY = (RunStatus.QUEUED.value, RunStatus.RUNNING.value)


class Repository:
    """Rows of one owner."""

    def __init__(self, engine: Engine, owner_id: str) -> None:
        self.engine = engine
        self.owner_id = owner_id

    def _session(self) -> AbstractContextManager[Session]:
        return owner_session(self.engine, self.owner_id)


def missing(what: str) -> NotFound:
    return NotFound(f"{what.upper()}_NOT_FOUND", f"There is no such {what}.", f"Ask for the list of your {what}s.")


class Datasets(Repository):
    """Immutable versions of tables."""

    def add(self, dataset: Dataset) -> None:
        row = dataset.model_dump(mode="json", exclude={"created_at"})
        with self._session() as session:
            session.add(DatasetRow(**row, created_at=dataset.created_at))

    def get(self, dataset_id: str) -> Dataset:
        with self._session() as session:
            row = session.exec(select(DatasetRow).where(DatasetRow.id == dataset_id)).first()
        if row is None:
            raise missing("dataset")
        return self._of(row)

    def list(
        self, conversation_id: str | None = None, family_id: str | None = None, *, undone: bool = False
    ) -> builtins.list[Dataset]:
        """Newest first; without the versions that were undone, unless asked for."""
        query = select(DatasetRow).order_by(desc(col(DatasetRow.created_at)), desc(col(DatasetRow.id)))
        if conversation_id is not None:
            query = query.where(DatasetRow.conversation_id == conversation_id)
        if family_id is not None:
            query = query.where(DatasetRow.family_id == family_id)
        if not undone:
            query = query.where(col(DatasetRow.undone).is_(False))
        with self._session() as session:
            return [self._of(row) for row in session.exec(query)]

    def set_undone(self, dataset_id: str, undone: bool) -> None:
        """Takes a version out of sight, or brings it back. Raises NotFound."""
        self._update(dataset_id, undone=undone)

    def set_check(self, dataset_id: str, check: Check) -> None:
        """Keeps what a model found in a version. Raises NotFound."""
        self._update(dataset_id, check=check.model_dump(mode="json"))

    def rename(self, family_id: str, name: str) -> None:
        """Gives all versions of a data set another name."""
        with self._session() as session:
            session.execute(update(DatasetRow).where(col(DatasetRow.family_id) == family_id).values(name=name))

    def _update(self, dataset_id: str, **values: object) -> None:
        with self._session() as session:
            if not affected(session, update(DatasetRow).where(col(DatasetRow.id) == dataset_id).values(**values)):
                raise missing("dataset")

    def delete(self, dataset_id: str) -> None:
        """Removes the row; the caller removes the objects. Raises NotFound, and Conflict while a run uses it."""
        self.get(dataset_id)
        with self._session() as session:
            _refuse_if_used(session, dataset_id)
            _forget_analyses(session, dataset_id)
            session.execute(delete(DatasetRow).where(col(DatasetRow.id) == dataset_id))

    def delete_family(self, family_id: str, **facts: int) -> None:
        """Removes all versions and keeps a record that says so, without content; the caller removes the objects.

        Raises as ``delete``; then nothing is removed.
        """
        for version in self.list(family_id=family_id, undone=True):
            self.delete(version.id)
        with self._session() as session:
            session.add(
                DeletionRow(
                    id=new_id("del"), owner_id=self.owner_id, kind="dataset", subject_id=family_id, facts=dict(facts)
                )
            )

    def forget_before(self, dataset: Dataset, **facts: int) -> builtins.list[Dataset]:
        """Empties the versions that ``dataset`` was made from and drops its family's others; keeps a record of it.

        What was done, when and by whom stays; nothing that they held does. The caller removes their objects.

        Returns:
            The versions that are gone.

        Raises:
            Conflict: ``DATASET_IN_USE``; then nothing is changed.
        """
        others = [d for d in self.list(family_id=dataset.family_id, undone=True) if d.id != dataset.id]
        ancestors = _ancestors(dataset, {d.id: d for d in others})
        with self._session() as session:
            for version in others:
                _refuse_if_used(session, version.id)
                _forget_analyses(session, version.id)
                here = col(DatasetRow.id) == version.id
                if version.id in ancestors:
                    session.execute(update(DatasetRow).where(here).values(_emptied(version)))
                else:
                    session.execute(delete(DatasetRow).where(here))
            session.execute(update(DatasetRow).where(col(DatasetRow.id) == dataset.id).values(source_key=""))
            session.add(
                DeletionRow(
                    id=new_id("del"),
                    owner_id=self.owner_id,
                    kind="original",
                    subject_id=dataset.family_id,
                    facts={"versions": len(others), **facts},
                )
            )
        return others

    def deletions(self) -> builtins.list[DeletionRow]:
        """What was deleted, newest first."""
        with self._session() as session:
            return builtins.list(session.exec(select(DeletionRow).order_by(desc(col(DeletionRow.id)))))

    @staticmethod
    def _of(row: DatasetRow) -> Dataset:
        body = row.model_dump()
        body["profile"] = DatasetProfile.model_validate(body["profile"])
        return Dataset.model_validate(body)


def _refuse_if_used(session: Session, dataset_id: str) -> None:
    running = session.exec(
        select(RunRow.plan).where(RunRow.kind == "training", col(RunRow.status).in_(_UNDER_WAY))
    ).all()
    if any(dataset_id in (plan["dataset_id"], plan.get("test_dataset_id")) for plan in running):
        raise Conflict("DATASET_IN_USE", "A training is using this data.", "Stop the training first.")


def _ancestors(dataset: Dataset, family: dict[str, Dataset]) -> set[str]:
    found: set[str] = set()
    parent = dataset.parent_id
    while parent is not None and parent in family:
        found.add(parent)
        parent = family[parent].parent_id
    return found


def _emptied(version: Dataset) -> dict[str, object]:
    """What is left of a version in its row: its place in the lineage, and what was done."""
    profile = version.profile.model_copy(
        update={
            "columns": [column.model_copy(update={"examples": []}) for column in version.profile.columns],
            "problems": [],
            "labels": {},
        }
    )
    emptied = {"source_key": "", "table_key": "", "undone": True, "check": None}
    return {**emptied, "profile": profile.model_dump(mode="json")}


def _forget_analyses(session: Session, dataset_id: str) -> None:
    """Those of a version that goes: ended ones go with it, others are asked to stop."""
    rows = session.exec(select(RunRow).where(RunRow.kind == "analysis"))
    for row in [row for row in rows if row.plan["dataset_id"] == dataset_id]:
        if row.status in _UNDER_WAY:
            row.cancel_requested = True
        else:
            session.execute(delete(RunEventRow).where(col(RunEventRow.run_id) == row.id))
            session.delete(row)


class Plans(Repository):
    """Proposals, each frozen and hashed."""

    def add(self, plan: TrainingPlan, conversation_id: str | None = None, parent_id: str | None = None) -> StoredPlan:
        stored = StoredPlan(
            id=new_id("plan"), owner_id=self.owner_id, conversation_id=conversation_id, parent_id=parent_id, plan=plan
        )
        with self._session() as session:
            session.add(
                PlanRow(
                    id=stored.id,
                    owner_id=self.owner_id,
                    conversation_id=conversation_id,
                    parent_id=parent_id,
                    hash=plan.hash,
                    body=plan.model_dump(mode="json"),
                )
            )
        return stored

    def get(self, plan_id: str) -> StoredPlan:
        with self._session() as session:
            row = session.exec(select(PlanRow).where(PlanRow.id == plan_id)).first()
        if row is None:
            raise missing("plan")
        return self._of(row)

    def made_from(self, plan_id: str) -> builtins.list[StoredPlan]:
        """The plans that were made by changing this one, oldest first."""
        query = select(PlanRow).where(PlanRow.parent_id == plan_id).order_by(col(PlanRow.id))
        with self._session() as session:
            return [self._of(row) for row in session.exec(query)]

    def latest(self, conversation_id: str) -> StoredPlan | None:
        query = select(PlanRow).where(PlanRow.conversation_id == conversation_id).order_by(desc(col(PlanRow.id)))
        with self._session() as session:
            row = session.exec(query.limit(1)).first()
        return self._of(row) if row else None

    def _of(self, row: PlanRow) -> StoredPlan:
        return StoredPlan(
            id=row.id,
            owner_id=row.owner_id,
            conversation_id=row.conversation_id,
            parent_id=row.parent_id,
            plan=TrainingPlan.model_validate(row.body),
        )


class Models(Repository):
    """Trained models; their files are in storage below ``artifact_key``."""

    def add(self, model: TrainedModel) -> None:
        with self._session() as session:
            session.merge(
                ModelRow(
                    id=model.id,
                    owner_id=model.owner_id,
                    run_id=model.run_id,
                    dataset_id=model.dataset_id,
                    name=model.name,
                    body=model.model_dump(mode="json"),
                    created_at=model.created_at,
                )
            )

    def get(self, model_id: str) -> TrainedModel:
        with self._session() as session:
            row = session.exec(select(ModelRow).where(ModelRow.id == model_id)).first()
        if row is None:
            raise missing("model")
        return TrainedModel.model_validate(row.body)

    def list(self) -> builtins.list[TrainedModel]:
        """Newest first."""
        with self._session() as session:
            rows = session.exec(select(ModelRow).order_by(desc(col(ModelRow.created_at)))).all()
        return [TrainedModel.model_validate(row.body) for row in rows]

    def delete(self, model_id: str) -> None:
        """Removes the row; the caller removes the files. Raises NotFound."""
        self.get(model_id)
        with self._session() as session:
            session.execute(delete(ModelRow).where(col(ModelRow.id) == model_id))

    def of_run(self, run_id: str) -> TrainedModel | None:
        with self._session() as session:
            row = session.exec(select(ModelRow).where(ModelRow.run_id == run_id)).first()
        return TrainedModel.model_validate(row.body) if row else None

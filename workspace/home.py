"""Wiring of the ground floor: one owner's view of database, storage and queue."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Engine

from workspace.conversations import Feedback, Transcripts
from workspace.database import engine_for
from workspace.deployments import Deployments
from workspace.labelling import Labelling
from workspace.queue import Queue
from workspace.repositories import Datasets, Models, Plans
from workspace.runs import Analyses, Runs
from workspace.settings import Settings
from workspace.storage import Storage
from workspace.support import SupportCases

LOCAL_OWNER = "usr_local"
"""Who everything belongs to where nobody has to log in: the default web chat and the command line."""


@dataclass(frozen=True)
class Workspace:
    """Everything that belongs to one user. Built once a request from the identity of who asks."""

    owner_id: str
    settings: Settings
    queue: Queue

    @cached_property
    def engine(self) -> Engine:
        return engine_for(self.settings.database)

    @cached_property
    def storage(self) -> Storage:
        return Storage.of(self.settings, self.owner_id)

    @cached_property
    def datasets(self) -> Datasets:
        return Datasets(self.engine, self.owner_id)

    @cached_property
    def plans(self) -> Plans:
        return Plans(self.engine, self.owner_id)

    @cached_property
    def runs(self) -> Runs:
        return Runs(self.engine, self.owner_id)

    @cached_property
    def analyses(self) -> Analyses:
        return Analyses(self.engine, self.owner_id)

    @cached_property
    def models(self) -> Models:
        return Models(self.engine, self.owner_id)

    @cached_property
    def deployments(self) -> Deployments:
        return Deployments(self.engine, self.owner_id)

    @cached_property
    def labelling(self) -> Labelling:
        return Labelling(self.engine, self.owner_id)

    @cached_property
    def transcripts(self) -> Transcripts:
        return Transcripts(self.engine, self.owner_id)

    @cached_property
    def cases(self) -> SupportCases:
        return SupportCases(self.engine, self.owner_id)

    @cached_property
    def feedback(self) -> Feedback:
        return Feedback(self.engine, self.owner_id)

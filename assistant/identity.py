"""Who somebody is: users, their roles, their passwords, and login tokens that were given up."""

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from workspace.database import system_session
from workspace.errors import Conflict, InputError
from workspace.home import LOCAL_OWNER
from workspace.ids import new_id
from workspace.settings import Settings
from workspace.tables import RevokedTokenRow, UserRow, now

Role = Literal["user", "support", "admin"]
LOCAL_IDENTIFIER = "local"
MIN_PASSWORD = 8

_hasher = PasswordHasher()
# Checked for names that do not exist, so that the time of the answer does not tell which names do.
_DECOY = _hasher.hash(secrets.token_hex(16))


@dataclass(frozen=True)
class Identity:
    """The person behind a request. ``owner_id`` is what every row and object of theirs carries."""

    owner_id: str
    identifier: str
    display_name: str
    role: Role
    provider: str = "local"
    created_at: str = ""

    @property
    def is_support(self) -> bool:
        return self.role in ("support", "admin")


class Users:
    """The users of this installation. Roles come from the settings first, then from the row."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings

    def find(self, identifier: str) -> Identity | None:
        """None where nobody has this name, or where the way of login that made the user is switched off."""
        with system_session(self._engine) as session:
            row = session.exec(select(UserRow).where(UserRow.identifier == identifier)).first()
        return self._identity(row) if row and self._may_log_in(row) else None

    def create_user(self, identifier: str, password: str, role: Role = "user", display_name: str = "") -> Identity:
        """A user who logs in with a password. Raises InputError with every fault, Conflict where the name is taken."""
        identifier = identifier.strip()
        faults = []
        if not 1 <= len(identifier) <= 200 or any(c.isspace() for c in identifier):
            faults.append("the name needs 1 to 200 characters and no spaces")
        if len(password) < MIN_PASSWORD:
            faults.append(f"the password needs at least {MIN_PASSWORD} characters")
        if len(password) > 1000:
            faults.append("the password is longer than 1000 characters")
        if faults:
            raise InputError("USER_INVALID", f"This user cannot be made: {'; '.join(faults)}.", "Correct this.")
        return self._add(identifier, "password", display_name, role, _hasher.hash(password))

    def verify(self, identifier: str, password: str) -> Identity | None:
        """The user with this name and password; None where either is wrong."""
        with system_session(self._engine) as session:
            row = session.exec(select(UserRow).where(UserRow.identifier == identifier.strip())).first()
        known = row.password_hash if row and row.provider == "password" else None
        try:
            _hasher.verify(known or _DECOY, password[:1000])
        except (VerificationError, InvalidHashError):
            return None
        return self._identity(row) if row and known else None

    def ensure(self, identifier: str, provider: str, display_name: str = "") -> Identity | None:
        """The user of an outside login, made at the first one. None where another way of login has that name."""
        with system_session(self._engine) as session:
            row = session.exec(select(UserRow).where(UserRow.identifier == identifier)).first()
        if row is None:
            try:
                return self._add(identifier, provider, display_name, "user", None)
            except Conflict:
                return self.ensure(identifier, provider, display_name)
        return self._identity(row) if row.provider == provider else None

    def local(self) -> Identity:
        """The one user of an installation without login."""
        found = self.ensure(LOCAL_IDENTIFIER, "local", "You")
        if found is None:
            raise Conflict("USER_EXISTS", f"The name {LOCAL_IDENTIFIER} is taken by a login.", "Rename that user.")
        return found

    def _add(self, identifier: str, provider: str, display_name: str, role: Role, hashed: str | None) -> Identity:
        row = UserRow(
            id=LOCAL_OWNER if provider == "local" else new_id("usr"),
            identifier=identifier,
            display_name=display_name or identifier,
            role=role,
            provider=provider,
            password_hash=hashed,
        )
        try:
            with system_session(self._engine) as session:
                session.add(row)
        except IntegrityError as exc:
            raise Conflict("USER_EXISTS", "There is a user with this name already.", "Choose another name.") from exc
        return self._identity(row)

    def _may_log_in(self, row: UserRow) -> bool:
        """A cookie from another way of login than the one that is switched on counts for nothing."""
        match self._settings.auth:
            case "local":
                return row.id == LOCAL_OWNER
            case "password":
                return row.provider == "password"
            case "oauth":
                return row.provider not in ("local", "password")

    def _identity(self, row: UserRow) -> Identity:
        return Identity(
            owner_id=row.id,
            identifier=row.identifier,
            display_name=row.display_name,
            role=role_of(self._settings, row),
            provider=row.provider,
            created_at=row.created_at.isoformat(),
        )


def role_of(settings: Settings, row: UserRow) -> Role:
    """Who is alone here is the admin; else the lists in the settings win over the row."""
    if row.id == LOCAL_OWNER:
        return "admin"
    if row.identifier in _names(settings.admins):
        return "admin"
    if row.identifier in _names(settings.supporters):
        return "support"
    return "admin" if row.role == "admin" else "support" if row.role == "support" else "user"


def _names(text: str) -> set[str]:
    return {name.strip() for name in text.replace(";", ",").split(",") if name.strip()}


class RevokedTokens:
    """Login tokens after logout. Only their hashes are kept, and only until they would have run out anyway."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, token: str, until: datetime) -> None:
        with system_session(self._engine) as session:
            session.execute(delete(RevokedTokenRow).where(col(RevokedTokenRow.until) < now()))
            session.merge(RevokedTokenRow(token_hash=_digest(token), until=until))

    def has(self, token: str) -> bool:
        with system_session(self._engine) as session:
            return session.get(RevokedTokenRow, _digest(token)) is not None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def auth_secret(settings: Settings) -> str:
    """What login tokens are signed with: from the settings, else made once and kept in a file only we can read."""
    if given := settings.auth_secret.get_secret_value():
        return given
    path = settings.home / "auth_secret"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secret := secrets.token_urlsafe(48))
    return secret

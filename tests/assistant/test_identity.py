"""Users, their passwords and roles, and tokens that were given up."""

import stat
from datetime import timedelta

import pytest
from pydantic import SecretStr

from assistant.identity import LOCAL_IDENTIFIER, Identity, RevokedTokens, Users, auth_secret
from workspace.database import engine_for
from workspace.errors import Conflict, InputError
from workspace.home import LOCAL_OWNER
from workspace.settings import Settings
from workspace.tables import now

GOOD = "a long enough password"


def users(settings: Settings, **changes: object) -> Users:
    return Users(engine_for(settings.database), settings.model_copy(update=changes))


def test_a_password_is_kept_as_an_argon2_hash_and_checked(settings: Settings) -> None:
    people = users(settings, auth="password")
    made = people.create_user("ada@example.org", GOOD, display_name="Ada")
    assert people.verify("ada@example.org", GOOD) == made
    assert people.verify(" ada@example.org ", GOOD) == made
    for name, password in [("ada@example.org", GOOD + "x"), ("ada@example.org", ""), ("nobody", GOOD), ("", "")]:
        assert people.verify(name, password) is None
    assert GOOD.encode() not in (settings.home / "mtw.db").read_bytes() + (settings.home / "mtw.db-wal").read_bytes()
    assert b"$argon2id$" in (settings.home / "mtw.db").read_bytes() + (settings.home / "mtw.db-wal").read_bytes()


def test_all_faults_of_a_new_user_are_told_at_once(settings: Settings) -> None:
    with pytest.raises(InputError) as told:
        users(settings).create_user("two words", "short")
    assert "no spaces" in told.value.message
    assert "8 characters" in told.value.message


def test_a_name_is_taken_once(settings: Settings) -> None:
    people = users(settings, auth="password")
    people.create_user("ada", GOOD)
    with pytest.raises(Conflict):
        people.create_user("ada", GOOD)


def test_an_outside_login_cannot_take_over_a_user_of_another_way_of_login(settings: Settings) -> None:
    users(settings).create_user("ada@example.org", GOOD)
    people = users(settings, auth="oauth")
    assert people.ensure("ada@example.org", "google") is None
    first = people.ensure("bob@example.org", "google", "Bob")
    assert first is not None
    assert people.ensure("bob@example.org", "google") == first
    assert people.ensure("bob@example.org", "github") is None


@pytest.mark.parametrize(
    ("auth", "expected"),
    [("local", {LOCAL_IDENTIFIER}), ("password", {"ada"}), ("oauth", {"bob"})],
)
def test_only_users_of_the_way_of_login_that_is_switched_on_count(
    settings: Settings, auth: str, expected: set[str]
) -> None:
    everybody = users(settings)
    everybody.local()
    everybody.create_user("ada", GOOD)
    everybody.ensure("bob", "google")
    people = users(settings, auth=auth)
    assert {name for name in (LOCAL_IDENTIFIER, "ada", "bob") if people.find(name)} == expected


def test_the_local_user_owns_what_the_command_line_owns_and_is_made_once(settings: Settings) -> None:
    people = users(settings)
    assert people.local() == people.local()
    assert people.local().owner_id == LOCAL_OWNER
    assert people.local().role == "admin"


def role(settings: Settings, name: str, **changes: str) -> str:
    found = users(settings, auth="password", **changes).find(name)
    assert isinstance(found, Identity)
    return found.role


def test_roles_come_from_the_settings_first_and_from_the_row_else(settings: Settings) -> None:
    people = users(settings, auth="password")
    people.create_user("ada", GOOD)
    people.create_user("sue", GOOD, role="support")
    assert role(settings, "ada") == "user"
    assert role(settings, "sue") == "support"
    assert role(settings, "ada", admins="root, ada") == "admin"
    assert role(settings, "ada", supporters="ada") == "support"
    assert role(settings, "sue", admins="adasue") == "support"


def test_the_secret_is_made_once_and_only_we_can_read_it(settings: Settings) -> None:
    secret = auth_secret(settings)
    assert len(secret) >= 40
    assert auth_secret(settings) == secret
    assert stat.S_IMODE((settings.home / "auth_secret").stat().st_mode) == 0o600
    assert auth_secret(settings.model_copy(update={"auth_secret": SecretStr("given")})) == "given"


def test_given_up_tokens_are_known_by_their_hash_until_they_run_out(settings: Settings) -> None:
    tokens = RevokedTokens(engine_for(settings.database))
    tokens.add("old", now() - timedelta(seconds=1))
    tokens.add("token", now() + timedelta(hours=1))
    tokens.add("token", now() + timedelta(hours=1))
    assert tokens.has("token")
    assert not tokens.has("old"), "what has run out is forgotten"
    assert not tokens.has("other")

"""Who gets in: host, origin, login, logout, and the headers of every answer."""

import base64
import hashlib
import re

import httpx
import jwt
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from assistant.identity import auth_secret
from tests.assistant.web_client import ADDRESS, PASSWORD, Site, log_in
from workspace.settings import Settings

EVIL = "https://evil.example"
UPGRADE = {"host": "127.0.0.1:8000", "connection": "upgrade", "upgrade": "websocket"}


@pytest.fixture
def site(settings: Settings) -> Site:
    return Site(settings)


def with_login(settings: Settings, **changes: object) -> Site:
    return Site(settings.model_copy(update={"auth": "password", **changes}))


# -- hosts and origins ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost:8000", 200),
        ("wizard.localhost", 200),
        ("[::1]:8000", 200),
        ("192.168.1.20:8000", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost.evil.example:8000", 403),
        ("", 403),
    ],
)
def test_without_a_login_only_names_of_this_computer_are_answered(site: Site, host: str, status: int) -> None:
    assert site.get("/", headers={"host": host}).status_code == status


def test_the_public_address_is_answered(settings: Settings) -> None:
    site = Site(settings.model_copy(update={"public_url": "https://wizard.example"}))
    assert site.get("/", headers={"host": "wizard.example"}).status_code == 200
    assert site.get("/", headers={"host": "other.example"}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"origin": EVIL}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"origin": "http://127.0.0.1:9999"}],
)
def test_nothing_can_be_changed_from_another_site(site: Site, headers: dict[str, str]) -> None:
    for path in ("/logout", "/auth/header", "/project/threads", "/feedback"):
        answer = site.visit(lambda browser, path=path: browser.post(path, json={}, headers=headers))  # type: ignore[misc]
        assert answer.status_code == 403, path
        assert answer.json()["error"]["code"] == "ORIGIN_FOREIGN"


def test_no_other_site_may_read_an_answer(site: Site) -> None:
    for path in ("/", "/healthz", "/project/translations", "/auth/config", "/api/v1/models/x"):
        answer = site.get(path, headers={"origin": EVIL})
        assert "access-control-allow-origin" not in answer.headers, path
    preflight = {"origin": EVIL, "access-control-request-method": "POST"}
    answer = site.visit(lambda browser: browser.options("/project/threads", headers=preflight))
    assert "access-control-allow-origin" not in answer.headers


def test_the_live_connection_is_refused_to_another_site(site: Site) -> None:
    path = "/ws/socket.io/?EIO=4&transport=polling"
    assert site.get(path, headers={"origin": EVIL}).status_code == 403
    assert site.get(path, headers={"origin": ADDRESS}).status_code == 200
    with TestClient(site.app, base_url=ADDRESS) as browser:
        path = "/ws/socket.io/?EIO=4&transport=websocket"
        refused = pytest.raises(WebSocketDisconnect)
        with refused, browser.websocket_connect(path, headers=UPGRADE | {"origin": EVIL}):
            pass
        with browser.websocket_connect(path, headers=UPGRADE | {"origin": ADDRESS}) as line:
            assert line.receive_text().startswith("0{"), "the handshake of engine.io"


# -- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_names_no_other_host_and_its_scripts_are_the_allowed_ones(site: Site) -> None:
    answer = site.get("/")
    page = answer.text
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//[^\"]*", page)
    assert "googleapis" not in page
    assert "jsdelivr" not in page
    policy = answer.headers["content-security-policy"]
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert scripts
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    for part in ("default-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "object-src 'none'"):
        assert part in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_chainlit_could_do_and_must_not_is_off(site: Site) -> None:
    from chainlit.config import config

    assert config.features.mcp.enabled is False
    assert config.features.mcp.servers == []
    assert config.features.unsafe_allow_html is False
    assert config.features.edit_message is False
    assert config.project.allow_origins == []
    assert not config.features.audio.enabled


# -- login and logout -------------------------------------------------------------------------------------------------


def test_without_a_login_every_address_opens_as_the_local_user(site: Site) -> None:
    async def work(browser: httpx.AsyncClient) -> None:
        await browser.get("/thread/00000000-0000-0000-0000-000000000000")
        who = (await browser.get("/user")).json()
        assert who["identifier"] == "local"
        assert who["metadata"]["role"] == "admin"

    site.visit(work)


def test_with_a_login_nothing_is_known_before_it(settings: Settings) -> None:
    site = with_login(settings)
    site.person("ada")

    async def work(browser: httpx.AsyncClient) -> None:
        await browser.get("/")
        assert not browser.cookies
        assert (await browser.post("/auth/header")).status_code == 400
        assert (await browser.get("/user")).status_code == 401
        assert (await log_in(browser, "ada", "wrong password")).status_code == 401
        assert (await browser.get("/user")).status_code == 401
        assert (await log_in(browser, "ada")).status_code == 200
        assert (await browser.get("/user")).json()["identifier"] == "ada"

    site.visit(work)


def test_the_cookie_is_ours_alone_and_ends_with_the_session(settings: Settings) -> None:
    for public_url, secure in [("", False), ("https://127.0.0.1", True)]:
        site = with_login(settings, public_url=public_url, session_hours=2)
        if not secure:
            site.person("ada")
        answer = site.visit(lambda browser: log_in(browser, "ada"))
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "max-age=7200" in cookie
        assert ("; secure" in cookie) is secure
        claims = jwt.decode(
            answer.cookies["access_token"], auth_secret(settings), algorithms=["HS256"], options={"verify_aud": False}
        )
        assert claims["exp"] - claims["iat"] == 7200


def test_a_token_is_worth_nothing_after_logout(settings: Settings) -> None:
    site = with_login(settings)
    site.person("ada")

    async def work(browser: httpx.AsyncClient) -> None:
        token = (await log_in(browser, "ada")).cookies["access_token"]
        browser.cookies.clear()
        elsewhere = (await log_in(browser, "ada")).cookies["access_token"]
        assert elsewhere != token
        browser.cookies.set("access_token", token, domain="127.0.0.1")
        other = {"cookie": f"access_token={token}"}
        assert (await browser.post("/project/threads", json=_PAGE)).status_code == 200
        assert (await browser.post("/logout")).json() == {"success": True}
        browser.cookies.clear()
        assert (await browser.get("/user", headers=other)).status_code == 401
        assert (await browser.get("/user", headers={"authorization": f"Bearer {token}"})).status_code == 401
        assert (await browser.post("/auth/jwt", headers={"authorization": f"Bearer {token}"})).status_code == 401
        assert (await browser.post("/project/threads", json=_PAGE, headers=other)).status_code == 401
        # Another login of the same person goes on.
        assert (await browser.get("/user", headers={"cookie": f"access_token={elsewhere}"})).status_code == 200
        assert (await log_in(browser, "ada")).status_code == 200
        assert (await browser.get("/user")).status_code == 200

    site.visit(work)


_PAGE = {"pagination": {"first": 20}, "filter": {}}


@pytest.mark.parametrize("fault", ["foreign secret", "run out", "unknown user", "local user", "no signature"])
def test_only_a_token_of_ours_that_still_counts_lets_in(settings: Settings, fault: str) -> None:
    site = with_login(settings)
    site.person("ada")
    from assistant.identity import Users
    from workspace.database import engine_for

    Users(engine_for(settings.database), settings).local()
    now = 1_800_000_000 * 2
    claims = {"identifier": "ada", "display_name": "Ada", "metadata": {"role": "admin"}, "exp": now, "iat": 1}
    secret, algorithm = auth_secret(settings), "HS256"
    match fault:
        case "foreign secret":
            secret = "x" * 64
        case "run out":
            claims["exp"] = 1000
        case "unknown user":
            claims["identifier"] = "mallory"
        case "local user":
            claims["identifier"] = "local"
        case "no signature":
            secret, algorithm = "", "none"
    token = jwt.encode(claims, secret or None, algorithm=algorithm)
    assert site.get("/user", headers={"cookie": f"access_token={token}"}).status_code == 401


def test_a_role_in_a_token_means_nothing(settings: Settings) -> None:
    site = with_login(settings)
    site.person("ada")
    claims = {"identifier": "ada", "metadata": {"role": "admin"}, "exp": 4_000_000_000, "iat": 1}
    token = jwt.encode(claims, auth_secret(settings), algorithm="HS256")
    who = site.get("/user", headers={"cookie": f"access_token={token}"}).json()
    assert who["metadata"]["role"] == "user"
    assert PASSWORD not in str(who)

"""Chainlit as this application runs it: its settings from ours, its page without other hosts, its known holes closed.

Chainlit reads its folder and its secret from the environment when it is first imported, and keeps its configuration
in module globals. This module is the one place that knows; call :func:`prepare` before anything imports chainlit.
"""

import html
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from assistant.identity import auth_secret
from workspace.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
"""Where ``public/``, ``.chainlit/`` and ``chainlit.md`` lie."""

TITLE = "Model Training Wizard"
_THEME_SCRIPT = "const global = globalThis; window.theme = {theme};"


def prepare(settings: Settings) -> None:
    """Sets what chainlit reads at import, imports it, and adjusts it to the settings."""
    os.environ["CHAINLIT_APP_ROOT"] = str(_folder_of_its_own(settings))
    os.environ["CHAINLIT_ROOT_PATH"] = "/"
    # A login is always required; without one there is the local user's. Else a way of login that is not
    # configured would count as none.
    os.environ["CHAINLIT_CUSTOM_AUTH"] = "true"
    os.environ["CHAINLIT_AUTH_SECRET"] = auth_secret(settings)
    if settings.public_url:
        os.environ["CHAINLIT_URL"] = settings.public_url

    with _hidden("SLACK_BOT_TOKEN", "TEAMS_APP_ID", "LITERAL_API_KEY"):
        import chainlit.auth.cookie as cookie
        import chainlit.config as chainlit_config
        import chainlit.server as server

    uploads = uploads_folder(settings)
    uploads.mkdir(parents=True, exist_ok=True)
    chainlit_config.FILES_DIRECTORY = uploads
    chainlit_config.config_translation_dir = str(ROOT / ".chainlit" / "translations")
    vars(server).update(public_dir=str(ROOT / "public"), APP_ROOT=str(ROOT))
    config = chainlit_config.config
    config.root = str(ROOT)
    config.project.user_session_timeout = settings.session_hours * 3600
    if config.features.spontaneous_file_upload:
        config.features.spontaneous_file_upload.max_size_mb = settings.max_upload_mb
    cookie._cookie_secure = settings.public_url.startswith("https://")
    server.get_html_template = lambda root_path: index_page()
    # Chainlit warns at every page that chainlit.md has no translation.
    logging.getLogger("chainlit").setLevel(logging.ERROR)


@contextmanager
def _hidden(*names: str) -> Iterator[None]:
    """Chainlit switches its own Slack, Teams and reporting on where it finds these; ours are elsewhere."""
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def _folder_of_its_own(settings: Settings) -> Path:
    """Chainlit writes into its folder at start. It gets one in our home: the installation may be read-only."""
    folder = settings.home / "cache" / "chainlit"
    (folder / ".chainlit").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / ".chainlit" / "config.toml", folder / ".chainlit" / "config.toml")
    return folder


def uploads_folder(settings: Settings) -> Path:
    """Where uploads wait until the conversation has taken them in; emptied at start."""
    return settings.home / "cache" / "uploads"


def inline_scripts() -> list[str]:
    """The scripts inside our page, exactly as they stand there (the security policy lists their hashes)."""
    theme = json.loads((ROOT / "public" / "theme.json").read_text(encoding="utf-8"))
    return [_THEME_SCRIPT.replace("{theme}", json.dumps(theme["variables"]).replace("</", "<\\/"))]


@cache
def index_page() -> str:
    """Chainlit's page with our title, theme, script and style, and without anything from another host."""
    from chainlit.server import build_dir

    page = (Path(build_dir) / "index.html").read_text(encoding="utf-8")
    page = re.sub(r"<!-- FONT START -->.*?<!-- FONT END -->", "", page, flags=re.DOTALL)
    page = re.sub(r"<link\b[^>]*\bhref=\"https?://[^>]*>", "", page, flags=re.DOTALL)
    page = re.sub(r"<script>\s*const global = globalThis;\s*</script>", "", page)
    tags = (
        f"<title>{html.escape(TITLE)}</title>\n"
        '    <link rel="icon" type="image/svg+xml" href="/public/favicon.svg" />\n'
        '    <meta name="description" content="Train your own language model in a conversation." />\n'
        '    <meta name="color-scheme" content="light dark" />'
    )
    scripts = "".join(f"<script>{script}</script>" for script in inline_scripts())
    page = page.replace("<!-- TAG INJECTION PLACEHOLDER -->", tags)
    page = page.replace(
        "<!-- JS INJECTION PLACEHOLDER -->", scripts + '<script src="/public/wizard.js" defer></script>'
    )
    page = page.replace("<!-- CSS INJECTION PLACEHOLDER -->", "")
    # Last in the head, so that it wins over Chainlit's own style.
    return page.replace("</head>", '  <link rel="stylesheet" href="/public/theme.css" />\n  </head>')


def read_token(cookies: dict[str, str]) -> str | None:
    """The login token among a request's cookies."""
    from chainlit.auth import get_token_from_cookies

    token: str | None = get_token_from_cookies(cookies)
    return token


def read_name(token: str) -> str | None:
    """The user's name in a token that is signed by us and has not run out; else None."""
    from chainlit.auth.jwt import decode_jwt
    from jwt import InvalidTokenError

    try:
        return str(decode_jwt(token).identifier)
    except (InvalidTokenError, KeyError, TypeError, ValueError):
        return None


def token_end(settings: Settings) -> datetime:
    """When every token that was given out until now will have run out."""
    return datetime.now(UTC) + timedelta(hours=settings.session_hours)

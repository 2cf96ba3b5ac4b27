"""Files that were dropped in Slack: checked, and fetched piece by piece within the limit."""

import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import anyio

from assistant.uploads import safe_name
from workspace.errors import InputError, LimitExceeded, Unavailable

_PIECE = 1 << 20
_SECONDS = 600.0


class Files:
    """Fetches files with the app's token. Nothing is left behind on an error."""

    def __init__(self, api_url: str, token: str, folder: Path, limit_mb: int) -> None:
        self._token = token
        self._folder = folder
        self._limit_mb = limit_mb
        self._api_host = urlsplit(api_url).netloc

    async def fetch(self, file: dict[str, Any], link: str = "") -> Path:
        """The file on our disk; the caller deletes it.

        Args:
            file: as Slack describes it.
            link: where a larger file can be uploaded instead.

        Raises:
            LimitExceeded: it is too large.
            InputError: it is no file, or the app may not read it.
            Unavailable: Slack did not hand it out.
        """
        if file.get("mode") in ("external", "tombstone", "hidden_by_limit") or file.get("is_external"):
            raise InputError(
                "FILE_ELSEWHERE",
                "This is a link to a file, and the file itself is not in Slack.",
                "Download it, and drop the file here.",
            )
        if int(file.get("size") or 0) > self._limit_mb << 20:
            raise self._too_large(link)
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        if not self._is_of_slack(url):
            raise _not_allowed()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / uuid.uuid4().hex
        try:
            await self._download(url, path, str(file.get("mimetype") or ""), link)
        except (aiohttp.ClientError, TimeoutError) as exc:
            path.unlink(missing_ok=True)
            raise Unavailable(
                "FILE_NOT_DELIVERED", "Slack did not hand out this file.", "Drop it here again in a minute."
            ) from exc
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    async def _download(self, url: str, path: Path, kind: str, link: str) -> None:
        """The token goes to Slack alone: no redirection is followed to another place."""
        headers = {"Authorization": f"Bearer {self._token}"}
        timeout = aiohttp.ClientTimeout(total=_SECONDS, sock_connect=30, sock_read=60)
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
            session.get(url, headers=headers, allow_redirects=False) as answer,
        ):
            # Without the right to read files Slack answers with its login page.
            page = answer.content_type == "text/html" and "html" not in kind
            if answer.status in (301, 302, 303, 307, 308, 401, 403) or page:
                raise _not_allowed()
            if answer.status != 200:
                raise aiohttp.ClientError(f"status {answer.status}")
            size = 0
            async with await anyio.open_file(path, "wb") as kept:
                async for piece in answer.content.iter_chunked(_PIECE):
                    size += len(piece)
                    if size > self._limit_mb << 20:
                        raise self._too_large(link)
                    await kept.write(piece)

    def _is_of_slack(self, url: str) -> bool:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        of_slack = host in ("slack.com", "slack-files.com") or host.endswith((".slack.com", ".slack-files.com"))
        return (parts.scheme == "https" and of_slack) or (bool(parts.netloc) and parts.netloc == self._api_host)

    def _too_large(self, link: str) -> LimitExceeded:
        return LimitExceeded(
            "FILE_TOO_LARGE",
            f"This file is larger than the {self._limit_mb:,} MB that are allowed here.",
            f"Upload a part of it; some thousand rows are enough to begin with. The page for uploads: {link}",
        )


def name_of(file: dict[str, Any]) -> str:
    """The name as people see it."""
    return safe_name(str(file.get("name") or file.get("title") or "file"))


def _not_allowed() -> InputError:
    return InputError(
        "FILE_NOT_ALLOWED",
        "I may not read files in this Slack workspace.",
        "Ask who set me up to allow “files:read” and to install me again; or upload the file on the web page.",
    )

"""What Slack delivers, as inputs with a key, a lane and a place in it. Pure functions."""

import hashlib
import json
import re
from typing import Any, Literal
from urllib.parse import parse_qs

from tools.asking import CHANGE, call_of
from workspace.slack import Place, SlackInput

Kind = Literal["message", "action", "command", "reaction", "home"]

_TAKEN = frozenset({"", "file_share", "thread_broadcast"})
"""Kinds of messages that a person writes; the others tell of edits, joins and the like."""


def body_of(raw: str) -> dict[str, Any]:
    """The payload of a request: JSON, a form with JSON inside, or a plain form (slash commands)."""
    if raw.lstrip().startswith("{"):
        found = json.loads(raw)
    else:
        fields = {name: values[0] for name, values in parse_qs(raw, keep_blank_values=True).items()}
        found = json.loads(fields["payload"]) if "payload" in fields else fields
    return found if isinstance(found, dict) else {}


def input_of(body: dict[str, Any], bot: str = "") -> SlackInput | None:
    """The input that a payload is; None where nothing is to be done later, if at all.

    Args:
        bot: the app's own user, whose mentions call it.
    """
    if body.get("type") == "event_callback":
        return _event(body, bot)
    if body.get("type") == "block_actions":
        return _action(body)
    if "command" in body:
        team, user = str(body.get("team_id", "")), str(body.get("user_id", ""))
        kept = {"kind": "command", "team": team, "user": user, "text": str(body.get("text", ""))}
        key = str(body.get("trigger_id") or _digest(json.dumps(body, sort_keys=True)))
        return SlackInput(f"command:{key}", f"{team}:{user}", key, kept)
    return None


def _event(body: dict[str, Any], bot: str) -> SlackInput | None:
    event = body.get("event") or {}
    team = str(body.get("team_id", ""))
    match event.get("type"):
        case "message" | "app_mention":
            return _message(body, event, team, bot)
        case "reaction_added" | "reaction_removed":
            item = event.get("item") or {}
            if item.get("type") != "message":
                return None
            kept = {name: str(event.get(name, "")) for name in ("user", "reaction", "type", "event_ts")}
            kept |= {"kind": "reaction", "team": team, "channel": str(item["channel"]), "ts": str(item["ts"])}
            lane = f"{team}:{item['channel']}:{item['ts']}"
            return SlackInput(f"event:{body.get('event_id')}", lane, _position(event.get("event_ts")), kept)
        case "app_home_opened" if event.get("tab", "home") == "home":
            kept = {"kind": "home", "team": team, "user": str(event.get("user", ""))}
            lane = f"{team}:{event.get('user')}:home"
            return SlackInput(f"event:{body.get('event_id')}", lane, _position(event.get("event_ts")), kept)
    return None


def _message(body: dict[str, Any], event: dict[str, Any], team: str, bot: str) -> SlackInput | None:
    """A message and a mention in it are delivered as two events: what they say and when makes them one."""
    user, channel, ts = (str(event.get(name) or "") for name in ("user", "channel", "ts"))
    if event.get("bot_id") or not user or user == bot or str(event.get("subtype") or "") not in _TAKEN:
        return None
    text = str(event.get("text") or "")
    bot = bot or next((str(a.get("user_id", "")) for a in body.get("authorizations") or []), "")
    mentioned = event.get("type") == "app_mention" or bool(bot and f"<@{bot}>" in text)
    thread = str(event.get("thread_ts") or "")
    direct = event.get("channel_type") == "im" or (not event.get("channel_type") and channel.startswith("D"))
    kept = {
        "kind": "message",
        "team": team,
        "channel": channel,
        "user": user,
        "from": str(event.get("user_team") or event.get("team") or team),
        "ts": ts,
        "thread": thread,
        "text": _without_mention(text, bot),
        "mentioned": mentioned,
        "direct": direct,
        "files": event.get("files") or [],
    }
    place = channel if direct else f"{channel}:{thread or ts}"
    key = f"message:{team}:{channel}:{ts}:{_digest(f'{user}{text}{mentioned}')}"
    return SlackInput(key, f"{team}:{place}", _position(ts), kept)


def _action(body: dict[str, Any]) -> SlackInput | None:
    actions = body.get("actions") or []
    action = actions[0] if actions else {}
    name = str(action.get("action_id", ""))
    if not name or name.startswith("go:") or window_of(action):
        return None
    team = str((body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id") or "")
    user = str((body.get("user") or {}).get("id", ""))
    channel = str((body.get("channel") or body.get("container") or {}).get("id", ""))
    channel = channel or str((body.get("container") or {}).get("channel_id", ""))
    message = body.get("message") or {}
    ts = str(message.get("ts") or (body.get("container") or {}).get("message_ts") or "")
    thread = str(message.get("thread_ts") or (body.get("container") or {}).get("thread_ts") or "")
    chosen = (action.get("selected_option") or {}).get("value")
    kept = {
        "kind": "action",
        "team": team,
        "channel": channel,
        "user": user,
        "ts": ts,
        "thread": thread,
        "action": name,
        "value": str(chosen if chosen is not None else action.get("value", "")),
        "pressed": action if name.startswith("label:") else {},
        "state": (body.get("state") or {}) if name.startswith("label:") else {},
    }
    place = channel if channel.startswith("D") else f"{channel}:{thread or ts}"
    when = str(action.get("action_ts") or body.get("trigger_id") or "")
    key = f"action:{team}:{channel}:{ts}:{user}:{name}:{when}"
    return SlackInput(key, f"{team}:{place if channel else user}", _position(when), kept)


def window_of(action: dict[str, Any]) -> tuple[str, str] | None:
    """The window that a press opens, and what it is about; it has to be opened within three seconds."""
    name, value = str(action.get("action_id", "")), str(action.get("value", ""))
    if name.startswith("open:"):
        return name.split(":")[1], value
    if name.startswith("answer:") and value == CHANGE.id:
        return "plan", ""
    tool, arguments = call_of(value) if name.startswith(("answer:", "press:")) else ("", {})
    if tool == "try_model" and arguments.keys() == {"model_id"}:
        return "try", arguments["model_id"]
    return None


def place_of(kept: dict[str, Any]) -> Place:
    """Where a stored message or press was."""
    return Place(
        str(kept["team"]), str(kept["channel"]), str(kept["thread"] or ("" if is_direct(kept) else kept["ts"]))
    )


def is_direct(kept: dict[str, Any]) -> bool:
    return bool(kept.get("direct", str(kept["channel"]).startswith("D")))


def _without_mention(text: str, bot: str) -> str:
    """The words alone. Slack marks mentions and links with <>, and writes &, < and > themselves as entities."""
    text = re.sub(rf"<@{re.escape(bot)}(\|[^>]*)?>" if bot else r"^\s*<@\w+(\|[^>]*)?>", " ", text)
    text = re.sub(r"<(?:mailto:|#\w+\|)?([^@!<>|][^<>|]*)(?:\|([^<>]*))?>", lambda m: m[2] or m[1], text)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return text.strip()


def _position(ts: Any) -> str:
    """A time stamp that sorts as text."""
    try:
        return f"{float(ts):020.6f}"
    except (TypeError, ValueError):
        return f"{0:020.6f}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]

"""Slack: the same conversation where people already are. Left out where its tokens are not set.

Nothing of Slack's libraries is loaded before :func:`slack_of` finds the tokens.
"""

from typing import TYPE_CHECKING

from workspace.settings import Settings

if TYPE_CHECKING:
    from assistant.surfaces.slack.surface import SlackSurface
    from assistant.surfaces.web_state import Web


def missing_names(settings: Settings) -> list[str]:
    """The settings without which Slack is left out."""
    missing = [] if settings.slack_bot_token.get_secret_value() else ["SLACK_BOT_TOKEN"]
    if not (settings.slack_signing_secret.get_secret_value() or settings.slack_app_token.get_secret_value()):
        missing.append("SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN for socket mode)")
    return missing


def slack_of(web: "Web") -> "SlackSurface | None":
    """The surface; None where Slack is not set up."""
    if missing_names(web.settings):
        return None
    from assistant.surfaces.slack.surface import SlackSurface

    return SlackSurface(web)

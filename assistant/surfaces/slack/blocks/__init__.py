"""What people see in Slack: every card, question and form of the wizard as Block Kit. Pure functions, no client.

What a press means stands in :mod:`.elements`. Send messages with ``unfurl_links=False`` and ``unfurl_media=False``.
"""

from assistant.surfaces.slack.blocks.cards import message_of, message_of_progress
from assistant.surfaces.slack.blocks.forms import Filled
from assistant.surfaces.slack.blocks.home import home_view
from assistant.surfaces.slack.blocks.modals import (
    columns_modal,
    columns_values,
    plan_changes,
    plan_modal,
    plan_sentence,
    privacy_modal,
    privacy_values,
    question_modal,
    question_values,
    try_modal,
    try_text,
)
from assistant.surfaces.slack.blocks.page import Picture, SlackMessage
from assistant.surfaces.slack.blocks.questions import answered_of, chosen_option, question_of
from assistant.surfaces.slack.blocks.saying import message_of_error, message_of_text

__all__ = [
    "Filled",
    "Picture",
    "SlackMessage",
    "answered_of",
    "chosen_option",
    "columns_modal",
    "columns_values",
    "home_view",
    "message_of",
    "message_of_error",
    "message_of_progress",
    "message_of_text",
    "plan_changes",
    "plan_modal",
    "plan_sentence",
    "privacy_modal",
    "privacy_values",
    "question_modal",
    "question_of",
    "question_values",
    "try_modal",
    "try_text",
]

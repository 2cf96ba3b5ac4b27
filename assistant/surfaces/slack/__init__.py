"""Slack: the same conversation where people already are."""

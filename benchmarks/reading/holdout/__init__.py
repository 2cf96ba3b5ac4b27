"""Messy files of the kinds business users send, with facts written down before any reader saw them."""

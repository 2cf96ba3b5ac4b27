"""The ground floor: what a user owns, and where it is kept. No LangChain, no Chainlit, no torch."""

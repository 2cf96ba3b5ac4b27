"""What the assistant can do, as plain typed functions. No LangChain, no Chainlit, no torch."""

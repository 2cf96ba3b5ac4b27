"""The built-in chat model: a LangChain BaseChatModel that needs no LLM."""

"""Finding names (entities) in text: reading marked rows, tags of words, a CRF, a fine-tuned tagger, and scores."""

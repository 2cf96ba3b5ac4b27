"""The task multilabel: rows, classifiers, thresholds, scores and saved models."""

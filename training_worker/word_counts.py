"""Words and pieces of words, counted and weighed (TF-IDF), and kept so that they load quickly and without pickle."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

from training_worker.job import Job
from workspace.errors import InputError

# Words of more than 30 letters are mostly noise (links, base64) and would make the stored vocabulary wide.
WORDS = r"(?u)\b\w{1,30}\b"
MOST_WEIGHTS = 50_000_000
TOP_WORDS = 10


def vectorise(job: Job, labels: int) -> tuple[FeatureUnion, csr_matrix]:
    """Fits the vectorisers and counts; rows by words, float64 because liblinear computes in it."""
    texts = job.split.learn.texts
    most = min(job.whole("max_features"), max(1000, MOST_WEIGHTS // labels))
    common: dict[str, Any] = {"sublinear_tf": True, "max_features": most, "dtype": np.float64}
    parts = [("word", TfidfVectorizer(ngram_range=(1, job.whole("word_ngrams")), token_pattern=WORDS, **common))]
    if job.whole("char_ngrams"):
        pieces = (min(2, job.whole("char_ngrams")), job.whole("char_ngrams"))
        rare = 2 if len(texts) >= 1000 else 1
        parts.append(("char", TfidfVectorizer(analyzer="char_wb", ngram_range=pieces, min_df=rare, **common)))
    matrices = []
    kept = []
    for name, vectoriser in parts:
        try:
            matrices.append(vectoriser.fit_transform(texts))
        except ValueError:  # not one word in any text (emoji, punctuation): the other part may still work
            continue
        kept.append((name, vectoriser))
    if not kept:
        raise InputError(
            "NO_WORDS",
            "The texts contain no words to learn from.",
            "Choose another text column, or set char_ngrams to 5 so that signs and emoji count too.",
        )
    union = FeatureUnion(kept)
    return union, csr_matrix(hstack(matrices, format="csr"))


def freeze(features: FeatureUnion) -> FeatureUnion:
    """The same vectorisers with the vocabulary as one array: skops writes a dict entry by entry (30 s), an
    array at once. ``TfidfVectorizer`` accepts either and builds its dict when it is first used."""
    frozen = []
    for name, old in features.transformer_list:
        settings = {**old.get_params(), "vocabulary": np.array(old.get_feature_names_out(), dtype=np.str_)}
        new = TfidfVectorizer(**settings)
        new.fixed_vocabulary_ = True
        new._tfidf = old._tfidf
        frozen.append((name, new))
    return FeatureUnion(frozen)


def top_words(features: FeatureUnion, weights: NDArray[np.floating[Any]], labels: list[str]) -> dict[str, list[str]]:
    """For each label the whole words that speak for it most strongly, strongest first."""
    name, vectoriser = features.transformer_list[0]
    if name != "word":
        return {}
    words = vectoriser.get_feature_names_out()
    rows = np.vstack([-weights[0], weights[0]]) if len(weights) < len(labels) else weights
    return {
        label: [str(words[i]) for i in np.argsort(-row[: len(words)])[:TOP_WORDS] if row[i] > 0]
        for label, row in zip(labels, rows, strict=True)
    }

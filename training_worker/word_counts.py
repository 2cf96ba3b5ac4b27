"""Words and pieces of words, counted and weighed (TF-IDF), and kept so that they load quickly and without pickle."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

from training_worker.job import Job
from workspace.errors import InputError
from workspace.memory_plan import MANY_CHARACTERS

# Words of more than 30 letters are mostly noise (links, base64) and would make the stored vocabulary wide.
WORDS = r"(?u)\b\w{1,30}\b"
MOST_WEIGHTS = 50_000_000
TOP_WORDS = 10
PART_ROWS = 20_000


def vectorise(job: Job, labels: int) -> tuple[FeatureUnion, csr_matrix]:
    """Fits the vectorisers and counts; rows by words.

    float64, because liblinear computes in it. Many texts (see :func:`many`) are counted in float32, a part at a time,
    by the words of some of them drawn at random.
    """
    texts = job.split.learn.texts
    if many(texts):
        features, _ = _fitted(job, labels, _drawn(texts, job.plan.seed), np.float32)
        return features, _counted(features, texts)
    return _fitted(job, labels, texts, np.float64)


def many(texts: Sequence[str]) -> bool:
    """Whether these are too many to be held several times, as liblinear does (some 150,000 short texts)."""
    return sum(map(len, texts)) > MANY_CHARACTERS


def _drawn(texts: Sequence[str], seed: int) -> list[str]:
    order = np.random.default_rng(seed).permutation(len(texts))
    lengths = np.cumsum([len(texts[i]) for i in order])
    return [texts[i] for i in order[: np.searchsorted(lengths, MANY_CHARACTERS // 2)]]


def _counted(features: FeatureUnion, texts: Sequence[str]) -> csr_matrix:
    """All texts by words, counted a part at a time; no more is held than the result and one part."""
    parts = [
        csr_matrix(features.transform(texts[start : start + PART_ROWS])) for start in range(0, len(texts), PART_ROWS)
    ]
    ends = np.cumsum([0, *(part.nnz for part in parts)])
    width, index = parts[0].shape[1], np.int32 if ends[-1] < np.iinfo(np.int32).max else np.int64
    rows, columns, values = [np.zeros(1, index)], np.empty(ends[-1], index), np.empty(ends[-1], np.float32)
    for start in ends[:-1]:
        part = parts.pop(0)
        columns[start : start + part.nnz], values[start : start + part.nnz] = part.indices, part.data
        rows.append((part.indptr[1:] + start).astype(index))
    return csr_matrix((values, columns, np.concatenate(rows)), shape=(len(texts), width))


def _fitted(job: Job, labels: int, texts: Sequence[str], dtype: type) -> tuple[FeatureUnion, csr_matrix]:
    most = min(job.whole("max_features"), max(1000, MOST_WEIGHTS // labels))
    common: dict[str, Any] = {"sublinear_tf": True, "max_features": most, "dtype": dtype}
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

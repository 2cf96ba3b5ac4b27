"""What short texts mean, by the starter model in ONNX Runtime: no torch, a few milliseconds a sentence."""

from tools.meaning.encoder import Encoder, Vectors
from tools.meaning.phrases import Nearness, Phrases, words_in

__all__ = ["Encoder", "Nearness", "Phrases", "Vectors", "words_in"]

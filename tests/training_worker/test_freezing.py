"""Which parts of an encoder keep what they know."""

from transformers import BertConfig, BertModel

from training_worker.tuning_loop import freeze_layers


def test_the_lowest_layers_and_the_embeddings_are_frozen() -> None:
    config = BertConfig(vocab_size=20, hidden_size=8, num_hidden_layers=3, num_attention_heads=2, intermediate_size=8)
    model = BertModel(config)
    freeze_layers(model, 2)
    learning = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert learning
    assert all(name.startswith(("encoder.layer.2.", "pooler.")) for name in learning)

"""What is wrong with data, found by counting and comparing; what needs a model is the worker's."""

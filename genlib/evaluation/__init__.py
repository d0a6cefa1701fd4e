"""Measuring: figures of a model on a data set, and what is written of them."""

"""Checkpoints: where they are, what they hold, whether they are whole."""

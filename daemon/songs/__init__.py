"""The Songs folder: where it is, and which map in it was saved last."""

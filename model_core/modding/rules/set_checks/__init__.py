"""The rules for whole sets, each subject in a file of its own."""

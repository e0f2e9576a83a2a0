"""The rules for single maps, each subject in a file of its own."""

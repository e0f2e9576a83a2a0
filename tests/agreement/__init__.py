"""Whether the maps read here are the maps the game reads.

``python -m tests.agreement DIR`` decodes every file of a corpus and compares it with the
values that the game's own conversion tests record beside it. ``docs/agreement.md`` says what
is compared, how near is near enough, and why where the two differ.
"""

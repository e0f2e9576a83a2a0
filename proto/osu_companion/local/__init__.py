"""Local discovery: how a client finds the daemon of its user, and what both read from disk.

The part of the contract that is files instead of messages: where the user's things live
(:mod:`~osu_companion.local.paths`), the configuration (:mod:`~osu_companion.local.config`), and
the endpoint file with port and token (:mod:`~osu_companion.local.endpoint`). Imports neither
grpc nor torch.
"""

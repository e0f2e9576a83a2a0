"""The SQLite store: jobs with their results, the bytes patches were made for, the song index."""

from __future__ import annotations

from daemon.store.database import Database
from daemon.store.job_table import JobRow, JobTable
from daemon.store.mod_table import ModTable
from daemon.store.song_table import SongRow, SongTable

__all__ = ["Database", "JobRow", "JobTable", "ModTable", "SongRow", "SongTable"]

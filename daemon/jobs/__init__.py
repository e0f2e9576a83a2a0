"""Jobs: what is asked for, the queue they wait in, and the events that their callers see."""

from __future__ import annotations

from daemon.jobs.job import Job
from daemon.jobs.scheduler import Scheduler

__all__ = ["Job", "Scheduler"]

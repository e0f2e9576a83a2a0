"""Every kind of job, by the method that asks for it."""

from __future__ import annotations

from daemon.jobs.difficulty import GUEST_DIFFICULTY
from daemon.jobs.hitsound import HITSOUND
from daemon.jobs.job import JobKind
from daemon.jobs.mapset import GENERATE_MAPSET
from daemon.jobs.modding import MODDING
from daemon.jobs.remap import REMAP
from daemon.jobs.timing import TIMING

KINDS: dict[str, JobKind] = {
    kind.method: kind
    for kind in (REMAP, HITSOUND, GUEST_DIFFICULTY, GENERATE_MAPSET, MODDING, TIMING)
}

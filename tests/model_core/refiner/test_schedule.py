"""How much noise each step has."""

from __future__ import annotations

import numpy as np
import pytest

from model_core.errors import InputError
from model_core.refiner.schedule import cosine_betas, schedule, spaced_steps


def test_steps_are_taken_evenly_from_each_part() -> None:
    assert spaced_steps((3, 0, 2, 1), 20) == (0, 2, 4, 10, 14, 15)
    # Parts as equal as they can be: the first ones are longer.
    assert spaced_steps((2, 2, 2), 11) == (0, 3, 4, 7, 8, 10)
    assert spaced_steps((100, *[0] * 9)) == tuple(range(100))


@pytest.mark.parametrize("sections", [(), (0, 0), (6, 0), (-1, 5)])
def test_impossible_steps_are_refused(sections: tuple[int, ...]) -> None:
    with pytest.raises(InputError):
        spaced_steps(sections, 10)


def test_stepping_back_keeps_what_the_noise_was_made_of() -> None:
    """With the true positions as guess, the mean of the step before has the right share of both."""
    own = schedule((50, 0, 30, 0, 0, 0, 0, 0, 0, 1))
    kept = np.cumprod(1 - own.betas)
    before = np.append(1.0, kept[:-1])
    clean, noise = 0.7, -1.3
    noisy = np.sqrt(kept) * clean + np.sqrt(1 - kept) * noise
    assert np.allclose(own.clean_scale * noisy - own.noise_scale * noise, clean)
    mean = own.mean_clean * clean + own.mean_noisy * noisy
    # What is left of the noise, and the variance that is added, make up the noise of that step.
    left = (mean - np.sqrt(before) * clean) / noise
    variance = np.append(0.0, np.exp(own.log_variance_min[1:]))
    assert np.allclose(left**2 + variance, 1 - before, atol=1e-9)
    assert (own.log_variance_min <= own.log_variance_max + 1e-12).all()


def test_skipped_steps_add_up() -> None:
    """Whichever steps are taken, each has the noise that the whole schedule has there."""
    everything = np.cumprod(1 - cosine_betas())
    own = schedule((5, 3, 0, 2))
    assert np.allclose(np.cumprod(1 - own.betas), everything[list(own.steps)])


def test_one_step_is_enough() -> None:
    own = schedule((1, *[0] * 9))
    assert own.steps == (0,)
    assert own.mean_clean[0] == pytest.approx(1)
    assert np.isfinite(own.log_variance_min).all()

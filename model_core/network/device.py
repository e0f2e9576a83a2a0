"""Which device and precision a model runs on, and why: chosen once, said plainly."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from model_core.errors import InputError, NotSupported

_DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


@dataclass(frozen=True, slots=True)
class Placement:
    """A device, a precision, and the reason for the device."""

    device: torch.device
    dtype: torch.dtype
    reason: str


def choose(device: str = "auto", dtype: str = "auto") -> Placement:
    """Pick the device and the precision.

    Raises:
        NotSupported: the device that was asked for is not there; nothing else is taken instead.
        InputError: not a device or a precision.
    """
    if device == "auto":
        chosen, reason = _best()
    else:
        chosen, reason = _asked(device), "as asked"
    if dtype == "auto":
        precision = _precision(chosen)
    elif dtype in _DTYPES:
        precision = _DTYPES[dtype]
    else:
        raise InputError(f"{dtype!r} is no precision; use auto, {', '.join(_DTYPES)}.")
    return Placement(chosen, precision, reason)


def _best() -> tuple[torch.device, str]:
    if torch.cuda.is_available():
        cuda = torch.device("cuda")
        problem = _problem(cuda)
        if problem is None:
            return cuda, f"{torch.cuda.get_device_name()} is available"
        return torch.device("cpu"), f"the CUDA device does not work: {problem}"
    if torch.backends.mps.is_available():
        mps = torch.device("mps")
        problem = _problem(mps)
        if problem is None:
            return mps, "the Metal device is available"
        return torch.device("cpu"), f"the Metal device does not work: {problem}"
    return torch.device("cpu"), _why_no_cuda()


def _asked(name: str) -> torch.device:
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise InputError(f"{name!r} is no device; use auto, cpu, cuda or mps.") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise NotSupported(f"Device {name} was asked for, but {_why_no_cuda()}. Use cpu or auto.")
    problem = _problem(device)
    if problem is not None:
        raise NotSupported(f"Device {name} does not work: {problem}. Use cpu or auto.")
    return device


def _problem(device: torch.device) -> str | None:
    """What happens when the device is used for a moment; a driver may be there and yet be lost."""
    try:
        (torch.ones(8, device=device) * 2).sum().item()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        return str(error).splitlines()[0]
    return None


def _why_no_cuda() -> str:
    if torch.version.cuda is None and torch.version.hip is None:
        return "this installation of PyTorch has no CUDA support"
    return "no CUDA device was found (no NVIDIA card, or its driver is not loaded)"


def _precision(device: torch.device) -> torch.dtype:
    """Half precision only where it is both faster and safe: CUDA from Ampere on."""
    if device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0):
        return torch.bfloat16
    return torch.float32

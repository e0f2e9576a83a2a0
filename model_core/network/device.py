"""Which device and precision a model runs on, and why: chosen once, said plainly.

What the machine has is asked through :class:`Hardware`, so that the choice can be tested for
machines that are not at hand. torch calls AMD's cards (ROCm) ``cuda`` as well; whoever asks for
``rocm`` gets such a card or an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch

from model_core.errors import InputError, NotSupported

_DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
_DEVICES = "auto, cpu, cuda, rocm or mps"

# AMD's architectures with matrix units for bfloat16; the others imitate it slowly.
_ROCM_BFLOAT16 = ("gfx908", "gfx90a", "gfx94", "gfx95", "gfx11", "gfx12")


@dataclass(frozen=True, slots=True)
class Placement:
    """A device, a precision, and the reason for the device."""

    device: torch.device
    dtype: torch.dtype
    reason: str


@dataclass(frozen=True, slots=True)
class Card:
    """A graphics card as torch sees it.

    ``architecture``: ``8.0`` (CUDA's compute capability) or AMD's ``gfx1100``.
    """

    name: str
    architecture: str


class Hardware(Protocol):
    """What there is to run on."""

    @property
    def kind(self) -> str:
        """What this installation of torch was built for: ``cuda``, ``rocm``, or empty."""

    def cards(self) -> list[Card]:
        """The cards that the driver shows, in torch's order."""

    def metal(self) -> bool:
        """Whether Apple's Metal can be used."""

    def problem(self, device: torch.device, dtype: torch.dtype) -> str | None:
        """What happens when the device computes for a moment; None if all is well."""


class ThisMachine:
    """The machine that this process runs on."""

    @property
    def kind(self) -> str:
        if torch.version.hip is not None:
            return "rocm"
        return "cuda" if torch.version.cuda is not None else ""

    def cards(self) -> list[Card]:
        if not torch.cuda.is_available():
            return []
        return [self._card(index) for index in range(torch.cuda.device_count())]

    def _card(self, index: int) -> Card:
        found = torch.cuda.get_device_properties(index)
        if self.kind == "rocm":
            # "gfx90a:sramecc+:xnack-"
            return Card(found.name, str(found.gcnArchName).partition(":")[0])
        return Card(found.name, f"{found.major}.{found.minor}")

    def metal(self) -> bool:
        return torch.backends.mps.is_available()

    def problem(self, device: torch.device, dtype: torch.dtype) -> str | None:
        # A driver may be there and yet be lost; a device may not know a precision.
        try:
            square = torch.ones(8, 8, device=device, dtype=dtype)
            (square @ square).sum().item()
        except (RuntimeError, AssertionError, NotImplementedError, TypeError) as error:
            return (str(error).splitlines() or [type(error).__name__])[0]
        return None


def choose(
    device: str = "auto", dtype: str = "auto", hardware: Hardware | None = None
) -> Placement:
    """Pick the device and the precision.

    device: ``auto``, ``cpu``, ``cuda``, ``rocm``, ``mps``, or one card (``cuda:1``).
    dtype: ``auto``, ``float32``, ``bfloat16`` or ``float16``.
    hardware: what there is; this machine when left out.

    Raises:
        NotSupported: the device that was asked for is not there, or cannot compute in the
            precision that was asked for; nothing else is taken instead.
        InputError: not a device or a precision.
    """
    there = ThisMachine() if hardware is None else hardware
    if dtype != "auto" and dtype not in _DTYPES:
        raise InputError(f"{dtype!r} is no precision; use auto, {', '.join(_DTYPES)}.")
    chosen, reason = _best(there) if device == "auto" else (_asked(device, there), "as asked")
    if dtype == "auto":
        return Placement(chosen, _precision(chosen, there), reason)
    problem = there.problem(chosen, _DTYPES[dtype])
    if problem is not None:
        raise NotSupported(
            f"Device {chosen} cannot compute in {dtype}: {problem}. Use another precision, or auto."
        )
    return Placement(chosen, _DTYPES[dtype], reason)


def _best(there: Hardware) -> tuple[torch.device, str]:
    cpu = torch.device("cpu")
    cards = there.cards()
    if cards:
        cuda = torch.device("cuda")
        problem = there.problem(cuda, torch.float32)
        if problem is None:
            return cuda, f"{cards[0].name} is available" + _through(there)
        return cpu, f"the {_brand(there)} device does not work: {problem}"
    if there.metal():
        mps = torch.device("mps")
        problem = there.problem(mps, torch.float32)
        if problem is None:
            return mps, "the Metal device is available"
        return cpu, f"the Metal device does not work: {problem}"
    return cpu, _why_no_card(there)


def _asked(name: str, there: Hardware) -> torch.device:
    kind, colon, index = name.partition(":")
    try:
        device = torch.device(f"cuda{colon}{index}" if kind == "rocm" else name)
    except RuntimeError as error:
        raise InputError(f"{name!r} is no device; use {_DEVICES}.") from error
    if device.type not in ("cpu", "cuda", "mps"):
        raise InputError(f"{name!r} is no device for a model; use {_DEVICES}.")
    if device.type == "cuda":
        cards = there.cards()
        if not cards or (kind == "rocm" and there.kind != "rocm"):
            why = _why_no_card(there) if not cards else "this installation of PyTorch is for CUDA"
            raise NotSupported(f"Device {name} was asked for, but {why}. Use cpu or auto.")
        if (device.index or 0) >= len(cards):
            raise NotSupported(
                f"Device {name} was asked for, but there are {len(cards)}, counted from 0."
                " Use one of them, cpu or auto."
            )
    if device.type == "mps" and not there.metal():
        raise NotSupported(
            f"Device {name} was asked for, but this machine or this installation of PyTorch has no"
            " Metal device. Use cpu or auto."
        )
    problem = there.problem(device, torch.float32)
    if problem is not None:
        raise NotSupported(f"Device {name} does not work: {problem}. Use cpu or auto.")
    return device


def _brand(there: Hardware) -> str:
    return "ROCm" if there.kind == "rocm" else "CUDA"


def _through(there: Hardware) -> str:
    return " (ROCm)" if there.kind == "rocm" else ""


def _why_no_card(there: Hardware) -> str:
    if there.kind == "rocm":
        return "no ROCm device was found (no AMD card, or its driver is not loaded)"
    if there.kind == "cuda":
        return "no CUDA device was found (no NVIDIA card, or its driver is not loaded)"
    return "this installation of PyTorch has no CUDA support"


def _precision(device: torch.device, there: Hardware) -> torch.dtype:
    """bfloat16 only where it is both faster and safe: CUDA from Ampere on, AMD with units for it.

    Not float16, which every card has: its range is too small for some activations, which then
    become infinite. Who knows better asks for it.
    """
    if device.type != "cuda":
        return torch.float32
    architecture = there.cards()[device.index or 0].architecture
    if there.kind == "rocm":
        fast = architecture.startswith(_ROCM_BFLOAT16)
    else:
        fast = int(architecture.partition(".")[0]) >= 8
    return torch.bfloat16 if fast and not there.problem(device, torch.bfloat16) else torch.float32

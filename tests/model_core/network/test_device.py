"""The choice of device and precision, for machines that are not at hand, through the seam."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import torch

from model_core.errors import InputError, NotSupported
from model_core.network.device import Card, Placement, ThisMachine, choose


@dataclass
class Machine:
    """A machine as one would like it. ``broken``: devices or precisions that do not work."""

    kind: str = ""
    found: list[Card] = field(default_factory=list)
    has_metal: bool = False
    broken: tuple[str, ...] = ()

    def cards(self) -> list[Card]:
        return self.found

    def metal(self) -> bool:
        return self.has_metal

    def problem(self, device: torch.device, dtype: torch.dtype) -> str | None:
        names = (device.type, str(device), str(dtype).removeprefix("torch."))
        return "out of order" if set(names) & set(self.broken) else None


AMPERE = Card("NVIDIA A100", "8.0")
BLACKWELL = Card("NVIDIA RTX 5090", "12.0")
TURING = Card("NVIDIA RTX 2080", "7.5")
INSTINCT = Card("AMD Instinct MI250", "gfx90a")
RADEON = Card("AMD Radeon RX 7900 XTX", "gfx1100")
OLD_RADEON = Card("AMD Radeon RX 6800", "gfx1030")


@pytest.mark.parametrize(
    ("machine", "device", "dtype", "words"),
    [
        (Machine(), "cpu", torch.float32, "no CUDA support"),
        (Machine("cuda"), "cpu", torch.float32, "no NVIDIA card"),
        (Machine("rocm"), "cpu", torch.float32, "no AMD card"),
        (Machine("cuda", [AMPERE]), "cuda", torch.bfloat16, "A100 is available"),
        (Machine("cuda", [BLACKWELL]), "cuda", torch.bfloat16, "5090 is available"),
        (Machine("cuda", [TURING]), "cuda", torch.float32, "2080 is available"),
        (Machine("cuda", [AMPERE], broken=("bfloat16",)), "cuda", torch.float32, "A100"),
        (Machine("cuda", [AMPERE], broken=("cuda",)), "cpu", torch.float32, "does not work"),
        (Machine("rocm", [INSTINCT]), "cuda", torch.bfloat16, "MI250 is available (ROCm)"),
        (Machine("rocm", [RADEON]), "cuda", torch.bfloat16, "7900 XTX is available (ROCm)"),
        (Machine("rocm", [OLD_RADEON]), "cuda", torch.float32, "6800 is available (ROCm)"),
        (Machine("rocm", [RADEON], broken=("cuda",)), "cpu", torch.float32, "the ROCm device"),
        (Machine(has_metal=True), "mps", torch.float32, "Metal device is available"),
        (Machine(has_metal=True, broken=("mps",)), "cpu", torch.float32, "Metal device does not"),
    ],
)
def test_what_is_there_is_taken_and_the_reason_said(
    machine: Machine, device: str, dtype: torch.dtype, words: str
) -> None:
    placement = choose(hardware=machine)
    assert (placement.device.type, placement.dtype) == (device, dtype)
    assert words in placement.reason


@pytest.mark.parametrize(
    ("name", "machine", "words"),
    [
        ("cuda", Machine(), "no CUDA support"),
        ("cuda", Machine("cuda"), "no NVIDIA card"),
        ("cuda:2", Machine("cuda", [AMPERE, TURING]), "there are 2, counted from 0"),
        ("cuda", Machine("cuda", [AMPERE], broken=("cuda",)), "does not work: out of order"),
        ("rocm", Machine("cuda", [AMPERE]), "is for CUDA"),
        ("rocm", Machine("rocm"), "no AMD card"),
        ("mps", Machine("cuda", [AMPERE]), "no Metal device"),
        ("mps", Machine(has_metal=True, broken=("mps",)), "does not work"),
    ],
)
def test_a_device_that_was_asked_for_is_never_swapped(
    name: str, machine: Machine, words: str
) -> None:
    with pytest.raises(NotSupported, match=words) as raised:
        choose(name, hardware=machine)
    assert name in str(raised.value) and "cpu or auto" in str(raised.value)


def test_a_device_that_was_asked_for_is_taken() -> None:
    two = Machine("cuda", [TURING, AMPERE])
    assert choose("cuda:1", hardware=two) == Placement(
        torch.device("cuda:1"), torch.bfloat16, "as asked"
    )
    assert choose("cuda", hardware=two).dtype == torch.float32
    assert choose("cpu", hardware=two).device.type == "cpu"
    rocm = choose("rocm:0", hardware=Machine("rocm", [RADEON]))
    assert rocm.device == torch.device("cuda:0")
    assert choose("cuda", hardware=Machine("rocm", [RADEON])).device.type == "cuda"
    assert choose("mps", "float16", Machine(has_metal=True)).dtype == torch.float16


def test_a_precision_that_does_not_work_is_refused() -> None:
    machine = Machine(has_metal=True, broken=("bfloat16",))
    with pytest.raises(NotSupported, match="mps cannot compute in bfloat16: out of order"):
        choose("auto", "bfloat16", machine)


@pytest.mark.parametrize("name", ["toaster", "meta", "cuda:x", "", "xpu:0"])
def test_what_is_no_device_is_said(name: str) -> None:
    with pytest.raises(InputError, match="no device"):
        choose(name, hardware=Machine())
    with pytest.raises(InputError, match="no precision"):
        choose("auto", "int3", Machine())


def test_this_machine() -> None:
    placement = choose()
    assert placement.reason and placement.device.type in ("cpu", "cuda", "mps")
    assert choose("cpu", "float16").dtype == torch.float16
    if not torch.cuda.is_available():
        assert ThisMachine().cards() == []
        with pytest.raises(NotSupported, match="Use cpu or auto"):
            choose("cuda")
    else:
        assert all(card.name and card.architecture for card in ThisMachine().cards())
    problem = ThisMachine().problem(torch.device("cuda:63"), torch.float32)
    assert problem is not None and "\n" not in problem

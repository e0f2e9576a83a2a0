"""Building a network whose weights are about to come from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


class _Uninitialised(TorchFunctionMode):
    """Leaves out the drawing of first weights."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        named = kwargs or {}
        if getattr(func, "__module__", "") == "torch.nn.init":
            return args[0] if args else named["tensor"]
        return func(*args, **named)


@contextmanager
def without_weights() -> Iterator[None]:
    """Modules made within have weights with a shape and no memory.

    The same as ``torch.device("meta")``, but nothing is drawn for them: torch draws on that device
    through its compiler's Python parts, whose import takes a second and 80 MB.
    """
    with torch.device("meta"), _Uninitialised():
        yield

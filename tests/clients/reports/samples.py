"""Reports to show: one as a map of any kind gives it, and one whose every text is hostile."""

from __future__ import annotations

import json
from typing import Any

from model_core.beatmap import LineEdit, ObjectKind, parse
from model_core.modding.report import Detail, ModelPart, Reported, mod, new_since
from model_core.modding.report_json import schema, to_json
from model_core.modding.rules import Category, Finding, Fix, ObjectRef, Severity, Source
from tests.model_core.modding.rules.maps import osu
from tests.model_core.modding.schema_check import errors

HOSTILE = (
    "</script></style><script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
    "\"'><b onmouseover=window.hacked=1>&amp; [bold red]x[/] *_`#|~ "
    "\x1b]8;;http://evil.invalid\x07\x1b[2J\u202egnp\u2028\ud800"
)


def report(
    title: str = "Song", message: str = "What, and why.", *, file: str = "a.osu", mode: int = 0
) -> dict[str, Any]:
    """Findings of rules, and one of a model with an edit; ``message`` is what that one says."""
    lines = "\n".join(f"{x},100,{time},1,0" for x, time in ((50, 1007), (90, 1500), (900, 2000)))
    metadata = f"Title:{title}\nArtist:{title}\nCreator:{title}\nVersion:{title}"
    beatmap = parse(osu(lines, mode=mode, metadata=metadata.replace("\ud800", "")))
    found = mod(None, None, beatmap, file=file)
    object_ = ObjectRef(1, ObjectKind.CIRCLE, 1500.0, 1500.0, 2, 3 if mode == 3 else None)
    finding = Finding(
        Source.MODEL, "model", "model/hitsound/circle@1500", Severity.INFO, Category.HITSOUNDS,
        message, message, message, (1500.0,), (object_,),
        Fix(message, (LineEdit(1, 1, (b"x\n",)),)), "", 21.25,
    )  # fmt: skip
    detail = Detail("hitsound", 1500.0, message, message, message, 21.25, 40.0)
    own = Reported(finding, ("model/volume/circle@1500",), 1, (detail,))
    whole = type(found)(
        beatmap,
        file,
        (*found.suggestions, own),
        ModelPart(True, title, "v32", events=3),
        {file: "0" * 64},
        (message,),
    )
    result: dict[str, Any] = json.loads(json.dumps(to_json(new_since(whole, [own.id, "gone/x"]))))
    assert not errors(result, schema())
    return result

"""Generate the Python stubs of ``osu_companion.v1``, or check that the committed ones are fresh.

The messages of the requests' options come first, from their declarations (``parameters.py``).

Run by path (``python proto/generate.py [--check]``): a package named ``proto`` belongs to another
library, so this folder is not one.

The stubs are made with the oldest supported ``grpcio-tools``: a protobuf or grpcio runtime older
than its generated code refuses to import it, a newer one does not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import metadata, resources
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PACKAGE = Path("osu_companion") / "v1"
TOOLS_VERSION = "1.76.0"
SUFFIXES = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py")


def _google_rpc_includes() -> str:
    """The folder that holds google/rpc/status.proto (from googleapis-common-protos)."""
    for file in metadata.files("googleapis-common-protos") or ():
        if file.as_posix() == "google/rpc/status.proto":
            return str(Path(str(file.locate())).resolve().parents[2])
    raise SystemExit("googleapis-common-protos is not installed: pip install -e '.[dev]'")


def generate(out: Path) -> list[Path]:
    """Write the stubs of every .proto under ``out`` and return their paths below it."""
    installed = metadata.version("grpcio-tools")
    if installed != TOOLS_VERSION:
        raise SystemExit(
            f"grpcio-tools {installed} is installed, but the stubs are made with {TOOLS_VERSION}: "
            "pip install -e '.[dev]'"
        )
    from grpc_tools import protoc

    # This file is run by path: the declarations are beside the folder that it is in.
    sys.path.insert(0, str(ROOT.parent))
    import parameters

    written = parameters.generate(out)
    sources = sorted((ROOT / PACKAGE).glob("*.proto"))
    status = protoc.main(
        [
            "protoc",
            f"--proto_path={ROOT}",
            f"--proto_path={_google_rpc_includes()}",
            f"--proto_path={resources.files('grpc_tools') / '_proto'}",
            f"--python_out={out}",
            f"--pyi_out={out}",
            f"--grpc_python_out={out}",
            *(str(source) for source in sources),
        ]
    )
    if status != 0:
        raise SystemExit("protoc refused the contract (its message is above)")
    stubs = (PACKAGE / (source.stem + suffix) for source in sources for suffix in SUFFIXES)
    return sorted([*written, *stubs])


def check() -> int:
    """Compare the committed stubs with fresh ones; 0 if they are equal."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        wanted = generate(fresh)
        stale = [
            path
            for path in wanted
            if not (ROOT / path).is_file()
            or (ROOT / path).read_text("utf-8") != (fresh / path).read_text("utf-8")
        ]
    committed = {
        file.relative_to(ROOT)
        for suffix in SUFFIXES
        for file in (ROOT / PACKAGE).glob(f"*{suffix}")
    }
    orphans = sorted(committed - set(wanted))
    for path in stale:
        print(f"stale: proto/{path.as_posix()}")
    for path in orphans:
        print(f"without a .proto: proto/{path.as_posix()}")
    if stale or orphans:
        print("run: make proto")
        return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail where stale")
    if parser.parse_args().check:
        return check()
    generate(ROOT)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Import directions, places of libraries, sizes and docstrings, held by reading the code."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.arch import rules
from tests.arch.source import Module, modules
from tests.conftest import ROOT

COMMANDWALL = modules(ROOT, "commandwall")
SIMULATORS = modules(ROOT, "simulators")
TESTS = modules(ROOT, "tests")
PRODUCT = COMMANDWALL + SIMULATORS


def place(module: Module, line: int) -> str:
    return (
        f"{module.file.relative_to(ROOT)}:{line}" if ROOT in module.file.parents else f"{module.name}:{line}"
    )


def wrong_directions(all_modules: Iterable[Module]) -> Iterator[str]:
    """Yield every import that goes up, or sideways between packages that may not know each other."""
    for module in all_modules:
        for line, name in module.imports():
            package, _, rest = name.partition(".")
            target = rest.partition(".")[0]
            if module.name.startswith("commandwall"):
                allowed = rules.MAY_IMPORT.get(module.top, set()) | {module.top, "__version__"}
                upwards = package == "simulators" or (package == "commandwall" and target not in allowed)
            else:
                allowed = rules.SIMULATORS_MAY_IMPORT | {"__version__"}
                upwards = package == "commandwall" and target not in allowed
            if upwards and target:
                yield f"{place(module, line)} imports {name}"


def wrong_places(all_modules: Iterable[Module]) -> Iterator[str]:
    """Yield every library that is imported where it has no place."""
    for module in all_modules:
        for line, name in module.imports():
            library = name.partition(".")[0]
            allowed = rules.ONLY_IN.get(library)
            inner = f"{module.inner}."
            if allowed is not None and not any(inner.startswith(f"{prefix}.") for prefix in allowed):
                yield f"{place(module, line)} imports {library}; it belongs to {', '.join(sorted(allowed))}"
            if module.top in rules.PURE and library not in {*sys.stdlib_module_names, "commandwall"}:
                yield f"{place(module, line)} imports {library}; {module.top} is plain Python"


def broad_excepts(all_modules: Iterable[Module]) -> Iterator[str]:
    """Yield every ``except`` that catches whatever there is and does not raise it again."""
    for module in all_modules:
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ExceptHandler) or module.name in rules.CATCHES_ALL:
                continue
            if isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None:
                continue
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(
                type_ is None or getattr(type_, "id", "") in {"Exception", "BaseException"}
                for type_ in caught
            ):
                yield place(module, node.lineno)


def undocumented(all_modules: Iterable[Module]) -> Iterator[str]:
    """Yield every module, public class and public function without a docstring."""
    for module in all_modules:
        if not ast.get_docstring(module.tree):
            yield place(module, 1)
        for node in module.public():
            is_overload = any(getattr(decorator, "id", "") == "overload" for decorator in node.decorator_list)
            if not ast.get_docstring(node) and not is_overload:
                yield f"{place(module, node.lineno)} {node.name}"


def test_imports_go_down_only() -> None:
    assert list(wrong_directions(PRODUCT)) == []


def test_every_package_has_its_place_in_the_rules() -> None:
    assert {module.top for module in COMMANDWALL} - {""} <= set(rules.MAY_IMPORT)


def test_libraries_are_imported_where_they_belong() -> None:
    assert list(wrong_places(COMMANDWALL)) == []


def test_nothing_catches_everything() -> None:
    assert list(broad_excepts(PRODUCT + TESTS)) == []


def test_everything_public_says_what_it_is() -> None:
    assert list(undocumented(PRODUCT)) == []


def test_files_are_short() -> None:
    long = [module.name for module in PRODUCT + TESTS if module.text.count("\n") > rules.MAX_FILE_LINES]
    assert long == []


def test_long_functions_are_rare() -> None:
    lengths = [
        (function.end_lineno - function.lineno + 1, f"{module.name}.{function.name}")
        for module in PRODUCT
        for function in module.functions()
        if function.end_lineno is not None
    ]
    long = [entry for entry in lengths if entry[0] > rules.MAX_FUNCTION_LINES]
    assert len(long) <= rules.MAX_LONG_FUNCTIONS * len(lengths), long


def written(directory: Path, name: str, text: str) -> list[Module]:
    file = directory / "module.py"
    file.write_text(text)
    return [Module(name, file)]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("commandwall.model.x", "from commandwall.settings import load", True),
        ("commandwall.ingest.x", "from commandwall.compose.canvas import Canvas", True),
        ("commandwall.ingest.x", "def f():\n    import commandwall.compose", True),
        ("commandwall.ingest.x", "from commandwall.rtsp.client import Client", False),
        ("commandwall.app", "from simulators.cameras import farm", True),
        ("commandwall.app", "from commandwall.control.service import Service", False),
        ("simulators.cameras.x", "from commandwall.ingest.feed import Feed", True),
        ("simulators.cameras.x", "from commandwall.rtp.packets import parse", False),
    ],
)
def test_a_wrong_direction_is_found(tmp_path: Path, name: str, text: str, found: bool) -> None:
    assert bool(list(wrong_directions(written(tmp_path, name, text)))) is found


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("commandwall.ingest.x", "import av", True),
        ("commandwall.media.x", "import av.codec", False),
        ("commandwall.outputs.x", "from cv2 import resize", True),
        ("commandwall.control.http.x", "import aiomqtt", True),
        ("commandwall.control.mqtt.bridge", "import aiomqtt", False),
        ("commandwall.model.x", "import pydantic", True),
    ],
)
def test_a_library_out_of_place_is_found(tmp_path: Path, name: str, text: str, found: bool) -> None:
    assert bool(list(wrong_places(written(tmp_path, name, text)))) is found


@pytest.mark.parametrize("clause", ["except:", "except Exception:", "except (OSError, BaseException):"])
def test_a_broad_except_is_found(tmp_path: Path, clause: str) -> None:
    assert list(broad_excepts(written(tmp_path, "x", f"try:\n    pass\n{clause}\n    pass\n"))) == ["x:3"]


def test_an_except_that_raises_again_is_not_broad(tmp_path: Path) -> None:
    text = "try:\n    pass\nexcept BaseException:\n    close()\n    raise\n"
    assert list(broad_excepts(written(tmp_path, "x", text))) == []

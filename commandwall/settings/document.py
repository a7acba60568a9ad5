"""YAML files as plain data that remembers the line of each field."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from commandwall.settings.faults import Fault, Loc, SettingsError, path_of


class _Loader(yaml.CSafeLoader):
    """Reads plain scalars as decimal numbers, ``true``, ``false``, ``null`` or else as text.

    YAML 1.1's ``on``, ``007``, ``12:30`` stay text, as whoever names a camera ``007`` expects.
    ``repeated`` holds (line, key) of keys that stand twice in one mapping.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - empties what the base class brings

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.repeated: list[tuple[int, str]] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping at ``node``; notes its repeated keys before merges add theirs."""
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen and name != "<<":
                self.repeated.append((key.start_mark.line + 1, name))
            seen.add(name)
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"-?(?:0|[1-9][0-9]*)", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+", list("-0123456789")),
    ("merge", r"<<", ["<"]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first)


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file: ``data`` is plain lists, mappings and scalars; ``repeated`` are faults in it."""

    file: Path
    data: Any
    repeated: tuple[Fault, ...]
    _root: yaml.Node | None

    def line(self, loc: Loc) -> int:
        """Return the line (from 1) of the field at ``loc``, or of the nearest that exists above it."""
        node, line = self._root, 1 if self._root is None else self._root.start_mark.line + 1
        for step in loc:
            found = _below(node, step)
            if found is None:
                break
            node, line = found
        return line

    def fault(self, loc: Loc, message: str) -> Fault:
        """Return the fault of the field at ``loc``."""
        return Fault(self.file, self.line(loc), path_of(loc), message)


@dataclass(frozen=True, slots=True)
class DocumentPlace:
    """The entry at ``prefix`` of a document; a :class:`~commandwall.settings.faults.Place`."""

    document: Document
    prefix: Loc = ()

    def fault(self, loc: Loc, message: str) -> Fault:
        """Return the fault of the entry's field at ``loc``."""
        return self.document.fault(self.prefix + loc, message)


def read_document(file: Path) -> Document:
    """Return the YAML document in ``file``; raises :class:`SettingsError` when it cannot be read."""
    loader = None
    try:
        loader = _Loader(file.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        data = None if root is None else loader.construct_document(root)
    except OSError as error:
        raise SettingsError([Fault(file, 1, "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise SettingsError([Fault(file, 1, "", "is not UTF-8 text; save it as UTF-8")]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError([Fault(file, line, "", f"is not YAML: {error.problem}")]) from error
    except yaml.YAMLError as error:
        raise SettingsError([Fault(file, 1, "", f"is not YAML: {error}")]) from error
    finally:
        if loader is not None:
            loader.dispose()
    repeated = tuple(Fault(file, line, key, "stands here twice; keep one") for line, key in loader.repeated)
    return Document(file, data, repeated, root)


def _below(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, int] | None:
    """Return the node one ``step`` below ``node``, and its line; a key's line where it has a key."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return value, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item, item.start_mark.line + 1
    return None

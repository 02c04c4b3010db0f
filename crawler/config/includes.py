"""Find the files that a YAML file names under `include`, by name or by a pattern."""

from __future__ import annotations

from pathlib import Path

from crawler.config.patterns import is_pattern, matching
from crawler.config.values import nearest
from crawler.config.yamlfile import Mapping, Node, Place, Problems, Scalar, Sequence

NO_FILE = "names no file"  # of the problem of a name or pattern for which there is nothing


def included(path: Path, root: Node | None, problems: Problems) -> tuple[Path, ...]:
    """Return the files that a file names under `include`, each once, those of a pattern (rules/*.yaml) by name.

    Add a problem for each that is not in the folder of `path` or below it once symbolic links are followed.
    """
    found: dict[Path, Place] = {}
    home = path.resolve().parent
    for item in _included_items(root, problems):
        text = item.text if isinstance(item, Scalar) else ""
        named = _named_files(home, text)
        if not named:
            problems.add(item.place, f'"{text}" {NO_FILE}{_remedy(home, text)}')
        for name in named:
            # resolved before it is compared: a link must not lead out of the folder (decision 18)
            file = (home / name).resolve()
            if not name or Path(text).is_absolute() or not file.is_relative_to(home) or file == path.resolve():
                said = f'"{name}" cannot be included; name a file in the folder of {path.name} or below'
                problems.add(item.place, said)
            elif file not in found:
                found[file] = item.place
            elif not is_pattern(text):  # a pattern means the rest: what is named before it comes first
                problems.add(item.place, f'"{text}" is included twice, first in line {found[file].line}; keep one')
    # not the resolved paths: problems name files as the admin knows them
    return tuple(path.parent / file.relative_to(home) for file in found)


def include_patterns(root: Node | None) -> tuple[str, ...]:
    """Return the patterns among what a file includes: a file that is added to their folders is a change."""
    items = _included_items(root, Problems())
    return tuple(item.text for item in items if isinstance(item, Scalar) and is_pattern(item.text))


def _included_items(root: Node | None, problems: Problems) -> tuple[Node, ...]:
    names = root.get("include") if isinstance(root, Mapping) else None
    items = names.items if isinstance(names, Sequence) else ()
    if names is not None and not items:
        problems.add(names.place, "include takes a list of file names, as in [entities.yaml]")
    return items


def overlooked(path: Path, root: Node | None, files: tuple[Path, ...]) -> str:
    """Return what to include besides, where a pattern passed over a folder with YAML files; "" where none did."""
    found: dict[str, str] = {}
    for pattern in include_patterns(root):
        for each in sorted((path.parent / pattern).parent.glob("*/*.yaml")):
            if each not in files:
                found.setdefault(f"{each.parent.relative_to(path.parent)}/*.yaml", pattern)
    added = ", ".join(f'"{each}"' for each in found)
    pattern = next(iter(found.values()), "")
    return f'; the pattern "{pattern}" does not look into folders: include {added} too' if found else ""


def _named_files(home: Path, text: str) -> tuple[str, ...]:
    if is_pattern(text):
        return matching(home, text)
    # what leads out of the folder is refused as such, whether it is there or not
    is_ours = (home / text).resolve().is_relative_to(home) and not Path(text).is_absolute()
    return () if text and is_ours and not (home / text).is_file() and not _is_special(home / text) else (text,)


def _is_special(file: Path) -> bool:
    """Return whether there is something that is no folder, such as a pipe: reading it says so."""
    return file.exists() and not file.is_dir()


def _remedy(home: Path, text: str) -> str:
    """Return what to write instead of a name for which there is no file."""
    if (home / text).is_dir():
        return f'; it is a folder: write "{text.rstrip("/")}/*.yaml" for all its files'
    files = [str(each.relative_to(home)) for each in home.rglob("*.yaml")]
    if not is_pattern(text):
        return f"{nearest(text, files)}; give it a file, or take this line out"
    below = (home / text).parent.glob("*/*.yaml")
    inner = next((str(each.parent.relative_to(home)) for each in below), "")
    hint = f'; a pattern does not look into folders: write "{inner}/*.yaml"' if inner else ""
    # not the file's own folder: its pattern would take in the file that includes
    folders = [f"{name}/*.yaml" for name in dict.fromkeys(str(Path(each).parent) for each in files) if name != "."]
    return hint or f"{nearest(text, folders)}; give it a file, or take this line out"

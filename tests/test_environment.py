"""What pyproject.toml, environment.yml, the lock files and the README promise each other."""

import re
import tomllib
from itertools import pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from rattler import MatchSpec

ROOT = Path(__file__).resolve().parents[1]

# conda-forge's name where it is not the package index's.
CONDA_NAMES = {"duckdb": "python-duckdb"}

# Which groups of pyproject.toml each lock file serves; each holds all of the one before it.
LOCKS = {
    "requirements.lock": ("runtime", "build"),
    "requirements-dev.lock": ("runtime", "build", "dev"),
    "requirements-bench.lock": ("runtime", "build", "dev", "bench"),
}

PYTHONS = ("3.11", "3.12", "3.13")
SYSTEMS = {
    "Linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    "macOS": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    "Windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
}


class Pin(NamedTuple):
    """One pinned package of a lock file."""

    name: str
    version: Version
    requirement: Requirement
    hashes: tuple[str, ...]

    def applies(self, python: str, system: str) -> bool:
        """Tell whether the pin is for this Python on this system."""
        environment = SYSTEMS[system] | {
            "python_version": python,
            "python_full_version": f"{python}.9",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }
        marker = self.requirement.marker
        return marker is None or marker.evaluate(environment)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads(text("pyproject.toml"))["project"]
    return table


def requirements(*groups: str) -> dict[str, Requirement]:
    """Read the direct dependencies of some groups of pyproject.toml, by canonical name."""
    by_group = {"runtime": project()["dependencies"], **project()["optional-dependencies"]}
    parsed = [Requirement(line) for group in groups for line in by_group[group]]
    return {canonicalize_name(requirement.name): requirement for requirement in parsed}


def pins(lock: str) -> list[Pin]:
    """Read the pins of a lock file."""
    lines = text(lock).replace("\\\n", " ").splitlines()
    read = []
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        stated, *hashes = line.split("--hash=")
        requirement = Requirement(stated)
        (specifier,) = requirement.specifier
        assert specifier.operator == "==", f"{lock}: {stated} is not pinned"
        version = Version(specifier.version)
        name = canonicalize_name(requirement.name)
        read.append(Pin(name, version, requirement, tuple(h.strip() for h in hashes)))
    return read


def conda_specs() -> dict[str, SpecifierSet]:
    """Parse environment.yml as conda does, and hand back the bounds by conda-forge name."""
    specs = {}
    for line in yaml.safe_load(text("environment.yml"))["dependencies"]:
        if isinstance(line, str):
            spec = MatchSpec(line, strict=True)
            assert spec.name is not None, f"environment.yml: no name in {line!r}"
            specs[line.split()[0]] = SpecifierSet(spec.version or "")
    return specs


def test_environment_yml_agrees_with_pyproject_in_names_and_bounds() -> None:
    expected = {
        CONDA_NAMES.get(name, name): requirement.specifier
        for name, requirement in requirements("runtime", "build").items()
    }
    expected["python"] = SpecifierSet(project()["requires-python"])
    expected["pip"] = SpecifierSet()
    assert conda_specs() == expected


def test_environment_yml_takes_packages_from_conda_forge_and_only_the_kit_from_pip() -> None:
    environment = yaml.safe_load(text("environment.yml"))
    by_pip = [line["pip"] for line in environment["dependencies"] if isinstance(line, dict)]
    assert environment["channels"] == ["conda-forge"]
    assert by_pip == [["-e ."]]


@pytest.mark.parametrize("group", ["runtime", "build", "dev", "bench"])
def test_every_direct_dependency_has_its_reason_on_the_line_above(group: str) -> None:
    lines = [line.strip() for line in text("pyproject.toml").splitlines()]
    unexplained = [
        str(requirement)
        for requirement in requirements(group).values()
        if not any(
            line.startswith(f'"{requirement.name}>') and re.match(r"# \w.+\.$", above)
            for above, line in pairwise(lines)
        )
    ]
    assert unexplained == []


@pytest.mark.parametrize("group", ["runtime", "build", "dev", "bench"])
def test_every_direct_dependency_has_a_lower_bound(group: str) -> None:
    unbounded = [
        str(requirement)
        for requirement in requirements(group).values()
        if not any(specifier.operator == ">=" for specifier in requirement.specifier)
    ]
    assert unbounded == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_a_hash_for_every_pin(lock: str) -> None:
    read = pins(lock)
    assert read, f"{lock} pins nothing"
    for pin in read:
        assert pin.hashes, f"{lock}: {pin.name} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in pin.hashes), pin.name


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_no_index_and_no_path(lock: str) -> None:
    content = text(lock)
    options = set(re.findall(r"(?<!\S)--[a-z-]+", re.sub(r"#.*", "", content)))
    assert options == {"--hash"}
    assert not re.search(r"://|/|\\(?!\n)|\.(org|com|io|net)\b", content)


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize(("python", "system"), list(product(PYTHONS, SYSTEMS)))
def test_a_lock_pins_every_direct_dependency_once_within_its_bounds(lock: str, python: str, system: str) -> None:
    pinned: dict[str, list[Version]] = {}
    for pin in pins(lock):
        if pin.applies(python, system):
            pinned.setdefault(pin.name, []).append(pin.version)
    assert [name for name, versions in pinned.items() if len(versions) > 1] == []
    for name, requirement in requirements(*LOCKS[lock]).items():
        assert name in pinned, f"{lock} lacks {name}"
        assert pinned[name][0] in requirement.specifier, f"{lock}: {name} {pinned[name][0]}"


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ("requirements.lock", "requirements-dev.lock"),
        ("requirements-dev.lock", "requirements-bench.lock"),
    ],
)
def test_the_larger_lock_holds_every_pin_of_the_smaller_one(smaller: str, larger: str) -> None:
    def stated(lock: str) -> set[tuple[str, Version, tuple[str, ...]]]:
        return {(pin.name, pin.version, pin.hashes) for pin in pins(lock)}

    assert stated(smaller) <= stated(larger)
    shared = {name for name, _, _ in stated(smaller)}
    assert {pin for pin in stated(larger) if pin[0] in shared} == stated(smaller)


@pytest.mark.parametrize("command", ["make audit", "make test", "conda env create"])
def test_the_readme_names_the_command_that_sets_everything_up(command: str) -> None:
    assert command in text("README.md")


def test_ci_runs_the_checks_and_the_tests_of_the_makefile() -> None:
    lines = text(".ci/run").splitlines()
    assert {"make check </dev/null", "make test </dev/null"} <= set(lines)

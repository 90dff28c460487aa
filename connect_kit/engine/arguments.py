"""Arguments of the public verbs: each verb's own annotations say what is allowed, and are enforced before it begins."""

from __future__ import annotations

import ast
import functools
import inspect
import operator
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from numbers import Integral, Real
from typing import Any, NamedTuple, ParamSpec, TypeVar, get_args

from connect_kit import connect
from connect_kit.engine.places import unusable
from connect_kit.errors import SettingError

P = ParamSpec("P")
R = TypeVar("R")


class _Kind(NamedTuple):
    """What an annotation allows: in words, and as a test."""

    words: str
    fits: Callable[[Any], bool]


def _has(*names: str) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, type) and all(hasattr(value, name) for name in names)


def is_bool(value: Any) -> bool:
    """Whether it is True or False, Python's or NumPy's, which a table's cell is."""
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")


#: Whether uploads can be sent to it, as to a twin: it does what ``uploads.targets.Target`` says.
is_target = _has("facts", "dry_run", "send")


#: Annotations that are not classes of the kit.
_KINDS = {
    "None": _Kind("None", lambda value: value is None),
    "bool": _Kind("True or False", is_bool),
    "int": _Kind("a whole number", lambda value: isinstance(value, Integral) and not is_bool(value)),
    "float": _Kind("a number", lambda value: isinstance(value, Real) and not is_bool(value)),
    "str": _Kind("text", lambda value: isinstance(value, str)),
    "Path": _Kind("a path", lambda value: isinstance(value, os.PathLike)),
    "date": _Kind("a date", lambda value: isinstance(value, date)),
    "DataFrame": _Kind("a DataFrame", _has("columns", "iloc")),
    "Event": _Kind("a threading.Event", _has("set", "is_set")),
    "OnProgress": _Kind("a function", lambda value: callable(value) and not isinstance(value, type)),
    "Target": _Kind("a Twin", is_target),
}
#: Where values of the kit's classes come from.
_SOURCES = {
    "AuditData": "audit",
    "ClassroomMatches": "match_classrooms",
    "Decisions": "read_decisions",
    "Duplicates": "find_duplicates",
    "Findings": "check_roster",
    "IdChanges": "find_id_changes",
    "LeftBehind": "left_behind",
    "MergePlan": "plan_merge",
    "Results": "read_results",
    "Roster": "read_roster",
    "SchoolMatches": "match_schools",
    "UploadPlan": "plan_upload or read_plan",
    "UploadResult": "upload",
    "Workspace": "read_workspace",
}
#: Parts of an audit, by class; whoever gives the whole where a part is expected is shown the part.
_PARTS = {
    "ClassroomMatches": "classrooms",
    "Duplicates": "duplicates",
    "Findings": "findings",
    "LeftBehind": "left_behind",
    "Roster": "roster",
    "SchoolMatches": "schools",
    "Workspace": "workspace",
}


def checked(*, paths: bool = True, **rules: Callable[[Any], str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A verb whose arguments are checked against its annotations, so that a wrong one is a SettingError.

    Parameters
    ----------
    paths : bool
        Whether a path that cannot be one is such an error, too; not where the verb has an error of its own for it.
    **rules : function
        What else must hold of an argument, by its name: what is expected, in words, or '' where it holds.
    """

    def decorate(verb: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(verb)
        scope = {**vars(connect), **getattr(verb, "__globals__", {})}
        kinds = {
            name: _kinds(ast.parse(parameter.annotation, mode="eval").body, scope)
            for name, parameter in signature.parameters.items()
            if isinstance(parameter.annotation, str)  # not self or cls
        }
        name_of_verb = verb.__qualname__.removesuffix(".__init__")

        @functools.wraps(verb)
        def checking(*args: P.args, **kwargs: P.kwargs) -> R:
            for name, value in signature.bind(*args, **kwargs).arguments.items():
                if name not in kinds:
                    continue
                expected = _expected(kinds[name], value) or (rules[name](value) if name in rules else "")
                expected = expected or (unusable(value) if paths and "Path" in kinds[name] else "")
                if expected:
                    raise SettingError(
                        f"{name} is {_shown(value)}; expected {expected}. {_next(kinds[name], value, name_of_verb)}"
                    )
            return verb(*args, **kwargs)

        return checking

    return decorate


def _kinds(node: ast.expr, scope: Mapping[str, Any]) -> dict[str, _Kind]:
    """What an annotation allows, by the name of each of its alternatives."""
    if isinstance(node, ast.BinOp):
        return _kinds(node.left, scope) | _kinds(node.right, scope)
    if isinstance(node, ast.Subscript):
        inner = [node.slice] if not isinstance(node.slice, ast.Tuple) else node.slice.elts
        name = ast.unparse(node.value)
        if name == "Literal":
            return _one_of([ast.literal_eval(value) for value in inner])
        values = [_kinds(value, scope) for value in inner]
        if name == "Mapping":
            return {name: _mapping(*values)}
        return {name: _several(functools.reduce(operator.or_, values), again=name != "Iterable")}
    name = ast.unparse(node).rpartition(".")[2]
    if name in _KINDS:
        return {name: _KINDS[name]}
    if name in scope and get_args(scope[name]):
        return _one_of(get_args(scope[name]))
    article = "an" if name[0] in "AU" else "a"
    source = f" (from {_SOURCES[name]})" if name in _SOURCES else ""
    return {name: _Kind(f"{article} {name.removesuffix('Data')}{source}", lambda value: name in _classes(value))}


def _one_of(values: Iterable[Any]) -> dict[str, _Kind]:
    def kind(value: str) -> _Kind:
        return _Kind(repr(value), lambda given: isinstance(given, str) and given == value)

    return {repr(value): kind(value) for value in map(str, values)}


def _mapping(keys: dict[str, _Kind], values: dict[str, _Kind]) -> _Kind:
    def fits(value: Any) -> bool:
        return isinstance(value, Mapping) and not any(
            _expected(kinds, one) for pair in value.items() for kinds, one in zip((keys, values), pair, strict=True)
        )

    return _Kind(f"a dict of {_words(keys)} to {_words(values)}", fits)


def _several(kinds: dict[str, _Kind], *, again: bool) -> _Kind:
    """Several values; ``again``: they are gone through more than once, so that an iterator is not enough."""

    def fits(value: Any) -> bool:
        if isinstance(value, str | bytes | Mapping | type) or not isinstance(value, Iterable):
            return False
        if not isinstance(value, Collection):
            return not again
        return not any(_expected(kinds, one) for one in value)

    return _Kind(f"a list, each {_words(kinds)}", fits)


def _classes(value: Any) -> set[str]:
    """Names of the kit's classes that a value is of: by name, as importing them here would import all rooms."""
    return {cls.__name__ for cls in type(value).__mro__ if cls.__module__.startswith("connect_kit.")}


def _expected(kinds: Mapping[str, _Kind], value: Any) -> str:
    """What is expected in place of a value, or '' where it fits."""
    if not any(kind.fits(value) for kind in kinds.values()):
        return _words(kinds)
    if isinstance(value, str) and "Path" not in kinds and any("\ud800" <= char <= "\udfff" for char in value):
        return "text without halves of characters"
    return ""


def _words(kinds: Mapping[str, _Kind]) -> str:
    words = {name: kind.words for name, kind in kinds.items()}
    if "Path" in words and words.pop("str", ""):
        words["Path"] = "a path (text or Path)"
    listed = list(dict.fromkeys(words.values()))
    if "bool" in words and len(words) > 1:
        listed = ["True", "False", *(part for name, part in words.items() if name != "bool")]
    return " or ".join(part for part in (", ".join(listed[:-1]), listed[-1]) if part)


def _shown(value: Any) -> str:
    """A value in a message; of what may hold names, only its type."""
    if value is None or isinstance(value, bool | int | float | str):
        text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
        return text if len(text) <= 60 else text[:57] + "..."
    if isinstance(value, os.PathLike) and isinstance(os.fspath(value), str):
        return _shown(os.fspath(value))
    if isinstance(value, type):
        return f"the class {value.__name__}"
    name = type(value).__name__
    return f"{'an' if name[0].casefold() in 'aeiou' else 'a'} {name}"


def _next(kinds: Mapping[str, _Kind], value: Any, verb: str) -> str:
    part = next((_PARTS[name] for name in kinds if name in _PARTS), "")
    if part and "AuditData" in _classes(value):
        return f"Give the audit's {part}: audit.{part}"
    return f"See help(connect_kit.{verb})"

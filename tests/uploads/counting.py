"""Results of an upload, counted."""

from __future__ import annotations

from connect_kit.uploads import UploadResult

COUNTS = ["created", "updated", "unchanged", "skipped", "errors"]


def counts(result: UploadResult) -> list[tuple[int, ...]]:
    return list(result.summary()[COUNTS].itertuples(index=False, name=None))


KINDS = ["users", "classes", "enrollments", "guardians", "student_attributes"]


def results(result: UploadResult) -> dict[str, bytes]:
    return {one.path.name: one.path.read_bytes() for one in result.files if one.path is not None}

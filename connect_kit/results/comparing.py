"""Reads results back: what Connect answered for each row, beside what was sent and what was forecast."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.engine import default_engine, quoted, run_sql
from connect_kit.engine.arguments import checked
from connect_kit.errors import PlanError, ResultsError
from connect_kit.results.data import ROWS, Received
from connect_kit.results.disconnecting import beside, is_list, load_lists
from connect_kit.results.keys import exact_key, key_columns, make_macros, masked, zero_stripped_key
from connect_kit.results.value import Results
from connect_kit.uploads.plan_data import PlanData
from connect_kit.uploads.records import recorded_forecast
from connect_kit.uploads.result_files import KEYS, REQUIRED_KEYS, TextFile, read_result_file, read_text_file
from connect_kit.uploads.values import RESULT_COLUMNS, FileResult, UploadFile, digest_of

if TYPE_CHECKING:
    from connect_kit.engine import Schema
    from connect_kit.uploads.outcome import UploadResult
    from connect_kit.uploads.plan import UploadPlan
    from connect_kit.uploads.values import Kind

#: Less than this share of a result's rows in what was sent: it is the result of something else.
_SHARE = 0.5


@checked()
def read_results(
    path: str | Path,
    plan: UploadPlan | Sequence[UploadFile] | None = None,
    *,
    forecast: UploadResult | Sequence[FileResult] | None = None,
) -> Results:
    """Read result files downloaded from Connect, or written by a twin.

    Each row is joined to the row sent, by its IDs and among equal ones by its place, and compared with the forecast:
    the dry run of the same bytes.

    Parameters
    ----------
    path : str or Path
        A result file (CSV, or Excel as Connect gives it for guardians, S4), or a folder of them. A column ``result`` is
        needed; ``action``, ``code`` and ``message`` (or ``error``) are read where they are there; others are kept.
    plan : UploadPlan or sequence of UploadFile, optional
        What was sent. The forecast's files when left out.
    forecast : UploadResult or sequence of FileResult, optional
        A dry run; when left out the plan's last one before its upload, if its result files are still there.

    Returns
    -------
    Results

    Raises
    ------
    ResultsError
        For what is not a result file, the result of another upload or district, two results of one file, or a forecast
        of other bytes.
    SettingError
        For what is not a plan or not a forecast.
    PlanError
        When a file of the plan was changed after it was sent.
    """
    forecasts = _files(forecast)
    if not all(file.dry_run for file in forecasts):
        raise ResultsError("the forecast is a real upload; give the UploadResult of the dry run before it")
    uploaded_files = tuple(result.file for result in forecasts) if plan is None else _files(plan)
    schema = default_engine().new_schema("results")
    schema.execute(ROWS)
    make_macros(schema)
    read = [(place, read_result_file(schema, f"got_{number}", place)) for number, place in enumerate(_paths(path))]
    files = [file for _, file in read if file is not None]
    if not files:
        raise ResultsError(
            f"{path}: has no column 'result', so that it is not a result file; download the result of the upload from "
            "Connect (SIS Rostering, at the bottom of the page)"
        )
    given = forecast is not None
    if not given and isinstance(plan, PlanData):
        forecasts = recorded_forecast(plan, Path(path))
    comparison = _Comparison(schema, uploaded_files, forecasts, given=given)
    received = tuple(comparison.take(number, file) for number, file in enumerate(files))
    missing = tuple(file for place, file in enumerate(uploaded_files) if place not in comparison.taken)
    others = [place for place, file in read if file is None]
    lists = [*(place for place in others if is_list(place)), *beside(Path(path).expanduser())]
    ignored = tuple(place for place in others if place not in lists)
    load_lists(schema, lists, forecasts)
    source = Path(plan.source) if isinstance(plan, PlanData) and plan.source else None
    return Results(schema, received, missing, ignored, planned=bool(uploaded_files), delivery=source)


def _files(thing: Any) -> tuple[Any, ...]:
    """The files of a plan or a result, or files that are given one by one."""
    return () if thing is None else tuple(getattr(thing, "files", thing))


def _paths(path: str | Path) -> list[Path]:
    """The result files that a path means: itself, or the CSV and Excel files of a folder."""
    place = Path(path).expanduser()
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise ResultsError(f"{place}: no such file; give a result file downloaded from Connect, or a folder of them")
    found = sorted(
        file
        for file in place.iterdir()
        if file.suffix.casefold() in (".csv", ".xlsx") and not file.name.startswith((".", "~$")) and file.is_file()
    )
    if not found:
        raise ResultsError(f"{place}: holds no CSV or Excel file; give the folder that you downloaded results to")
    return found


class _Comparison:
    """Joins one result file after the other to what was sent."""

    def __init__(
        self, schema: Schema, sent: Sequence[UploadFile], forecasts: Sequence[FileResult], *, given: bool
    ) -> None:
        self.schema, self.sent, self.given = schema, sent, given
        self.forecasts = {result.file.identity: result for result in forecasts}
        self.taken: dict[int, Path] = {}
        self._loaded: dict[int, TextFile] = {}

    def take(self, number: int, file: TextFile) -> Received:
        """Put a result file's rows beside the others."""
        place = self._place(file)
        original = None if place is None else self._original(place)
        inputs = set(file.inputs)
        if original is not None:
            file = file.bind_to_header(original.header)
            inputs &= set(original.inputs)
        if "result" not in file.answer:
            raise ResultsError(f"{file.path}: is what was sent, and not its result; download the result from Connect")
        keys = [key for key in KEYS[file.kind] if key in inputs]
        self._table("got", file, keys)
        self._check_words(file)
        for name in ("sent", "forecast"):
            self.schema.execute(f"CREATE OR REPLACE TABLE {name} AS FROM got LIMIT 0")
        if original is not None:
            self._table("sent", original, keys)
        by_zeros = original is not None and self._lost_zeros()
        forecast = place is not None and self._forecast(self.sent[place], keys)
        key = zero_stripped_key() if by_zeros else exact_key()
        for to, table in (("g", "got"), ("s", "sent")):
            run_sql(self.schema, __package__, "placing.sql", to=to, table=table, key=key)
        run_sql(
            self.schema,
            __package__,
            "comparing.sql",
            place=number,
            planned=str(bool(self.sent)).lower(),
            altered=f"{exact_key(table='s.')} <> {exact_key(table='g.')}" if by_zeros else "false",
            received=file.view,
            original="(SELECT NULL::BIGINT AS _line LIMIT 0)" if original is None else original.view,
            masked=masked(file.inputs, {} if original is None else original.inputs),
        )
        if place is None:
            return Received(number, file, None, forecast=False, by_zeros=False)
        self.taken[place] = file.path
        self._loaded.pop(place).drop(self.schema)
        return Received(number, file, self.sent[place], forecast=forecast, by_zeros=by_zeros)

    def _place(self, file: TextFile) -> int | None:
        """Which file sent this is the result of."""
        if not self.sent:
            return None
        of_kind = [place for place, sent in enumerate(self.sent) if sent.kind == file.kind]
        if not of_kind:
            raise ResultsError(
                f"{file.path}: is a result of {file.kind}.csv, and none was sent; give the plan of its upload"
            )
        named = [place for place in of_kind if f"-{self.sent[place].school}-" in f"-{file.path.stem}-"]
        tried = named if len(named) == 1 else of_kind
        shares = {place: self._share(file, place) for place in tried}
        place = max(tried, key=lambda one: (shares[one], -one))
        name, other = self.sent[place].name, 100 * (1 - shares[place])
        if shares[place] < _SHARE:
            raise ResultsError(
                f"{file.path}: {other:.0f} % of its rows were never sent with {name}; it is the result of another "
                "upload or district. Give the plan that belongs to it"
            )
        if place in self.taken:
            raise ResultsError(
                f"{file.path} and {self.taken[place]} are both results of {name}; leave in the folder the one of the "
                "upload that you mean"
            )
        return place

    def _original(self, place: int) -> TextFile:
        if place not in self._loaded:
            file = self.sent[place]
            if digest_of(file.path) != file.digest:
                raise PlanError(
                    f"{file.path}: is not what was sent, it was changed afterwards; put the sent file back from a "
                    "copy, or read the results without a plan"
                )
            self._loaded[place] = read_text_file(self.schema, f"sent_{place}", file.path, file.kind)
        return self._loaded[place]

    def _share(self, file: TextFile, place: int) -> float:
        """Share of a result's rows whose IDs were sent, leading zeros aside."""
        original, keys = self._original(place), REQUIRED_KEYS[file.kind]
        if not set(keys) <= set(original.inputs):
            return 0.0
        for key in (exact_key, zero_stripped_key):  # the second only where it must be: it takes its time
            mine, theirs = (key([quoted(one.inputs[name]) for name in keys]) for one in (file, original))
            share = self.schema.execute(
                f"SELECT coalesce(avg((key IN (SELECT {theirs} FROM {original.view}))::INT), 1) "
                f"FROM (SELECT {mine} AS key FROM {file.view})"
            )[0][0]
            if share >= _SHARE:
                break
        return float(share)

    def _table(self, name: str, file: TextFile, keys: Sequence[str]) -> None:
        """Table ``name``: n, line, key columns and answer; lines of a sent file that cannot be read have a row too."""
        answer = ", ".join(
            f"{quoted(file.answer[column]) if column in file.answer else 'NULL::VARCHAR'} AS {column}"
            for column in RESULT_COLUMNS
        )
        rows = f"SELECT _line AS line, {key_columns(file, keys)}, {answer} FROM {file.view}"
        order = ""  # rows lie in the order of their lines
        if name == "sent" and file.refused:
            lines = ", ".join(f"({line})" for line, _ in file.refused)
            rows += f" UNION ALL BY NAME SELECT line FROM (VALUES {lines}) AS refused (line)"
            order = "ORDER BY line"
        self.schema.execute(
            f"CREATE OR REPLACE TABLE {name} AS SELECT row_number() OVER ({order}) AS n, * FROM ({rows})"
        )

    def _check_words(self, file: TextFile) -> None:
        rows, known = self.schema.execute(
            "SELECT count(*), count(*) FILTER (upper(trim(result)) IN ('SUCCESS', 'ERROR')) FROM got"
        )[0]
        if rows and not known:
            raise ResultsError(
                f"{file.path}: its column 'result' nowhere says SUCCESS or ERROR, so that it is not a result file; "
                "download the result of the upload from Connect"
            )

    def _lost_zeros(self) -> bool:
        """Whether more rows are found again without leading zeros, which a spreadsheet drops."""

        def hits(key: str) -> int:
            return int(self.schema.execute(f"SELECT count(*) FROM got WHERE {key} IN (SELECT {key} FROM sent)")[0][0])

        found = hits(exact_key())
        return found < self.schema.count("got") and hits(zero_stripped_key()) > found

    def _forecast(self, sent: UploadFile, keys: Sequence[str]) -> bool:
        """Fill table ``forecast``: n of the row sent, result, action, code. Whether there is a forecast."""
        result = self.forecasts.get(sent.identity)
        if result is None:
            if self.given and any(other.file.name == sent.name for other in self.forecasts.values()):
                raise ResultsError(
                    f"{sent.name}: the forecast is of other bytes; make a dry run of this plan and give its result"
                )
            return False
        if result.outcome == "refused":
            self.schema.execute(
                "INSERT INTO forecast BY NAME SELECT n, 'ERROR' AS result, 'SKIPPED' AS action, ? AS code FROM sent",
                [result.code],
            )
            return True
        if result.path is None:
            return False
        found = self._take_forecast(result.path, sent.kind, keys)
        if not found and self.given:
            raise ResultsError(f"{result.path}: is not the forecast of {sent.name}, row by row; make the dry run again")
        return found

    def _take_forecast(self, path: Path, kind: Kind, keys: Sequence[str]) -> bool:
        """Fill ``forecast`` from a dry run's result, which has a row for each row sent; False where it has not."""
        file = read_result_file(self.schema, "forecast", path, kind)
        if file is None or not set(keys) <= set(file.inputs):
            return False
        self._table("forecast", file, keys)
        file.drop(self.schema)
        other = self.schema.execute(
            "SELECT count(*) FROM sent FULL JOIN forecast ON sent.n = forecast.n "
            "WHERE sent.n IS NULL OR forecast.n IS NULL "
            f"OR {exact_key(table='sent.')} <> {exact_key(table='forecast.')}"
        )[0][0]
        if other:
            self.schema.execute("DELETE FROM forecast")
        return not other

"""Reads results back: what Connect said of each row, beside what was sent and what was forecast."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.engine import default_engine, quoted
from connect_kit.errors import PlanError, ResultsError
from connect_kit.results.comparing_sql import exact, key_columns, loose, make_macros, masked, run
from connect_kit.results.files import (
    KEYS,
    MUST,
    ResultFile,
    TextTable,
    files_of,
    forecasts_of,
    read_result_file,
    read_table,
    said_beyond,
    sent_of,
)
from connect_kit.results.value import Received, Results, label
from connect_kit.uploads.plan_data import PlanData
from connect_kit.uploads.records import forecast_folder
from connect_kit.uploads.values import UploadFile, digest_of

if TYPE_CHECKING:
    from connect_kit.engine import Schema
    from connect_kit.uploads.outcome import UploadResult
    from connect_kit.uploads.plan import UploadPlan
    from connect_kit.uploads.values import FileResult, Kind

_ROWS = """CREATE TABLE rows (place INTEGER, n BIGINT, line BIGINT, result_line BIGINT, "sourcedId" VARCHAR,
    second_id VARCHAR, result VARCHAR, action VARCHAR, code VARCHAR, message VARCHAR, forecast_result VARCHAR,
    forecast_action VARCHAR, forecast_code VARCHAR, verdict VARCHAR, note VARCHAR)"""
_SAID = ("result", "action", "code", "message")
#: Less than this share of a result's rows in what was sent: it is the result of something else.
_SHARE = 0.5


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
        A dry run; when left out the plan's last one before its upload, if its result files still lie in the plan's
        folder.

    Returns
    -------
    Results

    Raises
    ------
    ResultsError
        For what is no result file, the result of another upload or district, two results of one file, or a forecast
        of other bytes.
    SettingError
        For what is no plan or no forecast.
    PlanError
        When a file of the plan was changed after it was sent.
    """
    dry = forecasts_of(forecast)
    sent = sent_of(plan, dry)
    schema = default_engine().new_schema("results")
    schema.execute(_ROWS)
    make_macros(schema)
    paths = files_of(path)
    files, ignored = [], []
    for number, place in enumerate(paths):
        file = read_result_file(schema, f"got_{number}", place)
        if file is None:
            ignored.append(place)
        else:
            files.append(file)
    if not files:
        raise ResultsError(
            f"{path}: has no column 'result', so that it is no result file; download the result of the upload from "
            "Connect (SIS Rostering, at the bottom of the page)"
        )
    reading = _Reading(schema, sent, dry, None if forecast is not None else _forecast_folder(plan, path))
    received = tuple(reading.take(number, file) for number, file in enumerate(files))
    missing = tuple(file for place, file in enumerate(sent) if place not in reading.taken)
    return Results(schema, received, missing, tuple(ignored), planned=bool(sent))


class _Reading:
    """Joins one result file after the other to what was sent."""

    def __init__(
        self, schema: Schema, sent: Sequence[UploadFile], forecasts: Sequence[FileResult], dry_run: Path | None
    ) -> None:
        self.schema, self.sent, self.forecasts, self.dry_run = schema, sent, forecasts, dry_run
        self.taken: dict[int, Path] = {}
        self._loaded: dict[int, TextTable] = {}

    def take(self, number: int, file: ResultFile) -> Received:
        """Put a result file's rows beside the others."""
        place = self._place(file)
        original = None if place is None else self._original(place)
        if original is not None:
            file = said_beyond(file, original.header)
        if "result" not in file.said:
            raise ResultsError(f"{file.path}: is what was sent, and not its result; download the result from Connect")
        keys = [key for key in KEYS[file.kind] if key in file.table.inputs(file.kind)]
        if original is not None:
            keys = [key for key in keys if key in original.inputs(file.kind)]
        said = ", ".join(
            f"{quoted(file.said[name])} AS {name}" if name in file.said else f"NULL::VARCHAR AS {name}"
            for name in _SAID
        )
        self._table("got", file.table, file.kind, keys, said)
        self._known_words(file)
        self.schema.execute("CREATE OR REPLACE TABLE sent AS FROM got LIMIT 0")
        if original is not None and place is not None:
            self._table("sent", original, file.kind, keys)
            self.taken[place] = file.path
        by_zeros = original is not None and self._lost_zeros()
        told = self._forecast(place, file.kind, keys)
        run(
            self.schema,
            "comparing.sql",
            key=loose() if by_zeros else exact(),
            place=number,
            planned=str(bool(self.sent)).lower(),
            altered=f"{exact(table='s.')} <> {exact(table='g.')}" if by_zeros else "false",
            received=quoted(f"_all_{file.table.name}"),
            original="(SELECT NULL::BIGINT AS _line LIMIT 0)" if original is None else quoted(f"_all_{original.name}"),
            masked=masked(file.table.inputs(file.kind), {} if original is None else original.inputs(file.kind)),
        )
        if place is not None:
            self._drop(self._loaded.pop(place))
        upload = None if place is None else self.sent[place]
        return Received(number, file, upload, forecast=told, by_zeros=by_zeros)

    def _place(self, file: ResultFile) -> int | None:
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
        if shares[place] < _SHARE:
            raise ResultsError(
                f"{file.path}: {100 * (1 - shares[place]):.0f} % of its rows were never sent with "
                f"{label(self.sent[place])}; it is the result of another upload or district. Give the plan that "
                "belongs to it"
            )
        if place in self.taken:
            raise ResultsError(
                f"{file.path} and {self.taken[place]} are both results of {label(self.sent[place])}; "
                "leave in the folder the one of the upload that you mean"
            )
        return place

    def _original(self, place: int) -> TextTable:
        if place not in self._loaded:
            file = self.sent[place]
            if digest_of(file.path) != file.digest:
                raise PlanError(
                    f"{file.path}: is not what was sent, it was changed afterwards; put the sent file back from a "
                    "copy, or read the results without a plan"
                )
            self._loaded[place] = read_table(self.schema, f"sent_{place}", file.path)
        return self._loaded[place]

    def _share(self, file: ResultFile, place: int) -> float:
        """Share of a result's rows whose IDs were sent, leading zeros aside."""
        original = self._original(place)
        got, sent = file.table.inputs(file.kind), original.inputs(file.kind)
        keys = MUST[file.kind]
        if not set(keys) <= set(sent):
            return 0.0
        for key in (exact, loose):  # the second only where it must be: it takes its time
            mine, theirs = (key([quoted(columns[name]) for name in keys]) for columns in (got, sent))
            share = self.schema.execute(
                f"SELECT coalesce(avg((key IN (SELECT {theirs} FROM {quoted('_all_' + original.name)}))::INT), 1) "
                f"FROM (SELECT {mine} AS key FROM {quoted('_all_' + file.table.name)})"
            )[0][0]
            if share >= _SHARE:
                break
        return float(share)

    def _table(self, name: str, table: TextTable, kind: Kind, keys: Sequence[str], said: str = "") -> None:
        """Table ``name``: n, line, the key columns, what is said; of what was sent, lines that are no record too."""
        chosen = ", ".join(filter(None, (key_columns(kind, table.inputs(kind), keys), said)))
        self.schema.execute(
            f"CREATE OR REPLACE TABLE loaded AS SELECT _line AS line, {chosen} FROM {quoted('_all_' + table.name)}"
        )
        if name == "sent" and table.refused:
            lines = ", ".join(f"({line})" for line, _ in table.refused)
            self.schema.execute(f"INSERT INTO loaded BY NAME SELECT line FROM (VALUES {lines}) AS refused (line)")
        # Rows lie in the order of their lines, and are numbered as they stand; only refused lines came in behind them.
        order = "ORDER BY line" if name == "sent" and table.refused else ""
        self.schema.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT row_number() OVER ({order}) AS n, * FROM loaded")
        self.schema.execute("DROP TABLE loaded")

    def _known_words(self, file: ResultFile) -> None:
        rows, known = self.schema.execute(
            "SELECT count(*), count(*) FILTER (upper(trim(result)) IN ('SUCCESS', 'ERROR')) FROM got"
        )[0]
        if rows and not known:
            raise ResultsError(
                f"{file.path}: its column 'result' nowhere says SUCCESS or ERROR, so that it is no result file; "
                "download the result of the upload from Connect"
            )

    def _lost_zeros(self) -> bool:
        """Whether more rows are found again without leading zeros, which a spreadsheet drops."""
        rows = self.schema.count("got")
        hits = self._hits(exact())
        return hits < rows and self._hits(loose()) > hits

    def _hits(self, key: str) -> int:
        return int(self.schema.execute(f"SELECT count(*) FROM got WHERE {key} IN (SELECT {key} FROM sent)")[0][0])

    def _forecast(self, place: int | None, kind: Kind, keys: Sequence[str]) -> bool:
        """Table ``fore``: n of the row sent, result, action, code; whether there is a forecast."""
        self.schema.execute("CREATE OR REPLACE TABLE fore (n BIGINT, result VARCHAR, action VARCHAR, code VARCHAR)")
        if place is None:
            return False
        sent = self.sent[place]
        if self.dry_run is not None:
            found = sorted(self.dry_run.glob(f"{place + 1:02d}-{sent.kind}*-result.csv"))
            return bool(found) and self._compare(found[0], kind, keys)
        same = [result for result in self.forecasts if result.file.identity == sent.identity]
        if not same:
            if any(result.file.kind == kind and result.file.school == sent.school for result in self.forecasts):
                raise ResultsError(
                    f"{label(sent)}: the forecast is of other bytes; rehearse this plan and give that result"
                )
            return False
        if same[0].outcome == "refused":
            self.schema.execute("INSERT INTO fore SELECT n, 'ERROR', 'SKIPPED', ? FROM sent", [same[0].code])
            return True
        if same[0].path is None:
            return False
        if not self._compare(same[0].path, kind, keys):
            raise ResultsError(
                f"{same[0].path}: is not the forecast of {label(sent)}, row by row; rehearse the plan again"
            )
        return True

    def _compare(self, path: Path, kind: Kind, keys: Sequence[str]) -> bool:
        """Fill ``fore`` from a dry run's result file, which has a row for each row sent; False where it has not."""
        file = read_result_file(self.schema, f"fore_{path.stem}", path)
        if file is None or file.kind != kind or not set(keys) <= set(file.table.inputs(kind)):
            return False
        said = ", ".join(
            quoted(file.said[name]) if name in file.said else "NULL" for name in ("result", "action", "code")
        )
        chosen = key_columns(kind, file.table.inputs(kind), keys)
        self.schema.execute(
            f"CREATE OR REPLACE TABLE foretold AS SELECT n, {exact()} AS key, * EXCLUDE (n, k1, k2, k3, k4) FROM ("
            f"SELECT row_number() OVER () AS n, {chosen}, {said} "
            f"FROM {quoted('_all_' + file.table.name)})"
        )
        other = self.schema.execute(
            f"SELECT count(*) FROM sent FULL JOIN foretold USING (n) WHERE {exact(table='sent.')} IS DISTINCT FROM key"
        )[0][0]
        if not other:
            self.schema.execute("INSERT INTO fore SELECT * EXCLUDE (key) FROM foretold")
        self.schema.execute("DROP TABLE foretold")
        self._drop(file.table)
        return not other

    def _drop(self, table: TextTable) -> None:
        """Let go of a CSV file's rows, of which there may be millions."""
        self.schema.execute(f"DROP VIEW {quoted('_all_' + table.name)}")
        self.schema.execute(f"DROP TABLE {quoted('_file_' + table.name)}")
        self.schema.execute(f"DROP TABLE IF EXISTS {quoted('_lines_' + table.name)}")


def _forecast_folder(plan: object, path: str | Path) -> Path | None:
    return forecast_folder(plan, Path(path)) if isinstance(plan, PlanData) else None

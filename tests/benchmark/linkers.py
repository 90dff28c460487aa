"""The tools that find the records of one person: the kit as it is, the others as their manuals have it.

All are given the same people and columns, and imports are made before the clock starts. The others bring records
together that agree in any one column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.benchmark.people_sets import measured

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from tests.benchmark.process import Clock

_ALIKE: Final = 0.85  # Jaro-Winkler similarity, as in recordlinkage's examples
_ALIKE_ECM: Final = 0.9  # with 0.85 its ECM takes strangers for the matches on FEBRL 2 and 4 without identifier
_SEED: Final = 1


def find_by_connect_kit(clock: Clock, folder: str, columns: Sequence[str]) -> None:
    """:func:`connect_kit.find_duplicates` with its default model and threshold."""
    import pandas as pd
    import splink  # noqa: F401  # imported when first needed

    from connect_kit.duplicates import find_duplicates
    from connect_kit.roster import Roster

    def find(people: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
        users = pd.DataFrame(
            {"sourcedId": people["id"], "role": "student", "givenName": people["given"], "familyName": people["family"]}
        )
        if "identifier" in people:
            users["identifier"] = people["identifier"]
        born = pd.DataFrame({"sourcedId": people["id"], "birthDate": people["born"]})
        found = find_duplicates(Roster.from_frames({"users": users, "demographics": born}), progress=False)
        pairs = found.table().rename(columns={"left_id": "left", "right_id": "right"})
        yield f"threshold {found.threshold:g} (default)", pairs

    measured(clock, folder, columns, find)


def find_by_splink(clock: Clock, folder: str, columns: Sequence[str]) -> None:
    """Splink with the ready-made comparisons and the steps of its tutorial."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    def find(people: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
        comparisons: list[Any] = [cl.NameComparison("given"), cl.NameComparison("family")]
        comparisons.append(cl.DateOfBirthComparison("born", input_is_string=True))
        if "identifier" in columns:
            comparisons.append(cl.ExactMatch("identifier"))
        settings = SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="id",
            comparisons=comparisons,
            blocking_rules_to_generate_predictions=[block_on(column) for column in columns],
        )
        table = DuckDBAPI().register(people.astype(object).where(people.notna(), None))
        linker = Linker(table, settings, log_level=None)
        training = linker.training
        training.estimate_probability_two_random_records_match([block_on("given", "family", "born")], recall=0.7)
        training.estimate_u_using_random_sampling(seed=_SEED)
        # Each comparison is fitted where its column is not what brought the records together.
        for rule in (block_on("given", "family"), block_on("born")):
            training.estimate_parameters_using_expectation_maximisation(rule)
        least = 0.5
        scored: Any = linker.inference.predict(threshold_match_probability=least)
        pairs = scored.as_pandas_dataframe().rename(columns={"id_l": "left", "id_r": "right"})
        for threshold in (least, 0.9):
            yield f"threshold {threshold:g}", pairs[pairs["match_probability"] >= threshold]

    measured(clock, folder, columns, find)


def find_by_recordlinkage(clock: Clock, folder: str, columns: Sequence[str]) -> None:
    """Recordlinkage: blocks, Jaro-Winkler on every column, three ways to decide.

    Sorted neighbourhoods on top were tried: they bring many strangers and hardly a match, and its ECM does far worse.
    """
    import recordlinkage

    def find(people: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
        records = people.set_index("id")
        # Hyphens at the same places would make any two dates more alike.
        records["born"] = records["born"].str.replace("-", "")
        index, compare = recordlinkage.Index(), recordlinkage.Compare()
        for column in columns:
            index.block(column)
            compare.string(column, column, method="jarowinkler", label=column)
        alike = compare.compute(index.index(records), records)
        yield "more than half alike", _pairs(alike.index[(alike >= _ALIKE).sum(axis=1) > len(columns) / 2])
        yield f"mean similarity {_ALIKE:g}", _pairs(alike.index[alike.mean(axis=1) >= _ALIKE])
        yield "ECM", _pairs(recordlinkage.ECMClassifier().fit_predict((alike >= _ALIKE_ECM).astype(int)))

    measured(clock, folder, columns, find)


def _pairs(index: Any) -> pd.DataFrame:
    pairs: pd.DataFrame = index.to_frame(index=False, name=["left", "right"])
    return pairs

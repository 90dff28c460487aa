"""Which records are to be merged, planned from pairs, from duplicates and from former IDs (decisions 21 and 27)."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

import connect_kit as ck
from connect_kit.errors import SettingError, TwinError
from connect_kit.merging import MergePlan, plan_merge
from connect_kit.roster import read_workspace
from connect_kit.twin import Twin
from connect_kit.twin.database import open_session
from tests.merging.small import ADA, ADA_TOO, BEN, PEOPLE, STUDENTS, contents, plan_for, write


class TestPlan:
    def test_pairs_that_cannot_be_merged_are_listed_with_their_reason(self, twin):
        plan = plan_for(twin, ADA, ("CS12", "CS13"), ("CS04", "CS02"), ("CS11", "CS99"))
        assert dict(zip(plan.table()["other"], plan.table()["state"], strict=True)) == {
            "CS01": "mergeable",
            "CS13": "both have a SIS ID",
            "CS02": "the record that stays has no SIS ID",
            "CS99": "gone from Connect",
        }
        assert (plan.table()["next_step"] != "").tolist() == [False, True, True, True]
        assert len(plan) == 1

    def test_conflicts_are_listed_field_by_field(self, twin):
        found = plan_for(twin, ADA, BEN).conflicts
        assert found.to_numpy().tolist() == [
            ["CS11", "CS01", "givenName", "Adah", "Ada", "survivor"],
            ["CS11", "CS01", "grade", "06", "05", "survivor"],
            ["CS11", "CS01", "email", "", "ada@maple.example", "survivor"],
            ["CS11", "CS01", "guardian", "CU2", "CU1, CU2", "survivor"],
            ["CS12", "CS03", "guardian", "", "CU3", "survivor"],
        ]

    def test_conflicts_of_attributes_are_read_from_the_twin(self, twin):
        found = plan_for(twin, ADA, ADA_TOO, BEN).conflicts_on(twin)
        of_attributes = found[found["field"].str.startswith("attribute")]
        assert of_attributes.to_numpy().tolist() == [
            ["CS11", "CS01", "attribute Bus", "9", "7", "survivor"],
            ["CS11", "CS02", "attribute Locker", "21", "22", "survivor"],
        ]

    def test_what_moves_is_what_the_merge_then_does(self, twin):
        moves = plan_for(twin, ADA, BEN).moves(twin)
        assert moves.to_numpy().tolist() == [
            ["CS11", "CS01", 1, 1, 0, 1, 1, 1, 1],
            ["CS12", "CS03", 0, 1, 0, 1, 1, 0, 1],
        ]
        assert moves.columns.tolist() == [
            "survivor", "other", "announcement", "backpack", "interaction", "attributes", "classrooms",
            "attributes_lost", "guardians_lost",
        ]  # fmt: skip

    def test_only_and_without_choose_by_any_id(self, twin):
        plan = plan_for(twin, ADA, ADA_TOO, BEN)
        assert plan.only("0012").merges["other"].tolist() == ["CS03"]
        assert plan.only("CS11").merges["other"].tolist() == ["CS01", "CS02"]
        assert plan.without("CS02", "0012").merges["other"].tolist() == ["CS01"]
        assert len(plan.only()) == 0
        with pytest.raises(SettingError, match="'CS77': nobody in the plan's merges has this ID"):
            plan.only("CS77")

    def test_the_worksheet_holds_ids_and_names_only_on_request(self, twin, tmp_path):
        plan = plan_for(twin, ADA, BEN)
        plan.save(tmp_path / "out")
        written = {path.name: path.read_bytes() for path in (tmp_path / "out").glob("[!.]*")}
        assert sorted(written) == ["merge-worksheet.csv", "merge-worksheet.xlsx", "merges.csv"]
        book = openpyxl.load_workbook(tmp_path / "out" / "merge-worksheet.xlsx")
        rows = list(book["Merges"].iter_rows(values_only=True))
        assert rows[1][3:6] == ("CS11", "0011", "CS01")
        text = str(rows) + written["merge-worksheet.csv"].decode() + written["merges.csv"].decode()
        assert not any(name in text for name in ("Ada", "Ashford", "Birchwood", "maple.example"))
        (tmp_path / "out").chmod(0o755)
        plan.save(tmp_path / "out", names=True)
        assert b"Adah Ashford" in (tmp_path / "out" / "merge-worksheet.csv").read_bytes()
        plan.save(tmp_path / "new", names=True)
        modes = {path.stat().st_mode & 0o777 for path in (*tmp_path.glob("out/*"), *tmp_path.glob("new/*"))}
        assert modes == {0o600}  # whatever was there before
        assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("out", "new")] == [0o755, 0o700]

    def test_no_cell_of_the_worksheet_is_a_formula(self, folder, tmp_path):
        students = folder / "students.csv"
        text = students.read_text().replace("Adah,Ashford", '"=HYPERLINK(""http://x.example"")",Ashford')
        students.write_text(text)
        twin = Twin.fill(tmp_path / "formula.duckdb", folder, district="Maple Valley")
        plan_for(twin, ADA).save(tmp_path / "out", names=True)
        with (tmp_path / "out" / "merge-worksheet.csv").open(encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file)
        assert row["keep_name"] == '\'=HYPERLINK("http://x.example") Ashford'
        sheet = openpyxl.load_workbook(tmp_path / "out" / "merge-worksheet.xlsx")["Merges"]
        assert all(cell.data_type != "f" for cells in sheet.iter_rows() for cell in cells)

    def test_the_worksheet_says_what_to_look_at(self, twin):
        sheet = plan_for(twin, ADA, ADA_TOO).worksheet()
        assert sheet["differs"].tolist() == [
            "givenName, grade, email, guardian",
            "givenName, grade",
        ]
        assert sheet["look_at"].str.contains("guardians").tolist() == [True, False]

    def test_an_empty_plan_shows_itself_too(self, twin, tmp_path):
        plan = plan_for(twin)
        plan.save(tmp_path / "out")
        assert len(plan.conflicts) == 0
        assert plan.summary()["count"].tolist() == [0, 0, 0]
        assert "none" in plan._repr_html_()
        assert plan.moves(twin).empty

    def test_the_chart_names_schools_and_reasons(self, twin):
        from connect_kit.display.svg import to_svg

        drawn = to_svg(plan_for(twin, ADA, ("CS12", "CS13")).chart())
        assert "Alder" in drawn
        assert "both have a SIS ID" in drawn


USERS = "sourcedId orgSourcedIds role givenName familyName email grades birthDate".split()


class TestFromDuplicates:
    """A delivery beside a workspace; pairs are decided by hand, so that they do not hang on the model."""

    @pytest.fixture
    def delivery(self, tmp_path: Path) -> Path:
        rows = [
            ["0011", "A", "student", "Adah", "Ashford", "", "06", "2015-02-03"],
            ["0012", "B", "student", "Ben", "Birchwood", "", "06", "2015-03-04"],
            ["0013", "A", "student", "Dee", "Dunn", "", "06", "2015-04-05"],
            ["0014", "A", "student", "Calvin", "Cove", "", "07", "2014-04-05"],
        ]
        write(tmp_path / "delivery" / "users.csv", USERS, rows)
        write(tmp_path / "delivery" / "classes.csv", ["sourcedId", "title", "grades", "schoolSourcedId"], [])
        return tmp_path / "delivery"

    def duplicates(self, delivery: Path, folder: Path):
        return ck.find_duplicates(ck.read_roster(delivery), read_workspace(folder), threshold=0.999999)

    def test_pairs_decided_the_same_are_merged_into_the_student_of_the_delivery(self, delivery, folder):
        found = self.duplicates(delivery, folder)
        found = found.decide("roster:0011", "workspace:CS01", "same").decide("roster:0011", "workspace:CS02", "same")
        found = found.decide("roster:0012", "workspace:CS03", "different")
        plan = plan_merge(found, read_workspace(folder), only_decided=True)
        assert plan.merges[
            ["survivor", "other", "school", "match_probability", "decision", "student_id"]
        ].to_numpy().tolist() == [
            ["CS11", "CS01", "S001", 1.0, "same", "0011"],
            ["CS11", "CS02", "S001", 1.0, "same", "0011"],
        ]

    def test_a_student_who_is_not_on_connect_yet_waits_for_the_upload(self, delivery, folder):
        found = self.duplicates(delivery, folder).decide("roster:0014", "workspace:CS04", "same")
        plan = plan_merge(found, read_workspace(folder), only_decided=True)
        assert plan.table()[["other", "state"]].to_numpy().tolist() == [["CS04", "not on Connect yet"]]
        assert plan.table()["next_step"].iloc[0].startswith("Upload users.csv first")

    def test_two_students_of_the_delivery_are_for_the_sis_to_join(self, delivery, folder):
        found = self.duplicates(delivery, folder).decide("roster:0011", "roster:0013", "same")
        found = found.decide("roster:0013", "workspace:CS01", "same")
        plan = plan_merge(found, read_workspace(folder), only_decided=True)
        assert sorted(plan.table()[["left", "right", "state"]].to_numpy().tolist()) == [
            ["roster:0011", "roster:0013", "both SIS IDs are delivered"],
            ["roster:0013", "workspace:CS01", "several SIS IDs are this student"],
        ]

    def test_a_cluster_in_conflict_is_left_out_and_listed(self, delivery, folder):
        found = self.duplicates(delivery, folder)
        found = found.decide("roster:0011", "workspace:CS01", "same").decide("roster:0012", "workspace:CS01", "same")
        found = found.decide("roster:0011", "roster:0012", "different")
        plan = plan_merge(found, read_workspace(folder))
        assert len(plan) == 0
        assert set(plan.table()["state"]) == {"cluster in conflict"}

    def test_two_records_made_by_hand_need_a_student_with_an_id(self, delivery, folder):
        found = self.duplicates(delivery, folder).decide("workspace:CS01", "workspace:CS02", "same")
        plan = plan_merge(found, read_workspace(folder), only_decided=True)
        assert plan.table()[["other", "state"]].to_numpy().tolist() == [["CS02", "no record with a SIS ID"]]
        found = found.decide("roster:0011", "workspace:CS01", "same")
        merges = plan_merge(found, read_workspace(folder), only_decided=True).merges
        assert merges[["survivor", "other"]].to_numpy().tolist() == [list(ADA), list(ADA_TOO)]

    @pytest.mark.thorough
    def test_no_pairs_are_an_empty_plan(self, delivery, folder):
        plan = plan_merge(self.duplicates(delivery, folder), read_workspace(folder), only_decided=True)
        assert plan.table().empty
        assert len(plan) == 0

    def test_duplicates_among_adults_are_refused(self, delivery, folder):
        found = ck.find_duplicates(ck.read_roster(delivery), kind="people")
        with pytest.raises(SettingError, match="duplicates of people cannot be merged"):
            plan_merge(found, read_workspace(folder))


class TestFormerIds:
    """A record whose own SIS ID is not delivered any more can be merged (decision 27)."""

    @pytest.fixture
    def renumbered(self, tmp_path: Path, folder: Path) -> Path:
        """Dee is on Connect a second time, under the ID that she had before, with a classroom of then."""
        dee = ["CS21", "S001", "Dee", "Dunn", "05", "", "D-13", "false"]
        write(folder / "students.csv", STUDENTS, [*PEOPLE, dee])
        with (folder / "enrollments.csv").open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow(["CC01", "CS21", "student"])
        return folder

    @pytest.fixture
    def delivery(self, tmp_path: Path) -> Path:
        rows = [["0013", "A", "student", "Dee", "Dunn", "", "06", "2015-04-05"]]
        rows += [["0012", "B", "student", "Ben", "Birchwood", "", "06", "2015-03-04"]]
        write(tmp_path / "delivery" / "users.csv", USERS, rows)
        return tmp_path / "delivery"

    def plan(self, delivery: Path, folder: Path, *same: tuple[str, str]) -> MergePlan:
        found = ck.find_duplicates(ck.read_roster(delivery), read_workspace(folder), threshold=0.999999)
        for left, right in same:
            found = found.decide(f"roster:{left}", f"workspace:{right}", "same")
        return plan_merge(found, read_workspace(folder), only_decided=True)

    @pytest.mark.thorough
    def test_the_record_whose_id_is_delivered_stays_and_the_former_id_is_a_conflict(
        self, delivery, renumbered, tmp_path
    ):
        plan = self.plan(delivery, renumbered, ("0013", "CS21"))
        assert plan.table()[["survivor", "other", "state", "student_id", "other_student_id"]].to_numpy().tolist() == [
            ["CS13", "CS21", "mergeable", "0013", "D-13"]
        ]
        assert plan.conflicts.to_numpy().tolist() == [
            ["CS13", "CS21", "grade", "06", "05", "survivor"],
            ["CS13", "CS21", "studentId", "0013", "D-13", "survivor"],
        ]
        assert plan.worksheet()[["keep_student_id", "merge_into_it", "former_student_id"]].to_numpy().tolist() == [
            ["0013", "CS21", "D-13"]
        ]
        twin = Twin.fill(tmp_path / "renumbered.duckdb", renumbered, district="Maple Valley")
        before = twin.digest()
        change = twin.merge(plan)
        kept = {row[:2] for row in contents(twin, "students", "connectStudentId", "studentId") if row[0] > "CS12"}
        assert kept == {("CS13", "0013")}
        assert ("CC01", "CS13") in contents(twin, "enrollments", "connectClassroomId", "connectUserId")
        with open_session(twin.path, "a test", write=False) as session:
            lost = session.execute("SELECT kept, lost FROM merges WHERE field = 'studentId'")
        assert lost == [("0013", "D-13")]
        assert change.counts["merged"] == 1
        twin.undo()
        assert twin.digest() == before

    def test_a_record_that_got_another_id_meanwhile_stops_the_merge(self, delivery, renumbered, tmp_path):
        plan = self.plan(delivery, renumbered, ("0013", "CS21"))
        twin = Twin.fill(tmp_path / "renumbered.duckdb", renumbered, district="Maple Valley")
        with open_session(twin.path, "a test") as session:
            session.execute("UPDATE students SET studentId = 'X', sourcedId = 'X' WHERE connectStudentId = 'CS21'")
        with pytest.raises(TwinError, match="student CS21 has another SIS ID than in the plan, so nothing was merged"):
            twin.merge(plan)

    @pytest.mark.thorough
    def test_of_several_former_ids_one_is_merged_at_a_time_unless_people_decided(self, delivery, renumbered, folder):
        dees = [["CS21", "S001", "Dee", "Dunn", "05", "", "D-13", "false"]]
        dees += [["CS22", "S001", "Dee", "Dunn", "04", "", "D-03", "false"]]
        write(folder / "students.csv", STUDENTS, [*PEOPLE, *dees])
        found = ck.find_duplicates(ck.read_roster(delivery), read_workspace(folder), threshold=0.5)
        plan = plan_merge(found, read_workspace(folder))
        states = dict(zip(plan.table()["other"], plan.table()["state"], strict=True))
        assert sorted(states[one] for one in ("CS21", "CS22")) == [
            "mergeable", "several former SIS IDs are this student",
        ]  # fmt: skip
        decided = self.plan(delivery, renumbered, ("0013", "CS21"), ("0013", "CS22"))
        assert set(decided.merges["other"]) == {"CS21", "CS22"}

    @pytest.mark.parametrize(
        ("merge", "delivered", "state"),
        [
            (("CS13", "CS21"), ["0013"], "mergeable"),
            (("CS13", "CS21"), ["0013", "D-13"], "both SIS IDs are delivered"),
            (("CS21", "CS13"), ["0013"], "the SIS ID of the record that stays is not delivered"),
            (("CS13", "CS21"), None, "both have a SIS ID"),
        ],
        ids=["former", "both delivered", "the wrong way round", "nobody said"],
    )
    def test_merges_by_name_ask_which_id_is_delivered(self, renumbered, merge, delivered, state):
        (row,) = MergePlan.of(read_workspace(renumbered), [merge], delivered=delivered).table().to_dict("records")
        assert row["state"] == state
        assert bool(row["next_step"]) == (state != "mergeable")

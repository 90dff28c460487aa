import math
import re

import numpy as np
import pandas as pd
import pytest

from connect_kit.display.charts import duplicates_by_school
from connect_kit.display.graph import cluster_graph
from connect_kit.display.histogram import match_weights
from connect_kit.display.svg import to_svg
from connect_kit.display.waterfall import waterfall

THRESHOLD = math.log2(9)  # probability 0.9


def pairs(weights, decision=""):
    return pd.DataFrame({"match_weight": weights, "decision": decision})


def clusters(*records):
    frame = pd.DataFrame(records, columns=["cluster_id", "source", "school", "grade"])
    return frame.assign(id=[f"{n:04d}" for n in range(len(frame))], key=[f"roster:{n:04d}" for n in range(len(frame))])


def cluster(*edges, number=3):
    frame = pd.DataFrame(edges, columns=["left", "right", "match_weight"])
    return frame.assign(cluster_id=number, decision="")


def whole_cluster(records):
    keys = [f"roster:{n:04d}" for n in range(records)]
    return cluster(*[(a, b, 12.0) for place, a in enumerate(keys) for b in keys[place + 1 :]])


def conflicts(*rows):
    return pd.DataFrame(rows, columns=["cluster_id", "left", "right", "why"])


def parts(*rows):
    return pd.DataFrame(rows, columns=["field", "level", "match_weight"])


def explained():
    return parts(
        ("before any comparison", "about one pair in 1,024 is one person", -10.0),
        ("given name", "same", 12.5),
        ("birth date", "missing", 0.0),
        ("another child", "a different given name", -40.0),
    )


def texts_of(chart):
    return re.findall(r">([^<>]+)</(?:text|tspan)>", to_svg(chart))


def rows_of(chart, column):
    """The rows drawn that have this column."""
    data = chart.to_dict()["datasets"].values()
    return [row for rows in data for row in rows if column in row]


EVERY = {
    "weights": lambda: match_weights(pairs([-5.0, 2.0, 20.0]), THRESHOLD, -10),
    "no weights": lambda: match_weights(pairs([]), THRESHOLD, -10),
    "schools": lambda: duplicates_by_school(
        clusters((1, "roster", "St. Katharine Drexel Academy of the Performing Arts (0104)", "KG")).iloc[[0, 0]]
    ),
    "no schools": lambda: duplicates_by_school(clusters()),
    "two records": lambda: cluster_graph(whole_cluster(2), conflicts()),
    "twenty records": lambda: cluster_graph(whole_cluster(20), conflicts()),
    "waterfall": lambda: waterfall(explained(), -37.5, 5e-12),
}


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)
def test_each_is_one_described_image_that_fits_a_page_and_asks_for_nothing(draw):
    svg = to_svg(draw(), "pairs")
    assert 'role="img"' in svg and re.search(r'aria-label="[A-Z][^"]{20,}\."', svg)
    assert float(re.findall(r'\bwidth="([\d.]+)"', svg)[0]) <= 700
    assert "<script" not in svg and "href" not in svg and "http" not in svg


# ---- match weights


def test_every_bar_is_on_one_side_of_the_threshold():
    weights = np.linspace(-9, 40, 500)
    bars = rows_of(match_weights(pairs(weights), THRESHOLD, -10), "pairs")
    assert {bar["side"] for bar in bars if bar["to"] <= THRESHOLD + 1e-9} == {
        f"below it: {(weights < THRESHOLD).sum()} pairs"
    }
    assert {bar["side"] for bar in bars if bar["from"] >= THRESHOLD - 1e-9} == {
        f"at or above the threshold: {(weights >= THRESHOLD).sum()} pairs"
    }
    assert sum(bar["pairs"] for bar in bars) == 500


def test_a_pair_exactly_at_the_threshold_is_above_it():
    texts = texts_of(match_weights(pairs([THRESHOLD]), THRESHOLD, -10))
    assert {"at or above the threshold: 1 pair", "below it: 0 pairs"} <= set(texts)
    assert "threshold +3.2 (probability 0.9)" in texts


def test_a_note_names_the_pairs_that_were_not_kept():
    assert "Pairs below −10 (under 0.1 %) are left out" in texts_of(match_weights(pairs([5.0]), THRESHOLD, -10))


def test_a_million_pairs_make_as_small_a_chart_as_ten():
    chart = match_weights(pairs(np.linspace(-10, 90, 1_000_000)), THRESHOLD, -10)
    assert len(rows_of(chart, "pairs")) <= 62


def test_few_duplicates_can_be_seen_beside_many_other_pairs():
    texts = texts_of(match_weights(pairs([-8.0] * 9000 + [25.0]), THRESHOLD, -10))
    assert "Bars on a logarithmic scale" in texts
    assert {"1", "1,000"} <= set(texts)


def test_a_decided_pair_without_a_match_weight_is_counted_in_words():
    texts = texts_of(match_weights(pairs([20.0, math.nan], ["", "same"]), THRESHOLD, -10))
    assert "1 pair decided by people: drawn at the model's weight, if it has one" in texts


# ---- schools and grades


def test_people_are_counted_once_at_each_of_their_schools():
    frame = clusters(
        (1, "roster", "Maple (0104)", "01"),
        (1, "roster", "Cedar (0106)", "02"),
        (1, "roster", "Cedar (0106)", "02"),
        (2, "roster", "Cedar (0106)", "02"),
        (2, "workspace", "Cedar (0106)", "02"),
    )
    texts = texts_of(duplicates_by_school(frame))
    assert "A person with records at two schools counts at both" in texts
    shown = [text for text in texts if "delivery" in text and text[0].isdigit()]
    assert shown == [
        "2 (1 in the delivery)",
        "1 in the delivery",
        "1 in the delivery",
        "2 (1 in the delivery)",
    ]


def test_a_duplicate_on_connect_alone_says_so():
    texts = texts_of(duplicates_by_school(clusters((1, "roster", "A (1)", "01"), (1, "workspace", "A (1)", "01"))))
    assert texts.count("1 with Connect") == 2


def test_a_record_at_several_schools_counts_at_each():
    frame = clusters((1, "roster", "Maple (0104); Cedar (0106)", "01"), (1, "roster", "Maple (0104)", "01"))
    assert {"Maple (0104)", "Cedar (0106)"} <= set(texts_of(duplicates_by_school(frame)))


def test_grades_stand_in_the_order_of_school_years():
    rows = [(n, "roster", "A (1)", grade) for n, grade in enumerate(("10", "KG", "", "02", "PK")) for _ in range(2)]
    texts = texts_of(duplicates_by_school(clusters(*rows)))
    assert [text for text in texts if text in ("PK", "KG", "02", "10", "no grade known")] == [
        "PK", "KG", "02", "10", "no grade known",
    ]  # fmt: skip


def test_adults_have_no_chart_by_grade():
    texts = texts_of(duplicates_by_school(clusters((1, "roster", "A (1)", ""), (1, "roster", "", ""))))
    assert "By school" in texts and "By grade" not in texts
    assert "no school known" in texts


def test_schools_not_shown_are_counted():
    rows = [(n, "roster", f"School ({n:04d})", "01") for n in range(50) for _ in range(2)]
    assert "20 schools shown, and 30 more" in texts_of(duplicates_by_school(clusters(*rows)))


def test_a_hostile_school_stays_text():
    rows = [(1, "roster", "<script>x</script>|' (1)", "01")] * 2
    svg = to_svg(duplicates_by_school(clusters(*rows)))
    assert "<script" not in svg and "&lt;script&gt;" in svg


# ---- one cluster


def test_records_are_named_by_id_and_by_where_they_are():
    texts = texts_of(cluster_graph(cluster(("roster:0017", "workspace:CP1", 12.34)), conflicts()))
    assert {"0017", "in the delivery", "CP1", "on Connect", "+12.3"} <= set(texts)


def test_an_id_with_a_colon_is_shown_whole():
    assert "a:b" in texts_of(cluster_graph(cluster(("roster:a:b", "roster:c", 5.0)), conflicts()))


def test_a_long_id_shows_its_beginning_and_its_end():
    edges = cluster(("roster:0b9f6a3e-1111-4222-8333-944455556666", "roster:c", 5.0))
    chart = cluster_graph(edges, conflicts())
    assert "0b9f6a3e-…556666" in texts_of(chart)
    assert "0b9f6a3e-1111-4222-8333-944455556666 in the delivery" in chart.to_dict()["description"]


def test_a_conflict_is_named_in_words_and_those_of_other_clusters_are_ignored():
    why = "decided to be different"
    clash = conflicts((3, "roster:a", "roster:c", why), (4, "roster:x", "roster:y", "elsewhere"))
    chart = cluster_graph(cluster(("roster:a", "roster:b", 9.0), ("roster:b", "roster:c", 8.0)), clash)
    texts = texts_of(chart)
    assert {"conflict", "conflict, dashed: decided to be different"} <= set(texts)
    assert "x" not in texts and not [text for text in texts if "elsewhere" in text]


def test_a_pair_that_is_joined_and_a_conflict_is_one_line():
    clash = conflicts((3, "roster:a", "roster:b", "twins"))
    chart = cluster_graph(cluster(("roster:a", "roster:b", 7.0)), clash)
    assert "+7.0 conflict" in texts_of(chart)
    assert {row["kind"] for row in rows_of(chart, "kind")} == {"conflict"}


def test_a_decided_pair_says_so():
    edges = cluster(("roster:a", "roster:b", 7.0), ("roster:b", "roster:c", math.nan)).assign(decision="same")
    assert {"+7.0 decided the same", "decided the same"} <= set(texts_of(cluster_graph(edges, conflicts())))


def test_a_large_cluster_is_capped_and_says_so():
    texts = texts_of(cluster_graph(whole_cluster(20), conflicts()))
    assert "12 of 20 records shown: those with the most lines" in texts
    assert "Too many lines to show their match weights; see the table of pairs" in texts
    assert len({text for text in texts if re.fullmatch(r"\d{4}", text)}) == 12
    assert "+12.0" not in texts


def test_no_two_records_are_at_the_same_place():
    nodes = rows_of(cluster_graph(whole_cluster(12), conflicts()), "words_x")
    places = {(round(row["x"]), round(row["y"])) for row in nodes if "id" in row}
    assert len(places) == 12


# ---- one pair


def test_each_bar_begins_where_the_one_before_ended():
    bars = rows_of(waterfall(explained(), -37.5, 5e-12), "from")
    fields = [bar for bar in bars if bar["kind"] != "whole"][:4]
    assert [(bar["from"], bar["to"]) for bar in fields] == [(0, -10), (-10, 2.5), (2.5, 2.5), (2.5, -37.5)]
    assert [bar["kind"] for bar in fields] == ["start", "for", "for", "against"]
    assert {(bar["from"], bar["to"]) for bar in bars if bar["kind"] == "whole"} == {(0, -37.5)}


def test_evidence_for_and_against_has_a_sign_too():
    texts = texts_of(waterfall(explained(), -37.5, 5e-12))
    assert {"−10.0", "+12.5", "0", "−40.0", "−37.5: under 0.1 %", "given name: same"} <= set(texts)
    assert "+ is evidence for one person, in green; − is evidence against it, in orange" in texts


def test_the_probability_is_below_the_bits():
    texts = texts_of(waterfall(parts(("before any comparison", "", -5.0), ("email", "same", 10.0)), 5.0, 0.97))
    assert {"0", "50 %", "+4", "94.1 %"} <= set(texts)


def test_a_long_level_is_wrapped_and_not_cut():
    level = "names that sound the same, each a name of its own, in one family: twins or a misspelling"
    texts = texts_of(waterfall(parts(("another child", level, -3.0)), -3.0, 0.11))
    assert f"another child: {level}" in " ".join(texts)


def test_labels_fit_in_a_font_wider_than_ours():
    # SVG names a font and does not bring it: a browser's own may take 8 pixels a character.
    svg = to_svg(waterfall(explained(), -37.5, 5e-12))
    ends = re.findall(r'text-anchor="end" transform="translate\(([\d.]+),[\d.]+\)"[^>]*>([^<]+)<', svg)
    assert len(ends) >= 5
    assert [text for end, text in ends if float(end) < 8 * len(text)] == []


def test_nothing_compared_still_gives_a_chart():
    assert "total" in texts_of(waterfall(parts(("before any comparison", "", -10.0)), -10.0, 0.001))

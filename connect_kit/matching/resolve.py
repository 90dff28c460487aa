"""Resolve evidence and decisions: one partner or none for each school or classroom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_kit.engine.weights import probability
from connect_kit.matching.assign import assign, margins
from connect_kit.matching.score import floor_weight, model

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.decisions.value import Decisions
    from connect_kit.matching.score import Evidence

_NOUNS = {
    "schools": (("school", "schools of the delivery"), ("Connect school", "Connect schools")),
    "classrooms": (("class", "classes"), ("classroom", "classrooms")),
}
_NO_PARTNER = {
    "schools": ("no similar Connect school", "no similar school in the delivery"),
    "classrooms": ("no similar classroom in its school", "no similar class in its school"),
}
STATUSES = ("matched", "suggested", "unmatched_roster", "unmatched_workspace")
#: The status of a school that was decided not to take part, and of its classes and classrooms.
OUT = "out"
_DOES_NOT_TAKE_PART = "decided: does not take part"
_EQUALLY_LIKELY = 0.5  # partners whose weights are this close are called equally likely


def resolve(evidence: Evidence, decisions: Decisions) -> pd.DataFrame:
    """Every pair, and everything without a partner, once.

    Returns
    -------
    pandas.DataFrame
        ``l``, ``r`` (numbers of the sides, -1 for none), ``status``, ``score``, ``reason``, ``decision``.
    """
    return _Resolution(evidence, decisions).frame()


def leave_out(frame: pd.DataFrame, left: pd.Series[Any], right: pd.Series[Any]) -> pd.DataFrame:
    """The rows with status ``out`` where a side belongs to a school that does not take part, by number of the side."""
    import numpy as np

    there_l, there_r = frame["l"].to_numpy(), frame["r"].to_numpy()
    out = np.zeros(len(frame), bool)
    for numbers, side in ((there_l, left.to_numpy(bool)), (there_r, right.to_numpy(bool))):
        if len(side):
            out |= (numbers >= 0) & side[numbers.clip(min=0)]
    if not out.any():
        return frame
    changed = {"status": OUT, "reason": _DOES_NOT_TAKE_PART, "decision": OUT}
    return frame.assign(**{name: frame[name].astype(object).mask(out, value) for name, value in changed.items()})


class _Resolution:
    def __init__(self, evidence: Evidence, decisions: Decisions) -> None:
        import numpy as np

        self.evidence = evidence
        self.partner = np.full(len(evidence.right), -1)  # of each right side
        self.taken = np.zeros(len(evidence.left), bool)
        self.out = np.zeros(len(evidence.right), bool)  # right sides decided to have no partner
        self.status = np.full(len(evidence.right), "", object)
        self.score = np.zeros(len(evidence.right))
        self.reason = np.full(len(evidence.right), "", object)
        self.decision = np.full(len(evidence.right), "", object)
        self.why_left = evidence.left["why"].to_numpy(object, copy=True)
        self.why_right = evidence.right["why"].to_numpy(object, copy=True)
        self.refused: Any = np.zeros(0, np.int64)  # pairs decided to be different, as one number each
        self._decided(decisions)
        for status in ("matched", "suggested"):
            self._certain(status)
        self._similar()

    def _decided(self, decisions: Decisions) -> None:
        """Apply decisions, first of all; of two decisions about one side, the later one counts."""
        import numpy as np

        rows = decisions.about(self.evidence.kind)
        number_l = dict(zip("roster:" + self.evidence.left["id"].fillna(""), range(len(self.taken)), strict=True))
        number_r = dict(zip("workspace:" + self.evidence.right["id"], range(len(self.partner)), strict=True))
        refused = []
        taken_by: dict[int, int] = {}  # the right side that a decision gave a left one
        for row in rows:  # as few as people have made
            if row.decision in ("out", "in"):
                continue
            left, right = number_l.get(row.left, -1), number_r.get(row.right, -1)
            if right < 0:
                continue
            if row.decision == "different":
                if left >= 0:
                    refused.append((left, right))
                continue
            for other in {right, taken_by.pop(left, right)}:  # an earlier decision about either side gives way
                before = int(self.partner[other])
                if before >= 0:
                    self.taken[before] = False
                    taken_by.pop(before, None)
                self.partner[other], self.out[other], self.decision[other] = -1, False, ""
            self.decision[right] = row.decision
            if row.decision == "connect" and left >= 0:
                self.partner[right], self.taken[left], taken_by[left] = left, True, right
                self.status[right], self.score[right], self.reason[right] = "matched", 1.0, "decided: connect"
            elif row.decision != "connect":
                self.out[right] = True
        self.why_right[self.out] = "decided: " + self.decision[self.out]
        if refused:
            pairs = np.array(refused)
            self.refused = self._code(pairs[:, 0], pairs[:, 1])

    def _code(self, left: Any, right: Any) -> Any:
        return left * (len(self.partner) + 1) + right

    def _free(self, left: Any, right: Any) -> Any:
        """Which of these pairs can still be made."""
        import numpy as np

        return (
            ~self.taken[left]
            & (self.partner[right] < 0)
            & ~self.out[right]
            & ~np.isin(self._code(left, right), self.refused)
        )

    def _take(self, left: Any, right: Any, status: str, scores: Any, reasons: Any) -> None:
        self.partner[right], self.taken[left] = left, True
        self.status[right], self.score[right], self.reason[right] = status, scores, reasons

    def _certain(self, status: str) -> None:
        certain = self.evidence.certain[self.evidence.certain["status"] == status]
        left, right = certain["l"].to_numpy(), certain["r"].to_numpy()
        if status == "matched":  # a recorded ID is a match even where the classroom was to be archived
            self.out[right] = False
        free = self._free(left, right)
        scores = 1.0 if status == "matched" else 0.98
        self._take(left[free], right[free], status, scores, certain["reason"].to_numpy(object)[free])
        decided_otherwise = right[~free & (self.partner[right] < 0) & ~self.out[right]]
        self.why_right[decided_otherwise] = "decided otherwise"

    def _similar(self) -> None:
        """Suggest the assignment with the highest total; a pair with an equal rival is left undecided."""
        import numpy as np

        e, rules = self.evidence, model(self.evidence.kind)
        free = self._free(e.lefts, e.rights)
        left, right, weight = e.lefts[free], e.rights[free], e.weights[free]
        enough = weight >= floor_weight(e.kind)
        chosen = np.zeros(len(left), bool)
        chosen[enough] = assign(left[enough], right[enough], weight[enough])
        loss = margins(left, right, weight, chosen)
        sure = chosen & (loss >= rules["margin"])
        self._take(
            left[sure],
            right[sure],
            "suggested",
            np.minimum(probability(weight[sure]), e.ceilings[free][sure]),
            np.array(e.reasons(left[sure], right[sure]), object),
        )
        still = ~self.taken[left] & (self.partner[right] < 0)
        self._explain_unmatched(left[still], right[still], weight[still])

    def _explain_unmatched(self, left: Any, right: Any, weight: Any) -> None:
        """Name the likely partners where none is certain enough to suggest."""
        e = self.evidence
        (class_, classes), (room, rooms) = _NOUNS[e.kind]
        for whys, own, words in (
            (self.why_right, "r", (class_, classes, room)),
            (self.why_left, "l", (room, rooms, class_)),
        ):
            numbers, texts = e.likely_partners(left, right, weight, own=own, words=words, near=_EQUALLY_LIKELY)
            whys[numbers] = texts

    def frame(self) -> pd.DataFrame:
        """The pairs, best first, then everything without a partner."""
        import numpy as np
        import pandas as pd

        nothing_l, nothing_r = _NO_PARTNER[self.evidence.kind]
        paired = np.flatnonzero(self.partner >= 0)
        alone_l, alone_r = np.flatnonzero(~self.taken), np.flatnonzero(self.partner < 0)
        why_l = pd.Series(self.why_left[alone_l], dtype=object).fillna(nothing_l)
        why_r = pd.Series(self.why_right[alone_r], dtype=object).fillna(nothing_r)
        parts = [
            (self.partner[paired], paired, self.status[paired], self.score[paired], self.reason[paired]),
            (alone_l, -1, "unmatched_roster", 0.0, why_l),
            (-1, alone_r, "unmatched_workspace", 0.0, why_r),
        ]
        columns = ["l", "r", "status", "score", "reason"]
        frames = [
            pd.DataFrame(dict(zip(columns, part, strict=True)), index=range(size))
            for part, size in zip(parts, (len(paired), len(alone_l), len(alone_r)), strict=True)
        ]
        frame = pd.concat(frames, ignore_index=True)
        frame["decision"] = (
            np.where(frame["r"] >= 0, self.decision[frame["r"].clip(lower=0)], "") if len(self.decision) else ""
        )
        frame["score"] = frame["score"].astype(float).round(4)
        return frame

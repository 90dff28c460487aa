"""The self-check: :func:`check_roster` and the :class:`Findings` it gives."""

from connect_kit.checks.audit_data import AuditData
from connect_kit.checks.findings import Findings
from connect_kit.checks.run import check_roster
from connect_kit.checks.suites import Rule, load_suites
from connect_kit.checks.verdict import Reason, Verdict

__all__ = ["AuditData", "Findings", "Reason", "Rule", "Verdict", "check_roster", "load_suites"]

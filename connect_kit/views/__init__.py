"""What is handed on: the report as one HTML page, and the workbook."""

from connect_kit.views.report import write_report
from connect_kit.views.workbook import write_workbook

__all__ = ["write_report", "write_workbook"]

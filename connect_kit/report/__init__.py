"""What is handed on: the report as one HTML page, and the workbook."""

from connect_kit.report.page import write_report
from connect_kit.report.workbook import write_workbook

__all__ = ["write_report", "write_workbook"]

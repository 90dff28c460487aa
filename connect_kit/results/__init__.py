"""What Connect answered: result files read, compared with the forecast, grouped by cause, put into a message."""

from connect_kit.results.comparing import read_results
from connect_kit.results.resend import plan_resend
from connect_kit.results.value import Results

__all__ = ["Results", "plan_resend", "read_results"]

"""The benchmark: the kit on districts of a given size, beside hand-written SQL and other tools."""

from tests.benchmark.matching import MATCH_SIZES, run_match_bench
from tests.benchmark.run import run_bench
from tests.benchmark.sending import run_upload_bench
from tests.benchmark.session import BENCH_TOOLS

__all__ = ["BENCH_TOOLS", "MATCH_SIZES", "run_bench", "run_match_bench", "run_upload_bench"]

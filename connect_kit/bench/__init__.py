"""The benchmark: the kit on districts of a given size, beside hand-written SQL and other tools."""

from connect_kit.bench.matching import MATCH_SIZES, run_match_bench
from connect_kit.bench.run import run_bench
from connect_kit.bench.sending import run_upload_bench
from connect_kit.bench.session import BENCH_TOOLS

__all__ = ["BENCH_TOOLS", "MATCH_SIZES", "run_bench", "run_match_bench", "run_upload_bench"]

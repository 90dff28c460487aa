"""What could stand in a delivery instead of what a rule found: suggestions, which change nothing until accepted.

Only what is certain or likely is here. Recipes that replay on the next delivery are not.
"""

from connect_kit.corrections.suggest import suggest_corrections
from connect_kit.corrections.value import Corrections

__all__ = ["Corrections", "suggest_corrections"]

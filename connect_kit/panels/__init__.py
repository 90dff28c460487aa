"""Widgets in which people review pairs, classrooms, uploads, results and merges, and decide.

A panel only calls the public methods of the value it shows; what those do is in the rooms below.
"""

from connect_kit.panels.classrooms import ClassroomsPanel
from connect_kit.panels.duplicates import DuplicatesPanel
from connect_kit.panels.merge import MergePanel
from connect_kit.panels.results import ResultsPanel
from connect_kit.panels.upload import UploadPanel

__all__ = ["ClassroomsPanel", "DuplicatesPanel", "MergePanel", "ResultsPanel", "UploadPanel"]

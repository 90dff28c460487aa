"""Panels: widgets in which people look at pairs and at classrooms, and decide."""

from connect_kit.panels.classrooms import ClassroomsPanel
from connect_kit.panels.duplicates import DuplicatesPanel

__all__ = ["ClassroomsPanel", "DuplicatesPanel"]

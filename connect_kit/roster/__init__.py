"""Reading deliveries: :func:`read_roster` and the :class:`Roster` it gives."""

from connect_kit.roster.reader import read_roster
from connect_kit.roster.value import Roster, Table

__all__ = ["Roster", "Table", "read_roster"]

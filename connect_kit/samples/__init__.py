"""Invented districts of any size, with planted faults and the truth about them."""

from connect_kit.samples.catalogue import known_faults
from connect_kit.samples.district import SampleDistrict, sample_roster
from connect_kit.samples.fault import Fault

__all__ = ["Fault", "SampleDistrict", "known_faults", "sample_roster"]

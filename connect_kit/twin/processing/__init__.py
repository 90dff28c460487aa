"""What a twin does with an uploaded file (decisions 13 to 20): :func:`rehearse` and :func:`send`."""

from connect_kit.twin.processing.run import rehearse, send

__all__ = ["rehearse", "send"]

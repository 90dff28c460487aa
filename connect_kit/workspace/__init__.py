"""The Connect side: :func:`read_workspace` and the :class:`Workspace` it gives."""

from connect_kit.workspace.reader import Workspace, read_workspace

__all__ = ["Workspace", "read_workspace"]

"""What tests of the upload panel do with it, button by button."""

from __future__ import annotations

from connect_kit.panels.upload import UploadPanel


def dry_run(panel):
    panel.buttons["dry_run"].click()
    assert panel.wait(60)


def meet_conditions(panel):
    """Everything that a real upload asks for, except for the text."""
    dry_run(panel)
    panel.buttons["no"].click()
    for _, code in panel.finding.options:
        panel.finding.value = code
        panel.reason.value = "tried out in a test"
        panel.buttons["waive"].click()
    assert panel.error is None


def send(panel):
    meet_conditions(panel)
    panel.confirm.value = panel.confirmation
    panel.buttons["upload"].click()
    assert panel.wait(60)


def check_succeeded(panel: UploadPanel) -> None:
    assert panel.error is None
    assert panel.result is not None and panel.result.succeeded


def display_of(widget) -> str | None:
    """How a widget is displayed: ``none`` where it is hidden."""
    shown_as: str | None = widget.layout.display
    return shown_as

"""Values that must stay text wherever they are shown."""

#: What a cell may hold when somebody means ill, or a spreadsheet did.
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": "<img src=//evil.example/x onerror=alert(1)>",
    "command": "=cmd|' /C calc'!A0",
    "sum": "@SUM(A1:A9)",
    "plus": "+1",
    "minus": "-2+3",
    "zeros": "00017342",
    "newline": "two\nlines",
    "control": "bell\x07and\x1bescape",
    "c1": "next\x85line",
    "right_to_left": "שלום-42",
    "turned": "abc\u202e321",
    "hidden": "12\u200b34",
    "template": "{{ 7 * 7 }}",
    "escape": "_x0041_",
    "entity": "&lt;b&gt;",
    "long": "9" * 40_000,
    "link": "https://evil.example/",
}

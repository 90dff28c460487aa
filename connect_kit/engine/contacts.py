"""What ``contacts.sql`` is run with: whose contacts, and where its macros and its table live."""

from __future__ import annotations


def contact_values(people: str, *, temporary: bool = False) -> dict[str, str]:
    """Values for the placeholders of ``contacts.sql``.

    Parameters
    ----------
    people : str
        SQL of the people, in parentheses: ``tbl``, ``_line``, ``guardian``, ``email``, ``sms``.
    temporary : bool
        Whether macros and table go with the connection, rather than staying in the schema.
    """
    return {
        "people": people,
        "macro": "OR REPLACE TEMP MACRO" if temporary else "MACRO",
        "table": "OR REPLACE TEMP TABLE" if temporary else "TABLE",
    }

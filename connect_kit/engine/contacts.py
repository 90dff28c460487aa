"""What ``contacts.sql`` is run with: where its macros and its table live, and how numbers are written."""

from __future__ import annotations

_HOME = "US"  # Connect is a product for schools of the United States
_CODE = 1  # of the United States and its neighbours


def contact_values(people: str, region: str = _HOME, *, temporary: bool = False) -> dict[str, str]:
    """Values for the placeholders of ``contacts.sql``.

    Parameters
    ----------
    people : str
        SQL of the people, in parentheses: ``tbl``, ``_line``, ``guardian``, ``email``, ``sms``.
    region : str
        ISO 3166 code of the country whose numbers are written without country code.
    temporary : bool
        Whether macros and table go with the connection, rather than staying in the schema.
    """
    home = region == _HOME or _country_code(region) == _CODE
    return {
        "people": people,
        "code": r"(\+?1)?" if home else r"\+1",
        "national": str(not home).lower(),
        "macro": "OR REPLACE TEMP MACRO" if temporary else "MACRO",
        "table": "OR REPLACE TEMP TABLE" if temporary else "TABLE",
    }


def _country_code(region: str) -> int:
    import phonenumbers

    return int(phonenumbers.country_code_for_region(region))

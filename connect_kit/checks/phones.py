"""Mobile numbers that are not of the United States: whether they can be dialled, and what else they may lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine import create_table

if TYPE_CHECKING:
    from connect_kit.engine import Schema

_HOME = "US"  # Connect is a product for schools of the United States, and reads numbers as theirs
_LONGEST_NUMBER = 32
#: Whether a number is possible depends on its length and its first digits: digits after the fourth character stand as
#: 9, so that a million numbers come down to some hundred shapes. Those of the United States are settled already.
_PHONES = f"""CREATE TABLE phones AS
    SELECT tbl, _line, CASE WHEN length(sms) > {_LONGEST_NUMBER} THEN 'too long'
        ELSE left(sms, 4) || translate(substr(sms, 5), '012345678', '999999999') END AS shape
    FROM (SELECT 'users' AS tbl, _line, sms FROM users UNION ALL SELECT 'guardians', _line, sms FROM guardians)
    WHERE sms IS NOT NULL AND NOT is_us_number(bare_number(sms))"""
_UNDIALABLE = "SELECT DISTINCT shape FROM phones JOIN contact_faults USING (tbl, _line) WHERE number = 'undialable'"
#: Numbers of the region: what they lack, instead of that they cannot be dialled.
_NATIONAL = """UPDATE contact_faults AS f SET number_words = n.words, words = replace(f.words, f.number_words, n.words)
    FROM phones AS p JOIN national_shapes AS n USING (shape)
    WHERE p.tbl = f.tbl AND p._line = f._line AND f.number = 'undialable'"""
_FAULTY = "SELECT tbl, _line, number_words AS words FROM contact_faults WHERE number IS NOT NULL"


def create_bad_phones(schema: Schema, others: tuple[str, ...], region: str) -> None:
    """Make ``bad_phones`` (tbl, _line, words) of ``contact_faults``, and name the country code that is lacking."""
    schema.execute(_PHONES, also=others)
    code = _country_code(region)
    if code != _country_code(_HOME):
        shapes = [shape for (shape,) in schema.execute(_UNDIALABLE) if _possible(shape, region)]
        words = f"lacks the country code (+{code} in {region})"
        create_table(schema, "national_shapes", {"shape": shapes, "words": [words] * len(shapes)})
        schema.execute(_NATIONAL)
    odd = schema.execute("SELECT DISTINCT shape FROM phones ANTI JOIN contact_faults USING (tbl, _line)")
    create_table(schema, "impossible_shapes", {"shape": [shape for (shape,) in odd if not _possible(shape, _HOME)]})
    schema.execute(
        f"CREATE TABLE bad_phones AS {_FAULTY} UNION SELECT tbl, _line, 'cannot be dialled' FROM phones "
        f"JOIN impossible_shapes USING (shape) ANTI JOIN ({_FAULTY}) USING (tbl, _line)"
    )


def _possible(number: str, region: str) -> bool:
    import phonenumbers

    try:
        reason = phonenumbers.is_possible_number_with_reason(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False
    # A local number without area code is possible, but not from everywhere, and so has no E.164 form.
    return bool(reason == phonenumbers.ValidationResult.IS_POSSIBLE)


def _country_code(region: str) -> int:
    import phonenumbers

    return int(phonenumbers.country_code_for_region(region))


def known_region(region: str) -> str:
    """What is expected in place of a region that phone numbers are not known of; '' where they are."""
    import phonenumbers

    known = phonenumbers.SUPPORTED_REGIONS
    if region in known:
        return ""
    if (near := region.strip().upper()) in known:
        return repr(near)
    return "a country's two capital letters, such as 'US', 'CA' or 'MX'"

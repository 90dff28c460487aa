"""One notion of a usable contact: in users.csv, in guardians.csv, in the self-check and in the twin (S18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connect_kit.engine import DuckDBEngine
from connect_kit.engine.contacts import contact_values
from connect_kit.engine.sql import statements
from tests.checks.cases import CLEAN, checked, deliver, said, said_of, users
from tests.checks.small import Row

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = "(SELECT 'users' AS tbl, 0 AS _line, false AS guardian, ''::VARCHAR AS email, ''::VARCHAR AS sms WHERE false)"
NOT_CREATED = ": the guardian is not created"


@pytest.fixture(scope="module")
def judged():
    engine = DuckDBEngine(threads=1)

    def judged(macro: str, value: str) -> object:
        schema = engine.new_schema("contacts")
        engine.execute_all(
            statements("connect_kit.engine", "contacts.sql", **contact_values(NOBODY)), schemas=(schema.name,)
        )
        return schema.execute(f"SELECT {macro}(?)", [value])[0][0]

    return judged


@pytest.mark.parametrize(
    ("fault", "values"),
    [
        (
            None,
            (
                "a@b.org",
                "o'brien@example.com",
                "a+b@example.com",
                "jörg@example.com",
                "A@EXAMPLE.COM",
                "a@mail.example.museum",
                "ann@na.example.com",
                "ola@no.example.com",
                "na@district.example.org",
                "na12@example.com",
                "xx@example.com",
                "ann@test.example.org",
                "a@x.org",
            ),
        ),
        (
            "around",
            (
                "mailto:a@b.org",
                "Casey Smith <a@b.org>",
                "<a@b.org>",
                "a@b.org\u200b",
                " a@b.org",
                "a@b.org ",
                "a@b.org.",
                "'a@b.org'",
                "'a@b.org",
                "“a@b.org”",
                "a@b.org(work)",
                '"tina@example.net"',
                "'robin@example.com'",
                "(tim@example.com)",
                "ann@example.fr;",
                "robert@example.com (mom)",
                "nina@example.com\n",
                "\tnina@example.com",
                "a@b.org;",
            ),
        ),
        ("several", ("a@b.org; c@d.org", "a@b.org,c@d.org", "a@b.org c@d.org", "a@b.org/c@d.org")),
        (
            "placeholder",
            (
                "n/a",
                "N/A",
                "none",
                "NULL",
                "-",
                ".",
                "000",
                "noemail@example.org",
                "none@none.com",
                "no email",
                "test@test.com",
                "no@email.com",
                "x@example.org",
                "xx@gmail.com",
                "x@na.com",
                "ann@noemail.k12.tx.us",
            ),
        ),
        (
            "malformed",
            (
                "casey",
                "123",
                "a@b",
                "a@@b.org",
                "a@example..com",
                ".a@b.org",
                "a..b.@example.org",
                "a b@example.com",
                "shared@",
                "@b.org",
                "a@exa_mple.com",
                "a@examplecom",
                "a.<b@example.com>",
            ),
        ),
    ],
)
def test_an_address_is_one_or_says_what_is_wrong_with_it(judged, fault: str | None, values: tuple[str, ...]) -> None:
    assert {value: judged("email_fault", value) for value in values} == dict.fromkeys(values, fault)


@pytest.mark.parametrize(
    ("fault", "values"),
    [
        (
            None,
            (
                "2025550142",
                "(202) 555-0143",
                "202-555-0144",
                "202.555.0143",
                "12025550145",
                "+1 202 555 0146",
                "+44 7700 900123",
                "+525512345678",
            ),
        ),
        ("several", ("2125550142;2125550143", "2125550142/2125550143", "212-555-0142 or 212-555-0143")),
        ("extension", ("212-555-0142 ext 5", "(212)555-0142 x12345", "212-555-0142 #3")),
        (
            "words",
            (
                "212-555-0142 (mom)",
                "Mom 212-555-0142",
                "C: 202-555-0150",
                "no text 212-555-0142",
                "2125550142.0",
                "cell 212.234.0000",
            ),
        ),
        ("words", ("212\u2011555\u20110142", "212\u2013555\u20130142", "\u202a+12125550142\u202c", "\uff12125550142")),
        ("placeholder", ("none", "N/A", "000", "0", "000-000-0000".replace("-", "0"), "-", "NULL")),
        (
            "undialable",
            (
                "1-800-FLOWERS",
                "0212-555-0142",
                "0125550142",
                "212-055-0142",
                "1112223333",
                "21255501420",
                "5551",
                "9999999999",
                "5550147",
                "411-555-0142",
                "+0012025550144",
                "+77777777777",
                "+2222222222",
                "202555014.0",
                "1202555014.0",
                "1234567890.0",
                "20255501.00",
            ),
        ),
    ],
)
def test_a_number_can_be_dialled_or_says_what_is_wrong_with_it(
    judged, fault: str | None, values: tuple[str, ...]
) -> None:
    assert {value: judged("number_fault", value) for value in values} == dict.fromkeys(values, fault)


@pytest.mark.parametrize(
    ("region", "lack"), [("GB", "lacks the country code (+44 in GB)"), ("US", "cannot be dialled")]
)
def test_connect_reads_a_number_of_another_region_as_none_and_is_told_what_it_lacks(
    tmp_path: Path, region: str, lack: str
) -> None:
    people = users(("org,,,,true", "org,07700 900123,,,true"), ("casey.smith@example.com,,", "N/A,07700 900123,"))
    found = said(checked(deliver(tmp_path, users=people), region=region), infos=False)
    assert [(severity, code, message) for severity, code, _, _, message in found] == [
        ("critical", "users.guardian.no_contact", f"email is a placeholder, and the mobile number {lack}{NOT_CREATED}"),
        ("warning", "users.sms.format", f"sms {lack}"),
    ]


CASES = [
    ("N/A", "", "no_contact", f"email is a placeholder, and there is no mobile number{NOT_CREATED}"),
    ("", "", "no_contact", f"neither email nor mobile number{NOT_CREATED}"),
    ("", "000-000-0000", "no_contact", f"no email, and the mobile number is a placeholder{NOT_CREATED}"),
    ("", "1112223333", "no_contact", f"no email, and the mobile number cannot be dialled{NOT_CREATED}"),
    ("N/A", "None", "no_contact", f"email is a placeholder, and the mobile number is a placeholder{NOT_CREATED}"),
    ("casey", "123", "format", f"email is not an address, and there is no usable mobile number{NOT_CREATED}"),
    ("", "327-2466 rm 865", "no_contact", f"no email, and the mobile number cannot be dialled{NOT_CREATED}"),
    ("", "Mon 2-4 pm 327-2466 8", "no_contact", f"no email, and the mobile number cannot be dialled{NOT_CREATED}"),
    ("casey", "", "format", f"email is not an address, and there is no usable mobile number{NOT_CREATED}"),
]
OF_NO_USE = "is said to be of no use: give another one, or leave the field empty"
ACCEPTED = [
    ("mailto:c@example.com", "", "email.format", "email has something around the address: leave only the address"),
    ("a@example.com; b@example.com", "", "email.format", "email holds several addresses: keep one"),
    ("casey", "2025550142", "email.format", "email is not an address"),
    ("N/A", "2025550143", "email.placeholder", "email is a placeholder"),
    ("f@example.com", "202-555-0144 (cell)", "sms.format", "sms has something around it: leave only the number"),
    (
        "g@example.com",
        "\uff12\uff10\uff12\u2013555\u20130145",
        "sms.format",
        "sms has something around it: leave only the number",
    ),
    ("h@example.com", "2025550146.0", "sms.format", "sms has something around it: leave only the number"),
    ("i@example.com", "Mom: +1 (202) 555.0147!", "sms.format", "sms has something around it: leave only the number"),
    ("d@example.com", "1112223333", "sms.format", "sms cannot be dialled"),
    ("k@example.com", "202-555-0148 DO NOT USE", "sms.format", f"sms {OF_NO_USE}"),
    ("l@example.com (old)", "2025550149", "email.format", f"email {OF_NO_USE}"),
    ("old@example.com (work)", "", "email.format", "email has something around the address: leave only the address"),
]


@pytest.fixture(scope="module", params=["users", "guardians"])
def of_guardians(request, tmp_path_factory) -> tuple[str, dict[tuple[str, str], list[Row]]]:
    """The file, and by email and number what is said of a guardian who has them there, each of one child."""
    contacts = [(email, sms) for email, sms, *_ in (*CASES, *ACCEPTED)]
    children = [f"x{n},org1,student,Ada{chr(97 + n)}a,Brook,,,g{n},07,true" for n in range(len(contacts))]
    seats = [*CLEAN["enrollments"], *(f"k1,org1,x{n},student" for n in range(len(contacts)))]
    folder = tmp_path_factory.mktemp("guardians")
    if request.param == "users":
        lines = [
            f"g{n},org1,parent,Ivo{chr(97 + n)}a,Brook,{email},{sms},,,true" for n, (email, sms) in enumerate(contacts)
        ]
        found = said_of(folder, "users", *lines, users=[*users(), *children], enrollments=seats)
    else:
        lines = [f"x{n},g{n},Ivo{chr(97 + n)}a,Brook,{email},{sms}" for n, (email, sms) in enumerate(contacts)]
        people = [line.replace(",p1,07", ",,07") for line in users()[:-1]]
        head = "studentSourcedId,guardianSourcedId,givenName,familyName,email,sms"
        one = [head, "s1,p,Casey,Jones,cj@example.com,", "s2,p,Casey,Jones,cj@example.com,"]
        children = [line.replace(f",g{n},", ",,") for n, line in enumerate(children)]
        found = said_of(folder, "guardians", *lines, guardians=one, users=[*people, *children], enrollments=seats)
    return request.param, dict(zip(contacts, found, strict=True))


@pytest.mark.parametrize(("email", "sms", "rule", "message"), CASES)
def test_a_guardian_whom_nobody_can_reach_is_critical_once(of_guardians, email, sms, rule, message) -> None:
    place, found = of_guardians
    code = {("users", "no_contact"): "guardian.no_contact", ("guardians", "no_contact"): "contact.present"}
    name = code.get((place, rule), "email.format")
    assert [(row[0], row[1], row[4]) for row in found[email, sms]] == [("critical", f"{place}.{name}", message)]


@pytest.mark.parametrize(("email", "sms", "rule", "message"), ACCEPTED)
def test_a_contact_that_only_has_to_be_corrected_is_a_warning(of_guardians, email, sms, rule, message) -> None:
    place, found = of_guardians
    assert [(row[0], row[1], row[4]) for row in found[email, sms]] == [("warning", f"{place}.{rule}", message)]


def test_what_reaches_nobody_is_not_shared(tmp_path: Path) -> None:
    lines = users(("casey.smith@example.com,,", "casey.smith@example.com,000-000-0000,"))
    more = ["t2,org1,teacher,Uma,Dale,shared@,5551,,,true", "t3,org1,teacher,Ivo,Brook,shared@,0000000000,,,true"]
    found = said(checked(deliver(tmp_path, users=[*lines, *more])), infos=False)
    assert not [row for row in found if "shared" in row[1]]

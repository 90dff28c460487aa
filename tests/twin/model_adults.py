"""Which account an adult's record belongs to (S12): the part of the model that takes thought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Value = str | None
WHO = ("given", "family", "email", "mobile")


@dataclass(slots=True)
class Account:
    """An adult's account; ``who`` identifies people, ``home`` and ``language`` do not."""

    who: tuple[Value, ...]
    home: Value = None
    language: Value = None


@dataclass
class Place:
    """Accounts and their roles: who is guardian under which ID, who is staff in which role under which ID."""

    accounts: dict[str, Account] = field(default_factory=dict)
    guardians: list[tuple[str, Value]] = field(default_factory=list)
    staff: list[tuple[str, str, Value]] = field(default_factory=list)
    schools: dict[str, list[str]] = field(default_factory=dict)

    def owner(self, kind: str, sis: Value) -> str | None:
        """Whose ID it is."""
        return next((user for k, user, known in self.roles() if k == kind and sis and known == sis), None)

    def roles(self) -> list[tuple[str, str, Value]]:
        """Every role: kind, account, ID."""
        return [
            *(("guardian", user, guardian_id) for user, guardian_id in self.guardians),
            *(("staff", user, staff_id) for user, _, staff_id in self.staff),
        ]

    def with_details(self, details: dict[str, Value]) -> str | None:
        """The account of exactly this person; people without email and mobile number cannot be found."""
        who = tuple(details.get(key) for key in WHO)
        if who[2] is None and who[3] is None:
            return None
        return min((user for user, account in self.accounts.items() if account.who == who), default=None)

    def give(self, kind: str, user: str, sis: Value, role: str) -> bool:
        """Give an account a role; a role without ID takes the ID. Whether that changed something."""
        if kind == "guardian":
            own = [entry for entry in self.guardians if entry[0] == user]
            if sis is None and own:
                return False
            if (user, None) in own:
                self.guardians.remove((user, None))
            self.guardians.append((user, sis))
            return True
        bare = next((entry for entry in self.staff if entry[0] == user and entry[2] is None), None)
        if bare:  # a staff role is set on creation only (S18)
            self.staff.remove(bare)
            role = bare[1]
        self.staff.append((user, role, sis))
        return True


@dataclass(slots=True)
class Want:
    """A record about an adult: the ID it brings, the details of the columns that the file has."""

    number: int
    kind: str
    sis: Value
    role: str
    who: dict[str, Value]
    noted: dict[str, Value]


@dataclass(slots=True)
class Home:
    """Where a record's adult was found or made; ``left``: the account that its ID belonged to before."""

    account: str
    action: str
    left: str | None = None


def place_adults(place: Place, wants: Sequence[Want], new_id: Callable[[], str]) -> list[Home]:
    """Find, change or make the accounts of the records, which stand in the file's order."""
    homes: dict[int, Home] = {}
    named = {(want.kind, want.sis): want for want in wants if want.sis is not None}
    changes: dict[str, tuple[Value, ...]] = {}
    for want in wants:
        account = place.owner(want.kind, want.sis)
        if account is None:
            continue
        new = _who(want, place.accounts[account])
        if new == place.accounts[account].who:
            homes[want.number] = Home(account, "UNCHANGED")
            continue
        others = [(k, sis) for k, user, sis in place.roles() if user == account and (k, sis) != (want.kind, want.sis)]
        if all(key in named and _who(named[key], place.accounts[account]) == new for key in others):
            changes[account] = new
            homes[want.number] = Home(account, "UPDATED")
    for account, new in changes.items():
        place.accounts[account].who = new
    for want in wants:
        if want.number not in homes:
            homes[want.number] = _elsewhere(place, want, new_id)
    _note(place, wants, homes)
    return [homes[want.number] for want in wants]


def _who(want: Want, account: Account | None) -> tuple[Value, ...]:
    stored = dict(zip(WHO, account.who if account else (None,) * 4, strict=True))
    return tuple({**stored, **want.who}[key] for key in WHO)


def _elsewhere(place: Place, want: Want, new_id: Callable[[], str]) -> Home:
    left = place.owner(want.kind, want.sis)
    who = _who(want, place.accounts[left] if left else None)
    account, action = place.with_details(dict(zip(WHO, who, strict=True))), "UPDATED"
    if account is None:
        account, action = new_id(), "CREATED"
        place.accounts[account] = Account(who)
    role = want.role
    if left and want.kind == "guardian":
        place.guardians.remove((left, want.sis))
    elif left:
        entry = next(entry for entry in place.staff if entry[2] == want.sis)
        place.staff.remove(entry)
        role = entry[1]
        if all(user != left for user, _, _ in place.staff):
            place.schools.pop(left, None)
    gave = place.give(want.kind, account, want.sis, role)
    return Home(account, action if gave else "UNCHANGED", left)


def _note(place: Place, wants: Sequence[Want], homes: dict[int, Home]) -> None:
    """Home phone and language: of several records about one account the first counts."""
    seen = set()
    for want in wants:
        home = homes[want.number]
        if home.account in seen:
            continue
        seen.add(home.account)
        account = place.accounts[home.account]
        for key, value in want.noted.items():
            if getattr(account, key) != value:
                setattr(account, key, value)
                if home.action == "UNCHANGED":
                    home.action = "UPDATED"

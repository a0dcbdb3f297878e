"""From path segments to the resource that answers (docs/reference/wire.md, 2.6).

A segment that names a resource begins a noun, the others are its arguments:
`accounts/A/faxboxes/F` is the noun `accounts` with `A`, and `faxboxes` with `F`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from .errors import not_found, version_gone
from .resource import ACCOUNTS_NOUN, Resource

_VERSION = re.compile(r"v[0-9]+\Z")
_CURRENT = "v2"
_OWN_ACCOUNT = "account"
_SCHEMAS = "schemas"
"""What follows it are its arguments, always: schemas are named like resources."""

Arguments: TypeAlias = tuple[str, ...]


@dataclass(slots=True)
class Route:
    """The resource asked for, its arguments, and the account the path names first, if any."""

    resource: Resource
    arguments: Arguments
    account_id: str | None
    between: tuple[tuple[Resource, Arguments], ...] = ()
    """Nouns between the account and the resource, which must exist."""

    @property
    def is_login(self) -> bool:
        """Whether the request is an attempt to log in."""
        return self.resource.is_login


def asks_for_own_account(segments: list[str]) -> bool:
    """Whether a path begins with the alias of the token's account."""
    return segments[1:2] == [_OWN_ACCOUNT]


def path_of_account(segments: list[str], account_id: str) -> list[str]:
    """A path that begins with the alias, with the account in its place."""
    return [segments[0], ACCOUNTS_NOUN, account_id, *segments[2:]]


class Router:
    """Knows the resources by their nouns."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._resources: Mapping[str, Resource] = {
            resource.noun: resource for resource in resources
        }

    @property
    def resources(self) -> Iterable[Resource]:
        """All resources."""
        return self._resources.values()

    def route(self, segments: list[str]) -> Route | None:
        """The route of a path; None when its first noun is unknown, or one stands out of place.

        Raises a 404 for a path outside the API, a 410 for its first version.
        """
        return self._ordinary_route(segments) or self.general_route(segments)

    def _ordinary_route(self, segments: list[str]) -> Route | None:
        """The route of `v2/accounts/A/NOUN` or `…/NOUN/ID`, which most requests ask for."""
        if not 4 <= len(segments) <= 5 or segments[0] != _CURRENT or segments[1] != ACCOUNTS_NOUN:
            return None
        _, _, account_id, noun, *arguments = segments
        resource = self._resources.get(noun)
        if resource is None or account_id in self._resources:
            return None
        if arguments and arguments[0] in self._resources:
            return None
        return Route(resource, tuple(arguments), account_id)

    def general_route(self, segments: list[str]) -> Route | None:
        """The route of any path."""
        version = segments[0] if segments else ""
        if version != _CURRENT and not _VERSION.match(version):
            raise not_found()
        if version == "v1":
            raise version_gone()
        nouns = self._nouns(segments[1:])
        if not nouns or (len(nouns) > 1 and len(nouns[0][1]) > 1):
            return None
        between = tuple(nouns[1:-1])
        if not all(resource.is_enclosing for resource, _ in between):
            return None
        resource, arguments = nouns[-1]
        return Route(resource, arguments, _account_id(nouns), between)

    def _nouns(self, segments: list[str]) -> list[tuple[Resource, Arguments]]:
        """Each noun with its arguments; none when the path begins with anything else."""
        nouns: list[tuple[Resource, list[str]]] = []
        for segment in segments:
            resource = self._resources.get(segment)
            if nouns and nouns[-1][0].noun == _SCHEMAS:
                resource = None
            if resource is not None:
                nouns.append((resource, []))
            elif not nouns:
                return []
            else:
                nouns[-1][1].append(segment)
        return [(noun, tuple(arguments)) for noun, arguments in nouns]


def _account_id(nouns: list[tuple[Resource, Arguments]]) -> str | None:
    first, arguments = nouns[0]
    if first.noun != ACCOUNTS_NOUN:
        return None
    if arguments:
        return arguments[0]
    return "" if len(nouns) > 1 else None

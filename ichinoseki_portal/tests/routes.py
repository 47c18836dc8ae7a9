"""Every route of the project, walked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from ichinoseki_portal.access import FOREIGN, rule_of


@dataclass(frozen=True)
class Route:
    path: str
    name: str
    namespaces: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def full_name(self) -> str:
        return ":".join([*self.namespaces, self.name])

    @property
    def is_foreign(self) -> bool:
        return bool(FOREIGN.keys() & {*self.namespaces, self.full_name})


def walk(urlconf: str | None = None) -> Iterator[Route]:
    yield from _walk(get_resolver(urlconf), "", ())


def _walk(resolver: URLResolver, prefix: str, namespaces: tuple[str, ...]) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Route(path, entry.name or "", namespaces, entry.callback)
        else:
            yield from _walk(entry, path, (*namespaces, entry.namespace) if entry.namespace else namespaces)


def undeclared(urlconf: str | None = None) -> list[str]:
    return [route.path for route in walk(urlconf) if not rule_of(route.view) and not route.is_foreign]

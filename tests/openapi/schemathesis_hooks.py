"""What schemathesis loads in the run that is to get deep into the service."""

from typing import Any

import schemathesis

CONDITIONS = ("If-Match", "If-None-Match")


@schemathesis.hook
def before_call(context: Any, case: Any, **_: Any) -> None:
    """Send changes without preconditions, most of which would end them before they begin."""
    if case.method != "GET":
        for name in CONDITIONS:
            case.headers.pop(name, None)

"""Every hostile request, at moderate size: the right reply, and a worker that lives on."""

import pytest

from .cases import faults, played
from .ground import Sender
from .kinds import KINDS
from .victim import Victim
from .wire import request

_SECONDS = 20.0
"""What no case takes; an endless one takes so long, and the worker with it."""

_TELLS = 20
"""Faults of a kind that are told; more are counted."""


@pytest.mark.parametrize("kind", KINDS)
async def test_every_case_is_answered_rightly(victim: Victim, kind: str) -> None:
    wrong = []
    for case in KINDS[kind]:
        worker = victim.worker_id
        try:
            reply = await played(case, victim, case.moderate, _SECONDS)
        except TimeoutError:
            wrong.append(f"{case.name}: no reply within {_SECONDS:.0f} seconds")
            continue
        wrong += [f"{case.name}: {fault}" for fault in faults(case, reply)]
        if victim.worker_id != worker:
            wrong.append(f"{case.name}: the worker died")
            victim.wait_for_worker()
    assert not wrong, f"{len(wrong)} of {len(KINDS[kind])}:\n" + "\n".join(wrong[:_TELLS])


async def test_nothing_of_all_that_is_logged_as_a_fault_of_ours(victim: Victim) -> None:
    # After the cases above, whichever of them ran.
    log = victim.logged()
    assert log == "", f"{log.count('Traceback')} tracebacks, such as:\n{log[-3000:]}"


async def test_boxes_are_as_they_were(victim: Victim) -> None:
    for who, path in (
        (Sender.ADMIN, "/v2/accounts/<tenant>/faxboxes/<kept>"),
        (Sender.NEIGHBOUR, "/v2/accounts/<neighbour>/faxboxes/<theirs>"),
    ):
        async with victim.address.connection() as connection:
            shown = [("Host", "a"), *victim.ground.shown[who]]
            connection.send(request("GET", victim.ground.filled(path), shown))
            reply = await connection.reply()
        assert reply.status == 200
        assert reply.json["data"]["name"] in ("kept", "theirs")


def test_the_names_of_cases_tell_them_apart() -> None:
    for kind, cases in KINDS.items():
        names = [case.name for case in cases]
        assert len(set(names)) == len(names), kind
